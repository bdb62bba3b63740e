//! Whose metrics they are: one rule for every command that takes metrics for a profile.

use super::error::Failure;
use crate::fleet::is_named;
use crate::observe::{Group, Observations};
use crate::profile::Profile;
use crate::units::Provider;

/// A cache of some metrics for a profile.
pub struct Whose {
    /// The cache.
    pub group: Group,
    /// Whether nothing says that it is the profile's: it is the only one that there is.
    pub by_chance: bool,
}

impl Whose {
    /// What a reader must know; nothing where it is the profile's.
    pub fn caveat(&self, profile: &Profile) -> Option<String> {
        self.by_chance.then(|| {
            format!(
                "these are the metrics of {0}, and the profile is {1}: --cache {0} says that they are the same",
                self.group.id, profile.name
            )
        })
    }
}

/// The cache of a profile: those that are named, as one; else the one of its name; else, for a profile that is `alone`,
/// the only one that there is. None if there are several others. What another provider runs is refused.
pub fn whose(
    names: &[String],
    profile: &Profile,
    all: &Observations,
    known: &[Group],
    alone: bool,
) -> Result<Option<Whose>, Failure> {
    let Some(found) = find(names, profile, all, known, alone)? else { return Ok(None) };
    let placed = profile.placement.provider.as_ref().map(|placed| placed.value);
    match (provider(&found.group, all), placed) {
        (Some(runs), Some(placed)) if runs != placed => {
            let message = format!(
                "{} runs at {runs}, and the profile {} is for {placed}",
                found.group.id, profile.name
            );
            let hint = "take the metrics of its own cache; `cachefit fleet --write` writes a profile of the other one";
            Err(Failure::new("other-cache", message, Some(hint.to_owned())))
        }
        _ => Ok(Some(found)),
    }
}

/// The names of all caches, for messages.
pub fn holds(known: &[Group]) -> String {
    known.iter().map(|group| group.id.as_str()).collect::<Vec<_>>().join(", ")
}

fn find(
    names: &[String],
    profile: &Profile,
    all: &Observations,
    known: &[Group],
    alone: bool,
) -> Result<Option<Whose>, Failure> {
    if let Some(first) = names.first() {
        let group = joined(first, names, all, known)?;
        return Ok(Some(Whose { group, by_chance: false }));
    }
    let named = known.iter().find(|group| group.id.eq_ignore_ascii_case(&profile.name));
    let named = named.or_else(|| known.iter().find(|group| is_named(&profile.name, &group.id)));
    let only = known.first().filter(|_| alone && known.len() == 1);
    Ok(named.or(only).map(|group| Whose { group: group.clone(), by_chance: named.is_none() }))
}

/// Named caches as one.
pub fn joined(id: &str, names: &[String], all: &Observations, known: &[Group]) -> Result<Group, Failure> {
    let mut parts = Vec::new();
    for name in names {
        let found = known.iter().find(|group| group.id == *name).ok_or_else(|| {
            let hint = format!("it holds {}", holds(known));
            Failure::new("observe", format!("the input holds no cache {name}"), Some(hint))
        })?;
        parts.push(found.clone());
    }
    Ok(Group::joined(id, &parts, all))
}

/// Who runs a cache: an inventory says it, or the service whose metrics they are.
fn provider(group: &Group, all: &Observations) -> Option<Provider> {
    const MONITORS: [(&str, Provider); 4] = [
        ("CloudWatch ", Provider::Aws),
        ("Azure Monitor ", Provider::Azure),
        ("Cloud Monitoring ", Provider::Gcp),
        ("Upstash ", Provider::Upstash),
    ];
    let told = group.info.as_ref().and_then(|info| info.provider);
    told.or_else(|| {
        let mut sources = group.nodes.keys().flat_map(|node| all.of_node(node)).map(|series| &series.source);
        let first = sources.next()?;
        MONITORS.iter().find(|(monitor, _)| first.starts_with(monitor)).map(|(_, provider)| *provider)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::{Metric, Series, Statistic, groups};
    use crate::profile::{parse, shipped};

    fn seen(caches: &[&str], source: &str) -> (Observations, Vec<Group>) {
        let mut all = Observations::default();
        for name in caches {
            let point = crate::observe::Point { at: 0, value: 1.0 };
            all.series.push(Series::new(*name, Metric::Memory, Statistic::Maximum, source).with([point]));
        }
        all.tidy();
        let known = groups(&all);
        (all, known)
    }

    fn profile(name: &str, provider: &str) -> Profile {
        let text = shipped()[0].1.replacen("name: ", &format!("name: {name} # "), 1);
        let text = text.replacen("provider: aws", &format!("provider: {provider}"), 1);
        parse(text.as_bytes(), name).unwrap_or_else(|errors| panic!("{errors}\n{text}"))
    }

    #[test]
    fn only_a_name_says_that_metrics_are_those_of_a_profile() {
        let find = |profile: &Profile, names: &[&str], caches: &[&str], source: &str, alone: bool| {
            let (all, known) = seen(caches, source);
            let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            match whose(&names, profile, &all, &known, alone) {
                Ok(found) => found.map_or_else(
                    || "none".to_owned(),
                    |found| {
                        format!("{} {}", found.group.id, if found.by_chance { "by chance" } else { "named" })
                    },
                ),
                Err(failure) => failure.text(false),
            }
        };
        let shop = profile("shop", "aws");
        assert_eq!(find(&shop, &[], &["cart", "SHOP"], "CloudWatch x", true), "SHOP named");
        assert_eq!(find(&profile("my-shop", "aws"), &[], &["cart", "My_Shop"], "x", true), "My_Shop named");
        assert_eq!(find(&shop, &[], &["cart"], "CloudWatch x", true), "cart by chance");
        assert_eq!(find(&shop, &["cart"], &["cart"], "CloudWatch x", true), "cart named");
        assert_eq!(find(&shop, &[], &["cart"], "x", false), "none");
        assert_eq!(find(&shop, &[], &["cart", "menu"], "x", true), "none");
        assert!(find(&shop, &["nobody"], &["cart"], "x", true).contains("it holds cart"));
        for (caches, names) in [(["shop"], vec![]), (["cart"], vec!["cart"])] {
            let other = find(&shop, &names, &caches, "Azure Monitor usedmemory maximum", true);
            assert!(other.contains("runs at azure, and the profile shop is for aws"), "{other}");
        }
    }
}
