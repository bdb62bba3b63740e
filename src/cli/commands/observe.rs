//! `cachefit observe`

use super::{observe_live, observe_queries};
use crate::cli::Exit;
use crate::cli::args::{ObserveArgs, PlanFormat};
use crate::cli::error::Failure;
use crate::cli::observed::exports;
use crate::cli::printer::Printer;
use crate::observe::{Group, Observations, Options, groups, judge};
use crate::report::observe::Observed;
use crate::report::{Json, Markdown, Report as _, Table};

pub fn run(printer: &Printer, args: &ObserveArgs) -> Result<Exit, Failure> {
    if args.print_queries {
        return observe_queries::run(printer, args);
    }
    let mut all = exports(&args.from, "observe")?;
    if !args.url.is_empty() {
        all.merge(observe_live::ask(printer, args)?);
        all.tidy();
    }
    let options = Options { days: args.days, ..Options::default() };
    let judged = chosen(&args.cache, &all)?.iter().map(|group| judge(group, &all, &options)).collect();
    let outcome = Observed { caches: judged };
    let text = match args.format {
        PlanFormat::Table => Table { color: printer.color() }.render(&outcome),
        PlanFormat::Json => Json.render(&outcome),
        PlanFormat::Markdown => Markdown.render(&outcome),
    }?;
    printer.data(&text)?;
    Ok(Exit::Done)
}

/// All caches, or those that were named as one.
fn chosen(names: &[String], all: &Observations) -> Result<Vec<Group>, Failure> {
    let known = groups(all);
    let Some(first) = names.first() else { return Ok(known) };
    let mut parts = Vec::new();
    for name in names {
        let found = known.iter().find(|group| group.id == *name).ok_or_else(|| {
            let ids: Vec<&str> = known.iter().map(|group| group.id.as_str()).collect();
            let hint = format!("it holds {}", ids.join(", "));
            Failure::new("observe", format!("the input holds no cache {name}"), Some(hint))
        })?;
        parts.push(found.clone());
    }
    Ok(vec![Group::joined(first, &parts, all)])
}
