//! Files that reports go to.
//!
//! A checkout is what the author of a change made it, so no symbolic link below its top is followed: a report must not be
//! written over a file that the link names. Links elsewhere are the user's.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};

use crate::error::CliError;

/// The folders whose content others chose.
#[derive(Debug, Default)]
pub(crate) struct Checkouts {
    tops: Vec<PathBuf>,
}

impl Checkouts {
    /// The checkouts around the current folder and `repo`, and these folders.
    pub(crate) fn around(repo: Option<&Path>, folders: &[Option<&Path>]) -> Self {
        let starts = [Some(Path::new(".")), repo];
        let mut tops: Vec<PathBuf> = starts.into_iter().flatten().filter_map(top_of).collect();
        let named = std::env::var_os("GIT_WORK_TREE").map(PathBuf::from);
        let folders = folders.iter().copied().flatten().chain(named.as_deref());
        tops.extend(folders.filter_map(|folder| std::fs::canonicalize(folder).ok()));
        Self { tops }
    }

    /// Writes a report that is there in full.
    pub(crate) fn save(&self, path: &Path, content: &[u8]) -> Result<(), CliError> {
        self.write(path, |mut file| file.write_all(content))
    }

    /// Has a report written as it is made: one of many findings need not be in memory as a whole.
    pub(crate) fn write(&self, path: &Path, report: impl FnOnce(File) -> io::Result<()>) -> Result<(), CliError> {
        let fail = |source| CliError::Report {
            path: path.to_owned(),
            source,
        };
        if let Err(link) = self.walk(path) {
            let reason = format!(
                "{} is a symbolic link in the checkout, and whoever wrote the change chose where it leads",
                link.display()
            );
            return Err(fail(io::Error::other(reason)));
        }
        File::create(path).and_then(report).map_err(fail)
    }

    /// The place that a path names, links resolved; or the first link within a checkout.
    fn walk(&self, path: &Path) -> Result<PathBuf, PathBuf> {
        let full = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let mut place = PathBuf::new();
        for part in full.components() {
            match part {
                Component::CurDir => {}
                Component::ParentDir => _ = place.pop(),
                Component::Prefix(_) | Component::RootDir => place.push(part),
                Component::Normal(name) => {
                    let next = place.join(name);
                    if next.is_symlink() && self.tops.iter().any(|top| place.starts_with(top)) {
                        return Err(next);
                    }
                    // Also for one that is no link: a system can spell a name in several ways.
                    place = std::fs::canonicalize(&next).unwrap_or(next);
                }
            }
        }
        Ok(place)
    }
}

/// By which two paths of one file are told to be the same, whether it is there already or not.
pub(super) fn place(path: &Path) -> PathBuf {
    let nowhere = Checkouts::default();
    nowhere.walk(path).unwrap_or_else(|link| link)
}

/// The top of the checkout that a folder lies in.
fn top_of(folder: &Path) -> Option<PathBuf> {
    let folder = std::fs::canonicalize(folder).ok()?;
    let top = folder.ancestors().find(|above| above.join(OsStr::new(".git")).exists())?;
    Some(top.to_owned())
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::{Checkouts, place};

    #[test]
    fn no_link_in_a_checkout_is_followed_and_every_other_one_is() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |path: &str| folder.path().join(path);
        for path in ["repo/.git", "repo/sub", "elsewhere"] {
            fs::create_dir_all(at(path)).expect("made");
        }
        fs::write(at("precious"), "precious").expect("written");
        symlink(at("precious"), at("repo/file")).expect("linked");
        symlink(at("missing"), at("repo/nothing")).expect("linked");
        symlink(at("elsewhere"), at("repo/folder")).expect("linked");
        symlink(at("repo"), at("way")).expect("linked");
        symlink(at("elsewhere"), at("own")).expect("linked");
        let checkouts = Checkouts::around(Some(&at("repo/sub")), &[]);
        for path in [
            "repo/file",
            "repo/nothing",
            "repo/folder/x",
            "repo/sub/../file",
            "way/file",
            "way/sub/../folder/x",
            "elsewhere/../repo/file",
        ] {
            let error = checkouts.save(&at(path), b"x").expect_err(path).to_string();
            assert!(error.contains("symbolic link"), "{path}: {error}");
        }
        assert_eq!(fs::read(at("precious")).expect("it is there"), b"precious");
        assert!(!at("missing").exists());
        for path in ["repo/x", "way/sub/x", "own/x", "repo/sub/../../own/y"] {
            checkouts.save(&at(path), b"x").expect(path);
        }
        assert!(at("elsewhere/y").exists());
        let given = Checkouts::around(None, &[Some(&at("repo"))]);
        assert!(given.save(&at("repo/file"), b"x").is_err());
    }

    #[test]
    fn one_place_is_one_place_however_it_is_written() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |path: &str| folder.path().join(path);
        fs::create_dir_all(at("a/b")).expect("made");
        symlink(at("a"), at("c")).expect("linked");
        symlink(at("a/x"), at("y")).expect("linked");
        for path in ["a/./x", "a/b/../x", "c/x", "c/b/../x"] {
            assert_eq!(place(&at(path)), place(&at("a/x")), "{path}");
        }
        assert_ne!(place(&at("a/y")), place(&at("a/x")));
        fs::write(at("a/x"), "x").expect("written");
        assert_eq!(place(&at("y")), place(&at("a/x")));
    }
}
