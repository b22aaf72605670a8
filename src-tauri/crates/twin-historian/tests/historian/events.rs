//! Births, rejects and links.

use twin_core::{ConnectionId, Timestamp};
use twin_historian::{
    Birth, Durability, EXCERPT_BYTES_MAX, LinkTransition, Policy, REJECTS_KEPT, Reject, RejectTotal,
};

use super::{block_on, open};

#[test]
fn the_latest_birth_of_a_topic_is_kept() {
    block_on(async {
        let dir = tempfile::tempdir().unwrap();
        let historian = open(dir.path()).await;
        let station = ConnectionId::from("station");
        historian
            .put_birth(&station, "a/NBIRTH", b"old", Timestamp(1))
            .await
            .unwrap();
        historian
            .put_birth(&station, "b/NBIRTH", b"b", Timestamp(2))
            .await
            .unwrap();
        historian
            .put_birth(&station, "a/NBIRTH", b"new", Timestamp(3))
            .await
            .unwrap();
        historian
            .put_birth(
                &ConnectionId::from("other"),
                "a/NBIRTH",
                b"other",
                Timestamp(4),
            )
            .await
            .unwrap();
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
fn rejects_are_all_counted_and_the_newest_kept() {
    block_on(async {
        let dir = tempfile::tempdir().unwrap();
        let historian = open(dir.path()).await;
        let reject = |n: i64, reason: &str| Reject {
            connection: "station".into(),
            topic: format!("t/{n}"),
            reason: reason.to_owned(),
            detail: "byte 3".to_owned(),
            payload: vec![7; 10_000],
            received: Timestamp(n),
        };
        let many: Vec<_> = (0..REJECTS_KEPT + 20).map(|n| reject(n, "utf8")).collect();
        historian
            .put_rejects(&many, Durability::Full)
            .await
            .unwrap();
        historian
            .put_rejects(&[reject(1_000, "json-too-deep")], Durability::Normal)
            .await
            .unwrap();
        let kept = historian.rejects(1_000).await.unwrap();
        assert_eq!(kept.len() as i64, REJECTS_KEPT + 1);
        assert_eq!(
            (kept[0].topic.as_str(), kept[0].payload.len()),
            ("t/1000", EXCERPT_BYTES_MAX)
        );
        assert_eq!(kept.last().unwrap().topic, "t/20");
        let total = |reason: &str, total| RejectTotal {
            connection: "station".into(),
            reason: reason.to_owned(),
            total,
        };
        let expected = [
            total("json-too-deep", 1),
            total("utf8", REJECTS_KEPT.unsigned_abs() + 20),
        ];
        assert_eq!(historian.reject_totals().await.unwrap(), expected);
    });
}

#[test]
fn links_come_with_the_state_at_the_beginning() {
    block_on(async {
        let dir = tempfile::tempdir().unwrap();
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
        for link in &links {
            historian.put_link(link).await.unwrap();
        }
        assert_eq!(
            historian.links(Timestamp(5), Timestamp(20)).await.unwrap(),
            links[1..4]
        );
        let policy = Policy {
            samples: None,
            links: Some(twin_core::Duration(20)),
        };
        assert_eq!(
            historian.retain(Timestamp(30), policy).await.unwrap().links,
            3
        );
        assert_eq!(
            historian
                .links(Timestamp::MIN, Timestamp::MAX)
                .await
                .unwrap(),
            links[3..]
        );
    });
}
