use std::sync::Arc;

use proptest::prelude::*;
use twin_core::{
    BatchId, Duration, Reason, SampleBatch, Value,
    alarm::{AlarmState, AlarmTransition, StandingAlarm},
    engine::{Effect, Effects, Engine, Input, LinkChange, LinkMark, OperatorAction, Restored},
};
use twin_historian::{Durability, Group, JournalRow, QualityTransition};
use twin_model::Plant;

use super::*;
use crate::{
    api::frame::{AssetStateKind, FRAME_HEADER_BYTES, FRAME_MAGIC, FRAME_SAMPLE_BYTES},
    compile::compile,
};

const PLANT: &str = r##"[plant]
id = "p"
name = "P"
zone = "UTC"
[[connection]]
id = "c"
host = "h"
subscriptions = [{ filter = "plant/#", qos = 0 }]
[[area]]
id = "a"
[[type]]
id = "pump"
name = "Pump"
running = { signal = "speed", above = 1.0 }
[[type.signal]]
id = "level"
name = "Level"
stale_after_s = 10.0
alarms = [
  { kind = "high", limit = 1.5, deadband = 0.5, on_delay_s = 0.0, priority = 2 },
  { kind = "high-high", limit = 2.5, deadband = 0.5, on_delay_s = 3.0, priority = 1 },
]
[[type.signal]]
id = "speed"
name = "Speed"
stale_after_s = 600.0
[[asset]]
id = "p1"
area = "a"
type = "pump"
connection = "c"
source = "plant/p1#{signal}"
[[asset]]
id = "p2"
area = "a"
type = "pump"
connection = "c"
source = "plant/p2#{signal}"
"##;

#[derive(Clone, Debug)]
enum Op {
    /// Signal, how many seconds before now its source time is, value.
    Samples(Vec<(usize, i64, i64)>),
    Link(usize, LinkMark),
    Acknowledge,
    Tick,
}

fn any_op() -> impl Strategy<Value = Op> {
    let reason = proptest::sample::select(vec![Reason::BrokerLost, Reason::NodeDeath]);
    let mark = (reason, any::<bool>()).prop_map(|(reason, lift)| match lift {
        true => LinkMark::Lift(reason),
        false => LinkMark::Set(Quality::bad(reason)),
    });
    prop_oneof![
        6 => proptest::collection::vec((0_usize..4, 0_i64..4, 0_i64..4), 1..5).prop_map(Op::Samples),
        2 => (0_usize..4, mark).prop_map(|(signal, mark)| Op::Link(signal, mark)),
        2 => Just(Op::Acknowledge),
        1 => Just(Op::Tick),
    ]
}

/// What a person saw at an instant.
#[derive(Debug, PartialEq)]
struct Seen {
    twins: Vec<(SignalKey, Value, Timestamp, Quality)>,
    states: Vec<AssetStateKind>,
    alarms: Vec<(String, AlarmStateView, Option<String>)>,
}

impl Seen {
    fn live(engine: &Engine) -> Seen {
        let config = Arc::clone(engine.config());
        let twin = |key: SignalKey| engine.twin(key).map(|twin| (key, twin));
        let heard = config.signals.iter().filter_map(|signal| twin(signal.key));
        let heard = heard.filter(|(_, twin)| twin.source_time != Timestamp::MIN);
        let state = |index| engine.asset(index).map(|(condition, ..)| condition.into());
        let alarm = |standing: &StandingAlarm| {
            let by = standing.acknowledged.as_ref().map(|(user, _)| user.clone());
            (
                standing.raised.occurrence.to_string(),
                match standing.state {
                    AlarmState::UnackActive => AlarmStateView::UnackActive,
                    AlarmState::AckedActive => AlarmStateView::AckedActive,
                    AlarmState::UnackReturned => AlarmStateView::UnackReturned,
                    AlarmState::Normal => AlarmStateView::Normal,
                },
                by,
            )
        };
        let mut alarms: Vec<_> = engine.standing().map(alarm).collect();
        alarms.sort_by(|a, b| a.0.cmp(&b.0));
        Seen {
            twins: heard
                .map(|(key, twin)| (key, twin.value.clone(), twin.source_time, twin.quality()))
                .collect(),
            states: (0..config.assets.len()).filter_map(state).collect(),
            alarms,
        }
    }

    fn past(then: &Then) -> Seen {
        let twins = then.twins.iter();
        let alarm = |row: &AlarmRow| (row.id.clone(), row.state, row.acknowledged_by.clone());
        let mut alarms: Vec<_> = then.alarms.iter().map(alarm).collect();
        alarms.sort_by(|a, b| a.0.cmp(&b.0));
        Seen {
            twins: twins
                .map(|(key, twin)| (*key, twin.value.clone(), twin.source_time, twin.quality()))
                .collect(),
            states: then.assets.iter().map(|asset| asset.state).collect(),
            alarms,
        }
    }
}

/// An engine whose inputs are stored as the pipeline stores them.
struct Twin {
    engine: Engine,
    historian: Historian,
    seen: Vec<(Timestamp, Seen)>,
    rows: i64,
}

impl Twin {
    async fn step(&mut self, now: Timestamp, input: Input) {
        let batch = match &input {
            Input::Samples(batch) => Some(Arc::clone(batch)),
            _ => None,
        };
        let mut effects = Effects::default();
        self.engine.step(now, input, &mut effects);
        let mut qualities = Vec::new();
        let mut transitions: Vec<AlarmTransition> = Vec::new();
        for effect in effects.list {
            match effect {
                Effect::QualityChanged {
                    signal,
                    quality,
                    at,
                } => {
                    qualities.push(QualityTransition {
                        signal,
                        at,
                        quality,
                    });
                }
                Effect::AlarmTransition(transition) => transitions.push(transition),
                _ => {}
            }
        }
        let batches: Vec<_> = batch.into_iter().collect();
        let group = Group {
            batches: &batches,
            qualities: &qualities,
            ..Group::default()
        };
        self.historian
            .append_group(group, Durability::Normal)
            .await
            .unwrap();
        if !transitions.is_empty() {
            self.rows += 1;
            let alarms = self.historian.alarms();
            alarms
                .append(&transitions, JournalRow(self.rows))
                .await
                .unwrap();
        }
        self.seen.push((now, Seen::live(&self.engine)));
    }

    async fn until(&mut self, now: Timestamp) {
        while let Some(due) = self.engine.next_deadline().filter(|due| *due < now) {
            self.step(due, Input::Tick).await;
        }
    }

    fn input(&self, op: Op, keys: &[SignalKey], now: Timestamp) -> Input {
        match op {
            Op::Samples(rows) => {
                let mut batch = SampleBatch::new(BatchId(0), now);
                for (signal, before, value) in rows {
                    let time = Timestamp::from_secs(now.micros() / 4_000_000 * 4 - before);
                    batch.push_f64(keys[signal], time, value as f64, Quality::GOOD);
                }
                Input::Samples(Arc::new(batch))
            }
            Op::Link(signal, mark) => Input::Link(LinkChange {
                source: "c".into(),
                signals: [keys[signal]].into(),
                mark,
            }),
            Op::Acknowledge => {
                let waits = |standing: &&StandingAlarm| standing.state.is_unacknowledged();
                let first = self.engine.standing().find(waits);
                first.map_or(Input::Tick, |standing| {
                    Input::Operator(OperatorAction::Acknowledge {
                        occurrence: standing.raised.occurrence.clone(),
                        user: "ann".into(),
                        comment: String::new(),
                    })
                })
            }
            Op::Tick => Input::Tick,
        }
    }
}

async fn twin(dir: &std::path::Path) -> (Twin, Compiled, Vec<SignalKey>) {
    let begin = Timestamp::from_secs(1_000);
    let historian = Historian::open(dir, begin).await.unwrap();
    // Numbers of what is not in the plant lie among those of its signals.
    historian.signal_keys(&["?c/other".into()]).await.unwrap();
    let plant = Plant::parse(PLANT).unwrap();
    let ids: Vec<_> = plant
        .signals()
        .into_iter()
        .map(|signal| signal.id)
        .collect();
    let keys = historian.signal_keys(&ids).await.unwrap();
    let compiled = compile(plant, &keys);
    let engine = Engine::new(Arc::clone(&compiled.engine), Restored::default(), begin);
    let twin = Twin {
        engine,
        historian,
        seen: Vec::new(),
        rows: 0,
    };
    (twin, compiled, keys)
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.unwrap().block_on(future)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn an_instant_shows_what_was_shown_then(
        steps in proptest::collection::vec((0_i64..6, any_op()), 1..50),
        compacted in any::<bool>(),
    ) {
        block_on(async {
            let dir = tempfile::tempdir().unwrap();
            let (mut twin, compiled, keys) = twin(dir.path()).await;
            let mut now = Timestamp::from_secs(1_000);
            for (wait, op) in steps {
                // Every input has an instant of its own.
                now = now.plus(Duration::from_secs(wait)).plus(Duration(1));
                twin.until(now).await;
                let input = twin.input(op, &keys, now);
                twin.step(now, input).await;
            }
            let historian = &twin.historian;
            while compacted && historian.compact_step(historian.newest_row()).await.unwrap().more {}
            for (index, (at, seen)) in twin.seen.iter().enumerate() {
                let last = twin.seen.get(index + 1).map_or(*at, |(next, _)| next.plus(Duration(-1)));
                for t in [*at, last] {
                    let then = Then::read(historian, &compiled, t).await.unwrap();
                    prop_assert_eq!(&Seen::past(&then), seen, "as of {:?}", t);
                }
            }
            Ok(())
        })?;
    }
}

#[test]
fn the_frame_of_an_instant_is_laid_out_as_a_live_one() {
    block_on(async {
        let dir = tempfile::tempdir().unwrap();
        let (mut twin, compiled, keys) = twin(dir.path()).await;
        let at = Timestamp::from_secs(2_000);
        let samples = Op::Samples(vec![(0, 0, 2), (3, 1, 3)]);
        let input = twin.input(samples, &keys, at);
        twin.step(at, input).await;
        let link = |at, state: &str| LinkTransition {
            connection: "c".into(),
            at,
            state: state.into(),
            reason: String::new(),
        };
        let links = [
            link(Timestamp::from_secs(1_500), "up"),
            link(Timestamp::from_secs(3_000), "down"),
        ];
        let away = QualityTransition {
            signal: keys[0],
            at: Timestamp::from_secs(2_500),
            quality: Quality::bad(Reason::NotRecorded),
        };
        let group = Group {
            links: &links,
            qualities: &[away],
            ..Group::default()
        };
        twin.historian
            .append_group(group, Durability::Normal)
            .await
            .unwrap();
        let read = async |at| Then::read(&twin.historian, &compiled, at).await.unwrap();

        let frame = read(at).await.frame(7);
        let u32_at = |at: usize| u32::from_le_bytes(frame[at..at + 4].try_into().unwrap());
        assert_eq!((u32_at(0), u32_at(4), u32_at(36)), (FRAME_MAGIC, 2, 7));
        let now = f64::from_le_bytes(frame[8..16].try_into().unwrap());
        assert_eq!(now, at.micros() as f64);
        let tail = FRAME_HEADER_BYTES + 2 * FRAME_SAMPLE_BYTES;
        let tail = &frame[tail..tail + u32_at(32) as usize];
        let tail: FrameTail = serde_json::from_slice(tail).unwrap();
        assert_eq!(tail.alarms.len(), 1);
        assert_eq!(tail.assets.len(), 2);
        assert!(tail.connections.is_none() && tail.counters.is_none());
        assert_eq!(tail.links.unwrap()[0].state, LinkStateView::Up);

        let away = read(Timestamp::from_secs(2_600)).await.links;
        assert_eq!(away[0].state, LinkStateView::Down);
        assert_eq!(away[0].since, Timestamp::from_secs(2_500).micros() as f64);
        assert!(!away[0].reason.text.is_empty());
        assert!(read(Timestamp::from_secs(1_000)).await.twins.is_empty());
    });
}

#[test]
fn an_instant_is_a_number_and_not_to_come() {
    let now = Timestamp(5);
    assert!(instant(f64::NAN, now).is_err());
    assert_eq!(instant(f64::INFINITY, now).unwrap(), now);
    assert_eq!(instant(4.0, now).unwrap(), Timestamp(4));
}
