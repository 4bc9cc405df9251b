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
    let known: BTreeSet<&str> = before.lines().map(str::trim).filter(|line| converts(line)).collect();
    let mut lines = (1..).zip(after.lines().map(str::trim));
    let fresh = lines.find(|(_, line)| converts(line) && !known.contains(line));
    Ok(fresh.map(|(at, _)| at))
}

/// Whether a line gives files an encoding that is not UTF-8. Any pattern may mean metadata: a name may go on behind
/// `-meta.xml`.
fn converts(line: &str) -> bool {
    let utf8 = |encoding: &str| encoding.eq_ignore_ascii_case("UTF-8") || encoding.eq_ignore_ascii_case("UTF8");
    let mut encodings = line.split_whitespace().filter_map(|word| word.strip_prefix(ENCODING));
    !line.starts_with('#') && encodings.any(|encoding| !utf8(encoding))
}

#[cfg(test)]
mod tests {
    use super::converts;

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
        ] {
            assert!(converts(line), "{line}");
        }
        for line in [
            "",
            "# * working-tree-encoding=UTF-16",
            "*.xml working-tree-encoding=UTF-8",
            "*.xml -working-tree-encoding",
            "*.xml text eol=crlf",
        ] {
            assert!(!converts(line), "{line}");
        }
    }
}
