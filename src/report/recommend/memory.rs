//! Memory against misses, for a profile with a learned curve.

use super::amounts::usd;
use crate::recommend::{MemoryChoice, MemoryOption, Recommendation};
use crate::report::document::{Align, Block, Rows, Section};
use crate::units::{Bytes, Usd, cents};

use Align::{Left, Right};

/// Header of the rows.
const HEADER: [&str; 6] = ["keys in", "hits", "shape", "cache", "misses", "total"];
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
fn rows(choice: &MemoryChoice) -> Vec<Vec<String>> {
    around(choice).iter().map(|option| row(option).to_vec()).collect()
}

/// Cache and misses add up to the total.
fn row(o: &MemoryOption) -> [String; 6] {
    let mark = if o.chosen { "> " } else { "" };
    let misses = o.misses.map_or_else(|| "?".to_owned(), |usd: Usd| usd.to_string());
    let (cache, misses, total) = match (o.cache.known(), o.misses) {
        (Some(cache), Some(misses)) => {
            let (shown, total) = cents(&[*cache, misses]);
            (shown[0].to_string(), shown[1].to_string(), total.to_string())
        }
        _ => (usd(&o.cache), misses, usd(&o.total)),
    };
    let hits = format!("{:.2}%", o.hit_ratio * 100.0);
    [format!("{mark}{}", Bytes(o.memory)), hits, o.shape.clone(), cache, misses, total]
}

/// The chosen memory in a sentence; its neighbours as an explanation.
pub fn section(r: &Recommendation) -> Option<Section> {
    let choice = r.memory_choice.as_ref()?;
    let more = choice.options.len().saturating_sub(SHOWN);
    let more = if more > 0 { format!("; {more} more in --format json") } else { String::new() };
    let table = Block::Rows(Rows {
        header: HEADER.to_vec(),
        headed: true,
        aligns: vec![Right, Right, Left, Right, Right, Right],
        cells: rows(choice),
        sum: false,
    });
    let origin =
        Block::text(format!("Hit ratios as simulated on {}{more}; > marks the choice.", choice.server));
    let chosen = choice.options.iter().find(|o| o.chosen).map(|o| Block::text(sentence(choice, o)));
    Some(Section::new("Memory against misses, USD a month").with(chosen).explained([table, origin]))
}

fn sentence(choice: &MemoryChoice, option: &MemoryOption) -> String {
    let [_, hits, _, cache, misses, total] = row(option);
    format!(
        "Memory for {} of keys hits {hits} of the reads: {cache} for the cache and {misses} for its misses are {total}, \
         the least of {} sizes.",
        Bytes(option.memory),
        choice.options.len()
    )
}
