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

/// The first line of head with which metadata may be written to disk in another encoding, if base has no such line.
pub(super) fn converting(base: &dyn Snapshot, head: &dyn Snapshot, path: &RepoPath) -> Result<Option<u32>, DiffError> {
    let lines = |snapshot| -> Result<Vec<(u32, String)>, DiffError> {
        let Text::Read(text) = text(snapshot, path)? else {
            return Ok(Vec::new());
        };
        let lines = (1..).zip(text.lines()).filter(|(_, line)| converts(line));
        Ok(lines.map(|(at, line)| (at, line.trim().to_owned())).collect())
    };
    let known: BTreeSet<String> = lines(base)?.into_iter().map(|(_, line)| line).collect();
    let fresh = lines(head)?.into_iter().find(|(_, line)| !known.contains(line));
    Ok(fresh.map(|(at, _)| at))
}

/// Whether a line gives files that may be metadata an encoding that is not UTF-8.
fn converts(line: &str) -> bool {
    let line = line.trim();
    let mut words = line.split_whitespace();
    let (Some(pattern), false) = (words.next(), line.starts_with('#')) else {
        return false;
    };
    let utf8 = |encoding: &str| encoding.eq_ignore_ascii_case("UTF-8") || encoding.eq_ignore_ascii_case("UTF8");
    let other = words.filter_map(|word| word.strip_prefix(ENCODING)).any(|encoding| !utf8(encoding));
    other && may_be_metadata(pattern)
}

/// Whether a pattern may mean metadata: unless it ends in the plain ending of other files.
fn may_be_metadata(pattern: &str) -> bool {
    match pattern.rsplit_once('.') {
        Some((_, ending)) => {
            let plain = !ending.is_empty() && ending.chars().all(|letter| letter.is_ascii_alphanumeric());
            let other = [
                "bat", "cmd", "csv", "ini", "ps1", "psd1", "psm1", "rc", "reg", "sln", "sql", "strings", "txt", "vbs",
            ];
            !plain || !other.iter().any(|known| known.eq_ignore_ascii_case(ending))
        }
        None => true,
    }
}

#[cfg(test)]
mod tests {
    use super::converts;

    #[test]
    fn only_another_encoding_for_what_may_be_metadata_converts() {
        for line in [
            "* working-tree-encoding=UTF-16",
            "*.xml text working-tree-encoding=ASCII//TRANSLIT",
            "  force-app/** working-tree-encoding=latin1",
            "[attr]odd working-tree-encoding=UTF-16LE",
            "*.ps? working-tree-encoding=UTF-16",
            "\"a b.xml\" working-tree-encoding=UTF-7",
        ] {
            assert!(converts(line), "{line}");
        }
        for line in [
            "",
            "# * working-tree-encoding=UTF-16",
            "*.xml working-tree-encoding=UTF-8",
            "*.xml -working-tree-encoding",
            "*.xml text eol=crlf",
            "*.ps1 working-tree-encoding=UTF-16",
        ] {
            assert!(!converts(line), "{line}");
        }
    }
}
