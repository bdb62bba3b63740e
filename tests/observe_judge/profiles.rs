//! What metrics change in a profile: what they contradict, upwards always, downwards only where they say enough; and then
//! nothing more.

use cachefit::catalog::Catalog;
use cachefit::fleet::{Verdict, compare, written};
use cachefit::observe::{Judged, Metric};
use cachefit::profile::{Profile, parse};
use cachefit::recommend::{Options, RegionChoice, recommend};

use crate::simulator::{Chance, Demand, Traits, judged, observed};

const TEXT: &str = "name: shop
placement: { provider: aws, region: us-east-1 }
dataset:
  - keys: \"cart:*\"
    type: string
    count: 3M  # asked Ann
    value_size: 1000B
traffic:
  peak:
    reads: 12k/s
    writes: 3k/s
";

fn profile(text: &str) -> Profile {
    parse(text.as_bytes(), "shop.yaml").unwrap_or_else(|errors| panic!("{errors}\n{text}"))
}

/// Two weeks of so many bytes and commands.
fn metrics(seed: u64, bytes: f64, rate: f64, refused: bool) -> Judged {
    let mut chance = Chance::new(seed);
    let mut walk = |demand: Demand| demand.walk(0, 14, &mut 0.0, &mut chance);
    let memory = walk(Demand { level: bytes, ..Demand::memory(&mut Traits::new(seed, 1)) });
    let reads = walk(Demand { level: rate, ..Demand::load(&mut Traits::new(seed, 2)) });
    let writes = walk(Demand { level: rate / 4.0, ..Demand::load(&mut Traits::new(seed, 3)) });
    let evictions = memory.iter().map(|(at, _)| (*at, if refused { 1.0 } else { 0.0 })).collect();
    let all = observed(
        "shop",
        &[
            (Metric::Memory, memory),
            (Metric::Reads, reads),
            (Metric::Writes, writes),
            (Metric::RefusedWrites, evictions),
        ],
    );
    judged(&all, seed)
}

fn choice(text: &str) -> String {
    let options = Options {
        providers: None,
        regions: RegionChoice::FromProfile,
        as_of: jiff::civil::date(2026, 11, 22),
        max_price_age_days: None,
        list_all: false,
    };
    let answer = recommend(&profile(text), "shop.yaml", Catalog::embedded(), &options);
    let answer = answer.unwrap_or_else(|error| panic!("{error}"));
    answer.choice.map_or_else(|| "nothing".to_owned(), |choice| choice.shape)
}

#[test]
fn what_metrics_contradict_is_put_right_once_and_then_rests() {
    for seed in 0..6 {
        for (bytes, rate) in [(0.6e9, 3e3), (8e9, 40e3), (40e9, 500.0)] {
            let metrics = metrics(seed, bytes, rate, false);
            assert!(metrics.may_shrink(), "{:?}", metrics.no_shrinking);
            let once = written(TEXT, &compare(&profile(TEXT), &metrics)).unwrap();
            assert_ne!(once, TEXT);
            assert!(once.contains("# asked Ann") && once.contains("maximum of simulated"), "{once}");
            let again = compare(&profile(&once), &metrics);
            assert!(again.iter().all(|one| one.verdict == Verdict::Holds), "{again:#?}\n{once}");
            assert_eq!(written(&once, &again).unwrap(), once);
            // What stands there afterwards holds what was seen and what is likely, but for the rounding to whole commands.
            let reads = metrics.figure(Metric::Reads).unwrap();
            let stands = profile(&once).traffic.peak.reads.value.high.0;
            let asked = reads.most.max(reads.next_peak.likely);
            assert!(stands + 1.0 >= asked, "{stands} of {asked}: {once}");
        }
    }
}

#[test]
fn what_is_sized_by_metrics_is_sized_the_same_by_the_next_two_weeks() {
    let mut changed = 0;
    for seed in 0..8 {
        let first = metrics(seed, 5e9, 8e3, false);
        let sized = written(TEXT, &compare(&profile(TEXT), &first)).unwrap();
        // The same metrics, read once more with other chance: what runs then is what was recommended.
        let next = metrics(seed, 5.02e9, 8.03e3, false);
        let later = written(&sized, &compare(&profile(&sized), &next)).unwrap();
        changed += usize::from(choice(&sized) != choice(&later));
    }
    assert_eq!(changed, 0);
}

#[test]
fn refused_writes_are_a_lower_bound_that_raises_and_never_lowers() {
    let refused = metrics(1, 0.5e9, 100.0, true);
    let compared = compare(&profile(TEXT), &refused);
    assert!(compared.iter().all(|one| one.verdict == Verdict::Kept), "{compared:#?}");
    assert!(compared.iter().all(|one| one.kept_for.iter().any(|why| why.contains("censored"))));
    assert_eq!(written(TEXT, &compared).unwrap(), TEXT);
    let refused = metrics(1, 9e9, 30e3, true);
    let compared = compare(&profile(TEXT), &refused);
    assert!(compared.iter().all(|one| one.verdict == Verdict::TooLow), "{compared:#?}");
    let after = profile(&written(TEXT, &compared).unwrap());
    assert!(after.dataset[0].count.value.high.0 > 3e6 && after.traffic.peak.reads.value.high.0 > 12e3);
}

#[test]
fn braces_on_one_line_keep_their_form_and_say_where_the_figures_are_from() {
    let text = TEXT
        .replace("  peak:\n    reads: 12k/s\n    writes: 3k/s\n", "  peak: { reads: 12k/s, writes: 3k/s }\n");
    let after = written(&text, &compare(&profile(&text), &metrics(2, 0.6e9, 3e3, false))).unwrap();
    let line = after.lines().find(|line| line.contains("peak:")).unwrap();
    assert!(
        line.contains("peak: { reads: ")
            && line.contains("# cachefit: reads at least ")
            && line.contains("/s, reads, maximum of simulated"),
        "{after}"
    );
}
