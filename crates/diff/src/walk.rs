//! The merge walk over two trees: work grows with the change, because equal subtrees are never opened.
//!
//! Iterative, and bounded in depth, entries and listed bytes: a tree of a few kilobytes can stand for billions of files.

use std::cmp::Ordering;

use crate::error::DiffError;
use crate::id::ObjectId;
use crate::objects::{Objects, Raw};
use crate::snapshot::{Content, FileKind, FileRef};
use crate::tree::{Cursor, EntryKind, order};

/// Folders within folders. Git itself refuses to go deeper than this by default.
pub(crate) const MAX_DEPTH: usize = 2048;
/// Entries looked at in one walk.
const MAX_ENTRIES: u64 = 5_000_000;
/// What opening a folder costs, in entries.
const FOLDER: u64 = 25;
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

/// Receives a path with what stands there on either side.
pub(crate) type Emit<'a> = &'a mut dyn FnMut(&mut Budget, &[u8], Option<Leaf>, Option<Leaf>) -> Result<(), DiffError>;

/// The two sides of one folder.
struct Frame<'a> {
    base: Option<Cursor<Raw<'a>>>,
    head: Option<Cursor<Raw<'a>>>,
    /// Length of the path of this folder, including its slash.
    prefix: usize,
    ids: (Option<ObjectId>, Option<ObjectId>),
}

/// One step of a walk.
enum Step {
    Down(Option<ObjectId>, Option<ObjectId>),
    Leaf(Option<Leaf>, Option<Leaf>),
    Same,
    Up,
}

/// Calls `emit` for every path that differs between two trees, in order of path bytes. A side that is `None` has no
/// files at all, so that listing a tree is comparing it with nothing.
pub(crate) fn walk(
    objects: &Objects,
    base: Option<ObjectId>,
    head: Option<ObjectId>,
    budget: &mut Budget,
    emit: Emit<'_>,
) -> Result<(), DiffError> {
    if base == head {
        return Ok(());
    }
    let mut path = Vec::with_capacity(256);
    let mut stack = vec![open(objects, base, head, &path)?];
    while let Some(frame) = stack.last_mut() {
        path.truncate(frame.prefix);
        budget.entry()?;
        match step(frame, &mut path)? {
            Step::Same => {}
            Step::Up => {
                stack.pop();
            }
            Step::Leaf(base, head) => emit(budget, &path, base, head)?,
            Step::Down(base, head) => {
                path.push(b'/');
                budget.folder(stack.len())?;
                let frame = open(objects, base, head, &path)?;
                stack.push(frame);
            }
        }
    }
    Ok(())
}

fn open<'a>(objects: &'a Objects, base: Option<ObjectId>, head: Option<ObjectId>, path: &[u8]) -> Result<Frame<'a>, DiffError> {
    let side = |id: Option<ObjectId>| match id {
        Some(id) => cursor(objects, id, path).map(Some),
        None => Ok(None),
    };
    Ok(Frame {
        base: side(base)?,
        head: side(head)?,
        prefix: path.len(),
        ids: (base, head),
    })
}

/// A cursor on the first entry of the tree `id`.
pub(crate) fn cursor<'a>(objects: &'a Objects, id: ObjectId, path: &[u8]) -> Result<Cursor<Raw<'a>>, DiffError> {
    Cursor::new(objects.tree(id, path)?, objects.id_len()).map_err(|reason| DiffError::broken(id, reason))
}

/// Takes the next entry off one side or both, and appends its name to `path`.
fn step(frame: &mut Frame<'_>, path: &mut Vec<u8>) -> Result<Step, DiffError> {
    let base = frame.base.as_ref().and_then(Cursor::entry);
    let head = frame.head.as_ref().and_then(Cursor::entry);
    let side = match (base, head) {
        (None, None) => return Ok(Step::Up),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (Some(base), Some(head)) => order(base.1, base.0 == EntryKind::Folder, head.1, head.0 == EntryKind::Folder),
    };
    let base = base.filter(|_| side != Ordering::Greater);
    let head = head.filter(|_| side != Ordering::Less);
    let step = match (base, head) {
        (Some(base), Some(head)) if base.0 == head.0 && base.2 == head.2 => Step::Same,
        _ => {
            if let Some((_, name, _)) = base.or(head) {
                path.extend_from_slice(name);
            }
            let folder = base.or(head).is_some_and(|entry| entry.0 == EntryKind::Folder);
            let id = |entry: Option<(EntryKind, &[u8], &[u8])>| entry.and_then(|entry| ObjectId::from_bytes(entry.2));
            if folder {
                Step::Down(id(base), id(head))
            } else {
                Step::Leaf(leaf(base), leaf(head))
            }
        }
    };
    let (base, head) = (base.is_some(), head.is_some());
    if base {
        advance(frame.base.as_mut(), frame.ids.0)?;
    }
    if head {
        advance(frame.head.as_mut(), frame.ids.1)?;
    }
    Ok(step)
}

fn leaf(entry: Option<(EntryKind, &[u8], &[u8])>) -> Option<Leaf> {
    match entry? {
        (EntryKind::File(kind), _, id) => Some((kind, ObjectId::from_bytes(id)?)),
        (EntryKind::Folder, ..) => None,
    }
}

fn advance(cursor: Option<&mut Cursor<Raw<'_>>>, id: Option<ObjectId>) -> Result<(), DiffError> {
    let (Some(cursor), Some(id)) = (cursor, id) else {
        return Ok(());
    };
    cursor.advance().map_err(|reason| DiffError::broken(id, reason))
}

/// A leaf as a file reference.
pub(crate) fn file_ref(path: &[u8], leaf: Option<Leaf>) -> Option<FileRef> {
    leaf.map(|(kind, id)| FileRef::new(path, kind, Content::Object(id)))
}
