//! The YAML of a control as written. Nothing here is checked beyond its shape: [`super::compile`] gives it meaning.

mod check;
mod condition;
mod example;

use serde::{Deserialize, Serialize};

pub use condition::ClientType;

pub(crate) use check::{MemberKind, NotSet, RawCheck, RawGrade, RawLength, RawLimit, RawMembers, RawRank, RawRanking, WeakerWhen};
pub(crate) use condition::{LooksLike, RawCondition, RawConditions, RawExists, RawNamed};
pub(crate) use example::{Node, RawExample};

use crate::registry::SubjectKind;
use crate::yaml::Spanned;

/// Life cycle of a control.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct RawCvss {
    /// Lower end, 0.0 to 10.0.
    pub(crate) min: f64,
    /// Upper end, 0.0 to 10.0.
    pub(crate) max: f64,
    /// The range is an estimate of the author: the page gives none.
    #[serde(default)]
    pub(crate) estimated: bool,
}

/// Facts of the source page.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct RawSource {
    /// Id in the coverage table, such as `CA-06`.
    #[serde(default)]
    pub(crate) id: Option<String>,
    /// Exact name of the control on its page; null where no page exists.
    pub(crate) control: Option<String>,
    /// Exact label of the recommended setting; null where no page exists.
    pub(crate) recommended: Option<String>,
    /// Slug of the page; null where no page exists.
    pub(crate) page: Option<String>,
    /// Id of the twin whose page this one follows.
    #[serde(default)]
    pub(crate) by_analogy_to: Option<String>,
    /// What the control is grounded on, in one sentence. Required without a page.
    #[serde(default)]
    pub(crate) grounds: Option<String>,
    /// The CVSS range.
    pub(crate) cvss: RawCvss,
}

/// What the removal of the component at head means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, Default)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum OnRemoval {
    /// A missing file does not change the org: nobody can tell.
    #[default]
    Undecided,
    /// The component itself is the protection.
    Regressed,
}

/// A condition that moves the score.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct RawRisk {
    /// When it holds.
    pub(crate) when: RawCondition,
    /// Why it matters: a clause in lower case, without a full stop.
    pub(crate) because: String,
}

/// A safe value.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct RawFix {
    /// The field to write.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub(crate) set: Spanned<String>,
    /// The safe value.
    pub(crate) to: String,
}

/// One file under `policies/`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct RawControl {
    /// The file name without its ending, in kebab-case. It names the weak state.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub(crate) id: Spanned<String>,
    /// The weak state in one line.
    pub(crate) title: String,
    /// Life cycle.
    pub(crate) status: Status,
    /// What is judged.
    pub(crate) subject: SubjectKind,
    /// Types whose components are judged one by one; only with subject `org`.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(with = "Vec<String>"))]
    pub(crate) per: Vec<Spanned<String>>,
    /// Where the control comes from.
    #[cfg_attr(feature = "schema", schemars(with = "RawSource"))]
    pub(crate) source: Spanned<RawSource>,
    /// References such as `rfc:7636`, `rfc:9700#2.1.1`, `cwe:294`, `asvs:5.0.0-10.4.6`.
    #[serde(default)]
    pub(crate) standards: Vec<String>,
    /// When the control is about the subject at all.
    #[serde(default)]
    pub(crate) applies_when: Option<RawCondition>,
    /// What is good.
    pub(crate) check: RawCheck,
    /// A length of time that is compared where the check sees no difference: more of it is weaker.
    #[serde(default)]
    pub(crate) length: Option<RawLength>,
    /// When all is well whatever the check says: something else overrides what it reads.
    #[serde(default)]
    pub(crate) satisfied_when: Option<RawCondition>,
    /// Fields of which one must have changed for a regression; else the change is only shown for review.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(with = "Vec<String>"))]
    pub(crate) decided_by: Vec<Spanned<String>>,
    /// When head no longer shows what it would take to tell: a regression is undecided then.
    #[serde(default)]
    pub(crate) unseen_when: Option<RawCondition>,
    /// When a violation counts on a subject that is new.
    #[serde(default)]
    pub(crate) introduced_when: Option<RawCondition>,
    /// What the removal of the component means.
    #[serde(default)]
    pub(crate) on_removal: OnRemoval,
    /// What makes a violation worse.
    #[serde(default)]
    pub(crate) raises_risk: Vec<RawRisk>,
    /// What makes a violation milder.
    #[serde(default)]
    pub(crate) lowers_risk: Vec<RawRisk>,
    /// What the source names and metadata cannot decide.
    #[serde(default)]
    pub(crate) not_checkable: Vec<String>,
    /// One sentence for a finding; placeholders: {subject} {before} {after} {added} {removed} {grade}.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub(crate) message: Spanned<String>,
    /// Why it matters, in two to four sentences.
    pub(crate) why: String,
    /// What to do in Setup and in metadata.
    pub(crate) remediation: String,
    /// Where the reading differs from the source page, and why.
    #[serde(default)]
    pub(crate) interpretation: Option<String>,
    /// The safe value that `orgate fix` writes.
    #[serde(default)]
    pub(crate) fix: Option<RawFix>,
    /// The control of the other app family that decides the same.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub(crate) twin: Option<Spanned<String>>,
    /// Small metadata on both sides and the outcome; they run as tests.
    #[cfg_attr(feature = "schema", schemars(with = "Vec<RawExample>"))]
    pub(crate) examples: Vec<Spanned<RawExample>>,
}
