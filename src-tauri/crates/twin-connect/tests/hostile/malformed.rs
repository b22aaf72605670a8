//! Packets that are wrong: each ends the link with a reason in words, and the next attempt follows. Messages whose texts are
//! none do not: see `unread`.

use twin_connect::{DownKind, Protocol};

use crate::script::{Desk, PROTOCOLS, broker, connack, packet, publish, spec, suback};

type Case = (&'static str, Vec<u8>);

/// What is sent once the link is up.
fn wrong(protocol: Protocol) -> Vec<Case> {
    let mut all = messages(protocol);
    all.extend(others(protocol));
    if protocol == Protocol::Mqtt5 {
        all.extend(properties());
    }
    all
}

/// Wrong in both versions.
fn messages(protocol: Protocol) -> Vec<Case> {
    vec![
        (
            "a length without end",
            vec![0x30, 0xff, 0xff, 0xff, 0xff, 1],
        ),
        ("QoS 3", packet(0x36, b"\0\x01a\0\x07\0x")),
        ("packet id 0", publish(protocol, "a", Some(0), b"x")),
        (
            "a topic longer than its packet",
            packet(0x30, b"\x7f\xffa\0x"),
        ),
        ("no topic", packet(0x30, b"")),
    ]
}

/// What no broker may send, and answers to what was never asked.
fn others(protocol: Protocol) -> Vec<Case> {
    let mut unsuback = suback(protocol, [0, 99], &[0]);
    unsuback[0] = 0xb0;
    vec![
        ("a packet of type 0", packet(0x00, b"")),
        (
            "a CONNECT",
            packet(0x10, b"\0\x04MQTT\x04\x02\0\x0a\0\x01a"),
        ),
        ("a SUBSCRIBE", packet(0x82, b"\0\x01\0\x01a\0")),
        ("a PINGREQ", packet(0xc0, b"")),
        ("a second CONNACK", connack(protocol).to_vec()),
        ("a PUBACK", packet(0x40, &[0, 9])),
        ("a PUBREC", packet(0x50, &[0, 9])),
        ("a PUBCOMP", packet(0x70, &[0, 9])),
        ("a SUBACK", suback(protocol, [0, 99], &[0])),
        ("an UNSUBACK", unsuback),
        ("a PUBACK without an id", packet(0x40, b"")),
    ]
}

/// Wrong in MQTT 5.
fn properties() -> Vec<Case> {
    let message = |body: &[u8]| packet(0x30, &[b"\0\x01a", body].concat());
    vec![
        (
            "a topic alias, though none was allowed",
            message(b"\x03\x23\0\x01x"),
        ),
        (
            "an alias without a topic",
            packet(0x30, b"\0\0\x03\x23\0\x01x"),
        ),
        ("properties longer than their packet", message(b"\x7f\x26")),
        ("a length of properties without end", message(b"\x80")),
        ("a reason that does not exist", packet(0xe0, b"\x03\0")),
        ("an AUTH", packet(0xf0, b"\x18\0")),
    ]
}

#[tokio::test]
async fn each_malformed_packet_is_a_reason_and_the_link_comes_back() {
    for protocol in PROTOCOLS {
        for (what, bad) in wrong(protocol) {
            let good = publish(protocol, "plant/x", None, b"before");
            // A message that cannot be read is lost as well, if it has an end.
            let messages = 1 + u64::from(bad[0] >> 4 == 3 && bad[1] != 0xff);
            let broker = broker(protocol, move |mut client| {
                let all = [&good[..], &bad].concat();
                async move {
                    client.welcome().await;
                    client.send(&all).await;
                    client.stay().await;
                }
            })
            .await;
            let mut desk = Desk::start(spec(broker.port, protocol));
            for _ in 0..2 {
                let (came, reason) = desk.down().await;
                let case = format!("{protocol}, {what}: {reason:?}");
                assert_eq!(reason.kind, DownKind::Protocol, "{case}");
                assert!(reason.message.contains("not correct MQTT"), "{case}");
                assert!(!reason.advice.is_empty(), "{case}");
                let seen = came.messages.len() as u64 + came.dropped;
                assert_eq!(seen, messages, "{case}: {came:?}");
            }
        }
    }
}

/// A broker that keeps it sends it on every link: the reason says each time which one it is, and where to remove it.
#[tokio::test]
async fn a_message_that_can_never_be_acknowledged_is_named_each_time() {
    for protocol in PROTOCOLS {
        let broker = broker(protocol, move |mut client| async move {
            client.welcome().await;
            let bad = publish(protocol, "plant/poison", Some(0), b"x");
            client.send(&bad).await;
            // MQTT 3.1.1 has no words for it.
            let goodbye = client.packet().await;
            let is_5 = protocol == Protocol::Mqtt5;
            assert_eq!(goodbye, is_5.then(|| (0xe0, vec![0x81])));
        })
        .await;
        let mut desk = Desk::start(spec(broker.port, protocol));
        for _ in 0..3 {
            let (came, reason) = desk.down().await;
            assert_eq!(reason.kind, DownKind::Protocol);
            assert!(reason.message.contains("\"plant/poison\""), "{reason}");
            assert!(reason.advice.contains("remove it at the broker"));
            assert_eq!(came.dropped, 1, "{came:?}");
        }
    }
}

#[tokio::test]
async fn a_wrong_answer_to_the_connect_is_a_reason() {
    for protocol in PROTOCOLS {
        let is_5 = protocol == Protocol::Mqtt5;
        let wrong: [(&str, Vec<u8>, DownKind); 5] = [
            (
                "a PUBLISH",
                publish(protocol, "a", None, b"x"),
                DownKind::Protocol,
            ),
            ("a PINGRESP", vec![0xd0, 0], DownKind::Protocol),
            ("a CONNACK cut short", vec![0x20, 1, 0], DownKind::Protocol),
            (
                "a CONNACK with an unknown code",
                if is_5 {
                    vec![0x20, 3, 0, 0x42, 0]
                } else {
                    vec![0x20, 2, 0, 0x42]
                },
                DownKind::Protocol,
            ),
            (
                "a session that cannot be",
                if is_5 {
                    vec![0x20, 3, 1, 0, 0]
                } else {
                    vec![0x20, 2, 1, 0]
                },
                DownKind::Protocol,
            ),
        ];
        for (what, answer, kind) in wrong {
            let broker = broker(protocol, move |mut client| {
                let answer = answer.clone();
                async move {
                    client.send(&answer).await;
                    client.stay().await;
                }
            })
            .await;
            let mut desk = Desk::start(spec(broker.port, protocol));
            for _ in 0..2 {
                let (_, reason) = desk.down().await;
                assert_eq!(reason.kind, kind, "{protocol}, {what}: {reason:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_suback_with_too_many_or_too_few_answers_is_a_reason() {
    for protocol in PROTOCOLS {
        for codes in [&[][..], &[1, 1]] {
            let broker = broker(protocol, move |mut client| async move {
                client.send(connack(protocol)).await;
                let Some((_, body)) = client.packet().await else {
                    return;
                };
                client
                    .send(&suback(protocol, [body[0], body[1]], codes))
                    .await;
                client.stay().await;
            })
            .await;
            let mut desk = Desk::start(spec(broker.port, protocol));
            for _ in 0..2 {
                let (_, reason) = desk.down().await;
                assert_eq!(reason.kind, DownKind::Protocol, "{codes:?}: {reason:?}");
            }
        }
    }
}

/// Of anything but a message, which would be thrown away as it comes.
#[tokio::test]
async fn a_header_of_256_mb_is_refused() {
    for protocol in PROTOCOLS {
        let broker = broker(protocol, |mut client| async move {
            client.welcome().await;
            client.send(&[0x90, 0xff, 0xff, 0xff, 0x7f]).await;
            client.stay().await;
        })
        .await;
        let mut desk = Desk::start(spec(broker.port, protocol));
        for _ in 0..2 {
            let (_, reason) = desk.down().await;
            assert_eq!(reason.kind, DownKind::TooLarge, "{reason:?}");
            assert!(reason.message.contains("268435"), "{reason}");
        }
    }
}
