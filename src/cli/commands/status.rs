//! `cachefit status`

use super::apply::key;
use crate::cli::Exit;
use crate::cli::answers::note_gates;
use crate::cli::args::{PlanFormat, StatusArgs};
use crate::cli::deployment::{self, wanted};
use crate::cli::error::Failure;
use crate::cli::inputs;
use crate::cli::printer::Printer;
use crate::cli::target::provider;
use crate::provider::plan;
use crate::report::status::Status;
use crate::report::{Json, Markdown, Report as _, Table};

pub fn run(printer: &Printer, args: &StatusArgs) -> Result<Exit, Failure> {
    let input = inputs::profile(printer, &args.profile)?;
    let (kind, provider) = provider(&input, &args.target)?;
    let wanted = wanted(&input, &args.target, kind, provider.as_ref(), provider.observe()?)?;
    for note in &wanted.notes {
        printer.note(note);
    }
    let state = deployment::state()?;
    let mut resources = wanted.observed.clone();
    resources.sort_by(|a, b| a.resource.address.cmp(&b.resource.address));
    let status = Status {
        profile: input.profile.name.clone(),
        provider: kind,
        drift: plan(provider.as_ref(), &wanted.intent, &wanted.observed)?,
        resources,
        unfinished: deployment::unfinished(&state, &key(kind, provider.as_ref(), &input.profile.name)?)?,
    };
    let report = match args.format {
        PlanFormat::Table => Table { color: printer.color() }.render(&status),
        PlanFormat::Json => Json.render(&status),
        PlanFormat::Markdown => Markdown.render(&status),
    }?;
    printer.data(&report)?;
    // Of the choice; what runs may breach none of them.
    note_gates(printer, &input.profile.name, &wanted.gates);
    Ok(Exit::Done)
}
