//! From events to nodes. What quick-xml leaves unchecked is checked here, at the place where it happens.

use memchr::{memchr, memmem};
use quick_xml::Reader;
use quick_xml::errors::{Error, IllFormedError};
use quick_xml::events::Event;

use super::chars::{is_blank, is_ncname, reference};
use super::error::{XmlError, XmlErrorKind as Kind, tag_name};
use super::guard::{self, BOM};
use super::scope::{Mark, Scopes};
use super::tag::{self, Attribute};
use super::{CODED, Doc, Limits, NIL, NONE, Node, TEXT};

/// Parses a file; a failure that merge markers explain is reported as those.
pub(super) fn parse<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Doc<'a>, XmlError> {
    let src = guard::check(bytes, limits)?;
    Builder::new(src, limits)
        .run()
        .map_err(|error| match guard::conflict(src).filter(|_| !error.kind.is_limit()) {
            Some(offset) => XmlError {
                kind: Kind::ConflictMarkers,
                offset,
            },
            None => error,
        })
}

/// An element that is not closed yet.
#[derive(Debug)]
struct Open {
    node: u32,
    last_child: u32,
    scope: Mark,
    flags: u8,
}

struct Builder<'a, 'l> {
    src: &'a str,
    limits: &'l Limits,
    nodes: Vec<Node>,
    open: Vec<Open>,
    scopes: Scopes<'a>,
    attributes: Vec<Attribute<'a>>,
    /// Facts about the whole file that spare most texts a closer look.
    any_section_end: bool,
    any_return: bool,
}

type Built<T> = Result<T, XmlError>;

fn fail<T>(kind: Kind, offset: u32) -> Built<T> {
    Err(XmlError { kind, offset })
}

impl<'a, 'l> Builder<'a, 'l> {
    fn new(src: &'a str, limits: &'l Limits) -> Self {
        Self {
            src,
            limits,
            nodes: Vec::new(),
            open: Vec::new(),
            scopes: Scopes::new(),
            attributes: Vec::new(),
            any_section_end: memmem::find(src.as_bytes(), b"]]>").is_some(),
            any_return: memchr(b'\r', src.as_bytes()).is_some(),
        }
    }

    fn run(mut self) -> Built<Doc<'a>> {
        // The reader would drop the mark without counting it.
        let shift = if self.src.starts_with(BOM) { BOM.len() } else { 0 };
        let mut reader = Reader::from_str(self.slice(shift, self.src.len()));
        let config = reader.config_mut();
        config.check_end_names = true;
        config.allow_unmatched_ends = false;
        config.allow_dangling_amp = false;
        config.expand_empty_elements = false;
        let position = |count: u64| -> Built<u32> {
            // The size was checked, so this holds.
            u32::try_from(count + shift as u64).or_else(|_| fail(Kind::Markup, u32::MAX))
        };
        loop {
            let start = position(reader.buffer_position())?;
            self.refuse_doctype(start)?;
            let event = match reader.read_event() {
                Ok(event) => event,
                Err(error) => {
                    let at = position(reader.error_position())?;
                    return fail(self.explain(&error, at), at.max(start));
                }
            };
            let end = position(reader.buffer_position())?;
            match event {
                Event::Start(_) => self.start(start, end, 1)?,
                Event::Empty(_) => {
                    self.start(start, end, 2)?;
                    self.close(end, end)?;
                }
                Event::End(_) => self.close(start, end)?,
                Event::Text(_) => self.text(start, end)?,
                Event::GeneralRef(name) => {
                    reference(&name).or_else(|kind| fail(kind, start))?;
                    self.inside(start)?.flags |= TEXT | CODED;
                }
                Event::CData(_) => {
                    let content = self.slice(start as usize + 9, end as usize - 3);
                    let blank = content.bytes().all(is_blank);
                    self.inside(start)?.flags |= if blank { CODED } else { TEXT | CODED };
                }
                Event::Comment(_) => self.comment(start, end)?,
                Event::PI(_) => self.instruction(start, end)?,
                Event::Decl(_) => self.declaration(start, end, shift)?,
                Event::DocType(_) => return fail(Kind::Doctype, start),
                Event::Eof => return self.finish(end),
            }
        }
    }

    fn slice(&self, start: usize, end: usize) -> &'a str {
        self.src.get(start..end).unwrap_or_default()
    }

    fn cut(&self, start: u32, end: u32, front: u32, back: u32) -> &'a str {
        self.slice((start + front) as usize, end.saturating_sub(back) as usize)
    }

    /// Document types are refused before the reader looks into them.
    fn refuse_doctype(&self, start: u32) -> Built<()> {
        let rest = self.src.as_bytes().get(start as usize..);
        match rest {
            Some([b'<', b'!', b'D' | b'd', ..]) => fail(Kind::Doctype, start),
            _ => Ok(()),
        }
    }

    /// The element that content at `offset` lies in.
    fn inside(&mut self, offset: u32) -> Built<&mut Open> {
        match self.open.last_mut() {
            Some(open) => Ok(open),
            None => fail(Kind::TextOutsideRoot, offset),
        }
    }

    /// Opens an element. `back` is the length of what ends the tag: `>` or `/>`.
    fn start(&mut self, start: u32, end: u32, back: u32) -> Built<()> {
        let parent = self.open.last().map_or(NONE, |open| open.node);
        if parent == NONE && !self.nodes.is_empty() {
            return fail(Kind::TwoRoots, start);
        }
        if self.open.len() >= self.limits.depth as usize {
            return fail(Kind::TooDeep(self.limits.depth), start);
        }
        if self.nodes.len() >= self.limits.elements as usize {
            return fail(Kind::TooManyElements(self.limits.elements), start);
        }
        let scope = self.scopes.mark();
        let text = self.cut(start, end, 1, back);
        let tag = tag::read(text, self.limits, &mut self.scopes, &mut self.attributes)
            .or_else(|(kind, at)| fail(kind, start + 1 + u32::try_from(at).unwrap_or_default()))?;
        let before = if tag.prefix.is_empty() { 1 } else { tag.prefix.len() + 2 };
        let (Ok(name_at), Ok(name_len)) = (u16::try_from(before), u16::try_from(tag.local.len())) else {
            return fail(Kind::Name(tag_name(tag.local)), start + 1);
        };
        let index = u32::try_from(self.nodes.len()).unwrap_or(NONE);
        self.nodes.push(Node {
            parent,
            first_child: NONE,
            next_sibling: NONE,
            start,
            open_end: end,
            close: end,
            end,
            name_at,
            name_len,
            space: tag.space,
            flags: 0,
        });
        if let Some(open) = self.open.last_mut() {
            let before = std::mem::replace(&mut open.last_child, index);
            let (at, first) = match before {
                NONE => (open.node, true),
                before => (before, false),
            };
            if let Some(node) = self.nodes.get_mut(at as usize) {
                *(if first { &mut node.first_child } else { &mut node.next_sibling }) = index;
            }
        }
        self.open.push(Open {
            node: index,
            last_child: NONE,
            scope,
            flags: if tag.nil { NIL } else { 0 },
        });
        Ok(())
    }

    /// Closes the innermost element.
    fn close(&mut self, start: u32, end: u32) -> Built<()> {
        let Some(open) = self.open.pop() else {
            return fail(Kind::Unopened(String::new()), start);
        };
        self.scopes.reset(open.scope);
        let Some(node) = self.nodes.get_mut(open.node as usize) else {
            return fail(Kind::Markup, start);
        };
        node.close = start;
        node.end = end;
        node.flags = open.flags;
        if open.flags & TEXT != 0 && open.last_child != NONE {
            self.refuse_stray_markers(open.node)?;
        }
        Ok(())
    }

    /// `=======` and `>>>>>>>` are legal text; between elements they are what is left of a merge.
    fn refuse_stray_markers(&self, parent: u32) -> Built<()> {
        let get = |index: u32| self.nodes.get(index as usize);
        let Some(parent) = get(parent) else {
            return Ok(());
        };
        let mut from = parent.open_end;
        let mut next = get(parent.first_child);
        loop {
            let gap = self.slice(from as usize, next.map_or(parent.close, |node| node.start) as usize);
            if let Some(at) = guard::stray_marker(gap) {
                return fail(Kind::ConflictMarkers, from + at);
            }
            let Some(node) = next else {
                return Ok(());
            };
            from = node.end;
            next = get(node.next_sibling);
        }
    }

    fn text(&mut self, start: u32, end: u32) -> Built<()> {
        let text = self.slice(start as usize, end as usize);
        let coded = self.any_return && memchr(b'\r', text.as_bytes()).is_some();
        let solid = text.bytes().position(|byte| !is_blank(byte));
        let offset = |at: usize| start + u32::try_from(at).unwrap_or_default();
        let Some(open) = self.open.last_mut() else {
            return match solid {
                Some(at) if text.get(at..).is_some_and(|rest| rest.starts_with(BOM)) => fail(Kind::ByteOrderMark, offset(at)),
                Some(at) => fail(Kind::TextOutsideRoot, offset(at)),
                None => Ok(()),
            };
        };
        if coded {
            open.flags |= CODED;
        }
        if solid.is_some() {
            open.flags |= TEXT;
            if self.any_section_end
                && let Some(at) = memmem::find(text.as_bytes(), b"]]>")
            {
                return fail(Kind::SectionEnd, offset(at));
            }
        }
        Ok(())
    }

    fn comment(&mut self, start: u32, end: u32) -> Built<()> {
        let content = self.cut(start, end, 4, 3);
        if content.ends_with('-') || memmem::find(content.as_bytes(), b"--").is_some() {
            return fail(Kind::CommentHyphens, start);
        }
        if let Some(open) = self.open.last_mut() {
            open.flags |= CODED;
        }
        Ok(())
    }

    fn instruction(&mut self, start: u32, end: u32) -> Built<()> {
        let content = self.cut(start, end, 2, 2);
        let target = content
            .split(|c: char| c.is_ascii() && is_blank(c as u8))
            .next()
            .unwrap_or_default();
        if target.eq_ignore_ascii_case("xml") {
            return fail(Kind::DeclarationNotFirst, start);
        }
        if !is_ncname(target) {
            return fail(Kind::Instruction, start);
        }
        if let Some(open) = self.open.last_mut() {
            open.flags |= CODED;
        }
        Ok(())
    }

    fn declaration(&self, start: u32, end: u32, shift: usize) -> Built<()> {
        if start as usize != shift {
            return fail(Kind::DeclarationNotFirst, start);
        }
        let ascii = self.slice(shift, self.src.len()).is_ascii();
        tag::declaration(self.cut(start, end, 5, 2), ascii).or_else(|kind| fail(kind, start))
    }

    fn finish(self, end: u32) -> Built<Doc<'a>> {
        if let Some(open) = self.open.last() {
            let node = self.nodes.get(open.node as usize);
            let start = node.map_or(end, |node| node.start);
            let name = self.slice(start as usize + 1, self.src.len());
            let length = name.find(|c: char| c.is_ascii_whitespace() || c == '>').unwrap_or(name.len());
            let name = tag_name(name.get(..length).unwrap_or_default());
            return fail(Kind::Unclosed(name), start);
        }
        if self.nodes.is_empty() {
            return fail(Kind::NoRoot, end);
        }
        Ok(Doc {
            src: self.src,
            nodes: self.nodes,
        })
    }

    /// Our words for an error of the reader.
    fn explain(&self, error: &Error, at: u32) -> Kind {
        match error {
            Error::IllFormed(IllFormedError::MismatchedEndTag { expected, found }) => Kind::Mismatched {
                expected: tag_name(expected),
                found: tag_name(found),
            },
            Error::IllFormed(IllFormedError::UnmatchedEndTag(name)) => Kind::Unopened(tag_name(name)),
            Error::IllFormed(IllFormedError::UnclosedReference) => {
                if self.open.is_empty() {
                    Kind::TextOutsideRoot
                } else {
                    Kind::Ampersand
                }
            }
            _ => match self.src.as_bytes().get(at as usize..) {
                Some([b'<', b'?', ..]) => Kind::Instruction,
                _ => Kind::Markup,
            },
        }
    }
}
