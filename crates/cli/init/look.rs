//! What a repository looks like: platform, package directories, hooks, apps. Only names are read, and two small files.

use std::collections::BTreeSet;
use std::path::Path;

use crate::args::InitPlatform;

/// Folders looked into for apps, at most.
const MOST_FOLDERS: usize = 20_000;
/// Larger files are not looked at.
const MOST_BYTES: u64 = 1 << 20;

/// See the module.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) platforms: BTreeSet<InitPlatform>,
    /// Paths of the package directories in `sfdx-project.json`.
    pub(super) packages: Vec<String>,
    /// API names of apps, from file names.
    pub(super) apps: BTreeSet<String>,
}

impl Found {
    pub(super) fn look(root: &Path, git_dir: &Path, named: &[InitPlatform]) -> Self {
        let mut found = Self {
            platforms: named.iter().copied().collect(),
            packages: packages(root),
            apps: BTreeSet::new(),
        };
        if named.is_empty() {
            found.platforms = platforms(root, git_dir);
        }
        apps(root, &mut found.apps);
        found
    }
}

fn small(path: &Path) -> Option<String> {
    let data = path.symlink_metadata().ok()?;
    (data.is_file() && data.len() <= MOST_BYTES).then(|| std::fs::read_to_string(path).ok())?
}

fn platforms(root: &Path, git_dir: &Path) -> BTreeSet<InitPlatform> {
    let mut found = BTreeSet::new();
    // The configuration of a linked work tree is that of its repository.
    let common = small(&git_dir.join("commondir")).map_or_else(|| git_dir.to_owned(), |name| git_dir.join(name.trim()));
    let config = small(&common.join("config")).unwrap_or_default();
    let remotes: Vec<&str> = config
        .lines()
        .filter_map(|line| line.trim().strip_prefix("url")?.trim_start().strip_prefix('='))
        .collect();
    let hosted = |word: &str| remotes.iter().any(|url| url.to_lowercase().contains(word));
    let there = |name: &str| root.join(name).exists();
    if hosted("github") || there(".github") {
        found.insert(InitPlatform::Github);
    }
    if hosted("gitlab") || there(".gitlab-ci.yml") || there(".gitlab") {
        found.insert(InitPlatform::Gitlab);
    }
    if there(".pre-commit-config.yaml") {
        found.insert(InitPlatform::PreCommit);
    }
    if there(".husky") {
        found.insert(InitPlatform::Husky);
    }
    if ["lefthook.yml", "lefthook.yaml", ".lefthook.yml"].iter().any(|name| there(name)) {
        found.insert(InitPlatform::Lefthook);
    }
    found
}

fn packages(root: &Path) -> Vec<String> {
    let text = small(&root.join("sfdx-project.json")).unwrap_or_default();
    let value: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
    value
        .get("packageDirectories")
        .and_then(serde_json::Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.get("path")?.as_str().map(str::to_owned))
        .collect()
}

/// The apps that file names tell of.
fn apps(root: &Path, found: &mut BTreeSet<String>) {
    let mut open = vec![root.to_owned()];
    let mut seen = 0_usize;
    while let Some(folder) = open.pop() {
        seen = seen.saturating_add(1);
        if seen > MOST_FOLDERS {
            return;
        }
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for entry in entries.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let Ok(kind) = entry.file_type() else { continue };
            if kind.is_dir() && !name.starts_with('.') && name != "node_modules" {
                open.push(entry.path());
            } else if kind.is_file() {
                let plain = name.strip_suffix("-meta.xml").unwrap_or(&name);
                let app = plain.strip_suffix(".connectedApp").or_else(|| plain.strip_suffix(".eca"));
                // Names go into a YAML comment: only what an API name can be.
                if let Some(app) = app.filter(|app| app.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')) {
                    found.insert(app.to_owned());
                }
            }
        }
    }
}
