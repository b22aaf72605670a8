//! Bytes changed without knowing anything of them.

use rand::{Rng, RngExt};

/// Values at the edges of integers.
const EDGES: [u8; 8] = [0, 1, 0x20, 0x7F, 0x80, 0xC0, 0xFE, 0xFF];

/// Changes a few bytes: one of them, one bit, a run of them taken out, written twice, or put in.
pub fn change(bytes: &mut Vec<u8>, max: usize, rng: &mut impl Rng) {
    let at = rng.random_range(0..=bytes.len());
    let until = bytes.len().min(at + rng.random_range(1..=8));
    let byte = rng.next_u32();
    match byte & 7 {
        0 => {
            bytes.drain(at..until);
        }
        1 => {
            let run = bytes.get(at..until).unwrap_or_default().to_vec();
            bytes.splice(at..at, run);
        }
        2 | 3 => {
            let put = (byte >> 8).to_le_bytes();
            let count = 1 + (byte >> 28) as usize % 3;
            bytes.splice(at..at, put.into_iter().take(count));
        }
        choice => {
            if let Some(old) = bytes.get_mut(at) {
                *old = match choice {
                    4 => *old ^ 1 << ((byte >> 8) & 7),
                    5 => EDGES
                        .get((byte >> 8) as usize % EDGES.len())
                        .copied()
                        .unwrap_or(0),
                    6 => (byte >> 8) as u8,
                    _ => old.wrapping_add((byte >> 8) as u8 & 15).wrapping_sub(8),
                };
            }
        }
    }
    bytes.truncate(max);
}

#[cfg(test)]
mod tests {
    use rand::{SeedableRng, rngs::StdRng};

    use super::*;

    #[test]
    fn bytes_become_longer_shorter_and_others() {
        let mut rng = StdRng::seed_from_u64(7);
        let (mut longer, mut shorter, mut others) = (0, 0, 0);
        for _ in 0..1_000 {
            let mut bytes = b"abcdefgh".to_vec();
            change(&mut bytes, 12, &mut rng);
            assert!(bytes.len() <= 12);
            longer += usize::from(bytes.len() > 8);
            shorter += usize::from(bytes.len() < 8);
            others += usize::from(bytes.len() == 8 && bytes != b"abcdefgh");
        }
        assert!(
            longer > 100 && shorter > 50 && others > 100,
            "{longer} {shorter} {others}"
        );
        let mut empty = vec![];
        change(&mut empty, 0, &mut rng);
        assert!(empty.is_empty());
    }
}
