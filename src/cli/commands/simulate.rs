//! `cachefit simulate`

use std::path::Path;
use std::time::Instant;

use crate::catalog::Catalog;
use crate::cli::Exit;
use crate::cli::args::{Method, OnMiss, ScopeArgs, SimulateArgs, TableFormat};
use crate::cli::error::Failure;
use crate::cli::inputs::{self, Input};
use crate::cli::output;
use crate::cli::printer::Printer;
use crate::memory::Server;
use crate::profile::parse;
use crate::recommend::{MemoryTotals, SimulatedPoint, TotalsError, memory_totals};
use crate::report::simulate::SimulateReport;
use crate::report::{Csv, Json, Report as _, Table};
use crate::simulate::{
    self, Options, Outcome, PolicyCurve, Share, Sizes, Stage, Taken, Trace, learned, simulate,
};
use crate::units::{Bytes, Range};

pub fn run(printer: &Printer, args: &SimulateArgs) -> Result<Exit, Failure> {
    if args.method == Method::Curve && (args.exact || !args.policy.is_empty()) {
        let hint = "`--method full` and `--method fast` emulate eviction policies".to_owned();
        let message = "`--method curve` computes exact LRU on samples: it takes no --policy and no --exact";
        return Err(Failure::new("usage", message, Some(hint)));
    }
    let server = Server::new(&args.server, args.allocator)?;
    // The profile first: its errors are found in a moment, the trace may take minutes.
    let profile = args.profile.as_deref().map(inputs::read).transpose();
    let profile = profile.map_err(|errors| Failure::Profiles(vec![errors]))?;
    if let Some(input) = &profile {
        inputs::note_warnings(printer, input);
    }
    let options = options(args, server)?;
    let outcome = with_progress(printer, args, &options)?;
    let money = profile.map(|input| money(args, &options.server, &input, &outcome)).transpose()?;
    let report = SimulateReport { file: args.trace.to_string_lossy().into_owned(), outcome, money };
    let text = match args.format {
        TableFormat::Table => Table { color: printer.color() }.render(&report),
        TableFormat::Json => Json.render(&report),
        TableFormat::Csv => Csv.render(&report),
    }?;
    printer.data(&text)?;
    if let Some(file) = &args.write {
        write(printer, args, file, &report.outcome)?;
    }
    if args.format == TableFormat::Csv {
        report.outcome.caveats.iter().for_each(|caveat| printer.note(caveat));
    }
    Ok(Exit::Done)
}

fn options(args: &SimulateArgs, server: Server) -> Result<Options, Failure> {
    let sizes = args.memory.iter().map(|range| sizes(*range, args.points));
    let sizes = sizes.collect::<Result<Vec<_>, Failure>>()?.concat();
    Ok(Options {
        policies: args.policy.clone(),
        sizes: if sizes.is_empty() { Sizes::Auto } else { Sizes::Given(sizes) },
        share: match args.sample {
            _ if args.exact => Share::Fixed(0),
            Some(halvings) => Share::Fixed(halvings),
            None => Share::Auto,
        },
        method: match args.method {
            Method::Full => simulate::Method::Full,
            Method::Fast => simulate::Method::Fast,
            Method::Curve => simulate::Method::Curve,
        },
        fill: args.on_miss.map(|choice| choice == OnMiss::Fill),
        value_len: args.value_size.0 as u32,
        runs: args.runs as usize,
        samples: args.maxmemory_samples as usize,
        most_requests: args.requests.map_or(u64::MAX, |count| count.0 as u64),
        taken: args.sampled.map(|share| Taken { share, reads: args.all_reads.map(|count| count.0 as u64) }),
        ..Options::new(server)
    })
}

/// One size, or several in equal ratios.
fn sizes(range: Range<Bytes>, points: u32) -> Result<Vec<u64>, Failure> {
    if range.low == range.high {
        return Ok(vec![range.high.0 as u64]);
    }
    if range.low.0 < 1.0 {
        let hint = Some("begin with a size that holds an empty server, such as 8MB".to_owned());
        return Err(Failure::new("memory", "a range of --memory cannot begin with 0", hint));
    }
    let ratio = range.high.0 / range.low.0;
    let step = |i: u32| range.low.0 * ratio.powf(f64::from(i) / f64::from(points - 1));
    Ok((0..points).map(|i| step(i).round() as u64).collect())
}

fn with_progress(printer: &Printer, args: &SimulateArgs, options: &Options) -> Result<Outcome, Failure> {
    let (trace, read) =
        Trace::open(&args.trace, args.max_bad.0).map_err(crate::simulate::SimulateError::from)?;
    let bar = printer.progress(read.total);
    let start = Instant::now();
    let outcome = simulate(trace, options, &|stage| match stage {
        Stage::Reading(requests) => {
            let rate = requests as f64 / start.elapsed().as_secs_f64().max(0.001);
            bar.set_message(format!(
                "reading, {:.1} M requests, {:.2} M/s",
                requests as f64 / 1e6,
                rate / 1e6
            ));
            bar.set_position(read.read());
        }
        Stage::Emulating(done, all) => {
            bar.set_message("emulating");
            bar.set_length(all as u64);
            bar.set_position(done as u64);
        }
    });
    bar.finish_and_clear();
    Ok(outcome?)
}

/// Writes what was learned to a new file.
fn write(printer: &Printer, args: &SimulateArgs, file: &Path, outcome: &Outcome) -> Result<(), Failure> {
    let name = file.file_stem().map_or_else(String::new, |s| s.to_string_lossy().into_owned());
    let Some(learned) = learned(outcome, &name, &args.trace.to_string_lossy(), args.value_size.0) else {
        let message =
            format!("{} is not written: a profile needs rates, and the trace has no times", file.display());
        let hint = "record one with times, as `cachefit capture` does, or write the rates yourself: `cachefit init` begins a profile";
        return Err(Failure::new("no-times", message, Some(hint.to_owned())));
    };
    let text = learned.text();
    let shown = file.display();
    parse(text.as_bytes(), &shown.to_string()).map_err(|errors| Failure::Profiles(vec![errors]))?;
    output::create_with(file, &text, "name another file: what people wrote into a profile is not replaced")?;
    printer.note(&format!("wrote {shown}; next: cachefit recommend {shown}"));
    Ok(())
}

/// Total cost of every simulated size and policy, cheapest first.
fn money(
    args: &SimulateArgs,
    server: &Server,
    input: &Input,
    outcome: &Outcome,
) -> Result<MemoryTotals, Failure> {
    let scope = ScopeArgs { provider: Vec::new(), region: None, as_of: args.as_of, max_price_age: None };
    let at = |i: usize, limit: u64| {
        let point = move |curve: &PolicyCurve| SimulatedPoint {
            policy: curve.policy,
            limit,
            memory: limit - outcome.base,
            hit_ratio: curve.points[i].hit_ratio,
        };
        outcome.policies.iter().map(point).collect::<Vec<_>>()
    };
    let sizes = outcome.exact_lru.iter().enumerate();
    let points: Vec<SimulatedPoint> = sizes.flat_map(|(i, size)| at(i, size.memory)).collect();
    memory_totals(&input.profile, server, &points, Catalog::in_use(), &inputs::options(&scope, false))
        .map_err(|error| match error {
            TotalsError::NoMissCost => {
                let hint = "add `miss_cost: 0.4 USD per million` to its requirements".to_owned();
                let message = format!("{} does not say what a miss costs", input.file);
                Failure::new("miss-cost", message, Some(hint))
            }
            TotalsError::TooMuch => Failure::new("miss-cost", error.to_string(), None),
            TotalsError::Recommend(error) => Failure::new("recommend", error.to_string(), None),
        })
}
