//! GitHub's line hash, by which code scanning follows a result through changes of its file.
//!
//! A line's hash covers 100 UTF-16 code units from its start onwards, spaces and tabs left out, line ends counted as
//! one line feed. The upload action computes the same and complains about every result that has another value, so
//! this must agree with it to the last digit.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::ops::ControlFlow;

const LENGTH: u32 = 100;
const FACTOR: u64 = 37;
/// What the hash of all units before a line has become, as a part of the sum, when the units of the line are counted in.
const BEFORE: u64 = FACTOR.wrapping_pow(LENGTH);
/// Marks the end of the file; no code unit of a text is this.
const END: u16 = 0xFFFF;

const TAB: u16 = 0x09;
const LINE_FEED: u16 = 0x0A;
const CARRIAGE_RETURN: u16 = 0x0D;
const SPACE: u16 = 0x20;

/// The hashes of these lines, counted from 0, as far as the file has them: 16 hexadecimal digits or fewer, a colon, and
/// how many lines up to this one have the same.
///
/// The file is gone through twice, as far as its last wanted line: what the lines before have in common with a wanted
/// line shows only once its hash is known. In return nothing is kept for lines that nobody asked for.
pub fn of(content: &[u8], wanted: &BTreeSet<usize>) -> BTreeMap<usize, String> {
    let Some(last) = wanted.last() else { return BTreeMap::new() };
    let until = |line: usize| {
        if line < *last {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    };
    let mut seen: BTreeMap<u64, usize> = BTreeMap::new();
    each(content, |line, hash| {
        if wanted.contains(&line) {
            seen.insert(hash, 0);
        }
        until(line)
    });
    let mut found = BTreeMap::new();
    each(content, |line, hash| {
        if let Some(count) = seen.get_mut(&hash) {
            *count = count.saturating_add(1);
            if wanted.contains(&line) {
                found.insert(line, format!("{hash:x}:{count}"));
            }
        }
        until(line)
    });
    found
}

/// Tells the hash of every line, in order, until it is enough.
fn each(content: &[u8], tell: impl FnMut(usize, u64) -> ControlFlow<()>) {
    let mut hasher = Hasher::new(tell);
    // Ends early when it is enough.
    let _ = hasher.all(content);
}

/// Goes through a text, unit by unit.
struct Hasher<T> {
    tell: T,
    /// The hash of all units so far, as if it covered them all. That of a part is the difference between its two ends.
    sum: u64,
    /// How many units were counted in; where it starts does not matter, so it may wrap.
    at: u32,
    /// Lines whose hash is not complete yet: where it will be, and the sum before them.
    open: VecDeque<(u32, u64)>,
    /// The next line to tell of.
    line: usize,
    at_start: bool,
    after_return: bool,
}

impl<T: FnMut(usize, u64) -> ControlFlow<()>> Hasher<T> {
    fn new(tell: T) -> Self {
        Self {
            tell,
            sum: 0,
            at: 0,
            open: VecDeque::new(),
            line: 0,
            at_start: true,
            after_return: false,
        }
    }

    /// A whole file.
    fn all(&mut self, content: &[u8]) -> ControlFlow<()> {
        for chunk in content.utf8_chunks() {
            let text = chunk.valid();
            if text.is_ascii() {
                text.bytes().try_for_each(|byte| self.unit(u16::from(byte)))?;
            } else {
                text.encode_utf16().try_for_each(|unit| self.unit(unit))?;
            }
            // As in a text made of these bytes with replacement characters.
            if !chunk.invalid().is_empty() {
                self.unit(0xFFFD)?;
            }
        }
        self.unit(END)?;
        while !self.open.is_empty() {
            self.count_in(0)?;
        }
        ControlFlow::Continue(())
    }

    /// One unit of the text, or the end.
    #[inline]
    fn unit(&mut self, unit: u16) -> ControlFlow<()> {
        if matches!(unit, SPACE | TAB) || (self.after_return && unit == LINE_FEED) {
            self.after_return = false;
            return ControlFlow::Continue(());
        }
        self.after_return = unit == CARRIAGE_RETURN;
        if self.at_start {
            self.open.push_back((self.at.wrapping_add(LENGTH), self.sum));
        }
        let unit = if self.after_return { LINE_FEED } else { unit };
        self.at_start = unit == LINE_FEED;
        self.count_in(unit)
    }

    #[inline]
    fn count_in(&mut self, unit: u16) -> ControlFlow<()> {
        self.sum = self.sum.wrapping_mul(FACTOR).wrapping_add(u64::from(unit));
        self.at = self.at.wrapping_add(1);
        let Some(&(_, before)) = self.open.front().filter(|(complete, _)| *complete == self.at) else {
            return ControlFlow::Continue(());
        };
        self.open.pop_front();
        let line = self.line;
        self.line = line.saturating_add(1);
        (self.tell)(line, self.sum.wrapping_sub(before.wrapping_mul(BEFORE)))
    }
}

#[cfg(test)]
mod tests;
