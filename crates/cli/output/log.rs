//! Standard output, written piece by piece: a report of thousands of findings is never in memory as a whole.

use std::io::{self, Write};

use super::guard;

/// Bytes that are written at once, up to the next end of a line.
pub(super) const PIECE: usize = 1 << 16;

/// Standard output, with every piece guarded where runners look for commands.
pub(super) struct Log {
    guard: bool,
    piece: Vec<u8>,
}

impl Log {
    pub(super) fn new(guard: bool) -> Self {
        Self { guard, piece: Vec::new() }
    }

    /// Writes what is left.
    pub(super) fn finish(mut self) -> io::Result<()> {
        self.send(self.piece.len())?;
        io::stdout().flush()
    }

    /// Writes the first `count` bytes of what is held.
    fn send(&mut self, count: usize) -> io::Result<()> {
        let rest = self.piece.split_off(count);
        let mut piece = std::mem::replace(&mut self.piece, rest);
        if piece.is_empty() {
            return Ok(());
        }
        if self.guard {
            piece = guard::guarded(&String::from_utf8_lossy(&piece)).into_bytes();
        }
        #[cfg(test)]
        if super::capture::add(&piece) {
            return Ok(());
        }
        io::stdout().lock().write_all(&piece)
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.piece.extend_from_slice(bytes);
        // A line in two pieces would be two lines to a runner, as each piece has a guard of its own.
        let end = bytes.iter().rposition(|byte| *byte == b'\n');
        if let Some(end) = end.filter(|_| self.piece.len() >= PIECE) {
            let behind = bytes.len().saturating_sub(end).saturating_sub(1);
            self.send(self.piece.len().saturating_sub(behind))?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::capture;

    #[test]
    fn every_piece_of_a_long_log_is_whole_lines_in_a_guard_of_its_own() {
        let line = format!("::error::{}\n", "x".repeat(1000));
        let printed = capture::of(true, || {
            let mut log = Log::new(true);
            for part in line.repeat(200).as_bytes().chunks(77) {
                log.write_all(part).expect("written");
            }
            log.write_all(b"no line feed").expect("written");
            log.finish().expect("written");
        });
        assert_eq!(guard::commands(&printed), Vec::<&str>::new());
        assert!(printed.matches("::stop-commands::").count() > 2);
        assert_eq!(printed.matches(&line).count(), 200);
        assert!(printed.contains("\nno line feed\n::"));
    }
}
