//! Ctrl-C while work is done: the first asks for an end, the second makes one.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::{Handle, Signals};

use super::Exit;
use super::error::Failure;
use super::printer::Printer;
use crate::apply::{Journal, Key};

/// What people are told.
pub struct Told<'a> {
    pub printer: &'a Printer,
    /// The folder of journals.
    pub root: &'a Path,
    /// What the journal is kept by.
    pub key: &'a Key,
    /// The command that goes on after a stop.
    pub again: &'a str,
}

/// Ends the watch when the work has ended, by a panic too.
struct Watched(Handle);

impl Drop for Watched {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// Does work that stops as soon as it can once the flag is set, which the first signal does.
pub fn interruptible<T>(told: &Told<'_>, work: impl FnOnce(Arc<AtomicBool>) -> T) -> Result<T, Failure> {
    let mut signals = Signals::new([SIGINT, SIGTERM])
        .map_err(|error| Failure::new("signal", format!("cannot watch for Ctrl-C: {error}"), None))?;
    let watched = Watched(signals.handle());
    let stop = Arc::new(AtomicBool::new(false));
    Ok(std::thread::scope(|scope| {
        let flag = Arc::clone(&stop);
        scope.spawn(move || {
            for _ in signals.forever() {
                if flag.swap(true, Ordering::Relaxed) {
                    told.printer.note(&told.cut_short());
                    // As if the process were killed, which the journal is made for.
                    std::process::exit(i32::from(Exit::Stopped.code()));
                }
                told.printer.note(
                    "stopping: nothing new is begun, and what is in flight is brought to its end; Ctrl-C again ends at once",
                );
            }
        });
        let _watched = watched;
        work(stop)
    }))
}

impl Told<'_> {
    /// What is in flight, by the journal.
    fn cut_short(&self) -> String {
        let last = Journal::last(self.root, self.key).ok().flatten();
        let steps: Vec<String> = last.iter().flat_map(|l| &l.in_flight).map(ToString::to_string).collect();
        let what = if steps.is_empty() {
            "ended at once; no step was in flight".to_owned()
        } else {
            format!(
                "ended at once, with these steps in flight: {}; what became of them is not known",
                steps.join(", ")
            )
        };
        format!("{what}\n`{}` looks at what is there and goes on", self.again)
    }
}
