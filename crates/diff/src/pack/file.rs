//! The pack file: entries by position, inflated in one go, and the objects that others are built on.

use std::cell::RefCell;
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};

use git2::ObjectType;
use libdeflater::Decompressor;

use super::delta::varint;
use super::kept::Kept;
use super::lent::Lent;
use super::pieces::{PIECE, Pieces};
use crate::id::ObjectId;
use crate::lock::lock;
use crate::positioned::{fill_at, read_at};

/// Larger objects are left to libgit2, which need not have all of their compressed bytes in memory.
const MOST: u64 = 128 << 20;
/// An entry begins with at most this many bytes: kind and size, then the base.
const HEADER: usize = 10 + 32;

pub(super) struct File {
    handle: fs::File,
    id_len: usize,
    /// Where the checksum begins.
    end: u64,
    pieces: Mutex<Pieces>,
    kept: Mutex<Kept>,
}

impl std::fmt::Debug for File {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("File").field("handle", &self.handle).finish_non_exhaustive()
    }
}

/// What an entry of the pack holds.
pub(super) enum Kind {
    Whole(ObjectType),
    /// A delta to the entry that begins so many bytes above.
    Above(u64),
    /// A delta to an object.
    Delta(ObjectId),
}

/// An entry whose header was read.
pub(super) struct Entry {
    pub(super) kind: Kind,
    /// Bytes of what is compressed.
    pub(super) size: u64,
    /// Where it begins.
    from: u64,
}

thread_local! {
    static INFLATE: RefCell<Decompressor> = RefCell::new(Decompressor::new());
}

impl File {
    pub(super) fn open(path: &Path, id_len: usize, count: u32) -> Option<Self> {
        let file = fs::File::open(path).ok()?;
        let end = file.metadata().ok()?.len().checked_sub(u64::try_from(id_len).ok()?)?;
        let header = read_at(&file, 0, 12)?;
        let sound = header.starts_with(b"PACK\0\0\0\x02") || header.starts_with(b"PACK\0\0\0\x03");
        (sound && header.get(8..)? == count.to_be_bytes()).then(|| Self {
            handle: file,
            id_len,
            end,
            pieces: Mutex::default(),
            kept: Mutex::default(),
        })
    }

    /// The entry at a place.
    pub(super) fn entry(&self, offset: u64) -> Option<Entry> {
        self.with(offset, HEADER, |head| {
            let first = *head.first()?;
            let mut at = 1;
            let mut size = u64::from(first & 0x0f);
            if first & 0x80 != 0 {
                size |= varint(head, &mut at)?.checked_mul(16)?;
            }
            let kind = match (first >> 4) & 7 {
                1 => Kind::Whole(ObjectType::Commit),
                2 => Kind::Whole(ObjectType::Tree),
                3 => Kind::Whole(ObjectType::Blob),
                4 => Kind::Whole(ObjectType::Tag),
                6 => Kind::Above(distance(head, &mut at)?),
                7 => {
                    let id = ObjectId::from_bytes(head.get(at..at + self.id_len)?)?;
                    at += self.id_len;
                    Kind::Delta(id)
                }
                _ => return None,
            };
            let from = offset + u64::try_from(at).ok()?;
            Some(Entry { kind, size, from })
        })
    }

    /// What an entry holds.
    pub(super) fn inflate(&self, entry: &Entry) -> Option<Vec<u8>> {
        let mut content = vec![0; bytes(entry)?];
        self.inflate_into(entry, &mut content)?;
        Some(content)
    }

    /// What an entry holds, in memory that is used again.
    pub(super) fn inflate_once(&self, entry: &Entry) -> Option<Lent> {
        let mut content = Lent::new(bytes(entry)?);
        self.inflate_into(entry, &mut content)?;
        Some(content)
    }

    fn inflate_into(&self, entry: &Entry, content: &mut [u8]) -> Option<()> {
        let size = content.len();
        // What deflate makes of bytes that cannot be compressed. Who wrote more than that is read by libgit2.
        let longest = size + (size >> 3) + (size >> 6) + 64;
        self.with(entry.from, longest, |compressed| {
            let made = INFLATE.with_borrow_mut(|inflate| inflate.zlib_decompress(compressed, content));
            (made == Ok(size)).then_some(())
        })
    }

    /// Gives `act` up to `len` bytes from a place; fewer only where the file ends.
    fn with<T>(&self, offset: u64, len: usize, act: impl FnOnce(&[u8]) -> Option<T>) -> Option<T> {
        let len = len.min(usize::try_from(self.end.checked_sub(offset)?).ok()?);
        let start = usize::try_from(offset % PIECE).ok()?;
        let last = offset + u64::try_from(len).ok()?;
        if last.div_ceil(PIECE) == offset / PIECE + 1 {
            let piece = self.piece(offset / PIECE)?;
            return act(piece.get(start..start + len)?);
        }
        let mut bytes = Lent::new(len);
        let read = fill_at(&self.handle, offset, &mut bytes).ok()?;
        if read == len { act(&bytes) } else { None }
    }

    fn piece(&self, number: u64) -> Option<Arc<Vec<u8>>> {
        let mut buffer = match lock(&self.pieces).get(number) {
            Ok(piece) => return Some(piece),
            Err(buffer) => buffer,
        };
        let from = number * PIECE;
        buffer.resize(usize::try_from(PIECE.min(self.end.checked_sub(from)?)).ok()?, 0);
        let read = fill_at(&self.handle, from, &mut buffer).ok()?;
        let piece = (read == buffer.len()).then(|| Arc::new(buffer))?;
        lock(&self.pieces).keep(number, &piece);
        Some(piece)
    }

    /// An object that was kept.
    pub(super) fn kept(&self, offset: u64) -> Option<(ObjectType, Arc<Vec<u8>>)> {
        lock(&self.kept).get(offset)
    }

    /// Keeps an object for those that are built on it.
    pub(super) fn keep(&self, offset: u64, kind: ObjectType, content: &Arc<Vec<u8>>) {
        lock(&self.kept).keep(offset, kind, content);
    }
}

/// The bytes of what an entry holds, unless they are too many.
fn bytes(entry: &Entry) -> Option<usize> {
    let size = Some(entry.size).filter(|size| *size <= MOST)?;
    usize::try_from(size).ok()
}

/// A distance in git's encoding: seven bits a byte, each continuation adding one.
fn distance(data: &[u8], at: &mut usize) -> Option<u64> {
    let mut byte = *data.get(*at)?;
    *at += 1;
    let mut value = u64::from(byte & 0x7f);
    while byte & 0x80 != 0 {
        byte = *data.get(*at)?;
        *at += 1;
        value = value.checked_add(1)?.checked_mul(128)? | u64::from(byte & 0x7f);
    }
    (value > 0).then_some(value)
}
