//! The pack file: entries by position, inflated in one go, and the objects that others are built on.

use std::cell::RefCell;
use std::fs;
use std::io::{self, BufReader, Read};
use std::path::Path;
use std::sync::{Arc, Mutex};

use flate2::read::ZlibDecoder;
use git2::ObjectType;
use libdeflater::Decompressor;

use super::Fault;
use super::delta::varint;
use super::kept::Kept;
use super::lent::Lent;
use super::pieces::{PIECE, Pieces};
use crate::id::ObjectId;
use crate::lock::lock;
use crate::positioned::{fill_at, read_at};

/// Larger objects are inflated in pieces, so that their compressed bytes need not be in memory.
const MOST: u64 = 128 << 20;
/// Signature, version and the number of objects.
const BEGIN: u64 = 12;
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
    pub(super) fn open(path: &Path, id_len: usize, count: u32) -> Result<Self, Fault> {
        let file = fs::File::open(path).map_err(|error| Fault::of(&error))?;
        Self::read(file, id_len, count).ok_or(Fault::Damaged)
    }

    fn read(file: fs::File, id_len: usize, count: u32) -> Option<Self> {
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
        if offset < BEGIN {
            return None;
        }
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
        self.inflate_whole(entry).or_else(|| self.inflate_slowly(entry))
    }

    fn inflate_whole(&self, entry: &Entry) -> Option<Vec<u8>> {
        let mut content = vec![0; bytes(entry)?];
        self.inflate_into(entry, &mut content)?;
        Some(content)
    }

    /// What an entry holds that is larger, or compressed worse, than any everyday one.
    fn inflate_slowly(&self, entry: &Entry) -> Option<Vec<u8>> {
        let size = usize::try_from(entry.size).ok()?;
        let most = entry.size.checked_add(1)?;
        let rest = Rest {
            file: &self.handle,
            at: entry.from,
            end: self.end,
        };
        // The memory grows with what there is, not with what the entry says.
        let mut content = Vec::new();
        let decoder = ZlibDecoder::new(BufReader::new(rest));
        let read = decoder.take(most).read_to_end(&mut content).ok()?;
        (read == size).then_some(content)
    }

    /// What an entry holds, in memory that is used again.
    pub(super) fn inflate_once(&self, entry: &Entry) -> Option<Lent> {
        let mut content = Lent::new(bytes(entry)?);
        self.inflate_into(entry, &mut content)?;
        Some(content)
    }

    fn inflate_into(&self, entry: &Entry, content: &mut [u8]) -> Option<()> {
        let size = content.len();
        // What deflate makes of bytes that cannot be compressed. What somebody wrote with more of them is read in pieces.
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

/// The pack from a place on, up to its checksum.
struct Rest<'a> {
    file: &'a fs::File,
    at: u64,
    end: u64,
}

impl Read for Rest<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.end.saturating_sub(self.at)).unwrap_or(usize::MAX);
        let len = buffer.len().min(left);
        let read = fill_at(self.file, self.at, buffer.get_mut(..len).unwrap_or_default())?;
        self.at += u64::try_from(read).unwrap_or_default();
        Ok(read)
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
