//! `cachefit capture`

use std::fs;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::cli::Exit;
use crate::cli::args::{CaptureArgs, CaptureMethod};
use crate::cli::error::Failure;
use crate::cli::output;
use crate::cli::printer::Printer;
use crate::observe::capture::{
    CaptureError, Captured, Limits, Load, Server, Target, record, sample_keys, sampled_profile,
};
use crate::profile::parse;
use crate::report::paragraph;
use crate::units::{Bytes, Count, Percent, Rate};

/// Keeps the password out of the command line.
const PASSWORD: &str = "CACHEFIT_PASSWORD";
/// What to do where the file to write is there.
const NOT_REPLACED: &str = "name another file: nothing is replaced";
/// Work of a command that is copied to a monitor, against one that is not: Redis measures that a single monitor can
/// take more than half of the throughput.
const MONITOR_WORK: f64 = 2.0;

pub fn run(printer: &Printer, args: &CaptureArgs) -> Result<Exit, Failure> {
    let server = Server::new(&target(args)?)?;
    if let Some(file) = args.write.as_deref().filter(|file| file.exists()) {
        return Err(output::exists(file, NOT_REPLACED));
    }
    let load = server.load()?;
    let limits = limits(args);
    let (text, work) = match args.method {
        CaptureMethod::Monitor => (monitor_cost(&server, args, &load), MONITOR_WORK),
        CaptureMethod::Keys => (keys_cost(&server, args, &load), 1.0),
    };
    printer.note(paragraph("", "", &text).trim_end());
    let then = load.cpu * work;
    if then > limits.cpu {
        let (now, limit) = (load.cpu * 100.0, limits.cpu * 100.0);
        return Err(CaptureError::Busy { now, then: then * 100.0, limit }.into());
    }
    if !args.yes && !agreed(printer)? {
        printer.note("nothing was done");
        return Ok(Exit::Done);
    }
    match args.method {
        CaptureMethod::Monitor => monitor(printer, args, &server, &limits),
        CaptureMethod::Keys => keys(printer, args, &server, &limits, &load),
    }
}

fn target(args: &CaptureArgs) -> Result<Target, Failure> {
    let ca = args.ca.as_ref().map(fs::read).transpose().map_err(|error| {
        Failure::new("unreadable", format!("cannot read the file of --ca: {error}"), None)
    })?;
    Ok(Target { url: args.url.clone(), password: std::env::var(PASSWORD).ok(), ca })
}

fn limits(args: &CaptureArgs) -> Limits {
    Limits {
        time: Duration::from_secs_f64(args.time.0.clamp(0.1, 86_400.0)),
        count: args.count.0 as u64,
        bytes: args.bytes.0 as u64,
        buffer: args.buffer.0 as u64,
        cpu: args.max_cpu.0,
    }
}

fn now(server: &Server, load: &Load) -> String {
    format!(
        "{} answers {} with {}/s in and out, and its main thread is {} busy.",
        server.name,
        Rate(load.commands),
        Bytes(load.bytes),
        Percent(load.cpu)
    )
}

fn monitor_cost(server: &Server, args: &CaptureArgs, load: &Load) -> String {
    format!(
        "{} MONITOR makes it send every command, with its values, to this client too: up to twice the work a command \
         (at most {} of the thread) and up to {}/s more to send. It ends after {}, {} commands, {} received, or when \
         {} wait in the server or the thread is more than {} busy. Names are hashed here and never written.",
        now(server, load),
        Percent((load.cpu * MONITOR_WORK).min(1.0)),
        Bytes(load.bytes),
        args.time,
        args.count,
        args.bytes,
        args.buffer,
        args.max_cpu
    )
}

fn keys_cost(server: &Server, args: &CaptureArgs, load: &Load) -> String {
    format!(
        "{} SCAN looks at 100 keys at a time, with five small commands a key, then pauses for as long as that took. It \
         ends after {}, {} keys, {} received, or when the thread is more than {} busy. Servers before 7.2 count a look \
         as a use of the key. Names are measured here and never written.",
        now(server, load),
        args.time,
        args.count,
        args.bytes,
        args.max_cpu
    )
}

fn agreed(printer: &Printer) -> Result<bool, Failure> {
    if !printer.is_interactive() {
        let hint = "--yes begins without asking".to_owned();
        return Err(Failure::new("confirm", "nobody is there to agree to this", Some(hint)));
    }
    let answer = printer.ask("Begin? [y/N]")?.to_ascii_lowercase();
    Ok(answer == "y" || answer == "yes")
}

fn summary(captured: &Captured, what: &str) -> String {
    let Captured { count, bytes, time, end } = captured;
    let (count, bytes) = (Count(*count as f64), Bytes(*bytes as f64));
    format!("{count} {what}, {bytes} received in {:.1} s; it ended because {end}", time.as_secs_f64())
}

fn monitor(printer: &Printer, args: &CaptureArgs, server: &Server, limits: &Limits) -> Result<Exit, Failure> {
    let bar = printer.progress(Some(limits.bytes));
    let progress = |count: u64, bytes: u64| {
        bar.set_position(bytes);
        if count.is_multiple_of(1024) {
            bar.set_message(format!("{} commands", Count(count as f64)));
        }
    };
    let mut trace = Vec::new();
    let captured = match &args.write {
        None => record(server, limits, &mut trace, &progress)?,
        Some(file) => to_file(file, |out| record(server, limits, out, &progress))?,
    };
    bar.finish_and_clear();
    printer.note(&summary(&captured, "commands on keys"));
    if captured.count == 0 {
        return Err(CaptureError::Nothing(format!(
            "no command on a key in {:.1} s",
            captured.time.as_secs_f64()
        ))
        .into());
    }
    match &args.write {
        None => printer.bytes(&trace)?,
        Some(file) => {
            let file = file.display();
            printer.note(&format!("wrote {file}; next: cachefit simulate {file} --write FILE"));
        }
    }
    Ok(Exit::Done)
}

/// Records into a new file; where nothing comes of it, the same name is free for the next try.
fn to_file(
    file: &Path,
    record: impl FnOnce(&mut dyn Write) -> Result<Captured, CaptureError>,
) -> Result<Captured, Failure> {
    let mut out = BufWriter::new(output::create(file, NOT_REPLACED)?);
    let captured = if file.extension().is_some_and(|e| e == "gz") {
        let mut out = GzEncoder::new(out, Compression::fast());
        record(&mut out).and_then(|captured| {
            out.finish().and_then(|mut out| out.flush()).map_err(CaptureError::Write)?;
            Ok(captured)
        })
    } else {
        record(&mut out).and_then(|captured| {
            out.flush().map_err(CaptureError::Write)?;
            Ok(captured)
        })
    };
    if captured.as_ref().map_or(true, |captured| captured.count == 0) {
        fs::remove_file(file).map_err(|error| output::unwritable(file, &error))?;
    }
    Ok(captured?)
}

fn keys(
    printer: &Printer,
    args: &CaptureArgs,
    server: &Server,
    limits: &Limits,
    load: &Load,
) -> Result<Exit, Failure> {
    let bar = printer.progress(Some(limits.count));
    let (samples, captured) = sample_keys(server, limits, &|count, _| bar.set_position(count))?;
    bar.finish_and_clear();
    printer.note(&summary(&captured, "keys"));
    let text = sampled_profile(&samples, &captured, load).text().ok_or_else(|| {
        CaptureError::Nothing("the database has no keys of a type whose size can be told".to_owned())
    })?;
    parse(text.as_bytes(), "the sampled profile").map_err(|errors| Failure::Profiles(vec![errors]))?;
    match &args.write {
        None => printer.data(&text)?,
        Some(file) => {
            output::create_with(file, &text, NOT_REPLACED)?;
            let file = file.display();
            printer.note(&format!("wrote {file}; next: cachefit recommend {file}"));
        }
    }
    Ok(Exit::Done)
}
