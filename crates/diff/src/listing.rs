//! All files of a tree whose path the caller wants.
//!
//! Folder by folder, level by level, on all cores where a level is wide. The result does not depend on that: it is
//! sorted, and of several errors the one with the first path is told. Bounded like the merge walk: a tree of a few
//! kilobytes can stand for billions of files. Folders whose trees the index of the repository knows are not read at all.

use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

use crate::error::DiffError;
use crate::id::ObjectId;
use crate::index::Names;
use crate::objects::Objects;
use crate::snapshot::{Content, FileRef, Want};
use crate::tree::EntryKind;
use crate::walk::{self, Budget};

/// Folders of one level from which on several threads are faster than one.
const WIDE: usize = 256;

/// A folder to look into.
struct Folder {
    /// Its path with a slash behind it.
    path: Box<[u8]>,
    tree: ObjectId,
    /// The same folder of the index.
    known: Option<usize>,
}

/// See the module. `names` is what the index knows, and `snapshot` names the tree in messages.
pub(crate) fn files(
    objects: &Objects,
    tree: ObjectId,
    names: Option<&Names>,
    snapshot: String,
    want: Want<'_>,
) -> Result<Vec<FileRef>, DiffError> {
    let mut budget = Budget::new(snapshot);
    let left = Left {
        entries: AtomicU64::new(budget.entries()),
        bytes: AtomicU64::new(budget.bytes()),
    };
    let mut level = vec![Folder {
        path: Box::default(),
        tree,
        known: names.and_then(Names::root),
    }];
    let mut files = Vec::new();
    let mut depth = 0;
    while !level.is_empty() {
        let look = |folder: &Folder| look(objects, folder, names, &left, want);
        let found: Vec<_> = if level.len() < WIDE {
            level.iter().map(look).collect()
        } else {
            level.par_iter().map(look).collect()
        };
        let mut next = Vec::new();
        depth += 1;
        for one in found {
            let one = one?;
            budget.spend(one.entries)?;
            for file in &one.files {
                budget.list(file.path().as_bytes())?;
            }
            for _ in &one.folders {
                budget.folder(depth)?;
            }
            files.extend(one.files);
            next.extend(one.folders);
        }
        level = next;
    }
    files.sort_unstable_by(|a, b| a.path().cmp(b.path()));
    Ok(files)
}

/// What the folders of one level may hold together; they cannot all ask the budget itself, so this is what stops them,
/// and the budget tells so when they are counted.
struct Left {
    entries: AtomicU64,
    bytes: AtomicU64,
}

/// Takes from what is left; false when nothing remains.
fn take(left: &AtomicU64, wanted: u64) -> bool {
    let rest = left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| Some(left.saturating_sub(wanted)));
    rest.is_ok_and(|left| left > wanted)
}

/// What one folder holds.
#[derive(Default)]
struct Found {
    entries: u64,
    files: Vec<FileRef>,
    folders: Vec<Folder>,
}

fn look(objects: &Objects, folder: &Folder, names: Option<&Names>, left: &Left, want: Want<'_>) -> Result<Found, DiffError> {
    let mut found = Found::default();
    let excess = || Found {
        entries: u64::MAX,
        ..Found::default()
    };
    let names = names.zip(folder.known);
    let mut cursor = walk::cursor(objects, folder.tree, &folder.path)?;
    let mut path = folder.path.to_vec();
    while let Some((kind, name, id)) = cursor.entry() {
        found.entries += 1;
        path.truncate(folder.path.len());
        path.extend_from_slice(name);
        match kind {
            EntryKind::File(kind) => {
                if let Some(blob) = ObjectId::from_bytes(id).filter(|_| want(&path)) {
                    if !take(&left.bytes, walk::listed(&path)) {
                        return Ok(excess());
                    }
                    found.files.push(FileRef::new(path.as_slice(), kind, Content::Object(blob)));
                }
            }
            EntryKind::Folder => {
                let known = names.and_then(|(names, parent)| names.child(parent, name));
                path.push(b'/');
                let same = names.zip(known).and_then(|((names, _), known)| names.below(known, id, &path));
                if let Some(files) = same {
                    found.files.extend_from_slice(files);
                } else if let Some(tree) = ObjectId::from_bytes(id) {
                    if !take(&left.bytes, walk::listed(&path)) {
                        return Ok(excess());
                    }
                    found.folders.push(Folder {
                        path: path.as_slice().into(),
                        tree,
                        known,
                    });
                }
            }
        }
        cursor.advance().map_err(|reason| DiffError::broken(folder.tree, reason))?;
    }
    Ok(if take(&left.entries, found.entries) { found } else { excess() })
}

#[cfg(test)]
mod tests;
