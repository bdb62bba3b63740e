//! The document of a fleet: the money first, then each cache, then what holds for several.

use crate::fleet::{Apart, Entry, Fleet, FleetState, Portfolio, RetireStep, Shared};
use crate::report::dates;
use crate::report::document::{Align, Block, Document, Rows, Section, Sentence};
use crate::units::{Figure, Usd, several};

use Align::{Left, Right};

/// Demands of a target that are shown.
const PROOFS: usize = 3;

/// Everything.
pub fn document(fleet: &Fleet) -> Document {
    let mut sections = vec![states(fleet), caches(fleet)];
    sections.push(targets(fleet));
    sections.push(not_decided(fleet));
    sections.push(reservations(fleet));
    sections.push(ahead(fleet));
    sections.push(shared(&fleet.shared, &fleet.apart));
    sections.push(retiring(fleet));
    if !fleet.caveats.is_empty() {
        let items = fleet.caveats.iter().map(|caveat| (String::new(), caveat.clone())).collect();
        sections.push(Section::new("Keep in mind").with([Block::Items(items)]));
    }
    Document {
        name: several(fleet.totals.caches, "cache"),
        answer: answer(fleet),
        sections,
        foot: vec![
            dates(&fleet.snapshot, None, &fleet.as_of),
            "Dollars a month, on demand, by the list; reservations and discounts of yours are not in them."
                .into(),
        ],
        more: Some("--explain adds the proof of each target.".into()),
    }
}

fn answer(fleet: &Fleet) -> Sentence {
    let t = &fleet.totals;
    let runs = t.current > Usd::ZERO || t.current_unknown > 0;
    let mut parts: Vec<String> = Vec::new();
    if runs {
        parts.push(format!("of {} USD a month", at_least(t.current, t.current_unknown)));
    }
    if t.costs_more > Usd::ZERO {
        parts.push(format!("what is too small needs {} USD more", t.costs_more));
    }
    if t.at_stake_unknown > 0 {
        parts.push(format!("nobody knows what is at stake for {}", t.at_stake_unknown));
    }
    let marked = if t.at_stake_unknown == t.caches {
        "nothing is known to be saved".to_owned()
    } else {
        format!("{} USD a month can be saved", t.saves)
    };
    Sentence { rest: parts.join("; "), ..Sentence::answer(marked) }
}

fn at_least(known: Usd, unknown: usize) -> String {
    if unknown > 0 { format!("at least {known}") } else { known.to_string() }
}

fn states(fleet: &Fleet) -> Section {
    let counts: Vec<String> =
        fleet.totals.states.iter().map(|(state, count)| format!("{count} {state}")).collect();
    Section::default().with([Block::text(counts.join(", "))])
}

fn usd(figure: &Figure<Usd>) -> String {
    figure.known().map_or_else(|| "not known".to_owned(), ToString::to_string)
}

/// What is at stake, in words where a cache needs more.
fn stake(entry: &Entry) -> String {
    match &entry.at_stake {
        Figure::Known(usd) if *usd < Usd::ZERO => format!("needs {}", Usd::ZERO - *usd),
        Figure::Known(usd) => usd.to_string(),
        Figure::Unknown { .. } => "not known".to_owned(),
    }
}

fn caches(fleet: &Fleet) -> Section {
    let row = |entry: &Entry| {
        let current = entry.current.as_ref();
        vec![
            entry.name.clone(),
            entry.state.to_string(),
            current.map_or_else(|| "nothing known".into(), |c| c.shape.clone()),
            current.map_or_else(String::new, |c| usd(&c.monthly)),
            stake(entry),
        ]
    };
    let rows = Rows {
        header: vec!["cache", "state", "runs", "USD a month", "at stake"],
        headed: true,
        aligns: vec![Left, Left, Left, Right, Right],
        cells: fleet.caches.iter().map(row).collect(),
        sum: false,
    };
    Section::new("Caches, the most money first").with([Block::Rows(rows)])
}

fn targets(fleet: &Fleet) -> Section {
    let targets = fleet.caches.iter().filter_map(|entry| entry.target.as_ref().map(|target| (entry, target)));
    let text = |target: &crate::fleet::Target| {
        let d = &target.configuration;
        format!("{}, {}, {}: {} USD a month", target.shape, d.service, d.region, usd(&target.monthly))
    };
    let items: Vec<(String, String)> =
        targets.clone().map(|(entry, target)| (entry.name.clone(), text(target))).collect();
    let proofs: Vec<(String, String)> =
        targets.map(|(entry, target)| (entry.name.clone(), proof(entry, target))).collect();
    let mut section = Section::new("What should run");
    if !items.is_empty() {
        section = section.with([Block::Items(items)]).explained([Block::Items(proofs)]);
    }
    section
}

fn proof(entry: &Entry, target: &crate::fleet::Target) -> String {
    let checks: Vec<String> = target
        .proof
        .iter()
        .take(PROOFS)
        .map(|p| {
            let (used, allowed) = (p.used * 100.0, p.allowed * 100.0);
            format!("{} {} of {}, {used:.0}% of {allowed:.0}%", p.what, p.demand, p.capacity)
        })
        .collect();
    let days = entry.days.map_or_else(String::new, |days| format!("; from {days:.0} days of metrics"));
    let sure = entry.confidence.map_or_else(String::new, |sure| format!(", confidence {sure}"));
    format!("{}{days}{sure}", checks.join("; "))
}

/// Why nothing is said of the others.
fn not_decided(fleet: &Fleet) -> Section {
    // Why today's bill is not known, where the state has another reason.
    let unpriced = |entry: &Entry| -> Option<String> {
        let why = entry.current.as_ref()?.monthly.why_unknown()?;
        (why != entry.why).then(|| format!("; its price today is not known: {why}"))
    };
    let open = |entry: &&Entry| {
        matches!(entry.state, FleetState::Unknown | FleetState::Warming | FleetState::Censored)
            || unpriced(entry).is_some()
            || !entry.caveats.is_empty()
    };
    let items: Vec<(String, String)> = fleet
        .caches
        .iter()
        .filter(open)
        .map(|entry| {
            let caveats: String = entry.caveats.iter().map(|caveat| format!("; {caveat}")).collect();
            let unpriced = unpriced(entry).unwrap_or_default();
            (entry.name.clone(), format!("{}: {}{unpriced}{caveats}", entry.state, entry.why))
        })
        .collect();
    if items.is_empty() {
        Section::default()
    } else {
        Section::new("What is not known").with([Block::Items(items)])
    }
}

fn reservations(fleet: &Fleet) -> Section {
    let mut section = Section::new("Reservations, after the resizes");
    if !fleet.portfolios.is_empty() {
        let number = |units: f64| format!("{units:.1}");
        let row = |p: &Portfolio| {
            vec![
                format!("{} {}", p.region, p.family),
                number(p.reserved),
                number(p.needed_now),
                number(p.needed),
                number(p.covered),
                number(p.unmatched),
                number(p.open),
            ]
        };
        let rows = Rows {
            header: vec!["units of", "reserved", "run", "will run", "covered", "unmatched", "open"],
            headed: true,
            aligns: vec![Left, Right, Right, Right, Right, Right, Right],
            cells: fleet.portfolios.iter().map(row).collect(),
            sum: false,
        };
        let advice = fleet
            .portfolios
            .iter()
            .flat_map(|p| p.advice.iter().map(|text| (format!("{} {}", p.region, p.family), text.clone())));
        section = section.with([Block::Rows(rows), Block::Items(advice.collect())]);
    }
    let unread: Vec<(String, String)> = fleet
        .unread_reservations
        .iter()
        .map(|u| (u.id.clone(), format!("not compared: {}", u.why)))
        .collect();
    if !unread.is_empty() {
        section = section.with([Block::Items(unread)]);
    }
    let refused = fleet
        .caches
        .iter()
        .filter_map(|e| Some((e.name.clone(), format!("do not reserve: {}", e.not_reserved.as_ref()?))));
    let refused: Vec<(String, String)> = refused.collect();
    if !refused.is_empty() {
        section = section.explained([Block::Items(refused)]);
    }
    section
}

fn ahead(fleet: &Fleet) -> Section {
    let mut items: Vec<(String, String)> = fleet
        .caches
        .iter()
        .flat_map(|entry| {
            entry.cliffs.iter().map(|cliff| {
                let usd = cliff.monthly.map_or_else(String::new, |usd| format!(" ({usd} USD a month more)"));
                (format!("{} {}", cliff.date, entry.name), format!("{}{usd}", cliff.text))
            })
        })
        .collect();
    items.sort();
    if items.is_empty() {
        Section::default()
    } else {
        Section::new("Dated changes").with([Block::Items(items)])
    }
}

fn shared(shared: &[Shared], apart: &[Apart]) -> Section {
    let proposals = shared.iter().map(|s| {
        let text = format!(
            "{} for {} USD a month saves {} USD; {}; prefixes {}",
            s.shape,
            s.monthly,
            s.saves,
            s.blast_radius,
            s.prefixes.join(" ")
        );
        (s.caches.join(" + "), text)
    });
    let mut items: Vec<(String, String)> = proposals.collect();
    items.extend(apart.iter().map(|a| (a.caches.join(" | "), format!("keep apart: {}", a.why))));
    let mut section = Section::new("Small caches that could share one");
    if !items.is_empty() {
        section = section.with([Block::Items(items)]);
    }
    if let Some(first) = shared.first() {
        let conditions = first.conditions.iter().map(|text| (String::new(), text.clone())).collect();
        section = section.explained([Block::text("Before any of them:"), Block::Items(conditions)]);
    }
    section
}

fn retiring(fleet: &Fleet) -> Section {
    let idle = fleet.caches.iter().filter(|entry| !entry.retire.is_empty());
    let blocks = idle.flat_map(|entry| {
        let step = |step: &RetireStep| {
            let command = step.command.as_ref().map_or_else(String::new, |command| format!(" (`{command}`)"));
            let undo = step.undo.as_ref().map_or_else(String::new, |undo| format!("; undo: {undo}"));
            (step.step.to_owned(), format!("{}{command}{undo}", step.text))
        };
        [
            Block::Text(Sentence::answer(entry.name.clone())),
            Block::Items(entry.retire.iter().map(step).collect()),
        ]
    });
    Section::new("Retire, step by step").with(blocks.collect::<Vec<_>>())
}
