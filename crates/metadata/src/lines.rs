//! From byte offsets to lines and columns, for messages. Looked up last: most offsets are never shown.

use memchr::memchr_iter;

/// Where the lines of one file begin.
#[derive(Clone, Debug)]
pub struct LineIndex<'a> {
    src: &'a [u8],
    /// Offsets of the first byte of the second line, the third, and so on.
    starts: Vec<u32>,
}

/// A place in a file, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Line. Lines end at `\n` only, as git counts them.
    pub line: u32,
    /// Column in Unicode code points; a byte order mark is none.
    pub column: u32,
}

impl<'a> LineIndex<'a> {
    /// Finds the lines of a file. What lies beyond 4 GB is ignored; such a file is refused elsewhere.
    pub fn new(src: &'a [u8]) -> Self {
        let starts = memchr_iter(b'\n', src).map_while(|at| u32::try_from(at + 1).ok()).collect();
        Self { src, starts }
    }

    /// Number of lines; a last line without `\n` counts, an empty one behind the last `\n` does not.
    pub fn lines(&self) -> u32 {
        let count = u32::try_from(self.starts.len()).unwrap_or(u32::MAX);
        if self.src.is_empty() || self.src.ends_with(b"\n") {
            count
        } else {
            count.saturating_add(1)
        }
    }

    /// Line and column of a byte. An offset inside a character counts as the character, one behind the end as the end.
    pub fn position(&self, offset: u32) -> Position {
        let offset = offset.min(u32::try_from(self.src.len()).unwrap_or(u32::MAX));
        let before = self.starts.partition_point(|start| *start <= offset);
        let start = before.checked_sub(1).and_then(|at| self.starts.get(at)).copied().unwrap_or(0);
        let mut front = self.src.get(start as usize..offset as usize).unwrap_or_default();
        if before == 0 {
            front = front.strip_prefix(b"\xef\xbb\xbf").unwrap_or(front);
        }
        // A character is counted at its first byte; the other bytes of UTF-8 have the form 10xxxxxx.
        let is_first = |byte: &&u8| **byte & 0xc0 != 0x80;
        let mut count = front.iter().filter(is_first).count();
        if self.src.get(offset as usize).is_some_and(|byte| !is_first(&byte)) {
            count = count.saturating_sub(1);
        }
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX).saturating_add(1);
        Position {
            line: number(before),
            column: number(count),
        }
    }
}

#[cfg(test)]
mod tests;
