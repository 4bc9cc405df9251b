//! The index of a pack (version 2): where an object lies.
//!
//! Read in pieces, one for each first byte of an id, as they are asked for: a run that looks at three objects must not pay
//! for a table of millions.

use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use crate::positioned::read_at;

/// Signature, version and the 256 counts.
const HEADER: usize = 8 + 1024;
/// Objects with one first byte; a pack that has more of them is left to libgit2.
const MOST: u64 = 1 << 16;

#[derive(Debug)]
pub(super) struct Table {
    file: fs::File,
    id_len: usize,
    /// Objects whose first byte is at most the position.
    fan: Vec<u32>,
    /// Where the 8-byte offsets begin, and how many bytes the file has before its checksums.
    wide: u64,
    end: u64,
    rows: Vec<OnceLock<Option<Row>>>,
}

/// Ids with one first byte, and their offsets.
#[derive(Debug)]
struct Row {
    ids: Vec<u8>,
    offsets: Vec<u8>,
}

impl Table {
    pub(super) fn open(path: &Path, id_len: usize) -> Option<Self> {
        let file = fs::File::open(path).ok()?;
        let size = file.metadata().ok()?.len();
        let header = read_at(&file, 0, HEADER)?;
        if header.get(..8)? != b"\xfftOc\0\0\0\x02" {
            return None;
        }
        let fan: Vec<u32> = header.get(8..)?.chunks_exact(4).filter_map(number).collect();
        if fan.len() != 256 || !fan.is_sorted() {
            return None;
        }
        let count = u64::from(*fan.last()?);
        let id = u64::try_from(id_len).ok()?;
        let wide = HEADER as u64 + count * (id + 8);
        let end = size.checked_sub(2 * id).filter(|end| *end >= wide)?;
        Some(Self {
            file,
            id_len,
            fan,
            wide,
            end,
            rows: (0..256).map(|_| OnceLock::new()).collect(),
        })
    }

    /// Number of objects.
    pub(super) fn count(&self) -> u32 {
        self.fan.last().copied().unwrap_or_default()
    }

    /// Place of an object in the pack; `None` if it is not known here.
    pub(super) fn offset(&self, id: &[u8]) -> Option<u64> {
        let first = usize::from(*id.first()?);
        let row = self.rows.get(first)?.get_or_init(|| self.row(first)).as_ref()?;
        let key = |at: usize| row.ids.get(at * self.id_len..(at + 1) * self.id_len);
        let (mut low, mut high) = (0, row.ids.len() / self.id_len);
        while low < high {
            let middle = low.midpoint(high);
            match key(middle)?.cmp(id) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => {
                    let offset = number(row.offsets.get(middle * 4..middle * 4 + 4)?)?;
                    return self.resolve(offset);
                }
            }
        }
        None
    }

    fn resolve(&self, offset: u32) -> Option<u64> {
        if offset & 0x8000_0000 == 0 {
            return Some(u64::from(offset));
        }
        let at = self.wide + 8 * u64::from(offset & 0x7fff_ffff);
        let bytes = read_at(&self.file, at, 8).filter(|_| at + 8 <= self.end)?;
        Some(u64::from_be_bytes(bytes.try_into().ok()?))
    }

    fn row(&self, first: usize) -> Option<Row> {
        let from = match first.checked_sub(1) {
            Some(before) => u64::from(*self.fan.get(before)?),
            None => 0,
        };
        let rows = u64::from(*self.fan.get(first)?).checked_sub(from).filter(|rows| *rows <= MOST)?;
        let count = u64::from(self.count());
        let id = u64::try_from(self.id_len).ok()?;
        let part = |start: u64, width: u64| read_at(&self.file, start + from * width, usize::try_from(rows * width).ok()?);
        let ids = part(HEADER as u64, id)?;
        Some(Row {
            ids,
            offsets: part(HEADER as u64 + count * (id + 4), 4)?,
        })
    }
}

fn number(bytes: &[u8]) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.try_into().ok()?))
}
