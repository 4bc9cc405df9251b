//! `gitlab-codequality`: the one report that GitLab shows in a merge request on every plan.

use std::io;

use orgate_core::Severity;
use orgate_core::report::{Finding, Report};
use serde::Serialize;

use super::escape::visible;
use super::facts;

#[derive(Serialize)]
struct Item<'a> {
    description: String,
    check_name: &'a str,
    /// GitLab shows entries with equal fingerprints once, and compares with the target branch by them.
    fingerprint: &'a str,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
}

/// Writes the findings that no waiver covers; nothing but the empty list with `empty`, which is what the default branch
/// needs so that merge requests have something to be compared with.
pub(crate) fn write(report: &Report, empty: bool, out: &mut dyn io::Write) -> io::Result<()> {
    let shown = facts::open(report).filter(|_| !empty);
    let items: Vec<Item<'_>> = shown.map(item).collect();
    sarif::json::write(&items, true, out)
}

fn item(finding: &Finding) -> Item<'_> {
    Item {
        description: visible(&finding.message).into_owned(),
        check_name: &finding.control.id,
        fingerprint: &finding.fingerprint,
        severity: severity(finding),
        location: Location {
            path: finding.anchor.path.to_string(),
            lines: Lines {
                begin: finding.anchor.line.max(1),
            },
        },
    }
}

fn severity(finding: &Finding) -> &'static str {
    if finding.is_note() {
        return "info";
    }
    match finding.severity {
        Severity::Critical => "blocker",
        Severity::High => "critical",
        Severity::Medium => "major",
        Severity::Low => "minor",
    }
}
