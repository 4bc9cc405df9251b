//! Components that a change deletes by a manifest, although their files may stay where they are.

use std::sync::Arc;

use orgate_core::report::{Side as Which, Unreadable};
use orgate_core::{Component, RepoPath, Span};
use orgate_metadata::manifest::{Deletion, deletions};
use orgate_metadata::{Limits, LineIndex};

use super::name::Name;
use crate::error::DiffError;
use crate::snapshot::{Change, FileRef, Snapshot};

/// A component that head's manifests name and base's do not.
#[derive(Clone, Debug)]
pub(super) struct Deleted {
    pub(super) type_name: Arc<str>,
    pub(super) name: Name,
    /// The manifest, and where in it.
    pub(super) path: RepoPath,
    pub(super) span: Span,
}

impl Deleted {
    pub(super) fn is(&self, component: &Component) -> bool {
        self.type_name == component.type_name && self.name == Name::of(&component.name)
    }
}

/// What a changed manifest newly deletes. What base has already is no doing of this change.
pub(super) fn newly(
    change: &Change,
    base: &dyn Snapshot,
    head: &dyn Snapshot,
    limits: &Limits,
) -> Result<Result<Vec<Deleted>, Unreadable>, DiffError> {
    let bytes = |snapshot: &dyn Snapshot, file: Option<&FileRef>| -> Result<Vec<u8>, DiffError> {
        file.map_or(Ok(Vec::new()), |file| snapshot.read(file, u64::from(limits.bytes)))
    };
    let Some(file) = &change.head else { return Ok(Ok(Vec::new())) };
    // Of a manifest at base that nobody can read, nothing is known to be deleted already.
    let before = bytes(base, change.base.as_ref()).unwrap_or_default();
    let before = deletions(&change.path, &before, limits).unwrap_or_default();
    let text = bytes(head, Some(file))?;
    let found = match deletions(&change.path, &text, limits) {
        Ok(found) => found,
        Err(error) => {
            let at = LineIndex::new(&text).position(error.offset);
            return Ok(Err(Unreadable {
                path: change.path.clone(),
                side: Which::Head,
                line: at.line,
                column: at.column,
                reason: error.kind.to_string(),
                fatal: true,
            }));
        }
    };
    let known = |one: &Deletion| before.iter().any(|old| (&old.type_name, &old.name) == (&one.type_name, &one.name));
    let new = found.into_iter().filter(|one| !known(one)).map(|one| Deleted {
        type_name: one.type_name.into(),
        name: Name::of(&one.name),
        path: change.path.clone(),
        span: one.span,
    });
    Ok(Ok(new.collect()))
}
