//! Settings, policies and the registry, from where they may be trusted.
//!
//! The author of a change controls everything at head, so settings, waivers and local policies come from base unless
//! the person who runs the gate says otherwise. What the change does to them is reported.

mod policies;

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;

use orgate_core::report::{GateLoosened, SettingsFrom};
use orgate_core::settings::{ControlSetting, Settings};
use orgate_core::{Catalog, Registry, RepoPath};
use orgate_diff::Snapshot;

use crate::args::GateArgs;
use crate::error::CliError;
use crate::sides::Sides;
use policies::{Files, changed, policies_in};
pub(crate) use policies::{load, load_text, policies_on_disk};

/// Name of the settings file in the root of a repository.
pub(crate) const SETTINGS: &str = "orgate.yaml";
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
    /// Where the settings come from.
    pub(crate) from: SettingsFrom,
}

impl Config {
    /// Reads settings, registry and policies.
    pub(crate) fn load(arguments: &GateArgs, sides: &Sides) -> Result<Self, CliError> {
        let base = Rules::of(sides.base.as_ref(), "base").map_err(CliError::at_base);
        let head = Rules::of(sides.head.as_ref(), "head")?;
        let (from, base, judged) = match arguments.config_from.as_str() {
            "base" => {
                let tip = sides.tip.as_deref().map(|tip| Rules::of(tip, "the tip of the branch"));
                if let Some(tip) = tip.transpose().map_err(CliError::at_base)? {
                    (SettingsFrom::Base, base.ok(), tip)
                } else {
                    let base = base?;
                    (SettingsFrom::Base, Some(base.clone()), base)
                }
            }
            // Whoever has the last word on the settings can do without those of base, for instance to mend them.
            "head" => (SettingsFrom::Head, base.ok(), head.clone()),
            path => (SettingsFrom::File, base.ok(), Rules::of_file(Path::new(path))?),
        };
        let loaded = judged.load(arguments);
        let (registry, mut catalog) = match from {
            SettingsFrom::Base => loaded.map_err(CliError::at_base)?,
            SettingsFrom::Head | SettingsFrom::File => loaded?,
        };
        let changes = base.as_ref().is_none_or(|base| !base.say_the_same_as(&head));
        if from == SettingsFrom::Base && changes {
            // What is broken at head would stop the gate once merged: better to say so now.
            head.load(arguments).map_err(CliError::at_head)?;
        }
        catalog.retain(|control| judged.settings.controls.get(&*control.id) != Some(&ControlSetting::Off));
        if catalog.is_empty() {
            return Err(CliError::NoControls);
        }
        Ok(Self {
            settings: judged.settings,
            registry,
            catalog,
            loosened: loosened(base.as_ref(), &head),
            from,
        })
    }
}

/// What a side, or a file from elsewhere, says about the gate.
#[derive(Clone)]
struct Rules {
    settings: Settings,
    /// The policies in the folder that the settings name.
    files: Files,
    /// Where the settings stand, for messages.
    place: String,
}

impl Rules {
    fn of(snapshot: &dyn Snapshot, side: &str) -> Result<Self, CliError> {
        let place = format!("{SETTINGS} at {side} ({})", snapshot.describe());
        let settings = settings_of(snapshot, &place)?;
        let files = match &settings.policies {
            Some(folder) => policies_in(snapshot, folder)?,
            None => Files::new(),
        };
        Ok(Self { settings, files, place })
    }

    fn of_file(path: &Path) -> Result<Self, CliError> {
        let place = path.display().to_string();
        let settings = parse(&read(path)?, &place)?;
        let files = match &settings.policies {
            Some(folder) => policies_on_disk(Path::new(folder))?,
            None => Files::new(),
        };
        Ok(Self { settings, files, place })
    }

    /// The registry and the controls, those of the command line on top.
    fn load(&self, arguments: &GateArgs) -> Result<(Registry, Catalog), CliError> {
        if let (Some(folder), true) = (&self.settings.policies, self.files.is_empty()) {
            // A folder that was meant to hold controls and holds none: its controls would silently not be judged.
            return Err(CliError::NoPolicies(folder.clone()));
        }
        let mut files = self.files.clone();
        for folder in &arguments.policies {
            files.extend(policies_on_disk(folder)?);
        }
        let (registry, catalog) = load(&files, !arguments.no_builtin)?;
        self.settings.check(&catalog).map_err(|source| CliError::Settings {
            place: self.place.clone(),
            source,
        })?;
        Ok((registry, catalog))
    }

    fn say_the_same_as(&self, other: &Self) -> bool {
        self.settings == other.settings && self.files == other.files
    }
}

/// The settings in a snapshot; the default where it has none.
fn settings_of(snapshot: &dyn Snapshot, place: &str) -> Result<Settings, CliError> {
    let Some(file) = snapshot.file(&RepoPath::from(SETTINGS))? else {
        return Ok(Settings::default());
    };
    let bytes = snapshot.read(&file, MOST_BYTES)?;
    parse(&bytes, place)
}

fn parse(bytes: &[u8], place: &str) -> Result<Settings, CliError> {
    let text = std::str::from_utf8(bytes).map_err(|_| CliError::SettingsText { place: place.to_owned() })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    Settings::parse(text).map_err(|source| CliError::Settings {
        place: place.to_owned(),
        source,
    })
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

/// What the change loosens, as far as base can be read.
fn loosened(base: Option<&Rules>, head: &Rules) -> Vec<GateLoosened> {
    let of_settings = |text| GateLoosened {
        path: RepoPath::from(SETTINGS),
        text,
    };
    let Some(base) = base else {
        let text = "the settings or policies of base cannot be read, so nothing tells what the change loosens";
        return vec![of_settings(text.to_owned())];
    };
    let settings = head.settings.loosened_against(&base.settings).into_iter().map(of_settings);
    settings.chain(changed(&base.files, &head.files)).collect()
}
