//! The objects that others may be built on, as many as fit: read again, each would cost its whole chain of deltas.
//!
//! A fixed number of places, one for each object by its offset. What comes later takes the place of what came before, so
//! that the memory stays small.

use std::sync::Arc;

use git2::ObjectType;

/// Places for objects.
const PLACES: usize = 2048;
/// Bytes of all objects that are kept.
const BYTES: usize = 4 << 20;

type Object = (ObjectType, Arc<Vec<u8>>);

#[derive(Default)]
pub(super) struct Kept {
    /// Objects with their offsets; empty as long as none was kept.
    places: Vec<Option<(u64, Object)>>,
    bytes: usize,
    /// The place that is emptied next where there are too many bytes.
    next: usize,
}

impl Kept {
    pub(super) fn get(&self, offset: u64) -> Option<Object> {
        let (kept, object) = self.places.get(place(offset))?.as_ref()?;
        (*kept == offset).then(|| object.clone())
    }

    /// Keeps an object; one that is larger than all that may be kept does not stay.
    pub(super) fn keep(&mut self, offset: u64, kind: ObjectType, content: &Arc<Vec<u8>>) {
        if self.places.is_empty() {
            self.places.resize(PLACES, None);
        }
        let at = place(offset);
        self.empty(at);
        self.bytes += content.len();
        if let Some(place) = self.places.get_mut(at) {
            *place = Some((offset, (kind, Arc::clone(content))));
        }
        while self.bytes > BYTES {
            self.empty(self.next);
            self.next = (self.next + 1) % PLACES;
        }
    }

    fn empty(&mut self, at: usize) {
        if let Some((_, (_, content))) = self.places.get_mut(at).and_then(Option::take) {
            self.bytes -= content.len();
        }
    }
}

/// The place of an object. Neighbours in the pack come into different ones.
fn place(offset: u64) -> usize {
    // The upper bits of a product depend on all bits of the offset (multiplicative hashing by the golden ratio).
    let mixed = offset.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
    usize::try_from(mixed).unwrap_or_default() % PLACES
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(bytes: usize) -> Arc<Vec<u8>> {
        Arc::new(vec![7; bytes])
    }

    #[test]
    fn an_object_is_found_by_its_offset_only() {
        let mut kept = Kept::default();
        assert!(kept.get(12).is_none());
        kept.keep(12, ObjectType::Tree, &object(3));
        let (kind, content) = kept.get(12).unwrap();
        assert_eq!((kind, content.len()), (ObjectType::Tree, 3));
        let same_place = (13..1_000_000).find(|other| place(*other) == place(12)).unwrap();
        assert!(kept.get(same_place).is_none());
        kept.keep(same_place, ObjectType::Blob, &object(1));
        assert!(kept.get(12).is_none());
        assert!(kept.get(same_place).is_some());
    }

    #[test]
    fn the_bytes_are_bounded() {
        let mut kept = Kept::default();
        for offset in 0..10_000 {
            kept.keep(offset, ObjectType::Tree, &object(100_000));
            assert!(kept.bytes <= BYTES);
        }
        let all = kept.places.iter().flatten().map(|(_, (_, content))| content.len());
        assert_eq!(all.sum::<usize>(), kept.bytes);
        assert!(kept.get(9_999).is_some());
        kept.keep(1, ObjectType::Tree, &object(BYTES + 1));
        assert!(kept.get(1).is_none());
    }
}
