//! Rollups whose samples go: any interleaving of appends in order, late ones, ones sent again, imports, compactions, steps of
//! rolling up, retention and restarts gives statistics over everything that ever came, and the samples that must be there.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use proptest::prelude::*;
use twin_core::{Duration, Quality, SignalKey, Timestamp, Value};
use twin_historian::{Aggregate, Historian, Keep, Options, Policy, Sample};

use super::{NOW, block_on, rollup::append};

const SIGNALS: u32 = 2;
const SECOND: i64 = 1_000_000;
const HOUR: i64 = 3_600 * SECOND;
const DAY: i64 = 24 * HOUR;

#[derive(Clone, Debug)]
enum Op {
    /// So many samples behind the newest one after a pause, both in seconds: one a second.
    Grow(u32, i64, i64),
    /// Late samples: where in what there is (0 to 1), how many, microseconds from one to the next, whether by import.
    Late(u32, f64, i64, i64, bool),
    /// Samples at this place come once more, so many; whether by import.
    Again(u32, f64, usize, bool),
    Compact,
    RollUp(u8),
    /// Keeps samples this part of the whole time.
    Retain(f64),
    Reopen,
    /// Compacts and rolls up all, and looks.
    Look,
}

fn op() -> impl Strategy<Value = Op> {
    let pause = prop_oneof![6 => Just(0_i64), 2 => 0_i64..2_000, 1 => 0_i64..200_000];
    let step = prop_oneof![Just(1_i64), 2..3_000_000_i64, Just(700_000_001)];
    prop_oneof![
        6 => (0..SIGNALS, pause, 1_i64..1_500).prop_map(|(s, pause, n)| Op::Grow(s, pause, n)),
        5 => (0..SIGNALS, 0.0..1.0, 1_i64..30, step, any::<bool>())
            .prop_map(|(s, at, n, step, import)| Op::Late(s, at, n, step, import)),
        1 => (0..SIGNALS, 0.0..1.0, 1_usize..200, any::<bool>())
            .prop_map(|(s, at, n, import)| Op::Again(s, at, n, import)),
        4 => Just(Op::Compact),
        3 => (1_u8..4).prop_map(Op::RollUp),
        3 => (0.0..1.0).prop_map(Op::Retain),
        1 => Just(Op::Reopen),
        2 => Just(Op::Look),
    ]
}

fn sample(time: i64) -> Sample {
    let noise = time.cast_unsigned().wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40;
    let size = if noise.is_multiple_of(97) { 100 } else { 1 };
    Sample {
        time: Timestamp(time),
        received: Timestamp(time),
        value: Value::F64((noise % 1_000) as f64 * f64::from(size) - 300.0),
        quality: Quality::GOOD,
    }
}

/// What came of a signal, and the source times of what retention has taken of it.
#[derive(Default)]
struct Model {
    samples: BTreeMap<i64, Sample>,
    gone: BTreeSet<i64>,
}

impl Model {
    fn ends(&self) -> (i64, i64) {
        let first = self.samples.first_key_value().map_or(DAY, |(t, _)| *t);
        let last = self.samples.last_key_value().map_or(first, |(t, _)| *t);
        (first, last)
    }

    fn at(&self, part: f64) -> i64 {
        let (first, last) = self.ends();
        first + ((last - first) as f64 * part) as i64
    }

    /// These and no others may still be there.
    fn left(&self) -> Vec<i64> {
        let times = self.samples.keys().copied();
        times.filter(|time| !self.gone.contains(time)).collect()
    }
}

struct World<'a> {
    dir: &'a Path,
    options: Options,
    historian: Historian,
    models: [Model; SIGNALS as usize],
    /// Whether the journal may hold samples that came once more.
    repeated: bool,
}

impl World<'_> {
    async fn store(&mut self, signal: u32, times: Vec<i64>, import: bool) {
        let model = &mut self.models[signal as usize];
        let mut samples: Vec<_> = times.into_iter().map(sample).collect();
        samples.retain(|sample| !model.gone.contains(&sample.time.micros()));
        if import {
            let imported = self.historian.import(SignalKey(signal), samples.clone());
            imported.await.unwrap();
        } else {
            append(&self.historian, signal, &samples).await;
        }
        for sample in samples {
            model.samples.insert(sample.time.micros(), sample);
        }
    }

    async fn compact(&self) {
        let newest = self.historian.newest_row();
        while self.historian.compact_step(newest).await.unwrap().more {}
    }

    async fn apply(&mut self, op: Op) {
        match op {
            Op::Grow(signal, pause, count) => {
                let begin = self.models[signal as usize].ends().1 / SECOND + 1 + pause;
                let times = (0..count).map(|n| (begin + n) * SECOND).collect();
                self.store(signal, times, false).await;
            }
            Op::Late(signal, at, count, step, import) => {
                let begin = self.models[signal as usize].at(at);
                let times = (0..count).map(|n| begin + n * step).collect();
                self.store(signal, times, import).await;
            }
            Op::Again(signal, at, count, import) => {
                let model = &self.models[signal as usize];
                let begin = model.at(at);
                let again = model.samples.range(begin..).take(count);
                let times = again.map(|(time, _)| *time).collect();
                self.repeated = true;
                self.store(signal, times, import).await;
            }
            Op::Compact => self.compact().await,
            Op::RollUp(steps) => {
                for _ in 0..steps {
                    self.historian.roll_up_step().await.unwrap();
                }
            }
            Op::Retain(part) => self.retain(part).await,
            Op::Reopen => {
                self.historian.close().await.unwrap();
                let opened = Historian::open_with(self.dir, NOW, self.options).await;
                self.historian = opened.unwrap();
            }
            Op::Look => self.look().await,
        }
    }

    async fn retain(&mut self, part: f64) {
        // One that waits while what it repeats goes is new when its turn comes.
        if std::mem::take(&mut self.repeated) {
            self.compact().await;
        }
        let first = self
            .models
            .iter()
            .map(|model| model.ends().0)
            .min()
            .unwrap();
        let now = self
            .models
            .iter()
            .map(|model| model.ends().1)
            .max()
            .unwrap();
        let age = ((now - first) as f64 * part) as i64;
        let policy = Policy {
            default: Keep {
                raw: Some(Duration(age)),
                rollups: None,
            },
            ..Policy::default()
        };
        while self
            .historian
            .retain(Timestamp(now), &policy)
            .await
            .unwrap()
            .more
        {}
        for (signal, model) in (0..).zip(&mut self.models) {
            let there: BTreeSet<i64> = super::all(&self.historian, signal)
                .await
                .into_iter()
                .map(|(time, _)| time)
                .collect();
            for time in model.left() {
                if !there.contains(&time) {
                    assert!(time < now - age, "signal {signal}: {time} had to stay");
                    model.gone.insert(time);
                }
            }
        }
    }

    async fn look(&self) {
        self.compact().await;
        while self.historian.roll_up_step().await.unwrap().more {}
        for (signal, model) in (0..).zip(&self.models) {
            let there = super::all(&self.historian, signal).await;
            let left = model.left().into_iter();
            let left: Vec<_> = left
                .map(|time| (time, model.samples[&time].number()))
                .collect();
            assert_eq!(there, left, "the samples of signal {signal}");
            let (first, last) = model.ends();
            for width in [DAY, HOUR] {
                // The whole span too, for its ends lie within.
                let (begin, end) = (first.div_euclid(width), last.div_euclid(width) + 1);
                let few = (end - begin).min(60);
                let mut borders: Vec<_> = (0..=few).map(|n| (begin + n) * width).collect();
                borders.push(end * width);
                self.compare(signal, model, &borders).await;
            }
            self.compare(signal, model, &[0, i64::MAX]).await;
        }
    }

    async fn compare(&self, signal: u32, model: &Model, borders: &[i64]) {
        let times: Vec<_> = borders.iter().copied().map(Timestamp).collect();
        let key = [SignalKey(signal)];
        let found = self.historian.aggregates(&key, &times).await.unwrap();
        for (cell, borders) in found[0].iter().zip(borders.windows(2)) {
            let inside = model.samples.range(borders[0]..borders[1]);
            let expected = Aggregate::of(inside.map(|(_, sample)| sample));
            let exact = |a: &Aggregate| {
                let values = [a.min, a.max, a.first, a.last];
                (a.count, a.t_first, a.t_last, values, a.sum.round())
            };
            assert_eq!(
                cell.as_ref().map(exact),
                expected.as_ref().map(exact),
                "signal {signal} {borders:?}"
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, max_shrink_iters: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn rollups_keep_what_retention_takes(
        ops in prop::collection::vec(op(), 5..40),
        chunk_samples_max in 10_usize..200,
    ) {
        block_on(async {
            let options = Options { chunk_samples_max, ..Options::default() };
            let dir = super::folder();
            let historian = Historian::open_with(dir.path(), NOW, options).await.unwrap();
            let ids: Vec<_> = (0..SIGNALS).map(|n| format!("pump/{n}").into()).collect();
            historian.signal_keys(&ids).await.unwrap();
            let models = std::array::from_fn(|_| Model::default());
            let mut world = World { dir: dir.path(), options, historian, models, repeated: false };
            for signal in 0..SIGNALS {
                world.apply(Op::Grow(signal, 0, 2_000)).await;
            }
            world.compact().await;
            world.apply(Op::RollUp(3)).await;
            for op in ops {
                world.apply(op).await;
            }
            world.look().await;
        });
    }
}
