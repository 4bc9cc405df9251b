//! Conditions: a closed set of tests over the fields of a subject, with three-valued results.
//!
//! A condition is typed when it is loaded ([`compile`]): a field that the registry does not know, a test that does
//! not fit the field's kind or a missing statement about absence is a load error. Evaluation ([`eval`]) can therefore
//! be total: it returns true, false or unknown, and never guesses.

pub(crate) mod compile;
mod eval;
pub(crate) mod find;
mod related;
pub(crate) mod value;

use std::collections::BTreeMap;
use std::slice;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::pattern::Pattern;
use crate::policy::raw::{ClientType, LooksLike};
use crate::registry::{Absent, FieldKind, FieldSpec, Registry};

/// Where a field is looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Scope {
    /// In the files of the subject.
    Subject,
    /// In the org settings of the same snapshot.
    Org,
    /// In the related component (or the one record of it) under consideration.
    Frame,
}

/// What evaluation needs to know of a field; the rest of its [`FieldSpec`] is documentation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Shape {
    pub(crate) kind: FieldKind,
    pub(crate) many: bool,
    pub(crate) absent: Option<Absent>,
    pub(crate) values: Vec<String>,
    pub(crate) secret: bool,
    /// What stands for the full name of a component that Salesforce ships, both in small letters.
    pub(crate) labels: BTreeMap<String, String>,
}

impl Shape {
    pub(crate) fn of(spec: &FieldSpec, registry: &Registry) -> Self {
        let named = spec.names.as_ref().and_then(|names| registry.get(names));
        let labels = named.into_iter().flat_map(|named| &named.labels);
        Self {
            kind: spec.kind,
            many: spec.many,
            absent: spec.absent.clone(),
            values: spec.values.clone(),
            secret: spec.secret,
            labels: labels.map(|(label, name)| (label.to_lowercase(), name.to_lowercase())).collect(),
        }
    }
}

/// What is called with a type and the names of elements below its root.
pub(crate) type Visit<'a> = dyn FnMut(&Arc<str>, &[Arc<str>]) + 'a;

/// A type and the names of elements below its root.
type Place = (Arc<str>, Arc<[Arc<str>]>);

fn place(full: &str) -> Place {
    let mut parts = full.split('/').map(Into::into);
    (parts.next().unwrap_or_default(), parts.collect())
}

/// A field that the registry knows.
#[derive(Clone, Debug)]
pub(crate) struct FieldRef {
    /// `Type/path/below`.
    pub(crate) full: Arc<str>,
    pub(crate) type_name: Arc<str>,
    /// Element names below the root.
    pub(crate) parts: Arc<[Arc<str>]>,
    pub(crate) shape: Arc<Shape>,
    pub(crate) scope: Scope,
    /// Where older API versions kept it.
    pub(crate) former: Arc<[Place]>,
}

impl FieldRef {
    /// Whether it holds several values by its nature.
    pub(crate) fn is_list(&self) -> bool {
        self.shape.many || matches!(self.shape.kind, FieldKind::Lines | FieldKind::Commas)
    }

    /// Calls `visit` with the type and the element, also where older API versions kept it.
    pub(crate) fn visit(&self, visit: &mut Visit<'_>) {
        visit(&self.type_name, &self.parts);
        for (type_name, parts) in &*self.former {
            visit(type_name, parts);
        }
    }

    /// A field by its full name, `Type/path/below`, and those it had.
    pub(crate) fn new(full: Arc<str>, shape: Arc<Shape>, scope: Scope, former: &[String]) -> Self {
        let (type_name, parts) = place(&full);
        Self {
            full,
            type_name,
            parts,
            shape,
            scope,
            former: former.iter().map(|full| place(full)).collect(),
        }
    }
}

/// A [`FieldRef`] without what follows from its name.
#[derive(Serialize, Deserialize)]
pub(crate) struct PackedField {
    full: Arc<str>,
    shape: Arc<Shape>,
    scope: Scope,
    former: Vec<String>,
}

impl From<PackedField> for FieldRef {
    fn from(packed: PackedField) -> Self {
        Self::new(packed.full, packed.shape, packed.scope, &packed.former)
    }
}

impl From<FieldRef> for PackedField {
    fn from(field: FieldRef) -> Self {
        let former = field
            .former
            .iter()
            .map(|(type_name, parts)| format!("{type_name}/{}", parts.join("/")));
        Self {
            former: former.collect(),
            full: field.full,
            shape: field.shape,
            scope: field.scope,
        }
    }
}

/// A compiled condition.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Condition {
    All(Vec<Condition>),
    Any(Vec<Condition>),
    Not(Box<Condition>),
    Always(bool),
    Named(Arc<str>, #[serde(with = "crate::pack::shared::named")] Arc<Condition>),
    /// Unknown becomes this value, because the author said so.
    Collapse(Box<Condition>, bool),
    Field(Box<FieldTest>),
    Exists(Box<Exists>),
    Record(Box<Record>),
    Declared(ClientType),
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct FieldTest {
    pub(crate) field: FieldRef,
    pub(crate) test: Test,
    /// What the author takes for a missing element whose default nobody documents.
    pub(crate) absent: Option<Arc<str>>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Test {
    OneOf(Vec<String>),
    Contains(String),
    Matches {
        pattern: Box<Pattern>,
        except: Option<Box<Pattern>>,
    },
    Present(bool),
    AtLeast(i64),
    AtMost(i64),
    LooksLike(LooksLike),
}

/// How related components are found.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Link {
    /// Every component of the type; for a type of the subject itself, the subject's files.
    Any,
    /// Components whose element (a field in the frame's scope) names the subject.
    By(FieldRef),
    /// Components whose name the subject's element lists.
    ListedIn(FieldRef),
    /// Components that `orgate.yaml` says the user named by this element holds.
    HeldBy(FieldRef),
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Exists {
    pub(crate) type_name: Arc<str>,
    /// The type belongs to the subject, so only its own files are looked at.
    pub(crate) own: bool,
    pub(crate) link: Link,
    pub(crate) condition: Option<Condition>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Record {
    pub(crate) block: FieldRef,
    pub(crate) condition: Condition,
}

impl Condition {
    /// The conditions that this one is made of, directly.
    pub(crate) fn parts(&self) -> &[Self] {
        match self {
            Self::All(list) | Self::Any(list) => list,
            Self::Not(inner) | Self::Collapse(inner, _) => slice::from_ref(inner),
            Self::Named(_, inner) => slice::from_ref(inner),
            Self::Exists(exists) => exists.condition.as_slice(),
            Self::Record(record) => slice::from_ref(&record.condition),
            Self::Field(_) | Self::Always(_) | Self::Declared(_) => &[],
        }
    }

    /// Calls `visit` for everything the condition reads: a type, and the element below its root; no element where
    /// components are only counted.
    pub(crate) fn reads(&self, visit: &mut Visit<'_>) {
        match self {
            Self::Field(test) => test.field.visit(visit),
            Self::Record(record) => record.block.visit(visit),
            Self::Exists(exists) => {
                visit(&exists.type_name, &[]);
                match &exists.link {
                    Link::Any => {}
                    Link::By(field) | Link::ListedIn(field) | Link::HeldBy(field) => field.visit(visit),
                }
            }
            _ => {}
        }
        self.parts().iter().for_each(|part| part.reads(visit));
    }

    /// Calls `visit` for every field that is tested; not for those by which related components are found.
    pub(crate) fn tested(&self, visit: &mut dyn FnMut(&FieldRef)) {
        if let Self::Field(test) = self {
            visit(&test.field);
        }
        self.parts().iter().for_each(|part| part.tested(visit));
    }

    /// Calls `visit` for every named condition that is used directly, not for those within named ones.
    pub(crate) fn names(&self, visit: &mut dyn FnMut(&str)) {
        match self {
            Self::Named(name, _) => visit(name),
            _ => self.parts().iter().for_each(|part| part.names(visit)),
        }
    }

    /// The name under which the condition is listed, for a condition that is just a name.
    pub(crate) fn name(&self) -> Option<&Arc<str>> {
        match self {
            Self::Named(name, _) => Some(name),
            _ => None,
        }
    }
}
