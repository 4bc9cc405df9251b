//! Settings, policies and the registry, from where they may be trusted.
//!
//! The author of a change controls everything at head, so settings, waivers and local policies come from base unless
//! the person who runs the gate says otherwise. What the change does to them is reported.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use orgate_core::policy::catalog::PolicyFile;
use orgate_core::report::GateLoosened;
use orgate_core::settings::{ControlSetting, Settings};
use orgate_core::{Catalog, Registry, RepoPath};
use orgate_diff::Snapshot;

use crate::args::GateArgs;
use crate::builtin;
use crate::error::CliError;
use crate::sides::{Sides, below};

/// Name of the settings file in the root of a repository.
pub(crate) const SETTINGS: &str = "orgate.yaml";
/// Folder beside policies whose files describe metadata types.
const TYPES: &str = "types";
/// Settings and policies are small; larger files are refused.
const MOST_BYTES: u64 = 1 << 20;

/// What the gate judges by.
#[derive(Debug)]
pub(crate) struct Config {
    pub(crate) settings: Settings,
    pub(crate) registry: Registry,
    pub(crate) catalog: Catalog,
    /// What the change loosens.
    pub(crate) loosened: Vec<GateLoosened>,
}

/// Name and text of a policy or registry file.
type Files = Vec<(String, String)>;

impl Config {
    /// Reads settings, registry and policies.
    pub(crate) fn load(arguments: &GateArgs, sides: &Sides) -> Result<Self, CliError> {
        let base = settings_of(sides.base.as_ref(), "base")?;
        // Settings that are broken at head would stop the gate once merged: better to say so now.
        let head = settings_of(sides.head.as_ref(), "head")?;
        let file;
        let (settings, trusted) = match arguments.config_from.as_str() {
            "base" => (&base, Some(sides.base.as_ref())),
            "head" => (&head, Some(sides.head.as_ref())),
            path => {
                file = settings_file(Path::new(path))?;
                (&file, None)
            }
        };
        let mut files: Files = Vec::new();
        if let Some(folder) = &settings.policies {
            match trusted {
                Some(snapshot) => files.extend(policies_in(snapshot, folder)?),
                None => files.extend(policies_on_disk(Path::new(folder))?),
            }
        }
        if let (Some(folder), true) = (&settings.policies, files.is_empty()) {
            // A folder that was meant to hold controls and holds none: its controls would silently not be judged.
            return Err(CliError::NoPolicies(folder.clone()));
        }
        for folder in &arguments.policies {
            files.extend(policies_on_disk(folder)?);
        }
        let (registry, mut catalog) = load(&files, !arguments.no_builtin)?;
        settings.check(&catalog).map_err(|source| CliError::Settings {
            place: match arguments.config_from.as_str() {
                side @ ("base" | "head") => format!("{SETTINGS} at {side}"),
                path => path.to_owned(),
            },
            source,
        })?;
        catalog.retain(|control| settings.controls.get(&*control.id) != Some(&ControlSetting::Off));
        if catalog.is_empty() {
            return Err(CliError::NoControls);
        }
        let mut loosened = loosened(&base, &head);
        loosened.extend(changed_policies(&base, &head, sides)?);
        Ok(Self {
            settings: settings.clone(),
            registry,
            catalog,
            loosened,
        })
    }
}

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

/// The settings in a snapshot; the default where it has none.
pub(crate) fn settings_of(snapshot: &dyn Snapshot, side: &str) -> Result<Settings, CliError> {
    let Some(file) = snapshot.file(&RepoPath::from(SETTINGS))? else {
        return Ok(Settings::default());
    };
    let bytes = snapshot.read(&file, MOST_BYTES)?;
    parse(&bytes, &format!("{SETTINGS} at {side} ({})", snapshot.describe()))
}

fn settings_file(path: &Path) -> Result<Settings, CliError> {
    parse(&read(path)?, &path.display().to_string())
}

/// The content of a file on disk: a pipe or a device could go on for ever.
fn read(path: &Path) -> Result<Vec<u8>, CliError> {
    let fail = |source| CliError::Read {
        path: path.to_owned(),
        source,
    };
    let refuse = |reason: String| fail(io::Error::other(reason));
    if !fs::metadata(path).map_err(fail)?.is_file() {
        return Err(refuse("it is no regular file".to_owned()));
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(fail)?;
    file.take(MOST_BYTES.saturating_add(1)).read_to_end(&mut bytes).map_err(fail)?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > MOST_BYTES {
        return Err(refuse(format!("it is larger than {MOST_BYTES} bytes")));
    }
    Ok(bytes)
}

fn read_text(path: &Path) -> Result<(String, String), CliError> {
    let name = path.display().to_string();
    let text = String::from_utf8(read(path)?).map_err(|_| CliError::SettingsText { place: name.clone() })?;
    Ok((name, text))
}

fn parse(bytes: &[u8], place: &str) -> Result<Settings, CliError> {
    let text = std::str::from_utf8(bytes).map_err(|_| CliError::SettingsText { place: place.to_owned() })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    Settings::parse(text).map_err(|source| CliError::Settings {
        place: place.to_owned(),
        source,
    })
}

fn is_policy(path: &[u8]) -> bool {
    let name = path.rsplit(|b| *b == b'/').next().unwrap_or_default();
    (name.ends_with(b".yaml") || name.ends_with(b".yml")) && name != b"coverage.yaml"
}

/// The policy files below a folder of a snapshot.
fn policies_in(snapshot: &dyn Snapshot, folder: &str) -> Result<Files, CliError> {
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

fn loosened(base: &Settings, head: &Settings) -> Vec<GateLoosened> {
    head.loosened_against(base)
        .into_iter()
        .map(|text| GateLoosened {
            path: RepoPath::from(SETTINGS),
            text,
        })
        .collect()
}

/// Local policies that the change edits or removes; adding one is no loosening.
fn changed_policies(base: &Settings, head: &Settings, sides: &Sides) -> Result<Vec<GateLoosened>, CliError> {
    let Some(folder) = &base.policies else { return Ok(Vec::new()) };
    let before = policies_in(sides.base.as_ref(), folder)?;
    let after = policies_in(sides.head.as_ref(), head.policies.as_ref().unwrap_or(folder))?;
    let mut found = Vec::new();
    for (name, text) in before {
        let what = match after.iter().find(|(other, _)| *other == name) {
            Some((_, other)) if *other == text => continue,
            Some(_) => "the control is edited",
            None => "the control is removed",
        };
        found.push(GateLoosened {
            path: RepoPath::from(name.as_str()),
            text: what.to_owned(),
        });
    }
    Ok(found)
}
