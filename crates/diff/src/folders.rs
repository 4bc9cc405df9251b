//! Entries of folders by name, for looking files up by path: a folder is read and checked once, however many of its files
//! are asked for.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use crate::error::DiffError;
use crate::id::ObjectId;
use crate::lock::lock;
use crate::objects::Objects;
use crate::pack::Keep;
use crate::tree::EntryKind;
use crate::walk;

/// Entries that are kept at a time.
const MOST: usize = 100_000;

type Folder = HashMap<Box<[u8]>, (EntryKind, ObjectId)>;

/// The folders that were looked into.
#[derive(Debug, Default)]
pub(crate) struct Folders(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    folders: HashMap<ObjectId, Arc<Folder>>,
    entries: usize,
}

impl Folders {
    /// The entry `name` of a tree.
    pub(crate) fn entry(&self, objects: &Objects, tree: ObjectId, name: &[u8]) -> Result<Option<(EntryKind, ObjectId)>, DiffError> {
        let known = self.kept().folders.get(&tree).cloned();
        let folder = match known {
            Some(folder) => folder,
            None => self.keep(tree, read(objects, tree, name)?),
        };
        Ok(folder.get(name).copied())
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        lock(&self.0)
    }

    fn keep(&self, tree: ObjectId, folder: Folder) -> Arc<Folder> {
        let mut kept = self.kept();
        if kept.entries + folder.len() > MOST {
            *kept = Kept::default();
        }
        kept.entries += folder.len();
        let folder = Arc::new(folder);
        kept.folders.insert(tree, Arc::clone(&folder));
        folder
    }
}

/// All entries of a tree; one that is malformed anywhere is an error.
fn read(objects: &Objects, tree: ObjectId, name: &[u8]) -> Result<Folder, DiffError> {
    let mut cursor = walk::cursor(objects, tree, name, Keep::Trees)?;
    let mut folder = Folder::new();
    while let Some((kind, text, id)) = cursor.entry() {
        if let Some(id) = ObjectId::from_bytes(id) {
            folder.insert(text.into(), (kind, id));
        }
        cursor.advance().map_err(|reason| DiffError::broken(tree, reason))?;
    }
    Ok(folder)
}
