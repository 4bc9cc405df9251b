//! What differs between two snapshots of any kind.
//!
//! Two commits of one repository take the tree walk; every other pair is listed on both sides and merged by path. Files
//! are told apart by their bytes: sizes and ids are shortcuts, modes are not content.

use std::cmp::Ordering;
use std::fs::{self, File};
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use crate::dir;
use crate::error::DiffError;
use crate::id::ObjectId;
use crate::index;
use crate::objects::{HASH_IN_MEMORY, Objects};
use crate::snapshot::{Change, Content, FileKind, FileRef, Snapshot, Source, Want};

/// Bytes of two files compared at a time.
const CHUNK: usize = 64 << 10;

/// Every path that `want` accepts and whose content differs, sorted by path bytes. A side without the path is `None`. A
/// submodule of a repository, and a link of a commit or an index, is told whatever its path: what it holds cannot be seen
/// from here.
/// Files that differ in nothing but the executable bit are equal.
pub fn changes(base: &dyn Snapshot, head: &dyn Snapshot, want: Want<'_>) -> Result<Vec<Change>, DiffError> {
    held(between(underlying(base), underlying(head), want)?, base, head, want)
}

/// The snapshot behind one with paths that are held.
fn underlying(snapshot: &dyn Snapshot) -> &dyn Snapshot {
    match snapshot.source() {
        Source::Held(held) => underlying(held.own),
        _ => snapshot,
    }
}

/// What differs between two snapshots of which paths may be held, by what differs between those behind them.
pub(crate) fn held(mut changes: Vec<Change>, base: &dyn Snapshot, head: &dyn Snapshot, want: Want<'_>) -> Result<Vec<Change>, DiffError> {
    if let Source::Held(snapshot) = head.source() {
        let mut changes = held(changes, base, snapshot.own, want)?;
        changes.retain(|change| !snapshot.holds(&change.path));
        return Ok(changes);
    }
    // Such a base has nothing where it is held.
    if let Source::Held(snapshot) = base.source() {
        changes = held(changes, snapshot.own, head, want)?;
        changes.retain(|change| !snapshot.holds(&change.path));
        for path in snapshot.paths.iter().filter(|path| want(path.as_bytes())) {
            let new = head.file(path)?;
            changes.extend(new.map(|new| Change {
                path: path.clone(),
                base: None,
                head: Some(new),
            }));
        }
        changes.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    }
    Ok(changes)
}

/// What differs between two snapshots of which no path is held.
fn between(base: &dyn Snapshot, head: &dyn Snapshot, want: Want<'_>) -> Result<Vec<Change>, DiffError> {
    match (base.source(), head.source()) {
        (Source::Commit(base), Source::Commit(head)) if base.objects.same(&head.objects) => base.changes(head, want),
        (Source::Commit(base), Source::Index(head)) if base.objects.same(&head.objects) => {
            index::changes(&base.objects, base.tree, &head.index, want)
        }
        (Source::Index(base), Source::Commit(head)) if base.objects.same(&head.objects) => {
            let mut changes = index::changes(&head.objects, head.tree, &base.index, want)?;
            for change in &mut changes {
                std::mem::swap(&mut change.base, &mut change.head);
            }
            Ok(changes)
        }
        (Source::Memory(_), _) | (_, Source::Memory(_)) => merge(base.files(want)?, head.files(want)?, &|one, other| {
            Ok(one.kind() == other.kind() && base.read(one, u64::MAX)? == head.read(other, u64::MAX)?)
        }),
        (base_source, head_source) => {
            let (base_place, head_place) = (Place::of(base_source), Place::of(head_source));
            merge(base.files(want)?, head.files(want)?, &|one, other| {
                equal(one, &base_place, other, &head_place)
            })
        }
    }
}

/// Whether a path that both sides have has one content.
type Equal<'a> = &'a dyn Fn(&FileRef, &FileRef) -> Result<bool, DiffError>;

/// Whether both sides read every file from the same objects, so that a path without a change is the same file on both.
pub(crate) fn share_objects(base: &dyn Snapshot, head: &dyn Snapshot) -> bool {
    let stored = |snapshot: &dyn Snapshot| match snapshot.source() {
        Source::Held(snapshot) => matches!(snapshot.own.source(), Source::Commit(_) | Source::Index(_)),
        source => matches!(source, Source::Commit(_) | Source::Index(_)),
    };
    let objects = |source| Place::of(source).objects.cloned();
    match (objects(base.source()), objects(head.source())) {
        (Some(one), Some(other)) => stored(base) && stored(head) && Arc::ptr_eq(&one, &other),
        _ => false,
    }
}

/// All wanted files of that side which is listed with less work; the other side's follow from the changes if both
/// [share their objects](share_objects). A folder that `closed` names need not be looked into.
pub(crate) fn list_one(base: &dyn Snapshot, head: &dyn Snapshot, want: Want<'_>, closed: Want<'_>) -> Result<Vec<FileRef>, DiffError> {
    if let (Source::Commit(base), Source::Commit(head)) = (base.source(), head.source()) {
        let names = head.names(want);
        let all = |tree| names.as_ref().and_then(|names| names.all(tree)).map(<[FileRef]>::to_vec);
        if let Some(files) = all(head.tree).or_else(|| all(base.tree)) {
            return Ok(files);
        }
        return head.walk(names.as_ref(), want, closed);
    }
    head.files(want)
}

/// Where the content of a snapshot's files lies.
struct Place<'a> {
    objects: Option<&'a Arc<Objects>>,
    root: Option<&'a Path>,
}

impl<'a> Place<'a> {
    fn of(source: Source<'a>) -> Self {
        match source {
            Source::Commit(commit) => Self {
                objects: Some(&commit.objects),
                root: None,
            },
            Source::Index(index) => Self {
                objects: Some(&index.objects),
                root: None,
            },
            Source::Worktree(tree) => Self {
                objects: Some(&tree.inner.objects),
                root: Some(&tree.root),
            },
            Source::Folder(folder) => Self {
                objects: None,
                root: Some(&folder.root),
            },
            Source::Memory(_) => Self { objects: None, root: None },
            Source::Held(snapshot) => Self::of(snapshot.own.source()),
        }
    }
}

fn merge(base: Vec<FileRef>, head: Vec<FileRef>, equal: Equal<'_>) -> Result<Vec<Change>, DiffError> {
    let mut changes = Vec::new();
    let mut base = base.into_iter().peekable();
    let mut head = head.into_iter().peekable();
    loop {
        let side = match (base.peek(), head.peek()) {
            (None, None) => return Ok(changes),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(base), Some(head)) => base.path().cmp(head.path()),
        };
        let base = if side == Ordering::Greater { None } else { base.next() };
        let head = if side == Ordering::Less { None } else { head.next() };
        if let (Some(base), Some(head)) = (&base, &head)
            && equal(base, head)?
        {
            continue;
        }
        let Some(path) = base.as_ref().or(head.as_ref()).map(|file| file.path().clone()) else {
            continue;
        };
        changes.push(Change { path, base, head });
    }
}

fn equal(base: &FileRef, base_place: &Place<'_>, head: &FileRef, head_place: &Place<'_>) -> Result<bool, DiffError> {
    if base.kind() != head.kind() {
        return Ok(false);
    }
    match (base.content(), head.content()) {
        (Content::Object(a), Content::Object(b)) if a == b => Ok(true),
        (Content::Object(a), Content::Object(b)) if a.as_bytes().len() == b.as_bytes().len() => Ok(false),
        (Content::Object(id), Content::Disk) => on_disk(id, base_place, head, head_place),
        (Content::Disk, Content::Object(id)) => on_disk(id, head_place, base, base_place),
        (Content::Disk, Content::Disk) => both_on_disk(base, base_place, head_place),
        (Content::Object(_), Content::Object(_)) => other_hash(base, base_place, head, head_place),
        (Content::Memory, _) | (_, Content::Memory) => Err(nowhere(base)),
    }
}

fn nowhere(file: &FileRef) -> DiffError {
    DiffError::ForeignFile {
        path: file.path().clone(),
        snapshot: "this snapshot".into(),
    }
}

/// Whether the blob `id` of one side has the content of a file on disk.
fn on_disk(id: ObjectId, objects: &Place<'_>, file: &FileRef, disk: &Place<'_>) -> Result<bool, DiffError> {
    let (Some(objects), Some(root)) = (objects.objects, disk.root) else {
        return Err(nowhere(file));
    };
    let full = dir::locate(root, file.path().as_bytes())?;
    match file.kind() {
        FileKind::Symlink => {
            let target = fs::read_link(&full).map_err(|error| DiffError::io("read", &full, &error))?;
            return Ok(objects.hash(target.as_os_str().as_encoded_bytes()) == Some(id));
        }
        FileKind::Submodule | FileKind::Special => return Ok(false),
        FileKind::Regular => {}
    }
    // The listing looked at the folders on the way just now; here only the file itself counts.
    let size = match fs::symlink_metadata(&full) {
        Ok(meta) if meta.is_file() => meta.len(),
        Ok(_) => return Ok(false),
        Err(error) => return Err(DiffError::io("look at", &full, &error)),
    };
    if size <= HASH_IN_MEMORY {
        let content = dir::read_file(&full, file.path(), u64::MAX)?;
        return Ok(objects.hash(&content) == Some(id));
    }
    // An absent blob (partial clone) has no size here, but its id tells as much as its content.
    if objects.size(id)?.is_some_and(|stored| stored != size) {
        return Ok(false);
    }
    Ok(objects.hash_file(&full)? == id)
}

fn both_on_disk(file: &FileRef, base: &Place<'_>, head: &Place<'_>) -> Result<bool, DiffError> {
    let (Some(base), Some(head)) = (base.root, head.root) else {
        return Err(nowhere(file));
    };
    let base = dir::locate(base, file.path().as_bytes())?;
    let head = dir::locate(head, file.path().as_bytes())?;
    let link = |path: &Path| fs::read_link(path).map_err(|error| DiffError::io("read", path, &error));
    let open = |path: &Path| File::open(path).map_err(|error| DiffError::io("read", path, &error));
    match file.kind() {
        FileKind::Symlink => return Ok(link(&base)? == link(&head)?),
        FileKind::Submodule | FileKind::Special => return Ok(false),
        FileKind::Regular => {}
    }
    let (a, b) = (open(&base)?, open(&head)?);
    if let (Ok(a), Ok(b)) = (a.metadata(), b.metadata())
        && a.len() != b.len()
    {
        return Ok(false);
    }
    let (mut left, mut right) = (vec![0; CHUNK], vec![0; CHUNK]);
    let (mut a, mut b) = (a, b);
    loop {
        let some = fill(&mut a, &mut left).map_err(|error| DiffError::io("read", &base, &error))?;
        let other = fill(&mut b, &mut right).map_err(|error| DiffError::io("read", &head, &error))?;
        if left.get(..some) != right.get(..other) {
            return Ok(false);
        }
        if some == 0 {
            return Ok(true);
        }
    }
}

/// Reads until the buffer is full or the file ends.
fn fill(file: &mut File, buffer: &mut [u8]) -> std::io::Result<usize> {
    let mut filled = 0;
    while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match file.read(rest) {
            Ok(0) => break,
            Ok(more) => filled += more,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// Two repositories with different kinds of ids: only the bytes can tell.
fn other_hash(base: &FileRef, base_place: &Place<'_>, head: &FileRef, head_place: &Place<'_>) -> Result<bool, DiffError> {
    if base.kind() != FileKind::Regular {
        return Ok(false);
    }
    let read = |file: &FileRef, place: &Place<'_>| match (file.content(), place.objects) {
        (Content::Object(id), Some(objects)) => objects.blob(id, file.path(), u64::MAX),
        _ => Err(nowhere(file)),
    };
    Ok(read(base, base_place)? == read(head, head_place)?)
}
