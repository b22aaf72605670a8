//! Retention by age, by class and by budget; the log that stays small.

use twin_core::{Duration, Quality, SignalKey, Timestamp};
use twin_historian::{
    Durability, Group, Historian, Keep, Options, Policy, QualityTransition, Removed,
};

use super::{NOW, all, batch, block_on, faults::Random, open};

fn options() -> Options {
    Options {
        chunk_samples_max: 100,
        ..Options::default()
    }
}

/// Samples of each of four signals at 0, 1, 2... ms; numbers that do not compress.
async fn build(historian: &Historian, each: i64) {
    let mut random = Random(1);
    let mut rows = Vec::new();
    for time in 0..each {
        for signal in 0..4 {
            rows.push((signal, time * 1_000, (random.next() >> 11) as f64));
        }
    }
    historian
        .append(&[batch(&rows)], Durability::Normal)
        .await
        .unwrap();
    while historian
        .compact_step(historian.newest_row())
        .await
        .unwrap()
        .more
    {}
}

async fn retain_all(historian: &Historian, now: i64, policy: &Policy) -> Removed {
    let mut sum = Removed::default();
    for _ in 0..1_000 {
        let step = historian.retain(Timestamp(now), policy).await.unwrap();
        sum.chunks += step.chunks;
        sum.samples += step.samples;
        sum.rollups += step.rollups;
        sum.over_budget = step.over_budget;
        if !step.more {
            return sum;
        }
    }
    panic!("retention does not come to an end");
}

#[test]
fn classes_of_signals_are_kept_differently_and_it_is_said() {
    block_on(async {
        let dir = super::folder();
        let historian = Historian::open_with(dir.path(), NOW, options())
            .await
            .unwrap();
        build(&historian, 1_000).await;
        let millis = |n: i64| Some(Duration(n * 1_000));
        let policy = Policy {
            default: Keep {
                raw: millis(500),
                rollups: millis(1),
            },
            classes: vec![
                (
                    vec![SignalKey(1)],
                    Keep {
                        raw: millis(200),
                        rollups: millis(1),
                    },
                ),
                (vec![SignalKey(1), SignalKey(2)], Keep::default()),
            ],
            ..Policy::default()
        };
        let removed = retain_all(&historian, 1_000_000, &policy).await;
        // A chunk goes when its newest sample is too old.
        assert_eq!(removed.samples, 500 + 800 + 500);
        for (signal, first) in [(0, 500_000), (1, 800_000), (2, 0), (3, 500_000)] {
            assert_eq!(all(&historian, signal).await[0].0, first, "signal {signal}");
        }
        let mut told: Vec<_> = historian.removals(9).await.unwrap();
        told.sort_by_key(|removal| removal.count);
        let facts: Vec<_> = told
            .iter()
            .map(|r| (r.what.as_str(), r.signals, r.count, r.why.as_str()))
            .collect();
        assert_eq!(
            facts,
            [
                ("samples", 1, 800, "older than 0.2 s"),
                ("samples", 2, 1_000, "older than 0.5 s")
            ]
        );
        assert_eq!(told[1].span, Some((Timestamp(0), Timestamp(499_000))));
        assert_eq!(told[1].at, Timestamp(1_000_000));
        assert_eq!(
            historian.check().await.unwrap().faults,
            Vec::<twin_core::Said>::new()
        );
        // Nothing is left to do, and nothing more is noted.
        assert_eq!(
            retain_all(&historian, 1_000_000, &policy).await,
            Removed::default()
        );
        assert_eq!(historian.removals(9).await.unwrap().len(), 2);
    });
}

#[test]
fn rollups_outlive_samples_and_go_by_their_own_age() {
    block_on(async {
        let dir = super::folder();
        let historian = open(dir.path()).await;
        let file = dir.path().join("telemetry.db");
        // Blocks of one second buckets and of days: the younger ones of each must stay.
        let blocks = "INSERT INTO rollup (signal, level, block, data) \
             SELECT s.value, l.value, b.value, zeroblob(100) FROM generate_series(0, 1) s, generate_series(0, 8) l, generate_series(0, 9) b";
        let blocks = blocks
            .replace("generate_series(0, 1)", "json_each('[0,1]')")
            .replace("generate_series(0, 8)", "json_each('[1,8]')")
            .replace("generate_series(0, 9)", "json_each('[0,1,2,3]')");
        super::sql(&file, &blocks).await;
        let year = 365 * 86_400_000_000_i64;
        let keep = |raw, rollups| Policy {
            default: Keep {
                raw: Some(Duration(raw)),
                rollups,
            },
            ..Policy::default()
        };
        assert_eq!(
            retain_all(&historian, year, &keep(1, None)).await.rollups,
            0
        );
        assert_eq!(
            retain_all(&historian, year, &keep(year, Some(Duration(1))))
                .await
                .rollups,
            0
        );
        // A year has passed: all blocks of seconds are old, of days none has ended but the first.
        let removed = retain_all(&historian, year, &keep(1, Some(Duration(1)))).await;
        assert!((8..16).contains(&removed.rollups), "{removed:?}");
        let told = historian.removals(1).await.unwrap();
        assert_eq!((told[0].what.as_str(), told[0].signals), ("rollups", 2));
    });
}

#[test]
fn the_newest_transition_of_each_source_stays_because_it_still_holds() {
    block_on(async {
        let dir = super::folder();
        let historian = open(dir.path()).await;
        let transitions: Vec<_> = (0..10)
            .map(|n| QualityTransition {
                signal: SignalKey(n % 2),
                at: Timestamp(i64::from(n)),
                quality: Quality::GOOD,
            })
            .collect();
        let group = Group {
            qualities: &transitions,
            ..Group::default()
        };
        historian
            .append_group(group, Durability::Normal)
            .await
            .unwrap();
        let policy = Policy {
            qualities: Some(Duration(0)),
            ..Policy::default()
        };
        let removed = historian.retain(Timestamp(6), &policy).await.unwrap();
        // Of 0, 2, 4 (6, 8) the 4 stays, of 1, 3, 5 (7, 9) the 5.
        assert_eq!(removed.qualities, 4);
        assert_eq!(
            historian
                .retain(Timestamp(6), &policy)
                .await
                .unwrap()
                .qualities,
            0
        );
        assert_eq!(
            historian.removals(9).await.unwrap()[0].span,
            Some((Timestamp(0), Timestamp(3)))
        );
    });
}

#[test]
fn a_budget_takes_the_oldest_of_all_signals_gives_space_back_and_then_rests() {
    block_on(async {
        let dir = super::folder();
        let historian = Historian::open_with(
            dir.path(),
            NOW,
            Options {
                chunk_samples_max: 1_000,
                ..Options::default()
            },
        )
        .await
        .unwrap();
        build(&historian, 30_000).await;
        // The pages of the journal that has become chunks are given back first.
        retain_all(&historian, 0, &Policy::default()).await;
        historian.checkpoint().await.unwrap();
        let before = historian.size_bytes();
        let file = dir.path().join("telemetry.db");
        let size = || std::fs::metadata(&file).unwrap().len();
        let full = size();
        let budget = full / 2;
        let policy = Policy {
            budget_bytes: Some(budget),
            ..Policy::default()
        };
        let removed = retain_all(&historian, 0, &policy).await;
        assert!(removed.chunks > 20 && removed.chunks < 110, "{removed:?}");
        assert_eq!(removed.over_budget, None);
        historian.checkpoint().await.unwrap();
        assert!(size() <= budget, "{} of {budget} bytes", size());
        assert!(historian.size_bytes() < before);
        // The oldest of all: what is left begins within one chunk's time at every signal.
        let mut firsts = Vec::new();
        for signal in 0..4 {
            firsts.push(all(&historian, signal).await[0].0);
        }
        let spread = firsts.iter().max().unwrap() - firsts.iter().min().unwrap();
        assert!(spread <= 1_000_000, "{firsts:?}");
        let told = historian.removals(1).await.unwrap();
        assert!(told[0].why.contains("budget"), "{told:?}");
        // At rest: another call finds nothing to do, for 5 % are free.
        assert_eq!(
            historian
                .retain(Timestamp(0), &policy)
                .await
                .unwrap()
                .chunks,
            0
        );
        // A budget that not even an empty file keeps is said, and the call comes to an end.
        let policy = Policy {
            budget_bytes: Some(10_000),
            ..Policy::default()
        };
        let removed = retain_all(&historian, 0, &policy).await;
        assert!(removed.over_budget.is_some(), "{removed:?}");
        assert_eq!(all(&historian, 0).await, []);
        assert_eq!(
            historian.check().await.unwrap().faults,
            Vec::<twin_core::Said>::new()
        );
    });
}

#[test]
fn what_is_in_the_journal_is_never_removed() {
    block_on(async {
        let dir = super::folder();
        let historian = open(dir.path()).await;
        historian
            .append(&[batch(&[(0, 1, 1.0)])], Durability::Normal)
            .await
            .unwrap();
        let policy = Policy {
            default: Keep {
                raw: Some(Duration(1)),
                rollups: Some(Duration(1)),
            },
            budget_bytes: Some(1),
            ..Policy::default()
        };
        retain_all(&historian, 1 << 50, &policy).await;
        assert_eq!(all(&historian, 0).await, [(1, 1.0)]);
    });
}

#[test]
fn a_journal_that_is_not_compacted_pushes_no_history_out() {
    for step_samples_max in [1_000_000, 20_000] {
        block_on(async {
            let dir = super::folder();
            let options = Options {
                step_samples_max,
                ..options()
            };
            let historian = Historian::open_with(dir.path(), NOW, options)
                .await
                .unwrap();
            build(&historian, 20_000).await;
            while historian.roll_up_step().await.unwrap().more {}
            retain_all(&historian, 0, &Policy::default()).await;
            historian.checkpoint().await.unwrap();
            let file = dir.path().join("telemetry.db");
            let budget = std::fs::metadata(&file).unwrap().len() * 13 / 10;
            let policy = Policy {
                budget_bytes: Some(budget),
                ..Policy::default()
            };
            // As long as the whole history once more, and none of it settled.
            let before = all(&historian, 0).await;
            let mut random = Random(2);
            let late: Vec<_> = (0..80_000)
                .map(|n| (4, n * 1_000, (random.next() >> 11) as f64))
                .collect();
            for part in late.chunks(1_000) {
                historian
                    .append(&[batch(part)], Durability::Normal)
                    .await
                    .unwrap();
            }
            let removed = retain_all(&historian, 0, &policy).await;
            assert_eq!((removed.chunks, removed.rollups), (0, 0), "{removed:?}");
            assert!(removed.over_budget.is_some(), "{removed:?}");
            assert_eq!(all(&historian, 0).await, before);
            // Compacted, it is history like any other, and the oldest goes.
            while historian
                .compact_step(historian.newest_row())
                .await
                .unwrap()
                .more
            {}
            let removed = retain_all(&historian, 0, &policy).await;
            assert!(removed.chunks > 0, "{removed:?}");
            assert_eq!(removed.over_budget, None);
        });
    }
}

#[test]
fn the_log_stays_small_under_appends_and_readers_that_come_and_go() {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let dir = super::folder();
        let historian = Historian::open_with(dir.path(), NOW, options())
            .await
            .unwrap();
        let (stop, stopped) = tokio::sync::watch::channel(());
        let mut readers = Vec::new();
        for signal in 0..3 {
            let (historian, stopped) = (historian.clone(), stopped.clone());
            readers.push(tokio::spawn(async move {
                while stopped.has_changed().is_ok() {
                    let (from, to) = (Timestamp(0), Timestamp(1_000));
                    historian
                        .raw(SignalKey(signal), from, to, 1_000)
                        .await
                        .unwrap();
                }
            }));
        }
        let wal = dir.path().join("telemetry.db-wal");
        let mut random = Random(2);
        let mut written = 0;
        let mut largest = 0;
        for round in 0..500_i64 {
            let rows: Vec<_> = (0..4_000_i64)
                .map(|n| {
                    (
                        (n % 3) as u32,
                        round * 4_000 + n,
                        (random.next() >> 11) as f64,
                    )
                })
                .collect();
            historian
                .append(&[batch(&rows)], Durability::Normal)
                .await
                .unwrap();
            written += 4_000 * 8;
            if round % 20 == 19 {
                let newest = historian.newest_row();
                while historian.compact_step(newest).await.unwrap().more {}
                historian.checkpoint().await.unwrap();
            }
            largest = largest.max(std::fs::metadata(&wal).unwrap().len());
        }
        drop(stop);
        for reader in readers {
            reader.await.unwrap();
        }
        drop(stopped);
        // What one call in twenty rounds leaves to the next, and once or twice a call that a reader kept from it.
        assert!(
            largest < written / 2,
            "{largest} bytes of log for {written} written"
        );
        historian.checkpoint().await.unwrap();
        assert_eq!(std::fs::metadata(&wal).unwrap().len(), 0);
        assert_eq!(all(&historian, 1).await.len(), 666_500);
    });
}

#[test]
fn retention_removes_whole_chunks_and_shrinks_the_file() {
    block_on(async {
        let dir = super::folder();
        let options = Options {
            chunk_samples_max: 100,
            ..Options::default()
        };
        let historian = Historian::open_with(dir.path(), NOW, options)
            .await
            .unwrap();
        // Values that do not compress, so that there is something to shrink.
        let mut noise = 1_u64;
        let mut rows = Vec::new();
        for time in 0..100_000_i64 {
            noise = noise
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            rows.push((0, time, (noise >> 11) as f64));
        }
        historian
            .append(&[super::batch(&rows)], Durability::Full)
            .await
            .unwrap();
        historian
            .compact_step(historian.newest_row())
            .await
            .unwrap();
        historian.close().await.unwrap();
        let historian = Historian::open_with(dir.path(), NOW, options)
            .await
            .unwrap();
        let before = historian.size_bytes();
        let policy = Policy {
            default: Keep {
                raw: Some(Duration(10_050)),
                rollups: Some(Duration(0)),
            },
            ..Policy::default()
        };
        let removed = historian.retain(Timestamp(100_000), &policy).await.unwrap();
        let expected = Removed {
            chunks: 899,
            samples: 89_900,
            signals: vec![SignalKey(0)],
            span: Some((Timestamp(0), Timestamp(89_899))),
            ..Removed::default()
        };
        assert_eq!(removed, expected);
        assert_eq!(
            super::all(&historian, 0)
                .await
                .first()
                .map(|sample| sample.0),
            Some(89_900)
        );
        historian.close().await.unwrap();
        let after = std::fs::metadata(dir.path().join("telemetry.db"))
            .unwrap()
            .len();
        assert!(after * 2 < before, "{before} bytes before, {after} after");
    });
}
