//! Births and links, and groups that hold all sorts.

use twin_core::{ConnectionId, Timestamp};
use twin_historian::{
    BIRTHS_MAX, Birth, Durability, Group, Historian, JournalRow, LinkTransition, Policy, Reject,
};

use super::{all, batch, block_on, open};

async fn put(historian: &Historian, group: Group<'_>) {
    historian
        .append_group(group, Durability::Full)
        .await
        .unwrap();
}

async fn put_birth(
    historian: &Historian,
    connection: &ConnectionId,
    topic: &str,
    payload: &[u8],
    received: Timestamp,
) {
    let birth = Birth {
        topic: topic.to_owned(),
        payload: payload.to_vec(),
        received,
    };
    put(
        historian,
        Group {
            births: &[(connection.clone(), birth)],
            ..Group::default()
        },
    )
    .await;
}

#[test]
fn the_latest_birth_of_a_topic_is_kept() {
    block_on(async {
        let dir = super::folder();
        let historian = open(dir.path()).await;
        let station = ConnectionId::from("station");
        put_birth(&historian, &station, "a/NBIRTH", b"old", Timestamp(1)).await;
        put_birth(&historian, &station, "b/NBIRTH", b"b", Timestamp(2)).await;
        put_birth(&historian, &station, "a/NBIRTH", b"new", Timestamp(3)).await;
        let other = ConnectionId::from("other");
        put_birth(&historian, &other, "a/NBIRTH", b"other", Timestamp(4)).await;
        historian.close().await.unwrap();
        let historian = open(dir.path()).await;
        let births = historian.births(&station).await.unwrap();
        let birth = |topic: &str, payload: &[u8], received| Birth {
            topic: topic.to_owned(),
            payload: payload.to_vec(),
            received: Timestamp(received),
        };
        assert_eq!(
            births,
            [birth("b/NBIRTH", b"b", 2), birth("a/NBIRTH", b"new", 3)]
        );
    });
}

#[test]
fn links_come_with_the_state_at_the_beginning() {
    block_on(async {
        let dir = super::folder();
        let historian = open(dir.path()).await;
        let link = |connection: &str, at, state: &str| LinkTransition {
            connection: connection.into(),
            at: Timestamp(at),
            state: state.to_owned(),
            reason: String::new(),
        };
        let links = [
            link("a", 1, "connecting"),
            link("a", 2, "up"),
            link("b", 3, "up"),
            link("a", 10, "down"),
            link("a", 20, "up"),
        ];
        put(
            &historian,
            Group {
                links: &links,
                ..Group::default()
            },
        )
        .await;
        assert_eq!(
            historian.links(Timestamp(5), Timestamp(20)).await.unwrap(),
            links[1..4]
        );
        let policy = Policy {
            links: Some(twin_core::Duration(20)),
            ..Policy::default()
        };
        assert_eq!(
            historian
                .retain(Timestamp(30), &policy)
                .await
                .unwrap()
                .links,
            1
        );
        assert_eq!(
            historian
                .links(Timestamp::MIN, Timestamp::MAX)
                .await
                .unwrap(),
            links[1..]
        );
    });
}

/// How many samples, births, counted rejects and links there are.
async fn counts(historian: &Historian) -> [usize; 4] {
    let totals = historian.reject_totals().await.unwrap();
    let links = historian.links(Timestamp::MIN, Timestamp::MAX).await;
    [
        all(historian, 0).await.len(),
        historian.births(&"station".into()).await.unwrap().len(),
        totals.iter().map(|total| total.total as usize).sum(),
        links.unwrap().len(),
    ]
}

fn birth(node: usize, bytes: usize) -> Birth {
    Birth {
        topic: format!("{node}/NBIRTH"),
        payload: vec![7; bytes],
        received: Timestamp(1),
    }
}

fn reject(detail: usize) -> Reject {
    Reject {
        connection: "station".into(),
        topic: "t".into(),
        reason: "utf8".into(),
        detail: "x".repeat(detail),
        payload: Vec::new(),
        length: Some(0),
        received: Timestamp(1),
    }
}

fn link(reason: usize) -> LinkTransition {
    LinkTransition {
        connection: "station".into(),
        at: Timestamp(1),
        state: "up".into(),
        reason: "x".repeat(reason),
    }
}

#[test]
fn a_group_is_stored_whole_or_not_at_all() {
    const BIG: usize = 200_000;
    block_on(async {
        let dir = super::folder();
        let historian = open(dir.path()).await;
        let samples: Vec<_> = (0..40_000)
            .map(|n| (0, n, (n * 7_919 % 1_009) as f64))
            .collect();
        // No page can be had: each kind in turn is the one that does not fit, those before it do.
        for (at, [birth_size, reject_size, link_size]) in
            [[1, 1, 1], [BIG, 1, 1], [1, BIG, 1], [1, 1, BIG]]
                .into_iter()
                .enumerate()
        {
            let before = counts(&historian).await;
            let row = historian.newest_row();
            let count = if at == 0 { samples.len() } else { 1 };
            let time = 100_000 + at as i64;
            let mut samples = samples[..count - 1].to_vec();
            samples.push((0, time, 1.0));
            let (batches, births) = (
                [batch(&samples)],
                [("station".into(), birth(at, birth_size))],
            );
            let group = Group {
                batches: &batches,
                births: &births,
                rejects: &[reject(reject_size)],
                links: &[link(link_size)],
                qualities: &[],
            };
            historian.limit_telemetry_pages(Some(1)).await.unwrap();
            for durability in [Durability::Full, Durability::Normal] {
                let error = historian.append_group(group, durability).await.unwrap_err();
                assert!(error.is_full(), "{error}");
                assert_eq!(counts(&historian).await, before, "kind {at}");
                assert_eq!(historian.newest_row(), row);
            }
            // The same again, now with space: once, in spite of two tries before.
            historian.limit_telemetry_pages(None).await.unwrap();
            let stored = historian.append_group(group, Durability::Full).await;
            let next = JournalRow(row.0 + 1);
            assert_eq!(stored.unwrap(), Some(next));
            assert_eq!(historian.newest_row(), next);
            let [had, births, rejects, links] = before;
            let expected = [had + count, births + 1, rejects + 1, links + 1];
            assert_eq!(counts(&historian).await, expected);
        }
        let before = counts(&historian).await;
        historian.close().await.unwrap();
        let historian = open(dir.path()).await;
        assert_eq!(counts(&historian).await, before, "memory and file differ");
        assert_eq!(
            historian.check().await.unwrap().faults,
            Vec::<twin_core::Said>::new()
        );
    });
}

#[test]
fn a_group_without_samples_makes_no_journal_row() {
    block_on(async {
        let dir = super::folder();
        let historian = open(dir.path()).await;
        let group = Group {
            batches: &[batch(&[])],
            links: &[link(1)],
            ..Group::default()
        };
        for group in [group, Group::default()] {
            let row = historian.append_group(group, Durability::Full).await;
            assert_eq!(row.unwrap(), None);
        }
        assert_eq!(counts(&historian).await, [0, 0, 0, 1]);
        assert_eq!(historian.newest_row(), JournalRow(0));
        let rows = [batch(&[(0, 1, 1.0)])];
        let row = historian.append(&rows, Durability::Full).await.unwrap();
        assert_eq!(row, JournalRow(1));
    });
}

#[test]
fn the_oldest_births_go_and_many_at_once_are_stored_quickly() {
    block_on(async {
        let dir = tempfile::tempdir().unwrap();
        let historian = open(dir.path()).await;
        let births: Vec<_> = (0..BIRTHS_MAX + 30)
            .map(|n| {
                let mut birth = birth(n as usize, 10);
                birth.received = Timestamp(n);
                (ConnectionId::from("station"), birth)
            })
            .collect();
        let begin = tokio::time::Instant::now();
        let group = Group {
            births: &births,
            ..Group::default()
        };
        put(&historian, group).await;
        let took = begin.elapsed();
        let kept = historian.births(&"station".into()).await.unwrap();
        assert_eq!(kept.len() as i64, BIRTHS_MAX);
        assert_eq!(kept[0].received, Timestamp(30));
        // A count and a sort for every one of them took minutes.
        assert!(took < std::time::Duration::from_secs(20), "{took:?}");
    });
}

#[test]
fn many_new_names_leave_room_for_appends() {
    block_on(async {
        let dir = tempfile::tempdir().unwrap();
        let historian = open(dir.path()).await;
        let ids: Vec<twin_core::SignalId> =
            (0..1_500).map(|n| format!("pump/{n}").into()).collect();
        // Some are known, one is asked twice.
        let known = historian.signal_keys(&ids[700..800]).await.unwrap();
        let asked: Vec<_> = ids.iter().chain(&ids[3..4]).cloned().collect();
        let mut appended = 0;
        let keys = {
            let mut numbering = std::pin::pin!(historian.signal_keys(&asked));
            loop {
                let rows = [batch(&[(0, appended, 0.5)])];
                let append = historian.append(&rows, Durability::Normal);
                tokio::select! {
                    keys = &mut numbering => break keys.unwrap(),
                    row = append => drop(row.unwrap()),
                }
                appended += 1;
            }
        };
        assert!(appended >= 2, "{appended} appends in between");
        assert_eq!(keys[700..800], known);
        assert_eq!(keys[1_500], keys[3]);
        let mut sorted: Vec<_> = keys[..1_500].iter().map(|key| key.0).collect();
        sorted.sort_unstable();
        assert_eq!(sorted, (0..1_500).collect::<Vec<_>>());
    });
}
