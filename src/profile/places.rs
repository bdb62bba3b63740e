//! Where a key stands in the text of a profile, for findings that point there.

use super::decode::Cx;
use super::tree::{self, Kind, Node};

/// Line and column, from 1, of a key such as `requirements.budget` or `dataset[0].count`; of the nearest key around it
/// that is written, where the key itself is not. None for a text that is no YAML.
pub fn place_of(text: &str, path: &str) -> Option<(u32, u32)> {
    let root = tree::read(text.strip_prefix('\u{feff}').unwrap_or(text), &mut Cx::default())?;
    let mut place = (1, 1);
    let mut node = &root;
    for step in path.split(['.', '[']).filter(|step| !step.is_empty()) {
        let Some((found, below)) = child(node, step) else { break };
        (place, node) = (found, below);
    }
    Some(place)
}

fn child<'n>(node: &'n Node, step: &str) -> Option<((u32, u32), &'n Node)> {
    match &node.kind {
        Kind::Map(entries) => {
            let (key, below) = entries.iter().find(|(key, _)| key.name == step)?;
            Some(((key.mark.line, key.mark.column), below))
        }
        Kind::Seq(items) => {
            let item = items.get(step.strip_suffix(']')?.parse::<usize>().ok()?)?;
            Some(((item.mark.line, item.mark.column), item))
        }
        Kind::Null | Kind::Scalar(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_found_and_else_what_is_around_it() {
        let text = "name: a\ndataset:\n  - keys: x\n    count: 1\nrequirements:\n  budget: 5 USD per month\n";
        assert_eq!(place_of(text, "requirements.budget"), Some((6, 3)));
        assert_eq!(place_of(text, "dataset[0].count"), Some((4, 5)));
        assert_eq!(place_of(text, "requirements.headroom"), Some((5, 1)), "the record around it");
        assert_eq!(place_of(text, "security.tls"), Some((1, 1)), "the file");
        assert_eq!(place_of("a: [", "a"), None);
    }
}
