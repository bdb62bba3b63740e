//! How to take away a cache that nobody uses, without regret: every step can be undone but the last.

use schemars::JsonSchema;
use serde::Serialize;

use crate::profile::visible;
use crate::units::{Provider, Service, quoted};

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

/// The steps for a cache; `profile` is the file of its profile, if it has one, and `wait_days` how long it is blocked before
/// it is deleted.
pub fn steps(
    name: &str,
    provider: Option<Provider>,
    service: Option<Service>,
    profile: Option<&str>,
    wait_days: u32,
) -> Vec<RetireStep> {
    let step = |step, text: String, command: Option<String>, undo: Option<String>| RetireStep {
        step,
        text,
        command,
        undo,
    };
    // What its file calls a cache is somebody else's text: none of it is a command.
    let name = &visible(name);
    let by_hand = ByHand::of(name, provider, service);
    let retire = profile.map(|file| format!("cachefit retire {}", quoted(&visible(file))));
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
        step("wait", format!("wait {wait_days} days, or as long as the rarest job needs"), None, None),
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

impl ByHand {
    /// By the service, since clouds sell several whose commands differ; without it no command is named.
    fn of(name: &str, provider: Option<Provider>, service: Option<Service>) -> Self {
        let only = match provider {
            Some(Provider::Local) => Some(Service::Local),
            // Its plans have the same commands.
            Some(Provider::Upstash) => Some(Service::UpstashPayg),
            _ => None,
        };
        let service = service.or(only);
        let (snapshot, delete) = last_steps(name, service);
        let (block, unblock) = match (service.map_or(provider, |s| Some(s.provider())), service) {
            (_, Some(Service::Ec2 | Service::Local)) | (Some(Provider::Local) | None, _) => (
                format!(
                    "take all commands from every user of {name} but the administrator's, after writing down what \
                     ACL LIST shows: ACL SETUSER NAME -@all; the users stay on, so that who needs it gets an error \
                     at once"
                ),
                "ACL SETUSER NAME with the rules that ACL LIST showed before",
            ),
            (Some(Provider::Aws), _) => (
                format!(
                    "take the rules for its port out of the security groups of {name}, after writing them down; or \
                     set the access string of its users to `off ~* -@all`"
                ),
                "put the rules, or the access strings, back",
            ),
            (Some(Provider::Azure), _) => (
                format!("disable public network access of {name} and remove its private endpoints"),
                "make the private endpoints again",
            ),
            (Some(Provider::Gcp), _) => (
                format!(
                    "a firewall rule that denies egress to the addresses of {name}, with a higher priority"
                ),
                "delete the firewall rule",
            ),
            (Some(Provider::Upstash), _) => {
                (format!("set the access rules of the users of {name} to `off`"), "set the access rules back")
            }
        };
        Self { block, unblock, snapshot, delete }
    }
}

/// How the data is kept, and what takes the cache away for good.
fn last_steps(name: &str, service: Option<Service>) -> (String, String) {
    let word = quoted(name);
    let Some(service) = service else {
        return (
            "a backup or an export, as its service has them".to_owned(),
            format!(
                "delete {name} in the console: nothing tells its service, so that no command can be named \
                 (deployment.service of its profile would)"
            ),
        );
    };
    let (snapshot, delete) = match service {
        Service::ElastiCache => (
            "the deletion takes it: --final-snapshot-identifier".to_owned(),
            format!(
                "aws elasticache delete-replication-group --replication-group-id {word} --final-snapshot-identifier …"
            ),
        ),
        Service::ElastiCacheServerless => (
            format!("aws elasticache create-serverless-cache-snapshot --serverless-cache-name {word} …"),
            format!(
                "aws elasticache delete-serverless-cache --serverless-cache-name {word} --final-snapshot-name …"
            ),
        ),
        Service::AzureManagedRedis => (
            format!(
                "export the data to a storage account: az redisenterprise database export --cluster-name {word} …"
            ),
            format!("az redisenterprise delete --cluster-name {word} --resource-group …"),
        ),
        Service::AzureCacheForRedis => (
            format!(
                "export the data to a storage account, which its Premium tier can: az redis export --name {word} …"
            ),
            format!("az redis delete --name {word} --resource-group …"),
        ),
        Service::MemorystoreValkey => (
            format!("gcloud memorystore instances backup {word} --location=…"),
            format!("gcloud memorystore instances delete {word} --location=…"),
        ),
        Service::MemorystoreRedisCluster => (
            format!("gcloud redis clusters create-backup {word} --region=…"),
            format!("gcloud redis clusters delete {word} --region=…"),
        ),
        Service::MemorystoreRedis => (
            format!("gcloud redis instances export gs://BUCKET/FILE.rdb {word} --region=…"),
            format!("gcloud redis instances delete {word} --region=…"),
        ),
        // Its commands take an id, which no inventory of names tells.
        Service::UpstashPayg | Service::UpstashFixed => (
            format!("a backup of {name} in the console"),
            format!("upstash redis delete --id ID, with the id that `upstash redis list` shows for {name}"),
        ),
        Service::Ec2 => (
            "BGSAVE, then keep a copy of the dump file".to_owned(),
            format!("stop the server of {name}, then terminate its machines and delete their volumes"),
        ),
        Service::Local => (
            "BGSAVE, then keep a copy of the dump file".to_owned(),
            "stop the server, then remove its folder".to_owned(),
        ),
    };
    (snapshot, delete)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(name: &str, service: Option<Service>, file: Option<&str>, step: &str) -> String {
        let all = steps(name, service.map(Service::provider), service, file, WAIT_DAYS);
        let one = all.into_iter().find(|one| one.step == step).expect("it is one of the steps");
        one.command.unwrap_or(one.text)
    }

    /// The last step cannot be undone: what it says must be of the service that the cache is of.
    #[test]
    fn every_service_is_deleted_by_its_own_command() {
        let others = |own: &str| {
            let all =
                ["aws elasticache", "az redisenterprise", "az redis ", "gcloud memorystore", "gcloud redis"];
            all.into_iter().filter(|other| !own.starts_with(other)).collect::<Vec<_>>()
        };
        for service in Service::ALL {
            let own = match service {
                Service::ElastiCache => {
                    "aws elasticache delete-replication-group --replication-group-id shop"
                }
                Service::ElastiCacheServerless => {
                    "aws elasticache delete-serverless-cache --serverless-cache-name shop"
                }
                Service::AzureManagedRedis => "az redisenterprise delete --cluster-name shop",
                Service::AzureCacheForRedis => "az redis delete --name shop",
                Service::MemorystoreValkey => "gcloud memorystore instances delete shop",
                Service::MemorystoreRedisCluster => "gcloud redis clusters delete shop",
                Service::MemorystoreRedis => "gcloud redis instances delete shop",
                Service::UpstashPayg | Service::UpstashFixed => "upstash redis delete --id ID",
                Service::Ec2 => "stop the server of shop, then terminate its machines",
                Service::Local => "stop the server, then remove its folder",
            };
            let delete = text("shop", Some(*service), None, "delete");
            assert!(delete.starts_with(own), "{service}: {delete}");
            for step in steps("shop", Some(service.provider()), Some(*service), None, WAIT_DAYS) {
                let other = others(own).into_iter().find(|other| step.text.contains(other));
                assert_eq!(other, None, "{service}: {}", step.text);
            }
        }
    }

    #[test]
    fn without_a_service_no_command_is_guessed() {
        for provider in [Some(Provider::Aws), Some(Provider::Azure), Some(Provider::Gcp), None] {
            let all = steps("shop", provider, None, None, WAIT_DAYS);
            let delete = &all[4].text;
            assert!(delete.contains("nothing tells its service"), "{delete}");
            assert!(!["aws ", "az ", "gcloud "].iter().any(|tool| delete.contains(tool)), "{delete}");
        }
        let of = |provider| steps("shop", Some(provider), None, None, WAIT_DAYS).remove(4).text;
        assert!(of(Provider::Local).starts_with("stop the server"));
        assert!(of(Provider::Upstash).starts_with("upstash redis delete --id ID"));
    }

    #[test]
    fn a_name_is_one_word_of_its_command_whatever_stands_in_it() {
        for service in Service::ALL {
            let odd = "shop; rm -rf ~\nrm x";
            let all = steps(odd, Some(service.provider()), Some(*service), Some("my shop\n.yaml"), WAIT_DAYS);
            for step in &all {
                let told = [Some(&step.text), step.command.as_ref(), step.undo.as_ref()];
                assert!(!told.into_iter().flatten().any(|text| text.contains('\n')), "{step:?}");
            }
            let command = all[4].command.as_ref().expect("it has a profile");
            assert!(command.starts_with(r"cachefit retire 'my shop\u{a}.yaml' "), "{command}");
            let delete = &all[4].text;
            let is_command = ["aws ", "az ", "gcloud "].iter().any(|tool| delete.starts_with(tool));
            assert!(!is_command || delete.contains(r"'shop; rm -rf ~\u{a}rm x'"), "{delete}");
        }
    }
}
