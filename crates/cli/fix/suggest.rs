//! The edit that the command would make for one finding, for writers to show.

use orgate_core::report::Finding;
use orgate_core::{Outcome, Registry, RepoPath};
use orgate_metadata::edit::Edit;

use super::element;
use super::plan::safe;

/// One element of one file of head, and the safe value.
#[derive(Clone, Debug)]
pub(crate) struct Suggestion {
    pub(crate) path: RepoPath,
    /// Name of the element.
    pub(crate) element: String,
    pub(crate) value: String,
    /// In order; they do not overlap.
    pub(crate) edits: Vec<Edit>,
    pub(crate) before: Vec<u8>,
    pub(crate) after: Vec<u8>,
}

/// What `orgate fix --control ID --subject NAME` would write; nothing where it leaves the finding to a person.
pub(crate) fn suggest(finding: &Finding, registry: &Registry, head: &dyn Fn(&RepoPath) -> Option<Vec<u8>>) -> Option<Suggestion> {
    let weak_before = matches!(finding.outcome, Outcome::Worsened | Outcome::Review);
    if weak_before || finding.waived.is_some() || finding.control.is_review() {
        return None;
    }
    let wanted = safe(
        &finding.control,
        &finding.subject.name,
        Some(&finding.anchor),
        &finding.evidence,
        registry,
    )
    .ok()?;
    let before = head(&wanted.path)?;
    let (mut edits, after) = element::edited(&wanted, &before).ok()?;
    edits.sort_by_key(|edit| edit.at.start);
    (before != after).then(|| Suggestion {
        path: wanted.path,
        element: wanted.element.last().cloned().unwrap_or_default(),
        value: wanted.value.unwrap_or_default(),
        edits,
        before,
        after,
    })
}

impl Suggestion {
    /// One sentence without an end.
    pub(crate) fn text(&self) -> String {
        format!("set {} to {}", self.element, self.value)
    }
}
