//! Which file or folder of both sides a PATH argument names: it counts from where the user stands, as for git.

use std::path::{Component, Path, PathBuf};

use orgate_diff::Repository;

use crate::args::SideArgs;

/// Where paths count from.
#[derive(Clone, Debug, Default)]
pub(crate) struct Place {
    /// The top of the work tree; empty where a side is a folder of its own, so that paths count from its root.
    top: PathBuf,
    /// The folder to count from, below it.
    here: PathBuf,
}

impl Place {
    /// The current folder, or the one that `--repo` names, below the top of the work tree.
    pub(crate) fn of(arguments: &SideArgs, repository: Option<&Repository>) -> Self {
        let folders = arguments.base_dir.is_some() || arguments.head_dir.is_some();
        let Some(top) = repository.and_then(Repository::work_dir).filter(|_| !folders) else {
            return Self::default();
        };
        let start = arguments.repo.as_deref().unwrap_or(Path::new("."));
        let full = |path: &Path| std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let top = full(top);
        let here = full(start).strip_prefix(&top).map(Path::to_owned).unwrap_or_default();
        Self { top, here }
    }

    /// The path from the root, as git spells it; `None` when it leads out of both sides.
    pub(crate) fn whole(&self, path: &str) -> Option<String> {
        let given = Path::new(path);
        let whole = if given.is_absolute() {
            given.strip_prefix(&self.top).ok()?.to_owned()
        } else {
            self.here.join(given)
        };
        let mut parts: Vec<String> = Vec::new();
        for part in whole.components() {
            match part {
                Component::CurDir => {}
                Component::ParentDir => _ = parts.pop()?,
                Component::Normal(name) => parts.push(name.to_str()?.to_owned()),
                Component::RootDir | Component::Prefix(_) => return None,
            }
        }
        Some(parts.join("/"))
    }
}

#[cfg(test)]
mod tests {
    use super::Place;

    #[test]
    fn paths_count_from_here_and_stay_inside() {
        let place = Place {
            top: "/work".into(),
            here: "a/b".into(),
        };
        for (given, wanted) in [
            ("c", Some("a/b/c")),
            ("./c/", Some("a/b/c")),
            (".", Some("a/b")),
            ("..", Some("a")),
            ("../..", Some("")),
            ("../../x//y", Some("x/y")),
            ("../../..", None),
            ("/work/x", Some("x")),
            ("/elsewhere/x", None),
        ] {
            assert_eq!(place.whole(given).as_deref(), wanted, "{given}");
        }
        assert_eq!(Place::default().whole("./x").as_deref(), Some("x"));
        assert_eq!(Place::default().whole("/x"), None);
    }
}
