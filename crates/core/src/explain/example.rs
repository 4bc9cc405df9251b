//! An example of a control as the files it is about, and the lines in which base and head differ.

use std::sync::Arc;

use serde::Serialize;

use crate::compare::Outcome;
use crate::element::{Component, Element};
use crate::policy::{Control, Example};
use crate::registry::{FieldKind, Registry, TypeSpec};

/// Longer texts are cut: nobody reads a certificate in a diff.
const LONGEST_TEXT: usize = 60;

/// What became of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LineKind {
    /// In both.
    Same,
    /// Only at base.
    Removed,
    /// Only at head.
    Added,
}

/// One line of a diff.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DiffLine {
    /// What became of it.
    pub kind: LineKind,
    /// Without a line break.
    pub text: String,
}

/// One file of an example.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ExampleFile {
    /// Where it lies in source format.
    pub path: String,
    /// Base against head.
    pub lines: Vec<DiffLine>,
}

/// An example, for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ExamplePage {
    /// What is special about it.
    pub name: String,
    /// What the gate says.
    pub outcome: Outcome,
    /// The files that differ.
    pub files: Vec<ExampleFile>,
}

/// The example that shows the weak change: a regression, else what comes nearest to one.
pub(super) fn bad(control: &Control, registry: &Registry) -> Option<ExamplePage> {
    let wanted = [Outcome::Regressed, Outcome::Review, Outcome::Introduced, Outcome::Worsened];
    pick(control, registry, &wanted)
}

/// The example that shows the mend.
pub(super) fn good(control: &Control, registry: &Registry) -> Option<ExamplePage> {
    pick(control, registry, &[Outcome::Resolved, Outcome::Improved, Outcome::Unchanged])
}

/// The first example with the first of these outcomes that shows a difference.
fn pick(control: &Control, registry: &Registry, wanted: &[Outcome]) -> Option<ExamplePage> {
    wanted.iter().find_map(|outcome| {
        control
            .examples
            .iter()
            .filter(|example| example.expect == *outcome)
            .map(|example| page(example, registry))
            .find(|page| !page.files.is_empty())
    })
}

/// The files of an example whose text differs between the sides, in the order of their paths.
fn page(example: &Example, registry: &Registry) -> ExamplePage {
    let empty = Vec::new();
    let (base, head) = (example.base.as_ref().unwrap_or(&empty), example.head.as_ref().unwrap_or(&empty));
    let mut paths: Vec<_> = base.iter().chain(head).map(|component| &component.path).collect();
    paths.sort();
    paths.dedup();
    let mut files = Vec::new();
    for path in paths {
        let text = |side: &[Arc<Component>]| {
            side.iter()
                .find(|component| component.path == *path)
                .map(|component| lines(component, registry))
                .unwrap_or_default()
        };
        let (before, after) = (text(base), text(head));
        if before != after {
            files.push(ExampleFile {
                path: path.to_string(),
                lines: diff(&before, &after),
            });
        }
    }
    ExamplePage {
        name: example.name.clone(),
        outcome: example.expect,
        files,
    }
}

/// A component as the lines of its file. Secrets are not shown.
fn lines(component: &Component, registry: &Registry) -> Vec<String> {
    let mut lines = vec![r#"<?xml version="1.0" encoding="UTF-8"?>"#.to_owned()];
    let name = &component.type_name;
    lines.push(format!(r#"<{name} xmlns="http://soap.sforce.com/2006/04/metadata">"#));
    children(&component.root, "", 1, registry.get(name), &mut lines);
    lines.push(format!("</{name}>"));
    lines
}

fn children(element: &Element, path: &str, depth: usize, spec: Option<&TypeSpec>, lines: &mut Vec<String>) {
    let mut sorted: Vec<&Element> = element.children.iter().collect();
    sorted.sort_by(|a, b| a.name.cmp(&b.name));
    let indent = "    ".repeat(depth);
    for child in sorted {
        let below = if path.is_empty() {
            child.name.to_string()
        } else {
            format!("{path}/{}", child.name)
        };
        let field = spec.and_then(|spec| spec.field(&below));
        if child.children.is_empty() {
            let block = field.is_some_and(|field| field.kind == FieldKind::Block);
            if child.text.is_empty() || block {
                lines.push(format!("{indent}<{}/>", child.name));
            } else {
                let secret = field.is_some_and(|field| field.secret);
                let text = if secret { "(secret)".to_owned() } else { short(&child.text) };
                lines.push(format!("{indent}<{}>{}</{}>", child.name, text, child.name));
            }
        } else {
            lines.push(format!("{indent}<{}>", child.name));
            children(child, &below, depth.saturating_add(1), spec, lines);
            lines.push(format!("{indent}</{}>", child.name));
        }
    }
}

fn short(text: &str) -> String {
    let flat: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let cut = if flat.chars().count() > LONGEST_TEXT {
        let mut cut: String = flat.chars().take(LONGEST_TEXT).collect();
        cut.push('…');
        cut
    } else {
        flat
    };
    cut.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The lines of both sides, by their longest common subsequence. For small texts only.
fn diff(before: &[String], after: &[String]) -> Vec<DiffLine> {
    // lengths[i][j]: how many lines the rests from i and j have in common.
    let mut lengths = vec![vec![0_usize; after.len().saturating_add(1)]; before.len().saturating_add(1)];
    let at = |lengths: &[Vec<usize>], i: usize, j: usize| lengths.get(i).and_then(|row| row.get(j)).copied().unwrap_or_default();
    for (i, old) in before.iter().enumerate().rev() {
        for (j, new) in after.iter().enumerate().rev() {
            let value = if old == new {
                at(&lengths, i.saturating_add(1), j.saturating_add(1)).saturating_add(1)
            } else {
                at(&lengths, i.saturating_add(1), j).max(at(&lengths, i, j.saturating_add(1)))
            };
            if let Some(slot) = lengths.get_mut(i).and_then(|row| row.get_mut(j)) {
                *slot = value;
            }
        }
    }
    let mut lines = Vec::new();
    let mut push = |kind: LineKind, text: &str| {
        lines.push(DiffLine {
            kind,
            text: text.to_owned(),
        });
    };
    let (mut i, mut j) = (0, 0);
    loop {
        match (before.get(i), after.get(j)) {
            (Some(old), Some(new)) if old == new => {
                push(LineKind::Same, old);
                i = i.saturating_add(1);
                j = j.saturating_add(1);
            }
            (Some(old), new) if new.is_none() || at(&lengths, i.saturating_add(1), j) >= at(&lengths, i, j.saturating_add(1)) => {
                push(LineKind::Removed, old);
                i = i.saturating_add(1);
            }
            (_, Some(new)) => {
                push(LineKind::Added, new);
                j = j.saturating_add(1);
            }
            _ => return lines,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_line_goes_before_it_comes() {
        let text = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>();
        let shown: Vec<String> = diff(&text(&["a", "b", "c"]), &text(&["a", "x", "c", "d"]))
            .into_iter()
            .map(|line| {
                let mark = match line.kind {
                    LineKind::Same => ' ',
                    LineKind::Removed => '-',
                    LineKind::Added => '+',
                };
                format!("{mark}{}", line.text)
            })
            .collect();
        assert_eq!(shown, [" a", "-b", "+x", " c", "+d"]);
        assert!(diff(&[], &[]).is_empty());
    }
}
