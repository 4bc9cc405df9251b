//! Metadata as the controls see it: elements with text and byte positions, whatever syntax they were read from.

use std::sync::Arc;

use crate::path::RepoPath;

/// A range of bytes in a file as it is stored (a byte order mark counts), end exclusive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

/// One element that the registry knows. Elements it does not know are not kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Element {
    /// Local name.
    pub name: Arc<str>,
    /// From the `<` of the start tag to the `>` of the end tag.
    pub span: Span,
    /// Character data with entities and CDATA resolved, comments left out, white space trimmed at both ends.
    /// Empty for elements with children.
    pub text: String,
    /// `xsi:nil="true"`: the element says that it has no value, so its content does not count.
    pub nil: bool,
    /// Known child elements in document order.
    pub children: Vec<Element>,
}

impl Element {
    /// The children with this name, in document order.
    pub fn children_named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |child| &*child.name == name)
    }

    /// Whether two elements say the same, wherever they stand: positions and the order of siblings do not count.
    pub fn same_content(&self, other: &Element) -> bool {
        if self.name != other.name || self.nil != other.nil || self.children.len() != other.children.len() {
            return false;
        }
        if self.children.is_empty() {
            return self.nil || self.text == other.text;
        }
        let mut left: Vec<&Element> = other.children.iter().collect();
        self.children
            .iter()
            .all(|mine| match left.iter().position(|theirs| mine.same_content(theirs)) {
                Some(at) => {
                    left.remove(at);
                    true
                }
                None => false,
            })
    }
}

/// A remark about a file that could be read but is odd; shown as a warning, never decides a verdict.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Note {
    /// What is odd, as one sentence.
    pub text: String,
    /// Where.
    pub span: Span,
}

/// One metadata component: the unit that Salesforce deploys, identified by type and full name, never by path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Component {
    /// Name of the metadata type, for instance `ConnectedApp`.
    pub type_name: Arc<str>,
    /// Full name: the file name without its suffixes, percent-decoded as Salesforce's tools write it.
    pub name: String,
    /// Where it lies in its snapshot.
    pub path: RepoPath,
    /// The root element, pruned to what the registry knows.
    pub root: Element,
    /// Remarks of the reader.
    pub notes: Vec<Note>,
}

impl Component {
    /// The folder that holds this component's package content: the path above the type's own folder when it lies in
    /// one (`force-app/main/default` for `force-app/main/default/connectedApps/X.connectedApp-meta.xml`), else the
    /// folder the file lies in. Copies of one component in two package directories differ here.
    pub fn package_root(&self, type_folder: &str) -> &[u8] {
        let parent = self.path.parent();
        let mut end = parent.len();
        while end > 0 {
            let folder = parent.get(..end).unwrap_or_default();
            let start = folder.iter().rposition(|b| *b == b'/').map_or(0, |at| at.saturating_add(1));
            if folder.get(start..) == Some(type_folder.as_bytes()) {
                return folder.get(..start.saturating_sub(1)).unwrap_or_default();
            }
            end = start.saturating_sub(1);
        }
        parent
    }
}
