//! Exact statistics of a stretch of one signal, from every sample of it, page by page.

use twin_core::{Duration, SignalKey, Status, Timestamp, Value};

use super::{cursor::Cursor, weighted::Weighted};
use crate::{error::Result, historian::Historian, sample::Sample};

/// What a value is between two samples, which statistics over time need to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Between {
    /// Held until the next sample (on and off always are), or else a straight line to it.
    pub step: bool,
    /// More silence than this is a gap: nothing is known in it.
    pub stale_after: Duration,
}

/// Statistics of `t0..=t1`. What is weighted by time counts from sample to sample as a trend draws it, cut at the borders of
/// the stretch; the neighbours beside it are known. This is TimeAverage2 of OPC UA (OPC 10000-13) with straight
/// lines where the signal does not step, but that a gap counts for nothing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measured {
    /// Samples.
    pub count: u64,
    /// Samples whose value is a number, whatever their quality.
    pub numbers: u64,
    /// Smallest number; NaN when there is none.
    pub min: f64,
    /// Largest number; NaN when there is none.
    pub max: f64,
    /// Arithmetic mean of the numbers; NaN when there is none.
    pub mean: f64,
    /// Standard deviation of the numbers as a sample of all (n - 1); NaN of fewer than two.
    pub deviation: f64,
    /// Mean weighted by time, without bad quality; NaN when no time is covered.
    pub time_mean: f64,
    /// Standard deviation weighted by time.
    pub time_deviation: f64,
    /// Microseconds in which there was a number that was not bad.
    pub covered_us: f64,
    /// Microseconds of good quality, of whatever value.
    pub good_us: f64,
    /// Microseconds of uncertain quality.
    pub uncertain_us: f64,
    /// Microseconds of bad quality.
    pub bad_us: f64,
    /// Samples that only rollups know any more: they are in nothing of this.
    pub gone: u64,
}

/// Statistics on their way: between two calls it holds nothing of the file.
pub struct Measuring {
    cursor: Cursor,
    t0: Timestamp,
    t1: Timestamp,
    sums: Sums,
    /// The sample behind the stretch.
    behind: Option<Sample>,
    /// Samples that history had when this began.
    expected: u64,
    at: Timestamp,
}

impl Historian {
    /// Begins statistics of `signal` in `t0..=t1`.
    ///
    /// # Errors
    /// When the history cannot be read, or what is needed of it is damaged.
    pub async fn measuring(
        &self,
        signal: SignalKey,
        (t0, t1): (Timestamp, Timestamp),
        between: Between,
    ) -> Result<Measuring> {
        let end = t1.plus(Duration(1));
        let cells = self.aggregates(&[signal], &[t0, end]).await?;
        let expected = cells.iter().flatten().flatten().map(|cell| cell.count);
        let edges = self.range(signal, t0, end, 1).await?;
        let before = edges.t_last.first().filter(|time| **time < t0);
        let behind = edges.t_first.last().filter(|time| **time > t1);
        let mut sums = Sums::new((t0, t1), between);
        if let Some(before) = self.sample_at(signal, before).await? {
            sums.enter(&before);
        }
        Ok(Measuring {
            cursor: self.cursor(signal, t0, end),
            t0,
            t1,
            sums,
            behind: self.sample_at(signal, behind).await?,
            expected: expected.sum(),
            at: t0,
        })
    }

    async fn sample_at(
        &self,
        signal: SignalKey,
        time: Option<&Timestamp>,
    ) -> Result<Option<Sample>> {
        let Some(time) = time else { return Ok(None) };
        let found = self.raw(signal, *time, time.plus(Duration(1)), 1).await?;
        Ok(found.into_iter().next())
    }
}

impl Measuring {
    /// Takes in the next page; false when all is done.
    ///
    /// # Errors
    /// As [`Historian::measuring`]. Calling again tries again.
    pub async fn step(&mut self) -> Result<bool> {
        if let Some(page) = self.cursor.next().await? {
            for sample in &page {
                self.sums.inside(sample);
            }
            self.at = page.last().map_or(self.at, |last| last.time);
            return Ok(true);
        }
        if let Some(behind) = self.behind.take() {
            self.sums.enter(&behind);
        }
        self.at = self.t1;
        Ok(false)
    }

    /// How much of the time is behind it, 0 to 1.
    pub fn part(&self) -> f64 {
        let whole = self.t1.since(self.t0).micros();
        if whole == 0 {
            return 1.0;
        }
        self.at.since(self.t0).micros() as f64 / whole as f64
    }

    /// What was found so far; all of it once [`step`](Self::step) has said so.
    pub fn measured(&self) -> Measured {
        let found = self.sums.measured();
        Measured {
            gone: self.expected.saturating_sub(found.count),
            ..found
        }
    }
}

/// A sample as far as the next one needs it.
#[derive(Clone, Copy)]
struct Point {
    time: Timestamp,
    number: f64,
    status: Status,
    on_off: bool,
}

struct Sums {
    t0: Timestamp,
    t1: Timestamp,
    between: Between,
    last: Option<Point>,
    count: u64,
    min: f64,
    max: f64,
    samples: Weighted,
    time: Weighted,
    /// Microseconds by status.
    held: [f64; 3],
}

impl Sums {
    fn new((t0, t1): (Timestamp, Timestamp), between: Between) -> Sums {
        Sums {
            t0,
            t1,
            between,
            last: None,
            count: 0,
            min: f64::NAN,
            max: f64::NAN,
            samples: Weighted::default(),
            time: Weighted::default(),
            held: [0.0; 3],
        }
    }

    /// The next sample of the stretch.
    fn inside(&mut self, sample: &Sample) {
        let number = sample.number();
        self.count += 1;
        if !number.is_nan() {
            self.min = self.min.min(number);
            self.max = self.max.max(number);
            self.samples.add(1.0, number, 0.0);
        }
        self.enter(sample);
    }

    /// The time up to this sample, which may lie beside the stretch.
    fn enter(&mut self, sample: &Sample) {
        let next = Point {
            time: sample.time,
            number: sample.number(),
            status: sample.quality.status,
            on_off: matches!(sample.value, Value::Bool(_)),
        };
        if let Some(last) = self.last.replace(next) {
            self.pass(&last, &next);
        }
    }

    fn pass(&mut self, last: &Point, next: &Point) {
        let (from, to) = (last.time.max(self.t0), next.time.min(self.t1));
        if from >= to || next.time.since(last.time) > self.between.stale_after {
            return;
        }
        let time = to.since(from).micros() as f64;
        let held = self.between.step || last.on_off;
        // A line is as doubtful as the worse of its ends; what is held as its own sample.
        let status = if held {
            last.status
        } else {
            last.status.max(next.status)
        };
        self.held[status as usize] += time;
        let end = if held { last.number } else { next.number };
        if status == Status::Bad || last.number.is_nan() || end.is_nan() {
            return;
        }
        let whole = next.time.since(last.time).micros() as f64;
        let at = |t: Timestamp| {
            last.number + (end - last.number) * (t.since(last.time).micros() as f64 / whole)
        };
        let (a, b) = (at(from), at(to));
        // Of a straight line: the mean of its ends, and (b - a)^2 / 12 around that.
        self.time
            .add(time, f64::midpoint(a, b), time * (b - a) * (b - a) / 12.0);
    }

    fn measured(&self) -> Measured {
        Measured {
            count: self.count,
            numbers: self.samples.weight() as u64,
            min: self.min,
            max: self.max,
            mean: self.samples.mean(),
            deviation: self.samples.deviation(1.0),
            time_mean: self.time.mean(),
            time_deviation: self.time.deviation(0.0),
            covered_us: self.time.weight(),
            good_us: self.held[Status::Good as usize],
            uncertain_us: self.held[Status::Uncertain as usize],
            bad_us: self.held[Status::Bad as usize],
            gone: 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use twin_core::Quality;

    use super::*;

    const STALE: i64 = 40;

    fn samples() -> impl Strategy<Value = Vec<Sample>> {
        let value = prop_oneof![
            6 => (-1_000_i32..1_000).prop_map(|v| Value::F64(f64::from(v) / 8.0)),
            2 => any::<bool>().prop_map(Value::Bool),
            1 => Just(Value::Null),
            1 => Just(Value::F64(f64::INFINITY)),
            1 => Just(Value::Text("run".into())),
        ];
        let row = (0_i64..300, value, 0_u8..3);
        prop::collection::btree_map(0_i64..300, row, 0..80).prop_map(|rows| {
            let sample = |(time, (_, value, status)): (i64, (i64, Value, u8))| Sample {
                time: Timestamp(time),
                received: Timestamp(0),
                value,
                quality: Quality::from_bytes([status, 0]),
            };
            rows.into_iter().map(sample).collect()
        })
    }

    /// Microsecond by microsecond: the value of each in its middle, and what lies within it is left out.
    fn naive(samples: &[Sample], t0: i64, t1: i64, step: bool) -> (Vec<f64>, [f64; 3]) {
        let (mut values, mut held) = (Vec::new(), [0.0; 3]);
        for at in t0..t1 {
            let i = samples.partition_point(|sample| sample.time.micros() <= at);
            let (Some(last), Some(next)) = (i.checked_sub(1).map(|i| &samples[i]), samples.get(i))
            else {
                continue;
            };
            let (from, to) = (last.time.micros(), next.time.micros());
            if to - from > STALE {
                continue;
            }
            let step = step || matches!(last.value, Value::Bool(_));
            let end = if step { last } else { next };
            let status = last.quality.status.max(end.quality.status);
            held[status as usize] += 1.0;
            let (a, b) = (last.number(), end.number());
            if status != Status::Bad && !(a + b).is_nan() {
                let middle = (at - from) as f64 + 0.5;
                values.push(a + (b - a) * middle / (to - from) as f64);
            }
        }
        (values, held)
    }

    fn close(a: f64, b: f64) -> bool {
        (a.is_nan() && b.is_nan()) || (a - b).abs() < 1e-9 * a.abs().max(1.0)
    }

    proptest! {
        #[test]
        fn every_microsecond_counts_once(samples in samples(), from in 0_i64..300, long in 0_i64..200, step in any::<bool>()) {
            let (t0, t1) = (from, from + long);
            let between = Between { step, stale_after: Duration(STALE) };
            let mut sums = Sums::new((Timestamp(t0), Timestamp(t1)), between);
            for sample in &samples {
                if (t0..=t1).contains(&sample.time.micros()) {
                    sums.inside(sample);
                } else {
                    sums.enter(sample);
                }
            }
            let found = sums.measured();
            let (values, held) = naive(&samples, t0, t1, step);
            let n = values.len() as f64;
            let mean = values.iter().sum::<f64>() / n;
            prop_assert_eq!([found.good_us, found.uncertain_us, found.bad_us], held);
            prop_assert_eq!(found.covered_us, n);
            prop_assert!(close(found.time_mean, mean), "{} {}", found.time_mean, mean);
            let inside: Vec<f64> = samples
                .iter()
                .filter(|sample| (t0..=t1).contains(&sample.time.micros()))
                .map(Sample::number)
                .filter(|number| !number.is_nan())
                .collect();
            let n = inside.len() as f64;
            let mean = inside.iter().sum::<f64>() / n;
            let squares: f64 = inside.iter().map(|number| (number - mean).powi(2)).sum();
            let deviation = if inside.len() > 1 { (squares / (n - 1.0)).sqrt() } else { f64::NAN };
            prop_assert_eq!(found.numbers, inside.len() as u64);
            prop_assert!(close(found.mean, mean) && close(found.deviation, deviation));
            prop_assert_eq!(found.max.to_bits(), inside.iter().copied().fold(f64::NAN, f64::max).to_bits());
            prop_assert_eq!(found.min.to_bits(), inside.iter().copied().fold(f64::NAN, f64::min).to_bits());
        }
    }

    #[test]
    fn a_straight_line_has_the_deviation_of_a_line() {
        let sample = |time: i64, value: f64| Sample {
            time: Timestamp(time),
            received: Timestamp(0),
            value: Value::F64(value),
            quality: Quality::GOOD,
        };
        let between = Between {
            step: false,
            stale_after: Duration(1_000),
        };
        let mut sums = Sums::new((Timestamp(0), Timestamp(600)), between);
        for (time, value) in [(-300, -3.0), (300, 3.0), (900, 9.0)] {
            let sample = sample(time, value);
            if (0..=600).contains(&time) {
                sums.inside(&sample);
            } else {
                sums.enter(&sample);
            }
        }
        let found = sums.measured();
        assert!(close(found.time_mean, 3.0));
        assert!(close(found.time_deviation, 6.0 / 12.0_f64.sqrt()));
        assert_eq!(found.covered_us, 600.0);
    }
}
