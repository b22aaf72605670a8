//! Appends, compaction and queries at once; appends whose callers lose interest.

use twin_core::{SignalKey, Timestamp};
use twin_historian::{Durability, Historian, JournalRow, Options};

use super::{NOW, all, batch, block_on, open};

/// How many samples of signal 0 (at 0, 1, 2... µs) are acknowledged, and the newest row.
type Acknowledged = tokio::sync::watch::Receiver<(i64, JournalRow)>;

async fn compact(historian: Historian, acknowledged: Acknowledged) {
    while acknowledged.has_changed().is_ok() {
        let upto = acknowledged.borrow().1;
        historian.compact_step(upto).await.unwrap();
    }
}

/// Gives how often it looked.
async fn look(historian: Historian, acknowledged: Acknowledged) -> u32 {
    let mut looks = 0;
    while acknowledged.has_changed().is_ok() {
        let count = acknowledged.borrow().0;
        let seen = all(&historian, 0).await;
        let in_order = seen.iter().zip(0..).all(|((time, _), n)| *time == n);
        assert!(in_order, "a hole or a repeat: {seen:?}");
        let seen = seen.len();
        assert!(seen as i64 >= count, "{count} acknowledged, {seen} seen");
        if count > 0 {
            let end = Timestamp(count);
            let columns = historian
                .range(SignalKey(0), Timestamp(0), end, 3)
                .await
                .unwrap();
            let last = columns.t_last.iter().filter(|time| **time < end).max();
            assert_eq!(last, Some(&Timestamp(count - 1)));
            looks += 1;
        }
    }
    looks
}

#[test]
fn what_was_acknowledged_is_seen_while_compaction_runs() {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let dir = super::folder();
        let options = Options {
            chunk_samples_max: 16,
            step_samples_max: 40,
            ..Options::default()
        };
        let historian = Historian::open_with(dir.path(), NOW, options)
            .await
            .unwrap();
        let (acknowledge, acknowledged) = tokio::sync::watch::channel((0_i64, JournalRow(0)));
        let compacting = tokio::spawn(compact(historian.clone(), acknowledged.clone()));
        let looking = tokio::spawn(look(historian.clone(), acknowledged));
        for n in 0..400_i64 {
            let rows: Vec<_> = (n * 5..n * 5 + 5)
                .map(|time| (0, time, time as f64))
                .collect();
            let row = historian
                .append(&[batch(&rows)], Durability::Normal)
                .await
                .unwrap();
            acknowledge.send((n * 5 + 5, row)).unwrap();
        }
        drop(acknowledge);
        compacting.await.unwrap();
        assert!(looking.await.unwrap() > 0);
    });
}

async fn turns(n: i64) {
    for _ in 0..n {
        tokio::task::yield_now().await;
    }
}

#[test]
fn an_append_that_nobody_waits_for_is_stored_whole_or_not_at_all() {
    block_on(async {
        let dir = super::folder();
        let historian = open(dir.path()).await;
        let mut abandoned = 0;
        for n in 0..300_i64 {
            let rows = [batch(&[(0, n * 2, 0.0)]), batch(&[(0, n * 2 + 1, 0.0)])];
            let append = historian.append(&rows, Durability::Normal);
            if n % 3 == 0 {
                append.await.unwrap();
            } else {
                // Polled some times, then dropped: at different places from round to round.
                tokio::select! {
                    biased;
                    stored = append => drop(stored.unwrap()),
                    () = turns(n % 13 * 4) => abandoned += 1,
                }
            }
            if n % 50 == 49 {
                tokio::select! {
                    biased;
                    done = historian.compact_step(historian.newest_row()) => drop(done.unwrap()),
                    () = turns(n) => {}
                }
            }
        }
        assert!(
            abandoned > 0,
            "no append was abandoned: the test says nothing"
        );
        let seen = all(&historian, 0).await;
        for pair in seen.chunks(2) {
            assert_eq!(pair[0].0 / 2, pair[1].0 / 2, "half of a group: {pair:?}");
        }
        for n in (0..300).step_by(3) {
            assert!(
                seen.contains(&(n * 2, 0.0)),
                "acknowledged append {n} is missing"
            );
        }
        historian.close().await.unwrap();
        let historian = open(dir.path()).await;
        assert_eq!(all(&historian, 0).await, seen, "memory and file differ");
        assert_eq!(
            historian.check().await.unwrap().faults,
            Vec::<twin_core::Said>::new()
        );
    });
}

/// Callers put these futures into tasks of a runtime with several threads: a compile-time check.
#[test]
fn every_future_may_move_between_threads() {
    fn send<T: Send>(future: T) -> T {
        future
    }
    block_on(async {
        let dir = super::folder();
        let historian = send(Historian::open(dir.path(), NOW)).await.unwrap();
        let row = send(historian.append(&[batch(&[(0, 1, 1.0)])], Durability::Full))
            .await
            .unwrap();
        send(historian.signal_keys(&["a".into()])).await.unwrap();
        let newest = send(historian.last_values(row)).await.unwrap();
        assert_eq!(newest.len(), 1);
        let rows = send(historian.rows_after(JournalRow(0), 9)).await.unwrap();
        assert_eq!(rows.len(), 1);
        let removed = send(historian.retain(NOW, &twin_historian::Policy::default()))
            .await
            .unwrap();
        assert_eq!(removed.chunks, 0);
        assert_eq!(
            send(historian.alarms().append(&[], row)).await.unwrap(),
            Vec::<u64>::new()
        );
        assert_eq!(send(historian.alarms().settled()).await.unwrap(), row);
        send(historian.close()).await.unwrap();
    });
}

/// Polls so many times, then gives up: with the last statement under way, or done. Gives whether it came to its end.
async fn polled<T>(future: impl Future<Output = T>, times: usize, under_way: bool) -> bool {
    let mut future = std::pin::pin!(future);
    let mut polls = 0;
    std::future::poll_fn(|context| {
        if polls == times {
            return std::task::Poll::Ready(false);
        }
        polls += 1;
        let ready = future.as_mut().poll(context).is_ready();
        if ready || under_way && polls == times {
            std::task::Poll::Ready(ready)
        } else {
            std::task::Poll::Pending
        }
    })
    .await
}

/// A step over chunks and with repeats in the journal is dropped after some polls, another follows at once.
async fn dropped_step(times: usize, under_way: bool) -> bool {
    let dir = tempfile::tempdir().unwrap();
    let options = Options {
        chunk_samples_max: 4,
        ..Options::default()
    };
    let historian = Historian::open_with(dir.path(), NOW, options)
        .await
        .unwrap();
    for (times, value) in [(0..400, 0.5), (300..700, 1.5), (300..700, 2.5)] {
        let rows: Vec<_> = times.map(|time| (0, time, value)).collect();
        let rows = [batch(&rows)];
        historian.append(&rows, Durability::Normal).await.unwrap();
        if value < 1.0 {
            let row = historian.newest_row();
            historian.compact_step(row).await.unwrap();
        }
    }
    let row = historian.newest_row();
    let finished = polled(historian.compact_step(row), times, under_way).await;
    while historian.compact_step(row).await.unwrap().more {}
    let notes = historian.corrections(SignalKey(0), Timestamp::MIN, Timestamp::MAX);
    assert_eq!(notes.await.unwrap().len(), 500, "after {times} polls");
    assert_eq!(all(&historian, 0).await.len(), 700, "after {times} polls");
    assert_eq!(historian.tail_samples(), 0, "after {times} polls");
    finished
}

#[test]
fn a_step_after_a_dropped_one_knows_what_was_committed() {
    block_on(async {
        for under_way in [false, true] {
            let mut times = 1;
            while !dropped_step(times, under_way).await {
                times += 1;
            }
            assert!(times > 10, "{times} polls");
        }
    });
}

/// An import is dropped after some polls, another follows at once.
async fn dropped_import(times: usize) -> bool {
    let dir = tempfile::tempdir().unwrap();
    let historian = open(dir.path()).await;
    let samples = |from: i64| -> Vec<_> {
        let sample = |n: i64| twin_historian::Sample {
            time: Timestamp(from + n * 100),
            received: Timestamp(from + n * 100 + 7),
            value: twin_core::Value::I64(1),
            quality: twin_core::Quality::GOOD,
        };
        (0..3_000).map(sample).collect()
    };
    let import = historian.import(SignalKey(0), samples(0));
    let finished = polled(import, times, true).await;
    let import = historian.import(SignalKey(0), samples(150_000));
    import.await.unwrap();
    let stored = all(&historian, 0).await.len();
    assert!(
        stored == 3_000 || stored == 4_500,
        "{stored}, {times} polls"
    );
    let faults = historian.check().await.unwrap().faults;
    assert_eq!(faults, Vec::<twin_core::Said>::new(), "after {times} polls");
    finished
}

#[test]
fn an_import_after_a_dropped_one_knows_what_was_committed() {
    block_on(async {
        let mut times = 1;
        while !dropped_import(times).await {
            times += 1;
        }
    });
}

#[test]
fn pages_from_memory_are_whole_in_any_order() {
    block_on(async {
        let dir = tempfile::tempdir().unwrap();
        let historian = open(dir.path()).await;
        historian
            .signal_keys(&["a".into(), "b".into()])
            .await
            .unwrap();
        // Signal 0 in order, signal 1 not, and with repeats.
        for n in 0..1_000_i64 {
            let rows = [batch(&[
                (0, n, 0.5),
                (1, n * 7 % 1_009, 0.5),
                (1, n / 2, 0.25),
            ])];
            historian.append(&rows, Durability::Normal).await.unwrap();
        }
        for signal in 0..2 {
            let whole = all(&historian, signal).await;
            for limit in [1, 2, 7, 999] {
                let mut found = Vec::new();
                let mut from = Timestamp::MIN;
                loop {
                    let key = SignalKey(signal);
                    let page = historian
                        .raw(key, from, Timestamp::MAX, limit)
                        .await
                        .unwrap();
                    let Some(last) = page.last() else { break };
                    assert!(page.len() <= limit);
                    from = Timestamp(last.time.micros() + 1);
                    found.extend(page.iter().map(|s| (s.time.micros(), s.number())));
                }
                assert_eq!(found, whole, "signal {signal}, pages of {limit}");
            }
        }
    });
}

#[test]
fn row_numbers_of_a_lost_file_are_not_used_again() {
    block_on(async {
        let dir = tempfile::tempdir().unwrap();
        let historian = open(dir.path()).await;
        for n in 0..5 {
            let rows = [batch(&[(0, n, 0.5)])];
            historian.append(&rows, Durability::Full).await.unwrap();
        }
        historian.alarms().set_settled(JournalRow(2)).await.unwrap();
        historian.close().await.unwrap();
        drop(historian);
        std::fs::remove_file(dir.path().join("telemetry.db")).unwrap();
        for n in 0..2 {
            let historian = open(dir.path()).await;
            let rows = [batch(&[(0, n, 0.5)])];
            let row = historian.append(&rows, Durability::Full).await.unwrap();
            assert_eq!(row, JournalRow(1_000_003 + n));
            historian.close().await.unwrap();
        }
    });
}
