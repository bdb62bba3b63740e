//! Keys of a profile that AWS takes in its own spelling, or not at all: whom alarms notify, other callers, tags, groups.

use super::actions::Action;
use super::network::Network;
use super::session::Session;
use super::{callers, names, own_tags};
use crate::deployment::Configuration;
use crate::profile::Profile;
use crate::provider::ProviderError;

/// Tags of a resource.
const MOST_TAGS: usize = 50;
/// Those of ours at most, beside the list of the profile's.
const OUR_TAGS: usize = 5;
/// Actions of an alarm for one state.
const MOST_ALERTS: usize = 5;
/// Characters of an alarm's description.
const MOST_DESCRIPTION: usize = 1024;

/// Everything that is wrong with them.
pub fn refused(
    deployment: &Configuration,
    profile: &Profile,
    network: &Network,
    serverless: bool,
) -> Vec<String> {
    let mut all = Vec::new();
    alerts(deployment, profile, &mut all);
    callers(profile, network, serverless, &mut all);
    named(profile, &mut all);
    tags(profile, &mut all);
    all
}

/// An alarm notifies topics of its own region only, and no more than five.
fn alerts(deployment: &Configuration, profile: &Profile, all: &mut Vec<String>) {
    let alerts = &profile.requirements.alerts;
    for alert in alerts {
        let parts: Vec<&str> = alert.split(':').collect();
        match parts[..] {
            ["arn", _, "sns", region, _, _] if region == deployment.region => {}
            ["arn", _, "sns", region, _, _] => all.push(format!(
                "requirements.alerts: {alert} is in {region}, and an alarm in {} notifies topics of its own region only",
                deployment.region
            )),
            _ => all.push(format!(
                "requirements.alerts: `{alert}` is no topic of SNS, such as arn:aws:sns:{}:111122223333:pager",
                deployment.region
            )),
        }
    }
    if alerts.len() > MOST_ALERTS {
        all.push(format!("requirements.alerts: an alarm notifies {MOST_ALERTS} topics at most"));
    }
    if names::alarm_description(&profile.name, alerts, own_tags::mark(&profile.tags).as_deref()).len()
        > MOST_DESCRIPTION
    {
        all.push("requirements.alerts: the names of the topics are too long together".to_owned());
    }
}

/// Security groups that the profile names must be there: only the account can tell. Those of other accounts cannot be seen.
pub async fn there(session: &Session, profile: &Profile, network: &Network) -> Result<(), ProviderError> {
    let callers = profile.security.allow_from.iter().filter(|caller| caller.starts_with("sg-"));
    let callers = callers.map(|group| ("security.allow_from", group));
    let own = profile.placement.security_groups.iter().map(|group| ("placement.security_groups", group));
    let named: Vec<(&str, &String)> = callers.chain(own).collect();
    if named.is_empty() {
        return Ok(());
    }
    let ids = named.iter().map(|(_, group)| (*group).clone()).collect();
    let filter = aws_sdk_ec2::types::Filter::builder().name("group-id").set_values(Some(ids)).build();
    let call = || session.ec2.describe_security_groups().filters(filter.clone()).send();
    let answer = session.read(Action::DescribeSecurityGroups, call).await.map_err(ProviderError::from)?;
    let vpc =
        |id: &str| answer.security_groups().iter().find(|g| g.group_id() == Some(id)).map(|g| g.vpc_id());
    let wrong = named.into_iter().filter_map(|(key, group)| match (vpc(group), network.vpc.as_deref()) {
        (None, _) => Some(format!("{key}: there is no security group {group} in {}", session.opening.region)),
        (Some(is), Some(wanted)) if key.starts_with("placement") && is != Some(wanted) => Some(format!(
            "{key}: {group} is in {}, and the cache in {wanted}: a cache has groups of its own VPC only",
            is.unwrap_or("no VPC")
        )),
        _ => None,
    });
    let wrong: Vec<String> = wrong.collect();
    if wrong.is_empty() {
        return Ok(());
    }
    let hint =
        "`aws ec2 describe-security-groups` lists them; one of another account is written ACCOUNT/sg-…";
    Err(ProviderError::permanent(wrong.join("\n"), Some(hint.to_owned())))
}

/// Groups that a cache gets beside its own are named by their ids.
fn named(profile: &Profile, all: &mut Vec<String>) {
    for group in profile.placement.security_groups.iter().filter(|group| !group.starts_with("sg-")) {
        all.push(format!(
            "placement.security_groups: `{group}` is no id of a security group, such as sg-0123456789abcdef0"
        ));
    }
}

fn callers(profile: &Profile, network: &Network, serverless: bool, all: &mut Vec<String>) {
    let wrong = profile.security.allow_from.iter().filter_map(|caller| callers::refused(caller));
    all.extend(wrong.map(|why| format!("security.allow_from: {why}")));
    if serverless && network.vpc.is_none() && !profile.security.allow_from.is_empty() {
        all.push("security.allow_from: a cache with a public endpoint has no security group".to_owned());
    }
}

/// Tags of the profile's own, within what every service takes.
fn tags(profile: &Profile, all: &mut Vec<String>) {
    let odd = |text: &str, most: usize| {
        text.chars().count() > most || text.chars().any(|c| !c.is_alphanumeric() && !" _.:/=+-@".contains(c))
    };
    for (name, value) in &profile.tags {
        if odd(name, 128) || odd(value, 256) {
            all.push(format!(
                "tags: `{name}: {value}` is no tag of AWS: letters, digits, blanks and _.:/=+-@, up to 128 in the name and 256 in the value"
            ));
        }
    }
    let list = own_tags::record(profile.tags.keys().map(String::as_str)).len();
    if profile.tags.len() + list + OUR_TAGS > MOST_TAGS {
        all.push(format!(
            "tags: {} are too many: a resource has {MOST_TAGS}, and {} are cachefit's",
            profile.tags.len(),
            list + OUR_TAGS
        ));
    }
    for name in profile.tags.keys().filter(|name| name.contains(own_tags::BETWEEN)) {
        all.push(format!(
            "tags: `{name}` has `{}` in it, which parts tags in cachefit's list of them",
            own_tags::BETWEEN
        ));
    }
}
