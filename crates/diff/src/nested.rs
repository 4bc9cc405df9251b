//! Whether a folder of the work tree is the top of another repository, as git tells it (`is_nonbare_repository_dir` and
//! `is_git_directory` in git's `setup.c`).
//!
//! What is one is not looked into, so where it cannot be told the answer is no.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::spawn;

/// As in git; a longer file names no folder.
const MOST_BYTES: u64 = 1 << 20;

pub(crate) fn is_repository(folder: &Path) -> bool {
    let inner = folder.join(".git");
    match fs::metadata(&inner) {
        Ok(meta) if meta.is_file() => target(folder, &inner).is_some_and(|target| is_git_folder(&target)),
        Ok(meta) => meta.is_dir() && is_git_folder(&inner),
        Err(_) => false,
    }
}

/// Where a file `.git` leads.
fn target(folder: &Path, file: &Path) -> Option<PathBuf> {
    let bytes = start(file, MOST_BYTES)?;
    let path = bytes.strip_prefix(b"gitdir: ")?;
    Some(folder.join(spawn::path_from(path.trim_ascii_end())))
}

fn is_git_folder(folder: &Path) -> bool {
    // A linked work tree shares the objects of another repository.
    let common = match start(&folder.join("commondir"), MOST_BYTES) {
        Some(path) => folder.join(spawn::path_from(path.trim_ascii_end())),
        None => folder.to_owned(),
    };
    has_head(&folder.join("HEAD")) && ["objects", "refs"].iter().all(|part| common.join(part).is_dir())
}

/// HEAD is a link to a ref, names one, or holds an id.
fn has_head(head: &Path) -> bool {
    if let Ok(link) = fs::read_link(head) {
        return link.starts_with("refs");
    }
    let Some(text) = start(head, 256) else { return false };
    match text.strip_prefix(b"ref:") {
        Some(name) => name.trim_ascii_start().starts_with(b"refs/"),
        None => text.get(..40).is_some_and(|id| id.iter().all(u8::is_ascii_hexdigit)),
    }
}

/// The first bytes of a regular file.
fn start(file: &Path, most: u64) -> Option<Vec<u8>> {
    if !fs::metadata(file).ok()?.is_file() {
        return None;
    }
    let mut bytes = Vec::new();
    File::open(file).ok()?.take(most).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}
