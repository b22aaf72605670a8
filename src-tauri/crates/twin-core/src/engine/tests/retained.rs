//! What a broker had kept: shown, marked, and never news.

use super::*;

/// A sample that a broker had kept.
fn kept(signal: SignalKey, at: Timestamp, received: Timestamp, value: f64) -> Input {
    let mut batch = SampleBatch::new(BatchId(0), received);
    batch.push(signal, at, &Value::F64(value), Quality::GOOD);
    Input::Samples(Arc::new(batch.at_first_look()))
}

#[test]
fn what_a_broker_had_kept_is_marked_and_opens_no_alarm_until_it_is_said_again() {
    let mut engine = fresh();
    let effects = drive(&mut engine, &[(t(5), kept(VIBRATION, t(1), t(5), 9.0))]);
    assert_eq!(alarms(&effects), []);
    let retained = Quality::uncertain(Reason::Retained);
    assert_eq!(engine.twin(VIBRATION).unwrap().quality(), retained);
    let marked = effects.list.iter().any(|effect| {
        matches!(effect, Effect::QualityChanged { quality, at, .. } if *quality == retained && *at > t(5))
    });
    assert!(marked, "{effects:?}");
    let effects = drive(&mut engine, &[(t(6), sample(VIBRATION, t(1), 9.0))]);
    assert_eq!(
        alarms(&effects),
        [(AlarmKind::HighHigh, AlarmState::UnackActive)]
    );
    assert_eq!(engine.twin(VIBRATION).unwrap().quality(), Quality::GOOD);
}

#[test]
fn what_a_broker_had_kept_changes_no_standing_alarm_and_goes_stale() {
    let mut engine = fresh();
    let effects = drive(
        &mut engine,
        &[
            (t(1), sample(VIBRATION, t(1), 9.0)),
            (t(2), kept(VIBRATION, t(2), t(2), 1.0)),
            (t(30), Input::Tick),
        ],
    );
    assert_eq!(
        alarms(&effects),
        [(AlarmKind::HighHigh, AlarmState::UnackActive)]
    );
    let twin = engine.twin(VIBRATION).unwrap();
    assert_eq!(twin.quality(), Quality::bad(Reason::Stale));
}

#[test]
fn what_a_broker_had_kept_and_is_known_changes_nothing() {
    let mut engine = fresh();
    drive(&mut engine, &[(t(1), sample(VIBRATION, t(1), 2.0))]);
    let effects = drive(&mut engine, &[(t(5), kept(VIBRATION, t(1), t(5), 2.0))]);
    let about_it = |effect: &Effect| {
        matches!(
            effect,
            Effect::QualityChanged { .. } | Effect::AlarmTransition(_)
        )
    };
    assert!(effects.changed.is_empty() && !effects.list.iter().any(about_it));
    assert_eq!(engine.twin(VIBRATION).unwrap().quality(), Quality::GOOD);
}
