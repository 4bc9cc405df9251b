//! A walk for the terminal.

use std::fmt::Write as _;

use super::chart::sparkline;
use super::{Entry, History};
use crate::audit::points;
use crate::output::escape::terminal;
use crate::output::style::{BOLD, DIM, GREEN, RED, RESET, YELLOW};

/// The commits, newest first, and the risk; only the summary when `quiet`.
pub(super) fn write(history: &History, quiet: bool) -> String {
    let mut text = String::new();
    if !quiet {
        for entry in &history.entries {
            commit(&mut text, entry);
        }
    }
    if let (Some(first), Some(last)) = (history.risk.first(), history.risk.last()) {
        let _ = writeln!(
            text,
            "risk {} {} to {}",
            sparkline(&history.risk),
            points(first.risk),
            points(last.risk)
        );
    }
    let count = |weaker: bool| {
        history
            .entries
            .iter()
            .flat_map(|entry| &entry.events)
            .filter(|event| event.weaker == weaker)
            .count()
    };
    let _ = writeln!(
        text,
        "{} commits, {} of them change metadata that a control reads: {} weaker, {} better",
        history.commits,
        history.relevant,
        count(true),
        count(false)
    );
    for line in &history.unknown {
        let _ = writeln!(text, "{YELLOW}warning{RESET}: {}", terminal(line));
    }
    if history.cut {
        let _ = writeln!(
            text,
            "{YELLOW}warning{RESET}: the clone is shallow, so the history ends early; fetch the rest with: git fetch --unshallow"
        );
    }
    text
}

fn commit(text: &mut String, entry: &Entry) {
    let short = entry.commit.get(..10).unwrap_or(&entry.commit);
    let _ = writeln!(
        text,
        "{YELLOW}{short}{RESET} {} {BOLD}{}{RESET} {}",
        entry.date,
        terminal(&entry.author),
        terminal(&entry.summary)
    );
    for event in &entry.events {
        let (paint, word) = if event.weaker { (RED, "weaker") } else { (GREEN, "better") };
        let risk = match (event.severity, event.score) {
            (Some(severity), Some(score)) => format!(" {severity} {score}"),
            _ => String::new(),
        };
        let _ = writeln!(
            text,
            "  {paint}{word}{RESET} {} on {} {DIM}{}{risk}{RESET}",
            event.control,
            terminal(&event.subject),
            event.outcome.as_str()
        );
    }
    for note in &entry.notes {
        let count = match note.controls.len() {
            0 => String::new(),
            1 => ", 1 control".to_owned(),
            count => format!(", {count} controls"),
        };
        let _ = writeln!(
            text,
            "  {YELLOW}{}{RESET} {}{DIM}{count}{RESET}",
            note.what.as_str(),
            terminal(&note.text)
        );
    }
    text.push('\n');
}
