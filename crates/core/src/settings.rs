//! `orgate.yaml`: what a team decides about its own gate.
//!
//! Settings are read from the base of a comparison, because the author of a change controls everything at head.

mod loosened;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::policy::{Catalog, nearest};
use crate::score::Severity;
use crate::world::{AppFacts, Facts, UserFacts};
use crate::yaml::{self, YamlError};

/// From which severity on a finding fails the change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum FailOn {
    /// Every finding.
    #[default]
    Low,
    /// Medium and above.
    Medium,
    /// High and above.
    High,
    /// Only critical ones.
    Critical,
    /// Never: report only.
    Never,
}

impl FailOn {
    /// Whether a finding of this severity fails the change.
    pub fn includes(self, severity: Severity) -> bool {
        match self {
            Self::Low => true,
            Self::Medium => severity >= Severity::Medium,
            Self::High => severity >= Severity::High,
            Self::Critical => severity >= Severity::Critical,
            Self::Never => false,
        }
    }

    /// The spelling used in options and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
            Self::Never => "never",
        }
    }
}

/// What a weakness on something new means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Introduced {
    /// It fails the change like a regression.
    #[default]
    Fail,
    /// It is reported.
    Warn,
    /// It is not reported.
    Off,
}

/// What a team says about one control.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum ControlSetting {
    /// The control is not judged.
    Off,
    /// Findings have this severity, whatever their score.
    Severity(Severity),
}

/// An accepted exception: one control on one subject, with a reason, a person and an end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Waiver {
    /// Id of the control.
    pub control: String,
    /// Name of the subject, as reports print it.
    pub subject: String,
    /// Why it is acceptable.
    pub reason: String,
    /// Who accepted it.
    pub approved_by: String,
    /// Last day on which it counts, inclusive, UTC, as `YYYY-MM-DD`.
    pub expires: String,
}

/// The file `orgate.yaml`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// From which severity on a finding fails the change. Default: `low`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fail_on: Option<FailOn>,
    /// What a weakness on something new means. Default: `fail`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub introduced: Option<Introduced>,
    /// Whether what newly cannot be judged, or a change that loosens the gate itself, fails the change. Default: `false`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strict: Option<bool>,
    /// By control id: `off`, or `severity: high`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub controls: BTreeMap<String, ControlSetting>,
    /// Globs of the files to judge; all when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub include: Vec<String>,
    /// Globs of files to leave out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exclude: Vec<String>,
    /// Folder with policies of your own, relative to the repository.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policies: Option<String>,
    /// What metadata cannot tell about apps, by API name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub apps: BTreeMap<String, AppFacts>,
    /// What metadata cannot tell about users, by username.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub users: BTreeMap<String, UserFacts>,
    /// Accepted exceptions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waivers: Vec<Waiver>,
}

/// Why settings are refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SettingsError {
    /// Not the YAML that settings have.
    #[error("{0}")]
    Yaml(#[from] YamlError),
    /// A waiver without a usable date.
    #[error("waiver of `{control}` for '{subject}': `expires: {text}` is no date; write YYYY-MM-DD, such as 2027-03-31")]
    Date {
        /// The control.
        control: String,
        /// The subject.
        subject: String,
        /// What stands there.
        text: String,
        /// Why it is no date.
        source: jiff::Error,
    },
    /// A waiver that says nothing.
    #[error("waiver of `{control}` for '{subject}': `{field}` is empty")]
    Empty {
        /// The control.
        control: String,
        /// The subject.
        subject: String,
        /// The field.
        field: &'static str,
    },
    /// A setting for a control that does not exist.
    #[error("`controls` names `{id}`, which no control has as its id{near}")]
    UnknownControl {
        /// What stands there.
        id: String,
        /// A suggestion, or nothing.
        near: String,
    },
    /// Two waivers for the same control and subject.
    #[error("`{control}` is waived twice for '{subject}'; keep one")]
    Duplicate {
        /// The control.
        control: String,
        /// The subject.
        subject: String,
    },
}

impl Waiver {
    /// The last day on which it counts.
    ///
    /// # Errors
    /// [`SettingsError::Date`] when `expires` is not `YYYY-MM-DD`.
    pub fn last_day(&self) -> Result<jiff::civil::Date, SettingsError> {
        let date = |text: &str| jiff::civil::Date::strptime("%Y-%m-%d", text);
        date(&self.expires).map_err(|source| SettingsError::Date {
            control: self.control.clone(),
            subject: self.subject.clone(),
            text: self.expires.clone(),
            source,
        })
    }
}

impl Settings {
    /// Reads settings.
    ///
    /// # Errors
    /// [`SettingsError`] for bad YAML, unknown keys, malformed dates, empty fields, doubled waivers.
    pub fn parse(text: &str) -> Result<Self, SettingsError> {
        let settings: Self = yaml::parse(text)?;
        let mut seen = BTreeSet::new();
        for waiver in &settings.waivers {
            waiver.last_day()?;
            for (field, value) in [
                ("reason", &waiver.reason),
                ("approved-by", &waiver.approved_by),
                ("subject", &waiver.subject),
            ] {
                if value.trim().is_empty() {
                    return Err(SettingsError::Empty {
                        control: waiver.control.clone(),
                        subject: waiver.subject.clone(),
                        field,
                    });
                }
            }
            if !seen.insert((&waiver.control, &waiver.subject)) {
                return Err(SettingsError::Duplicate {
                    control: waiver.control.clone(),
                    subject: waiver.subject.clone(),
                });
            }
        }
        Ok(settings)
    }

    /// Refuses settings for controls that do not exist. Waivers of unknown controls are reported, not refused: a
    /// control that was renamed must not stop every change.
    ///
    /// # Errors
    /// [`SettingsError::UnknownControl`].
    pub fn check(&self, catalog: &Catalog) -> Result<(), SettingsError> {
        for id in self.controls.keys() {
            if catalog.get(id).is_none() {
                let near = nearest(id, catalog.controls().map(|control| &*control.id));
                return Err(SettingsError::UnknownControl { id: id.clone(), near });
            }
        }
        Ok(())
    }

    /// What the settings declare about apps and users.
    pub fn facts(&self) -> Facts {
        Facts::new(self.apps.clone(), self.users.clone())
    }
}

#[cfg(test)]
mod tests;
