//! The file of cost gates of a repository (`cachefit.yaml`, or `--policy FILE`): limits, rules, waivers.

mod document;
mod scalars;

use jiff::civil::Date;

use super::decode::{Cx, Decode as _, Spot};
use super::enums::Environment;
use super::error::{Code, ProfileErrors};
use super::tree;
use crate::units::{Provider, Usd};
use document::PolicyDoc;

/// What a change may cost and how its caches must be built.
#[derive(Clone, Debug, Default)]
pub struct GatePolicy {
    /// The file.
    pub file: String,
    /// The most that a month may cost.
    pub limits: Vec<Limit>,
    /// The most that a change may add to a month.
    pub increases: Vec<Increase>,
    /// The share of the bill's lines that may be without a price.
    pub unknown: Option<Placed<f64>>,
    /// The share of the bill that may rest on estimated prices.
    pub estimated: Option<Placed<f64>>,
    /// Days that a price may be old.
    pub stale_days: Option<Placed<u32>>,
    /// Days within which no dated change may raise the bill.
    pub cliff_days: Option<Placed<u32>>,
    /// How caches must be built.
    pub rules: Rules,
    /// Breaches that are accepted for a while.
    pub waivers: Vec<Waiver>,
}

/// A value with its place in the policy.
#[derive(Clone, Debug, PartialEq)]
pub struct Placed<T> {
    /// The value.
    pub value: T,
    /// The key, for example `limits.total`.
    pub path: String,
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1.
    pub column: u32,
}

impl<T> Placed<T> {
    fn new(value: T, spot: &Spot) -> Self {
        Self { value, path: spot.path.clone(), line: spot.mark.line, column: spot.mark.column }
    }
}

/// What a limit is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LimitOf {
    /// All deployments together.
    Total,
    /// Each deployment.
    Each,
    /// The deployments of one profile.
    Profile(String),
    /// All deployments with a label; `environment` and `provider` are labels, too.
    Label {
        /// Its name.
        key: String,
        /// Its value.
        value: String,
    },
}

/// The most that a month may cost.
#[derive(Clone, Debug, PartialEq)]
pub struct Limit {
    /// What for.
    pub of: LimitOf,
    /// How much.
    pub most: Placed<Usd>,
}

/// The most that a change may add to a month.
#[derive(Clone, Debug, PartialEq)]
pub struct Increase {
    /// Whether each deployment is meant; all together otherwise.
    pub each: bool,
    /// How much.
    pub most: Placed<Most>,
}

/// An amount or a share.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Most {
    /// Dollars a month.
    Usd(Usd),
    /// A share of what it cost before.
    Share(f64),
}

/// How caches must be built; empty lists and `None` ask for nothing.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    /// TLS must be on.
    pub tls: Option<Placed<()>>,
    /// No user may sign in by password.
    pub passwords: Option<Placed<()>>,
    /// Environments that must survive the loss of a zone.
    pub multi_az: Vec<Placed<Environment>>,
    /// Environments that must have backups.
    pub backups: Vec<Placed<Environment>>,
    /// Tags that must be set.
    pub tags: Vec<Placed<String>>,
    /// The providers that may be used.
    pub providers: Vec<Placed<Provider>>,
    /// The regions that may be used.
    pub regions: Vec<Placed<String>>,
}

/// A breach that is accepted until a day.
#[derive(Clone, Debug, PartialEq)]
pub struct Waiver {
    /// The rule, as reports spell it.
    pub rule: Placed<String>,
    /// The profile; all of them if none is named.
    pub profile: Option<String>,
    /// Who answers for it.
    pub owner: String,
    /// Why.
    pub reason: String,
    /// The last day on which it holds.
    pub until: Date,
}

/// Reads a policy. `known` are the rules that a waiver may name.
pub fn gate_policy(text: &str, file: &str, known: &[&str]) -> Result<GatePolicy, ProfileErrors> {
    let mut cx = Cx::default();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let policy = tree::read(text, &mut cx)
        .and_then(|root| PolicyDoc::decode(&root, &mut cx))
        .and_then(|document| document.lower(known, &mut cx));
    match (cx.finish(file, text), policy) {
        ((Some(errors), _), _) => Err(errors),
        ((None, _), Some(policy)) => Ok(GatePolicy { file: file.to_owned(), ..policy }),
        ((None, _), None) => {
            let message = "the policy is not complete".to_owned();
            Err(ProfileErrors::of_file(file, Code::MissingKey, message, None))
        }
    }
}

/// The JSON Schema of the file.
pub fn gate_schema() -> serde_json::Value {
    let settings = schemars::generate::SchemaSettings::draft2020_12();
    settings.into_generator().into_root_schema_for::<PolicyDoc>().to_value()
}

/// Whether a text is a workload profile and no policy: both may be called `cachefit.yaml`.
pub fn is_profile(text: &str) -> bool {
    text.lines()
        .any(|line| line.strip_prefix("dataset").is_some_and(|rest| rest.trim_start().starts_with(':')))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: &[&str] = &["limit-total", "tls"];

    fn read(text: &str) -> Result<GatePolicy, ProfileErrors> {
        gate_policy(text, "cachefit.yaml", KNOWN)
    }

    #[test]
    fn every_key_is_read_with_its_place() {
        let policy = read(
            "limits:\n  total: 900 USD per month\n  each: 300 USD per month\n  labels:\n    team=a: 1 USD per month\n\
             increase:\n  total: { usd: 50 USD per month, percent: 10% }\nprices: { unknown: 0%, stale: 90d }\n\
             cliffs: { within: 90d }\nrules: { tls: required, multi_az: [production], providers: [aws] }\n\
             waivers:\n  - { rule: tls, owner: jo, reason: moved in May, until: 2027-05-01 }\n",
        )
        .unwrap();
        assert_eq!(policy.limits.len(), 3);
        assert_eq!((policy.limits[0].most.line, policy.limits[0].most.column), (2, 10));
        assert_eq!(policy.increases.len(), 2);
        assert_eq!(policy.stale_days.as_ref().map(|days| days.value), Some(90));
        assert!(policy.rules.tls.is_some() && policy.rules.passwords.is_none());
        assert_eq!(policy.waivers[0].owner, "jo");
    }

    #[test]
    fn wrong_files_say_where_and_what_else() {
        for (text, line, says) in [
            ("limits:\n  totl: 1 USD per month\n", 2, "unknown key `totl`"),
            ("limits:\n  total: lots\n", 2, "500 USD per month"),
            ("rules:\n  tls: off\n", 2, "required"),
            ("waivers:\n  - rule: tsl\n    owner: a\n    reason: b\n    until: 2027-01-01\n", 2, "`tls`"),
            ("waivers:\n  - rule: tls\n    owner: a\n    until: 2027-01-01\n", 2, "`reason`"),
            ("waivers:\n  - rule: tls\n    owner: a\n    reason: b\n    until: soon\n", 5, "YYYY-MM-DD"),
            ("limits:\n  labels:\n    team: 1 USD per month\n", 3, "NAME=VALUE"),
        ] {
            let errors = read(text).unwrap_err();
            let first = &errors.errors[0];
            assert_eq!(first.location.as_ref().map(|l| l.line), Some(line), "{text}");
            assert!(errors.to_string().contains(says), "{text}: {errors}");
        }
    }

    #[test]
    fn a_profile_is_no_policy() {
        assert!(is_profile("name: a\ndataset:\n"));
        assert!(!is_profile("limits:\n  total: 1 USD per month\n"));
    }
}
