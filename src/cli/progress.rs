//! Progress for people: a line for each running step on a terminal, plain lines elsewhere.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use super::printer::Printer;
use crate::apply::Progress;
use crate::plan::{Step, StepId};

/// Writes progress to stderr.
pub struct Lines<'a> {
    printer: &'a Printer,
    live: Option<Live>,
}

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
        Self { printer, live }
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

impl Progress for Lines<'_> {
    fn begun(&self, step: &Step) {
        let usual = step.usual_seconds.max(1);
        let Some(live) = &self.live else {
            self.printer.note(&format!("{}: {} (usually {usual} s)", step.id, step.what));
            return;
        };
        // The template is a constant; were it wrong, a plain spinner would still turn.
        let style = ProgressStyle::with_template("{spinner} {prefix} {elapsed} of usually {msg}")
            .unwrap_or_else(|_| ProgressStyle::default_spinner());
        let bar = live.all.add(ProgressBar::new_spinner().with_style(style));
        bar.set_prefix(format!("{}: {}", step.id, step.what));
        bar.set_message(format!("{usual} s"));
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
            None => self.printer.note(&format!("{step}: waits: {why}")),
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
