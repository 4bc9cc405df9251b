//! Attributes of git with which a checkout writes something else than what is stored, and judged, here.
//!
//! Only `working-tree-encoding` can be seen from a repository: what `filter` does is configured elsewhere, and `ident` is
//! refused by the reader of metadata where it would matter. Must not decide which attributes are in force in the end: a line
//! that could be is enough.

use std::collections::BTreeSet;

use orgate_core::RepoPath;

use super::text::{Text, text};
use crate::error::DiffError;
use crate::snapshot::Snapshot;

const NAME: &[u8] = b".gitattributes";
const ENCODING: &str = "working-tree-encoding=";

/// Whether a file of this path holds attributes.
pub(super) fn is_attributes(path: &[u8]) -> bool {
    path.rsplit(|byte| *byte == b'/').next() == Some(NAME)
}

/// The first line of head with which metadata may be written to disk in another encoding, if base has no such line. For a
/// file that nobody can read any more it is the first one.
pub(super) fn converting(base: &dyn Snapshot, head: &dyn Snapshot, path: &RepoPath) -> Result<Option<u32>, DiffError> {
    let before = match text(base, path)? {
        Text::Read(text) => text,
        Text::None => String::new(),
        // What base has was refused when it came.
        Text::Unread => return Ok(None),
    };
    let after = match text(head, path)? {
        Text::Read(text) => text,
        Text::None => return Ok(None),
        Text::Unread => return Ok(Some(1)),
    };
    // Macros are defined in the root only, and hold everywhere.
    let root = match text(head, &RepoPath::from(".gitattributes"))? {
        Text::Read(text) => text,
        Text::None | Text::Unread => String::new(),
    };
    let macros = macros(&root);
    let known: BTreeSet<&str> = lines(&before).collect();
    let mut lines = (1..).zip(lines(&after));
    let fresh = lines.find(|(_, line)| converts(line, &macros) && !known.contains(line));
    Ok(fresh.map(|(at, _)| at))
}

/// The lines of a file without what git takes for blanks around them. To git, other white space is a part of a pattern.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.split('\n').map(|line| line.trim_matches([' ', '\t', '\r']))
}

/// The names of macros that give files an encoding, themselves or by other macros.
fn macros(root: &str) -> BTreeSet<&str> {
    let defined = |line| {
        let (name, attributes) = split(line)?;
        Some((name.strip_prefix("[attr]")?, attributes))
    };
    let defined: Vec<(&str, Vec<&str>)> = lines(root).filter_map(defined).collect();
    let mut found = BTreeSet::new();
    loop {
        let known = found.len();
        let converting = defined
            .iter()
            .filter(|(_, attributes)| attributes.iter().any(|word| encodes(word, &found)));
        let names: Vec<&str> = converting.map(|(name, _)| *name).collect();
        found.extend(names);
        if found.len() == known {
            return found;
        }
    }
}

/// The pattern of a line and its attributes; `None` for a comment. A pattern in quotes may come in several pieces.
fn split(line: &str) -> Option<(&str, Vec<&str>)> {
    let mut words = line.split_whitespace();
    let pattern = words.next().filter(|_| !line.starts_with('#'))?;
    Some((pattern, words.collect()))
}

/// Whether a line gives files an encoding that is not UTF-8. Any pattern may mean metadata: a name may go on behind
/// `-meta.xml`.
fn converts(line: &str, macros: &BTreeSet<&str>) -> bool {
    split(line).is_some_and(|(_, attributes)| attributes.iter().any(|word| encodes(word, macros)))
}

fn encodes(word: &str, macros: &BTreeSet<&str>) -> bool {
    let utf8 = |encoding: &str| encoding.eq_ignore_ascii_case("UTF-8") || encoding.eq_ignore_ascii_case("UTF8");
    word.strip_prefix(ENCODING).is_some_and(|encoding| !utf8(encoding)) || macros.contains(word)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{lines, macros};

    fn converts(line: &str) -> bool {
        lines(line).any(|line| super::converts(line, &BTreeSet::new()))
    }

    #[test]
    fn only_another_encoding_converts() {
        for line in [
            "* working-tree-encoding=UTF-16",
            "*.xml text working-tree-encoding=ASCII//TRANSLIT",
            "force-app/** working-tree-encoding=latin1",
            "[attr]odd working-tree-encoding=UTF-16LE",
            "*.ps? working-tree-encoding=UTF-16",
            "\"a b.xml\" working-tree-encoding=UTF-7",
            "[attr]odd.txt working-tree-encoding=UTF-7",
            "*.ps1 working-tree-encoding=UTF-16",
            "\u{a0}#x/** working-tree-encoding=UTF-16",
            "\u{b}# working-tree-encoding=UTF-16",
        ] {
            assert!(converts(line), "{line}");
        }
        for line in [
            "",
            "# * working-tree-encoding=UTF-16",
            " \t# * working-tree-encoding=UTF-16",
            "*.xml working-tree-encoding=UTF-8",
            "*.xml -working-tree-encoding",
            "*.xml text eol=crlf",
        ] {
            assert!(!converts(line), "{line}");
        }
    }

    #[test]
    fn a_macro_converts_as_what_it_stands_for() {
        let root = "[attr]odd text working-tree-encoding=UTF-16\n[attr]plain text\n[attr]odder odd\n* odder\n";
        let macros = macros(root);
        assert_eq!(macros, BTreeSet::from(["odd", "odder"]));
        for (line, expected) in [
            ("*.xml odder", true),
            ("*.xml -odder", false),
            ("*.xml plain", false),
            ("odd text", false),
        ] {
            assert_eq!(super::converts(line, &macros), expected, "{line}");
        }
    }
}
