//! Alarm transitions, what stands, and the audit trail.

use std::path::Path;

use twin_core::{
    OccurrenceId, SignalKey, Timestamp,
    alarm::{AlarmKind, AlarmState, AlarmTransition, Cause, Priority, StandingAlarm},
};
use twin_historian::{AlarmRecord, Alarms, AuditCheck, AuditEntry, JournalRow};

use super::{block_on, open, sql};

use AlarmState::{AckedActive, Normal, UnackActive, UnackReturned};

fn transition(
    occurrence: &str,
    from: AlarmState,
    to: AlarmState,
    cause: Cause,
    at: i64,
) -> AlarmTransition {
    AlarmTransition {
        occurrence: occurrence.into(),
        rule: "pump-2/vibration_de:high".into(),
        asset: "pump-2".into(),
        signal: SignalKey(3),
        kind: AlarmKind::High,
        priority: Priority::new(2).unwrap(),
        limit: 4.5,
        from,
        to,
        cause,
        source_time: Timestamp(at),
        at: Timestamp(at + 1),
        value: 4.75,
    }
}

fn raised(occurrence: &str, at: i64) -> AlarmTransition {
    transition(occurrence, Normal, UnackActive, Cause::Raised, at)
}

fn acknowledged(occurrence: &str, from: AlarmState, to: AlarmState, at: i64) -> AlarmTransition {
    let cause = Cause::Acknowledged {
        user: "ann".into(),
        comment: "seen".into(),
    };
    transition(occurrence, from, to, cause, at)
}

/// Alarm `o@10` acknowledged, `p@20` not; gives their raising transitions.
async fn two_alarms(dir: &Path) -> [AlarmTransition; 2] {
    let historian = open(dir).await;
    let alarms = historian.alarms();
    let (o, p) = (raised("o@10", 10), raised("p@20", 20));
    let first = alarms.append(std::slice::from_ref(&o), JournalRow(4)).await;
    assert_eq!(first.unwrap(), [1]);
    let rest = [
        p.clone(),
        acknowledged("o@10", UnackActive, AckedActive, 30),
    ];
    assert_eq!(alarms.append(&rest, JournalRow(7)).await.unwrap(), [2, 3]);
    historian.close().await.unwrap();
    [o, p]
}

#[test]
fn an_alarm_survives_a_restart_with_its_acknowledgement() {
    block_on(async {
        let dir = super::folder();
        let [o, p] = two_alarms(dir.path()).await;
        let alarms = open(dir.path()).await.alarms();
        assert_eq!(alarms.settled().await.unwrap(), JournalRow(7));
        assert_eq!(alarms.newest_seq().await.unwrap(), 3);
        let standing = |raised, state, since, acknowledged| StandingAlarm {
            raised,
            state,
            since: Timestamp(since),
            acknowledged,
        };
        let by_ann = Some(("ann".to_owned(), Timestamp(31)));
        let expected = [
            AlarmRecord {
                seq: 2,
                alarm: standing(p, UnackActive, 21, None),
                returned_at: None,
                comment: None,
            },
            AlarmRecord {
                seq: 3,
                alarm: standing(o, AckedActive, 31, by_ann),
                returned_at: None,
                comment: Some("seen".into()),
            },
        ];
        assert_eq!(alarms.standing().await.unwrap(), expected);
        let found = alarms
            .occurrence(&OccurrenceId::from("p@20"))
            .await
            .unwrap();
        assert_eq!(found.as_ref(), Some(&expected[0]));
        let none = alarms
            .occurrence(&OccurrenceId::from("none"))
            .await
            .unwrap();
        assert_eq!(none, None);
    });
}

#[test]
fn an_alarm_that_is_over_stands_in_the_history_alone() {
    block_on(async {
        let dir = super::folder();
        two_alarms(dir.path()).await;
        let alarms = open(dir.path()).await.alarms();
        let over = transition("o@10", AckedActive, Normal, Cause::Returned, 40);
        let seq = alarms
            .append(std::slice::from_ref(&over), JournalRow(9))
            .await;
        assert_eq!(seq.unwrap(), [4]);
        let seqs = |records: &[AlarmRecord]| records.iter().map(|r| r.seq).collect::<Vec<_>>();
        assert_eq!(seqs(&alarms.standing().await.unwrap()), [2]);
        let history = alarms.history(None, 10).await.unwrap();
        assert_eq!(seqs(&history), [4, 2]);
        assert_eq!(history[0].returned_at, Some(Timestamp(40)));
        let by_ann = Some(("ann".to_owned(), Timestamp(31)));
        assert_eq!(history[0].alarm.acknowledged, by_ann);
        assert_eq!(seqs(&alarms.history(Some(4), 10).await.unwrap()), [2]);
        assert_eq!(alarms.transitions(3, 10).await.unwrap(), [(4, over)]);
        let of = alarms.transitions_of(&OccurrenceId::from("o@10")).await;
        let of: Vec<_> = of.unwrap().iter().map(|(seq, _)| *seq).collect();
        assert_eq!(of, [1, 3, 4]);
    });
}

#[test]
fn an_alarm_that_comes_back_unacknowledged_is_the_same_and_active_again() {
    block_on(async {
        let dir = super::folder();
        let alarms = open(dir.path()).await.alarms();
        let steps = [
            raised("o@10", 10),
            transition("o@10", UnackActive, UnackReturned, Cause::Returned, 20),
            transition("o@10", UnackReturned, UnackActive, Cause::Raised, 30),
        ];
        alarms.append(&steps[..2], JournalRow(1)).await.unwrap();
        assert_eq!(
            alarms.standing().await.unwrap()[0].returned_at,
            Some(Timestamp(20))
        );
        alarms.append(&steps[2..], JournalRow(2)).await.unwrap();
        let record = &alarms.standing().await.unwrap()[0];
        assert_eq!(
            (record.seq, record.returned_at, record.alarm.state),
            (3, None, UnackActive)
        );
        assert_eq!(record.alarm.raised, steps[0]);
    });
}

#[test]
fn a_replay_stores_nothing_twice() {
    block_on(async {
        let dir = super::folder();
        let alarms = open(dir.path()).await.alarms();
        let first = raised("o@10", 10);
        alarms
            .append(
                &[
                    first.clone(),
                    acknowledged("o@10", UnackActive, AckedActive, 20),
                ],
                JournalRow(5),
            )
            .await
            .unwrap();
        // The engine made it at another moment this time.
        let again = AlarmTransition {
            at: Timestamp(99),
            ..first
        };
        assert_eq!(
            alarms
                .append(&[again, raised("p@30", 30)], JournalRow(3))
                .await
                .unwrap(),
            [1, 3]
        );
        let standing = alarms.standing().await.unwrap();
        assert_eq!(
            standing.iter().map(|r| r.alarm.state).collect::<Vec<_>>(),
            [AckedActive, UnackActive]
        );
        assert_eq!(
            alarms.settled().await.unwrap(),
            JournalRow(5),
            "settled went back"
        );
        assert_eq!(alarms.audit(None, 10).await.unwrap().len(), 1);
    });
}

/// A rule without delay on 6, 3, 6, 3... at source time 10.
fn out_and_in(count: usize) -> Vec<AlarmTransition> {
    let step = |n| match n {
        0 => raised("o@10", 10),
        n if n % 2 == 1 => transition("o@10", UnackActive, UnackReturned, Cause::Returned, 10),
        _ => transition("o@10", UnackReturned, UnackActive, Cause::Raised, 10),
    };
    (0..count).map(step).collect()
}

/// The number of transitions, without holes, and the state that the occurrence stands in.
async fn standing_of(alarms: &Alarms, id: &str) -> (u64, AlarmState) {
    let stored = alarms.transitions(0, 1_000).await.unwrap();
    let seqs: Vec<_> = stored.iter().map(|(seq, _)| *seq).collect();
    assert_eq!(seqs, (1..=stored.len() as u64).collect::<Vec<_>>());
    let record = alarms.occurrence(&OccurrenceId::from(id)).await.unwrap();
    (stored.len() as u64, record.unwrap().alarm.state)
}

#[test]
fn out_in_and_out_again_within_one_instant_is_stored_each_time() {
    block_on(async {
        for count in 1..8 {
            let steps = out_and_in(count);
            let expected = (count as u64, steps[count - 1].to);
            // How many transitions a call has; whether each call settles a row of its own.
            for (size, grows) in [(1, true), (1, false), (2, true), (3, true), (8, true)] {
                let dir = super::folder();
                let alarms = open(dir.path()).await.alarms();
                for (n, part) in steps.chunks(size).enumerate() {
                    let row = JournalRow(if grows { n as i64 + 1 } else { 1 });
                    alarms.append(part, row).await.unwrap();
                }
                let found = standing_of(&alarms, "o@10").await;
                assert_eq!(found, expected, "{size} a call, rows grow: {grows}");
            }
        }
    });
}

#[test]
fn a_replay_of_any_part_stores_nothing_twice() {
    block_on(async {
        for count in 1..8_usize {
            let dir = super::folder();
            let alarms = open(dir.path()).await.alarms();
            let steps = out_and_in(count);
            for (n, step) in steps.iter().enumerate() {
                let row = JournalRow(n as i64 + 1);
                alarms
                    .append(std::slice::from_ref(step), row)
                    .await
                    .unwrap();
            }
            let stored = (count as u64, steps[count - 1].to);
            for from in 0..count {
                // From some row to the end in one call: what it repeats is at the end.
                let numbers: Vec<_> = (from as u64 + 1..=count as u64).collect();
                let again = alarms
                    .append(&steps[from..], JournalRow(count as i64))
                    .await;
                assert_eq!(again.unwrap(), numbers, "{count} steps from {from}");
                // Row by row, and what is before the end in one call.
                for (n, step) in steps.iter().enumerate().skip(from) {
                    let row = JournalRow(n as i64);
                    alarms
                        .append(std::slice::from_ref(step), row)
                        .await
                        .unwrap();
                }
                let before_the_end = JournalRow(count as i64 - 1);
                alarms
                    .append(&steps[from..count - 1], before_the_end)
                    .await
                    .unwrap();
                assert_eq!(standing_of(&alarms, "o@10").await, stored);
            }
            // The whole list and something new behind it.
            let longer = out_and_in(count + 1);
            let row = JournalRow(count as i64 + 1);
            let numbers: Vec<_> = (1..=count as u64 + 1).collect();
            assert_eq!(alarms.append(&longer, row).await.unwrap(), numbers);
            assert_eq!(
                standing_of(&alarms, "o@10").await,
                (count as u64 + 1, longer[count].to)
            );
        }
    });
}

#[test]
fn a_call_made_again_with_several_alarms_gives_the_same_numbers() {
    block_on(async {
        let dir = super::folder();
        let alarms = open(dir.path()).await.alarms();
        let mut steps = out_and_in(3);
        steps.insert(1, raised("p@10", 10));
        steps.insert(3, acknowledged("p@10", UnackActive, AckedActive, 11));
        steps.push(acknowledged("o@10", UnackActive, AckedActive, 12));
        for _ in 0..3 {
            let numbers = alarms.append(&steps, JournalRow(4)).await.unwrap();
            assert_eq!(numbers, [1, 2, 3, 4, 5, 6]);
        }
        assert_eq!(standing_of(&alarms, "o@10").await, (6, AckedActive));
        assert_eq!(alarms.audit(None, 10).await.unwrap().len(), 2);
    });
}

#[test]
fn an_alarm_that_is_over_and_raised_again_at_the_same_instant_is_unacknowledged() {
    block_on(async {
        let dir = super::folder();
        let alarms = open(dir.path()).await.alarms();
        let over = [
            raised("o@10", 10),
            acknowledged("o@10", UnackActive, AckedActive, 11),
            transition("o@10", AckedActive, Normal, Cause::Returned, 10),
        ];
        alarms.append(&over, JournalRow(1)).await.unwrap();
        assert_eq!(alarms.standing().await.unwrap(), []);
        let again = AlarmTransition {
            value: 9.0,
            ..raised("o@10", 10)
        };
        let numbers = alarms
            .append(std::slice::from_ref(&again), JournalRow(2))
            .await;
        assert_eq!(numbers.unwrap(), [4]);
        let record = alarms.standing().await.unwrap().remove(0);
        assert_eq!(
            (record.alarm.state, record.alarm.raised),
            (UnackActive, again)
        );
        assert_eq!(
            (
                record.alarm.acknowledged,
                record.comment,
                record.returned_at
            ),
            (None, None, None)
        );
    });
}

#[test]
fn numbers_that_are_none_are_kept_as_such() {
    block_on(async {
        let dir = super::folder();
        let alarms = open(dir.path()).await.alarms();
        let odd = AlarmTransition {
            limit: f64::NAN,
            value: f64::INFINITY,
            ..raised("o@10", 10)
        };
        alarms.append(&[odd], JournalRow(0)).await.unwrap();
        let raised = &alarms.standing().await.unwrap()[0].alarm.raised;
        assert!(raised.limit.is_nan());
        assert_eq!(raised.value, f64::INFINITY);
    });
}

async fn three_actions(dir: &Path) {
    let historian = open(dir).await;
    let alarms = historian.alarms();
    let entry = |at, action: &str| AuditEntry {
        at: Timestamp(at),
        user: "ann".into(),
        action: action.into(),
        subject: "station".into(),
        detail: String::new(),
    };
    assert_eq!(
        alarms
            .write_audit(&entry(1, "edit-connection"))
            .await
            .unwrap(),
        1
    );
    alarms
        .append(&[raised("o@10", 10)], JournalRow(0))
        .await
        .unwrap();
    alarms
        .append(
            &[acknowledged("o@10", UnackActive, AckedActive, 20)],
            JournalRow(0),
        )
        .await
        .unwrap();
    assert_eq!(alarms.write_audit(&entry(3, "rebirth")).await.unwrap(), 3);
    let actions: Vec<_> = alarms
        .audit(None, 10)
        .await
        .unwrap()
        .into_iter()
        .map(|r| r.entry.action)
        .collect();
    assert_eq!(actions, ["rebirth", "acknowledge", "edit-connection"]);
    assert_eq!(
        alarms.audit(Some(3), 1).await.unwrap()[0].entry.subject,
        "o@10"
    );
    assert_eq!(
        alarms.check_audit().await.unwrap(),
        AuditCheck {
            intact: 3,
            broken_at: None
        }
    );
    historian.close().await.unwrap();
}

#[test]
fn a_changed_or_missing_audit_record_breaks_the_chain() {
    block_on(async {
        for (change, intact) in [
            ("UPDATE audit SET user = 'bob' WHERE seq = 2", 1),
            ("DELETE FROM audit WHERE seq = 2", 1),
            ("UPDATE audit SET at = 7 WHERE seq = 1", 0),
            (
                "UPDATE audit SET detail = 'x', hash = x'00' WHERE seq = 3",
                2,
            ),
        ] {
            let dir = super::folder();
            three_actions(dir.path()).await;
            sql(&dir.path().join("alarms.db"), change).await;
            let check = open(dir.path()).await.alarms().check_audit().await.unwrap();
            assert_eq!(
                check,
                AuditCheck {
                    intact,
                    broken_at: Some(intact + 1)
                },
                "{change}"
            );
        }
    });
}
