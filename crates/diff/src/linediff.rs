//! The comparison of two lists of lines, with a bound on its work.
//!
//! The usual algorithms need time that grows with the square of the length when two files have little in common, and the
//! author of a change can make such files. Beyond a bound the lists are first cut at lines that occur exactly once on both
//! sides; a piece that is still long is compared in a way that looks less far, and one that is too large becomes one
//! single hunk. That is coarse, but never wrong.

use std::ops::Range;

use imara_diff::{Algorithm, Diff, Interner, Token};

use crate::hunks::Hunk;

/// Lines of one side times lines of the other that are compared without further thought: under a second.
const AT_ONCE: u64 = 1 << 28;
/// What all pieces of a file may cost together, in the same measure.
const IN_ALL: u64 = 1 << 29;
/// Lines of the shorter side up to which the comparison may go one call deeper for each: a fraction of the smallest stack.
const DEEP: usize = 2048;

/// The hunks between two lists of lines, of which the first is line `before` on both sides.
pub(crate) fn compare(old: &[&[u8]], new: &[&[u8]], before: u32) -> Vec<Hunk> {
    if old.is_empty() && new.is_empty() {
        return Vec::new();
    }
    let whole = whole(0..old.len(), 0..new.len(), before);
    if old.is_empty() || new.is_empty() || old.len().max(new.len()) > usize::try_from(i32::MAX / 2).unwrap_or(0) {
        return vec![whole];
    }
    let mut interner: Interner<&[u8]> = Interner::new(old.len() + new.len());
    let old: Vec<Token> = old.iter().map(|line| interner.intern(*line)).collect();
    let new: Vec<Token> = new.iter().map(|line| interner.intern(*line)).collect();
    let tokens = interner.num_tokens();
    drop(interner);
    let small = cost(old.len(), new.len()) <= AT_ONCE && old.len().min(new.len()) <= DEEP;
    let anchors = if small { Vec::new() } else { anchors(&old, &new, tokens) };
    let mut numbers = Numbers::new(tokens);
    let mut left = IN_ALL;
    let mut hunks = Vec::new();
    let (mut at_old, mut at_new) = (0, 0);
    let end = (old.len(), new.len());
    for (to_old, to_new) in anchors.into_iter().chain([end]) {
        let a = old.get(at_old..to_old).unwrap_or_default();
        let b = new.get(at_new..to_new).unwrap_or_default();
        match left.checked_sub(cost(a.len(), b.len())) {
            _ if a.is_empty() && b.is_empty() => {}
            Some(rest) => {
                left = rest;
                let (a, b, tokens) = numbers.of(a, b);
                diff(a, b, tokens, offset(before, at_old), offset(before, at_new), &mut hunks);
            }
            None => hunks.push(self::whole(at_old..to_old, at_new..to_new, before)),
        }
        (at_old, at_new) = (to_old + 1, to_new + 1);
    }
    hunks
}

fn cost(old: usize, new: usize) -> u64 {
    let count = |len| u64::try_from(len).unwrap_or(u64::MAX);
    count(old).saturating_mul(count(new))
}

fn offset(before: u32, lines: usize) -> u32 {
    before.saturating_add(u32::try_from(lines).unwrap_or(u32::MAX))
}

fn whole(old: Range<usize>, new: Range<usize>, before: u32) -> Hunk {
    Hunk {
        base: offset(before, old.start)..offset(before, old.end),
        head: offset(before, new.start)..offset(before, new.end),
    }
}

fn diff(old: &[Token], new: &[Token], tokens: u32, from_old: u32, from_new: u32, hunks: &mut Vec<Hunk>) {
    // A histogram tells best what belongs together, but the library goes one call deeper for every line that it pairs
    // before the one it paired last, and the author of a change can make that all lines.
    let algorithm = if old.len().min(new.len()) <= DEEP {
        Algorithm::Histogram
    } else {
        Algorithm::Myers
    };
    let mut diff = Diff::default();
    diff.compute_with(algorithm, old, new, tokens);
    hunks.extend(diff.hunks().map(|hunk| Hunk {
        base: from_old + hunk.before.start..from_old + hunk.before.end,
        head: from_new + hunk.after.start..from_new + hunk.after.end,
    }));
}

/// Numbers for the lines of one piece, from 0. The library makes tables with a place for every number: with the numbers
/// of the whole file each of a million pieces would cost as much as the file.
struct Numbers {
    /// For every token of the file its number in the piece at hand.
    known: Vec<Option<Token>>,
    old: Vec<Token>,
    new: Vec<Token>,
}

impl Numbers {
    fn new(tokens: u32) -> Self {
        Self {
            known: vec![None; tokens as usize],
            old: Vec::new(),
            new: Vec::new(),
        }
    }

    /// The two sides of a piece in numbers of its own, and how many there are.
    fn of(&mut self, old: &[Token], new: &[Token]) -> (&[Token], &[Token], u32) {
        let mut count = 0;
        for (side, numbered) in [(old, &mut self.old), (new, &mut self.new)] {
            numbered.clear();
            for token in side {
                let Some(known) = self.known.get_mut(token.0 as usize) else {
                    continue;
                };
                numbered.push(*known.get_or_insert_with(|| {
                    count += 1;
                    Token(count - 1)
                }));
            }
        }
        for token in old.iter().chain(new) {
            if let Some(known) = self.known.get_mut(token.0 as usize) {
                *known = None;
            }
        }
        (&self.old, &self.new, count)
    }
}

/// Pairs of equal lines that occur once on either side, as many as stand in the same order on both.
fn anchors(old: &[Token], new: &[Token], tokens: u32) -> Vec<(usize, usize)> {
    let once_old = once(old, tokens);
    let once_new = once(new, tokens);
    let places = once_old.iter().zip(&once_new).filter_map(|(old, new)| old.zip(*new));
    let mut pairs: Vec<(usize, usize)> = places.collect();
    pairs.sort_unstable();
    // The longest rising run of places in `new`: for every length the smallest last place, and what came before it.
    let mut tails: Vec<usize> = Vec::new();
    let mut previous: Vec<Option<usize>> = Vec::with_capacity(pairs.len());
    for (at, (_, place)) in pairs.iter().enumerate() {
        let len = tails.partition_point(|tail| pairs.get(*tail).is_some_and(|pair| pair.1 < *place));
        previous.push(len.checked_sub(1).and_then(|before| tails.get(before).copied()));
        match tails.get_mut(len) {
            Some(tail) => *tail = at,
            None => tails.push(at),
        }
    }
    let mut run = Vec::with_capacity(tails.len());
    let mut next = tails.last().copied();
    while let Some(at) = next {
        run.extend(pairs.get(at).copied());
        next = previous.get(at).copied().flatten();
    }
    run.reverse();
    run
}

/// For every token its place, if it occurs exactly once.
fn once(lines: &[Token], tokens: u32) -> Vec<Option<usize>> {
    let mut seen = vec![0_u8; tokens as usize];
    let mut place = vec![None; tokens as usize];
    for (at, token) in lines.iter().enumerate() {
        let token = token.0 as usize;
        if let (Some(seen), Some(place)) = (seen.get_mut(token), place.get_mut(token)) {
            *place = (*seen == 0).then_some(at);
            *seen = 1;
        }
    }
    place
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Enough lines to be cut, most of them the same, some unique.
    fn file(lines: usize, unique: impl Fn(usize) -> bool, shift: usize) -> Vec<Vec<u8>> {
        (0..lines)
            .map(|n| {
                let text = if unique(n) {
                    format!("line {n}\n")
                } else {
                    format!("{}\n", (n + shift) % 3)
                };
                text.into_bytes()
            })
            .collect()
    }

    fn checked(old: &[Vec<u8>], new: &[Vec<u8>]) -> Vec<Hunk> {
        let old: Vec<&[u8]> = old.iter().map(Vec::as_slice).collect();
        let new: Vec<&[u8]> = new.iter().map(Vec::as_slice).collect();
        let hunks = compare(&old, &new, 10);
        let (mut a, mut b) = (0, 0);
        for hunk in &hunks {
            let (x, y) = (hunk.base.start as usize - 10, hunk.head.start as usize - 10);
            assert_eq!(old[a..x], new[b..y]);
            (a, b) = (hunk.base.end as usize - 10, hunk.head.end as usize - 10);
        }
        assert_eq!(old[a..], new[b..]);
        hunks
    }

    #[test]
    fn large_files_are_cut_at_unique_lines() {
        let old = file(40_000, |n| n % 10 == 0, 0);
        let mut new = old.clone();
        new[5] = b"changed\n".to_vec();
        new.remove(20_001);
        new.insert(39_999, b"new\n".to_vec());
        let hunks = checked(&old, &new);
        assert!(hunks.len() <= 4, "{hunks:?}");
        assert_eq!(
            hunks[0],
            Hunk {
                base: 15..16,
                head: 15..16
            }
        );
    }

    #[test]
    fn pieces_between_unique_lines_are_compared_on_their_own() {
        let side = |odd: &str| -> Vec<Vec<u8>> {
            let block = |n: usize| [format!("field {n}\n"), "a\n".to_owned(), odd.to_owned(), "b\n".to_owned()];
            (0..10_000).flat_map(block).map(String::into_bytes).collect()
        };
        let (old, new) = (side("no\n"), side("yes\n"));
        let hunks = checked(&old, &new);
        assert_eq!(hunks.len(), 10_000);
        assert!(
            hunks.iter().all(|hunk| hunk.base == hunk.head && hunk.base.start % 4 == 0),
            "{:?}",
            &hunks[..3]
        );
    }

    #[test]
    fn no_file_takes_the_whole_stack() {
        // Whatever comes before the line that was paired last has one line that is rarer than all others: its last.
        let line = |n: usize| format!("{n}\n").into_bytes();
        for count in [DEEP, 11_500] {
            let old: Vec<_> = (1..count).flat_map(|n| [line(n), line(n - 1)]).collect();
            let new: Vec<_> = (1..=count).map(line).collect();
            let small = std::thread::Builder::new().stack_size(1 << 20);
            let hunks = small.spawn(move || checked(&old, &new)).unwrap().join().unwrap();
            assert!(hunks.len() > count / 2, "{}", hunks.len());
        }
    }

    #[test]
    fn what_is_too_large_is_one_hunk() {
        let (old, new) = (file(40_000, |_| false, 0), file(40_001, |_| false, 1));
        assert_eq!(
            checked(&old, &new),
            [Hunk {
                base: 10..40_010,
                head: 10..40_011
            }]
        );
        let (old, new) = (file(90_000, |n| n == 30_000, 0), file(90_000, |n| n == 30_000, 1));
        let hunks = checked(&old, &new);
        assert!(hunks.iter().all(|hunk| !hunk.head.contains(&30_010)));
    }
}
