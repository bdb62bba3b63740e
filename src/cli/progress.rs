//! Progress for people: on a terminal a line for each resource that is worked on, plain lines elsewhere.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use super::printer::Printer;
use crate::apply::Progress;
use crate::plan::{Action, Address, Plan, Step, StepId};
use crate::profile::visible;

/// Writes progress to stderr.
pub struct Lines<'a> {
    printer: &'a Printer,
    /// Lines that are redrawn, where a person looks on.
    live: Option<MultiProgress>,
    work: Mutex<HashMap<Address, Work>>,
    /// Where a step works; the names of steps are long.
    places: HashMap<StepId, Address>,
}

/// What is done to one resource.
struct Work {
    /// `server shop-1`.
    name: String,
    /// `creating`, and `created` when it is done.
    doing: &'static str,
    done: &'static str,
    usual: u32,
    /// Steps that are not done yet.
    left: usize,
    begun: Option<Instant>,
    /// When something was told of it last.
    told: Option<Instant>,
    bar: Option<ProgressBar>,
}

/// What a step waits for is told once in this time.
const AGAIN: Duration = Duration::from_mins(1);
/// Nobody plans for less.
const SOON: u32 = 10;

impl<'a> Lines<'a> {
    /// Redrawn lines when a person looks on.
    pub fn new(printer: &'a Printer, plan: &Plan) -> Self {
        let mut work: HashMap<Address, Work> = HashMap::new();
        for step in &plan.steps {
            let of = || Work::of(plan, &step.address);
            let work = work.entry(step.address.clone()).or_insert_with(of);
            work.left += 1;
            work.usual = work.usual.saturating_add(step.usual_seconds);
        }
        let places = plan.steps.iter().map(|step| (step.id.clone(), step.address.clone())).collect();
        let live = printer.is_interactive().then(MultiProgress::new);
        Self { printer, live, work: Mutex::new(work), places }
    }

    fn with(&self, address: &Address, act: impl FnOnce(&mut Work)) {
        let mut work = self.work.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(work) = work.get_mut(address) {
            act(work);
        }
    }

    /// A line that stays.
    fn stays(&self, text: &str) {
        match &self.live {
            // Nothing can be done when stderr is closed.
            Some(live) => drop(live.println(text)),
            None => self.printer.note(text),
        }
    }
}

impl Work {
    fn of(plan: &Plan, address: &Address) -> Self {
        let (doing, done) = match plan.changes.iter().find(|c| &c.address == address).map(|c| &c.action) {
            Some(Action::Create) => ("creating", "created"),
            Some(Action::Replace { .. }) => ("replacing", "replaced"),
            Some(Action::Delete) => ("deleting", "deleted"),
            _ => ("changing", "changed"),
        };
        let name = visible(&format!("{} {}", address.kind.replace('_', " "), address.name));
        Self { name, doing, done, usual: 0, left: 0, begun: None, told: None, bar: None }
    }

    /// `server shop-1: creating, 2 min 10 s of usually 12 min: start the server`.
    fn line(&self, what: &str) -> String {
        let took = self.begun.map_or(0, |begun| begun.elapsed().as_secs());
        let usual = (self.usual >= SOON).then(|| format!("usually {}", seconds(self.usual.into())));
        let time = match (took, usual) {
            (0, None) => String::new(),
            (0, Some(usual)) => format!(", {usual}"),
            (took, None) => format!(", {}", seconds(took)),
            (took, Some(usual)) => format!(", {} of {usual}", seconds(took)),
        };
        format!("{}: {}{time}: {}", self.name, self.doing, visible(what))
    }

    /// What is said elsewhere than on a terminal, at most once a minute.
    fn told_again(&mut self, what: &str) -> Option<String> {
        let now = Instant::now();
        if self.told.is_some_and(|told| now.duration_since(told) < AGAIN) {
            return None;
        }
        self.told = Some(now);
        Some(self.line(what))
    }

    /// The line of a resource whose work is at its end, for now or for good.
    fn ends(&mut self, how: Result<Option<&str>, &str>) -> Option<String> {
        let took = self.begun.map_or(0.0, |begun| begun.elapsed().as_secs_f64());
        let took = if took < f64::from(SOON) { format!("{took:.1} s") } else { seconds(took as u64) };
        self.left = self.left.saturating_sub(1);
        match how {
            Ok(None) if self.left == 0 => Some(format!("{}: {} in {took}", self.name, self.done)),
            Ok(None) => None,
            Ok(Some(until)) => Some(format!("{}: accepted, in force {}", self.name, visible(until))),
            Err(error) => Some(format!("{}: failed after {took}: {}", self.name, visible(error))),
        }
    }
}

/// `45 s`, `12 min`, `2 min 10 s`.
fn seconds(seconds: u64) -> String {
    match (seconds / 60, seconds % 60) {
        (0, s) => format!("{s} s"),
        (min, 0) => format!("{min} min"),
        (min, s) => format!("{min} min {s} s"),
    }
}

/// A line that is redrawn.
fn bar(live: &MultiProgress) -> ProgressBar {
    // The template is a constant; were it wrong, a plain spinner would still turn.
    let style = ProgressStyle::with_template("{spinner} {wide_msg}")
        .unwrap_or_else(|_| ProgressStyle::default_spinner());
    let bar = live.add(ProgressBar::new_spinner().with_style(style));
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

impl Progress for Lines<'_> {
    fn begun(&self, step: &Step) {
        self.with(&step.address, |work| {
            work.begun.get_or_insert_with(Instant::now);
            if let Some(live) = &self.live {
                let bar = work.bar.take().unwrap_or_else(|| bar(live));
                bar.set_message(work.line(&step.what));
                work.bar = Some(bar);
            } else if let Some(line) = work.told_again(&step.what) {
                self.printer.note(&line);
            }
        });
    }

    fn waiting(&self, step: &StepId, why: &str) {
        let Some(address) = self.places.get(step) else { return };
        // Some providers begin with the address, which the line tells already.
        let text = address.to_string();
        let why = why.strip_prefix(&text).and_then(|rest| rest.strip_prefix(": ")).unwrap_or(why);
        self.with(address, |work| {
            if let Some(bar) = &work.bar {
                bar.set_message(work.line(why));
            } else if let Some(line) = work.told_again(why) {
                self.printer.note(&line);
            }
        });
    }

    fn ended(&self, step: &Step, _: Duration, how: Result<Option<&str>, &str>) {
        self.with(&step.address, |work| {
            let Some(line) = work.ends(how) else { return };
            if let Some(bar) = work.bar.take() {
                bar.finish_and_clear();
            }
            self.stays(&line);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn work(left: usize) -> Work {
        Work {
            name: "server shop-1".to_owned(),
            doing: "creating",
            done: "created",
            usual: 720,
            left,
            begun: Some(Instant::now()),
            told: None,
            bar: None,
        }
    }

    #[test]
    fn a_wait_is_told_once_a_minute_whatever_it_says() {
        let mut work = work(1);
        let first = work.told_again("waits: creating");
        assert_eq!(first.as_deref(), Some("server shop-1: creating, usually 12 min: waits: creating"));
        work.begun = Instant::now().checked_sub(Duration::from_secs(130));
        assert_eq!(work.line("x"), "server shop-1: creating, 2 min 10 s of usually 12 min: x");
        assert_eq!(work.told_again("waits: modifying"), None);
        work.told = Instant::now().checked_sub(AGAIN);
        assert!(work.told_again("waits: creating").is_some());
    }

    #[test]
    fn a_resource_is_done_with_its_last_step() {
        let mut work = work(2);
        assert_eq!(work.ends(Ok(None)), None);
        assert!(work.ends(Ok(None)).is_some_and(|line| line.starts_with("server shop-1: created in 0.")));
    }

    #[test]
    fn what_waits_for_its_window_is_not_called_done() {
        let line = work(1).ends(Ok(Some("Sunday 03:00")));
        assert_eq!(line.as_deref(), Some("server shop-1: accepted, in force Sunday 03:00"));
    }

    #[test]
    fn what_a_provider_says_cannot_move_the_cursor() {
        let line = work(1).ends(Err("no\u{1b}[2J")).unwrap_or_default();
        assert!(line.ends_with("no\\u{1b}[2J"), "{line}");
    }
}
