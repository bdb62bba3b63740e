//! The security group and the subnet group.

use std::collections::BTreeMap;

use aws_sdk_ec2::types::{Filter, SecurityGroup, SecurityGroupRule};

use super::{by_tags, found, ownership, tagged, texts};
use crate::plan::{Observed, Ownership, REPAIR, Value};
use crate::provider::aws::actions::Action;
use crate::provider::aws::error::AwsError;
use crate::provider::aws::names::{self, Tagging};
use crate::provider::aws::session::Session;

/// The security group, or one that we have made and that has lost a tag. Its name is unique in a VPC only: one in another
/// VPC that is not ours is none of our business.
pub async fn security_groups(session: &Session) -> Result<Vec<Observed>, AwsError> {
    let all = named(session).await?;
    let ours = all.iter().find(|o| o.ownership == Ownership::Ours);
    let Some(group) = ours.or_else(|| all.iter().find(|o| o.facts.contains_key(REPAIR))) else {
        return Ok(Vec::new());
    };
    let rules = rules(session, group.facts.get("id").map_or("", String::as_str)).await?;
    let mut group = group.clone();
    group.resource = group.resource.with("ingress", texts(rules.keys().map(String::as_str)));
    Ok(vec![group])
}

/// The id of a group of others that has the name of ours in a VPC.
pub async fn foreign_group(session: &Session, vpc: &str) -> Result<Option<String>, AwsError> {
    let foreign = |o: &&Observed| {
        o.ownership != Ownership::Ours
            && o.resource.attributes.get("vpc").and_then(Value::as_text) == Some(vpc)
    };
    Ok(named(session).await?.iter().find(foreign).and_then(|o| o.facts.get("id").cloned()))
}

/// All groups of our group's name, whosever they are, without their rules.
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
    observed.resource = observed
        .resource
        .with("region", session.opening.region.as_str())
        .with("vpc", group.vpc_id().unwrap_or_default());
    let id = group.group_id().unwrap_or_default();
    observed.facts.insert("id".into(), id.to_owned());
    tagged(session, &mut observed, Tagging::Ec2, id, &tags);
    if group.description() != Some(names::description(session.name()).as_str()) {
        observed.facts.remove(REPAIR);
    }
    observed
}

/// What a group lets in, `6379 from sg-1`, each with the id of its rule.
pub async fn rules(session: &Session, group: &str) -> Result<BTreeMap<String, String>, AwsError> {
    let all = both_ways(session, &[group.to_owned()]).await?;
    let inward = all.iter().filter(|rule| rule.is_egress() != Some(true));
    let named = inward.map(|rule| {
        let id = rule.security_group_rule_id().unwrap_or_default();
        (format!("{} from {}", ports(rule), source(rule)), id.to_owned())
    });
    Ok(named.collect())
}

/// Every rule of some groups, in and out.
pub async fn both_ways(session: &Session, groups: &[String]) -> Result<Vec<SecurityGroupRule>, AwsError> {
    let filter = Filter::builder().name("group-id").set_values(Some(groups.to_vec())).build();
    let mut all = Vec::new();
    let mut token: Option<String> = None;
    loop {
        let call = || {
            let call = session.ec2.describe_security_group_rules().filters(filter.clone());
            call.set_next_token(token.clone()).send()
        };
        let page = session.read(Action::DescribeSecurityGroupRules, call).await?;
        token = page.next_token().filter(|t| !t.is_empty()).map(str::to_owned);
        all.extend(page.security_group_rules.unwrap_or_default());
        if token.is_none() {
            return Ok(all);
        }
    }
}

fn ports(rule: &SecurityGroupRule) -> String {
    match (rule.ip_protocol(), rule.from_port(), rule.to_port()) {
        (Some("tcp"), Some(from), Some(to)) if from == to => from.to_string(),
        (Some("tcp"), Some(from), Some(to)) => format!("{from}-{to}"),
        (Some("-1"), ..) => "everything".to_owned(),
        // For ICMP these are type and code, and less than nothing means all.
        (Some(protocol), Some(from), Some(to)) => format!("protocol {protocol} {from} {to}"),
        (protocol, ..) => format!("protocol {}", protocol.unwrap_or("unknown")),
    }
}

/// Whom a rule lets in. A group of another account stands behind its account.
fn source(rule: &SecurityGroupRule) -> String {
    if let Some(group) = rule.referenced_group_info() {
        let id = group.group_id().unwrap_or_default();
        return match group.user_id().filter(|owner| Some(*owner) != rule.group_owner_id()) {
            Some(owner) => format!("{owner}/{id}"),
            None => id.to_owned(),
        };
    }
    let range = rule.cidr_ipv4().or(rule.cidr_ipv6()).or(rule.prefix_list_id());
    range.unwrap_or("an unknown source").to_owned()
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
        let owner = ownership(session, group.arn(), description).await?;
        observed.ownership = owner.ownership;
        tagged(session, &mut observed, Tagging::Cache, group.arn().unwrap_or_default(), &owner.tags);
        observed.resource = observed
            .resource
            .with("region", session.opening.region.as_str())
            .with("vpc", group.vpc_id().unwrap_or_default())
            .with("subnets", texts(group.subnets().iter().filter_map(|s| s.subnet_identifier())));
        all.push(observed);
    }
    Ok(all)
}
