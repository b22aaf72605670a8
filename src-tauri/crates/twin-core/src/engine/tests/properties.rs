//! What holds for every recording.

use proptest::prelude::*;

use super::*;

fn any_input() -> impl Strategy<Value = Input> {
    let quality = prop_oneof![
        8 => Just(Quality::GOOD),
        1 => Just(Quality::bad(Reason::DeviceReported)),
        1 => Just(Quality::uncertain(Reason::KeptBirth)),
    ];
    let row = (0u32..3, -3i64..4, 0.0f64..9.0, quality.clone());
    prop_oneof![
        12 => (proptest::collection::vec(row, 1..6), proptest::bool::weighted(0.2)).prop_map(|(rows, kept)| {
            let mut batch = SampleBatch::new(BatchId(0), t(0));
            for (signal, offset, value, quality) in rows {
                // Offsets are made absolute by the test, which knows the time of the input.
                batch.push(SignalKey(signal), t(offset), &Value::F64(value), quality);
            }
            Input::Samples(Arc::new(if kept { batch.at_first_look() } else { batch }))
        }),
        1 => quality.prop_map(|quality| link(LinkMark::Set(quality))),
        1 => Just(link(LinkMark::Lift(Reason::DeviceReported))),
        2 => Just(acknowledge(Timestamp::MIN)),
        1 => Just(Input::Tick),
    ]
}

fn acknowledge(raised: Timestamp) -> Input {
    let occurrence = OccurrenceId::from(format!("pump/0:high-high@{}", raised.micros()));
    Input::Operator(OperatorAction::Acknowledge {
        occurrence,
        user: "ann".into(),
        comment: String::new(),
    })
}

/// A recording: inputs at growing times, sample times relative to them, acknowledgements of the newest sample that
/// can have raised the high-high alarm.
fn recording(steps: Vec<(i64, Input)>) -> Vec<(Timestamp, Input)> {
    let mut now = 0;
    let mut raised = Timestamp::MIN;
    let mut placed = Vec::new();
    for (wait, input) in steps {
        now += wait;
        let input = match input {
            Input::Samples(batch) => {
                let mut moved = SampleBatch::new(batch.id(), t(now));
                for row in batch.iter() {
                    let time = t(now).plus(row.time.since(t(0)));
                    moved.push(row.signal, time, &row.value(), row.quality);
                    if row.signal == VIBRATION && row.as_f64() > Some(7.1) {
                        raised = time;
                    }
                }
                let moved = if batch.is_first_look() {
                    moved.at_first_look()
                } else {
                    moved
                };
                Input::Samples(Arc::new(moved))
            }
            Input::Operator(_) => acknowledge(raised),
            other => other,
        };
        placed.push((t(now), input));
    }
    placed
}

proptest! {
    #[test]
    fn the_same_recording_gives_identical_effects(
        steps in proptest::collection::vec((0i64..8, any_input()), 1..120)
    ) {
        let recording = recording(steps);
        let first = drive(&mut fresh(), &recording);
        let second = drive(&mut fresh(), &recording);
        prop_assert_eq!(first, second);
    }

    #[test]
    fn quiet_intervals_change_nothing(steps in proptest::collection::vec((0i64..8, any_input()), 1..120)) {
        let recording = recording(steps);
        let pruned = drive(&mut fresh(), &recording);
        let evaluated = drive(&mut fresh().without_pruning(), &recording);
        prop_assert_eq!(pruned, evaluated);
    }

    #[test]
    fn what_a_broker_had_kept_never_opens_an_alarm(
        steps in proptest::collection::vec((0i64..8, any_input()), 1..120)
    ) {
        let mut engine = fresh();
        for (now, input) in recording(steps) {
            while let Some(due) = engine.next_deadline().filter(|due| *due <= now) {
                engine.step(due, Input::Tick, &mut Effects::default());
            }
            let kept = matches!(&input, Input::Samples(batch) if batch.is_first_look());
            let mut effects = Effects::default();
            engine.step(now, input, &mut effects);
            let raised = alarms(&effects).iter().any(|(_, to)| *to == AlarmState::UnackActive);
            prop_assert!(!(kept && raised));
        }
    }
}
