//! AWS as a cloud of the double.

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;

use super::params::{Answer, Refusal};
use super::wire::{self, Call, Protocol};
use super::{World, operations, troubles};
use crate::cloud::http::{Reply, Request};
use crate::cloud::{Api, Recorded, Trouble};

/// A call, in the protocol in which it came, to a region.
#[derive(Clone)]
pub struct Asked {
    call: Call,
    protocol: Protocol,
    region: String,
}

impl Api for World {
    type Call = Asked;
    type Answer = Answer;

    fn decode(request: &Request) -> Result<Asked, String> {
        let service = wire::service(request).unwrap_or_default();
        let protocol = wire::protocol(&service, request)
            .ok_or_else(|| format!("no service `{service}` at {} {}", request.method, request.path))?;
        let call = wire::decode(request, &service, protocol)?;
        Ok(Asked { call, protocol, region: wire::region(request).unwrap_or_default() })
    }

    fn is_change(asked: &Asked) -> bool {
        wire::is_mutating(&asked.call.action)
    }

    fn service(asked: &Asked) -> String {
        asked.call.service.clone()
    }

    fn action(asked: &Asked) -> String {
        asked.call.action.clone()
    }

    fn permission(asked: &Asked) -> String {
        let service = if asked.call.service == "monitoring" { "cloudwatch" } else { &asked.call.service };
        format!("{service}:{}", asked.call.action)
    }

    fn params(asked: &Asked) -> Value {
        asked.call.params.clone()
    }

    fn carries_secret(asked: &Asked) -> bool {
        let names =
            ["CreateSecret", "PutSecretValue", "GetSecretValue", "UpdateSecret", "CreateUser", "ModifyUser"];
        names.contains(&asked.call.action.as_str())
    }

    fn perform(&mut self, asked: &Asked) -> Answer {
        self.asked_in.clone_from(&asked.region);
        if self.denied.contains(&format!("{}:{}", asked.call.service, asked.call.action)) {
            return self.trouble(Trouble::Denied, asked);
        }
        operations::perform(self, &asked.call)
    }

    fn trouble(&self, trouble: Trouble, asked: &Asked) -> Answer {
        Err(troubles::refusal(trouble, asked.protocol, &asked.call.service, &asked.call.action))
    }

    fn refused(answer: &Answer) -> Option<String> {
        answer.as_ref().err().map(|refusal| refusal.code.clone())
    }

    fn encode(asked: &Asked, answer: &Answer, index: usize) -> Reply {
        wire::encode(asked.protocol, &asked.call.action, answer, &format!("request-{index}"))
    }

    fn unknown(request: &Request, why: &str) -> Reply {
        let refusal = Refusal::new("InvalidAction", format!("the fake does not know: {why}"));
        let service = wire::service(request).unwrap_or_default();
        let protocol = wire::protocol(&service, request).unwrap_or(Protocol::Rest);
        wire::encode(protocol, "Unknown", &Err(refusal), "0")
    }

    /// `DescribeUsers` shows what `CreateUser` has made, and so does nothing else.
    fn shows(look: &Asked, change: &Asked) -> bool {
        let noun = |action: &str| -> String {
            let rest = action.char_indices().skip(1).find(|(_, c)| c.is_uppercase());
            rest.map_or("", |(at, _)| &action[at..]).trim_end_matches('s').to_owned()
        };
        look.call.service == change.call.service
            && noun(&change.call.action).ends_with(&noun(&look.call.action))
    }

    fn fails_late(&mut self, before: Self, asked: &Asked, _: &str) {
        let id = asked.call.params["ReplicationGroupId"].as_str().unwrap_or_default();
        match self.groups.get_mut(id) {
            Some(group) if asked.call.action == "CreateReplicationGroup" => group.fails(),
            _ => *self = before,
        }
    }

    fn end_state(&self) -> Value {
        World::end_state(self)
    }

    fn made(&self) -> Vec<(String, String)> {
        self.creates.iter().filter(|(action, _)| !action.starts_with("Authorize")).cloned().collect()
    }

    /// Passwords by the secret that they are in.
    fn secrets(&self) -> Vec<(String, String)> {
        let in_store = self.secret_values.iter().filter(|(place, _)| place.starts_with("secret "));
        in_store
            .map(|(place, value)| {
                let parsed = serde_json::from_str::<Value>(value).ok();
                let password = parsed.and_then(|v| v["password"].as_str().map(str::to_owned));
                (place.clone(), password.unwrap_or_else(|| value.clone()))
            })
            .collect()
    }

    fn environment(&self, url: &str) -> Vec<(&'static str, String)> {
        vec![
            ("AWS_ENDPOINT_URL", url.to_owned()),
            ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "the-secret-of-the-caller".to_owned()),
            ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
        ]
    }

    /// Requests of a test run are kept for the check against the services' models.
    fn ended(recorded: &[Recorded]) {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        if recorded.is_empty() {
            return;
        }
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("aws-requests");
        std::fs::create_dir_all(&folder).unwrap();
        let name = format!("{}-{}.jsonl", std::process::id(), COUNT.fetch_add(1, Ordering::SeqCst));
        crate::cloud::write_record(recorded, &folder.join(name));
    }
}
