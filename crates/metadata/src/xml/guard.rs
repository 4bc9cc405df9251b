//! What can be told from the bytes of a file before it is parsed, and what explains a failure afterwards.

use memchr::memmem;

use super::Limits;
use super::error::{XmlError, XmlErrorKind as Kind};

/// UTF-8 form of the byte order mark.
pub(super) const BOM: &str = "\u{feff}";

/// Start of every git-LFS pointer.
const LFS: &[u8] = b"version https://git-lfs.github.com/spec/";

/// Bytes checked at once: enough for vector code, short enough to stop early.
const CHUNK: usize = 4096;

/// Checks size, encoding and forbidden characters of a whole file.
pub(super) fn check<'a>(bytes: &'a [u8], limits: &Limits) -> Result<&'a str, XmlError> {
    let at = |kind, offset: usize| {
        let offset = u32::try_from(offset).unwrap_or(u32::MAX);
        XmlError { kind, offset }
    };
    // One less than the largest number, which stands for "no node".
    let most = limits.bytes.min(u32::MAX - 1);
    if bytes.len() > most as usize {
        return Err(at(Kind::TooLarge(most), 0));
    }
    if bytes.starts_with(LFS) {
        return Err(at(Kind::LfsPointer, 0));
    }
    if matches!(bytes, [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [0, _, ..] | [_, 0, ..]) {
        return Err(at(Kind::Utf16, 0));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| at(Kind::NotUtf8, error.valid_up_to()))?;
    if let Some((offset, code)) = forbidden(bytes) {
        return Err(at(Kind::Character(code), offset));
    }
    if let Some(offset) = replaced(bytes) {
        return Err(at(Kind::Keyword, offset));
    }
    let content = text.strip_prefix(BOM).unwrap_or(text);
    if content.bytes().all(super::chars::is_blank) {
        return Err(at(Kind::Empty, 0));
    }
    if content.starts_with(BOM) {
        return Err(at(Kind::ByteOrderMark, BOM.len()));
    }
    Ok(text)
}

/// Where a keyword stands that git replaces when it writes the file out, so that what is deployed is not what the blob says
/// (gitattributes(5)): on checkout what `$Id:` begins, where the attribute `ident` is set and markup is lost by that; into an
/// archive what `$Format:` begins, where `export-subst` is set, by whatever the message of the commit says.
fn replaced(bytes: &[u8]) -> Option<usize> {
    let identity = |inner: &[u8]| {
        let end = memchr::memchr2(b'$', b'\n', inner);
        let inner = end.filter(|end| inner.get(*end) == Some(&b'$')).and_then(|end| inner.get(..end));
        inner.is_some_and(|inner| memchr::memchr3(b'<', b'>', b'&', inner).is_some())
    };
    let format = |inner: &[u8]| {
        let first = memchr::memchr2(b'$', b'%', inner);
        let behind = first.filter(|at| inner.get(*at) == Some(&b'%')).and_then(|at| inner.get(at..));
        behind.is_some_and(|behind| memchr::memchr(b'$', behind).is_some())
    };
    memchr::memchr_iter(b'$', bytes).find(|at| {
        let keyword = bytes.get(at + 1..).unwrap_or_default();
        keyword.strip_prefix(b"Id:").is_some_and(identity) || keyword.strip_prefix(b"Format:").is_some_and(format)
    })
}

/// The first character that XML 1.0 does not allow. Surrogates cannot occur in UTF-8.
fn forbidden(bytes: &[u8]) -> Option<(usize, u32)> {
    fn control(byte: u8) -> bool {
        byte < b' ' && byte != b'\t' && byte != b'\n' && byte != b'\r'
    }
    for (count, chunk) in bytes.chunks(CHUNK).enumerate() {
        // No early exit inside a chunk: that is what lets the compiler use vector instructions.
        if chunk.iter().fold(false, |any, byte| any | control(*byte))
            && let Some(at) = chunk.iter().position(|byte| control(*byte))
        {
            let code = chunk.get(at).copied().unwrap_or_default();
            return Some((count * CHUNK + at, u32::from(code)));
        }
    }
    memmem::find_iter(bytes, b"\xef\xbf").find_map(|at| match bytes.get(at + 2) {
        Some(0xbe) => Some((at, 0xfffe)),
        Some(0xbf) => Some((at, 0xffff)),
        _ => None,
    })
}

/// Where the markers of an unfinished merge begin. Only for files that do not parse: the markers are legal in
/// comments and CDATA.
pub(super) fn conflict(text: &str) -> Option<u32> {
    marker(text, "<<<<<<< ").or_else(|| marker(text, ">>>>>>> "))
}

/// Where a line begins with one of the markers that are legal as text.
pub(super) fn stray_marker(text: &str) -> Option<u32> {
    ["=======", ">>>>>>> ", "||||||| "].into_iter().find_map(|mark| marker(text, mark))
}

fn marker(text: &str, mark: &str) -> Option<u32> {
    let bytes = text.as_bytes();
    memmem::find_iter(bytes, mark)
        .find(|at| match at.checked_sub(1) {
            None => true,
            Some(before) => matches!(bytes.get(before), Some(b'\n' | b'\r')),
        })
        .and_then(|at| u32::try_from(at).ok())
}
