//! One metadata file: what it is by its name, and what it says, pruned to the elements that the registry knows.
//!
//! Nothing here knows a type by name or judges a value. Order is kept, and an element that stands twice is there
//! twice: what that means is for the controls.

mod error;
mod name;
mod place;
mod prune;

use orgate_core::lexical::trim;
use orgate_core::registry::{Registry, TypeSpec};
use orgate_core::{Component, Note, RepoPath, Span};

use crate::lines::LineIndex;
use crate::xml::{Doc, Limits, Space};

pub use error::{ReadError, ReadErrorKind};
pub use name::{Suffixes, classify, identify, in_source_format, is_deployable};
pub use place::{holds_bundles, in_bundle, in_foreign_folder, is_oddly_placed};

/// Bytes in which [`sniff`] looks for the root element.
const SNIFFED: usize = 4096;

/// Reads the file at `path`, when its name says that it is of a type the registry knows.
///
/// `None` when the name belongs to no type, or could belong to another tool and the content does not mention the
/// type. Names that only resemble the right one are read too, with a note.
///
/// # Errors
/// [`ReadError`] when the file is of a known type by its name and cannot be read as one.
pub fn read_component(path: &RepoPath, bytes: &[u8], registry: &Registry, limits: &Limits) -> Result<Option<Component>, ReadError> {
    match name::recognise(path, registry) {
        Some(found) if found.is_certain(path) || mentions(bytes, found.spec) => read(path, bytes, &found, limits).map(Some),
        _ => Ok(None),
    }
}

/// Reads a file as a component of `spec` whatever its name, with a note that no tool deploys it under that name; for
/// files that [`sniff`] recognised.
///
/// # Errors
/// [`ReadError`] when it cannot be read as one.
pub fn read_component_as(path: &RepoPath, bytes: &[u8], spec: &TypeSpec, limits: &Limits) -> Result<Component, ReadError> {
    read(path, bytes, &name::Found::forced(path, spec), limits)
}

/// The type whose root element stands in the first kilobytes of a file, for files whose name tells nothing.
pub fn sniff<'r>(bytes: &[u8], registry: &'r Registry) -> Option<&'r TypeSpec> {
    let start = bytes.get(..SNIFFED).unwrap_or(bytes);
    // A cut in the middle of a character is no reason to give up.
    let text = match std::str::from_utf8(start) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(start.get(..error.valid_up_to())?).ok()?,
    };
    let mut rest = text.strip_prefix('\u{feff}').unwrap_or(text);
    loop {
        rest = rest.trim_start();
        rest = if let Some(inner) = rest.strip_prefix("<!--") {
            inner.split_once("-->")?.1
        } else if let Some(inner) = rest.strip_prefix("<?") {
            inner.split_once("?>")?.1
        } else {
            break;
        };
    }
    let tag = rest.strip_prefix('<')?;
    let end = tag.find(|c: char| c.is_ascii_whitespace() || matches!(c, '>' | '/'))?;
    let name = tag.get(..end)?;
    registry.get(name.split_once(':').map_or(name, |(_, local)| local))
}

/// Whether a file could be of the type at all: a root element needs its name. UTF-16 hides it.
fn mentions(bytes: &[u8], spec: &TypeSpec) -> bool {
    let start = bytes.get(..4).unwrap_or(bytes);
    start.iter().any(|byte| *byte == 0 || *byte >= 0xfe) || memchr::memmem::find(bytes, spec.name.as_bytes()).is_some()
}

fn read(path: &RepoPath, bytes: &[u8], found: &name::Found<'_, '_>, limits: &Limits) -> Result<Component, ReadError> {
    let fail = |kind: ReadErrorKind, offset: u32| {
        let at = LineIndex::new(bytes).position(offset);
        ReadError {
            path: path.clone(),
            kind,
            line: at.line,
            column: at.column,
        }
    };
    let spec = found.spec;
    let name = found.full_name().ok_or_else(|| fail(ReadErrorKind::Name, 0))?;
    let doc = Doc::parse(bytes, limits).map_err(|error| fail(error.kind.into(), error.offset))?;
    let root = doc.root();
    let tag = root.open_tag();
    if root.name() != &*spec.name {
        let kind = ReadErrorKind::WrongRoot {
            found: error::quote(root.name()),
            expected: spec.name.to_string(),
        };
        return Err(fail(kind, tag.start));
    }
    let mut notes = Vec::new();
    if let Some(expected) = found.expected() {
        notes.push(Note {
            text: format!("not deployable under this name, expected `{expected}`"),
            span: Span::default(),
        });
    }
    match root.space() {
        Space::Metadata => {}
        Space::None => notes.push(Note {
            text: format!("the root element has no namespace, expected `xmlns=\"{}\"`", crate::xml::METADATA),
            span: tag,
        }),
        Space::Xsi | Space::Other => return Err(fail(ReadErrorKind::NotMetadata, tag.start)),
    }
    let (root, more) = prune::prune(root, spec).map_err(|(kind, span)| fail(kind, span.start))?;
    notes.extend(more);
    Ok(Component {
        type_name: spec.name.clone(),
        name,
        path: path.clone(),
        root,
        notes,
    })
}

/// Text of a leaf, as [`orgate_core::Element`] wants it.
fn trimmed(text: &str) -> String {
    trim(text).to_owned()
}

#[cfg(test)]
mod tests;
