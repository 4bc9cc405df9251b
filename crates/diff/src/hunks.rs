//! Which lines changed between two versions of a file, and where a finding about a removed line is anchored.
//!
//! Lines end at `\n` and nowhere else, as git counts them. Must not decode text: content is bytes.

use std::ops::Range;

use crate::linediff;

/// A run of lines that differ. Lines count from 0 here and the ranges are half open; one of them may be empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hunk {
    /// Lines that were removed from the base.
    pub base: Range<u32>,
    /// Lines that were added at head.
    pub head: Range<u32>,
}

/// The lines of two versions of a file against each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineMap {
    /// In order, never touching each other.
    hunks: Vec<Hunk>,
    head_lines: u32,
}

impl LineMap {
    /// Compares two versions. Equal lines at both ends are set aside first, so a small change in a huge file is cheap.
    pub fn new(base: &[u8], head: &[u8]) -> Self {
        let prefix = common_prefix(base, head);
        let (rest_base, rest_head) = (tail(base, prefix), tail(head, prefix));
        let suffix = common_suffix(rest_base, rest_head);
        let before = lines_in(base.get(..prefix).unwrap_or_default());
        let after = lines_in(tail(rest_head, rest_head.len() - suffix));
        let old = lines(rest_base.get(..rest_base.len() - suffix).unwrap_or_default());
        let new = lines(rest_head.get(..rest_head.len() - suffix).unwrap_or_default());
        let head_lines = before + count(new.len()) + after;
        Self {
            hunks: linediff::compare(&old, &new, before),
            head_lines,
        }
    }

    /// The hunks in order.
    pub fn hunks(&self) -> &[Hunk] {
        &self.hunks
    }

    /// Number of lines at head.
    pub fn head_lines(&self) -> u32 {
        self.head_lines
    }

    /// The first changed line of head, counted from 1, among the lines `range` (counted from 1, end excluded).
    pub fn head_changed(&self, range: Range<u32>) -> Option<u32> {
        let range = from_zero(range);
        let at = self.hunks.partition_point(|hunk| hunk.head.end <= range.start);
        let hunk = self.hunks.get(at..)?.iter().find(|hunk| !hunk.head.is_empty())?;
        let first = hunk.head.start.max(range.start);
        (first < range.end).then_some(first + 1)
    }

    /// The first line of head, counted from 1, that was added or edited, or stands before what is gone; 1 if nothing changed.
    pub fn first_change(&self) -> u32 {
        let first = self
            .hunks
            .first()
            .map_or(0, |hunk| hunk.head.start + u32::from(!hunk.head.is_empty()));
        first.max(1)
    }

    /// Whether a line of head, counted from 1, was added or edited.
    pub fn is_changed_head_line(&self, line: u32) -> bool {
        self.head_changed(line..line.saturating_add(1)).is_some()
    }

    /// Whether one of these lines of base (counted from 1, end excluded) was edited or is gone.
    pub fn lacks(&self, range: Range<u32>) -> bool {
        self.removing(&from_zero(range)).is_some()
    }

    /// Where at head to point at for base lines (counted from 1, end excluded) that are gone: the first line added in
    /// their place, else the line before the gap, and never below 1. Lines that are still there give their place at head.
    pub fn anchor_for_removed(&self, range: Range<u32>) -> u32 {
        let range = from_zero(range);
        let hunk = self.removing(&range);
        let line = match hunk {
            Some(hunk) if hunk.head.is_empty() => hunk.head.start,
            Some(hunk) => hunk.head.start + 1,
            None => self.moved(range.start).saturating_add(1),
        };
        line.min(self.head_lines).max(1)
    }

    /// The first hunk that edits or removes one of these base lines (counted from 0); an empty range stands for the line
    /// it begins at.
    fn removing(&self, range: &Range<u32>) -> Option<&Hunk> {
        let at = self.hunks.partition_point(|hunk| hunk.base.end <= range.start);
        let end = range.end.max(range.start.saturating_add(1));
        let mut near = self.hunks.get(at..)?.iter().take_while(|hunk| hunk.base.start < end);
        near.find(|hunk| !hunk.base.is_empty())
    }

    /// The place at head of a base line that did not change; both count from 0.
    fn moved(&self, line: u32) -> u32 {
        let at = self.hunks.partition_point(|hunk| hunk.base.end <= line);
        match at.checked_sub(1).and_then(|last| self.hunks.get(last)) {
            Some(hunk) => hunk.head.end.saturating_add(line.saturating_sub(hunk.base.end)),
            None => line,
        }
    }
}

/// The same lines, counted from 0.
fn from_zero(range: Range<u32>) -> Range<u32> {
    range.start.saturating_sub(1)..range.end.saturating_sub(1)
}

fn tail(bytes: &[u8], from: usize) -> &[u8] {
    bytes.get(from..).unwrap_or_default()
}

/// Bytes of the equal lines both begin with.
fn common_prefix(a: &[u8], b: &[u8]) -> usize {
    let same = equal_bytes(a.chunks(CHUNK), b.chunks(CHUNK), |a, b| {
        a.iter().zip(b).take_while(|(a, b)| a == b).count()
    });
    if same == a.len() && same == b.len() {
        return same;
    }
    memchr::memrchr(b'\n', a.get(..same).unwrap_or_default()).map_or(0, |at| at + 1)
}

/// Bytes of the equal lines both end with. What comes before them ends with a line break, or is empty, on both sides.
fn common_suffix(a: &[u8], b: &[u8]) -> usize {
    let same = equal_bytes(a.rchunks(CHUNK), b.rchunks(CHUNK), |a, b| {
        a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count()
    });
    let whole = |side: &[u8]| side.len() == same || side.get(side.len() - same - 1) == Some(&b'\n');
    if whole(a) && whole(b) {
        return same;
    }
    let equal = tail(a, a.len() - same);
    memchr::memchr(b'\n', equal).map_or(0, |at| same - at - 1)
}

/// Blocks compared at once before looking byte by byte.
const CHUNK: usize = 4096;

fn equal_bytes<'a>(a: impl Iterator<Item = &'a [u8]>, b: impl Iterator<Item = &'a [u8]>, within: impl Fn(&[u8], &[u8]) -> usize) -> usize {
    let mut same = 0;
    for (a, b) in a.zip(b) {
        if a != b {
            return same + within(a, b);
        }
        same += a.len();
    }
    same
}

fn lines(bytes: &[u8]) -> Vec<&[u8]> {
    let mut lines = Vec::new();
    let mut from = 0;
    for at in memchr::memchr_iter(b'\n', bytes) {
        lines.push(bytes.get(from..=at).unwrap_or_default());
        from = at + 1;
    }
    if from < bytes.len() {
        lines.push(tail(bytes, from));
    }
    lines
}

fn lines_in(bytes: &[u8]) -> u32 {
    let unfinished = bytes.last().is_some_and(|byte| *byte != b'\n');
    count(memchr::memchr_iter(b'\n', bytes).count() + usize::from(unfinished))
}

fn count(lines: usize) -> u32 {
    u32::try_from(lines).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hunks(base: &str, head: &str) -> Vec<(Range<u32>, Range<u32>)> {
        LineMap::new(base.as_bytes(), head.as_bytes())
            .hunks()
            .iter()
            .map(|hunk| (hunk.base.clone(), hunk.head.clone()))
            .collect()
    }

    #[test]
    fn equal_files_have_no_hunks() {
        assert_eq!(hunks("", ""), []);
        assert_eq!(hunks("a\nb", "a\nb"), []);
        assert_eq!(hunks("a\nb\n", "a\nb\n"), []);
    }

    #[test]
    fn an_empty_side_makes_one_hunk() {
        assert_eq!(hunks("", "a\nb"), [(0..0, 0..2)]);
        assert_eq!(hunks("a\nb\n", ""), [(0..2, 0..0)]);
        let gone = LineMap::new(b"a\nb\n", b"");
        assert_eq!(gone.anchor_for_removed(1..2), 1);
        assert_eq!(gone.head_changed(1..100), None);
    }

    #[test]
    fn a_missing_last_line_break_is_a_change() {
        assert_eq!(hunks("a\nb", "a\nb\n"), [(1..2, 1..2)]);
        assert_eq!(hunks("x\n", "x"), [(0..1, 0..1)]);
    }

    #[test]
    fn lines_end_at_line_feeds_only() {
        assert_eq!(hunks("a\rb\n", "a\rc\n"), [(0..1, 0..1)]);
        assert_eq!(hunks("a\r\nb\n", "a\nb\n"), [(0..1, 0..1)]);
        assert_eq!(hunks("a\u{2028}b\nc\n", "a\u{2028}b\nd\n"), [(1..2, 1..2)]);
    }

    #[test]
    fn ends_that_overlap_are_counted_once() {
        assert_eq!(hunks("a\na\n", "a\na\na\n"), [(2..2, 2..3)]);
        assert_eq!(hunks("a\na\na\n", "a\na\n"), [(2..3, 2..2)]);
        assert_eq!(hunks("ab\n", "b\n"), [(0..1, 0..1)]);
        assert_eq!(hunks("b\n", "ab\n"), [(0..1, 0..1)]);
        assert_eq!(hunks("a\n", "a\nb"), [(1..1, 1..2)]);
    }

    #[test]
    fn anchors_point_at_the_replacement_or_the_line_before_the_gap() {
        let map = LineMap::new(b"1\n2\n3\n4\n5\n", b"1\n3\nx\n5\n");
        assert_eq!(map.anchor_for_removed(2..3), 1);
        assert_eq!(map.anchor_for_removed(4..5), 3);
        assert_eq!(map.anchor_for_removed(5..6), 4);
        assert_eq!(map.anchor_for_removed(3..4), 2);
        let first = LineMap::new(b"1\n2\n", b"2\n");
        assert_eq!(first.anchor_for_removed(1..2), 1);
    }

    #[test]
    fn base_lines_are_lacked_where_they_changed_or_went() {
        let map = LineMap::new(b"1\n2\n3\n4\n5\n", b"1\n3\nnew\nx\n5\n");
        let lacked: Vec<u32> = (1..7).filter(|line| map.lacks(*line..line + 1)).collect();
        assert_eq!(lacked, [2, 4]);
        assert!(map.lacks(1..3) && map.lacks(3..9) && !map.lacks(0..1) && !map.lacks(3..3));
        let added = LineMap::new(b"1\n2\n", b"1\nx\n2\n");
        assert!(!added.lacks(1..3));
    }

    #[test]
    fn head_lines_are_found_in_ranges() {
        let map = LineMap::new(b"1\n2\n3\n4\n5\n", b"1\nx\ny\n3\n5\n6\n");
        assert_eq!(map.head_changed(1..7), Some(2));
        assert_eq!(map.head_changed(3..4), Some(3));
        assert_eq!(map.head_changed(4..6), None);
        assert_eq!(map.head_changed(4..7), Some(6));
        assert!(map.is_changed_head_line(6) && !map.is_changed_head_line(1));
        assert!(!map.is_changed_head_line(0) && !map.is_changed_head_line(u32::MAX));
        assert_eq!(map.head_lines(), 6);
    }
}
