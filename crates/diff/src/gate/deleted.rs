//! Components that a change deletes by a manifest, although their files may stay where they are.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use orgate_core::report::{Side as Which, Unreadable};
use orgate_core::{Component, RepoPath, Span};
use orgate_metadata::LineIndex;
use orgate_metadata::manifest::{Member, members};
use orgate_metadata::xml::XmlError;

use super::Input;
use super::name::Name;
use crate::error::DiffError;
use crate::snapshot::Change;

/// A component that head's manifests name and base's do not.
#[derive(Clone, Debug)]
pub(super) struct Deleted {
    pub(super) type_name: Arc<str>,
    pub(super) name: Name,
    /// The manifest, and where in it.
    pub(super) path: RepoPath,
    pub(super) span: Span,
}

/// What manifests newly delete, each component once: by the first of them.
#[derive(Debug, Default)]
pub(super) struct Deletions {
    list: Vec<Deleted>,
    names: BTreeMap<Arc<str>, BTreeSet<Name>>,
}

impl Deletions {
    pub(super) fn add(&mut self, deleted: Deleted) {
        let names = self.names.entry(Arc::clone(&deleted.type_name)).or_default();
        if names.insert(deleted.name.clone()) {
            self.list.push(deleted);
        }
    }

    /// Whether a component is among them.
    pub(super) fn has(&self, component: &Component) -> bool {
        let names = self.names.get(&component.type_name);
        names.is_some_and(|names| names.contains(&Name::of(&component.name)))
    }

    /// Whether a component of this name is among them, of a type that `which` accepts.
    pub(super) fn names(&self, name: &Name, which: impl Fn(&str) -> bool) -> bool {
        self.names.iter().any(|(type_name, names)| names.contains(name) && which(type_name))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Deleted> {
        self.list.iter()
    }
}

/// What a manifest names of the types of the registry.
fn ours(text: &[u8], input: &Input<'_>) -> Result<Vec<Member>, XmlError> {
    members(text, &input.limits, |type_name| input.registry.get(type_name).is_some())
}

/// What manifests that a change touches delete at base already. Of one that nobody can read, nothing is known.
pub(super) fn already(manifests: &[Change], input: &Input<'_>) -> BTreeSet<(String, Name)> {
    let read = |change: &Change| {
        let file = change.base.as_ref()?;
        let text = input.base.read(file, u64::from(input.limits.bytes)).ok()?;
        ours(&text, input).ok()
    };
    let known = manifests.iter().filter_map(read).flatten();
    known.map(|one| (one.type_name, Name::of(&one.name))).collect()
}

/// What a changed manifest deletes, without what is deleted already: that is no doing of this change.
pub(super) fn newly(
    change: &Change,
    already: &BTreeSet<(String, Name)>,
    input: &Input<'_>,
) -> Result<Result<Vec<Deleted>, Unreadable>, DiffError> {
    let Some(file) = &change.head else { return Ok(Ok(Vec::new())) };
    let text = input.head.read(file, u64::from(input.limits.bytes))?;
    let found = match ours(&text, input) {
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
    let new = found
        .into_iter()
        .map(|one| (one.type_name, Name::of(&one.name), one.span))
        .filter(|(type_name, name, _)| !already.contains(&(type_name.clone(), name.clone())))
        .map(|(type_name, name, span)| Deleted {
            type_name: type_name.into(),
            name,
            path: change.path.clone(),
            span,
        });
    Ok(Ok(new.collect()))
}
