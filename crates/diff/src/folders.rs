//! Entries of folders by name, for looking files up by path: a folder is read and checked once, however many of its files
//! are asked for, and the way to it is walked once, however many of the folders around it.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use crate::error::DiffError;
use crate::id::ObjectId;
use crate::lock::lock;
use crate::objects::{Objects, Raw};
use crate::pack::Keep;
use crate::tree::{Cursor, EntryKind, order};
use crate::walk;

/// Bytes of folders that are kept at a time.
const MOST: usize = 16 << 20;
/// So many are kept however large they are: one of each side.
const LEAST: usize = 2;
/// Ways that are kept: one for each side, and for those of a second comparison.
const WAYS: usize = 4;

/// What an entry of a tree is, and the object it names.
pub(crate) type Found = (EntryKind, ObjectId);

/// The folders that were looked into.
#[derive(Debug, Default)]
pub(crate) struct Folders {
    kept: Mutex<Kept>,
    ways: Mutex<Vec<Way>>,
}

impl Folders {
    /// What lies at a path below a tree; `None` where nothing does, or what lies on the way is no folder.
    pub(crate) fn find(&self, objects: &Objects, root: ObjectId, path: &[u8]) -> Result<Option<Found>, DiffError> {
        let mut way = self.way(root);
        let (mut tree, mut rest) = way.follow(path);
        let found = loop {
            let end = memchr::memchr(b'/', rest);
            let (name, below) = match end.and_then(|end| rest.split_at_checked(end)) {
                Some((name, below)) => (name, below.get(1..)),
                None => (rest, None),
            };
            match (self.entry(objects, tree, name)?, below) {
                (Some((EntryKind::Folder, id)), Some(below)) => {
                    way.go(name, id);
                    (tree, rest) = (id, below);
                }
                (found, None) => break found,
                (_, Some(_)) => break None,
            }
        };
        let mut ways = lock(&self.ways);
        if ways.len() >= WAYS {
            ways.remove(0);
        }
        ways.push(way);
        Ok(found)
    }

    /// The way that was gone last below a tree.
    fn way(&self, root: ObjectId) -> Way {
        let mut ways = lock(&self.ways);
        let known = ways.iter().position(|way| way.root == root);
        known.map_or_else(|| Way::new(root), |known| ways.swap_remove(known))
    }

    /// The entry `name` of a tree.
    pub(crate) fn entry(&self, objects: &Objects, tree: ObjectId, name: &[u8]) -> Result<Option<Found>, DiffError> {
        let known = lock(&self.kept).get(tree);
        let folder = match known {
            Some(folder) => folder,
            None => lock(&self.kept).keep(tree, Arc::new(Folder::read(objects, tree, name)?)),
        };
        Ok(folder.entry(name))
    }
}

/// The folders from a tree down to the one that was looked into last.
#[derive(Debug)]
struct Way {
    root: ObjectId,
    /// The names, each with a slash behind it.
    path: Vec<u8>,
    /// Where each ends in `path`, and its tree.
    trees: Vec<(usize, ObjectId)>,
}

impl Way {
    fn new(root: ObjectId) -> Self {
        Self {
            root,
            path: Vec::new(),
            trees: Vec::new(),
        }
    }

    /// Goes back to the last folder that is on the way to a path too; gives its tree and what is left of the path.
    fn follow<'p>(&mut self, path: &'p [u8]) -> (ObjectId, &'p [u8]) {
        let shared = self.path.iter().zip(path).take_while(|(a, b)| a == b).count();
        let on_both = self.trees.partition_point(|(end, _)| *end <= shared);
        self.trees.truncate(on_both);
        let (end, tree) = self.trees.last().copied().unwrap_or((0, self.root));
        self.path.truncate(end);
        (tree, path.get(end..).unwrap_or_default())
    }

    fn go(&mut self, name: &[u8], tree: ObjectId) {
        self.path.extend_from_slice(name);
        self.path.push(b'/');
        self.trees.push((self.path.len(), tree));
    }
}

/// Folders by their trees, those that were asked for last.
#[derive(Debug, Default)]
struct Kept {
    folders: HashMap<ObjectId, (Arc<Folder>, u64)>,
    bytes: usize,
    /// Counts what is asked for.
    now: u64,
}

impl Kept {
    fn get(&mut self, tree: ObjectId) -> Option<Arc<Folder>> {
        self.now += 1;
        let (folder, used) = self.folders.get_mut(&tree)?;
        *used = self.now;
        Some(Arc::clone(folder))
    }

    fn keep(&mut self, tree: ObjectId, folder: Arc<Folder>) -> Arc<Folder> {
        self.bytes += folder.bytes();
        if let Some((other, _)) = self.folders.insert(tree, (Arc::clone(&folder), self.now)) {
            self.bytes -= other.bytes();
        }
        if self.bytes > MOST {
            self.shrink();
        }
        folder
    }

    /// Drops what was not asked for longest, half of what may be kept, so that this is seldom done.
    fn shrink(&mut self) {
        let mut by_age: Vec<(u64, ObjectId)> = self.folders.iter().map(|(tree, (_, used))| (*used, *tree)).collect();
        by_age.sort_unstable();
        by_age.truncate(by_age.len().saturating_sub(LEAST));
        for (_, tree) in by_age {
            if self.bytes <= MOST / 2 {
                break;
            }
            if let Some((folder, _)) = self.folders.remove(&tree) {
                self.bytes -= folder.bytes();
            }
        }
    }
}

/// A tree that was read and checked whole.
struct Folder {
    content: Raw,
    entries: Vec<Entry>,
    id_len: usize,
}

impl std::fmt::Debug for Folder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Folder")
            .field("entries", &self.entries.len())
            .finish_non_exhaustive()
    }
}

/// An entry of a tree: its name begins and ends here, and a zero and the id stand behind it.
struct Entry {
    kind: EntryKind,
    name: u32,
    end: u32,
}

impl Folder {
    /// All entries of a tree; one that is malformed anywhere is an error.
    fn read(objects: &Objects, tree: ObjectId, name: &[u8]) -> Result<Self, DiffError> {
        let cursor = walk::cursor(objects, tree, name, Keep::Trees)?;
        Self::of(cursor, objects.id_len()).map_err(|reason| DiffError::broken(tree, reason))
    }

    fn of(mut cursor: Cursor<Raw>, id_len: usize) -> Result<Self, String> {
        let mut entries = Vec::new();
        while let Some((kind, name)) = cursor.place() {
            let at = |place: usize| u32::try_from(place).map_err(|_| "the tree is larger than 4 GiB");
            entries.push(Entry {
                kind,
                name: at(name.start)?,
                end: at(name.end)?,
            });
            cursor.advance()?;
        }
        entries.shrink_to_fit();
        Ok(Self {
            content: cursor.into_data(),
            entries,
            id_len,
        })
    }

    fn bytes(&self) -> usize {
        self.content.as_ref().len() + self.entries.len() * size_of::<Entry>()
    }

    fn entry(&self, name: &[u8]) -> Option<Found> {
        // A folder stands elsewhere in the order than a file of its name.
        let at = |folder| self.entries.binary_search_by(|entry| self.order(entry, name, folder));
        let entry = self.entries.get(at(false).or_else(|_| at(true)).ok()?)?;
        let id = place(entry.end) + 1;
        let id = self.content.as_ref().get(id..id + self.id_len)?;
        Some((entry.kind, ObjectId::from_bytes(id)?))
    }

    fn order(&self, entry: &Entry, name: &[u8], folder: bool) -> Ordering {
        let known = self.content.as_ref().get(place(entry.name)..place(entry.end)).unwrap_or_default();
        order(known, entry.kind == EntryKind::Folder, name, folder)
    }
}

fn place(place: u32) -> usize {
    usize::try_from(place).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(byte: u8) -> ObjectId {
        ObjectId::from_bytes(&[byte; 20]).unwrap()
    }

    #[test]
    fn a_way_goes_back_as_far_as_paths_differ() {
        let mut way = Way::new(id(0));
        assert_eq!(way.follow(b"a/b/x"), (id(0), &b"a/b/x"[..]));
        way.go(b"a", id(1));
        way.go(b"b", id(2));
        for (path, from, rest) in [
            (&b"a/b/y"[..], 2, &b"y"[..]),
            (b"a/bc/x", 1, b"bc/x"),
            (b"a", 0, b"a"),
            (b"ab/x", 0, b"ab/x"),
            (b"", 0, b""),
        ] {
            let mut way = Way {
                root: way.root,
                path: way.path.clone(),
                trees: way.trees.clone(),
            };
            assert_eq!(way.follow(path), (id(from), rest), "{}", String::from_utf8_lossy(path));
            assert!(path.starts_with(&way.path));
        }
    }

    #[test]
    fn entries_are_found_whatever_their_kind() {
        let mut content = Vec::new();
        for (mode, name) in [("100644", "a.b"), ("40000", "a"), ("100644", "a0"), ("40000", "b"), ("100644", "c")] {
            content.extend_from_slice(format!("{mode} {name}\0").as_bytes());
            content.extend_from_slice(&[name.as_bytes()[0]; 20]);
        }
        let cursor = Cursor::new(Raw::Whole(Arc::new(content)), 20).unwrap();
        let folder = Folder::of(cursor, 20).unwrap();
        for (name, found) in [
            ("a", true),
            ("a.b", true),
            ("a0", true),
            ("b", true),
            ("c", true),
            ("a.", false),
            ("", false),
            ("d", false),
        ] {
            assert_eq!(folder.entry(name.as_bytes()).is_some(), found, "{name}");
        }
        assert_eq!(folder.entry(b"a").unwrap(), (EntryKind::Folder, id(b'a')));
    }

    #[test]
    fn what_was_not_asked_for_longest_goes() {
        let folder = |bytes| {
            Arc::new(Folder {
                content: Raw::Whole(Arc::new(vec![0; bytes])),
                entries: Vec::new(),
                id_len: 20,
            })
        };
        let mut kept = Kept::default();
        for number in 1..=100 {
            kept.keep(id(number), folder(MOST / 50));
            assert!(kept.bytes <= MOST && kept.get(id(number)).is_some());
        }
        assert!(kept.get(id(1)).is_none());
        // Those of both sides stay, however large they are.
        kept.keep(id(101), folder(2 * MOST));
        kept.keep(id(102), folder(2 * MOST));
        assert!(kept.get(id(101)).is_some() && kept.get(id(102)).is_some() && kept.folders.len() == LEAST);
        let all = kept.folders.values().map(|(folder, _)| folder.bytes());
        assert_eq!(kept.bytes, all.sum::<usize>());
    }
}
