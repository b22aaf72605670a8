//! Compressed payloads: gzip (RFC 1952) and Zstandard (RFC 8878).

use std::io::Read;

use crate::{
    limits::Limits,
    reject::{Reject, RejectKind},
};

/// Largest window that a Zstandard frame may ask for, bytes: what RFC 8878 recommends to support.
const WINDOW_BYTES: u64 = 8 * 1024 * 1024;
/// Below this many bytes the ratio says nothing: a few bytes of text repeated compress well.
const RATIO_FROM_BYTES: usize = 64 * 1024;
/// Read at a time.
const STEP_BYTES: usize = 16 * 1024;

/// How a payload is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Packed {
    Gzip,
    Zstd,
}

impl Packed {
    /// Told by the first bytes; none for a payload that is not compressed.
    pub(crate) fn of(payload: &[u8]) -> Option<Packed> {
        if payload.starts_with(&[0x1F, 0x8B, 0x08]) {
            return Some(Packed::Gzip);
        }
        payload
            .starts_with(&[0x28, 0xB5, 0x2F, 0xFD])
            .then_some(Packed::Zstd)
    }

    /// Fills `out` with what is inside.
    ///
    /// # Errors
    /// It is damaged, or larger than the limits allow.
    pub(crate) fn inflate(
        self,
        payload: &[u8],
        limits: &Limits,
        out: &mut Vec<u8>,
    ) -> Result<(), Reject> {
        out.clear();
        match self {
            Packed::Gzip => {
                let from = flate2::read::MultiGzDecoder::new(payload);
                fill(from, payload.len(), limits, out)
            }
            Packed::Zstd => {
                let mut rest = payload;
                // Frames may follow one another, but nothing else.
                while !rest.is_empty() {
                    let from = ruzstd::decoding::StreamingDecoder::new_with_max_window_size(
                        &mut rest,
                        WINDOW_BYTES,
                    );
                    let from = from.map_err(|error| damaged(&error))?;
                    fill(from, payload.len(), limits, out)?;
                }
                Ok(())
            }
        }
    }
}

fn fill(
    mut from: impl Read,
    packed: usize,
    limits: &Limits,
    out: &mut Vec<u8>,
) -> Result<(), Reject> {
    let by_ratio = packed
        .saturating_mul(limits.inflated_ratio)
        .max(RATIO_FROM_BYTES);
    let most = limits.inflated_bytes.min(by_ratio);
    loop {
        let start = out.len();
        out.resize(start + STEP_BYTES, 0);
        let room = out.get_mut(start..).unwrap_or_default();
        let read = from.read(room).map_err(|error| damaged(&error))?;
        out.truncate(start + read);
        if read == 0 {
            return Ok(());
        }
        if out.len() > most {
            let detail = format!("{packed} compressed bytes hold more than {most}");
            return Err(Reject::new(RejectKind::Inflate, detail));
        }
    }
}

fn damaged(error: &dyn std::fmt::Display) -> Reject {
    Reject::new(RejectKind::Inflate, format!("damaged: {error}"))
}
