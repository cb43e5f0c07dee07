//! Stable chance: who is held out, which arm of a split, and the second at which a held message goes out.

use sha2::{Digest as _, Sha256};

/// The first 8 bytes, big-endian, of SHA-256 of the parts with a NUL between them.
pub(super) fn of(parts: &[&str]) -> u64 {
    let mut hash = Sha256::new();
    for (number, part) in parts.iter().enumerate() {
        if number > 0 {
            hash.update([0]);
        }
        hash.update(part.as_bytes());
    }
    hash.finalize().iter().take(8).fold(0, |value, byte| value << 8 | u64::from(*byte))
}

/// Whether `100 chance / 2^64` is less than `percent`, in billionths of a percent.
pub(super) fn below(chance: u64, percent: i128) -> bool {
    // Both sides stay below 2^101.
    u128::from(chance) * 100_000_000_000 < (percent.max(0) as u128) << 64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares() {
        assert_eq!(of(&[""]), 0xe3b0_c442_98fc_1c14);
        assert_eq!(of(&["a", "b"]), of(&["a\0b"]));
        assert!(!below(0, 0) && below(0, 1));
        assert!(below(u64::MAX, 100_000_000_000), "a hundred percent are all");
        assert!(below((1 << 63) - 1, 50_000_000_000) && !below(1 << 63, 50_000_000_000));
    }
}
