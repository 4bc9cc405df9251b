//! On what a finding rests: the values of both sides, the places that explain it, the reasons, the doubts.

use super::*;

fn evidence(told: &Told) -> Vec<String> {
    let evidence = told.finding().evidence;
    let line = |one: &Evidence| format!("{} {}:{} {}", one.path, one.line, one.column, one.text());
    evidence.iter().map(line).collect()
}

/// The values of a side, `-` for what is absent.
fn values(view: Option<&SideView>) -> Vec<String> {
    let values = view.iter().flat_map(|view| &view.values);
    values
        .map(|(field, value)| format!("{field}: {}", value.as_deref().unwrap_or("-")))
        .collect()
}

#[test]
fn the_evidence_is_what_differs_and_what_the_check_read_but_not_the_place_that_is_pointed_at() {
    let reads: &[&str] = &[
        "check a.app url",
        "check a.app mode",
        "check b.app entry",
        "applies a.app label",
        "raises a.app pin",
    ];
    let mut sides = told(
        ("== a.app\nurl a\nmode x\nlabel l\npin 1\n== b.app\nentry a", reads),
        ("== a.app\nurl b\nmode x\nlabel l\npin 1\n== b.app\nentry a", reads),
    );
    sides.base().raises = vec![Truth::False];
    sides.head().raises = vec![Truth::False];
    assert_eq!(sides.anchor(), "head a.app 2:1 to 2");
    let without = [
        "a.app 2:1 App/url before: 'a'",
        "a.app 3:1 App/mode now: 'x'",
        "b.app 2:1 App/entry now: 'a'",
    ];
    assert_eq!(evidence(&sides), without);
    sides.head().raises = vec![Truth::True];
    assert_eq!(evidence(&sides), [without[0], without[1], "a.app 5:1 App/pin now: '1'", without[2]]);
    assert_eq!(sides.finding().anchor_type.as_deref(), Some("App"));
}

#[test]
fn what_concerns_other_subjects_on_both_sides_is_no_evidence() {
    let files = ("== a.app\nurl a\n== b.app\nentry x", "== a.app\nurl b\n== b.app\nentry y");
    let (url, own, other) = ("check a.app url", "raises b.app entry", "raises b.app entry elsewhere");
    let before = "a.app 2:1 App/url before: 'a'";
    let both = [before, "b.app 2:1 App/entry before: 'x'", "b.app 2:1 App/entry now: 'y'"];
    for (base, head) in [(own, own), (own, other), (other, own)] {
        let sides = told((files.0, &[url, base]), (files.1, &[url, head]));
        assert_eq!(evidence(&sides), both, "{base}, {head}");
    }
    let mut sides = told((files.0, &[url, other]), (files.1, &[url, other]));
    assert_eq!(evidence(&sides), [before]);
    sides.head().raises = vec![Truth::True];
    assert_eq!(evidence(&sides), [before]);
}

#[test]
fn what_lowers_the_risk_is_evidence_while_it_holds_and_what_is_absent_only_where_that_is_new() {
    let reads: &[&str] = &["check a.app url", "check a.app mode", "lowers a.app pin"];
    let mut sides = told(("== a.app\nurl a\npin 1", reads), ("== a.app\nlabel l\nurl b\npin 1", reads));
    sides.head().lowers = vec![Truth::True];
    assert_eq!(evidence(&sides), ["a.app 2:1 App/url before: 'a'", "a.app 4:1 App/pin now: '1'"]);
    sides.head().lowers = vec![Truth::False];
    assert_eq!(evidence(&sides), ["a.app 2:1 App/url before: 'a'"]);
    let reads: &[&str] = &["check a.app url", "check a.app mode"];
    let gone = told(("== a.app\nurl a\nmode x", reads), ("== a.app\nurl a", reads));
    assert_eq!(gone.anchor(), "head a.app 2:1");
    assert_eq!(
        evidence(&gone),
        ["a.app 3:1 App/mode before: 'x'", "a.app 1:1 App/mode now: not set"]
    );
}

#[test]
fn a_field_that_only_one_side_reads_is_evidence() {
    let reads: &[&str] = &["check a.app url", "check a.app mode"];
    let text = "== a.app\nurl a\nmode x";
    let sides = told((text, reads), ("== a.app\nurl b\nmode x", &reads[..1]));
    assert_eq!(
        evidence(&sides),
        ["a.app 2:1 App/url before: 'a'", "a.app 3:1 App/mode before: 'x'"]
    );
}

#[test]
fn a_file_without_the_element_is_not_the_same_as_no_file() {
    let reads: &[&str] = &["check a.app url", "check b.app mode"];
    let sides = told(("== a.app\nurl a", reads), ("== a.app\nurl b\n== b.app\nlabel l", reads));
    assert_eq!(
        evidence(&sides),
        ["a.app 2:1 App/url before: 'a'", "b.app 1:1 App/mode now: not set"]
    );
}

#[test]
fn a_side_is_told_by_the_fields_that_decide_each_with_the_first_value_that_there_is() {
    let text = "== a.app\nurl a\npin 1\nbox\n inner x\nmode m\nlabel l";
    let told_by = |reads: &[&str]| values(told((text, reads), (text, reads)).finding().head.as_ref());
    assert_eq!(
        told_by(&[
            "check a.app url",
            "check a.app pin secret",
            "check a.app box block",
            "check a.app entry record",
            "applies a.app mode",
            "raises a.app label",
            "check a.app none",
        ]),
        [
            "App/box: present",
            "App/entry: no such entry",
            "App/mode: m",
            "App/none: -",
            "App/pin: (not shown)",
            "App/url: a"
        ]
    );
    // A read of no file has no entry either.
    assert_eq!(told_by(&["check none.app entry record"]), ["App/entry: -"]);
    // Of two reads of one field the first value is told, and none hides one.
    for (first, second, shown) in [
        ("== a.app\nurl a", "== a.app\nurl b", "App/url: a"),
        ("== a.app\nlabel l", "== a.app\nurl b", "App/url: b"),
        ("== a.app\nurl a", "== a.app\nlabel l", "App/url: a"),
        ("", "== a.app\nurl b", "App/url: b"),
    ] {
        let mut sides = told((text, &["check a.app url"]), (text, &["check a.app url"]));
        sides.head().reads = vec![
            read(&files(first), "check a.app url record"),
            read(&files(second), "applies a.app url"),
        ];
        assert_eq!(values(sides.finding().head.as_ref()), [shown], "{first:?} {second:?}");
    }
}

#[test]
fn a_field_of_several_components_is_told_with_their_names() {
    let reads: &[&str] = &["check a.app url", "check b.app url", "check a.app mode", "raises b.app mode"];
    let text = "== a.app\nurl a\nmode m\n== b.app\nurl b\nmode n";
    let finding = told((text, reads), (text, reads)).finding();
    for view in [finding.base, finding.head] {
        assert_eq!(values(view.as_ref()), ["App/mode: m", "App:a/url: a", "App:b/url: b"]);
    }
}

#[test]
fn a_side_has_the_name_of_its_grade_or_its_number_and_the_doubts_where_it_is_undecided() {
    let grade = |rank| Measure::Grade { rank, name: "open".into() };
    let number = |value| Measure::Number {
        value,
        unit: "hours".into(),
    };
    for (standing, measure, told_as) in [
        (Standing::Violated, grade(2), Some("open")),
        (Standing::Violated, grade(0), Some("open")),
        (Standing::Undecided, grade(2), Some("at least open")),
        (Standing::Undecided, grade(0), None),
        (Standing::Satisfied, grade(2), None),
        (Standing::Satisfied, number(8), Some("8 hours")),
        (Standing::Violated, number(i64::MAX), Some("no documented limit")),
        (Standing::Violated, Measure::None, None),
    ] {
        let mut sides = told(("", &["check a.app url"]), ("", &["check a.app url"]));
        let head = sides.head();
        (head.standing, head.measure) = (standing, measure.clone());
        head.whys = vec![Why::NotInSource("App".into())];
        let view = sides.finding().head.unwrap();
        assert_eq!(view.grade.as_deref(), told_as, "{standing:?} {measure:?}");
        assert_eq!(view.whys.is_empty(), standing != Standing::Undecided, "{standing:?}");
    }
}

#[test]
fn a_reason_says_whether_it_holds_and_whether_this_change_made_it_so() {
    use Truth::{False, True, Unknown};
    let more = "raises-risk:\n  - { when: { field: App/url, equals: x }, because: it is loud }\n\
                lowers-risk:\n  - { when: { field: App/url, equals: y }, because: it is small }\n";
    let reasons = |base: Option<(Truth, Truth)>, head: (Truth, Truth)| -> Vec<String> {
        let reads: &[&str] = &["check a.app url"];
        let mut sides = told(("", if base.is_some() { reads } else { &[] }), ("", reads));
        sides.control = control(CHECK, "m", more);
        if let Some((raises, lowers)) = base {
            sides.base().raises = vec![raises];
            sides.base().lowers = vec![lowers];
        }
        sides.head().raises = vec![head.0];
        sides.head().lowers = vec![head.1];
        let say = |reason: &Reason| {
            let sign = if reason.raises { '+' } else { '-' };
            let new = if reason.changed { " (new)" } else { "" };
            format!("{sign} {}{new}", reason.because)
        };
        sides.finding().reasons.iter().map(say).collect()
    };
    for (base, head, said) in [
        (Some((True, True)), (True, True), vec!["+ it is loud", "- it is small"]),
        (
            Some((False, False)),
            (True, True),
            vec!["+ it is loud (new)", "- it is small (new)"],
        ),
        (
            Some((Unknown, Unknown)),
            (True, True),
            vec!["+ it is loud (new)", "- it is small (new)"],
        ),
        (
            Some((True, True)),
            (False, False),
            vec!["+ it is no longer true that it is small (new)"],
        ),
        (Some((True, True)), (Unknown, Unknown), vec![]),
        (Some((False, False)), (False, False), vec![]),
        (Some((False, Unknown)), (Unknown, False), vec![]),
        (None, (True, True), vec!["+ it is loud", "- it is small"]),
        (None, (False, False), vec![]),
    ] {
        assert_eq!(reasons(base, head), said, "{base:?} {head:?}");
    }
}

#[test]
fn why_a_control_cannot_be_judged_is_said_of_the_side_that_cannot() {
    use Standing::{Satisfied, Undecided, Violated};
    let why = |name: &str| vec![Why::NotInSource(name.into())];
    let now = "not in source: no Head file";
    let before = "cannot be compared with base: not in source: no Base file";
    let elsewhere = "retrieved differently: what would tell is no longer in the file";
    let gone = "not in source: 'A' is no longer there";
    for (base, head, unseen, said, new) in [
        (Some(Satisfied), Some(Undecided), Truth::False, now, true),
        (Some(Undecided), Some(Undecided), Truth::False, now, false),
        (Some(Satisfied), Some(Undecided), Truth::True, now, true),
        (None, Some(Undecided), Truth::False, now, true),
        (Some(Undecided), Some(Violated), Truth::False, before, true),
        (Some(Satisfied), Some(Violated), Truth::True, elsewhere, true),
        (Some(Satisfied), None, Truth::False, gone, true),
    ] {
        let reads = |side: Option<Standing>| if side.is_some() { &["check a.app url"][..] } else { &[] };
        let mut sides = told(("== a.app\nurl a", reads(base)), ("== a.app\nurl a", reads(head)));
        if let Some(standing) = base {
            sides.base().standing = standing;
            sides.base().whys = why("Base");
        }
        if let Some(standing) = head {
            sides.head().standing = standing;
            sides.head().whys = why("Head");
            sides.head().unseen = unseen;
        }
        let undecided = sides.case().undecided();
        assert_eq!(
            (undecided.reasons, undecided.new),
            (vec![said.to_owned()], new),
            "{base:?} {head:?}"
        );
    }
}

#[test]
fn members_that_cannot_be_held_against_the_other_side_are_named_beside_the_doubt() {
    for (weaker_when, side, said) in [
        ("added", Side::Head, "added, unless what is unknown at base stood for it: b"),
        ("removed", Side::Base, "gone, unless what is unknown at head stands for it: a"),
    ] {
        let reads: &[&str] = &["check a.app url"];
        let mut sides = told(("== a.app\nurl a", reads), ("== a.app\nurl b", reads));
        sides.control = control(
            &format!("{{ members: {{ from: [App/url], weaker-when: {weaker_when} }} }}"),
            "m",
            "",
        );
        sides.base().standing = Standing::Undecided;
        sides.head().standing = Standing::Undecided;
        sides.head().whys = vec![Why::NotInSource("Head".into())];
        let doubt = "not in source: no Head file";
        let undecided = sides.case().undecided();
        assert_eq!((undecided.reasons, undecided.new), (vec![doubt.to_owned()], false));
        sides.member(side, "check a.app url");
        let undecided = sides.case().undecided();
        assert_eq!((undecided.reasons, undecided.new), (vec![doubt.to_owned(), said.to_owned()], true));
        // What is retrieved differently is no member that came or went.
        sides.head().standing = Standing::Violated;
        sides.head().unseen = Truth::True;
        assert_eq!(sides.case().undecided().reasons.len(), 1);
    }
}
