//! The object database: raw objects by id, true ones, whatever replace refs and grafts say.
//!
//! Reads packs and loose objects by our own readers, not through a repository, so it needs no configuration and no refs.
//! libgit2 is kept away from objects: a truncated one keeps it busy for ever, and a damaged index of a pack ends the process.
//! May ask git to fetch objects that a partial clone was promised; must never take "missing" for "empty".

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use git2::{ObjectFormat, ObjectType};
use orgate_core::path::RepoPath;

use crate::error::DiffError;
use crate::folders::Folders;
use crate::id::ObjectId;
use crate::loose::Loose;
use crate::pack::{Found, Keep, Lent, Packs};
use crate::spawn::Git;

/// The tree without entries. Git knows it without storing it.
const EMPTY_TREE: [&str; 2] = [
    "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
    "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
];

/// Fewer digits of an id are no abbreviation.
pub(crate) const SHORTEST: usize = 4;

/// Above this size a file on disk is hashed in pieces instead of in memory.
pub(crate) const HASH_IN_MEMORY: u64 = 64 << 20;

/// Bytes of a tree, a commit or a tag: those are held in memory as a whole.
pub(crate) const LARGEST: u64 = 128 << 20;

/// A raw object, or the empty tree, which need not exist.
pub(crate) enum Raw {
    Whole(Arc<Vec<u8>>),
    Lent(Lent),
    Empty,
}

impl AsRef<[u8]> for Raw {
    fn as_ref(&self) -> &[u8] {
        match self {
            Self::Whole(content) => content,
            Self::Lent(content) => content,
            Self::Empty => &[],
        }
    }
}

/// The object database of one repository.
pub(crate) struct Objects {
    loose: Loose,
    packs: Packs,
    pub(crate) folders: Folders,
    /// Where it lies.
    dirs: Vec<PathBuf>,
    format: ObjectFormat,
    empty_tree: Option<ObjectId>,
    /// What to run when an object is missing: git, if this is a partial clone.
    pub(crate) promised: Option<Promise>,
    /// Whether history was cut off when this clone was made.
    pub(crate) shallow: bool,
}

impl std::fmt::Debug for Objects {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Objects").field("format", &self.format).finish_non_exhaustive()
    }
}

/// How to get the objects a partial clone left out.
#[derive(Debug)]
pub(crate) struct Promise {
    pub(crate) git: Git,
    /// The user wants it: git would open a connection, and run what the repository's configuration names.
    pub(crate) allowed: AtomicBool,
}

impl Objects {
    /// Opens the database in `dirs`: the first is the repository's own, the rest are alternates from the environment.
    pub(crate) fn open(format: ObjectFormat, dirs: &[impl AsRef<Path>]) -> Result<Self, DiffError> {
        let failed = |path: &Path, reason: &str| DiffError::Open {
            path: path.to_path_buf(),
            reason: reason.to_owned(),
        };
        let own = dirs.first().map_or(Path::new(""), AsRef::as_ref);
        if !own.is_dir() {
            return Err(failed(own, "the folder of objects does not exist"));
        }
        let loose = Loose::open(dirs);
        Ok(Self {
            packs: Packs::find(loose.dirs()),
            folders: Folders::default(),
            loose,
            dirs: dirs.iter().map(|dir| dir.as_ref().to_path_buf()).collect(),
            format,
            empty_tree: ObjectId::from_hex(EMPTY_TREE[usize::from(format != ObjectFormat::Sha1)].as_bytes()),
            promised: None,
            shallow: false,
        })
    }

    /// The id of the tree without entries.
    pub(crate) fn empty_tree(&self) -> Option<ObjectId> {
        self.empty_tree
    }

    /// Bytes in an id of this repository.
    pub(crate) fn id_len(&self) -> usize {
        if self.format == ObjectFormat::Sha1 { 20 } else { 32 }
    }

    /// The id that `content` would have as a blob.
    pub(crate) fn hash(&self, content: &[u8]) -> Option<ObjectId> {
        git2::Oid::hash_object_ext(ObjectType::Blob, content, self.format)
            .ok()
            .and_then(ObjectId::from_git)
    }

    /// The id that the file would have as a blob, without holding the file in memory.
    pub(crate) fn hash_file(&self, path: &Path) -> Result<ObjectId, DiffError> {
        git2::Oid::hash_file_ext(ObjectType::Blob, path, self.format)
            .ok()
            .and_then(ObjectId::from_git)
            .ok_or_else(|| DiffError::Io {
                doing: "hash",
                path: path.to_path_buf(),
                reason: "the file cannot be read".into(),
            })
    }

    /// Reads an object of any kind; `None` when it is not in this clone. Fetches nothing: history is never promised.
    pub(crate) fn here(&self, id: ObjectId) -> Result<Option<(ObjectType, Raw)>, DiffError> {
        self.read(id, Keep::Trees)
    }

    fn read(&self, id: ObjectId, keep: Keep) -> Result<Option<(ObjectType, Raw)>, DiffError> {
        if Some(id) == self.empty_tree {
            return Ok(Some((ObjectType::Tree, Raw::Empty)));
        }
        let found = match self.find(id, LARGEST, keep)? {
            Some(Found::Larger(ObjectType::Blob, _)) => self.find(id, u64::MAX, keep)?,
            found => found,
        };
        match found {
            Some(Found::Object(kind, content)) => Ok(Some((kind, Raw::Whole(content)))),
            Some(Found::Lent(content)) => Ok(Some((ObjectType::Tree, Raw::Lent(content)))),
            Some(Found::Larger(..)) => Err(DiffError::broken(id, "it is larger than any real one")),
            None => Ok(None),
        }
    }

    /// Finds an object of at most `limit` bytes.
    fn find(&self, id: ObjectId, limit: u64, keep: Keep) -> Result<Option<Found>, DiffError> {
        if id.as_bytes().len() != self.id_len() {
            return Ok(None);
        }
        let packed = self.packs.read(id, limit, keep);
        if let Ok(Some(_)) = packed {
            return packed;
        }
        if let Some(found) = self.loose.read(id, limit)? {
            return Ok(Some(found));
        }
        // It may have come to be meanwhile, or its pack was replaced by another one.
        if self.packs.refresh()
            && let Ok(Some(found)) = self.packs.read(id, limit, keep)
        {
            return Ok(Some(found));
        }
        match self.loose.read_new(id, limit)? {
            None => packed,
            found => Ok(found),
        }
    }

    /// Reads an object of any kind, and fetches it if it was promised; `None` when there is no getting it.
    fn get(&self, id: ObjectId, keep: Keep) -> Result<Option<(ObjectType, Raw)>, DiffError> {
        match self.read(id, keep)? {
            None if self.fetch(&[id])? => self.read(id, keep),
            found => Ok(found),
        }
    }

    /// The objects whose ids begin with these digits, as far as it takes to know whether there are several.
    pub(crate) fn like(&self, hex: &str) -> Result<Vec<ObjectId>, DiffError> {
        let hex = hex.to_ascii_lowercase();
        let width = 2 * self.id_len();
        let digits = hex.len() >= SHORTEST && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !digits || hex.len() > width {
            return Ok(Vec::new());
        }
        let Some(least) = ObjectId::from_hex(format!("{hex:0<width$}").as_bytes()) else {
            return Ok(Vec::new());
        };
        self.packs.refresh();
        let mut found = self.packs.from(least, |id| id.to_string().starts_with(&hex))?;
        found.extend(self.loose.like(&hex));
        found.retain(|id| id.as_bytes().len() == self.id_len());
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }

    /// Whether both are the same database, opened once or twice.
    pub(crate) fn same(&self, other: &Self) -> bool {
        self.dirs == other.dirs
    }

    /// Reads a tree. `path` is the folder, for the message.
    pub(crate) fn tree(&self, id: ObjectId, path: &[u8], keep: Keep) -> Result<Raw, DiffError> {
        match self.get(id, keep)? {
            Some((ObjectType::Tree, raw)) => Ok(raw),
            Some(_) => Err(DiffError::broken(id, "a tree was expected")),
            None => Err(self.missing(id, path)),
        }
    }

    /// Size of a blob without reading it; `None` when it is not here.
    pub(crate) fn size(&self, id: ObjectId) -> Result<Option<u64>, DiffError> {
        match self.find(id, 0, Keep::Trees)? {
            Some(Found::Larger(ObjectType::Blob, size)) => Ok(Some(size)),
            Some(Found::Object(ObjectType::Blob, _)) => Ok(Some(0)),
            Some(_) => Err(DiffError::broken(id, "a blob was expected")),
            None => Ok(None),
        }
    }

    /// Reads a blob of at most `limit` bytes.
    pub(crate) fn blob(&self, id: ObjectId, path: &RepoPath, limit: u64) -> Result<Vec<u8>, DiffError> {
        let find = || self.find(id, limit, Keep::Trees);
        let mut found = find()?;
        if found.is_none() && self.fetch(&[id])? {
            found = find()?;
        }
        match found.ok_or_else(|| self.missing(id, path.as_bytes()))? {
            Found::Object(ObjectType::Blob, content) => Ok(Arc::unwrap_or_clone(content)),
            Found::Larger(ObjectType::Blob, size) => Err(DiffError::TooLarge {
                path: path.clone(),
                size,
                limit,
            }),
            _ => Err(DiffError::broken(id, "a blob was expected")),
        }
    }

    /// Those of `ids` that are not in this clone, each once.
    pub(crate) fn absent(&self, ids: impl Iterator<Item = ObjectId>) -> Result<Vec<ObjectId>, DiffError> {
        let mut absent = Vec::new();
        for id in ids {
            if !self.loose.holds(id) && !self.packs.holds(id)? {
                absent.push(id);
            }
        }
        absent.sort_unstable();
        absent.dedup();
        Ok(absent)
    }

    /// Asks git for objects this partial clone was promised. False when this is no partial clone.
    pub(crate) fn fetch(&self, ids: &[ObjectId]) -> Result<bool, DiffError> {
        let Some(promise) = &self.promised else {
            return Ok(false);
        };
        let Some(first) = ids.first() else {
            return Ok(true);
        };
        if !promise.allowed.load(Ordering::Relaxed) {
            return Err(DiffError::MissingObject {
                id: *first,
                path: None,
                remedy: format!(
                    "this is a partial clone, {} object(s) have to be fetched, and no connection is opened without being asked; clone without a filter, run git fetch --refetch --no-filter, or set GIT_NO_LAZY_FETCH=0 to let git fetch them",
                    ids.len()
                ),
            });
        }
        promise.git.fetch_objects(ids).map_err(|error| DiffError::MissingObject {
            id: *first,
            path: None,
            remedy: format!("this is a partial clone, and what was left out could not be fetched: {error}"),
        })?;
        self.packs.refresh();
        Ok(true)
    }

    pub(crate) fn missing(&self, id: ObjectId, path: &[u8]) -> DiffError {
        let remedy = if self.promised.is_some() {
            "this is a partial clone and its remote did not deliver it; run git fetch --refetch"
        } else if self.shallow {
            "this clone is shallow; fetch the commit in full (fetch-depth: 0, or git fetch --unshallow)"
        } else {
            "the repository is damaged or incomplete; run git fsck, or clone again"
        };
        DiffError::MissingObject {
            id,
            path: (!path.is_empty()).then(|| RepoPath::new(path)),
            remedy: remedy.into(),
        }
    }
}
