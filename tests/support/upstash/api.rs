//! Upstash as a cloud of the double.

use std::sync::Arc;

use serde_json::Value;

use super::data_plane::DataPlane;
use super::document;
use super::operations::{self, refuse};
use super::wire::{self, Answer, Call};
use super::world::{EMAIL, KEY, World};
use crate::cloud::http::{Reply, Request};
use crate::cloud::{Api, Recorded, Trouble};

impl Api for World {
    type Call = Call;
    type Answer = Answer;

    fn decode(request: &Request) -> Result<Call, String> {
        wire::decode(request).map_err(|(_, why)| why)
    }

    fn is_change(call: &Call) -> bool {
        !["listDatabases", "getDatabase", "getDatabaseStats", "listBackup"].contains(&call.operation)
    }

    fn service(_: &Call) -> String {
        "upstash".to_owned()
    }

    fn action(call: &Call) -> String {
        call.operation.to_owned()
    }

    fn params(call: &Call) -> Value {
        serde_json::json!({"id": call.id, "backup": call.backup, "body": call.body})
    }

    /// Every answer that is a database has its password, whatever was asked for.
    fn carries_secret(call: &Call) -> bool {
        let names = [
            "listDatabases",
            "getDatabase",
            "createDatabase",
            "renameDatabase",
            "resetPassword",
            "enableTls",
        ];
        names.contains(&call.operation)
    }

    fn perform(&mut self, call: &Call) -> Answer {
        let objects = self.errors_are_objects;
        operations::perform(self, call).map_err(|refusal| wire::Refusal { is_object: objects, ..refusal })
    }

    fn trouble(&self, trouble: Trouble, _: &Call) -> Answer {
        let (status, message) = match trouble {
            Trouble::Throttled | Trouble::ThrottledFor(_) => (429, "Rate limit exceeded"),
            Trouble::Internal => (500, "Internal Server Error"),
            Trouble::Unavailable => (503, "Service Unavailable"),
            Trouble::Expired => (401, "Unauthorized"),
            Trouble::Denied => (403, "this api key is read only"),
            Trouble::Code(text) => (400, text),
            Trouble::Bare(status) => (status, ""),
        };
        Err(wire::Refusal { is_object: self.errors_are_objects, ..refuse(status, message) })
    }

    fn refused(answer: &Answer) -> Option<String> {
        answer.as_ref().err().map(|refusal| format!("{} {}", refusal.status, refusal.message))
    }

    fn encode(_: &Call, answer: &Answer, _: usize) -> Reply {
        wire::encode(answer)
    }

    fn unknown(request: &Request, why: &str) -> Reply {
        let status = wire::decode(request).map_or_else(|(status, _)| status, |_| 400);
        wire::encode(&Err(refuse(status, why)))
    }

    fn shows(look: &Call, change: &Call) -> bool {
        look.operation == "listDatabases" || change.operation == "createDatabase" || look.id == change.id
    }

    fn end_state(&self) -> Value {
        World::end_state(self)
    }

    fn made(&self) -> Vec<(String, String)> {
        self.made.clone()
    }

    fn secrets(&self) -> Vec<(String, String)> {
        self.secrets.clone()
    }

    fn environment(&self, url: &str) -> Vec<(&'static str, String)> {
        let data = self.data.as_ref();
        let tls = data.and_then(|data| data.authority()).map(|file| ("SSL_CERT_FILE", file));
        let data = data.map(|data| ("CACHEFIT_UPSTASH_REDIS", data.address()));
        let mut all = vec![
            ("UPSTASH_API_URL", format!("{url}/v2")),
            ("UPSTASH_EMAIL", EMAIL.to_owned()),
            ("UPSTASH_API_KEY", KEY.to_owned()),
        ];
        all.extend(tls.or(data));
        all
    }

    /// Users are written down; the server belongs to this double alone.
    fn saved(&self) -> Self {
        let users = self.data.as_ref().map(|data| data.users());
        Self { users: users.unwrap_or_else(|| self.users.clone()), data: None, ..self.clone() }
    }

    fn begins(&mut self) {
        let data = if self.over_tls { DataPlane::with_tls() } else { DataPlane::start() };
        data.becomes(self.live());
        data.restore(&self.users);
        self.data = Some(Arc::new(data));
    }

    fn called(&self) {
        if let Some(data) = &self.data {
            data.becomes(self.live());
        }
    }

    fn ended(recorded: &[Recorded]) {
        let wrong = document::wrong(recorded);
        assert!(wrong.is_empty(), "against the document of the API:\n{}", wrong.join("\n"));
    }
}
