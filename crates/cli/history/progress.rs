//! How far a walk is.

use std::io::{IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

use crate::args::Global;

/// A line on standard error that says how far the walk is; only on a terminal, and only when it takes long.
pub(super) struct Progress {
    shown: bool,
    wanted: bool,
    next: Instant,
}

impl Progress {
    pub(super) fn new(global: &Global) -> Self {
        Self {
            shown: false,
            wanted: !global.quiet && std::io::stderr().is_terminal(),
            next: Instant::now() + Duration::from_secs(1),
        }
    }

    pub(super) fn step(&mut self, commits: usize) {
        if self.wanted && Instant::now() >= self.next {
            self.next = Instant::now() + Duration::from_millis(200);
            self.shown = true;
            // A progress line that cannot be shown is no reason to stop.
            let _ = write!(std::io::stderr(), "\rwalked {commits} commits ");
        }
    }

    pub(super) fn end(&mut self) {
        if self.shown {
            let _ = write!(std::io::stderr(), "\r                              \r");
        }
    }
}
