//! From the names of revisions to commits and trees, and the range to compare by default.
//!
//! Parents are read from the raw commit, so a shallow clone shows them although they are absent, and neither replace refs
//! nor grafts change them. A revision that cannot be resolved is an error that says how to get it.

use std::fs;

use git2::{ErrorCode, ObjectType};

use crate::commit::{RawCommit, tag_target};
use crate::error::DiffError;
use crate::id::ObjectId;
use crate::repository::{Refs, Repository};
use crate::{ancestry, similar};

/// Tags of tags of tags.
const MAX_PEEL: usize = 32;

/// The refs tried as default base, in order.
const DEFAULT_BASES: [&str; 5] = [
    "refs/remotes/origin/HEAD",
    "refs/remotes/origin/main",
    "refs/remotes/origin/master",
    "refs/heads/main",
    "refs/heads/master",
];

/// A revision that was resolved to a commit, or to a tree where no commit was named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitSide {
    /// The full id of the commit; of the tree if a tree was named.
    pub id: String,
    /// Whether a commit was named, directly or by a tag.
    pub is_commit: bool,
    pub(crate) object: ObjectId,
    pub(crate) tree: ObjectId,
}

/// What HEAD is compared with when nobody says otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DefaultBase {
    /// The ref, such as `refs/remotes/origin/main`.
    pub ref_name: String,
    /// The commit the ref points at.
    pub commit: String,
    /// Its merge base with HEAD. Equal to `head` when HEAD has nothing the ref lacks: then there is nothing to compare.
    pub merge_base: String,
    /// The commit of HEAD.
    pub head: String,
}

impl Repository {
    /// Resolves a revision: a full or abbreviated id, a ref, `HEAD~2`, a tag (peeled), a tree.
    pub fn resolve(&self, rev: &str) -> Result<CommitSide, DiffError> {
        let id = match self.full_id(rev) {
            Some(id) => id,
            None => self.lookup(rev)?.ok_or_else(|| self.unknown(rev))?,
        };
        self.peel(rev, id)
    }

    /// The tree without files: the base of a first commit.
    pub fn empty_tree(&self) -> Result<CommitSide, DiffError> {
        let tree = self.inner.objects.empty_tree().ok_or(DiffError::Unborn { wanted: "tree" })?;
        self.peel("the empty tree", tree)
    }

    /// The commit of HEAD; `None` when HEAD names a branch without commits.
    pub fn head_id(&self) -> Result<Option<String>, DiffError> {
        Ok(self.head()?.map(|id| id.to_string()))
    }

    /// Whether HEAD names a branch without commits.
    pub fn is_unborn(&self) -> Result<bool, DiffError> {
        Ok(self.head()?.is_none())
    }

    /// The commits being merged, as `MERGE_HEAD` lists them; empty when no merge is under way.
    pub fn merge_heads(&self) -> Result<Vec<String>, DiffError> {
        let path = self.inner.git_dir.join("MERGE_HEAD");
        let text = match fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(DiffError::io("read", &path, &error)),
        };
        let lines = text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        lines
            .map(|line| {
                ObjectId::from_hex(line.trim_ascii())
                    .map(|id| id.to_string())
                    .ok_or_else(|| DiffError::Io {
                        doing: "understand",
                        path: path.clone(),
                        reason: "a line is not the id of a commit".into(),
                    })
            })
            .collect()
    }

    /// The first commit being merged, if a merge is under way.
    pub fn merge_head(&self) -> Result<Option<String>, DiffError> {
        Ok(self.merge_heads()?.into_iter().next())
    }

    /// The parents the commit object names, whether or not they are in this clone.
    pub fn raw_parents(&self, commit: &str) -> Result<Vec<String>, DiffError> {
        let side = self.resolve(commit)?;
        let raw = RawCommit::read(&self.inner.objects, side.object)?.ok_or_else(|| self.missing(commit, Some(side.object)))?;
        Ok(raw.parents.iter().map(ToString::to_string).collect())
    }

    /// The first parent the commit object names, whether or not it is in this clone; `None` for a root commit.
    pub fn first_parent_raw(&self, commit: &str) -> Result<Option<String>, DiffError> {
        Ok(self.raw_parents(commit)?.into_iter().next())
    }

    /// The best common ancestor of two commits.
    pub fn merge_base(&self, one: &str, other: &str) -> Result<String, DiffError> {
        let (one, other) = (self.resolve(one)?, self.resolve(other)?);
        Ok(self.common(one.object, other.object)?.to_string())
    }

    /// The merge base of HEAD with the default branch of `origin`, else with a local `main` or `master`.
    pub fn default_base(&self) -> Result<DefaultBase, DiffError> {
        let head = self.head()?.ok_or(DiffError::Unborn {
            wanted: "range to compare",
        })?;
        for name in DEFAULT_BASES {
            let Some(id) = self.reference(name)? else {
                continue;
            };
            let commit = self.peel(name, id)?.object;
            return Ok(DefaultBase {
                ref_name: name.to_owned(),
                commit: commit.to_string(),
                merge_base: self.common(head, commit)?.to_string(),
                head: head.to_string(),
            });
        }
        Err(DiffError::NoDefaultBase {
            tried: DEFAULT_BASES.map(str::to_owned).to_vec(),
        })
    }

    fn common(&self, head: ObjectId, base: ObjectId) -> Result<ObjectId, DiffError> {
        let shallow = ancestry::shallow_commits(&self.inner.common_dir)?;
        let found = ancestry::merge_base(&self.inner.objects, &shallow, head, base)?;
        found.ok_or_else(|| DiffError::NoMergeBase {
            head: head.to_string(),
            base: base.to_string(),
            remedy: if self.is_shallow() {
                "it is shallow: fetch the history (fetch-depth: 0, or git fetch --unshallow), or name the base commit"
            } else {
                "name the base commit to compare with"
            }
            .into(),
        })
    }

    fn head(&self) -> Result<Option<ObjectId>, DiffError> {
        match &self.inner.refs {
            Refs::Library(library) => {
                let library = library.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                match library.head() {
                    Ok(head) => Ok(head.target().and_then(ObjectId::from_git)),
                    Err(error) if error.code() == ErrorCode::UnbornBranch => Ok(None),
                    Err(error) => Err(self.failed(&error)),
                }
            }
            Refs::Program => {
                let found = self.lookup("HEAD")?;
                if found.is_none() {
                    // Only a symbolic HEAD can be unborn; a detached one without commit is damage.
                    self.inner.git.run(&["symbolic-ref", "--quiet", "HEAD"])?;
                }
                Ok(found)
            }
        }
    }

    /// The object a ref names, by its full name.
    fn reference(&self, name: &str) -> Result<Option<ObjectId>, DiffError> {
        match &self.inner.refs {
            Refs::Library(library) => {
                let library = library.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                match library.refname_to_id(name) {
                    Ok(id) => Ok(ObjectId::from_git(id)),
                    Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
                    Err(error) => Err(self.failed(&error)),
                }
            }
            Refs::Program => self.lookup(name),
        }
    }

    fn failed(&self, error: &git2::Error) -> DiffError {
        DiffError::Open {
            path: self.inner.git_dir.clone(),
            reason: error.message().to_owned(),
        }
    }

    fn full_id(&self, rev: &str) -> Option<ObjectId> {
        ObjectId::from_hex(rev.as_bytes()).filter(|id| id.as_bytes().len() == self.inner.objects.id_len())
    }

    /// The object a revision names; `None` when it names none.
    fn lookup(&self, rev: &str) -> Result<Option<ObjectId>, DiffError> {
        if rev.is_empty() || rev.starts_with('-') || rev.contains('\0') {
            return Ok(None);
        }
        match &self.inner.refs {
            Refs::Library(library) => {
                let library = library.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                match library.revparse_single(rev) {
                    Ok(object) => Ok(ObjectId::from_git(object.id())),
                    Err(error) => match error.code() {
                        ErrorCode::NotFound | ErrorCode::InvalidSpec => Ok(None),
                        ErrorCode::Ambiguous => Err(DiffError::Ambiguous { rev: rev.to_owned() }),
                        _ => Err(self.failed(&error)),
                    },
                }
            }
            Refs::Program => {
                let args = ["rev-parse", "--verify", "--quiet", "--end-of-options", rev];
                let output = self.inner.git.output(&args)?;
                if !output.status.success() {
                    return Ok(None);
                }
                Ok(ObjectId::from_hex(output.stdout.trim_ascii()))
            }
        }
    }

    fn peel(&self, rev: &str, start: ObjectId) -> Result<CommitSide, DiffError> {
        let mut id = start;
        for _ in 0..MAX_PEEL {
            let Some((kind, raw)) = self.inner.objects.any(id)? else {
                return Err(self.missing(rev, Some(id)));
            };
            let side = |is_commit, tree| CommitSide {
                id: id.to_string(),
                is_commit,
                object: id,
                tree,
            };
            match kind {
                ObjectType::Commit => {
                    let raw =
                        RawCommit::parse(raw.as_ref()).ok_or_else(|| DiffError::broken(id, "the header of the commit is malformed"))?;
                    return Ok(side(true, raw.tree));
                }
                ObjectType::Tree => return Ok(side(false, id)),
                ObjectType::Tag => {
                    id = tag_target(raw.as_ref()).ok_or_else(|| DiffError::broken(id, "the header of the tag is malformed"))?;
                }
                _ => {
                    return Err(DiffError::NotATree {
                        rev: rev.to_owned(),
                        kind: "file",
                    });
                }
            }
        }
        Err(DiffError::broken(start, "a tag of a tag of a tag, too many times"))
    }

    /// A revision that names no object: either a name nobody knows, or history that was cut off.
    fn unknown(&self, rev: &str) -> DiffError {
        let cut = rev.find(['~', '^', '@']);
        if let Some(Ok(side)) = cut.and_then(|at| rev.get(..at)).map(|stem| self.resolve(stem))
            && self.is_shallow()
        {
            return self.missing(rev, self.absent_parent(&side));
        }
        DiffError::UnknownRevision {
            rev: rev.to_owned(),
            similar: similar::best(rev, &self.ref_names()),
        }
    }

    fn absent_parent(&self, side: &CommitSide) -> Option<ObjectId> {
        let raw = RawCommit::read(&self.inner.objects, side.object).ok()??;
        let parent = raw.parents.first().copied()?;
        match self.inner.objects.any(parent) {
            Ok(None) => Some(parent),
            _ => None,
        }
    }

    fn missing(&self, rev: &str, id: Option<ObjectId>) -> DiffError {
        let what = match id {
            Some(id) if id.to_string() != rev => format!("'{rev}' (commit {id})"),
            _ => format!("commit {rev}"),
        };
        let remedy = match id {
            Some(id) => format!("get it with: git fetch --no-tags --depth=1 origin {id} (or check out with fetch-depth: 0)"),
            None => "get its history with: git fetch --unshallow (or check out with fetch-depth: 0)".into(),
        };
        DiffError::MissingCommit {
            what,
            shallow: self.is_shallow(),
            remedy,
        }
    }

    /// Full names of all refs; empty when they cannot be listed, as this serves suggestions only.
    fn ref_names(&self) -> Vec<String> {
        match &self.inner.refs {
            Refs::Library(library) => {
                let library = library.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                let Ok(mut references) = library.references() else {
                    return Vec::new();
                };
                references
                    .names()
                    .filter_map(Result::ok)
                    .map(str::to_owned)
                    .take(similar::MAX)
                    .collect()
            }
            Refs::Program => {
                let args = ["for-each-ref", "--format=%(refname)"];
                let text = self.inner.git.run(&args).unwrap_or_default();
                String::from_utf8_lossy(&text)
                    .lines()
                    .map(str::to_owned)
                    .take(similar::MAX)
                    .collect()
            }
        }
    }
}
