//! `text`: for people, in the shape of a compiler's diagnostics. Everything that came from a file is made harmless.

mod finding;

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io;

use rayon::prelude::*;

use orgate_core::Registry;
use orgate_core::compare::Outcome;
use orgate_core::report::verdict::Verdict;
use orgate_core::report::{Finding, Report, Side};

use super::escape::terminal;
use super::facts::{self, plural};
use super::guard;
use super::redact::Redactor;
use super::snippet::{Files, Snippets};
use super::style::{BLUE, BOLD, DIM, GREEN, RED, RESET, YELLOW, wrapped_at};
use crate::args::Global;
use crate::fix::suggest::Suggestion;

/// The edit that mends a finding.
pub(crate) type Suggest<'a> = &'a (dyn Fn(&Finding) -> Option<Suggestion> + Sync);

/// What findings are shown with: the files of both sides, and the edits that mend them.
#[derive(Clone, Copy)]
pub(crate) struct Context<'a> {
    pub(crate) head: Files<'a>,
    pub(crate) base: Files<'a>,
    pub(crate) suggest: Suggest<'a>,
    pub(crate) registry: &'a Registry,
}

#[cfg(test)]
impl<'a> Context<'a> {
    /// No files and no edits.
    pub(super) const fn nothing(registry: &'a Registry) -> Self {
        Self {
            head: &|_| None,
            base: &|_| None,
            suggest: &|_| None,
            registry,
        }
    }
}

/// Fewer findings than this are shown by one thread.
const SOME: usize = 16;

/// Findings whose text is in memory at once.
const MANY: usize = 512;

/// Writes the report.
pub(crate) fn write(report: &Report, context: Context<'_>, global: &Global, out: &mut dyn io::Write) -> io::Result<()> {
    let mut text = String::new();
    if global.quiet {
        waiver_notes(&mut text, &report.waiver_notes);
    } else {
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
        findings(&mut text, report, context, out)?;
        undecided(&mut text, report, global.verbose > 0);
        rest(&mut text, report);
    }
    summary(&mut text, report);
    out.write_all(guard::defused(&text).as_bytes())
}

/// The findings, on all cores where they are many, behind what `text` holds. Those of one file mostly come one after
/// another.
fn findings(text: &mut String, report: &Report, context: Context<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let shown: Vec<&Finding> = report.findings.iter().filter(|finding| finding.waived.is_none()).collect();
    if shown.is_empty() {
        return Ok(());
    }
    let redactor = Redactor::new(context.registry);
    let show = |some: &[&Finding]| {
        let lines = Snippets::new(context.base, context.head, &redactor);
        let mut text = String::new();
        for finding in some {
            finding::show(&mut text, finding, context.suggest, &lines);
        }
        text
    };
    for many in shown.chunks(MANY) {
        if many.len() > SOME {
            let each = many.len().div_ceil(2 * rayon::current_num_threads()).max(SOME);
            text.extend(many.par_chunks(each).map(show).collect::<Vec<_>>());
        } else {
            text.push_str(&show(many));
        }
        out.write_all(guard::defused(text).as_bytes())?;
        text.clear();
    }
    Ok(())
}

fn side_note(side: Side) -> &'static str {
    match side {
        Side::Base => " (at base)",
        Side::Head => "",
    }
}

/// `= label: text`, wrapped.
fn note(text: &mut String, label: &str, content: &str) {
    let width = "   = : ".len().saturating_add(label.len());
    wrapped_at(text, &format!("   {BLUE}={RESET} {BOLD}{label}{RESET}: "), width, content);
}

/// What cannot be judged. What could not be judged before either is counted only, unless `all` is asked for.
fn undecided(text: &mut String, report: &Report, all: bool) {
    let mut groups: Vec<(String, Vec<&str>)> = Vec::new();
    let mut known: HashMap<String, usize> = HashMap::new();
    for entry in report.undecided.iter().filter(|entry| all || entry.new) {
        let head = format!(
            "{} '{}': {}",
            entry.subject.kind.as_str(),
            terminal(&entry.subject.name),
            terminal(&facts::reasons(&entry.reasons))
        );
        let place = *known.entry(head.clone()).or_insert(groups.len());
        match groups.get_mut(place) {
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
            &format!("this run {}; look at the change before it is merged", facts::judged_by(report)),
        );
        text.push('\n');
    }
    for finding in &report.findings {
        if let Some(waiver) = &finding.waived {
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
    waiver_notes(text, &report.waiver_notes);
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

/// What is wrong with waivers, one line each: an end that nobody notices is found out by a failed change.
pub(crate) fn waiver_notes(text: &mut String, notes: &[String]) {
    for note in notes {
        let _ = writeln!(text, "{YELLOW}warning{RESET}: {}", terminal(note));
    }
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
    if report.judged_nothing() {
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
    let (verdict, meaning) = facts::conclusion(report);
    let (colour, end) = match report.verdict() {
        Verdict::Pass if verdict == "pass" => (GREEN, ""),
        Verdict::Pass => (YELLOW, ""),
        Verdict::Fail => (RED, ""),
        Verdict::NotDecided => (RED, " (exit code 2)"),
    };
    let _ = writeln!(text, "{colour}{verdict}{RESET}: {meaning}{end}");
}

/// The text without colours, for sinks that have none.
#[cfg(test)]
pub(crate) fn plain(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}
