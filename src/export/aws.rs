//! What a plan would make at AWS, as other tools name it.

use super::Subject;
use crate::plan::{Resource, Value};

/// The cache by nodes.
pub const REPLICATION_GROUP: &str = "replication_group";
/// The cache without nodes.
pub const SERVERLESS_CACHE: &str = "serverless_cache";
/// Its settings.
pub const PARAMETER_GROUP: &str = "parameter_group";
/// A user.
pub const USER: &str = "user";
/// Its users.
pub const USER_GROUP: &str = "user_group";
/// Alarms of all members.
pub const ALARMS: &str = "alarms";
/// Where logs go.
pub const LOG_GROUP: &str = "log_group";

/// Attributes of a parameter group that are no parameters.
const NOT_PARAMETERS: [&str; 4] = ["region", "family", "tags", "cluster-enabled"];

/// One alarm of a plan: `CPUUtilization Maximum over 60 s above 45, 3 of 5 points`.
pub struct Alarm<'a> {
    pub kind: &'a str,
    pub metric: &'a str,
    pub statistic: &'a str,
    pub period: i64,
    pub above: &'a str,
    pub points: i64,
    pub of: i64,
}

impl<'a> Subject<'a> {
    /// The first resource of a kind.
    pub fn one(&self, kind: &str) -> Option<&'a Resource> {
        self.resources.iter().find(|r| r.address.kind == kind)
    }

    /// All resources of a kind.
    pub fn all<'s>(&'s self, kind: &'s str) -> impl Iterator<Item = &'a Resource> + 's {
        self.resources.iter().filter(move |r| r.address.kind == kind)
    }

    /// The alarms, in their order.
    pub fn alarms(&self) -> Vec<Alarm<'a>> {
        let attributes = self.one(ALARMS).into_iter().flat_map(|r| &r.attributes);
        attributes.filter_map(|(kind, value)| alarm(kind, value.as_text()?)).collect()
    }

    /// Whom alarms notify.
    pub fn notified(&self) -> Vec<String> {
        self.one(ALARMS).map(|r| texts(r, "notifies")).unwrap_or_default()
    }

    /// The names under which members report, once they are there.
    pub fn members(&self) -> Vec<String> {
        let Some(group) = self.one(REPLICATION_GROUP) else { return vec![self.name().to_owned()] };
        let name = self.name();
        let (shards, replicas) = (number(group, "shards"), number(group, "replicas"));
        if text(group, "cluster_mode") == "enabled" {
            let of = |shard: i64| (1..=1 + replicas).map(move |node| format!("{name}-{shard:04}-{node:03}"));
            return (1..=shards).flat_map(of).collect();
        }
        (1..=1 + replicas).map(|node| format!("{name}-{node:03}")).collect()
    }

    /// Parameters with their values.
    pub fn parameters(&self) -> Vec<(&'a str, String)> {
        let Some(group) = self.one(PARAMETER_GROUP) else { return Vec::new() };
        let all = group.attributes.iter().filter(|(name, _)| !NOT_PARAMETERS.contains(&name.as_str()));
        let mut all: Vec<(&str, String)> =
            all.map(|(name, value)| (name.as_str(), value.to_string())).collect();
        if group.attributes.contains_key("cluster-enabled") {
            all.push(("cluster-enabled", "yes".to_owned()));
        }
        all.sort();
        all
    }

    /// Sources that may come in beside the clients of the variable: groups, ranges, prefix lists.
    pub fn callers(&self) -> &'a [String] {
        &self.profile.security.allow_from
    }

    /// Ports that are opened.
    pub fn ports(&self) -> &'static [i64] {
        if self.one(SERVERLESS_CACHE).is_some() { &[6379, 6380] } else { &[6379] }
    }

    /// What neither tool for AWS is given.
    pub fn left_out_of_aws(&self) -> Vec<String> {
        let mut all = vec![
            "The network of the functions is not looked up: VPC, subnets and the security groups of clients are variables."
                .to_owned(),
        ];
        if self.resources.iter().any(|r| r.address.kind == "scaling") {
            all.push("Scaling by load and by the clock is left out: add aws_appautoscaling resources, or let `cachefit apply` do it.".to_owned());
        }
        if self.one(REPLICATION_GROUP).is_some() && !self.alarms().is_empty() {
            all.push("Alarms are of the members that the cache begins with; nodes that are added later need their own.".to_owned());
        }
        all
    }
}

fn alarm<'a>(kind: &'a str, text: &'a str) -> Option<Alarm<'a>> {
    let (head, tail) = text.strip_suffix(" points")?.split_once(", ")?;
    let (points, of) = tail.split_once(" of ")?;
    let words: Vec<&str> = head.split(' ').collect();
    let [metric, statistic, "over", period, "s", "above", above] = words[..] else { return None };
    let (period, points, of) = (period.parse().ok()?, points.parse().ok()?, of.parse().ok()?);
    Some(Alarm { kind, metric, statistic, period, above, points, of })
}

/// Text of an attribute; empty where it is something else.
pub fn text<'a>(resource: &'a Resource, name: &str) -> &'a str {
    resource.attributes.get(name).and_then(Value::as_text).unwrap_or_default()
}

/// A number of an attribute; 0 where it is something else.
pub fn number(resource: &Resource, name: &str) -> i64 {
    resource.attributes.get(name).and_then(Value::as_number).unwrap_or_default()
}

/// A flag of an attribute.
pub fn flag(resource: &Resource, name: &str) -> bool {
    resource.attributes.get(name).and_then(Value::as_flag).unwrap_or_default()
}

/// Texts of an attribute.
pub fn texts(resource: &Resource, name: &str) -> Vec<String> {
    let texts = resource.attributes.get(name).and_then(Value::as_texts).unwrap_or_default();
    texts.into_iter().map(str::to_owned).collect()
}

/// The secret that an attribute names.
pub fn secret<'a>(resource: &'a Resource, name: &str) -> Option<&'a str> {
    match resource.attributes.get(name)? {
        Value::Secret { secret } => Some(secret),
        _ => None,
    }
}

/// Where a caller comes from.
pub enum Caller<'a> {
    Group(&'a str),
    Prefixes(&'a str),
    V4(&'a str),
    V6(&'a str),
}

/// What an entry of `security.allow_from` is.
pub fn caller(text: &str) -> Caller<'_> {
    if text.starts_with("pl-") {
        Caller::Prefixes(text)
    } else if text.contains(':') {
        Caller::V6(text)
    } else if text.contains("sg-") {
        Caller::Group(text)
    } else {
        Caller::V4(text)
    }
}
