//! Character data: the checks while parsing, and the decoding of what was checked.

use memchr::{memchr, memchr2, memmem};

use super::chars::reference;
use super::error::XmlErrorKind as Kind;

/// Checks the references in an attribute value.
///
/// # Errors
/// What is wrong, and where in `raw`.
pub(super) fn check_references(raw: &str) -> Result<(), (Kind, usize)> {
    let mut from = 0;
    while let Some(at) = memchr(b'&', raw.as_bytes().get(from..).unwrap_or_default()) {
        let at = from + at;
        let rest = raw.get(at + 1..).unwrap_or_default();
        let end = memchr2(b';', b'&', rest.as_bytes())
            .filter(|end| rest.as_bytes().get(*end) == Some(&b';'))
            .ok_or((Kind::Ampersand, at))?;
        reference(rest.get(..end).unwrap_or_default()).map_err(|kind| (kind, at))?;
        from = at + 1 + end;
    }
    Ok(())
}

/// The text of element content that was checked: references and CDATA resolved, comments and instructions left out,
/// line ends as `\n`.
pub(super) fn decode(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = memchr2(b'<', b'&', rest.as_bytes()) {
        let (plain, marked) = rest.split_at(at);
        push_lines(&mut text, plain);
        rest = if let Some(inner) = marked.strip_prefix("<![CDATA[") {
            let (section, after) = cut(inner, "]]>");
            push_lines(&mut text, section);
            after
        } else if let Some(inner) = marked.strip_prefix("<!--") {
            cut(inner, "-->").1
        } else if let Some(inner) = marked.strip_prefix('&') {
            let (name, after) = cut(inner, ";");
            // Checked while parsing, so there is always a character.
            text.extend(reference(name));
            after
        } else {
            cut(marked, "?>").1
        };
    }
    push_lines(&mut text, rest);
    text
}

/// An attribute value that was checked: references resolved, white space as blanks.
pub(super) fn decode_attribute(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    loop {
        let (plain, marked) = rest.split_at(memchr(b'&', rest.as_bytes()).unwrap_or(rest.len()));
        let mut lines = String::with_capacity(plain.len());
        push_lines(&mut lines, plain);
        text.extend(lines.chars().map(|c| match c {
            '\t' | '\n' => ' ',
            _ => c,
        }));
        let Some(inner) = marked.strip_prefix('&') else {
            return text;
        };
        let (name, after) = cut(inner, ";");
        text.extend(reference(name));
        rest = after;
    }
}

/// What stands in front of `mark`, and what behind it.
fn cut<'a>(text: &'a str, mark: &str) -> (&'a str, &'a str) {
    match memmem::find(text.as_bytes(), mark.as_bytes()) {
        Some(at) => {
            let (front, back) = text.split_at(at);
            (front, back.get(mark.len()..).unwrap_or_default())
        }
        None => (text, ""),
    }
}

/// Appends text with the line ends of XML: a carriage return, alone or before a line feed, is one line feed.
fn push_lines(text: &mut String, plain: &str) {
    let mut rest = plain;
    while let Some(at) = memchr(b'\r', rest.as_bytes()) {
        let (front, back) = rest.split_at(at);
        text.push_str(front);
        text.push('\n');
        let back = back.get(1..).unwrap_or_default();
        rest = back.strip_prefix('\n').unwrap_or(back);
    }
    text.push_str(rest);
}
