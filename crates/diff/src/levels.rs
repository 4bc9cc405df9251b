//! Folders of trees, level by level, on all cores where a level is wide.
//!
//! What is found does not depend on the number of cores: it is sorted by path, and of several errors the one with the
//! first path of its level is told. Bounded in depth, entries and listed bytes: a tree of a few kilobytes can stand for
//! billions of files. Must not know what is looked for.

use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

use crate::error::DiffError;
use crate::snapshot::{Change, FileRef};
use crate::walk::{Budget, listed};

/// Folders of one level from which on several threads are faster than one: few can hold many files.
const WIDE: usize = 8;

/// What has a path.
pub(crate) trait Found: Send {
    fn path(&self) -> &[u8];
}

impl Found for FileRef {
    fn path(&self) -> &[u8] {
        self.path().as_bytes()
    }
}

impl Found for Change {
    fn path(&self) -> &[u8] {
        self.path.as_bytes()
    }
}

/// What one folder holds: what is looked for, and the folders to look into next.
pub(crate) struct Inside<T, F> {
    entries: u64,
    found: Vec<T>,
    folders: Vec<F>,
}

/// What is left of the bounds while folders of one level are looked into at once. They cannot all ask the budget itself,
/// so this is what stops them, and the budget tells so when they are counted.
pub(crate) struct Left {
    entries: AtomicU64,
    bytes: AtomicU64,
}

impl<T, F> Inside<T, F> {
    pub(crate) fn new() -> Self {
        Self {
            entries: 0,
            found: Vec::new(),
            folders: Vec::new(),
        }
    }

    /// Counts one entry.
    pub(crate) fn entry(&mut self) {
        self.entries = self.entries.saturating_add(1);
    }

    /// Adds something of this path; false when nothing more may be listed.
    #[must_use]
    pub(crate) fn find(&mut self, left: &Left, path: &[u8], found: T) -> bool {
        self.found.push(found);
        self.take(left, path)
    }

    /// Adds what was counted when it was found elsewhere.
    pub(crate) fn find_all(&mut self, found: &[T])
    where
        T: Clone,
    {
        self.found.extend_from_slice(found);
    }

    /// Adds a folder of this path; false when nothing more may be listed.
    #[must_use]
    pub(crate) fn folder(&mut self, left: &Left, path: &[u8], folder: F) -> bool {
        self.folders.push(folder);
        self.take(left, path)
    }

    fn take(&mut self, left: &Left, path: &[u8]) -> bool {
        let enough = take(&left.bytes, listed(path));
        if !enough {
            self.entries = u64::MAX;
        }
        enough
    }
}

/// Takes from what is left; false when nothing remains.
fn take(left: &AtomicU64, wanted: u64) -> bool {
    let rest = left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| Some(left.saturating_sub(wanted)));
    rest.is_ok_and(|left| left > wanted)
}

/// Looks into `first` and everything below it with `look`, and gives what was found in order of path bytes. `snapshot`
/// is named in messages.
pub(crate) fn search<T: Found, F: Send + Sync>(
    first: F,
    snapshot: String,
    look: impl Fn(&F, &Left) -> Result<Inside<T, F>, DiffError> + Sync,
) -> Result<Vec<T>, DiffError> {
    let mut budget = Budget::new(snapshot);
    let left = Left {
        entries: AtomicU64::new(budget.entries()),
        bytes: AtomicU64::new(budget.bytes()),
    };
    let look = |folder: &F| {
        let mut inside = look(folder, &left)?;
        if !take(&left.entries, inside.entries) {
            inside.entries = u64::MAX;
        }
        Ok(inside)
    };
    let mut level = vec![first];
    let mut all = Vec::new();
    let mut depth = 0;
    while !level.is_empty() {
        let insides: Vec<Result<_, DiffError>> = if level.len() < WIDE {
            level.iter().map(look).collect()
        } else {
            level.par_iter().map(look).collect()
        };
        let mut next = Vec::new();
        depth += 1;
        for inside in insides {
            let inside = inside?;
            budget.spend(inside.entries)?;
            for found in &inside.found {
                budget.list(found.path())?;
            }
            for _ in &inside.folders {
                budget.folder(depth)?;
            }
            all.extend(inside.found);
            next.extend(inside.folders);
        }
        level = next;
    }
    all.sort_unstable_by(|a, b| a.path().cmp(b.path()));
    Ok(all)
}
