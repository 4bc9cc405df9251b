//! Which two commits to compare when nobody names both: HEAD, its parents, a merge under way, the default branch.
//!
//! Parents are read from the raw commit, so a shallow clone shows them although they are absent, and neither replace refs
//! nor grafts change them. Where no base can be found, that is an error and never an empty range.

use std::fs;

use crate::ancestry;
use crate::commit::RawCommit;
use crate::error::DiffError;
use crate::id::ObjectId;
use crate::lock::lock;
use crate::repository::Repository;

/// The refs tried as default base, in order.
const DEFAULT_BASES: [&str; 5] = [
    "refs/remotes/origin/HEAD",
    "refs/remotes/origin/main",
    "refs/remotes/origin/master",
    "refs/heads/main",
    "refs/heads/master",
];

/// Where a change began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergeBase {
    /// The commit to compare with.
    pub id: String,
    /// There are several equally good common ancestors. Which of them counts decides what is found, and the author of the
    /// change made them; so `id` is the tip of the branch that the change goes to.
    pub several: bool,
}

/// What HEAD is compared with when nobody says otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DefaultBase {
    /// The ref, such as `refs/remotes/origin/main`.
    pub ref_name: String,
    /// The commit the ref points at.
    pub commit: String,
    /// Its merge base with HEAD. Equal to `head` when HEAD has nothing the ref lacks: then there is nothing to compare.
    pub merge_base: MergeBase,
    /// The commit of HEAD.
    pub head: String,
}

impl Repository {
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

    /// Where the change up to `head` left the history of `trunk`, the branch that it goes to.
    pub fn merge_base(&self, trunk: &str, head: &str) -> Result<MergeBase, DiffError> {
        let (trunk, head) = (self.resolve(trunk)?, self.resolve(head)?);
        self.common(trunk.object, head.object)
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
                merge_base: self.common(commit, head)?,
                head: head.to_string(),
            });
        }
        Err(DiffError::NoDefaultBase {
            tried: DEFAULT_BASES.map(str::to_owned).to_vec(),
        })
    }

    /// The branches of remotes, as far as they were fetched: those of `remote` before those of `origin` before all others, and
    /// of each its default branch before the rest.
    pub fn remote_branches(&self, remote: &str) -> Vec<String> {
        const REMOTES: &str = "refs/remotes/";
        let place = |name: &String| {
            let (owner, branch) = name.strip_prefix(REMOTES)?.split_once('/')?;
            let owner = [remote, "origin"].iter().position(|first| *first == owner).unwrap_or(2);
            let branch = ["HEAD", "main", "master"].iter().position(|first| *first == branch).unwrap_or(3);
            Some((owner, branch))
        };
        let names = self.ref_names().into_iter();
        let mut found: Vec<_> = names.filter_map(|name| Some((place(&name)?, name))).collect();
        found.sort();
        found.into_iter().map(|(_, name)| name).collect()
    }

    fn common(&self, trunk: ObjectId, head: ObjectId) -> Result<MergeBase, DiffError> {
        let shallow = ancestry::shallow_commits(&self.inner.common_dir)?;
        let found = ancestry::merge_bases(&self.inner.objects, &shallow, &mut lock(&self.inner.history), head, trunk)?;
        let several = found.len() > 1;
        let base = if several { Some(trunk) } else { found.first().copied() };
        let base = base.ok_or_else(|| DiffError::NoMergeBase {
            head: head.to_string(),
            base: trunk.to_string(),
            remedy: if self.is_shallow() {
                "it is shallow: fetch the history (fetch-depth: 0, or git fetch --unshallow), or name the base commit"
            } else {
                "name the base commit to compare with"
            }
            .into(),
        })?;
        let id = base.to_string();
        Ok(MergeBase { id, several })
    }
}
