//! What commands write: data to stdout, everything for people to stderr. Beside it only progress bars (`progress.rs`) draw
//! on stderr.

use std::io::{self, IsTerminal as _, Write as _};
use std::sync::Once;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::report::terminal;

/// Writes what commands produce.
pub struct Printer {
    color: bool,
    quiet: bool,
}

#[expect(clippy::unused_self, reason = "a printer is passed in, so that nothing prints without one")]
impl Printer {
    /// Colour only on a terminal, and not against the user's wish.
    pub fn from_environment() -> Self {
        let refused = std::env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty());
        Self { color: io::stdout().is_terminal() && !refused, quiet: false }
    }

    /// Whether people are told nothing but errors.
    pub fn set_quiet(&mut self, quiet: bool) {
        self.quiet = quiet;
    }

    /// Whether reports may use colour.
    pub fn color(&self) -> bool {
        self.color
    }

    /// Writes data. A reader that has gone away is no error.
    pub fn data(&self, text: &str) -> io::Result<()> {
        let mut stdout = anstream::stdout().lock();
        match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            result => result,
        }
    }

    /// Writes raw bytes of data.
    pub fn bytes(&self, bytes: &[u8]) -> io::Result<()> {
        match io::stdout().lock().write_all(bytes) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            result => result,
        }
    }

    /// A progress bar on stderr, hidden unless that is a terminal.
    pub fn progress(&self, total: Option<u64>) -> ProgressBar {
        let bar = match total {
            Some(total) => ProgressBar::new(total),
            None => ProgressBar::new_spinner(),
        };
        let shown = io::stderr().is_terminal() && !self.quiet;
        bar.set_draw_target(if shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() });
        // The template is a constant; a wrong one would fall back to the default.
        if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {percent}%, {eta} left") {
            bar.set_style(style);
        }
        bar
    }

    /// Progress of many small things: nothing is drawn in the first second.
    pub fn ticker(&self, total: usize, what: &'static str) -> Ticker {
        let bar = ProgressBar::with_draw_target(Some(total as u64), ProgressDrawTarget::hidden());
        if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {pos} of {len}, {eta} left") {
            bar.set_style(style);
        }
        bar.set_message(what);
        Ticker {
            bar,
            begun: Instant::now(),
            shown: Once::new(),
            may: io::stderr().is_terminal() && !self.quiet,
        }
    }

    /// Whether a person sees what is told and can answer.
    pub fn is_interactive(&self) -> bool {
        io::stdin().is_terminal() && io::stderr().is_terminal()
    }

    /// Asks a person; the answer without spaces around it.
    pub fn ask(&self, question: &str) -> io::Result<String> {
        write!(anstream::stderr(), "{question} ")?;
        let mut answer = String::new();
        io::stdin().read_line(&mut answer)?;
        Ok(answer.trim().to_owned())
    }

    /// Tells people something, unless they asked for quiet.
    pub fn note(&self, text: &str) {
        if !self.quiet {
            self.error(text);
        }
    }

    /// Tells people what went wrong. Nothing can be done when stderr is closed.
    pub fn error(&self, text: &str) {
        let _ = writeln!(anstream::stderr(), "{}", terminal(text));
    }
}

/// Progress of many small things, from any thread.
pub struct Ticker {
    bar: ProgressBar,
    begun: Instant,
    shown: Once,
    may: bool,
}

impl Ticker {
    /// One more is done.
    pub fn tick(&self) {
        self.bar.inc(1);
        if self.may && self.begun.elapsed() > Duration::from_secs(1) {
            self.shown.call_once(|| self.bar.set_draw_target(ProgressDrawTarget::stderr()));
        }
    }

    /// All are done.
    pub fn done(&self) {
        self.bar.finish_and_clear();
    }
}
