//! Measures how often the interval of `observe` holds the peak of the next month, and what becomes of caches that are sized by
//! it, on caches whose demand is known.
//!
//!     cargo run --release --example observed_peaks -- FIRST_SEED SEEDS          # the interval
//!     cargo run --release --example observed_peaks -- FIRST_SEED SEEDS rounds   # two rounds of resizing, 1,000 caches a seed

#[path = "../tests/observe_judge/rounds.rs"]
mod rounds;
#[path = "../tests/observe_judge/simulator.rs"]
mod simulator;
#[path = "../tests/observe_judge/troubles.rs"]
mod troubles;

use std::io::{StdoutLock, Write as _};

fn main() -> std::io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let mut numbers = arguments.iter().filter_map(|text| text.parse::<u64>().ok());
    let (first, seeds) = (numbers.next().unwrap_or(101), numbers.next().unwrap_or(10).max(1));
    let mut out = std::io::stdout().lock();
    if arguments.iter().any(|text| text == "rounds") {
        return sized(first, seeds, &mut out);
    }
    let mut sum = simulator::Coverage::default();
    for seed in first..first + seeds {
        let of_seed = simulator::coverage(seed, 200, 20);
        writeln!(out, "seed {seed}: {:.1}% held, {:.1}% above", of_seed.held * 100.0, of_seed.above * 100.0)?;
        sum.held += of_seed.held / seeds as f64;
        sum.above += of_seed.above / seeds as f64;
    }
    writeln!(out, "all: {:.1}% held, {:.1}% above", sum.held * 100.0, sum.above * 100.0)
}

fn sized(first: u64, seeds: u64, out: &mut StdoutLock<'_>) -> std::io::Result<()> {
    let mut all = rounds::Rounds::default();
    for seed in first..first + seeds {
        all = all.and(rounds::rounds(seed, 1000));
    }
    let mean = all.regrets.iter().sum::<f64>() / all.regrets.len() as f64;
    writeln!(
        out,
        "{} caches, {} made smaller; too small: {} for their memory, {} for their load\n\
         {} of {} resized again; {} made smaller while their demand was hidden, {} made larger\n\
         regret: median {:.3}, mean {mean:.3}",
        all.caches,
        all.shrunk,
        all.too_small[0],
        all.too_small[1],
        all.changed,
        all.regrets.len(),
        all.rash,
        all.grown,
        all.median_regret(),
    )
}
