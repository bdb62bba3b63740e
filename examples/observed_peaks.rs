//! Measures how often the interval of `observe` holds the peak of the next month, on caches whose demand is known.
//!
//!     cargo run --example observed_peaks -- FIRST_SEED SEEDS

#[path = "../tests/observe_judge/simulator.rs"]
mod simulator;

use std::io::Write as _;

fn main() -> std::io::Result<()> {
    let mut numbers = std::env::args().skip(1).filter_map(|text| text.parse::<u64>().ok());
    let (first, seeds) = (numbers.next().unwrap_or(101), numbers.next().unwrap_or(10).max(1));
    let mut out = std::io::stdout().lock();
    let mut sum = simulator::Coverage::default();
    for seed in first..first + seeds {
        let of_seed = simulator::coverage(seed, 200, 20);
        writeln!(out, "seed {seed}: {:.1}% held, {:.1}% above", of_seed.held * 100.0, of_seed.above * 100.0)?;
        sum.held += of_seed.held / seeds as f64;
        sum.above += of_seed.above / seeds as f64;
    }
    writeln!(out, "all: {:.1}% held, {:.1}% above", sum.held * 100.0, sum.above * 100.0)
}
