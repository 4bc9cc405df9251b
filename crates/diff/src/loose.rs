//! Loose objects, one file each: read here and not by libgit2, which does not end on a truncated one and fills up a short
//! one with zeros.
//!
//! A loose object is read whole, to the end and no further than its header says, or it is an error.

use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use flate2::read::ZlibDecoder;
use git2::ObjectType;

use crate::dir::absent;
use crate::error::DiffError;
use crate::id::ObjectId;
use crate::objects::LARGEST;
use crate::pack::Found;

/// Alternates of alternates of alternates; git goes no further either.
const MAX_ALTERNATES: usize = 5;
/// No header is longer.
const HEADER: usize = 64;

/// The folders that may hold loose objects.
#[derive(Debug, Default)]
pub(crate) struct Loose {
    dirs: Vec<Folder>,
}

#[derive(Debug)]
struct Folder {
    path: PathBuf,
    /// First bytes of ids for which there is a folder. In a tidy repository there are few.
    first: Vec<bool>,
}

/// An object file that was opened and whose header was read.
struct Opened<R> {
    kind: ObjectType,
    size: u64,
    /// What followed the header in the first bytes.
    start: Vec<u8>,
    rest: ZlibDecoder<R>,
}

impl Loose {
    /// Looks at folders of objects and at the alternates they name.
    pub(crate) fn open(dirs: &[impl AsRef<Path>]) -> Self {
        let mut loose = Self::default();
        let mut todo: Vec<(PathBuf, usize)> = dirs.iter().rev().map(|dir| (dir.as_ref().into(), 0)).collect();
        while let Some((dir, depth)) = todo.pop() {
            let Ok(dir) = fs::canonicalize(&dir) else {
                continue;
            };
            if depth > MAX_ALTERNATES || loose.dirs.iter().any(|known| known.path == dir) {
                continue;
            }
            let list = fs::read(dir.join("info/alternates")).unwrap_or_default();
            for line in list.split(|byte| *byte == b'\n') {
                if !line.is_empty() && !line.starts_with(b"#") {
                    todo.push((dir.join(crate::spawn::path_from(line)), depth + 1));
                }
            }
            let first = first_bytes(&dir);
            loose.dirs.push(Folder { path: dir, first });
        }
        loose
    }

    /// The folders of objects, with all alternates.
    pub(crate) fn dirs(&self) -> impl Iterator<Item = &Path> {
        self.dirs.iter().map(|dir| dir.path.as_path())
    }

    /// Kind and content of a loose object of at most `limit` bytes; `None` if there is none.
    pub(crate) fn read(&self, id: ObjectId, limit: u64) -> Result<Option<Found>, DiffError> {
        self.find(id, false)?.map(|object| object.within(id, limit)).transpose()
    }

    /// Like [`Loose::read`], and looks into folders that came to be later.
    pub(crate) fn read_new(&self, id: ObjectId, limit: u64) -> Result<Option<Found>, DiffError> {
        self.find(id, true)?.map(|object| object.within(id, limit)).transpose()
    }

    /// Whether there is a file for the object.
    pub(crate) fn holds(&self, id: ObjectId) -> bool {
        self.places(id, false).any(|path| path.exists())
    }

    /// Ids that begin with these digits.
    pub(crate) fn like(&self, hex: &str) -> Vec<ObjectId> {
        let Some((folder, start)) = hex.split_at_checked(2) else {
            return Vec::new();
        };
        let dirs = self.dirs.iter().filter_map(|dir| fs::read_dir(dir.path.join(folder)).ok());
        let names = dirs.flatten().flatten().map(|entry| entry.file_name());
        let ids = names.filter_map(|name| {
            let name = name.to_str().filter(|name| name.starts_with(start))?;
            ObjectId::from_hex(format!("{folder}{name}").as_bytes())
        });
        ids.collect()
    }

    /// Where the object would lie; `all` without regard to which folders there were.
    fn places(&self, id: ObjectId, all: bool) -> impl Iterator<Item = PathBuf> {
        let first = id.as_bytes().first().copied().map_or(0, usize::from);
        let dirs = self.dirs.iter();
        let dirs = dirs.filter(move |dir| all || dir.first.get(first).copied().unwrap_or(false));
        dirs.map(move |dir| {
            let hex = id.to_string();
            let (folder, name) = hex.split_at(2);
            dir.path.join(folder).join(name)
        })
    }

    fn find(&self, id: ObjectId, all: bool) -> Result<Option<Opened<File>>, DiffError> {
        for path in self.places(id, all) {
            match File::open(&path) {
                Ok(file) => return open(id, file).map(Some),
                Err(error) if absent(&error) => {}
                Err(error) => return Err(DiffError::io("read", &path, &error)),
            }
        }
        Ok(None)
    }
}

impl<R: Read> Opened<R> {
    fn within(self, id: ObjectId, limit: u64) -> Result<Found, DiffError> {
        if self.size > limit {
            return Ok(Found::Larger(self.kind, self.size));
        }
        let (kind, content) = self.whole(id)?;
        Ok(Found::Object(kind, Arc::new(content)))
    }

    fn whole(self, id: ObjectId) -> Result<(ObjectType, Vec<u8>), DiffError> {
        if self.kind != ObjectType::Blob && self.size > LARGEST {
            return Err(DiffError::broken(id, "it is larger than any real one"));
        }
        let mut content = self.start;
        let left = self.size.saturating_add(1).saturating_sub(length(&content));
        let read = self.rest.take(left).read_to_end(&mut content);
        read.map_err(|error| broken(id, &error))?;
        if length(&content) != self.size {
            return Err(DiffError::broken(id, "its content is not as long as its header says"));
        }
        Ok((self.kind, content))
    }
}

/// Kind and content of one object file.
pub(crate) fn read_whole(id: ObjectId, file: impl Read) -> Result<(ObjectType, Vec<u8>), DiffError> {
    open(id, file)?.whole(id)
}

/// For which first bytes of ids there is a folder; all of them if nobody can tell.
fn first_bytes(dir: &Path) -> Vec<bool> {
    let Ok(entries) = fs::read_dir(dir) else {
        return vec![true; 256];
    };
    let mut first = vec![false; 256];
    for entry in entries {
        let Ok(entry) = entry else {
            return vec![true; 256];
        };
        let name = entry.file_name();
        let byte = name
            .to_str()
            .filter(|name| name.len() == 2)
            .map(|name| usize::from_str_radix(name, 16));
        if let Some(slot) = byte.and_then(Result::ok).and_then(|byte| first.get_mut(byte)) {
            *slot = true;
        }
    }
    first
}

fn open<R: Read>(id: ObjectId, file: R) -> Result<Opened<R>, DiffError> {
    let mut rest = ZlibDecoder::new(file);
    let mut start = Vec::with_capacity(HEADER);
    let read = rest.by_ref().take(HEADER as u64).read_to_end(&mut start);
    read.map_err(|error| broken(id, &error))?;
    let header = memchr::memchr(0, &start).and_then(|nul| {
        let text = std::str::from_utf8(start.get(..nul)?).ok()?;
        let (kind, size) = text.split_once(' ')?;
        let kind = match kind {
            "blob" => ObjectType::Blob,
            "tree" => ObjectType::Tree,
            "commit" => ObjectType::Commit,
            "tag" => ObjectType::Tag,
            _ => return None,
        };
        Some((kind, size.parse().ok()?, nul + 1))
    });
    let (kind, size, from) = header.ok_or_else(|| DiffError::broken(id, "its header is malformed"))?;
    start.drain(..from);
    Ok(Opened { kind, size, start, rest })
}

fn length(content: &[u8]) -> u64 {
    u64::try_from(content.len()).unwrap_or(u64::MAX)
}

fn broken(id: ObjectId, error: &std::io::Error) -> DiffError {
    let reason = match error.kind() {
        ErrorKind::UnexpectedEof => "it is truncated".to_owned(),
        _ => error.to_string(),
    };
    DiffError::broken(id, reason)
}
