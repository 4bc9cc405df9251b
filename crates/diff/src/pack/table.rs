//! The index of a pack (version 2): where an object lies.
//!
//! Ids are spread evenly, so where one lies is nearly known, and the few around that place are read. Once many were looked
//! for, all are read, in pieces, one for each first byte of an id: a run that looks at three objects must not pay for a table
//! of millions.

use std::cmp::Ordering;
use std::fs;
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{self, AtomicU32};

use super::lent::Lent;
use crate::positioned::{fill_at, read_at};

/// Signature, version and the 256 counts.
const HEADER: usize = 8 + 1024;
/// Objects with one first byte; a pack that has more of them is left to libgit2.
const MOST: u64 = 1 << 16;
/// To read all ids costs as much as to look for one of so many of them one by one.
const WORTH: u32 = 64;

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
    /// How many ids were looked for one by one.
    asked: AtomicU32,
}

/// Ids with one first byte, and their offsets.
#[derive(Debug)]
struct Row {
    ids: Vec<u8>,
    offsets: Vec<u8>,
}

/// What those around the place of an id tell.
enum Probe {
    At(u64),
    Absent,
    /// It lies before or behind them, if anywhere.
    Unclear,
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
            asked: AtomicU32::new(0),
        })
    }

    /// Number of objects.
    pub(super) fn count(&self) -> u32 {
        self.fan.last().copied().unwrap_or_default()
    }

    /// Place of an object in the pack; `None` if it is not known here.
    pub(super) fn offset(&self, id: &[u8]) -> Option<u64> {
        let first = usize::from(*id.first()?);
        let row = self.rows.get(first)?;
        let seldom = || self.asked.fetch_add(1, atomic::Ordering::Relaxed) < self.count() / WORTH;
        if row.get().is_none() && seldom() {
            match self.probe(first, id)? {
                Probe::At(at) => {
                    let offset = read_at(&self.file, self.offsets() + 4 * at, 4)?;
                    return self.resolve(number(&offset)?);
                }
                Probe::Absent => return None,
                Probe::Unclear => {}
            }
        }
        let row = row.get_or_init(|| self.row(first)).as_ref()?;
        let at = find(&row.ids, id).ok()?;
        self.resolve(number(row.offsets.get(at * 4..at * 4 + 4)?)?)
    }

    /// Looks for an id among those around the place where it should be.
    fn probe(&self, first: usize, id: &[u8]) -> Option<Probe> {
        let (from, rows) = self.range(first)?;
        let second = u64::from(u32::from_be_bytes(id.get(1..5)?.try_into().ok()?));
        let expected = rows.checked_mul(second)? >> 32;
        // Three times the standard deviation of where the middle one of so many random ids lies.
        let around = rows.isqrt() * 3 / 2 + 4;
        let start = expected.saturating_sub(around);
        let end = (expected + around).min(rows);
        let some = end.checked_sub(start)?;
        let width = u64::try_from(self.id_len).ok()?;
        let mut ids = Lent::new(usize::try_from(some * width).ok()?);
        let read = fill_at(&self.file, HEADER as u64 + (from + start) * width, &mut ids).ok()?;
        if read != ids.len() {
            return None;
        }
        Some(match find(&ids, id) {
            Ok(at) => Probe::At(from + start + u64::try_from(at).ok()?),
            Err(at) if (at > 0 || start == 0) && (at * self.id_len < ids.len() || end == rows) => Probe::Absent,
            Err(_) => Probe::Unclear,
        })
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
        let (from, rows) = self.range(first)?;
        let id = u64::try_from(self.id_len).ok()?;
        let part = |start: u64, width: u64| read_at(&self.file, start + from * width, usize::try_from(rows * width).ok()?);
        Some(Row {
            ids: part(HEADER as u64, id)?,
            offsets: part(self.offsets(), 4)?,
        })
    }

    /// The first id with this first byte, and how many have it.
    fn range(&self, first: usize) -> Option<(u64, u64)> {
        let from = match first.checked_sub(1) {
            Some(before) => u64::from(*self.fan.get(before)?),
            None => 0,
        };
        let rows = u64::from(*self.fan.get(first)?).checked_sub(from)?;
        (rows <= MOST).then_some((from, rows))
    }

    /// Where the 4-byte offsets begin.
    fn offsets(&self) -> u64 {
        let id = u64::try_from(self.id_len).unwrap_or_default();
        HEADER as u64 + u64::from(self.count()) * (id + 4)
    }
}

/// The position of an id among sorted ones, or where it would be.
fn find(ids: &[u8], id: &[u8]) -> Result<usize, usize> {
    let (mut low, mut high) = (0, ids.len() / id.len());
    while low < high {
        let middle = low.midpoint(high);
        let start = middle * id.len();
        match ids.get(start..start + id.len()).unwrap_or_default().cmp(id) {
            Ordering::Less => low = middle + 1,
            Ordering::Greater => high = middle,
            Ordering::Equal => return Ok(middle),
        }
    }
    Err(low)
}

fn number(bytes: &[u8]) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.try_into().ok()?))
}
