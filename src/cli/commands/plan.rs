//! `cachefit plan`

use std::path::Path;

use crate::apply::Key;
use crate::cli::Exit;
use crate::cli::answers::note_gates;
use crate::cli::args::{PlanArgs, PlanFormat};
use crate::cli::deployment::{self, nothing, wanted};
use crate::cli::error::Failure;
use crate::cli::inputs;
use crate::cli::output;
use crate::cli::printer::Printer;
use crate::cli::target::{provider_alone, provider_from};
use crate::decide::left_alone;
use crate::plan::Plan;
use crate::provider;
use crate::report::{Explained, Json, Markdown, Report as _, ReportError, Table};

pub fn run(printer: &Printer, args: &PlanArgs) -> Result<Exit, Failure> {
    let input = inputs::profile(printer, &args.profile)?;
    let (kind, provider) = if args.destroy {
        // As `destroy` opens it: what is not ours by its tags is not taken over to be deleted.
        provider_alone(&input, &args.target, true)?
    } else {
        provider_from(&input, &args.target, args.restore.as_deref())?
    };
    let mut gates = Vec::new();
    let plan = if args.destroy {
        let observed = provider.observe()?;
        for note in left_alone(&observed) {
            printer.note(&note);
        }
        let intent = nothing(&input, &args.target, kind, provider.as_ref(), &observed);
        provider::plan(provider.as_ref(), &intent, &observed)?
    } else {
        let wanted = wanted(&input, &args.target, kind, provider.as_ref(), provider.observe()?)?;
        for note in &wanted.notes {
            printer.note(note);
        }
        gates = wanted.gates;
        provider::plan(provider.as_ref(), &wanted.intent, &wanted.observed)?
    };
    let state = deployment::state()?;
    if let Some(note) = deployment::unfinished(&state, &Key::of(&plan))? {
        printer.note(&note);
    }
    let to_stdout = args.output.as_deref().is_some_and(inputs::is_standard_input);
    if let Some(file) = args.output.as_deref().filter(|_| !to_stdout) {
        write(file, &plan)?;
        printer.note(&format!(
            "wrote {}; `cachefit apply {}` carries it out",
            file.display(),
            file.display()
        ));
    }
    if to_stdout {
        // The plan for a program; what a person reads goes the other way.
        printer.note(render(printer, &plan, PlanFormat::Table, args.explain)?.trim_end());
        printer.data(&plan.to_json().map_err(ReportError::from)?)?;
    } else {
        printer.data(&render(printer, &plan, args.format, args.explain)?)?;
    }
    note_gates(printer, &plan.profile, &gates);
    Ok(match (gates.is_empty(), args.detailed_exitcode && !plan.is_empty()) {
        (false, _) => Exit::Gate,
        (true, true) => Exit::Changes,
        (true, false) => Exit::Done,
    })
}

/// A plan in one of its forms.
pub fn render(
    printer: &Printer,
    plan: &Plan,
    format: PlanFormat,
    explain: bool,
) -> Result<String, ReportError> {
    match format {
        PlanFormat::Table if explain => Explained { color: printer.color() }.render(plan),
        PlanFormat::Table => Table { color: printer.color() }.render(plan),
        PlanFormat::Json => Json.render(plan),
        PlanFormat::Markdown => Markdown.render(plan),
    }
}

/// A reader never sees half a plan.
fn write(file: &Path, plan: &Plan) -> Result<(), Failure> {
    let text = plan.to_json().map_err(ReportError::from)?;
    output::replace(file, &text)
}
