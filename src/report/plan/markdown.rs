//! Plans for tickets and pull requests.

use super::{attributes, bill, counts, delta, impact, sign, usual, verb};
use crate::plan::{Action, Plan};
use crate::report::escape;
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
                        escape::markdown(&c.reason),
                        escape::markdown(&impact(c)),
                        delta(&c.monthly_delta),
                    ]
                })
                .collect();
            text.push('\n');
            text.push_str(&table(&["resource", "action", "reason", "service", "cost"], &rows));
            let rows: Vec<Vec<String>> = shown
                .iter()
                .flat_map(|c| {
                    let row = |(name, value): (String, String)| {
                        vec![format!("`{}`", c.address), escape::markdown(&name), escape::markdown(&value)]
                    };
                    attributes(c, true).into_iter().map(row)
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
                let usual = usual(s.usual_seconds).map_or_else(String::new, |usual| format!("; {usual}"));
                format!("`{}`: {} ({}{usual}{gate})", s.id, s.what, s.effect)
            })));
        }
        text.push_str(&format!("\n{}.\n", bill(plan)));
        Ok(text)
    }
}
