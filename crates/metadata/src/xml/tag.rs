//! Start tags and the XML declaration: names, attributes, and what they declare.

use memchr::{memchr, memchr2};

use super::chars::{is_blank, split_qname};
use super::error::{XmlErrorKind as Kind, quote as quoted, tag_name};
use super::scope::{Scopes, space};
use super::text::{check_references, decode_attribute};
use super::{Limits, Space};

/// Something wrong at a byte of the tag.
pub(super) type Wrong = (Kind, usize);

/// One attribute as it is written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attribute<'a> {
    prefix: &'a str,
    local: &'a str,
    name: &'a str,
    raw: &'a str,
    /// Where the name starts in the tag.
    at: usize,
}

/// What the builder needs to know about a start tag.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tag<'a> {
    pub(super) prefix: &'a str,
    pub(super) local: &'a str,
    pub(super) space: Space,
    pub(super) nil: bool,
}

/// Reads a start tag without its brackets. Namespaces it declares are in force in `scopes` afterwards.
///
/// `attributes` is scratch space that is used again and again.
pub(super) fn read<'a>(
    tag: &'a str,
    limits: &Limits,
    scopes: &mut Scopes<'a>,
    attributes: &mut Vec<Attribute<'a>>,
) -> Result<Tag<'a>, Wrong> {
    let end = tag.bytes().position(is_blank).unwrap_or(tag.len());
    let (name, rest) = tag.split_at(end);
    let (prefix, local) = split_qname(name).ok_or_else(|| (Kind::Name(tag_name(name)), 0))?;
    let mut nil = false;
    if !rest.is_empty() {
        split(rest, end, limits, attributes)?;
        declare(attributes, limits, scopes)?;
        nil = resolve(attributes, scopes)?;
    }
    let space = scopes.element(prefix).map_err(|kind| (kind, 0))?;
    Ok(Tag { prefix, local, space, nil })
}

/// Splits what follows the name into attributes, `offset` bytes into the tag.
fn split<'a>(text: &'a str, offset: usize, limits: &Limits, attributes: &mut Vec<Attribute<'a>>) -> Result<(), Wrong> {
    attributes.clear();
    let bytes = text.as_bytes();
    let blanks = |from: usize| {
        let rest = bytes.get(from..).unwrap_or_default();
        from + rest.iter().position(|b| !is_blank(*b)).unwrap_or(rest.len())
    };
    let mut at = 0;
    loop {
        let start = blanks(at);
        if start == bytes.len() {
            return Ok(());
        }
        // White space belongs between attributes too.
        if start == at {
            return Err((Kind::Attribute, offset + at));
        }
        if attributes.len() >= limits.attributes as usize {
            return Err((Kind::TooManyAttributes(limits.attributes), offset + start));
        }
        let rest = text.get(start..).unwrap_or_default();
        let length = rest
            .bytes()
            .position(|b| is_blank(b) || matches!(b, b'=' | b'<' | b'"' | b'\'' | b'/'))
            .unwrap_or(rest.len());
        let name = rest.get(..length).unwrap_or_default();
        let equals = blanks(start + length);
        if name.is_empty() || bytes.get(equals) != Some(&b'=') {
            return Err((Kind::Attribute, offset + start));
        }
        let (prefix, local) = split_qname(name).ok_or_else(|| (Kind::Name(tag_name(name)), offset + start))?;
        let open = blanks(equals + 1);
        let quote = match bytes.get(open) {
            Some(quote @ (b'"' | b'\'')) => *quote,
            Some(_) => return Err((Kind::Unquoted, offset + open)),
            None => return Err((Kind::Attribute, offset + start)),
        };
        let value = bytes.get(open + 1..).unwrap_or_default();
        let length = memchr(quote, value).ok_or((Kind::Markup, offset + open))?;
        let raw = text.get(open + 1..open + 1 + length).unwrap_or_default();
        match memchr2(b'<', b'&', raw.as_bytes()).map(|at| (at, raw.as_bytes().get(at))) {
            Some((at, Some(b'<'))) => return Err((Kind::LessThan, offset + open + 1 + at)),
            Some(_) => {
                if let Some(at) = memchr(b'<', raw.as_bytes()) {
                    return Err((Kind::LessThan, offset + open + 1 + at));
                }
                check_references(raw).map_err(|(kind, at)| (kind, offset + open + 1 + at))?;
            }
            None => {}
        }
        attributes.push(Attribute {
            prefix,
            local,
            name,
            raw,
            at: offset + start,
        });
        at = open + 1 + length + 1;
    }
}

/// Refuses attributes that are written twice and takes in the namespaces.
fn declare<'a>(attributes: &[Attribute<'a>], limits: &Limits, scopes: &mut Scopes<'a>) -> Result<(), Wrong> {
    // Quadratic in the attributes of one tag, whose number is bounded.
    for (count, attribute) in attributes.iter().enumerate() {
        let twice = attributes.iter().take(count).any(|other| other.name == attribute.name);
        if twice {
            let name = tag_name(attribute.name);
            return Err((Kind::DuplicateAttribute(name), attribute.at));
        }
        let declared = if attribute.name == "xmlns" {
            scopes.declare_default(&decode_attribute(attribute.raw))
        } else if attribute.prefix == "xmlns" {
            scopes.declare(attribute.local, decode_attribute(attribute.raw))
        } else {
            Ok(())
        };
        declared.map_err(|kind| (kind, attribute.at))?;
        if scopes.len() > limits.attributes as usize {
            return Err((Kind::TooManyAttributes(limits.attributes), attribute.at));
        }
    }
    Ok(())
}

/// Resolves the prefixes of attributes; tells whether `xsi:nil` is true.
fn resolve(attributes: &[Attribute<'_>], scopes: &Scopes<'_>) -> Result<bool, Wrong> {
    let mut nil = false;
    let prefixed = |attribute: &&Attribute<'_>| !matches!(attribute.prefix, "" | "xmlns");
    for attribute in attributes.iter().filter(prefixed) {
        let uri = scopes.uri(attribute.prefix).map_err(|kind| (kind, attribute.at))?;
        // Two prefixes of one namespace make two spellings of one attribute.
        let twice = attributes
            .iter()
            .filter(prefixed)
            .any(|other| other.at < attribute.at && other.local == attribute.local && scopes.uri(other.prefix) == Ok(uri));
        if twice {
            let name = tag_name(attribute.name);
            return Err((Kind::DuplicateAttribute(name), attribute.at));
        }
        if attribute.local == "nil" && space(uri) == Space::Xsi {
            let value = decode_attribute(attribute.raw);
            // Salesforce's own client honours only this literal.
            nil = value.trim_matches(' ') == "true";
        }
    }
    Ok(nil)
}

/// Reads the XML declaration without `<?xml` and `?>`.
pub(super) fn declaration(text: &str, ascii: bool) -> Result<(), Kind> {
    let mut attributes = Vec::new();
    split(text, 0, &Limits::default(), &mut attributes).map_err(|_| Kind::Declaration)?;
    let mut parts = attributes.iter().peekable();
    let version = parts.next().filter(|part| part.name == "version");
    match version.map(|part| part.raw) {
        Some("1.0") => {}
        Some(other) => return Err(Kind::Version(quoted(other))),
        None => return Err(Kind::Declaration),
    }
    if let Some(part) = parts.next_if(|part| part.name == "encoding") {
        let utf8 = part.raw.eq_ignore_ascii_case("utf-8");
        let us_ascii = ascii && part.raw.eq_ignore_ascii_case("us-ascii");
        if !utf8 && !us_ascii {
            return Err(Kind::Encoding(quoted(part.raw)));
        }
    }
    if let Some(part) = parts.next_if(|part| part.name == "standalone")
        && !matches!(part.raw, "yes" | "no")
    {
        return Err(Kind::Declaration);
    }
    if parts.next().is_some() {
        return Err(Kind::Declaration);
    }
    Ok(())
}
