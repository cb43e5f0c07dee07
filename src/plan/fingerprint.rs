//! Fingerprints: hashes of the meaning in one normal form.

use serde::Serialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use smol_str::SmolStr;

use super::normal::Normal;
use super::{FORMAT, Plan};

/// Keys that say how a policy is written or explained, not what it does.
const NOT_MEANING: [&str; 14] =
    ["source", "sources", "doc", "title", "fingerprint", "refs", "allows", "owner", "because", "instead", "origin", "file", "builtin", "compiler"];

/// Raised when the meaning of the language changes, so that old fingerprints are not taken for new ones.
const MEANING: u32 = 1;

/// What one item means: its normal form without positions, docs, titles and reasons.
pub fn meaning<T: Serialize + Clone + Normal>(item: &T) -> Value {
    let mut item = item.clone();
    item.normalize();
    let mut value = serde_json::to_value(&item).unwrap_or_default();
    strip(&mut value);
    value
}

/// The fingerprint of one item: of what it means.
pub fn item_fingerprint<T: Serialize + Clone + Normal>(item: &T) -> SmolStr {
    fingerprint_of(&meaning(item))
}

/// The fingerprint of a whole policy: of its settings, and of its items in order of kind and name.
pub fn policy_fingerprint(plan: &Plan) -> SmolStr {
    let mut parts: Vec<String> = vec![format!("format {FORMAT} meaning {MEANING}"), format!("zone {}", plan.settings.timezone)];
    if let Some(as_of) = &plan.settings.as_of {
        parts.push(format!("as of {as_of}"));
    }
    parts.push(format!("lead {}", plan.lead.fingerprint));
    macro_rules! add {
        ($($list:ident),*) => {$(
            let mut items: Vec<String> = plan.$list.iter().map(|item| format!("{} {} {}", stringify!($list), item.name, item.fingerprint)).collect();
            items.sort_unstable();
            parts.append(&mut items);
        )*};
    }
    add!(signals, icps, segments, journeys, scores, contents, programs, handoffs, rules);
    parts.push(format!("limits {}", plan.limits.fingerprint));
    fingerprint_of(&parts)
}

/// The first 32 hexadecimal digits of the SHA-256 of a value's JSON, whose keys are sorted.
pub fn fingerprint_of(value: &impl Serialize) -> SmolStr {
    let bytes = serde_json::to_value(value).and_then(|value| serde_json::to_vec(&value)).unwrap_or_default();
    bytes_fingerprint(&bytes).chars().take(32).collect()
}

/// SHA-256 of bytes, in hexadecimal.
pub fn bytes_fingerprint(bytes: &[u8]) -> SmolStr {
    let digits = b"0123456789abcdef";
    Sha256::digest(bytes).iter().flat_map(|byte| [byte >> 4, byte & 15]).filter_map(|n| digits.get(usize::from(n)).map(|d| char::from(*d))).collect()
}

fn strip(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.retain(|key, _| !NOT_MEANING.contains(&key.as_str()));
            map.values_mut().for_each(strip);
        }
        Value::Array(list) => list.iter_mut().for_each(strip),
        _ => {}
    }
}

/// What is left of 1,000,000,000 after 0 to `half_life - 1` days: `round(1e9 x 2^(-i / half_life))`.
///
/// Pure integer arithmetic, so that it is the same on every machine: the binary digits of `i / half_life` choose among
/// the constants `2^(-1/2)`, `2^(-1/4)`, …, each the square root of the one before, in 62 bits.
pub fn fade_table(half_life: u32) -> Vec<u32> {
    const ONE: u128 = 1 << 62;
    const BILLION: u128 = 1_000_000_000;
    let mut roots: Vec<u128> = Vec::with_capacity(62);
    let mut root = ONE / 2;
    for _ in 0..62 {
        root = (root * ONE).isqrt();
        roots.push(root);
    }
    (0..half_life)
        .map(|day| {
            let (mut rest, mut value) = (u64::from(day), ONE);
            for root in &roots {
                rest *= 2;
                if rest >= u64::from(half_life) {
                    rest -= u64::from(half_life);
                    value = value * root / ONE;
                }
            }
            u32::try_from((value * BILLION + ONE / 2) / ONE).unwrap_or(u32::MAX)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fading_halves() {
        assert_eq!(fade_table(1), [1_000_000_000]);
        assert_eq!(fade_table(2), [1_000_000_000, 707_106_781]);
        let table = fade_table(30);
        assert_eq!((table[0], table[15], table[29]), (1_000_000_000, 707_106_781, 511_686_946));
        for half_life in 1..400u32 {
            for (day, value) in fade_table(half_life).into_iter().enumerate() {
                let exact = 1e9 * (-(day as f64) / f64::from(half_life)).exp2();
                assert!((f64::from(value) - exact).abs() <= 0.500_001, "{half_life} {day}");
            }
        }
    }

    #[test]
    fn hashes_are_hexadecimal() {
        assert_eq!(bytes_fingerprint(b""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }
}
