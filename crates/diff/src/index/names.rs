//! Which files a tree holds, as far as the index knows that tree: a look at one file instead of at every folder.
//!
//! The index names the trees of its folders. Where a commit has the same tree, the entries below the folder are the files
//! of the tree. The file is read in pieces and only wanted entries are kept. Must not be the only source: whoever uses it
//! reads the trees that it does not know, and everything unusual (split, sparse, damaged) is [`None`].

use std::fs;
use std::io::Read;
use std::path::Path;

use crate::id::ObjectId;
use crate::snapshot::{Content, FileRef, Want};
use crate::tree::EntryKind;

use super::format::{EXTENDED, HEADER, NAME, STAT, number, short, slice, varint};
use super::trees::Trees;

/// Bytes that are read at a time. Longer entries are left to others.
const PIECE: usize = 256 << 10;
/// Bits of the first flag word that tell the side of a conflict.
const STAGE: u16 = 0x3000;
/// Bytes that hold any entry whose length is told in its flags.
const USUAL: usize = 8 << 10;
/// Longer paths are left to others.
const LONGEST: usize = 64 << 10;
/// Bytes behind the entries that are read at most.
const EXTENSIONS: u64 = 64 << 20;

/// Wanted files of an index, sorted by path, and the trees that it knows.
#[derive(Debug)]
pub(crate) struct Names {
    files: Vec<FileRef>,
    /// What stands behind the entries; `trees` are places in it.
    extensions: Vec<u8>,
    trees: Trees,
}

impl Names {
    /// Reads the wanted names of an index file.
    pub(crate) fn read(path: &Path, id_len: usize, want: Want<'_>) -> Option<Self> {
        let mut pieces = Pieces::open(path)?;
        let header = pieces.get(HEADER)?;
        if header.get(..4)? != b"DIRC" {
            return None;
        }
        let version = number(header, 4).filter(|version| (2..=4).contains(version))?;
        let count = number(header, 8)?;
        pieces.skip(HEADER)?;
        let mut files = Vec::new();
        let mut before = Vec::new();
        for _ in 0..count {
            entry(&mut pieces, id_len, version, &mut before, want, &mut files)?;
        }
        let mut extensions = pieces.rest()?;
        extensions.truncate(extensions.len().checked_sub(id_len)?);
        let trees = trees(&extensions, id_len)?;
        let (_, entries) = trees
            .root()
            .map(|root| trees.tree(&extensions, root))
            .unwrap_or_default()
            .unwrap_or_default();
        // A root that is known stands for all entries.
        let sound = entries == 0 || u32::try_from(entries) == Ok(count);
        (sound && files.is_sorted_by(|a: &FileRef, b| a.path() < b.path())).then_some(Self { files, extensions, trees })
    }

    /// All files, if the root folder has this tree.
    pub(crate) fn all(&self, tree: ObjectId) -> Option<&[FileRef]> {
        self.below(self.root()?, tree.as_bytes(), b"")
    }

    /// The root folder, if anything is known of it.
    pub(crate) fn root(&self) -> Option<usize> {
        self.trees.root()
    }

    /// The folder `name` below another one.
    pub(crate) fn child(&self, parent: usize, name: &[u8]) -> Option<usize> {
        self.trees.child(&self.extensions, parent, name)
    }

    /// The wanted files below a folder, if its tree is `tree`. `prefix` is its path with a slash behind it.
    pub(crate) fn below(&self, folder: usize, tree: &[u8], prefix: &[u8]) -> Option<&[FileRef]> {
        let (id, _) = self.trees.tree(&self.extensions, folder)?;
        if id != tree {
            return None;
        }
        let from = self.files.partition_point(|file| file.path().as_bytes() < prefix);
        let rest = self.files.get(from..)?;
        rest.get(..rest.partition_point(|file| file.path().as_bytes().starts_with(prefix)))
    }
}

/// Reads one entry, and adds it to `files` if it is wanted. `before` is the path of the last entry, for version 4.
fn entry(pieces: &mut Pieces, id_len: usize, version: u32, before: &mut Vec<u8>, want: Want<'_>, files: &mut Vec<FileRef>) -> Option<()> {
    let fixed = STAT + id_len + 2;
    let mut data = pieces.ahead();
    let first = short(data, fixed - 2)?;
    let mode = number(data, 24)?;
    let mut next = if first & EXTENDED == 0 { fixed } else { fixed + 2 };
    let known = usize::from(first & NAME);
    // From 1 to 8 zero bytes follow a path, up to a multiple of 8; not in version 4.
    let padded = |path: usize, len: usize| (path + len + 8) & !7;
    let (path, end) = if version < 4 && known < usize::from(NAME) {
        (slice(data, next, known)?, padded(next, known))
    } else {
        if memchr::memchr(0, data.get(next..)?).is_none() {
            data = pieces.get_up_to(PIECE)?;
        }
        if version < 4 {
            let len = memchr::memchr(0, data.get(next..)?)?;
            (slice(data, next, len)?, padded(next, len))
        } else {
            let drop = varint(data, &mut next)?;
            let len = memchr::memchr(0, data.get(next..)?)?;
            before.truncate(before.len().checked_sub(drop)?);
            before.extend_from_slice(slice(data, next, len)?);
            // Each entry may repeat all of the path before it.
            if before.len() > LONGEST {
                return None;
            }
            (before.as_slice(), next + len + 1)
        }
    };
    let kind = match EntryKind::from_mode(mode)? {
        EntryKind::File(kind) => kind,
        // A sparse index.
        EntryKind::Folder => return None,
    };
    if want(path) {
        // The sides of a conflict are in no tree.
        let id = ObjectId::from_bytes(slice(data, STAT, id_len)?).filter(|_| first & STAGE == 0)?;
        files.push(FileRef::new(path, kind, Content::Object(id)));
    }
    pieces.skip(end)
}

/// Finds the trees among the extensions.
fn trees(extensions: &[u8], id_len: usize) -> Option<Trees> {
    let mut at = 0;
    let mut trees = Trees::default();
    while at < extensions.len() {
        let name = slice(extensions, at, 4)?;
        let size = usize::try_from(number(extensions, at + 4)?).ok()?;
        let body = at + 8..(at + 8).checked_add(size)?;
        extensions.get(body.clone())?;
        at = body.end;
        match name {
            b"TREE" => trees = Trees::parse(extensions, body, id_len)?,
            _ if name.first().is_some_and(u8::is_ascii_uppercase) => {}
            _ => return None,
        }
    }
    Some(trees)
}

/// A file that is read from front to back.
struct Pieces {
    file: fs::File,
    buffer: Vec<u8>,
    /// What is in the buffer and was not skipped.
    from: usize,
    to: usize,
}

impl Pieces {
    fn open(path: &Path) -> Option<Self> {
        Some(Self {
            file: fs::File::open(path).ok()?,
            buffer: vec![0; 2 * PIECE],
            from: 0,
            to: 0,
        })
    }

    /// The next `len` bytes.
    fn get(&mut self, len: usize) -> Option<&[u8]> {
        if self.to - self.from < len {
            self.fill(len)?;
        }
        self.buffer.get(self.from..self.to)?.get(..len)
    }

    /// The next `len` bytes, or as many as there are.
    fn get_up_to(&mut self, len: usize) -> Option<&[u8]> {
        if self.to - self.from < len {
            // At the end of the file there are fewer.
            let _ = self.fill(len);
        }
        let have = (self.to - self.from).min(len);
        self.buffer.get(self.from..self.from + have)
    }

    /// What is at hand: some entries of usual length, or all that is left.
    fn ahead(&mut self) -> &[u8] {
        if self.to - self.from < USUAL {
            // At the end of the file there is less.
            let _ = self.fill(USUAL);
        }
        self.buffer.get(self.from..self.to).unwrap_or_default()
    }

    fn skip(&mut self, len: usize) -> Option<()> {
        self.from += len;
        (self.from <= self.to).then_some(())
    }

    fn fill(&mut self, len: usize) -> Option<()> {
        if len > PIECE {
            return None;
        }
        self.buffer.copy_within(self.from..self.to, 0);
        self.to -= self.from;
        self.from = 0;
        while self.to < self.buffer.len() {
            match self.file.read(self.buffer.get_mut(self.to..)?) {
                Ok(0) => break,
                Ok(more) => self.to += more,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(_) => return None,
            }
        }
        (self.to >= len).then_some(())
    }

    /// Everything that was not skipped.
    fn rest(&mut self) -> Option<Vec<u8>> {
        let mut rest = self.buffer.get(self.from..self.to)?.to_vec();
        let more = (&self.file).take(EXTENSIONS).read_to_end(&mut rest).ok()?;
        (u64::try_from(more).ok()? < EXTENSIONS).then_some(rest)
    }
}
