//! The readers of git's own formats as plain functions of bytes, so that fuzzers and property tests reach them without
//! a repository. No part of the API.

use crate::id::ObjectId;
use crate::index::{Index, format_of, listing_of};
use crate::tree::{Cursor, EntryKind};
use crate::{loose, snapshot::FileKind};

/// One entry of an index or a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The path, or the name within the tree.
    pub path: Vec<u8>,
    /// 0, or a side of a conflict; always 0 in a tree.
    pub stage: u32,
    /// `None` for a folder, and for a mode that means nothing.
    pub kind: Option<FileKind>,
    /// The id as bytes.
    pub id: Vec<u8>,
}

/// A folder whose tree id an index knows: how many folders and entries it says lie below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder {
    /// Its name.
    pub name: Vec<u8>,
    /// Place behind the last folder below it.
    pub end: usize,
}

fn entries(index: &Index) -> Vec<Entry> {
    let one = |entry| Entry {
        path: index.path(entry).to_vec(),
        stage: entry.stage(),
        kind: index.leaf(entry).map(|(kind, _)| kind),
        id: index.id(entry).to_vec(),
    };
    index.entries.iter().map(one).collect()
}

/// The entries of an index file, and the folders of its cache of trees; `None` for what is refused.
pub fn index(data: &[u8], id_len: usize) -> Option<(Vec<Entry>, Vec<Folder>)> {
    let index = format_of(data.to_vec(), id_len).ok()?;
    let folders = index.folders().map(|(name, end)| Folder { name: name.to_vec(), end });
    Some((entries(&index), folders.collect()))
}

/// The entries of what git lists in place of an index file.
pub fn listing(data: &[u8], id_len: usize) -> Option<Vec<Entry>> {
    listing_of(data, id_len).ok().map(|index| entries(&index))
}

/// The entries of a raw tree; `None` for what is refused, however late.
pub fn tree(data: &[u8], id_len: usize) -> Option<Vec<Entry>> {
    let mut cursor = Cursor::new(data, id_len).ok()?;
    let mut found = Vec::new();
    while let Some((kind, name, id)) = cursor.entry() {
        found.push(Entry {
            path: name.to_vec(),
            stage: 0,
            kind: match kind {
                EntryKind::Folder => None,
                EntryKind::File(kind) => Some(kind),
            },
            id: id.to_vec(),
        });
        cursor.advance().ok()?;
    }
    Some(found)
}

/// The content of a loose object as it lies on disk; `None` for what is refused.
pub fn loose(data: &[u8]) -> Option<Vec<u8>> {
    let id = ObjectId::from_bytes(&[0; 20])?;
    loose::read_whole(id, data).ok().map(|(_, content)| content)
}
