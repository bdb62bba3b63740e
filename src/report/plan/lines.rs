//! What is said of a resource's attributes: what differs, and of a new resource what people look for.

use super::{users, visible};
use crate::plan::{Action, AttributeChange, Change, Plan, Resource, Value, When};
use crate::units::Bytes;

/// What people look for in a resource that is made or deleted; the rest is shown with `--explain`.
const HEADLINES: [&str; 16] = [
    "engine",
    "engine_version",
    "version",
    "node_type",
    "shards",
    "replicas",
    "multi_az",
    "max_memory_bytes",
    "data_maximum_gb",
    "ecpu_per_second_maximum",
    "eviction_policy",
    "ingress",
    "members",
    "notifies",
    "users",
    "access",
];
/// A resource with no more attributes than this is shown whole.
const FEW: usize = 3;
/// Items of a list that are shown without `--explain`.
const ITEMS: usize = 6;
/// How names of attributes in bytes end.
const BYTES: &str = "_bytes";

/// One line below a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// What happens to it: `+`, `~`, `-`, or a blank where the resource says it.
    pub sign: char,
    /// The attribute, or a part of it.
    pub name: String,
    /// Its value, or what differs.
    pub text: String,
}

impl Line {
    fn new(sign: char, name: impl Into<String>, text: impl Into<String>) -> Self {
        Self { sign, name: name.into(), text: text.into() }
    }
}

/// The lines of a change, and how many attributes have none.
pub(super) fn of(change: &Change, plan: &Plan, explain: bool) -> (Vec<Line>, usize) {
    match change.action {
        Action::Create => {
            let (told, more) = headlines(change.attributes.iter(), |a| &a.name, explain);
            (told.iter().flat_map(|a| value_lines(a, ' ', explain)).collect(), more)
        }
        Action::Delete => {
            let was = plan.observed.iter().find(|o| o.resource.address == change.address);
            was.map_or_else(Default::default, |was| deleted(&was.resource, explain))
        }
        _ => (differences(change, explain), 0),
    }
}

/// What differs, line by line; of a new resource all that it is.
pub(super) fn differences(change: &Change, explain: bool) -> Vec<Line> {
    change.attributes.iter().flat_map(|attribute| difference(attribute, explain)).collect()
}

/// What a resource that goes was.
fn deleted(was: &Resource, explain: bool) -> (Vec<Line>, usize) {
    let (told, more) = headlines(was.attributes.iter(), |(name, _)| name, explain);
    let line = |(name, value): &(&String, &Value)| Line::new('-', label(name), text(name, value, explain));
    // The rules of its users say nothing that matters any more.
    let told = told.iter().filter(|(name, _)| explain || !["users", "access"].contains(&name.as_str()));
    (told.map(line).collect(), more)
}

/// The attributes that are shown, and how many are not.
fn headlines<T>(all: impl Iterator<Item = T>, name: fn(&T) -> &String, explain: bool) -> (Vec<T>, usize) {
    let mut all: Vec<T> = all.collect();
    let count = all.len();
    if !explain && count > FEW {
        let place = |of: &T| HEADLINES.iter().position(|headline| headline == name(of));
        all.retain(|of| place(of).is_some());
        all.sort_by_key(place);
    }
    let more = count - all.len();
    (all, more)
}

/// The value of an attribute that is set for the first time.
fn value_lines(attribute: &AttributeChange, sign: char, explain: bool) -> Vec<Line> {
    let Some(value) = &attribute.after else { return Vec::new() };
    let whole = || Line::new(sign, label(&attribute.name), text(&attribute.name, value, explain));
    match users::lines(attribute) {
        Some(lines) => {
            let lines = lines.into_iter().map(|(name, text)| Line::new(sign, name, visible(&text)));
            lines.chain(explain.then(whole)).collect()
        }
        None => vec![whole()],
    }
}

/// What differs in one attribute.
fn difference(attribute: &AttributeChange, explain: bool) -> Vec<Line> {
    let name = label(&attribute.name);
    let mut lines = match (&attribute.before, &attribute.after) {
        (None, Some(_)) => value_lines(attribute, '+', explain),
        (Some(before), None) => vec![Line::new('-', name, text(&attribute.name, before, explain))],
        (Some(Value::List(before)), Some(Value::List(after))) => {
            let parts = users::lines(attribute).map_or_else(
                || list(&name, before, after, explain),
                |lines| lines.into_iter().map(|(name, text)| Line::new('~', name, visible(&text))).collect(),
            );
            let whole =
                explain.then(|| Line::new('~', name, format!("{} -> {}", items(before), items(after))));
            parts.into_iter().chain(whole).collect()
        }
        (Some(before), Some(after)) => match users::lines(attribute) {
            Some(lines) => {
                let rules = explain.then(|| (name, format!("{before} -> {after}")));
                lines.into_iter().chain(rules).map(|(name, t)| Line::new('~', name, visible(&t))).collect()
            }
            None => vec![Line::new('~', name, scalar(&attribute.name, before, after))],
        },
        (None, None) => Vec::new(),
    };
    if let Some(last) = lines.last_mut() {
        last.text.push_str(&suffix(attribute));
    }
    lines
}

/// `256 MiB -> 170 MiB`; to the byte where rounding hides what differs.
fn scalar(name: &str, before: &Value, after: &Value) -> String {
    let (short_before, short_after) = (text(name, before, true), text(name, after, true));
    if short_before == short_after {
        return format!("{} -> {}", visible(&before.to_string()), visible(&after.to_string()));
    }
    format!("{short_before} -> {short_after}")
}

/// What comes and what goes; the order alone, if nothing does.
fn list(name: &str, before: &[Value], after: &[Value], explain: bool) -> Vec<Line> {
    let without = |all: &[Value], others: &[Value]| {
        let mut others = others.to_vec();
        let is_new = |value: &&Value| match others.iter().position(|other| other == *value) {
            Some(place) => {
                others.swap_remove(place);
                false
            }
            None => true,
        };
        all.iter().filter(is_new).cloned().collect::<Vec<Value>>()
    };
    let (gone, new) = (without(before, after), without(after, before));
    if gone.is_empty() && new.is_empty() {
        return vec![Line::new('~', name, format!("in another order: {}", clipped(after, explain)))];
    }
    let line = |sign: char, values: &[Value]| {
        (!values.is_empty()).then(|| Line::new(sign, name, clipped(values, explain)))
    };
    [line('-', &gone), line('+', &new)].into_iter().flatten().collect()
}

/// A name without the unit, which the value has.
fn label(name: &str) -> String {
    visible(name.strip_suffix(BYTES).unwrap_or(name))
}

/// A value with its unit.
fn text(name: &str, value: &Value, explain: bool) -> String {
    match value {
        Value::Number(number) if name.ends_with(BYTES) => Bytes(*number as f64).to_string(),
        Value::List(values) => clipped(values, explain),
        value => visible(&value.to_string()),
    }
}

fn items(values: &[Value]) -> String {
    if values.is_empty() {
        return "none".to_owned();
    }
    values.iter().map(|value| visible(&value.to_string())).collect::<Vec<_>>().join(", ")
}

fn clipped(values: &[Value], explain: bool) -> String {
    match values.len().saturating_sub(ITEMS) {
        0 => items(values),
        _ if explain => items(values),
        more => format!("{} and {more} more", items(&values[..ITEMS])),
    }
}

/// ` (forces replacement) (in the maintenance window, Sunday 03:00)`.
fn suffix(attribute: &AttributeChange) -> String {
    let forces = if attribute.forces { " (forces replacement)" } else { "" };
    let when = match &attribute.when {
        When::NextWindow { starts } if attribute.pending => {
            format!(" (accepted, in force {})", visible(starts))
        }
        When::NextWindow { starts } => format!(" (in the maintenance window, {})", visible(starts)),
        When::Now => String::new(),
    };
    format!("{forces}{when}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attribute(name: &str, before: impl Into<Value>, after: impl Into<Value>) -> AttributeChange {
        AttributeChange {
            name: name.to_owned(),
            before: Some(before.into()),
            after: Some(after.into()),
            forces: false,
            when: When::Now,
            pending: false,
        }
    }

    fn told(attribute: &AttributeChange) -> Vec<String> {
        let line = |l: Line| format!("{} {} {}", l.sign, l.name, l.text);
        difference(attribute, false).into_iter().map(line).collect()
    }

    #[test]
    fn sizes_have_units_and_never_look_equal_when_they_differ() {
        assert_eq!(
            told(&attribute("max_memory_bytes", 268_435_456i64, 178_956_970i64)),
            ["~ max_memory 256 MiB -> 171 MiB"]
        );
        assert_eq!(
            told(&attribute("max_memory_bytes", 268_435_456i64, 268_435_457i64)),
            ["~ max_memory 268435456 -> 268435457"]
        );
    }

    #[test]
    fn lists_are_told_by_what_comes_and_goes() {
        assert_eq!(
            told(&attribute("tags", vec!["a=1", "b=2"], vec!["b=2", "c=3"])),
            ["- tags a=1", "+ tags c=3"]
        );
        assert_eq!(
            told(&attribute("order", vec!["a", "b"], vec!["b", "a"])),
            ["~ order in another order: b, a"]
        );
        assert_eq!(told(&attribute("twice", vec!["a"], vec!["a", "a"])), ["+ twice a"]);
        let many: Vec<String> = (0..9).map(|n| n.to_string()).collect();
        assert_eq!(
            told(&attribute("subnets", Vec::<String>::new(), many)),
            ["+ subnets 0, 1, 2, 3, 4, 5 and 3 more"]
        );
    }

    #[test]
    fn what_a_cloud_says_cannot_move_the_cursor() {
        let line = told(&attribute("description", "old", "\u{1b}[2Jnothing to do\n\u{202e}"));
        assert_eq!(line, ["~ description old -> \\u{1b}[2Jnothing to do\\u{a}\\u{202e}"]);
    }

    #[test]
    fn replacements_and_windows_are_named_at_the_attribute() {
        let mut change = attribute("engine", "redis", "valkey");
        change.forces = true;
        change.when = When::NextWindow { starts: "Sunday 03:00".to_owned() };
        let expected =
            "~ engine redis -> valkey (forces replacement) (in the maintenance window, Sunday 03:00)";
        assert_eq!(told(&change), [expected]);
        change.pending = true;
        assert!(told(&change)[0].ends_with("(accepted, in force Sunday 03:00)"), "{:?}", told(&change));
    }
}
