//! Path globs: `*` and `?` within a part, `**` across parts; `{a,b}` alternatives are not supported. Rules as those of git
//! know classes of characters and escapes besides.

/// Whether `path` matches `glob`. Linear in the product of both lengths, whatever the glob.
pub fn matches(glob: &str, path: &[u8]) -> bool {
    let parts: Vec<&[u8]> = path.split(|b| *b == b'/').collect();
    let wanted: Vec<Part<u8>> = glob.split('/').map(|part| Part::plain(part.as_bytes())).collect();
    across(&wanted, &parts)
}

/// The pattern of a rule, written as in git's files of rules, in lower case.
pub(super) enum Pattern {
    /// Held against a path part by part.
    Parts(Vec<Part<char>>),
    /// Held against a path as one text, in which a slash is like any other character.
    Text(Vec<Token<char>>),
}

/// A path, ready for many rules, in lower case.
pub(super) struct Parts(Vec<Vec<char>>);

impl Pattern {
    pub(super) fn new(pattern: &str) -> Self {
        Self::Parts(pattern.to_lowercase().split('/').map(Part::rule).collect())
    }

    /// One that matches all that anybody could take it to match, in any folder: a class stands for any character, a star
    /// for any run of them, and a class without end for anything up to the last star.
    pub(super) fn loose(pattern: &str) -> Self {
        let pattern = pattern.to_lowercase();
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
                other => Token::Exactly(other),
            };
            tokens.push(token);
        }
        Self::Text(tokens)
    }

    /// Whether the whole path matches.
    pub(super) fn matches(&self, path: &Parts) -> bool {
        let wanted = match self {
            Self::Parts(wanted) => wanted,
            Self::Text(tokens) => return within(tokens, &path.0.join(&'/')),
        };
        // Most rules end in a name, and most paths in another one.
        if let (Some(Part::One(last)), Some(name)) = (wanted.last(), path.0.last())
            && !within(last, name)
        {
            return false;
        }
        let parts: Vec<&[char]> = path.0.iter().map(Vec::as_slice).collect();
        across(wanted, &parts)
    }
}

impl Parts {
    pub(super) fn new(path: &[u8]) -> Self {
        let path = String::from_utf8_lossy(path).to_lowercase();
        Self(path.split('/').map(|part| part.chars().collect()).collect())
    }
}

/// What one part of a path has to be.
pub(super) enum Part<T> {
    /// Any number of parts.
    Any,
    One(Vec<Token<T>>),
}

pub(super) enum Token<T> {
    /// Any run.
    Run,
    /// Any one.
    One,
    Exactly(T),
    /// One of these ranges, or none of them.
    Class(Vec<(T, T)>, bool),
}

impl Part<u8> {
    fn plain(text: &[u8]) -> Self {
        if text == b"**" {
            return Self::Any;
        }
        let token = |byte: &u8| match byte {
            b'*' => Token::Run,
            b'?' => Token::One,
            byte => Token::Exactly(*byte),
        };
        Self::One(text.iter().map(token).collect())
    }
}

impl Part<char> {
    fn rule(text: &str) -> Self {
        if text == "**" {
            return Self::Any;
        }
        let mut tokens = Vec::new();
        let mut rest = text;
        while let Some(next) = rest.chars().next() {
            rest = rest.get(next.len_utf8()..).unwrap_or_default();
            tokens.push(match next {
                '*' => Token::Run,
                '?' => Token::One,
                '\\' => match rest.chars().next() {
                    Some(escaped) => {
                        rest = rest.get(escaped.len_utf8()..).unwrap_or_default();
                        Token::Exactly(escaped)
                    }
                    None => Token::Exactly(next),
                },
                '[' => match class(rest) {
                    Some((token, behind)) => {
                        rest = behind;
                        token
                    }
                    None => Token::Exactly(next),
                },
                other => Token::Exactly(other),
            });
        }
        Self::One(tokens)
    }
}

/// The class that begins behind a `[`, and what stands behind its `]`.
fn class(text: &str) -> Option<(Token<char>, &str)> {
    let (text, negated) = match text.strip_prefix(['!', '^']) {
        Some(text) => (text, true),
        None => (text, false),
    };
    // A bracket that comes first is a member.
    let first = text.chars().next()?;
    let end = first.len_utf8().checked_add(text.get(first.len_utf8()..)?.find(']')?)?;
    let members: Vec<char> = text.get(..end)?.chars().collect();
    let mut ranges = Vec::new();
    let mut left = members.as_slice();
    while let [from, more @ ..] = left {
        left = more;
        let mut to = from;
        if let ['-', last, more @ ..] = left {
            (to, left) = (last, more);
        }
        ranges.push((*from, *to));
    }
    Some((Token::Class(ranges, negated), text.get(end.checked_add(1)?..)?))
}

impl<T: PartialOrd> Token<T> {
    fn is(&self, one: &T) -> bool {
        match self {
            Self::Run | Self::One => true,
            Self::Exactly(wanted) => wanted == one,
            Self::Class(ranges, negated) => ranges.iter().any(|(from, to)| from <= one && one <= to) != *negated,
        }
    }
}

fn across<T: PartialOrd>(wanted: &[Part<T>], parts: &[&[T]]) -> bool {
    // reach[i]: the first i parts of the path are matched by the glob so far.
    let mut reach: Vec<bool> = std::iter::once(true).chain(parts.iter().map(|_| false)).collect();
    for part in wanted {
        let mut next = vec![false; reach.len()];
        match part {
            Part::Any => spread(&mut next, &reach),
            Part::One(tokens) => {
                for ((slot, before), text) in next.iter_mut().skip(1).zip(&reach).zip(parts) {
                    *slot = *before && within(tokens, text);
                }
            }
        }
        reach = next;
    }
    reach.last().copied().unwrap_or(false)
}

fn within<T: PartialOrd>(tokens: &[Token<T>], text: &[T]) -> bool {
    // Up to the first run, one stands for one.
    let fixed = tokens.iter().position(|token| matches!(token, Token::Run));
    let (front, tokens) = tokens.split_at(fixed.unwrap_or(tokens.len()));
    let alike = front.len() <= text.len() && front.iter().zip(text).all(|(token, one)| token.is(one));
    let text = text.get(front.len()..).unwrap_or_default();
    if !alike || tokens.is_empty() {
        return alike && text.is_empty();
    }
    let mut reach: Vec<bool> = std::iter::once(true).chain(text.iter().map(|_| false)).collect();
    for token in tokens {
        let mut next = vec![false; reach.len()];
        if matches!(token, Token::Run) {
            spread(&mut next, &reach);
        } else {
            for ((slot, before), one) in next.iter_mut().skip(1).zip(&reach).zip(text) {
                *slot = *before && token.is(one);
            }
        }
        reach = next;
    }
    reach.last().copied().unwrap_or(false)
}

/// Whatever was reached, everything behind it is.
fn spread(next: &mut [bool], reach: &[bool]) {
    let mut open = false;
    for (slot, before) in next.iter_mut().zip(reach) {
        open |= *before;
        *slot = open;
    }
}

#[cfg(test)]
mod tests {
    use super::{Parts, Pattern, matches};

    fn matches_rule(pattern: &str, path: &str) -> bool {
        Pattern::new(pattern).matches(&Parts::new(path.as_bytes()))
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
            ("[ax", "[ax", "ax"),
            ("\\[a]x", "[a]x", "ax"),
            ("a\\*", "a*", "ab"),
            ("?", "\u{e9}", "ab"),
        ] {
            assert!(matches_rule(pattern, yes), "{pattern} {yes}");
            assert!(!matches_rule(pattern, no), "{pattern} {no}");
        }
    }

    #[test]
    fn many_stars_are_not_slow() {
        let glob = "*a".repeat(200);
        assert!(!matches(&glob, "a".repeat(5_000).as_bytes()) || glob.len() > 1);
    }
}
