//! From all elements of a document to those that the registry lists.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use orgate_core::registry::{FieldKind, FieldSpec, TypeSpec};
use orgate_core::{Element, Note, Span};

use super::error::{ReadErrorKind, quote};
use super::trimmed;
use crate::xml::Elem;

/// More remarks than this about one file help nobody.
const MOST_NOTES: usize = 100;

/// Keeps what `spec` lists below `root`, with remarks about what looks wrong but can be read.
///
/// # Errors
/// An element that holds a value but has elements inside, and where it stands.
pub(super) fn prune(root: Elem<'_>, spec: &TypeSpec) -> Result<(Element, Vec<Note>), (ReadErrorKind, Span)> {
    let mut pruner = Pruner {
        spec,
        path: String::new(),
        names: BTreeMap::new(),
        notes: Vec::new(),
    };
    let element = pruner.block(root)?;
    if pruner.notes.len() > MOST_NOTES {
        pruner.notes.truncate(MOST_NOTES);
        pruner.notes.push(Note {
            text: "there are more remarks of this kind, which are not listed".to_owned(),
            span: element.span,
        });
    }
    Ok((element, pruner.notes))
}

struct Pruner<'d, 's> {
    spec: &'s TypeSpec,
    /// Path below the root of the block whose children are looked at, with a `/` behind it unless empty.
    path: String,
    /// One shared copy of each name.
    names: BTreeMap<&'d str, Arc<str>>,
    notes: Vec<Note>,
}

type Pruned<T> = Result<T, (ReadErrorKind, Span)>;

impl<'d> Pruner<'d, '_> {
    fn note(&mut self, span: Span, text: impl FnOnce() -> String) {
        // One more than is shown, which tells that there are more.
        if self.notes.len() <= MOST_NOTES {
            self.notes.push(Note { text: text(), span });
        }
    }

    fn element(&mut self, elem: Elem<'d>) -> Element {
        let name = elem.name();
        let name = self.names.entry(name).or_insert_with(|| name.into());
        Element {
            name: Arc::clone(name),
            span: elem.span(),
            text: String::new(),
            nil: elem.is_nil(),
            children: Vec::new(),
        }
    }

    /// The root or a block: text is not expected, children are.
    fn block(&mut self, elem: Elem<'d>) -> Pruned<Element> {
        let mut element = self.element(elem);
        if elem.has_text() {
            self.note(elem.open_tag(), || {
                format!("`{}` holds elements; the text inside is not read", elem.name())
            });
        }
        let length = self.path.len();
        // Names already met, of elements that may occur once. Bounded by the registry.
        let mut once: Vec<&'d str> = Vec::new();
        let mut unknown = "";
        for child in elem.children() {
            let name = child.name();
            if name == unknown && child.space() == elem.space() {
                continue;
            }
            self.path.push_str(name);
            let field = self.spec.field(&self.path);
            match field {
                Some(_) if child.space() != elem.space() => {
                    return Err((ReadErrorKind::ForeignElement(quote(name)), child.open_tag()));
                }
                Some(field) => {
                    if !field.many {
                        if once.contains(&name) {
                            self.note(child.open_tag(), || format!("`{name}` may occur once, but stands here again"));
                        } else {
                            once.push(name);
                        }
                    }
                    let mut kept = self.field(child, field)?;
                    // Older API versions honour the old name, so it is read as what it is called now.
                    if let Some(successor) = self.successor(length, field) {
                        kept.name = successor.into();
                    }
                    element.children.push(kept);
                }
                None => {
                    if child.space() == elem.space() {
                        unknown = name;
                    }
                    self.path.truncate(length);
                    self.similar(child);
                }
            }
            self.path.truncate(length);
        }
        // Most blocks have two elements, for which room for four is set aside, and a profile has thousands.
        element.children.shrink_to_fit();
        Ok(element)
    }

    /// What an element of the block at hand is called now, where its old name means the same. The path of the block ends
    /// at `length`.
    fn successor<'f>(&self, length: usize, field: &'f FieldSpec) -> Option<&'f str> {
        let path = field.replaced_by.as_deref()?;
        let name = path.strip_prefix(self.path.get(..length)?)?;
        let same = self.spec.field(path).is_some_and(|other| other.kind == field.kind);
        (same && !name.contains('/')).then_some(name)
    }

    fn field(&mut self, elem: Elem<'d>, field: &FieldSpec) -> Pruned<Element> {
        if let Some(successor) = &field.replaced_by {
            self.note(elem.open_tag(), || {
                format!(
                    "`{}` is an old name that newer API versions do not have; they use `{successor}`",
                    elem.name()
                )
            });
        }
        if elem.is_nil() && (elem.has_children() || !trimmed(&elem.text()).is_empty()) {
            return Err((ReadErrorKind::NilWithContent(quote(elem.name())), elem.open_tag()));
        }
        if field.kind == FieldKind::Block {
            self.path.push('/');
            return self.block(elem);
        }
        if elem.has_children() {
            return Err((ReadErrorKind::Nested(quote(elem.name())), elem.open_tag()));
        }
        let mut element = self.element(elem);
        element.text = trimmed(&elem.text());
        Ok(element)
    }

    /// Names are case-sensitive, so one that differs in case says nothing to Salesforce; its author thinks it does.
    fn similar(&mut self, elem: Elem<'d>) {
        let name = elem.name();
        let meant = self
            .spec
            .fields
            .range::<str, _>((Bound::Included(self.path.as_str()), Bound::Unbounded))
            .map(|(path, _)| path.as_str())
            .map_while(|path| path.strip_prefix(self.path.as_str()))
            .find(|known| known.eq_ignore_ascii_case(name));
        if let Some(meant) = meant {
            self.note(elem.open_tag(), || {
                format!("unknown element `{name}`, not read; names are case-sensitive, perhaps `{meant}` is meant")
            });
        }
    }
}
