//! Which prefix stands for which namespace, inside the elements that are open.

use super::error::{XmlErrorKind as Kind, tag_name};
use super::{METADATA, Space, XSI};

const XML: &str = "http://www.w3.org/XML/1998/namespace";
const XMLNS: &str = "http://www.w3.org/2000/xmlns/";

/// Declared prefixes, innermost last, and the default namespace.
#[derive(Debug)]
pub(super) struct Scopes<'a> {
    prefixes: Vec<(&'a str, String)>,
    default: Space,
}

/// What to return to when an element ends.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark {
    prefixes: u32,
    default: Space,
}

impl<'a> Scopes<'a> {
    pub(super) fn new() -> Self {
        Self {
            prefixes: Vec::new(),
            default: Space::None,
        }
    }

    pub(super) fn mark(&self) -> Mark {
        Mark {
            prefixes: u32::try_from(self.prefixes.len()).unwrap_or(u32::MAX),
            default: self.default,
        }
    }

    pub(super) fn reset(&mut self, mark: Mark) {
        self.prefixes.truncate(mark.prefixes as usize);
        self.default = mark.default;
    }

    /// How many prefixes are declared. The caller bounds it, because [`Scopes::uri`] looks at all of them.
    pub(super) fn len(&self) -> usize {
        self.prefixes.len()
    }

    /// Takes in `xmlns="uri"`.
    pub(super) fn declare_default(&mut self, uri: &str) -> Result<(), Kind> {
        if uri == XML || uri == XMLNS {
            return Err(Kind::NamespaceDeclaration("xmlns".to_owned()));
        }
        self.default = space(uri);
        Ok(())
    }

    /// Takes in `xmlns:prefix="uri"`.
    pub(super) fn declare(&mut self, prefix: &'a str, uri: String) -> Result<(), Kind> {
        let wrong = prefix == "xmlns" || uri.is_empty() || uri == XMLNS || (prefix == "xml") != (uri == XML);
        if wrong {
            return Err(Kind::NamespaceDeclaration(format!("xmlns:{}", tag_name(prefix))));
        }
        self.prefixes.push((prefix, uri));
        Ok(())
    }

    /// The namespace of an element's name.
    pub(super) fn element(&self, prefix: &str) -> Result<Space, Kind> {
        if prefix.is_empty() {
            Ok(self.default)
        } else {
            self.uri(prefix).map(space)
        }
    }

    /// The namespace that a prefix stands for.
    pub(super) fn uri(&self, prefix: &str) -> Result<&str, Kind> {
        if prefix == "xml" {
            return Ok(XML);
        }
        self.prefixes
            .iter()
            .rev()
            .find(|(known, _)| *known == prefix)
            .map(|(_, uri)| uri.as_str())
            .ok_or_else(|| Kind::UnboundPrefix(tag_name(prefix)))
    }
}

/// Tells the namespaces that matter apart.
pub(super) fn space(uri: &str) -> Space {
    match uri {
        METADATA => Space::Metadata,
        XSI => Space::Xsi,
        "" => Space::None,
        _ => Space::Other,
    }
}
