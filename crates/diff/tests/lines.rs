//! Changed lines: true to the content, and in time also for files made to be slow.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "helpers outside of test functions")]

mod support;

use std::fmt::Write;
use std::time::{Duration, Instant};

use orgate_diff::LineMap;
use support::Random;

fn lines(bytes: &[u8]) -> Vec<&[u8]> {
    bytes.split_inclusive(|byte| *byte == b'\n').collect()
}

/// Everything the map says must be true of the two files.
fn check(base: &[u8], head: &[u8]) {
    let map = LineMap::new(base, head);
    let (old, new) = (lines(base), lines(head));
    assert_eq!(map.head_lines() as usize, new.len());
    let (mut at_old, mut at_new) = (0, 0);
    for hunk in map.hunks() {
        let (from, to) = (hunk.base.start as usize, hunk.head.start as usize);
        assert!(!hunk.base.is_empty() || !hunk.head.is_empty());
        assert!(from == 0 || from > at_old || to > at_new);
        assert_eq!(old[at_old..from], new[at_new..to]);
        at_old = hunk.base.end as usize;
        at_new = hunk.head.end as usize;
    }
    assert_eq!(old[at_old..], new[at_new..]);
    for line in 1..=map.head_lines() {
        let changed = map.hunks().iter().any(|hunk| hunk.head.contains(&(line - 1)));
        assert_eq!(map.is_changed_head_line(line), changed);
        assert_eq!(map.head_changed(line..line + 1), changed.then_some(line));
        let first = (line..=map.head_lines()).find(|line| map.is_changed_head_line(*line));
        assert_eq!(map.head_changed(line..map.head_lines() + 1), first);
    }
    for line in 1..=u32::try_from(old.len()).unwrap() {
        let anchor = map.anchor_for_removed(line..line + 1);
        assert!(anchor >= 1 && anchor <= map.head_lines().max(1));
        match map.hunks().iter().find(|hunk| hunk.base.contains(&(line - 1))) {
            Some(hunk) if hunk.head.is_empty() => assert_eq!(anchor, hunk.head.start.max(1)),
            Some(hunk) => assert_eq!(anchor, hunk.head.start + 1),
            None => assert_eq!(old[line as usize - 1], new[anchor as usize - 1]),
        }
    }
    // Ranges that make no sense get an answer too.
    for (from, to) in [(0, 0), (0, u32::MAX), (u32::MAX, u32::MAX), (5, 2)] {
        assert!(map.anchor_for_removed(from..to) >= 1);
        map.head_changed(from..to);
    }
}

#[test]
fn random_files_are_mapped_truly() {
    let words = ["a\n", "b\n", "\n", "a\r\n", "\r", "<x>\n", "<x>", "\u{2028}", "\0"];
    for seed in 0..3000 {
        let mut random = Random(seed);
        let mut text = |most: u64| {
            let count = random.below(most);
            (0..count).map(|_| *random.pick(&words)).collect::<String>()
        };
        let (start, base, head, end) = (text(6), text(8), text(8), text(6));
        check(format!("{start}{base}{end}").as_bytes(), format!("{start}{head}{end}").as_bytes());
    }
}

fn timed(what: &str, base: &[u8], head: &[u8]) -> Duration {
    let start = Instant::now();
    let map = LineMap::new(base, head);
    let took = start.elapsed();
    println!("{what}: {} hunks in {took:?}", map.hunks().len());
    took
}

#[test]
fn a_small_change_in_a_huge_file_is_cheap() {
    let mut base = String::new();
    for n in 0..1_000_000 {
        writeln!(base, "        <field>Account.Some_Field_{n}__c</field>").unwrap();
    }
    let head = base.replacen("Field_500000_", "Other_500000_", 1);
    let took = timed("one line in 50 MB", base.as_bytes(), head.as_bytes());
    assert!(took < Duration::from_secs(5), "{took:?}");
}

#[test]
fn files_made_to_be_slow_end_in_time() {
    let mut random = Random(7);
    let mut shuffled = |kinds: u64, count: u64| {
        let mut text = String::new();
        for _ in 0..count {
            writeln!(text, "{}", random.below(kinds)).unwrap();
        }
        text
    };
    let limit = Duration::from_mins(1);
    for (what, kinds, count) in [
        ("two kinds", 2, 600_000),
        ("forty kinds", 40, 600_000),
        ("all different", u64::MAX, 300_000),
        ("many repeats", 500, 600_000),
    ] {
        let (base, head) = (shuffled(kinds, count), shuffled(kinds, count));
        let took = timed(what, base.as_bytes(), head.as_bytes());
        assert!(took < limit, "{what}: {took:?}");
    }
    let blank = "\n".repeat(2_000_000);
    assert!(timed("blank lines", blank.as_bytes(), &blank.as_bytes()[..1_000_001]) < limit);
    let one = vec![b'x'; 20_000_000];
    let mut other = one.clone();
    other[10_000_000] = b'y';
    assert!(timed("one long line", &one, &other) < limit);
    let numbers = |numbers: &mut dyn Iterator<Item = u32>| {
        let mut text = String::new();
        for n in numbers {
            writeln!(text, "{n}").unwrap();
        }
        text
    };
    let ascending = numbers(&mut (0..600_000));
    let descending = numbers(&mut (0..600_000).rev());
    assert!(timed("turned around", ascending.as_bytes(), descending.as_bytes()) < limit);
}
