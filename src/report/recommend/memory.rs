//! Memory against misses, for a profile with a learned curve.

use super::usd;
use crate::recommend::{MemoryChoice, MemoryOption, Recommendation};
use crate::report::Table;
use crate::report::text::{Align, columns, paragraph};
use crate::units::{Bytes, Usd};

use Align::{Left, Right};

/// Header of the rows.
pub const HEADER: [&str; 6] = ["keys in", "hits", "shape", "cache", "misses", "total"];
/// Options that are shown.
const SHOWN: usize = 7;

/// The chosen option and its neighbours.
fn around(choice: &MemoryChoice) -> &[MemoryOption] {
    let options = choice.options.as_slice();
    let chosen = options.iter().position(|o| o.chosen).unwrap_or(0);
    let start = chosen.saturating_sub(SHOWN / 2).min(options.len().saturating_sub(SHOWN));
    &options[start..options.len().min(start + SHOWN)]
}

/// A row an option, the chosen one marked.
pub fn rows(choice: &MemoryChoice) -> Vec<Vec<String>> {
    let misses = |o: &MemoryOption| o.misses.map_or_else(|| "?".to_owned(), |usd: Usd| usd.to_string());
    around(choice)
        .iter()
        .map(|o| {
            let mark = if o.chosen { "> " } else { "" };
            vec![
                format!("{mark}{}", Bytes(o.memory)),
                format!("{:.2}%", o.hit_ratio * 100.0),
                o.shape.clone(),
                usd(&o.cache),
                misses(o),
                usd(&o.total),
            ]
        })
        .collect()
}

impl Table {
    pub(super) fn memory_choice(&self, r: &Recommendation) -> String {
        let Some(choice) = &r.memory_choice else { return String::new() };
        let heading = self.heading("Memory against misses, USD a month (> is taken)");
        let aligns = [Right, Right, Left, Right, Right, Right];
        let more = choice.options.len().saturating_sub(SHOWN);
        let more = if more > 0 { format!("; {more} more in --format json") } else { String::new() };
        let note = format!("hit ratios as simulated on {}{more}", choice.server);
        format!("{heading}{}{}", columns(&HEADER, &aligns, &rows(choice)), paragraph("  ", "    ", &note))
    }
}
