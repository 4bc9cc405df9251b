//! Where a finding points.

use super::*;

/// What it is about, both sides with their reads, and where the finding points.
type Row<'a> = (&'a str, (&'a str, &'a [&'a str]), (&'a str, &'a [&'a str]), &'a str);

fn point(rows: &[Row<'_>]) {
    for (what, base, head, at) in rows {
        assert_eq!(told(*base, *head).anchor(), *at, "{what}");
    }
}

const URL: &[&str] = &["check a.app url"];
const OTHER: &[&str] = &["check b.app url"];
const BOTH: &[&str] = &["check a.app,b.app url"];

#[test]
fn a_finding_points_at_the_value_that_came() {
    point(&[
        (
            "another value",
            ("== a.app\nurl a", URL),
            ("== a.app\nlabel l\nurl b", URL),
            "head a.app 3:1 to 3",
        ),
        (
            "one more of the same",
            ("== a.app\nurl a", URL),
            ("== a.app\nlabel l\nurl a\nurl a", URL),
            "head a.app 4:1 to 4",
        ),
        (
            "one that moved to a changed line did not come",
            ("== a.app\nurl a\nurl b\n== b.app", BOTH),
            ("== a.app\n== b.app\nurl a\nurl c", BOTH),
            "head b.app 3:1 to 3",
        ),
        (
            "nor did it where another one went",
            ("== a.app\nlabel l\nurl a\nurl b\n== b.app", BOTH),
            ("== a.app\nlabel l\n== b.app\nurl a", BOTH),
            "head a.app 2:1",
        ),
    ]);
}

#[test]
fn a_finding_points_at_the_gap_where_a_value_stood() {
    point(&[
        (
            "a value that went",
            ("== a.app\nlabel l\nurl a", URL),
            ("== a.app\nlabel l", URL),
            "head a.app 2:1",
        ),
        (
            "with its file",
            ("== a.app\nurl a", URL),
            ("== b.app\nlabel l", URL),
            "base a.app 1:1",
        ),
        (
            "another one counts now, that stood there before",
            ("== a.app\nlabel l\nurl a\n== b.app\nurl b", URL),
            ("== a.app\nlabel l\n== b.app\nurl b", OTHER),
            "head a.app 2:1",
        ),
        (
            "not of one that is still there",
            ("== a.app\nurl a\nlabel l\nurl c\n== b.app\nurl a\nurl b", URL),
            ("== a.app\nlabel l\n== b.app\nurl a\nurl b", OTHER),
            "head a.app 3:1",
        ),
        (
            "unless fewer are",
            ("== a.app\nurl a\n== b.app\nurl a", BOTH),
            ("== b.app\nurl a", BOTH),
            "base a.app 1:1",
        ),
        (
            "nothing went where one came",
            ("== a.app\nurl a\n== b.app\nurl a\nurl b", URL),
            ("== a.app\nlabel l\n== b.app\nurl a\nurl b", OTHER),
            "head b.app 2:1 to 2",
        ),
    ]);
}

#[test]
fn a_member_that_went_is_pointed_at_where_it_stood_and_one_that_was_never_written_is_not() {
    let reads: &[&str] = &["check a.app url", "check a.app mode"];
    let sides = || told(("== a.app\nlabel l\nurl a\nmode x", reads), ("== a.app\nlabel l\nmode y", reads));
    let mut written = sides();
    written
        .comparison
        .head
        .as_mut()
        .unwrap()
        .reads
        .retain(|read| &*read.field != "App/url");
    written.comparison.base.as_mut().unwrap().reads.reverse();
    written.member(Side::Base, "check a.app url");
    assert_eq!(written.anchor(), "head a.app 2:1");
    let mut never = sides();
    never.member(Side::Base, "check a.app pin");
    never
        .comparison
        .base
        .as_mut()
        .unwrap()
        .reads
        .retain(|read| &*read.field != "App/url");
    assert_eq!(never.anchor(), "head a.app 3:1 to 3");
}

#[test]
fn to_whom_it_applies_is_pointed_at_before_what_is_around_and_what_raises_the_risk_after_it() {
    // The app says it no longer in this file, and nothing went where it said so before.
    let base = "== a.app\nlabel k\nmode a\n== b.app\ninner x";
    let head = "== a.app\nlabel l\nmode b\n== b.app\ninner x";
    for (mode, at) in [
        ("applies a.app mode", "head a.app 3:1 to 3"),
        ("raises a.app mode", "head a.app 2:1 to 3"),
    ] {
        let sides = told((base, &["check b.app inner", mode]), (head, &["check a.app inner", mode]));
        assert_eq!(sides.anchor(), at, "{mode}");
    }
}
