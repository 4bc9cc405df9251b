//! What stands in a snapshot and cannot be looked into from here: submodules, and symbolic links to folders.
//!
//! The deploy tool follows links (source-deploy-retrieve, `src/resolve/treeContainers.ts` asks what a link leads to). Must
//! not follow one itself: where one may let something in, nobody can judge.

use std::collections::{BTreeMap, BTreeSet};

use orgate_core::RepoPath;
use orgate_core::report::{Side as Which, Unreadable};
use orgate_metadata::{in_bundle, in_foreign_folder, is_oddly_placed};

use super::deployed::{Deployed, Takes};
use super::ignored::Ignored;
use super::related::{Related, Wanted};
use super::replacements::folders_above;
use super::side::Side;
use crate::error::DiffError;
use crate::snapshot::{Change, FileKind, FileRef};

/// Links on the way to one folder that are followed; as many as by Linux.
const MOST_LINKS: usize = 40;

/// Whether a change is one of something that can hold files of its own.
pub(super) fn is_opaque(change: &Change) -> bool {
    let mut sides = [&change.base, &change.head].into_iter().flatten();
    sides.any(|file| matches!(file.kind(), FileKind::Submodule | FileKind::Symlink))
}

/// Those changes by which a project may deploy what cannot be judged from here.
pub(super) fn deployed_from(changes: &[Change], head: &Side<'_>, wanted: Wanted<'_>) -> Result<Vec<Unreadable>, DiffError> {
    let mut found = Vec::new();
    let mut ignored = Ignored::new(head.snapshot);
    // Whoever writes the change chooses how many links lead to one folder.
    let mut known: BTreeMap<(RepoPath, Vec<Vec<u8>>), bool> = BTreeMap::new();
    let stays = changes.iter().filter_map(|change| change.head.as_ref());
    for file in stays.filter(|file| wanted(file.path().as_bytes())) {
        let path = file.path();
        let mut packages = Vec::new();
        for project in head.home(path.parent()).iter().flat_map(|home| home.outwards()) {
            packages.push(Deployed::of(head.snapshot, project.folder())?);
        }
        if !packages.iter().any(|project| project.may_deploy_from(path)) {
            continue;
        }
        let reason = match file.kind() {
            FileKind::Submodule => {
                "a submodule in a package directory changes, and what it holds cannot be judged from here; judge it in its own repository and leave it out here (`exclude` in orgate.yaml)"
            }
            FileKind::Symlink if !in_bundle(path.as_bytes()) && !in_foreign_folder(path) => match led_to(file, head)? {
                Some(folder) => {
                    let key = (folder, packages.iter().map(|project| project.prefix().to_vec()).collect());
                    let adds = match known.get(&key) {
                        Some(known) => *known,
                        None => adds(&key.0, &packages, head, &mut ignored)?,
                    };
                    known.insert(key, adds);
                    if !adds {
                        continue;
                    }
                    "a symbolic link in a package directory leads to a folder with metadata that was not deployed from there; commit the files themselves"
                }
                None => {
                    "a symbolic link in a package directory leads out of the repository, so nobody can tell what is deployed from there; commit the files themselves"
                }
            },
            _ => continue,
        };
        found.push(refused(path.clone(), 0, reason.to_owned()));
    }
    Ok(found)
}

/// What stands at head in place of a folder that held metadata.
pub(super) fn buried(list: &[Change], head: &Side<'_>, related: &Related<'_>, wanted: Wanted<'_>) -> Result<Vec<Unreadable>, DiffError> {
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    for change in list.iter().filter(|change| change.head.is_none()) {
        let path = change.path.as_bytes();
        if !related.names_type(path) || !wanted(path) {
            continue;
        }
        for folder in folders_above(&change.path).filter(|folder| !folder.is_empty()) {
            if !seen.insert(folder.to_vec()) {
                continue;
            }
            let place = RepoPath::new(folder);
            let Some(file) = head.snapshot.file(&place)? else { continue };
            if file.kind() != FileKind::Regular {
                let reason = format!(
                    "{} stands in place of a folder that held metadata, so nobody can tell what is deployed from there; commit the files themselves",
                    file.kind()
                );
                found.push(refused(place, 0, reason));
            }
        }
    }
    Ok(found)
}

/// A file of head beside which nothing can be judged; line 0 stands for all of it.
pub(super) fn refused(path: RepoPath, line: u32, reason: String) -> Unreadable {
    Unreadable {
        path,
        side: Which::Head,
        line,
        column: u32::from(line > 0),
        reason,
        fatal: true,
    }
}

/// Whether something below a folder is metadata that may not be deployed from there.
fn adds(folder: &RepoPath, packages: &[Deployed], head: &Side<'_>, ignored: &mut Ignored<'_>) -> Result<bool, DiffError> {
    for file in head.files().map(FileRef::path).filter(|file| file.is_below(folder.as_bytes())) {
        let taken = packages
            .iter()
            .any(|project| project.takes(file.as_bytes()) == Takes::Yes && !project.is_hidden(file));
        if !taken || is_oddly_placed(file) || !ignored.files_against(file)?.is_empty() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Where a link leads to, by names alone; `None` if that is not in this snapshot or cannot be told.
fn led_to(link: &FileRef, head: &Side<'_>) -> Result<Option<RepoPath>, DiffError> {
    let mut place = link.path().clone();
    let mut next = Some(link.clone());
    for _ in 0..MOST_LINKS {
        let Some(link) = next else { return Ok(Some(place)) };
        let Some(target) = head.snapshot.target(&link)? else {
            return Ok(None);
        };
        let rest = place.as_bytes().get(link.path().as_bytes().len()..).unwrap_or_default();
        let Some(joined) = joined(link.path().parent(), &[target.as_slice(), rest].concat()) else {
            return Ok(None);
        };
        place = joined;
        next = first_link(&place, head)?;
    }
    Ok(None)
}

/// The first part of a path that is a link.
fn first_link(path: &RepoPath, head: &Side<'_>) -> Result<Option<FileRef>, DiffError> {
    let inside = RepoPath::new([path.as_bytes(), b"/"].concat());
    for part in folders_above(&inside).filter(|part| !part.is_empty()) {
        let file = head.snapshot.file(&RepoPath::new(part))?;
        if let Some(link) = file.filter(|file| file.kind() == FileKind::Symlink) {
            return Ok(Some(link));
        }
    }
    Ok(None)
}

/// A path as seen from a folder; `None` if it leads out of the root.
fn joined(folder: &[u8], target: &[u8]) -> Option<RepoPath> {
    if target.first() == Some(&b'/') {
        return None;
    }
    let mut parts: Vec<&[u8]> = Vec::new();
    for part in folder.split(|byte| *byte == b'/').chain(target.split(|byte| *byte == b'/')) {
        match part {
            b"" | b"." => {}
            b".." => _ = parts.pop()?,
            part => parts.push(part),
        }
    }
    Some(RepoPath::new(parts.join(&b'/')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_seen_from_its_own_folder() {
        let seen = |folder: &str, target: &str| joined(folder.as_bytes(), target.as_bytes()).map(|path| path.to_string());
        assert_eq!(seen("a/b", "../c").as_deref(), Some("a/c"));
        assert_eq!(seen("a/b", "./c//d/.").as_deref(), Some("a/b/c/d"));
        assert_eq!(seen("a", "..").as_deref(), Some(""));
        assert_eq!(seen("", "x").as_deref(), Some("x"));
        assert_eq!(seen("a", "../../b"), None);
        assert_eq!(seen("a", "/b"), None);
    }
}
