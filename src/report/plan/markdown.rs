//! Plans for tickets and pull requests.

use super::{bill, counts, delta, difference, impact, seconds, sign, verb};
use crate::plan::{Action, Plan};
use crate::report::markdown::{list, table};
use crate::report::{Markdown, Report, ReportError};

impl Report<Plan> for Markdown {
    fn render(&self, plan: &Plan) -> Result<String, ReportError> {
        let mut text = format!("## {}: {}\n\n{}\n", plan.profile, counts(plan), plan.deployment);
        let shown: Vec<_> =
            plan.changes.iter().filter(|c| c.action != Action::None || !c.attributes.is_empty()).collect();
        if !shown.is_empty() {
            let rows: Vec<Vec<String>> = shown
                .iter()
                .map(|c| {
                    vec![
                        format!("`{}`", c.address),
                        format!("{} {}", sign(&c.action), verb(&c.action)),
                        c.reason.clone(),
                        impact(c),
                        delta(&c.monthly_delta),
                    ]
                })
                .collect();
            text.push('\n');
            text.push_str(&table(&["resource", "action", "reason", "service", "cost"], &rows));
            let rows: Vec<Vec<String>> = shown
                .iter()
                .flat_map(|c| {
                    c.attributes
                        .iter()
                        .map(|a| vec![format!("`{}`", c.address), a.name.clone(), difference(a)])
                })
                .collect();
            if !rows.is_empty() {
                text.push('\n');
                text.push_str(&table(&["resource", "attribute", "value"], &rows));
            }
        }
        if !plan.steps.is_empty() {
            text.push_str("\nSteps:\n\n");
            text.push_str(&list(plan.steps.iter().map(|s| {
                let gate = s.gate.as_ref().map_or_else(String::new, |g| format!("; first: {}", g.what));
                format!("`{}`: {} ({}, usually {}{gate})", s.id, s.what, s.effect, seconds(s.usual_seconds))
            })));
        }
        text.push_str(&format!("\n{}.\n", bill(plan)));
        Ok(text)
    }
}
