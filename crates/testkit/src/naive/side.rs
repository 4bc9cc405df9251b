//! Everything of one side, read with another XML library.

use std::collections::BTreeMap;

use crate::tree::Tree;

/// Texts by element name (`block/name` inside a block), of one choice among duplicates.
pub(super) type Facts = BTreeMap<String, Vec<String>>;

/// One file: type and everything it says.
#[derive(Clone, Debug)]
pub(super) struct File {
    pub(super) kind: String,
    pub(super) facts: Facts,
}

/// Everything of one side, by app.
#[derive(Debug, Default)]
pub(super) struct Side {
    pub(super) connected: BTreeMap<String, Vec<File>>,
    pub(super) external: BTreeMap<String, Vec<File>>,
    pub(super) settings: Vec<File>,
}

fn read(content: &[u8]) -> File {
    let text = std::str::from_utf8(content).expect("text");
    let document = roxmltree::Document::parse(text).expect("XML");
    let mut facts = Facts::new();
    let all = |node: roxmltree::Node<'_, '_>| -> String {
        node.children()
            .filter(roxmltree::Node::is_text)
            .filter_map(|child| child.text())
            .collect::<String>()
            .trim()
            .to_owned()
    };
    for child in document.root_element().children().filter(roxmltree::Node::is_element) {
        let name = child.tag_name().name();
        facts.entry(name.to_owned()).or_default().push(all(child));
        for inner in child.children().filter(roxmltree::Node::is_element) {
            facts
                .entry(format!("{name}/{}", inner.tag_name().name()))
                .or_default()
                .push(all(inner));
        }
    }
    File {
        kind: document.root_element().tag_name().name().to_owned(),
        facts,
    }
}

impl Side {
    /// Reads everything.
    pub(super) fn of(tree: &Tree) -> Self {
        let mut side = Self::default();
        for (path, content) in tree.files.iter().filter(|(path, _)| !path.ends_with(b".json")) {
            let path = String::from_utf8_lossy(path);
            let stem = path
                .rsplit('/')
                .next()
                .and_then(|name| name.split('.').next())
                .unwrap_or_default()
                .to_owned();
            let file = read(content);
            match file.kind.as_str() {
                "ConnectedApp" => side.connected.entry(stem).or_default().push(file),
                "OauthOidcSettings" => side.settings.push(file),
                "ExternalClientApplication" => side.external.entry(stem).or_default().push(file),
                _ => {
                    let app = file.facts["externalClientApplication"][0].clone();
                    side.external.entry(app).or_default().push(file);
                }
            }
        }
        side
    }
}
