//! Bars, drawn by the style of the page inside of tables: the figures stand beside them.

use rust_decimal::prelude::ToPrimitive as _;

use super::{figure, money, more};
use crate::recommend::Check;
use crate::report::escape::markup;
use crate::review::{DeploymentCost, ReviewedLine, Share};
use crate::units::Usd;

/// Parts of a bill that are shown.
const MOST_SHARES: usize = 50;

fn float(usd: Usd) -> f64 {
    usd.0.to_f64().unwrap_or(0.0)
}

fn bar(class: &str, from: f64, to: f64) -> String {
    let (left, width) = (from.min(to).clamp(0.0, 100.0), (to - from).abs().clamp(0.4, 100.0));
    format!("<i class=\"{class}\" style=\"left:{left:.1}%;width:{width:.1}%\"></i>")
}

/// From the bill before to the bill after, line by line.
pub fn waterfall(deployment: &DeploymentCost, at: &str) -> String {
    let changed: Vec<(usize, &ReviewedLine)> =
        deployment.lines.iter().enumerate().filter(|(_, line)| line.is_change()).collect();
    if changed.is_empty() {
        return String::new();
    }
    let before = deployment.before.as_ref().map_or(Usd::ZERO, |was| was.known);
    let after = deployment.known();
    let (mut most, mut here) = (float(before).max(float(after)), float(before));
    for (_, line) in &changed {
        here += line.change.difference.known().map_or(0.0, |usd| float(*usd));
        most = most.max(here);
    }
    let percent = |usd: f64| if most > 0.0 { usd / most * 100.0 } else { 0.0 };
    let mut rows = String::new();
    let end = |name: &str, at: &str, usd: Usd| {
        format!(
            "<tr class=\"sum\"><td>{name}</td><td><div class=\"bar\">{}</div></td><td class=\"n\">{}</td><td></td></tr>\n",
            bar("", 0.0, percent(float(usd))),
            money(at, Some(usd))
        )
    };
    if deployment.before.is_some() {
        rows.push_str(&end("before", &format!("{at}/before/known"), before));
    }
    here = float(before);
    for (i, line) in changed {
        let known = line.change.difference.known();
        let step = known.map_or(0.0, |usd| float(*usd));
        let class = if step > 0.0 { "up" } else { "down" };
        let side = line.change.after.as_ref().or(line.change.before.as_ref());
        let replaced = match (&line.change.before, &line.change.after) {
            (Some(b), Some(a)) if b.what != a.what => format!("{} \u{2192} {}", b.what, a.what),
            _ => side.map(|side| side.what.clone()).unwrap_or_default(),
        };
        rows.push_str(&format!(
            "<tr><td>{}</td><td><div class=\"bar\">{}</div></td><td class=\"n\">{}{}</td><td>{}</td></tr>\n",
            markup(&replaced),
            known.map_or_else(String::new, |_| bar(class, percent(here), percent(here + step))),
            if step > 0.0 { "+" } else { "" },
            figure(&format!("{at}/lines/{i}/difference"), &line.change.difference),
            markup(&line.because())
        ));
        here += step;
    }
    if deployment.cost.is_some() {
        rows.push_str(&end("after", &format!("{at}/cost/known"), after));
    }
    format!(
        "<h3>From before to after, USD a month</h3><div class=\"wide\"><table><thead><tr><th>Line</th><th>Bar</th>\
         <th class=\"n\">USD</th><th>Because of</th></tr></thead><tbody>{rows}</tbody></table></div>\n"
    )
}

/// Demand against capacity; the black line is what may be used.
pub fn headroom(deployment: &DeploymentCost) -> String {
    let row = |check: &Check| {
        let used = check.used()?;
        let over = used > check.allowed;
        let capacity = check.capacity.known().copied().unwrap_or_default();
        Some(format!(
            "<tr{}><td>{}</td><td><div class=\"bar\">{}<b style=\"left:{:.1}%\"></b></div></td><td class=\"n\">{:.0} %</td>\
             <td class=\"n w\">{:.0} %</td><td class=\"n\">{}</td><td class=\"n\">{}</td></tr>\n",
            if over { " class=\"bad\"" } else { "" },
            check.constraint.title(),
            bar(if over { "up" } else { "" }, 0.0, used * 100.0),
            (check.allowed * 100.0).min(99.6),
            used * 100.0,
            check.allowed * 100.0,
            markup(&check.measure.show(check.demand)),
            markup(&check.measure.show(capacity))
        ))
    };
    let rows: String = deployment.headroom.iter().filter_map(row).collect();
    let unknown: Vec<&str> = deployment
        .headroom
        .iter()
        .filter(|check| check.capacity.known().is_none())
        .map(|check| check.constraint.title())
        .collect();
    if rows.is_empty() {
        return String::new();
    }
    let unknown = if unknown.is_empty() {
        String::new()
    } else {
        format!("<p>Not checked, since the limit is not known: {}.</p>", markup(&unknown.join(", ")))
    };
    format!(
        "<h3>Headroom of a node at peak demand at the horizon</h3><div class=\"wide\"><table><thead><tr><th>Limit</th>\
         <th>Used; line: allowed</th><th class=\"n\">Used</th><th class=\"n w\">Allowed</th><th class=\"n\">Needs</th>\
         <th class=\"n\">Has</th></tr></thead><tbody>{rows}</tbody></table></div>{unknown}\n"
    )
}

/// Parts of the bill.
pub fn shares(title: &str, key: &str, shares: &[Share], at: &str) -> String {
    if shares.len() < 2 {
        return String::new();
    }
    let row = |(i, share): (usize, &Share)| {
        format!(
            "<tr><td>{}</td><td><div class=\"bar\">{}</div></td><td class=\"n\">{:.0} %</td><td class=\"n\">{}</td></tr>\n",
            markup(&share.name),
            bar("", 0.0, share.share * 100.0),
            share.share * 100.0,
            money(&format!("{at}/{key}/{i}/amount"), Some(share.amount))
        )
    };
    let rows: String = shares.iter().enumerate().take(MOST_SHARES).map(row).collect();
    let rows = rows + &more(shares.len(), MOST_SHARES, 4);
    format!(
        "<details><summary>{title}</summary><div class=\"wide\"><table><thead><tr><th>Part</th><th>Bar</th>\
         <th class=\"n\">Share</th><th class=\"n\">USD a month</th></tr></thead><tbody>{rows}</tbody></table></div></details>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_that_are_not_shown_are_counted() {
        let part = |i: usize| Share { name: format!("part-{i}"), share: 0.01, amount: Usd::ZERO };
        let all: Vec<Share> = (0..MOST_SHARES + 7).map(part).collect();
        let rows = shares("Bill", "by_family", &all, "/results/0");
        assert!(rows.contains("part-49<") && !rows.contains("part-50<"), "{rows}");
        assert!(rows.contains(">7 more in <code>--format json</code>"), "{rows}");
        assert!(!shares("Bill", "by_family", &all[..MOST_SHARES], "/results/0").contains("more in"));
    }
}
