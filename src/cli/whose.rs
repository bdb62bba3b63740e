//! Whose metrics they are: one rule for every command that takes metrics for a profile.

use std::collections::BTreeSet;

use super::error::Failure;
use crate::fleet::is_named;
use crate::observe::{Group, Judged, Observations, Options, groups, judge};
use crate::profile::Profile;
use crate::units::Provider;

/// Metrics that were read, with the caches that they tell of.
pub struct Metrics {
    all: Observations,
    known: Vec<Group>,
}

/// A cache of some metrics for a profile.
pub struct Whose {
    group: Group,
    claim: Claim,
}

/// What says that a cache is the one of a profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Claim {
    /// Its name, or the command line.
    Named,
    /// Nothing: it is the only one that there is.
    ByChance,
    /// The command line alone, for it runs at the first provider and the profile is for the second.
    Elsewhere(Provider, Provider),
}

impl Whose {
    /// The name of the cache.
    pub fn cache(&self) -> &str {
        &self.group.id
    }

    /// Whether nothing says that it is the profile's.
    pub fn is_by_chance(&self) -> bool {
        self.claim == Claim::ByChance
    }

    /// Whether another provider runs it than the one that the profile is for: then only its demand is told.
    pub fn is_elsewhere(&self) -> bool {
        matches!(self.claim, Claim::Elsewhere(..))
    }

    /// What a reader must know; nothing where it is the profile's.
    pub fn caveat(&self, profile: &Profile) -> Option<String> {
        let (id, name) = (self.cache(), &profile.name);
        match self.claim {
            Claim::Named => None,
            Claim::ByChance => Some(format!(
                "these are the metrics of {id}, and the profile is {name}: --cache {id} says that they are the same"
            )),
            Claim::Elsewhere(runs, placed) => Some(format!(
                "these are the metrics of {id} at {runs}, of which the demand is taken for {name} at {placed}: limits, \
                 processor, shape and price of {id} are left out, and how near {name} comes to limits of its own at {placed} \
                 is unknown"
            )),
        }
    }
}

impl Metrics {
    /// Those of observations, which are tidy.
    pub fn of(all: Observations) -> Self {
        Self { known: groups(&all), all }
    }

    /// The caches.
    pub fn known(&self) -> &[Group] {
        &self.known
    }

    /// How many reservations stand beside them.
    pub fn reservations(&self) -> usize {
        self.all.reservations.len()
    }

    /// The names of all caches, for messages.
    pub fn holds(&self) -> String {
        self.known.iter().map(|group| group.id.as_str()).collect::<Vec<_>>().join(", ")
    }

    /// What the metrics of a cache say.
    pub fn judge(&self, group: &Group, options: &Options) -> Judged {
        judge(group, &self.all, options)
    }

    /// What they say for a profile: all of it of its own cache, of another cloud's the demand alone.
    pub fn judge_for(&self, whose: &Whose, options: &Options) -> Judged {
        let judged = self.judge(&whose.group, options);
        if whose.is_elsewhere() { judged.demand_alone() } else { judged }
    }

    /// The cache of a profile: those that are named, as one; else the one of its name; else, for a profile that is `alone`,
    /// the only one that there is. None if there are several others. What another provider runs is taken for what it asks
    /// for where the command line names it, and refused elsewhere.
    pub fn demand_of(
        &self,
        names: &[String],
        profile: &Profile,
        alone: bool,
    ) -> Result<Option<Whose>, Failure> {
        let found = self.find(names, profile, alone)?;
        match found {
            Some(Whose { group, claim: Claim::Elsewhere(runs, placed) }) if names.is_empty() => {
                let hint = format!(
                    "take the metrics of its own cache, or `--cache {}`, which takes what this one asks for as the demand \
                     of {}, as before a migration",
                    group.id, profile.name
                );
                Err(another(&group, runs, profile, placed, hint))
            }
            found => Ok(found),
        }
    }

    /// The same where nothing but the cache itself will do: what another provider runs is refused in any case.
    pub fn own(&self, names: &[String], profile: &Profile, alone: bool) -> Result<Option<Whose>, Failure> {
        match self.find(names, profile, alone)? {
            Some(Whose { group, claim: Claim::Elsewhere(runs, placed) }) => {
                let hint =
                    "take the metrics of its own cache: those of another say nothing of who uses this one";
                Err(another(&group, runs, profile, placed, hint.to_owned()))
            }
            found => Ok(found),
        }
    }

    fn find(&self, names: &[String], profile: &Profile, alone: bool) -> Result<Option<Whose>, Failure> {
        let found = if names.is_empty() {
            let named = self.known.iter().find(|group| group.id.eq_ignore_ascii_case(&profile.name));
            let named = named.or_else(|| self.known.iter().find(|group| is_named(&profile.name, &group.id)));
            let only = self.known.first().filter(|_| alone && self.known.len() == 1);
            let claim = if named.is_some() { Claim::Named } else { Claim::ByChance };
            named.or(only).map(|group| Whose { group: group.clone(), claim })
        } else {
            Some(Whose { group: self.joined(names)?, claim: Claim::Named })
        };
        let placed = profile.placement.provider.as_ref().map(|placed| placed.value);
        Ok(found.map(|found| match (found.group.provider(&self.all), placed) {
            (Some(runs), Some(placed)) if runs != placed => {
                Whose { claim: Claim::Elsewhere(runs, placed), ..found }
            }
            _ => found,
        }))
    }

    /// Named caches as one, under the name of the first.
    pub fn joined(&self, names: &[String]) -> Result<Group, Failure> {
        let mut parts = Vec::new();
        for name in names {
            let found = self.known.iter().find(|group| group.id == *name).ok_or_else(|| {
                let hint = format!("it holds {}", self.holds());
                Failure::new("observe", format!("the input holds no cache {name}"), Some(hint))
            })?;
            parts.push(found.clone());
        }
        let providers: BTreeSet<Provider> =
            parts.iter().filter_map(|part| part.provider(&self.all)).collect();
        if providers.len() > 1 {
            let all: Vec<String> = providers.iter().map(ToString::to_string).collect();
            let message =
                format!("{} run at {}: they are no shards of one cache", names.join(", "), all.join(", "));
            let hint = "name by --cache only what one provider runs".to_owned();
            return Err(Failure::new("observe", message, Some(hint)));
        }
        let first = names.first().map_or("", String::as_str);
        Ok(Group::joined(first, &parts, &self.all))
    }
}

fn another(group: &Group, runs: Provider, profile: &Profile, placed: Provider, hint: String) -> Failure {
    let message = format!("{} runs at {runs}, and the profile {} is for {placed}", group.id, profile.name);
    Failure::new("other-cache", message, Some(hint))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::{Metric, Series, Statistic};
    use crate::profile::{parse, shipped};

    fn seen(caches: &[&str], source: &str) -> Observations {
        let mut all = Observations::default();
        for name in caches {
            let point = crate::observe::Point { at: 0, value: 1.0 };
            all.series.push(Series::new(*name, Metric::Memory, Statistic::Maximum, source).with([point]));
        }
        all.tidy();
        all
    }

    fn profile(name: &str, provider: &str) -> Profile {
        let text = shipped()[0].1.replacen("name: ", &format!("name: {name} # "), 1);
        let text = text.replacen("provider: aws", &format!("provider: {provider}"), 1);
        parse(text.as_bytes(), name).unwrap_or_else(|errors| panic!("{errors}\n{text}"))
    }

    fn told(found: Result<Option<Whose>, Failure>) -> String {
        match found {
            Ok(Some(found)) => format!("{} {:?}", found.cache(), found.claim),
            Ok(None) => "none".to_owned(),
            Err(failure) => failure.text(false),
        }
    }

    #[test]
    fn only_a_name_says_that_metrics_are_those_of_a_profile() {
        let find = |profile: &Profile, names: &[&str], caches: &[&str], source: &str, alone: bool| {
            let metrics = Metrics::of(seen(caches, source));
            let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            let (demand, own) =
                (metrics.demand_of(&names, profile, alone), metrics.own(&names, profile, alone));
            let (demand, own) = (told(demand), told(own));
            assert_eq!(demand, own);
            demand
        };
        let shop = profile("shop", "aws");
        assert_eq!(find(&shop, &[], &["cart", "SHOP"], "CloudWatch x", true), "SHOP Named");
        assert_eq!(find(&profile("my-shop", "aws"), &[], &["cart", "My_Shop"], "x", true), "My_Shop Named");
        assert_eq!(find(&shop, &[], &["cart"], "CloudWatch x", true), "cart ByChance");
        assert_eq!(find(&shop, &["cart"], &["cart"], "CloudWatch x", true), "cart Named");
        assert_eq!(find(&shop, &[], &["cart"], "x", false), "none");
        assert_eq!(find(&shop, &[], &["cart", "menu"], "x", true), "none");
        assert!(find(&shop, &["nobody"], &["cart"], "x", true).contains("it holds cart"));
    }

    #[test]
    fn what_another_cloud_runs_is_taken_only_where_it_is_named_and_never_as_its_own() {
        let shop = profile("shop", "aws");
        for (caches, names) in [(["shop"], vec![]), (["cart"], vec!["cart".to_owned()])] {
            let metrics = Metrics::of(seen(&caches, "Azure Monitor usedmemory maximum"));
            let own = told(metrics.own(&names, &shop, true));
            assert!(own.contains("runs at azure, and the profile shop is for aws"), "{own}");
            assert!(!own.contains("--cache"), "{own}");
            let demand = metrics.demand_of(&names, &shop, true);
            if names.is_empty() {
                let refused = told(demand);
                assert!(refused.contains("runs at azure") && refused.contains("--cache shop"), "{refused}");
            } else {
                let found = demand.unwrap().unwrap();
                assert!(found.is_elsewhere() && !found.is_by_chance());
                let caveat = found.caveat(&shop).unwrap();
                assert!(
                    caveat.contains("metrics of cart at azure") && caveat.contains("unknown"),
                    "{caveat}"
                );
            }
        }
    }

    #[test]
    fn caches_of_two_clouds_are_no_shards_of_one() {
        let mut all = seen(&["cart"], "Azure Monitor usedmemory maximum");
        all.merge(seen(&["shop"], "CloudWatch BytesUsedForCache Maximum"));
        all.tidy();
        let names = ["cart".to_owned(), "shop".to_owned()];
        let refused = told(Metrics::of(all).demand_of(&names, &profile("shop", "aws"), true));
        assert!(refused.contains("run at aws, azure: they are no shards of one cache"), "{refused}");
    }
}
