//! `cachefit init`

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use crate::cli::Exit;
use crate::cli::args::InitArgs;
use crate::cli::error::Failure;
use crate::cli::printer::Printer;
use crate::profile::{shipped, template};
use crate::units::nearest;

pub fn run(printer: &Printer, args: &InitArgs) -> Result<Exit, Failure> {
    let name = args.from.as_deref();
    let text = template(name).ok_or_else(|| unknown(name.unwrap_or_default()))?;
    if args.file == Path::new("-") {
        printer.data(text)?;
        return Ok(Exit::Done);
    }
    let shown = args.file.display();
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    if !args.force {
        options.create_new(true);
    }
    let written = options.open(&args.file).and_then(|mut file| file.write_all(text.as_bytes()));
    match written {
        Ok(()) => {
            printer.note(&format!("wrote {shown}; next: cachefit recommend {shown}"));
            Ok(Exit::Done)
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            let hint = "--force replaces it; or name another file".to_owned();
            Err(Failure::new("exists", format!("{shown} is there already"), Some(hint)))
        }
        Err(error) => Err(Failure::new("unwritable", format!("cannot write {shown}: {error}"), None)),
    }
}

fn unknown(name: &str) -> Failure {
    let names: Vec<&str> = shipped().iter().map(|(name, _)| *name).collect();
    let hint = match nearest(name, names.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("there are: {}", names.join(", ")),
    };
    let shown: String = name.chars().take(40).collect();
    Failure::new("unknown-profile", format!("no shipped profile is called `{shown}`"), Some(hint))
}
