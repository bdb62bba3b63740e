//! A change against its baseline: the answer, what each deployment and each line does, and why.

use super::forms::{both_paid, breach, dated, details, groups};
use super::{amount, percent, signed};
use crate::cost::LineStatus;
use crate::report::dates;
use crate::report::document::{Align, Block, Document, Rows, Section, Sentence};
use crate::review::{Both, DeploymentCost, Finding, Review, ReviewedLine, Status};
use crate::units::{Figure, Usd};

use Align::{Left, Right};

/// Deployments whose lines are told; more are in the table alone.
const TOLD: usize = 20;
/// How sections of one deployment begin that this document has itself.
const DATED: &str = "Dated changes";
const PAID: &str = "How it is paid";
/// Rows of the table; a reader of more takes the CSV.
const ROWS: usize = 100;

/// The whole change.
pub fn document(review: &Review) -> Document {
    let both = &review.totals.both;
    let changed: Vec<&DeploymentCost> = sorted(review);
    let mut first = Section::default();
    first.summary.extend(review.findings.iter().filter(|f| f.blocks()).map(named));
    if both.unknown_differences > 0 {
        let (have, they) =
            if both.unknown_differences == 1 { ("has", "it is") } else { ("have", "they are") };
        let text = format!(
            "{} of the changed deployments {have} no price on one side: {they} in no saving.",
            both.unknown_differences
        );
        first.summary.push(Block::Note(text));
    }
    let broken = review.results.iter().filter_map(|d| {
        let why = d.before.as_ref()?.unreadable.as_ref().filter(|_| d.unreadable.is_none())?;
        Some(Block::Note(format!("{}: the baseline cannot be read: {why}", d.profile)))
    });
    first.summary.extend(broken.take(TOLD));
    first.summary.extend((!changed.is_empty()).then(|| Block::Rows(rows(review, &changed))));
    let mut sections = vec![first];
    sections.extend(changed.iter().take(TOLD).map(|deployment| lines(deployment)));
    if changed.len() > TOLD {
        let text =
            format!("Lines of {} more deployments are in --format csv and json.", changed.len() - TOLD);
        sections.push(Section::default().with([Block::text(text)]));
    }
    sections.extend(coming(&changed));
    let known: Vec<Block> = review.findings.iter().filter(|f| !f.blocks()).map(named).collect();
    if !known.is_empty() {
        sections.push(Section::new("Known, old or waived").with(known));
    }
    sections.extend(groups(&review.groups));
    if let [only] = changed.as_slice() {
        sections.extend(details(only).into_iter().filter(
            |s| !matches!(s.title.as_deref(), Some(title) if title == PAID || title.starts_with(DATED)),
        ));
    }
    let oldest = review.results.iter().filter_map(|d| d.oldest_price.as_deref()).min();
    Document {
        name: "Cost change".into(),
        answer: answer(review),
        sections,
        foot: std::iter::once(dates(&review.snapshot, oldest, &review.as_of))
            .chain(command(review))
            .collect(),
        more: None,
    }
}

/// Dated changes of what has changed, and those that were ahead before and are so no more.
fn coming(changed: &[&DeploymentCost]) -> Vec<Section> {
    let told = || changed.iter().take(TOLD).filter(|d| d.status != Status::Removed);
    let now = told().flat_map(|d| d.cliffs.iter().map(move |cliff| (d.profile.as_str(), cliff))).collect();
    // What cannot be read may have them still.
    let gone = told().filter(|d| d.unreadable.is_none()).flat_map(|d| {
        let was = d.before.iter().flat_map(|was| &was.cliffs);
        was.filter(move |cliff| !d.cliffs.contains(cliff)).map(move |cliff| (d.profile.as_str(), cliff))
    });
    [
        ("Dated changes ahead, of what has changed", dated(now)),
        ("Dated changes that were ahead before", dated(gone.collect())),
    ]
    .into_iter()
    .filter(|(_, items)| !items.is_empty())
    .map(|(title, items)| Section::new(title).with([Block::Items(items)]))
    .collect()
}

/// A finding with the profile that it is about: the document is about many.
fn named(finding: &Finding) -> Block {
    if finding.is_of_text() {
        return breach(finding);
    }
    let profile = finding.address.split_once(':').map(|(profile, _)| profile);
    let message =
        profile.map_or_else(|| finding.message.clone(), |name| format!("{name}: {}", finding.message));
    breach(&Finding { message, ..finding.clone() })
}

/// `+12.30 USD a month (+4.1 %), against git:main: 1 changed, 5 unchanged`.
pub fn answer(review: &Review) -> Sentence {
    let totals = &review.totals;
    let against = review.baseline.as_deref().unwrap_or_default();
    let counts = [
        (totals.changed, "changed"),
        (totals.new, "new"),
        (totals.removed, "removed"),
        (totals.same, "unchanged"),
    ];
    let counts: Vec<String> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    let rest = format!("against {against}: {}", counts.join(", "));
    if totals.is_same() {
        return Sentence { rest, ..Sentence::answer("no change of the bill,") };
    }
    let usd = totals.both.difference.unwrap_or(Usd::ZERO);
    if is_not_known(&totals.both) {
        return Sentence { rest, ..Sentence::answer("not known,") };
    }
    let percent = totals.both.compared.and_then(|before| percent(before, usd));
    let percent = percent.map_or_else(String::new, |percent| format!(" ({percent})"));
    let at_least = if totals.both.unknown_differences > 0 { " of what has a price" } else { "" };
    let marked = format!("{} USD a month{percent}{at_least},", signed(&Figure::Known(usd)));
    Sentence { rest, ..Sentence::answer(marked) }
}

/// What changed, by the weight of its change; what is unknown comes first.
pub fn sorted(review: &Review) -> Vec<&DeploymentCost> {
    let mut changed: Vec<&DeploymentCost> =
        review.results.iter().filter(|d| d.status != Status::Same).collect();
    let weight = |d: &DeploymentCost| match &d.difference {
        Some(Figure::Known(usd)) => (1, std::cmp::Reverse(usd.0.abs())),
        _ => (0, std::cmp::Reverse(rust_decimal::Decimal::ZERO)),
    };
    changed.sort_by(|a, b| weight(a).cmp(&weight(b)).then_with(|| a.file.cmp(&b.file)));
    changed
}

/// `new`, `removed`, `changed`.
pub fn status(deployment: &DeploymentCost) -> &'static str {
    match deployment.status {
        Status::New => "new",
        Status::Removed => "removed",
        Status::Changed => "changed",
        Status::Same => "unchanged",
        Status::Estimated => "",
    }
}

/// Whether nothing of the difference is known.
pub fn is_not_known(both: &Both) -> bool {
    both.unknown_differences > 0 && both.difference.is_none_or(Usd::is_zero)
}

/// `+12.30`, with a word about what is not known.
pub fn difference(both: &Both) -> String {
    if is_not_known(both) {
        return match both.unknown_differences {
            1 => "not known".into(),
            unknown => format!("{unknown} not known"),
        };
    }
    let known = both.difference.map_or_else(String::new, |usd| signed(&Figure::Known(usd)));
    match both.unknown_differences {
        0 => known,
        unknown => format!("{known}, {unknown} not known"),
    }
}

/// What it cost before; `new` where it was not there.
pub fn before(deployment: &DeploymentCost) -> String {
    deployment.before.as_ref().map_or_else(|| "new".into(), |was| amount(was.known, &was.total))
}

/// What it costs; `removed` where it is gone.
pub fn after(deployment: &DeploymentCost) -> String {
    match deployment.status {
        Status::Removed => "removed".into(),
        _ => amount(deployment.known(), &deployment.total()),
    }
}

fn rows(review: &Review, changed: &[&DeploymentCost]) -> Rows {
    let row = |d: &&DeploymentCost| {
        let difference = d.difference.as_ref().map(signed).unwrap_or_default();
        vec![format!("{} ({})", d.profile, d.environment), before(d), after(d), difference]
    };
    let mut cells: Vec<Vec<String>> = changed.iter().take(ROWS).map(row).collect();
    if changed.len() > ROWS {
        cells.push(vec![
            format!("{} more", changed.len() - ROWS),
            String::new(),
            String::new(),
            String::new(),
        ]);
    }
    let both = &review.totals.both;
    if review.totals.same > 0 {
        cells.push(vec![
            format!("{} unchanged", review.totals.same),
            String::new(),
            String::new(),
            "0.00".into(),
        ]);
    }
    let sum = |sum: &crate::review::Sum| amount(sum.known, &sum.total());
    cells.push(vec![
        "total".into(),
        both.before.as_ref().map(sum).unwrap_or_default(),
        sum(&both.after),
        difference(both),
    ]);
    Rows {
        header: vec!["deployment", "before", "after", "USD a month"],
        headed: true,
        aligns: vec![Left, Right, Right, Right],
        cells,
        sum: true,
    }
}

/// The lines that changed, and why.
fn lines(deployment: &DeploymentCost) -> Section {
    let changed: Vec<&ReviewedLine> = deployment.lines.iter().filter(|line| line.is_change()).collect();
    let cells: Vec<Vec<String>> = changed.iter().map(|line| line_row(line)).collect();
    let same = deployment.lines.len() - changed.len();
    let mut reasons: Vec<String> = changed.iter().map(|line| line.because()).collect();
    reasons.dedup();
    reasons.sort();
    reasons.dedup();
    let title = format!("{} ({}): {}", deployment.profile, deployment.file, status(deployment));
    let mut section = Section::new(title);
    if !cells.is_empty() {
        section.summary.push(Block::Rows(Rows {
            header: vec!["line", "before", "after", "USD a month"],
            headed: true,
            aligns: vec![Left, Right, Right, Right],
            cells,
            sum: false,
        }));
    }
    let why = reasons.into_iter().filter(|reason| !reason.is_empty()).map(|r| (String::new(), r));
    let why: Vec<(String, String)> = why.collect();
    if deployment.status == Status::Changed && !why.is_empty() {
        section.summary.push(Block::Items(why));
    }
    section.summary.extend(both_paid(deployment).map(Block::Rows));
    let shapes = deployment.before.as_ref().and_then(|was| was.shape.clone());
    if let (Some(was), Some(is)) = (shapes, &deployment.shape) {
        section.detail.push(Block::text(format!("Before: {was}. After: {is}.")));
    }
    if same > 0 {
        let lines = if same == 1 { "1 line is".to_owned() } else { format!("{same} lines are") };
        section.detail.push(Block::text(format!("{lines} unchanged.")));
    }
    section
}

/// `2 x cache.r7g.large -> 2 x cache.r7g.xlarge`, before, after, difference.
fn line_row(line: &ReviewedLine) -> Vec<String> {
    let (before, after) = (&line.change.before, &line.change.after);
    let what = match (before, after) {
        (Some(b), Some(a)) if b.what != a.what => format!("{} -> {}", b.what, a.what),
        (_, Some(side)) | (Some(side), None) => side.what.clone(),
        (None, None) => String::new(),
    };
    let side = |side: &Option<crate::cost::LineSide>, missing: &str| {
        side.as_ref().map_or_else(
            || missing.to_owned(),
            |side| side.amount.known().map_or_else(|| "not known".into(), ToString::to_string),
        )
    };
    let (new, removed) = match line.change.status {
        LineStatus::Unknown => ("not known", "not known"),
        _ => ("new", "removed"),
    };
    vec![what, side(before, new), side(after, removed), signed(&line.change.difference)]
}

/// How the same report is made again.
fn command(review: &Review) -> Option<String> {
    Some(format!("The same again: `{}`.", review.again.as_deref()?))
}
