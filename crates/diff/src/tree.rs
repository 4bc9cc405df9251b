//! Raw tree objects: reading entries one by one, and refusing what no git would write.
//!
//! Works on bytes already in memory; it must not fetch anything, and it must not accept a tree whose meaning depends on
//! who reads it (unsorted, duplicate or escaping names).

use std::cmp::Ordering;
use std::ops::Range;

use crate::snapshot::FileKind;

/// What an entry of a tree stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EntryKind {
    /// A folder: the id names another tree.
    Folder,
    /// Anything else.
    File(FileKind),
}

impl EntryKind {
    pub(crate) fn from_mode(mode: u32) -> Option<Self> {
        Some(match mode & 0o170_000 {
            0o040_000 => Self::Folder,
            0o100_000 => Self::File(FileKind::Regular),
            0o120_000 => Self::File(FileKind::Symlink),
            0o160_000 => Self::File(FileKind::Submodule),
            _ => return None,
        })
    }

    fn is_folder(self) -> bool {
        self == Self::Folder
    }
}

/// The entry a cursor stands on, as positions in the tree's bytes. It ends where the next one begins.
#[derive(Debug, Clone, Copy)]
struct At {
    kind: EntryKind,
    start: usize,
    name: usize,
    name_end: usize,
}

/// Reads the entries of one tree in order.
#[derive(Debug)]
pub(crate) struct Cursor<D> {
    data: D,
    id_len: usize,
    next: usize,
    at: Option<At>,
    /// Lengths of the beginnings of the current name that are names of files: a folder of the same name may only come
    /// while it is on this list.
    files: Vec<usize>,
}

impl<D: AsRef<[u8]>> Cursor<D> {
    /// Starts on the first entry.
    pub(crate) fn new(data: D, id_len: usize) -> Result<Self, String> {
        let mut cursor = Self {
            data,
            id_len,
            next: 0,
            at: None,
            files: Vec::new(),
        };
        cursor.advance()?;
        Ok(cursor)
    }

    /// Moves on to the next entry.
    pub(crate) fn advance(&mut self) -> Result<(), String> {
        let data = self.data.as_ref();
        let start = self.next;
        let rest = data.get(start..).unwrap_or_default();
        let before = self.at.take();
        if rest.is_empty() {
            return Ok(());
        }
        let (kind, mode_len) = mode(rest)?;
        let from_name = rest.get(mode_len..).unwrap_or_default();
        // No name holds a slash, so that is looked for on the way.
        let name_len = memchr::memchr2(0, b'/', from_name).ok_or("an entry of the tree has no end")?;
        let (text, behind) = from_name.split_at(name_len);
        if escapes(text) || behind.first() == Some(&b'/') {
            let whole = from_name.split(|byte| *byte == 0).next().unwrap_or_default();
            return Err(format!("the tree holds the forbidden name '{}'", String::from_utf8_lossy(whole)));
        }
        if behind.len() <= self.id_len {
            return Err("the tree ends within an entry".into());
        }
        let mut shared = 0;
        if let Some(before) = before {
            let earlier = data.get(before.name..before.name_end).unwrap_or_default();
            shared = common(earlier, text);
            if order_behind(shared, earlier, before.kind.is_folder(), text, kind.is_folder()) != Ordering::Less {
                return Err(format!(
                    "the tree is not sorted, or names '{}' twice",
                    String::from_utf8_lossy(text)
                ));
            }
        }
        // What begins the last name begins this one as far as the two are alike.
        while self.files.last().is_some_and(|len| *len > shared) {
            self.files.pop();
        }
        if !kind.is_folder() {
            self.files.push(name_len);
        } else if self.files.last() == Some(&name_len) {
            return Err(format!(
                "the tree holds a file and a folder named '{}'",
                String::from_utf8_lossy(text)
            ));
        }
        let name = start + mode_len;
        let name_end = name + name_len;
        self.next = name_end + 1 + self.id_len;
        self.at = Some(At {
            kind,
            start,
            name,
            name_end,
        });
        Ok(())
    }

    /// The current entry: kind, name and id. `None` after the last.
    pub(crate) fn entry(&self) -> Option<(EntryKind, &[u8], &[u8])> {
        let at = self.at?;
        let data = self.data.as_ref();
        Some((at.kind, data.get(at.name..at.name_end)?, data.get(at.name_end + 1..self.next)?))
    }

    /// What the current entry is, and where its name stands. `None` after the last.
    pub(crate) fn place(&self) -> Option<(EntryKind, Range<usize>)> {
        let at = self.at?;
        Some((at.kind, at.name..at.name_end))
    }

    /// The bytes of the tree.
    pub(crate) fn into_data(self) -> D {
        self.data
    }

    /// All bytes of the current entry. `None` after the last.
    pub(crate) fn bytes(&self) -> Option<&[u8]> {
        self.data.as_ref().get(self.at?.start..self.next)
    }
}

/// Git's order of names: a folder sorts as if its name ended in `/`.
pub(crate) fn order(a: &[u8], a_folder: bool, b: &[u8], b_folder: bool) -> Ordering {
    order_behind(common(a, b), a, a_folder, b, b_folder)
}

/// The order of names that begin with the same `shared` bytes, and no more.
fn order_behind(shared: usize, a: &[u8], a_folder: bool, b: &[u8], b_folder: bool) -> Ordering {
    let next = |name: &[u8], folder: bool| match name.get(shared) {
        Some(byte) => *byte,
        None if folder => b'/',
        None => 0,
    };
    next(a, a_folder).cmp(&next(b, b_folder))
}

/// How many bytes two names have in common at their beginning. Names of one folder often share most of theirs.
fn common(a: &[u8], b: &[u8]) -> usize {
    let (a_words, _) = a.as_chunks::<8>();
    let (b_words, _) = b.as_chunks::<8>();
    let mut shared = 0;
    for (a, b) in a_words.iter().zip(b_words) {
        let differing = u64::from_le_bytes(*a) ^ u64::from_le_bytes(*b);
        if differing != 0 {
            return shared + usize::try_from(differing.trailing_zeros() / 8).unwrap_or_default();
        }
        shared += 8;
    }
    let (a, b) = (a.get(shared..).unwrap_or_default(), b.get(shared..).unwrap_or_default());
    shared + a.iter().zip(b).take_while(|(a, b)| a == b).count()
}

/// What the mode at the start of an entry stands for, and its length with the space behind it.
fn mode(rest: &[u8]) -> Result<(EntryKind, usize), &'static str> {
    // What git writes.
    if rest.starts_with(b"100644 ") || rest.starts_with(b"100755 ") {
        return Ok((EntryKind::File(FileKind::Regular), 7));
    }
    if rest.starts_with(b"40000 ") {
        return Ok((EntryKind::Folder, 6));
    }
    let space = memchr::memchr(b' ', rest.get(..8).unwrap_or(rest)).ok_or("an entry of the tree has no mode")?;
    let mode = rest.get(..space).and_then(octal).and_then(EntryKind::from_mode);
    Ok((mode.ok_or("an entry of the tree has an unknown mode")?, space + 1))
}

fn octal(digits: &[u8]) -> Option<u32> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0u32, |value, digit| match digit {
        b'0'..=b'7' => Some(value << 3 | u32::from(digit - b'0')),
        _ => None,
    })
}

/// Whether a name leads out of its folder, or into the repository itself.
fn escapes(name: &[u8]) -> bool {
    match name.first() {
        None => true,
        Some(b'.') => name == b"." || name == b".." || name.eq_ignore_ascii_case(b".git"),
        Some(_) => false,
    }
}
