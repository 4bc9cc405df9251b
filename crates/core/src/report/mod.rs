//! The report: one value that every writer shows and from which alone the exit code follows.

mod anchor;
pub(crate) mod apply;
pub mod build;
mod difference;
mod finding;
pub mod fingerprint;
mod message;
pub mod verdict;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::Serialize;

pub use finding::{Anchor, Evidence, Finding, Reason, SideView, SubjectRef};

use crate::compare::Outcome;
use crate::element::Span;
use crate::path::RepoPath;
use crate::policy::Control;
use crate::settings::{FailOn, Introduced};

/// A side of the comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// What was.
    Base,
    /// What is.
    Head,
}

/// Translates positions in files into lines; implemented by whoever holds the files.
pub trait Places {
    /// One-based line and column (in Unicode code points) of a byte.
    fn position(&self, side: Side, path: &RepoPath, offset: u32) -> (u32, u32);

    /// The first changed line of an element at head, with the column at which it begins there. `None` when no line
    /// of the element differs from base.
    fn changed(&self, path: &RepoPath, span: Span) -> Option<(u32, u32)>;

    /// Where head would hold an element that only base has: path and line of the first line added in its place, else
    /// of the line before the gap. `None` when the whole file is gone from head.
    fn gap(&self, base_path: &RepoPath, span: Span) -> Option<(RepoPath, u32)>;

    /// Whether head holds a file of this path.
    fn holds(&self, path: &RepoPath) -> bool;

    /// Whether head lacks a line of this element of base: the line changed or went, or the file did.
    fn lacks(&self, base_path: &RepoPath, span: Span) -> bool;
}

/// A control that cannot be judged at head.
#[derive(Clone, Debug)]
pub struct Undecided {
    /// The control.
    pub control: Arc<Control>,
    /// On what.
    pub subject: SubjectRef,
    /// Why.
    pub reasons: Vec<String>,
    /// Base could be judged, or the subject is new: this change made it so.
    pub new: bool,
    /// The subject is not in head at all.
    pub gone: bool,
    /// How it stood.
    pub base: Option<SideView>,
    /// Where.
    pub anchor: Anchor,
}

/// A file that is no readable metadata.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unreadable {
    /// The file.
    pub path: RepoPath,
    /// The side.
    pub side: Side,
    /// One-based line; 0 for the whole file.
    pub line: u32,
    /// One-based column; 0 for the whole file.
    pub column: u32,
    /// What is wrong and what to do.
    pub reason: String,
    /// Whether this keeps the gate from judging.
    pub fatal: bool,
}

/// A remark about a file or the settings; never decides.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Warning {
    /// The file, when one is meant.
    pub path: Option<RepoPath>,
    /// One-based line; 0 for the whole file.
    pub line: u32,
    /// What is odd.
    pub text: String,
}

/// An app that is compared with the one in whose place it comes. A warning says so too.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Renamed {
    /// The name at head.
    pub new: String,
    /// The name at base.
    pub old: String,
    /// It is evidently the same client, not merely alike.
    pub certain: bool,
}

/// What was compared.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Compared {
    /// What base is, for people: `commit <id>`, `index`, `work tree`, `folder <path>`.
    pub base: String,
    /// Full object id of base, when it is a commit or tree.
    pub base_id: Option<String>,
    /// What head is.
    pub head: String,
    /// Full object id of head, when it is a commit or tree.
    pub head_id: Option<String>,
    /// Why these two.
    pub why: String,
}

/// Proof of work: how much was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Work {
    /// Changed files of any kind, as far as they were counted.
    pub changed_files: usize,
    /// Changed files that hold judged metadata.
    pub changed_metadata: usize,
    /// Metadata files that were read and parsed, both sides.
    pub files_read: usize,
    /// Subjects that the change touches.
    pub subjects: usize,
    /// Controls in force.
    pub controls: usize,
    /// Pairs of control and subject that were judged on both sides.
    pub judged: usize,
}

/// Counts by outcome.
pub type Counts = BTreeMap<Outcome, usize>;

/// A change that makes the gate itself looser.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct GateLoosened {
    /// The file that changed.
    pub path: RepoPath,
    /// What becomes looser.
    pub text: String,
}

/// Where the settings come from that a report was made by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum SettingsFrom {
    /// From base, where the author of a change cannot have changed them.
    #[default]
    Base,
    /// From head: what the change does to them counts already.
    Head,
    /// From a file of neither side.
    File,
}

/// What became better, for the summary.
#[derive(Clone, Debug)]
pub struct Better {
    /// The control.
    pub control: Arc<Control>,
    /// `improved` or `resolved`.
    pub outcome: Outcome,
    /// On what.
    pub subject: SubjectRef,
}

/// Thresholds that turn findings into a verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Thresholds {
    /// From which severity on.
    pub fail_on: FailOn,
    /// What a weakness on something new means.
    pub introduced: Introduced,
    /// Whether what newly cannot be judged fails.
    pub strict: bool,
}

/// The whole result of one run.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// What was compared.
    pub compared: Compared,
    /// The thresholds in force.
    pub thresholds: Thresholds,
    /// All findings, worst first, waived ones included.
    pub findings: Vec<Finding>,
    /// What cannot be judged.
    pub undecided: Vec<Undecided>,
    /// What cannot be read.
    pub unreadable: Vec<Unreadable>,
    /// What became better.
    pub better: Vec<Better>,
    /// In what the change loosens the gate itself.
    pub loosened: Vec<GateLoosened>,
    /// By whose settings it was made.
    pub settings_from: SettingsFrom,
    /// Remarks.
    pub warnings: Vec<Warning>,
    /// Apps that come in the place of others.
    pub renamed: Vec<Renamed>,
    /// Names of the subjects that the change touches.
    pub subjects: BTreeSet<String>,
    /// Counts by outcome.
    pub counts: Counts,
    /// Violated before and after on the touched subjects.
    pub old_debt: usize,
    /// How much was looked at.
    pub work: Work,
    /// The controls in force, for writers that list them.
    pub controls: Vec<Arc<Control>>,
    /// Waivers that expired, are unused, or name an unknown control, one sentence each.
    pub waiver_notes: Vec<String>,
}

impl Report {
    /// Whether the change touches nothing that a control reads, so that nothing was judged.
    pub fn judged_nothing(&self) -> bool {
        self.work.subjects == 0 && self.findings.is_empty() && self.undecided.is_empty() && self.unreadable.is_empty()
    }
}

#[cfg(test)]
mod tests;
