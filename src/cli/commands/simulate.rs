//! `cachefit simulate`

use std::path::Path;
use std::time::Instant;

use crate::cli::Exit;
use crate::cli::args::{Method, OnMiss, ScopeArgs, SimulateArgs, TableFormat};
use crate::cli::error::Failure;
use crate::cli::inputs::{self, Input};
use crate::cli::output;
use crate::cli::printer::Printer;
use crate::demand::Demand;
use crate::memory::Server;
use crate::profile::{HitPoint, Learned, parse};
use crate::recommend::memory_price;
use crate::report::simulate::{Money, SimulateReport, Total};
use crate::report::{Csv, Json, Report as _, Table};
use crate::simulate::{self, Options, Outcome, PolicyCurve, Share, Sizes, Stage, Trace, simulate};
use crate::units::{Bytes, Figure, Percent, Policy, Range, SECONDS_PER_MONTH, Usd};

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
    let trace = &outcome.trace;
    let allowed = |c: &char| c.is_ascii_lowercase() || c.is_ascii_digit() || *c == '-';
    let stem = file.file_stem().map_or_else(String::new, |s| s.to_string_lossy().to_ascii_lowercase());
    let name: String = stem.chars().filter(allowed).collect();
    let refilled = if outcome.fill_on_miss { trace.peak.0 * (1.0 - outcome.ceiling) } else { 0.0 };
    let learned = Learned {
        name: if name.starts_with(|c: char| c.is_ascii_lowercase()) { name } else { format!("trace-{name}") },
        trace: args.trace.to_string_lossy().into_owned(),
        keys: trace.keys,
        key_size: trace.key_size,
        value_size: trace.value_size.unwrap_or(args.value_size.0),
        ttl_seconds: trace.ttl_seconds.filter(|_| trace.ttl_share > 0.5),
        peak: (trace.peak.0, trace.peak.1 + refilled),
        zipf: trace.zipf,
        server: outcome.server.clone(),
        points: points(outcome),
    };
    let text = learned.text();
    let shown = file.display();
    parse(text.as_bytes(), &shown.to_string()).map_err(|errors| Failure::Profiles(vec![errors]))?;
    output::create_with(file, &text, "name another file: what people wrote into a profile is not replaced")?;
    printer.note(&format!("wrote {shown}; next: cachefit recommend {shown}"));
    Ok(())
}

/// Hit ratios for memory without the server itself, which every shard has.
fn points(outcome: &Outcome) -> Vec<HitPoint> {
    let of = |policy, memory: u64, ratio: f64| {
        let memory = Bytes(memory.saturating_sub(outcome.base).max(1) as f64);
        HitPoint { memory, policy, hits: Percent(ratio) }
    };
    if outcome.policies.is_empty() {
        return outcome.exact_lru.iter().map(|m| of(Policy::AllkeysLru, m.memory, m.hit_ratio)).collect();
    }
    let points =
        |c: &PolicyCurve| c.points.iter().map(|p| of(c.policy, p.memory, p.hit_ratio)).collect::<Vec<_>>();
    outcome.policies.iter().flat_map(points).collect()
}

/// Total cost of every simulated size and policy, cheapest first.
fn money(args: &SimulateArgs, server: &Server, input: &Input, outcome: &Outcome) -> Result<Money, Failure> {
    let profile = &input.profile;
    let Some(miss_cost) = &profile.requirements.miss_cost else {
        let hint = "add `miss_cost: 0.4 USD per million` to its requirements".to_owned();
        return Err(Failure::new(
            "miss-cost",
            format!("{} does not say what a miss costs", input.file),
            Some(hint),
        ));
    };
    let scope = ScopeArgs { provider: Vec::new(), region: None, as_of: args.as_of, max_price_age: None };
    let options = inputs::options(&scope, false);
    let reads_a_month = Demand::of(profile).average.reads.likely * SECONDS_PER_MONTH;
    let mut totals = Vec::new();
    for (i, size) in outcome.exact_lru.iter().enumerate() {
        for curve in &outcome.policies {
            let memory = size.memory - outcome.base;
            let price = memory_price(profile, server, memory, curve.policy, &options)
                .map_err(|error| Failure::new("recommend", error.to_string(), None))?;
            let point = curve.points[i];
            let millions = reads_a_month * (1.0 - point.hit_ratio) / 1e6;
            let misses = Usd::of(millions, miss_cost.value.0).ok_or_else(|| {
                Failure::new("miss-cost", "the profile's reads are more than any bill holds", None)
            })?;
            let misses = misses.to_cents();
            totals.push(Total {
                policy: curve.policy,
                memory: size.memory,
                hit_ratio: point.hit_ratio,
                shape: price.shape.clone(),
                cache: price.monthly.clone(),
                misses,
                total: price.monthly.clone().map(|cache| cache + misses),
            });
        }
    }
    // Among equal totals the better hit ratio, then the smaller memory.
    totals.sort_by(|a, b| {
        let known = |t: &Total| match t.total {
            Figure::Known(total) => (0, total),
            Figure::Unknown { .. } => (1, Usd::ZERO),
        };
        known(a).cmp(&known(b)).then(b.hit_ratio.total_cmp(&a.hit_ratio)).then(a.memory.cmp(&b.memory))
    });
    Ok(Money { profile: profile.name.clone(), reads_a_month, totals })
}
