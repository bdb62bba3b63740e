//! `cachefit prices update`

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::catalog::{Catalog, Coverage, LeftOut, RefreshError};
use crate::cli::Exit;
use crate::cli::args::{DataFormat, PricesUpdateArgs};
use crate::cli::error::Failure;
use crate::cli::inputs;
use crate::cli::price_snapshots as snapshots;
use crate::cli::printer::Printer;
use crate::price_lists::{Kind, ListError, ListRead, Page, Reading, kind, read, sifted};
use crate::profile::visible;
use crate::report::prices::PricesUpdate;
use crate::report::{Json, Report as _, Table};

pub fn run(printer: &Printer, args: &PricesUpdateArgs) -> Result<Exit, Failure> {
    if let Some(day) = args.fetched.filter(|day| *day > inputs::today()) {
        let text = format!("files cannot have been fetched on {day}: today is {} (UTC)", inputs::today());
        let hint = "say with --fetched on which day they were fetched".to_owned();
        return Err(Failure::new("bad-value", text, Some(hint)));
    }
    let base = base()?;
    let lists = if args.from.is_empty() { fetched(printer, args)? } else { of_files(args)? };
    let day = day(args);
    let mut read_lists = Vec::new();
    let (mut records, mut left_out) = (Vec::new(), Vec::new());
    let known = |provider, region: &str| base.known_region(provider, region).is_ok();
    for (kind, pages) in &lists {
        let reading = Reading { day: day.as_deref(), region: &known };
        let read = read(*kind, pages, reading).map_err(|error| list_failure(&error))?;
        read_lists.push(ListRead {
            list: kind.list(),
            pages: pages.len(),
            prices: read.records.len(),
            skipped: read.skipped,
        });
        records.extend(read.records);
        left_out.extend(read.left_out);
    }
    let coverage = if args.part { Coverage::Part } else { Coverage::Whole };
    let refreshed = base
        .refreshed(records, coverage)
        .map_err(|error| refresh_failure(&error, &left_out, read_lists.iter().map(|list| &list.skipped)))?;
    left_out.extend(refreshed.left_out);
    left_out.sort();
    let mut update = PricesUpdate {
        lists: read_lists,
        base: base.snapshot().date.to_owned(),
        date: refreshed.snapshot.date.clone(),
        sha256: refreshed.snapshot.sha256.clone(),
        file: None,
        same: refreshed.same,
        confirmed: refreshed.confirmed,
        changes: refreshed.changes,
        left_out,
    };
    let jumps = update.jumps().count();
    let stopped = jumps > 0 && !args.accept_jumps;
    if !stopped && !args.dry_run {
        update.file = Some(snapshots::write(&refreshed.snapshot)?.display().to_string());
    }
    let text = match args.format {
        DataFormat::Table => Table { color: printer.color() }.render(&update),
        DataFormat::Json => Json.render(&update),
    }?;
    printer.data(&text)?;
    if stopped {
        printer.note(&format!(
            "gate breached: {jumps} prices differ by more than 25 %; compare them with the vendor's page, then --accept-jumps takes them"
        ));
        return Ok(Exit::Gate);
    }
    if update.file.is_some() {
        printer.note("use it with --prices-from latest, or CACHEFIT_PRICES=latest");
    }
    Ok(Exit::Done)
}

/// What is replaced: the snapshot that the command line names, otherwise the newest, otherwise the embedded one.
fn base() -> Result<&'static Catalog, Failure> {
    let chosen = Catalog::in_use();
    if !std::ptr::eq(chosen, Catalog::embedded()) {
        return Ok(chosen);
    }
    Ok(match snapshots::latest()? {
        Some(newest) => Box::leak(Box::new(snapshots::read(&newest)?)),
        None => chosen,
    })
}

/// The day of the lists: today for what is fetched now, and for files what they or the user say.
fn day(args: &PricesUpdateArgs) -> Option<String> {
    if args.from.is_empty() {
        return Some(inputs::today().to_string());
    }
    args.fetched.map(|day| day.to_string())
}

/// The pages of files and folders, by list, in the order of their names.
fn of_files(args: &PricesUpdateArgs) -> Result<BTreeMap<Kind, Vec<Page>>, Failure> {
    let unreadable = |path: &Path, error: &std::io::Error| {
        Failure::new("unreadable", format!("cannot read {}: {error}", path.display()), None)
    };
    let mut files: Vec<PathBuf> = Vec::new();
    for path in &args.from {
        if path.is_dir() {
            let mut inside = Vec::new();
            for entry in fs::read_dir(path).map_err(|error| unreadable(path, &error))? {
                let file = entry.map_err(|error| unreadable(path, &error))?.path();
                if file.extension().is_some_and(|e| e == "json" || e == "csv") {
                    inside.push(file);
                }
            }
            inside.sort();
            files.extend(inside);
        } else {
            files.push(path.clone());
        }
    }
    let mut lists: BTreeMap<Kind, Vec<Page>> = BTreeMap::new();
    for file in files {
        let name = file.display().to_string();
        let page = if file.extension().is_some_and(|e| e == "csv") {
            let open = fs::File::open(&file).map_err(|error| unreadable(&file, &error))?;
            sifted(&name, open).map_err(|error| list_failure(&error))?
        } else {
            Page { text: fs::read_to_string(&file).map_err(|error| unreadable(&file, &error))?, name }
        };
        let mut kind = kind(&page).map_err(|error| list_failure(&error))?;
        if kind == Kind::AwsCsv {
            kind = Kind::AwsJson;
        }
        if args.provider.is_empty() || args.provider.contains(&kind.provider()) {
            lists.entry(kind).or_default().push(page);
        }
    }
    if lists.is_empty() {
        let hint =
            "name a file, or a folder with `.json` and `.csv` files, of the providers that you ask for";
        return Err(Failure::new("no-list", "there is no price list to read", Some(hint.to_owned())));
    }
    Ok(lists)
}

#[cfg(feature = "net")]
fn fetched(printer: &Printer, args: &PricesUpdateArgs) -> Result<BTreeMap<Kind, Vec<Page>>, Failure> {
    use crate::price_lists::{Download, Places, kind_of};
    use crate::units::Provider;

    let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let mut places = Places { google_key: set("GOOGLE_API_KEY"), ..Places::default() };
    for (name, place) in [
        ("CACHEFIT_AWS_PRICES_URL", &mut places.aws),
        ("CACHEFIT_AZURE_PRICES_URL", &mut places.azure),
        ("CACHEFIT_GOOGLE_PRICES_URL", &mut places.google),
    ] {
        if let Some(url) = set(name) {
            url.trim_end_matches('/').clone_into(place);
        }
    }
    let providers = if args.provider.is_empty() {
        let mut all = vec![Provider::Aws, Provider::Azure];
        all.extend(places.google_key.as_ref().map(|_| Provider::Gcp));
        all
    } else {
        args.provider.clone()
    };
    let bar = printer.progress(None);
    let download = Download {
        pause: &|time| std::thread::sleep(time),
        places: &places,
        regions: &args.region,
        servers: args.servers,
        progress: &|place| bar.set_message(place.to_owned()),
    };
    let mut lists = BTreeMap::new();
    for provider in providers {
        let kind = kind_of(provider).ok_or_else(|| {
            let message = format!("{provider} publishes no price list that a program can read");
            Failure::new(
                "no-list",
                message,
                Some("its prices come with the program; see docs/catalog.md".to_owned()),
            )
        })?;
        let pages = download.pages(kind).map_err(|error| {
            let hint = "fetch the list elsewhere and name the files with --from".to_owned();
            Failure::new("network", error.to_string(), Some(hint))
        })?;
        lists.insert(kind, pages);
    }
    bar.finish_and_clear();
    Ok(lists)
}

#[cfg(not(feature = "net"))]
fn fetched(_: &Printer, _: &PricesUpdateArgs) -> Result<BTreeMap<Kind, Vec<Page>>, Failure> {
    let message = "this build of cachefit cannot fetch price lists: it was made without the feature `net`";
    let hint = "fetch them elsewhere and name the files with --from; docs/catalog.md has the addresses";
    Err(Failure::new("network", message, Some(hint.to_owned())))
}

fn list_failure(error: &ListError) -> Failure {
    let hint = match error {
        ListError::Cut { .. } => {
            Some("fetch all pages and name them in their order, or their folder".to_owned())
        }
        ListError::NoDay { .. } => {
            Some("say with --fetched YYYY-MM-DD when the files were fetched".to_owned())
        }
        ListError::Unknown(_) | ListError::Broken { .. } => None,
    };
    Failure::new("price-list", error.to_string(), hint)
}

/// Why there are no new prices; `left_out` and `skipped` are what the lists had and no price was made of.
fn refresh_failure<'s>(
    error: &'s RefreshError,
    left_out: &'s [LeftOut],
    skipped: impl Iterator<Item = &'s BTreeMap<&'static str, usize>>,
) -> Failure {
    let (message, hint) = match error {
        RefreshError::Nothing(distrusted) => nothing(left_out.iter().chain(distrusted), skipped),
        RefreshError::Cut { .. } => {
            let hint = "fetch the whole list; --part takes what there is and leaves the rest as it is";
            (error.to_string(), hint)
        }
    };
    Failure::new("price-list", message, Some(hint.to_owned()))
}

/// Each reason once, with how many records it is of and the first of them, and the next step.
fn nothing<'l>(
    left_out: impl Iterator<Item = &'l LeftOut>,
    skipped: impl Iterator<Item = &'l BTreeMap<&'static str, usize>>,
) -> (String, &'static str) {
    let mut reasons: BTreeMap<&str, (usize, Option<&str>)> = BTreeMap::new();
    for record in left_out {
        let entry = reasons.entry(&record.why).or_insert((0, Some(record.what.as_str())));
        entry.0 += 1;
    }
    for (why, count) in skipped.flatten() {
        reasons.entry(*why).or_insert((0, None)).0 += count;
    }
    let hint = if reasons.keys().any(|why| why.contains("USD was expected")) {
        "fetch the list in USD, from its address without `currencyCode`; docs/catalog.md has the addresses"
    } else if reasons.keys().any(|why| why.contains("names no region")) {
        "fetch the list again, with the region of each price; docs/catalog.md has the addresses"
    } else {
        "docs/catalog.md says which lists and which records of them are read, and has their addresses"
    };
    let mut message = "no price of the files can be used".to_owned();
    if reasons.is_empty() {
        message.push_str(": they have no records");
    }
    for (why, (count, first)) in reasons {
        let (records, of) = if count == 1 { ("record", "") } else { ("records", "the first: ") };
        let first = first.map(|what| format!(" ({of}{what})")).unwrap_or_default();
        message.push_str(&format!("\n  {count} {records}: {}", visible(&format!("{why}{first}"))));
    }
    (message, hint)
}
