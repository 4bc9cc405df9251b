//! Changed files around metadata beside which nothing can be judged. Must not judge what they say, only whether it can be
//! told.

use std::collections::BTreeSet;

use orgate_core::report::Unreadable;

use super::super::Input;
use super::super::attributes::converting;
use super::super::ignored::unread;
use super::super::opaque::refused;
use super::super::replacements::project_in;
use super::super::side::Side;
use crate::error::DiffError;
use crate::snapshot::Change;

/// Project files of head that nobody can read, and that of the root also where it stays as it is.
pub(super) fn projects(projects: &[Change], input: &Input<'_>, base: &Side<'_>, head: &Side<'_>) -> Vec<Unreadable> {
    let folders = projects.iter().map(|change| change.path.parent()).chain([b"".as_slice()]);
    let folders: BTreeSet<&[u8]> = folders.collect();
    let refused = |folder: &[u8]| {
        let reason = head.project(folder).refusal(&base.project(folder), input.registry)?;
        Some(refused(project_in(folder), 0, reason))
    };
    folders.into_iter().filter_map(refused).collect()
}

/// Rules of head for what a deploy leaves out that nobody can read.
pub(super) fn rules(rules: &[Change], input: &Input<'_>) -> Result<Vec<Unreadable>, DiffError> {
    let mut found = Vec::new();
    for path in rules.iter().map(|change| &change.path) {
        let known = unread(input.base, path)?.is_some();
        let reason = unread(input.head, path)?.filter(|_| !known);
        found.extend(reason.map(|reason| refused(path.clone(), 0, reason)));
    }
    Ok(found)
}

/// Attributes of head with which metadata is deployed in another encoding than it is judged in.
pub(super) fn attributes(attributes: &[Change], input: &Input<'_>) -> Result<Vec<Unreadable>, DiffError> {
    let mut found = Vec::new();
    for path in attributes.iter().map(|change| &change.path) {
        let line = converting(input.base, input.head, path)?;
        let reason = "a checkout may write metadata in another encoding than it is stored and judged in (`working-tree-encoding`); metadata is UTF-8; leave that attribute out, in a file that can be read";
        found.extend(line.map(|line| refused(path.clone(), line, reason.to_owned())));
    }
    Ok(found)
}
