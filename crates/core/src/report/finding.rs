//! A finding, with all that explains it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Side;
use super::message::NOT_SET;
use crate::compare::Outcome;
use crate::judge::Standing;
use crate::path::RepoPath;
use crate::policy::Control;
use crate::registry::SubjectKind;
use crate::score::{Score, Severity};
use crate::settings::Waiver;

/// What a finding points at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Anchor {
    /// The file.
    pub path: RepoPath,
    /// One-based line.
    pub line: u32,
    /// One-based column, in Unicode code points.
    pub column: u32,
    /// The side whose file it is; base only when the file is gone from head.
    pub side: Side,
    /// One-based last line and the column behind the last character, when the element itself is at the anchor.
    pub end: Option<(u32, u32)>,
}

/// One place that explains a finding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Evidence {
    /// The file.
    pub path: RepoPath,
    /// The side whose file it is.
    pub side: Side,
    /// One-based line.
    pub line: u32,
    /// One-based column.
    pub column: u32,
    /// The field, as `Type/path/below`.
    pub field: Arc<str>,
    /// Its value; `None` when the element is absent and the place is the element around it.
    pub value: Option<String>,
}

impl Evidence {
    /// What stands there, for people: `Type/field before: 'value'`. Not escaped for any sink.
    pub fn text(&self) -> String {
        let side = match self.side {
            Side::Base => "before",
            Side::Head => "now",
        };
        let value = self
            .value
            .as_deref()
            .map_or_else(|| NOT_SET.to_owned(), |value| format!("'{value}'"));
        format!("{} {side}: {value}", self.field)
    }
}

/// How one side stood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SideView {
    /// The standing.
    pub standing: Standing,
    /// Name of the grade, or the number, for checks that have one.
    pub grade: Option<String>,
    /// Values of the fields that decided, `None` for absent ones. Secrets are replaced.
    pub values: BTreeMap<Arc<str>, Option<String>>,
    /// Why it is undecided.
    pub whys: Vec<String>,
}

/// Something that raised or lowered the risk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// It raises the risk; otherwise it lowers it.
    pub raises: bool,
    /// Name of the condition, when it has one.
    pub condition: Option<Arc<str>>,
    /// Why it matters, as a clause.
    pub because: String,
    /// It became true (or stopped being true) in this change.
    pub changed: bool,
}

/// The subject of a finding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SubjectRef {
    /// What it is.
    pub kind: SubjectKind,
    /// Its name.
    pub name: String,
}

/// A control got weaker, or wants a person to look.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The control.
    pub control: Arc<Control>,
    /// What happened.
    pub outcome: Outcome,
    /// Band of the score, unless settings say otherwise.
    pub severity: Severity,
    /// Risk at head in its context.
    pub score: Score,
    /// The verdict rests on a default that nobody documents.
    pub low_confidence: bool,
    /// On what.
    pub subject: SubjectRef,
    /// How it stood; `None` when the subject is not in base.
    pub base: Option<SideView>,
    /// How it stands; `None` when the subject is not in head.
    pub head: Option<SideView>,
    /// What raised or lowered the risk.
    pub reasons: Vec<Reason>,
    /// What to look at.
    pub anchor: Anchor,
    /// Type of the component there, when it is known.
    pub anchor_type: Option<Arc<str>>,
    /// Other places, this side and the other.
    pub evidence: Vec<Evidence>,
    /// One sentence.
    pub message: String,
    /// Identity across runs: no line, no checkout path, no order goes into it.
    pub fingerprint: String,
    /// The waiver that covers it.
    pub waived: Option<Waiver>,
    /// Whether it fails the change.
    pub fails: bool,
}

impl Finding {
    /// Whether it is only a note, for a person to look at, whatever its score.
    pub fn is_note(&self) -> bool {
        self.outcome == Outcome::Review || self.control.only_notes()
    }
}
