//! `cachefit cost`

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::cli::args::CostArgs;
use crate::cli::error::Failure;
use crate::cli::output;
use crate::cli::printer::Printer;
use crate::cli::reviewed::{Ahead, Done, Work, review};
use crate::cli::sources::{self, Baseline};
use crate::cli::{Exit, account_prices, inputs};
use crate::profile::{GatePolicy, gate_policy, is_profile};
use crate::report::cost::{Form, Style, emit, unpriced};
use crate::review::{RULES, Review};

/// Deployments with pictures in an HTML report; more would not keep it small.
const PICTURES: usize = 4;
/// The file of gates of a repository.
const POLICY: &str = "cachefit.yaml";

pub fn run(printer: &Printer, args: &CostArgs) -> Result<Exit, Failure> {
    #[cfg(not(feature = "aws"))]
    if args.net {
        return Err(crate::cli::features::without_aws());
    }
    each_has_a_file(args)?;
    let options = inputs::options(&args.scope, false);
    let policy = policy(args.policy.as_deref())?;
    let (mut after, mut skipped) = sources::sources(&args.profiles)?;
    // The file of gates is meant to be none.
    skipped.retain(|file| policy.as_ref().is_none_or(|policy| policy.file != *file));
    if !skipped.is_empty() {
        let count = skipped.len();
        printer.note(&format!(
            "{} without a `dataset:` {}: {}",
            if count == 1 { "1 YAML file".to_owned() } else { format!("{count} YAML files") },
            if count == 1 { "is no profile" } else { "are no profiles" },
            skipped.join(", ")
        ));
    }
    let read = |spec: &String| sources::baseline(spec, &args.profiles, &mut after);
    let baseline = args.baseline.as_ref().map(read).transpose()?;
    if after.is_empty() && baseline.is_none() {
        let text = "no profile was found".to_owned();
        return Err(Failure::new(
            "no-profiles",
            text,
            Some("a profile is a YAML file with a `dataset:`".into()),
        ));
    }
    let baseline_is_there = baseline.is_some();
    let (before, report) = match baseline {
        Some(Baseline::Profiles(before)) => (Some(before), None),
        Some(Baseline::Report(all, findings)) => (None, Some((all, findings))),
        None => (None, None),
    };
    let wanted = forms(args);
    let ticker = printer.ticker(after.len() + before.as_ref().map_or(0, Vec::len), "pricing");
    let work = Work {
        after: &after,
        before: before.as_deref(),
        report,
        baseline: args.baseline.clone(),
        policy: policy.as_ref(),
        options: &options,
        ahead: ahead(&wanted, baseline_is_there, policy.as_ref()),
        pictures: if wanted.contains(&Form::Html) { PICTURES } else { 0 },
    };
    let Done { mut review, mut notes, errors } = review(work, &ticker);
    ticker.done();
    let files = after.iter().filter_map(|source| source.path.as_deref());
    review.places = sources::places(files.chain(args.policy.as_deref()));
    review.again = again(&review.as_of);
    if args.net {
        notes.extend(account_prices::add(&mut review)?);
    }
    for note in notes {
        printer.note(&note);
    }
    let nothing = after.len() == errors.len() && !after.is_empty() && !baseline_is_there;
    write(printer, args, &review, nothing)?;
    let unpriced = if wanted.contains(&Form::Focus) { unpriced(&review) } else { Vec::new() };
    for line in &unpriced {
        printer.note(&format!("left out of FOCUS, where no price may be empty: {line}"));
    }
    if !wanted.iter().any(|form| form.tells_gates()) {
        // The problems of profiles are told as the errors that they are.
        let gates = review.findings.iter().filter(|finding| !finding.rule.starts_with("profile-"));
        for finding in gates.filter(|finding| finding.blocks()) {
            let about = finding.address.split(':').next().unwrap_or_default();
            printer.note(&format!("{about}: gate breached: {}", finding.message));
        }
    }
    if !errors.is_empty() {
        return Err(Failure::Profiles(errors));
    }
    Ok(if review.blocks() || !unpriced.is_empty() { Exit::Gate } else { Exit::Done })
}

/// Whose months ahead the forms, or the gates, tell.
fn ahead(wanted: &[Form], compared: bool, policy: Option<&GatePolicy>) -> Ahead {
    if policy.is_some_and(|policy| policy.cliff_days.is_some()) {
        return Ahead::All;
    }
    let of = |form: &Form| match form {
        // A change of the months ahead is a change.
        Form::Table | Form::Markdown | Form::Github | Form::GithubSummary if compared => Ahead::Changed,
        Form::Csv | Form::Sarif | Form::Junit | Form::CodeQuality | Form::Infracost if compared => {
            Ahead::Changed
        }
        Form::Csv | Form::Sarif | Form::Junit | Form::CodeQuality | Form::Infracost => Ahead::None,
        // FOCUS has what is paid for the term.
        Form::Table
        | Form::Markdown
        | Form::Github
        | Form::GithubSummary
        | Form::Json
        | Form::Html
        | Form::Focus => Ahead::All,
    };
    wanted.iter().map(of).max().unwrap_or(Ahead::All)
}

/// The command line that makes the same report again, on the same day; none where it cannot be copied.
fn again(as_of: &str) -> Option<String> {
    let args: Option<Vec<String>> = std::env::args_os().skip(1).map(|arg| arg.into_string().ok()).collect();
    let args = args?;
    if args.iter().any(|arg| arg.contains(|c: char| c == '`' || c == '\'' || c.is_control())) {
        return None;
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@,+%~".contains(c);
    let quoted = |arg: &String| {
        let is_plain = !arg.is_empty() && !arg.starts_with('~') && arg.chars().all(plain);
        if is_plain { arg.clone() } else { format!("'{arg}'") }
    };
    let mut words: Vec<String> = args.iter().map(quoted).collect();
    if !args.iter().any(|arg| arg == "--as-of" || arg.starts_with("--as-of=")) {
        words.push(format!("--as-of {as_of}"));
    }
    Some(format!("cachefit {}", words.join(" ")))
}

/// All forms that are written, once each.
fn forms(args: &CostArgs) -> Vec<Form> {
    let mut forms: Vec<Form> = args.output.iter().map(|output| output.form.unwrap_or(args.format)).collect();
    if forms.is_empty() {
        forms.push(args.format);
    }
    forms
}

/// Refuses two reports in one file, of which only the second would be left.
fn each_has_a_file(args: &CostArgs) -> Result<(), Failure> {
    let mut files = BTreeSet::new();
    for output in &args.output {
        let file = std::path::absolute(&output.file).unwrap_or_else(|_| output.file.clone());
        if !files.insert(file) {
            let text = format!("two reports are to be written to {}", output.file.display());
            return Err(Failure::new("output", text, Some("name a file for each --output".to_owned())));
        }
    }
    Ok(())
}

/// Writes every report. Where no profile could be used, people get the errors alone; files are written all the same.
fn write(printer: &Printer, args: &CostArgs, review: &Review, nothing: bool) -> Result<(), Failure> {
    let style = Style { color: printer.color(), explain: args.explain };
    if args.output.is_empty() {
        if !nothing || args.format.is_for_findings() {
            printer.data(&emit(review, args.format, &style)?)?;
        }
        return summary(args.format, review);
    }
    let plain = Style { color: false, ..style };
    for target in &args.output {
        let form = target.form.unwrap_or(args.format);
        output::replace(&target.file, &emit(review, form, &plain)?)?;
        summary(form, review)?;
    }
    Ok(())
}

/// GitHub's page of the run: a file that the runner names, to which steps append.
fn summary(form: Form, review: &Review) -> Result<(), Failure> {
    let Some(file) = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|file| !file.is_empty()) else {
        return Ok(());
    };
    if form != Form::Github {
        return Ok(());
    }
    let text = emit(review, Form::GithubSummary, &Style { color: false, explain: false })?;
    output::append(&PathBuf::from(file), &text)
}

/// The gates that `--policy` names, or those at the root of the repository.
fn policy(named: Option<&Path>) -> Result<Option<GatePolicy>, Failure> {
    let known: Vec<&str> = RULES.iter().map(|(rule, _)| *rule).collect();
    let read = |path: &Path, text: &str| {
        gate_policy(text, &sources::shown(path), &known).map_err(|errors| Failure::Profiles(vec![errors]))
    };
    let unreadable = |path: &Path, error: &std::io::Error| {
        let text = format!("cannot read {}: {error}", sources::shown(path));
        let hint = "a file of gates is YAML that its reader may open: docs/cost.md shows one".to_owned();
        Failure::new("policy", text, Some(hint))
    };
    if let Some(path) = named {
        let text = std::fs::read_to_string(path).map_err(|error| unreadable(path, &error))?;
        return read(path, &text).map(Some);
    }
    let here = std::env::current_dir().unwrap_or_default();
    let root = here.ancestors().find(|folder| folder.join(".git").exists()).unwrap_or(&here);
    let path = root.join(POLICY);
    match std::fs::read_to_string(&path) {
        // `cachefit init` writes a profile of that name.
        Ok(text) if is_profile(&text) => Ok(None),
        Ok(text) => read(&path, &text).map(Some),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(unreadable(&path, &error)),
    }
}
