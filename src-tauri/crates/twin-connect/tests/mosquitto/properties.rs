//! What a message of MQTT 5 says about itself.

use std::{process::Command as Process, time::Duration};

use twin_connect::{Command, ConnectionSpec, Inbound, Properties, Protocol, Session};

use crate::support::{Broker, PROTOCOLS, Peer, at_least_once, program};

/// Publishes by mosquitto's own client.
fn publish(broker: &Broker, properties: &[[&str; 3]]) {
    let mut client = Process::new(program("mosquitto_pub"));
    client.args(["-V", "mqttv5", "-q", "1", "-t", "plant/x", "-m", "1", "-p"]);
    client.arg(broker.port.to_string());
    for [name, key, value] in properties {
        client.args(["-D", "PUBLISH", name]);
        client.args([*key, *value].iter().filter(|text| !text.is_empty()));
    }
    assert!(client.status().unwrap().success());
}

async fn received(peer: &mut Peer) -> Option<Properties> {
    loop {
        if let Inbound::Message { properties, .. } = peer.next().await {
            return properties.map(|some| *some);
        }
    }
}

#[tokio::test]
async fn content_type_and_user_properties_arrive() {
    let broker = Broker::open().await;
    for protocol in PROTOCOLS {
        let mut peer = Peer::start(ConnectionSpec {
            subscriptions: vec![at_least_once("plant/#")],
            ..broker.spec(protocol, "reader")
        });
        peer.up().await;
        let is_5 = protocol == Protocol::Mqtt5;
        publish(&broker, &[]);
        assert_eq!(received(&mut peer).await, None);
        publish(
            &broker,
            &[
                ["content-type", "application/cloudevents+json", ""],
                ["user-property", "line", "<b>7</b>"],
                ["user-property", "line", "8"],
            ],
        );
        let pair = |value: &str| ("line".to_owned(), value.to_owned());
        let expected = Properties {
            content_type: Some("application/cloudevents+json".into()),
            user: vec![pair("<b>7</b>"), pair("8")],
            left_out: 0,
        };
        assert_eq!(received(&mut peer).await, is_5.then_some(expected));
        publish(&broker, &[["user-property", "n", "1"]; 40]);
        let many = received(&mut peer).await;
        let counts = many.map(|some| (some.content_type, some.user.len(), some.left_out));
        assert_eq!(counts, is_5.then_some((None, 32, 8)));
        peer.stop().await;
    }
}

/// A real broker would deliver it again on every link.
#[tokio::test]
async fn more_properties_than_are_read_are_told_and_never_come_again() {
    let broker = Broker::open().await;
    let spec = ConnectionSpec {
        session: Session::Persistent {
            expiry: Duration::from_secs(3_600),
        },
        subscriptions: vec![at_least_once("plant/#")],
        ..broker.spec(Protocol::Mqtt5, "reader")
    };
    let mut peer = Peer::start(spec.clone());
    peer.up().await;
    let value = "v".repeat(40_000);
    publish(&broker, &[["user-property", "n", &value]; 2]);
    publish(&broker, &[]);
    match peer.next().await {
        Inbound::Unreadable {
            topic,
            detail,
            excerpt,
            size,
            ack,
            ..
        } => {
            assert_eq!((topic.as_str(), &excerpt[..]), ("plant/x", &b"1"[..]));
            assert_eq!(size, 1);
            assert!(detail.contains("bytes of properties"), "{detail}");
            peer.ask(Command::Ack(ack.unwrap())).await;
        }
        other => panic!("{other:?}"),
    }
    let mail = peer.mail().await;
    assert!(!mail.dup, "on the same link");
    peer.ack(mail).await;
    peer.stop().await;
    let mut peer = Peer::start(spec);
    assert!(peer.up().await);
    publish(&broker, &[]);
    assert!(!peer.mail().await.dup);
    peer.stop().await;
}
