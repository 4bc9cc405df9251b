//! What a project deploys: what lies in one of its package directories.
//!
//! Must not guess: of a project file that cannot be read, nothing is known.

use orgate_core::RepoPath;
use serde_json::Value;

use super::replacements::{folders_above, project_in};
use super::text::{Text, text};
use crate::error::DiffError;
use crate::snapshot::Snapshot;

/// What one project says of the files below its folder.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Deployed {
    /// The folder of the project, with a slash behind it; empty for the root.
    prefix: Vec<u8>,
    /// Its package directories, relative to it; none where nothing is known of them.
    packages: Option<Vec<String>>,
    exists: bool,
}

impl Deployed {
    /// Reads what the project in a folder of the snapshot says.
    pub(super) fn of(snapshot: &dyn Snapshot, folder: &[u8]) -> Result<Self, DiffError> {
        let prefix = if folder.is_empty() { Vec::new() } else { [folder, b"/"].concat() };
        let (packages, exists) = match text(snapshot, &project_in(folder))? {
            Text::Read(text) => (packages(&text), true),
            Text::Unread => (None, true),
            Text::None => (None, false),
        };
        Ok(Self { prefix, packages, exists })
    }

    /// What the project says in which a file lies, the innermost one.
    pub(super) fn nearest(snapshot: &dyn Snapshot, path: &RepoPath) -> Result<Self, DiffError> {
        let mut nearest = Self::default();
        for folder in folders_above(path) {
            let project = Self::of(snapshot, folder)?;
            if project.exists {
                nearest = project;
            }
        }
        Ok(nearest)
    }

    /// Whether there is a project file.
    pub(super) fn exists(&self) -> bool {
        self.exists
    }

    /// Whether a path is one of the package directories or lies in one; `None` where nothing is known of them or it lies
    /// outside of the project.
    pub(super) fn takes(&self, path: &[u8]) -> Option<bool> {
        let within = path.strip_prefix(self.prefix.as_slice())?;
        let packages = self.packages.as_ref()?;
        Some(
            packages
                .iter()
                .any(|package| package.as_bytes() == within || below(within, package)),
        )
    }

    /// Whether some name of its path begins with a dot; the deploy tool adds rules of its own for those
    /// (source-deploy-retrieve, `src/resolve/forceIgnore.ts`).
    pub(super) fn is_hidden(&self, path: &RepoPath) -> bool {
        let within = path.as_bytes().strip_prefix(self.prefix.as_slice());
        within.is_some_and(|within| within.split(|byte| *byte == b'/').any(|name| name.starts_with(b".")))
    }

    /// Whether a folder holds a package directory or lies in one.
    pub(super) fn may_deploy_from(&self, folder: &RepoPath) -> bool {
        let Some(within) = folder.as_bytes().strip_prefix(self.prefix.as_slice()) else {
            return false;
        };
        let touches = |package: &String| {
            let same = package.as_bytes() == within;
            same || below(within, package)
                || package
                    .as_bytes()
                    .strip_prefix(within)
                    .is_some_and(|rest| rest.first() == Some(&b'/'))
        };
        self.packages.as_ref().is_some_and(|packages| packages.iter().any(touches))
    }
}

/// The package directories that a project file names; `None` if it names none that can be read.
fn packages(project: &str) -> Option<Vec<String>> {
    let project: Value = serde_json::from_str(project).ok()?;
    let list = project.get("packageDirectories")?.as_array()?;
    let path = |package: &Value| {
        let path = package.get("path")?.as_str()?;
        let parts: Vec<&str> = path.split(['/', '\\']).filter(|part| !matches!(*part, "" | ".")).collect();
        Some(parts.join("/"))
    };
    list.iter().map(path).collect::<Option<Vec<_>>>().filter(|list| !list.is_empty())
}

/// Whether a path lies in a folder; an empty one is the top.
fn below(path: &[u8], folder: &str) -> bool {
    let rest = path.strip_prefix(folder.as_bytes());
    folder.is_empty() || rest.is_some_and(|rest| rest.first() == Some(&b'/'))
}

#[cfg(test)]
mod tests;
