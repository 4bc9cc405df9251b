//! What a commit does besides making a control weaker or better: apps that leave source, apps that come in the place of
//! others, and controls that can no longer be judged.

use std::collections::BTreeMap;

use orgate_core::judge::Standing;
use orgate_core::report::{Report, SubjectRef, Undecided};
use serde::Serialize;

use crate::output::facts::reasons;

/// What a note is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum What {
    /// An app or a setting is no longer in source.
    Gone,
    /// An app comes in the place of another one.
    Renamed,
    /// A control can no longer be judged.
    Unjudged,
}

impl What {
    /// For people.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Gone => "gone",
            Self::Renamed => "renamed",
            Self::Unjudged => "unclear",
        }
    }
}

/// One such fact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Note {
    pub(super) what: What,
    /// One sentence without an end.
    pub(super) text: String,
    /// The controls that can no longer be judged.
    pub(super) controls: Vec<String>,
}

/// The notes on one commit. `asked` says which controls and subjects matter.
pub(super) fn notes(report: &Report, asked: &dyn Fn(Option<&str>, &str) -> bool) -> Vec<Note> {
    let mut groups: BTreeMap<(What, &SubjectRef, String), Vec<String>> = BTreeMap::new();
    for entry in report.undecided.iter().filter(|entry| entry.new && judged_before(entry)) {
        if !asked(Some(&entry.control.id), &entry.subject.name) {
            continue;
        }
        let left = format!("not in source: '{}' is no longer there", entry.subject.name);
        let (what, why) = if entry.reasons.contains(&left) {
            (What::Gone, String::new())
        } else {
            (What::Unjudged, reasons(&entry.reasons))
        };
        groups
            .entry((what, &entry.subject, why))
            .or_default()
            .push(entry.control.id.to_string());
    }
    let unjudged = groups.into_iter().map(|((what, subject, why), controls)| {
        let name = format!("{} '{}'", subject.kind.as_str(), subject.name);
        let text = match what {
            What::Gone => format!("{name} is no longer in source"),
            _ => format!("{name} can no longer be judged: {why}"),
        };
        Note { what, text, controls }
    });
    let renamed = report.renamed.iter();
    let renamed = renamed.filter(|pair| asked(None, &pair.new) || asked(None, &pair.old));
    let renamed = renamed.map(|pair| {
        let why = if pair.certain { "the same client" } else { "much alike" };
        Note {
            what: What::Renamed,
            text: format!("'{}' is compared with '{}', in whose place it comes ({why})", pair.new, pair.old),
            controls: Vec::new(),
        }
    });
    renamed.chain(unjudged).collect()
}

/// A new app that cannot be judged was never judged before.
fn judged_before(entry: &Undecided) -> bool {
    entry.base.as_ref().is_some_and(|base| base.standing != Standing::Undecided)
}
