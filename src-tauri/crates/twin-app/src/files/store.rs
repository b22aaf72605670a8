//! Imported samples into history: what history has already stays.

use std::{collections::HashMap, sync::Arc};

use twin_core::{BatchId, SampleBatch, SignalKey, Timestamp};
use twin_historian::{Durability, Historian, Result, Sample};

/// What became of samples that were offered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// New to history.
    pub written: u64,
    /// History had them, equal in value and quality.
    pub present: u64,
    /// History has another value or quality at that instant, and keeps it.
    pub differing: u64,
}

/// Samples compared at a time.
const PAGE: usize = 8_192;

/// Stores samples of one signal, sorted or not.
///
/// # Errors
/// As [`Historian::append`]; what was stored before stays, and offering it again is harmless.
pub async fn import(
    historian: &Historian,
    signal: SignalKey,
    mut samples: Vec<Sample>,
) -> Result<Imported> {
    samples.sort_by_key(|sample| sample.time);
    let mut imported = Imported::default();
    for page in samples.chunks(PAGE) {
        let (Some(first), Some(last)) = (page.first(), page.last()) else {
            continue;
        };
        let mut known = known(historian, signal, first.time, last.time).await?;
        let mut batches: Vec<SampleBatch> = Vec::new();
        for sample in page {
            match known.get(&sample.time) {
                Some(other) if same(other, sample) => imported.present += 1,
                Some(_) => imported.differing += 1,
                None => {
                    // A batch has one received time.
                    if batches.last().map(SampleBatch::received) != Some(sample.received) {
                        batches.push(SampleBatch::new(BatchId(0), sample.received));
                    }
                    if let Some(batch) = batches.last_mut() {
                        batch.push(signal, sample.time, &sample.value, sample.quality);
                    }
                    known.insert(sample.time, sample.clone());
                    imported.written += 1;
                }
            }
        }
        let batches: Vec<Arc<SampleBatch>> = batches.into_iter().map(Arc::new).collect();
        historian.append(&batches, Durability::Normal).await?;
    }
    Ok(imported)
}

/// What history has from `first` to `last`, both included.
async fn known(
    historian: &Historian,
    signal: SignalKey,
    first: Timestamp,
    last: Timestamp,
) -> Result<HashMap<Timestamp, Sample>> {
    let mut known = HashMap::new();
    let end = Timestamp(last.micros().saturating_add(1));
    let mut from = first;
    loop {
        let samples = historian.raw(signal, from, end, PAGE).await?;
        let full = samples.len() == PAGE;
        let next = samples.last().map(|sample| sample.time.micros());
        known.extend(samples.into_iter().map(|sample| (sample.time, sample)));
        match next {
            Some(next) if full => from = Timestamp(next.saturating_add(1)),
            _ => return Ok(known),
        }
    }
}

/// Equal in value, to the last bit, and quality.
fn same(one: &Sample, other: &Sample) -> bool {
    use twin_core::Value::F64;
    let values = match (&one.value, &other.value) {
        (F64(a), F64(b)) => a.to_bits() == b.to_bits(),
        (a, b) => a == b,
    };
    values && one.quality == other.quality
}
