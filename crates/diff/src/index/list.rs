//! The index as `git ls-files --stage --debug -z` prints it, for index files that only git can read.
//!
//! The flags are printed for debugging only and have no promised form, so anything unexpected is an error.

use crate::id::ObjectId;

use super::format::{Entry, Index};

/// Reads the listing into the form of a parsed index file, without tree ids.
pub(crate) fn parse(listing: &[u8], id_len: usize) -> Result<Index, String> {
    let mut index = Index {
        id_len,
        ..Index::default()
    };
    let mut rest = listing;
    while !rest.is_empty() {
        rest = entry(&mut index, rest).ok_or("git lists it in an unexpected form")?;
    }
    index.check_order()?;
    Ok(index)
}

/// `MODE ID STAGE\tPATH\0`, then lines of file status of which the last ends in `flags: HEX`.
fn entry<'a>(index: &mut Index, rest: &'a [u8]) -> Option<&'a [u8]> {
    let tab = memchr::memchr(b'\t', rest)?;
    let head = std::str::from_utf8(rest.get(..tab)?).ok()?;
    let mut words = head.split(' ');
    let mode = u32::from_str_radix(words.next()?, 8).ok()?;
    let id = ObjectId::from_hex(words.next()?.as_bytes())?;
    let stage: u32 = words.next()?.parse().ok()?;
    let rest = rest.get(tab + 1..)?;
    let nul = memchr::memchr(0, rest)?;
    let path = rest.get(..nul)?;
    let mut rest = rest.get(nul + 1..)?;
    let mut flags = None;
    for start in ["  ctime: ", "  mtime: ", "  dev: ", "  uid: ", "  size: "] {
        let line = memchr::memchr(b'\n', rest)?;
        let text = std::str::from_utf8(rest.get(..line)?).ok()?;
        flags = text.strip_prefix(start)?.split_once("\tflags: ").map(|(_, flags)| flags);
        rest = rest.get(line + 1..)?;
    }
    // Git keeps these two bits where the second flag word of the file has them.
    let flags = u32::from_str_radix(flags?, 16).ok()? & 0x6000_0000;
    if stage > 3 || id.as_bytes().len() != index.id_len {
        return None;
    }
    index.entries.push(Entry {
        mode,
        flags: flags | stage << 12,
        id: u32::try_from(index.data.len()).ok()?,
        path: u32::try_from(index.names.len()).ok()?,
        path_len: u32::try_from(path.len()).ok()?,
    });
    index.data.extend_from_slice(id.as_bytes());
    index.names.extend_from_slice(path);
    Some(rest)
}
