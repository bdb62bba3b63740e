//! `cachefit destroy`

use super::apply::{Job, carry_out, key, lock};
use crate::cli::Exit;
use crate::cli::again::again;
use crate::cli::args::DestroyArgs;
use crate::cli::deployment::{left_alone, nothing, state};
use crate::cli::error::Failure;
use crate::cli::inputs;
use crate::cli::place::provider_alone;
use crate::cli::printer::Printer;
use crate::provider;

pub fn run(printer: &Printer, args: &DestroyArgs) -> Result<Exit, Failure> {
    let input = inputs::profile(printer, &args.profile)?;
    let (kind, provider) = provider_alone(&input, &args.target, !args.no_final_snapshot)?;
    let root = state()?;
    let _lock = lock(&root, &key(kind, provider.as_ref(), &input.profile.name)?)?;
    let observed = provider.observe()?;
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
        again: again("destroy", &args.profile, &args.target, None) + snapshot,
    };
    carry_out(printer, &job, &args.run)
}
