//! Reading a file by position: several threads share one handle, and so read one and the same file even if another one
//! takes its name meanwhile.

use std::fs::File;
use std::io::{Error, ErrorKind};

/// Exactly `len` bytes of a file.
pub(crate) fn read_at(file: &File, offset: u64, len: usize) -> Option<Vec<u8>> {
    let mut bytes = vec![0; len];
    (fill_at(file, offset, &mut bytes).ok()? == len).then_some(bytes)
}

/// Fills the buffer, or as much of it as the file has bytes; tells how many.
pub(crate) fn fill_at(file: &File, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
    let mut filled = 0;
    while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        let at = u64::try_from(filled).ok().and_then(|filled| offset.checked_add(filled));
        match some_at(file, at.ok_or(ErrorKind::InvalidInput)?, rest) {
            Ok(0) => break,
            Ok(more) => filled += more,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

#[cfg(unix)]
fn some_at(file: &File, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
    std::os::unix::fs::FileExt::read_at(file, buffer, offset)
}

#[cfg(windows)]
fn some_at(file: &File, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, offset)
}

#[cfg(not(any(unix, windows)))]
fn some_at(_: &File, _: u64, _: &mut [u8]) -> Result<usize, Error> {
    Err(ErrorKind::Unsupported.into())
}
