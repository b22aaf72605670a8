//! What people write beside a trend: stored, listed, changed, taken away and put back, and all of it in the audit trail.

use twin_core::Timestamp;
use twin_historian::{
    ANNOTATION_CHARS_MAX, ANNOTATIONS_LISTED_MAX, Alarms, Annotation, AnnotationChange,
    AnnotationDraft, AuditCheck,
};

use super::{block_on, folder, open, sql};

const PUMP: &str = "pump-2";

fn draft(t0: i64, t1: i64, text: &str) -> AnnotationDraft {
    AnnotationDraft {
        asset: PUMP.into(),
        signal: Some("pump-2/flow".into()),
        t0: Timestamp(t0),
        t1: Timestamp(t1),
        text: text.into(),
    }
}

async fn write(alarms: &Alarms, draft: &AnnotationDraft, at: i64) -> Annotation {
    alarms.annotate(draft, "ann", Timestamp(at)).await.unwrap()
}

async fn texts(alarms: &Alarms, t0: i64, t1: i64) -> Vec<String> {
    let assets = [PUMP.to_owned(), "pump-3".to_owned()];
    let found = alarms
        .annotations(&assets, Timestamp(t0), Timestamp(t1))
        .await
        .unwrap();
    found.rows.into_iter().map(|row| row.draft.text).collect()
}

fn stored(change: AnnotationChange) -> Annotation {
    match change {
        AnnotationChange::Stored(annotation) => annotation,
        other => panic!("not stored: {other:?}"),
    }
}

#[test]
fn what_touches_a_span_is_listed_newest_begin_first_and_outlives_a_restart() {
    let dir = folder();
    block_on(async {
        let historian = open(dir.path()).await;
        let alarms = historian.alarms();
        for (t0, t1, text) in [
            (10, 10, "an instant"),
            (20, 40, "a span"),
            (50, 50, "later"),
        ] {
            write(&alarms, &draft(t0, t1, text), 90).await;
        }
        let other = AnnotationDraft {
            asset: "pump-9".into(),
            ..draft(20, 20, "of another asset")
        };
        alarms.annotate(&other, "ann", Timestamp(90)).await.unwrap();
        historian.close().await.unwrap();
    });
    block_on(async {
        let historian = open(dir.path()).await;
        let alarms = historian.alarms();
        assert_eq!(
            texts(&alarms, 0, 100).await,
            ["later", "a span", "an instant"]
        );
        assert_eq!(texts(&alarms, 10, 10).await, ["an instant"]);
        assert_eq!(texts(&alarms, 30, 35).await, ["a span"]);
        assert_eq!(texts(&alarms, 40, 49).await, ["a span"]);
        assert!(texts(&alarms, 41, 49).await.is_empty());
        assert!(texts(&alarms, 11, 19).await.is_empty());
    });
}

#[test]
fn a_change_needs_what_is_there_now_and_every_change_is_in_the_audit_trail() {
    let dir = folder();
    block_on(async {
        let historian = open(dir.path()).await;
        let alarms = historian.alarms();
        let made = write(&alarms, &draft(1, 5, "<b>first</b>"), 10).await;
        assert_eq!((made.revision, made.author.as_str()), (1, "ann"));
        let seen = (made.id, made.revision);
        let again = draft(2, 6, "second");
        let changed = alarms.change_annotation(seen, &again, "bob", Timestamp(11));
        let changed = stored(changed.await.unwrap());
        assert_eq!(changed.changed, Some(("bob".into(), Timestamp(11))));
        assert_eq!(
            (changed.author.as_str(), changed.made_at),
            ("ann", Timestamp(10))
        );
        // Who saw the first one writes over nothing.
        let other = draft(1, 5, "late");
        let late = alarms.change_annotation(seen, &other, "ann", Timestamp(12));
        assert_eq!(
            late.await.unwrap(),
            AnnotationChange::Another(changed.clone())
        );
        let seen = (changed.id, changed.revision);
        let removed = alarms.remove_annotation(seen, "bob", Timestamp(13));
        let removed = stored(removed.await.unwrap());
        assert!(texts(&alarms, 0, 100).await.is_empty());
        let seen = (removed.id, removed.revision);
        let twice = alarms.remove_annotation(seen, "bob", Timestamp(14));
        assert_eq!(
            twice.await.unwrap(),
            AnnotationChange::Another(removed.clone())
        );
        let back = alarms.restore_annotation(seen, "bob", Timestamp(15));
        let back = stored(back.await.unwrap());
        assert_eq!((&back.draft, back.removed_at), (&again, None));
        assert_eq!(texts(&alarms, 0, 100).await, ["second"]);
        let none = alarms
            .remove_annotation((99, 1), "bob", Timestamp(16))
            .await;
        assert_eq!(none.unwrap(), AnnotationChange::Unknown);

        let trail = alarms.audit(None, 10).await.unwrap();
        let said: Vec<_> = trail
            .iter()
            .rev()
            .map(|one| (&*one.entry.user, &*one.entry.action, &*one.entry.detail))
            .collect();
        assert_eq!(
            said,
            [
                ("ann", "annotate", "annotation 1 of 1 to 5: <b>first</b>"),
                ("bob", "change-annotation", "annotation 1 of 2 to 6: second"),
                ("bob", "remove-annotation", "annotation 1 of 2 to 6: second"),
                (
                    "bob",
                    "restore-annotation",
                    "annotation 1 of 2 to 6: second"
                ),
            ]
        );
        assert!(trail.iter().all(|one| one.entry.subject == "pump-2/flow"));
        let whole = AuditCheck {
            intact: 4,
            broken_at: None,
        };
        assert_eq!(alarms.check_audit().await.unwrap(), whole);
    });
}

#[test]
fn texts_and_lists_are_bounded() {
    let dir = folder();
    block_on(async {
        let historian = open(dir.path()).await;
        let alarms = historian.alarms();
        let longest = "ä".repeat(ANNOTATION_CHARS_MAX);
        let refused = [
            draft(1, 1, ""),
            draft(2, 1, "upside down"),
            draft(1, 1, &format!("{longest}a")),
        ];
        for draft in refused {
            assert!(alarms.annotate(&draft, "ann", Timestamp(0)).await.is_err());
        }
        assert!(alarms.audit(None, 10).await.unwrap().is_empty());
        for n in 0..=ANNOTATIONS_LISTED_MAX as i64 {
            write(&alarms, &draft(n, n, &longest), 0).await;
        }
        let list = |t0: i64| {
            let alarms = alarms.clone();
            async move {
                let assets = [PUMP.to_owned()];
                alarms
                    .annotations(&assets, Timestamp(t0), Timestamp(10_000))
                    .await
                    .unwrap()
            }
        };
        let all = list(0).await;
        assert_eq!((all.rows.len(), all.more), (ANNOTATIONS_LISTED_MAX, true));
        assert!(!list(1).await.more);
    });
}

/// A file of the program before this one gets the table and keeps what it has.
#[test]
fn a_file_of_schema_2_takes_annotations_from_now_on() {
    let dir = folder();
    block_on(async {
        let historian = open(dir.path()).await;
        historian.close().await.unwrap();
        drop(historian);
        let file = dir.path().join("alarms.db");
        let older = "DROP TABLE annotation; DROP INDEX begun_by_rule; INSERT INTO signal (key, id) VALUES (7, 'kept'); PRAGMA user_version = 2";
        sql(&file, older).await;
        let historian = open(dir.path()).await;
        assert!(historian.notices().is_empty(), "{:?}", historian.notices());
        let alarms = historian.alarms();
        write(&alarms, &draft(1, 1, "new"), 2).await;
        assert_eq!(texts(&alarms, 0, 9).await, ["new"]);
    });
}
