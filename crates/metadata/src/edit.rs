//! Changes the text of one element of a file, and no other byte: formatting, comments, order, encoding and line endings
//! stay as they are.

use std::ops::Range;

use orgate_core::lexical::trim;

use crate::xml::{Doc, Elem, Limits, XmlError};

/// What an indentation grows by where the file does not say.
const UNIT: &str = "    ";

/// Bytes to replace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// Which.
    pub at: Range<usize>,
    /// With what.
    pub with: String,
}

/// Why a file cannot be edited.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EditError {
    /// It is not readable metadata.
    #[error("the file cannot be read as metadata: {0}")]
    Xml(#[from] XmlError),
    /// The path leads to an element with children.
    #[error("`{0}` holds other elements, so it has no value to set")]
    Block(String),
    /// The path is empty.
    #[error("no element is named")]
    NoElement,
    /// The result would not say what it should: the file is left alone.
    #[error("the edited file would not say `{0}`; it is left alone")]
    Unsure(String),
}

/// The edits that give the element at `path` (below the root) the text `value`. An absent element is inserted where the
/// alphabet wants it among its siblings; every duplicate of an element gets the value. Nothing when it is there already.
///
/// # Errors
/// [`EditError`] when the file cannot be read, or the element holds others.
pub fn set(bytes: &[u8], path: &[&str], value: &str, limits: &Limits) -> Result<Vec<Edit>, EditError> {
    let doc = Doc::parse(bytes, limits)?;
    let source = std::str::from_utf8(bytes).unwrap_or_default();
    let (last, blocks) = path.split_last().ok_or(EditError::NoElement)?;
    let mut parents = vec![doc.root()];
    for (depth, block) in blocks.iter().enumerate() {
        let next: Vec<Elem<'_>> = parents.iter().flat_map(|parent| named(*parent, block)).collect();
        if next.is_empty() {
            // The first parent gets the whole missing branch.
            let branch = path.get(depth..).unwrap_or_default();
            return Ok(parents
                .first()
                .map(|parent| insert(source, *parent, branch, value))
                .into_iter()
                .collect());
        }
        parents = next;
    }
    let mut edits = Vec::new();
    let mut found = false;
    for parent in &parents {
        for element in named(*parent, last) {
            found = true;
            if element.has_children() {
                return Err(EditError::Block((*last).to_owned()));
            }
            if element.is_nil() || trim(&element.text()) != value {
                edits.push(replace(source, element, value));
            }
        }
    }
    if !found {
        edits.extend(parents.first().map(|parent| insert(source, *parent, &[last], value)));
    }
    Ok(edits)
}

/// The edits that take the elements at `path` away, with their lines where nothing else stands on them.
///
/// # Errors
/// [`EditError`] when the file cannot be read, or the element holds others.
pub fn remove(bytes: &[u8], path: &[&str], limits: &Limits) -> Result<Vec<Edit>, EditError> {
    let doc = Doc::parse(bytes, limits)?;
    let source = std::str::from_utf8(bytes).unwrap_or_default();
    let mut here = vec![doc.root()];
    for part in path {
        here = here.iter().flat_map(|parent| named(*parent, part)).collect();
    }
    let mut edits = Vec::new();
    for element in here {
        if element.has_children() {
            return Err(EditError::Block(path.last().copied().unwrap_or_default().to_owned()));
        }
        let span = range(element.span().start, element.span().end);
        let end = line_end(source, span.end);
        let at = match indent(source, span.start) {
            // From the line break before it, so that the file's last line stays what it is.
            Some(_) if end.is_some() => before_line(source, span.start)..end.unwrap_or(span.end),
            _ => span,
        };
        edits.push(Edit { at, with: String::new() });
    }
    Ok(edits)
}

/// The text of the first element at `path`, as its bytes stand in the file; `None` when it is absent or nil.
///
/// # Errors
/// [`EditError`] when the file cannot be read.
pub fn get(bytes: &[u8], path: &[&str], limits: &Limits) -> Result<Option<String>, EditError> {
    let doc = Doc::parse(bytes, limits)?;
    let mut here = Some(doc.root());
    for part in path {
        here = here.and_then(|parent| named(parent, part).next());
    }
    Ok(here
        .filter(|element| !element.is_nil())
        .map(|element| trim(&element.text()).to_owned()))
}

/// Applies edits that do not overlap, and checks that the file then says what it should.
///
/// # Errors
/// [`EditError::Unsure`] when it does not; `None` for `value` means that the element must be gone.
pub fn apply(bytes: &[u8], edits: &[Edit], path: &[&str], value: Option<&str>, limits: &Limits) -> Result<Vec<u8>, EditError> {
    let mut sorted: Vec<&Edit> = edits.iter().collect();
    sorted.sort_by_key(|edit| edit.at.start);
    let mut edited = Vec::with_capacity(bytes.len().saturating_add(64));
    let mut from = 0;
    for edit in sorted {
        edited.extend_from_slice(bytes.get(from..edit.at.start).unwrap_or_default());
        edited.extend_from_slice(edit.with.as_bytes());
        from = edit.at.end;
    }
    edited.extend_from_slice(bytes.get(from..).unwrap_or_default());
    let says = get(&edited, path, limits)?;
    if says.as_deref() == value {
        Ok(edited)
    } else {
        Err(EditError::Unsure(value.unwrap_or("nothing").to_owned()))
    }
}

fn named<'d>(parent: Elem<'d>, name: &str) -> impl Iterator<Item = Elem<'d>> {
    parent.children().filter(move |child| child.name() == name)
}

fn range(start: u32, end: u32) -> Range<usize> {
    start as usize..end as usize
}

fn escaped(value: &str) -> String {
    value.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The name as the file spells it, with its prefix.
fn raw_name<'s>(source: &'s str, element: Elem<'_>) -> &'s str {
    let tag = source
        .get(range(element.open_tag().start, element.open_tag().end))
        .unwrap_or_default();
    let tag = tag.trim_start_matches('<');
    tag.split(|c: char| c.is_whitespace() || matches!(c, '>' | '/'))
        .next()
        .unwrap_or_default()
}

fn is_empty_tag(source: &str, element: Elem<'_>) -> bool {
    source
        .get(range(element.open_tag().start, element.open_tag().end))
        .is_some_and(|tag| tag.ends_with("/>"))
}

/// New text for an element that is there. White space around the old text stays.
fn replace(source: &str, element: Elem<'_>, value: &str) -> Edit {
    let span = range(element.span().start, element.span().end);
    let name = raw_name(source, element);
    if element.is_nil() || is_empty_tag(source, element) {
        return Edit {
            at: span,
            with: format!("<{name}>{}</{name}>", escaped(value)),
        };
    }
    let start = element.open_tag().end as usize;
    let close = source
        .get(start..span.end)
        .and_then(|inside| inside.rfind("</"))
        .map_or(span.end, |at| start.saturating_add(at));
    let content = source.get(start..close).unwrap_or_default();
    let at = if content.contains("<!") || trim(content).is_empty() {
        start..close
    } else {
        let lead = content
            .len()
            .saturating_sub(content.trim_start_matches([' ', '\t', '\r', '\n']).len());
        let from = start.saturating_add(lead);
        from..from.saturating_add(trim(content).len())
    };
    Edit { at, with: escaped(value) }
}

/// The white space between the beginning of the line and a place; `None` when something else stands there.
fn indent(source: &str, at: usize) -> Option<&str> {
    let before = source.get(..at)?;
    let lead = before.rsplit('\n').next().filter(|_| before.contains('\n'))?;
    lead.chars().all(|c| matches!(c, ' ' | '\t')).then_some(lead)
}

/// The end of the line, when only white space comes before it. Behind an element that is taken away a tag is closed.
fn line_end(source: &str, at: usize) -> Option<usize> {
    let rest = source.get(at..)?;
    let line = rest.split('\n').next().unwrap_or_default();
    line.trim_end()
        .is_empty()
        .then(|| at.saturating_add(line.trim_end_matches('\r').len()))
}

/// Where the line break before the line of `at` begins.
fn before_line(source: &str, at: usize) -> usize {
    let before = source.get(..at).unwrap_or_default();
    let line = before.rfind('\n').unwrap_or_default();
    if before.get(..line).is_some_and(|text| text.ends_with('\r')) {
        line.saturating_sub(1)
    } else {
        line
    }
}

/// The line break that the file uses.
fn line_break(source: &str) -> &'static str {
    match source.find('\n') {
        Some(at) if source.get(..at).is_some_and(|before| before.ends_with('\r')) => "\r\n",
        _ => "\n",
    }
}

/// Elements inside each other, with the value in the innermost.
fn branch(path: &[&str], prefix: &str, value: &str, layout: Option<(&str, &str, &str)>) -> String {
    let Some((first, rest)) = path.split_first() else {
        return escaped(value);
    };
    let name = format!("{prefix}{first}");
    if rest.is_empty() {
        return format!("<{name}>{}</{name}>", escaped(value));
    }
    match layout {
        Some((eol, lead, unit)) => {
            let deeper = format!("{lead}{unit}");
            let inner = branch(rest, prefix, value, Some((eol, &deeper, unit)));
            format!("<{name}>{eol}{deeper}{inner}{eol}{lead}</{name}>")
        }
        None => format!("<{name}>{}</{name}>", branch(rest, prefix, value, None)),
    }
}

/// A new branch inside `parent`: before the first sibling that the alphabet puts behind it.
fn insert(source: &str, parent: Elem<'_>, path: &[&str], value: &str) -> Edit {
    let name = path.first().copied().unwrap_or_default();
    let eol = line_break(source);
    let own = raw_name(source, parent);
    let prefix = own.rfind(':').and_then(|at| own.get(..=at)).unwrap_or_default();
    let outer = indent(source, parent.span().start as usize);
    let children: Vec<Elem<'_>> = parent.children().collect();
    let inner = children.iter().find_map(|child| indent(source, child.span().start as usize));
    let unit = match (outer, inner) {
        (Some(outer), Some(inner)) if inner.len() > outer.len() => inner.get(outer.len()..).unwrap_or(UNIT),
        (None, Some(inner)) if !inner.is_empty() => inner,
        _ if outer.is_some_and(|outer| outer.starts_with('\t')) => "\t",
        _ => UNIT,
    };
    if children.is_empty() {
        let lines = source.contains('\n').then(|| outer.unwrap_or_default());
        let text = match lines {
            Some(outer) => {
                let lead = format!("{outer}{unit}");
                format!("{eol}{lead}{}{eol}{outer}", branch(path, prefix, value, Some((eol, &lead, unit))))
            }
            None => branch(path, prefix, value, None),
        };
        return fill(source, parent, own, &text);
    }
    let behind = children.iter().position(|child| child.name() > name).unwrap_or(children.len());
    let end = behind
        .checked_sub(1)
        .and_then(|at| children.get(at))
        .map_or(parent.open_tag().end as usize, |sibling| sibling.span().end as usize);
    match inner {
        Some(lead) => {
            // What stands behind the sibling on its line, such as a comment, stays with it.
            let limit = children
                .get(behind)
                .map_or(parent.span().end as usize, |next| next.span().start as usize);
            let line = source
                .get(end..limit)
                .and_then(|rest| rest.find('\n'))
                .map(|at| end.saturating_add(at));
            let at = line.map_or(end, |line| {
                if source.get(..line).is_some_and(|text| text.ends_with('\r')) {
                    line.saturating_sub(1)
                } else {
                    line
                }
            });
            let text = branch(path, prefix, value, Some((eol, lead, unit)));
            Edit {
                at: at..at,
                with: format!("{eol}{lead}{text}"),
            }
        }
        None => Edit {
            at: end..end,
            with: branch(path, prefix, value, None),
        },
    }
}

/// Gives an element without children its content.
fn fill(source: &str, parent: Elem<'_>, own: &str, text: &str) -> Edit {
    let open = range(parent.open_tag().start, parent.open_tag().end);
    if is_empty_tag(source, parent) {
        let tag = source.get(open.clone()).unwrap_or_default().trim_end_matches("/>").trim_end();
        return Edit {
            at: open,
            with: format!("{tag}>{text}</{own}>"),
        };
    }
    let end = parent.span().end as usize;
    let close = source
        .get(open.end..end)
        .and_then(|inside| inside.rfind("</"))
        .map_or(end, |at| open.end.saturating_add(at));
    let content = source.get(open.end..close).unwrap_or_default();
    if trim(content).is_empty() {
        return Edit {
            at: open.end..close,
            with: text.to_owned(),
        };
    }
    // A comment stands there: it stays, in front.
    let keep = open.end.saturating_add(content.trim_end().len());
    Edit {
        at: keep..close,
        with: text.to_owned(),
    }
}

#[cfg(test)]
mod tests;
