//! Identity of a finding across runs and platforms: SHA-256 of what it is about, never of where it stands.

use sha2::{Digest, Sha256};

/// Hashes the parts; each is preceded by its length, so that no two lists of parts give the same input.
pub fn fingerprint(parts: &[&str]) -> String {
    let mut hasher = Sha256::new();
    hasher.update(b"orgate/v1");
    for part in parts {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part.as_bytes());
    }
    hasher.finalize().iter().fold(String::with_capacity(64), |mut text, byte| {
        use std::fmt::Write as _;
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::fingerprint;

    #[test]
    fn parts_do_not_run_into_each_other_and_the_value_is_stable() {
        assert_ne!(fingerprint(&["ab", "c"]), fingerprint(&["a", "bc"]));
        assert_eq!(fingerprint(&["ca-x", "connected-app", "App"]).len(), 64);
        assert_eq!(fingerprint(&[]), fingerprint(&[]));
    }
}
