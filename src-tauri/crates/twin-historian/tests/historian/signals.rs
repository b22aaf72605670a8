//! Keys of signals for whose names there is no room yet.

use twin_core::{SignalId, SignalKey, Timestamp, Value};
use twin_historian::{Adoption, Durability, Group, Historian, Sample};

use super::{all, batch, block_on, open};

/// More names than a page has room for.
fn names(of: &str) -> Vec<SignalId> {
    let name = |n| format!("{of}/signal with a long name {n:04}").into();
    (0..600).map(name).collect()
}

/// A history with one signal that has no room for anything.
async fn full(dir: &std::path::Path) -> Historian {
    let historian = open(dir).await;
    historian.signal_keys(&["known".into()]).await.unwrap();
    historian.limit_telemetry_pages(Some(1)).await.unwrap();
    historian
}

async fn copied(dir: &std::path::Path) -> i64 {
    use sqlx::{ConnectOptions as _, Connection as _};
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(dir.join("alarms.db"));
    let mut connection = options.connect().await.unwrap();
    let count = sqlx::query_scalar("SELECT count(*) FROM signal");
    let count = count.fetch_one(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    count
}

#[test]
fn new_signals_have_keys_before_there_is_room_for_their_names() {
    block_on(async {
        let dir = super::folder();
        let historian = full(dir.path()).await;
        let mut ids = names("new");
        ids.insert(7, "known".into());
        assert!(historian.signal_keys(&ids).await.unwrap_err().is_full());
        let keys = historian.signal_keys_at_start(&ids).await.unwrap();
        assert_eq!(keys[7], SignalKey(0));
        let mut sorted = keys.clone();
        sorted.sort_unstable();
        let dense: Vec<_> = (0..601).map(SignalKey).collect();
        assert_eq!(sorted, dense, "each its own, numbered on");
        assert_eq!(historian.signal_keys_at_start(&ids).await.unwrap(), keys);
        assert_eq!(historian.signal_keys(&ids).await.unwrap(), keys);

        // Nothing of them can be stored before their names.
        let key = keys[600];
        let rows = [(key.0, 5, 1.5)];
        let appended = historian.append(&[batch(&rows)], Durability::Normal).await;
        assert!(appended.unwrap_err().is_full());
        let nothing = historian.append_group(Group::default(), Durability::Normal);
        assert!(nothing.await.unwrap_err().is_full());
        let sample = Sample {
            time: Timestamp(3),
            received: Timestamp(4),
            value: Value::F64(0.5),
            quality: twin_core::Quality::GOOD,
        };
        let imported = historian.import(key, vec![sample.clone()]).await;
        assert!(imported.unwrap_err().is_full());
        assert!(historian.signals().await.unwrap().len() < 601);
        assert_eq!(all(&historian, key.0).await, []);

        historian.limit_telemetry_pages(None).await.unwrap();
        let appended = historian.append(&[batch(&rows)], Durability::Normal).await;
        appended.unwrap();
        historian.import(key, vec![sample]).await.unwrap();
        let later = historian.signal_keys(&["later".into()]).await.unwrap();
        assert_eq!(later, [SignalKey(601)]);
        historian.close().await.unwrap();
        drop(historian);
        assert_eq!(copied(dir.path()).await, 602);
        let historian = open(dir.path()).await;
        assert_eq!(historian.signal_keys(&ids).await.unwrap(), keys);
        assert_eq!(all(&historian, key.0).await, [(3, 0.5), (5, 1.5)]);
        assert!(historian.check().await.unwrap().is_sound());
    });
}

#[test]
fn keys_that_were_never_stored_are_gone_with_the_program() {
    block_on(async {
        let dir = super::folder();
        let historian = full(dir.path()).await;
        let ids = names("first");
        // What found room before it was full keeps its key.
        let stored = historian.signals().await.unwrap();
        historian.signal_keys_at_start(&ids).await.unwrap();
        historian.close().await.unwrap();
        drop(historian);
        let historian = open(dir.path()).await;
        let known = historian.signals().await.unwrap();
        assert!(known.len() >= stored.len() && known.len() < 601);
        let others = names("second");
        let keys = historian.signal_keys(&others).await.unwrap();
        assert_eq!(keys[0], SignalKey(known.len() as u32));
        assert_eq!(historian.signals().await.unwrap().len(), known.len() + 600);
    });
}

#[test]
fn what_was_heard_of_a_signal_with_a_reserved_key_is_copied_to_it() {
    block_on(async {
        let dir = super::folder();
        let historian = open(dir.path()).await;
        let heard: SignalId = "?c/plant/new".into();
        let keys = historian.signal_keys(std::slice::from_ref(&heard)).await;
        let rows = [(keys.unwrap()[0].0, 5, 1.5)];
        let appended = historian.append(&[batch(&rows)], Durability::Normal).await;
        appended.unwrap();
        historian.limit_telemetry_pages(Some(1)).await.unwrap();
        let ids = names("new");
        let keys = historian.signal_keys_at_start(&ids).await.unwrap();
        let adoption = Adoption {
            from: heard,
            to: ids[599].clone(),
            lost: Vec::new().into(),
        };
        let adoptions = [adoption];
        assert!(historian.adopt(&adoptions).await.unwrap_err().is_full());
        historian.limit_telemetry_pages(None).await.unwrap();
        let adopted = historian.adopt(&adoptions).await.unwrap();
        assert_eq!((adopted.renamed, adopted.copied), (0, 1));
        assert_eq!(all(&historian, keys[599].0).await, [(5, 1.5)]);
        assert_eq!(historian.signal_keys(&ids).await.unwrap(), keys);
    });
}
