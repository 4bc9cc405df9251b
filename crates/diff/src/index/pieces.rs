//! A file that is read from front to back, without holding all of it.

use std::fs::File;

use crate::positioned::fill_at;

/// Bytes that can be looked at together.
pub(super) const PIECE: usize = 128 << 10;

pub(super) struct Pieces<'f> {
    file: &'f File,
    buffer: Vec<u8>,
    /// What is in the buffer and was not skipped.
    from: usize,
    to: usize,
    /// Place in the file that `to` is.
    read: u64,
}

impl<'f> Pieces<'f> {
    /// Reads from `start` on.
    pub(super) fn new(file: &'f File, start: u64) -> Self {
        Self {
            file,
            buffer: vec![0; 2 * PIECE],
            from: 0,
            to: 0,
            read: start,
        }
    }

    /// Place in the file that comes next.
    pub(super) fn at(&self) -> u64 {
        let ahead = u64::try_from(self.to.saturating_sub(self.from)).unwrap_or_default();
        self.read.saturating_sub(ahead)
    }

    /// What comes next: at least `len` bytes, up to [`PIECE`], unless the file ends.
    pub(super) fn ahead(&mut self, len: usize) -> &[u8] {
        if self.to.saturating_sub(self.from) < len {
            self.fill();
        }
        self.buffer.get(self.from..self.to).unwrap_or_default()
    }

    /// Leaves out bytes that were looked at.
    pub(super) fn skip(&mut self, len: usize) -> Option<()> {
        self.from = self.from.checked_add(len).filter(|from| *from <= self.to)?;
        Some(())
    }

    /// Reads as much as fits. An error ends the file: whoever reads it finds that something is missing.
    fn fill(&mut self) {
        self.buffer.copy_within(self.from..self.to, 0);
        (self.from, self.to) = (0, self.to.saturating_sub(self.from));
        let more = fill_at(self.file, self.read, self.buffer.get_mut(self.to..).unwrap_or_default()).unwrap_or_default();
        self.to += more;
        self.read += u64::try_from(more).unwrap_or_default();
    }
}
