//! Small files of a project that say how the rest is deployed. Must not take what cannot be read for what is not there.

use orgate_core::RepoPath;

use crate::error::DiffError;
use crate::snapshot::Snapshot;

/// Files that say what is deployed are small; a larger one is not read.
pub(super) const MOST_BYTES: u64 = 1 << 20;

/// What a small file says.
pub(super) enum Text {
    Read(String),
    None,
    /// Something is there, and it is no file that can be read here.
    Unread,
}

pub(super) fn text(snapshot: &dyn Snapshot, path: &RepoPath) -> Result<Text, DiffError> {
    let Some(file) = snapshot.file(path)? else {
        return Ok(Text::None);
    };
    match snapshot.read(&file, MOST_BYTES) {
        Ok(bytes) => Ok(Text::Read(String::from_utf8_lossy(&bytes).into_owned())),
        Err(DiffError::TooLarge { .. } | DiffError::NotAFile { .. }) => Ok(Text::Unread),
        Err(error) => Err(error),
    }
}
