//! Memory for what is read once and done with: each thread uses its own again for the next object.
//!
//! To get new memory for every tree of a large repository costs more than to inflate it: the system hands it out in pages,
//! each cleared and mapped on its own.

use std::cell::RefCell;
use std::ops::{Deref, DerefMut};

/// Bytes of one that a thread keeps.
const MOST: usize = 1 << 20;
/// How many a thread keeps: what is compressed and what comes out of it.
const SPARE: usize = 2;

thread_local! {
    static FREE: RefCell<Vec<Vec<u8>>> = const { RefCell::new(Vec::new()) };
}

/// Bytes whose memory goes back to the thread when they are dropped.
pub(crate) struct Lent {
    /// Longer than what is lent, if it held more before.
    memory: Vec<u8>,
    len: usize,
}

impl Lent {
    /// So many bytes, with whatever was in them.
    pub(super) fn new(len: usize) -> Self {
        let mut memory = FREE.with_borrow_mut(Vec::pop).unwrap_or_default();
        if memory.len() < len {
            memory.resize(len, 0);
        }
        Self { memory, len }
    }
}

impl Deref for Lent {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.memory.get(..self.len).unwrap_or_default()
    }
}

impl DerefMut for Lent {
    fn deref_mut(&mut self) -> &mut [u8] {
        self.memory.get_mut(..self.len).unwrap_or_default()
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if self.memory.len() > MOST {
            return;
        }
        let memory = std::mem::take(&mut self.memory);
        // A thread that ends has no use for it.
        _ = FREE.try_with(|free| {
            let mut free = free.borrow_mut();
            if free.len() < SPARE {
                free.push(memory);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_used_again_and_never_shared() {
        let mut first = Lent::new(100);
        first.fill(7);
        let place = first.as_ptr();
        let second = Lent::new(50);
        assert_ne!(second.as_ptr(), place);
        drop(second);
        drop(first);
        let third = Lent::new(10);
        assert_eq!((third.as_ptr(), third.len()), (place, 10));
        drop(third);
        assert_eq!(Lent::new(100).len(), 100);
    }

    #[test]
    fn a_thread_keeps_only_so_much() {
        drop(Lent::new(MOST + 1));
        assert!(FREE.take().is_empty());
        let many: Vec<Lent> = (0..=SPARE).map(|_| Lent::new(MOST)).collect();
        drop(many);
        assert_eq!(FREE.take().len(), SPARE);
    }
}
