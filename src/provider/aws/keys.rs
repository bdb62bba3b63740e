//! Keys of a profile that AWS takes in its own spelling, or not at all: whom alarms notify, other callers, tags, groups.

use super::network::Network;
use super::{callers, names};
use crate::deployment::Deployment;
use crate::profile::Profile;

/// Tags of a resource that are left beside ours.
const MOST_TAGS: usize = 45;
/// Actions of an alarm for one state.
const MOST_ALERTS: usize = 5;
/// Characters of an alarm's description.
const MOST_DESCRIPTION: usize = 1024;

/// Everything that is wrong with them.
pub fn refused(
    deployment: &Deployment,
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
fn alerts(deployment: &Deployment, profile: &Profile, all: &mut Vec<String>) {
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
    if names::alarm_description(&profile.name, alerts).len() > MOST_DESCRIPTION {
        all.push("requirements.alerts: the names of the topics are too long together".to_owned());
    }
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
    if profile.tags.len() > MOST_TAGS {
        all.push(format!(
            "tags: {} are too many: a resource has 50, and some are cachefit's",
            profile.tags.len()
        ));
    }
}
