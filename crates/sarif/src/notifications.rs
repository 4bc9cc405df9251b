//! What people must know besides the findings: a run that could not see everything must not look clean.

use std::collections::BTreeMap;
use std::sync::Arc;

use orgate_core::report::{Report, Side};
use orgate_core::{Control, RepoPath};

use crate::model::{Level, Location, Notification, PhysicalLocation, RuleReference, Text};
use crate::places::{location, point};
use crate::text::{message, sentence};

/// More of one kind are counted, not listed.
const LISTED: usize = 1000;

/// All notifications, the worst kinds first. `left_out` is the number of results that no longer fitted.
pub(crate) fn all(report: &Report, places: &BTreeMap<Arc<str>, usize>, left_out: usize) -> Vec<Notification> {
    let mut all = Vec::new();
    if left_out > 0 {
        all.push(plain(
            Level::Warning,
            format!("{left_out} results are left out: the file would be refused with more. The worst are here."),
        ));
    }
    list(&mut all, report.unreadable.iter(), |file| Notification {
        locations: vec![place(&file.path, file.line, Some(file.column).filter(|column| *column > 0))],
        message: Text::plain(message(&format!(
            "Cannot be read as metadata{}: {}",
            if file.side == Side::Base { " at base" } else { "" },
            sentence(&file.reason)
        ))),
        level: if file.fatal { Level::Error } else { Level::Warning },
        associated_rule: None,
    });
    list(&mut all, report.loosened.iter(), |entry| Notification {
        locations: vec![place(&entry.path, 0, None)],
        message: Text::plain(message(&format!("This change loosens the gate itself: {}", sentence(&entry.text)))),
        level: Level::Warning,
        associated_rule: None,
    });
    list(&mut all, report.undecided.iter(), |entry| Notification {
        locations: vec![place(&entry.anchor.path, entry.anchor.line, None)],
        message: Text::plain(message(&format!(
            "'{}' cannot be judged{}: {}",
            entry.subject.name,
            if entry.new { ", and this change made it so" } else { "" },
            sentence(&entry.reasons.join("; "))
        ))),
        level: Level::Note,
        associated_rule: rule(&entry.control, places),
    });
    list(&mut all, report.warnings.iter(), |warning| Notification {
        locations: warning.path.iter().map(|path| place(path, warning.line, None)).collect(),
        message: Text::plain(message(&sentence(&warning.text))),
        level: Level::Warning,
        associated_rule: None,
    });
    list(&mut all, report.waiver_notes.iter(), |note| {
        plain(Level::Note, message(&sentence(&capital(note))))
    });
    all
}

fn list<T>(all: &mut Vec<Notification>, entries: impl ExactSizeIterator<Item = T>, notification: impl Fn(T) -> Notification) {
    let more = entries.len().saturating_sub(LISTED);
    all.extend(entries.take(LISTED).map(notification));
    if more > 0
        && let Some(level) = all.last().map(|last| last.level)
    {
        all.push(plain(level, format!("{more} more of this kind are not listed.")));
    }
}

fn plain(level: Level, text: String) -> Notification {
    Notification {
        locations: Vec::new(),
        message: Text::plain(text),
        level,
        associated_rule: None,
    }
}

fn place(path: &RepoPath, line: u32, column: Option<u32>) -> Location {
    Location {
        id: None,
        physical_location: PhysicalLocation {
            artifact_location: location(path),
            region: (line > 0).then(|| point(line, column)),
            context_region: None,
        },
        message: None,
    }
}

fn rule(control: &Control, places: &BTreeMap<Arc<str>, usize>) -> Option<RuleReference> {
    places.get(&control.id).map(|index| RuleReference {
        id: control.id.to_string(),
        index: *index,
    })
}

fn capital(text: &str) -> String {
    let mut characters = text.chars();
    characters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}
