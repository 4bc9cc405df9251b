//! The index against a tree: one merge walk over both, skipping folders whose tree id the index knows to be the same.

use std::cmp::Ordering;

use crate::error::DiffError;
use crate::id::ObjectId;
use crate::objects::{Objects, Raw};
use crate::pack::Keep;
use crate::snapshot::{Change, FileKind, FileRef, Want};
use crate::tree::{Cursor, EntryKind, order};
use crate::walk::{self, Budget, Leaf};

use super::format::{Entry, Index};

/// One folder of the walk.
struct Frame {
    /// The tree's side, with its id; `None` where only the index has the folder.
    tree: Option<(Cursor<Raw>, ObjectId)>,
    /// The folder among those whose tree id the index knows.
    cached: Option<usize>,
    /// Length of the folder's path, including its slash.
    prefix: usize,
}

struct Walk<'a> {
    objects: &'a Objects,
    index: &'a Index,
    /// Place among the entries of the index.
    at: usize,
    path: Vec<u8>,
    stack: Vec<Frame>,
    budget: Budget,
    changes: Vec<Change>,
}

/// What differs between a tree (as base) and the index (as head).
pub(crate) fn changes(objects: &Objects, tree: ObjectId, index: &Index, want: Want<'_>) -> Result<Vec<Change>, DiffError> {
    let root = index.trees.root();
    if same(index, root, tree.as_bytes()) == Some(index.entries.len()) {
        return Ok(Vec::new());
    }
    let mut walk = Walk {
        objects,
        index,
        at: 0,
        path: Vec::with_capacity(256),
        stack: Vec::new(),
        budget: Budget::new("index".into()),
        changes: Vec::new(),
    };
    walk.down(Some(tree), root)?;
    while !walk.stack.is_empty() {
        walk.step(want)?;
    }
    Ok(walk.changes)
}

/// Number of index entries below a folder, if the index knows that its tree is `tree`.
fn same(index: &Index, cached: Option<usize>, tree: &[u8]) -> Option<usize> {
    let (id, entries) = index.trees.tree(&index.data, cached?)?;
    (id == tree).then_some(entries)
}

impl Walk<'_> {
    fn down(&mut self, tree: Option<ObjectId>, cached: Option<usize>) -> Result<(), DiffError> {
        self.budget.folder(self.stack.len())?;
        let tree = match tree {
            Some(id) => Some((walk::cursor(self.objects, id, &self.path, Keep::Trees)?, id)),
            None => None,
        };
        self.stack.push(Frame {
            tree,
            cached,
            prefix: self.path.len(),
        });
        Ok(())
    }

    /// Handles the next name of the innermost folder, from the tree, the index or both.
    fn step(&mut self, want: Want<'_>) -> Result<(), DiffError> {
        let Some(frame) = self.stack.last_mut() else {
            return Ok(());
        };
        self.budget.entry()?;
        self.path.truncate(frame.prefix);
        let entry = self.index.entries.get(self.at);
        if entry.is_some_and(Entry::intent_to_add) {
            self.at += 1;
            return Ok(());
        }
        let rest = entry.and_then(|entry| self.index.path(entry).strip_prefix(self.path.as_slice()));
        let ours = rest.map(|rest| match memchr::memchr(b'/', rest) {
            Some(slash) => (true, rest.get(..slash).unwrap_or_default()),
            None => (false, rest),
        });
        let theirs = frame.tree.as_ref().and_then(|(cursor, _)| cursor.entry());
        let side = match (theirs, ours) {
            (None, None) => {
                self.stack.pop();
                return Ok(());
            }
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some((kind, name, _)), Some((folder, own))) => order(name, kind == EntryKind::Folder, own, folder),
        };
        let theirs = theirs.filter(|_| side != Ordering::Greater);
        let ours = ours.filter(|_| side != Ordering::Less);
        let theirs = theirs.and_then(|(kind, name, id)| Some((kind, name, ObjectId::from_bytes(id)?)));
        if let Some(name) = theirs.map(|theirs| theirs.1).or(ours.map(|ours| ours.1)) {
            self.path.extend_from_slice(name);
        }
        let cached = match (frame.cached, ours) {
            (Some(cached), Some((true, name))) => self.index.trees.child(&self.index.data, cached, name),
            _ => None,
        };
        let base = theirs.map(|(kind, _, id)| (kind, id));
        if let (Some(_), Some((cursor, id))) = (base, frame.tree.as_mut()) {
            cursor.advance().map_err(|reason| DiffError::broken(*id, reason))?;
        }
        match (base, ours.map(|ours| ours.0)) {
            (Some((EntryKind::Folder, id)), folder) => self.folder(Some(id), folder.is_some(), cached),
            (None, Some(true)) => self.folder(None, true, cached),
            (Some((EntryKind::File(kind), id)), own) => self.file(Some((kind, id)), own.is_some(), want),
            (None, own) => self.file(None, own.is_some(), want),
        }
    }

    /// A folder of the tree, of the index, or of both: goes in unless both are known to be equal.
    fn folder(&mut self, tree: Option<ObjectId>, ours: bool, cached: Option<usize>) -> Result<(), DiffError> {
        self.path.push(b'/');
        let skip = tree.and_then(|tree| same(self.index, cached, tree.as_bytes()));
        if let Some(entries) = skip.filter(|entries| ours && self.spans(*entries)) {
            self.at += entries;
            return Ok(());
        }
        self.down(tree, cached)
    }

    /// Whether exactly the next `entries` entries lie below the current folder, as its cache says.
    fn spans(&self, entries: usize) -> bool {
        let below = |at: usize| {
            self.index
                .entries
                .get(at)
                .is_some_and(|entry| self.index.path(entry).starts_with(&self.path))
        };
        entries > 0 && below(self.at + entries - 1) && !below(self.at + entries)
    }

    fn file(&mut self, base: Option<Leaf>, ours: bool, want: Want<'_>) -> Result<(), DiffError> {
        let (from, index) = (self.at, self.index);
        let entry = index.entries.get(from).filter(|_| ours);
        let own = entry.and_then(|entry| index.leaf(entry));
        // All stages of a conflict are one path.
        let alone = || index.entries.get(from + 1).is_none_or(|next| index.path(next) != self.path);
        // Nearly all files are the same: nobody needs to be asked whether they are wanted.
        if own.is_some() && own == base && entry.is_some_and(|entry| entry.stage() == 0) && alone() {
            self.at += 1;
            return Ok(());
        }
        let mut head: Option<FileRef> = None;
        let kinds = [base, own].into_iter().flatten().map(|leaf| leaf.0);
        let opaque = kinds
            .into_iter()
            .any(|kind| matches!(kind, FileKind::Submodule | FileKind::Symlink));
        let wanted = opaque || want(&self.path);
        if ours {
            while let Some(entry) = index.entries.get(self.at).filter(|entry| index.path(entry) == self.path) {
                if wanted {
                    head = index.file(entry)?;
                }
                self.at += 1;
            }
            if own == base && self.at == from + 1 {
                return Ok(());
            }
        }
        if wanted {
            self.budget.list(&self.path)?;
            self.changes.push(Change {
                path: orgate_core::path::RepoPath::new(self.path.as_slice()),
                base: walk::file_ref(&self.path, base),
                head,
            });
        }
        Ok(())
    }
}
