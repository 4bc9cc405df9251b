//! What else is in a snapshot, or no longer is, that an outcome rests on.

use std::sync::Arc;

use orgate_core::compare::{Comparison, Outcome, compare, still_held};
use orgate_core::judge::{TooManyAlternatives, judge};
use orgate_core::registry::{Join, Registry};
use orgate_core::subject::{Pair, single};
use orgate_core::world::World;
use orgate_core::{Component, Control, Element, SubjectKind};

use super::super::side::Side;
use super::Judging;

/// A side as it would be without the org settings of some types.
struct Without<'a> {
    side: &'a Side<'a>,
    types: &'a [Arc<str>],
}

impl World for Without<'_> {
    fn registry(&self) -> &Registry {
        self.side.registry()
    }

    fn components(&self, type_name: &str) -> Vec<Arc<Component>> {
        if self.types.iter().any(|gone| &**gone == type_name) {
            return Vec::new();
        }
        self.side.components(type_name)
    }

    fn named(&self, type_name: &str, name: &str) -> Vec<Arc<Component>> {
        self.side.named(type_name, name)
    }

    fn blind(&self, type_name: &str) -> bool {
        self.side.blind(type_name)
    }

    fn replaced(&self, component: &Component, element: &Element) -> Option<String> {
        self.side.replaced(component, element)
    }

    fn rewritten(&self, component: &Component) -> Option<String> {
        self.side.rewritten(component)
    }
}

impl Judging<'_> {
    /// Whether other components of head hold what this one no longer does.
    pub(super) fn held_elsewhere(&self, control: &Control, comparison: &Comparison) -> bool {
        still_held(control, comparison, || {
            let components = control.per.iter().flat_map(|type_name| self.head.components(type_name));
            components
                .filter_map(|component| self.judge_side(control, &single(&component), self.head).ok())
                .collect()
        })
    }

    /// The comparison without the org settings that leave source in this change, where an app got weaker and only they
    /// keep that from counting; with the reason. Org settings that are merely gone from source still count in the org,
    /// but whoever removes them also decides whether they do.
    pub(super) fn resting(&self, control: &Control, one: &Pair, known: &Comparison) -> Option<(Comparison, String)> {
        if control.subject == SubjectKind::Org || known.outcome.is_finding() || known.outcome == Outcome::Undecided {
            return None;
        }
        let mut types = Vec::new();
        let mut files = Vec::new();
        for spec in self
            .input
            .registry
            .types()
            .filter(|spec| spec.join == Join::Org && control.reads(&spec.name))
        {
            if let Some(path) = self.head.remembered(&spec.name) {
                types.push(Arc::clone(&spec.name));
                let name = String::from_utf8_lossy(path.file_name()).into_owned();
                files.push(name.strip_suffix("-meta.xml").map_or(name.clone(), str::to_owned));
            }
        }
        if types.is_empty() {
            return None;
        }
        // More alternatives than can be judged were told already.
        let bare = self.compare_without(control, one, &types).ok()?;
        let weaker = matches!(bare.outcome, Outcome::Regressed | Outcome::Introduced);
        let reason = || format!("rests on {}, which this change removes from source", files.join(" and "));
        weaker.then(|| (bare, reason()))
    }

    fn compare_without(&self, control: &Control, one: &Pair, types: &[Arc<str>]) -> Result<Comparison, TooManyAlternatives> {
        let world = |side| Without { side, types };
        let head = match &one.head {
            Some(head) => Some(judge(control, head, &world(self.head), &self.facts)?),
            None => None,
        };
        let mut worst: Option<Comparison> = None;
        for base in &one.base {
            let base = judge(control, base, &world(self.base), &self.facts)?;
            let comparison = compare(control, Some(base), head.clone());
            if worst.as_ref().is_none_or(|known| comparison.outcome < known.outcome) {
                worst = Some(comparison);
            }
        }
        Ok(worst.unwrap_or_else(|| compare(control, None, head)))
    }
}
