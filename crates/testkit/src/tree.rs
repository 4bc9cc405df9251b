//! The files of one side of a comparison, in memory: read from a fixture, changed by a test, written where it runs.

use std::collections::BTreeMap;
use std::path::Path;

use crate::repo::os_path;

/// Content by path, both as bytes, `/` between the parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree {
    /// The files.
    pub files: BTreeMap<Vec<u8>, Vec<u8>>,
}

impl Tree {
    /// All files below a folder; empty when there is no such folder.
    pub fn read(folder: &Path) -> Self {
        let mut tree = Self::default();
        if folder.is_dir() {
            tree.collect(folder, b"");
        }
        tree
    }

    fn collect(&mut self, folder: &Path, prefix: &[u8]) {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let entry = entry.expect("an entry");
            let mut path = prefix.to_vec();
            if !path.is_empty() {
                path.push(b'/');
            }
            path.extend(entry.file_name().as_encoded_bytes());
            if entry.path().is_dir() {
                self.collect(&entry.path(), &path);
            } else {
                self.files.insert(path, std::fs::read(entry.path()).expect("a file"));
            }
        }
    }

    /// Adds or replaces a file.
    #[must_use]
    pub fn with(mut self, path: &str, content: impl Into<Vec<u8>>) -> Self {
        self.put(path, content);
        self
    }

    /// Adds or replaces a file.
    pub fn put(&mut self, path: &str, content: impl Into<Vec<u8>>) {
        self.files.insert(path.into(), content.into());
    }

    /// Takes a file away, if it is there.
    #[must_use]
    pub fn without(mut self, path: &str) -> Self {
        self.files.remove(path.as_bytes());
        self
    }

    /// Writes everything below a folder, which is made if need be.
    pub fn write(&self, folder: &Path) {
        std::fs::create_dir_all(folder).expect("the folder is made");
        for (path, content) in &self.files {
            let full = folder.join(os_path(path));
            std::fs::create_dir_all(full.parent().expect("a parent")).expect("folders are made");
            std::fs::write(full, content).expect("the file is written");
        }
    }

    /// The lines of a file, without their ends.
    pub fn lines(&self, path: &str) -> Vec<String> {
        let content = self.files.get(path.as_bytes()).map_or(&[][..], Vec::as_slice);
        let text = String::from_utf8_lossy(content);
        text.split('\n').map(|line| line.trim_end_matches('\r').to_owned()).collect()
    }

    /// Whether a file holds metadata as far as its name says; the rest (settings, project files) is left alone by
    /// transformations.
    pub fn is_metadata(path: &[u8]) -> bool {
        let name = path.rsplit(|b| *b == b'/').next().unwrap_or_default();
        let name = name.strip_suffix(b"-meta.xml").unwrap_or(name);
        let suffix = name.rsplit(|b| *b == b'.').next().unwrap_or_default();
        name.contains(&b'.') && !matches!(suffix, b"yaml" | b"json" | b"md" | b"txt")
    }

    /// The same tree with every metadata file mapped.
    #[must_use]
    pub fn map(&self, change: impl Fn(&[u8], &[u8]) -> (Vec<u8>, Vec<u8>)) -> Self {
        let files = self.files.iter().map(|(path, content)| {
            if Self::is_metadata(path) {
                change(path, content)
            } else {
                (path.clone(), content.clone())
            }
        });
        Self { files: files.collect() }
    }
}
