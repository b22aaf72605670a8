//! Seeded signals: a random walk sampled at a steady rate with jitter, and batches of them.

use std::sync::Arc;

use twin_core::{BatchId, Quality, SampleBatch, SignalKey, Timestamp, Value};
use twin_historian::Sample;

/// Source time of the first tick: 2024-01-01 00:00 UTC.
pub const BEGIN: Timestamp = Timestamp(1_704_067_200_000_000);
/// Source times lie at most this far from their tick.
pub const JITTER_US: i64 = 2_000;
/// One signal's rate of the reference load: 10 Hz.
pub const PERIOD_US: i64 = 100_000;
/// Signals of the reference load, and samples in one of its batches.
pub const SIGNALS: u32 = 1_000;
/// Seed of everything here; printed.
pub const SEED: u64 = 20_261_122;

/// SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014).
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// A stream of its own for every `seed` and `stream`.
    pub const fn new(seed: u64, stream: u64) -> Self {
        let mut random = Random(seed ^ stream.wrapping_mul(0xD6E8_FEB8_6659_FD93));
        // Neighbouring seeds give streams shifted by one step; mixing once more takes them apart.
        random.0 = random.next();
        random
    }

    /// 64 random bits.
    pub const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// 0 up to, not including, `bound`.
    pub const fn below(&mut self, bound: u64) -> u64 {
        ((self.next() as u128 * bound as u128) >> 64) as u64
    }

    /// 0 up to, not including, 1.
    pub const fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// One signal: time stamps in whole milliseconds, -2 to 2 of them off the tick; a walk in uniform steps of at most
/// 0.05 either way, of which the value is the rounding to two decimals.
#[derive(Clone, Debug)]
pub struct Walk {
    random: Random,
    level: f64,
    tick: i64,
    period_us: i64,
}

impl Walk {
    /// From its first sample on; the same `signal` and period give the same samples.
    pub fn new(signal: u32, period_us: i64) -> Self {
        let mut random = Random::new(SEED, u64::from(signal));
        let level = 20.0 + random.unit() * 60.0;
        Walk {
            random,
            level,
            tick: 0,
            period_us,
        }
    }

    /// The number of the next sample.
    pub const fn position(&self) -> i64 {
        self.tick
    }

    /// The next sample: source time and value.
    pub fn next(&mut self) -> (Timestamp, f64) {
        let bits = self.random.next();
        let jitter_ms = (((bits & 0xFFFF_FFFF) * 5) >> 32) as i64 - 2;
        let step = ((bits >> 32) as f64 / f64::from(u32::MAX) - 0.5) * 0.1;
        self.level += step;
        let time = BEGIN.micros() + self.tick * self.period_us + jitter_ms * 1_000;
        self.tick += 1;
        (Timestamp(time), (self.level * 100.0).round() / 100.0)
    }
}

/// The reference load: every tick one sample of every signal, in batches of at most 1,000, each received a few
/// milliseconds after its tick.
pub struct Load {
    walks: Vec<Walk>,
    random: Random,
    tick: i64,
    period_us: i64,
    batch: u64,
}

impl Load {
    /// Of so many signals (keys from 0) at so many microseconds a tick.
    pub fn new(signals: u32, period_us: i64) -> Self {
        Load {
            walks: (0..signals).map(|n| Walk::new(n, period_us)).collect(),
            random: Random::new(SEED, u64::MAX),
            tick: 0,
            period_us,
            batch: 0,
        }
    }

    /// The batches of the next tick.
    pub fn tick(&mut self) -> Vec<Arc<SampleBatch>> {
        let at = BEGIN.micros() + self.tick * self.period_us;
        self.tick += 1;
        let mut batches = Vec::with_capacity(self.walks.len().div_ceil(SIGNALS as usize));
        let mut key = 0;
        for walks in self.walks.chunks_mut(SIGNALS as usize) {
            // On the way for 3 to 9 ms, with noise down to the microsecond; after every source time of its tick.
            let late_us = 3_000 + self.random.below(6_000) as i64;
            self.batch += 1;
            let mut batch = SampleBatch::new(BatchId(self.batch), Timestamp(at + late_us));
            for walk in walks {
                let (time, value) = walk.next();
                batch.push_f64(SignalKey(key), time, value, Quality::GOOD);
                key += 1;
            }
            batches.push(Arc::new(batch));
        }
        batches
    }
}

/// A history of one fast signal and many slow ones over the same span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Samples of signal 0, at 10 Hz.
    pub large: i64,
    /// How many others.
    pub others: u32,
    /// Samples of each other.
    pub each: i64,
}

impl Shape {
    /// 10^9, 10^6 or whatever samples: a tenth in the large signal, the rest shared by 1,000.
    pub const fn of(samples: i64) -> Self {
        Shape {
            large: samples / 10,
            others: 1_000,
            each: samples * 9 / 10 / 1_000,
        }
    }

    /// Samples in all.
    pub const fn samples(self) -> i64 {
        self.large + self.others as i64 * self.each
    }

    /// How many samples this signal has.
    pub const fn count(self, signal: u32) -> i64 {
        if signal == 0 { self.large } else { self.each }
    }

    /// The samples of a signal, from the first on.
    pub fn walk(self, signal: u32) -> Walk {
        let span_us = self.large * PERIOD_US;
        let period_us = if signal == 0 {
            PERIOD_US
        } else {
            // Whole milliseconds, as its time stamps are.
            (span_us / self.each.max(1) / 1_000).max(10) * 1_000
        };
        Walk::new(signal, period_us)
    }

    /// Where the history ends.
    pub const fn end(self) -> Timestamp {
        Timestamp(BEGIN.micros() + self.large * PERIOD_US)
    }
}

/// Takes up to `n` samples of a walk that is to end at `end` (a number of samples), as an import brings them: all
/// received at the same moment.
pub fn slice(walk: &mut Walk, end: i64, n: usize, received: Timestamp) -> Vec<Sample> {
    let left = usize::try_from(end - walk.position()).unwrap_or(0);
    (0..left.min(n))
        .map(|_| {
            let (time, value) = walk.next();
            Sample {
                time,
                received,
                value: Value::F64(value),
                quality: Quality::GOOD,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reference_load_is_as_described() {
        let mut load = Load::new(2_500, PERIOD_US);
        let mut before = vec![(Timestamp::MIN, f64::NAN); 2_500];
        for tick in 0..50 {
            let batches = load.tick();
            assert_eq!(
                batches.iter().map(|batch| batch.len()).collect::<Vec<_>>(),
                [1_000, 1_000, 500]
            );
            let at = BEGIN.micros() + tick * PERIOD_US;
            for (n, sample) in batches.iter().flat_map(|batch| batch.iter()).enumerate() {
                assert_eq!(sample.signal.0 as usize, n);
                let off = sample.time.micros() - at;
                assert!(off.abs() <= JITTER_US && off % 1_000 == 0, "{off}");
                let value = f64::from_bits(sample.bits);
                assert_eq!((value * 100.0).round() / 100.0, value);
                if let Some((time, last)) = before.get_mut(n) {
                    assert!(*time < sample.time);
                    assert!(tick == 0 || (value - *last).abs() < 0.0601);
                    (*time, *last) = (sample.time, value);
                }
            }
            assert!(
                batches
                    .iter()
                    .all(|batch| batch.received().micros() > at + JITTER_US)
            );
        }
    }

    #[test]
    fn a_shape_has_a_tenth_in_one_signal_and_all_signals_span_the_same_time() {
        let shape = Shape::of(1_000_000);
        assert_eq!((shape.samples(), shape.large), (1_000_000, 100_000));
        for signal in [0, 1, 1_000] {
            let mut walk = shape.walk(signal);
            let last = (0..shape.count(signal)).map(|_| walk.next().0).last();
            let left = shape.end().since(last.unwrap()).secs_f64();
            assert!((0.0..30.0).contains(&left), "{signal}: {left} s");
        }
    }

    #[test]
    fn streams_differ_and_repeat() {
        let first = |signal| {
            let mut walk = Walk::new(signal, PERIOD_US);
            [walk.next(), walk.next()]
        };
        assert_eq!(first(7), first(7));
        assert_ne!(first(7), first(8));
    }
}
