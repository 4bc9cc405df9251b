//! Controls and descriptions of metadata types: those that ship, and those of a team.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use orgate_core::policy::catalog::PolicyFile;
use orgate_core::report::GateLoosened;
use orgate_core::{Catalog, Registry, RepoPath};
use orgate_diff::Snapshot;

use super::{MOST_BYTES, read};
use crate::builtin;
use crate::error::CliError;
use crate::sides::below;

/// Folder beside policies whose files describe metadata types.
const TYPES: &str = "types";

/// Name and text of a policy or registry file.
pub(super) type Files = Vec<(String, String)>;

/// The registry and the controls: the built-in ones, and those of `files` on top.
pub(crate) fn load(files: &[(String, String)], builtin: bool) -> Result<(Registry, Catalog), CliError> {
    if files.iter().any(|(name, _)| is_type(name)) {
        // Fields of their own may change what the built-in controls read, so these are checked against them.
        return load_text(files, builtin);
    }
    let registry = builtin::registry()?;
    let mut catalog = if builtin { builtin::catalog()? } else { Catalog::default() };
    if !files.is_empty() {
        add(&mut catalog, &registry, &shipped(false), BUILT_IN)?;
        let own: Vec<PolicyFile<'_>> = files.iter().map(|(name, text)| PolicyFile { name, text }).collect();
        add(&mut catalog, &registry, &own, OWN)?;
    }
    Ok((registry, catalog))
}

/// The same from the YAML alone: slower, and with the examples and positions that the embedded pack leaves out.
pub(crate) fn load_text(files: &[(String, String)], builtin: bool) -> Result<(Registry, Catalog), CliError> {
    let mut registry = orgate_metadata::builtin::registry()?;
    let (types, policies): (Vec<_>, Vec<_>) = files.iter().partition(|(name, _)| is_type(name));
    for (name, text) in types {
        registry.add(name, text)?;
    }
    let mut catalog = Catalog::default();
    add(&mut catalog, &registry, &shipped(builtin), BUILT_IN)?;
    let own: Vec<PolicyFile<'_>> = policies.into_iter().map(|(name, text)| PolicyFile { name, text }).collect();
    add(&mut catalog, &registry, &own, OWN)?;
    Ok((registry, catalog))
}

const BUILT_IN: &str = "the built-in policies";
const OWN: &str = "your policies";

/// The texts that ship: the named conditions, and the controls if they are wanted.
fn shipped(controls: bool) -> Vec<PolicyFile<'static>> {
    builtin::policies()
        .iter()
        .map(|(name, text)| PolicyFile { name, text })
        .filter(|file| controls || file.name.ends_with("conditions.yaml"))
        .collect()
}

fn add(catalog: &mut Catalog, registry: &Registry, files: &[PolicyFile<'_>], where_from: &str) -> Result<(), CliError> {
    catalog.add(files, registry).map_err(|problems| CliError::Policies {
        where_from: where_from.to_owned(),
        problems,
    })
}

fn is_type(name: &str) -> bool {
    name.rsplit(['/', '\\']).nth(1) == Some(TYPES)
}

fn is_policy(path: &[u8]) -> bool {
    let name = path.rsplit(|b| *b == b'/').next().unwrap_or_default();
    (name.ends_with(b".yaml") || name.ends_with(b".yml")) && name != b"coverage.yaml"
}

/// The policy files below a folder of a snapshot.
pub(super) fn policies_in(snapshot: &dyn Snapshot, folder: &str) -> Result<Files, CliError> {
    let folder = folder.trim_start_matches("./").trim_end_matches('/');
    let mut found = Files::new();
    for file in snapshot.files(&|path| below(path, folder.as_bytes()) && is_policy(path))? {
        let bytes = snapshot.read(&file, MOST_BYTES)?;
        let name = file.path().to_string();
        let text = String::from_utf8(bytes).map_err(|_| CliError::SettingsText { place: name.clone() })?;
        found.push((name, text));
    }
    Ok(found)
}

/// The policy files below a folder on disk, sorted by path.
pub(crate) fn policies_on_disk(folder: &Path) -> Result<Files, CliError> {
    let mut found = Files::new();
    if folder.is_file() {
        found.push(read_text(folder)?);
    } else {
        policies_below(folder, &mut BTreeSet::new(), &mut found)?;
    }
    Ok(found)
}

fn read_text(path: &Path) -> Result<(String, String), CliError> {
    let name = path.display().to_string();
    let text = String::from_utf8(read(path)?).map_err(|_| CliError::SettingsText { place: name.clone() })?;
    Ok((name, text))
}

/// Each folder is read once, whatever links lead to it: there could be no end.
fn policies_below(folder: &Path, seen: &mut BTreeSet<PathBuf>, found: &mut Files) -> Result<(), CliError> {
    let fail = |source| CliError::Read {
        path: folder.to_owned(),
        source,
    };
    if !seen.insert(fs::canonicalize(folder).map_err(fail)?) {
        return Ok(());
    }
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder).map_err(fail)? {
        entries.push(entry.map_err(fail)?.path());
    }
    entries.sort();
    for path in entries {
        if path.is_dir() {
            policies_below(&path, seen, found)?;
        } else if is_policy(path.as_os_str().as_encoded_bytes()) {
            found.push(read_text(&path)?);
        }
    }
    Ok(())
}

/// Local policies that the change edits or removes. Adding a control is no loosening; adding the description of a type can
/// be one, as the built-in controls read by it.
pub(super) fn changed(before: &Files, after: &Files) -> Vec<GateLoosened> {
    let edited = before.iter().filter_map(|(name, text)| {
        let what = match after.iter().find(|(other, _)| other == name) {
            Some((_, other)) if other == text => return None,
            Some(_) => "the control is edited",
            None => "the control is removed",
        };
        Some((name, what))
    });
    let new = |name: &str| before.iter().all(|(other, _)| other != name);
    let added = after.iter().filter(|(name, _)| is_type(name) && new(name));
    let added = added.map(|(name, _)| (name, "a description of a metadata type is added"));
    let loosened = |(name, what): (&String, &str)| GateLoosened {
        path: RepoPath::from(name.as_str()),
        text: what.to_owned(),
    };
    edited.chain(added).map(loosened).collect()
}
