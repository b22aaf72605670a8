//! Alarms at an instant: what the alarm list held then, whatever came later.

use proptest::prelude::*;
use twin_core::{
    OccurrenceId, SignalKey, Timestamp,
    alarm::{AlarmKind, AlarmState, AlarmTransition, Cause, Priority},
};
use twin_historian::{AlarmRecord, JournalRow};

use super::{block_on, open};

use AlarmState::{AckedActive, Normal, UnackActive, UnackReturned};

const RULES: u8 = 3;

/// What may happen to a rule.
#[derive(Clone, Copy, Debug)]
enum Op {
    Raise,
    Return,
    Acknowledge,
    Remove,
}

/// One rule as the engine keeps it.
#[derive(Default)]
struct Rule {
    standing: Option<(OccurrenceId, AlarmState)>,
}

impl Rule {
    /// The transition that `op` makes, if it makes one (ISA-18.2).
    fn step(&mut self, number: u8, op: Op, source: i64, at: i64) -> Option<AlarmTransition> {
        let from = self.standing.as_ref().map_or(Normal, |(_, state)| *state);
        let acknowledged = Cause::Acknowledged {
            user: format!("user {at}"),
            comment: if at % 2 == 0 {
                "seen".into()
            } else {
                String::new()
            },
        };
        let (to, cause) = match (op, from) {
            (Op::Raise, Normal | UnackReturned) => (UnackActive, Cause::Raised),
            (Op::Return, UnackActive) => (UnackReturned, Cause::Returned),
            (Op::Return, AckedActive) => (Normal, Cause::Returned),
            (Op::Acknowledge, UnackActive) => (AckedActive, acknowledged),
            (Op::Acknowledge, UnackReturned) => (Normal, acknowledged),
            (Op::Remove, UnackActive | AckedActive | UnackReturned) => (Normal, Cause::Removed),
            _ => return None,
        };
        let occurrence = self.standing.as_ref().map_or_else(
            || OccurrenceId::from(format!("r{number}@{source}")),
            |(id, _)| id.clone(),
        );
        self.standing = (to != Normal).then(|| (occurrence.clone(), to));
        Some(AlarmTransition {
            occurrence,
            rule: format!("r{number}").as_str().into(),
            asset: "pump".into(),
            signal: SignalKey(u32::from(number)),
            kind: AlarmKind::High,
            priority: Priority::new(number + 1)?,
            limit: 4.5,
            from,
            to,
            cause,
            source_time: Timestamp(source),
            at: Timestamp(at),
            value: at as f64,
        })
    }
}

fn any_op() -> impl Strategy<Value = (u8, Op, i64, i64)> {
    let op = prop_oneof![
        3 => Just(Op::Raise),
        3 => Just(Op::Return),
        2 => Just(Op::Acknowledge),
        1 => Just(Op::Remove),
    ];
    // Several transitions in one instant, and occurrences that begin anew at the same source time.
    (
        0..RULES,
        op,
        0_i64..3,
        prop_oneof![2 => Just(0_i64), 3 => 1_i64..4],
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, max_shrink_iters: 300, ..ProptestConfig::default() })]

    #[test]
    fn an_instant_shows_the_list_as_it_was(ops in prop::collection::vec(any_op(), 1..60)) {
        block_on(async {
            let dir = super::folder();
            let historian = open(dir.path()).await;
            let alarms = historian.alarms();
            let mut rules: Vec<Rule> = (0..RULES).map(|_| Rule::default()).collect();
            let mut now = 100;
            // By instant: what stood after everything that happened in it, and the whole list.
            let mut seen: Vec<(i64, Vec<AlarmRecord>, Vec<AlarmRecord>)> = vec![(now, vec![], vec![])];
            let mut raised = Vec::new();
            for (row, (number, op, coarse, wait)) in ops.into_iter().enumerate() {
                now += wait;
                let source = now / 8 * 8 - coarse / 2;
                let Some(made) = rules[usize::from(number)].step(number, op, source, now) else {
                    continue;
                };
                if made.cause == Cause::Raised {
                    raised.push((now, made.priority.number()));
                }
                alarms.append(&[made], JournalRow(row as i64 + 1)).await.unwrap();
                if seen.last().is_some_and(|(at, ..)| *at == now) {
                    seen.pop();
                }
                let all = alarms.history(None, 1_000).await.unwrap();
                seen.push((now, alarms.standing().await.unwrap(), all));
            }
            for (index, (from, standing, all)) in seen.iter().enumerate() {
                let to = seen.get(index + 1).map_or(from + 5, |(next, ..)| *next);
                for t in *from..to {
                    let t = Timestamp(t);
                    prop_assert_eq!(&alarms.standing_as_of(t).await.unwrap(), standing, "as of {:?}", t);
                    prop_assert_eq!(&alarms.history_as_of(t, None, 1_000).await.unwrap(), all);
                    let mut paged = alarms.history_as_of(t, None, 1).await.unwrap();
                    while let Some(last) = paged.last() {
                        let more = alarms.history_as_of(t, Some(last.seq), 1).await.unwrap();
                        if more.is_empty() {
                            break;
                        }
                        paged.extend(more);
                    }
                    prop_assert_eq!(&paged, all, "in pages");
                }
            }
            for (t0, t1, spans) in [(0, 1_000, 7), (100, now + 1, 1_000), (110, 120, 3)] {
                let within: Vec<_> = raised.iter().filter(|(at, _)| (t0..t1).contains(at)).collect();
                let found = alarms.raised(Timestamp(t0), Timestamp(t1), spans).await.unwrap();
                let count: u64 = found.iter().map(|span| span.count).sum();
                prop_assert_eq!(count, within.len() as u64);
                prop_assert!(found.len() <= spans as usize);
                let most = within.iter().map(|(_, priority)| *priority).min();
                prop_assert_eq!(found.iter().map(|span| span.priority).min(), most);
                let first = within.first().map(|(at, _)| *at);
                prop_assert_eq!(found.first().map(|span| span.at.micros()), first);
            }
            for t in 90..now + 3 {
                let next = raised.iter().map(|(at, _)| *at).find(|at| *at > t);
                let before = raised.iter().map(|(at, _)| *at).rfind(|at| *at < t);
                let beside = async |later| alarms.raised_beside(Timestamp(t), later).await.unwrap();
                prop_assert_eq!(beside(true).await.map(Timestamp::micros), next);
                prop_assert_eq!(beside(false).await.map(Timestamp::micros), before);
            }
            Ok(())
        })?;
    }
}
