//! How long the stages take inside one process: `cargo bench --bench recommend`.
//!
//! `docs/benchmarks.md` has the figures, and those of whole processes.

// The macros of the harness make public functions.
#![allow(missing_docs)]

use std::hint::black_box;

use cachefit::catalog::Catalog;
use cachefit::demand::key_of;
use cachefit::memory::Server;
use cachefit::profile::{Profile, parse, shipped, template};
use cachefit::recommend::{Options, Recommendation, RegionChoice, recommend};
use cachefit::units::{Count, Provider};
use criterion::{Criterion, criterion_group, criterion_main};
use jiff::civil::date;

/// The shipped profile with the most data.
const LARGEST: &str = "two-terabytes";

fn profile(name: &str) -> Profile {
    let text = template(Some(name)).expect("the profile is shipped");
    parse(text.as_bytes(), name).expect("shipped profiles are valid")
}

/// Profiles that differ: the shipped ones in turn, each time with more keys.
fn many(count: u32) -> Vec<Profile> {
    (0..count)
        .zip(shipped().iter().cycle())
        .map(|(i, (name, _))| {
            let mut one = profile(name);
            one.name = format!("{}-{i}", one.name);
            for family in &mut one.dataset {
                let more = |keys: Count| Count((keys.0 * (1.0 + f64::from(i) / 100.0)).round());
                family.count.value.low = more(family.count.value.low);
                family.count.value.high = more(family.count.value.high);
            }
            one
        })
        .collect()
}

fn options(everywhere: bool) -> Options {
    let clouds = vec![Provider::Aws, Provider::Azure, Provider::Gcp, Provider::Upstash];
    Options {
        providers: everywhere.then_some(clouds),
        regions: if everywhere { RegionChoice::All } else { RegionChoice::FromProfile },
        as_of: date(2026, 11, 1),
        max_price_age_days: None,
        list_all: false,
    }
}

fn answer(profile: &Profile, options: &Options) -> Recommendation {
    recommend(profile, "bench.yaml", Catalog::embedded(), options).expect("shipped profiles have an answer")
}

fn reading(criterion: &mut Criterion) {
    let text = template(Some(LARGEST)).expect("the profile is shipped");
    criterion.bench_function("read a profile", |bencher| {
        bencher.iter(|| parse(black_box(text.as_bytes()), "bench.yaml"));
    });
}

fn memory(criterion: &mut Criterion) {
    let server = Server::new("valkey-8.1", None).expect("the server is modelled");
    // One family whose sizes are given, one that is computed over ranges of sizes.
    for (what, name) in [("fixed sizes", "web-sessions"), ("ranges of sizes", "two-terabytes")] {
        let key = key_of(&profile(name).dataset[0]);
        criterion.bench_function(&format!("memory of a key family, {what}"), |bencher| {
            bencher.iter(|| server.key_over(black_box(&key)));
        });
    }
}

fn recommending(criterion: &mut Criterion) {
    let largest = profile(LARGEST);
    let (home, everywhere) = (options(false), options(true));
    criterion.bench_function("recommend, one provider and region", |bencher| {
        bencher.iter(|| answer(black_box(&largest), &home));
    });
    criterion.bench_function("recommend, all providers and regions", |bencher| {
        bencher.iter(|| answer(black_box(&largest), &everywhere));
    });
    let profiles = many(100);
    let mut group = criterion.benchmark_group("many");
    group.sample_size(20);
    group.bench_function("recommend for 100 profiles, one after the other", |bencher| {
        bencher.iter(|| profiles.iter().map(|one| answer(one, &home).eligible).sum::<usize>());
    });
    group.finish();
}

criterion_group!(benches, reading, memory, recommending);
criterion_main!(benches);
