//! Examples of controls as the files they would be in a repository.

use std::fmt::Write as _;
use std::sync::Arc;

use orgate_core::{Component, Element, Registry};

use crate::tree::Tree;

const ROOT: &str = "force-app/main/default";

/// Writes the components of one side of an example, each where Salesforce's own tools would put it.
pub fn tree(components: &[Arc<Component>], registry: &Registry) -> Tree {
    let mut tree = Tree::default();
    for component in components {
        let spec = registry.get(&component.type_name).expect("a known type");
        let stem = spec.member.as_deref().unwrap_or(&component.name);
        let mut path = format!("{ROOT}/{}/{stem}.{}-meta.xml", spec.folder, spec.suffix);
        // Examples may hold two files of one type for one app.
        while tree.files.contains_key(path.as_bytes()) {
            path = path.replace(&format!("/{}/", spec.folder), &format!("/{}/more/", spec.folder));
        }
        let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        element(&component.root, 0, " xmlns=\"http://soap.sforce.com/2006/04/metadata\"", &mut text);
        tree.put(&path, text);
    }
    tree
}

fn element(element_: &Element, depth: usize, attributes: &str, text: &mut String) {
    let indent = "    ".repeat(depth);
    let name = &element_.name;
    let nil = if element_.nil {
        " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:nil=\"true\""
    } else {
        ""
    };
    if element_.nil {
        let _ = writeln!(text, "{indent}<{name}{attributes}{nil}/>");
    } else if element_.children.is_empty() {
        let _ = writeln!(text, "{indent}<{name}{attributes}>{}</{name}>", escape(&element_.text));
    } else {
        let _ = writeln!(text, "{indent}<{name}{attributes}>");
        for child in &element_.children {
            element(child, depth + 1, "", text);
        }
        let _ = writeln!(text, "{indent}</{name}>");
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
