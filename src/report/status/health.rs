//! How it does, in the words of people: few lines, each with its unit or the reason why it is not known.

use super::Status;
use crate::observe::{Health, HealthFigure, Statistic};
use crate::report::document::{Block, Section};
use crate::units::{Bytes, Count, Figure, Percent, Rate};

/// The section of the first screen.
pub(super) fn section(status: &Status) -> Section {
    let mut lines: Vec<(String, String)> = Vec::new();
    let mut notes = Vec::new();
    match &status.health {
        Figure::Known(health) => {
            lines.extend(figures(health));
            let states = health.states.iter().map(|state| (state.name.to_string(), state.why.clone()));
            lines.extend(states);
            let time = |at: i64| {
                jiff::Timestamp::from_second(at).map_or_else(|_| at.to_string(), |at| at.to_string())
            };
            let (from, to) = (time(health.window.from), time(health.window.to));
            notes.push(Block::text(format!("By metrics from {from} to {to}.")));
            notes.extend(health.caveats.iter().map(|caveat| Block::Note(caveat.clone())));
        }
        Figure::Unknown { why } => lines.push(("health".to_owned(), unknown(why))),
    }
    let cost = match &status.monthly {
        Figure::Known(usd) => format!("{usd} USD a month"),
        Figure::Unknown { why } => unknown(why),
    };
    lines.push(("cost".to_owned(), cost));
    let alarms = match &status.alarms {
        Figure::Known(raised) if raised.is_empty() => none_raised(status.alarm_days),
        Figure::Known(raised) => format!("in alarm: {}", raised.join(", ")),
        Figure::Unknown { why } => unknown(why),
    };
    lines.push(("alarms".to_owned(), alarms));
    let pending = if status.pending.is_empty() { "nothing".to_owned() } else { status.pending.join("; ") };
    lines.push(("pending".to_owned(), pending));
    Section::new("Health").with([Block::Items(lines)]).explained(notes)
}

/// An alarm that the provider has forgotten may still be raised.
fn none_raised(days: Option<u32>) -> String {
    match days {
        None => "none raised".to_owned(),
        Some(days) => format!("none raised in the last {days} days; older ones are not told"),
    }
}

fn unknown(why: &str) -> String {
    format!("not known: {why}")
}

fn shown(figure: &HealthFigure, show: impl Fn(f64) -> String) -> String {
    match &figure.value {
        Figure::Known(value) => show(*value),
        Figure::Unknown { why } => unknown(why),
    }
}

/// What a figure is of the time that it is from.
fn of_what(figure: &HealthFigure) -> &'static str {
    match figure.statistic {
        // Of a server that was asked once, this is the mean since its start.
        Some(Statistic::Average) => "in the mean",
        _ => "at most",
    }
}

fn figures(health: &Health) -> Vec<(String, String)> {
    let known = |figure: &HealthFigure| figure.value.known().copied();
    let limit = known(&health.memory_limit).map(|limit| format!(" of {}", Bytes(limit)));
    let memory = match (known(&health.memory_share), known(&health.memory), limit) {
        (Some(share), _, limit) => format!("{}{} in use at most", Percent(share), limit.unwrap_or_default()),
        (None, Some(used), None) => format!("{} in use at most; the limit is not known", Bytes(used)),
        _ => shown(&health.memory, |used| format!("{} in use at most", Bytes(used))),
    };
    let connections = shown(&health.connections, |most| {
        let limit = known(&health.connections_limit).map(|limit| format!(" of {}", Count(limit)));
        format!("{}{} at most", Count(most), limit.unwrap_or_default())
    });
    let evictions = |rate: f64| if rate > 0.0 { Rate(rate).to_string() } else { "none".to_owned() };
    [
        ("memory", memory),
        ("hit ratio", shown(&health.hit_ratio, |share| Percent(share).to_string())),
        ("evictions", shown(&health.evictions, evictions)),
        ("connections", connections),
        (
            "processor",
            shown(&health.cpu, |share| format!("{} busy {}", Percent(share), of_what(&health.cpu))),
        ),
    ]
    .map(|(name, text)| (name.to_owned(), text))
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mean_is_not_called_the_most() {
        let figure = |statistic| HealthFigure { value: Figure::Known(0.034), statistic, source: None };
        assert_eq!(of_what(&figure(Some(Statistic::Average))), "in the mean");
        assert_eq!(of_what(&figure(Some(Statistic::Maximum))), "at most");
    }
}
