//! Google as a cloud of the double.

use serde_json::{Value, json};

use super::wire::{self, Answer, Call, refuse};
use super::world::World;
use super::{around, caches, classic, contract, key, operations, tokens};
use crate::cloud::http::{Reply, Request};
use crate::cloud::{Api, Recorded, Trouble};

const LOOKS: [&str; 4] = ["Get", "List", "Look", "Wait"];

impl Api for World {
    type Call = Call;
    type Answer = Answer;

    fn decode(request: &Request) -> Result<Call, String> {
        wire::decode(request)
    }

    fn is_change(call: &Call) -> bool {
        !LOOKS.iter().any(|begin| call.operation.starts_with(begin))
    }

    fn service(call: &Call) -> String {
        call.service.to_owned()
    }

    fn action(call: &Call) -> String {
        call.operation.to_owned()
    }

    fn params(call: &Call) -> Value {
        json!({ "target": call.target, "query": call.query, "body": call.body })
    }

    fn carries_secret(call: &Call) -> bool {
        call.operation == "ListAuthTokens"
    }

    fn perform(&mut self, call: &Call) -> Answer {
        if !self.anonymous && !call.authorization.starts_with("Bearer ey") {
            return Err(refuse(401, "UNAUTHENTICATED", "Request had invalid authentication credentials."));
        }
        let name = &call.target;
        match call.operation {
            "GetInstance" | "GetCluster" => caches::get(self, name),
            "ListInstances" | "ListClusters" => caches::list(self, call),
            "CreateInstance" | "CreateCluster" => caches::create(self, call),
            "UpdateInstance" | "UpdateCluster" => caches::update(self, call),
            "DeleteInstance" | "DeleteCluster" => caches::delete(self, call),
            "ListTokenAuthUsers"
            | "ListAuthTokens"
            | "AddTokenAuthUser"
            | "AddAuthToken"
            | "DeleteTokenAuthUser" => tokens::perform(self, call),
            "GetRedisInstance" => classic::get(self, name),
            "ListRedisInstances" => classic::list(self, call),
            "CreateRedisInstance" => classic::create(self, call),
            "UpdateRedisInstance" => classic::update(self, call),
            "UpgradeRedisInstance" => classic::upgrade(self, call),
            "DeleteRedisInstance" => classic::delete(self, call),
            "GetCertificateAuthority" | "GetClusterCertificateAuthority" => {
                let pem = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
                Ok(json!({ "name": name, "managedServerCa": { "caCerts": [{ "certificates": [pem] }] } }))
            }
            "GetOperation" | "GetRedisOperation" | "GetNetworkOperation" => operations::get(self, name),
            _ => around::perform(self, call),
        }
    }

    fn trouble(&self, trouble: Trouble, call: &Call) -> Answer {
        Err(match trouble {
            Trouble::Throttled | Trouble::ThrottledFor(_) => wire::Refusal {
                reason: Some("RATE_LIMIT_EXCEEDED"),
                ..refuse(
                    429,
                    "RESOURCE_EXHAUSTED",
                    "Quota exceeded for quota metric 'API requests' and limit 'API requests per minute'",
                )
            },
            Trouble::Internal => refuse(500, "INTERNAL", "Internal error encountered."),
            Trouble::Unavailable => refuse(503, "UNAVAILABLE", "The service is currently unavailable."),
            Trouble::Expired => {
                refuse(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.")
            }
            Trouble::Denied => {
                let what = format!(
                    "Permission '{}.{}' denied on resource '//{}' (or it may not exist).",
                    call.service, call.operation, call.target
                );
                refuse(403, "PERMISSION_DENIED", what)
            }
            Trouble::Code(code) => refuse(400, code, "refused"),
            Trouble::Bare(status) => refuse(status, "", ""),
        })
    }

    fn refused(answer: &Answer) -> Option<String> {
        answer.as_ref().err().map(|refusal| format!("{} {}", refusal.status, refusal.message))
    }

    fn encode(_: &Call, answer: &Answer, _: usize) -> Reply {
        wire::encode(answer)
    }

    fn unknown(_: &Request, why: &str) -> Reply {
        wire::encode(&Err(refuse(404, "NOT_FOUND", why)))
    }

    fn shows(look: &Call, change: &Call) -> bool {
        if look.service != change.service || look.operation.ends_with("Operation") {
            return false;
        }
        let changed = change.changes();
        look.target == changed
            || look.target == change.target
            || changed.starts_with(&format!("{}/", look.target))
    }

    /// What was accepted fails in its operation; what has none was never done.
    fn fails_late(&mut self, before: Self, call: &Call, why: &str) {
        let begun: Vec<(String, operations::Operation)> = self
            .operations
            .iter()
            .filter(|(name, _)| !before.operations.contains_key(*name))
            .map(|(name, operation)| (name.clone(), operation.clone()))
            .collect();
        let request = self.requests.get(call.param("requestId")).cloned();
        *self = before;
        for (name, operation) in begun {
            let error = Some((13, why.to_owned()));
            self.serial += 1;
            self.operations.insert(name, operations::Operation { done: true, error, ..operation });
        }
        if let Some(request) = request {
            self.requests.insert(call.param("requestId").to_owned(), request);
        }
    }

    fn end_state(&self) -> Value {
        World::end_state(self)
    }

    fn made(&self) -> Vec<(String, String)> {
        self.made.clone()
    }

    fn secrets(&self) -> Vec<(String, String)> {
        let tokens = self.token_users.iter().flat_map(|(_, user)| user.tokens.clone());
        std::iter::once(("the service account".to_owned(), key::secret())).chain(tokens).collect()
    }

    fn environment(&self, url: &str) -> Vec<(&'static str, String)> {
        vec![
            ("CACHEFIT_GCP_ENDPOINT", url.to_owned()),
            ("GOOGLE_CLOUD_PROJECT", super::PROJECT.to_owned()),
            ("GOOGLE_APPLICATION_CREDENTIALS", key::file().display().to_string()),
        ]
    }

    fn ended(recorded: &[Recorded]) {
        let wrong = contract::wrong(recorded);
        assert!(wrong.is_empty(), "against the documents of the APIs:\n{}", wrong.join("\n"));
    }
}
