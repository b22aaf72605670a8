//! Making the blobs of chunks.

use std::ops::Range;

use twin_core::SignalKey;

use super::{
    FINE, QUICK, READ_SAMPLES_MAX, Stretch,
    values::{self, Room},
    wholes::{Packing, put_column},
};
use crate::bytes::{Malformed, close_seal, open_seal, put_runs, put_signed, put_varint};

/// Chunks of fewer samples are made without pco unless they last: they will be joined with others before long, and
/// compressing a few hundred numbers costs as much as thousands.
const QUICK_BELOW: usize = 1_024;

/// Makes blobs one after the other in memory that it keeps.
#[derive(Default)]
pub(crate) struct Encoder {
    room: Room,
}

impl Encoder {
    /// Adds the blob of the samples `range` of `signal`; at least one, at most 65,536. `lasts`: it will not be written again
    /// soon. After an error nothing is added.
    pub(crate) fn put(
        &mut self,
        out: &mut Vec<u8>,
        signal: SignalKey,
        samples: &Stretch,
        range: Range<usize>,
        lasts: bool,
    ) -> Result<(), Malformed> {
        if range.is_empty() || range.len() > READ_SAMPLES_MAX || range.end > samples.len() {
            return Err(Malformed {
                at: 0,
                what: "count of samples out of range",
            });
        }
        let (version, packing) = if !lasts && range.len() < QUICK_BELOW {
            (QUICK, Packing::Quick)
        } else {
            (FINE, Packing::Fine)
        };
        let begin = open_seal(out);
        let done = self.put_columns(out, (signal, samples, range), packing);
        if done.is_ok() {
            close_seal(out, begin, version);
        } else {
            out.truncate(begin);
        }
        done
    }

    fn put_columns(
        &mut self,
        out: &mut Vec<u8>,
        (signal, samples, range): (SignalKey, &Stretch, Range<usize>),
        packing: Packing,
    ) -> Result<(), Malformed> {
        let kinds = &samples.kinds[range.clone()];
        put_varint(out, u64::from(signal.0));
        put_varint(out, range.len() as u64);
        put_runs(out, kinds, |out, kind| {
            out.push(*kind as u8);
        });
        let qualities = &samples.qualities[range.clone()];
        put_runs(out, qualities, |out, quality| {
            out.extend_from_slice(&quality.to_bytes());
        });
        let room = &mut self.room;
        let times = &samples.times[range.clone()];
        put_column(out, times, packing, &mut room.scratch)?;
        for above_anchor in room.scratch.firsts() {
            put_signed(out, above_anchor);
        }
        let arrivals = samples.arrivals[range.clone()].iter();
        room.wholes.clear();
        room.wholes
            .extend(arrivals.map(|number| number.cast_signed()));
        put_column(out, &room.wholes, packing, &mut room.scratch)?;
        values::put(
            out,
            (kinds, &samples.bits[range]),
            &samples.texts,
            packing,
            room,
        )
    }
}

/// The blob of the samples `range` of `signal` alone: [`Encoder::put`] of what need not last.
pub(crate) fn encode(
    signal: SignalKey,
    samples: &Stretch,
    range: Range<usize>,
) -> Result<Vec<u8>, Malformed> {
    let mut blob = Vec::new();
    Encoder::default().put(&mut blob, signal, samples, range, false)?;
    Ok(blob)
}
