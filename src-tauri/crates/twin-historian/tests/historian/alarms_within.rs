//! Alarms of a span: what stood at some time of it, of some signals or of an asset, as it is or as it was then.

use proptest::prelude::*;
use twin_core::{
    OccurrenceId, SignalKey, Timestamp,
    alarm::{AlarmKind, AlarmState, AlarmTransition, Cause, Priority},
};
use twin_historian::{AlarmRecord, Alarms, AlarmsOf, JournalRow, Stood, Within};

use super::{block_on, open, sql};

use AlarmState::{AckedActive, Normal, UnackActive, UnackReturned};

/// Signal, kind and asset of each rule; names that others begin with.
const RULES: [(&str, AlarmKind); 5] = [
    ("pump-1/flow", AlarmKind::High),
    ("pump-1/flow", AlarmKind::HighHigh),
    ("pump-1/flow-2", AlarmKind::High),
    ("pump-1/level", AlarmKind::Low),
    ("pump-12/flow", AlarmKind::High),
];

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
    source: i64,
}

impl Rule {
    /// The transition that `op` makes, if it makes one. Source times of a rule never go back.
    fn step(&mut self, number: usize, op: Op, late: i64, at: i64) -> Option<AlarmTransition> {
        let (signal, kind) = RULES[number];
        let from = self.standing.as_ref().map_or(Normal, |(_, state)| *state);
        let acknowledged = Cause::Acknowledged {
            user: "ann".into(),
            comment: String::new(),
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
        // What a person does is of its own instant.
        let of_samples = matches!(cause, Cause::Raised | Cause::Returned);
        let source = if of_samples {
            self.source = self.source.max(at - late);
            self.source
        } else {
            at
        };
        let rule = format!("{signal}:{}", kind.name());
        let occurrence = self.standing.as_ref().map_or_else(
            || OccurrenceId::from(format!("{rule}@{source}")),
            |(id, _)| id.clone(),
        );
        self.standing = (to != Normal).then(|| (occurrence.clone(), to));
        Some(AlarmTransition {
            occurrence,
            rule: rule.as_str().into(),
            asset: signal.split('/').next()?.into(),
            signal: SignalKey(number as u32),
            kind,
            priority: Priority::new(2)?,
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

fn any_op() -> impl Strategy<Value = (usize, Op, i64, i64)> {
    let op = prop_oneof![
        4 => Just(Op::Raise),
        4 => Just(Op::Return),
        3 => Just(Op::Acknowledge),
        1 => Just(Op::Remove),
    ];
    // Several in one instant, some of them late.
    let late = prop_oneof![3 => Just(0_i64), 1 => 0_i64..9];
    (0..RULES.len(), op, late, 0_i64..4)
}

/// Ids by the definition: of what had happened by `until`, the last begun first.
fn model(all: &[AlarmTransition], asked: &Within) -> Vec<OccurrenceId> {
    let until = asked.as_of.unwrap_or(Timestamp::MAX);
    let known = all.iter().filter(|of| of.at <= until);
    let is_asked = |of: &&AlarmTransition| match &asked.of {
        AlarmsOf::Asset(asset) => of.asset.as_str() == asset,
        AlarmsOf::Signals(signals) => {
            let of_signal = |signal: &String| of.rule.as_str().starts_with(&format!("{signal}:"));
            signals.iter().any(of_signal)
        }
    };
    let known: Vec<&AlarmTransition> = known.filter(is_asked).collect();
    let begins = known.iter().filter(|of| of.from == Normal);
    let stood = |begin: &&&AlarmTransition| {
        let (t0, t1) = (asked.t0, asked.t1.min(until));
        let newest = known.iter().rfind(|of| of.occurrence == begin.occurrence);
        let is_over = newest.is_some_and(|of| of.to == Normal && of.source_time < t0);
        let next = known.iter().any(|of| {
            let follows = of.source_time > begin.source_time && of.source_time <= t0;
            of.from == Normal && of.rule == begin.rule && follows
        });
        begin.source_time <= t1 && (begin.source_time > t0 || !(is_over || next))
    };
    let mut found: Vec<_> = begins.filter(stood).collect();
    found.sort_by(|a, b| b.source_time.cmp(&a.source_time).then(a.rule.cmp(&b.rule)));
    let mut ids: Vec<_> = found.iter().map(|of| of.occurrence.clone()).collect();
    ids.dedup();
    ids
}

fn ids(rows: &[AlarmRecord]) -> Vec<OccurrenceId> {
    let id = |row: &AlarmRecord| row.alarm.raised.occurrence.clone();
    rows.iter().map(id).collect()
}

/// Everything, asked for in pages of `limit`; how many were still to come is told right each time.
async fn paged(alarms: &Alarms, asked: &Within, limit: u32, all: usize) -> Vec<AlarmRecord> {
    let mut rows: Vec<AlarmRecord> = Vec::new();
    loop {
        let behind = rows.last().map(|row| row.alarm.raised.occurrence.clone());
        let next = Within {
            behind,
            limit,
            ..asked.clone()
        };
        let Stood { rows: page, more } = alarms.within(&next).await.unwrap();
        rows.extend(page);
        assert_eq!(more, (all - rows.len()) as u64);
        if more == 0 {
            return rows;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, max_shrink_iters: 300, ..ProptestConfig::default() })]

    #[test]
    fn a_span_shows_what_stood_in_it(
        ops in prop::collection::vec(any_op(), 1..70),
        spans in prop::collection::vec((0_i64..40, 0_i64..40, prop::option::of(0_i64..60)), 12),
    ) {
        block_on(async {
            let dir = super::folder();
            let historian = open(dir.path()).await;
            let alarms = historian.alarms();
            let mut rules: Vec<Rule> = RULES.iter().map(|_| Rule::default()).collect();
            let mut all = Vec::new();
            let mut now = 100;
            for (row, (number, op, late, wait)) in ops.into_iter().enumerate() {
                now += wait;
                let Some(made) = rules[number].step(number, op, late, now) else {
                    continue;
                };
                alarms.append(std::slice::from_ref(&made), JournalRow(row as i64 + 1)).await.unwrap();
                all.push(made);
            }
            let of_asset = AlarmsOf::Asset("pump-1".into());
            let of_signals = AlarmsOf::Signals(vec!["pump-1/flow".into(), "pump-12/flow".into()]);
            for (begin, length, as_of) in spans {
                for of in [&of_asset, &of_signals] {
                    let asked = Within {
                        of: of.clone(),
                        t0: Timestamp(90 + begin),
                        t1: Timestamp(90 + begin + length),
                        as_of: as_of.map(|at| Timestamp(90 + at)),
                        behind: None,
                        limit: 1_000,
                    };
                    let wanted = model(&all, &asked);
                    let found = alarms.within(&asked).await.unwrap();
                    prop_assert_eq!(ids(&found.rows), &*wanted, "{:?}", asked);
                    prop_assert_eq!(found.more, 0);
                    prop_assert_eq!(&paged(&alarms, &asked, 2, wanted.len()).await, &found.rows);
                    for row in found.rows {
                        let id = &row.alarm.raised.occurrence;
                        match asked.as_of {
                            None => prop_assert_eq!(alarms.occurrence(id).await.unwrap(), Some(row)),
                            Some(t) => {
                                let then = alarms.history_as_of(t, None, 1_000).await.unwrap();
                                prop_assert!(then.contains(&row), "as it was: {:?}", row);
                            }
                        }
                    }
                }
            }
            Ok(())
        })?;
    }
}

/// Begins every second, one second long; acknowledged by its end.
const FLOOD: &str = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000), \
    half (end) AS (VALUES (0), (1)) \
    INSERT INTO transition (occurrence, rule, asset, signal, kind, priority, limit_value, from_state, to_state, cause, \
    user, comment, source_time, at, value) \
    SELECT 'p/s:high@' || (i * 1000000), 'p/s:high', 'p', 1, 'high', 2, 4.5, iif(end, 'acked-active', 'normal'), \
    iif(end, 'normal', 'unack-active'), iif(end, 'returned', 'raised'), NULL, NULL, i * 1000000 + end * 500000, \
    i * 1000000 + end * 500000, 5.0 FROM n CROSS JOIN half ORDER BY i, end; \
    INSERT INTO occurrence (id, raised_seq, last_seq, state, since) \
    SELECT occurrence, seq, seq + 1, 'normal', at + 500000 FROM transition WHERE from_state = 'normal';";

#[test]
fn a_span_behind_a_flood_is_found_and_what_is_left_out_is_counted() {
    block_on(async {
        let dir = super::folder();
        drop(open(dir.path()).await);
        sql(&dir.path().join("alarms.db"), FLOOD).await;
        let historian = open(dir.path()).await;
        let alarms = historian.alarms();
        let asked = |from: i64, to: i64, limit| Within {
            of: AlarmsOf::Signals(vec!["p/s".into()]),
            t0: Timestamp::from_secs(from),
            t1: Timestamp::from_secs(to),
            as_of: None,
            behind: None,
            limit,
        };
        let early = alarms.within(&asked(1_000, 1_003, 500)).await.unwrap();
        let wanted = [1_003, 1_002, 1_001, 1_000];
        assert_eq!(
            ids(&early.rows),
            wanted.map(|at| OccurrenceId::from(format!("p/s:high@{at}000000")))
        );
        assert_eq!(early.more, 0);
        let some = alarms.within(&asked(1_000, 51_000, 500)).await.unwrap();
        assert_eq!((some.rows.len(), some.more), (500, 49_501));
        let all = alarms.within(&asked(0, 900_000, 500)).await.unwrap();
        assert_eq!((all.rows.len(), all.more), (500, twin_historian::MORE_MAX));
        let nobody = Within {
            behind: Some("p/s:high@7".into()),
            ..asked(0, 900_000, 500)
        };
        assert_eq!(alarms.within(&nobody).await.unwrap(), Stood::default());
    });
}

/// A file of the program before this one gets the index and keeps what it has.
#[test]
fn a_file_of_schema_3_answers_from_now_on() {
    block_on(async {
        let dir = super::folder();
        let historian = open(dir.path()).await;
        let made = Rule::default().step(0, Op::Raise, 0, 100).unwrap();
        let alarms = historian.alarms();
        alarms.append(&[made], JournalRow(1)).await.unwrap();
        historian.close().await.unwrap();
        drop(historian);
        let older = "DROP INDEX begun_by_rule; PRAGMA user_version = 3";
        sql(&dir.path().join("alarms.db"), older).await;
        let historian = open(dir.path()).await;
        assert!(historian.notices().is_empty(), "{:?}", historian.notices());
        let asked = Within {
            of: AlarmsOf::Asset("pump-1".into()),
            t0: Timestamp(90),
            t1: Timestamp(110),
            as_of: None,
            behind: None,
            limit: 10,
        };
        assert_eq!(
            historian.alarms().within(&asked).await.unwrap().rows.len(),
            1
        );
    });
}
