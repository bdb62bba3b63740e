//! Plans for tickets and pull requests.

use super::summary::{bill, order, plan as totals, service};
use super::{attributes, counts, delta, impact, sign, usual, verb, visible};
use crate::plan::{Action, Plan};
use crate::report::escape;
use crate::report::markdown::{list, table};
use crate::report::{Markdown, Report, ReportError};

impl Report<Plan> for Markdown {
    fn render(&self, plan: &Plan) -> Result<String, ReportError> {
        let mut text =
            format!("## {}: {}\n\n{}\n", visible(&plan.profile), counts(plan), visible(&plan.deployment));
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
                        escape::markdown(&impact(c, true).unwrap_or_default()),
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
                let gate =
                    s.gate.as_ref().map_or_else(String::new, |g| format!("; first: {}", visible(&g.what)));
                let usual = usual(s.usual_seconds).map_or_else(String::new, |usual| format!("; {usual}"));
                let proof =
                    s.proof.as_ref().map_or_else(String::new, |proof| format!("; {}", visible(proof)));
                format!("`{}`: {} ({}{usual}{gate}){proof}", visible(&s.id.0), visible(&s.what), s.effect)
            })));
        }
        let order = order(plan).map(|order| format!("\n{order}\n")).unwrap_or_default();
        text.push_str(&format!("{order}\n{}\n\n{}\n\n{}\n", totals(plan), service(plan), bill(plan)));
        Ok(text)
    }
}
