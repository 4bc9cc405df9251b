//! Object ids as orgate's own type, so that no type of a git library shows in the public API.
//!
//! Holds bytes and nothing else; whether an object exists is not a question for this module.

use std::fmt;

/// Length of the longest id git knows (SHA-256).
const LONGEST: usize = 32;

/// The id of a git object: 20 bytes (SHA-1) or 32 bytes (SHA-256).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId {
    bytes: [u8; LONGEST],
    len: u8,
}

impl ObjectId {
    /// Wraps raw bytes; `None` unless there are exactly 20 or 32 of them.
    pub fn from_bytes(raw: &[u8]) -> Option<Self> {
        if raw.len() != 20 && raw.len() != LONGEST {
            return None;
        }
        let mut bytes = [0; LONGEST];
        bytes.get_mut(..raw.len())?.copy_from_slice(raw);
        Some(Self {
            bytes,
            len: u8::try_from(raw.len()).ok()?,
        })
    }

    /// Reads a full id written in hexadecimal; `None` when it is abbreviated or not an id at all.
    pub fn from_hex(text: &[u8]) -> Option<Self> {
        if text.len() != 40 && text.len() != 2 * LONGEST {
            return None;
        }
        let mut raw = [0; LONGEST];
        for (pair, byte) in text.chunks_exact(2).zip(&mut raw) {
            let [high, low] = pair else { return None };
            *byte = nibble(*high)? << 4 | nibble(*low)?;
        }
        Self::from_bytes(raw.get(..text.len() / 2)?)
    }

    /// The bytes of the id: 20 or 32 of them.
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.len)).unwrap_or_default()
    }

    /// Whether every byte is zero: git's way to write "no object".
    pub fn is_zero(&self) -> bool {
        self.bytes.iter().all(|byte| *byte == 0)
    }

    pub(crate) fn from_git(id: git2::Oid) -> Option<Self> {
        Self::from_bytes(id.as_bytes())
    }
}

fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

/// Lower-case hexadecimal, in full.
impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in self.as_bytes() {
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_goes_in_and_out() {
        let text = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
        assert_eq!(ObjectId::from_hex(text.as_bytes()).unwrap().to_string(), text);
        let long = "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321";
        assert_eq!(ObjectId::from_hex(long.as_bytes()).unwrap().to_string(), long);
    }

    #[test]
    fn what_is_not_a_full_id_is_refused() {
        for text in ["", "4b825dc", "zz825dc642cb6eb9a060e54bf8d69288fbee4904"] {
            assert!(ObjectId::from_hex(text.as_bytes()).is_none(), "{text}");
        }
        assert!(ObjectId::from_bytes(&[0; 21]).is_none());
    }
}
