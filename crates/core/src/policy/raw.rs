//! The YAML of a control as written. Nothing here is checked beyond its shape: [`super::compile`] gives it meaning.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::example::RawExample;
use crate::registry::SubjectKind;
use crate::yaml::Spanned;

/// Life cycle of a control.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Reported, never fails a change.
    Preview,
    /// In force.
    Stable,
    /// In force, will go.
    Deprecated,
}

/// The CVSS range of the source page.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct RawCvss {
    pub(crate) min: f64,
    pub(crate) max: f64,
    #[serde(default)]
    pub(crate) estimated: bool,
}

/// Facts of the source page.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct RawSource {
    #[serde(default)]
    pub(crate) id: Option<String>,
    pub(crate) control: Option<String>,
    pub(crate) recommended: Option<String>,
    pub(crate) page: Option<String>,
    #[serde(default)]
    pub(crate) by_analogy_to: Option<String>,
    #[serde(default)]
    pub(crate) grounds: Option<String>,
    pub(crate) cvss: RawCvss,
}

/// A test of one field, a combination of tests, or a look at related components.
#[derive(Clone, Debug, PartialEq, Deserialize, Default)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct RawCondition {
    pub(crate) all: Option<Vec<RawCondition>>,
    pub(crate) any: Option<Vec<RawCondition>>,
    pub(crate) not: Option<Box<RawCondition>>,
    pub(crate) is: Option<Spanned<String>>,
    pub(crate) always: Option<bool>,
    pub(crate) exists: Option<Box<RawExists>>,
    pub(crate) record: Option<Box<RawRecord>>,
    pub(crate) declared: Option<RawDeclared>,
    pub(crate) field: Option<Spanned<String>>,
    pub(crate) equals: Option<String>,
    pub(crate) one_of: Option<Vec<String>>,
    pub(crate) contains: Option<String>,
    pub(crate) matches: Option<Spanned<String>>,
    pub(crate) except: Option<Spanned<String>>,
    pub(crate) present: Option<bool>,
    pub(crate) at_least: Option<String>,
    pub(crate) at_most: Option<String>,
    pub(crate) looks_like: Option<LooksLike>,
    pub(crate) absent: Option<String>,
    pub(crate) unknown: Option<bool>,
}

/// What a text may look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum LooksLike {
    /// A real secret, not a placeholder or a masked value.
    Secret,
    /// A private key, armoured or encoded.
    PrivateKey,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct RawExists {
    #[serde(rename = "type")]
    pub(crate) type_name: Spanned<String>,
    #[serde(rename = "where", default)]
    pub(crate) condition: Option<RawCondition>,
    #[serde(default)]
    pub(crate) linked_by: Option<Spanned<String>>,
    #[serde(default)]
    pub(crate) listed_in: Option<Spanned<String>>,
    #[serde(default)]
    pub(crate) held_by: Option<Spanned<String>>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct RawRecord {
    pub(crate) of: Spanned<String>,
    #[serde(rename = "where")]
    pub(crate) condition: RawCondition,
}

/// A fact that `orgate.yaml` can state about an app.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct RawDeclared {
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

/// The check, tagged by its kind.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum RawCheck {
    Require(Box<RawCondition>),
    Grades(Vec<RawGrade>),
    Limit(RawLimit),
    Ranking(RawRanking),
    Members(RawMembers),
    Review(RawReview),
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct RawGrade {
    pub(crate) name: String,
    pub(crate) when: RawCondition,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct RawLimit {
    pub(crate) value: Vec<RawLimitValue>,
    pub(crate) at_most: i64,
    pub(crate) unit: String,
    pub(crate) not_set: NotSet,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct RawLimitValue {
    pub(crate) field: Spanned<String>,
    #[serde(default)]
    pub(crate) map: BTreeMap<String, i64>,
}

/// What a limit concludes when no file sets a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum NotSet {
    /// Nobody can tell.
    Undecided,
    /// Nothing to limit.
    Satisfied,
    /// No limit at all.
    Violated,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct RawRanking {
    pub(crate) field: Spanned<String>,
    pub(crate) strongest_first: Vec<RawRank>,
    pub(crate) weakest_allowed: Spanned<String>,
    #[serde(default)]
    pub(crate) absent: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
pub(crate) enum RawRank {
    Value(String),
    Matching { name: String, matches: String },
}

/// How the members of a set are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, Default)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum MemberKind {
    /// As text, exactly.
    #[default]
    Text,
    /// As address ranges: what counts is which addresses they cover together.
    AddressRanges,
    /// As URLs, by scheme, host and port.
    UrlHosts,
}

/// Which change of a set weakens it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum WeakerWhen {
    /// A list of what is allowed or trusted: more is weaker.
    Added,
    /// A list of restrictions: fewer is weaker.
    Removed,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct RawMembers {
    pub(crate) from: Vec<Spanned<String>>,
    pub(crate) weaker_when: WeakerWhen,
    #[serde(default)]
    pub(crate) weak: Vec<String>,
    #[serde(default)]
    pub(crate) weak_matching: Option<Spanned<String>>,
    #[serde(default)]
    pub(crate) covers: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    pub(crate) ignore: Vec<String>,
    #[serde(rename = "as", default)]
    pub(crate) kind: MemberKind,
    #[serde(default)]
    pub(crate) start: Option<String>,
    #[serde(default)]
    pub(crate) end: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct RawReview {
    pub(crate) of: Vec<Spanned<String>>,
    #[serde(rename = "as", default)]
    pub(crate) kind: MemberKind,
}

/// What the removal of the component at head means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, Default)]
#[serde(rename_all = "kebab-case")]
pub enum OnRemoval {
    /// A missing file does not change the org: nobody can tell.
    #[default]
    Undecided,
    /// The component itself is the protection.
    Regressed,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct RawRisk {
    pub(crate) when: RawCondition,
    pub(crate) because: String,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct RawFix {
    pub(crate) set: Spanned<String>,
    pub(crate) to: String,
}

/// One file under `policies/`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct RawControl {
    pub(crate) id: Spanned<String>,
    pub(crate) title: String,
    pub(crate) status: Status,
    pub(crate) subject: SubjectKind,
    #[serde(default)]
    pub(crate) per: Vec<Spanned<String>>,
    pub(crate) source: Spanned<RawSource>,
    #[serde(default)]
    pub(crate) standards: Vec<String>,
    #[serde(default)]
    pub(crate) applies_when: Option<RawCondition>,
    pub(crate) check: RawCheck,
    #[serde(default)]
    pub(crate) introduced_when: Option<RawCondition>,
    #[serde(default)]
    pub(crate) on_removal: OnRemoval,
    #[serde(default)]
    pub(crate) raises_risk: Vec<RawRisk>,
    #[serde(default)]
    pub(crate) lowers_risk: Vec<RawRisk>,
    #[serde(default)]
    pub(crate) not_checkable: Vec<String>,
    pub(crate) message: Spanned<String>,
    pub(crate) why: String,
    pub(crate) remediation: String,
    #[serde(default)]
    pub(crate) interpretation: Option<String>,
    #[serde(default)]
    pub(crate) fix: Option<RawFix>,
    #[serde(default)]
    pub(crate) twin: Option<Spanned<String>>,
    pub(crate) examples: Vec<Spanned<RawExample>>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct RawNamed {
    #[serde(default)]
    pub(crate) subject: Option<SubjectKind>,
    pub(crate) meaning: String,
    pub(crate) when: RawCondition,
}

/// `policies/conditions.yaml`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct RawConditions {
    pub(crate) conditions: BTreeMap<String, Spanned<RawNamed>>,
}
