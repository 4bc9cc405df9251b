//! Pieces of the pack file that were read last: what is asked for next mostly lies beside what was asked for before.
//!
//! The memory of those that are dropped is used again, because asking for new memory costs more than reading into it.

use std::sync::Arc;

/// Bytes of a piece.
pub(super) const PIECE: u64 = 32 << 10;
/// Pieces that are kept.
const PIECES: usize = 12;

#[derive(Default)]
pub(super) struct Pieces {
    /// Each with its number in the file.
    kept: Vec<(u64, Arc<Vec<u8>>)>,
    /// Which of them is dropped next.
    next: usize,
}

impl Pieces {
    /// The piece of this number, or else memory to read it into.
    pub(super) fn get(&mut self, number: u64) -> Result<Arc<Vec<u8>>, Vec<u8>> {
        if let Some((_, piece)) = self.kept.iter().find(|(kept, _)| *kept == number) {
            return Ok(Arc::clone(piece));
        }
        if self.kept.len() < PIECES {
            return Err(Vec::new());
        }
        self.next = (self.next + 1) % PIECES;
        let (_, dropped) = self.kept.swap_remove(self.next);
        // Who still reads it keeps it.
        Err(Arc::try_unwrap(dropped).unwrap_or_default())
    }

    /// Keeps a piece. Two threads may have read the same one.
    pub(super) fn keep(&mut self, number: u64, piece: &Arc<Vec<u8>>) {
        self.kept.push((number, Arc::clone(piece)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_pieces_are_kept_and_their_memory_is_used_again() {
        let mut pieces = Pieces::default();
        let mut fresh = 0;
        for number in 0..1_000 {
            let mut buffer = pieces.get(number).unwrap_err();
            fresh += usize::from(buffer.capacity() == 0);
            buffer.resize(100, 7);
            pieces.keep(number, &Arc::new(buffer));
            assert!(pieces.get(number).is_ok());
            assert!(pieces.kept.len() <= PIECES);
        }
        assert_eq!(fresh, PIECES);
    }

    #[test]
    fn a_piece_that_is_being_read_is_not_overwritten() {
        let mut pieces = Pieces::default();
        let held = Arc::new(vec![1]);
        pieces.keep(0, &held);
        for number in 1..1_000 {
            let mut buffer = pieces.get(number).unwrap_err();
            buffer.clear();
            buffer.resize(1, 2);
            pieces.keep(number, &Arc::new(buffer));
        }
        assert_eq!(*held, [1]);
    }
}
