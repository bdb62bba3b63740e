//! Names in the account. All follow from the profile's name, so that a deployment is found again without a state file.

use crate::plan::Address;
use crate::profile::Auth;
use crate::provider::owner_tags::{TAG_MANAGED, TAG_PROFILE};
use crate::units::{Engine, Provider};

/// The security group of the cache.
pub const SECURITY_GROUP: &str = "security_group";
/// The subnets that its nodes are in.
pub const SUBNET_GROUP: &str = "subnet_group";
/// Its settings.
pub const PARAMETER_GROUP: &str = "parameter_group";
/// A password.
pub const SECRET: &str = "secret";
/// A user.
pub const USER: &str = "user";
/// Its users.
pub const USER_GROUP: &str = "user_group";
/// A cache made of nodes.
pub const REPLICATION_GROUP: &str = "replication_group";
/// A cache without nodes.
pub const SERVERLESS_CACHE: &str = "serverless_cache";
/// Alarms of all members.
pub const ALARMS: &str = "alarms";
/// Where logs of the cache go.
pub const LOG_GROUP: &str = "log_group";
/// What may change the number of nodes.
pub const SCALING: &str = "scaling";

/// Tag of a cache that was made from a snapshot: which one.
pub const TAG_RESTORED: &str = "cachefit:restored";
/// Tag of a user: which version of its secret it was given.
pub const TAG_SECRET_VERSION: &str = "cachefit:secret-version";

/// Between the description of an alarm and whom it notifies.
const NOTIFIES: &str = "notifies ";
/// Between the description of an alarm and the mark of its tags.
const TAGGED: &str = "tags ";

/// An address.
pub fn address(kind: &str, name: impl Into<String>) -> Address {
    Address::new(Provider::Aws, kind, name)
}

/// Tags of everything that belongs to a profile.
pub fn tags(profile: &str) -> [(&'static str, String); 2] {
    [(TAG_MANAGED, "true".to_owned()), (TAG_PROFILE, profile.to_owned())]
}

/// Those, and more tags.
pub fn with_ours(profile: &str, more: impl IntoIterator<Item = (String, String)>) -> Vec<(String, String)> {
    let ours = tags(profile).into_iter().map(|(key, value)| (key.to_owned(), value));
    ours.chain(more).collect()
}

/// How a service sets tags.
#[derive(Clone, Copy, Debug)]
pub enum Tagging {
    /// ElastiCache, by the ARN.
    Cache,
    /// EC2, by the id.
    Ec2,
    /// Secrets Manager, by the name.
    Secrets,
    /// `CloudWatch` Logs, by the ARN.
    Logs,
}

/// The command that puts our tags on something again.
pub fn tag_command(how: Tagging, id: &str, profile: &str, region: &str) -> String {
    let pairs = format!("Key={TAG_MANAGED},Value=true Key={TAG_PROFILE},Value={profile}");
    let command = match how {
        Tagging::Cache => format!("elasticache add-tags-to-resource --resource-name {id} --tags {pairs}"),
        Tagging::Ec2 => format!("ec2 create-tags --resources {id} --tags {pairs}"),
        Tagging::Secrets => format!("secretsmanager tag-resource --secret-id {id} --tags {pairs}"),
        Tagging::Logs => {
            format!("logs tag-resource --resource-arn {id} --tags {TAG_MANAGED}=true,{TAG_PROFILE}={profile}")
        }
    };
    format!("if it is this profile's, `aws {command} --region {region}` says so again")
}

/// Text for the fields that cannot be tagged or are shown before tags can be read.
pub fn description(profile: &str) -> String {
    format!("cachefit: cache of {profile}")
}

/// The description of an alarm, which also says whom it notifies for us, since what others add is not on this list, and has
/// a mark of the profile's own tags, since a list of alarms does not show tags.
pub fn alarm_description(profile: &str, alerts: &[String], mark: Option<&str>) -> String {
    let mut text = description(profile);
    if !alerts.is_empty() {
        text.push_str(&format!("; {NOTIFIES}{}", alerts.join(" ")));
    }
    if let Some(mark) = mark {
        text.push_str(&format!("; {TAGGED}{mark}"));
    }
    text
}

/// What the description of an alarm of ours says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Described {
    /// Whom it notifies for us.
    pub notifies: Vec<String>,
    /// The mark of its tags.
    pub mark: Option<String>,
}

/// Reads the description of an alarm; none if it is not described as ours.
pub fn described(profile: &str, text: &str) -> Option<Described> {
    let mut described = Described::default();
    let rest = text.strip_prefix(&description(profile))?;
    if rest.is_empty() {
        return Some(described);
    }
    for part in rest.strip_prefix("; ")?.split("; ") {
        if let Some(all) = part.strip_prefix(NOTIFIES) {
            described.notifies = all.split(' ').map(str::to_owned).collect();
        } else {
            described.mark = Some(part.strip_prefix(TAGGED)?.to_owned());
        }
    }
    Some(described)
}

/// The same for a cache that was made by others: what the tags say must be known while they cannot be read.
pub fn adopted_description(profile: &str) -> String {
    format!("{}, taken over", description(profile))
}

/// The security group of a deployment.
pub fn security_group(profile: &str) -> String {
    format!("{profile}-cache")
}

/// The parameter family of an engine version: `valkey8`, `redis7`, `redis6.x`, `redis5.0`.
pub fn family(engine: Engine, version: &str) -> String {
    let mut parts = version.split('.');
    let major = parts.next().unwrap_or_default();
    match (engine, major) {
        (Engine::Redis, "6") => "redis6.x".to_owned(),
        (Engine::Redis, "4" | "5") => format!("redis{major}.{}", parts.next().unwrap_or("0")),
        _ => format!("{engine}{major}"),
    }
}

/// The parameter group of a deployment. Another family or cluster mode is another group, because a group that is in use
/// can change neither.
pub fn parameter_group(profile: &str, family: &str, cluster_mode: bool) -> String {
    let family = family.replace('.', "");
    format!("{profile}-{family}{}", if cluster_mode { "-cluster" } else { "" })
}

/// Whether a parameter group has one of the names of a profile.
pub fn is_parameter_group(profile: &str, name: &str) -> bool {
    let Some(rest) = name.strip_prefix(profile).and_then(|rest| rest.strip_prefix('-')) else { return false };
    let family = rest.strip_suffix("-cluster").unwrap_or(rest);
    let version = family.strip_prefix("valkey").or_else(|| family.strip_prefix("redis"));
    version.is_some_and(|v| v.starts_with(|c: char| c.is_ascii_digit()) && !v.contains('-'))
}

/// The id of a user. Sign-in by IAM wants the user's name to be the same. A user with a password has another, so that
/// one can take the other's place while both are there.
pub fn user_id(profile: &str, user: &str, auth: Auth) -> String {
    match auth {
        Auth::Iam => format!("{profile}-{user}"),
        Auth::Password => format!("{profile}-pw-{user}"),
    }
}

/// Whether the id of a user was made for a profile whose name goes on where ours ends: `shop-eu-pw-web` beside `shop`. The
/// id of a user that signs in by IAM is its name, which tells nothing: there the tags decide.
pub fn is_of_longer(profile: &str, id: &str, user: &str) -> bool {
    if user.is_empty()
        || id == user
        || [Auth::Iam, Auth::Password].iter().any(|a| id == user_id(profile, user, *a))
    {
        return false;
    }
    let owner = id.strip_suffix(user).and_then(|rest| rest.strip_suffix('-'));
    owner.is_some_and(|owner| owner.starts_with(&user_prefix(profile)))
}

/// What the ids of all users of a profile begin with.
pub fn user_prefix(profile: &str) -> String {
    format!("{profile}-")
}

/// The id of the user that keeps everybody out who gives no name.
pub fn default_user_id(profile: &str) -> String {
    format!("{profile}-default")
}

/// The secret with a user's password.
pub fn secret(profile: &str, user: &str) -> String {
    format!("cachefit/{profile}/{user}")
}

/// What the names of all alarms begin with.
pub fn alarm_prefix(profile: &str) -> String {
    format!("cachefit/{profile}/")
}

/// The alarm of one kind for one member.
pub fn alarm(profile: &str, member: &str, kind: &str) -> String {
    format!("cachefit/{profile}/{member}/{kind}")
}

/// The log group of one kind of log. What a service writes to a group of this prefix does not count towards the size
/// of the account's resource policies.
pub fn log_group(profile: &str, kind: &str) -> String {
    format!("/aws/vendedlogs/cachefit/{profile}/{kind}")
}

/// The last snapshot of a cache, by the second in which the cache was made: the same however often it is asked for.
/// A snapshot's name has at most 40 characters.
pub fn final_snapshot(profile: &str, created: i64) -> String {
    format!("{}-final-{created:010}", snapshot_head(profile))
}

/// What the names of a profile's last snapshots begin with.
pub fn snapshot_head(profile: &str) -> String {
    let tail = "-final-0123456789".len();
    let head: String = profile.chars().take(40 - tail).collect();
    head.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_follow_the_engine() {
        for (engine, version, expected) in [
            (Engine::Valkey, "8.1", "valkey8"),
            (Engine::Valkey, "9", "valkey9"),
            (Engine::Valkey, "7.2", "valkey7"),
            (Engine::Redis, "7.1", "redis7"),
            (Engine::Redis, "6.2", "redis6.x"),
            (Engine::Redis, "5.0.6", "redis5.0"),
            (Engine::Redis, "4.0.10", "redis4.0"),
        ] {
            assert_eq!(family(engine, version), expected);
            let name = parameter_group("shop", expected, true);
            assert!(is_parameter_group("shop", &name), "{name}");
        }
        assert!(!is_parameter_group("shop", "shop-eu-valkey8"));
        assert!(!is_parameter_group("shop", "default.valkey8"));
    }

    #[test]
    fn users_of_a_longer_name_are_not_ours() {
        for (id, user, longer) in [
            ("shop-pw-web", "web", false),
            ("shop-default", "default", false),
            ("shop-web", "shop-web", false),
            ("shop-eu-web", "shop-eu-web", false),
            ("shop-eu-pw-web", "web", true),
            ("shop-eu-default", "default", true),
            ("shop-by-hand", "somebody", false),
        ] {
            assert_eq!(is_of_longer("shop", id, user), longer, "{id}");
        }
    }

    #[test]
    fn an_alarm_says_whom_it_notifies() {
        let alerts = vec!["arn:aws:sns:us-east-1:1:a".to_owned(), "arn:aws:sns:us-east-1:1:b".to_owned()];
        for all in [&alerts[..], &[]] {
            for mark in [None, Some("1a2b3c4d")] {
                let read = described("shop", &alarm_description("shop", all, mark)).unwrap();
                assert_eq!((&read.notifies[..], read.mark.as_deref()), (all, mark));
            }
        }
        assert_eq!(described("shop", &alarm_description("shop-two", &alerts, None)), None);
        assert_eq!(described("shop", "a pager of others"), None);
    }

    #[test]
    fn a_snapshot_fits_and_is_the_same_again() {
        let name = final_snapshot(&"a".repeat(40), 1_790_000_000);
        assert_eq!(name.len(), 40);
        assert_eq!(final_snapshot("shop", 1_790_000_000), "shop-final-1790000000");
    }
}
