//! The document of a fleet: the money first, then each cache, then what holds for several.

use std::collections::BTreeSet;

use crate::fleet::{Apart, Entry, Fleet, FleetState, Portfolio, RetireStep, Shared};
use crate::report::dates;
use crate::report::document::{Align, Block, Document, Rows, Section, Sentence};
use crate::units::{Figure, Usd, several};

use Align::{Left, Right};

/// Demands of a target that are shown.
const PROOFS: usize = 3;
/// Caches that the short form for a terminal lists.
const ROWS: usize = 40;
/// Caches that it names where the same is said of several.
const NAMES: usize = 3;

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
    let tilde = if fleet.caches.iter().any(Entry::stake_is_estimated) { "; ~ is estimated" } else { "" };
    Document {
        name: several(fleet.totals.caches, "cache"),
        answer: answer(fleet),
        sections,
        foot: vec![
            dates(&fleet.snapshot, None, &fleet.as_of),
            format!(
                "Dollars a month, on demand, by the list; reservations and discounts of yours are not in them{tilde}."
            ),
        ],
        more: Some("--explain adds the proof of each target, and every cache by its name.".into()),
    }
}

fn answer(fleet: &Fleet) -> Sentence {
    let t = &fleet.totals;
    let estimated = |of: fn(&Entry) -> bool| fleet.caches.iter().any(of);
    let current = estimated(|entry| entry.current.as_ref().is_some_and(|current| current.estimated));
    let at_stake = |more: bool| {
        let side = |entry: &&Entry| entry.at_stake.known().is_some_and(|usd| (*usd < Usd::ZERO) == more);
        fleet
            .caches
            .iter()
            .filter(side)
            .any(|entry| entry.at_stake != Figure::Known(Usd::ZERO) && entry.stake_is_estimated())
    };
    let runs = t.current > Usd::ZERO || t.current_unknown > 0;
    let mut parts: Vec<String> = Vec::new();
    if runs {
        parts.push(format!("of {} USD a month", at_least(&amount(t.current, current), t.current_unknown)));
    }
    if t.costs_more > Usd::ZERO {
        parts.push(format!("what is too small needs {} USD more", amount(t.costs_more, at_stake(true))));
    }
    if t.at_stake_unknown > 0 {
        parts.push(format!("nobody knows what is at stake for {}", t.at_stake_unknown));
    }
    let marked = if t.at_stake_unknown == t.caches {
        "nothing is known to be saved".to_owned()
    } else {
        format!("{} USD a month can be saved", amount(t.saves, at_stake(false)))
    };
    let joint = if runs || parts.is_empty() { "" } else { ";" };
    Sentence { rest: parts.join("; "), ..Sentence::answer(format!("{marked}{joint}")) }
}

/// `12.00`, `~12.00`.
fn amount(usd: Usd, estimated: bool) -> String {
    if estimated { format!("~{usd}") } else { usd.to_string() }
}

fn at_least(known: &str, unknown: usize) -> String {
    if unknown > 0 { format!("at least {known}") } else { known.to_owned() }
}

fn states(fleet: &Fleet) -> Section {
    let counts: Vec<String> =
        fleet.totals.states.iter().map(|(state, count)| format!("{count} {state}")).collect();
    Section::default().with([Block::text(counts.join(", "))])
}

fn usd(figure: &Figure<Usd>, estimated: bool) -> String {
    figure.known().map_or_else(|| "not known".to_owned(), |usd| amount(*usd, estimated))
}

/// What is at stake, in words where a cache needs more.
fn stake(entry: &Entry) -> String {
    let estimated = entry.stake_is_estimated();
    match &entry.at_stake {
        Figure::Known(usd) if *usd < Usd::ZERO => format!("needs {}", amount(Usd::ZERO - *usd, estimated)),
        // Nothing is nothing, whatever the bill is.
        Figure::Known(usd) => amount(*usd, estimated && *usd > Usd::ZERO),
        Figure::Unknown { .. } => "not known".to_owned(),
    }
}

/// How each cache is called: by its name, with its region where others have the name too.
fn names(fleet: &Fleet) -> impl Fn(&Entry) -> String {
    let mut seen = BTreeSet::new();
    let again = fleet.caches.iter().filter(|entry| !seen.insert(entry.name.as_str()));
    let again: BTreeSet<String> = again.map(|entry| entry.name.clone()).collect();
    move |entry| match &entry.region {
        Some(region) if again.contains(&entry.name) => format!("{} ({region})", entry.name),
        _ => entry.name.clone(),
    }
}

fn caches(fleet: &Fleet) -> Section {
    let called = names(fleet);
    let row = |entry: &Entry| {
        let current = entry.current.as_ref();
        vec![
            called(entry),
            entry.state.to_string(),
            current.map_or_else(|| "nothing known".into(), |c| c.shape.clone()),
            current.map_or_else(String::new, |c| usd(&c.monthly, c.estimated)),
            stake(entry),
        ]
    };
    let rows = |entries: &[Entry]| {
        Block::Rows(Rows {
            header: vec!["cache", "state", "runs", "USD a month", "at stake"],
            headed: true,
            aligns: vec![Left, Left, Left, Right, Right],
            cells: entries.iter().map(row).collect(),
            sum: false,
        })
    };
    let section = Section::new("Caches, the most money first");
    if fleet.caches.len() <= ROWS {
        return section.with([rows(&fleet.caches)]);
    }
    let more = fleet.caches.len() - ROWS;
    let more =
        Block::text(format!("{more} more have less at stake, or it is not known: --explain lists them."));
    section.in_brief([rows(&fleet.caches[..ROWS]), more]).explained([rows(&fleet.caches)])
}

fn targets(fleet: &Fleet) -> Section {
    let called = names(fleet);
    let targets = fleet.caches.iter().filter_map(|entry| entry.target.as_ref().map(|target| (entry, target)));
    let text = |entry: &Entry, target: &crate::fleet::Target| {
        let d = &target.configuration;
        let bill = usd(&target.monthly, target.estimated);
        let short = entry.state == FleetState::Undersized;
        let short = if short { format!("; what runs is too small: {}", entry.why) } else { String::new() };
        format!("{}, {}, {}: {bill} USD a month{short}", target.shape, d.service, d.region)
    };
    let items: Vec<(String, String)> =
        targets.clone().map(|(entry, target)| (called(entry), text(entry, target))).collect();
    let proofs: Vec<(String, String)> =
        targets.map(|(entry, target)| (called(entry), proof(entry, target))).collect();
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

/// Why nothing is said of the others. What is said of several is said once.
fn not_decided(fleet: &Fleet) -> Section {
    let called = names(fleet);
    let is_open = |entry: &Entry| match entry.state {
        FleetState::Unknown | FleetState::Warming | FleetState::Censored => true,
        FleetState::Undersized => entry.target.is_none(),
        _ => false,
    };
    let mut said: Vec<(String, Vec<String>)> = Vec::new();
    let mut say = |text: String, name| match said.iter_mut().find(|(known, _)| *known == text) {
        Some((_, names)) => names.push(name),
        None => said.push((text, vec![name])),
    };
    // Why today's bill is not known, where the state has another reason.
    let unpriced = |entry: &Entry| {
        let why = entry.current.as_ref()?.monthly.why_unknown()?;
        (why != entry.why).then(|| format!("its price today is not known: {why}"))
    };
    for entry in &fleet.caches {
        if is_open(entry) {
            say(format!("{}: {}", entry.state, entry.why), called(entry));
        }
        if let Some(why) = unpriced(entry) {
            say(why, called(entry));
        }
        for caveat in &entry.caveats {
            say(caveat.clone(), called(entry));
        }
    }
    if said.is_empty() {
        return Section::default();
    }
    let items = |most: usize| {
        let shown = |names: &[String]| {
            let more = names.len().saturating_sub(most);
            let named = names[..names.len() - more].join(", ");
            if more > 0 { format!("{named} and {more} more") } else { named }
        };
        Block::Items(said.iter().map(|(text, all)| (shown(all), text.clone())).collect())
    };
    let section = Section::new("What is not known");
    if said.iter().all(|(_, names)| names.len() <= NAMES) {
        return section.with([items(NAMES)]);
    }
    section.in_brief([items(NAMES)]).explained([items(usize::MAX)])
}

fn reservations(fleet: &Fleet) -> Section {
    let called = names(fleet);
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
        .filter_map(|e| Some((called(e), format!("do not reserve: {}", e.not_reserved.as_ref()?))));
    let refused: Vec<(String, String)> = refused.collect();
    if !refused.is_empty() {
        section = section.explained([Block::Items(refused)]);
    }
    section
}

fn ahead(fleet: &Fleet) -> Section {
    let called = names(fleet);
    let mut items: Vec<(String, String)> = fleet
        .caches
        .iter()
        .flat_map(|entry| {
            entry.cliffs.iter().map(|cliff| {
                let usd = cliff.monthly.map_or_else(String::new, |usd| format!(" ({usd} USD a month more)"));
                (format!("{} {}", cliff.date, called(entry)), format!("{}{usd}", cliff.text))
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
            amount(s.monthly, s.estimated),
            amount(s.saves, s.estimated),
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
    let called = names(fleet);
    let idle = fleet.caches.iter().filter(|entry| !entry.retire.is_empty());
    let blocks = idle.flat_map(|entry| {
        let step = |step: &RetireStep| {
            let command = step.command.as_ref().map_or_else(String::new, |command| format!(" (`{command}`)"));
            let undo = step.undo.as_ref().map_or_else(String::new, |undo| format!("; undo: {undo}"));
            (step.step.to_owned(), format!("{}{command}{undo}", step.text))
        };
        [Block::Text(Sentence::answer(called(entry))), Block::Items(entry.retire.iter().map(step).collect())]
    });
    Section::new("Retire, step by step").with(blocks.collect::<Vec<_>>())
}
