//! `text`: for people, in the shape of a compiler's diagnostics. Everything that came from a file is made harmless.

use std::fmt::Write as _;
use std::io;

use orgate_core::Severity;
use orgate_core::compare::Outcome;
use orgate_core::policy::Status;
use orgate_core::report::verdict::Verdict;
use orgate_core::report::{Evidence, Finding, Report, Side, SideView};
use orgate_diff::LineMap;
use orgate_metadata::LineIndex;

use super::escape::terminal;
use super::facts;
use super::guard;
use super::snippet::{Files, Snippets, shown};
use crate::args::Global;
use crate::fix::suggest::Suggestion;

const BOLD: &str = "\x1b[1m";
const RED: &str = "\x1b[1;31m";
const YELLOW: &str = "\x1b[1;33m";
const BLUE: &str = "\x1b[1;34m";
const GREEN: &str = "\x1b[1;32m";
const DIM: &str = "\x1b[2m";
const RESET: &str = "\x1b[0m";
const WIDTH: usize = 100;

/// The edit that mends a finding.
pub(crate) type Suggest<'a> = &'a dyn Fn(&Finding) -> Option<Suggestion>;

/// Writes the report.
pub(crate) fn write(
    report: &Report,
    head: Files<'_>,
    base: Files<'_>,
    suggest: Suggest<'_>,
    global: &Global,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let (head, base) = (Snippets::new(head), Snippets::new(base));
    let mut text = String::new();
    if !global.quiet {
        for file in &report.unreadable {
            let colour = if file.fatal { RED } else { YELLOW };
            let word = if file.fatal { "error" } else { "warning" };
            let place = if file.line > 0 {
                format!(":{}:{}", file.line, file.column)
            } else {
                String::new()
            };
            let _ = writeln!(text, "{colour}{word}{RESET}{BOLD}: cannot read this file as metadata{RESET}");
            let _ = writeln!(
                text,
                "  {BLUE}-->{RESET} {}{place}{}",
                terminal(&file.path.to_string()),
                side_note(file.side)
            );
            note(&mut text, "reason", &file.reason);
            text.push('\n');
        }
        for finding in report.findings.iter().filter(|finding| finding.waived.is_none()) {
            show(&mut text, finding, suggest, &head, &base);
        }
        undecided(&mut text, report, global.verbose > 0);
        rest(&mut text, report);
    }
    summary(&mut text, report);
    out.write_all(guard::defused(&text).as_bytes())
}

fn side_note(side: Side) -> &'static str {
    match side {
        Side::Base => " (at base)",
        Side::Head => "",
    }
}

fn colour(finding: &Finding) -> (&'static str, &'static str) {
    match (finding.outcome, finding.fails, finding.severity) {
        (Outcome::Review, ..) => (BLUE, "review"),
        (_, false, _) => (YELLOW, "warning"),
        (_, true, Severity::Low | Severity::Medium) => (YELLOW, "error"),
        (_, true, _) => (RED, "error"),
    }
}

fn show(text: &mut String, finding: &Finding, suggest: Suggest<'_>, head: &Snippets<'_>, base: &Snippets<'_>) {
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
    let old = finding
        .evidence
        .iter()
        .find(|evidence| evidence.side == Side::Base && evidence.value.is_some());
    let mut shown = Vec::new();
    // What stood in another file that head keeps was not replaced by this line.
    let replaced = |old: &&Evidence| old.path == anchor.path || head.line(&old.path, 1).is_none();
    if let Some(old) = old.filter(replaced)
        && let Some(line) = base.line(&old.path, old.line)
    {
        shown.push((old.line, '-', RED, line));
    }
    let files = if anchor.side == Side::Base { base } else { head };
    if let Some(line) = files.line(&anchor.path, anchor.line) {
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
    note(text, "was", &standing(finding.base.as_ref(), finding.head.as_ref()));
    note(text, "is", &standing(finding.head.as_ref(), finding.base.as_ref()));
    let range = finding.control.source.range;
    let mut risk = format!(
        "{} {} (the source says {} to {})",
        finding.severity, finding.score, range.min, range.max
    );
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
        fix(text, &suggestion, finding);
    }
    text.push('\n');
}

/// What `orgate fix` would write: the lines before and after.
fn fix(text: &mut String, suggestion: &Suggestion, finding: &Finding) {
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
            if let Some(content) = file.line(number).and_then(shown) {
                let _ = writeln!(text, "     {BLUE}{number}{RESET} {paint}{mark} {}{RESET}", content.trim_start());
            }
        }
    }
}

/// How a side stood, with the values that differ from the other side.
fn standing(view: Option<&SideView>, other: Option<&SideView>) -> String {
    let Some(view) = view else { return "not there".to_owned() };
    // Where both stand the same, only the values tell them apart.
    let mut said = match other {
        Some(other) if other.standing == view.standing && view.grade.is_none() => String::new(),
        _ => view.standing.as_str().to_owned(),
    };
    if let Some(grade) = &view.grade {
        let _ = write!(said, " ({grade})");
    }
    let differs = |field: &String, value: &Option<String>| other.is_none_or(|other| other.values.get(field) != Some(value));
    let values: Vec<String> = view
        .values
        .iter()
        .filter(|(field, value)| differs(field, value))
        .take(4)
        .map(|(field, value)| {
            format!(
                "{} {}",
                field.rsplit('/').next().unwrap_or(field),
                value.as_deref().unwrap_or("not set")
            )
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

/// `= label: text`, wrapped.
fn note(text: &mut String, label: &str, content: &str) {
    let lead = format!("   = {label}: ");
    let indent = " ".repeat(lead.len());
    let mut line = format!("   {BLUE}={RESET} {BOLD}{label}{RESET}: ");
    let mut width = lead.len();
    let mut first = true;
    for word in content.split_whitespace() {
        let word = terminal(word);
        let length = word.chars().count();
        if !first && width.saturating_add(length).saturating_add(1) > WIDTH {
            let _ = writeln!(text, "{}", line.trim_end());
            line.clone_from(&indent);
            width = indent.len();
            first = true;
        }
        if !first {
            line.push(' ');
            width = width.saturating_add(1);
        }
        line.push_str(&word);
        width = width.saturating_add(length);
        first = false;
    }
    let _ = writeln!(text, "{}", line.trim_end());
}

/// What cannot be judged. What could not be judged before either is counted only, unless `all` is asked for.
fn undecided(text: &mut String, report: &Report, all: bool) {
    let mut groups: Vec<(String, Vec<&str>)> = Vec::new();
    for entry in report.undecided.iter().filter(|entry| all || entry.new) {
        let head = format!(
            "{} '{}': {}",
            entry.subject.kind.as_str(),
            terminal(&entry.subject.name),
            terminal(&entry.reasons.join("; "))
        );
        match groups.iter_mut().find(|(known, _)| *known == head) {
            Some((_, ids)) => ids.push(&entry.control.id),
            None => groups.push((head, vec![&entry.control.id])),
        }
    }
    for (head, ids) in groups {
        let _ = writeln!(text, "{YELLOW}undecided{RESET}{BOLD}: {head}{RESET}");
        note(text, "not judged", &ids.join(", "));
        text.push('\n');
    }
    if let Some(standing) = facts::standing_unjudged(report).filter(|_| !all) {
        let _ = writeln!(text, "{DIM}{standing}; -v lists them{RESET}\n");
    }
}

fn rest(text: &mut String, report: &Report) {
    for entry in &report.loosened {
        let _ = writeln!(
            text,
            "{YELLOW}gate loosened{RESET}{BOLD}: {}{RESET} in {}",
            terminal(&entry.text),
            terminal(&entry.path.to_string())
        );
        note(
            text,
            "note",
            "this run still used the settings of base; look at the change before it is merged",
        );
        text.push('\n');
    }
    for finding in &report.findings {
        if let Some(used) = &finding.waived {
            let waiver = &used.waiver;
            let _ = writeln!(text, "{DIM}waived[{}]: {}{RESET}", finding.control.id, terminal(&finding.message));
            note(
                text,
                "reason",
                &format!(
                    "{} (approved by {}, until {} inclusive, UTC)",
                    waiver.reason, waiver.approved_by, waiver.expires
                ),
            );
        }
    }
    for line in &report.waiver_notes {
        let _ = writeln!(text, "{YELLOW}warning{RESET}: {}", terminal(line));
    }
    for warning in &report.warnings {
        let place = warning
            .path
            .as_ref()
            .map(|path| format!("{}: ", terminal(&path.to_string())))
            .unwrap_or_default();
        let _ = writeln!(text, "{YELLOW}warning{RESET}: {place}{}", terminal(&warning.text));
    }
    for better in &report.better {
        let _ = writeln!(
            text,
            "{GREEN}{}{RESET}: {} on {} '{}'",
            better.outcome.as_str(),
            better.control.id,
            better.subject.kind.as_str(),
            terminal(&better.subject.name)
        );
    }
    if !text.is_empty() && !text.ends_with("\n\n") {
        text.push('\n');
    }
}

fn plural(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// The verdict with its proof of work.
fn summary(text: &mut String, report: &Report) {
    let work = &report.work;
    let compared = &report.compared;
    let _ = writeln!(
        text,
        "compared {} with {} ({})",
        terminal(&compared.base),
        terminal(&compared.head),
        terminal(&compared.why)
    );
    let count = |outcome: Outcome| {
        report
            .findings
            .iter()
            .filter(|finding| finding.outcome == outcome && finding.waived.is_none())
            .count()
    };
    let better = report.better.len();
    if work.subjects == 0 && report.findings.is_empty() && report.undecided.is_empty() && report.unreadable.is_empty() {
        let _ = writeln!(
            text,
            "nothing to judge: the change touches no metadata that a control reads ({} in force, {} read)",
            plural(work.controls, "control"),
            plural(work.files_read, "file")
        );
    } else {
        let _ = writeln!(
            text,
            "judged {} with {} ({} on both sides, {} read): {} regressed, {} introduced, {} worsened, {} to review, {} undecided, {} unreadable, {better} better, {} unchanged old debt, {} waived",
            plural(work.subjects, "touched subject"),
            plural(work.controls, "control"),
            plural(work.judged, "judgement"),
            plural(work.files_read, "file"),
            count(Outcome::Regressed),
            count(Outcome::Introduced),
            count(Outcome::Worsened),
            count(Outcome::Review),
            facts::unjudged(report).0,
            report.unreadable.len(),
            report.old_debt,
            report.findings.iter().filter(|finding| finding.waived.is_some()).count(),
        );
    }
    let failing = report.findings.iter().filter(|finding| finding.fails).count();
    let line = match report.verdict() {
        Verdict::Pass => format!(
            "{GREEN}pass{RESET}: nothing at or above `{}` got weaker{}",
            report.thresholds.fail_on.as_str(),
            facts::but_unjudged(facts::unjudged(report).0)
        ),
        Verdict::Fail if failing == 0 => {
            format!("{RED}fail{RESET}: --strict, and something can no longer be judged or the gate itself is loosened")
        }
        Verdict::Fail => format!("{RED}fail{RESET}: {} got weaker", plural(failing, "control")),
        Verdict::NotDecided => format!("{RED}not decided{RESET}: a changed file cannot be read, so the gate cannot judge (exit code 2)"),
    };
    let _ = writeln!(text, "{line}");
}

/// The text without colours, for sinks that have none.
#[cfg(test)]
pub(crate) fn plain(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}
