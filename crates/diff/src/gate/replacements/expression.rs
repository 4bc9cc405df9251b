//! Expressions of JavaScript, as far as they mean the same here. Must not accept one that could match more there.

use regex_lite::{Regex, RegexBuilder};

/// What `\s` means in JavaScript beside the white space of ASCII.
const BLANKS: &str = "\u{a0}\u{1680}\u{2000}-\u{200a}\u{2028}\u{2029}\u{202f}\u{205f}\u{3000}\u{feff}";

/// How much slower than the simplest ones an expression can be, as its program is larger; and that of the simplest.
const WEIGHTS: [usize; 4] = [1, 4, 16, 64];
const LIGHT: usize = 1 << 10;

/// One as a project file has it.
#[derive(Debug)]
pub(super) struct Expression {
    pub(super) text: String,
    /// What it means, with its weight; `None` when that is not known.
    pub(super) known: Option<(Regex, usize)>,
}

impl PartialEq for Expression {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Expression {
    pub(super) fn new(text: String) -> Self {
        let known = compile(&text);
        Self { text, known }
    }
}

/// `None` for an expression that is none, that is not known to mean the same, or that is too large.
fn compile(expression: &str) -> Option<(Regex, usize)> {
    let translated = translate(expression)?;
    WEIGHTS.into_iter().find_map(|weight| {
        let known = RegexBuilder::new(&translated).size_limit(LIGHT.saturating_mul(weight)).build();
        Some((known.ok()?, weight))
    })
}

fn translate(expression: &str) -> Option<String> {
    let mut out = String::with_capacity(expression.len());
    let mut rest = expression.chars();
    let mut class = false;
    while let Some(c) = rest.next() {
        let ahead = rest.as_str();
        match c {
            '\\' => {
                let escaped = rest.next()?;
                match escaped {
                    's' if class => out.extend(["\\s", BLANKS]),
                    's' => out.extend(["[\\s", BLANKS, "]"]),
                    'S' if !class => out.extend(["[^\\s", BLANKS, "]"]),
                    'd' | 'D' | 'w' | 'W' | 'n' | 'r' | 't' | 'f' | 'v' => out.extend(['\\', escaped]),
                    'b' | 'B' if !class => out.extend(['\\', escaped]),
                    _ if escaped.is_ascii_punctuation() => out.push_str(&regex_lite::escape(escaped.encode_utf8(&mut [0; 4]))),
                    _ => return None,
                }
            }
            // Classes within classes, and operations on classes, are unknown to JavaScript.
            '[' if class => return None,
            '&' | '~' | '-' if class && ahead.starts_with(c) => return None,
            ']' if class => {
                class = false;
                out.push(c);
            }
            '[' => {
                class = true;
                out.push(c);
                if ahead.starts_with('^') {
                    out.extend(rest.next());
                }
                // Empty in JavaScript; here the bracket would be a member.
                if rest.as_str().starts_with(']') {
                    return None;
                }
            }
            '.' if !class => out.push_str("[^\\n\\r\u{2028}\u{2029}]"),
            '{' if !class && !is_count(ahead) => return None,
            '(' if !class && ahead.starts_with('?') && !ahead.starts_with("?:") => return None,
            _ => out.push(c),
        }
    }
    (!class).then_some(out)
}

/// `n}`, `n,}` or `n,m}`.
fn is_count(text: &str) -> bool {
    let Some((inside, _)) = text.split_once('}') else { return false };
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    match inside.split_once(',') {
        Some((least, most)) => !least.is_empty() && digits(least) && digits(most),
        None => !inside.is_empty() && digits(inside),
    }
}

#[cfg(test)]
mod tests {
    use super::compile;

    #[test]
    fn what_means_the_same_is_matched_and_the_rest_is_refused() {
        for (pattern, text) in [
            ("fals[a-f]", "a false b"),
            ("<a>.*</a>", "<a>x</a>"),
            ("(?:a|b){2,3}", "ab"),
            ("a\\/b\\-c\\.d", "a/b-c.d"),
            ("x\\sy", "x\u{a0}y"),
            ("[\\s]y", "\u{feff}y"),
            ("[.{(]", "("),
        ] {
            assert!(compile(pattern).is_some_and(|known| known.0.is_match(text)), "{pattern}");
        }
        assert!(!compile("a.b").expect("an expression").0.is_match("a\rb"));
        for pattern in [
            "(?<=a)b",
            "(?=a)",
            "(?i)a",
            "(a)\\1",
            "\\A",
            "\\x61",
            "\\u0061",
            "\\cJ",
            "[]a]",
            "[^]",
            "[[:alpha:]]",
            "[a&&b]",
            "[a--b]",
            "a{",
            "a{,2}",
            "(",
            "[a",
            "a\\",
            "\\p{L}",
            "[\\b]",
        ] {
            assert!(compile(pattern).is_none(), "{pattern}");
        }
    }
}
