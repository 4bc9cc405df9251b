//! Gives an example as written its components.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::element::{Component, Element, Span};
use crate::lexical;
use crate::path::RepoPath;
use crate::policy::example::{APP, Example};
use crate::policy::problem::{Problem, unknown_field, unknown_type};
use crate::policy::raw::{Node, RawExample};
use crate::registry::{Join, Registry, TypeSpec};
use crate::score::Score;
use crate::world::Facts;
use crate::yaml::Spanned;

/// Compiles one example. `None` when it has problems; they are in `problems`, without the file's name.
pub(super) fn example(raw: Spanned<RawExample>, registry: &Registry, problems: &mut Vec<Problem>) -> Option<Example> {
    let before = problems.len();
    let mut builder = Builder {
        registry,
        place: Spanned {
            value: (),
            referenced: raw.referenced,
            defined: raw.defined,
        },
        problems,
        next: 0,
    };
    let raw = raw.value;
    let base = raw.base.map(|files| builder.components(files));
    let head = raw.head.map(|files| builder.components(files));
    if base.is_none() && head.is_none() {
        builder.problem("an example needs `base` or `head`".to_owned());
    }
    let line = builder.place.referenced.line();
    if problems.len() > before {
        return None;
    }
    let facts = raw.settings.unwrap_or_default();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "scores lie in 0.0 to 10.0, other numbers can only fail the example"
    )]
    let score = raw.score.map(|score| Score::from_hundredths((score * 100.0).round() as u16));
    Some(Example {
        name: raw.name,
        line,
        base,
        head,
        expect: raw.expect,
        score,
        raises: raw.raises,
        lowers: raw.lowers,
        facts: Facts::new(facts.apps, facts.users),
    })
}

/// Builds components from what stands in one example, which is the place of all problems.
struct Builder<'a> {
    registry: &'a Registry,
    place: Spanned<()>,
    problems: &'a mut Vec<Problem>,
    /// Position of the next element: there is no text whose bytes could be counted.
    next: u32,
}

impl Builder<'_> {
    fn problem(&mut self, message: String) {
        self.problems.push(Problem::at(&self.place, message));
    }

    /// The components of one side, by `Type` or `Type:Name`.
    fn components(&mut self, files: BTreeMap<String, Node>) -> Vec<Arc<Component>> {
        let mut made = Vec::new();
        for (key, node) in files {
            let (type_name, name) = key.split_once(':').unwrap_or((&key, ""));
            match self.registry.get(type_name) {
                Some(spec) => made.push(Arc::new(self.component(spec, name, &node))),
                None => self.problem(unknown_type(type_name, self.registry)),
            }
        }
        made
    }

    fn component(&mut self, spec: &TypeSpec, name: &str, node: &Node) -> Component {
        self.next = 0;
        let mut root = self.element(spec, &spec.name, "", node);
        if let Join::Element(join) = &spec.join
            && root.children_named(join).next().is_none()
        {
            root.children.push(Element::unplaced(join, APP, Vec::new()));
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

    /// The element `name`, whose place below the root is `path`: empty for the root itself.
    fn element(&mut self, spec: &TypeSpec, name: &str, path: &str, node: &Node) -> Element {
        let start = self.next;
        self.next = self.next.saturating_add(1);
        let mut text = String::new();
        let mut children = Vec::new();
        match node {
            Node::Text(written) => lexical::trim(written).clone_into(&mut text),
            Node::List(_) => self.problem(format!("`{name}` is a list inside a list")),
            Node::Block(block) => {
                for (child, value) in block {
                    let below = if path.is_empty() {
                        child.clone()
                    } else {
                        format!("{path}/{child}")
                    };
                    if spec.field(&below).is_none() {
                        self.problem(unknown_field(&below, spec));
                        continue;
                    }
                    let values = match value {
                        Node::List(list) => list.as_slice(),
                        one => std::slice::from_ref(one),
                    };
                    for value in values {
                        children.push(self.element(spec, child, &below, value));
                    }
                }
            }
        }
        Element {
            name: name.into(),
            span: Span { start, end: self.next },
            text,
            nil: false,
            children,
        }
    }
}
