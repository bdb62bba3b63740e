//! Plans for a person, short or explained.

use unicode_width::UnicodeWidthStr as _;

use super::groups::{self, Group};
use super::lines::Line;
use super::{sign, summary, usual, verb, visible};
use crate::plan::{Action, Effect, Plan, Step};
use crate::report::text::{Tone, WIDTH, paragraph};
use crate::report::{Explained, Report, ReportError, Table};

/// Names of attributes are padded to this much at most.
const NAME: usize = 28;

impl Report<Plan> for Table {
    fn render(&self, plan: &Plan) -> Result<String, ReportError> {
        Ok(self.plan(plan, false))
    }
}

/// With every attribute, whole lists, the rules of users and all steps by their names.
impl Report<Plan> for Explained {
    fn render(&self, plan: &Plan) -> Result<String, ReportError> {
        Ok(Table { color: self.color }.plan(plan, true))
    }
}

/// How much care an action needs.
fn tone(action: &Action, effect: Effect) -> Tone {
    match (action, effect) {
        (_, Effect::DataLoss | Effect::Offline { .. }) | (Action::Replace { .. } | Action::Delete, _) => {
            Tone::Danger
        }
        (Action::Update, _) => Tone::Caution,
        (Action::Create, _) => Tone::Good,
        (Action::None, _) => Tone::Plain,
    }
}

impl Table {
    fn plan(&self, plan: &Plan, explain: bool) -> String {
        let head = format!("{}: {}", visible(&plan.profile), visible(&plan.deployment));
        let mut text = paragraph("", "  ", &head);
        let groups = groups::of(plan, explain);
        for group in &groups {
            text.push_str(&self.group(group, explain));
        }
        if explain && !plan.steps.is_empty() {
            text.push_str(&self.heading("Steps, in the order of what needs what"));
            text.extend(plan.steps.iter().enumerate().map(|(index, step)| self.step(index + 1, step)));
        }
        text.push('\n');
        if let Some(order) = summary::order(plan).filter(|_| !explain) {
            text.push_str(&paragraph("", "  ", &order));
        }
        for step in plan.steps.iter().filter(|_| !explain) {
            if let Some(proof) = &step.proof {
                let of = &step.address;
                let line = format!("{} {}: {proof}", of.kind.replace('_', " "), of.name);
                text.push_str(&paragraph("", "  ", &visible(&line)));
            }
            text.push_str(&gate("", step));
        }
        if !plan.steps.is_empty() && !plan.is_empty() {
            text.push('\n');
        }
        let worst = plan.work().map(|c| tone(&c.action, c.effect)).max().unwrap_or(Tone::Plain);
        text.push_str(&self.paint(worst, &paragraph("", "  ", &summary::plan(plan))));
        if let Some(others) = summary::others(plan) {
            text.push_str(&paragraph("", "  ", &others));
        }
        if !plan.is_empty() {
            let effect = plan.work().map(|c| c.effect).max().unwrap_or(Effect::None);
            let alarming = matches!(effect, Effect::DataLoss | Effect::Offline { .. });
            let service = paragraph("", "  ", &summary::service(plan));
            text.push_str(&self.paint(if alarming { Tone::Danger } else { Tone::Plain }, &service));
        }
        text.push_str(&paragraph("", "  ", &summary::bill(plan)));
        text
    }

    fn group(&self, group: &Group<'_>, explain: bool) -> String {
        let first = group.changes[0];
        let tone = tone(&first.action, first.effect);
        let name = |c: &&crate::plan::Change| {
            if explain { visible(&c.address.to_string()) } else { visible(&c.address.name) }
        };
        let names = group.changes.iter().map(name).collect::<Vec<_>>().join(", ");
        let kind = if explain { String::new() } else { format!("{} ", first.address.kind.replace('_', " ")) };
        let head = format!("  {} {kind}{names}", sign(&first.action));
        let verb = verb(&first.action);
        let room = usize::from(WIDTH).saturating_sub(head.width());
        let head = if room >= verb.width() + 2 {
            format!("{head}{verb:>room$}\n")
        } else {
            paragraph("", "      ", &head) + &paragraph("      ", "      ", &verb)
        };
        let mut text = format!("\n{}", self.paint(tone, &head));
        for about in group.reason.iter().chain(&group.impact).chain(&group.steps) {
            text.push_str(&paragraph("      ", "      ", about));
        }
        let width = group.lines.iter().map(|line| line.name.width()).max().unwrap_or(0).min(NAME);
        text.extend(group.lines.iter().map(|line| self.line(line, width)));
        if group.more > 0 {
            text.push_str(&format!("        ({} more: --explain)\n", group.more));
        }
        text
    }

    fn line(&self, line: &Line, width: usize) -> String {
        let tone = match line.sign {
            '+' => Tone::Good,
            '-' => Tone::Danger,
            '~' => Tone::Caution,
            _ => Tone::Plain,
        };
        let pad = " ".repeat(width.saturating_sub(line.name.width()));
        let text = paragraph("        ", "            ", &format!("{}{pad}  {}", line.name, line.text));
        // The sign stands in the first indentation.
        format!("      {} {}", self.paint(tone, &line.sign.to_string()), &text[8..])
    }

    fn step(&self, number: usize, step: &Step) -> String {
        let effect = match step.effect {
            Effect::None => String::new(),
            effect => format!(" ({})", self.alarm(&effect.to_string())),
        };
        let usual = usual(step.usual_seconds).map_or_else(String::new, |usual| format!(", {usual}"));
        let proof = step.proof.as_ref().map_or_else(String::new, |proof| format!("; {}", visible(proof)));
        let line = format!("{}: {}{effect}{usual}{proof}", visible(&step.id.0), visible(&step.what));
        paragraph(&format!("{number:>4} "), "       ", &line) + &gate("       ", step)
    }
}

/// What people must do before a step; empty where that is nothing.
fn gate(indent: &str, step: &Step) -> String {
    let Some(gate) = &step.gate else { return String::new() };
    let text = format!(
        "Before {}, people must {}; to see that it is done: {}; then go on with --confirm {}",
        visible(&step.id.0),
        visible(&gate.what),
        visible(&gate.check),
        visible(&step.id.0)
    );
    paragraph(indent, "       ", &text)
}
