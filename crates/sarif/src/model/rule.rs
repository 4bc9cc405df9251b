//! The tool and its rules: what everybody else here calls controls.

use serde::Serialize;

use super::{Level, Text};

/// The tool (section 3.18).
#[derive(Clone, Debug, Serialize)]
pub struct Tool {
    /// Its only component.
    pub driver: Driver,
}

/// The component that has the rules (section 3.19).
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Driver {
    /// Part of the identity of every result: it never changes.
    pub name: &'static str,
    /// Version of the tool.
    pub semantic_version: String,
    /// Where to read about it.
    pub information_uri: &'static str,
    /// All controls in force, sorted by id.
    pub rules: Vec<Rule>,
}

/// A rule: what everybody else here calls a control (section 3.49).
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Rule {
    /// Id of the control.
    pub id: String,
    /// The id in Pascal case.
    pub name: String,
    /// The weak state in one line.
    pub short_description: Text,
    /// Why it matters.
    pub full_description: Text,
    /// Level without context.
    pub default_configuration: Configuration,
    /// Where to read about it.
    pub help_uri: String,
    /// Everything the control says.
    pub help: Text,
    /// What GitHub reads.
    pub properties: RuleProperties,
}

/// How a rule is configured (section 3.50).
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Configuration {
    /// Default level.
    pub level: Level,
}

/// Properties of a rule.
#[derive(Clone, Debug, Serialize)]
pub struct RuleProperties {
    /// At most ten.
    pub tags: Vec<String>,
    /// How often a result is right.
    pub precision: &'static str,
    /// A number in a string, above 0.0.
    #[serde(rename = "security-severity")]
    pub security_severity: String,
}

/// Names a rule (section 3.52).
#[derive(Clone, Debug, Serialize)]
pub struct RuleReference {
    /// Its id.
    pub id: String,
    /// Its place in the list.
    pub index: usize,
}
