//! Which files a tree holds, as far as the index knows that tree: a look at one file instead of at every folder.
//!
//! The index names the trees of its folders. Where a commit has the same tree, the entries below the folder are the files
//! of the tree. Only wanted entries are kept. Must not be the only source: whoever uses it reads the trees that it does
//! not know, and everything unusual (split, sparse, damaged) is [`None`].

use std::fs::File;
use std::ops::Range;
use std::path::Path;
use std::sync::OnceLock;

use rayon::prelude::*;

use crate::id::ObjectId;
use crate::positioned::read_at;
use crate::snapshot::{Content, FileRef, Want};
use crate::tree::EntryKind;

use super::format::{EXTENDED, HEADER, NAME, STAT, number, short, slice, varint};
use super::pieces::{PIECE, Pieces};
use super::trees::Trees;

/// Bytes of an index from which on several threads are faster than one, and of the part that one thread reads at least.
const PART: u64 = 1 << 20;
/// Parts that an index is read in at most.
const PARTS: u64 = 8;
/// Bytes in which a part looks for its first entry, and entries that must follow each other there.
const WINDOW: usize = 16 << 10;
const FOLLOWING: usize = 8;
/// Bits of the first flag word that tell the side of a conflict.
const STAGE: u16 = 0x3000;
/// Longer paths are left to others.
const LONGEST: usize = 64 << 10;

/// Bytes behind the entries that are read at most.
const EXTENSIONS: u64 = 64 << 20;

/// Wanted files of an index, sorted by path, and the trees that it knows.
#[derive(Debug)]
pub(crate) struct Names {
    files: Vec<FileRef>,
    /// What stands behind the entries, and where in it the cache of trees is.
    extensions: Vec<u8>,
    cache: Range<usize>,
    id_len: usize,
    /// The cache, read when more of it is asked for than its root.
    trees: OnceLock<Trees>,
}

impl Names {
    /// Reads the wanted names of an index file.
    pub(crate) fn read(path: &Path, id_len: usize, want: Want<'_>) -> Option<Self> {
        let file = File::open(path).ok()?;
        let header = read_at(&file, 0, HEADER)?;
        if header.get(..4)? != b"DIRC" {
            return None;
        }
        let form = Form {
            id_len,
            version: number(&header, 4).filter(|version| (2..=4).contains(version))?,
            count: number(&header, 8)?,
            size: file.metadata().ok()?.len(),
        };
        let starts = starts(&file, &form, form.parts())?;
        let parts = entries(&file, &form, &starts, want);
        let (files, end) = parts.or_else(|| entries(&file, &form, starts.get(..1)?, want))?;
        let rest = form.size.checked_sub(end)?.checked_sub(u64::try_from(id_len).ok()?)?;
        if rest > EXTENSIONS {
            return None;
        }
        let extensions = read_at(&file, end, usize::try_from(rest).ok()?)?;
        let names = Self {
            cache: cache(&extensions)?,
            files,
            extensions,
            id_len,
            trees: OnceLock::new(),
        };
        // A root that is known stands for all entries.
        let all = names.whole().is_none_or(|(_, entries)| u32::try_from(entries) == Ok(form.count));
        all.then_some(names)
    }

    /// Id of the root's tree and number of entries below it, if the index knows them.
    fn whole(&self) -> Option<(&[u8], usize)> {
        Trees::first(&self.extensions, self.cache.clone(), self.id_len)
    }

    /// All files, if the root folder has this tree.
    pub(crate) fn all(&self, tree: ObjectId) -> Option<&[FileRef]> {
        let (id, _) = self.whole()?;
        (id == tree.as_bytes()).then_some(&self.files)
    }

    fn trees(&self) -> &Trees {
        // One that is malformed knows nothing.
        let read = || Trees::parse(&self.extensions, self.cache.clone(), self.id_len).unwrap_or_default();
        self.trees.get_or_init(read)
    }

    /// The root folder, if anything is known of it.
    pub(crate) fn root(&self) -> Option<usize> {
        self.trees().root()
    }

    /// The folder `name` below another one.
    pub(crate) fn child(&self, parent: usize, name: &[u8]) -> Option<usize> {
        self.trees().child(&self.extensions, parent, name)
    }

    /// The wanted files below a folder, if its tree is `tree`. `prefix` is its path with a slash behind it.
    pub(crate) fn below(&self, folder: usize, tree: &[u8], prefix: &[u8]) -> Option<&[FileRef]> {
        let (id, _) = self.trees().tree(&self.extensions, folder)?;
        if id != tree {
            return None;
        }
        let from = self.files.partition_point(|file| file.path().as_bytes() < prefix);
        let rest = self.files.get(from..)?;
        rest.get(..rest.partition_point(|file| file.path().as_bytes().starts_with(prefix)))
    }
}

/// What all parts of an index share.
struct Form {
    id_len: usize,
    version: u32,
    /// Entries of the index.
    count: u32,
    /// Bytes of the file.
    size: u64,
}

impl Form {
    /// In how many parts the index is best read.
    fn parts(&self) -> u64 {
        // In version 4 an entry cannot be read without the one before it.
        let most = if self.version < 4 { self.size / PART } else { 1 };
        if most < 2 {
            return 1;
        }
        // Asking rayon would start its threads.
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        most.min(PARTS).min(u64::try_from(cores).unwrap_or(1))
    }
}

/// The entries that lie together, read by one thread.
#[derive(Default)]
struct Part {
    count: u32,
    files: Vec<FileRef>,
    /// Place behind the last entry.
    end: u64,
}

impl Part {
    /// Reads entries from `start` on, up to `end`, or as long as there are any.
    fn read(file: &File, form: &Form, start: u64, end: Option<u64>, want: Want<'_>) -> Self {
        let mut pieces = Pieces::new(file, start);
        let mut part = Self::default();
        let mut before = Vec::new();
        loop {
            part.end = pieces.at();
            let room = end.map_or(u64::MAX, |end| end.saturating_sub(part.end));
            let taken = part.take(pieces.ahead(PIECE), form, room, &mut before, want);
            // What does not fit into a whole piece is none.
            if taken == 0 || pieces.skip(taken).is_none() {
                return part;
            }
        }
    }

    /// Takes the entries that lie in `data` as a whole and begin within its first `room` bytes; how many bytes they are.
    fn take(&mut self, data: &[u8], form: &Form, room: u64, before: &mut Vec<u8>, want: Want<'_>) -> usize {
        let room = usize::try_from(room).unwrap_or(usize::MAX);
        let mut at = 0;
        while at < room && self.count < form.count {
            let rest = data.get(at..).unwrap_or_default();
            let Some(len) = entry(rest, form, before, want, &mut self.files) else {
                break;
            };
            at += len;
            self.count += 1;
        }
        at
    }
}

/// The wanted files among all entries, sorted by path, and the place behind the last entry.
fn entries(file: &File, form: &Form, starts: &[u64], want: Want<'_>) -> Option<(Vec<FileRef>, u64)> {
    let part = |(at, start): (usize, &u64)| Part::read(file, form, *start, starts.get(at + 1).copied(), want);
    let parts: Vec<Part> = if starts.len() > 1 {
        starts.par_iter().enumerate().map(part).collect()
    } else {
        starts.iter().enumerate().map(part).collect()
    };
    // Where a part begins was guessed. The part before it ends there only if the guess was right.
    let meet = parts.iter().zip(starts.get(1..)?).all(|(part, next)| part.end == *next);
    let count: u64 = parts.iter().map(|part| u64::from(part.count)).sum();
    let end = parts.last()?.end;
    let files: Vec<FileRef> = parts.into_iter().flat_map(|part| part.files).collect();
    let sorted = files.is_sorted_by(|one, next| one.path() < next.path());
    (meet && count == u64::from(form.count) && sorted).then_some((files, end))
}

/// Where the parts of an index begin. All but the first are guesses.
fn starts(file: &File, form: &Form, parts: u64) -> Option<Vec<u64>> {
    let header = u64::try_from(HEADER).ok()?;
    let mut starts = vec![header];
    for part in 1..parts {
        // Entries begin at multiples of 8 behind the header.
        let place = (form.size / parts * part) & !7 | header & 7;
        let window = read_at(file, place, WINDOW)?;
        let skipped = (0..WINDOW).step_by(8).find(|skipped| follow(&window, *skipped, form));
        starts.extend(skipped.and_then(|skipped| place.checked_add(u64::try_from(skipped).ok()?)));
    }
    Some(starts)
}

/// Whether entries seem to follow each other here.
fn follow(data: &[u8], mut at: usize, form: &Form) -> bool {
    (0..FOLLOWING).all(|_| {
        let end = data.get(at..).and_then(|data| {
            let next = Fixed::read(data, form)?;
            let (path, end) = next.whole(data)?;
            let filled = !path.is_empty() && !path.contains(&0);
            let padded = data.get(next.path + path.len()..end)?.iter().all(|byte| *byte == 0);
            (next.kind().is_some() && filled && padded).then_some(end)
        });
        at += end.unwrap_or_default();
        end.is_some()
    })
}

/// What every entry begins with.
struct Fixed {
    mode: u32,
    flags: u16,
    /// Where the path begins.
    path: usize,
    /// Length of the path, if it is told.
    len: Option<usize>,
}

impl Fixed {
    fn read(data: &[u8], form: &Form) -> Option<Self> {
        let end = STAT + form.id_len + 2;
        let flags = short(data, end - 2)?;
        let known = flags & NAME;
        Some(Self {
            mode: number(data, 24)?,
            flags,
            path: if flags & EXTENDED == 0 { end } else { end + 2 },
            len: (form.version < 4 && known < NAME).then_some(usize::from(known)),
        })
    }

    /// What stands there. What follows the entries hardly ever looks like one.
    fn kind(&self) -> Option<EntryKind> {
        EntryKind::from_mode(u16::try_from(self.mode).ok()?.into())
    }

    /// The path, and the place behind the entry. Not for version 4.
    fn whole<'d>(&self, data: &'d [u8]) -> Option<(&'d [u8], usize)> {
        let len = match self.len {
            Some(len) => len,
            None => memchr::memchr(0, data.get(self.path..)?)?,
        };
        // From 1 to 8 zero bytes follow a path, up to a multiple of 8.
        Some((slice(data, self.path, len)?, (self.path + len + 8) & !7))
    }
}

/// Reads the entry that `data` begins with, adds it to `files` if it is wanted, and tells how many bytes it has; `None`,
/// and nothing changed, if it is not here as a whole or unusual. `before` is the path of the last entry, for version 4.
fn entry(data: &[u8], form: &Form, before: &mut Vec<u8>, want: Want<'_>, files: &mut Vec<FileRef>) -> Option<usize> {
    let fixed = Fixed::read(data, form)?;
    let kind = match fixed.kind()? {
        EntryKind::File(kind) => kind,
        // A sparse index.
        EntryKind::Folder => return None,
    };
    // The sides of a conflict are in no tree.
    if fixed.flags & STAGE != 0 {
        return None;
    }
    let (path, end) = if form.version < 4 {
        fixed.whole(data).filter(|(_, end)| *end <= data.len())?
    } else {
        let mut next = fixed.path;
        let drop = varint(data, &mut next)?;
        let keep = before.len().checked_sub(drop)?;
        let rest = data.get(next..)?;
        let len = memchr::memchr(0, rest)?;
        // Each entry may repeat all of the path before it.
        if keep + len > LONGEST {
            return None;
        }
        before.truncate(keep);
        before.extend_from_slice(rest.get(..len)?);
        (before.as_slice(), next + len + 1)
    };
    if want(path) {
        let id = ObjectId::from_bytes(slice(data, STAT, form.id_len)?)?;
        files.push(FileRef::new(path, kind, Content::Object(id)));
    }
    Some(end)
}

/// Finds the cache of trees among the extensions; an empty place if there is none.
fn cache(extensions: &[u8]) -> Option<Range<usize>> {
    let mut at = 0;
    let mut cache = 0..0;
    while at < extensions.len() {
        let name = slice(extensions, at, 4)?;
        let size = usize::try_from(number(extensions, at + 4)?).ok()?;
        let body = at + 8..(at + 8).checked_add(size)?;
        extensions.get(body.clone())?;
        at = body.end;
        match name {
            b"TREE" => cache = body,
            _ if name.first().is_some_and(u8::is_ascii_uppercase) => {}
            _ => return None,
        }
    }
    Some(cache)
}

#[cfg(test)]
mod tests;
