//! The page of one control, as data that every format shows.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::example::ExamplePage;
use super::field::{FieldFacts, field};
use super::{example, flat, words};
use crate::compare::Outcome;
use crate::policy::{Catalog, Control, OnRemoval, Risk, Status};
use crate::registry::{Registry, SubjectKind};
use crate::score::{Score, Severity};

/// Facts about where a control comes from.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SourceFacts {
    /// Id in the coverage table.
    pub id: Option<String>,
    /// Exact name of the control on its page.
    pub control: Option<String>,
    /// Exact label of the recommended setting.
    pub recommended: Option<String>,
    /// Address of the page.
    pub page: Option<String>,
    /// The control of the other app family that this one follows.
    pub by_analogy_to: Option<String>,
    /// What it is grounded on where no page exists.
    pub grounds: Option<String>,
}

/// How bad a violation is.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RiskRange {
    /// Lower end of the range.
    pub min: Score,
    /// Upper end of the range.
    pub max: Score,
    /// Severity when only lowers-risk conditions hold.
    pub lowest: Severity,
    /// Severity when only raises-risk conditions hold.
    pub highest: Severity,
    /// The range is ours: no page gives one.
    pub estimated: bool,
}

/// A condition that moves the score.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RiskFacts {
    /// Its name, when it has one.
    pub condition: Option<String>,
    /// What it means.
    pub meaning: String,
    /// Why it matters.
    pub because: String,
}

/// A named condition that decides, with its meaning.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct ConditionFacts {
    /// Its name.
    pub name: String,
    /// What it means.
    pub meaning: String,
}

/// The safe value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FixFacts {
    /// `Type/path/below`.
    pub field: String,
    /// The value to write.
    pub to: String,
}

/// A control as a page.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Page {
    /// Names the weak state.
    pub id: String,
    /// The weak state in one line.
    pub title: String,
    /// Life cycle.
    pub status: Status,
    /// What it judges.
    pub subject: SubjectKind,
    /// Types whose components are judged one by one.
    pub per: Vec<String>,
    /// Kind of the check.
    pub check: &'static str,
    /// Where it comes from.
    pub source: SourceFacts,
    /// How bad a violation is.
    pub risk: RiskRange,
    /// When the control applies at all; always when absent.
    pub applies_when: Option<String>,
    /// What makes all well whatever else is read; nothing when absent.
    pub satisfied_when: Option<String>,
    /// When a violation counts on something new; always when absent.
    pub introduced_when: Option<String>,
    /// The removal of the component is a regression.
    pub removal_regresses: bool,
    /// What good is, in sentences.
    pub decides: Vec<String>,
    /// The named conditions in those sentences.
    pub conditions: Vec<ConditionFacts>,
    /// The fields it decides by.
    pub fields: Vec<FieldFacts>,
    /// What makes a violation worse.
    pub raises_risk: Vec<RiskFacts>,
    /// What makes it milder.
    pub lowers_risk: Vec<RiskFacts>,
    /// What metadata cannot decide.
    pub not_checkable: Vec<String>,
    /// Why it matters.
    pub why: String,
    /// How to mend it.
    pub remediation: String,
    /// Where our reading differs from the page.
    pub interpretation: Option<String>,
    /// The safe value.
    pub fix: Option<FixFacts>,
    /// The control of the other app family that decides the same.
    pub twin: Option<String>,
    /// References, as policies spell them.
    pub standards: Vec<String>,
    /// A change that makes it weaker.
    pub bad_example: Option<ExamplePage>,
    /// A change that mends it, or leaves it good.
    pub good_example: Option<ExamplePage>,
    /// What to write into `orgate.yaml` to accept a finding for a while.
    pub waiver: String,
}

/// A condition that nothing meets, in words.
pub(super) const NEVER: &str = "never";

impl Page {
    /// Whether a violation counts on something new, as a sentence; `None` where it always does.
    pub fn counts_when_new(&self) -> Option<String> {
        let clause = self.introduced_when.as_deref()?;
        Some(if clause == NEVER {
            "It never counts on something new.".to_owned()
        } else {
            format!("It counts on something new only when {clause}.")
        })
    }

    /// What [`Page::bad_example`] is, for its heading: not everything that is reported fails a change.
    pub fn bad_heading(&self) -> &'static str {
        let shown = self.bad_example.as_ref().is_some_and(|example| example.outcome == Outcome::Review);
        if shown || self.status == Status::Preview {
            "A change that is shown, and fails nothing"
        } else {
            "A change that fails"
        }
    }
}

/// The page of a control.
pub fn page(control: &Control, catalog: &Catalog, registry: &Registry) -> Page {
    let meanings: BTreeMap<String, String> = catalog.conditions().map(|condition| (condition.name, condition.meaning)).collect();
    let source = &control.source;
    let risks = |risks: &[Risk]| -> Vec<RiskFacts> {
        risks
            .iter()
            .map(|risk| RiskFacts {
                condition: risk.name.as_deref().map(str::to_owned),
                meaning: risk
                    .name
                    .as_deref()
                    .and_then(|name| meanings.get(name))
                    .map_or_else(|| words::condition(&risk.when), |meaning| flat(meaning)),
                because: flat(&risk.because),
            })
            .collect()
    };
    Page {
        id: control.id.to_string(),
        title: control.title.clone(),
        status: control.status,
        subject: control.subject,
        per: control.per.iter().map(ToString::to_string).collect(),
        check: control.check_kind(),
        source: SourceFacts {
            id: source.id.clone(),
            control: source.control.clone(),
            recommended: source.recommended.clone(),
            page: source.url(),
            by_analogy_to: source.by_analogy_to.clone(),
            grounds: source.grounds.clone(),
        },
        risk: RiskRange {
            min: source.range.min,
            max: source.range.max,
            lowest: source.range.min.severity(),
            highest: source.range.max.severity(),
            estimated: source.estimated,
        },
        applies_when: control.applies_when.as_ref().map(words::condition),
        satisfied_when: control.satisfied_when.as_ref().map(words::condition),
        introduced_when: control.introduced_when.as_ref().map(words::condition),
        removal_regresses: control.on_removal == OnRemoval::Regressed,
        decides: words::control(control),
        conditions: conditions(control, &meanings),
        fields: control.fields.iter().filter_map(|full| field(full, registry)).collect(),
        raises_risk: risks(&control.raises_risk),
        lowers_risk: risks(&control.lowers_risk),
        not_checkable: control.not_checkable.iter().map(|text| flat(text)).collect(),
        why: control.why.trim().to_owned(),
        remediation: control.remediation.trim().to_owned(),
        interpretation: control.interpretation.as_ref().map(|text| text.trim().to_owned()),
        fix: control.fix.as_ref().map(|fix| FixFacts {
            field: fix.field.clone(),
            to: fix.to.clone(),
        }),
        twin: control.twin.clone(),
        standards: control.standards.clone(),
        bad_example: example::bad(control, registry),
        good_example: example::good(control, registry),
        waiver: waiver(control),
    }
}

/// The named conditions that decide, each with its meaning. Those that only move the risk are told with the risk.
fn conditions(control: &Control, meanings: &BTreeMap<String, String>) -> Vec<ConditionFacts> {
    let mut names = BTreeSet::new();
    let mut note = |name: &str| _ = names.insert(name.to_owned());
    let surroundings = [
        &control.applies_when,
        &control.introduced_when,
        &control.unseen_when,
        &control.satisfied_when,
    ];
    for condition in control.check.conditions().into_iter().chain(surroundings.into_iter().flatten()) {
        condition.names(&mut note);
    }
    let known = names.into_iter().filter_map(|name| {
        let meaning = flat(meanings.get(&name)?);
        Some(ConditionFacts { name, meaning })
    });
    known.collect()
}

fn waiver(control: &Control) -> String {
    let subject = match (control.subject, control.per.first()) {
        (SubjectKind::Org, Some(per)) => format!("{per}:NAME"),
        (SubjectKind::Org, None) => "org".to_owned(),
        _ => "APP_NAME".to_owned(),
    };
    format!(
        "waivers:\n  - control: {}\n    subject: \"{subject}\"\n    reason: why this is acceptable, for whoever reads it next year\n    approved-by: who decided\n    expires: YYYY-MM-DD   # last day on which it counts, UTC",
        control.id
    )
}
