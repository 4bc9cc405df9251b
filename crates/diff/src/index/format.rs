//! The index file, versions 2 to 4, with the cache of tree ids that lets unchanged folders be skipped.
//!
//! Paths and ids stay where they lie in the file. The checksum at the end is not computed (git does not either); instead
//! every entry and extension must end exactly where the next begins. Must not guess: what is not understood is handed back.

use super::trees::Trees;

/// Bytes before the entries, and before the id within an entry.
pub(super) const HEADER: usize = 12;
pub(super) const STAT: usize = 40;

/// Bytes of all paths, as a multiple of the file: an entry has 62 bytes besides its path, and a path has hundreds.
const MOST_PATHS: usize = 16;

pub(super) const EXTENDED: u16 = 0x4000;
pub(super) const NAME: u16 = 0x0fff;
/// Bits of the second flag word, kept above the first.
const SKIP_WORKTREE: u32 = 0x4000 << 16;
const INTENT_TO_ADD: u32 = 0x2000 << 16;

/// One entry of the index.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry {
    pub(crate) mode: u32,
    /// The first flag word, and the second above it.
    pub(crate) flags: u32,
    pub(crate) id: u32,
    pub(crate) path: u32,
    pub(crate) path_len: u32,
}

impl Entry {
    /// 0, or 1 to 3 for the sides of a conflict.
    pub(crate) fn stage(&self) -> u32 {
        (self.flags >> 12) & 3
    }

    /// Announced with `git add -N`: tracked, but not part of the next commit.
    pub(crate) fn intent_to_add(&self) -> bool {
        self.flags & INTENT_TO_ADD != 0
    }

    /// Left out of the work tree on purpose (sparse checkout).
    pub(crate) fn skip_worktree(&self) -> bool {
        self.flags & SKIP_WORKTREE != 0
    }
}

/// A parsed index.
#[derive(Debug, Clone, Default)]
pub(crate) struct Index {
    /// The file, or a listing of it.
    pub(crate) data: Vec<u8>,
    /// Paths that do not lie in the file as a whole (version 4); else empty, and paths lie in `data`.
    pub(crate) names: Vec<u8>,
    pub(crate) id_len: usize,
    /// Sorted by path and stage.
    pub(crate) entries: Vec<Entry>,
    /// Folders whose tree ids are known; they lie in `data`.
    pub(crate) trees: Trees,
}

impl Index {
    pub(crate) fn path(&self, entry: &Entry) -> &[u8] {
        let arena = if self.names.is_empty() { &self.data } else { &self.names };
        slice(arena, entry.path as usize, entry.path_len as usize).unwrap_or_default()
    }

    pub(crate) fn id(&self, entry: &Entry) -> &[u8] {
        slice(&self.data, entry.id as usize, self.id_len).unwrap_or_default()
    }

    /// Name of every folder whose tree id may be known, with the place behind the last one below it.
    pub(crate) fn folders(&self) -> impl Iterator<Item = (&[u8], usize)> {
        self.trees.folders(&self.data)
    }

    /// Checks what every user of the entries relies on.
    pub(crate) fn check_order(&self) -> Result<(), String> {
        let mut before: (&[u8], u32) = (b"", 0);
        for entry in &self.entries {
            let now = (self.path(entry), entry.stage());
            if now.0.is_empty() || now <= before {
                return Err("its entries are not in order".into());
            }
            before = now;
        }
        Ok(())
    }
}

/// Why an index was not read.
#[derive(Debug)]
pub(crate) enum Unread {
    /// It is damaged.
    Broken(String),
    /// It is of a kind that only git reads; the text continues "the index".
    Foreign(String),
}

impl From<&str> for Unread {
    fn from(reason: &str) -> Self {
        Self::Broken(reason.into())
    }
}

/// Reads an index file.
pub(crate) fn parse(data: Vec<u8>, id_len: usize) -> Result<Index, Unread> {
    if data.get(..4) != Some(b"DIRC") {
        return Err("it is not an index file".into());
    }
    let version = number(&data, 4).ok_or("it is cut off")?;
    if !(2..=4).contains(&version) {
        return Err(Unread::Foreign(format!("has version {version}")));
    }
    let count = number(&data, 8).ok_or("it is cut off")? as usize;
    let end = data.len().checked_sub(id_len).ok_or("it is cut off")?;
    if u32::try_from(data.len()).is_err() || count > end / STAT {
        return Err("its size does not fit its number of entries".into());
    }
    let mut index = Index {
        data,
        id_len,
        entries: Vec::with_capacity(count),
        ..Index::default()
    };
    let mut at = HEADER;
    for _ in 0..count {
        at = entry(&mut index, at, end, version).ok_or("an entry is cut off")?;
    }
    if index.entries.iter().any(|entry| entry.mode & 0o170_000 == 0o040_000) {
        return Err(Unread::Foreign("is sparse".into()));
    }
    while at < end {
        let name = slice(&index.data, at, 4).ok_or("an extension is cut off")?;
        let size = number(&index.data, at + 4).ok_or("an extension is cut off")? as usize;
        let body = at + 8..at + 8 + size;
        if body.end > end {
            return Err("an extension is cut off".into());
        }
        at = body.end;
        match name {
            b"TREE" => {
                index.trees = Trees::parse(&index.data, body, id_len).ok_or("its cache of trees is malformed")?;
            }
            b"link" => return Err(Unread::Foreign("is split".into())),
            b"sdir" => return Err(Unread::Foreign("is sparse".into())),
            _ if name.first().is_some_and(u8::is_ascii_uppercase) => {}
            _ => {
                let name = String::from_utf8_lossy(name);
                return Err(Unread::Foreign(format!("has the extension {name}")));
            }
        }
    }
    if at != end {
        return Err("it has bytes that belong to nothing".into());
    }
    // Not before the extensions are known: a split index holds entries without names.
    index.check_order().map_err(Unread::Broken)?;
    Ok(index)
}

/// Reads the entry at `at` and returns the place behind it.
fn entry(index: &mut Index, at: usize, end: usize, version: u32) -> Option<usize> {
    let data = index.data.get(..end)?;
    let mode = number(data, at + 24)?;
    let id = at + STAT;
    let mut next = id + index.id_len;
    let first = short(data, next)?;
    next += 2;
    let mut flags = u32::from(first);
    if first & EXTENDED != 0 {
        if version < 3 {
            return None;
        }
        flags |= u32::from(short(data, next)?) << 16;
        next += 2;
    }
    let (path, path_len);
    if version < 4 {
        path = next;
        let known = usize::from(first & NAME);
        path_len = if known < usize::from(NAME) {
            known
        } else {
            memchr::memchr(0, data.get(next..)?)?
        };
        // From 1 to 8 zero bytes follow, up to a multiple of 8.
        next = at + ((next + path_len - at + 8) & !7);
        if data.get(path + path_len..next)?.iter().any(|byte| *byte != 0) {
            return None;
        }
    } else {
        let drop = varint(data, &mut next)?;
        let len = memchr::memchr(0, data.get(next..)?)?;
        let (from, before) = match index.entries.last() {
            Some(last) => (last.path as usize, last.path_len as usize),
            None => (0, 0),
        };
        let keep = before.checked_sub(drop)?;
        path = index.names.len();
        path_len = keep + len;
        // Each entry may repeat all of the path before it: a small file could ask for any amount of memory.
        if path + path_len > MOST_PATHS.saturating_mul(data.len()) {
            return None;
        }
        index.names.extend_from_within(from..from + keep);
        index.names.extend_from_slice(data.get(next..next + len)?);
        next += len + 1;
    }
    index.entries.push(Entry {
        mode,
        flags,
        id: u32::try_from(id).ok()?,
        path: u32::try_from(path).ok()?,
        path_len: u32::try_from(path_len).ok()?,
    });
    Some(next)
}

/// A number in git's offset encoding: seven bits a byte, each continuation adding one.
pub(super) fn varint(data: &[u8], at: &mut usize) -> Option<usize> {
    let mut byte = *data.get(*at)?;
    *at += 1;
    let mut value = usize::from(byte & 0x7f);
    while byte & 0x80 != 0 {
        byte = *data.get(*at)?;
        *at += 1;
        value = value.checked_add(1)?.checked_mul(128)? | usize::from(byte & 0x7f);
    }
    Some(value)
}

pub(super) fn slice(data: &[u8], at: usize, len: usize) -> Option<&[u8]> {
    data.get(at..at.checked_add(len)?)
}

pub(super) fn number(data: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(slice(data, at, 4)?.try_into().ok()?))
}

pub(super) fn short(data: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(slice(data, at, 2)?.try_into().ok()?))
}
