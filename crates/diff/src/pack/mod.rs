//! Objects straight from packs: the everyday ones, read faster than through libgit2.
//!
//! Reads pack files and their indexes by position, without mapping them, inflates whole objects in one go, and keeps what
//! deltas are built on. It answers only when all it meets is as expected; everything else (other versions, huge packs,
//! damage, loose objects, several packs under one index) is [`None`], and then libgit2 is asked, which also says what is
//! wrong. Must not report an error of its own, and must not take "not found" for "does not exist".

mod delta;
mod file;
mod kept;
mod lent;
mod pieces;
mod table;

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use git2::ObjectType;

use crate::id::ObjectId;
use file::{Entry, File, Kind};
pub(crate) use lent::Lent;
use table::Table;

/// Longer chains of deltas are left to libgit2. Git itself makes none of more than 4095.
const MAX_CHAIN: usize = 4096;
/// Objects above this size are not worth keeping.
const KEPT: usize = 256 << 10;

/// An object, or why it was not read.
pub(crate) enum Found {
    Object(ObjectType, Arc<Vec<u8>>),
    /// A tree that nobody asks for again.
    Lent(Lent),
    /// It has more bytes than were asked for: so many.
    Larger(ObjectType, u64),
}

/// Which objects are kept in memory, because they are asked for again or others are built on them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keep {
    /// Trees, and what others are built on.
    Trees,
    /// What others are built on. For trees that are read once.
    Bases,
}

/// The packs of a repository and its alternates.
#[derive(Debug, Default)]
pub(crate) struct Packs {
    packs: Vec<Pack>,
    /// The pack in which the last object was found; the next one is most likely there too.
    last: AtomicUsize,
}

#[derive(Debug)]
struct Pack {
    /// Path of the pack file.
    path: Box<Path>,
    opened: OnceLock<Option<Opened>>,
}

#[derive(Debug)]
struct Opened {
    table: Table,
    file: File,
}

impl Packs {
    /// Looks which packs lie in these folders of objects. None is opened before it is needed.
    pub(crate) fn find<'a>(dirs: impl Iterator<Item = &'a Path>) -> Self {
        let mut packs = Vec::new();
        for dir in dirs {
            let Ok(entries) = std::fs::read_dir(dir.join("pack")) else {
                continue;
            };
            for entry in entries.flatten() {
                let path = entry.path();
                if path.extension().is_some_and(|extension| extension == "pack") {
                    packs.push(Pack {
                        path: path.into(),
                        opened: OnceLock::new(),
                    });
                }
            }
        }
        packs.sort_by(|a, b| a.path.cmp(&b.path));
        Self {
            packs,
            last: AtomicUsize::new(0),
        }
    }

    /// Reads an object of at most `limit` bytes. `None` does not mean that there is none.
    pub(crate) fn read(&self, id: ObjectId, limit: u64, keep: Keep) -> Option<Found> {
        let count = self.packs.len();
        let last = self.last.load(Ordering::Relaxed);
        for step in 0..count {
            let at = (last + step) % count;
            let Some(opened) = self.packs.get(at)?.opened(id.as_bytes().len()) else {
                continue;
            };
            if let Some(offset) = opened.table.offset(id.as_bytes()) {
                self.last.store(at, Ordering::Relaxed);
                return opened.object(offset, limit, keep);
            }
        }
        None
    }
}

impl Pack {
    fn opened(&self, id_len: usize) -> Option<&Opened> {
        let open = || {
            let table = Table::open(&self.path.with_extension("idx"), id_len)?;
            let file = File::open(&self.path, id_len, table.count())?;
            Some(Opened { table, file })
        };
        // All ids of a repository have one length, so whoever opens the pack first opens it for all.
        self.opened.get_or_init(open).as_ref()
    }
}

impl Opened {
    fn object(&self, offset: u64, limit: u64, keep: Keep) -> Option<Found> {
        // Where the deltas lie, the last to be applied first. What they hold is read one after another: together they can
        // be many times as large as the object.
        let mut deltas: Vec<Entry> = Vec::new();
        let mut places: Vec<u64> = Vec::new();
        let mut last: Option<Vec<u8>> = None;
        let mut size: Option<u64> = None;
        let mut at = offset;
        let (kind, mut content) = loop {
            if let Some(kept) = self.file.kept(at) {
                break kept;
            }
            let entry = self.file.entry(at)?;
            let base = match entry.kind {
                Kind::Whole(kind) => {
                    let size = size.unwrap_or(entry.size);
                    if size > limit {
                        return Some(Found::Larger(kind, size));
                    }
                    if keep == Keep::Bases && kind == ObjectType::Tree && deltas.is_empty() {
                        return self.file.inflate_once(&entry).map(Found::Lent);
                    }
                    let content = Arc::new(self.file.inflate(&entry)?);
                    break (kind, content);
                }
                Kind::Above(distance) => at.checked_sub(distance)?,
                Kind::Delta(base) => self.table.offset(base.as_bytes())?,
            };
            if size.is_none() {
                let delta = self.file.inflate(&entry)?;
                size = Some(delta::size(&delta)?);
                last = Some(delta);
            }
            deltas.push(entry);
            places.push(at);
            if deltas.len() > MAX_CHAIN {
                return None;
            }
            at = base;
        };
        let size = size.unwrap_or(u64::try_from(content.len()).ok()?);
        if size > limit {
            return Some(Found::Larger(kind, size));
        }
        if !deltas.is_empty() || (kind == ObjectType::Tree && keep == Keep::Trees) {
            self.keep(at, kind, &content);
        }
        while let Some((entry, at)) = deltas.pop().zip(places.pop()) {
            let delta = match last.take_if(|_| deltas.is_empty()) {
                Some(last) => last,
                None => self.file.inflate(&entry)?,
            };
            content = Arc::new(delta::apply(&content, &delta)?);
            if !deltas.is_empty() || (kind == ObjectType::Tree && keep == Keep::Trees) {
                self.keep(at, kind, &content);
            }
        }
        Some(Found::Object(kind, content))
    }

    fn keep(&self, at: u64, kind: ObjectType, content: &Arc<Vec<u8>>) {
        if content.len() <= KEPT {
            self.file.keep(at, kind, content);
        }
    }
}

#[cfg(test)]
mod tests;
