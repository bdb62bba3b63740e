//! Azure as a cloud of the double.

use serde_json::{Value, json};

use super::wire::{self, Answer, Call, Form, Refusal};
use super::world::{CLIENT, GROUP, SECRET, SUBSCRIPTION, TENANT, World};
use super::{arm, document};
use crate::cloud::http::{Reply, Request};
use crate::cloud::{Api, Recorded, Trouble};

impl Api for World {
    type Call = Call;
    type Answer = Answer;

    fn decode(request: &Request) -> Result<Call, String> {
        wire::decode(request)
    }

    fn is_change(call: &Call) -> bool {
        match &call.form {
            Form::Token | Form::Identity | Form::Availability => false,
            Form::Action(word) => !["listkeys", "listskusforscaling"].contains(&word.to_lowercase().as_str()),
            _ => call.method != "GET",
        }
    }

    fn service(call: &Call) -> String {
        if matches!(call.form, Form::Token | Form::Identity) {
            return "sign-in".to_owned();
        }
        call.namespace.to_owned()
    }

    fn action(call: &Call) -> String {
        call.action()
    }

    fn params(call: &Call) -> Value {
        json!({"path": call.path, "version": call.version(), "body": call.body})
    }

    fn carries_secret(call: &Call) -> bool {
        let is_key = matches!(&call.form, Form::Action(word) if word.to_lowercase().contains("key"));
        // A classic cache that was made or changed is answered with its keys.
        let has_keys = call.kind == "redis" && ["PUT", "PATCH"].contains(&call.method.as_str());
        is_key || has_keys || matches!(call.form, Form::Token | Form::Identity)
    }

    fn perform(&mut self, call: &Call) -> Answer {
        arm::perform(self, call)
    }

    fn trouble(&self, trouble: Trouble, call: &Call) -> Answer {
        let signs_in = matches!(call.form, Form::Token | Form::Identity);
        let (status, code, message) = match trouble {
            Trouble::Throttled | Trouble::ThrottledFor(_) => (
                429,
                "SubscriptionRequestsThrottled",
                "Number of requests exceeded the limit of the subscription.",
            ),
            Trouble::Internal => (500, "InternalServerError", "The server has met an unexpected error."),
            Trouble::Unavailable => (503, "ServerTimeout", "The request timed out."),
            Trouble::Expired if signs_in => (
                401,
                "invalid_client",
                "AADSTS7000222: The provided client secret keys for the app are expired.",
            ),
            Trouble::Expired => {
                let message = "The access token expiry UTC time '11/28/2026 10:00:00 AM' is earlier than current UTC \
                    time '11/28/2026 10:00:01 AM'.";
                (401, "ExpiredAuthenticationToken", message)
            }
            Trouble::Denied => {
                let actions = super::permission::of(call).join(", ");
                let message = format!(
                    "The client '{CLIENT}' does not have authorization to perform action '{actions}' over scope '{}' or \
                     the scope is invalid.",
                    call.path
                );
                return Err(Refusal { status: 403, code: "AuthorizationFailed".to_owned(), message });
            }
            Trouble::Code(code) => (400, code, "It was refused."),
            Trouble::Bare(status) => (status, "", ""),
        };
        let code = if signs_in && status != 401 { "temporarily_unavailable" } else { code };
        Err(Refusal { status, code: code.to_owned(), message: message.to_owned() })
    }

    fn refused(answer: &Answer) -> Option<String> {
        answer.as_ref().err().map(|refusal| format!("{} {}", refusal.code, refusal.message))
    }

    fn encode(_: &Call, answer: &Answer, _: usize) -> Reply {
        wire::encode(answer)
    }

    fn unknown(_: &Request, why: &str) -> Reply {
        let code = "InvalidResourceType".to_owned();
        wire::encode(&Err(Refusal { status: 404, code, message: why.to_owned() }))
    }

    /// A look at a resource shows what was done to it, in it, and to what it is in. An operation is none of them.
    fn shows(look: &Call, change: &Call) -> bool {
        match look.form {
            Form::One => look.id.starts_with(&change.id) || change.id.starts_with(&look.id),
            Form::List => look.kind == change.kind,
            _ => false,
        }
    }

    /// What was being made stays as a ruin, with its name.
    fn fails_late(&mut self, before: Self, call: &Call, why: &str) {
        let can_fail = call.namespace == "Microsoft.Cache" || call.kind == "privateEndpoints";
        let is_new = !before.things.contains_key(&call.id);
        match self.things.get_mut(&call.id) {
            Some(thing) if can_fail && is_new && thing.work.is_some() => thing.fails = Some(why.to_owned()),
            _ => *self = before,
        }
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
        vec![
            ("CACHEFIT_AZURE_ARM", url.to_owned()),
            ("AZURE_AUTHORITY_HOST", url.to_owned()),
            ("AZURE_TENANT_ID", TENANT.to_owned()),
            ("AZURE_CLIENT_ID", CLIENT.to_owned()),
            ("AZURE_CLIENT_SECRET", SECRET.to_owned()),
            ("AZURE_SUBSCRIPTION_ID", SUBSCRIPTION.to_owned()),
            ("AZURE_RESOURCE_GROUP", GROUP.to_owned()),
        ]
    }

    fn ended(recorded: &[Recorded]) {
        let wrong = document::wrong(recorded);
        assert!(wrong.is_empty(), "against the description of the API:\n{}", wrong.join("\n"));
    }
}
