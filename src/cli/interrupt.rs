//! Ctrl-C while work is done: the first asks for an end, the second makes one.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
#[cfg(unix)]
use std::sync::atomic::Ordering;

use signal_hook::consts::{SIGINT, SIGTERM};
#[cfg(unix)]
use signal_hook::iterator::{Handle, Signals};

use super::Exit;
use super::error::Failure;
use super::printer::Printer;
#[cfg(unix)]
use crate::apply::Journal;
use crate::apply::Key;

/// What people are told.
#[cfg_attr(windows, expect(dead_code, reason = "nothing waits for signals there"))]
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
#[cfg(unix)]
struct Watched(Handle);

#[cfg(unix)]
impl Drop for Watched {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// Does work that stops as soon as it can once the flag is set, which the first signal does.
#[cfg(unix)]
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

/// Does work that stops as soon as it can once the flag is set, which the first signal does. Windows has no thread that
/// waits for signals, so nothing is said of them; the second one ends the process at once.
#[cfg(windows)]
pub fn interruptible<T>(_: &Told<'_>, work: impl FnOnce(Arc<AtomicBool>) -> T) -> Result<T, Failure> {
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        let code = i32::from(Exit::Stopped.code());
        signal_hook::flag::register_conditional_shutdown(signal, code, Arc::clone(&stop))
            .and_then(|_| signal_hook::flag::register(signal, Arc::clone(&stop)))
            .map_err(|error| Failure::new("signal", format!("cannot watch for Ctrl-C: {error}"), None))?;
    }
    Ok(work(stop))
}

#[cfg(unix)]
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
