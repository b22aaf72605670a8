//! What is told of one asset: its events, its documents, and a connection that comes back.

use std::fs;

use twin_core::{
    Quality, Reason, SignalId, SignalKey, Timestamp,
    alarm::{AlarmKind, AlarmState, AlarmTransition, Cause, Priority},
};
use twin_historian::{
    AuditEntry, Birth, Durability, Group, JournalRow, LinkTransition, QualityTransition, Reject,
};

use super::{House, PLANT};
use crate::{
    api::{
        alarm::AlarmsQuery,
        events::{EventKind, EventWhat, EventsQuery},
        undo::ActKind,
    },
    error::Error,
};

const TANK: &str = "\n[[asset]]\nid = \"t\"\narea = \"a\"\ntype = \"tank\"\nconnection = \"c\"\nsource = \"plant/t#{signal}\"\n";

#[tokio::test]
async fn a_removed_connection_comes_back_to_the_byte() {
    let plant = PLANT.replace(
        "[[connection]]",
        "# Ask Ann for the password.\n[[connection]]  # the only one",
    );
    let house = House::open(&plant).await;
    house.app.workspace.put_password("c", "secret").unwrap();
    let before = house.text();
    house.app.remove_connection("c", "ada").await.unwrap();
    assert!(!house.text().contains("Ask Ann"));
    assert_eq!(house.app.workspace.password("c").unwrap(), None);
    let acts = house.app.undoable().await.unwrap();
    let [act] = &acts[..] else { panic!("{acts:?}") };
    assert!(act.possible && act.kind == ActKind::RemoveConnection && act.name == "c");
    assert!(act.rest_ms > 500e3 && act.rest_ms <= 600e3, "{act:?}");
    house.app.undo(act.number, "bob").await.unwrap();
    assert_eq!(house.text(), before);
    assert!(house.app.undoable().await.unwrap().is_empty());
    assert_eq!(
        house.app.workspace.password("c").unwrap().as_deref(),
        Some("secret")
    );
    house.look().await;
    let noted = house.actions().await;
    let of_people: Vec<_> = noted
        .iter()
        .filter(|action| action.ends_with("-connection") || *action == "undo")
        .collect();
    assert_eq!(of_people, ["remove-connection", "undo"]);
    let again = house.app.undo(act.number, "bob").await;
    assert!(matches!(again, Err(Error::Restore(_))), "{again:?}");
    house.close().await;
}

#[tokio::test]
async fn a_removal_is_not_taken_back_over_what_somebody_wrote_since() {
    let house = House::open(PLANT).await;
    house.app.workspace.put_password("c", "secret").unwrap();
    house.app.remove_connection("c", "ada").await.unwrap();
    house.edit("name = \"P\"", "name = \"Q\"");
    let acts = house.app.undoable().await.unwrap();
    assert!(!acts[0].possible);
    let refused = house.app.undo(acts[0].number, "ada").await;
    assert!(matches!(refused, Err(Error::Restore(_))), "{refused:?}");
    assert!(house.text().contains("name = \"Q\"") && !house.text().contains("port = 9"));
    assert_eq!(house.app.workspace.password("c").unwrap(), None);
    // What stood in the way is gone: then it can be.
    house.edit("name = \"Q\"", "name = \"P\"");
    house.app.undo(acts[0].number, "ada").await.unwrap();
    assert!(house.text().contains("port = 9"));
    let password = house.app.workspace.password("c").unwrap();
    assert_eq!(password.as_deref(), Some("secret"));
    house.close().await;
}

#[tokio::test]
async fn documents_are_opened_as_they_were_seen() {
    let papers = "[[asset.documents]]\ntitle = \"Manual\"\nfile = \"m.pdf\"\n[[asset.documents]]\ntitle = \"Maker\"\n\
                  address = \"https://example.org/\"\n";
    let house = House::open(&format!("{PLANT}{TANK}{papers}")).await;
    let listed = house.app.documents("t").await.unwrap();
    assert!(listed[0].wrong.is_some() && listed[1].wrong.is_none() && listed[1].web);
    fs::write(house.dir.path().join("m.pdf"), "%PDF").unwrap();
    assert_eq!(house.app.documents("t").await.unwrap()[0].wrong, None);
    house.app.document_to_open("t", 0, "m.pdf").await.unwrap();
    for (index, seen) in [(1, "m.pdf"), (0, "/etc/passwd"), (7, "m.pdf")] {
        let refused = house.app.document_to_open("t", index, seen).await;
        assert!(matches!(refused, Err(Error::Document(_))), "{refused:?}");
    }
    house.close().await;
}

fn raised(signal: SignalKey, at: Timestamp) -> AlarmTransition {
    AlarmTransition {
        occurrence: "t/level:high@1".into(),
        rule: "t/level:high".into(),
        asset: "t".into(),
        signal,
        kind: AlarmKind::High,
        priority: Priority::new(2).unwrap(),
        limit: 4.5,
        from: AlarmState::Normal,
        to: AlarmState::UnackActive,
        cause: Cause::Raised,
        source_time: at,
        at,
        value: 4.75,
    }
}

/// One event of each kind, a second apart, the last one first.
async fn with_events(house: &House) {
    let historian = &house.app.historian;
    let at = |second: i64| Timestamp::from_secs(1_000 + second);
    let signal = historian
        .signal_keys(&[SignalId::from("t/level")])
        .await
        .unwrap()[0];
    let raised = raised(signal, at(1));
    let other = AlarmTransition {
        occurrence: "t-2/level:high@1".into(),
        rule: "t-2/level:high".into(),
        asset: "t-2".into(),
        ..raised.clone()
    };
    let row = JournalRow(i64::MAX);
    historian
        .alarms()
        .append(&[raised, other], row)
        .await
        .unwrap();
    let reject = |topic: &str| Reject {
        connection: "c".into(),
        topic: topic.to_owned(),
        reason: "utf8".into(),
        detail: "byte 3".into(),
        payload: vec![7],
        length: Some(1),
        received: at(3),
    };
    let group = Group {
        qualities: &[QualityTransition {
            signal,
            at: at(2),
            quality: Quality::bad(Reason::NodeDeath),
        }],
        rejects: &[reject("plant/t"), reject("plant/x")],
        links: &[LinkTransition {
            connection: "c".into(),
            at: at(4),
            state: "down".into(),
            reason: "gone".into(),
        }],
        births: &[(
            "c".into(),
            Birth {
                topic: "plant/t".into(),
                payload: vec![1],
                received: at(0),
            },
        )],
        ..Group::default()
    };
    historian
        .append_group(group, Durability::Full)
        .await
        .unwrap();
    for (subject, second) in [("s, t", 5), ("t-2", 6)] {
        let entry = AuditEntry {
            at: at(second),
            user: "ann".into(),
            action: "accept-proposals".into(),
            subject: subject.into(),
            detail: String::new(),
        };
        historian.alarms().write_audit(&entry).await.unwrap();
    }
}

#[tokio::test]
async fn events_of_an_asset_are_one_list() {
    let house = House::open(&format!("{PLANT}{TANK}")).await;
    with_events(&house).await;
    let ask = async |kinds: &[EventKind], before: i64, limit| {
        let query = EventsQuery {
            asset: "t".into(),
            before: Timestamp::from_secs(before).micros() as f64,
            kinds: kinds.to_vec(),
            limit,
        };
        let page = house.app.asset_events(&query).await.unwrap();
        let seconds = page
            .rows
            .iter()
            .map(|row| row.at as i64 / 1_000_000 - 1_000);
        (seconds.collect::<Vec<_>>(), page.more)
    };
    assert_eq!(ask(&[], 2_000, 50).await, (vec![5, 4, 3, 2, 1, 0], false));
    assert_eq!(ask(&[], 2_000, 2).await, (vec![5, 4], true));
    assert_eq!(ask(&[], 1_004, 2).await, (vec![3, 2], true));
    assert_eq!(
        ask(&[EventKind::Link, EventKind::Alarm], 2_000, 50).await,
        (vec![4, 1], false)
    );
    // Nothing later than the instant that is shown.
    assert_eq!(ask(&[], 1_002, 50).await, (vec![1, 0], false));
    let query = EventsQuery {
        asset: "t".into(),
        before: 9e15,
        kinds: vec![EventKind::Quality],
        limit: 1,
    };
    let page = house.app.asset_events(&query).await.unwrap();
    assert!(matches!(
        page.rows[0].what,
        EventWhat::Quality { status: 2, .. }
    ));
    house.close().await;
}

#[tokio::test]
async fn alarms_of_a_span_are_those_of_the_asset_or_of_its_signals_as_they_were() {
    let house = House::open(&format!("{PLANT}{TANK}")).await;
    with_events(&house).await;
    let key = house.app.plant().assets[0].signals[0].key;
    let query = AlarmsQuery {
        asset: None,
        signals: vec![key],
        t0: 1_000e6,
        t1: 1_010e6,
        at: None,
        behind: None,
        limit: 10,
    };
    let of_asset = AlarmsQuery {
        asset: Some("t".into()),
        signals: Vec::new(),
        ..query.clone()
    };
    for asked in [&query, &of_asset] {
        let ids = async |asked: AlarmsQuery| {
            let page = house.app.alarms_within(&asked).await.unwrap();
            assert_eq!(page.more, 0);
            page.rows
                .into_iter()
                .map(|row| row.asset)
                .collect::<Vec<_>>()
        };
        assert_eq!(ids(asked.clone()).await, ["t"]);
        let before = AlarmsQuery {
            t1: 1_000.5e6,
            ..asked.clone()
        };
        assert!(ids(before).await.is_empty());
        // Nothing later than the instant that is shown.
        let then = |at| AlarmsQuery {
            at: Some(at),
            ..asked.clone()
        };
        assert!(ids(then(1_000.5e6)).await.is_empty());
        assert_eq!(ids(then(1_001e6)).await, ["t"]);
    }
    let id = "t/level:high@1";
    let one = async |at| house.app.alarm(id, at).await.unwrap().is_some();
    assert!(one(None).await && one(Some(1_001e6)).await && !one(Some(1_000.5e6)).await);
    assert_eq!(house.app.alarm("t/level:high@2", None).await.unwrap(), None);
    let wrong = [
        AlarmsQuery {
            t0: f64::NAN,
            ..query.clone()
        },
        AlarmsQuery {
            t1: 1.0,
            ..query.clone()
        },
        AlarmsQuery {
            at: Some(f64::NAN),
            ..query.clone()
        },
        AlarmsQuery {
            signals: vec![key; 257],
            ..query.clone()
        },
        AlarmsQuery {
            signals: vec![key + 900],
            ..query.clone()
        },
    ];
    for asked in wrong {
        assert!(house.app.alarms_within(&asked).await.is_err(), "{asked:?}");
    }
    house.close().await;
}
