//! What was heard under a provisional id becomes the history of a signal.

use std::sync::Arc;

use twin_core::{BatchId, Quality, Reason, SampleBatch, SignalId, SignalKey, Timestamp};
use twin_historian::{Adopted, Adoption, Durability, Group, Historian, QualityTransition};

use super::{all, batch, block_on, folder, open, sql};

fn adoption(from: &str, to: &str) -> Adoption {
    Adoption {
        from: SignalId::from(from),
        to: SignalId::from(to),
        lost: [].into(),
    }
}

async fn keys(historian: &Historian, ids: &[&str]) -> Vec<u32> {
    let ids: Vec<SignalId> = ids.iter().map(|id| SignalId::from(*id)).collect();
    let keys = historian.signal_keys(&ids).await.unwrap();
    keys.into_iter().map(|key| key.0).collect()
}

async fn hear(historian: &Historian, rows: &[(u32, i64, f64)]) {
    historian
        .append(&[batch(rows)], Durability::Full)
        .await
        .unwrap();
}

async fn compact(historian: &Historian) {
    let newest = historian.newest_row();
    while historian.compact_step(newest).await.unwrap().more {}
}

#[test]
fn a_new_signal_takes_over_the_key_with_all_it_holds() {
    block_on(async {
        let dir = folder();
        let historian = open(dir.path()).await;
        assert_eq!(keys(&historian, &["?c/t#a", "?c/t#b"]).await, [0, 1]);
        hear(&historian, &[(0, 10, 1.0), (1, 10, 7.0)]).await;
        compact(&historian).await;
        hear(&historian, &[(0, 20, 2.0)]).await;
        let adoptions = [
            adoption("?c/t#a", "pump/flow"),
            adoption("?c/never heard", "pump/x"),
        ];
        let adopted = historian.adopt(&adoptions).await.unwrap();
        let renamed = Adopted {
            renamed: 1,
            ..Adopted::default()
        };
        assert_eq!(adopted, renamed);
        assert_eq!(
            historian.adopt(&adoptions).await.unwrap(),
            Adopted::default()
        );
        historian.close().await.unwrap();

        let historian = open(dir.path()).await;
        assert_eq!(keys(&historian, &["pump/flow", "?c/t#b"]).await, [0, 1]);
        assert_eq!(all(&historian, 0).await, [(10, 1.0), (20, 2.0)]);
        // Heard again, it is something new.
        assert_eq!(keys(&historian, &["?c/t#a"]).await, [2]);
        historian.close().await.unwrap();
    });
}

#[test]
fn a_signal_with_a_history_keeps_it_and_gets_what_it_lacks() {
    block_on(async {
        let dir = folder();
        let historian = open(dir.path()).await;
        assert_eq!(keys(&historian, &["pump/flow", "?c/t#a"]).await, [0, 1]);
        hear(&historian, &[(0, 10, 1.0), (1, 10, 9.0), (1, 20, 2.0)]).await;
        let adoptions = [adoption("?c/t#a", "pump/flow")];
        let adopted = historian.adopt(&adoptions).await.unwrap();
        assert_eq!((adopted.copied, adopted.samples), (1, 1));
        assert_eq!(all(&historian, 0).await, [(10, 1.0), (20, 2.0)]);
        let again = historian.adopt(&adoptions).await.unwrap();
        assert_eq!(again.samples, 0);
        historian.close().await.unwrap();
    });
}

/// At the next change of the plant there is nothing to read again.
#[test]
fn what_was_copied_leaves_the_provisional_id() {
    block_on(async {
        let dir = folder();
        let historian = open(dir.path()).await;
        let ids = ["a/x", "b/x", "?c/t#a", "?c/t#b"];
        assert_eq!(keys(&historian, &ids).await, [0, 1, 2, 3]);
        let many: Vec<_> = (0..20_000).map(|n| (2, n * 10_000, n as f64)).collect();
        hear(&historian, &many).await;
        hear(&historian, &[(3, 5, 3.0)]).await;
        compact(&historian).await;
        while historian.roll_up_step().await.unwrap().more {}
        // Not in a chunk yet.
        hear(&historian, &[(2, 200_000_000, 7.0)]).await;
        let adoptions = [adoption("?c/t#a", "a/x"), adoption("?c/t#a", "b/x")];
        let adopted = historian.adopt(&adoptions).await.unwrap();
        assert_eq!((adopted.copied, adopted.samples), (2, 40_002));
        assert_eq!(all(&historian, 2).await, [(200_000_000, 7.0)]);
        let again = historian.adopt(&adoptions).await.unwrap();
        assert_eq!(again.samples, 0);
        compact(&historian).await;
        historian.adopt(&adoptions).await.unwrap();
        assert_eq!(all(&historian, 2).await, []);
        for key in [0, 1] {
            assert_eq!(all(&historian, key).await.len(), 20_001);
        }
        assert_eq!(all(&historian, 3).await, [(5, 3.0)], "of another");
        // Heard again, it goes the same way.
        hear(&historian, &[(2, 1, 8.0), (2, 300_000_000, 9.0)]).await;
        compact(&historian).await;
        while historian.roll_up_step().await.unwrap().more {}
        assert_eq!(historian.adopt(&adoptions).await.unwrap().samples, 4);
        assert_eq!(all(&historian, 2).await, []);
        let report = historian.check().await.unwrap();
        assert_eq!(report.faults, Vec::<twin_core::Said>::new());
        historian.close().await.unwrap();
    });
}

/// A signal was fed from a wrong address at first: what the right one said at the same times is nowhere else.
#[test]
fn what_another_value_stands_against_stays_where_it_is() {
    block_on(async {
        let dir = folder();
        let historian = open(dir.path()).await;
        assert_eq!(keys(&historian, &["a/x", "?c/t#b"]).await, [0, 1]);
        hear(&historian, &[(0, 10, 1.0), (1, 10, 9.0), (1, 20, 2.0)]).await;
        compact(&historian).await;
        let adoptions = [adoption("?c/t#b", "a/x")];
        let adopted = historian.adopt(&adoptions).await.unwrap();
        assert_eq!((adopted.samples, adopted.differing), (1, 1));
        assert_eq!(all(&historian, 0).await, [(10, 1.0), (20, 2.0)]);
        assert_eq!(all(&historian, 1).await, [(10, 9.0), (20, 2.0)]);
        historian.close().await.unwrap();
    });
}

#[test]
fn several_signals_may_come_of_one_address() {
    block_on(async {
        let dir = folder();
        let historian = open(dir.path()).await;
        keys(&historian, &["?c/t#a"]).await;
        hear(&historian, &[(0, 10, 1.0)]).await;
        let adoptions = [adoption("?c/t#a", "a/x"), adoption("?c/t#a", "b/x")];
        let adopted = historian.adopt(&adoptions).await.unwrap();
        assert_eq!((adopted.renamed, adopted.copied), (1, 1));
        for key in keys(&historian, &["a/x", "b/x"]).await {
            assert_eq!(all(&historian, key).await, [(10, 1.0)]);
        }
        historian.close().await.unwrap();
    });
}

/// When the program did not run, neither the provisional nor the new id was recorded.
#[test]
fn gaps_in_the_recording_go_with_the_samples() {
    block_on(async {
        let dir = folder();
        let historian = open(dir.path()).await;
        assert_eq!(keys(&historian, &["?c/t#a", "b/x"]).await, [0, 1]);
        hear(&historian, &[(0, 10, 1.0), (1, 15, 5.0)]).await;
        let gone = Quality::bad(Reason::NotRecorded);
        let mark = |signal, at, quality| QualityTransition {
            signal: SignalKey(signal),
            at: Timestamp(at),
            quality,
        };
        let stale = Quality::uncertain(Reason::Stale);
        let qualities = [mark(0, 100, gone), mark(0, 200, gone), mark(1, 200, stale)];
        let group = Group {
            qualities: &qualities,
            ..Group::default()
        };
        historian
            .append_group(group, Durability::Full)
            .await
            .unwrap();
        let adoptions = [
            adoption("?c/t#a", "a/x"),
            adoption("?c/t#a", "b/x"),
            adoption("?c/t#a", "c/x"),
        ];
        let adopted = historian.adopt(&adoptions).await.unwrap();
        assert_eq!((adopted.renamed, adopted.copied), (1, 2));
        assert_eq!(keys(&historian, &["a/x", "b/x", "c/x"]).await, [0, 1, 2]);
        let seen = async |t: i64| {
            let found = historian.as_of(Timestamp(t)).await.unwrap();
            let seen = found.iter().map(|of| (of.signal.0, of.quality));
            seen.collect::<Vec<_>>()
        };
        let good = Quality::GOOD;
        assert_eq!(seen(50).await, [(0, good), (1, good), (2, good)]);
        assert_eq!(seen(150).await, [(0, gone), (1, gone), (2, gone)]);
        assert_eq!(
            seen(250).await,
            [(0, gone), (1, stale), (2, gone)],
            "its own stays"
        );
        historian.close().await.unwrap();
    });
}

/// Of a signal that is said at once.
#[test]
fn when_the_connection_was_lost_is_said_afterwards() {
    block_on(async {
        let dir = folder();
        let historian = open(dir.path()).await;
        let ids = ["?c/t#a", "b/x", "?c/t#new"];
        assert_eq!(keys(&historian, &ids).await, [0, 1, 2]);
        hear(&historian, &[(0, 10, 1.0), (1, 1, 5.0)]).await;
        compact(&historian).await;
        let heard = historian.as_of(Timestamp::MAX).await.unwrap();
        let first = heard[0].sample.received.micros();
        let at = |t: i64| Timestamp(first + t);
        let mut fresh = SampleBatch::new(BatchId(9), at(200));
        for signal in [0, 2] {
            fresh.push_f64(SignalKey(signal), at(200), 2.0, Quality::GOOD);
        }
        let fresh = [Arc::new(fresh)];
        historian.append(&fresh, Durability::Full).await.unwrap();
        let lost = [at(-5_000), at(100), at(300)];
        let adoption = |from, to| Adoption {
            lost: lost.into(),
            ..adoption(from, to)
        };
        let adoptions = [
            adoption("?c/t#a", "a/x"),
            adoption("?c/t#a", "b/x"),
            adoption("?c/t#new", "c/x"),
            adoption("?c/never heard", "d/x"),
        ];
        let adopted = historian.adopt(&adoptions).await.unwrap();
        assert_eq!((adopted.renamed, adopted.copied), (2, 1));
        let seen = async |t: i64| {
            let found = historian.as_of(at(t)).await.unwrap();
            let seen = found.iter().map(|of| (of.signal.0, of.quality));
            seen.collect::<Vec<_>>()
        };
        let (good, lost) = (Quality::GOOD, Quality::bad(Reason::BrokerLost));
        assert_eq!(seen(50).await, [(0, good), (1, good)]);
        assert_eq!(seen(150).await, [(0, lost), (1, lost)]);
        assert_eq!(seen(250).await, [(0, good), (1, good), (2, good)]);
        assert_eq!(seen(350).await, [(0, lost), (1, lost), (2, lost)]);
        historian.close().await.unwrap();
    });
}

#[test]
fn of_two_addresses_for_one_new_signal_one_gives_its_key_and_the_other_copies() {
    block_on(async {
        let dir = folder();
        let historian = open(dir.path()).await;
        keys(&historian, &["?c/t#a", "?c/t#b"]).await;
        hear(&historian, &[(0, 10, 1.0), (1, 10, 8.0), (1, 20, 2.0)]).await;
        let adoptions = [adoption("?c/t#a", "p/x"), adoption("?c/t#b", "p/x")];
        let adopted = historian.adopt(&adoptions).await.unwrap();
        assert_eq!((adopted.renamed, adopted.copied), (1, 1));
        assert_eq!(keys(&historian, &["p/x"]).await, [0]);
        assert_eq!(all(&historian, 0).await, [(10, 1.0), (20, 2.0)]);
        historian.close().await.unwrap();
    });
}

/// The two files are not written together: what the alarm file was not told yet is told with the next numbering.
#[test]
fn a_signal_that_gets_copies_takes_no_key_as_well() {
    block_on(async {
        let dir = folder();
        let historian = open(dir.path()).await;
        assert_eq!(keys(&historian, &["?c/t#a", "?c/t#b"]).await, [0, 1]);
        hear(&historian, &[(0, 10, 1.0), (1, 20, 2.0)]).await;
        let adoptions = [
            adoption("?c/t#a", "pump/flow"),
            adoption("?c/t#a", "pump/flow-2"),
            adoption("?c/t#b", "pump/flow-2"),
        ];
        let adopted = historian.adopt(&adoptions).await.unwrap();
        assert_eq!((adopted.renamed, adopted.copied), (1, 2));
        let of = keys(&historian, &["pump/flow", "pump/flow-2"]).await;
        assert_eq!(all(&historian, of[0]).await, [(10, 1.0)]);
        assert_eq!(all(&historian, of[1]).await, [(10, 1.0), (20, 2.0)]);
    });
}

#[test]
fn many_are_renamed_in_one_call() {
    block_on(async {
        let dir = folder();
        let historian = open(dir.path()).await;
        let adoptions: Vec<Adoption> = (0..600)
            .map(|n| adoption(&format!("?c/t#{n}"), &format!("pump/s{n}")))
            .collect();
        let of = |id: fn(&Adoption) -> &SignalId| -> Vec<SignalId> {
            adoptions.iter().map(|of| id(of).clone()).collect()
        };
        let before = historian.signal_keys(&of(|of| &of.from)).await.unwrap();
        let adopted = historian.adopt(&adoptions).await.unwrap();
        assert_eq!((adopted.renamed, adopted.copied), (600, 0));
        let after = historian.signal_keys(&of(|of| &of.to)).await.unwrap();
        assert_eq!(after, before);
    });
}

#[test]
fn the_copy_of_the_keys_follows() {
    block_on(async {
        let dir = folder();
        let historian = open(dir.path()).await;
        keys(&historian, &["?c/t#a"]).await;
        historian
            .adopt(&[adoption("?c/t#a", "pump/flow")])
            .await
            .unwrap();
        historian.close().await.unwrap();
        let alarms = dir.path().join("alarms.db");
        sql(&alarms, "UPDATE signal SET id = '?c/t#a' WHERE key = 0").await;
        let historian = open(dir.path()).await;
        assert_eq!(keys(&historian, &["pump/flow"]).await, [0]);
        historian.close().await.unwrap();
        // Only the copy knows the keys now.
        std::fs::remove_file(dir.path().join("telemetry.db")).unwrap();
        let historian = open(dir.path()).await;
        assert_eq!(keys(&historian, &["other", "pump/flow"]).await, [1, 0]);
        historian.close().await.unwrap();
    });
}
