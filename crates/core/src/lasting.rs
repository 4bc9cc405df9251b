//! What merely leaves source stays in the org: a deploy deletes nothing that is missing, and of some types it changes
//! only what a file lists.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::compare::{Comparison, Outcome, compare};
use crate::element::{Component, Element};
use crate::judge::{TooManyAlternatives, judge};
use crate::policy::Control;
use crate::registry::Registry;
use crate::world::{Facts, Subject, World};

/// Head with what it no longer says and base did.
struct Lasting<'a> {
    base: &'a dyn World,
    head: &'a dyn World,
}

impl Lasting<'_> {
    fn together(&self, type_name: &str, base: Vec<Arc<Component>>, head: Vec<Arc<Component>>) -> Vec<Arc<Component>> {
        let overlay = self.registry().get(type_name).is_some_and(|spec| spec.overlay);
        let there: BTreeSet<String> = head.iter().map(|component| component.name.clone()).collect();
        let mut all = head;
        if overlay {
            for component in &mut all {
                let before = base.iter().find(|before| before.name == component.name);
                if let Some(before) = before.filter(|before| before.root != component.root) {
                    *component = Arc::new(laid_over(before, component));
                }
            }
        }
        all.extend(base.into_iter().filter(|component| !there.contains(&component.name)));
        all
    }
}

impl World for Lasting<'_> {
    fn registry(&self) -> &Registry {
        self.head.registry()
    }

    fn components(&self, type_name: &str) -> Vec<Arc<Component>> {
        self.together(type_name, self.base.components(type_name), self.head.components(type_name))
    }

    fn named(&self, type_name: &str, name: &str) -> Vec<Arc<Component>> {
        self.together(type_name, self.base.named(type_name, name), self.head.named(type_name, name))
    }

    fn blind(&self, type_name: &str, name: Option<&str>) -> bool {
        self.head.blind(type_name, name)
    }

    fn replaced(&self, component: &Component, element: &Element) -> Option<String> {
        self.head.replaced(component, element)
    }

    fn rewritten(&self, component: &Component) -> Option<String> {
        self.head.rewritten(component)
    }
}

/// A component as it is after a deploy that changes only what `after` lists. Blocks with a `name` are told apart by it
/// (permissions); others are listed all together or not at all (address ranges).
fn laid_over(before: &Component, after: &Component) -> Component {
    let key = |element: &Element| {
        let name = element.children_named("name").next().map(|name| name.text.clone());
        (Arc::clone(&element.name), name)
    };
    let listed: BTreeSet<_> = after.root.children.iter().map(key).collect();
    let mut component = after.clone();
    let left = before.root.children.iter().filter(|element| !listed.contains(&key(element)));
    component.root.children.extend(left.cloned());
    component
}

/// Takes back that the risk rose where it rose only because something is no longer in source: it is not known any more,
/// which is not the same as lost.
///
/// `head` is the subject at head; the worlds are those it was judged in.
///
/// # Errors
/// [`TooManyAlternatives`] as [`judge`].
pub fn settle(
    comparison: Comparison,
    control: &Control,
    head: Option<&Subject>,
    (before, after): (&dyn World, &dyn World),
    facts: &Facts,
) -> Result<Comparison, TooManyAlternatives> {
    let (Outcome::Worsened, Some(subject)) = (comparison.outcome, head) else {
        return Ok(comparison);
    };
    let lasting = Lasting { base: before, head: after };
    let kept = compare(control, comparison.base.clone(), Some(judge(control, subject, &lasting, facts)?));
    Ok(match kept.outcome {
        Outcome::Worsened => Comparison {
            roles: kept.roles,
            ..comparison
        },
        _ => Comparison {
            outcome: Outcome::Unchanged,
            ..comparison
        },
    })
}
