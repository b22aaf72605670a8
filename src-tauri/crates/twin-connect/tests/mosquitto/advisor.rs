//! What a filter would bring.

use std::time::Duration;

use twin_connect::{DownKind, Protocol, Qos, Sampling, sample_filter};

use crate::support::{Broker, PATIENCE, PROTOCOLS, Peer, at_least_once, program, publisher};

const WHILE: Sampling = Sampling {
    duration: Duration::from_secs(2),
    max_messages: 1_000_000,
    everything: false,
};

/// Leaves a retained message.
fn keep(broker: &Broker, topic: &str, text: &str) {
    let port = broker.port.to_string();
    let done = std::process::Command::new(program("mosquitto_pub"))
        .args(["-p", &port, "-r", "-q", "1", "-t", topic, "-m", text])
        .status()
        .unwrap();
    assert!(done.success());
}

async fn chatter(publisher: &Peer) {
    // Not before the filter is there: what is sent earlier is not heard.
    tokio::time::sleep(Duration::from_millis(700)).await;
    for number in 0..60 {
        let topic = format!(
            "plant/{}/t{}",
            if number < 20 { "a" } else { "b" },
            number % 5
        );
        publisher.publish(&topic, "12345", Qos::AtLeastOnce).await;
    }
    publisher.publish("office/x", "y", Qos::AtLeastOnce).await;
}

#[tokio::test]
async fn a_filter_is_weighed_by_what_it_brings() {
    let broker = Broker::open().await;
    let publisher = publisher(&broker).await;
    for (topic, text) in [
        ("plant/a/name", "press"),
        ("plant/c/name", "oven"),
        ("office/n", "x"),
    ] {
        keep(&broker, topic, text);
    }
    for protocol in PROTOCOLS {
        let spec = broker.spec(protocol, "desk");
        let (sample, ()) = tokio::join!(sample_filter(spec, "plant/#", WHILE), chatter(&publisher));
        let sample = sample.unwrap();
        assert_eq!(
            (sample.messages, sample.retained, sample.topics),
            (60, 2, 12)
        );
        assert_eq!(sample.bytes, 60 * (10 + 5));
        assert_eq!(sample.retained_bytes, 24 + 9);
        assert_eq!(sample.largest_payload, 5);
        assert!(!sample.capped && !sample.topics_capped && sample.elsewhere == 0);
        assert!((2.0..4.0).contains(&sample.seconds), "{sample:?}");
        let expected = 60.0 / sample.seconds;
        assert!((sample.messages_per_s - expected).abs() < 1e-6);
        let branches: Vec<_> = sample
            .branches
            .iter()
            .map(|branch| (branch.name.as_str(), branch.topics, branch.messages))
            .collect();
        assert_eq!(
            branches,
            [("plant/b", 5, 40), ("plant/a", 6, 21), ("plant/c", 1, 1)]
        );
    }
}

#[tokio::test]
async fn everything_is_only_listened_to_when_that_is_meant() {
    let broker = Broker::open().await;
    for topic in ["a/x", "b/x", "c/x"] {
        keep(&broker, topic, "1");
    }
    for protocol in PROTOCOLS {
        let spec = broker.spec(protocol, "desk");
        for filter in ["#", "+/#", "+", "+/+"] {
            let reason = sample_filter(spec.clone(), filter, WHILE)
                .await
                .unwrap_err();
            assert_eq!(reason.kind, DownKind::SubscriptionRefused);
            assert!(reason.message.contains("everything"), "{reason:?}");
        }
        let meant = Sampling {
            everything: true,
            max_messages: 2,
            ..WHILE
        };
        let sample = sample_filter(spec, "#", meant).await.unwrap();
        assert!(
            sample.capped && sample.retained == 2 && sample.seconds < 2.0,
            "{sample:?}"
        );
    }
    assert!(!broker.log().contains("desk 0 +"), "{}", broker.log());
}

#[tokio::test]
async fn what_cannot_be_listened_to_is_said() {
    let broker = crate::link::strict_broker().await;
    let spec = broker.spec(Protocol::Mqtt5, "desk");
    let reason = sample_filter(spec.clone(), "office/#", WHILE)
        .await
        .unwrap_err();
    assert_eq!(reason.kind, DownKind::SubscriptionRefused, "{reason:?}");
    assert!(reason.message.contains("not authorised"), "{reason:?}");
    for (filter, word) in [("$share/g/plant/#", "group"), ("plant/#/x", "topic filter")] {
        let reason = sample_filter(spec.clone(), filter, WHILE)
            .await
            .unwrap_err();
        assert!(reason.message.contains(word), "{reason:?}");
    }
    let mut nowhere = spec;
    nowhere.port = crate::support::free_port();
    let reason = sample_filter(nowhere, "plant/#", WHILE).await.unwrap_err();
    assert_eq!(reason.kind, DownKind::Refused, "{reason:?}");
}

#[tokio::test]
async fn a_running_connection_does_not_notice() {
    let broker = Broker::open().await;
    let mut spec = broker.spec(Protocol::Mqtt5, "desk");
    spec.session = twin_connect::Session::Persistent { expiry: PATIENCE };
    spec.subscriptions = vec![at_least_once("plant/#")];
    let mut peer = Peer::start(spec.clone());
    peer.up().await;
    let short = Sampling {
        duration: Duration::from_millis(300),
        ..WHILE
    };
    sample_filter(spec, "plant/#", short).await.unwrap();
    peer.publish("plant/x", "still here", Qos::AtLeastOnce)
        .await;
    assert_eq!(peer.mail().await.text, "still here");
}
