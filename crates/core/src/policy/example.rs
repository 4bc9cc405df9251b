//! Examples of a control: small metadata on both sides and the outcome they must have. They are documentation that
//! runs as tests.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};

use super::control::Control;
use super::problem::{Problem, nearest};
use crate::compare::{Comparison, Outcome, compare};
use crate::element::{Component, Element, Span};
use crate::judge::{TooManyAlternatives, judge};
use crate::lasting::settle;
use crate::path::RepoPath;
use crate::registry::{Join, Registry, SubjectKind, TypeSpec};
use crate::score::Score;
use crate::truth::Truth;
use crate::world::{AppFacts, Facts, Subject, UserFacts, World};
use crate::yaml::Spanned;

/// The name of the app in every example.
const APP: &str = "App";

/// A value, a list or a block, as written in an example.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Node {
    Text(String),
    List(Vec<Node>),
    Block(BTreeMap<String, Node>),
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Node {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Element".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "The text of an element, several of them, or the elements inside it.",
            "type": ["string", "boolean", "number", "array", "object", "null"]
        })
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Node;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text, a list or a block")
            }
            fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
                Ok(Node::Text(value.to_string()))
            }
            fn visit_i64<E>(self, value: i64) -> Result<Node, E> {
                Ok(Node::Text(value.to_string()))
            }
            fn visit_u64<E>(self, value: u64) -> Result<Node, E> {
                Ok(Node::Text(value.to_string()))
            }
            fn visit_f64<E>(self, value: f64) -> Result<Node, E> {
                Ok(Node::Text(value.to_string()))
            }
            fn visit_str<E>(self, value: &str) -> Result<Node, E> {
                Ok(Node::Text(value.to_owned()))
            }
            fn visit_unit<E>(self) -> Result<Node, E> {
                Ok(Node::Text(String::new()))
            }
            fn visit_none<E>(self) -> Result<Node, E> {
                Ok(Node::Text(String::new()))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Node, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = list.next_element()? {
                    items.push(item);
                }
                Ok(Node::List(items))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
                let mut block = BTreeMap::new();
                while let Some((key, value)) = map.next_entry::<String, Node>()? {
                    block.insert(key, value);
                }
                Ok(Node::Block(block))
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

#[derive(Clone, Debug, PartialEq, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct RawFacts {
    /// What is declared about apps, by name; the app of an example is called `App`.
    #[serde(default)]
    pub(crate) apps: BTreeMap<String, AppFacts>,
    /// What is declared about users, by username.
    #[serde(default)]
    pub(crate) users: BTreeMap<String, UserFacts>,
}

/// Small metadata on both sides, and what must come out.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct RawExample {
    /// What is special about it.
    pub(crate) name: String,
    /// Components at base, by `Type` or `Type:Name`; null where the subject does not exist.
    pub(crate) base: Option<BTreeMap<String, Node>>,
    /// Components at head; null where the subject is gone.
    pub(crate) head: Option<BTreeMap<String, Node>>,
    /// What must come out.
    pub(crate) expect: Outcome,
    /// The score that must come out.
    #[serde(default)]
    pub(crate) score: Option<f64>,
    /// Named conditions that must raise the risk.
    #[serde(default)]
    pub(crate) raises: Vec<String>,
    /// Named conditions that must lower the risk.
    #[serde(default)]
    pub(crate) lowers: Vec<String>,
    /// What `orgate.yaml` declares.
    #[serde(default)]
    pub(crate) settings: Option<RawFacts>,
}

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
    score: Option<Score>,
    raises: Vec<String>,
    lowers: Vec<String>,
    /// What its settings declare.
    pub facts: Facts,
}

pub(super) fn compile(raw: Spanned<RawExample>, registry: &Registry, problems: &mut Vec<Problem>) -> Option<Example> {
    let line = raw.referenced.line();
    let before = problems.len();
    let place = Spanned {
        value: (),
        referenced: raw.referenced,
        defined: raw.defined,
    };
    let mut side = |files: Option<BTreeMap<String, Node>>| {
        files.map(|files| {
            let mut made = Vec::new();
            for (key, node) in files {
                let (type_name, name) = key.split_once(':').unwrap_or((&key, ""));
                let Some(spec) = registry.get(type_name) else {
                    let near = nearest(type_name, registry.types().map(|spec| &*spec.name));
                    problems.push(Problem::at(&place, format!("unknown metadata type `{type_name}`{near}")));
                    continue;
                };
                made.push(Arc::new(component(spec, name, &node, &place, problems)));
            }
            made
        })
    };
    let (base, head) = (side(raw.value.base), side(raw.value.head));
    if base.is_none() && head.is_none() {
        problems.push(Problem::at(&place, "an example needs `base` or `head`".to_owned()));
    }
    if problems.len() > before {
        return None;
    }
    let facts = raw.value.settings.unwrap_or_default();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "scores lie in 0.0 to 10.0, other numbers can only fail the example"
    )]
    let score = raw.value.score.map(|score| Score::from_hundredths((score * 100.0).round() as u16));
    Some(Example {
        name: raw.value.name,
        line,
        base,
        head,
        expect: raw.value.expect,
        score,
        raises: raw.value.raises,
        lowers: raw.value.lowers,
        facts: Facts {
            apps: facts.apps,
            users: facts.users,
        },
    })
}

fn component(spec: &TypeSpec, name: &str, node: &Node, place: &Spanned<()>, problems: &mut Vec<Problem>) -> Component {
    let mut at = 0;
    let mut root = element(spec, &spec.name, "", node, &mut at, place, problems);
    if let Join::Element(join) = &spec.join
        && root.children_named(join).next().is_none()
    {
        root.children.push(Element {
            name: join.as_str().into(),
            span: Span::default(),
            text: APP.to_owned(),
            nil: false,
            children: Vec::new(),
        });
    }
    let name = match (&spec.member, name) {
        (Some(member), _) => member.clone(),
        (None, "") => APP.to_owned(),
        (None, name) => name.to_owned(),
    };
    let path = RepoPath::from(format!("force-app/main/default/{}/{name}.{}-meta.xml", spec.folder, spec.suffix).as_str());
    Component {
        type_name: Arc::clone(&spec.name),
        name,
        path,
        root,
        notes: Vec::new(),
    }
}

fn element(
    spec: &TypeSpec,
    name: &str,
    path: &str,
    node: &Node,
    at: &mut u32,
    place: &Spanned<()>,
    problems: &mut Vec<Problem>,
) -> Element {
    let start = *at;
    *at = at.saturating_add(1);
    let mut element = Element {
        name: name.into(),
        span: Span::default(),
        text: String::new(),
        nil: false,
        children: Vec::new(),
    };
    match node {
        Node::Text(text) => element.text.clone_from(&crate::lexical::trim(text).to_owned()),
        Node::List(_) => problems.push(Problem::at(place, format!("`{name}` is a list inside a list"))),
        Node::Block(children) => {
            for (child, value) in children {
                let below = if path.is_empty() {
                    child.clone()
                } else {
                    format!("{path}/{child}")
                };
                if spec.field(&below).is_none() {
                    let near = nearest(&below, spec.fields.keys().map(String::as_str));
                    problems.push(Problem::at(place, format!("type `{}` has no field `{below}`{near}", spec.name)));
                    continue;
                }
                let one = std::slice::from_ref(value);
                for value in if let Node::List(list) = value { list.as_slice() } else { one } {
                    element
                        .children
                        .push(self::element(spec, child, &below, value, at, place, problems));
                }
            }
        }
    }
    element.span = Span { start, end: *at };
    element
}

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
        return Some(Subject {
            kind: SubjectKind::Org,
            name: format!("{}:{}", per.type_name, per.name),
            root: Vec::new(),
            files: BTreeMap::from([(Arc::clone(&per.type_name), vec![Arc::clone(per)])]),
            per: Some(Arc::clone(per)),
        });
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
            let standing = |side: &Option<crate::judge::Judgement>| {
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
