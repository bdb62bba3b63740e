//! Tables of the page.

use super::{figure, money};
use crate::cost::CostLine;
use crate::report::cost::change;
use crate::report::escape::markup;
use crate::review::{AccountLine, Both, DeploymentCost, Group, Paid, Payment, Review, Status};
use crate::units::{Figure, Usd};

/// Rows of the overview; the JSON and the CSV have all.
const ROWS: usize = 150;

/// All deployments, the largest change first.
pub fn deployments(review: &Review) -> String {
    if review.results.len() < 2 {
        return String::new();
    }
    let compared = review.baseline.is_some();
    let mut all: Vec<(usize, &DeploymentCost)> = review.results.iter().enumerate().collect();
    let weight = |d: &DeploymentCost| match &d.difference {
        Some(Figure::Known(usd)) => usd.0.abs(),
        Some(Figure::Unknown { .. }) => rust_decimal::Decimal::MAX,
        None => d.known().0,
    };
    all.sort_by(|a, b| weight(b.1).cmp(&weight(a.1)).then(a.0.cmp(&b.0)));
    let mut rows: String = all.iter().take(ROWS).map(|(i, d)| deployment(*i, d, compared)).collect();
    let both = &review.totals.both;
    let span = if compared {
        together("/totals", both)
    } else {
        format!("<td class=\"n\">{}</td>", sum("/totals/after/known", both.after.known, &both.after.total()))
    };
    if all.len() > ROWS {
        rows.push_str(&format!(
            "<tr><td colspan=\"5\">{} more; --format csv has all.</td></tr>",
            all.len() - ROWS
        ));
    }
    rows.push_str(&format!("<tr class=\"sum\"><td>total</td><td class=\"w\"></td>{span}</tr>"));
    let heads = if compared {
        "<th class=\"n\">Before</th><th class=\"n\">After</th><th class=\"n\">Difference</th>"
    } else {
        "<th class=\"n\">USD a month</th>"
    };
    format!(
        "<section><h2>Deployments, USD a month</h2><div class=\"wide\"><table><thead><tr><th>Deployment</th>\
         <th class=\"w\">Environment</th>{heads}</tr></thead><tbody>{rows}</tbody></table></div></section>\n"
    )
}

fn deployment(index: usize, deployment: &DeploymentCost, compared: bool) -> String {
    let at = format!("/results/{index}");
    let after = match deployment.status {
        Status::Removed => "removed".to_owned(),
        _ => sum(&format!("{at}/cost/known"), deployment.known(), &deployment.total()),
    };
    let cells = if compared {
        let before = deployment.before.as_ref();
        let before = before
            .map_or_else(|| "new".into(), |was| sum(&format!("{at}/before/known"), was.known, &was.total));
        let difference = deployment
            .difference
            .as_ref()
            .map(|d| rise(&format!("{at}/difference/known"), d.known().copied()));
        let difference = difference.unwrap_or_default();
        format!("<td class=\"n\">{before}</td><td class=\"n\">{after}</td><td class=\"n\">{difference}</td>")
    } else {
        format!("<td class=\"n\">{after}</td>")
    };
    let word = change::status(deployment);
    let tag = if word.is_empty() { String::new() } else { format!(" <span class=\"tag\">{word}</span>") };
    format!(
        "<tr><td>{}{tag}</td><td class=\"w\">{}</td>{cells}</tr>\n",
        markup(&deployment.profile),
        markup(&deployment.environment)
    )
}

/// A difference with its sign.
fn rise(at: &str, difference: Option<Usd>) -> String {
    let sign = if difference.is_some_and(|usd| usd.to_cents() > Usd::ZERO) { "+" } else { "" };
    format!("{sign}{}", money(at, difference))
}

/// A sum that may lack lines.
fn sum(at: &str, known: Usd, total: &Figure<Usd>) -> String {
    match total {
        Figure::Known(_) => money(at, Some(known)),
        Figure::Unknown { .. } if known > Usd::ZERO => format!("at least {}", money(at, Some(known))),
        Figure::Unknown { .. } => "<em>not known</em>".into(),
    }
}

/// Before, after and difference of several deployments, with what is not known of them.
fn together(at: &str, both: &Both) -> String {
    let before = both.before.as_ref();
    let before = before.map(|was| sum(&format!("{at}/before/known"), was.known, &was.total()));
    let difference = match (both.difference, both.unknown_differences) {
        (None, _) => String::new(),
        (Some(_), 1) if change::is_not_known(both) => "<em>not known</em>".into(),
        (Some(_), unknown) if change::is_not_known(both) => format!("<em>{unknown} not known</em>"),
        (Some(usd), unknown) => {
            let known = rise(&format!("{at}/difference"), Some(usd));
            if unknown == 0 { known } else { format!("{known}, <em>{unknown} not known</em>") }
        }
    };
    format!(
        "<td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{difference}</td>",
        before.unwrap_or_default(),
        sum(&format!("{at}/after/known"), both.after.known, &both.after.total())
    )
}

/// Sub-totals.
pub fn groups(review: &Review) -> String {
    if review.groups.is_empty() {
        return String::new();
    }
    let row = |(i, group): (usize, &Group)| {
        let both = &group.both;
        let cells = if both.before.is_some() {
            together(&format!("/groups/{i}"), both)
        } else {
            let after = sum(&format!("/groups/{i}/after/known"), both.after.known, &both.after.total());
            format!("<td class=\"n\">{after}</td>")
        };
        format!(
            "<tr><td>{}: {}</td><td class=\"n w\">{}</td>{cells}</tr>\n",
            markup(&group.by),
            markup(&group.name),
            group.deployments
        )
    };
    let rows: String = review.groups.iter().enumerate().take(ROWS).map(row).collect();
    let heads = if review.baseline.is_some() {
        "<th class=\"n\">Before</th><th class=\"n\">After</th><th class=\"n\">Difference</th>"
    } else {
        "<th class=\"n\">USD a month</th>"
    };
    format!(
        "<section><h2>Sub-totals, USD a month</h2><div class=\"wide\"><table><thead><tr><th>Group</th>\
         <th class=\"n w\">Deployments</th>{heads}</tr></thead><tbody>{rows}</tbody></table></div></section>\n"
    )
}

/// The bill.
pub fn bill(deployment: &DeploymentCost, at: &str) -> String {
    let Some(cost) = &deployment.cost else { return String::new() };
    let row = |(i, line): (usize, &CostLine)| {
        format!(
            "<tr><td>{}</td><td>{}</td><td class=\"n\">{}{}</td></tr>\n",
            markup(&line.what),
            markup(&line.formula),
            if line.is_estimate() { "~" } else { "" },
            figure(&format!("{at}/cost/lines/{i}/amount"), &line.amount)
        )
    };
    let rows: String = cost.lines.iter().enumerate().map(row).collect();
    let total = sum(&format!("{at}/cost/known"), cost.known, &cost.total);
    let notes: String = cost.notes.iter().map(|note| format!("<p>{}</p>", markup(note))).collect();
    format!(
        "<h3>Bill, USD a month (~ is estimated)</h3><div class=\"wide\"><table><thead><tr><th>Line</th><th>Quantity</th>\
         <th class=\"n\">USD</th></tr></thead><tbody>{rows}<tr class=\"sum\"><td>total</td><td></td><td class=\"n\">{total}</td>\
         </tr></tbody></table></div>{notes}\n"
    )
}

/// The account's own prices beside the list's.
pub fn account(deployment: &DeploymentCost, at: &str) -> String {
    let Some(own) = &deployment.account else { return String::new() };
    let row = |(i, line): (usize, &AccountLine)| {
        let at = format!("{at}/account/lines/{i}");
        let price = match &line.own {
            Figure::Known(_) => figure(&format!("{at}/own"), &line.own),
            Figure::Unknown { why } => format!("<em title=\"{}\">list price</em>", markup(why)),
        };
        format!(
            "<tr><td>{}</td><td class=\"n\">{}</td><td class=\"n\">{price}</td></tr>\n",
            markup(&line.what),
            figure(&format!("{at}/list"), &line.list)
        )
    };
    let rows: String = own.lines.iter().enumerate().map(row).collect();
    format!(
        "<h3>What account {} would pay, USD a month</h3><p>{}.</p><div class=\"wide\"><table><thead><tr><th>Line</th>\
         <th class=\"n\">List</th><th class=\"n\">Own</th></tr></thead><tbody>{rows}<tr class=\"sum\"><td>total</td><td></td>\
         <td class=\"n\">{}</td></tr></tbody></table></div>\n",
        markup(&own.account),
        markup(&own.by),
        figure(&format!("{at}/account/total"), &own.total)
    )
}

/// Cash beside amortised, as it was and as it is.
pub fn payment(deployment: &DeploymentCost, at: &str) -> String {
    let was = deployment.before.as_ref().and_then(|was| was.payment.as_ref());
    let was = was.map(|payment| paid("How it was paid before, USD", payment, &format!("{at}/before")));
    let is = deployment.payment.as_ref().map(|payment| paid("How it is paid, USD", payment, at));
    [was, is].into_iter().flatten().collect()
}

fn paid(title: &str, payment: &Payment, at: &str) -> String {
    let row = |name: &str, key: &str, paid: &Paid| {
        format!(
            "<tr><td>{name}</td><td class=\"n\">{}</td><td class=\"n\">{}</td></tr>\n",
            figure(&format!("{at}/payment/{key}/cash"), &paid.cash),
            figure(&format!("{at}/payment/{key}/amortised"), &paid.amortised)
        )
    };
    let mut rows = String::new();
    if payment.upfront != Some(Usd::ZERO) {
        let upfront = money(&format!("{at}/payment/upfront"), payment.upfront);
        rows.push_str(&format!("<tr><td>upfront</td><td class=\"n\">{upfront}</td><td></td></tr>\n"));
    }
    rows.push_str(&row("month 1", "month_1", &payment.month_1));
    rows.push_str(&row("12 months", "months_12", &payment.months_12));
    if let (Some(term), Some(months)) = (&payment.term, payment.term_months.filter(|months| *months != 12)) {
        rows.push_str(&row(&format!("{months} months, the term"), "term", term));
    }
    format!(
        "<h3>{title}</h3><div class=\"wide\"><table><thead><tr><th>Span</th><th class=\"n\">Cash</th>\
         <th class=\"n\">Amortised</th></tr></thead><tbody>{rows}</tbody></table></div>\n"
    )
}

/// Where prices come from and what the figures rest on, folded.
pub fn sources(deployment: &DeploymentCost) -> String {
    let mut text = String::new();
    if let Some(cost) = &deployment.cost {
        let line = |line: &CostLine| {
            let origin = match &line.rate {
                Figure::Known(rate) => {
                    let estimate =
                        rate.estimate.as_ref().map_or_else(String::new, |e| format!("; estimated: {e}"));
                    format!("{} USD {}, {} ({}){estimate}", rate.usd, rate.unit, rate.source, rate.as_of)
                }
                Figure::Unknown { why } => why.clone(),
            };
            format!("<li>{}: {}</li>", markup(&line.what), markup(&origin))
        };
        let lines: String = cost.lines.iter().map(line).collect();
        text.push_str(&format!(
            "<details><summary>Sources of the prices</summary><ul>{lines}</ul><p>Not included: {}.</p></details>\n",
            markup(&cost.not_included.join("; "))
        ));
    }
    let assumption = |a: &crate::units::Assumption| {
        format!("<li>{}: {} ({})</li>", markup(&a.subject), markup(&a.value), markup(&a.why))
    };
    let assumptions: String = deployment.assumptions.iter().map(assumption).collect();
    if !assumptions.is_empty() {
        text.push_str(&format!("<details><summary>Assumptions</summary><ul>{assumptions}</ul></details>\n"));
    }
    text
}
