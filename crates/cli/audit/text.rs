//! A posture for the terminal: what is violated, what cannot be known, and the verdict.

use std::fmt::Write as _;

use orgate_core::Severity;
use orgate_core::judge::Standing;
use orgate_core::posture::{Cell, Posture};
use orgate_core::report::verdict::Verdict;

use super::{conclusion, in_preview, risk};
use crate::output::escape::terminal;
use crate::output::facts::reasons;
use crate::output::style::{BOLD, DIM, GREEN, RED, RESET, YELLOW, wrapped};
use crate::output::waiver_notes;

/// The posture; when `quiet` only the summary and what is wrong with waivers.
pub(super) fn write(posture: &Posture, quiet: bool) -> String {
    let mut text = String::new();
    if quiet {
        waiver_notes(&mut text, &posture.waiver_notes);
    } else {
        for file in &posture.unreadable {
            let _ = writeln!(text, "{RED}unreadable{RESET}: {}", terminal(&file.path.to_string()));
            wrapped(&mut text, "    ", &file.reason);
        }
        let mut last = None;
        for cell in posture.violations() {
            let heading = (cell.waived.is_some(), cell.severity);
            if last != Some(heading) {
                let gap = if last.is_some() || !posture.unreadable.is_empty() {
                    "\n"
                } else {
                    ""
                };
                let word = if heading.0 { "waived" } else { cell.severity.as_str() };
                let _ = writeln!(text, "{gap}{}{word}{RESET}", paint(cell.severity, heading.0));
                last = Some(heading);
            }
            violation(&mut text, cell);
        }
        undecided(&mut text, posture);
        waiver_notes(&mut text, &posture.waiver_notes);
        if !text.is_empty() {
            text.push('\n');
        }
    }
    summary(&mut text, posture);
    text
}

fn paint(severity: Severity, waived: bool) -> &'static str {
    match severity {
        _ if waived => DIM,
        Severity::Critical | Severity::High => RED,
        Severity::Medium | Severity::Low => YELLOW,
    }
}

fn violation(text: &mut String, cell: &Cell) {
    let _ = writeln!(
        text,
        "  {:>4}  {BOLD}{}{RESET}  {}{}",
        cell.score.to_string(),
        terminal(&subject(cell)),
        cell.control.id,
        if in_preview(cell) { " (preview)" } else { "" }
    );
    if let Some(anchor) = &cell.anchor {
        let _ = writeln!(text, "        {DIM}{}:{}{RESET}", terminal(&anchor.path.to_string()), anchor.line);
    }
    wrapped(text, "        ", &cell.control.title);
    for reason in &cell.reasons {
        let word = if reason.raises { "higher" } else { "lower" };
        wrapped(text, &format!("        {word}: "), &reason.because);
    }
    if cell.low_confidence {
        wrapped(
            text,
            "        ",
            "low confidence: this rests on a default that Salesforce does not document",
        );
    }
    if let Some(waiver) = &cell.waived {
        wrapped(
            text,
            "        waived: ",
            &format!(
                "{} (approved by {}, until {} inclusive, UTC)",
                waiver.reason, waiver.approved_by, waiver.expires
            ),
        );
    }
}

fn subject(cell: &Cell) -> String {
    let copy = if cell.copy.is_empty() {
        String::new()
    } else {
        format!(" in {}", cell.copy)
    };
    format!("{}{copy}", cell.subject.name)
}

/// What cannot be known, with the controls of one subject and one reason together.
fn undecided(text: &mut String, posture: &Posture) {
    let mut groups: Vec<(String, Vec<&str>)> = Vec::new();
    for cell in posture.cells.iter().filter(|cell| cell.standing == Standing::Undecided) {
        let head = format!("{}: {}", subject(cell), reasons(&cell.view.whys));
        match groups.iter_mut().find(|(known, _)| *known == head) {
            Some((_, ids)) => ids.push(&cell.control.id),
            None => groups.push((head, vec![&cell.control.id])),
        }
    }
    if groups.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n{YELLOW}cannot be judged{RESET}");
    for (head, ids) in groups {
        let _ = writeln!(text, "  {}", terminal(&head));
        wrapped(text, "        ", &ids.join(", "));
    }
}

fn summary(text: &mut String, posture: &Posture) {
    let counts = posture.counts();
    let _ = writeln!(
        text,
        "audited {} ({} subjects, {} controls, {} files read)",
        terminal(&posture.snapshot),
        posture.subjects,
        posture.controls.len(),
        posture.files_read
    );
    let _ = writeln!(
        text,
        "{} violated, {} waived, {} excused, {} undecided, {} satisfied, {} not applicable; risk {}",
        counts.violated,
        counts.waived,
        counts.excused,
        counts.undecided,
        counts.satisfied,
        counts.not_applicable,
        risk(posture)
    );
    let (word, means) = conclusion(posture);
    let colour = match posture.verdict() {
        Verdict::Pass if word == Verdict::Pass.as_str() => GREEN,
        Verdict::Pass => YELLOW,
        Verdict::Fail | Verdict::NotDecided => RED,
    };
    let code = if posture.verdict() == Verdict::NotDecided {
        " (exit code 2)"
    } else {
        ""
    };
    let _ = writeln!(text, "{colour}{word}{RESET}: {means}{code}");
}
