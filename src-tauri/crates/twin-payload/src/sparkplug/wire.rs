//! The wire format of protocol buffers (<https://protobuf.dev/programming-guides/encoding/>).

use crate::reject::{Reject, RejectKind};

/// A stretch of the payload. 32 bits are enough: a payload is bounded far below 4 GiB.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: u32,
    pub(crate) end: u32,
}

impl Span {
    pub(crate) const fn is_empty(self) -> bool {
        self.start >= self.end
    }

    pub(crate) fn of(self, payload: &[u8]) -> &[u8] {
        payload
            .get(self.start as usize..self.end as usize)
            .unwrap_or_default()
    }
}

/// The content of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    Varint(u64),
    Fixed64(u64),
    Fixed32(u32),
    /// A text, bytes or a nested message.
    Bytes(Span),
}

/// Reads the fields of one message that lies within a payload.
#[derive(Clone, Debug)]
pub(crate) struct Fields<'p> {
    payload: &'p [u8],
    at: usize,
    end: usize,
}

impl<'p> Fields<'p> {
    pub(crate) const fn whole(payload: &'p [u8]) -> Self {
        Fields {
            payload,
            at: 0,
            end: payload.len(),
        }
    }

    pub(crate) const fn within(payload: &'p [u8], span: Span) -> Self {
        let len = payload.len();
        let end = if (span.end as usize) < len {
            span.end as usize
        } else {
            len
        };
        Fields {
            payload,
            at: span.start as usize,
            end,
        }
    }

    /// The next field's number and content; none at the end of the message.
    #[inline]
    pub(crate) fn next(&mut self) -> Result<Option<(u32, Content)>, Reject> {
        if self.at >= self.end {
            return Ok(None);
        }
        let key = self.varint()?;
        let field = u32::try_from(key >> 3).unwrap_or(0);
        if field == 0 || field > 0x1FFF_FFFF {
            return Err(self.malformed("a field number out of range"));
        }
        let content = match key & 7 {
            0 => Content::Varint(self.varint()?),
            1 => Content::Fixed64(u64::from_le_bytes(self.fixed()?)),
            2 => Content::Bytes(self.bytes()?),
            5 => Content::Fixed32(u32::from_le_bytes(self.fixed()?)),
            _ => return Err(self.malformed("a wire type that is not in use")),
        };
        Ok(Some((field, content)))
    }

    /// The next number of a packed list; none at its end.
    pub(crate) fn next_packed(&mut self) -> Result<Option<u64>, Reject> {
        if self.at >= self.end {
            return Ok(None);
        }
        self.varint().map(Some)
    }

    /// The next byte, left where it is; none at the end of the message.
    #[inline]
    pub(crate) fn peek(&self) -> Option<u8> {
        if self.at < self.end {
            self.payload.get(self.at).copied()
        } else {
            None
        }
    }

    /// Steps over the byte that was peeked at.
    #[inline]
    pub(crate) const fn step(&mut self) {
        self.at += 1;
    }

    /// A number of up to 64 bits in as many bytes as it needs.
    #[inline]
    pub(crate) fn varint(&mut self) -> Result<u64, Reject> {
        // Most are one byte: keys, booleans, small aliases and lengths.
        if let Some(byte) = self.peek().filter(|byte| *byte < 0x80) {
            self.at += 1;
            return Ok(u64::from(byte));
        }
        self.varint_of_many()
    }

    /// One of up to 8 bytes, such as a time, by one look at all of them.
    #[inline]
    fn varint_of_many(&mut self) -> Result<u64, Reject> {
        const LAST_OF_BYTE: u64 = 0x8080_8080_8080_8080;
        let within = self.at.checked_add(8).filter(|next| *next <= self.end);
        let chunk = within.and_then(|_| self.payload.get(self.at..)?.first_chunk::<8>());
        let Some(chunk) = chunk else {
            return self.long_varint();
        };
        let bytes = u64::from_le_bytes(*chunk);
        // The last byte of the number is the first one whose highest bit is 0.
        let ends = !bytes & LAST_OF_BYTE;
        if ends == 0 {
            return self.long_varint();
        }
        self.at += (ends.trailing_zeros() / 8 + 1) as usize;
        let mut number = bytes & (ends ^ ends.wrapping_sub(1)) & !LAST_OF_BYTE;
        // Eight groups of 7 bits move together, in pairs.
        number = number & 0x007F_007F_007F_007F | (number & 0x7F00_7F00_7F00_7F00) >> 1;
        number = number & 0x0000_3FFF_0000_3FFF | (number & 0x3FFF_0000_3FFF_0000) >> 2;
        Ok(number & 0x0FFF_FFFF | (number & 0x0FFF_FFFF_0000_0000) >> 4)
    }

    #[cold]
    fn long_varint(&mut self) -> Result<u64, Reject> {
        let mut number = 0_u64;
        for shift in (0..70).step_by(7) {
            let byte = if self.at < self.end {
                self.payload.get(self.at)
            } else {
                None
            };
            let byte = *byte.ok_or_else(|| self.truncated())?;
            self.at += 1;
            // The tenth byte may carry one bit only.
            if shift == 63 && byte > 1 {
                return Err(self.malformed("a number of more than 64 bits"));
            }
            number |= u64::from(byte & 0x7F) << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(self.malformed("a number of more than 64 bits"))
    }

    /// The next bytes, as many as are asked for.
    #[inline]
    pub(crate) fn fixed<const N: usize>(&mut self) -> Result<[u8; N], Reject> {
        let next = self.at + N;
        let bytes = if next <= self.end {
            self.payload.get(self.at..next)
        } else {
            None
        };
        let fixed = bytes
            .and_then(|bytes| bytes.try_into().ok())
            .ok_or_else(|| self.truncated())?;
        self.at = next;
        Ok(fixed)
    }

    /// A stretch of bytes after its length.
    #[inline]
    pub(crate) fn bytes(&mut self) -> Result<Span, Reject> {
        let length = self.varint()?;
        let left = self.end.saturating_sub(self.at);
        let length = usize::try_from(length)
            .ok()
            .filter(|length| *length <= left);
        let end = self.at + length.ok_or_else(|| self.truncated())?;
        let number =
            |at: usize| u32::try_from(at).map_err(|_| self.malformed("a payload of 4 GiB"));
        let span = Span {
            start: number(self.at)?,
            end: number(end)?,
        };
        self.at = end;
        Ok(span)
    }

    fn truncated(&self) -> Reject {
        let detail = format!("ends in the middle of a field at byte {}", self.at);
        Reject::new(RejectKind::SparkplugTruncated, detail)
    }

    pub(crate) fn malformed(&self, what: &str) -> Reject {
        Reject::new(
            RejectKind::SparkplugMalformed,
            format!("{what} at byte {}", self.at),
        )
    }
}

/// Fails when a text in the payload is not UTF-8.
#[inline]
pub(crate) fn check_utf8(payload: &[u8], span: Span) -> Result<(), Reject> {
    let text = span.of(payload);
    if text.is_ascii() {
        return Ok(());
    }
    std::str::from_utf8(text).map(|_| ()).map_err(|error| {
        let at = span.start as usize + error.valid_up_to();
        Reject::new(
            RejectKind::Utf8,
            format!("a text in the payload is not UTF-8 from byte {at} on"),
        )
    })
}

/// A text that [`check_utf8`] let through.
pub(crate) fn text_of(span: Span, payload: &[u8]) -> &str {
    std::str::from_utf8(span.of(payload)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn write(mut number: u64) -> Vec<u8> {
        let mut out = vec![];
        while number >= 0x80 {
            out.push((number & 0x7F) as u8 | 0x80);
            number >>= 7;
        }
        out.push(number as u8);
        out
    }

    proptest! {
        #[test]
        fn numbers_of_any_length_are_read(number in any::<u64>(), shift in 0_u32..64, after in prop::collection::vec(any::<u8>(), 0..12)) {
            let number = number >> shift;
            let mut bytes = write(number);
            let length = bytes.len();
            bytes.extend(after);
            let mut fields = Fields::whole(&bytes);
            prop_assert_eq!(fields.varint(), Ok(number));
            prop_assert_eq!(fields.at, length);
            // Within a message that ends before the number does, it is cut short.
            for end in 0..length {
                let span = Span { start: 0, end: end as u32 };
                let reject = Fields::within(&bytes, span).varint().unwrap_err();
                prop_assert_eq!(reject.kind, RejectKind::SparkplugTruncated);
            }
        }
    }
}
