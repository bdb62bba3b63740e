//! Recommendations for a person: the choice first, then what it rests on.

use super::{amount, check_cells, difference, total};
use crate::cost::Estimate;
use crate::parallel;
use crate::recommend::{Candidate, Recommendation};
use crate::report::text::{Align, columns, paragraph};
use crate::report::{Report, ReportError, Table, dates};
use crate::units::{Bytes, Figure, Usd};

use Align::{Left, Right};

/// Columns of a terminal.
const COLUMNS: usize = 80;

/// Groups of rejected shapes that are shown.
const GROUPS: usize = 12;

impl Report<[Recommendation]> for Table {
    fn render(&self, outcome: &[Recommendation]) -> Result<String, ReportError> {
        Ok(parallel::map(outcome, |r| self.recommendation(r)).join("\n"))
    }
}

impl Table {
    fn recommendation(&self, r: &Recommendation) -> String {
        let mut text = self.head(r);
        for gate in &r.gates {
            text.push_str(&paragraph("", "  ", &format!("{} {}", self.alarm("gate breached:"), gate.text)));
        }
        if let Some(choice) = &r.choice {
            text.push_str(&self.headroom(r, choice));
            text.push_str(&self.cost(&choice.cost));
            text.push_str(&self.policy(r));
            text.push_str(&self.memory_choice(r));
        }
        if let Some(pinned) = &r.pinned_misfit {
            text.push_str(&paragraph(
                "  ",
                "  ",
                &format!("the pinned shape does not fit: {}", pinned.shape),
            ));
            text.push_str(&self.headroom(r, pinned));
            text.push_str(&self.cost(&pinned.cost));
        }
        text.push_str(&self.changes(r));
        text.push_str(&self.advice(r));
        text.push_str(&self.candidates(r));
        text.push_str(&self.rejected(r));
        text.push_str(&self.assumptions(r));
        text
    }

    fn head(&self, r: &Recommendation) -> String {
        let Some(choice) = &r.choice else {
            return format!("{}: {}\n", r.profile, self.alarm("nothing fits"));
        };
        let d = &choice.deployment;
        let cluster = if d.cluster_mode { "cluster mode on" } else { "cluster mode off" };
        let tls = if d.tls { "TLS" } else { "no TLS" };
        let mut text = format!("{}: {}\n", r.profile, self.strong(&choice.shape));
        text.push_str(&paragraph(
            "  ",
            "  ",
            &format!("{}, {} {}, {}, {cluster}, {tls}", d.service, d.engine, d.version, d.region),
        ));
        text.push_str(&paragraph(
            "  ",
            "  ",
            &format!(
                "{} USD a month, {}{}; eviction policy {}",
                total(&choice.cost),
                d.commitment,
                later(choice),
                d.eviction_policy
            ),
        ));
        text
    }

    fn headroom(&self, r: &Recommendation, choice: &Candidate) -> String {
        let binding = r.binding.as_ref().map_or_else(String::new, |b| format!("least to spare: {b}"));
        let title = format!("Headroom for the high end, {:.0} month(s) from now", r.demand.growth.months);
        // What does not fit beside the title stands below it.
        let whole = format!("{title}; {binding}");
        let mut text = match (binding.is_empty(), whole.len() <= COLUMNS) {
            (true, _) => self.heading(&title),
            (_, true) => self.heading(&whole),
            (_, false) => format!("{}  {binding}\n", self.heading(&title)),
        };
        let rows: Vec<Vec<String>> = choice
            .checks
            .iter()
            .map(|c| std::iter::once(c.constraint.title().to_owned()).chain(check_cells(c)).collect())
            .collect();
        text.push_str(&columns(
            &["a node", "needs", "has", "used", "may use"],
            &[Left, Right, Right, Right, Right],
            &rows,
        ));
        for check in &choice.checks {
            if let Figure::Unknown { why } = &check.capacity {
                text.push_str(&paragraph("  ? ", "    ", &format!("{}: {why}", check.constraint.title())));
            }
        }
        if let Some(memory) = &r.memory {
            let parts: Vec<String> =
                memory.parts.iter().map(|p| format!("{} {}", p.what, Bytes(p.bytes.high))).collect();
            text.push_str(&paragraph("  ", "    ", &format!("memory is: {}", parts.join(", "))));
        }
        text
    }

    pub(in crate::report) fn cost(&self, cost: &Estimate) -> String {
        let mut text = self.heading("Cost, USD a month before tax (~ is an estimated price)");
        let mut rows: Vec<Vec<String>> =
            cost.lines.iter().map(|l| vec![l.what.clone(), l.formula.clone(), amount(l)]).collect();
        let tilde = if cost.is_estimate() { "~" } else { "" };
        let total = match &cost.total {
            Figure::Known(total) => format!("{tilde}{total}"),
            Figure::Unknown { .. } => "unknown".into(),
        };
        rows.push(vec!["total".into(), String::new(), total]);
        text.push_str(&columns(&[], &[Left, Left, Right], &rows));
        if let Figure::Unknown { .. } = &cost.total {
            let there = cost.ranked();
            let there =
                there.map_or_else(String::new, |usd| format!("; all lines to ~{usd} at reference prices"));
            let known = format!("the known lines come to {tilde}{}{there}", cost.known);
            text.push_str(&paragraph("  ", "    ", &known));
        }
        for line in &cost.lines {
            text.push_str(&paragraph("  ", "    ", &origin(line)));
        }
        for note in &cost.notes {
            text.push_str(&paragraph("  ! ", "    ", note));
        }
        text.push_str(&paragraph("  ", "    ", &format!("not included: {}", cost.not_included.join("; "))));
        text
    }

    fn policy(&self, r: &Recommendation) -> String {
        let Some(policy) = &r.policy else { return String::new() };
        let mut text = self.heading(&format!("Eviction policy: {}", policy.policy));
        let mut say = |label: &str, what: &str| {
            text.push_str(&paragraph(&format!("  {label:<9} "), "            ", what));
        };
        say("why", &policy.reason);
        say("when full", &policy.at_the_limit);
        say("proof", &policy.check);
        say("set by", &policy.how);
        for alternative in &policy.alternatives {
            say("or", &format!("{}: {}", alternative.policy, alternative.why));
        }
        if let Some(proposal) = &policy.proposal {
            say("better", proposal);
        }
        text
    }

    fn changes(&self, r: &Recommendation) -> String {
        if r.changes.is_empty() {
            return String::new();
        }
        let rows: Vec<Vec<String>> = r
            .changes
            .iter()
            .map(|c| vec![c.what.clone(), c.monthly.map(difference).unwrap_or_default(), c.text.clone()])
            .collect();
        let table = columns(&[], &[Left, Right, Left], &rows);
        format!("{}{table}", self.heading("What would change it, USD a month against the choice"))
    }

    fn advice(&self, r: &Recommendation) -> String {
        if r.advice.is_empty() {
            return String::new();
        }
        let mut text = self.heading("Advice");
        for advice in &r.advice {
            let saves = advice.saves.map_or_else(String::new, |s: Usd| format!(" (saves {s} USD a month)"));
            text.push_str(&paragraph("  - ", "    ", &format!("{}{saves}: {}", advice.what, advice.text)));
        }
        text
    }

    fn candidates(&self, r: &Recommendation) -> String {
        let (title, listed): (&str, Vec<&Candidate>) = match &r.all_candidates {
            Some(all) => ("All shapes that fit, best first", all.iter().collect()),
            None => ("Alternatives: the best of every other service", r.alternatives.iter().collect()),
        };
        if listed.is_empty() {
            return String::new();
        }
        let rows: Vec<Vec<String>> = listed
            .iter()
            .map(|c| {
                let d = &c.deployment;
                let place = format!("{} {}", d.service, d.region);
                vec![place, format!("{}, {}", c.shape.clone(), d.engine), total(&c.cost)]
            })
            .collect();
        format!("{}{}", self.heading(title), columns(&[], &[Left, Left, Right], &rows))
    }

    fn rejected(&self, r: &Recommendation) -> String {
        if r.rejected.is_empty() {
            return String::new();
        }
        let out = r.considered - r.eligible;
        let mut text =
            self.heading(&format!("Rejected: {out} of {} shapes, by what decides it", r.considered));
        if let Some(all) = &r.all_rejected {
            let rows: Vec<Vec<String>> = all
                .iter()
                .map(|x| {
                    let why = x.excuses.iter().map(|e| format!("{}: {}", e.constraint.title(), e.why));
                    vec![
                        x.node_type.to_owned(),
                        format!("{} {}", x.engine, x.version),
                        why.collect::<Vec<_>>().join("; "),
                    ]
                })
                .collect();
            text.push_str(&columns(&[], &[Left, Left, Left], &rows));
            return text;
        }
        let rows: Vec<Vec<String>> = r
            .rejected
            .iter()
            .take(GROUPS)
            .map(|g| {
                let what = format!("{}: {}", g.service, g.constraint.title());
                vec![g.count.to_string(), what, g.nearest.clone()]
            })
            .collect();
        text.push_str(&columns(&["shapes", "", "nearest"], &[Right, Left, Left], &rows));
        if r.rejected.len() > GROUPS {
            text.push_str(&format!("  and {} more groups: --all shows them\n", r.rejected.len() - GROUPS));
        }
        text
    }

    fn assumptions(&self, r: &Recommendation) -> String {
        let mut text = self.heading("Assumptions (a key in brackets replaces it)");
        for a in &r.assumptions {
            let key = a.replace_with.as_ref().map_or_else(String::new, |k| format!(" [{k}]"));
            text.push_str(&paragraph(
                "  - ",
                "    ",
                &format!("{}: {} ({}){key}", a.subject, a.value, a.why),
            ));
        }
        if !r.defaults.is_empty() {
            let all: Vec<String> = r.defaults.iter().map(|d| format!("{} {}", d.subject, d.value)).collect();
            text.push_str(&paragraph(
                "  - ",
                "    ",
                &format!("defaults of the profile: {}", all.join(", ")),
            ));
        }
        text.push_str(&dates(&r.snapshot, r.oldest_price.as_deref(), &r.as_of));
        text
    }
}

/// What a metered bill grows to, and what stands in for an unknown one.
fn later(choice: &Candidate) -> String {
    let grown = choice.at_horizon.map_or_else(String::new, |usd| format!(", {usd} at the horizon"));
    match (&choice.cost.total, choice.ranked_in) {
        (Figure::Unknown { .. }, Some(region)) => {
            format!("{grown}; ranked with the list of {region}: {}", choice.ranked_by)
        }
        _ => grown,
    }
}

/// Rate, source and date of a line, or why there is none.
fn origin(line: &crate::cost::CostLine) -> String {
    match &line.rate {
        Figure::Known(rate) => {
            let estimate = rate.estimate.as_ref().map_or_else(String::new, |e| format!("; ~ {e}"));
            let date = if rate.as_of.is_empty() { String::new() } else { format!(" ({})", rate.as_of) };
            format!("{}: {} USD {}, {}{date}{estimate}", line.what, rate.usd, rate.unit, rate.source)
        }
        Figure::Unknown { why } => format!("{}: {why}", line.what),
    }
}
