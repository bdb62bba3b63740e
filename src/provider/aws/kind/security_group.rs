//! The security group: who may reach the cache.

use crate::plan::{Observed, Ownership, REPAIR, Resource, Value};
use crate::provider::Outcome;
use crate::provider::aws::actions::Action;
use crate::provider::aws::error::AwsError;
use crate::provider::aws::found::{by_tags, found, tagged, texts};
use crate::provider::aws::names::Tagging;
use crate::provider::aws::session::Session;
use crate::provider::aws::{names, others};
use crate::provider::call::{CallError, Refusal};
use crate::provider::cloud::Wanted;
use crate::provider::kind::{Attribute, Doing, Group, Kind, Reading, Usual, Verb, Work};
use crate::units::{Figure, Usd};
use aws_sdk_ec2::types::{
    Filter, IpPermission, IpRange, Ipv6Range, PrefixListId, ResourceType, SecurityGroup as Shown,
    SecurityGroupRule, Tag, TagSpecification, UserIdGroupPair,
};
use std::collections::BTreeMap;

const INGRESS: &str = "ingress";
const VPC: &str = "vpc";

const SCHEMA: &[Attribute] = &[
    Attribute::in_place("region", &Group::SET),
    Attribute::fixed(VPC, "a security group stays in its VPC"),
    Attribute::in_place(INGRESS, &Group::SET),
    Attribute::TAGS,
];

/// A security group.
#[derive(Debug)]
pub struct SecurityGroup;

impl Kind<Session> for SecurityGroup {
    fn name(&self) -> &'static str {
        names::SECURITY_GROUP
    }

    fn schema(&self) -> &'static [Attribute] {
        SCHEMA
    }

    fn usual(&self) -> Usual {
        Usual { create: 5, ..Usual::seconds(2) }
    }

    fn desired(&self, wanted: &Wanted<'_, Session>) -> Vec<Resource> {
        wanted.tagged((!wanted.is_public()).then(|| rules_wanted(wanted)))
    }

    fn list<'a>(&'a self, session: &'a Session) -> Reading<'a, Vec<Observed>> {
        Box::pin(async move { Ok(security_groups(session).await?) })
    }

    fn create<'a>(&'a self, work: &'a Work<'a, Session>) -> Doing<'a> {
        Box::pin(create(work))
    }

    fn update<'a>(&'a self, work: &'a Work<'a, Session>) -> Doing<'a> {
        Box::pin(set(work))
    }

    fn delete<'a>(&'a self, work: &'a Work<'a, Session>) -> Doing<'a> {
        Box::pin(delete(work))
    }

    fn list_after<'a>(&'a self, session: &'a Session, found: &'a [Observed]) -> Reading<'a, Vec<Observed>> {
        Box::pin(async move {
            // Whoever makes or changes a cache has functions; only what goes must be used by nobody.
            if session.opening.functions.is_none() {
                others::of_security_group(session, found).await?;
            }
            Ok(Vec::new())
        })
    }

    fn permissions(&self) -> &'static [(Verb, &'static [&'static str])] {
        &[
            (Verb::Read, &["ec2:DescribeSecurityGroups", "ec2:DescribeSecurityGroupRules"]),
            (
                Verb::Create,
                &["ec2:CreateSecurityGroup", "ec2:AuthorizeSecurityGroupIngress", "ec2:CreateTags"],
            ),
            (Verb::Update, &["ec2:AuthorizeSecurityGroupIngress", "ec2:RevokeSecurityGroupIngress"]),
            // What else is in it.
            (Verb::Delete, &["ec2:DeleteSecurityGroup", "ec2:DescribeNetworkInterfaces"]),
        ]
    }

    fn monthly(&self, resource: &Resource) -> Figure<Usd> {
        let _ = resource;
        Figure::Known(Usd::ZERO)
    }
}

/// The security group, or one that we have made and that has lost a tag. Its name is unique in a VPC only: one in another
/// VPC that is not ours is none of our business.
pub async fn security_groups(session: &Session) -> Result<Vec<Observed>, AwsError> {
    let all = named(session).await?;
    let ours = all.iter().find(|o| o.ownership == Ownership::Ours);
    let Some(group) = ours.or_else(|| all.iter().find(|o| o.computed.contains_key(REPAIR))) else {
        return Ok(Vec::new());
    };
    let rules = rules(session, group.computed.get("id").map_or("", String::as_str)).await?;
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
    Ok(named(session).await?.iter().find(foreign).and_then(|o| o.computed.get("id").cloned()))
}

/// All groups of our group's name, whosever they are, without their rules.
async fn named(session: &Session) -> Result<Vec<Observed>, AwsError> {
    let name = names::security_group(session.name());
    let filter = Filter::builder().name("group-name").values(&name).build();
    let call = || session.ec2.describe_security_groups().filters(filter.clone()).send();
    let answer = session.read(Action::DescribeSecurityGroups, call).await?;
    Ok(answer.security_groups().iter().map(|group| security_group(session, group)).collect())
}

fn security_group(session: &Session, group: &Shown) -> Observed {
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
    observed.computed.insert("id".into(), id.to_owned());
    tagged(session, &mut observed, Tagging::Ec2, id, &tags);
    if group.description() != Some(names::description(session.name()).as_str()) {
        observed.computed.remove(REPAIR);
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

fn rules_wanted(wanted: &Wanted<'_, Session>) -> Resource {
    let ports: &[u16] = if wanted.is_serverless() { &[6379, 6380] } else { &[6379] };
    let groups = wanted.callers.network.groups();
    let callers = wanted.profile.security.allow_from.iter().map(String::as_str);
    let mut rules: Vec<String> = groups
        .into_iter()
        .chain(callers)
        .flat_map(|group| ports.iter().map(move |port| format!("{port} from {group}")))
        .collect();
    rules.sort_unstable();
    rules.dedup();
    Resource::new(names::address(names::SECURITY_GROUP, names::security_group(wanted.name())))
        .with("region", wanted.region())
        .with("vpc", wanted.vpc())
        .with("ingress", rules)
}

/// A group of this name and of ours that does not show yet is waited for.
async fn create(work: &Work<'_, Session>) -> Result<Outcome, CallError> {
    let tags = work.all_tags().into_iter();
    let tags = tags.map(|(key, value)| Tag::builder().key(key).value(value).build()).collect();
    let tags =
        TagSpecification::builder().resource_type(ResourceType::SecurityGroup).set_tags(Some(tags)).build();
    let call = work
        .cloud
        .ec2
        .create_security_group()
        .group_name(work.name())
        .description(work.description())
        .vpc_id(work.text(VPC))
        .tag_specifications(tags)
        .send();
    match work.cloud.write(Action::CreateSecurityGroup, call).await {
        Err(error) if error.kind == Refusal::Exists => match foreign_group(work.cloud, work.text(VPC)).await?
        {
            Some(id) => Err(work.refused(&format!("{id} has its name and is not managed by cachefit"))),
            None => Ok(work.working("it was made, and does not show yet")),
        },
        Err(error) => Err(error.into()),
        Ok(_) => Ok(Outcome::Done),
    }
}

async fn set(work: &Work<'_, Session>) -> Result<Outcome, CallError> {
    let session = work.cloud;
    let Some(id) = work.fact("id") else { return Err(work.refused("its id is not known")) };
    let today = rules(session, id).await?;
    let wanted = work.texts(INGRESS);
    let mut open = Vec::new();
    for rule in wanted.iter().filter(|rule| !today.contains_key(*rule)) {
        open.push(permission(rule).ok_or_else(|| work.refused(&format!("`{rule}` is no rule")))?);
    }
    if !open.is_empty() {
        let call = session.ec2.authorize_security_group_ingress().group_id(id).set_ip_permissions(Some(open));
        match session.write(Action::AuthorizeSecurityGroupIngress, call.send()).await {
            // A group that is let in may be missing just as well: that does not pass.
            Err(error) if error.kind == Refusal::Absent && error.message.contains(id) => {
                return Err(CallError::new(Refusal::Busy, "it was made, and does not show yet"));
            }
            Err(error) if error.kind != Refusal::Exists => return Err(error.into()),
            _ => {}
        }
    }
    // By its id, because not every rule can be named in another way; each by itself, because of several the service closes
    // none when one is gone already.
    for (_, rule) in today.iter().filter(|(rule, _)| !wanted.contains(rule)) {
        let call = session.ec2.revoke_security_group_ingress().group_id(id).security_group_rule_ids(rule);
        match session.write(Action::RevokeSecurityGroupIngress, call.send()).await {
            Err(error) if error.kind != Refusal::Absent => return Err(error.into()),
            _ => {}
        }
    }
    Ok(Outcome::Done)
}

async fn delete(work: &Work<'_, Session>) -> Result<Outcome, CallError> {
    if let Some(id) = work.fact("id") {
        let call = work.cloud.ec2.delete_security_group().group_id(id).send();
        work.cloud.write(Action::DeleteSecurityGroup, call).await?;
    }
    Ok(Outcome::Done)
}

/// `6379 from sg-1` as a permission; none for what we never ask for.
fn permission(rule: &str) -> Option<IpPermission> {
    let (port, source) = rule.split_once(" from ")?;
    let port = port.parse().ok()?;
    let rule = IpPermission::builder().ip_protocol("tcp").from_port(port).to_port(port);
    let (account, source) = match source.split_once('/') {
        Some((account, group)) if group.starts_with("sg-") => (Some(account.to_owned()), group),
        _ => (None, source),
    };
    Some(if source.starts_with("sg-") {
        let group = UserIdGroupPair::builder().group_id(source).set_user_id(account).build();
        rule.user_id_group_pairs(group).build()
    } else if source.starts_with("pl-") {
        rule.prefix_list_ids(PrefixListId::builder().prefix_list_id(source).build()).build()
    } else if source.contains(':') {
        rule.ipv6_ranges(Ipv6Range::builder().cidr_ipv6(source).build()).build()
    } else {
        rule.ip_ranges(IpRange::builder().cidr_ip(source).build()).build()
    })
}
