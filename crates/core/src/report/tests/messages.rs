//! The sentence of a finding.

use super::*;

const MESSAGE: &str = "'{subject}' was {before}, is {after}; {grade}; {added}; {removed}.";
const READS: &[&str] = &["check a.app url"];

#[test]
fn a_sentence_names_both_values_the_grade_and_the_members() {
    let mut plain = told(("== a.app\nurl a", READS), ("== a.app\nurl {b}", READS));
    plain.control = control(CHECK, MESSAGE, "");
    assert_eq!(plain.finding().message, "'A' was a, is {b}; ; {b}; {b}.");
    plain.head().measure = Measure::Grade {
        rank: 2,
        name: "open".into(),
    };
    assert_eq!(plain.finding().message, "'A' was a, is {b}; open; {b}; {b}.");
    plain.member(Side::Head, "check a.app url");
    plain.member(Side::Base, "check a.app url");
    assert_eq!(plain.finding().message, "'A' was a, is {b}; open; {b}, a; {b}, a.");
    plain.head().measure = Measure::Number {
        value: i64::MAX,
        unit: "hours".into(),
    };
    assert_eq!(
        plain.finding().message,
        "'A' was a, is {b}, which is no documented limit; no documented limit; {b}, a; {b}, a."
    );
}

#[test]
fn what_is_absent_is_not_set() {
    let mut gone = told(("== a.app\nurl a", READS), ("== a.app\nlabel l", READS));
    gone.control = control(CHECK, MESSAGE, "");
    assert_eq!(gone.finding().message, "'A' was a, is not set; ; not set; not set.");
}

#[test]
fn something_new_is_told_by_the_title_and_its_weak_members() {
    let mut new = told(("", &[]), ("== a.app\nurl a", READS));
    new.comparison.outcome = Outcome::Introduced;
    assert_eq!(new.finding().message, "'A' is new in source: Doors are open.");
    new.member(Side::Head, "check a.app url");
    assert_eq!(new.finding().message, "'A' is new in source: Doors are open: a.");
}

#[test]
fn what_is_weak_as_before_is_told_by_what_rose_around_it() {
    let mut worse = told(("== a.app\nurl a", READS), ("== a.app\nurl a", READS));
    let more = "raises-risk:\n  - { when: { field: App/url, equals: x }, because: it is loud }\n  \
                - { when: { field: App/url, equals: y }, because: it is large }\n";
    worse.control = control(CHECK, MESSAGE, more);
    worse.comparison.outcome = Outcome::Worsened;
    worse.base().raises = vec![Truth::False, Truth::True];
    worse.head().raises = vec![Truth::True, Truth::True];
    assert_eq!(
        worse.finding().message,
        "'A': Doors are open, as before, but the risk around it rose: it is loud."
    );
}

#[test]
fn what_a_person_shall_look_at_is_a_note() {
    let mut sides = told(("== a.app\nurl a", READS), ("== a.app\nurl b", READS));
    assert!(!sides.finding().is_note());
    sides.comparison.outcome = Outcome::Review;
    assert!(sides.finding().is_note());
}
