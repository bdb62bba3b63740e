//! A chart of letters: hit ratio over the logarithm of memory.

use crate::simulate::Outcome;
use crate::units::Bytes;

const HEIGHT: usize = 12;
const WIDTH: usize = 60;

/// The chart, and what its letters mean; nothing if there are fewer than two sizes.
pub fn chart(outcome: &Outcome) -> String {
    let points = || outcome.policies.iter().flat_map(|c| &c.points);
    let x_of = |memory: u64| ((memory - outcome.base).max(1) as f64).ln();
    let (x_low, x_high) = points()
        .fold((f64::MAX, f64::MIN), |(low, high), p| (low.min(x_of(p.memory)), high.max(x_of(p.memory))));
    let (low, high) = points().fold((1.0_f64, 0.0_f64), |(l, h), p| (l.min(p.hit_ratio), h.max(p.hit_ratio)));
    if x_high - x_low < 1e-9 {
        return String::new();
    }
    let (low, high) = ((low * 20.0).floor() / 20.0, ((high * 20.0).ceil() / 20.0).max(low + 0.05));
    let mut cells = vec![vec![' '; WIDTH + 1]; HEIGHT + 1];
    let mut legend = Vec::new();
    for (i, curve) in outcome.policies.iter().enumerate() {
        let letter = char::from(b'A' + (i % 26) as u8);
        legend.push(format!("{letter} {}", curve.policy));
        let mut put = |x: f64, ratio: f64| {
            let column = ((x - x_low) / (x_high - x_low) * WIDTH as f64).round() as usize;
            let row = ((high - ratio) / (high - low) * HEIGHT as f64).round() as usize;
            if let Some(cell) = cells.get_mut(row).and_then(|r| r.get_mut(column)) {
                // Where curves meet, a star.
                *cell = if *cell == ' ' || *cell == letter { letter } else { '*' };
            }
        };
        for pair in curve.points.windows(2) {
            let (x0, x1) = (x_of(pair[0].memory), x_of(pair[1].memory));
            for step in 0..=16 {
                let part = f64::from(step) / 16.0;
                put(
                    x0 + part * (x1 - x0),
                    pair[0].hit_ratio + part * (pair[1].hit_ratio - pair[0].hit_ratio),
                );
            }
        }
    }
    let mut text = String::new();
    for (i, row) in cells.iter().enumerate() {
        let ratio = high - (high - low) * i as f64 / HEIGHT as f64;
        // Rounding leaves a hair below nothing.
        let ratio = if ratio.abs() < 1e-9 { 0.0 } else { ratio };
        let label = if i % 3 == 0 { format!("{:5.1}%", ratio * 100.0) } else { " ".repeat(6) };
        let line: String = row.iter().collect();
        text.push_str(format!("  {label} |{line}").trim_end());
        text.push('\n');
    }
    text.push_str(&format!("         +{}\n", "-".repeat(WIDTH)));
    let ends = points().fold((u64::MAX, 0), |(l, h), p| (l.min(p.memory), h.max(p.memory)));
    let (first, last) = (Bytes(ends.0 as f64).to_string(), Bytes(ends.1 as f64).to_string());
    let gap = WIDTH.saturating_sub(first.len() + last.len());
    text.push_str(&format!("          {first}{}{last}\n", " ".repeat(gap)));
    text.push_str(&crate::report::text::paragraph("  ", "  ", &format!("{}, * several", legend.join(", "))));
    text
}
