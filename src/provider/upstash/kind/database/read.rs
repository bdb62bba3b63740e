//! A database as it is shown, and whose it is.

use jiff::{SignedDuration, Timestamp};

use super::{
    ALLOWED, BACKUP, BUDGET, CLIENTS, DATABASE_NAME, EVICTION, GROWS, HOLDS, HOST, ID, MANAGED, NAME, PLAN,
    PLATFORM, PORT, PROD_PACK, READ_REGIONS, REGION, TLS,
};
use crate::plan::{Observed, Ownership, REPAIR, Resource, State};
use crate::provider::upstash::api::Database as Shown;
use crate::provider::upstash::record::{Asked, Entry};
use crate::provider::upstash::{Upstash, address, plan};

/// How far the clocks of this machine and of the service may be apart.
const CLOCKS: SignedDuration = SignedDuration::from_mins(10);

/// In one order, each once.
pub fn sorted(texts: &[String]) -> Vec<String> {
    let mut texts = texts.to_vec();
    texts.sort_unstable();
    texts.dedup();
    texts
}

/// Whose the databases of our name are, where no id is on record.
pub fn owner(cloud: &Upstash, entry: &Entry, named: &[Shown]) -> Ownership {
    if let [_, _, ..] = named {
        let ids: Vec<&str> = named.iter().map(|d| d.id.as_str()).collect();
        return Ownership::Foreign {
            why: format!("{} databases have this name, with the ids {}", ids.len(), ids.join(" and ")),
        };
    }
    if cloud.adopt {
        return Ownership::Ours;
    }
    match (&entry.asked, named) {
        (Some(asked), [shown]) => match differs(asked, entry.create.as_ref(), shown) {
            None => Ownership::Ours,
            Some(what) => Ownership::Foreign {
                why: format!(
                    "a database has this name, and it is not the one that a call of cachefit may have made: {what}"
                ),
            },
        },
        _ => Ownership::Foreign {
            why: "a database has this name, and no record says that cachefit made it".to_owned(),
        },
    }
}

/// What speaks against it that a database is the one that was asked for, where the answer was lost or the call never sent.
fn differs(asked: &Timestamp, create: Option<&Asked>, shown: &Shown) -> Option<String> {
    let made = shown.creation_time.and_then(|seconds| Timestamp::from_second(seconds).ok());
    if let Some(made) = made.filter(|made| *made + CLOCKS < *asked) {
        return Some(format!("it was made at {made}, before the call"));
    }
    let Asked { region, plan } = create?;
    if &shown.primary_region != region {
        return Some(format!("it is in {}, not in {region}", shown.primary_region));
    }
    let has = plan::of(shown);
    (&has != plan).then(|| format!("its plan is {has}, not {plan}"))
}

/// It as a resource.
pub fn observed(cloud: &Upstash, shown: &Shown, owner: Ownership, managed: bool) -> Observed {
    let resource = Resource::new(address(NAME, cloud.profile.as_str()))
        .with(PLATFORM, plan::platform(&shown.primary_region))
        .with(REGION, shown.primary_region.as_str())
        .with(MANAGED, managed)
        .with(DATABASE_NAME, shown.name.as_str())
        .with(TLS, shown.tls)
        .with(PLAN, plan::of(shown))
        .with(PROD_PACK, shown.prod_pack_enabled)
        .with(GROWS, shown.auto_upgrade)
        .with(BUDGET, shown.budget.unwrap_or(0))
        .with(EVICTION, shown.eviction)
        .with(READ_REGIONS, sorted(shown.read_regions.as_deref().unwrap_or_default()))
        .with(ALLOWED, sorted(shown.allowed_ip_ranges.as_deref().unwrap_or_default()))
        .with(BACKUP, shown.daily_backup_enabled);
    let mut all = Observed::ours(resource);
    all.state = state(shown);
    let computed = [
        (ID, shown.id.clone()),
        (HOST, shown.host()),
        (PORT, shown.port.unwrap_or(6379).to_string()),
        (CLIENTS, shown.db_max_clients.map(|n| n.to_string()).unwrap_or_default()),
    ];
    all.computed.extend(computed.into_iter().map(|(name, value)| (name.to_owned(), value)));
    let told = [(HOLDS, shown.db_disk_threshold), ("created", shown.creation_time)];
    let told = told.into_iter().filter_map(|(name, value)| Some((name, value.filter(|value| *value > 0)?)));
    all.computed.extend(told.map(|(name, value)| (name.to_owned(), value.to_string())));
    if matches!(owner, Ownership::Foreign { .. }) {
        let command = format!("`cachefit import FILE --id {}` takes it over by its id", shown.id);
        all.computed.insert(REPAIR.to_owned(), command);
    }
    all.ownership = owner;
    all
}

fn state(shown: &Shown) -> State {
    if let Some(what) = shown.modifying_state.as_deref().filter(|what| !what.is_empty()) {
        return State::Busy { what: what.to_owned() };
    }
    let broken = |why: &str| State::Broken { why: why.to_owned() };
    match shown.state.as_str() {
        "active" => State::Ready,
        "suspended" => broken("it is suspended; its page in the Upstash console says why"),
        "passive" => broken("it is archived after 30 idle days; its page in the Upstash console wakes it up"),
        other => State::Busy { what: format!("its state is {other}") },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(made: i64, region: &str, plan: &str) -> Shown {
        serde_json::from_value(serde_json::json!({
            "database_id": "a", "database_name": "shop", "creation_time": made, "primary_region": region,
            "type": plan,
        }))
        .expect("a database")
    }

    #[test]
    fn a_database_that_is_older_or_other_than_what_was_asked_for_is_not_the_one() {
        let asked = Timestamp::from_second(1_790_000_000).expect("a time");
        let create = Asked { region: "us-east-1".to_owned(), plan: "payg".to_owned() };
        let why = |made, region, plan| differs(&asked, Some(&create), &shown(made, region, plan));
        assert_eq!(why(1_790_000_003, "us-east-1", "payg"), None);
        // The clock of the service may be behind.
        assert_eq!(why(1_789_999_900, "us-east-1", "payg"), None);
        for (made, region, plan, word) in [
            (1_789_999_000, "us-east-1", "payg", "before the call"),
            (1_790_000_003, "eu-west-1", "payg", "eu-west-1"),
            (1_790_000_003, "us-east-1", "free", "free"),
        ] {
            let why = why(made, region, plan).unwrap_or_default();
            assert!(why.contains(word), "{word}: {why}");
        }
    }
}
