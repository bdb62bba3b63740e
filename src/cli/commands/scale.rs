//! `cachefit scale`

use super::apply::{Job, allowed, carry_out, key, lock, planned};
use crate::cli::Exit;
use crate::cli::args::ScaleArgs;
use crate::cli::deployment::{self, settled};
use crate::cli::error::Failure;
use crate::cli::inputs;
use crate::cli::pin;
use crate::cli::printer::Printer;
use crate::cli::resume_command::resume_command;
use crate::cli::target::provider;
use crate::units::Sourced;

/// The pin with what is to change, planned, agreed to, written into the profile, carried out.
pub fn run(printer: &Printer, args: &ScaleArgs) -> Result<Exit, Failure> {
    if args.node_type.is_none() && args.shards.is_none() && args.replicas.is_none() {
        let hint = "say --node-type, --shards or --replicas".to_owned();
        return Err(Failure::new("usage", "nothing is to be scaled", Some(hint)));
    }
    pin::check(std::slice::from_ref(&args.profile))?;
    let mut input = inputs::profile(printer, &args.profile)?;
    let (kind, provider) = provider(&input, &args.target)?;
    let root = deployment::state()?;
    let _lock = lock(&root, &key(kind, provider.as_ref(), &input.profile.name)?, provider.as_ref())?;
    let observed = settled(printer, provider.as_ref(), args.run.poll)?;
    // What is not named stays as it runs, or as it is pinned.
    if input.profile.pin.is_empty()
        && let Some(running) = provider.running(&observed)
    {
        input.profile.pin = running;
    }
    let pin = &mut input.profile.pin;
    let count = |n: u32, option: &str| Some(Sourced::declared(n, option, 0));
    if let Some(name) = &args.node_type {
        pin.node_type = Some(Sourced::declared(name.clone(), "--node-type", 0));
    }
    if let Some(n) = args.shards {
        pin.shards = count(n, "--shards");
    }
    if let Some(n) = args.replicas {
        pin.replicas = count(n, "--replicas");
    }
    let (plan, recommendation) = planned(printer, &input, &args.target, kind, provider.as_ref(), observed)?;
    allowed(&plan, &args.consent.allow_replace)?;
    // Pinned before the first step, so that an apply of the profile goes on from a run that was cut short.
    let write_pin = || pin::pin(printer, &input, &recommendation);
    let job = Job {
        plan: &plan,
        agreed: &plan.id(),
        provider: provider.as_ref(),
        root: &root,
        confirmed: &args.consent.confirm,
        agreed_to: &write_pin,
        again: resume_command("apply", &args.profile, &args.target, Some(&args.consent)),
    };
    carry_out(printer, &job, &args.run)
}
