//! Plans for a person.

use super::{bill, counts, delta, difference, impact, seconds, sign, verb};
use crate::plan::{Action, Change, Effect, Plan, Step};
use crate::report::text::paragraph;
use crate::report::{Report, ReportError, Table};

impl Report<Plan> for Table {
    fn render(&self, plan: &Plan) -> Result<String, ReportError> {
        let mut text = format!("{}: {}\n", plan.profile, self.strong(&counts(plan)));
        text.push_str(&paragraph("  ", "  ", &plan.deployment));
        for change in plan.changes.iter().filter(|c| c.action != Action::None || !c.attributes.is_empty()) {
            text.push_str(&self.change(change));
        }
        let kept = plan.changes.iter().filter(|c| c.action == Action::None).count();
        if kept > 0 {
            let what = if kept == 1 { "resource stays as it is" } else { "resources stay as they are" };
            text.push_str(&format!("\n{kept} {what}\n"));
        }
        if !plan.steps.is_empty() {
            text.push_str(&self.heading("Steps, independent ones at once"));
            for (index, step) in plan.steps.iter().enumerate() {
                text.push_str(&self.step(index + 1, step));
            }
        }
        text.push('\n');
        text.push_str(&paragraph("", "  ", &bill(plan)));
        Ok(text)
    }
}

impl Table {
    fn change(&self, change: &Change) -> String {
        let head = format!("{} {}: {}", sign(&change.action), change.address, verb(&change.action));
        let worst = change.effect == Effect::DataLoss;
        let head = if worst { self.alarm(&head) } else { head };
        let mut text = format!("\n{head}\n");
        text.push_str(&paragraph("    ", "    ", &change.reason));
        if change.action != Action::None {
            let impact = format!("{}; {}", impact(change), delta(&change.monthly_delta));
            text.push_str(&paragraph("    ", "    ", &impact));
        }
        for attribute in &change.attributes {
            text.push_str(&paragraph(
                "      ",
                "        ",
                &format!("{}: {}", attribute.name, difference(attribute)),
            ));
        }
        text
    }

    fn step(&self, number: usize, step: &Step) -> String {
        let effect = match step.effect {
            Effect::None => String::new(),
            effect => format!("; {}", self.alarm(&effect.to_string())),
        };
        let line = format!("{}: {} ({}{effect})", step.id, step.what, seconds(step.usual_seconds));
        let mut text = paragraph(&format!("{number:>4} "), "       ", &line);
        if let Some(gate) = &step.gate {
            let gate = format!("first, people must: {}; to see it: {}", gate.what, gate.check);
            text.push_str(&paragraph("       ", "       ", &gate));
        }
        text
    }
}
