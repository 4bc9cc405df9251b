//! What was read last of files that say something for the folders below them, so that one above many is read once.

use std::rc::Rc;

/// Things that are kept.
const MOST: usize = 8;

/// What was made of the files in some folders, the oldest first.
pub(super) struct Recent<T>(Vec<(Vec<u8>, Rc<T>)>);

impl<T> Default for Recent<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Recent<T> {
    pub(super) fn get(&mut self, folder: &[u8]) -> Option<Rc<T>> {
        let at = self.0.iter().position(|(known, _)| known == folder)?;
        let found = self.0.remove(at);
        self.0.push(found);
        self.0.last().map(|(_, found)| Rc::clone(found))
    }

    pub(super) fn keep(&mut self, folder: &[u8], found: T) -> Rc<T> {
        if self.0.len() >= MOST {
            self.0.remove(0);
        }
        let found = Rc::new(found);
        self.0.push((folder.to_vec(), Rc::clone(&found)));
        found
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST, Recent};

    #[test]
    fn what_is_asked_for_stays() {
        let mut recent = Recent::default();
        recent.keep(b"top", 0);
        for number in 0..3 * MOST {
            recent.keep(number.to_string().as_bytes(), number);
            assert!(recent.get(b"top").is_some() && recent.0.len() <= MOST);
        }
        assert!(recent.get(b"0").is_none());
    }
}
