//! Which elements of a type's components a change changes: a control that reads none of them has nothing new to say
//! about other subjects, and need not read theirs.

use std::collections::BTreeSet;
use std::sync::Arc;

use orgate_core::{Control, Element};

type Path = Vec<Arc<str>>;

/// See the module. More than what changed is never wrong, only slower.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Extent {
    /// Components came, went or moved, or what is deployed of them is not what is written.
    Whole,
    /// Elements of components that stay where they are, by the names of elements below the root.
    Elements(BTreeSet<Path>),
}

impl Extent {
    /// Adds what differs between two versions of a component.
    pub(super) fn add(&mut self, before: &Element, after: &Element) {
        if let Self::Elements(found) = self {
            differing(before, after, &mut Vec::new(), found);
        }
    }

    /// Adds another extent of the same type.
    pub(super) fn merge(&mut self, other: Self) {
        match (self, other) {
            (Self::Whole, _) => {}
            (Self::Elements(found), Self::Elements(more)) => found.extend(more),
            (whole, Self::Whole) => *whole = Self::Whole,
        }
    }

    /// Whether an element directly below the root changed.
    pub(super) fn has(&self, name: &str) -> bool {
        match self {
            Self::Whole => true,
            Self::Elements(found) => found.iter().any(|path| path.first().is_none_or(|first| &**first == name)),
        }
    }

    /// Whether a control can judge otherwise because of this.
    pub(super) fn concerns(&self, control: &Control, type_name: &str) -> bool {
        match self {
            Self::Whole => control.reads(type_name),
            Self::Elements(changed) => control.reads_any(type_name, &|read| {
                let meets = |changed: &Path| changed.iter().zip(read).all(|(a, b)| a == b);
                changed.iter().any(meets)
            }),
        }
    }
}

/// Collects the paths at which two elements of the same place differ.
fn differing(before: &Element, after: &Element, path: &mut Path, found: &mut BTreeSet<Path>) {
    if before.same_content(after) {
        return;
    }
    if before.nil != after.nil || before.children.is_empty() || after.children.is_empty() {
        found.insert(path.clone());
        return;
    }
    let names: BTreeSet<&Arc<str>> = before.children.iter().chain(&after.children).map(|child| &child.name).collect();
    for name in names {
        let (old, new): (Vec<_>, Vec<_>) = (before.children_named(name).collect(), after.children_named(name).collect());
        path.push(Arc::clone(name));
        if let ([old], [new]) = (old.as_slice(), new.as_slice()) {
            differing(old, new, path, found);
        } else if old.len() != new.len() || old.iter().zip(&new).any(|(old, new)| !old.same_content(new)) {
            found.insert(path.clone());
        }
        path.pop();
    }
}

#[cfg(test)]
mod tests {
    use orgate_core::Span;

    use super::*;

    fn element(name: &str, text: &str, children: &[Element]) -> Element {
        Element {
            name: name.into(),
            span: Span::default(),
            text: text.to_owned(),
            nil: false,
            children: children.to_vec(),
        }
    }

    fn between(before: &[Element], after: &[Element]) -> Vec<String> {
        let mut extent = Extent::Elements(BTreeSet::new());
        extent.add(&element("App", "", before), &element("App", "", after));
        let Extent::Elements(found) = extent else {
            return vec!["whole".to_owned()];
        };
        found.iter().map(|path| path.join("/")).collect()
    }

    #[test]
    fn only_what_differs_is_found() {
        let one = |name: &str, text: &str| element(name, text, &[]);
        let block = |flag: &str| element("oauth", "", &[one("flag", flag), one("scope", "a"), one("scope", "b")]);
        assert_eq!(between(&[block("1"), one("label", "x")], &[one("label", "x"), block("1")]), [""; 0]);
        assert_eq!(between(&[block("1")], &[block("2")]), ["oauth/flag"]);
        assert_eq!(between(&[block("1")], &[block("1"), block("1")]), ["oauth"]);
        assert_eq!(between(&[block("1")], &[one("oauth", "")]), ["oauth"]);
        assert_eq!(between(&[block("1")], &[]), [""]);
        assert_eq!(between(&[block("1")], &[one("label", "x")]), ["label", "oauth"]);
        let shorter = element("oauth", "", &[one("flag", "1"), one("scope", "a")]);
        assert_eq!(between(&[block("1")], &[shorter]), ["oauth/scope"]);
        let nil = Element { nil: true, ..block("1") };
        assert_eq!(between(&[block("1")], &[nil]), ["oauth"]);
    }
}
