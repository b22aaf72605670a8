//! What comes of resources.

use std::time::Duration;

use twin_connect::{Command, Inbound, Qos};

use crate::support::{Running, Server, observed, read_every, spec};

/// A text in JSON with a number at both ends, so that a mixture of two shows.
fn json(number: u32, bytes: usize) -> String {
    format!(
        "{{\"a\":{number},\"x\":\"{}\",\"b\":{number}}}",
        "x".repeat(bytes)
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn an_observable_resource_tells_of_changes_by_itself() {
    let server = Server::open();
    let mut running = Running::start(spec(server.port, &[observed("/time")]));
    assert_eq!(running.up().await, "not encrypted");
    let mut seen = Vec::new();
    while seen.len() < 4 {
        if let Inbound::Message {
            topic,
            payload,
            qos,
            retain,
            dup,
            received,
            properties,
            ack,
        } = running.next().await
        {
            assert_eq!(*topic, format!("coap/127.0.0.1:{}/time", server.port));
            assert_eq!(
                (qos, retain, dup, ack),
                (Qos::AtMostOnce, false, false, None)
            );
            // Its notifications name no format.
            assert_eq!(properties, None);
            seen.push((received, payload));
        }
    }
    assert!(
        seen.is_sorted_by(|a, b| a.0 < b.0 && a.1 != b.1),
        "{seen:?}"
    );
    running.stop().await;
    // One answer to the registration, maybe one to its cancellation; all else were notifications.
    let log = server.log();
    assert!(log.matches("t:ACK c:2.05").count() <= 2, "{log}");
    assert!(log.contains("Observe:1,"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn large_representations_come_whole_when_read_and_when_they_change() {
    let server = Server::open();
    server.put("/big", 50, &json(1, 6_000));
    let resources = [observed("/big"), observed("/time")];
    let mut running = Running::start(spec(server.port, &resources));
    let topic = format!("coap/127.0.0.1:{}/big", server.port);
    let got = running.text(&json(1, 6_000)).await;
    assert_eq!(*got.topic, topic);
    // What the first block says holds for the whole.
    let media = got.properties.and_then(|some| some.content_type);
    assert_eq!(media.as_deref(), Some("application/json"));
    for number in 2..5 {
        server.put("/big", 50, &json(number, 20_000));
        assert_eq!(*running.text(&json(number, 20_000)).await.topic, topic);
    }
    // The other observation went on meanwhile.
    while !running.message().await.topic.ends_with("/time") {}
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payload_beyond_the_limit_is_reported_with_its_beginning() {
    let server = Server::open();
    server.put("/big", 50, &json(1, 6_000));
    let mut spec = spec(server.port, &[observed("/big")]);
    spec.limits.max_payload = 5_000;
    let mut running = Running::start(spec);
    let (detail, excerpt) = running
        .until(|item| match item {
            Inbound::Unreadable {
                detail,
                excerpt,
                ack: None,
                ..
            } => Some((detail, excerpt)),
            _ => None,
        })
        .await;
    assert!(detail.contains("5000"), "{detail}");
    assert!(json(1, 6_000).as_bytes().starts_with(&excerpt) && !excerpt.is_empty());
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_observed_is_read_and_what_is_not_there_is_named() {
    let server = Server::open();
    server.put("/with%20space", 0, "42");
    let mut root = observed("/");
    root.every = Some(Duration::from_secs(1));
    let resources = [
        root,
        read_every("/with%20space", 1),
        observed("/missing"),
        observed("/time?ticks"),
    ];
    let mut running = Running::start(spec(server.port, &resources));
    let (granted, refused) = running
        .until(|item| match item {
            Inbound::Subscribed {
                granted, refused, ..
            } => Some((granted, refused)),
            _ => None,
        })
        .await;
    assert_eq!(granted.len(), 3, "{granted:?}");
    assert!(refused[0].filter.ends_with("/missing"), "{refused:?}");
    assert!(refused[0].reason.contains("4.04 Not Found"), "{refused:?}");
    let mut counts = [0; 3];
    while counts.iter().any(|count| *count < 3) {
        let got = running.message().await;
        if got.topic.ends_with("/with%20space") {
            assert_eq!(got.payload, "42");
            counts[0] += 1;
        } else if got.topic.ends_with("/time?ticks") {
            assert!(got.payload.iter().all(u8::is_ascii_digit), "{got:?}");
            counts[1] += 1;
        } else {
            assert!(got.payload.starts_with(b"This is a test server"), "{got:?}");
            counts[2] += 1;
        }
    }
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sixty_resources_share_one_link() {
    let server = Server::with("coap-server-notls", &["-d", "100"]);
    let paths: Vec<String> = (0..60).map(|number| format!("/sensor/{number}")).collect();
    for path in &paths {
        server.put(path, 0, path);
    }
    let resources: Vec<_> = paths.iter().map(|path| observed(path)).collect();
    let mut running = Running::start(spec(server.port, &resources));
    let mut seen = std::collections::BTreeSet::new();
    while seen.len() < 60 {
        let got = running.message().await;
        assert!(got.topic.as_bytes().ends_with(&got.payload), "{got:?}");
        seen.insert(got.topic.to_string());
    }
    server.put("/sensor/37", 0, "changed");
    assert!(running.text("changed").await.topic.ends_with("/37"));
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consumer_that_is_behind_costs_counted_messages_and_nothing_is_published() {
    let server = Server::open();
    let mut running = Running::with_room(spec(server.port, &[observed("/time")]), 2);
    running
        .commands
        .send(Command::Publish {
            topic: "x".into(),
            payload: "1".into(),
            qos: Qos::AtMostOnce,
            retain: false,
        })
        .await
        .unwrap();
    // It fills the queue, and goes on all the same.
    tokio::time::sleep(Duration::from_secs(5)).await;
    let mut reasons = Vec::new();
    let dropped = running
        .until(|item| match item {
            Inbound::NotSent { reason, .. } => {
                reasons.push(reason);
                None
            }
            Inbound::Dropped { count, .. } => Some(count),
            _ => None,
        })
        .await;
    assert!((1..10).contains(&dropped), "{dropped}");
    assert!(reasons[0].contains("only reads"), "{reasons:?}");
    running.message().await;
    running.stop().await;
}
