//! A compiled control: what is good, how bad it is when it is not, why, and how to mend it.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::raw::{MemberKind, OnRemoval, Status};
use crate::check::{Check, Lengths};
use crate::condition::{Condition, Visit};
use crate::registry::SubjectKind;
use crate::score::ScoreRange;

pub use super::example::Example;

/// Facts of the source page that a control rests on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Source {
    /// Id in the coverage table, for instance `CA-06`.
    pub id: Option<String>,
    /// Exact name of the control on its page.
    pub control: Option<String>,
    /// Exact label of the recommended setting.
    pub recommended: Option<String>,
    /// Slug of the page (`help.salesforce.com`, id `xcloud.<slug>`).
    pub page: Option<String>,
    /// The control of the other app family that this one follows, where the product has no page for it.
    pub by_analogy_to: Option<String>,
    /// What the control is grounded on, where no page exists.
    pub grounds: Option<String>,
    /// The page's estimate.
    pub range: ScoreRange,
    /// The range is ours: the page gives none.
    pub estimated: bool,
}

impl Source {
    /// Address of the page.
    pub fn url(&self) -> Option<String> {
        self.page
            .as_ref()
            .map(|page| format!("https://help.salesforce.com/s/articleView?id=xcloud.{page}.htm&type=5"))
    }
}

/// A condition that raises or lowers the risk of a violated control.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Risk {
    pub(crate) when: Condition,
    /// Why, as a clause.
    pub because: String,
    /// Name of the condition, when it is a named one.
    pub name: Option<Arc<str>>,
}

/// The safe value that puts a control right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fix {
    /// `Type/path/below`.
    pub field: String,
    /// The value to write.
    pub to: String,
}

/// A named condition, for documentation.
#[derive(Clone, Debug)]
pub struct NamedCondition {
    /// Its name.
    pub name: String,
    /// What it means.
    pub meaning: String,
}

/// One control.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Control {
    /// Names the weak state; also the file's name.
    pub id: Arc<str>,
    /// The weak state in one line.
    pub title: String,
    /// Life cycle.
    pub status: Status,
    /// What it judges.
    pub subject: SubjectKind,
    /// Types whose components are judged one by one (only for the org).
    pub per: Vec<Arc<str>>,
    /// Where it comes from.
    pub source: Source,
    /// References such as `rfc:7636`, `cwe:294`, `asvs:5.0.0-10.4.6`.
    pub standards: Vec<String>,
    pub(crate) applies_when: Option<Condition>,
    pub(crate) check: Check,
    pub(crate) length: Option<Lengths>,
    pub(crate) satisfied_when: Option<Condition>,
    /// Fields of which one must have changed for a regression; empty for all that the check reads.
    pub decided_by: Vec<Arc<str>>,
    pub(crate) unseen_when: Option<Condition>,
    pub(crate) introduced_when: Option<Condition>,
    /// What the removal of the component means.
    pub on_removal: OnRemoval,
    /// What makes a violation worse.
    pub raises_risk: Vec<Risk>,
    /// What makes it milder.
    pub lowers_risk: Vec<Risk>,
    /// What the source names and metadata cannot decide.
    pub not_checkable: Vec<String>,
    /// One sentence for a finding, with placeholders.
    pub message: String,
    /// Why it matters.
    pub why: String,
    /// How to mend it.
    pub remediation: String,
    /// Where our reading differs from the page, and why.
    pub interpretation: Option<String>,
    /// The safe value.
    pub fix: Option<Fix>,
    /// The control of the other app family that decides the same.
    pub twin: Option<String>,
    /// Examples; they run as tests. Only a control that was read from YAML has them, one from a pack has none.
    #[serde(skip)]
    pub examples: Vec<Example>,
    /// Types it reads, its own and related ones.
    pub(crate) reads: BTreeSet<Arc<str>>,
    /// Fields it decides by, for documentation.
    pub fields: Vec<String>,
}

impl Control {
    /// Whether any file of this type can change the judgement.
    pub fn reads(&self, type_name: &str) -> bool {
        self.reads.contains(type_name)
    }

    /// Whether the judgement reads an element of this type that `any` accepts, by the names of elements below the root.
    pub fn reads_any(&self, type_name: &str, any: &dyn Fn(&[Arc<str>]) -> bool) -> bool {
        let mut found = false;
        if self.reads(type_name) {
            self.visit(&mut |of, parts| found |= &**of == type_name && !parts.is_empty() && any(parts));
        }
        found
    }

    /// Calls `visit` for everything the judgement reads, as [`Condition::reads`] does.
    pub(crate) fn visit(&self, visit: &mut Visit<'_>) {
        self.check.reads(visit);
        let lengths = self.length.iter().flat_map(|length| &length.of);
        lengths.for_each(|field| field.visit(visit));
        let when = [&self.applies_when, &self.introduced_when, &self.unseen_when, &self.satisfied_when];
        let risks = self.raises_risk.iter().chain(&self.lowers_risk).map(|risk| &risk.when);
        for condition in when.into_iter().flatten().chain(risks) {
            condition.reads(visit);
        }
    }

    /// The kind of its check, as spelt in policies.
    pub fn check_kind(&self) -> &'static str {
        self.check.kind()
    }

    /// Whether it compares sets in which a member covers no other than those of its own key.
    pub fn compares_by_key(&self) -> bool {
        match &self.check {
            Check::Members(check) => check.kind != MemberKind::AddressRanges && check.covers.is_empty(),
            _ => false,
        }
    }

    /// Whether the check only asks a person to look.
    pub fn is_review(&self) -> bool {
        matches!(self.check, Check::Review(_))
    }

    /// Whether all its findings are notes, whatever their score: it only asks a person to look, or it is in preview.
    pub fn only_notes(&self) -> bool {
        self.is_review() || self.status == Status::Preview
    }
}
