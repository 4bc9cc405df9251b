//! Changes that change nothing: another layout, another order, another place.

use std::fmt::Write as _;

use crate::tree::Tree;

/// A change of whole trees that must not change what is found.
pub type Transform = fn(&Tree) -> Tree;

fn content(tree: &Tree, change: impl Fn(&[u8]) -> Vec<u8>) -> Tree {
    tree.map(|path, bytes| (path.to_vec(), change(bytes)))
}

fn is_text(bytes: &[u8]) -> bool {
    bytes.starts_with(b"<") && std::str::from_utf8(bytes).is_ok()
}

/// Windows line ends, everywhere.
pub fn crlf(tree: &Tree) -> Tree {
    content(tree, |bytes| {
        let text = String::from_utf8_lossy(bytes).replace("\r\n", "\n");
        text.replace('\n', "\r\n").into_bytes()
    })
}

/// A byte order mark in front.
pub fn byte_order_mark(tree: &Tree) -> Tree {
    content(tree, |bytes| {
        if is_text(bytes) {
            [b"\xef\xbb\xbf", bytes].concat()
        } else {
            bytes.to_vec()
        }
    })
}

/// Tabs instead of blanks at the start of lines.
pub fn tabs(tree: &Tree) -> Tree {
    content(tree, |bytes| {
        let text = String::from_utf8_lossy(bytes);
        let line = |line: &str| {
            let rest = line.trim_start_matches(' ');
            format!("{}{rest}", "\t".repeat((line.len() - rest.len()).div_ceil(4)))
        };
        text.split('\n').map(line).collect::<Vec<_>>().join("\n").into_bytes()
    })
}

/// A comment behind every line that ends with a tag.
pub fn comments(tree: &Tree) -> Tree {
    content(tree, |bytes| {
        let text = String::from_utf8_lossy(bytes);
        let line = |line: &str| {
            if line.ends_with('>') {
                format!("{line}<!-- {} -->", line.len())
            } else {
                line.to_owned()
            }
        };
        text.split('\n').map(line).collect::<Vec<_>>().join("\n").into_bytes()
    })
}

/// Every file lies in another package directory.
pub fn elsewhere(tree: &Tree) -> Tree {
    tree.map(|path, bytes| {
        // No package directory of the generated projects holds `src`: what a deploy may leave out stays so.
        let folder: &[u8] = if path.starts_with(b"src/") {
            b"outside/"
        } else {
            b"packages/more/"
        };
        ([folder, path].concat(), bytes.to_vec())
    })
}

/// The settings and policies files of External Client Apps have other names.
pub fn renamed(tree: &Tree) -> Tree {
    const FREE: [&[u8]; 4] = [b".ecaGlblOauth", b".ecaOauth", b".ecaOauthPlcy", b".ecaPlcy"];
    tree.map(|path, bytes| {
        let plain = path.strip_suffix(b"-meta.xml").unwrap_or(path);
        let at = path.iter().rposition(|byte| *byte == b'/').map_or(0, |at| at + 1);
        let (folder, name) = path.split_at(at);
        let free = FREE.iter().any(|suffix| plain.ends_with(suffix));
        let new = if free {
            [folder, b"another_name_of_", name].concat()
        } else {
            path.to_vec()
        };
        (new, bytes.to_vec())
    })
}

/// Written anew by another XML library, with the elements of every file in the opposite order.
pub fn reversed(tree: &Tree) -> Tree {
    content(tree, |bytes| {
        let text = String::from_utf8_lossy(bytes).into_owned();
        let text = text.trim_start_matches('\u{feff}');
        let Ok(document) = roxmltree::Document::parse(text) else {
            return bytes.to_vec();
        };
        let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        write(document.root_element(), true, &mut out);
        out.push('\n');
        out.into_bytes()
    })
}

fn write(node: roxmltree::Node<'_, '_>, root: bool, out: &mut String) {
    let name = node.tag_name().name();
    let _ = write!(out, "<{name}");
    let space = node.tag_name().namespace().unwrap_or_default();
    let parent = node
        .parent_element()
        .and_then(|parent| parent.tag_name().namespace())
        .unwrap_or_default();
    if root && !space.is_empty() || !root && space != parent {
        let _ = write!(out, " xmlns=\"{space}\"");
    }
    for (number, attribute) in node.attributes().enumerate() {
        match attribute.namespace() {
            Some(space) => {
                let _ = write!(
                    out,
                    " xmlns:n{number}=\"{space}\" n{number}:{}=\"{}\"",
                    attribute.name(),
                    escape(attribute.value())
                );
            }
            None => {
                let _ = write!(out, " {}=\"{}\"", attribute.name(), escape(attribute.value()));
            }
        }
    }
    out.push('>');
    let mut children: Vec<_> = node.children().filter(roxmltree::Node::is_element).collect();
    children.reverse();
    if children.is_empty() {
        let text: String = node
            .children()
            .filter_map(|child| if child.is_text() { child.text() } else { None })
            .collect();
        out.push_str(&escape(&text));
    }
    for child in children {
        out.push('\n');
        write(child, false, out);
    }
    let _ = write!(out, "</{name}>");
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// Files that have nothing to do with any control, and an app that stays as it is.
pub fn with_unrelated(tree: &Tree) -> Tree {
    let mut tree = tree.clone();
    tree.put("docs/notes.md", "x\n");
    tree.put("force-app/main/default/classes/Helper.cls", "public class Helper {}\n");
    tree.put("config/pom.xml", "<project><a/></project>\n");
    tree.put(
        "force-app/main/default/connectedApps/Unrelated.connectedApp-meta.xml",
        crate::sample::connected_app(true),
    );
    tree
}
