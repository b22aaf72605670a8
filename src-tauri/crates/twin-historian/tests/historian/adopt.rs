//! What was heard under a provisional id becomes the history of a signal.

use twin_core::SignalId;
use twin_historian::{Adopted, Adoption, Durability, Historian};

use super::{all, batch, block_on, folder, open, sql};

fn adoption(from: &str, to: &str) -> Adoption {
    Adoption {
        from: SignalId::from(from),
        to: SignalId::from(to),
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

/// The two files are not written together: what the alarm file was not told yet is told with the next numbering.
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
