//! The merge walk over two trees: work grows with the change, because equal subtrees are never opened. And the bounds of
//! every walk.

use std::cmp::Ordering;

use orgate_core::path::RepoPath;

use crate::error::DiffError;
use crate::id::ObjectId;
use crate::objects::{Objects, Raw};
use crate::pack::Keep;
use crate::search::{Inside, Left, Placed, search};
use crate::snapshot::{Change, Content, FileKind, FileRef, Want};
use crate::tree::{Cursor, EntryKind, order};

/// Folders within folders. Git itself refuses to go deeper than this by default.
pub(crate) const MAX_DEPTH: usize = 2048;
/// Entries looked at in one walk.
const MAX_ENTRIES: u64 = 5_000_000;
/// What opening a folder costs, in entries.
pub(crate) const FOLDER: u64 = 25;
/// Bytes that a listed path takes beside its text.
const OVERHEAD: usize = 64;
/// Bytes of all paths listed by one walk.
const MAX_LISTED: usize = 512 << 20;

/// What is left of the bounds of one walk.
#[derive(Debug)]
pub(crate) struct Budget {
    snapshot: String,
    entries: u64,
    listed: usize,
}

impl Budget {
    pub(crate) fn new(snapshot: String) -> Self {
        Self {
            snapshot,
            entries: MAX_ENTRIES,
            listed: MAX_LISTED,
        }
    }

    fn excess(&self, what: String) -> DiffError {
        DiffError::Excess {
            snapshot: self.snapshot.clone(),
            what,
        }
    }

    /// The error that a walk of many threads ends with when any of its bounds is exceeded.
    pub(crate) fn exceeded(&self) -> DiffError {
        self.excess(format!("more than {MAX_ENTRIES} entries, or too many paths to list"))
    }

    /// Counts one entry.
    pub(crate) fn entry(&mut self) -> Result<(), DiffError> {
        self.spend(1)
    }

    /// How many entries are left.
    pub(crate) fn entries(&self) -> u64 {
        self.entries
    }

    /// How many bytes of paths are left.
    pub(crate) fn bytes(&self) -> u64 {
        u64::try_from(self.listed).unwrap_or(u64::MAX)
    }

    /// Counts several entries.
    pub(crate) fn spend(&mut self, entries: u64) -> Result<(), DiffError> {
        self.entries = self
            .entries
            .checked_sub(entries)
            .ok_or_else(|| self.excess(format!("more than {MAX_ENTRIES} entries")))?;
        Ok(())
    }

    /// Counts a path that is listed.
    pub(crate) fn list(&mut self, path: &[u8]) -> Result<(), DiffError> {
        self.listed = self
            .listed
            .checked_sub(path.len() + OVERHEAD)
            .ok_or_else(|| self.excess("too many files to list".into()))?;
        Ok(())
    }

    /// Counts a tree to open, and refuses those nested too deeply.
    pub(crate) fn folder(&mut self, depth: usize) -> Result<(), DiffError> {
        self.depth(depth)?;
        self.spend(FOLDER)
    }

    /// Refuses folders nested too deeply.
    pub(crate) fn depth(&self, depth: usize) -> Result<(), DiffError> {
        if depth <= MAX_DEPTH {
            return Ok(());
        }
        Err(self.excess(format!("folders nested more than {MAX_DEPTH} deep")))
    }
}

/// What listing a path costs.
pub(crate) fn listed(path: &[u8]) -> u64 {
    u64::try_from(path.len() + OVERHEAD).unwrap_or(u64::MAX)
}

/// A file of a tree: kind and id.
pub(crate) type Leaf = (FileKind, ObjectId);

/// What can hold files of its own.
const OPAQUE: [EntryKind; 2] = [EntryKind::File(FileKind::Submodule), EntryKind::File(FileKind::Symlink)];

/// A folder of which the sides differ; a side that is `None` has no such folder.
struct Folder {
    /// Its path with a slash behind it.
    path: Box<[u8]>,
    base: Option<ObjectId>,
    head: Option<ObjectId>,
}

impl Placed for Folder {
    fn path(&self) -> &[u8] {
        &self.path
    }
}

/// Every wanted path and every submodule and link that differs between two trees, in order of path bytes. `snapshot` is named in messages.
pub(crate) fn walk(objects: &Objects, base: ObjectId, head: ObjectId, snapshot: String, want: Want<'_>) -> Result<Vec<Change>, DiffError> {
    if base == head {
        return Ok(Vec::new());
    }
    let root = Folder {
        path: Box::default(),
        base: Some(base),
        head: Some(head),
    };
    search(root, snapshot, |folder, left| look(objects, folder, left, want))
}

/// One side of a folder.
struct Side(Option<(Cursor<Raw>, ObjectId)>);

impl<'a> Side {
    fn open(objects: &'a Objects, id: Option<ObjectId>, path: &[u8]) -> Result<Self, DiffError> {
        let open = |id| Ok((cursor(objects, id, path, Keep::Trees)?, id));
        id.map(open).transpose().map(Self)
    }

    fn entry(&self) -> Option<(EntryKind, &[u8], &[u8])> {
        self.0.as_ref()?.0.entry()
    }

    fn bytes(&self) -> Option<&[u8]> {
        self.0.as_ref()?.0.bytes()
    }

    fn advance(&mut self) -> Result<(), DiffError> {
        match &mut self.0 {
            Some((cursor, id)) => cursor.advance().map_err(|reason| DiffError::broken(*id, reason)),
            None => Ok(()),
        }
    }
}

/// A cursor on the first entry of the tree `id`.
pub(crate) fn cursor(objects: &Objects, id: ObjectId, path: &[u8], keep: Keep) -> Result<Cursor<Raw>, DiffError> {
    Cursor::new(objects.tree(id, path, keep)?, objects.id_len()).map_err(|reason| DiffError::broken(id, reason))
}

/// Compares the entries of one folder.
fn look(objects: &Objects, folder: &Folder, left: &Left, want: Want<'_>) -> Result<Inside<Change, Folder>, DiffError> {
    let mut inside = Inside::new();
    let mut base = Side::open(objects, folder.base, &folder.path)?;
    let mut head = Side::open(objects, folder.head, &folder.path)?;
    let mut path = folder.path.to_vec();
    loop {
        // Nearly all entries of a folder that differs are the same.
        if base.bytes().is_some_and(|entry| head.bytes() == Some(entry)) {
            inside.entry();
            base.advance()?;
            head.advance()?;
            continue;
        }
        let side = match (base.entry(), head.entry()) {
            (None, None) => return Ok(inside),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(base), Some(head)) => order(base.1, base.0 == EntryKind::Folder, head.1, head.0 == EntryKind::Folder),
        };
        inside.entry();
        let old = base.entry().filter(|_| side != Ordering::Greater);
        let new = head.entry().filter(|_| side != Ordering::Less);
        let same = old.zip(new).is_some_and(|(old, new)| old.0 == new.0 && old.2 == new.2);
        if let Some((kind, name, _)) = old.or(new).filter(|_| !same) {
            path.truncate(folder.path.len());
            path.extend_from_slice(name);
            let id = |entry: Option<(EntryKind, &[u8], &[u8])>| ObjectId::from_bytes(entry?.2);
            let more = if kind == EntryKind::Folder {
                path.push(b'/');
                let below = Folder {
                    path: path.as_slice().into(),
                    base: id(old),
                    head: id(new),
                };
                inside.folder(left, below)
            } else if want(&path) || [old, new].into_iter().flatten().any(|entry| OPAQUE.contains(&entry.0)) {
                let change = Change {
                    path: RepoPath::new(path.as_slice()),
                    base: file_ref(&path, leaf(old)),
                    head: file_ref(&path, leaf(new)),
                };
                inside.find(left, change)
            } else {
                true
            };
            if !more {
                return Ok(inside);
            }
        }
        if side != Ordering::Greater {
            base.advance()?;
        }
        if side != Ordering::Less {
            head.advance()?;
        }
    }
}

fn leaf(entry: Option<(EntryKind, &[u8], &[u8])>) -> Option<Leaf> {
    match entry? {
        (EntryKind::File(kind), _, id) => Some((kind, ObjectId::from_bytes(id)?)),
        (EntryKind::Folder, ..) => None,
    }
}

/// A leaf as a file reference.
pub(crate) fn file_ref(path: &[u8], leaf: Option<Leaf>) -> Option<FileRef> {
    leaf.map(|(kind, id)| FileRef::new(path, kind, Content::Object(id)))
}
