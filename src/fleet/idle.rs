//! How to take away a cache that nobody uses, without regret: every step can be undone but the last.

use schemars::JsonSchema;
use serde::Serialize;

use crate::units::{Provider, Service};

/// Days that a blocked cache waits before it is deleted: two weeks hold every weekly job twice.
pub const WAIT_DAYS: u32 = 14;

/// One step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RetireStep {
    /// What it is: `evidence`, `quarantine`, `wait`, `snapshot`, `delete`.
    pub step: &'static str,
    /// What to do.
    pub text: String,
    /// The command, where there is one.
    pub command: Option<String>,
    /// How to take it back; none if that is not possible.
    pub undo: Option<String>,
}

/// The steps for a cache; `profile` is the file of its profile, if it has one.
pub fn steps(
    name: &str,
    provider: Option<Provider>,
    service: Option<Service>,
    profile: Option<&str>,
) -> Vec<RetireStep> {
    let step = |step, text: String, command: Option<String>, undo: Option<String>| RetireStep {
        step,
        text,
        command,
        undo,
    };
    let by_hand = by_hand(name, provider, service);
    let retire = profile.map(|file| format!("cachefit retire {file}"));
    // What cachefit has blocked it gives back itself.
    let own_undo = retire.as_ref().filter(|_| provider == Some(Provider::Local));
    let undo = own_undo.map_or(by_hand.unblock.to_owned(), |command| format!("{command} --undo"));
    vec![
        step(
            "evidence",
            format!("ask the owner of {name}; look for its endpoint in code, settings and DNS"),
            retire.as_ref().map(|command| format!("{command} --from METRICS")),
            None,
        ),
        step(
            "quarantine",
            by_hand.block,
            retire.as_ref().map(|command| format!("{command} --from METRICS --quarantine")),
            Some(undo),
        ),
        step("wait", format!("wait {WAIT_DAYS} days, or as long as the rarest job needs"), None, None),
        step("snapshot", by_hand.snapshot, None, None),
        step(
            "delete",
            by_hand.delete,
            retire.map(|command| format!("{command} --from METRICS --delete")),
            None,
        ),
    ]
}

/// What people do where cachefit has no way.
struct ByHand {
    block: String,
    unblock: &'static str,
    snapshot: String,
    delete: String,
}

fn by_hand(name: &str, provider: Option<Provider>, service: Option<Service>) -> ByHand {
    let serverless = service.is_some_and(Service::is_metered);
    match provider {
        Some(Provider::Aws) => ByHand {
            block: format!(
                "take the rules for its port out of the security groups of {name}, after writing them down; or set the \
                 access string of its users to `off ~* -@all`"
            ),
            unblock: "put the rules, or the access strings, back",
            snapshot: if serverless {
                format!("aws elasticache create-serverless-cache-snapshot --serverless-cache-name {name} …")
            } else {
                "the deletion takes it: --final-snapshot-identifier".to_owned()
            },
            delete: if serverless {
                format!(
                    "aws elasticache delete-serverless-cache --serverless-cache-name {name} --final-snapshot-name …"
                )
            } else {
                format!(
                    "aws elasticache delete-replication-group --replication-group-id {name} --final-snapshot-identifier …"
                )
            },
        },
        Some(Provider::Azure) => ByHand {
            block: format!("disable public network access of {name} and remove its private endpoints"),
            unblock: "make the private endpoints again",
            snapshot: "export the data to a storage account: az redisenterprise database export".to_owned(),
            delete: format!("az redisenterprise delete --cluster-name {name}"),
        },
        Some(Provider::Gcp) => ByHand {
            block: format!(
                "a firewall rule that denies egress to the addresses of {name}, with a higher priority"
            ),
            unblock: "delete the firewall rule",
            snapshot: "gcloud memorystore instances backup, or gcloud redis instances export".to_owned(),
            delete: format!("gcloud memorystore instances delete {name}"),
        },
        Some(Provider::Upstash) => ByHand {
            block: format!("set the access rules of the users of {name} to `off`"),
            unblock: "set the access rules back",
            snapshot: "upstash redis backup".to_owned(),
            delete: format!("upstash redis delete --id {name}"),
        },
        Some(Provider::Local) | None => ByHand {
            block: format!(
                "take all commands from every user of {name} but the administrator's, after writing down what ACL LIST \
                 shows: ACL SETUSER NAME -@all; the users stay on, so that who needs it gets an error at once"
            ),
            unblock: "ACL SETUSER NAME with the rules that ACL LIST showed before",
            snapshot: "BGSAVE, then keep a copy of the dump file".to_owned(),
            delete: "stop the server, then remove its folder".to_owned(),
        },
    }
}
