//! From the names of revisions to commits and trees.
//!
//! Neither replace refs nor grafts play a part. A revision that cannot be resolved is an error that says how to get it.

use git2::{ErrorCode, ObjectType};

use crate::commit::{RawCommit, tag_target};
use crate::error::DiffError;
use crate::id::ObjectId;
use crate::lock::lock;
use crate::naming;
use crate::repository::{Refs, Repository};
use crate::similar;

/// Tags of tags of tags.
pub(crate) const MAX_PEEL: usize = 32;

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

impl Repository {
    /// Resolves a revision: a full or abbreviated id, a ref, `HEAD~2`, a tag (peeled), a tree.
    pub fn resolve(&self, rev: &str) -> Result<CommitSide, DiffError> {
        if let Some(id) = self.full_id(rev) {
            return self.peel(rev, id);
        }
        self.check_ambiguous(rev)?;
        let id = self.lookup(rev)?.ok_or_else(|| self.unknown(rev))?;
        self.peel(rev, id)
    }

    /// Refuses a name that is a tag as well as a branch, and so on, with different commits. Git would take the tag, so
    /// that whoever may push a tag called `origin/main` would choose the base.
    fn check_ambiguous(&self, rev: &str) -> Result<(), DiffError> {
        // An `@` is a part of a name, unless a brace follows.
        let stem = rev.split("@{").next().unwrap_or_default();
        let stem = stem.split(['^', '~', ':']).next().unwrap_or_default();
        if stem.is_empty() || stem == "HEAD" || stem.starts_with('-') || stem.contains('\0') {
            return Ok(());
        }
        let mut found = None;
        for name in [
            format!("refs/{stem}"),
            format!("refs/tags/{stem}"),
            format!("refs/heads/{stem}"),
            format!("refs/remotes/{stem}"),
            format!("refs/remotes/{stem}/HEAD"),
        ] {
            let Some(id) = self.reference(&name)? else {
                continue;
            };
            let id = self.peel(&name, id).map_or(id, |side| side.object);
            if found.is_some_and(|other| other != id) {
                return Err(DiffError::Ambiguous { rev: rev.to_owned() });
            }
            found = Some(id);
        }
        // Git takes the name, so whoever may push one that is the beginning of an id would choose the base.
        if found.is_some() && stem.len() < 2 * self.inner.objects.id_len() && !self.inner.objects.like(stem)?.is_empty() {
            return Err(DiffError::Ambiguous { rev: rev.to_owned() });
        }
        Ok(())
    }

    /// The tree without files: the base of a first commit.
    pub fn empty_tree(&self) -> Result<CommitSide, DiffError> {
        let tree = self.inner.objects.empty_tree().ok_or(DiffError::Unborn { wanted: "tree" })?;
        self.peel("the empty tree", tree)
    }

    pub(crate) fn head(&self) -> Result<Option<ObjectId>, DiffError> {
        match &self.inner.refs {
            Refs::Library(library) => {
                let library = lock(library);
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
    pub(crate) fn reference(&self, name: &str) -> Result<Option<ObjectId>, DiffError> {
        match &self.inner.refs {
            Refs::Library(library) => self.target(&lock(library), name),
            Refs::Program => self.lookup(name),
        }
    }

    pub(crate) fn target(&self, library: &git2::Repository, name: &str) -> Result<Option<ObjectId>, DiffError> {
        match library.refname_to_id(name) {
            Ok(id) => Ok(ObjectId::from_git(id)),
            Err(error) if matches!(error.code(), ErrorCode::NotFound | ErrorCode::InvalidSpec) => Ok(None),
            Err(error) => Err(self.failed(&error)),
        }
    }

    pub(crate) fn failed(&self, error: &git2::Error) -> DiffError {
        DiffError::Open {
            path: self.inner.git_dir.clone(),
            reason: error.message().to_owned(),
        }
    }

    pub(crate) fn full_id(&self, rev: &str) -> Option<ObjectId> {
        ObjectId::from_hex(rev.as_bytes()).filter(|id| id.as_bytes().len() == self.inner.objects.id_len())
    }

    /// The object a revision names; `None` when it names none.
    fn lookup(&self, rev: &str) -> Result<Option<ObjectId>, DiffError> {
        if rev.is_empty() || rev.starts_with('-') || rev.contains('\0') {
            return Ok(None);
        }
        match &self.inner.refs {
            Refs::Library(library) => naming::object(self, &lock(library), rev),
            Refs::Program => naming::asked(&self.inner.git, rev),
        }
    }

    pub(crate) fn peel(&self, rev: &str, start: ObjectId) -> Result<CommitSide, DiffError> {
        let mut id = start;
        for _ in 0..MAX_PEEL {
            let Some((kind, raw)) = self.inner.objects.here(id)? else {
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
            remedy: self.elsewhere(rev),
        }
    }

    /// How to get a name this clone does not know: clones made for a build often have one branch only.
    fn elsewhere(&self, rev: &str) -> String {
        let prefixes = ["refs/remotes/origin/", "remotes/origin/", "origin/", "refs/heads/"];
        let branch = prefixes.iter().find_map(|prefix| rev.strip_prefix(prefix)).unwrap_or(rev);
        // Names are the author's choice and this becomes a command to copy, so only harmless characters will do.
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-".contains(&byte);
        let harmless = !branch.is_empty() && !branch.starts_with(['-', '.', '/']) && branch.bytes().all(plain);
        let id = rev.len() >= 4 && rev.bytes().all(|byte| byte.is_ascii_hexdigit());
        if id {
            return "if it is the start of an id, write the id in full so that it can be fetched".into();
        }
        if !harmless || !self.has_origin() {
            return String::new();
        }
        format!(
            "if it is a branch of the remote, get it with: git fetch --no-tags --depth=1 origin +refs/heads/{branch}:refs/remotes/origin/{branch} (or check out with fetch-depth: 0)"
        )
    }

    fn has_origin(&self) -> bool {
        match &self.inner.refs {
            Refs::Library(library) => {
                let library = lock(library);
                let config = library.config();
                config.is_ok_and(|config| config.get_entry("remote.origin.url").is_ok())
            }
            Refs::Program => {
                let args = ["config", "--get", "remote.origin.url"];
                self.inner.git.output(&args).is_ok_and(|output| output.status.success())
            }
        }
    }

    fn absent_parent(&self, side: &CommitSide) -> Option<ObjectId> {
        let raw = RawCommit::read(&self.inner.objects, side.object).ok()??;
        let parent = raw.parents.first().copied()?;
        match self.inner.objects.here(parent) {
            Ok(None) => Some(parent),
            _ => None,
        }
    }

    pub(crate) fn missing(&self, rev: &str, id: Option<ObjectId>) -> DiffError {
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

    /// Full names of refs, not of more than anybody looks through; empty when they cannot be listed.
    pub(crate) fn ref_names(&self) -> Vec<String> {
        match &self.inner.refs {
            Refs::Library(library) => {
                let library = lock(library);
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
