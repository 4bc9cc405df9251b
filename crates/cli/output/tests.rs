//! What the writers say about reports that hold nothing odd.

use std::sync::Arc;

use orgate_core::Report;
use orgate_core::report::Undecided;

use super::hostile::written;
use super::sample::{controls, sample_report};
use super::{facts, github, markdown, text};
use crate::args::{ColorWhen, Global};

fn written_with_colours(write: impl Fn(&mut Vec<u8>) -> std::io::Result<()>) -> String {
    let mut out = Vec::new();
    write(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn a_pass_names_what_was_not_judged() {
    let sample = sample_report("App");
    let one = |id: usize, new: bool| Undecided {
        control: Arc::clone(&controls()[id]),
        new,
        gone: false,
        ..sample.undecided[0].clone()
    };
    let mut report = Report {
        undecided: vec![one(0, true), one(1, true), one(2, false)],
        controls: controls(),
        ..Report::default()
    };
    let said = |report: &Report, verbose: u8| {
        let global = Global {
            verbose,
            quiet: false,
            color: ColorWhen::Never,
        };
        text::plain(&written_with_colours(|out| {
            text::write(report, text::Context::nothing(&orgate_core::Registry::default()), &global, out)
        }))
    };
    let (short, long) = (said(&report, 0), said(&report, 1));
    assert!(short.ends_with("got weaker; 2 controls could not be judged\n"), "{short}");
    assert!(
        short.contains("1 control could not be judged before this change either; -v lists them"),
        "{short}"
    );
    let standing = &*controls()[2].id;
    assert!(!short.contains(standing) && long.contains(standing), "{short}\n{long}");
    assert!(!long.contains("-v lists"), "{long}");
    let page = written(|out| markdown::write(&report, markdown::LIMIT, out));
    assert!(page.contains("Nothing got weaker; 2 controls could not be judged."), "{page}");
    assert!(
        page.contains("1 control could not be judged before this change either") && !page.contains(standing),
        "{page}"
    );
    let annotations = written(|out| github::write(&report, out));
    assert!(!annotations.contains(standing), "{annotations}");
    report.undecided.clear();
    let short = said(&report, 0);
    assert!(!short.contains("could not be judged"), "{short}");
}

#[test]
fn where_nothing_can_fail_nothing_passed() {
    let mut report = sample_report("App");
    report.unreadable.clear();
    report.thresholds.fail_on = orgate_core::settings::FailOn::Never;
    report.findings.iter_mut().for_each(|finding| finding.fails = false);
    let (verdict, meaning) = facts::conclusion(&report);
    assert_eq!(verdict, "not gated", "{meaning}");
    assert!(
        meaning.contains("the worst high, and none of it fails, as `fail-on` is `never`"),
        "{meaning}"
    );
    report.findings.clear();
    assert_eq!(facts::conclusion(&report).0, "pass");
}

#[test]
fn reasons_in_another_order_are_the_same_reasons() {
    let sample = sample_report("App");
    let one = |id: usize, reasons: [&str; 2]| Undecided {
        control: Arc::clone(&controls()[id]),
        reasons: reasons.map(str::to_owned).to_vec(),
        ..sample.undecided[0].clone()
    };
    let report = Report {
        undecided: vec![one(0, ["no a", "no b"]), one(1, ["no b", "no a"])],
        controls: controls(),
        ..Report::default()
    };
    let global = Global {
        verbose: 0,
        quiet: false,
        color: ColorWhen::Never,
    };
    let said = text::plain(&written_with_colours(|out| {
        text::write(&report, text::Context::nothing(&orgate_core::Registry::default()), &global, out)
    }));
    let page = written(|out| markdown::write(&report, markdown::LIMIT, out));
    for text in [said, page] {
        assert_eq!(text.matches("no a; no b").count(), 1, "{text}");
    }
}

#[test]
fn a_finding_in_preview_says_so_in_markdown() {
    let mut report = sample_report("App");
    let finding = &mut report.findings[0];
    let mut control = orgate_core::Control::clone(&finding.control);
    control.status = orgate_core::policy::Status::Preview;
    finding.control = Arc::new(control);
    finding.fails = false;
    let page = written(|out| markdown::write(&report, markdown::LIMIT, out));
    assert_eq!(page.matches("<br>in preview, never fails").count(), 1, "{page}");
}

#[test]
fn quiet_leaves_out_no_waiver_that_is_wrong() {
    let report = Report {
        waiver_notes: vec!["the waiver of `a` for 'b' expired".to_owned()],
        ..sample_report("App")
    };
    let global = Global {
        verbose: 0,
        quiet: true,
        color: ColorWhen::Never,
    };
    let said = text::plain(&written_with_colours(|out| {
        text::write(&report, text::Context::nothing(&orgate_core::Registry::default()), &global, out)
    }));
    assert!(said.starts_with("warning: the waiver of `a` for 'b' expired\ncompared "), "{said}");
    assert!(!said.contains("error["), "{said}");
}

#[test]
fn at_most_ten_annotations_of_a_level() {
    let mut report = sample_report("App");
    let one = report.findings[0].clone();
    report.findings = (0..25).map(|_| one.clone()).collect();
    let text = written(|out| github::write(&report, out));
    let errors: Vec<&str> = text.lines().filter(|line| line.starts_with("::error")).collect();
    assert_eq!(errors.len(), 10);
    assert!(errors[9].contains("17 more are not shown"), "{}", errors[9]);
}
