//! Paths inside a repository: bytes with `/` between the parts, never the platform's own path type.
//!
//! Git paths need not be UTF-8 and never use `\`, so nothing here may go through `std::path`.

use std::fmt;

use serde::{Serialize, Serializer};

/// A path relative to the root of a snapshot, as git stores it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RepoPath(Box<[u8]>);

impl RepoPath {
    /// Wraps the bytes of a path. Nothing is normalised: the bytes are the identity.
    pub fn new(bytes: impl Into<Box<[u8]>>) -> Self {
        Self(bytes.into())
    }

    /// The bytes as git stores them.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The part after the last `/`.
    pub fn file_name(&self) -> &[u8] {
        self.0.rsplit(|b| *b == b'/').next().unwrap_or_default()
    }

    /// The folder the file lies in, without a trailing `/`; empty for a file in the root.
    pub fn parent(&self) -> &[u8] {
        match self.0.iter().rposition(|b| *b == b'/') {
            Some(at) => self.0.get(..at).unwrap_or_default(),
            None => &[],
        }
    }

    /// Whether it lies in a folder, given without a trailing `/`, or in one of the folders in it. Everything lies in the
    /// root.
    pub fn is_below(&self, folder: &[u8]) -> bool {
        folder.is_empty() || self.0.strip_prefix(folder).is_some_and(|rest| rest.first() == Some(&b'/'))
    }

    /// The folder that holds the content of the package which a file of a type lies in: the path above the type's own
    /// folder when it lies in one (`force-app/main/default` for
    /// `force-app/main/default/connectedApps/X.connectedApp-meta.xml`), else the folder the file lies in.
    pub fn package_root(&self, type_folder: &str) -> &[u8] {
        let parent = self.parent();
        let mut end = parent.len();
        while end > 0 {
            let folder = parent.get(..end).unwrap_or_default();
            let start = folder.iter().rposition(|b| *b == b'/').map_or(0, |at| at.saturating_add(1));
            if folder.get(start..) == Some(type_folder.as_bytes()) {
                return folder.get(..start.saturating_sub(1)).unwrap_or_default();
            }
            end = start.saturating_sub(1);
        }
        parent
    }

    /// The folder of one component, if the file lies in one: that below the type's own folder
    /// (`permissionsets/Robot` for `permissionsets/Robot/Robot.userPermission-meta.xml`).
    pub fn component_folder(&self, type_folder: &str) -> Option<&[u8]> {
        let parent = self.parent();
        let root = self.package_root(type_folder);
        let start = if root.is_empty() { 0 } else { root.len().saturating_add(1) };
        let below = parent.get(start..)?.strip_prefix(type_folder.as_bytes())?.strip_prefix(b"/")?;
        let end = below.iter().position(|byte| *byte == b'/').unwrap_or(below.len());
        parent.get(..parent.len().saturating_sub(below.len()).saturating_add(end))
    }

    /// The parts between the slashes.
    pub fn parts(&self) -> impl DoubleEndedIterator<Item = &[u8]> {
        self.0.split(|b| *b == b'/')
    }
}

impl From<&str> for RepoPath {
    fn from(text: &str) -> Self {
        Self(text.as_bytes().into())
    }
}

/// Shows the path as text; bytes that are not UTF-8 become U+FFFD. Control characters are *not* removed here: each
/// writer escapes for its own sink.
impl fmt::Display for RepoPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.0))
    }
}

impl fmt::Debug for RepoPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", String::from_utf8_lossy(&self.0))
    }
}

impl Serialize for RepoPath {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_ends_before_the_last_slash() {
        for (path, parent, name) in [("a/b/c.xml", "a/b", "c.xml"), ("a/b", "a", "b"), ("a", "", "a"), ("", "", "")] {
            let path = RepoPath::from(path);
            assert_eq!((path.parent(), path.file_name()), (parent.as_bytes(), name.as_bytes()), "{path}");
        }
    }
}
