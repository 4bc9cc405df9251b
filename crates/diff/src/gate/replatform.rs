//! Connected Apps that a change replaces by External Client Apps: evidently the same client, so compared as one.

use std::collections::BTreeMap;
use std::sync::Arc;

use orgate_core::world::{Facts, Subject};
use orgate_core::{Component, Element, SubjectKind};

use super::side::Side;
use super::touched::Touched;

/// New app to old app.
#[derive(Debug, Default)]
pub(super) struct Replatformed {
    by_new: BTreeMap<String, String>,
}

impl Replatformed {
    /// Finds Connected Apps that are only in base and External Client Apps that are only in head, and pairs those that
    /// share their name, their consumer key, or their label and a callback, or that settings declare.
    pub(super) fn find(touched: &Touched, base: &Side<'_>, head: &Side<'_>, facts: &Facts) -> Self {
        let names = |kind: SubjectKind| {
            touched
                .subjects
                .iter()
                .filter(move |(of, _)| *of == kind)
                .map(|(_, name)| name.as_str())
        };
        let gone: Vec<&str> = names(SubjectKind::ConnectedApp)
            .filter(|name| head.subject_files(SubjectKind::ConnectedApp, name).is_empty())
            .collect();
        if gone.is_empty() {
            return Self::default();
        }
        let fresh: Vec<&str> = names(SubjectKind::ExternalClientApp)
            .filter(|name| {
                base.subject_files(SubjectKind::ExternalClientApp, name).is_empty()
                    && !head.subject_files(SubjectKind::ExternalClientApp, name).is_empty()
            })
            .collect();
        let mut by_new = BTreeMap::new();
        for old in gone {
            let before = base.subject_files(SubjectKind::ConnectedApp, old);
            let declared = facts.apps.get(old).and_then(|app| app.replaced_by.as_deref());
            let same = fresh.iter().find(|new| {
                if by_new.contains_key(**new) {
                    return false;
                }
                if let Some(declared) = declared {
                    return declared == **new;
                }
                **new == old || alike(&before, &head.subject_files(SubjectKind::ExternalClientApp, new))
            });
            if let Some(new) = same {
                by_new.insert((*new).to_owned(), old.to_owned());
            }
        }
        Self { by_new }
    }

    /// Old and new names.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.by_new.iter().map(|(new, old)| (old.as_str(), new.as_str()))
    }

    /// The app that this one replaces.
    pub(super) fn old_name(&self, head: &Subject) -> Option<&str> {
        if head.kind == SubjectKind::ExternalClientApp {
            self.by_new.get(&head.name).map(String::as_str)
        } else {
            None
        }
    }
}

fn alike(old: &[Arc<Component>], new: &[Arc<Component>]) -> bool {
    let texts = |components: &[Arc<Component>], name: &str| {
        let mut found = Vec::new();
        for component in components {
            collect(&component.root, name, &mut found);
        }
        found
    };
    let share = |name: &str| {
        let before = texts(old, name);
        texts(new, name).iter().any(|text| !text.is_empty() && before.contains(text))
    };
    share("consumerKey") || (share("label") && share_line(&texts(old, "callbackUrl"), &texts(new, "callbackUrl")))
}

fn share_line(old: &[String], new: &[String]) -> bool {
    let lines = |texts: &[String]| {
        texts
            .iter()
            .flat_map(|text| orgate_core::lexical::split_lines(text).map(str::to_owned).collect::<Vec<_>>())
            .collect::<Vec<_>>()
    };
    let before = lines(old);
    lines(new).iter().any(|line| before.contains(line))
}

fn collect(element: &Element, name: &str, found: &mut Vec<String>) {
    if &*element.name == name {
        found.push(element.text.clone());
    }
    for child in &element.children {
        collect(child, name, found);
    }
}
