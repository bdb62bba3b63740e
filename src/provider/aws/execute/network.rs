//! The security group and the subnet group.

use aws_sdk_ec2::types::{
    IpPermission, IpRange, Ipv6Range, PrefixListId, ResourceType, Tag, TagSpecification, UserIdGroupPair,
};

use super::Work;
use crate::plan::Value;
use crate::provider::Outcome;
use crate::provider::aws::actions::Action;
use crate::provider::aws::error::{AwsError, Kind};
use crate::provider::aws::observe;

/// Makes, opens or deletes the security group.
pub async fn security_group(work: &Work<'_>) -> Result<Outcome, AwsError> {
    let session = work.session;
    let id = work.fact("id").map(str::to_owned);
    if work.step.verb == "delete" {
        let Some(id) = id else { return Ok(Outcome::Done) };
        let call = session.ec2.delete_security_group().group_id(id).send();
        return match session.write(Action::DeleteSecurityGroup, call).await {
            Err(error) if error.kind != Kind::Absent => Err(error),
            _ => Ok(Outcome::Done),
        };
    }
    let id = match id {
        Some(id) => id,
        None => match create(work).await? {
            Some(id) => id,
            None => return Ok(work.working("it was made, and does not show yet")),
        },
    };
    let today = observe::network::rules(session, &id).await?;
    let wanted = work.argument.texts("ingress");
    let mut open = Vec::new();
    for rule in wanted.iter().filter(|rule| !today.contains_key(*rule)) {
        open.push(permission(rule).ok_or_else(|| work.refused(&format!("`{rule}` is no rule")))?);
    }
    if !open.is_empty() {
        let call =
            session.ec2.authorize_security_group_ingress().group_id(&id).set_ip_permissions(Some(open));
        match session.write(Action::AuthorizeSecurityGroupIngress, call.send()).await {
            // A group that is let in may be missing just as well: that does not pass.
            Err(error) if error.kind == Kind::Absent && error.message.contains(&id) => {
                return Ok(work.working("it was made, and does not show yet"));
            }
            Err(error) if error.kind != Kind::Exists => return Err(error),
            _ => {}
        }
    }
    // By its id, because not every rule can be named in another way; each by itself, because of several the service closes
    // none when one is gone already.
    for (_, rule) in today.iter().filter(|(rule, _)| !wanted.contains(rule)) {
        let call = session.ec2.revoke_security_group_ingress().group_id(&id).security_group_rule_ids(rule);
        match session.write(Action::RevokeSecurityGroupIngress, call.send()).await {
            Err(error) if error.kind != Kind::Absent => return Err(error),
            _ => {}
        }
    }
    // EC2 shows what was done only after a moment.
    match observe::one(session, &work.step.address).await? {
        Some(is)
            if is.resource.attributes.get("ingress").and_then(Value::as_texts) == Some(texts(&wanted)) =>
        {
            Ok(Outcome::Done)
        }
        _ => Ok(work.working("its rules do not show yet")),
    }
}

fn texts(all: &[String]) -> Vec<&str> {
    all.iter().map(String::as_str).collect()
}

/// The id of a new group; none if one of this name and of ours is there that does not show yet.
async fn create(work: &Work<'_>) -> Result<Option<String>, AwsError> {
    let tags = work
        .all_tags()
        .into_iter()
        .map(|(key, value)| Tag::builder().key(key).value(value).build())
        .collect();
    let tags =
        TagSpecification::builder().resource_type(ResourceType::SecurityGroup).set_tags(Some(tags)).build();
    let call = work
        .session
        .ec2
        .create_security_group()
        .group_name(work.name())
        .description(work.description())
        .vpc_id(work.argument.text("vpc"))
        .tag_specifications(tags)
        .send();
    let made = match work.session.write(Action::CreateSecurityGroup, call).await {
        Err(error) if error.kind == Kind::Exists => {
            let other = observe::network::foreign_group(work.session, work.argument.text("vpc")).await?;
            return match other {
                Some(id) => Err(work.refused(&format!("{id} has its name and is not managed by cachefit"))),
                None => Ok(None),
            };
        }
        made => made?,
    };
    let id = made.group_id().ok_or_else(|| AwsError::unreadable(Action::CreateSecurityGroup, "group id"))?;
    Ok(Some(id.to_owned()))
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

/// Makes, changes or deletes the subnet group.
pub async fn subnet_group(work: &Work<'_>) -> Result<Outcome, AwsError> {
    let (cache, subnets) = (&work.session.cache, work.argument.texts("subnets"));
    if work.step.verb == "delete" {
        if work.is.is_none() {
            return Ok(Outcome::Done);
        }
        let call = cache.delete_cache_subnet_group().cache_subnet_group_name(work.name()).send();
        return match work.session.write(Action::DeleteCacheSubnetGroup, call).await {
            Err(error) if error.kind != Kind::Absent => Err(error),
            _ => Ok(Outcome::Done),
        };
    }
    if work.is.is_none() {
        let call = cache
            .create_cache_subnet_group()
            .cache_subnet_group_name(work.name())
            .cache_subnet_group_description(work.description())
            .set_subnet_ids(Some(subnets))
            .set_tags(Some(work.tags()))
            .send();
        work.session.write(Action::CreateCacheSubnetGroup, call).await?;
    } else if !work.is_in_force() {
        let call = cache.modify_cache_subnet_group().cache_subnet_group_name(work.name());
        let call = call.set_subnet_ids(Some(subnets)).send();
        work.session.write(Action::ModifyCacheSubnetGroup, call).await?;
    }
    Ok(Outcome::Done)
}
