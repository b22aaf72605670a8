//! Adopting between all else that happens to a history gives what a plain map gives.

use std::{collections::BTreeMap, ops::ControlFlow, path::Path};

use proptest::prelude::*;
use twin_core::{Duration, SignalId, SignalKey, Timestamp};
use twin_historian::{Adoption, Durability, Historian, Keep, Options, Policy};

use super::{NOW, all, batch, block_on, folder};

/// The first two are provisional.
const IDS: [&str; 5] = ["?c/a", "?c/b", "p/x", "p/y", "p/z"];
/// Microseconds between samples: fast enough to be rolled up.
const STEP: i64 = 10_000;

#[derive(Clone, Debug)]
enum Op {
    /// Samples of (id, instant in steps, value).
    Hear(Vec<(usize, i64, f64)>),
    /// A stretch of samples without holes: id, first instant, how many.
    Stream(usize, i64, i64),
    /// Pairs of a provisional id and another.
    Adopt(Vec<(usize, usize)>),
    Compact,
    RollUp,
    /// Keeps what is not older than this, in steps.
    Retain(i64),
    Reopen,
    /// A repair of a sound history, or of one whose pointer map is damaged at this entry.
    Repair(Option<usize>),
}

fn op() -> impl Strategy<Value = Op> {
    let row = (0..IDS.len(), 0_i64..400, -100_i32..100);
    let row = row.prop_map(|(id, at, value)| (id, at, f64::from(value)));
    let pair = (0_usize..2, 2..IDS.len());
    prop_oneof![
        4 => prop::collection::vec(row, 1..20).prop_map(Op::Hear),
        4 => (0..IDS.len(), 0_i64..300, 20_i64..200).prop_map(|(id, from, n)| Op::Stream(id, from, n)),
        4 => prop::collection::vec(pair, 1..4).prop_map(Op::Adopt),
        4 => Just(Op::Compact),
        2 => Just(Op::RollUp),
        1 => (0_i64..400).prop_map(Op::Retain),
        1 => Just(Op::Reopen),
        1 => prop::option::of(0_usize..20).prop_map(Op::Repair),
    ]
}

#[derive(Default)]
struct Model {
    /// Samples of each id that history knows.
    known: BTreeMap<usize, BTreeMap<i64, f64>>,
    /// Whether retention may have taken samples and left statistics of them.
    retained: bool,
}

impl Model {
    fn adopt(&mut self, pairs: &[(usize, usize)]) {
        let mut renames: Vec<(usize, usize)> = Vec::new();
        let mut taken: Vec<usize> = self.known.keys().copied().collect();
        for (from, to) in pairs {
            let Some(samples) = self.known.get(from).cloned() else {
                continue;
            };
            let is_taken = taken.contains(to) || renames.iter().any(|pair| pair.1 == *to);
            if !is_taken && renames.iter().all(|pair| pair.0 != *from) {
                renames.push((*from, *to));
                continue;
            }
            taken.push(*to);
            // Until the end a signal that takes a key over is found under the provisional id.
            let renamed = renames.iter().find(|pair| pair.1 == *to);
            let holder = renamed.map_or(*to, |pair| pair.0);
            let into = self.known.entry(holder).or_default();
            for (time, value) in samples {
                into.entry(time).or_insert(value);
            }
        }
        for (from, to) in renames {
            let samples = self.known.remove(&from).unwrap_or_default();
            self.known.insert(to, samples);
        }
    }
}

/// Of what was copied all or some has left the provisional id.
async fn take_away(historian: &Historian, model: &mut Model, pairs: &[(usize, usize)]) {
    for (from, _) in pairs {
        let Some(before) = model.known.get(from).cloned() else {
            continue;
        };
        let left = all(historian, key(historian, *from).await).await;
        let left: BTreeMap<i64, f64> = left.into_iter().collect();
        let same = |(time, value): (&i64, &f64)| before.get(time) == Some(value);
        assert!(left.iter().all(same), "{left:?} of {before:?}");
        model.known.insert(*from, left);
    }
}

async fn key(historian: &Historian, id: usize) -> u32 {
    let keys = historian.signal_keys(&[SignalId::from(IDS[id])]).await;
    keys.unwrap()[0].0
}

async fn hear(historian: &Historian, model: &mut Model, heard: &[(usize, i64, f64)]) {
    let mut rows = Vec::new();
    for (id, at, value) in heard {
        rows.push((key(historian, *id).await, at * STEP, *value));
        let samples = model.known.entry(*id).or_default();
        samples.insert(at * STEP, *value);
    }
    let done = historian.append(&[batch(&rows)], Durability::Normal).await;
    done.unwrap();
}

/// Whole chunks go, so that how much of the old goes is free.
async fn retain(historian: &Historian, model: &mut Model, cut: i64) {
    let keep = Keep {
        raw: Some(Duration(0)),
        rollups: None,
    };
    let policy = Policy {
        default: keep,
        ..Policy::default()
    };
    while historian
        .retain(Timestamp(cut), &policy)
        .await
        .unwrap()
        .more
    {}
    model.retained = true;
    let ids: Vec<usize> = model.known.keys().copied().collect();
    for id in ids {
        let left: BTreeMap<i64, f64> = all(historian, key(historian, id).await)
            .await
            .into_iter()
            .collect();
        let before = model.known.insert(id, left.clone()).unwrap_or_default();
        for (time, value) in before {
            let found = left.get(&time);
            assert!(found == Some(&value) || (found.is_none() && time < cut));
        }
    }
}

async fn repair(
    dir: &Path,
    historian: Historian,
    damaged: Option<usize>,
    options: Options,
) -> Historian {
    historian.close().await.unwrap();
    drop(historian);
    let file = dir.join("telemetry.db");
    let mut bytes = std::fs::read(&file).unwrap();
    if let Some(entry) = damaged {
        bytes[8_192 + 5 * entry] ^= 4;
        std::fs::write(&file, bytes).unwrap();
    }
    let done = twin_historian::repair(dir, NOW, |_, _| ControlFlow::Continue(())).await;
    let done = done.unwrap();
    assert_eq!(done.lost, vec![]);
    Historian::open_with(dir, NOW, options).await.unwrap()
}

async fn compare(historian: &Historian, model: &Model, after: &Op) {
    let known = historian.signals().await.unwrap();
    assert_eq!(known.len(), model.known.len(), "{known:?} after {after:?}");
    for (id, samples) in &model.known {
        let key = key(historian, *id).await;
        let expected: Vec<_> = samples
            .iter()
            .map(|(time, value)| (*time, *value))
            .collect();
        assert_eq!(
            all(historian, key).await,
            expected,
            "{} after {after:?}",
            IDS[*id]
        );
        if model.retained {
            continue;
        }
        let borders = [
            Timestamp(0),
            Timestamp(100 * STEP + 1),
            Timestamp(1_000 * STEP),
        ];
        let cells = historian
            .aggregates(&[SignalKey(key)], &borders)
            .await
            .unwrap();
        for (cell, border) in cells[0].iter().zip(borders.windows(2)) {
            let within = samples.range(border[0].micros()..border[1].micros());
            let values: Vec<f64> = within.map(|(_, value)| *value).collect();
            let found = cell.as_ref().map(|cell| (cell.count, cell.min, cell.max));
            let min = values.iter().copied().fold(f64::INFINITY, f64::min);
            let max = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let expected = (!values.is_empty()).then_some((values.len() as u64, min, max));
            assert_eq!(found, expected, "{} after {after:?}", IDS[*id]);
        }
    }
}

async fn run(ops: Vec<Op>, options: Options) {
    let dir = folder();
    let mut historian = Historian::open_with(dir.path(), NOW, options)
        .await
        .unwrap();
    let mut model = Model::default();
    for op in ops {
        match &op {
            Op::Hear(rows) => hear(&historian, &mut model, rows).await,
            Op::Stream(id, from, count) => {
                let rows: Vec<_> = (0..*count)
                    .map(|n| (*id, from + n, (n % 7) as f64))
                    .collect();
                hear(&historian, &mut model, &rows).await;
            }
            Op::Adopt(pairs) => {
                let adoption = |(from, to): &(usize, usize)| Adoption {
                    from: SignalId::from(IDS[*from]),
                    to: SignalId::from(IDS[*to]),
                    lost: [].into(),
                };
                let adoptions: Vec<_> = pairs.iter().map(adoption).collect();
                historian.adopt(&adoptions).await.unwrap();
                model.adopt(pairs);
                take_away(&historian, &mut model, pairs).await;
            }
            Op::Compact => {
                let newest = historian.newest_row();
                while historian.compact_step(newest).await.unwrap().more {}
            }
            Op::RollUp => while historian.roll_up_step().await.unwrap().more {},
            Op::Retain(cut) => retain(&historian, &mut model, cut * STEP).await,
            Op::Reopen => {
                historian.close().await.unwrap();
                drop(historian);
                historian = Historian::open_with(dir.path(), NOW, options)
                    .await
                    .unwrap();
            }
            Op::Repair(damaged) => {
                historian = repair(dir.path(), historian, *damaged, options).await;
            }
        }
        compare(&historian, &model, &op).await;
    }
    let report = historian.check().await.unwrap();
    assert_eq!(report.faults, Vec::<twin_core::Said>::new());
    historian.close().await.unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, max_shrink_iters: 300, ..ProptestConfig::default() })]

    #[test]
    fn adopting_between_all_else_gives_what_a_map_gives(
        ops in prop::collection::vec(op(), 1..24),
        chunk_samples_max in 8_usize..80,
        step_samples_max in 20_usize..400,
    ) {
        let options = Options { chunk_samples_max, step_samples_max, ..Options::default() };
        block_on(run(ops, options));
    }
}
