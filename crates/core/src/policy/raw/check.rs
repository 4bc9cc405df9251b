//! Checks as written.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::RawCondition;
use crate::yaml::Spanned;

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
    /// As API names, of which no two differ only in case.
    Names,
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
    /// The fields mean different things: a text in one of them is another member than the same text in another one.
    #[serde(default)]
    pub(crate) apart: bool,
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
