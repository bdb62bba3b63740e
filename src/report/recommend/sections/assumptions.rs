//! What it rests on beside the profile and the catalogue.

use crate::recommend::Recommendation;
use crate::report::document::{Block, Section};

/// Every assumption with its reason and the key that replaces it, and the defaults of the profile.
pub fn section(r: &Recommendation) -> Option<Section> {
    let mut items: Vec<(String, String)> = r
        .assumptions
        .iter()
        .map(|a| {
            let key = a.replace_with.as_ref().map_or_else(String::new, |k| format!(" [{k}]"));
            (a.subject.clone(), format!("{} ({}){key}", a.value, a.why))
        })
        .collect();
    if !r.defaults.is_empty() {
        let all: Vec<String> = r.defaults.iter().map(|d| format!("{} {}", d.subject, d.value)).collect();
        items.push(("defaults of the profile".into(), all.join(", ")));
    }
    let title = "Assumptions (the key in brackets replaces one)";
    (!items.is_empty()).then(|| Section::new(title).explained([Block::Items(items)]))
}
