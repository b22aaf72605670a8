//! A representation that comes in blocks. (RFC 7959)

use bytes::{Bytes, BytesMut};

/// Largest number of a block: 20 bits. (RFC 7959, 2.2)
const NUMBER_MAX: u32 = (1 << 20) - 1;

/// Which block, and how large blocks are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BlockPart {
    pub(super) number: u32,
    pub(super) more: bool,
    /// 0 to 6: blocks of 16 to 1,024 bytes.
    exponent: u8,
}

impl BlockPart {
    /// From the value of the option. None for the size exponent 7, which is reserved over UDP. (RFC 7959, 2.2)
    pub(super) fn from_option(value: u32) -> Option<Self> {
        let exponent = (value & 7) as u8;
        let number = value >> 4;
        (exponent < 7 && number <= NUMBER_MAX).then_some(BlockPart {
            number,
            more: value & 8 != 0,
            exponent,
        })
    }

    /// The value of the option in a request, where "more" is always 0.
    pub(super) fn to_option(self) -> u32 {
        (self.number << 4) | u32::from(self.exponent)
    }

    /// Bytes of a block.
    pub(super) fn size(self) -> usize {
        16 << self.exponent
    }

    fn offset(self) -> usize {
        // 2^20 blocks of 2^10 bytes fit into any usize this runs on.
        self.number as usize * self.size()
    }

    /// The block that begins after `length` bytes.
    fn after(self, length: usize) -> Option<BlockPart> {
        let number = u32::try_from(length / self.size()).ok()?;
        (number <= NUMBER_MAX).then_some(BlockPart {
            number,
            more: false,
            ..self
        })
    }
}

/// What one response adds to a representation.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece<'a> {
    /// None if the response says nothing of blocks: then it is the whole.
    pub(super) block: Option<BlockPart>,
    pub(super) etag: Option<&'a [u8]>,
    pub(super) format: Option<u16>,
    /// Bytes of the whole, if the device says so.
    pub(super) size: Option<u32>,
    pub(super) payload: &'a Bytes,
}

/// What to do after a piece.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    /// Ask for this block.
    Next(BlockPart),
    /// All of it, with its content format.
    Whole { body: Bytes, format: Option<u16> },
    /// The representation has changed meanwhile: begin again.
    Changed,
    /// It is larger than may be: the beginning of it, and how large it is at least, bytes.
    TooLarge { excerpt: Bytes, size: usize },
    /// The device breaks the rules, in words.
    Wrong(&'static str),
}

/// A representation under way. It never holds more than its limit.
#[derive(Debug, Default)]
pub(super) struct Assembly {
    etag: Option<Vec<u8>>,
    format: Option<u16>,
    body: BytesMut,
    has_begun: bool,
}

impl Assembly {
    /// Takes the next piece; `limit` is the largest representation, bytes.
    pub(super) fn take(&mut self, piece: Piece<'_>, limit: usize) -> Progress {
        let Some(block) = piece.block else {
            // Without the option the whole was sent at once, whatever was asked for.
            return whole(piece, limit);
        };
        if !self.has_begun {
            if block.number != 0 {
                return Progress::Wrong("it sent a block from the middle first");
            }
            if !block.more {
                return whole(piece, limit);
            }
            self.etag = piece.etag.map(<[u8]>::to_vec);
            self.format = piece.format;
            self.has_begun = true;
        } else if self.etag.as_deref() != piece.etag {
            return Progress::Changed;
        }
        if block.offset() != self.body.len() {
            return Progress::Wrong("it sent another block than the one asked for");
        }
        if piece.payload.len() > block.size() {
            return Progress::Wrong("it sent more than fits into a block");
        }
        if block.more && piece.payload.len() < block.size() {
            return Progress::Wrong("it sent a short block that is not the last one");
        }
        let announced = piece.size.map_or(0, |size| size as usize);
        let size = announced.max(self.body.len() + piece.payload.len());
        if size > limit {
            let mut excerpt = std::mem::take(&mut self.body);
            excerpt.extend_from_slice(piece.payload);
            return Progress::TooLarge {
                excerpt: excerpt.freeze(),
                size,
            };
        }
        self.body.extend_from_slice(piece.payload);
        if !block.more {
            return Progress::Whole {
                body: std::mem::take(&mut self.body).freeze(),
                format: self.format,
            };
        }
        match block.after(self.body.len()) {
            Some(next) => Progress::Next(next),
            None => Progress::Wrong("it sends more blocks than can be numbered"),
        }
    }
}

fn whole(piece: Piece<'_>, limit: usize) -> Progress {
    let body = piece.payload.clone();
    if body.len() > limit {
        let size = body.len();
        return Progress::TooLarge {
            excerpt: body,
            size,
        };
    }
    Progress::Whole {
        body,
        format: piece.format,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LIMIT: usize = 4_096;

    fn part(number: u32, more: bool, exponent: u8) -> BlockPart {
        BlockPart {
            number,
            more,
            exponent,
        }
    }

    fn piece<'a>(block: BlockPart, payload: &'a Bytes, etag: &'a [u8]) -> Piece<'a> {
        Piece {
            block: Some(block),
            etag: Some(etag),
            format: Some(50),
            size: None,
            payload,
        }
    }

    /// A device that has `body` and answers for any block, never larger than `exponent` says.
    fn serve(body: &Bytes, asked: BlockPart, exponent: u8) -> (BlockPart, Bytes) {
        let exponent = asked.exponent.min(exponent);
        let number = u32::try_from(asked.offset() / (16 << exponent)).unwrap();
        let size = 16_usize << exponent;
        let start = number as usize * size;
        let end = (start + size).min(body.len());
        (
            part(number, end < body.len(), exponent),
            body.slice(start..end),
        )
    }

    proptest! {
        #[test]
        fn any_body_comes_together_whatever_size_its_blocks_have(
            body in prop::collection::vec(any::<u8>(), 0..LIMIT),
            sizes in prop::collection::vec(0_u8..7, 1..8),
        ) {
            let body = Bytes::from(body);
            let mut assembly = Assembly::default();
            let mut asked = part(0, false, 6);
            for turn in 0.. {
                let (block, payload) = serve(&body, asked, sizes[turn % sizes.len()]);
                match assembly.take(piece(block, &payload, b"e"), LIMIT) {
                    Progress::Next(next) => {
                        prop_assert_eq!(next.offset(), block.offset() + payload.len());
                        asked = next;
                    }
                    Progress::Whole { body: got, format } => {
                        prop_assert_eq!(got, body);
                        prop_assert_eq!(format, Some(50));
                        break;
                    }
                    other => prop_assert!(false, "{:?}", other),
                }
            }
        }

        #[test]
        fn whatever_comes_the_limit_holds(
            pieces in prop::collection::vec((any::<u32>(), 0_usize..1_100, any::<bool>()), 1..40),
        ) {
            let mut assembly = Assembly::default();
            for (option, length, in_order) in pieces {
                let payload = Bytes::from(vec![b'x'; length]);
                let mut block = BlockPart::from_option(option >> 8);
                if let (true, Some(block)) = (in_order, &mut block) {
                    block.number = u32::try_from(assembly.body.len() / block.size()).unwrap();
                }
                let piece = Piece { block, etag: None, format: None, size: None, payload: &payload };
                if let Progress::Whole { body, .. } = assembly.take(piece, 2_000) {
                    prop_assert!(body.len() <= 2_000);
                }
                prop_assert!(assembly.body.len() <= 2_000);
            }
        }
    }

    #[test]
    fn the_option_is_read_and_written() {
        assert_eq!(BlockPart::from_option(0x1e), Some(part(1, true, 6)));
        assert_eq!(BlockPart::from_option(0x07), None);
        assert_eq!(part(1, true, 6).to_option(), 0x16);
        assert_eq!(part(3, false, 0).size(), 16);
    }

    #[test]
    fn a_change_on_the_way_and_broken_rules_are_told_apart() {
        let full = Bytes::from(vec![0; 16]);
        let short = Bytes::from(vec![0; 3]);
        let begun = || {
            let mut assembly = Assembly::default();
            let first = piece(part(0, true, 0), &full, b"a");
            assert_eq!(
                assembly.take(first, LIMIT),
                Progress::Next(part(1, false, 0))
            );
            assembly
        };
        let changed = piece(part(1, true, 0), &full, b"b");
        assert_eq!(begun().take(changed, LIMIT), Progress::Changed);
        for wrong in [
            piece(part(2, true, 0), &full, b"a"),
            piece(part(0, true, 0), &full, b"a"),
            piece(part(1, true, 0), &short, b"a"),
        ] {
            let progress = begun().take(wrong, LIMIT);
            assert!(matches!(progress, Progress::Wrong(_)), "{progress:?}");
        }
        let middle = piece(part(1, true, 0), &full, b"a");
        let progress = Assembly::default().take(middle, LIMIT);
        assert!(matches!(progress, Progress::Wrong(_)), "{progress:?}");
    }

    #[test]
    fn what_says_it_is_too_large_is_not_fetched() {
        let full = Bytes::from(vec![7; 16]);
        let first = Piece {
            size: Some(5_000),
            ..piece(part(0, true, 0), &full, b"a")
        };
        let progress = Assembly::default().take(first, LIMIT);
        assert_eq!(
            progress,
            Progress::TooLarge {
                excerpt: full,
                size: 5_000
            }
        );
    }
}
