//! `cachefit destroy`

use super::apply::{Job, carry_out, key, lock};
use crate::cli::Exit;
use crate::cli::args::DestroyArgs;
use crate::cli::deployment::{nothing, settled, state};
use crate::cli::error::Failure;
use crate::cli::inputs;
use crate::cli::printer::Printer;
use crate::cli::resume_command::resume_command;
use crate::cli::target::provider_alone;
use crate::decide::left_alone;
use crate::provider;

pub fn run(printer: &Printer, args: &DestroyArgs) -> Result<Exit, Failure> {
    let input = inputs::profile(printer, &args.profile)?;
    let (kind, provider) = provider_alone(&input, &args.target, !args.no_final_snapshot)?;
    let root = state()?;
    let _lock = lock(&root, &key(kind, provider.as_ref(), &input.profile.name)?, provider.as_ref())?;
    let observed = settled(printer, provider.as_ref(), args.run.poll)?;
    let intent = nothing(&input, &args.target, kind, provider.as_ref(), &observed);
    for note in left_alone(&observed) {
        printer.note(&note);
    }
    let plan = provider::plan(provider.as_ref(), &intent, &observed)?;
    let snapshot = if args.no_final_snapshot { " --no-final-snapshot" } else { "" };
    let job = Job {
        plan: &plan,
        agreed: &plan.id(),
        provider: provider.as_ref(),
        root: &root,
        confirmed: &[],
        agreed_to: &|| Ok(()),
        again: resume_command("destroy", &args.profile, &args.target, None) + snapshot,
    };
    carry_out(printer, &job, &args.run)
}
