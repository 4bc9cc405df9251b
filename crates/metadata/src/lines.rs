//! From byte offsets to lines and columns, for messages. Looked up last: most offsets are never shown.

use std::sync::OnceLock;

use memchr::memchr_iter;

/// Bytes between two places up to which characters are counted once and for all, for lines that are longer.
const BLOCK: usize = 4096;

/// Where the lines of one file begin.
#[derive(Clone, Debug)]
pub struct LineIndex<S> {
    src: S,
    /// Offsets of the first byte of the second line, the third, and so on.
    starts: Vec<u32>,
    /// Characters before each block of [`BLOCK`] bytes.
    blocks: OnceLock<Vec<usize>>,
}

/// A place in a file, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Line. Lines end at `\n` only, as git counts them.
    pub line: u32,
    /// Column in Unicode code points; a byte order mark is none.
    pub column: u32,
}

impl<S: AsRef<[u8]>> LineIndex<S> {
    /// Finds the lines of a file. What lies beyond 4 GB is ignored; such a file is refused elsewhere.
    pub fn new(src: S) -> Self {
        let breaks = memchr_iter(b'\n', src.as_ref());
        let starts = breaks.map_while(|at| u32::try_from(at + 1).ok()).collect();
        Self {
            src,
            starts,
            blocks: OnceLock::new(),
        }
    }

    /// The file.
    pub fn src(&self) -> &[u8] {
        self.src.as_ref()
    }

    /// A line, counted from 1, without its end.
    pub fn line(&self, line: u32) -> Option<&[u8]> {
        let at = usize::try_from(line).ok()?.checked_sub(1)?;
        let start = match at.checked_sub(1) {
            None => 0,
            Some(before) => *self.starts.get(before)?,
        };
        let rest = self.src().get(start as usize..)?;
        let end = self.starts.get(at).map_or(rest.len(), |next| (next - start) as usize - 1);
        rest.get(..end)
    }

    /// Number of lines; a last line without `\n` counts, an empty one behind the last `\n` does not.
    pub fn lines(&self) -> u32 {
        let count = u32::try_from(self.starts.len()).unwrap_or(u32::MAX);
        if self.src().is_empty() || self.src().ends_with(b"\n") {
            count
        } else {
            count.saturating_add(1)
        }
    }

    /// Line and column of a byte. An offset inside a character counts as the character, one behind the end as the end.
    pub fn position(&self, offset: u32) -> Position {
        let src = self.src();
        let offset = offset.min(u32::try_from(src.len()).unwrap_or(u32::MAX));
        let before = self.starts.partition_point(|start| *start <= offset);
        let start = before.checked_sub(1).and_then(|at| self.starts.get(at)).copied().unwrap_or(0);
        let front = src.get(start as usize..offset as usize).unwrap_or_default();
        let mut count = if front.len() <= BLOCK {
            characters(front)
        } else {
            self.characters_before(offset as usize) - self.characters_before(start as usize)
        };
        if before == 0 && front.starts_with(b"\xef\xbb\xbf") {
            count = count.saturating_sub(1);
        }
        if src.get(offset as usize).is_some_and(|byte| !is_first(*byte)) {
            count = count.saturating_sub(1);
        }
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX).saturating_add(1);
        Position {
            line: number(before),
            column: number(count),
        }
    }
}

impl<S: AsRef<[u8]>> LineIndex<S> {
    /// Characters before a byte, without counting them all each time.
    fn characters_before(&self, offset: usize) -> usize {
        let src = self.src();
        let blocks = self.blocks.get_or_init(|| {
            let mut sum = 0;
            let before = |block| {
                let before = sum;
                sum += characters(block);
                before
            };
            src.chunks(BLOCK).map(before).collect()
        });
        let at = (offset / BLOCK).min(blocks.len().saturating_sub(1));
        let rest = src.get(at * BLOCK..offset).unwrap_or_default();
        blocks.get(at).copied().unwrap_or_default() + characters(rest)
    }
}

/// A character is counted at its first byte; the other bytes of UTF-8 have the form 10xxxxxx.
fn is_first(byte: u8) -> bool {
    byte & 0xc0 != 0x80
}

fn characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| is_first(**byte)).count()
}

#[cfg(test)]
mod tests;
