//! One line of a `.forceignore`, in each way in which it can be read. Which lines count together is said elsewhere.

use super::super::glob::{Backslash, Parts, Pattern};
use super::Dialect;

/// All rules of a file, with those in front of them.
pub(super) fn rules(text: &str, dialect: Dialect) -> Vec<Rule> {
    if dialect == Dialect::Broken {
        return Vec::new();
    }
    DEFAULTS
        .into_iter()
        .chain(text.lines())
        .filter_map(|line| Rule::of(line, dialect))
        .collect()
}

/// The rules that the deploy tool has in front of those of each file; without a file it has none. A team's own rules can take
/// back what these leave out (source-deploy-retrieve, `src/resolve/forceIgnore.ts`).
const DEFAULTS: [&str; 11] = [
    "**/*.dup",
    "**/.*",
    "!.sf",
    "**/.sf/**",
    "!**/.sf/orgs",
    "!**/.sf/orgs/**",
    "**/.sf/orgs/*/**",
    "!**/.sf/orgs/*/remoteMetadata",
    "!**/.sf/orgs/*/remoteMetadata/**",
    "**/package2-descriptor.json",
    "**/package2-manifest.json",
];

/// A byte order mark, which older versions of the tool take away from the pattern of each rule.
pub(super) const MARK: char = '\u{feff}';

/// The letters and digits that a backslash stands before.
pub(super) fn escapes(line: &str) -> impl Iterator<Item = char> {
    let behind = line.split('\\').skip(1).filter_map(|behind| behind.chars().next());
    behind.filter(char::is_ascii_alphanumeric)
}

/// What the deploy tool does not read as git does: its package `ignore` lets a range of a class hold a slash, takes `!` in a
/// class for a member, puts expressions in place of stars and question marks in it, and trims other white space.
pub(super) fn is_unclear(line: &str) -> bool {
    let plain = |class: &str| {
        let members = class.split_once(']').map(|(members, _)| members);
        members.is_some_and(|members| !members.is_empty() && !members.contains(['-', '!', '^', '/', '\\', '*', '?']))
    };
    let code = |letter| matches!(letter, 'b' | 'B' | 'c' | 'x' | 'u' | '0'..='9');
    line.contains([MARK, '\u{85}']) || escapes(line).any(code) || !line.split('[').skip(1).all(plain)
}

/// Whether the deploy tool may be unable to make an expression of a line: all but classes it writes so that they cannot break
/// one. Of those, letters, digits and ranges of them are sound.
pub(super) fn may_break(line: &str) -> bool {
    let sound = |class: &str| {
        let members = class.split_once(']').map_or("", |(members, _)| members);
        let mut left = members.strip_prefix(['!', '^']).unwrap_or(members).as_bytes();
        let none = left.is_empty();
        while let [from, more @ ..] = left {
            left = more;
            let mut to = from;
            if let [b'-', last, more @ ..] = more {
                (to, left) = (last, more);
            }
            let word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b' ');
            if !word(from) || !word(to) || from > to {
                return false;
            }
        }
        !none
    };
    !line.starts_with('#') && !line.split('[').skip(1).all(sound)
}

/// The line with anything in place of what stands behind a backslash and a letter, up to the next slash.
fn anything_behind_escapes(line: &str) -> String {
    let parts = line.split('/').map(|part| match part.find('\\') {
        Some(at) => format!("{}*", part.get(..at).unwrap_or_default()),
        None => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join("/")
}

/// One line of a `.forceignore`.
pub(super) struct Rule {
    pattern: Pattern,
    /// What it matches of folders besides: three stars at the end stand for nothing, too, behind the slash of a folder.
    itself: Option<Pattern>,
    /// The line begins with `!`: what it matches is taken after all.
    pub(super) back: bool,
    /// It ends with a slash, so it is about folders only.
    folders: bool,
}

impl Rule {
    fn of(line: &str, dialect: Dialect) -> Option<Self> {
        let loose = matches!(dialect, Dialect::Loose | Dialect::Scant) && is_unclear(line);
        let line = match dialect {
            _ if loose && escapes(line).next().is_some() => anything_behind_escapes(line),
            Dialect::Tool | Dialect::Loose | Dialect::Scant => line.replace('\\', "/"),
            Dialect::Git | Dialect::Expression | Dialect::Verbatim | Dialect::Broken => line.to_owned(),
        };
        let line = match dialect {
            Dialect::Loose | Dialect::Scant => line.trim_matches(|end: char| end.is_whitespace() || end == MARK),
            Dialect::Verbatim => &line,
            // The white space of JavaScript.
            _ => line.trim_end_matches(|end: char| end == MARK || (end.is_whitespace() && end != '\u{85}')),
        };
        let (line, back) = line.strip_prefix('!').map_or((line, false), |line| (line, true));
        // What an unclear rule takes back may stay out, and what it leaves out may stay in.
        let dropped = loose && back == (dialect == Dialect::Loose);
        if line.is_empty() || line.starts_with('#') || dropped {
            return None;
        }
        let line = match dialect {
            Dialect::Verbatim => line,
            _ => line.strip_prefix(MARK).unwrap_or(line),
        };
        let folders = line.ends_with('/');
        // A slash in front or in the middle ties the rule to its folder.
        let line = match line.trim_end_matches('/') {
            // Two stars right behind the first slash are two single ones to the tool.
            "/**" => "/*",
            line => line,
        };
        let tied = line.contains('/');
        let line = line.trim_start_matches('/');
        let anywhere = if tied || line.starts_with("**/") { "" } else { "**/" };
        let pattern = format!("{anywhere}{line}");
        let backslash = match dialect {
            Dialect::Expression => Backslash::Escapes,
            _ => Backslash::Quotes,
        };
        let read = |pattern| Pattern::new(pattern, backslash);
        let itself = pattern
            .rsplit_once('/')
            .filter(|(_, last)| last.len() > 2 && last.bytes().all(|byte| byte == b'*'));
        Some(Self {
            itself: itself.filter(|_| !folders && !loose).map(|(folder, _)| read(folder)),
            pattern: match (loose, folders) {
                (true, _) => Pattern::loose(&pattern),
                (false, true) => read(&pattern),
                (false, false) => read(&pattern).inside(),
            },
            back,
            folders,
        })
    }

    pub(super) fn matches(&self, path: &Parts, is_folder: bool) -> bool {
        let itself = || is_folder && self.itself.as_ref().is_some_and(|pattern| pattern.matches(path));
        (is_folder || !self.folders) && (self.pattern.matches(path) || itself())
    }
}
