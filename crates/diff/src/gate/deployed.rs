//! Which files a deploy may leave out: what lies in no package directory of its project, or is left out by its
//! `.forceignore`.
//!
//! Such a file may still be deployed some other way, so it is judged like any other. But what a change writes into it
//! must excuse nothing. Must err towards leaving out: a file that is taken for left out is judged twice, and the worse
//! counts.

use orgate_core::RepoPath;
use serde_json::Value;

use super::glob;
use super::replacements::{folders_above, project_in};
use crate::error::DiffError;
use crate::snapshot::Snapshot;

/// Files that say what is deployed are small; a larger one is not read.
const MOST_BYTES: u64 = 1 << 20;

/// What one project says of the files below its folder.
#[derive(Debug, Default)]
pub(super) struct Deployed {
    /// The folder of the project, with a slash behind it; empty for the root.
    prefix: Vec<u8>,
    /// Its package directories, relative to it; none where nothing is known of them.
    packages: Option<Vec<String>>,
    ignored: Vec<Rule>,
}

/// One line of a `.forceignore`.
#[derive(Debug, PartialEq)]
struct Rule {
    glob: String,
    /// The line begins with `!`: what it matches is taken after all.
    back: bool,
}

impl Deployed {
    /// Reads what the project in a folder of the snapshot says.
    pub(super) fn of(snapshot: &dyn Snapshot, folder: &[u8]) -> Result<Self, DiffError> {
        let prefix = if folder.is_empty() { Vec::new() } else { [folder, b"/"].concat() };
        let ignore = RepoPath::new([prefix.as_slice(), b".forceignore"].concat());
        let ignored = text(snapshot, &ignore)?.unwrap_or_default();
        Ok(Self {
            packages: text(snapshot, &project_in(folder))?.as_deref().and_then(packages),
            ignored: ignored.lines().filter_map(Rule::of).collect(),
            prefix,
        })
    }

    /// Why a deploy of the project leaves a file out, as far as that can be told.
    pub(super) fn leaves_out(&self, path: &RepoPath) -> Option<&'static str> {
        let within = path.as_bytes().strip_prefix(self.prefix.as_slice())?;
        if self
            .packages
            .as_ref()
            .is_some_and(|packages| !packages.iter().any(|package| below(within, package)))
        {
            return Some("it lies in no package directory of its project");
        }
        self.ignores(&RepoPath::new(within)).then_some("`.forceignore` leaves it out")
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
        self.packages.as_ref().is_some_and(|packages| packages.iter().any(touches)) && !self.ignores(&RepoPath::new(within))
    }

    /// As git's rules: the last line that matches decides, and what lies in a folder that is left out is not taken back.
    fn ignores(&self, within: &RepoPath) -> bool {
        let matched = |path: &[u8]| {
            self.ignored
                .iter()
                .rfind(|rule| glob::matches(&rule.glob, path))
                .is_some_and(|rule| !rule.back)
        };
        folders_above(within).skip(1).any(matched) || matched(within.as_bytes())
    }
}

impl Rule {
    fn of(line: &str) -> Option<Self> {
        let line = line.trim_end();
        let (line, back) = line.strip_prefix('!').map_or((line, false), |line| (line, true));
        if line.is_empty() || line.starts_with('#') {
            return None;
        }
        // A slash in front or in the middle ties the rule to the project's folder. One at the end asks for a folder, which
        // is not told from a file here.
        let line = line.trim_end_matches('/').replace('\\', "/");
        let tied = line.contains('/');
        let line = line.trim_start_matches('/');
        let anywhere = if tied || line.starts_with("**/") { "" } else { "**/" };
        Some(Self {
            glob: format!("{anywhere}{}", plain(line)),
            back,
        })
    }
}

/// A glob in which a class of characters stands for any one.
fn plain(glob: &str) -> String {
    let mut out = String::with_capacity(glob.len());
    let mut rest = glob;
    while let Some((before, class)) = rest.split_once('[') {
        let Some((_, after)) = class.split_once(']') else { break };
        out.extend([before, "?"]);
        rest = after;
    }
    out.push_str(rest);
    out
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

/// The text of a small file; `None` where there is none.
fn text(snapshot: &dyn Snapshot, path: &RepoPath) -> Result<Option<String>, DiffError> {
    let Some(file) = snapshot.file(path)? else {
        return Ok(None);
    };
    match snapshot.read(&file, MOST_BYTES) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(DiffError::TooLarge { .. } | DiffError::NotAFile { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests;
