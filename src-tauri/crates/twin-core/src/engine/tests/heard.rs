//! Signals that were heard before they were configured.

use super::*;

const FROM_BEFORE: Quality = Quality::uncertain(Reason::FromHistory);

/// The last that the vibration said.
fn last(time: i64, received: i64, value: f64, quality: Quality) -> Input {
    let last = LastHeard {
        signal: VIBRATION,
        time: t(time),
        received: t(received),
        value: Value::F64(value),
        quality,
    };
    Input::LastHeard([last].into())
}

fn twin(engine: &Engine) -> &SignalTwin {
    engine.twin(VIBRATION).unwrap()
}

/// Qualities that history is told of the vibration, and since when.
fn told(effects: &Effects) -> Vec<(Quality, Timestamp)> {
    let only = |effect: &Effect| match effect {
        Effect::QualityChanged {
            signal: VIBRATION,
            quality,
            at,
        } => Some((*quality, *at)),
        _ => None,
    };
    effects.list.iter().filter_map(only).collect()
}

#[test]
fn a_twin_begins_with_what_was_heard_and_alarms_begin_with_what_comes() {
    let mut engine = fresh();
    let effects = drive(&mut engine, &[(t(5), last(1, 3, 9.0, Quality::GOOD))]);
    let begun = twin(&engine);
    assert_eq!(
        (&begun.value, begun.quality()),
        (&Value::F64(9.0), FROM_BEFORE)
    );
    assert_eq!((begun.source_time, begun.received_time), (t(1), t(3)));
    assert_eq!(effects.changed, [VIBRATION]);
    assert_eq!(told(&effects), [(FROM_BEFORE, t(5))]);
    assert_eq!(alarms(&effects), [], "it may be over since");

    // The same once more is said now.
    let effects = drive(&mut engine, &[(t(6), sample_at(t(1), t(6), 9.0))]);
    assert_eq!(
        alarms(&effects),
        [(AlarmKind::HighHigh, AlarmState::UnackActive)]
    );
    assert_eq!(twin(&engine).quality(), Quality::GOOD);
    assert_eq!(told(&effects), [(Quality::GOOD, t(6))]);
}

/// A sample of the vibration with its receipt.
fn sample_at(time: Timestamp, received: Timestamp, value: f64) -> Input {
    let mut batch = SampleBatch::new(BatchId(0), received);
    batch.push(VIBRATION, time, &Value::F64(value), Quality::GOOD);
    Input::Samples(Arc::new(batch))
}

#[test]
fn what_is_old_is_stale_and_what_is_not_becomes_it() {
    let stale = Quality::bad(Reason::Stale);
    let mut engine = fresh();
    let effects = drive(&mut engine, &[(t(60), last(1, 3, 2.0, Quality::GOOD))]);
    assert_eq!(twin(&engine).quality(), stale);
    assert_eq!(told(&effects), [(stale, t(60))]);
    assert_eq!(engine.asset(0).unwrap().0, AssetCondition::Stale);

    let mut engine = fresh();
    let inputs = [(t(5), last(1, 3, 2.0, Quality::GOOD)), (t(30), Input::Tick)];
    let effects = drive(&mut engine, &inputs);
    assert_eq!(told(&effects), [(FROM_BEFORE, t(5)), (stale, t(13))]);
    // A receipt of the future comes from a clock that was set back.
    let mut engine = fresh();
    let inputs = [
        (t(5), last(1, 90, 2.0, Quality::GOOD)),
        (t(30), Input::Tick),
    ];
    drive(&mut engine, &inputs);
    assert_eq!(twin(&engine).quality(), stale);
}

#[test]
fn a_doubt_that_came_with_the_value_says_more_than_that_it_came_before() {
    for doubt in [
        Quality::bad(Reason::DeviceReported),
        Quality::uncertain(Reason::Retained),
    ] {
        let mut engine = fresh();
        let effects = drive(&mut engine, &[(t(5), last(1, 3, 9.0, doubt))]);
        assert_eq!(twin(&engine).quality(), doubt);
        assert_eq!(
            (told(&effects), alarms(&effects)),
            (vec![(doubt, t(5))], vec![])
        );
    }
}

#[test]
fn a_twin_that_has_something_keeps_it_and_an_older_sample_changes_nothing() {
    let mut engine = fresh();
    drive(&mut engine, &[(t(4), sample(VIBRATION, t(4), 2.0))]);
    let effects = drive(&mut engine, &[(t(5), last(1, 3, 9.0, Quality::GOOD))]);
    assert_eq!(
        (twin(&engine).quality(), effects.changed.len()),
        (Quality::GOOD, 0)
    );

    let mut engine = fresh();
    let inputs = [
        (t(5), last(4, 4, 2.0, Quality::GOOD)),
        (t(6), sample_at(t(2), t(6), 9.0)),
    ];
    let effects = drive(&mut engine, &inputs);
    assert_eq!(
        (&twin(&engine).value, alarms(&effects)),
        (&Value::F64(2.0), vec![])
    );
    let unknown = LastHeard {
        signal: SignalKey(99),
        time: t(1),
        received: t(1),
        value: Value::Null,
        quality: Quality::GOOD,
    };
    let effects = drive(&mut engine, &[(t(7), Input::LastHeard([unknown].into()))]);
    assert!(effects.changed.is_empty());
}
