//! Blobs of history, as a damaged or exchanged file may hold them.
//!
//! Control of a part: 1: the checksum is left as it is, so that it seldom fits.

use twin_core::{BatchId, Quality, Reason, SampleBatch, SignalKey, Timestamp, Value};
use twin_historian::{decode, encode};

use crate::{
    broken::{Broken, ensure},
    script::{Part, Script},
};

/// Bytes before a blob's body: version and checksum.
const HEAD: usize = 5;

/// Reads each part as a blob.
///
/// # Errors
/// What did not hold.
pub fn check_blobs(script: &Script) -> Result<(), Broken> {
    for part in &script.parts {
        let mut blob = part.body.clone();
        if !part.flag(0)
            && let Some((head, body)) = blob.split_at_mut_checked(HEAD)
            && let Some(sum) = head.get_mut(1..)
        {
            sum.copy_from_slice(&crc32fast::hash(body).to_le_bytes());
        }
        let Ok(batches) = decode(&blob) else {
            continue;
        };
        let written = encode(&batches);
        let again = decode(&written).map_err(|error| Broken::Invariant(error.to_string()))?;
        ensure(encode(&again) == written, || {
            "a blob that was read is written otherwise the second time".into()
        })?;
    }
    Ok(())
}

/// Blobs to begin with.
pub fn seeds() -> Vec<Script> {
    let mut batch = SampleBatch::new(BatchId(7), Timestamp(1_700_000_000_000_000));
    let values = [
        Value::F64(21.5),
        Value::F64(-0.0),
        Value::F64(1e300),
        Value::I64(i64::MIN),
        Value::Bool(true),
        Value::Null,
        Value::Text("on".into()),
        Value::Text("on".into()),
    ];
    for (value, number) in values.iter().zip(0_u32..) {
        let time = Timestamp(1_700_000_000_000_000 + i64::from(number));
        let quality = if number.is_multiple_of(2) {
            Quality::GOOD
        } else {
            Quality::bad(Reason::DeviceReported)
        };
        batch.push(SignalKey(number), time, value, quality);
    }
    let mut steady = SampleBatch::new(BatchId(8), Timestamp(0));
    for number in 0..40_u32 {
        let value = Value::F64(f64::from(number) / 10.0);
        steady.push(
            SignalKey(3),
            Timestamp(i64::from(number)),
            &value,
            Quality::GOOD,
        );
    }
    let blobs = [
        encode::<SampleBatch>(&[]),
        encode(&[&batch]),
        encode(&[&steady]),
        encode(&[&batch, &steady]),
    ];
    let script = |blob: Vec<u8>| Script {
        setup: vec![],
        parts: vec![Part {
            body: blob,
            ..Part::default()
        }],
    };
    blobs.into_iter().map(script).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_are_sound_blobs() {
        for seed in seeds() {
            assert!(decode(&seed.parts[0].body).is_ok());
            assert_eq!(check_blobs(&seed), Ok(()));
        }
    }
}
