//! Conditions as written.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::registry::SubjectKind;
use crate::yaml::Spanned;

/// A test of one field, a combination of tests, or a look at related components.
#[derive(Clone, Debug, PartialEq, Deserialize, Default)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct RawCondition {
    /// Every one of these holds.
    pub(crate) all: Option<Vec<RawCondition>>,
    /// At least one of these holds.
    pub(crate) any: Option<Vec<RawCondition>>,
    /// This does not hold.
    pub(crate) not: Option<Box<RawCondition>>,
    /// The named condition holds.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub(crate) is: Option<Spanned<String>>,
    /// True or false, whatever the files say.
    pub(crate) always: Option<bool>,
    /// Some related component is there.
    pub(crate) exists: Option<Box<RawExists>>,
    /// Some occurrence of a repeated block is there.
    pub(crate) record: Option<Box<RawRecord>>,
    /// `orgate.yaml` says so about the app.
    pub(crate) declared: Option<RawDeclared>,
    /// The field to test, as `Type/element/below`; exactly one test goes with it.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub(crate) field: Option<Spanned<String>>,
    /// The value is this one.
    pub(crate) equals: Option<String>,
    /// The value is one of these.
    pub(crate) one_of: Option<Vec<String>>,
    /// A list has this member; any other text has this part.
    pub(crate) contains: Option<String>,
    /// The text, or some member of a list, matches this pattern.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub(crate) matches: Option<Spanned<String>>,
    /// Members that match this do not count.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub(crate) except: Option<Spanned<String>>,
    /// The element is there and not empty, or it is not.
    pub(crate) present: Option<bool>,
    /// The number is at least this.
    pub(crate) at_least: Option<String>,
    /// The number is at most this.
    pub(crate) at_most: Option<String>,
    /// What the text looks like.
    pub(crate) looks_like: Option<LooksLike>,
    /// What to take for a missing element, or `unknown`. Only, and always, for fields whose default nobody documents.
    pub(crate) absent: Option<String>,
    /// What to take for a value that cannot be known.
    pub(crate) unknown: Option<bool>,
}

/// What a text may look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) enum LooksLike {
    /// A real secret, not a placeholder or a masked value.
    Secret,
    /// A private key, armoured or encoded.
    PrivateKey,
}

/// A look at related components.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct RawExists {
    /// The metadata type.
    #[serde(rename = "type")]
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub(crate) type_name: Spanned<String>,
    /// What must hold in the component.
    #[serde(rename = "where", default)]
    pub(crate) condition: Option<RawCondition>,
    /// The field of the component that names the subject.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub(crate) linked_by: Option<Spanned<String>>,
    /// The field of the subject that lists the component.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub(crate) listed_in: Option<Spanned<String>>,
    /// The field of the subject that names a user who holds the component, as `orgate.yaml` says.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub(crate) held_by: Option<Spanned<String>>,
}

/// A look at one occurrence of a repeated block.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct RawRecord {
    /// The repeated block.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub(crate) of: Spanned<String>,
    /// What must hold inside one occurrence.
    #[serde(rename = "where")]
    pub(crate) condition: RawCondition,
}

/// A fact that `orgate.yaml` can state about an app.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct RawDeclared {
    /// The kind of client.
    pub(crate) client: ClientType,
}

/// Whether a client can keep a secret (RFC 6749 section 2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum ClientType {
    /// Native or browser app: ships to users, cannot keep a secret.
    Public,
    /// Runs on a server that keeps its secret.
    Confidential,
}

/// A condition with a name.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct RawNamed {
    /// What it is about; any subject when absent.
    #[serde(default)]
    pub(crate) subject: Option<SubjectKind>,
    /// What it means, in one sentence.
    pub(crate) meaning: String,
    /// The condition.
    pub(crate) when: RawCondition,
}

/// `policies/conditions.yaml`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct RawConditions {
    /// By name.
    #[cfg_attr(feature = "schema", schemars(with = "BTreeMap<String, RawNamed>"))]
    pub(crate) conditions: BTreeMap<String, Spanned<RawNamed>>,
}
