//! A pause that history makes, and what else happens to the source meanwhile.

use super::*;

const PAUSE: LinkMark = LinkMark::Set(Quality::bad(Reason::HistoryUnavailable));
const GO_ON: LinkMark = LinkMark::Lift(Reason::HistoryUnavailable);

/// The quality shown after a sample at 1 s and these marks, one a second from 2 s on.
fn after(marks: &[LinkMark]) -> (Engine, Quality) {
    let mut engine = fresh();
    drive(&mut engine, &[(t(1), sample(VIBRATION, t(1), 2.0))]);
    for (second, mark) in (2..).zip(marks) {
        drive(&mut engine, &[(t(second), link(*mark))]);
    }
    let quality = shown(&engine);
    (engine, quality)
}

fn shown(engine: &Engine) -> Quality {
    engine.twin(VIBRATION).unwrap().quality()
}

#[test]
fn the_end_of_a_pause_gives_back_what_held_before_it_or_came_in_it() {
    let marks = [
        Quality::bad(Reason::BrokerLost),
        Quality::bad(Reason::NodeDeath),
        Quality::uncertain(Reason::SequenceGap),
        Quality::uncertain(Reason::FromHistory),
    ];
    for mark in marks {
        let set = LinkMark::Set(mark);
        assert_eq!(after(&[PAUSE, set, GO_ON]).1, mark, "came in it");
        assert_eq!(after(&[set, PAUSE, PAUSE, GO_ON]).1, mark, "held before");
    }
    let lost = LinkMark::Set(Quality::bad(Reason::BrokerLost));
    assert_eq!(
        after(&[PAUSE, lost]).1,
        Quality::bad(Reason::BrokerLost),
        "a link that is down says more"
    );
    let back = LinkMark::Lift(Reason::BrokerLost);
    assert_eq!(
        after(&[PAUSE, lost, back]).1,
        Quality::bad(Reason::HistoryUnavailable)
    );
    assert_eq!(after(&[PAUSE, lost, back, GO_ON]).1, Quality::GOOD);
}

#[test]
fn silence_in_a_pause_counts_when_it_ends_and_a_sample_ends_both() {
    let (mut engine, quality) = after(&[PAUSE]);
    assert_eq!(quality, Quality::bad(Reason::HistoryUnavailable));
    drive(&mut engine, &[(t(60), Input::Tick)]);
    assert_eq!(shown(&engine), Quality::bad(Reason::HistoryUnavailable));
    let effects = drive(&mut engine, &[(t(61), link(GO_ON))]);
    assert_eq!(shown(&engine), Quality::bad(Reason::Stale));
    let stale = Effect::QualityChanged {
        signal: VIBRATION,
        quality: Quality::bad(Reason::Stale),
        at: t(61),
    };
    assert!(effects.list.contains(&stale), "{:?}", effects.list);
    drive(&mut engine, &[(t(62), link(PAUSE))]);
    drive(&mut engine, &[(t(63), sample(VIBRATION, t(63), 2.0))]);
    assert_eq!(shown(&engine), Quality::GOOD);
}

#[test]
fn a_pause_of_a_link_that_stays_lost_stores_no_good_quality() {
    let mut engine = fresh();
    let lost = LinkMark::Set(Quality::bad(Reason::BrokerLost));
    let inputs = [
        (t(1), sample(VIBRATION, t(1), 2.0)),
        (t(2), link(PAUSE)),
        (t(3), link(lost)),
        (t(4), link(GO_ON)),
    ];
    let effects = drive(&mut engine, &inputs);
    let stored = effects.list.iter().filter_map(|effect| match effect {
        Effect::QualityChanged { quality, .. } => Some(quality.reason),
        _ => None,
    });
    let stored: Vec<_> = stored.collect();
    assert_eq!(stored, [Reason::HistoryUnavailable, Reason::BrokerLost]);
}
