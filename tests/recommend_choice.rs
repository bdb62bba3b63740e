//! The choice alone is the choice of the whole answer, however much less is measured for it.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use cachefit::catalog::Catalog;
use cachefit::profile::{Profile, parse, shipped};
use cachefit::recommend::{Options, Recommendation, RegionChoice, choose, recommend};
use cachefit::units::{Commitment, Provider};
use serde_json::{Value, json};

fn told(answer: &Recommendation) -> Value {
    json!({ "choice": answer.choice, "misfit": answer.pinned_misfit, "gates": answer.gates, "policy": answer.policy,
        "memory": answer.memory_choice, "assumptions": answer.assumptions, "binding": answer.binding })
}

fn same(profile: &Profile, providers: Option<Vec<Provider>>, regions: RegionChoice, about: &str) {
    let options = Options {
        providers,
        regions,
        as_of: jiff::civil::date(2026, 11, 22),
        max_price_age_days: None,
        list_all: false,
    };
    let (catalog, file) = (Catalog::embedded(), "a.yaml");
    match (recommend(profile, file, catalog, &options), choose(profile, file, catalog, &options)) {
        (Ok(whole), Ok(alone)) => assert_eq!(told(&alone), told(&whole), "{about}"),
        // A profile of one provider may name a region that another does not have.
        (Err(whole), Err(alone)) => assert_eq!(whole.to_string(), alone.to_string(), "{about}"),
        (whole, alone) => panic!("{about}: {} and {}", whole.is_ok(), alone.is_ok()),
    }
}

#[test]
fn for_every_shipped_profile_at_every_provider() {
    for (name, text) in shipped() {
        let profile = parse(text.as_bytes(), name).unwrap_or_else(|errors| panic!("{errors}"));
        same(&profile, None, RegionChoice::FromProfile, name);
        same(&profile, None, RegionChoice::All, name);
        same(&profile, Some(Provider::ALL.to_vec()), RegionChoice::FromProfile, name);
        same(&profile, Some(Provider::CLOUDS.to_vec()), RegionChoice::All, name);
        for provider in Provider::CLOUDS {
            same(&profile, Some(vec![*provider]), RegionChoice::FromProfile, name);
        }
    }
}

#[test]
fn however_it_is_paid_and_within_any_budget() {
    for (name, text) in shipped() {
        for commitment in Commitment::ALL {
            for budget in [None, Some(40), Some(400)] {
                let mut profile = parse(text.as_bytes(), name).unwrap_or_else(|errors| panic!("{errors}"));
                profile.requirements.commitment.value = *commitment;
                profile.placement.provider = None;
                profile.placement.region = None;
                profile.requirements.budget = budget.map(|usd: u32| {
                    cachefit::units::Sourced::assumed(cachefit::units::UsdPerMonth(usd.into()), "a test")
                });
                let about = format!("{name} {commitment} {budget:?}");
                same(&profile, None, RegionChoice::FromProfile, &about);
            }
        }
    }
}
