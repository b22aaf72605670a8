//! What a person who looks for a fault gets to see of messages on their way.

use tokio::sync::oneshot;
use twin_connect::Properties;

use super::{super::request::Diagnose, *};
use crate::api::diagnostics::{RatesQuery, TapView, TappedMessage, TappedOutcome};

async fn ask<T>(bench: &Bench, request: impl FnOnce(oneshot::Sender<T>) -> Diagnose) -> T {
    let (reply, answer) = oneshot::channel();
    let request = Request::Diagnose(request(reply));
    bench.requests.send(request).await.unwrap();
    answer.await.unwrap()
}

async fn tap(bench: &Bench, connection: &str, topic: &str) -> crate::error::Result<TapView> {
    let (connection, topic) = (connection.to_owned(), topic.to_owned());
    ask(bench, |reply| Diagnose::Tap {
        connection,
        topic,
        reply,
    })
    .await
}

/// The tap once so many messages came.
async fn tapped(bench: &Bench, seen: f64) -> anyhow::Result<TapView> {
    let waiting = async {
        loop {
            match ask(bench, Diagnose::LookAtTap).await {
                Some(view) if view.seen >= seen => return view,
                _ => tokio::time::sleep(Duration::from_millis(10)).await,
            }
        }
    };
    Ok(tokio::time::timeout(SOON, waiting).await?)
}

async fn message(bench: &Bench, number: f64) -> Option<TappedMessage> {
    ask(bench, |reply| Diagnose::Tapped { number, reply }).await
}

#[tokio::test]
async fn a_tapped_topic_shows_its_messages_as_they_came_and_what_was_made_of_them()
-> anyhow::Result<()> {
    let dir = tempfile::tempdir()?;
    let mut bench = Bench::new(dir.path(), 1, 1).await?;
    let driver = bench.driver(vec![]);
    let running = tokio::spawn(driver.run(bench.queues.take().unwrap()));
    assert!(tap(&bench, "no such", "t").await.is_err());
    assert_eq!(tap(&bench, "c", "plant/t0").await?.messages, []);

    bench
        .send("plant/t0", "{\"s0\":1.5,\"else\":true}".into())
        .await;
    bench.send("plant/other", "{\"s0\":1}".into()).await;
    let properties = Properties {
        content_type: Some("application/json".into()),
        user: vec![("from".into(), "<b>plc</b>".into())],
        left_out: 2,
    };
    let broken = Inbound::Message {
        topic: "plant/t0".into(),
        payload: "{\"s0\":".into(),
        qos: Qos::AtLeastOnce,
        retain: true,
        dup: false,
        received: clock::now(),
        properties: Some(Box::new(properties)),
        ack: None,
    };
    bench.inbound.send(broken).await?;

    let view = tapped(&bench, 2.0).await?;
    let outcomes: Vec<_> = view.messages.iter().map(|row| row.outcome).collect();
    assert_eq!(outcomes, [TappedOutcome::Rejected, TappedOutcome::Read]);
    let read = message(&bench, 1.0).await.unwrap();
    assert_eq!((&*read.row.convention, read.row.values), ("JSON", 2));
    let fields: Vec<_> = read
        .fields
        .iter()
        .map(|f| (&*f.address, &*f.value, f.signal))
        .collect();
    assert_eq!(
        fields,
        [
            ("plant/t0#s0", "1.5", Some(0)),
            ("plant/t0#else", "true", None)
        ]
    );
    assert!(read.payload.starts_with("7b227330"), "{}", read.payload);
    let rejected = message(&bench, 2.0).await.unwrap();
    assert_eq!((rejected.row.qos, rejected.row.retain), (1, true));
    assert_eq!(
        rejected.user,
        [("from".to_owned(), "<b>plc</b>".to_owned())]
    );
    assert_eq!(rejected.left_out, 2.0);
    assert_eq!(rejected.reject.unwrap().0, "json-syntax");
    assert_eq!(message(&bench, 3.0).await, None);

    bench
        .requests
        .send(Request::Diagnose(Diagnose::EndTap))
        .await?;
    assert_eq!(ask(&bench, Diagnose::LookAtTap).await, None);
    bench.requests.send(Request::Stop).await?;
    running.await?;
    Ok(())
}

#[tokio::test]
async fn a_tap_ends_when_nobody_looks_at_it_and_topics_are_counted_without_one()
-> anyhow::Result<()> {
    let dir = tempfile::tempdir()?;
    let bench = Bench::new(dir.path(), 1, 1).await?;
    let mut driver = bench.driver(vec![]);
    let now = clock::now();
    let source = driver.sources.get_mut(&0).unwrap();
    source.tap("plant/t0", now);
    let later = |seconds| now.plus(twin_core::Duration::from_secs(seconds));
    source.renew_diagnostics(later(599));
    assert!(source.look_at_tap(later(599)).is_some());
    source.renew_diagnostics(later(1_198));
    source.renew_diagnostics(later(1_199));
    assert_eq!(source.look_at_tap(later(1_199)), None);

    let mut messages = Vec::new();
    for (topic, payload) in [("a", "1"), ("b", "\u{0}"), ("a", "2")] {
        let message = Inbound::Message {
            topic: topic.into(),
            payload: payload.into(),
            qos: Qos::AtMostOnce,
            retain: false,
            dup: false,
            received: now,
            properties: None,
            ack: None,
        };
        messages.push((0, message));
    }
    driver.decode(&mut messages);
    let (rows, fitting) = driver.sources[&0].rates(&RatesQuery::default(), later(2));
    assert_eq!(
        (rows.len(), fitting),
        (1, 2),
        "the first row, of two topics"
    );
    assert_eq!(
        (&*rows[0].topic, rows[0].messages, rows[0].bytes),
        ("a", 2.0, 4.0)
    );
    assert_eq!(driver.meter.twin.counts().total(), 3);
    Ok(())
}
