//! What a project deploys: what lies in one of its package directories.
//!
//! Must not guess: of a project file that cannot be read, nothing is known.

use std::rc::Rc;

use orgate_core::RepoPath;
use serde_json::Value;

use super::recent::Recent;
use super::replacements::{outwards, project_in};
use super::text::{Text, text};
use crate::error::DiffError;
use crate::snapshot::Snapshot;

/// Whether a project deploys what lies at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Takes {
    Yes,
    /// Yes if the checkout has the name that the project gives the folder around it.
    Perhaps,
    No,
    /// Nothing is known of the package directories, or the path lies outside of the project and in none of them.
    Unknown,
}

/// What one project says of the files below its folder.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Deployed {
    prefix: Vec<u8>,
    /// Its package directories; none where nothing is known of them.
    packages: Option<Packages>,
    exists: bool,
}

impl Deployed {
    /// Reads what the project in a folder of the snapshot says.
    pub(super) fn of(snapshot: &dyn Snapshot, folder: &[u8]) -> Result<Self, DiffError> {
        let prefix = if folder.is_empty() { Vec::new() } else { [folder, b"/"].concat() };
        let (packages, exists) = match text(snapshot, &project_in(folder))? {
            Text::Read(text) => (packages(folder, &text), true),
            Text::Unread => (None, true),
            Text::None => (None, false),
        };
        Ok(Self { prefix, packages, exists })
    }

    /// What the project says in which a file lies, the innermost one.
    pub(super) fn nearest(snapshot: &dyn Snapshot, path: &RepoPath, recent: &mut Recent<Self>) -> Result<Rc<Self>, DiffError> {
        for folder in outwards(path) {
            if let Some(known) = recent.get(folder) {
                return Ok(known);
            }
            let project = Self::of(snapshot, folder)?;
            if project.exists {
                return Ok(recent.keep(folder, project));
            }
        }
        Ok(Rc::default())
    }

    /// The folder of the project, with a slash behind it; empty for the root.
    pub(super) fn prefix(&self) -> &[u8] {
        &self.prefix
    }

    /// Whether there is a project file.
    pub(super) fn exists(&self) -> bool {
        self.exists
    }

    /// Whether a path is one of the package directories or lies in one.
    pub(super) fn takes(&self, path: &[u8]) -> Takes {
        let Some(packages) = &self.packages else {
            return Takes::Unknown;
        };
        let in_one = |list: &[Vec<u8>]| list.iter().any(|package| package == path || below(path, package));
        if in_one(&packages.certain) {
            Takes::Yes
        } else if in_one(&packages.beyond) {
            Takes::Perhaps
        } else if path.starts_with(&self.prefix) {
            Takes::No
        } else {
            Takes::Unknown
        }
    }

    /// Whether some name of its path begins with a dot; the deploy tool adds rules of its own for those
    /// (source-deploy-retrieve, `src/resolve/forceIgnore.ts`).
    pub(super) fn is_hidden(&self, path: &RepoPath) -> bool {
        let within = path.as_bytes().strip_prefix(self.prefix.as_slice());
        within.is_some_and(|within| within.split(|byte| *byte == b'/').any(|name| name.starts_with(b".")))
    }

    /// The package directories in which a file lies.
    pub(super) fn packages_around(&self, path: &RepoPath) -> Vec<Vec<u8>> {
        let all = self.packages.iter().flat_map(Packages::all);
        all.filter(|package| path.is_below(package)).cloned().collect()
    }

    /// Whether a folder holds a package directory or lies in one.
    pub(super) fn may_deploy_from(&self, folder: &RepoPath) -> bool {
        let folder = folder.as_bytes();
        let touches = |package: &Vec<u8>| package == folder || below(folder, package) || below(package, folder);
        self.packages.as_ref().is_some_and(|packages| packages.all().any(touches))
    }
}

/// Package directories, as paths of the snapshot.
#[derive(Debug, Default, PartialEq, Eq)]
struct Packages {
    certain: Vec<Vec<u8>>,
    /// Those whose path leaves the repository and may come back: `../checkout/force-app` is `force-app` if the repository
    /// lies in a folder called `checkout`, which only who checks it out knows.
    beyond: Vec<Vec<u8>>,
}

impl Packages {
    fn all(&self) -> impl Iterator<Item = &Vec<u8>> {
        self.certain.iter().chain(&self.beyond)
    }
}

/// The package directories that the project file of a folder names; `None` if it names none that can be read.
fn packages(folder: &[u8], project: &str) -> Option<Packages> {
    let project: Value = serde_json::from_str(project).ok()?;
    let list = project.get("packageDirectories")?.as_array()?;
    let mut packages = Packages::default();
    for package in list {
        let path = package.get("path")?.as_str()?;
        let mut parts: Vec<&[u8]> = folder.split(|byte| *byte == b'/').filter(|part| !part.is_empty()).collect();
        let mut outside: usize = 0;
        for part in path.split(['/', '\\']) {
            match part {
                "" | "." => {}
                ".." => outside = outside.saturating_add(usize::from(parts.pop().is_none())),
                part => parts.push(part.as_bytes()),
            }
        }
        match parts.get(outside..) {
            Some(parts) if outside == 0 => packages.certain.push(parts.join(&b'/')),
            Some(parts) => packages.beyond.push(parts.join(&b'/')),
            // A folder around the repository.
            None => packages.beyond.push(Vec::new()),
        }
    }
    (!list.is_empty()).then_some(packages)
}

/// Whether a path lies in a folder; an empty one is the top.
fn below(path: &[u8], folder: &[u8]) -> bool {
    let rest = path.strip_prefix(folder);
    folder.is_empty() || rest.is_some_and(|rest| rest.first() == Some(&b'/'))
}

#[cfg(test)]
mod tests;
