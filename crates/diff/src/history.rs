//! First-parent history: one commit after the other, newest first, as the objects themselves say.

use std::collections::HashSet;

use crate::ancestry::shallow_commits;
use crate::error::DiffError;
use crate::id::ObjectId;
use crate::objects::Raw;
use crate::repository::Repository;
use crate::revision::CommitSide;
use git2::ObjectType;

/// One commit of a first-parent walk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// Full id.
    pub id: String,
    /// The commit itself, as a side to read.
    pub side: CommitSide,
    /// Its first parent; `None` for the first commit, whose parent is the empty tree.
    pub parent: Option<CommitSide>,
    /// Name of the author, as it stands in the commit. Not to be trusted.
    pub author: String,
    /// When the commit was made, in seconds since 1970.
    pub time: i64,
    /// First line of the message. Not to be trusted.
    pub summary: String,
}

/// A walk along first parents.
#[derive(Debug)]
pub struct FirstParents<'r> {
    repository: &'r Repository,
    next: Option<ObjectId>,
    stop: HashSet<ObjectId>,
    shallow: HashSet<ObjectId>,
    cut: bool,
}

impl Repository {
    /// Walks from `newest` along first parents, up to but without the first commit that is on `oldest`'s own
    /// first-parent line.
    ///
    /// # Errors
    /// [`DiffError`] when a commit of that line cannot be read.
    pub fn first_parents(&self, newest: &CommitSide, oldest: Option<&CommitSide>) -> Result<FirstParents<'_>, DiffError> {
        let shallow = shallow_commits(&self.inner.common_dir)?;
        let mut stop = HashSet::new();
        let mut here = oldest.map(|side| side.object);
        while let Some(id) = here {
            if !stop.insert(id) {
                break;
            }
            here = self.header(id)?.and_then(|header| header.parents.first().copied());
        }
        Ok(FirstParents {
            repository: self,
            next: newest.is_commit.then_some(newest.object),
            stop,
            shallow,
            cut: false,
        })
    }

    fn header(&self, id: ObjectId) -> Result<Option<Header>, DiffError> {
        match self.inner.objects.here(id)? {
            None => Ok(None),
            Some((ObjectType::Commit, raw)) => Header::parse(bytes(&raw))
                .map(Some)
                .ok_or_else(|| DiffError::broken(id, "the header of the commit is malformed")),
            Some(_) => Err(DiffError::broken(id, "a commit was expected")),
        }
    }
}

fn bytes(raw: &Raw) -> &[u8] {
    raw.as_ref()
}

impl FirstParents<'_> {
    /// Whether the walk ended where a shallow clone does, and not where the history does.
    pub fn is_cut(&self) -> bool {
        self.cut
    }

    fn step(&mut self, id: ObjectId) -> Result<Commit, DiffError> {
        let objects = &self.repository.inner.objects;
        let header = self.repository.header(id)?.ok_or_else(|| objects.missing(id, b""))?;
        let first = header.parents.first().copied();
        let mut parent = None;
        if let Some(first) = first {
            match self.repository.header(first)? {
                Some(before) => {
                    parent = Some(CommitSide {
                        id: first.to_string(),
                        is_commit: true,
                        object: first,
                        tree: before.tree,
                    });
                }
                None if self.shallow.contains(&id) => self.cut = true,
                None => return Err(objects.missing(first, b"")),
            }
        }
        self.next = if parent.is_some() { first } else { None };
        Ok(Commit {
            id: id.to_string(),
            side: CommitSide {
                id: id.to_string(),
                is_commit: true,
                object: id,
                tree: header.tree,
            },
            parent,
            author: header.author,
            time: header.time,
            summary: header.summary,
        })
    }
}

impl Iterator for FirstParents<'_> {
    type Item = Result<Commit, DiffError>;

    fn next(&mut self) -> Option<Self::Item> {
        let id = self.next.take()?;
        if self.stop.contains(&id) {
            return None;
        }
        let step = self.step(id);
        // Beyond the edge of a shallow clone nothing is known, not even what the last commit changed.
        if self.cut {
            return None;
        }
        Some(step)
    }
}

/// The parts of a commit that a walk shows.
struct Header {
    tree: ObjectId,
    parents: Vec<ObjectId>,
    author: String,
    time: i64,
    summary: String,
}

impl Header {
    fn parse(raw: &[u8]) -> Option<Self> {
        let text = String::from_utf8_lossy(raw);
        let (head, message) = text.split_once("\n\n").unwrap_or((&text, ""));
        let mut lines = head.lines();
        let tree = ObjectId::from_hex(lines.next()?.strip_prefix("tree ")?.as_bytes())?;
        let mut parents = Vec::new();
        let (mut author, mut time) = (String::new(), 0);
        for line in lines {
            if let Some(parent) = line.strip_prefix("parent ") {
                parents.push(ObjectId::from_hex(parent.as_bytes())?);
            } else if let Some(who) = line.strip_prefix("author ") {
                who.split(" <").next().unwrap_or_default().clone_into(&mut author);
            } else if let Some(who) = line.strip_prefix("committer ") {
                let after = who.rsplit('>').next().unwrap_or_default();
                time = after.split_whitespace().next().and_then(|text| text.parse().ok()).unwrap_or(0);
                break;
            }
        }
        Some(Self {
            tree,
            parents,
            author,
            time,
            summary: message.lines().next().unwrap_or_default().to_owned(),
        })
    }
}
