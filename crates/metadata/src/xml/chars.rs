//! Characters, names and references of XML 1.0, as its productions define them.

use super::error::XmlErrorKind;

/// May start a name.
const START: u8 = 1;
/// May stand inside a name.
const INSIDE: u8 = 2;

const ASCII: [u8; 128] = {
    let mut table = [0; 128];
    let mut at: u8 = 0;
    while at < 128 {
        table[at as usize] = match at {
            b'A'..=b'Z' | b'a'..=b'z' | b'_' => START | INSIDE,
            b'0'..=b'9' | b'-' | b'.' => INSIDE,
            _ => 0,
        };
        at += 1;
    }
    table
};

fn class(c: char) -> u8 {
    if let Ok(byte) = u8::try_from(c)
        && let Some(class) = ASCII.get(usize::from(byte))
    {
        return *class;
    }
    match c {
        '\u{c0}'..='\u{d6}'
        | '\u{d8}'..='\u{f6}'
        | '\u{f8}'..='\u{2ff}'
        | '\u{370}'..='\u{37d}'
        | '\u{37f}'..='\u{1fff}'
        | '\u{200c}'..='\u{200d}'
        | '\u{2070}'..='\u{218f}'
        | '\u{2c00}'..='\u{2fef}'
        | '\u{3001}'..='\u{d7ff}'
        | '\u{f900}'..='\u{fdcf}'
        | '\u{fdf0}'..='\u{fffd}'
        | '\u{10000}'..='\u{effff}' => START | INSIDE,
        '\u{b7}' | '\u{300}'..='\u{36f}' | '\u{203f}'..='\u{2040}' => INSIDE,
        _ => 0,
    }
}

/// Whether `text` is a name without a colon.
pub(super) fn is_ncname(text: &str) -> bool {
    // Nearly every name is ASCII; a table is the fast way.
    let bytes = text.as_bytes();
    let Some(first) = bytes.first() else {
        return false;
    };
    let lookup = |byte: u8| ASCII.get(usize::from(byte)).copied().unwrap_or_default();
    if lookup(*first) & START != 0 && bytes.iter().all(|byte| lookup(*byte) != 0) {
        return true;
    }
    !text.is_ascii() && text.chars().all(|c| class(c) != 0) && text.chars().next().is_some_and(|c| class(c) & START != 0)
}

/// Splits a name at its colon: prefix (maybe empty) and local name, both checked.
pub(super) fn split_qname(text: &str) -> Option<(&str, &str)> {
    if is_ncname(text) {
        return Some(("", text));
    }
    let (prefix, local) = text.split_once(':')?;
    (is_ncname(prefix) && is_ncname(local)).then_some((prefix, local))
}

/// White space of XML.
pub(super) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// The character that `&name;` stands for.
pub(super) fn reference(name: &str) -> Result<char, XmlErrorKind> {
    let Some(number) = name.strip_prefix('#') else {
        return match name {
            "lt" => Ok('<'),
            "gt" => Ok('>'),
            "amp" => Ok('&'),
            "quot" => Ok('"'),
            "apos" => Ok('\''),
            _ if is_ncname(name) => Err(XmlErrorKind::Entity),
            _ => Err(XmlErrorKind::Ampersand),
        };
    };
    let (digits, radix) = match number.strip_prefix('x') {
        Some(digits) => (digits, 16),
        None => (number, 10),
    };
    let code = digits
        .chars()
        .try_fold(0_u32, |sum, c| {
            // Saturation keeps a code that is too large too large.
            Some(sum.saturating_mul(radix).saturating_add(c.to_digit(radix)?))
        })
        .filter(|_| !digits.is_empty());
    code.and_then(char::from_u32)
        .filter(|c| is_char(*c))
        .ok_or(XmlErrorKind::CharacterReference)
}

fn is_char(c: char) -> bool {
    match c {
        '\t' | '\n' | '\r' => true,
        '\u{fffe}' | '\u{ffff}' => false,
        _ => c >= ' ',
    }
}
