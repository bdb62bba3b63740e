//! Measures how often the interval of `observe` holds the peak of the next month, and what becomes of caches that are sized by
//! it, on caches whose demand is known.
//!
//!     cargo run --release --example observed_peaks -- FIRST_SEED SEEDS          # the interval
//!     cargo run --release --example observed_peaks -- FIRST_SEED SEEDS weekly   # the same, of caches with a weekly batch
//!     cargo run --release --example observed_peaks -- FIRST_SEED SEEDS rounds   # two rounds of resizing, 1,000 caches a seed

#[path = "../tests/observe_judge/rounds.rs"]
mod rounds;
#[path = "../tests/observe_judge/simulator.rs"]
mod simulator;
#[path = "../tests/observe_judge/troubles.rs"]
mod troubles;

use std::io::{StdoutLock, Write as _};

use simulator::{Coverage, Draw as _};

fn main() -> std::io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let mut numbers = arguments.iter().filter_map(|text| text.parse::<u64>().ok());
    let (first, seeds) = (numbers.next().unwrap_or(101), numbers.next().unwrap_or(10).max(1));
    let mut out = std::io::stdout().lock();
    if arguments.iter().any(|text| text == "rounds") {
        return sized(first, seeds, &mut out);
    }
    let weekly = arguments.iter().any(|text| text == "weekly");
    let mut sum = Coverage::default();
    for seed in first..first + seeds {
        let times = |traits: &mut simulator::Traits| if weekly { traits.between(1.3, 4.0) } else { 1.0 };
        let of_seed = simulator::coverage(seed, 200, 20, times);
        writeln!(out, "seed {seed}: {:.1}% held, {:.1}% above", of_seed.held * 100.0, of_seed.above * 100.0)?;
        sum.held += of_seed.held / seeds as f64;
        sum.above += of_seed.above / seeds as f64;
        sum.width += of_seed.width / seeds as f64;
    }
    let Coverage { held, above, width } = sum;
    let (held, above) = (held * 100.0, above * 100.0);
    writeln!(
        out,
        "all: {held:.1}% held, {above:.1}% above; the high end is {width:.2} times what was seen, on average"
    )
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
