//! The object database: raw objects by id, true ones, whatever replace refs and grafts say.
//!
//! Reads through libgit2's database only, not through a repository, so it needs no configuration and no refs. It may
//! ask git to fetch objects that a partial clone was promised; it must never take "missing" for "empty".

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use git2::{ErrorCode, ObjectFormat, ObjectType, Odb, OdbObject};
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

/// Above this size a file on disk is hashed in pieces instead of in memory.
pub(crate) const HASH_IN_MEMORY: u64 = 64 << 20;

/// Bytes of a tree, a commit or a tag: those are held in memory as a whole.
pub(crate) const LARGEST: u64 = 128 << 20;

/// A raw object, or the empty tree, which need not exist.
pub(crate) enum Raw<'a> {
    Library(OdbObject<'a>),
    Packed(Arc<Vec<u8>>),
    Lent(Lent),
    Loose(Vec<u8>),
    Empty,
}

impl AsRef<[u8]> for Raw<'_> {
    fn as_ref(&self) -> &[u8] {
        match self {
            Self::Library(object) => object.data(),
            Self::Packed(content) => content,
            Self::Lent(content) => content,
            Self::Loose(content) => content,
            Self::Empty => &[],
        }
    }
}

/// The object database of one repository.
pub(crate) struct Objects {
    odb: Odb<'static>,
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
        let mut odb: Option<Odb<'static>> = None;
        for (at, dir) in dirs.iter().enumerate() {
            let dir = dir.as_ref();
            if !dir.is_dir() {
                if at == 0 {
                    return Err(failed(dir, "the folder of objects does not exist"));
                }
                continue;
            }
            let odb = match &odb {
                Some(odb) => odb,
                None => odb.insert(Odb::new_ext(format).map_err(|error| failed(dir, error.message()))?),
            };
            let text = dir.to_str().ok_or_else(|| failed(dir, "its path is not UTF-8"))?;
            odb.add_disk_alternate(text).map_err(|error| failed(dir, error.message()))?;
        }
        let odb = odb.ok_or_else(|| failed(Path::new(""), "no folder of objects"))?;
        let loose = Loose::open(dirs);
        Ok(Self {
            odb,
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
    pub(crate) fn here(&self, id: ObjectId) -> Result<Option<(ObjectType, Raw<'_>)>, DiffError> {
        self.read(id, Keep::Trees)
    }

    fn read(&self, id: ObjectId, keep: Keep) -> Result<Option<(ObjectType, Raw<'_>)>, DiffError> {
        if Some(id) == self.empty_tree {
            return Ok(Some((ObjectType::Tree, Raw::Empty)));
        }
        if id.as_bytes().len() != self.id_len() {
            return Ok(None);
        }
        match self.packs.read(id, LARGEST, keep) {
            Some(Found::Object(kind, content)) => return Ok(Some((kind, Raw::Packed(content)))),
            Some(Found::Lent(content)) => return Ok(Some((ObjectType::Tree, Raw::Lent(content)))),
            Some(Found::Larger(kind, _)) if kind != ObjectType::Blob => {
                return Err(DiffError::broken(id, "it is larger than any real one"));
            }
            _ => {}
        }
        if let Some((kind, content)) = self.loose.read(id)? {
            return Ok(Some((kind, Raw::Loose(content))));
        }
        match self.odb.read(id.to_git()?) {
            Ok(object) => Ok(Some((object.kind(), Raw::Library(object)))),
            Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
            Err(error) => Err(DiffError::object(id, &error)),
        }
    }

    /// Reads an object of any kind, and fetches it if it was promised; `None` when there is no getting it.
    pub(crate) fn any(&self, id: ObjectId) -> Result<Option<(ObjectType, Raw<'_>)>, DiffError> {
        self.get(id, Keep::Trees)
    }

    fn get(&self, id: ObjectId, keep: Keep) -> Result<Option<(ObjectType, Raw<'_>)>, DiffError> {
        match self.read(id, keep)? {
            None if self.fetch(&[id])? => self.read(id, keep),
            found => Ok(found),
        }
    }

    /// Whether this is the beginning of an object's id.
    pub(crate) fn begins(&self, hex: &str) -> bool {
        let shortest = 4;
        let digits = hex.len() >= shortest && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
        let id = || git2::Oid::from_str_ext(&format!("{hex:0<width$}", width = 2 * self.id_len()), self.format).ok();
        let known = |id| match self.odb.exists_prefix(id, hex.len()) {
            Ok(_) => true,
            Err(error) => error.code() == ErrorCode::Ambiguous,
        };
        digits && hex.len() < 2 * self.id_len() && id().is_some_and(known)
    }

    /// Whether both are the same database, opened once or twice.
    pub(crate) fn same(&self, other: &Self) -> bool {
        self.dirs == other.dirs
    }

    /// Reads a tree. `path` is the folder, for the message.
    pub(crate) fn tree(&self, id: ObjectId, path: &[u8], keep: Keep) -> Result<Raw<'_>, DiffError> {
        match self.get(id, keep)? {
            Some((ObjectType::Tree, raw)) => Ok(raw),
            Some(_) => Err(DiffError::broken(id, "a tree was expected")),
            None => Err(self.missing(id, path)),
        }
    }

    /// Size of a blob without reading it; `None` when it is not here.
    pub(crate) fn size(&self, id: ObjectId) -> Result<Option<u64>, DiffError> {
        let (kind, size) = match self.loose.header(id)? {
            Some((kind, size)) => (kind, Some(size)),
            None => match self.packed_header(id)? {
                Some((kind, size)) => (kind, u64::try_from(size).ok()),
                None => return Ok(None),
            },
        };
        if kind != ObjectType::Blob {
            return Err(DiffError::broken(id, "a blob was expected"));
        }
        Ok(size)
    }

    fn packed_header(&self, id: ObjectId) -> Result<Option<(ObjectType, usize)>, DiffError> {
        let git_id = id.to_git()?;
        // git2 panics on a kind of object that does not exist, which a damaged pack can hold.
        let header = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| self.odb.read_header(git_id)));
        match header {
            Ok(Ok((size, kind))) => Ok(Some((kind, size))),
            Ok(Err(error)) if error.code() == ErrorCode::NotFound => Ok(None),
            Ok(Err(error)) => Err(DiffError::object(id, &error)),
            Err(_) => Err(DiffError::broken(id, "its kind is unknown")),
        }
    }

    /// Reads a blob of at most `limit` bytes.
    pub(crate) fn blob(&self, id: ObjectId, path: &RepoPath, limit: u64) -> Result<Vec<u8>, DiffError> {
        let packed = (id.as_bytes().len() == self.id_len()).then(|| self.packs.read(id, limit, Keep::Trees));
        match packed.flatten() {
            Some(Found::Object(ObjectType::Blob, content)) => return Ok(Arc::unwrap_or_clone(content)),
            Some(Found::Larger(ObjectType::Blob, size)) => {
                return Err(DiffError::TooLarge {
                    path: path.clone(),
                    size,
                    limit,
                });
            }
            _ => {}
        }
        let mut size = self.size(id)?;
        if size.is_none() && self.fetch(&[id])? {
            size = self.size(id)?;
        }
        let missing = || self.missing(id, path.as_bytes());
        let size = size.ok_or_else(missing)?;
        if size > limit {
            return Err(DiffError::TooLarge {
                path: path.clone(),
                size,
                limit,
            });
        }
        match self.any(id)?.ok_or_else(missing)? {
            (ObjectType::Blob, Raw::Loose(content)) => Ok(content),
            (ObjectType::Blob, raw) => Ok(raw.as_ref().to_vec()),
            _ => Err(DiffError::broken(id, "a blob was expected")),
        }
    }

    /// Those of `ids` that are not in this clone, each once.
    pub(crate) fn absent(&self, ids: impl Iterator<Item = ObjectId>) -> Result<Vec<ObjectId>, DiffError> {
        let mut absent = Vec::new();
        for id in ids {
            if !self.odb.exists_ext(id.to_git()?, git2::OdbLookupFlags::NO_REFRESH) {
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
        self.odb.refresh().map_err(|error| DiffError::GitFailed {
            command: "cat-file".into(),
            reason: error.message().to_owned(),
        })?;
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
