//! Statistics of a stretch of samples, and how two neighbouring stretches become one.

use twin_core::{Duration, Status, Timestamp};

use super::states::{State, States};
use crate::sample::Sample;

/// Added to a number it makes zero of minus zero: which of both is the smaller nobody can say, and a walk that is
/// rounded gives minus zero often.
const POSITIVE_ZERO: f64 = 0.0;

/// Statistics of a stretch of samples of one signal.
///
/// [`merge`](Self::merge) with the stretch that follows gives what the samples of both give; it is associative (sums up
/// to the rounding of floating point). Numbers are finite ones: f64, i64, bool as 0 or 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Aggregate {
    /// Source time of the first sample.
    pub t_first: Timestamp,
    /// Source time of the last sample.
    pub t_last: Timestamp,
    /// Samples.
    pub count: u64,
    /// Samples whose value is a number, whatever their quality.
    pub numbers: u64,
    /// Smallest number; NaN when there is none.
    pub min: f64,
    /// Largest number; NaN when there is none.
    pub max: f64,
    /// Sum of the numbers.
    pub sum: f64,
    /// Number of the first sample; NaN when it is none.
    pub first: f64,
    /// Number of the last sample; NaN when it is none.
    pub last: f64,
    /// Status of the first sample.
    pub first_status: Status,
    /// Status of the last sample.
    pub last_status: Status,
    /// Worst status.
    pub worst: Status,
    /// Samples whose status is not good.
    pub not_good: u64,
    /// Time integral by sample and hold, in the signal's unit times microseconds: every number counts from its source
    /// time to that of the next sample. Numbers of bad quality, and what is no number, hold nothing; nor does the last.
    pub integral: f64,
    /// The time that `integral` covers, in microseconds; stays at `i64::MAX` when it would be more.
    pub weighted_us: i64,
    /// The longest time between neighbouring samples of the stretch; zero for a single one.
    pub max_gap: Duration,
    /// Durations of states.
    pub states: States,
}

impl Aggregate {
    /// Of one sample.
    pub fn of_sample(sample: &Sample) -> Aggregate {
        Aggregate::point(
            sample.time,
            sample.number(),
            sample.quality.status,
            State::of(sample),
        )
    }

    /// Of samples in order of source time; none of nothing.
    pub fn of<'a>(samples: impl IntoIterator<Item = &'a Sample>) -> Option<Aggregate> {
        let mut samples = samples.into_iter();
        let mut aggregate = Aggregate::of_sample(samples.next()?);
        for sample in samples {
            let status = sample.quality.status;
            aggregate.push(sample.time, sample.number(), status, State::of(sample));
        }
        Some(aggregate)
    }

    pub(crate) fn point(
        time: Timestamp,
        number: f64,
        status: Status,
        state: Option<State>,
    ) -> Aggregate {
        let number = number + POSITIVE_ZERO;
        let is_number = !number.is_nan();
        Aggregate {
            t_first: time,
            t_last: time,
            count: 1,
            numbers: u64::from(is_number),
            min: number,
            max: number,
            sum: if is_number { number } else { 0.0 },
            first: number,
            last: number,
            first_status: status,
            last_status: status,
            worst: status,
            not_good: u64::from(status != Status::Good),
            integral: 0.0,
            weighted_us: 0,
            max_gap: Duration::ZERO,
            states: States::of(state),
        }
    }

    /// Takes in the next sample.
    #[inline]
    pub(crate) fn push(
        &mut self,
        time: Timestamp,
        number: f64,
        status: Status,
        state: Option<State>,
    ) {
        let number = number + POSITIVE_ZERO;
        let gap = time.since(self.t_last);
        self.bridge(gap);
        self.states.push(gap, state);
        self.t_last = time;
        self.count += 1;
        if !number.is_nan() {
            self.numbers += 1;
            self.sum += number;
            self.min = self.min.min(number);
            self.max = self.max.max(number);
        }
        self.last = number;
        self.last_status = status;
        self.worst = self.worst.max(status);
        self.not_good += u64::from(status != Status::Good);
    }

    /// Takes in the stretch that follows.
    pub fn merge(&mut self, next: &Aggregate) {
        let gap = next.t_first.since(self.t_last);
        self.bridge(gap);
        self.states.merge(gap, &next.states, next.count);
        self.t_last = next.t_last;
        self.last = next.last;
        self.last_status = next.last_status;
        self.count += next.count;
        self.numbers += next.numbers;
        self.min = self.min.min(next.min);
        self.max = self.max.max(next.max);
        self.sum += next.sum;
        self.worst = self.worst.max(next.worst);
        self.not_good += next.not_good;
        self.integral += next.integral;
        self.weighted_us = self.weighted_us.saturating_add(next.weighted_us);
        self.max_gap = self.max_gap.max(next.max_gap);
    }

    /// The time to the next sample belongs to the last one.
    #[inline]
    fn bridge(&mut self, gap: Duration) {
        self.max_gap = self.max_gap.max(gap);
        if self.last_status != Status::Bad && !self.last.is_nan() {
            self.integral += self.last * gap.micros() as f64;
            self.weighted_us = self.weighted_us.saturating_add(gap.micros());
        }
    }

    /// Takes in samples from within or beside the stretch when their neighbours are gone: everything stays exact but
    /// integral, states' durations and gap, which stay as they are. (The gap to what lies wholly beside is known.)
    pub(crate) fn add_late(&mut self, late: &Aggregate) {
        if late.t_last < self.t_first || late.t_first > self.t_last {
            let before = self.t_first.since(late.t_last);
            let behind = late.t_first.since(self.t_last);
            let beside = before.max(behind).max(late.max_gap);
            self.max_gap = self.max_gap.max(beside);
        }
        if late.t_first < self.t_first {
            self.t_first = late.t_first;
            self.first = late.first;
            self.first_status = late.first_status;
        }
        if late.t_last > self.t_last {
            self.t_last = late.t_last;
            self.last = late.last;
            self.last_status = late.last_status;
        }
        self.count += late.count;
        self.numbers += late.numbers;
        self.min = self.min.min(late.min);
        self.max = self.max.max(late.max);
        self.sum += late.sum;
        self.worst = self.worst.max(late.worst);
        self.not_good += late.not_good;
        self.states.add_late(&late.states);
    }

    /// Arithmetic mean of the numbers; NaN when there is none.
    pub fn mean(&self) -> f64 {
        if self.numbers == 0 {
            f64::NAN
        } else {
            self.sum / self.numbers as f64
        }
    }

    /// Mean over time, each number held until the next sample; NaN when nothing was held.
    pub fn time_weighted_mean(&self) -> f64 {
        if self.weighted_us == 0 {
            f64::NAN
        } else {
            self.integral / self.weighted_us as f64
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use twin_core::{Quality, Value};

    use super::*;
    use crate::sample::settle;

    fn value() -> impl Strategy<Value = Value> {
        prop_oneof![
            6 => (-1_000_i32..1_000).prop_map(|v| Value::F64(f64::from(v) / 8.0)),
            1 => Just(Value::F64(f64::NAN)),
            1 => Just(Value::F64(f64::NEG_INFINITY)),
            3 => (-3_i64..3).prop_map(Value::I64),
            1 => any::<i64>().prop_map(Value::I64),
            2 => any::<bool>().prop_map(Value::Bool),
            3 => "[ab]{1,2}".prop_map(|text| Value::Text(text.into())),
            1 => Just(Value::Null),
        ]
    }

    fn samples() -> impl Strategy<Value = Vec<Sample>> {
        let time = prop_oneof![8 => 0_i64..300, 1 => Just(i64::MIN), 1 => Just(i64::MAX), 1 => any::<i64>()];
        let sample = (time, value(), 0_u8..3).prop_map(|(time, value, status)| Sample {
            time: Timestamp(time),
            received: Timestamp(0),
            value,
            quality: Quality::from_bytes([status, 0]),
        });
        prop::collection::vec(sample, 1..120).prop_map(|mut samples| {
            settle(&mut samples);
            samples
        })
    }

    fn many_states() -> impl Strategy<Value = Vec<Sample>> {
        (any::<bool>(), 20_i64..140, 20_i64..90).prop_map(|(text, samples, different)| {
            let sample = |n: i64| Sample {
                time: Timestamp(n * 10),
                received: Timestamp(0),
                value: if text {
                    Value::Text((n % different).to_string().into())
                } else {
                    Value::I64(n % different)
                },
                quality: Quality::GOOD,
            };
            (0..samples).map(sample).collect()
        })
    }

    /// Everything exact but the sums.
    fn assert_same(a: &Aggregate, b: &Aggregate) {
        let close = |a: f64, b: f64| (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1e30);
        assert!(close(a.sum, b.sum), "{} {}", a.sum, b.sum);
        assert!(
            close(a.integral, b.integral),
            "{} {}",
            a.integral,
            b.integral
        );
        let exact = |a: &Aggregate| Aggregate {
            sum: 0.0,
            integral: 0.0,
            ..a.clone()
        };
        // NaN is equal to NaN in words.
        assert_eq!(format!("{:?}", exact(a)), format!("{:?}", exact(b)));
    }

    fn folded(parts: &[&[Sample]]) -> Option<Aggregate> {
        let mut parts = parts.iter().filter_map(|part| Aggregate::of(*part));
        let first = parts.next()?;
        Some(parts.fold(first, |mut all, part| {
            all.merge(&part);
            all
        }))
    }

    proptest! {
        #[test]
        fn cutting_changes_nothing(
            samples in prop_oneof![3 => samples(), 1 => many_states()],
            cuts in prop::collection::vec(any::<prop::sample::Index>(), 2),
        ) {
            let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(samples.len() + 1)).collect();
            cuts.sort_unstable();
            let (a, b, c) = (&samples[..cuts[0]], &samples[cuts[0]..cuts[1]], &samples[cuts[1]..]);
            let whole = Aggregate::of(&samples).unwrap();
            // (a b) c
            let left = folded(&[&samples[..cuts[1]], c]).unwrap();
            assert_same(&folded(&[a, b, c]).unwrap(), &whole);
            assert_same(&left, &whole);
            // a (b c)
            let mut parts = [Aggregate::of(a), folded(&[b, c])].into_iter().flatten();
            let mut right = parts.next().unwrap();
            for part in parts {
                right.merge(&part);
            }
            assert_same(&right, &whole);
        }
    }

    #[test]
    fn a_value_is_held_until_the_next_sample() {
        let sample = |second: i64, value: Value, quality| Sample {
            time: Timestamp::from_secs(second),
            received: Timestamp(0),
            value,
            quality,
        };
        let bad = Quality::from_bytes([2, 0]);
        let samples = [
            sample(0, Value::F64(2.0), Quality::GOOD),
            sample(1, Value::F64(4.0), Quality::GOOD),
            sample(4, Value::F64(100.0), bad),
            sample(10, Value::F64(1.0), Quality::GOOD),
        ];
        let aggregate = Aggregate::of(&samples).unwrap();
        assert_eq!(aggregate.weighted_us, 4_000_000);
        assert_eq!(aggregate.time_weighted_mean(), (2.0 + 3.0 * 4.0) / 4.0);
        assert_eq!(aggregate.mean(), 107.0 / 4.0);
        assert_eq!(aggregate.max_gap, Duration::from_secs(6));
        let text = |text: &str| Value::Text(text.into());
        let samples = [
            sample(0, text("run"), Quality::GOOD),
            sample(2, text("run"), Quality::GOOD),
            sample(5, text("stop"), Quality::GOOD),
            sample(6, text("run"), bad),
            sample(20, text("run"), Quality::GOOD),
            sample(21, Value::Null, Quality::GOOD),
        ];
        let states = Aggregate::of(&samples).unwrap().states;
        let times: Vec<_> = states
            .list()
            .iter()
            .map(|time| {
                (
                    time.state.clone(),
                    time.held.micros() / 1_000_000,
                    time.entered,
                )
            })
            .collect();
        let state = |text: &str| State::Text(text.into());
        assert_eq!(times, [(state("run"), 6, 2), (state("stop"), 1, 1)]);
    }
}
