//! What history keeps of a twin's quality, and whether a reader of it sees what the twin showed.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

/// History as its reader knows it: samples and transitions, with the instants at which they came.
#[derive(Default)]
struct History {
    samples: BTreeMap<(SignalKey, Timestamp), (Value, Quality, Timestamp)>,
    transitions: BTreeMap<(SignalKey, Timestamp), Quality>,
    /// Whether a sample that is stored already keeps its first receipt, as in chunks, or takes the last.
    keeps_first: bool,
}

impl History {
    fn take(&mut self, batch: &SampleBatch) {
        for row in batch.iter() {
            let key = (row.signal, row.time);
            let new = (row.value(), row.quality, batch.received());
            let known = self.samples.get(&key);
            let repeats = known.is_some_and(|old| (&old.0, old.1) == (&new.0, new.1));
            if !(repeats && self.keeps_first) {
                self.samples.insert(key, new);
            }
        }
    }

    /// The newest sample counts, unless a transition is newer than its receipt.
    fn quality(&self, signal: SignalKey) -> Option<Quality> {
        let of = |at| (signal, at);
        let all = of(Timestamp::MIN)..=of(Timestamp::MAX);
        let (_, (_, quality, received)) = self.samples.range(all.clone()).next_back()?;
        let last = self.transitions.range(all).next_back();
        Some(
            last.filter(|((_, at), _)| at > received)
                .map_or(*quality, |(_, quality)| *quality),
        )
    }
}

fn any_mark() -> impl Strategy<Value = LinkMark> {
    let reasons = [
        Reason::BrokerLost,
        Reason::NodeDeath,
        Reason::SequenceGap,
        Reason::HistoryUnavailable,
    ];
    let reason = proptest::sample::select(reasons.to_vec());
    (reason, 0_u8..3).prop_map(|(reason, what)| match what {
        0 => LinkMark::Lift(reason),
        1 => LinkMark::Set(Quality::uncertain(reason)),
        _ => LinkMark::Set(Quality::bad(reason)),
    })
}

fn any_input() -> impl Strategy<Value = Input> {
    let quality = prop_oneof![
        4 => Just(Quality::GOOD),
        1 => Just(Quality::uncertain(Reason::Retained)),
    ];
    let row = (0_u32..2, -2_i64..2, 0_u8..2, quality);
    prop_oneof![
        4 => proptest::collection::vec(row, 1..4).prop_map(|rows| {
            let mut batch = SampleBatch::new(BatchId(0), t(0));
            for (signal, offset, value, quality) in rows {
                batch.push(SignalKey(signal), t(offset), &Value::I64(i64::from(value)), quality);
            }
            Input::Samples(Arc::new(batch))
        }),
        3 => any_mark().prop_map(link),
        1 => Just(Input::Tick),
    ]
}

/// Samples at coarse source times around `now`, so that repeats and late ones are common.
fn placed(input: Input, now: Timestamp) -> Input {
    let Input::Samples(batch) = input else {
        return input;
    };
    let mut moved = SampleBatch::new(batch.id(), now);
    for row in batch.iter() {
        let time = Timestamp::from_secs(now.micros() / 4_000_000 * 4).plus(row.time.since(t(0)));
        moved.push(row.signal, time, &row.value(), row.quality);
    }
    Input::Samples(Arc::new(moved))
}

/// One step, and what history takes from it: the samples, then the transitions.
fn step(engine: &mut Engine, now: Timestamp, input: Input, history: &mut History) {
    let before: Vec<_> = (0..2)
        .map(|key| engine.twin(SignalKey(key)).map(SignalTwin::quality))
        .collect();
    if let Input::Samples(batch) = &input {
        history.take(batch);
    }
    let had_samples = matches!(input, Input::Samples(_));
    let mut effects = Effects::default();
    engine.step(now, input, &mut effects);
    let mut changed = [false; 3];
    for effect in &effects.list {
        if let Effect::QualityChanged {
            signal,
            quality,
            at,
        } = effect
        {
            history.transitions.insert((*signal, *at), *quality);
            changed[signal.index()] = true;
        }
    }
    for key in 0..2 {
        let after = engine.twin(SignalKey(key)).map(SignalTwin::quality);
        let moved = before[key as usize] != after;
        assert!(
            had_samples || moved == changed[key as usize],
            "signal {key}: {before:?} to {after:?}, but the transition says {changed:?}"
        );
    }
}

proptest! {
    #[test]
    fn history_tells_what_every_twin_showed(
        steps in proptest::collection::vec((0_i64..7, any_input()), 1..80),
        keeps_first in any::<bool>(),
    ) {
        let mut engine = fresh();
        let mut history = History { keeps_first, ..History::default() };
        let mut now = t(0);
        for (wait, input) in steps {
            now = now.plus(Duration::from_secs(wait)).plus(Duration(1));
            while let Some(due) = engine.next_deadline().filter(|due| *due < now) {
                step(&mut engine, due, Input::Tick, &mut history);
            }
            step(&mut engine, now, placed(input, now), &mut history);
            for key in [VIBRATION, SPEED] {
                let shown = engine.twin(key).map(SignalTwin::quality);
                let shown = shown.filter(|quality| quality.reason != Reason::NeverSeen);
                prop_assert_eq!(history.quality(key), shown, "signal {} at {:?}", key.0, now);
            }
        }
    }
}

#[test]
fn a_death_in_the_same_instant_as_a_sample_is_dated_behind_it() {
    let mut engine = fresh();
    let death = link(LinkMark::Set(Quality::bad(Reason::NodeDeath)));
    let inputs = [(t(1), sample(VIBRATION, t(1), 2.0)), (t(1), death)];
    let effects = drive(&mut engine, &inputs);
    let expected = Effect::QualityChanged {
        signal: VIBRATION,
        quality: Quality::bad(Reason::NodeDeath),
        at: t(1).plus(Duration(1)),
    };
    assert!(effects.list.contains(&expected), "{:?}", effects.list);
}
