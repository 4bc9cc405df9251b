//! Path globs: `*` and `?` within a part, `**` across parts; `{a,b}` alternatives are not supported. Rules as those of git
//! know more.

mod rule;

pub(super) use rule::{Backslash, Parts, Pattern};

/// A glob, ready for many paths.
pub(super) struct Glob(Vec<Part<u8>>);

impl Glob {
    pub(super) fn new(glob: &str) -> Self {
        Self(glob.split('/').map(|part| Part::plain(part.as_bytes())).collect())
    }

    /// Whether the path with these parts matches. Linear in the product of both lengths, whatever the glob.
    pub(super) fn matches_parts(&self, parts: &[&[u8]]) -> bool {
        // Most globs name the folder or the file that they begin or end with, and most paths another one.
        let ends = [self.0.first().zip(parts.first()), self.0.last().zip(parts.last())];
        let other = |(wanted, part): (&Part<u8>, &&[u8])| matches!(wanted, Part::One(tokens) if !within(tokens, part));
        !ends.into_iter().flatten().any(other) && across(&self.0, parts)
    }
}

/// Whether `path` matches `glob`.
pub(super) fn matches(glob: &str, path: &[u8]) -> bool {
    let parts: Vec<&[u8]> = path.split(|byte| *byte == b'/').collect();
    Glob::new(glob).matches_parts(&parts)
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
