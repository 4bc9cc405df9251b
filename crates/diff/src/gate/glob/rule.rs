//! Patterns of rules, written as in git's files of rules and read as the deploy tool's package `ignore` reads them.

use super::{Part, Token, across, within};

/// The pattern of a rule, written as in git's files of rules, in any case. Characters are those of JavaScript, units of
/// UTF-16, as a question mark stands for one of those.
pub(in crate::gate) enum Pattern {
    /// Held against a path part by part.
    Parts(Vec<Part<u16>>),
    /// Held against a path as one text, in which a slash is like any other character.
    Text(Vec<Token<u16>>),
}

/// A path, ready for many rules.
pub(in crate::gate) struct Parts {
    units: Vec<u16>,
    /// Where each part ends; a slash stands there, if another one follows.
    ends: Vec<usize>,
}

/// What a backslash in front of a letter or a digit is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::gate) enum Backslash {
    /// It makes the character stand for itself, as in front of any other.
    Quotes,
    /// What it is in an expression of JavaScript: `\f` is a form feed.
    Escapes,
}

impl Pattern {
    pub(in crate::gate) fn new(pattern: &str, backslash: Backslash) -> Self {
        Self::Parts(pattern.split('/').map(|part| Part::rule(part, backslash)).collect())
    }

    /// The same, but two stars at the end stand for what is in a folder, not for the folder.
    pub(in crate::gate) fn inside(self) -> Self {
        match self {
            Self::Parts(mut parts) => {
                if let Some(Part::Any) = parts.last() {
                    parts.push(Part::One(vec![Token::Run]));
                }
                Self::Parts(parts)
            }
            text @ Self::Text(_) => text,
        }
    }

    /// One that matches all that anybody could take it to match, in any folder: a class stands for any character, a star
    /// for any run of them, and a class without end for anything up to the last star.
    pub(in crate::gate) fn loose(pattern: &str) -> Self {
        let mut tokens = vec![Token::Run];
        let mut rest = pattern.trim_start_matches("**/");
        while let Some(next) = rest.chars().next() {
            rest = rest.get(next.len_utf8()..).unwrap_or_default();
            let token = match next {
                '*' => Token::Run,
                '?' => Token::One,
                '[' => {
                    // Whichever bracket ends it.
                    let ends = (rest.find(']'), rest.rfind(']'));
                    if let (Some(first), Some(last)) = ends {
                        rest = rest.get(last.saturating_add(1)..).unwrap_or_default();
                        if first == last { Token::One } else { Token::Run }
                    } else {
                        rest = rest.rsplit_once('*').map_or("", |(_, behind)| behind);
                        Token::Run
                    }
                }
                other => {
                    tokens.extend(exactly(other));
                    continue;
                }
            };
            tokens.push(token);
        }
        Self::Text(tokens)
    }

    /// Whether the whole path matches.
    pub(in crate::gate) fn matches(&self, path: &Parts) -> bool {
        let wanted = match self {
            Self::Parts(wanted) => wanted,
            Self::Text(tokens) => return within(tokens, &path.units),
        };
        // Most rules end in a name, and most paths in another one.
        if let (Some(Part::One(last)), Some(name)) = (wanted.last(), path.all().next_back())
            && !within(last, name)
        {
            return false;
        }
        across(wanted, &path.all().collect::<Vec<_>>())
    }
}

impl Parts {
    pub(in crate::gate) fn new(path: &[u8]) -> Self {
        let path = String::from_utf8_lossy(path);
        let units: Vec<u16> = path.encode_utf16().map(canonical).collect();
        let slashes = units.iter().enumerate().filter(|(_, unit)| **unit == SLASH).map(|(at, _)| at);
        let ends = slashes.chain([units.len()]).collect();
        Self { units, ends }
    }

    fn all(&self) -> impl DoubleEndedIterator<Item = &[u16]> {
        let start = |at: usize| {
            at.checked_sub(1)
                .and_then(|before| self.ends.get(before))
                .map_or(0, |end| end.saturating_add(1))
        };
        self.ends
            .iter()
            .enumerate()
            .map(move |(at, end)| self.units.get(start(at)..*end).unwrap_or_default())
    }
}

const SLASH: u16 = u16::from_be_bytes([0, b'/']);

/// A unit as JavaScript compares it in any case of letters: in upper case if that is one unit, and no letter of ASCII for
/// one that is none.
fn canonical(unit: u16) -> u16 {
    let Some(letter) = char::from_u32(u32::from(unit)) else {
        return unit;
    };
    if letter.is_ascii() {
        return u16::from(u8::try_from(unit).unwrap_or_default().to_ascii_uppercase());
    }
    let mut upper = letter.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(one), None) if !one.is_ascii() => u16::try_from(u32::from(one)).unwrap_or(unit),
        _ => unit,
    }
}

/// The units of a character.
fn exactly(character: char) -> impl Iterator<Item = Token<u16>> {
    let mut units = [0; 2];
    let count = character.encode_utf16(&mut units).len();
    units.into_iter().take(count).map(|unit| Token::Exactly(canonical(unit)))
}

impl Part<u16> {
    fn rule(text: &str, backslash: Backslash) -> Self {
        if text == "**" {
            return Self::Any;
        }
        let mut tokens = Vec::new();
        let mut rest = text;
        while let Some(next) = rest.chars().next() {
            rest = rest.get(next.len_utf8()..).unwrap_or_default();
            match next {
                '*' => tokens.push(Token::Run),
                '?' => tokens.push(Token::One),
                '\\' => {
                    let escaped = rest.chars().next();
                    rest = rest.get(escaped.map_or(0, char::len_utf8)..).unwrap_or_default();
                    match escaped {
                        Some(letter) if backslash == Backslash::Escapes && letter.is_ascii_alphanumeric() => {
                            tokens.push(escape(letter));
                        }
                        other => tokens.extend(exactly(other.unwrap_or(next))),
                    }
                }
                '[' => match class(rest) {
                    Some((token, behind)) => {
                        rest = behind;
                        tokens.push(token);
                    }
                    None => tokens.extend(exactly(next)),
                },
                other => tokens.extend(exactly(other)),
            }
        }
        Self::One(tokens)
    }
}

/// What a backslash and a letter or digit are in an expression of JavaScript. What is longer than one letter, or no
/// character at all, matches nothing.
fn escape(letter: char) -> Token<u16> {
    let class = |ranges: &[(char, char)], negated| {
        let unit = |end: char| u16::try_from(u32::from(end)).map_or(u16::MAX, canonical);
        Token::Class(ranges.iter().map(|(from, to)| (unit(*from), unit(*to))).collect(), negated)
    };
    let control = |code: char| class(&[(code, code)], false);
    match letter {
        'd' | 'D' => class(&[('0', '9')], letter == 'D'),
        'w' | 'W' => class(&[('A', 'Z'), ('0', '9'), ('_', '_')], letter == 'W'),
        's' | 'S' => class(&BLANKS, letter == 'S'),
        'f' => control('\u{c}'),
        'n' => control('\n'),
        'r' => control('\r'),
        't' => control('\t'),
        'v' => control('\u{b}'),
        'b' | 'B' | 'c' | 'x' | 'u' | '0'..='9' => class(&[], false),
        other => Token::Exactly(canonical(u16::try_from(u32::from(other)).unwrap_or_default())),
    }
}

/// White space of JavaScript.
const BLANKS: [(char, char); 9] = [
    ('\t', '\r'),
    (' ', ' '),
    ('\u{a0}', '\u{a0}'),
    ('\u{1680}', '\u{1680}'),
    ('\u{2000}', '\u{200a}'),
    ('\u{2028}', '\u{2029}'),
    ('\u{202f}', '\u{202f}'),
    ('\u{205f}', '\u{205f}'),
    ('\u{3000}', '\u{feff}'),
];

/// The class that begins behind a `[`, and what stands behind its `]`.
fn class(text: &str) -> Option<(Token<u16>, &str)> {
    let (text, negated) = match text.strip_prefix(['!', '^']) {
        Some(text) => (text, true),
        None => (text, false),
    };
    // A bracket that comes first is a member.
    let first = text.chars().next()?;
    let end = first.len_utf8().checked_add(text.get(first.len_utf8()..)?.find(']')?)?;
    let members: Vec<u16> = text.get(..end)?.encode_utf16().collect();
    let dash = u16::from(b'-');
    let mut ranges = Vec::new();
    let mut left = members.as_slice();
    while let [from, more @ ..] = left {
        left = more;
        let mut to = from;
        if let [sign, last, more @ ..] = left
            && *sign == dash
        {
            (to, left) = (last, more);
        }
        // One that is upside down is none.
        if from <= to {
            ranges.push((canonical(*from), canonical(*to)));
        }
    }
    Some((Token::Class(ranges, negated), text.get(end.checked_add(1)?..)?))
}

#[cfg(test)]
mod tests {
    use super::super::matches;
    use super::{Backslash, Parts, Pattern};

    fn matches_as(backslash: Backslash, pattern: &str, path: &str) -> bool {
        Pattern::new(pattern, backslash).matches(&Parts::new(path.as_bytes()))
    }

    fn matches_rule(pattern: &str, path: &str) -> bool {
        matches_as(Backslash::Quotes, pattern, path)
    }

    #[test]
    fn stars_stay_within_parts_and_double_stars_do_not() {
        for (glob, path, expected) in [
            ("force-app/**", "force-app/a/b.xml", true),
            ("**/*.connectedApp-meta.xml", "x/y/A.connectedApp-meta.xml", true),
            ("**/*.connectedApp-meta.xml", "A.connectedApp-meta.xml", true),
            ("force-app/*", "force-app/a/b.xml", false),
            ("a/?.xml", "a/b.xml", true),
            ("a/?.xml", "a/bc.xml", false),
            ("**", "anything/at/all", true),
            ("", "a", false),
        ] {
            assert_eq!(matches(glob, path.as_bytes()), expected, "{glob} {path}");
            assert_eq!(matches_rule(glob, path), expected, "{glob} {path}");
        }
        // Only rules know more than that.
        assert!(matches("[a]\\.xml", b"[a]\\.xml"));
    }

    #[test]
    fn rules_know_classes_and_escapes() {
        for (pattern, yes, no) in [
            ("[ab]x", "ax", "cx"),
            ("[a-c]x", "bx", "dx"),
            ("[!a-c]x", "dx", "bx"),
            ("[^a]x", "bx", "ax"),
            ("[]a]x", "]x", "bx"),
            ("[a-]x", "-x", "bx"),
            ("[a-Zb]x", "bx", "mx"),
            ("[ax", "[ax", "ax"),
            ("\\[a]x", "[a]x", "ax"),
            ("a\\*", "a*", "ab"),
            ("?", "\u{e9}", "ab"),
            ("??", "\u{1f600}", "\u{e9}"),
            ("?x", "\u{130}X", "\u{1f600}x"),
            ("i", "I", "\u{130}"),
            ("k", "K", "\u{212a}"),
            ("\u{e4}", "\u{c4}", "a"),
            ("\\d", "d", "1"),
        ] {
            assert!(matches_rule(pattern, yes), "{pattern} {yes}");
            assert!(!matches_rule(pattern, no), "{pattern} {no}");
        }
    }

    #[test]
    fn a_backslash_may_be_what_it_is_in_an_expression() {
        for (pattern, yes, no) in [
            ("\\d\\w\\s", "1_\u{3000}", "a_ "),
            ("\\D\\W\\S", "a-b", "1-b"),
            ("\\force", "\u{c}orce", "force"),
            ("\\app", "app", "\\app"),
            ("\\.x", ".x", "ax"),
        ] {
            assert!(matches_as(Backslash::Escapes, pattern, yes), "{pattern} {yes}");
            assert!(!matches_as(Backslash::Escapes, pattern, no), "{pattern} {no}");
        }
        assert!(!matches_as(Backslash::Escapes, "\\x41", "x41") && !matches_as(Backslash::Escapes, "\\bx", "bx"));
    }

    #[test]
    fn two_stars_at_the_end_stand_for_what_is_inside() {
        let inside = |pattern: &str, path: &str| {
            let pattern = Pattern::new(pattern, Backslash::Quotes).inside();
            pattern.matches(&Parts::new(path.as_bytes()))
        };
        assert!(inside("a/**", "a/b") && inside("a/**", "a/b/c") && !inside("a/**", "a"));
        assert!(inside("**", "a") && inside("**/a/**", "a/b") && !inside("**/a/**", "a"));
        assert!(inside("a/**/b", "a/b") && inside("**/a", "a"));
    }

    #[test]
    fn many_stars_are_not_slow() {
        let glob = "*a".repeat(200);
        assert!(!matches(&glob, "a".repeat(5_000).as_bytes()) || glob.len() > 1);
    }
}
