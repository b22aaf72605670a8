//! Adopting when something is damaged: nothing else suffers from it.

use std::{path::Path, sync::Arc};

use twin_core::{BatchId, Quality, Reason, SampleBatch, SignalId, SignalKey, Timestamp};
use twin_historian::{Adoption, Durability, Historian, Options};

use super::{NOW, all, batch, block_on, folder, sql};

/// The first two are provisional.
const IDS: [&str; 4] = ["?c/t#a", "?c/t#b", "p/x", "p/y"];
/// Microseconds between samples.
const STEP: i64 = 10_000;

fn adoptions() -> [Adoption; 2] {
    [(0, 2), (1, 3)].map(|(from, to)| Adoption {
        from: SignalId::from(IDS[from]),
        to: SignalId::from(IDS[to]),
        lost: [].into(),
    })
}

/// Both provisional ids have three chunks of ten samples; the signals are known to history.
async fn heard(dir: &Path) -> Historian {
    let options = Options {
        chunk_samples_max: 10,
        ..Options::default()
    };
    let historian = Historian::open_with(dir, NOW, options).await.unwrap();
    let ids = IDS.map(SignalId::from);
    let keys = historian.signal_keys(&ids).await.unwrap();
    assert_eq!(keys, [0, 1, 2, 3].map(SignalKey));
    let rows: Vec<_> = (0..30)
        .flat_map(|n| [0, 1].map(|signal| (signal, n * STEP, n as f64)))
        .collect();
    let append = historian.append(&[batch(&rows)], Durability::Full).await;
    append.unwrap();
    let newest = historian.newest_row();
    while historian.compact_step(newest).await.unwrap().more {}
    historian
}

/// What a person with `sqlite3` would see.
async fn look<T>(dir: &Path, query: &'static str) -> T
where
    T: Send + Unpin + sqlx::Type<sqlx::Sqlite> + for<'a> sqlx::Decode<'a, sqlx::Sqlite>,
{
    use sqlx::{ConnectOptions as _, Connection as _};
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(dir.join("telemetry.db"));
    let mut connection = options.connect().await.unwrap();
    let found = sqlx::query_scalar(query).fetch_one(&mut connection).await;
    connection.close().await.unwrap();
    found.unwrap()
}

#[test]
fn of_a_damaged_chunk_only_its_own_samples_are_missing() {
    block_on(async {
        let dir = folder();
        let historian = heard(dir.path()).await;
        let file = dir.path().join("telemetry.db");
        let damage = "UPDATE chunk_data SET data = zeroblob(length(data)) WHERE id = \
            (SELECT data FROM chunk WHERE signal = 0 ORDER BY t_min LIMIT 1 OFFSET 1)";
        sql(&file, damage).await;
        let adopted = historian.adopt(&adoptions()).await.unwrap();
        assert_eq!(adopted.left, []);
        assert_eq!((adopted.copied, adopted.quarantined), (2, 1));
        let sound: Vec<_> = (0..30).map(|n| (n * STEP, n as f64)).collect();
        let around = [&sound[..10], &sound[20..]].concat();
        assert_eq!(all(&historian, 2).await, around);
        assert_eq!(all(&historian, 3).await, sound);
        for provisional in [0, 1] {
            assert_eq!(all(&historian, provisional).await, []);
        }
        let kept = "SELECT count(*) FROM quarantine WHERE length(data) > 0";
        assert_eq!(look::<i64>(dir.path(), kept).await, 1);
        historian.close().await.unwrap();
    });
}

#[test]
fn damaged_statistics_of_a_provisional_id_are_made_anew() {
    block_on(async {
        let dir = folder();
        let historian = heard(dir.path()).await;
        let file = dir.path().join("telemetry.db");
        let damage = "UPDATE chunk SET t_max = t_max + 1 WHERE signal = 1 AND t_min = 0";
        sql(&file, damage).await;
        let adopted = historian.adopt(&adoptions()).await.unwrap();
        assert_eq!((adopted.left.len(), adopted.quarantined), (0, 0));
        for signal in [2, 3] {
            assert_eq!(all(&historian, signal).await.len(), 30);
        }
        historian.close().await.unwrap();
    });
}

/// One signal cannot be written: the others get theirs, new names too, and nothing is taken away.
#[test]
fn what_cannot_be_copied_is_told_and_copied_once_it_can_be() {
    block_on(async {
        let dir = folder();
        let historian = heard(dir.path()).await;
        let new = Adoption {
            from: "?c/t#new".into(),
            to: "p/new".into(),
            lost: [].into(),
        };
        let of = historian.signal_keys(std::slice::from_ref(&new.from)).await;
        let fresh = [batch(&[(of.unwrap()[0].0, 5, 7.0)])];
        historian.append(&fresh, Durability::Full).await.unwrap();
        let file = dir.path().join("telemetry.db");
        let damage = "CREATE TRIGGER broken BEFORE INSERT ON chunk WHEN new.signal = 2 \
            BEGIN SELECT RAISE(FAIL, 'broken'); END";
        sql(&file, damage).await;
        let [a, b] = adoptions();
        let all_three = [a, b, new];
        let adopted = historian.adopt(&all_three).await.unwrap();
        assert_eq!(adopted.left, [SignalId::from(IDS[0])]);
        assert!(adopted.why.contains("broken"), "{}", adopted.why);
        assert_eq!((adopted.renamed, adopted.copied), (1, 1));
        assert_eq!(all(&historian, 0).await.len(), 30);
        assert_eq!(all(&historian, 1).await, []);
        assert_eq!(all(&historian, 3).await.len(), 30);
        sql(&file, "DROP TRIGGER broken").await;
        let adopted = historian.adopt(&all_three).await.unwrap();
        assert_eq!((adopted.left.len(), adopted.samples), (0, 30));
        assert_eq!(all(&historian, 0).await, []);
        historian.close().await.unwrap();
    });
}

/// Of losses in a row the later ones find nothing that still holds.
#[test]
fn only_the_first_loss_behind_a_sample_is_a_gap() {
    block_on(async {
        let dir = folder();
        let historian = heard(dir.path()).await;
        let fresh = {
            let mut batch = SampleBatch::new(BatchId(9), Timestamp(100 * STEP));
            batch.push_f64(SignalKey(0), Timestamp(100 * STEP), 5.0, Quality::GOOD);
            Arc::new(batch)
        };
        historian.append(&[fresh], Durability::Full).await.unwrap();
        // Two between the samples 3 and 4, one behind 4, many behind the last in a chunk, one behind the last of all.
        let mut lost: Vec<i64> = vec![3 * STEP + 1, 3 * STEP + 2, 4 * STEP + 1];
        lost.extend((1..500).map(|n| 40 * STEP + n));
        lost.push(101 * STEP);
        let lost: Arc<[Timestamp]> = lost.into_iter().map(Timestamp).collect();
        let adoptions = adoptions().map(|of| Adoption {
            lost: Arc::clone(&lost),
            ..of
        });
        historian.adopt(&adoptions).await.unwrap();
        let marks = [
            "SELECT group_concat(at) FROM (SELECT at FROM quality WHERE signal = 2 ORDER BY at)",
            "SELECT group_concat(at) FROM (SELECT at FROM quality WHERE signal = 3 ORDER BY at)",
        ];
        let expected = |at: &[i64]| {
            let at: Vec<String> = at.iter().map(i64::to_string).collect();
            at.join(",")
        };
        let both = [3 * STEP + 1, 4 * STEP + 1, 40 * STEP + 1];
        assert_eq!(
            look::<String>(dir.path(), marks[0]).await,
            expected(&[&both[..], &[101 * STEP]].concat())
        );
        assert_eq!(
            look::<String>(dir.path(), marks[1]).await,
            expected(&both),
            "nothing came since"
        );
        let seen = historian.as_of(Timestamp(90 * STEP)).await.unwrap();
        let lost = Quality::bad(Reason::BrokerLost);
        let of = seen.iter().find(|of| of.signal == SignalKey(3)).unwrap();
        assert_eq!(of.quality, lost);
        historian.close().await.unwrap();
    });
}
