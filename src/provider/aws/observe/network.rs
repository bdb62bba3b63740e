//! The security group and the subnet group.

use std::collections::BTreeMap;

use aws_sdk_ec2::types::{Filter, IpPermission, SecurityGroup};

use super::{by_tags, found, ownership, texts};
use crate::plan::{Observed, Ownership, Value};
use crate::provider::aws::actions::Action;
use crate::provider::aws::error::AwsError;
use crate::provider::aws::names;
use crate::provider::aws::session::Session;

/// The security group. Its name is unique in a VPC only: one in another VPC that is not ours is none of our business.
pub async fn security_groups(session: &Session) -> Result<Vec<Observed>, AwsError> {
    let ours = named(session).await?.into_iter().filter(|o| o.ownership == Ownership::Ours);
    Ok(ours.take(1).collect())
}

/// The id of a group of others that has the name of ours in a VPC.
pub async fn foreign_group(session: &Session, vpc: &str) -> Result<Option<String>, AwsError> {
    let foreign = |o: &&Observed| {
        o.ownership != Ownership::Ours
            && o.resource.attributes.get("vpc").and_then(Value::as_text) == Some(vpc)
    };
    Ok(named(session).await?.iter().find(foreign).and_then(|o| o.facts.get("id").cloned()))
}

/// All groups of our group's name, whosever they are.
async fn named(session: &Session) -> Result<Vec<Observed>, AwsError> {
    let name = names::security_group(session.name());
    let filter = Filter::builder().name("group-name").values(&name).build();
    let call = || session.ec2.describe_security_groups().filters(filter.clone()).send();
    let answer = session.read(Action::DescribeSecurityGroups, call).await?;
    Ok(answer.security_groups().iter().map(|group| security_group(session, group)).collect())
}

fn security_group(session: &Session, group: &SecurityGroup) -> Observed {
    let mut observed = found(names::SECURITY_GROUP, group.group_name().unwrap_or_default());
    let tags: BTreeMap<String, String> = group
        .tags()
        .iter()
        .filter_map(|tag| Some((tag.key()?.to_owned(), tag.value().unwrap_or_default().to_owned())))
        .collect();
    observed.ownership = by_tags(session.name(), &tags);
    let rules: Vec<String> = group.ip_permissions().iter().flat_map(sources).collect();
    observed.resource = observed
        .resource
        .with("region", session.opening.region.as_str())
        .with("vpc", group.vpc_id().unwrap_or_default())
        .with("ingress", texts(rules.iter().map(String::as_str)));
    observed.facts.insert("id".into(), group.group_id().unwrap_or_default().to_owned());
    observed
}

/// `6379 from sg-1`, one for each source of a rule.
fn sources(rule: &IpPermission) -> Vec<String> {
    let ports = match (rule.ip_protocol(), rule.from_port(), rule.to_port()) {
        (Some("tcp"), Some(from), Some(to)) if from == to => from.to_string(),
        (Some("tcp"), Some(from), Some(to)) => format!("{from}-{to}"),
        // For ICMP these are type and code, and less than nothing means all.
        (Some(protocol), Some(from), Some(to)) => format!("protocol {protocol} {from} {to}"),
        (protocol, ..) => format!("protocol {}", protocol.unwrap_or("-1")),
    };
    let groups = rule.user_id_group_pairs().iter().filter_map(|p| p.group_id());
    let ranges = rule.ip_ranges().iter().filter_map(|r| r.cidr_ip());
    let six = rule.ipv6_ranges().iter().filter_map(|r| r.cidr_ipv6());
    let lists = rule.prefix_list_ids().iter().filter_map(|l| l.prefix_list_id());
    groups.chain(ranges).chain(six).chain(lists).map(|source| format!("{ports} from {source}")).collect()
}

/// The subnet group.
pub async fn subnet_groups(session: &Session) -> Result<Vec<Observed>, AwsError> {
    let call = || session.cache.describe_cache_subnet_groups().cache_subnet_group_name(session.name()).send();
    let answer = session.read(Action::DescribeCacheSubnetGroups, call).await;
    let Some(answer) = AwsError::absent_is_none(answer)? else { return Ok(Vec::new()) };
    let mut all = Vec::new();
    for group in answer.cache_subnet_groups() {
        let mut observed = found(names::SUBNET_GROUP, group.cache_subnet_group_name().unwrap_or_default());
        let description = group.cache_subnet_group_description();
        observed.ownership = ownership(session, group.arn(), description).await?.ownership;
        observed.resource = observed
            .resource
            .with("region", session.opening.region.as_str())
            .with("vpc", group.vpc_id().unwrap_or_default())
            .with("subnets", texts(group.subnets().iter().filter_map(|s| s.subnet_identifier())));
        all.push(observed);
    }
    Ok(all)
}
