//! Metadata as the controls see it: elements with text and byte positions, whatever syntax they were read from.

use std::hash::{DefaultHasher, Hash, Hasher};
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
    /// An element that stands in no file: of an example, or of a test.
    pub(crate) fn unplaced(name: &str, text: &str, children: Vec<Self>) -> Self {
        Self {
            name: name.into(),
            span: Span::default(),
            text: text.to_owned(),
            nil: false,
            children,
        }
    }

    /// The children with this name, in document order.
    pub fn children_named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |child| &*child.name == name)
    }

    /// Whether two elements say the same, wherever they stand: positions and the order of siblings do not count.
    pub fn same_content(&self, other: &Element) -> bool {
        // In the same order is the usual case, and costs no memory.
        self.same_in_order(other)
            || self
                .same_by_digest(other)
                .unwrap_or_else(|| Content::of(self) == Content::of(other))
    }

    /// As [`Self::same_content`], by numbers: a profile has hundreds of thousands of elements, and to sort those by what they
    /// say takes seconds. `None` where two that say something else have one number.
    fn same_by_digest(&self, other: &Element) -> Option<bool> {
        if self.digest() != other.digest() {
            return Some(false);
        }
        let sorted = |element: &Self| {
            let mut all: Vec<(u64, usize)> = element.children.iter().map(Self::digest).zip(0..).collect();
            all.sort_unstable();
            all
        };
        let (mine, theirs) = (sorted(self), sorted(other));
        let same = |((_, mine), (_, theirs)): (&(u64, usize), &(u64, usize))| {
            let pair = self.children.get(*mine).zip(other.children.get(*theirs));
            pair.is_some_and(|(mine, theirs)| mine.same_content(theirs))
        };
        let alike = self.name == other.name && self.nil == other.nil && mine.len() == theirs.len();
        let all = alike && (!mine.is_empty() || self.nil || self.text == other.text) && mine.iter().zip(&theirs).all(same);
        all.then_some(true)
    }

    /// A number that is the same for all elements that say the same ([`Self::same_content`]), and mostly another one for
    /// others.
    pub fn digest(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        (&*self.name, self.nil).hash(&mut hasher);
        if self.children.is_empty() && !self.nil {
            self.text.hash(&mut hasher);
        }
        let children = self.children.iter().map(Self::digest);
        children.fold(0_u64, u64::wrapping_add).hash(&mut hasher);
        hasher.finish()
    }

    fn same_in_order(&self, other: &Element) -> bool {
        let alike = self.name == other.name && self.nil == other.nil && self.children.len() == other.children.len();
        if !alike || self.children.is_empty() {
            return alike && (self.nil || self.text == other.text);
        }
        self.children.iter().zip(&other.children).all(|(a, b)| a.same_in_order(b))
    }
}

/// What an element says, in an order that does not depend on how it was written.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Content<'a> {
    name: &'a str,
    nil: bool,
    text: &'a str,
    children: Vec<Content<'a>>,
}

impl<'a> Content<'a> {
    fn of(element: &'a Element) -> Self {
        let mut children: Vec<Self> = element.children.iter().map(Self::of).collect();
        children.sort_unstable();
        Self {
            name: &element.name,
            nil: element.nil,
            text: if element.nil || !children.is_empty() { "" } else { &element.text },
            children,
        }
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
        self.path.package_root(type_folder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_siblings_does_not_count_but_their_number_does() {
        let one = |text| Element::unplaced("a", text, Vec::new());
        let pair = |x, y| Element::unplaced("b", "", vec![one(x), one(y)]);
        let list = |children| Element::unplaced("c", "", children);
        assert!(list(vec![pair("1", "2"), one("3")]).same_content(&list(vec![one("3"), pair("2", "1")])));
        assert!(!list(vec![one("1"), one("1"), one("2")]).same_content(&list(vec![one("1"), one("2"), one("2")])));
        assert!(!list(vec![one("1")]).same_content(&list(vec![one("1"), one("1")])));
        let nil = |text| Element { nil: true, ..one(text) };
        assert!(nil("x").same_content(&nil("y")));
        assert!(!nil("x").same_content(&one("x")));
        assert!(list(vec![nil("x"), one("1")]).same_content(&list(vec![one("1"), nil("y")])));
    }

    #[test]
    fn an_empty_block_is_not_a_full_one() {
        let block = |children| Element::unplaced("a", "", children);
        assert!(!block(Vec::new()).same_content(&block(vec![block(Vec::new())])));
        assert!(!block(vec![block(Vec::new())]).same_content(&block(Vec::new())));
    }

    #[test]
    fn an_element_is_not_one_of_another_name() {
        assert!(!Element::unplaced("a", "1", Vec::new()).same_content(&Element::unplaced("b", "1", Vec::new())));
        let block = |name| Element::unplaced("c", "", vec![Element::unplaced(name, "1", Vec::new())]);
        assert!(!block("a").same_content(&block("b")));
        assert!(block("a").same_content(&block("a")));
    }

    #[test]
    fn many_siblings_in_reverse_take_no_longer() {
        let many: Vec<Element> = (0..200_000).map(|n| Element::unplaced("a", &n.to_string(), Vec::new())).collect();
        let reversed = many.iter().rev().cloned().collect();
        assert!(Element::unplaced("b", "", many).same_content(&Element::unplaced("b", "", reversed)));
    }

    #[test]
    fn numbers_say_what_sorting_says() {
        // All elements up to two levels of a few names, texts and children.
        let mut leaves = Vec::new();
        for (name, text, nil) in [
            ("a", "1", false),
            ("a", "2", false),
            ("b", "1", false),
            ("a", "1", true),
            ("a", "", false),
        ] {
            leaves.push(Element {
                nil,
                ..Element::unplaced(name, text, Vec::new())
            });
        }
        let mut blocks = leaves.clone();
        for first in &leaves {
            blocks.push(Element::unplaced("a", "", vec![first.clone()]));
            for second in &leaves {
                blocks.push(Element::unplaced("a", "x", vec![first.clone(), second.clone()]));
            }
        }
        for one in &blocks {
            for other in &blocks {
                let around = |element: &Element| Element::unplaced("c", "", vec![element.clone(), leaves[1].clone()]);
                for (one, other) in [(one.clone(), other.clone()), (around(one), around(other))] {
                    assert_eq!(
                        one.same_by_digest(&other),
                        Some(Content::of(&one) == Content::of(&other)),
                        "{one:?} {other:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_package_begins_above_the_folder_of_the_type() {
        let component = |path: &str| Component {
            type_name: "ConnectedApp".into(),
            name: "X".into(),
            path: path.into(),
            root: Element::unplaced("ConnectedApp", "", Vec::new()),
            notes: Vec::new(),
        };
        for (path, root) in [
            ("force-app/main/default/connectedApps/X.connectedApp", "force-app/main/default"),
            ("force-app/connectedApps/deep/er/X.connectedApp", "force-app"),
            ("a/connectedApps/b/connectedApps/X.connectedApp", "a/connectedApps/b"),
            ("a/myconnectedApps/X.connectedApp", "a/myconnectedApps"),
            ("connectedApps/X.connectedApp", ""),
            ("odd/place/X.connectedApp", "odd/place"),
            ("X.connectedApp", ""),
        ] {
            let found = component(path).package_root("connectedApps").to_vec();
            assert_eq!(String::from_utf8(found).unwrap(), root, "{path}");
        }
    }
}
