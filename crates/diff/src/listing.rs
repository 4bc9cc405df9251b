//! All files of a tree whose path the caller wants.
//!
//! Folder by folder, level by level, on all cores where a level is wide. The result does not depend on that: it is
//! sorted, and of several errors the one with the first path is told. Bounded like the merge walk: a tree of a few
//! kilobytes can stand for billions of files.

use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

use crate::error::DiffError;
use crate::id::ObjectId;
use crate::objects::Objects;
use crate::snapshot::{Content, FileRef, Want};
use crate::tree::EntryKind;
use crate::walk::{self, Budget};

/// Folders of one level from which on several threads are faster than one.
const WIDE: usize = 256;

/// A folder to look into: its path with a slash behind it, and its tree.
type Folder = (Box<[u8]>, ObjectId);

/// See the module. `snapshot` names it in messages.
pub(crate) fn files(objects: &Objects, tree: ObjectId, snapshot: String, want: Want<'_>) -> Result<Vec<FileRef>, DiffError> {
    let mut budget = Budget::new(snapshot);
    let left = Left {
        entries: AtomicU64::new(budget.entries()),
        bytes: AtomicU64::new(budget.bytes()),
    };
    let mut level: Vec<Folder> = vec![(Box::default(), tree)];
    let mut files = Vec::new();
    let mut depth = 0;
    while !level.is_empty() {
        let look = |folder: &Folder| look(objects, folder, &left, want);
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

fn look(objects: &Objects, (prefix, tree): &Folder, left: &Left, want: Want<'_>) -> Result<Found, DiffError> {
    let mut found = Found::default();
    let excess = || Found {
        entries: u64::MAX,
        ..Found::default()
    };
    let mut cursor = walk::cursor(objects, *tree, prefix)?;
    let mut path = prefix.to_vec();
    while let Some((kind, name, id)) = cursor.entry() {
        found.entries += 1;
        path.truncate(prefix.len());
        path.extend_from_slice(name);
        let (kept, id) = match kind {
            EntryKind::Folder => (true, ObjectId::from_bytes(id)),
            EntryKind::File(_) => (want(&path), ObjectId::from_bytes(id)),
        };
        if let Some(id) = id.filter(|_| kept) {
            if !take(&left.bytes, walk::listed(&path)) {
                return Ok(excess());
            }
            match kind {
                EntryKind::Folder => {
                    path.push(b'/');
                    found.folders.push((path.as_slice().into(), id));
                }
                EntryKind::File(kind) => found.files.push(FileRef::new(path.as_slice(), kind, Content::Object(id))),
            }
        }
        cursor.advance().map_err(|reason| DiffError::broken(*tree, reason))?;
    }
    Ok(if take(&left.entries, found.entries) { found } else { excess() })
}
