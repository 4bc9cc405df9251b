//! Examples of a control: small metadata on both sides and the outcome they must have. They are documentation that
//! runs as tests.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::control::Control;
use crate::compare::{Comparison, Outcome, compare};
use crate::element::{Component, Element};
use crate::judge::{Judgement, TooManyAlternatives, judge};
use crate::lasting::settle;
use crate::registry::{Registry, SubjectKind};
use crate::score::Score;
use crate::subject::single;
use crate::truth::Truth;
use crate::world::{Facts, Subject, World};

/// The name of the app in every example.
pub(super) const APP: &str = "App";

/// An example, ready to run.
#[derive(Clone, Debug)]
pub struct Example {
    /// Says what is special about it.
    pub name: String,
    /// Line in its policy file.
    pub line: u64,
    /// The components at base; `None` when the subject does not exist there.
    pub base: Option<Vec<Arc<Component>>>,
    /// The components at head.
    pub head: Option<Vec<Arc<Component>>>,
    /// What must come out.
    pub expect: Outcome,
    pub(super) score: Option<Score>,
    pub(super) raises: Vec<String>,
    pub(super) lowers: Vec<String>,
    /// What its settings declare.
    pub facts: Facts,
}

impl Example {
    /// The same example with its sides exchanged, for tests of symmetry.
    #[must_use]
    pub fn swapped(&self) -> Self {
        Self {
            base: self.head.clone(),
            head: self.base.clone(),
            ..self.clone()
        }
    }

    /// Head against itself, for tests that nothing is found where nothing changed.
    #[must_use]
    pub fn still(&self) -> Self {
        Self {
            base: self.head.clone(),
            ..self.clone()
        }
    }

    /// Judges both sides and compares.
    ///
    /// # Errors
    /// [`TooManyAlternatives`] as [`judge`].
    pub fn compare(&self, control: &Control, registry: &Registry) -> Result<Comparison, TooManyAlternatives> {
        let world = |components| ExampleWorld {
            registry,
            components: Option::as_deref(components).unwrap_or_default(),
        };
        let (before, after) = (world(&self.base), world(&self.head));
        let subject_in = |components: &Option<Vec<_>>| components.as_ref().and_then(|all| subject(control, registry, all));
        let (base, head) = (subject_in(&self.base), subject_in(&self.head));
        let side = |subject: &Option<Subject>, world: &ExampleWorld<'_>| {
            let judged = subject.as_ref().map(|subject| judge(control, subject, world, &self.facts));
            judged.transpose()
        };
        let comparison = compare(control, side(&base, &before)?, side(&head, &after)?);
        settle(comparison, control, head.as_ref(), (&before, &after), &self.facts)
    }

    /// What the example gets wrong, in words; nothing when it holds.
    pub fn failures(&self, control: &Control, registry: &Registry) -> Vec<String> {
        let comparison = match self.compare(control, registry) {
            Ok(comparison) => comparison,
            Err(error) => return vec![error.to_string()],
        };
        let mut failures = Vec::new();
        if comparison.outcome != self.expect {
            let standing = |side: &Option<Judgement>| {
                side.as_ref().map_or("absent".to_owned(), |side| {
                    let whys: Vec<String> = side.whys.iter().map(ToString::to_string).collect();
                    format!("{} {}", side.standing.as_str(), whys.join("; ")).trim().to_owned()
                })
            };
            failures.push(format!(
                "expected {}, got {} (base {}, head {})",
                self.expect.as_str(),
                comparison.outcome.as_str(),
                standing(&comparison.base),
                standing(&comparison.head)
            ));
        }
        if let Some(expected) = self.score {
            let score = comparison.score(control);
            if score != expected {
                failures.push(format!("expected score {expected}, got {score}"));
            }
        }
        if let Some(head) = &comparison.head {
            failures.extend(missing(&self.raises, &control.raises_risk, &head.raises, "raises"));
            failures.extend(missing(&self.lowers, &control.lowers_risk, &head.lowers, "lowers"));
        }
        failures
    }
}

fn missing(expected: &[String], risks: &[super::Risk], truths: &[Truth], what: &str) -> Vec<String> {
    expected
        .iter()
        .filter(|name| {
            !risks
                .iter()
                .zip(truths)
                .any(|(risk, truth)| truth.is_true() && risk.name.as_deref() == Some(name.as_str()))
        })
        .map(|name| format!("`{name}` {what} no risk here"))
        .collect()
}

/// One side of an example; all of it can be read.
struct ExampleWorld<'a> {
    registry: &'a Registry,
    components: &'a [Arc<Component>],
}

impl World for ExampleWorld<'_> {
    fn registry(&self) -> &Registry {
        self.registry
    }
    fn components(&self, type_name: &str) -> Vec<Arc<Component>> {
        self.components
            .iter()
            .filter(|component| &*component.type_name == type_name)
            .map(Arc::clone)
            .collect()
    }
    fn blind(&self, _: &str, _: Option<&str>) -> bool {
        false
    }
    fn replaced(&self, _: &Component, _: &Element) -> Option<String> {
        None
    }
}

/// The subject that a control judges in an example.
fn subject(control: &Control, registry: &Registry, components: &[Arc<Component>]) -> Option<Subject> {
    if !control.per.is_empty() {
        let per = components.iter().find(|component| control.per.contains(&component.type_name))?;
        return Some(single(per));
    }
    let mut files: BTreeMap<Arc<str>, Vec<Arc<Component>>> = BTreeMap::new();
    for component in components {
        if registry
            .get(&component.type_name)
            .is_some_and(|spec| spec.subject == Some(control.subject))
        {
            files
                .entry(Arc::clone(&component.type_name))
                .or_default()
                .push(Arc::clone(component));
        }
    }
    let name = if control.subject == SubjectKind::Org { "org" } else { APP };
    Some(Subject {
        kind: control.subject,
        name: name.to_owned(),
        root: b"force-app/main/default".to_vec(),
        files,
        per: None,
    })
}
