//! Objects straight from packs.
//!
//! Reads pack files and their indexes by position, without mapping them, inflates whole objects in one go, and keeps what
//! deltas are built on. Nothing that a pack or its index says is believed: libgit2, which believes where an index says an
//! object lies, ends the process on one flipped bit. What is damaged is an error, unless another pack has the object whole;
//! it is never taken for "does not exist".

mod delta;
mod file;
mod kept;
mod lent;
mod pieces;
mod table;

use std::io::Error;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use git2::ObjectType;

use crate::dir::absent;
use crate::error::DiffError;
use crate::id::ObjectId;
use crate::lock::lock;
use file::{Entry, File, Kind};
pub(crate) use lent::Lent;
use table::Table;

/// Longer chains of deltas are damage, such as one that ends nowhere. Git itself makes none of more than 4095.
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
    known: Vec<Pack>,
    /// The pack in which the last object was found; the next one is most likely there too.
    last: AtomicUsize,
    /// The folders that hold packs.
    dirs: Vec<PathBuf>,
    /// Packs that came to be later, by a fetch or by somebody who tidied up.
    later: Mutex<Vec<Arc<Pack>>>,
}

#[derive(Debug)]
struct Pack {
    /// Path of the pack file.
    path: Box<Path>,
    opened: OnceLock<Result<Opened, Fault>>,
}

#[derive(Debug)]
struct Opened {
    table: Table,
    file: File,
}

/// Why a pack gives no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// It has no index, or no longer one: it is being written, or was deleted.
    Gone,
    /// It cannot be read, or is not what git writes.
    Damaged,
}

impl Fault {
    fn of(error: &Error) -> Self {
        if absent(error) { Self::Gone } else { Self::Damaged }
    }
}

impl Packs {
    /// Looks which packs lie in these folders of objects. None is opened before it is needed.
    pub(crate) fn find<'a>(dirs: impl Iterator<Item = &'a Path>) -> Self {
        let dirs: Vec<PathBuf> = dirs.map(|dir| dir.join("pack")).collect();
        let mut known: Vec<Pack> = listed(&dirs).map(Pack::new).collect();
        known.sort_by(|a, b| a.path.cmp(&b.path));
        Self {
            known,
            last: AtomicUsize::new(0),
            dirs,
            later: Mutex::default(),
        }
    }

    /// Looks which packs came to be since; whether there are any.
    pub(crate) fn refresh(&self) -> bool {
        let mut later = lock(&self.later);
        let before = later.len();
        for path in listed(&self.dirs) {
            let old = self.known.binary_search_by(|pack| (*pack.path).cmp(&path)).is_ok();
            if !old && !later.iter().any(|pack| *pack.path == *path) {
                later.push(Arc::new(Pack::new(path)));
            }
        }
        later.len() > before
    }

    /// Reads an object of at most `limit` bytes; `None` if no pack has it.
    pub(crate) fn read(&self, id: ObjectId, limit: u64, keep: Keep) -> Result<Option<Found>, DiffError> {
        self.first(id, |opened| {
            let offset = opened.table.offset(id.as_bytes())?;
            let object = |offset| opened.object(offset, limit, keep).ok_or(Fault::Damaged);
            offset.map(object).transpose()
        })
    }

    /// Whether a pack has the object.
    pub(crate) fn holds(&self, id: ObjectId) -> Result<bool, DiffError> {
        let found = self.first(id, |opened| opened.table.offset(id.as_bytes()))?;
        Ok(found.is_some())
    }

    /// Ids that are not below `least` and for which `like` holds, up to two of each pack.
    pub(crate) fn from(&self, least: ObjectId, like: impl Fn(ObjectId) -> bool) -> Result<Vec<ObjectId>, DiffError> {
        let mut found = Vec::new();
        self.first(least, |opened| {
            found.extend(opened.table.from(least.as_bytes(), &like)?);
            Ok(None::<()>)
        })?;
        Ok(found)
    }

    /// What the first pack says that has something to say. A damaged one does not keep another one from answering.
    fn first<T>(&self, id: ObjectId, mut ask: impl FnMut(&Opened) -> Result<Option<T>, Fault>) -> Result<Option<T>, DiffError> {
        let mut damaged: Option<DiffError> = None;
        let mut one = |pack: &Pack| match pack.opened(id.as_bytes().len()).and_then(&mut ask) {
            Err(Fault::Damaged) => {
                damaged.get_or_insert_with(|| pack.damaged(id));
                None
            }
            Err(Fault::Gone) => None,
            Ok(answer) => answer,
        };
        let count = self.known.len();
        let last = self.last.load(Ordering::Relaxed);
        for step in 0..count {
            let at = (last + step) % count;
            if let Some(answer) = self.known.get(at).and_then(&mut one) {
                self.last.store(at, Ordering::Relaxed);
                return Ok(Some(answer));
            }
        }
        let later = lock(&self.later).clone();
        let answer = later.iter().find_map(|pack| one(pack));
        match damaged {
            Some(error) if answer.is_none() => Err(error),
            _ => Ok(answer),
        }
    }
}

/// The packs in these folders.
fn listed(dirs: &[PathBuf]) -> impl Iterator<Item = PathBuf> {
    let entries = dirs.iter().filter_map(|dir| std::fs::read_dir(dir).ok()).flatten().flatten();
    let paths = entries.map(|entry| entry.path());
    paths.filter(|path| path.extension().is_some_and(|extension| extension == "pack"))
}

impl Pack {
    fn new(path: PathBuf) -> Self {
        Self {
            path: path.into(),
            opened: OnceLock::new(),
        }
    }

    fn opened(&self, id_len: usize) -> Result<&Opened, Fault> {
        let open = || {
            let table = Table::open(&self.path.with_extension("idx"), id_len)?;
            let file = File::open(&self.path, id_len, table.count())?;
            Ok(Opened { table, file })
        };
        // All ids of a repository have one length, so whoever opens the pack first opens it for all.
        self.opened.get_or_init(open).as_ref().map_err(|fault| *fault)
    }

    fn damaged(&self, id: ObjectId) -> DiffError {
        let reason = format!(
            "the pack {} or its index is damaged; see what git fsck says, and fetch or clone again",
            self.path.display()
        );
        DiffError::broken(id, reason)
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
                    let once = keep == Keep::Bases && kind == ObjectType::Tree && deltas.is_empty();
                    if let Some(content) = once.then(|| self.file.inflate_once(&entry)).flatten() {
                        return Some(Found::Lent(content));
                    }
                    let content = Arc::new(self.file.inflate(&entry)?);
                    break (kind, content);
                }
                Kind::Above(distance) => at.checked_sub(distance)?,
                Kind::Delta(base) => self.table.offset(base.as_bytes()).ok()??,
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
