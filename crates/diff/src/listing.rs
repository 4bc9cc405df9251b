//! All files of a tree whose path the caller wants. Folders whose trees the index of the repository knows are not read
//! at all.

use crate::error::DiffError;
use crate::id::ObjectId;
use crate::index::Names;
use crate::objects::Objects;
use crate::pack::Keep;
use crate::search::{Inside, Left, Placed, search};
use crate::snapshot::{Content, FileRef, Want};
use crate::tree::EntryKind;
use crate::walk;

/// A folder to look into.
struct Folder {
    /// Its path with a slash behind it.
    path: Box<[u8]>,
    tree: ObjectId,
    /// The same folder of the index.
    known: Option<usize>,
}

impl Placed for Folder {
    fn path(&self) -> &[u8] {
        &self.path
    }
}

/// See the module. `names` is what the index knows, and `snapshot` names the tree in messages. Folders that `closed`
/// names, by their path with a slash behind it, are not looked into.
pub(crate) fn files(
    objects: &Objects,
    tree: ObjectId,
    names: Option<&Names>,
    snapshot: String,
    want: Want<'_>,
    closed: Want<'_>,
) -> Result<Vec<FileRef>, DiffError> {
    let root = Folder {
        path: Box::default(),
        tree,
        known: names.and_then(Names::root),
    };
    search(root, snapshot, |folder, left| look(objects, folder, names, left, (want, closed)))
}

fn look(
    objects: &Objects,
    folder: &Folder,
    names: Option<&Names>,
    left: &Left,
    (want, closed): (Want<'_>, Want<'_>),
) -> Result<Inside<FileRef, Folder>, DiffError> {
    let mut inside = Inside::new();
    let names = names.zip(folder.known);
    let mut cursor = walk::cursor(objects, folder.tree, &folder.path, Keep::Bases)?;
    let mut path = folder.path.to_vec();
    while let Some((kind, name, id)) = cursor.entry() {
        inside.entry();
        path.truncate(folder.path.len());
        path.extend_from_slice(name);
        let more = match (kind, ObjectId::from_bytes(id)) {
            (EntryKind::File(kind), Some(blob)) if want(&path) => {
                let file = FileRef::new(path.as_slice(), kind, Content::Object(blob));
                inside.find(left, file)
            }
            (EntryKind::Folder, Some(tree)) => {
                let known = names.and_then(|(names, parent)| names.child(parent, name));
                path.push(b'/');
                if closed(&path) {
                    true
                } else if let Some(files) = names.zip(known).and_then(|((names, _), known)| names.below(known, id, &path)) {
                    files.iter().all(|file| inside.find(left, file.clone()))
                } else {
                    let below = Folder {
                        path: path.as_slice().into(),
                        tree,
                        known,
                    };
                    inside.folder(left, below)
                }
            }
            _ => true,
        };
        if !more {
            break;
        }
        cursor.advance().map_err(|reason| DiffError::broken(folder.tree, reason))?;
    }
    Ok(inside)
}

#[cfg(test)]
mod tests;
