//! One finding as a diagnostic: place, lines, how it stood and stands, risk, help.

use std::fmt::Write as _;

use orgate_core::Severity;
use orgate_core::compare::Outcome;
use orgate_core::policy::Status;
use orgate_core::report::{Evidence, Finding, Side, SideView};
use orgate_diff::LineMap;
use orgate_metadata::LineIndex;

use super::super::escape::terminal;
use super::super::facts;
use super::super::snippet::{Gone, Snippets};
use super::super::style::{BLUE, BOLD, GREEN, RED, RESET, YELLOW};
use super::{Suggest, note, side_note};
use crate::fix::suggest::Suggestion;

fn colour(finding: &Finding) -> (&'static str, &'static str) {
    match (finding.outcome, finding.fails, finding.severity) {
        (Outcome::Review, ..) => (BLUE, "review"),
        (_, false, _) => (YELLOW, "warning"),
        (_, true, Severity::Low | Severity::Medium) => (YELLOW, "error"),
        (_, true, _) => (RED, "error"),
    }
}

/// What got weaker, where, and how to mend it.
pub(super) fn show(text: &mut String, finding: &Finding, suggest: Suggest<'_>, lines: &Snippets<'_>) {
    let (paint, word) = colour(finding);
    let anchor = &finding.anchor;
    let _ = writeln!(
        text,
        "{paint}{word}[{}]{RESET}{BOLD}: {}{RESET}",
        finding.control.id,
        terminal(&finding.message)
    );
    let number = anchor.line.to_string();
    let pad = " ".repeat(number.len());
    let _ = writeln!(
        text,
        "{pad} {BLUE}-->{RESET} {}:{}:{}{}",
        terminal(&anchor.path.to_string()),
        anchor.line,
        anchor.column,
        side_note(anchor.side)
    );
    // The element at the anchor is not among the evidence of head, so it is the one that only base has.
    let evidence = |side: Side| finding.evidence.iter().filter(move |evidence| evidence.side == side);
    let elsewhere = |old: &&Evidence| evidence(Side::Head).any(|new| new.field == old.field);
    // Only what went is shown as gone, best what stood where the anchor points.
    let gone = |old: &Evidence| match anchor.side {
        Side::Base => Some(Gone::Here),
        Side::Head => lines.gone((&old.path, old.line), (&anchor.path, anchor.line)),
    };
    let old = evidence(Side::Base)
        .filter(|old| old.value.is_some())
        .filter_map(|old| Some((gone(old)?, elsewhere(&old), old)))
        .min_by_key(|(gone, elsewhere, _)| (*gone, *elsewhere))
        .map(|(.., old)| old);
    let mut shown = Vec::new();
    if let Some(old) = old
        && let Some(line) = lines.line(Side::Base, &old.path, old.line)
    {
        shown.push((old.line, '-', RED, line));
    }
    if let Some(line) = lines.line(anchor.side, &anchor.path, anchor.line) {
        let mark = if anchor.end.is_some() { '+' } else { '|' };
        shown.push((anchor.line, mark, if mark == '+' { GREEN } else { BLUE }, line));
    }
    if !shown.is_empty() {
        let width = shown.iter().map(|(line, ..)| line.to_string().len()).max().unwrap_or(1);
        let _ = writeln!(text, "{:width$} {BLUE}|{RESET}", "");
        for (line, mark, paint, content) in shown {
            let _ = writeln!(text, "{BLUE}{line:>width$}{RESET} {paint}{mark} {content}{RESET}");
        }
        let _ = writeln!(text, "{:width$} {BLUE}|{RESET}", "");
    }
    let before = standing(finding, finding.base.as_ref(), finding.head.as_ref());
    let after = standing(finding, finding.head.as_ref(), finding.base.as_ref());
    // Of a set of blocks the message names what is new, and there are no values to tell apart.
    if before != after {
        note(text, "was", &before);
        note(text, "is", &after);
    }
    let mut risk = format!("{} {} ({})", finding.severity, finding.score, facts::range(finding));
    for reason in &finding.reasons {
        let _ = write!(
            risk,
            "; {} because {}",
            if reason.raises { "higher" } else { "lower" },
            reason.because
        );
    }
    note(text, "risk", &risk);
    if finding.low_confidence {
        note(text, "confidence", "low: this rests on a default that Salesforce does not document");
    }
    if finding.outcome == Outcome::Introduced {
        note(
            text,
            "new",
            if finding.base.is_none() {
                "the app or setting is new in this change"
            } else {
                "base could not be judged, or the control did not apply there"
            },
        );
    }
    if finding.control.status == Status::Preview {
        note(text, "preview", "this control is new and never fails a change");
    }
    let others: Vec<String> = finding
        .evidence
        .iter()
        .filter(|evidence| evidence.path != anchor.path)
        .map(|evidence| format!("{}:{}{}", evidence.path, evidence.line, side_note(evidence.side)))
        .collect();
    if let Some(first) = others.first() {
        note(text, "see also", first);
    }
    note(text, "why", &finding.control.why);
    note(text, "help", &finding.control.remediation);
    if let Some(suggestion) = suggest(finding) {
        fix(text, &suggestion, finding, lines);
    }
    text.push('\n');
}

/// What `orgate fix` would write: the lines before and after.
fn fix(text: &mut String, suggestion: &Suggestion, finding: &Finding, lines: &Snippets<'_>) {
    let place = if suggestion.path == finding.anchor.path {
        String::new()
    } else {
        format!(" in {}", suggestion.path)
    };
    note(text, "fix", &format!("{}{place}, as `orgate fix` does", suggestion.text()));
    let (before, after) = (LineIndex::new(&suggestion.before), LineIndex::new(&suggestion.after));
    for hunk in LineMap::new(&suggestion.before, &suggestion.after).hunks() {
        let gone = hunk.base.clone().map(|line| ('-', RED, line, &before));
        let came = hunk.head.clone().map(|line| ('+', GREEN, line, &after));
        for (mark, paint, line, file) in gone.chain(came) {
            let number = line.saturating_add(1);
            if let Some(content) = lines.excerpt(file, number) {
                let _ = writeln!(text, "     {BLUE}{number}{RESET} {paint}{mark} {}{RESET}", content.trim_start());
            }
        }
    }
}

/// How a side stood, with the values that differ from the other side.
fn standing(finding: &Finding, view: Option<&SideView>, other: Option<&SideView>) -> String {
    let Some(view) = view else { return "not there".to_owned() };
    // Where both stand the same, only the values tell them apart.
    let mut said = match other {
        Some(other) if other.standing == view.standing && view.grade.is_none() => String::new(),
        _ => view.standing.as_str().to_owned(),
    };
    if let Some(grade) = &view.grade {
        let _ = write!(said, " ({grade})");
    }
    let differs = |field: &str, value: &Option<String>| other.is_none_or(|other| other.values.get(field) != Some(value));
    let values: Vec<String> = view
        .values
        .iter()
        .filter(|(field, value)| differs(field, value))
        .take(4)
        .map(|(field, value)| {
            let name = facts::field_name(finding, field);
            // What is no element of the file that is shown keeps its full name.
            let short = if name.len() < field.len() {
                name.rsplit('/').next().unwrap_or(name)
            } else {
                name
            };
            format!("{short} {}", value.as_deref().unwrap_or("not set"))
        })
        .collect();
    if !values.is_empty() {
        let colon = if said.is_empty() { "" } else { ": " };
        let _ = write!(said, "{colon}{}", values.join(", "));
    }
    if said.is_empty() {
        view.standing.as_str().clone_into(&mut said);
    }
    said
}
