//! Lines of metadata files that may be shown: what the registry calls a secret is blanked, wherever it stands: in
//! comments, in CDATA, in attributes, behind tags within. Of elements that the registry does not know, those are blanked whose names sound like it.

use std::collections::BTreeMap;

use orgate_core::Registry;
use orgate_core::lexical::{self, CertificateText};
use orgate_core::registry::FieldKind;

const HIDDEN: &str = "(not shown)";
/// Parts of names of unknown elements whose content is never shown.
const NAMES: [&str; 7] = ["secret", "password", "key", "certificate", "serviceaccount", "credential", "token"];
/// Parts of words: a line that speaks of one is not shown by itself, whatever element it belongs to.
const WORDS: [&str; 6] = ["secret", "password", "privatekey", "private key", "signingkey", "serviceaccount"];
/// A text that is not known to be a certificate is shown up to this length: no private key is that short. And a line
/// longer than this without a blank, in a file that holds a private key, is taken for a part of it.
const LONGEST_PLAIN: usize = 40;

/// The root element of metadata lies no further from the start of its file.
const FAR: usize = 4096;

/// Lines of the longest secret: so many in front of a line decide whether it is shown.
pub(crate) const LONGEST_SECRET: u32 = 1000;

/// What may be shown of which element.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Plain,
    /// Blanked unless it is a switch or a block.
    Doubtful,
    /// Blanked unless it is a certificate: where one belongs, a private key may stand.
    Certificate,
    /// Blanked whatever it holds.
    Secret,
}

/// Blanks secrets.
#[derive(Clone, Debug)]
pub(crate) struct Redactor {
    /// By type: what may be shown of an element of this name.
    types: BTreeMap<String, Kinds>,
}

/// What may be shown of an element of this name.
type Kinds = BTreeMap<String, Kind>;

/// Shows single lines of a file whose type is known.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lines<'r> {
    kinds: Option<&'r Kinds>,
}

impl Redactor {
    /// By the fields that the registry knows.
    pub(crate) fn new(registry: &Registry) -> Self {
        let mut types: BTreeMap<String, Kinds> = BTreeMap::new();
        for spec in registry.types() {
            let known = types.entry(spec.name.to_string()).or_default();
            for (path, field) in &spec.fields {
                let name = path.rsplit('/').next().unwrap_or(path);
                let kind = match field.kind {
                    _ if field.secret => Kind::Secret,
                    FieldKind::Certificate => Kind::Certificate,
                    _ => Kind::Plain,
                };
                let slot = known.entry(name.to_owned()).or_insert(kind);
                *slot = kind.max(*slot);
            }
        }
        Self { types }
    }

    /// The lines of a file, harmless to show, with spaces for tabs. `None` for what is not text.
    pub(crate) fn lines(&self, bytes: &[u8]) -> Option<Vec<String>> {
        let lines = self.exact(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes))?;
        let widened = lines.iter().map(|line| line.trim_end_matches('\r').replace('\t', "    "));
        Some(widened.collect())
    }

    /// The lines of a file without their line feeds; nothing but secrets is changed.
    pub(crate) fn exact(&self, bytes: &[u8]) -> Option<Vec<String>> {
        let source = std::str::from_utf8(bytes).ok()?;
        let mut here: Vec<&Kinds> = self
            .types
            .iter()
            .filter(|(name, _)| source.contains(&format!("<{name}")) || source.contains(&format!(":{name}")))
            .map(|(_, fields)| fields)
            .collect();
        if here.is_empty() {
            here = self.types.values().collect();
        }
        Some(harmless(&blanked(source, &|name| kind(&here, name))).collect())
    }

    /// For single lines of this file.
    pub(crate) fn for_lines_of(&self, file: &[u8]) -> Lines<'_> {
        let start = file.get(..file.len().min(FAR)).unwrap_or_default();
        let root = root(&String::from_utf8_lossy(start)).map(|name| self.types.get(name));
        Lines { kinds: root.flatten() }
    }
}

/// The name of the root element, without its prefix, if it is near enough to the start of the file.
fn root(start: &str) -> Option<&str> {
    let mut rest = start;
    loop {
        rest = rest.get(rest.find('<')?..)?;
        if let Some((name, _)) = start_tag(rest) {
            return name.rsplit(':').next();
        }
        let end = if rest.starts_with("<!--") { "-->" } else { ">" };
        rest = rest.get(rest.find(end)?..)?;
    }
}

/// An element that several types have is a secret when one of them says so.
fn kind(types: &[&Kinds], name: &str) -> Kind {
    let name = name.rsplit(':').next().unwrap_or(name);
    let known = types.iter().filter_map(|fields| fields.get(name));
    known.max().copied().unwrap_or_else(|| by_sound(name))
}

fn by_sound(name: &str) -> Kind {
    let name = name.to_lowercase();
    if NAMES.iter().any(|part| name.contains(part)) {
        Kind::Doubtful
    } else {
        Kind::Plain
    }
}

impl Lines<'_> {
    /// The last of some lines by itself. Nothing when it speaks of a secret, but for switches.
    pub(crate) fn alone(self, window: &[u8]) -> Option<String> {
        let line = self.last(window);
        let lower = line.to_lowercase();
        (is_switch(&line) || !WORDS.iter().any(|word| lower.contains(word))).then_some(line)
    }

    /// The last of some lines, harmless to show: the lines in front of it tell whether it stands within a secret.
    fn last(self, window: &[u8]) -> String {
        let types: Vec<&Kinds> = self.kinds.into_iter().collect();
        let shown = blanked(&String::from_utf8_lossy(window), &|name| kind(&types, name));
        let line = if shown.ends_with('\n') { None } else { harmless(&shown).last() };
        let line = line.unwrap_or_default();
        line.trim_end_matches('\r').replace('\t', "    ")
    }
}

/// Whether a line is one element that says yes or no.
fn is_switch(line: &str) -> bool {
    let line = line.trim();
    start_tag(line).is_some_and(|(name, open)| {
        let content = line.strip_prefix(open).and_then(|rest| rest.strip_suffix(&format!("</{name}>")));
        content.is_some_and(|content| matches!(content.trim(), "true" | "false"))
    })
}

/// The lines of a text without those that may be a part of a private key, wherever it stands, and without passwords of
/// URLs.
fn harmless(text: &str) -> impl Iterator<Item = String> {
    let private = text.contains("PRIVATE KEY");
    // Between the marks of its armour a key may be broken into lines of any length.
    let mut within = false;
    text.split_inclusive('\n').map(move |line| {
        let line = line.strip_suffix('\n').unwrap_or(line);
        within |= armour(line, "-----BEGIN");
        let hidden = private && (looks_like_key(line) || within && !line.trim().is_empty());
        within &= !armour(line, "-----END");
        if hidden {
            HIDDEN.to_owned()
        } else {
            lexical::without_passwords(line)
        }
    })
}

/// The text with the content of secrets blanked; line feeds stay, so that lines keep their numbers.
fn blanked(source: &str, kind: &dyn Fn(&str) -> Kind) -> String {
    let mut shown = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(at) = rest.find('<') {
        let (before, tag) = rest.split_at(at);
        shown.push_str(before);
        let Some((name, open)) = start_tag(tag) else {
            // An end tag, a comment, an instruction: what is inside is looked at as everything else.
            shown.push('<');
            rest = tag.get(1..).unwrap_or_default();
            continue;
        };
        rest = tag.get(open.len()..).unwrap_or_default();
        let kind = kind(name);
        if kind == Kind::Plain || !open.contains('=') {
            shown.push_str(open);
        } else {
            // Whoever hides something in an attribute of a secret hides it badly.
            let end = if open.ends_with("/>") { "/>" } else { ">" };
            shown.extend(["<", name, " ", HIDDEN]);
            shown.extend(open.chars().filter(|c| *c == '\n'));
            shown.push_str(end);
        }
        if !open.ends_with("/>") && kind != Kind::Plain {
            let (content, tail) = rest.split_at(end_of(rest, name));
            if kind == Kind::Certificate && is_certificate(content) {
                shown.push_str(content);
            } else {
                inside(content, kind, &mut shown);
            }
            rest = tail;
        }
    }
    shown.push_str(rest);
    shown
}

/// Name and text of a start tag at the beginning of `text`.
fn start_tag(text: &str) -> Option<(&str, &str)> {
    let inside = text.strip_prefix('<')?;
    // Before anything is searched for: there may be many `<` and nothing to find.
    if !inside.starts_with(|c: char| c.is_alphabetic() || c == '_') {
        return None;
    }
    let end = inside
        .find(|c: char| c.is_whitespace() || matches!(c, '>' | '/' | '<'))
        .unwrap_or(inside.len());
    let name = inside.get(..end)?;
    let close = quoted_close(text).or_else(|| text.find('>'));
    let close = close.map_or(text.len(), |close| close.saturating_add(1));
    Some((name, text.get(..close)?))
}

/// Where a start tag ends, if its quotes are those of XML: a closing bracket within them is a character like any other.
fn quoted_close(text: &str) -> Option<usize> {
    let mut quote = None;
    for (at, character) in text.char_indices().skip(1) {
        match (quote, character) {
            (_, '<') => return None,
            (None, '>') => return Some(at),
            (None, '"' | '\'') => quote = Some(character),
            (Some(open), _) if open == character => quote = None,
            _ => {}
        }
    }
    None
}

/// Where the content of an element ends; an end tag within a comment, an instruction or a CDATA section is none.
fn end_of(content: &str, name: &str) -> usize {
    let closing = format!("</{name}");
    let mut at = 0;
    while let Some(found) = content.get(at..).and_then(|rest| rest.find('<')) {
        let here = at.saturating_add(found);
        let rest = content.get(here..).unwrap_or_default();
        let skipped = [("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>")]
            .into_iter()
            .find(|(start, _)| rest.starts_with(start))
            .map(|(_, end)| rest.find(end).map_or(rest.len(), |found| found.saturating_add(end.len())));
        if skipped.is_none() && rest.starts_with(&closing) {
            return here;
        }
        at = here.saturating_add(skipped.unwrap_or(1));
    }
    content.len()
}

/// Tags and line ends stay, and of the texts between the tags those that are no secret for certain.
fn inside(content: &str, kind: Kind, shown: &mut String) {
    let mut rest = content;
    while !rest.is_empty() {
        let tag = rest.starts_with("</") || start_tag(rest).is_some();
        let end = if tag {
            rest.find('>').map_or(rest.len(), |close| close.saturating_add(1))
        } else {
            text_end(rest)
        };
        let (piece, tail) = rest.split_at(end);
        if tag || piece.trim().is_empty() || (kind == Kind::Doubtful && plain(piece)) {
            shown.push_str(piece);
        } else {
            shown.push_str(HIDDEN);
            // Line numbers must stay what they are.
            shown.extend(piece.chars().filter(|c| *c == '\n'));
        }
        rest = tail;
    }
}

/// Where the next tag begins; comments, instructions and CDATA sections belong to the text.
fn text_end(text: &str) -> usize {
    let tag = |at: &usize| {
        let rest = text.get(*at..).unwrap_or_default();
        *at > 0 && (rest.starts_with("</") || start_tag(rest).is_some())
    };
    let mut at = 0;
    while let Some(found) = text.get(at..).and_then(|rest| rest.find('<')) {
        let here = at.saturating_add(found);
        let rest = text.get(here..).unwrap_or_default();
        let end = if rest.starts_with("<!--") {
            Some("-->")
        } else if rest.starts_with("<![CDATA[") {
            Some("]]>")
        } else if rest.starts_with("<?") {
            Some("?>")
        } else {
            None
        };
        if end.is_none() && tag(&here) {
            return here;
        }
        let skipped = end.map_or(1, |end| rest.find(end).map_or(rest.len(), |found| found.saturating_add(end.len())));
        at = here.saturating_add(skipped);
    }
    text.len()
}

/// Switches, numbers and the words of a policy: what nobody uses as a key.
fn plain(content: &str) -> bool {
    let content = content.trim();
    if matches!(
        content,
        "" | "true" | "false" | "0" | "1" | "infinite" | "Infinite" | "zero" | "Zero"
    ) {
        return true;
    }
    let duration = ["specific_lifetime:", "specific_inactivity:"]
        .iter()
        .find_map(|start| content.strip_prefix(start));
    duration.and_then(|rest| rest.split_once(':')).is_some_and(|(number, unit)| {
        let digits = !number.is_empty() && number.len() <= 6 && number.bytes().all(|byte| byte.is_ascii_digit());
        digits && matches!(unit, "HOURS" | "DAYS" | "MONTHS")
    })
}

/// Whether the whole content of an element is a certificate, or too short for a private key. What is dressed up in a
/// comment, a section or references is none.
fn is_certificate(content: &str) -> bool {
    let short = content.trim().len() <= LONGEST_PLAIN;
    let known = || lexical::certificate(content.trim()) == CertificateText::Provided;
    !content.contains(['<', '&']) && (short || known())
}

/// Whether a line opens or closes the armour of a private key.
fn armour(line: &str, mark: &str) -> bool {
    line.contains("PRIVATE KEY") && line.contains(mark)
}

fn looks_like_key(line: &str) -> bool {
    let line = line.trim();
    line.contains("PRIVATE KEY") || (line.len() > LONGEST_PLAIN && !line.contains(' '))
}

#[cfg(test)]
mod tests;
