//! Cutting samples by the bytes of their texts, so that no chunk comes near the largest blob of SQLite.

use std::{collections::HashSet, ops::Range};

use crate::chunk::Stretch;

/// Bytes of different texts in one chunk; a single longer text has a chunk of its own.
const TEXT_BYTES_MAX: usize = 4 << 20;

/// Samples that make one chunk.
#[derive(Debug, PartialEq)]
pub(super) struct Piece {
    pub range: Range<usize>,
    /// Cut off because of its bytes.
    pub heavy: bool,
}

impl Piece {
    /// One that its bytes did not cut.
    pub(super) const fn light(range: Range<usize>) -> Self {
        let heavy = false;
        Piece { range, heavy }
    }
}

/// Cuts samples into pieces whose texts are few enough.
pub(super) fn light_enough(samples: &Stretch, range: Range<usize>) -> Vec<Piece> {
    let texts = |range: Range<usize>| range.map(|at| samples.text(at).map_or("", |text| text));
    let mut pieces = Vec::new();
    let mut begin = range.start;
    let all: usize = texts(range.clone()).map(str::len).sum();
    if all > TEXT_BYTES_MAX {
        let mut bytes = 0;
        let mut known = HashSet::new();
        for (at, text) in range.clone().zip(texts(range.clone())) {
            if !known.insert(text) {
                continue;
            }
            bytes += text.len();
            if bytes > TEXT_BYTES_MAX && at > begin {
                pieces.push(Piece {
                    range: begin..at,
                    heavy: true,
                });
                begin = at;
                bytes = text.len();
                known.clear();
                known.insert(text);
            }
        }
    }
    pieces.push(Piece::light(begin..range.end));
    pieces
}

#[cfg(test)]
mod tests {
    use twin_core::{Quality, ValueKind};

    use super::*;

    #[test]
    fn long_texts_are_cut_and_repeated_ones_count_once() {
        let mut samples = Stretch::default();
        let long = "x".repeat(TEXT_BYTES_MAX / 2);
        for (time, text) in [
            (0, format!("a{long}")),
            (1, "short".into()),
            (2, format!("a{long}")),
            (3, format!("b{long}")),
            (4, format!("c{long}")),
        ] {
            let text = text.as_str().into();
            samples.push(time, 0, ValueKind::Text, 0, Some(&text), Quality::GOOD);
        }
        let pieces: Vec<_> = light_enough(&samples, 0..5)
            .into_iter()
            .map(|piece| (piece.range, piece.heavy))
            .collect();
        assert_eq!(pieces, [(0..3, true), (3..4, true), (4..5, false)]);
    }
}
