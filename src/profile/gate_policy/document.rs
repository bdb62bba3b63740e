//! The file of gates as it is written, and its way to the model.

use super::scalars::{Day, Forbidden, Required};
use super::{GatePolicy, Increase, Limit, LimitOf, Most, Placed, Rules, Waiver};
use crate::profile::Environment;
use crate::profile::decode::{Cx, Given, Named, Problem, record};
use crate::profile::error::Code;
use crate::profile::scalar::Retention;
use crate::units::{Percent, Provider, Usd, UsdPerMonth, nearest};

record! {
    /// Cost gates of a repository.
    PolicyDoc, "a policy" {
        /// The most that a month may cost.
        optional limits: LimitsDoc,
        /// The most that a change may add to a month; counts with a baseline only.
        optional increase: IncreaseDoc,
        /// How well prices must be known.
        optional prices: PricesDoc,
        /// Dated changes of the bill.
        optional cliffs: CliffsDoc,
        /// How caches must be built.
        optional rules: RulesDoc,
        /// Breaches that are accepted for a while.
        optional waivers: Vec<WaiverDoc>,
    }
}

record! {
    /// The most that a month may cost.
    LimitsDoc, "limits" {
        /// All deployments together.
        optional total: Given<UsdPerMonth>,
        /// Each deployment.
        optional each: Given<UsdPerMonth>,
        /// Single profiles, by name.
        optional profiles: Named<Given<UsdPerMonth>>,
        /// All deployments with a label, written NAME=VALUE; `environment` and `provider` are labels, too.
        optional labels: Named<Given<UsdPerMonth>>,
    }
}

record! {
    /// The most that a change may add to a month.
    IncreaseDoc, "an increase" {
        /// All deployments together.
        optional total: MostDoc,
        /// Each deployment; a new one rises from nothing, so that only `usd` holds it.
        optional each: MostDoc,
    }
}

record! {
    /// An amount, a share, or both.
    MostDoc, "the most" {
        /// Dollars.
        optional usd: Given<UsdPerMonth>,
        /// A share of what it cost before.
        optional percent: Given<Percent>,
    }
}

record! {
    /// How well prices must be known.
    PricesDoc, "prices" {
        /// The share of the lines that may be without a price.
        optional unknown: Given<Percent>,
        /// The share of the bill that may rest on estimated prices.
        optional estimated: Given<Percent>,
        /// How old a price may be.
        optional stale: Given<Retention>,
    }
}

record! {
    /// Dated changes of the bill.
    CliffsDoc, "cliffs" {
        /// No change that raises the bill, and no retirement, may lie nearer than this.
        required within: Given<Retention>,
    }
}

record! {
    /// How caches must be built.
    RulesDoc, "rules" {
        /// Connections must be encrypted.
        optional tls: Given<Required>,
        /// Users must not sign in by password.
        optional passwords: Given<Forbidden>,
        /// Environments that must survive the loss of a zone.
        optional multi_az: Vec<Given<Environment>>,
        /// Environments that must have backups.
        optional backups: Vec<Given<Environment>>,
        /// Tags that every profile must set.
        optional tags: Vec<Given<String>>,
        /// The providers that may be used.
        optional providers: Vec<Given<Provider>>,
        /// The regions that may be used.
        optional regions: Vec<Given<String>>,
    }
}

record! {
    /// A breach that is accepted for a while.
    WaiverDoc, "a waiver" {
        /// The rule, as reports spell it.
        required rule: Given<String>,
        /// The profile. Default: all.
        optional profile: Given<String>,
        /// Who answers for it.
        required owner: Given<String>,
        /// Why.
        required reason: Given<String>,
        /// The last day on which it holds.
        required until: Given<Day>,
    }
}

fn placed<T>(given: Given<T>) -> Placed<T> {
    let place = Placed::new((), &given.spot);
    Placed { value: given.value, path: place.path, line: place.line, column: place.column }
}

fn map<T, U>(given: Given<T>, to: impl FnOnce(T) -> U) -> Placed<U> {
    placed(given.map(to))
}

fn all<T>(given: Option<Vec<Given<T>>>) -> Vec<Placed<T>> {
    given.unwrap_or_default().into_iter().map(placed).collect()
}

impl PolicyDoc {
    /// The model; every wrong entry is reported.
    pub fn lower(self, known: &[&str], cx: &mut Cx) -> Option<GatePolicy> {
        let limits = self.limits.map(|doc| doc.lower(cx)).unwrap_or_default();
        let increases = self.increase.map(IncreaseDoc::lower).unwrap_or_default();
        let (unknown, estimated, stale) =
            self.prices.map_or((None, None, None), |doc| (doc.unknown, doc.estimated, doc.stale));
        let days = |given: Given<Retention>| map(given, |kept| kept.0.0 as u32);
        let waivers = self.waivers.unwrap_or_default().into_iter().map(|doc| doc.lower(known, cx));
        Some(GatePolicy {
            file: String::new(),
            limits,
            increases,
            unknown: unknown.map(|given| map(given, |share| share.0)),
            estimated: estimated.map(|given| map(given, |share| share.0)),
            stale_days: stale.map(days),
            cliff_days: self.cliffs.and_then(|doc| doc.within).map(days),
            waivers: waivers.collect::<Vec<_>>().into_iter().collect::<Option<Vec<_>>>()?,
            rules: self.rules.map(RulesDoc::lower).unwrap_or_default(),
        })
    }
}

impl LimitsDoc {
    fn lower(self, cx: &mut Cx) -> Vec<Limit> {
        let usd = |given: Given<UsdPerMonth>| map(given, |usd| Usd(usd.0));
        let mut limits = Vec::new();
        limits.extend(self.total.map(|given| Limit { of: LimitOf::Total, most: usd(given) }));
        limits.extend(self.each.map(|given| Limit { of: LimitOf::Each, most: usd(given) }));
        for (_, name, given) in self.profiles.map(|named| named.0).unwrap_or_default() {
            limits.push(Limit { of: LimitOf::Profile(name), most: usd(given) });
        }
        for (spot, name, given) in self.labels.map(|named| named.0).unwrap_or_default() {
            match name.split_once('=') {
                Some((key, value)) => {
                    let of = LimitOf::Label { key: key.trim().into(), value: value.trim().into() };
                    limits.push(Limit { of, most: usd(given) });
                }
                None => cx.report(
                    Problem::at(Code::BadValue, &spot, format!("`{name}` is no label"))
                        .label("expected NAME=VALUE, such as team=payments"),
                ),
            }
        }
        limits
    }
}

impl IncreaseDoc {
    fn lower(self) -> Vec<Increase> {
        let one = |each: bool, doc: Option<MostDoc>| {
            let (usd, percent) = doc.map_or((None, None), |doc| (doc.usd, doc.percent));
            let usd = usd.map(|given| map(given, |usd| Most::Usd(Usd(usd.0))));
            let percent = percent.map(|given| map(given, |share| Most::Share(share.0)));
            usd.into_iter().chain(percent).map(move |most| Increase { each, most })
        };
        one(false, self.total).chain(one(true, self.each)).collect()
    }
}

impl RulesDoc {
    fn lower(self) -> Rules {
        Rules {
            tls: self.tls.map(|given| map(given, |_| ())),
            passwords: self.passwords.map(|given| map(given, |_| ())),
            multi_az: all(self.multi_az),
            backups: all(self.backups),
            tags: all(self.tags),
            providers: all(self.providers),
            regions: all(self.regions),
        }
    }
}

impl WaiverDoc {
    fn lower(self, known: &[&str], cx: &mut Cx) -> Option<Waiver> {
        let rule = self.rule?;
        if !known.contains(&rule.value.as_str()) {
            let near = nearest(&rule.value, known.iter().copied());
            let problem =
                Problem::at(Code::BadValue, &rule.spot, format!("there is no rule `{}`", rule.value));
            cx.report(problem.label(format!("the rules are {}", known.join(", "))).suggest(near));
            return None;
        }
        Some(Waiver {
            rule: placed(rule),
            profile: self.profile.map(|given| given.value),
            owner: self.owner?.value,
            reason: self.reason?.value,
            until: self.until?.value.0,
        })
    }
}
