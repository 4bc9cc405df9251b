//! Git's own formats: what is accepted means one thing only, and nothing points outside of the bytes.

use std::io::{Read as _, Write as _};

use orgate_diff::fuzzing;

/// Id length by the first byte, and the rest.
fn id_length(data: &[u8]) -> Option<(usize, &[u8])> {
    let (first, rest) = data.split_first()?;
    Some((if first & 1 == 0 { 20 } else { 32 }, rest))
}

/// A byte that chooses the kind of id, and a raw tree.
///
/// # Panics
/// When a promise is broken.
pub fn tree(data: &[u8]) {
    let Some((id_len, raw)) = id_length(data) else { return };
    let Some(entries) = fuzzing::tree(raw, id_len) else { return };
    // Read once more, as simply as can be.
    let mut rest = raw;
    let mut keys: Vec<Vec<u8>> = Vec::new();
    for entry in &entries {
        let space = rest.iter().position(|byte| *byte == b' ').expect("a mode");
        let nul = rest.iter().position(|byte| *byte == 0).expect("an end");
        assert!(space < nul);
        let mode = u32::from_str_radix(std::str::from_utf8(&rest[..space]).expect("digits"), 8).expect("octal");
        assert_eq!(&rest[space + 1..nul], entry.path);
        assert_eq!(&rest[nul + 1..nul + 1 + id_len], entry.id);
        assert_eq!(entry.kind.is_none(), mode & 0o170_000 == 0o040_000);
        let forbidden = [&b""[..], b".", b".."].contains(&&entry.path[..]) || entry.path.eq_ignore_ascii_case(b".git");
        assert!(!forbidden && !entry.path.contains(&b'/'), "{entry:?}");
        let mut key = entry.path.clone();
        if entry.kind.is_none() {
            key.push(b'/');
        }
        keys.push(key);
        rest = &rest[nul + 1 + id_len..];
    }
    assert!(rest.is_empty());
    assert!(keys.is_sorted_by(|a, b| a < b), "not in order");
    let mut names: Vec<&Vec<u8>> = entries.iter().map(|entry| &entry.path).collect();
    names.sort();
    assert!(names.is_sorted_by(|a, b| a < b), "a name stands twice");
}

/// A byte that chooses the kind of id, and an index file.
///
/// # Panics
/// When a promise is broken.
pub fn index(data: &[u8]) {
    let Some((id_len, raw)) = id_length(data) else { return };
    let Some((entries, folders)) = fuzzing::index(raw, id_len) else {
        return;
    };
    ordered(&entries, id_len);
    let size: usize = entries.iter().map(|entry| entry.path.len()).sum();
    assert!(size <= 64 * raw.len(), "{size} bytes of paths out of {}", raw.len());
    // Folders lie within each other or beside each other.
    let mut open: Vec<usize> = Vec::new();
    for (at, folder) in folders.iter().enumerate() {
        while open.last().is_some_and(|end| *end <= at) {
            open.pop();
        }
        let most = open.last().copied().unwrap_or(folders.len());
        assert!(folder.end > at && folder.end <= most, "{folders:?}");
        open.push(folder.end);
    }
}

/// A byte that chooses the kind of id, and what `git ls-files --stage --debug -z` prints.
///
/// # Panics
/// When a promise is broken.
pub fn listing(data: &[u8]) {
    let Some((id_len, raw)) = id_length(data) else { return };
    if let Some(entries) = fuzzing::listing(raw, id_len) {
        ordered(&entries, id_len);
    }
}

fn ordered(entries: &[fuzzing::Entry], id_len: usize) {
    for entry in entries {
        assert!(!entry.path.is_empty() && entry.stage <= 3);
        assert_eq!(entry.id.len(), id_len);
    }
    assert!(entries.is_sorted_by(|a, b| (&a.path, a.stage) < (&b.path, b.stage)));
}

/// A byte that says whether the rest is compressed already, and a loose object.
///
/// # Panics
/// When a promise is broken.
pub fn loose(data: &[u8]) {
    let Some((first, rest)) = data.split_first() else { return };
    let raw = if first & 1 == 0 {
        let mut packer = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
        packer.write_all(rest).expect("memory");
        packer.finish().expect("memory")
    } else {
        rest.to_vec()
    };
    let Some(content) = fuzzing::loose(&raw) else { return };
    // An upper bound, so that this is no bomb for the test itself: the reader must not have read further.
    let mut whole = Vec::new();
    let read = flate2::read::ZlibDecoder::new(&raw[..])
        .take(u64::try_from(content.len()).expect("fits") + 100)
        .read_to_end(&mut whole);
    assert!(read.is_ok(), "accepted, but it does not unpack");
    let header = whole.iter().position(|byte| *byte == 0).expect("a header");
    assert_eq!(whole[header + 1..], content);
    let text = std::str::from_utf8(&whole[..header]).expect("text");
    let (kind, size) = text.split_once(' ').expect("kind and size");
    assert!(matches!(kind, "blob" | "tree" | "commit" | "tag"));
    assert_eq!(size.parse::<usize>().expect("a size"), content.len());
}
