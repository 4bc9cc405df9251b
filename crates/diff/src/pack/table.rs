//! The index of a pack: where an object lies.
//!
//! Ids are spread evenly, so where one lies is nearly known, and the few around that place are read. Once many were looked
//! for, all are read, in pieces, one for each first byte of an id: a run that looks at three objects must not pay for a table
//! of millions.
//!
//! Nothing is believed: a place outside of the index is never read, and one outside of the pack is not answered by the pack.

use std::cmp::Ordering;
use std::fs;
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{self, AtomicU32};

use super::Fault;
use super::lent::Lent;
use crate::id::ObjectId;
use crate::positioned::{fill_at, read_at};

/// Signature and version. An index of the first version has neither.
const SIGNATURE: &[u8] = b"\xfftOc\0\0\0\x02";
/// Bytes of the 256 counts.
const COUNTS: usize = 1024;
/// Objects with one first byte; where there are more of them, they are looked for one by one.
const MOST: u64 = 1 << 16;
/// To read all ids costs as much as to look for one of so many of them one by one.
const WORTH: u32 = 64;

#[derive(Debug)]
pub(super) struct Table {
    file: fs::File,
    id_len: usize,
    /// Objects whose first byte is at most the position.
    fan: Vec<u32>,
    /// The first version: each id stands behind its offset, instead of all ids before all offsets.
    mixed: bool,
    /// Where the ids begin, or the offsets with the ids.
    start: u64,
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
    pub(super) fn open(path: &Path, id_len: usize) -> Result<Self, Fault> {
        let file = fs::File::open(path).map_err(|error| Fault::of(&error))?;
        Self::read(file, id_len).ok_or(Fault::Damaged)
    }

    fn read(file: fs::File, id_len: usize) -> Option<Self> {
        let size = file.metadata().ok()?.len();
        let head = read_at(&file, 0, COUNTS + SIGNATURE.len())?;
        let mixed = !head.starts_with(SIGNATURE);
        // No index of the first version begins like that: it would count more objects than fit into any pack.
        if mixed && head.starts_with(SIGNATURE.get(..4)?) {
            return None;
        }
        let from = if mixed { 0 } else { SIGNATURE.len() };
        let fan: Vec<u32> = head.get(from..from + COUNTS)?.chunks_exact(4).filter_map(number).collect();
        if fan.len() != 256 || !fan.is_sorted() {
            return None;
        }
        let count = u64::from(*fan.last()?);
        let id = u64::try_from(id_len).ok()?;
        let start = u64::try_from(from + COUNTS).ok()?;
        let wide = start + count * if mixed { id + 4 } else { id + 8 };
        let end = size.checked_sub(2 * id).filter(|end| *end >= wide)?;
        if mixed && end != wide {
            return None;
        }
        Some(Self {
            file,
            id_len,
            fan,
            mixed,
            start,
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

    /// Place of an object in the pack; `None` if it is not in there.
    pub(super) fn offset(&self, id: &[u8]) -> Result<Option<u64>, Fault> {
        let first = usize::from(id.first().copied().unwrap_or_default());
        let row = self.rows.get(first).ok_or(Fault::Damaged)?;
        let (_, rows) = self.range(first).ok_or(Fault::Damaged)?;
        let seldom = || self.asked.fetch_add(1, atomic::Ordering::Relaxed) < self.count() / WORTH;
        if !self.mixed && row.get().is_none() && (rows > MOST || seldom()) {
            match self.probe(first, id).ok_or(Fault::Damaged)? {
                Probe::At(at) => return self.offset_at(at).map(Some).ok_or(Fault::Damaged),
                Probe::Absent => return Ok(None),
                Probe::Unclear => {}
            }
        }
        if rows > MOST {
            let at = self.lower(first, id).ok_or(Fault::Damaged)?;
            let found = at < self.count().into() && self.id_at(at).ok_or(Fault::Damaged)? == id;
            return found.then(|| self.offset_at(at).ok_or(Fault::Damaged)).transpose();
        }
        let row = row.get_or_init(|| self.row(first)).as_ref().ok_or(Fault::Damaged)?;
        let Ok(at) = find(&row.ids, id) else {
            return Ok(None);
        };
        let offset = row.offsets.get(at * 4..at * 4 + 4).and_then(number);
        offset.and_then(|offset| self.resolve(offset)).map(Some).ok_or(Fault::Damaged)
    }

    /// Up to two ids that are not below `least` and for which `like` holds; they lie side by side.
    pub(super) fn from(&self, least: &[u8], like: impl Fn(ObjectId) -> bool) -> Result<Vec<ObjectId>, Fault> {
        let first = usize::from(least.first().copied().unwrap_or_default());
        let at = self.lower(first, least).ok_or(Fault::Damaged)?;
        let mut found = Vec::new();
        for at in (at..self.count().into()).take(2) {
            let id = self.id_at(at).and_then(|id| ObjectId::from_bytes(&id)).ok_or(Fault::Damaged)?;
            if !like(id) {
                break;
            }
            found.push(id);
        }
        Ok(found)
    }

    /// Position of the first id that is not below this one, found step by step.
    fn lower(&self, first: usize, id: &[u8]) -> Option<u64> {
        let (mut low, rows) = self.range(first)?;
        let mut high = low + rows;
        while low < high {
            let middle = low.midpoint(high);
            if self.id_at(middle)?.as_slice() < id {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        Some(low)
    }

    fn id_at(&self, at: u64) -> Option<Vec<u8>> {
        let id = u64::try_from(self.id_len).ok()?;
        let place = if self.mixed { at * (id + 4) + 4 } else { at * id };
        read_at(&self.file, self.start + place, self.id_len)
    }

    fn offset_at(&self, at: u64) -> Option<u64> {
        let offset = read_at(&self.file, self.offsets() + 4 * at, 4)?;
        self.resolve(number(&offset)?)
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
        let read = fill_at(&self.file, self.start + (from + start) * width, &mut ids).ok()?;
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
        if self.mixed || offset & 0x8000_0000 == 0 {
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
        if self.mixed {
            let both = part(self.start, id + 4)?;
            let (mut ids, mut offsets) = (Vec::new(), Vec::new());
            for one in both.chunks_exact(self.id_len + 4) {
                let (offset, id) = one.split_at_checked(4)?;
                offsets.extend_from_slice(offset);
                ids.extend_from_slice(id);
            }
            return Some(Row { ids, offsets });
        }
        Some(Row {
            ids: part(self.start, id)?,
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
        Some((from, rows))
    }

    /// Where the 4-byte offsets begin.
    fn offsets(&self) -> u64 {
        let id = u64::try_from(self.id_len).unwrap_or_default();
        self.start + u64::from(self.count()) * (id + 4)
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
