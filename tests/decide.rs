//! What runs is kept while it fits and nothing saves more than a tenth; what differs is said by value, not by its text.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use cachefit::catalog::Catalog;
use cachefit::decide::{Decision, Running};
use cachefit::deployment::Pin;
use cachefit::profile::{Profile, parse, shipped};
use cachefit::recommend::{Options, Recommendation, RegionChoice, recommend};
use cachefit::units::Source;

fn answer(profile: &Profile, list_all: bool) -> Recommendation {
    let options = Options {
        providers: None,
        regions: RegionChoice::FromProfile,
        as_of: jiff::civil::date(2026, 11, 22),
        max_price_age_days: None,
        list_all,
    };
    recommend(profile, "x.yaml", Catalog::embedded(), &options).unwrap()
}

fn running(profile: &Profile, pin: Pin) -> Running {
    let pinned = Profile { pin: pin.clone(), ..profile.clone() };
    Running { pin, recommendation: Ok(answer(&pinned, false)) }
}

#[test]
fn what_runs_stays_unless_more_than_a_tenth_is_saved() {
    let source = Source::Declared { path: "test".into(), line: 0 };
    let (mut kept, mut replaced, mut noted) = (0, 0, 0);
    for (name, text) in shipped() {
        let profile = parse(text.as_bytes(), name).unwrap();
        let mut best = answer(&profile, true);
        let Some(first) = best.choice.clone() else { continue };
        for other in best.all_candidates.take().unwrap().into_iter().take(6) {
            let running = running(&profile, other.deployment.pinned(&source));
            let Some(runs) = running.recommendation.as_ref().unwrap().choice.clone() else { continue };
            let dear = first.cost.known.0 < runs.cost.known.0 * rust_decimal::Decimal::new(9, 1);
            match Decision::of(&running, best.clone()).unwrap() {
                Decision::Best(_) => replaced += 1,
                Decision::Keep { kept: recommendation, note } => {
                    kept += 1;
                    assert!(!dear, "{name}: {} is kept", other.shape);
                    let choice = recommendation.choice.unwrap();
                    let same = choice.deployment.buys_same(&first.deployment);
                    assert_eq!(note.is_none(), same, "{name}: {}: {note:?}", other.shape);
                    noted += u32::from(!same);
                    // Two that read alike are told apart by what they do not share.
                    if !same && choice.shape == first.shape {
                        assert!(note.unwrap().contains(first.deployment.engine.as_str()), "{}", other.shape);
                    }
                }
            }
        }
    }
    assert!(
        kept > noted && noted > 0 && replaced > 0,
        "kept {kept}, {noted} with a note; replaced {replaced}"
    );
}

#[test]
fn what_cannot_be_judged_is_not_replaced() {
    let (name, text) = shipped()[0];
    let profile = parse(text.as_bytes(), name).unwrap();
    let unknown = Running { pin: Pin::default(), recommendation: Err("no such node type".to_owned()) };
    let decision = Decision::of(&unknown, answer(&profile, false));
    assert!(matches!(decision, Err(why) if why == "no such node type"));
}
