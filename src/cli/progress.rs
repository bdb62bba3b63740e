//! Progress for people: a line for each running step on a terminal, plain lines elsewhere.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use super::printer::Printer;
use crate::apply::Progress;
use crate::plan::{Step, StepId};

/// Writes progress to stderr.
pub struct Lines<'a> {
    printer: &'a Printer,
    live: Option<Live>,
    begun: Mutex<HashMap<StepId, Begun>>,
}

/// A step that runs.
struct Begun {
    at: Instant,
    usual: u32,
    name: String,
    /// What was told of it last, and when.
    told: Option<(String, Instant)>,
}

/// What a step waits for is told again after this time.
const AGAIN: Duration = Duration::from_mins(1);
/// Nobody plans for less.
const SOON: u32 = 10;

/// Lines that are redrawn.
struct Live {
    all: MultiProgress,
    running: Mutex<HashMap<StepId, ProgressBar>>,
}

impl<'a> Lines<'a> {
    /// Redrawn lines when a person looks on.
    pub fn new(printer: &'a Printer) -> Self {
        let live = printer
            .is_interactive()
            .then(|| Live { all: MultiProgress::new(), running: Mutex::new(HashMap::new()) });
        Self { printer, live, begun: Mutex::default() }
    }

    /// `shop: creating (2 min 10 s of usually 12 min)`; none if the same was told a moment ago.
    fn wait(&self, step: &StepId, why: &str) -> Option<String> {
        let mut begun = self.begun.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(begun) = begun.get_mut(step) else { return Some(format!("{step}: {why}")) };
        let now = Instant::now();
        if begun.told.as_ref().is_some_and(|(text, at)| text == why && now.duration_since(*at) < AGAIN) {
            return None;
        }
        begun.told = Some((why.to_owned(), now));
        // Some providers begin with the address, which the name of the step tells already.
        let address = step.0.rsplit_once(':').map_or("", |(address, _)| address);
        let why = why.strip_prefix(address).and_then(|rest| rest.strip_prefix(": ")).unwrap_or(why);
        let took = begun.at.elapsed().as_secs();
        let usual = usual(begun.usual).map_or_else(String::new, |usual| format!(" of {usual}"));
        Some(format!("{}: {why} ({}{usual})", begun.name, seconds(took)))
    }

    /// A line that stays.
    fn stays(&self, text: &str) {
        match &self.live {
            // Nothing can be done when stderr is closed.
            Some(live) => drop(live.all.println(text)),
            None => self.printer.note(text),
        }
    }
}

impl Live {
    fn with<T>(&self, act: impl FnOnce(&mut HashMap<StepId, ProgressBar>) -> T) -> T {
        act(&mut self.running.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// `usually 12 min`; none where it is soon done.
fn usual(usual: u32) -> Option<String> {
    (usual >= SOON).then(|| format!("usually {}", seconds(usual.into())))
}

/// `45 s`, `12 min`, `2 min 10 s`.
fn seconds(seconds: u64) -> String {
    match (seconds / 60, seconds % 60) {
        (0, s) => format!("{s} s"),
        (min, 0) => format!("{min} min"),
        (min, s) => format!("{min} min {s} s"),
    }
}

impl Progress for Lines<'_> {
    fn begun(&self, step: &Step) {
        let begun = Begun {
            at: Instant::now(),
            usual: step.usual_seconds,
            name: step.address.name.clone(),
            told: None,
        };
        self.begun.lock().unwrap_or_else(PoisonError::into_inner).insert(step.id.clone(), begun);
        let Some(live) = &self.live else {
            let usual = usual(step.usual_seconds).map_or_else(String::new, |usual| format!(" ({usual})"));
            self.printer.note(&format!("{}: {}{usual}", step.id, step.what));
            return;
        };
        // The template is a constant; were it wrong, a plain spinner would still turn.
        let style = ProgressStyle::with_template("{spinner} {prefix} {elapsed} {msg}")
            .unwrap_or_else(|_| ProgressStyle::default_spinner());
        let bar = live.all.add(ProgressBar::new_spinner().with_style(style));
        bar.set_prefix(format!("{}: {}", step.id, step.what));
        bar.set_message(usual(step.usual_seconds).map_or_else(String::new, |usual| format!("of {usual}")));
        bar.enable_steady_tick(Duration::from_millis(120));
        live.with(|running| running.insert(step.id.clone(), bar));
    }

    fn waiting(&self, step: &StepId, why: &str) {
        match &self.live {
            Some(live) => live.with(|running| {
                if let Some(bar) = running.get(step) {
                    bar.set_message(format!("… {why}"));
                }
            }),
            None => self.wait(step, why).into_iter().for_each(|line| self.printer.note(&line)),
        }
    }

    fn ended(&self, step: &Step, took: Duration, how: Result<Option<&str>, &str>) {
        if let Some(bar) = self.live.as_ref().and_then(|l| l.with(|running| running.remove(&step.id))) {
            bar.finish_and_clear();
        }
        let took = took.as_secs_f64();
        self.stays(&match how {
            Ok(None) => format!("{}: done in {took:.1} s", step.id),
            Ok(Some(until)) => format!("{}: accepted, in force {until}", step.id),
            Err(error) => format!("{}: failed after {took:.1} s: {error}", step.id),
        });
    }
}
