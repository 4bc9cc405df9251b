//! Strict XML with positions: bytes become a [`Doc`], a flat list of elements that only holds byte ranges.
//!
//! This is the only module that names `quick-xml`. Its events are lenient (they let through unclosed elements, two
//! roots, unknown entities and more), so the builder checks what they leave open. Where two XML parsers could
//! disagree about a file, it is refused. Nothing here knows a metadata type, and every step is linear in the input.

mod build;
mod chars;
mod error;
mod guard;
mod scope;
mod tag;
mod text;

use std::borrow::Cow;

use orgate_core::Span;

pub(crate) use error::quote;
pub use error::{XmlError, XmlErrorKind};

/// Namespace of Salesforce metadata.
pub const METADATA: &str = "http://soap.sforce.com/2006/04/metadata";

/// Namespace of `xsi:nil`.
pub const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// Bounds on one file. What exceeds them is refused, because a gate that hangs does not decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the file; never more than `u32` can count.
    pub bytes: u32,
    /// Elements inside elements.
    pub depth: u32,
    /// Elements of the file.
    pub elements: u32,
    /// Attributes of one element.
    pub attributes: u32,
}

impl Default for Limits {
    /// Twice the largest profile that was seen, in every direction.
    fn default() -> Self {
        Self {
            bytes: 128 << 20,
            depth: 256,
            elements: 4_000_000,
            attributes: 64,
        }
    }
}

/// Which of the namespaces that matter here a name belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Space {
    /// That of Salesforce metadata.
    Metadata,
    /// None at all.
    None,
    /// That of XML Schema instances, where `nil` lives.
    Xsi,
    /// Any other.
    Other,
}

/// No node: the root has no parent, a last child no next sibling.
const NONE: u32 = u32::MAX;

/// One element, as ranges of the source.
#[derive(Clone, Copy, Debug)]
struct Node {
    parent: u32,
    first_child: u32,
    next_sibling: u32,
    /// The `<` of the start tag.
    start: u32,
    /// One past the `>` of the start tag.
    open_end: u32,
    /// The `<` of the end tag; `open_end` when there is none.
    close: u32,
    /// One past the `>` of the end tag.
    end: u32,
    /// Where the local name stands behind `start`, and how long it is.
    name_at: u16,
    name_len: u16,
    space: Space,
    flags: u8,
}

/// `xsi:nil` is true.
const NIL: u8 = 1;
/// There is character data other than white space.
const TEXT: u8 = 2;
/// The text is not its bytes: it has references, CDATA, comments, instructions or carriage returns.
const CODED: u8 = 4;

/// A well-formed XML document. Elements are reached from [`Doc::root`].
#[derive(Clone, Debug)]
pub struct Doc<'a> {
    src: &'a str,
    nodes: Vec<Node>,
}

impl<'a> Doc<'a> {
    /// Parses a whole file.
    ///
    /// # Errors
    /// [`XmlError`] for whatever is not well-formed, for what another parser might read differently (see the module),
    /// and for exceeded limits.
    pub fn parse(bytes: &'a [u8], limits: &Limits) -> Result<Self, XmlError> {
        build::parse(bytes, limits)
    }

    /// The root element.
    pub fn root(&self) -> Elem<'_> {
        Elem { doc: self, index: 0 }
    }

    /// How many elements there are.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Never true: a document has a root.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }
}

/// One element of a [`Doc`].
#[derive(Clone, Copy, Debug)]
pub struct Elem<'d> {
    doc: &'d Doc<'d>,
    index: u32,
}

impl<'d> Elem<'d> {
    fn node(self) -> Option<&'d Node> {
        self.doc.nodes.get(self.index as usize)
    }

    fn to(self, index: u32) -> Option<Self> {
        (index != NONE).then_some(Self { doc: self.doc, index })
    }

    fn slice(self, start: u32, end: u32) -> &'d str {
        self.doc.src.get(start as usize..end as usize).unwrap_or_default()
    }

    /// Name without prefix.
    pub fn name(self) -> &'d str {
        self.node().map_or("", |node| {
            let start = node.start + u32::from(node.name_at);
            self.slice(start, start + u32::from(node.name_len))
        })
    }

    /// Namespace of the name.
    pub fn space(self) -> Space {
        self.node().map_or(Space::Other, |node| node.space)
    }

    /// From the `<` of the start tag to the `>` of the end tag.
    pub fn span(self) -> Span {
        self.node().map_or(Span::default(), |node| Span {
            start: node.start,
            end: node.end,
        })
    }

    /// The start tag alone.
    pub fn open_tag(self) -> Span {
        self.node().map_or(Span::default(), |node| Span {
            start: node.start,
            end: node.open_end,
        })
    }

    /// The element around this one.
    pub fn parent(self) -> Option<Self> {
        self.node().and_then(|node| self.to(node.parent))
    }

    /// The elements directly inside, in document order.
    pub fn children(self) -> impl Iterator<Item = Elem<'d>> {
        let first = self.node().and_then(|node| self.to(node.first_child));
        std::iter::successors(first, |child| child.node().and_then(|node| child.to(node.next_sibling)))
    }

    /// Whether there are elements inside.
    pub fn has_children(self) -> bool {
        self.node().is_some_and(|node| node.first_child != NONE)
    }

    /// `xsi:nil="true"`.
    pub fn is_nil(self) -> bool {
        self.flag(NIL)
    }

    /// Whether character data other than white space stands directly inside.
    pub fn has_text(self) -> bool {
        self.flag(TEXT)
    }

    fn flag(self, flag: u8) -> bool {
        self.node().is_some_and(|node| node.flags & flag != 0)
    }

    /// Character data of an element without children, not trimmed: references and CDATA resolved, comments and
    /// instructions left out, line ends as `\n`. Empty for an element with children.
    pub fn text(self) -> Cow<'d, str> {
        let Some(node) = self.node() else {
            return Cow::Borrowed("");
        };
        if node.first_child != NONE {
            return Cow::Borrowed("");
        }
        let raw = self.slice(node.open_end, node.close);
        if node.flags & CODED == 0 {
            Cow::Borrowed(raw)
        } else {
            Cow::Owned(text::decode(raw))
        }
    }
}

#[cfg(test)]
mod tests;
