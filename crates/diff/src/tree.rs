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

/// The entry a cursor stands on, as positions in the tree's bytes.
#[derive(Debug, Clone)]
struct At {
    kind: EntryKind,
    name: Range<usize>,
    id: Range<usize>,
}

/// Reads the entries of one tree in order.
#[derive(Debug)]
pub(crate) struct Cursor<D> {
    data: D,
    id_len: usize,
    next: usize,
    at: Option<At>,
    /// Files whose names begin the current one: a folder of the same name may only come while it is on this list.
    files: Vec<Range<usize>>,
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
        let rest = data.get(self.next..).unwrap_or_default();
        let before = self.at.take();
        if rest.is_empty() {
            return Ok(());
        }
        let (kind, mode_len) = mode(rest)?;
        let name_from = self.next + mode_len;
        let from_name = data.get(name_from..).unwrap_or_default();
        // No name holds a slash, so that is looked for on the way.
        let name_len = memchr::memchr2(0, b'/', from_name).ok_or("an entry of the tree has no end")?;
        let name = name_from..name_from + name_len;
        let text = data.get(name.clone()).unwrap_or_default();
        if escapes(text) || data.get(name.end) == Some(&b'/') {
            let whole = from_name.split(|byte| *byte == 0).next().unwrap_or_default();
            return Err(format!("the tree holds the forbidden name '{}'", String::from_utf8_lossy(whole)));
        }
        let id = name.end + 1..name.end + 1 + self.id_len;
        if data.get(id.clone()).is_none() {
            return Err("the tree ends within an entry".into());
        }
        if let Some(before) = before {
            let earlier = data.get(before.name.clone()).unwrap_or_default();
            if order(earlier, before.kind.is_folder(), text, kind.is_folder()) != Ordering::Less {
                return Err(format!(
                    "the tree is not sorted, or names '{}' twice",
                    String::from_utf8_lossy(text)
                ));
            }
        }
        while let Some(top) = self.files.last() {
            let top = data.get(top.clone()).unwrap_or_default();
            if kind.is_folder() && top == text {
                return Err(format!(
                    "the tree holds a file and a folder named '{}'",
                    String::from_utf8_lossy(text)
                ));
            }
            if text.starts_with(top) {
                break;
            }
            self.files.pop();
        }
        if !kind.is_folder() {
            self.files.push(name.clone());
        }
        self.next = id.end;
        self.at = Some(At { kind, name, id });
        Ok(())
    }

    /// The current entry: kind, name and id. `None` after the last.
    pub(crate) fn entry(&self) -> Option<(EntryKind, &[u8], &[u8])> {
        let at = self.at.as_ref()?;
        let data = self.data.as_ref();
        Some((at.kind, data.get(at.name.clone())?, data.get(at.id.clone())?))
    }
}

/// Git's order of names: a folder sorts as if its name ended in `/`.
pub(crate) fn order(a: &[u8], a_folder: bool, b: &[u8], b_folder: bool) -> Ordering {
    let common = a.len().min(b.len());
    let next = |name: &[u8], folder: bool| match name.get(common) {
        Some(byte) => *byte,
        None if folder => b'/',
        None => 0,
    };
    a.get(..common)
        .cmp(&b.get(..common))
        .then_with(|| next(a, a_folder).cmp(&next(b, b_folder)))
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
