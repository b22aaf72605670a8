//! The engine fed with lists of inputs.

mod as_of;
mod heard;
mod pause;
mod properties;
mod retained;

use std::sync::Arc;

use super::*;
use crate::{
    alarm::{AlarmKind, AlarmRule, Priority},
    batch::BatchId,
    id::{AssetId, ModelId, OccurrenceId, RuleId},
    quality::Status,
    time::Duration,
    value::Value,
};

const VIBRATION: SignalKey = SignalKey(0);
const SPEED: SignalKey = SignalKey(1);
const SCORE: SignalKey = SignalKey(2);

fn rule(signal: SignalKey, kind: AlarmKind, limit: f64, delay_s: i64) -> AlarmRule {
    AlarmRule {
        id: RuleId::from(format!("pump/{}:{}", signal.0, kind.name())),
        asset: AssetId::from("pump"),
        signal,
        kind,
        limit,
        deadband: 0.5,
        on_delay: Duration::from_secs(delay_s),
        priority: Priority::LOWEST,
    }
}

fn config() -> Arc<EngineConfig> {
    let signals = [VIBRATION, SPEED, SCORE];
    Arc::new(EngineConfig {
        signals: signals
            .map(|key| SignalConfig {
                key,
                stale_after: Duration::from_secs(10),
            })
            .to_vec(),
        assets: vec![AssetConfig {
            id: AssetId::from("pump"),
            signals: vec![VIBRATION, SPEED],
            running: Some(Running {
                signal: SPEED,
                above: 100.0,
            }),
        }],
        rules: vec![
            rule(VIBRATION, AlarmKind::High, 4.5, 3),
            rule(VIBRATION, AlarmKind::HighHigh, 7.1, 0),
            rule(VIBRATION, AlarmKind::Low, 0.5, 2),
            rule(SCORE, AlarmKind::Anomaly, 0.6, 0),
        ],
        models: vec![ModelBinding {
            model: ModelId::from("pump-anomaly"),
            asset: 0,
            inputs: vec![VIBRATION, SPEED],
            score: SCORE,
            interval: Duration::from_secs(1),
            settle: Duration::from_secs(5),
        }],
    })
}

fn t(s: i64) -> Timestamp {
    Timestamp::from_secs(s)
}

fn sample(signal: SignalKey, at: Timestamp, value: f64) -> Input {
    sample_of(signal, at, value, Quality::GOOD)
}

fn sample_of(signal: SignalKey, at: Timestamp, value: f64, quality: Quality) -> Input {
    let mut batch = SampleBatch::new(BatchId(0), at);
    batch.push(signal, at, &Value::F64(value), quality);
    Input::Samples(Arc::new(batch))
}

/// Drives an engine as every driver must: a tick at each deadline before the next input.
fn drive(engine: &mut Engine, inputs: &[(Timestamp, Input)]) -> Effects {
    let mut all = Effects::default();
    for (now, input) in inputs {
        while let Some(due) = engine.next_deadline().filter(|due| due <= now) {
            engine.step(due, Input::Tick, &mut all);
        }
        engine.step(*now, input.clone(), &mut all);
    }
    all
}

fn alarms(effects: &Effects) -> Vec<(AlarmKind, AlarmState)> {
    let only = |effect: &Effect| match effect {
        Effect::AlarmTransition(transition) => Some((transition.kind, transition.to)),
        _ => None,
    };
    effects.list.iter().filter_map(only).collect()
}

fn fresh() -> Engine {
    Engine::new(config(), Restored::default(), t(0))
}

fn link(mark: LinkMark) -> Input {
    Input::Link(LinkChange {
        source: "edge-1".into(),
        signals: [VIBRATION].into(),
        mark,
    })
}

#[test]
fn silence_makes_a_signal_stale_once_and_a_sample_revives_it() {
    let mut engine = fresh();
    let effects = drive(
        &mut engine,
        &[(t(1), sample(VIBRATION, t(1), 2.0)), (t(30), Input::Tick)],
    );
    let stale = Effect::QualityChanged {
        signal: VIBRATION,
        quality: Quality::bad(Reason::Stale),
        at: t(11),
    };
    assert_eq!(
        effects
            .list
            .iter()
            .filter(|effect| **effect == stale)
            .count(),
        1
    );
    assert_eq!(engine.asset(0).map(|a| a.0), Some(AssetCondition::Stale));
    drive(&mut engine, &[(t(31), sample(VIBRATION, t(31), 2.0))]);
    assert!(
        engine
            .twin(VIBRATION)
            .is_some_and(|twin| twin.quality().is_good())
    );
    assert_eq!(engine.asset(0).map(|a| a.0), Some(AssetCondition::Live));
}

#[test]
fn a_dead_node_keeps_its_reason_through_silence_link_loss_and_gaps() {
    let set = |quality| link(LinkMark::Set(quality));
    let quality = |engine: &Engine| engine.twin(VIBRATION).map(SignalTwin::quality).unwrap();
    let mut engine = fresh();
    drive(
        &mut engine,
        &[
            (t(1), sample(VIBRATION, t(1), 2.0)),
            (t(2), set(Quality::bad(Reason::NodeDeath))),
            (t(3), set(Quality::bad(Reason::BrokerLost))),
            (t(4), set(Quality::uncertain(Reason::SequenceGap))),
            (t(5), link(LinkMark::Lift(Reason::BrokerLost))),
            (t(60), Input::Tick),
        ],
    );
    assert_eq!(quality(&engine), Quality::bad(Reason::NodeDeath));
    let lift = link(LinkMark::Lift(Reason::NodeDeath));
    drive(&mut engine, &[(t(61), lift)]);
    assert_eq!(
        quality(&engine),
        Quality::bad(Reason::Stale),
        "a source that is back does not make an old value good"
    );
    drive(
        &mut engine,
        &[(t(62), set(Quality::bad(Reason::NodeDeath)))],
    );
    assert_eq!(
        quality(&engine),
        Quality::bad(Reason::NodeDeath),
        "it says more than silence"
    );
}

#[test]
fn a_link_that_lost_nothing_gives_its_values_back() {
    let mut engine = fresh();
    let lost = LinkMark::Set(Quality::bad(Reason::BrokerLost));
    drive(
        &mut engine,
        &[(t(1), sample(VIBRATION, t(1), 2.0)), (t(2), link(lost))],
    );
    drive(
        &mut engine,
        &[(t(3), link(LinkMark::Lift(Reason::BrokerLost)))],
    );
    assert!(
        engine
            .twin(VIBRATION)
            .is_some_and(|twin| twin.quality().is_good())
    );
}

#[test]
fn a_source_that_repeats_itself_is_not_silent() {
    let mut engine = fresh();
    let repeats: Vec<_> = (1..40)
        .map(|s| (t(s), sample(VIBRATION, t(1), 2.0)))
        .collect();
    let effects = drive(&mut engine, &repeats);
    let changes = |effect: &&Effect| matches!(effect, Effect::QualityChanged { .. });
    assert_eq!(effects.list.iter().find(changes), None);
}

#[test]
fn a_pump_that_starts_while_nobody_looks_still_warms_up() {
    let mut engine = fresh();
    let mut inputs = vec![
        (t(1), sample(SPEED, t(1), 50.0)),
        (t(1), sample(VIBRATION, t(1), 0.8)),
    ];
    inputs.push((t(20), sample(SPEED, t(20), 1500.0)));
    inputs.push((t(20), sample(VIBRATION, t(20), 1.0)));
    inputs.push((t(24), Input::Tick));
    let effects = drive(&mut engine, &inputs);
    assert!(
        !effects
            .list
            .iter()
            .any(|effect| matches!(effect, Effect::RequestScore(_)))
    );
}

#[test]
fn a_model_that_cannot_be_run_abstains_until_it_can() {
    let mut engine = fresh();
    let failed = ScoreBatch {
        samples: Arc::default(),
        explanations: vec![],
        failed: vec![0],
    };
    let effects = drive(&mut engine, &[(t(1), Input::Scores(failed))]);
    let because = Abstention::Model;
    assert!(effects.list.contains(&Effect::ScoreAbstained {
        binding: 0,
        at: t(1),
        because
    }));
}

#[test]
fn late_and_repeated_samples_change_no_alarm_state() {
    let mut engine = fresh();
    let effects = drive(
        &mut engine,
        &[
            (t(10), sample(VIBRATION, t(10), 2.0)),
            (t(11), sample(VIBRATION, t(5), 9.0)),
            (t(12), sample(VIBRATION, t(10), 2.0)),
        ],
    );
    assert_eq!(alarms(&effects), []);
    assert!(effects.list.contains(&Effect::LateExcursion {
        signal: VIBRATION,
        time: t(5),
        value: 9.0
    }));
    assert_eq!(
        engine.twin(VIBRATION).map(|twin| twin.value.clone()),
        Some(Value::F64(2.0))
    );
}

#[test]
fn bad_samples_raise_nothing() {
    let mut engine = fresh();
    let bad = Quality::uncertain(Reason::KeptBirth);
    let effects = drive(&mut engine, &[(t(1), sample_of(VIBRATION, t(1), 9.0, bad))]);
    assert_eq!(alarms(&effects), []);
}

#[test]
fn models_are_asked_every_interval_and_abstain_with_the_reason() {
    let mut engine = fresh();
    let inputs = [
        (t(1), sample(SPEED, t(1), 50.0)),
        (t(1), sample(VIBRATION, t(1), 0.8)),
        (t(3), sample(SPEED, t(3), 1500.0)),
        (t(5), Input::Tick),
        (t(30), Input::Tick),
    ];
    let effects = drive(&mut engine, &inputs);
    let asked: Vec<_> = effects
        .list
        .iter()
        .filter_map(|effect| {
            if let Effect::RequestScore(request) = effect {
                Some(request.at)
            } else {
                None
            }
        })
        .collect();
    assert_eq!(asked.first(), Some(&t(8)), "it began to run at second 3");
    assert_eq!(
        asked.last(),
        Some(&t(10)),
        "vibration is stale from second 11"
    );
    let abstained: Vec<_> = effects
        .list
        .iter()
        .filter_map(|effect| {
            if let Effect::ScoreAbstained { because, .. } = effect {
                Some(*because)
            } else {
                None
            }
        })
        .collect();
    let stale = Abstention::Input {
        signal: VIBRATION,
        quality: Quality::bad(Reason::Stale),
    };
    assert!(
        abstained.contains(&Abstention::Standby) && abstained.contains(&stale),
        "{abstained:?}"
    );
}

#[test]
fn a_model_waits_until_a_started_asset_has_settled() {
    let mut engine = fresh();
    let mut inputs = vec![
        (t(1), sample(VIBRATION, t(1), 0.8)),
        (t(1), sample(SPEED, t(1), 50.0)),
    ];
    inputs.extend((2..15).map(|s| (t(s), sample(SPEED, t(s), 1500.0))));
    inputs.extend((2..15).map(|s| (t(s), sample(VIBRATION, t(s), 1.0))));
    inputs.sort_by_key(|(now, _)| *now);
    let effects = drive(&mut engine, &inputs);
    let asked = effects.list.iter().find_map(|effect| match effect {
        Effect::RequestScore(request) => Some(request.at),
        _ => None,
    });
    assert_eq!(asked, Some(t(7)), "it began to run at second 2");
    let settling = Abstention::Settling { until: t(7) };
    assert!(
        effects
            .list
            .iter()
            .any(|e| matches!(e, Effect::ScoreAbstained { because, .. } if *because == settling))
    );
}

#[test]
fn scores_raise_the_anomaly_alarm_and_keep_their_evidence() {
    let mut engine = fresh();
    let mut batch = SampleBatch::new(BatchId(0), t(2));
    batch.push_f64(SCORE, t(2), 0.9, Quality::GOOD);
    let share = InputShare {
        signal: VIBRATION,
        seen: 4.0,
        expected: 2.0,
        sigma: 0.2,
        share: 0.9,
    };
    let explanation = Explanation {
        model: ModelId::from("pump-anomaly"),
        binding: 0,
        at: t(2),
        score: 0.9,
        inputs: vec![share],
    };
    let scores = ScoreBatch {
        samples: Arc::new(batch),
        explanations: vec![explanation.clone()],
        failed: vec![],
    };
    let effects = drive(&mut engine, &[(t(2), Input::Scores(scores))]);
    assert_eq!(
        alarms(&effects),
        [(AlarmKind::Anomaly, AlarmState::UnackActive)]
    );
    assert_eq!(engine.explanation(0), Some((Some(&explanation), None)));
}

#[test]
fn a_restart_continues_the_occurrence_and_its_acknowledgement() {
    let mut before = fresh();
    let first = drive(&mut before, &[(t(1), sample(VIBRATION, t(1), 8.0))]);
    assert_eq!(
        alarms(&first),
        [(AlarmKind::HighHigh, AlarmState::UnackActive)]
    );
    let occurrence = OccurrenceId::from("pump/0:high-high@1000000");
    let acknowledge = Input::Operator(OperatorAction::Acknowledge {
        occurrence,
        user: "ann".into(),
        comment: String::new(),
    });
    drive(&mut before, &[(t(2), acknowledge)]);

    let restored = Restored {
        standing: before.standing().cloned().collect(),
        last_values: vec![(VIBRATION, t(1), Value::F64(8.0))],
    };
    let mut after = Engine::new(config(), restored, t(100));
    let twin = after.twin(VIBRATION).cloned().unwrap();
    assert_eq!(
        (twin.value.clone(), twin.quality().status),
        (Value::F64(8.0), Status::Uncertain)
    );
    let effects = drive(
        &mut after,
        &[
            (t(101), sample(VIBRATION, t(101), 8.1)),
            (t(102), sample(VIBRATION, t(102), 2.0)),
        ],
    );
    assert_eq!(
        alarms(&effects),
        [(AlarmKind::HighHigh, AlarmState::Normal)]
    );
}

#[test]
fn a_removed_rule_ends_its_occurrence() {
    let mut engine = fresh();
    drive(&mut engine, &[(t(1), sample(VIBRATION, t(1), 8.0))]);
    let without = EngineConfig {
        rules: Vec::new(),
        ..(*config()).clone()
    };
    let effects = drive(&mut engine, &[(t(2), Input::Config(Arc::new(without)))]);
    assert_eq!(
        alarms(&effects),
        [(AlarmKind::HighHigh, AlarmState::Normal)]
    );
    assert_eq!(engine.standing().count(), 0);
}

#[test]
fn system_conditions_are_listed_until_they_end() {
    let mut engine = fresh();
    let raise = |text: &str| {
        Input::System(SystemEvent::Raised {
            key: "history".into(),
            text: text.into(),
        })
    };
    let clear = Input::System(SystemEvent::Cleared {
        key: "history".into(),
    });
    let effects = drive(
        &mut engine,
        &[(t(1), raise("disk full")), (t(2), raise("disk full"))],
    );
    let changes = effects
        .list
        .iter()
        .filter(|effect| **effect == Effect::SystemChanged)
        .count();
    assert_eq!(changes, 1, "the same condition again is no change");
    assert_eq!(
        engine.system(),
        [("history".to_owned(), "disk full".into())]
    );
    drive(&mut engine, &[(t(3), clear)]);
    assert!(engine.system().is_empty());
}
