//! How much space samples take, by age.

use twin_core::{SignalId, SignalKey, Timestamp};
use twin_historian::{Durability, Historian, Keep, Policy};

use super::{all, batch, block_on, folder, open};

const HOUR: i64 = 3_600_000_000;

async fn bytes(historian: &Historian, prefix: &str) -> Vec<(i64, u64)> {
    let hours = historian.bytes_by_hour(prefix).await.unwrap();
    hours
        .into_iter()
        .map(|(end, bytes)| (end.0 / HOUR, bytes))
        .collect()
}

#[test]
fn what_the_oldest_hours_take_is_known_and_can_go() {
    block_on(async {
        let dir = folder();
        let historian = open(dir.path()).await;
        let ids = ["?c/a#x", "pump/flow"].map(SignalId::from);
        historian.signal_keys(&ids).await.unwrap();
        let newest =
            |hour: i64| (0..100).map(move |n| (0, hour * HOUR + n * 1_000, n as f64 * 1.1));
        for hour in [3, 5] {
            let rows: Vec<(u32, i64, f64)> = newest(hour).chain([(1, hour * HOUR, 1.0)]).collect();
            historian
                .append(&[batch(&rows)], Durability::Full)
                .await
                .unwrap();
            let row = historian.newest_row();
            while historian.compact_step(row).await.unwrap().more {}
        }
        let whole = bytes(&historian, "").await;
        let heard = bytes(&historian, "?").await;
        assert_eq!(heard.last().map(|(hour, _)| *hour), Some(6), "{heard:?}");
        let sum = |hours: &[(i64, u64)]| hours.iter().map(|(_, bytes)| bytes).sum::<u64>();
        assert!(
            sum(&heard) > 200 && sum(&heard) < sum(&whole),
            "{heard:?} of {whole:?}"
        );

        let all_of_it = Keep {
            raw: Some(twin_core::Duration::ZERO),
            rollups: Some(twin_core::Duration::ZERO),
        };
        let policy = Policy {
            classes: vec![(vec![SignalKey(0)], all_of_it)],
            ..Policy::default()
        };
        while historian
            .retain(Timestamp(7 * HOUR), &policy)
            .await
            .unwrap()
            .more
        {}
        assert_eq!(bytes(&historian, "?").await, []);
        assert!(all(&historian, 0).await.is_empty());
        assert_eq!(
            all(&historian, 1).await.len(),
            2,
            "a signal of the plant stays"
        );
        historian.close().await.unwrap();
    });
}
