//! What several writers say about a report, worked out once.

use std::collections::BTreeSet;
use std::sync::Arc;

use orgate_core::policy::Status;
use orgate_core::report::verdict::Verdict;
use orgate_core::report::{Finding, Report, SettingsFrom, SideView, SubjectRef, Undecided};
use orgate_core::settings::FailOn;
use orgate_core::{Control, Outcome, Severity};

/// How much a finding weighs for the reader of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Weight {
    /// Fails the change.
    Error,
    /// Got weaker, without failing it.
    Warning,
    /// For a person to look at.
    Notice,
}

pub(crate) fn weight(finding: &Finding) -> Weight {
    if finding.fails {
        Weight::Error
    } else if finding.is_note() || finding.severity == Severity::Low {
        Weight::Notice
    } else {
        Weight::Warning
    }
}

/// The findings that no waiver covers, worst first.
pub(crate) fn open(report: &Report) -> impl Iterator<Item = &Finding> {
    report.findings.iter().filter(|finding| finding.waived.is_none())
}

/// One field before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    /// The field without its type, or `grade`.
    pub(crate) field: String,
    pub(crate) before: Value,
    pub(crate) after: Value,
}

/// The value of a field on one side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    /// What it says.
    Text(String),
    /// The element is not there.
    NotSet,
    /// The whole subject is not there, or the field was not looked at.
    Absent,
}

impl Value {
    pub(crate) fn plain(&self) -> &str {
        match self {
            Self::Text(text) => text,
            Self::NotSet => "not set",
            Self::Absent => "not there",
        }
    }
}

/// The name of a field beside the place of a finding: without its type where that is the type of the file there.
pub(crate) fn field_name<'f>(finding: &Finding, field: &'f str) -> &'f str {
    match (field.split_once('/'), &finding.anchor_type) {
        (Some((type_name, _)), Some(here)) if type_name != &**here => field,
        (Some((_, path)), _) => path,
        (None, _) => field,
    }
}

/// The fields that decided and differ between the sides; all that decided when none differs.
pub(crate) fn changes(finding: &Finding) -> Vec<Change> {
    let views = [finding.base.as_ref(), finding.head.as_ref()];
    let fields: BTreeSet<&Arc<str>> = views.into_iter().flatten().flat_map(|view| view.values.keys()).collect();
    let value = |view: Option<&SideView>, field: &Arc<str>| match view.and_then(|view| view.values.get(field)) {
        Some(Some(text)) => Value::Text(text.clone()),
        Some(None) => Value::NotSet,
        None => Value::Absent,
    };
    let grade = |view: Option<&SideView>| view.and_then(|view| view.grade.clone()).map_or(Value::Absent, Value::Text);
    let graded = (grade(views[0]) != grade(views[1])).then(|| Change {
        field: "grade".to_owned(),
        before: grade(views[0]),
        after: grade(views[1]),
    });
    let all: Vec<Change> = fields
        .into_iter()
        .map(|field| Change {
            field: field_name(finding, field).to_owned(),
            before: value(views[0], field),
            after: value(views[1], field),
        })
        .collect();
    let differing: Vec<Change> = all.iter().filter(|change| change.before != change.after).cloned().collect();
    let chosen = if differing.is_empty() { all } else { differing };
    graded.into_iter().chain(chosen).collect()
}

/// What raised and lowered the risk, one sentence each; without what the message of a worsened finding already names.
pub(crate) fn risk(finding: &Finding) -> Vec<String> {
    finding
        .reasons
        .iter()
        .filter(|reason| !(reason.changed && finding.outcome == Outcome::Worsened))
        .map(|reason| {
            let word = if reason.raises { "higher" } else { "lower" };
            format!("The risk is {word} here: {}.", reason.because.trim().trim_end_matches('.'))
        })
        .collect()
}

/// Why something cannot be judged, in one order, whichever was met first.
pub(crate) fn reasons(reasons: &[String]) -> String {
    let mut sorted: Vec<&str> = reasons.iter().map(String::as_str).collect();
    sorted.sort_unstable();
    sorted.join("; ")
}

/// Controls that cannot be judged, those of one subject with one reason together.
pub(crate) struct Unknown<'a> {
    pub(crate) first: &'a Undecided,
    pub(crate) reason: String,
    pub(crate) controls: Vec<&'a Control>,
}

impl Unknown<'_> {
    pub(crate) fn ids(&self) -> String {
        self.controls.iter().map(|control| &*control.id).collect::<Vec<_>>().join(", ")
    }
}

pub(crate) fn unknown(report: &Report) -> Vec<Unknown<'_>> {
    let mut groups: Vec<Unknown<'_>> = Vec::new();
    for entry in &report.undecided {
        let reason = reasons(&entry.reasons);
        let same =
            |group: &&mut Unknown<'_>| group.first.subject == entry.subject && group.reason == reason && group.first.new == entry.new;
        match groups.iter_mut().find(same) {
            Some(group) => group.controls.push(&entry.control),
            None => groups.push(Unknown {
                first: entry,
                reason,
                controls: vec![&entry.control],
            }),
        }
    }
    groups
}

/// How many controls cannot be judged: since this change, and before it already.
pub(crate) fn unjudged(report: &Report) -> (usize, usize) {
    let new = report.undecided.iter().filter(|entry| entry.new).count();
    (new, report.undecided.len().saturating_sub(new))
}

/// What to add to a verdict that passes, so that nobody takes it for more than it is; begins with a semicolon.
pub(crate) fn but_unjudged(count: usize) -> String {
    if count == 0 {
        String::new()
    } else {
        format!("; {} could not be judged", plural(count, "control"))
    }
}

/// What could not be judged before the change either is no news: one sentence.
pub(crate) fn standing_unjudged(report: &Report) -> Option<String> {
    let (_, standing) = unjudged(report);
    (standing > 0).then(|| format!("{} could not be judged before this change either", plural(standing, "control")))
}

/// `connected-app 'Portal'`.
pub(crate) fn subject(subject: &SubjectRef) -> String {
    format!("{} '{}'", subject.kind.as_str(), subject.name)
}

pub(crate) fn plural(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// The verdict in one sentence.
pub(crate) fn verdict(report: &Report) -> String {
    let failing = report.findings.iter().filter(|finding| finding.fails).count();
    match report.verdict() {
        Verdict::NotDecided => {
            let fatal = report.unreadable.iter().filter(|file| file.fatal).count();
            let verb = if fatal == 1 { "is" } else { "are" };
            format!(
                "{} {verb} no readable metadata, so the gate cannot judge.",
                plural(fatal, "changed file")
            )
        }
        Verdict::Fail if failing == 0 => "Something can no longer be judged or the gate itself is loosened, and `strict` is on.".to_owned(),
        Verdict::Fail => format!("{} got weaker.", plural(failing, "control")),
        Verdict::Pass => {
            let what = if open(report).next().is_some() {
                "Nothing that fails the change got weaker"
            } else {
                "Nothing got weaker"
            };
            format!("{what}{}.", but_unjudged(unjudged(report).0))
        }
    }
}

/// The verdict in a word or two, and what it means; backticks mark code. Where nothing can fail, nothing passed either.
pub(crate) fn conclusion(report: &Report) -> (&'static str, String) {
    let failing = report.findings.iter().filter(|finding| finding.fails).count();
    let fail_on = report.thresholds.fail_on;
    let unjudged = but_unjudged(unjudged(report).0);
    match report.verdict() {
        Verdict::Pass if fail_on == FailOn::Never && open(report).next().is_some() => {
            let worst = open(report).map(|finding| finding.severity).max().unwrap_or(Severity::Low);
            (
                "not gated",
                format!(
                    "{}, the worst {worst}, and none of it fails, as `fail-on` is `{}`{unjudged}",
                    plural(open(report).count(), "finding"),
                    fail_on.as_str()
                ),
            )
        }
        Verdict::Pass => {
            let aside = but_shown(report);
            (
                "pass",
                format!("nothing at or above `{}` got weaker{aside}{unjudged}", fail_on.as_str()),
            )
        }
        Verdict::Fail if failing == 0 => (
            "fail",
            "`strict` is on, and something can no longer be judged or the gate itself is loosened".to_owned(),
        ),
        Verdict::Fail => ("fail", format!("{} got weaker", plural(failing, "control"))),
        Verdict::NotDecided => ("not decided", "a changed file cannot be read, so the gate cannot judge".to_owned()),
    }
}

/// What a pass leaves out.
pub(crate) const PREVIEW_ASIDE: &str = ", controls in preview aside";

/// What else a pass lets through: weaker, but by a control that never fails a change.
fn but_shown(report: &Report) -> &'static str {
    let preview = |finding: &Finding| finding.control.status == Status::Preview && finding.outcome != Outcome::Review;
    if open(report).any(preview) { PREVIEW_ASIDE } else { "" }
}

/// How much a finding of its control may weigh, and who says so.
pub(crate) fn range(finding: &Finding) -> String {
    let source = &finding.control.source;
    let whose = if source.estimated { "our estimate is" } else { "the source says" };
    format!("{whose} {} to {}", source.range.min, source.range.max)
}

/// By whose settings a run judged, to be said after "this run".
pub(crate) fn judged_by(report: &Report) -> &'static str {
    match report.settings_from {
        SettingsFrom::Base => "still used the settings of base",
        SettingsFrom::Head => "used the settings of head already",
        SettingsFrom::File => "used the settings that --config-from names",
    }
}

/// How much was looked at.
pub(crate) fn work(report: &Report) -> String {
    let work = &report.work;
    if report.judged_nothing() {
        return format!(
            "Nothing to judge: the change touches no metadata that a control reads ({} in force, {} read).",
            plural(work.controls, "control"),
            plural(work.files_read, "file")
        );
    }
    format!(
        "{} judged by {} ({} on both sides, {} read), {} unchanged old debt.",
        plural(work.subjects, "touched subject"),
        plural(work.controls, "control"),
        plural(work.judged, "judgement"),
        plural(work.files_read, "file"),
        report.old_debt
    )
}
