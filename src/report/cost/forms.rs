//! Reviews for a person, short or explained, and for tickets: documents, rendered as text or Markdown.

use super::{Style, amount, change, signed};
use crate::recommend::Cliff;
use crate::report::document::{Align, Block, Document, Rows, Section, Sentence};
use crate::report::recommend::bill;
use crate::report::{Table, dates};
use crate::review::{
    AccountLine, AccountPrice, DeploymentCost, Finding, Group, Paid, Payment, Review, Severity, Share, Status,
};
use crate::units::{Figure, Usd};

use Align::{Left, Right};

/// Text for a terminal.
pub fn table(review: &Review, style: Style) -> String {
    let table = Table { color: style.color };
    let texts: Vec<String> = documents(review).iter().map(|d| table.document(d, style.explain)).collect();
    texts.join("\n")
}

/// Markdown, with the explanation folded. Against a baseline its first line says to programs what changed.
pub fn markdown(review: &Review) -> String {
    let text = documents(review).iter().map(Document::markdown).collect::<Vec<_>>().join("\n");
    match review.baseline {
        Some(_) => format!("{}\n{text}", first_line(review)),
        None => text,
    }
}

/// `comment --only-when` reads it; it stands before every name, so that none can be taken for it.
fn first_line(review: &Review) -> String {
    let totals = &review.totals;
    let usd = match totals.both.difference {
        // For programs, without commas between the thousands.
        Some(usd) if totals.both.unknown_differences == 0 => format!("{:+.2} USD", usd.to_cents().0),
        _ => "unknown".into(),
    };
    let changed = totals.new + totals.removed + totals.changed;
    let breached = review.findings.iter().filter(|finding| finding.blocks()).count();
    format!("<!-- cachefit difference: {usd}; {changed} changed; {breached} breached -->")
}

/// With a baseline one document about the change; without one a bill each, and their sum.
fn documents(review: &Review) -> Vec<Document> {
    if review.baseline.is_some() {
        return vec![change::document(review)];
    }
    let bills = review.results.iter().map(|deployment| document(review, deployment));
    let several = review.results.len() != 1;
    let own = review.results.first().map(|d| d.file.as_str());
    let elsewhere = review.findings.iter().any(|finding| Some(finding.file.as_str()) != own);
    bills.chain((several || elsewhere).then(|| totals(review))).collect()
}

fn document(review: &Review, deployment: &DeploymentCost) -> Document {
    let answer = match &deployment.shape {
        Some(shape) => Sentence::answer(shape.clone()),
        None if deployment.unreadable.is_some() => Sentence::alarm("the profile cannot be read", ""),
        None => Sentence::alarm("nothing fits", "(`cachefit recommend` says why)"),
    };
    // What its author may not have meant is told beside the report.
    let is_told = |finding: &&Finding| !finding.is_of_text() || finding.severity == Severity::Error;
    let own = review.findings.iter().filter(|finding| finding.file == deployment.file).filter(is_told);
    let mut sections = vec![Section::default().with(own.map(breach))];
    sections.extend(deployment.cost.as_ref().map(|cost| bill::section("Bill", cost)));
    sections.extend(details(deployment));
    Document {
        name: deployment.profile.clone(),
        answer,
        sections,
        foot: vec![dates(&deployment.snapshot, deployment.oldest_price.as_deref(), &deployment.as_of)],
        more: deployment
            .cost
            .as_ref()
            .map(|_| "--explain adds where each price comes from and what is not included.".into()),
    }
}

/// How it is paid, what comes, and whose bill it is.
pub fn details(deployment: &DeploymentCost) -> Vec<Section> {
    let mut sections = Vec::new();
    sections.extend(deployment.account.as_ref().map(account));
    sections.extend(deployment.payment.as_ref().and_then(paid));
    sections.extend(ahead(deployment.cliffs.iter().map(|cliff| ("", cliff))));
    let shares = [
        ("Bill by key family", &deployment.by_family),
        ("Bill by class of commands", &deployment.by_command),
    ];
    for (title, shares) in shares {
        if shares.len() > 1 {
            sections.push(Section::new(title).explained([Block::Rows(split(shares))]));
        }
    }
    sections
}

/// A finding in a line.
pub fn breach(finding: &Finding) -> Block {
    if finding.blocks() && finding.is_of_text() {
        let text = format!("{}:{}:{}: {}", finding.file, finding.line, finding.column, finding.message);
        return Block::Text(Sentence::alarm("cannot be read:", text));
    }
    let message = finding.said();
    if finding.blocks() {
        Block::Text(Sentence::alarm("gate breached:", message))
    } else {
        Block::Note(message)
    }
}

/// What is due at the start of the term.
fn upfront(payment: &Payment) -> String {
    payment.upfront.map_or_else(|| "not known".into(), |usd| usd.to_string())
}

/// Cash beside amortised, where they differ.
fn paid(payment: &Payment) -> Option<Section> {
    payment.term_months?;
    let figure =
        |figure: &Figure<Usd>| figure.known().map_or_else(|| "not known".into(), ToString::to_string);
    let mut rows = vec![("month 1", &payment.month_1), ("12 months", &payment.months_12)];
    let term = payment.term_months.map_or_else(String::new, |months| format!("{months} months, the term"));
    if payment.term_months != Some(12) {
        rows.extend(payment.term.as_ref().map(|paid| (term.as_str(), paid)));
    }
    let mut cells: Vec<Vec<String>> = Vec::new();
    if payment.upfront != Some(Usd::ZERO) {
        cells.push(vec!["upfront".into(), upfront(payment), String::new()]);
    }
    cells.extend(
        rows.iter().map(|(span, paid)| vec![(*span).to_owned(), figure(&paid.cash), figure(&paid.amortised)]),
    );
    let rows = Rows {
        header: vec!["span", "cash, USD", "amortised, USD"],
        headed: true,
        aligns: vec![Left, Right, Right],
        cells,
        sum: false,
    };
    Some(Section::new("How it is paid").with([Block::Rows(rows)]))
}

/// The account's own prices beside the list's.
fn account(own: &AccountPrice) -> Section {
    let figure =
        |figure: &Figure<Usd>| figure.known().map_or_else(|| "not known".into(), ToString::to_string);
    let price = |line: &AccountLine| match line.own.known() {
        Some(usd) => usd.to_string(),
        None => "list price".into(),
    };
    let mut cells: Vec<Vec<String>> =
        own.lines.iter().map(|line| vec![line.what.clone(), figure(&line.list), price(line)]).collect();
    cells.push(vec!["total".into(), String::new(), figure(&own.total)]);
    let rows = Rows {
        header: vec!["line", "list, USD", "own, USD"],
        headed: true,
        aligns: vec![Left, Right, Right],
        cells,
        sum: true,
    };
    let why = own.lines.iter().filter_map(|line| Some(format!("{}: {}", line.what, line.own.why_unknown()?)));
    Section::new(format!("What account {} would pay a month ({})", own.account, own.by))
        .with([Block::Rows(rows)])
        .with((own.at_list > 0).then(|| {
            let (lines, stand) = if own.at_list == 1 { ("line", "stands") } else { ("lines", "stand") };
            Block::Note(format!(
                "{} {lines} {stand} at the list's price: the account's own is not known",
                own.at_list
            ))
        }))
        .explained(why.map(Block::Note))
}

/// Dated changes of the deployments that are named, soonest first.
pub fn ahead<'c>(cliffs: impl Iterator<Item = (&'c str, &'c Cliff)>) -> Option<Section> {
    let cliffs: Vec<(&str, &Cliff)> = cliffs.collect();
    let past = cliffs.iter().any(|(_, cliff)| cliff.days < 0);
    let title = if past { "Dated changes, past and in the next 24 months" } else { AHEAD };
    let items = dated(cliffs);
    (!items.is_empty()).then(|| Section::new(title).with([Block::Items(items)]))
}

const AHEAD: &str = "Dated changes in the next 24 months";

/// Days with what happens on them, soonest first.
pub fn dated(mut cliffs: Vec<(&str, &Cliff)>) -> Vec<(String, String)> {
    cliffs.sort_by(|a, b| (&a.1.date, a.0, a.1.kind).cmp(&(&b.1.date, b.0, b.1.kind)));
    cliffs
        .into_iter()
        .map(|(name, cliff)| {
            let usd = cliff
                .monthly
                .map_or_else(String::new, |usd| format!(" ({} USD a month)", signed(&Figure::Known(usd))));
            let of = if name.is_empty() { String::new() } else { format!("{name}: ") };
            (cliff.date.clone(), format!("{of}{}{usd}", cliff.text))
        })
        .collect()
}

/// How a deployment was paid and is paid, where that is more than twelve times the same; none without the months ahead.
pub fn both_paid(deployment: &DeploymentCost) -> Option<Rows> {
    let was = deployment.before.as_ref().and_then(|was| was.payment.as_ref());
    let is = deployment.payment.as_ref();
    let sides = [was, is];
    let said = sides.iter().flatten().any(|payment| payment.term_months.is_some() || !is_even(payment));
    if !said {
        return None;
    }
    let missing = [
        if deployment.before.is_none() { "new" } else { "not known" },
        if deployment.status == Status::Removed { "removed" } else { "not known" },
    ];
    let cell = |of: &dyn Fn(&Payment) -> String| -> Vec<String> {
        sides.iter().zip(missing).map(|(side, missing)| side.map_or(missing.to_owned(), of)).collect()
    };
    let figure =
        |figure: &Figure<Usd>| figure.known().map_or_else(|| "not known".to_owned(), ToString::to_string);
    let mut cells: Vec<Vec<String>> = Vec::new();
    let mut row = |name: String, values: Vec<String>| cells.push([vec![name], values].concat());
    if sides.iter().flatten().any(|payment| payment.upfront != Some(Usd::ZERO)) {
        row("upfront".into(), cell(&upfront));
    }
    row("month 1, cash".into(), cell(&|payment| figure(&payment.month_1.cash)));
    let mut span = |name: &str, of: &dyn Fn(&Payment) -> Option<Paid>| {
        // As far as the cents show it.
        let differs = |paid: &Paid| figure(&paid.cash) != figure(&paid.amortised);
        let is_split = sides.iter().flatten().filter_map(|p| of(p)).any(|paid| differs(&paid));
        let part = |part: fn(&Paid) -> &Figure<Usd>| {
            cell(&|payment| of(payment).map_or_else(String::new, |paid| figure(part(&paid))))
        };
        row(format!("{name}, cash"), part(|paid| &paid.cash));
        if is_split {
            row(format!("{name}, amortised"), part(|paid| &paid.amortised));
        }
    };
    span("12 months", &|payment| Some(payment.months_12.clone()));
    let mut terms: Vec<u32> = sides.iter().flatten().filter_map(|payment| payment.term_months).collect();
    terms.sort_unstable();
    terms.dedup();
    for term in terms.into_iter().filter(|months| *months != 12) {
        let of_term = |payment: &Payment| payment.term.clone().filter(|_| payment.term_months == Some(term));
        span(&format!("{term} months, the term"), &of_term);
    }
    Some(Rows {
        header: vec!["paid, USD", "before", "after"],
        headed: true,
        aligns: vec![Left, Right, Right],
        cells,
        sum: false,
    })
}

/// Whether a year costs twelve times the first month.
fn is_even(payment: &Payment) -> bool {
    let twelve = payment.month_1.amortised.known().map(|usd| Usd(usd.0 * rust_decimal::Decimal::from(12)));
    twelve.is_some_and(|twelve| payment.months_12.amortised == Figure::Known(twelve))
}

fn split(shares: &[Share]) -> Rows {
    let exact: Vec<Usd> = shares.iter().map(|share| share.amount).collect();
    let (shown, sum) = crate::units::cents(&exact);
    let row = |(share, usd): (&Share, &Usd)| {
        vec![share.name.clone(), format!("{:.0}%", share.share * 100.0), usd.to_string()]
    };
    let mut cells: Vec<Vec<String>> = shares.iter().zip(&shown).map(row).collect();
    cells.push(vec!["total".into(), String::new(), sum.to_string()]);
    Rows {
        header: vec!["part", "share", "USD a month"],
        headed: true,
        aligns: vec![Left, Right, Right],
        cells,
        sum: true,
    }
}

/// The sum of several bills, and the gates of the repository.
fn totals(review: &Review) -> Document {
    let sum = &review.totals.both.after;
    let estimated =
        review.results.iter().any(|d| d.cost.as_ref().is_some_and(crate::cost::Estimate::is_estimate));
    let about = if estimated { "~" } else { "" };
    let answer = format!("{about}{} USD a month", amount(sum.known, &sum.total()));
    let files: Vec<&str> = review.results.iter().map(|d| d.file.as_str()).collect();
    let elsewhere = review.findings.iter().filter(|f| !f.is_of_text() && !files.contains(&f.file.as_str()));
    let mut sections = vec![Section::default().with(elsewhere.map(breach))];
    sections.extend(groups(&review.groups));
    Document {
        name: match review.totals.deployments {
            1 => "1 deployment".into(),
            count => format!("{count} deployments"),
        },
        answer: Sentence::answer(answer),
        sections,
        foot: vec![dates(&review.snapshot, None, &review.as_of)],
        more: None,
    }
}

/// Sub-totals.
pub fn groups(groups: &[Group]) -> Option<Section> {
    if groups.is_empty() {
        return None;
    }
    let compared = groups.iter().any(|group| group.both.before.is_some());
    let cells = groups
        .iter()
        .map(|group| {
            let sum = |sum: &crate::review::Sum| amount(sum.known, &sum.total());
            let mut row = vec![format!("{}: {}", group.by, group.name), group.deployments.to_string()];
            if compared {
                row.push(group.both.before.as_ref().map(sum).unwrap_or_default());
            }
            row.push(sum(&group.both.after));
            if compared {
                row.push(change::difference(&group.both));
            }
            row
        })
        .collect();
    let (header, aligns) = if compared {
        (vec!["group", "count", "before", "after", "difference"], vec![Left, Right, Right, Right, Right])
    } else {
        (vec!["group", "count", "USD a month"], vec![Left, Right, Right])
    };
    let rows = Rows { header, headed: true, aligns, cells, sum: false };
    Some(Section::new("Sub-totals, USD a month").with([Block::Rows(rows)]))
}
