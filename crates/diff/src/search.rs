//! Folders of trees, looked into one by one, or on all cores where there are many.
//!
//! What is found does not depend on the number of cores: it is sorted by path, and of several errors the one with the
//! first path is told. Bounded in depth, entries and listed bytes: a tree of a few kilobytes can stand for billions of
//! files. Must not know what is looked for.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use rayon::Scope;

use crate::error::DiffError;
use crate::lock::lock;
use crate::snapshot::{Change, FileRef};
use crate::walk::{Budget, FOLDER, listed};

/// Folders that wait from which on several threads are faster than one: few can hold many files.
const WIDE: usize = 8;
/// Folders that one thread looks into without offering some of them to others.
const FEW: usize = 4;

/// What has a path.
pub(crate) trait Placed: Send {
    fn path(&self) -> &[u8];
}

impl Placed for FileRef {
    fn path(&self) -> &[u8] {
        self.path().as_bytes()
    }
}

impl Placed for Change {
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

/// What is left of the bounds. Which folder finds them exceeded depends on the threads, so the error names none.
pub(crate) struct Left {
    entries: AtomicU64,
    bytes: AtomicU64,
    exceeded: AtomicBool,
}

impl Left {
    /// Takes from one of the bounds; false when nothing remains of it.
    fn take(&self, bound: &AtomicU64, wanted: u64) -> bool {
        let rest = bound.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| Some(left.saturating_sub(wanted)));
        let enough = rest.is_ok_and(|left| left > wanted);
        if !enough {
            self.exceeded.store(true, Ordering::Relaxed);
        }
        enough
    }

    /// Takes what listing a path costs.
    fn list(&self, path: &[u8]) -> bool {
        self.take(&self.bytes, listed(path))
    }
}

impl<T: Placed, F: Placed> Inside<T, F> {
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

    /// Adds something; false when nothing more may be listed.
    #[must_use]
    pub(crate) fn find(&mut self, left: &Left, found: T) -> bool {
        let enough = left.list(found.path());
        self.found.push(found);
        enough
    }

    /// Adds a folder; false when nothing more may be listed.
    #[must_use]
    pub(crate) fn folder(&mut self, left: &Left, folder: F) -> bool {
        let enough = left.list(folder.path());
        self.entries = self.entries.saturating_add(FOLDER);
        self.folders.push(folder);
        enough
    }
}

/// A search under way.
struct Search<T, L> {
    look: L,
    left: Left,
    budget: Budget,
    all: Mutex<Vec<T>>,
    /// The error with the first path.
    error: Mutex<Option<(Box<[u8]>, DiffError)>>,
}

impl<T: Placed, L> Search<T, L> {
    /// Looks into one folder, and gives those to look into next.
    fn visit<F: Placed>(&self, folder: &F, depth: usize) -> Vec<F>
    where
        L: Fn(&F, &Left) -> Result<Inside<T, F>, DiffError>,
    {
        if self.left.exceeded.load(Ordering::Relaxed) {
            return Vec::new();
        }
        let inside = self.budget.depth(depth).and_then(|()| (self.look)(folder, &self.left));
        match inside {
            Ok(mut inside) => {
                self.left.take(&self.left.entries, inside.entries);
                if !inside.found.is_empty() {
                    lock(&self.all).append(&mut inside.found);
                }
                inside.folders
            }
            Err(error) => {
                let mut first = lock(&self.error);
                if first.as_ref().is_none_or(|(path, _)| folder.path() < &**path) {
                    *first = Some((folder.path().into(), error));
                }
                Vec::new()
            }
        }
    }

    /// Looks into folders of one depth and into everything below them. Whichever thread is free takes the half of many.
    fn spread<'s, F: Placed + 's>(&'s self, scope: &Scope<'s>, mut folders: Vec<F>, mut depth: usize)
    where
        T: 's,
        L: Fn(&F, &Left) -> Result<Inside<T, F>, DiffError> + Sync,
    {
        while !folders.is_empty() {
            while folders.len() > FEW {
                let half = folders.split_off(folders.len() / 2);
                scope.spawn(move |scope| self.spread(scope, half, depth));
            }
            folders = folders.iter().flat_map(|folder| self.visit(folder, depth)).collect();
            depth += 1;
        }
    }

    /// What was found, or what went wrong.
    fn end(self) -> Result<Vec<T>, DiffError> {
        if self.left.exceeded.into_inner() {
            return Err(self.budget.exceeded());
        }
        if let Some((_, error)) = self.error.into_inner().unwrap_or_else(PoisonError::into_inner) {
            return Err(error);
        }
        let mut all = self.all.into_inner().unwrap_or_else(PoisonError::into_inner);
        all.sort_unstable_by(|a, b| a.path().cmp(b.path()));
        Ok(all)
    }
}

/// Looks into `first` and everything below it with `look`, and gives what was found in order of path bytes. `snapshot`
/// is named in messages.
pub(crate) fn search<T: Placed, F: Placed>(
    first: F,
    snapshot: String,
    look: impl Fn(&F, &Left) -> Result<Inside<T, F>, DiffError> + Sync,
) -> Result<Vec<T>, DiffError> {
    let budget = Budget::new(snapshot);
    let search = Search {
        look,
        left: Left {
            entries: AtomicU64::new(budget.entries()),
            bytes: AtomicU64::new(budget.bytes()),
            exceeded: AtomicBool::new(false),
        },
        budget,
        all: Mutex::default(),
        error: Mutex::default(),
    };
    let mut level = vec![first];
    let mut depth = 0;
    while !level.is_empty() && level.len() < WIDE {
        level = level.iter().flat_map(|folder| search.visit(folder, depth)).collect();
        depth += 1;
    }
    if !level.is_empty() {
        rayon::scope(|scope| search.spread(scope, level, depth));
    }
    search.end()
}

#[cfg(test)]
mod tests;
