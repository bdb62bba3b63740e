//! One page in one file: no request, no script, light and dark, for print and for a phone. Every figure of a picture
//! stands in a table, and every amount carries its exact value and where it is in the JSON.

mod bars;
mod pictures;
mod style;
mod tables;

use super::{change, signed};
use crate::report::dates;
use crate::report::escape::markup;
use crate::review::{DeploymentCost, Finding, Review, Severity, Status};
use crate::units::{Figure, Usd};

/// The page is smaller than this; what does not fit is named.
const MOST: usize = 190_000;
/// Rows of gates that are shown; those that block come first.
const MOST_GATES: usize = 100;
/// Hashes of profiles that are shown.
const MOST_HASHES: usize = 20;

/// The page.
pub fn render(review: &Review) -> String {
    let mut page = head(review);
    page.push_str(&gates(&review.findings));
    page.push_str(&tables::deployments(review));
    page.push_str(&tables::groups(review));
    let mut left_out = Vec::new();
    for (index, deployment) in order(review) {
        let section = section(review, index, deployment);
        if page.len() + section.len() < MOST { page.push_str(&section) } else { left_out.push(deployment) }
    }
    page.push_str(&foot(review, &left_out));
    page
}

/// Those whose bill has changed first, then the dearest.
fn order(review: &Review) -> Vec<(usize, &DeploymentCost)> {
    let mut order: Vec<(usize, &DeploymentCost)> = review.results.iter().enumerate().collect();
    order.sort_by_key(|(i, d)| {
        (d.status == Status::Same, d.sweeps.is_empty(), std::cmp::Reverse(d.known()), *i)
    });
    order
}

/// An amount with its exact value and its place in the JSON.
fn money(at: &str, usd: Option<Usd>) -> String {
    match usd {
        Some(usd) => format!("<data data-at=\"{at}\" value=\"{}\">{usd}</data>", usd.0),
        None => "<em>not known</em>".into(),
    }
}

fn figure(at: &str, figure: &Figure<Usd>) -> String {
    money(&format!("{at}/known"), figure.known().copied())
}

fn head(review: &Review) -> String {
    let title = if review.baseline.is_some() { "Cost change" } else { "Cost of caches" };
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none';style-src 'unsafe-inline';img-src data:\">\
         <meta name=\"color-scheme\" content=\"light dark\"><link rel=\"icon\" href=\"data:,\">\
         <title>{title}</title><style>{}{}</style></head><body><main>\n<h1>{title}</h1>\n<p class=\"answer\">{}</p>\n",
        style::CSS,
        crate::report::chart::style(),
        answer(review)
    )
}

/// The answer in one sentence.
fn answer(review: &Review) -> String {
    let both = &review.totals.both;
    let after = &both.after;
    let at_least = if after.unknown > 0 { "at least " } else { "" };
    let total = money("/totals/after/known", Some(after.known));
    let count = review.totals.deployments;
    let what = if count == 1 { "1 deployment".into() } else { format!("{count} deployments") };
    if review.baseline.is_none() {
        let ends = review.results.first().filter(|_| count == 1).and_then(|d| d.shape.as_deref());
        let shape = ends.map_or_else(String::new, |shape| format!(": {}", markup(shape)));
        return format!(
            "{what} cost{} {at_least}<strong>{total} USD a month</strong>{shape}.",
            if count == 1 { "s" } else { "" }
        );
    }
    let against = markup(review.baseline.as_deref().unwrap_or_default());
    if review.totals.is_same() {
        return format!(
            "Nothing changes against {against}: {what}, {at_least}<strong>{total} USD a month</strong>."
        );
    }
    let difference = both.difference.unwrap_or(Usd::ZERO);
    if change::is_not_known(both) {
        let to = if after.known > Usd::ZERO || after.unknown == 0 {
            format!("; it is {at_least}{total} USD a month now")
        } else {
            String::new()
        };
        return format!("Against {against} the change of the bill is <strong>not known</strong>{to}.");
    }
    let percent = both.compared.and_then(|before| super::percent(before, difference));
    let percent = percent.map_or_else(String::new, |percent| format!(" ({percent})"));
    let unknown = match both.unknown_differences {
        0 => String::new(),
        count => format!("; the difference of {count} is not known"),
    };
    format!(
        "Against {against} the bill changes by <strong><data data-at=\"/totals/difference\" value=\"{}\">{}</data> USD a \
         month</strong>{percent}, to {at_least}{total}{unknown}.",
        difference.0,
        signed(&Figure::Known(difference))
    )
}

/// Those that block first, then by place as in all other forms.
fn gates(findings: &[Finding]) -> String {
    if findings.is_empty() {
        return String::new();
    }
    let mut findings: Vec<&Finding> = findings.iter().collect();
    findings.sort_by_key(|finding| !finding.blocks());
    let rows: String = findings
        .iter()
        .take(MOST_GATES)
        .map(|finding| {
            let state = match (&finding.waived, finding.old, finding.severity) {
                (Some(waived), ..) => format!("waived by {} until {}", waived.owner, waived.until),
                (None, true, _) => "so in the baseline, too".into(),
                (None, false, Severity::Error) if finding.is_of_text() => "cannot be read".into(),
                (None, false, Severity::Error) => "breached".into(),
                (None, false, _) => "to know".into(),
            };
            let class = if finding.blocks() { " class=\"bad\"" } else { "" };
            format!(
                "<tr{class}><td>{}</td><td>{}</td><td>{}</td><td>{}:{}</td></tr>\n",
                markup(&state),
                markup(&finding.rule),
                markup(&finding.message),
                markup(&finding.file),
                finding.line
            )
        })
        .collect();
    let rows = rows + &more(findings.len(), MOST_GATES, 4);
    format!(
        "<section><h2>Gates</h2><div class=\"wide\"><table><thead><tr><th>State</th><th>Rule</th><th>What</th>\
         <th>Where</th></tr></thead><tbody>{rows}</tbody></table></div></section>\n"
    )
}

/// The row that says how many are not shown.
fn more(all: usize, shown: usize, columns: usize) -> String {
    if all <= shown {
        return String::new();
    }
    format!("<tr><td colspan=\"{columns}\">{} more in <code>--format json</code></td></tr>\n", all - shown)
}

/// One deployment: its bill, its pictures, what it rests on.
fn section(review: &Review, index: usize, deployment: &DeploymentCost) -> String {
    let at = format!("/results/{index}");
    let shape = match (&deployment.shape, deployment.status) {
        (Some(shape), _) => markup(shape),
        (None, Status::Removed) => "removed".into(),
        (None, _) => match &deployment.unreadable {
            Some(why) => format!("the profile cannot be read: {}", markup(why)),
            None => "nothing fits the profile".into(),
        },
    };
    let status = change::status(deployment);
    let status =
        if status.is_empty() { String::new() } else { format!(" <span class=\"tag\">{status}</span>") };
    let mut text = format!(
        "<section id=\"d{index}\"><h2>{}{status}</h2><p>{shape}. Profile: <code>{}</code>, {}.</p>\n",
        markup(&deployment.profile),
        markup(&deployment.file),
        markup(&deployment.environment)
    );
    if let Some(why) = deployment.before.as_ref().and_then(|was| was.unreadable.as_ref()) {
        text.push_str(&format!("<p>The baseline cannot be read: {}</p>\n", markup(why)));
    }
    text.push_str(&bars::waterfall(deployment, &at));
    text.push_str(&tables::bill(deployment, &at));
    text.push_str(&tables::account(deployment, &at));
    text.push_str(&tables::payment(deployment, &at));
    text.push_str(&bars::headroom(deployment));
    text.push_str(&pictures::all(review, deployment, index, &at));
    text.push_str(&bars::shares("Bill by key family", "by_family", &deployment.by_family, &at));
    text.push_str(&bars::shares("Bill by class of commands", "by_command", &deployment.by_command, &at));
    text.push_str(&tables::sources(deployment));
    text.push_str("</section>\n");
    text
}

fn foot(review: &Review, left_out: &[&DeploymentCost]) -> String {
    let mut text = String::new();
    if !left_out.is_empty() {
        let names: Vec<String> = left_out.iter().take(20).map(|d| markup(&d.profile)).collect();
        let more = if left_out.len() > 20 { " and others" } else { "" };
        text.push_str(&format!(
            "<p>The details of {} {} left out, so that the page stays small ({}{more}): \
             <code>cachefit cost PROFILE --format html</code> shows one of them.</p>\n",
            left_out.len(),
            if left_out.len() == 1 { "deployment are" } else { "deployments are" },
            names.join(", ")
        ));
    }
    let oldest = review.results.iter().filter_map(|d| d.oldest_price.as_deref()).min();
    let read: Vec<&DeploymentCost> = review.results.iter().filter(|d| !d.sha256.is_empty()).collect();
    let hash = |d: &&DeploymentCost| {
        format!("<li><code>{}</code> {}</li>", d.sha256.get(..12).unwrap_or_default(), markup(&d.file))
    };
    let mut hashes: String = read.iter().take(MOST_HASHES).map(hash).collect();
    if read.len() > MOST_HASHES {
        hashes.push_str(&format!("<li>{} more in <code>--format json</code></li>", read.len() - MOST_HASHES));
    }
    text.push_str(&format!(
        "<footer><p>{} US dollars before tax; a month has 730 hours. cachefit {}.</p>\
         <details><summary>Profiles</summary><ul>{}</ul></details></footer>\n</main></body></html>\n",
        markup(&dates(&review.snapshot, oldest, &review.as_of)),
        env!("CARGO_PKG_VERSION"),
        hashes
    ));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_blocks_comes_first_and_what_is_not_shown_is_counted() {
        let finding = |i: usize, old: bool| Finding {
            old,
            ..Finding::breach("limit-each", String::new(), format!("gate {i} is breached"))
        };
        let mut all: Vec<Finding> = (0..120).map(|i| finding(i, true)).collect();
        all.push(finding(120, false));
        let gates = gates(&all);
        let first = gates.split_once("<tbody>").and_then(|(_, rest)| rest.split_once("</tr>")).unwrap().0;
        assert!(first.contains("class=\"bad\"") && first.contains("gate 120 is"), "{first}");
        assert!(gates.contains(">21 more in <code>--format json</code>"), "{gates}");
        assert!(gates.contains("gate 98 is") && !gates.contains("gate 99 is"), "{gates}");
        assert!(!super::gates(&all[21..]).contains("more in"), "a hundred are shown");
    }
}
