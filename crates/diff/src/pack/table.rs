//! The index of a pack (version 2): where an object lies.
//!
//! Read in pieces, one for each first byte of an id, as they are asked for: a run that looks at three objects must not pay
//! for a table of millions. Who asks for many of them gets the rest at once.

use std::fs;
use std::ops::Range;
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::positioned::read_at;

/// Signature, version and the 256 counts.
const HEADER: usize = 8 + 1024;
/// Objects with one first byte; a pack that has more of them is left to libgit2.
const MOST: u32 = 1 << 16;
/// First bytes that are read one by one.
const SINGLE: usize = 32;
/// Objects of a table that is read at once.
const MOST_AT_ONCE: u32 = 1 << 20;

#[derive(Debug)]
pub(super) struct Table {
    file: fs::File,
    id_len: usize,
    /// Objects whose first byte is at most the position.
    fan: Vec<u32>,
    /// Where the 8-byte offsets begin, and how many bytes the file has before its checksums.
    wide: u64,
    end: u64,
    rows: Vec<OnceLock<Option<Rows>>>,
    all: OnceLock<Option<Rows>>,
    /// How many of `rows` were read.
    read: AtomicUsize,
}

/// Some ids that follow each other, and their offsets.
#[derive(Debug)]
struct Rows {
    /// Place of the first in the table.
    first: u32,
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
            all: OnceLock::new(),
            read: AtomicUsize::new(0),
        })
    }

    /// Number of objects.
    pub(super) fn count(&self) -> u32 {
        self.fan.last().copied().unwrap_or_default()
    }

    /// Place of an object in the pack; `None` if it is not known here.
    pub(super) fn offset(&self, id: &[u8]) -> Option<u64> {
        let first = usize::from(*id.first()?);
        let places = self.places(first)?;
        let rows = self.rows(first, &places)?;
        let place = |place: u32| usize::try_from(place.checked_sub(rows.first)?).ok();
        let (mut low, mut high) = (place(places.start)?, place(places.end)?);
        while low < high {
            let middle = low.midpoint(high);
            match rows.ids.get(middle * self.id_len..(middle + 1) * self.id_len)?.cmp(id) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => {
                    let offset = number(rows.offsets.get(middle * 4..middle * 4 + 4)?)?;
                    return self.resolve(offset);
                }
            }
        }
        None
    }

    /// Where the ids with this first byte are.
    fn places(&self, first: usize) -> Option<Range<u32>> {
        let from = match first.checked_sub(1) {
            Some(before) => *self.fan.get(before)?,
            None => 0,
        };
        Some(from..*self.fan.get(first)?).filter(|places| places.end - places.start <= MOST)
    }

    /// The rows among which those with this first byte are.
    fn rows(&self, first: usize, places: &Range<u32>) -> Option<&Rows> {
        if let Some(all) = self.all.get() {
            return all.as_ref();
        }
        let single = self.rows.get(first)?;
        // One thread reads them all. The others do not wait for it.
        if single.get().is_none() && self.count() <= MOST_AT_ONCE && self.read.fetch_add(1, Ordering::Relaxed) == SINGLE {
            return self.all.get_or_init(|| self.read_rows(&(0..self.count()))).as_ref();
        }
        single.get_or_init(|| self.read_rows(places)).as_ref()
    }

    fn resolve(&self, offset: u32) -> Option<u64> {
        if offset & 0x8000_0000 == 0 {
            return Some(u64::from(offset));
        }
        let at = self.wide + 8 * u64::from(offset & 0x7fff_ffff);
        let bytes = read_at(&self.file, at, 8).filter(|_| at + 8 <= self.end)?;
        Some(u64::from_be_bytes(bytes.try_into().ok()?))
    }

    fn read_rows(&self, places: &Range<u32>) -> Option<Rows> {
        let rows = u64::from(places.end - places.start);
        let count = u64::from(self.count());
        let id = u64::try_from(self.id_len).ok()?;
        let part = |start: u64, width: u64| {
            let from = start + u64::from(places.start) * width;
            read_at(&self.file, from, usize::try_from(rows * width).ok()?)
        };
        Some(Rows {
            first: places.start,
            ids: part(HEADER as u64, id)?,
            offsets: part(HEADER as u64 + count * (id + 4), 4)?,
        })
    }
}

fn number(bytes: &[u8]) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.try_into().ok()?))
}
