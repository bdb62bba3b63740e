//! Plans for a person, short or explained.

use super::{attributes, bill, counts, delta, impact, sign, usual, verb};
use crate::plan::{Action, Change, Effect, Plan, Step};
use crate::report::text::paragraph;
use crate::report::{Explained, Report, ReportError, Table};
use crate::units::{Figure, Usd};

impl Report<Plan> for Table {
    fn render(&self, plan: &Plan) -> Result<String, ReportError> {
        Ok(self.plan(plan, false))
    }
}

/// With the rules of users and the names of all steps.
impl Report<Plan> for Explained {
    fn render(&self, plan: &Plan) -> Result<String, ReportError> {
        Ok(Table { color: self.color }.plan(plan, true))
    }
}

impl Table {
    fn plan(&self, plan: &Plan, explain: bool) -> String {
        let mut text = format!("{}: {}\n", plan.profile, self.strong(&counts(plan)));
        text.push_str(&paragraph("  ", "  ", &plan.deployment));
        for change in plan.changes.iter().filter(|c| c.action != Action::None || !c.attributes.is_empty()) {
            text.push_str(&self.change(change, explain));
        }
        let kept = plan.changes.iter().filter(|c| c.action == Action::None).count();
        if kept > 0 {
            let what = if kept == 1 { "resource stays as it is" } else { "resources stay as they are" };
            text.push_str(&format!("\n{kept} {what}\n"));
        }
        if !plan.steps.is_empty() {
            text.push_str(&self.heading("Steps, in the order of what needs what"));
            let runs = plan.steps.chunk_by(|a, b| !explain && a.address == b.address);
            text.extend(runs.enumerate().map(|(index, run)| self.steps(index + 1, run, explain)));
        }
        text.push('\n');
        text.push_str(&paragraph("", "  ", &bill(plan)));
        text
    }

    fn change(&self, change: &Change, explain: bool) -> String {
        let head = format!("{} {}: {}", sign(&change.action), change.address, verb(&change.action));
        let worst = change.effect == Effect::DataLoss;
        let head = if worst { self.alarm(&head) } else { head };
        let mut text = format!("\n{head}\n");
        text.push_str(&paragraph("    ", "    ", &change.reason));
        if change.action != Action::None {
            let free = change.monthly_delta == Figure::Known(Usd::ZERO);
            let cost = if free { String::new() } else { format!("; {}", delta(&change.monthly_delta)) };
            text.push_str(&paragraph("    ", "    ", &format!("{}{cost}", impact(change))));
        }
        for (name, value) in attributes(change, explain) {
            text.push_str(&paragraph("      ", "        ", &format!("{name}: {value}")));
        }
        text
    }

    /// Steps on one resource after each other.
    fn steps(&self, number: usize, run: &[Step], explain: bool) -> String {
        let Some(first) = run.first() else { return String::new() };
        let whats: Vec<String> = run.iter().map(|step| self.what(step)).collect();
        let of = &first.address;
        let name =
            if explain { first.id.to_string() } else { format!("{} {}", of.kind.replace('_', " "), of.name) };
        let line = format!("{name}: {}", whats.join("; "));
        let mut text = paragraph(&format!("{number:>4} "), "       ", &line);
        for (step, gate) in run.iter().filter_map(|step| Some((step, step.gate.as_ref()?))) {
            let gate = format!(
                "before that, people must {}; to see that it is done: {}; then go on with --confirm {}",
                gate.what, gate.check, step.id
            );
            text.push_str(&paragraph("       ", "       ", &gate));
        }
        text
    }

    fn what(&self, step: &Step) -> String {
        let effect = match step.effect {
            Effect::None => String::new(),
            effect => format!(" ({})", self.alarm(&effect.to_string())),
        };
        let usual = usual(step.usual_seconds).map_or_else(String::new, |usual| format!(", {usual}"));
        let proof = step.proof.as_ref().map_or_else(String::new, |proof| format!("; {proof}"));
        format!("{}{effect}{usual}{proof}", step.what)
    }
}
