//! Changed lines: true to the content, and in time also for files made to be slow.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "helpers outside of test functions")]

mod support;

use std::fmt::Write;
use std::time::{Duration, Instant};

use orgate_diff::LineMap;
use orgate_testkit::fuzz::lines::check;
use support::Random;

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
        ("two kinds at once", 2, 16_000),
        ("forty kinds at once", 40, 16_000),
        ("many repeats at once", 500, 16_000),
        ("few repeats at once", 5000, 16_000),
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
    // Other lines at both ends, or what they have in common would be set aside first.
    let period = |ends: &str, count: usize| format!("{ends}\n{}{ends}\n", "a\nb\n".repeat(count));
    for count in [1000, 8000, 300_000] {
        let (base, head) = (period("1", count), period("2", count - 100));
        assert!(timed("two lines in turn", base.as_bytes(), head.as_bytes()) < limit);
    }
    let ascending = numbers(&mut (0..600_000));
    let descending = numbers(&mut (0..600_000).rev());
    assert!(timed("turned around", ascending.as_bytes(), descending.as_bytes()) < limit);
}
