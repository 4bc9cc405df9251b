//! The YAML of a control as written. Nothing here is checked beyond its shape: [`super::compile`] gives it meaning.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::example::RawExample;
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
    /// What to take for a missing element. Only, and always, for fields whose default nobody documents.
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

/// The check, tagged by its kind.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) enum RawCheck {
    /// A condition that must hold.
    Require(Box<RawCondition>),
    /// Named weak states, weakest first; none is good.
    Grades(Vec<RawGrade>),
    /// A number that must not be larger.
    Limit(RawLimit),
    /// A value from an ordered list.
    Ranking(RawRanking),
    /// A set whose changes are compared.
    Members(RawMembers),
    /// Values without an order; any change is for a person.
    Review(RawReview),
}

/// A weak state with a name.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct RawGrade {
    /// Name of the weak state.
    pub(crate) name: String,
    /// When it holds.
    pub(crate) when: RawCondition,
}

/// A number and its limit.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct RawLimit {
    /// Where the number stands; the first field that is set counts.
    pub(crate) value: Vec<RawLimitValue>,
    /// The largest number that is still good.
    pub(crate) at_most: i64,
    /// Unit, for people.
    pub(crate) unit: String,
    /// What holds when no field is set.
    pub(crate) not_set: NotSet,
}

/// A field that can hold the number.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct RawLimitValue {
    /// The field.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub(crate) field: Spanned<String>,
    /// Numbers for the names of an enum.
    #[serde(default)]
    pub(crate) map: BTreeMap<String, i64>,
}

/// What a limit concludes when no file sets a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) enum NotSet {
    /// Nobody can tell.
    Undecided,
    /// Nothing to limit.
    Satisfied,
    /// No limit at all.
    Violated,
}

/// An order of values.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct RawRanking {
    /// The field.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub(crate) field: Spanned<String>,
    /// Its values, from strong to weak.
    pub(crate) strongest_first: Vec<RawRank>,
    /// The weakest value that is still good.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub(crate) weakest_allowed: Spanned<String>,
    /// What to take for a missing element whose default nobody documents.
    #[serde(default)]
    pub(crate) absent: Option<String>,
}

/// One rank of an order.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) enum RawRank {
    /// Exactly this value.
    Value(String),
    /// Values that match a pattern, under a name.
    Matching { name: String, matches: String },
}

/// How the members of a set are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, Default)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) enum WeakerWhen {
    /// A list of what is allowed or trusted: more is weaker.
    Added,
    /// A list of restrictions: fewer is weaker.
    Removed,
}

/// A set.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct RawMembers {
    /// The fields whose values are the members.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(with = "Vec<String>"))]
    pub(crate) from: Vec<Spanned<String>>,
    /// States that are members by their names, as long as they hold: switches that have no order among them.
    #[serde(default)]
    pub(crate) each: Vec<RawGrade>,
    /// Which change weakens the set.
    pub(crate) weaker_when: WeakerWhen,
    /// Members that are weak by themselves.
    #[serde(default)]
    pub(crate) weak: Vec<String>,
    /// Members that match this pattern are weak by themselves.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub(crate) weak_matching: Option<Spanned<String>>,
    /// Members that match this pattern are not weak, whatever `weak-matching` says.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub(crate) except: Option<Spanned<String>>,
    /// Only members that are weak by themselves count: another harmless one is no change.
    #[serde(default)]
    pub(crate) only_weak: bool,
    /// Members that make others redundant.
    #[serde(default)]
    pub(crate) covers: BTreeMap<String, Vec<String>>,
    /// Members that do not count.
    #[serde(default)]
    pub(crate) ignore: Vec<String>,
    /// How members are compared.
    #[serde(rename = "as", default)]
    pub(crate) kind: MemberKind,
    /// Element with the first address of a range.
    #[serde(default)]
    pub(crate) start: Option<String>,
    /// Element with the last address of a range.
    #[serde(default)]
    pub(crate) end: Option<String>,
}

/// Where a length of time stands.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct RawLength {
    /// The fields that give `kind:number:unit`, in one text or as three.
    #[cfg_attr(feature = "schema", schemars(with = "Vec<String>"))]
    pub(crate) of: Vec<Spanned<String>>,
    /// Hours of each unit.
    pub(crate) hours: BTreeMap<String, u32>,
    /// Kinds that end after their time.
    pub(crate) fixed: Vec<String>,
    /// Kinds whose time starts again at every use.
    #[serde(default)]
    pub(crate) renewed: Vec<String>,
}

/// Values without an order.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct RawReview {
    /// The fields whose change a person should look at.
    #[cfg_attr(feature = "schema", schemars(with = "Vec<String>"))]
    pub(crate) of: Vec<Spanned<String>>,
    /// How values are compared.
    #[serde(rename = "as", default)]
    pub(crate) kind: MemberKind,
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
