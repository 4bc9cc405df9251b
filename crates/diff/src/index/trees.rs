//! The cache of tree ids that an index carries: which folders have not changed since a tree with that id was read or
//! written.

use std::ops::Range;

/// Folders of an index, with the ids of their trees. Positions are places in the data that it was parsed from.
#[derive(Debug, Clone, Default)]
pub(crate) struct Trees {
    /// Folders, each followed by those below it.
    folders: Vec<Folder>,
    /// The folders directly below each folder, by [`shorter`]; those of one folder lie together.
    below: Vec<usize>,
}

#[derive(Debug, Clone)]
struct Folder {
    name: Range<usize>,
    /// Entries below the folder; `None` if it changed since, and then there is no id either.
    entries: Option<usize>,
    id: Range<usize>,
    below: Range<usize>,
    /// Place behind the last folder below this one.
    end: usize,
}

impl Folder {
    /// Reads the folder at `at`, and the number of folders directly below it.
    fn read(data: &[u8], at: usize, end: usize, id_len: usize) -> Option<(Self, usize)> {
        let rest = data.get(at..end)?;
        let name = memchr::memchr(0, rest)?;
        let line = memchr::memchr(b'\n', rest.get(name + 1..)?)? + name + 1;
        let text = std::str::from_utf8(rest.get(name + 1..line)?).ok()?;
        let (entries, children) = text.split_once(' ')?;
        let entries: i64 = entries.parse().ok()?;
        let entries = usize::try_from(entries).ok();
        let id = at + line + 1;
        let folder = Self {
            name: at..at + name,
            entries,
            id: id..id + if entries.is_some() { id_len } else { 0 },
            below: 0..0,
            end: 0,
        };
        Some((folder, children.parse().ok()?))
    }
}

impl Trees {
    /// Id of the root's tree and number of entries below it, if nothing changed, without a look at the rest.
    pub(crate) fn first(data: &[u8], body: Range<usize>, id_len: usize) -> Option<(&[u8], usize)> {
        let (root, _) = Folder::read(data, body.start, body.end, id_len)?;
        let entries = root.entries?;
        Some((data.get(..body.end)?.get(root.id)?, entries))
    }

    /// Name of every folder, with the place behind the last one below it.
    pub(crate) fn folders<'d>(&'d self, data: &'d [u8]) -> impl Iterator<Item = (&'d [u8], usize)> {
        (0..).zip(&self.folders).map(|(at, folder)| (self.name(data, at), folder.end))
    }

    /// The root folder, if tree ids are known.
    pub(crate) fn root(&self) -> Option<usize> {
        (!self.folders.is_empty()).then_some(0)
    }

    /// The folder `name` directly below another one.
    pub(crate) fn child(&self, data: &[u8], parent: usize, name: &[u8]) -> Option<usize> {
        let below = self.below.get(self.folders.get(parent)?.below.clone())?;
        let found = below.binary_search_by(|at| shorter(self.name(data, *at), name));
        below.get(found.ok()?).copied()
    }

    /// Id of a folder's tree and number of entries below it, if nothing below changed.
    pub(crate) fn tree<'d>(&self, data: &'d [u8], at: usize) -> Option<(&'d [u8], usize)> {
        let folder = self.folders.get(at)?;
        Some((data.get(folder.id.clone())?, folder.entries?))
    }

    fn name<'d>(&self, data: &'d [u8], at: usize) -> &'d [u8] {
        let range = self.folders.get(at).map(|folder| folder.name.clone());
        range.and_then(|range| data.get(range)).unwrap_or_default()
    }

    /// Reads the extension: folders in preorder, each saying how many folders lie directly below it.
    pub(crate) fn parse(data: &[u8], body: Range<usize>, id_len: usize) -> Option<Self> {
        let mut folders: Vec<Folder> = Vec::new();
        // The parent of each folder but the first.
        let mut parents: Vec<usize> = Vec::new();
        // Folders whose children are still to come, with their number.
        let mut open: Vec<(usize, usize)> = Vec::new();
        let mut at = body.start;
        while at < body.end {
            if !folders.is_empty() && open.is_empty() {
                return None;
            }
            let (folder, children) = Folder::read(data, at, body.end, id_len)?;
            at = folder.id.end;
            folders.push(folder);
            if let Some(parent) = open.last_mut() {
                parent.1 = parent.1.checked_sub(1)?;
                parents.push(parent.0);
            }
            open.push((folders.len() - 1, children));
            while let Some((folder, 0)) = open.last().copied() {
                let end = folders.len();
                folders.get_mut(folder)?.end = end;
                open.pop();
            }
        }
        if !open.is_empty() || at != body.end {
            return None;
        }
        let mut trees = Self {
            folders,
            below: Vec::new(),
        };
        trees.sort(data, &parents)?;
        Some(trees)
    }

    /// Lays the folders below each folder together, in order.
    fn sort(&mut self, data: &[u8], parents: &[usize]) -> Option<()> {
        for parent in parents {
            self.folders.get_mut(*parent)?.below.end += 1;
        }
        let mut next = 0;
        for folder in &mut self.folders {
            let count = folder.below.end;
            // For now an empty range that grows as the children are put in.
            folder.below = next..next;
            next += count;
        }
        let mut below = vec![0; parents.len()];
        for (child, parent) in parents.iter().enumerate() {
            let end = &mut self.folders.get_mut(*parent)?.below.end;
            *below.get_mut(*end)? = child + 1;
            *end += 1;
        }
        for folder in &self.folders {
            let list = below.get_mut(folder.below.clone())?;
            let order = |a: &usize, b: &usize| shorter(self.name(data, *a), self.name(data, *b));
            if !list.is_sorted_by(|a, b| order(a, b).is_le()) {
                list.sort_by(order);
            }
        }
        self.below = below;
        Some(())
    }
}

/// The order in which git writes them: shorter names first.
fn shorter(a: &[u8], b: &[u8]) -> std::cmp::Ordering {
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}
