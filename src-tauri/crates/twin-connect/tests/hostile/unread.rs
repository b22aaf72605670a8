//! Messages beyond all limits, and such whose texts are none: each is told and acknowledged, and those around it arrive on the same link.

use std::time::Duration;

use tokio::{sync::mpsc, time::sleep};
use twin_connect::{Command, ConnectionSpec, DownKind, Inbound, Limits, Protocol, Session};

use crate::script::{Broker, Client, Desk, PROTOCOLS, broker, down, heard, packet, publish, spec};

/// With a payload limit of 10,000 bytes packets of 160,000 are read.
const PAYLOAD: usize = 200_000;

fn persistent(port: u16, protocol: Protocol) -> ConnectionSpec {
    ConnectionSpec {
        session: Session::Persistent {
            expiry: Duration::from_secs(60),
        },
        limits: Limits {
            max_payload: 10_000,
            ..Limits::default()
        },
        ..spec(port, protocol)
    }
}

/// A message of this quality with more than 64 KiB of user properties, and a payload of two bytes.
fn with_properties(id: u16, qos: u8) -> Vec<u8> {
    let property = [&b"\x26\0\x01n\x03\xe8"[..], &[b'v'; 1_000]].concat();
    let properties = property.repeat(70);
    let length = packet(0, &properties);
    let id = if qos > 0 { &id.to_be_bytes()[..] } else { &[] };
    let body = [b"\0\x05large", id, &length[1..], b"21"].concat();
    packet(0x30 | qos << 1, &body)
}

fn too_large(protocol: Protocol, id: u16, qos: u8) -> Vec<u8> {
    let payload = vec![b'x'; PAYLOAD];
    let id = (qos > 0).then_some(id);
    let mut large = publish(protocol, "large", id, &payload);
    large[0] = 0x30 | qos << 1;
    large
}

/// Sends everything to each client in these pieces, and tells what each of them says.
async fn telling(
    protocol: Protocol,
    all: Vec<u8>,
    piece: usize,
) -> (Broker, mpsc::Receiver<(usize, u8, Vec<u8>)>) {
    let (told, said) = mpsc::channel(100);
    let broker = broker(protocol, move |mut client: Client| {
        let (all, told) = (all.clone(), told.clone());
        async move {
            client.welcome().await;
            for piece in all.chunks(piece) {
                client.send(piece).await;
                if all.len() / piece.len() < 100 {
                    sleep(Duration::from_millis(1)).await;
                }
            }
            while let Some((first, body)) = client.packet().await {
                if first == 0x50 {
                    client.send(&packet(0x62, &body[..2])).await;
                }
                told.send((client.number, first, body)).await.unwrap();
            }
        }
    })
    .await;
    (broker, said)
}

/// Takes and acknowledges what comes up to the last message; gives what was told of the unreadable one.
async fn acknowledge_all(desk: &mut Desk) -> (Vec<String>, String, usize) {
    let (mut topics, mut told, mut excerpt_size) = (Vec::new(), String::new(), 0);
    while topics.last().is_none_or(|topic| topic != "last") {
        let handle = match desk.next().await.unwrap() {
            Inbound::Message { topic, ack, .. } => {
                topics.push(topic.into());
                ack
            }
            Inbound::Unreadable {
                topic,
                detail,
                excerpt,
                ack,
                ..
            } => {
                topics.push(topic);
                (told, excerpt_size) = (detail, excerpt.len());
                ack
            }
            Inbound::Dropped { count, .. } => panic!("{count} dropped"),
            other => match down(&other) {
                Some(reason) => panic!("{reason}"),
                None => continue,
            },
        };
        if let Some(handle) = handle {
            desk.ask(Command::Ack(handle)).await;
        }
    }
    (topics, told, excerpt_size)
}

/// Waits until all messages are acknowledged on the first link, the second one according to its quality.
async fn answered(said: &mut mpsc::Receiver<(usize, u8, Vec<u8>)>, qos: u8, case: &str) {
    let expected: &[(u8, u8)] = match qos {
        0 => &[(0x40, 7), (0x40, 9)],
        1 => &[(0x40, 7), (0x40, 8), (0x40, 9)],
        // That of QoS 2 leaves on a way of its own.
        _ => &[(0x40, 7), (0x40, 9), (0x50, 8), (0x70, 8)],
    };
    let mut answers = Vec::new();
    while answers.len() < expected.len() {
        let (number, first, body) = heard(said).await;
        assert_eq!(number, 0, "{case}: the first link");
        answers.push((first, body[1]));
    }
    answers.sort_unstable();
    assert_eq!(answers, expected, "{case}");
}

#[tokio::test]
async fn what_is_too_much_to_read_is_told_and_acknowledged_and_the_link_holds() {
    for protocol in PROTOCOLS {
        for qos in 0..=2 {
            let mut cases = vec![(too_large(protocol, 8, qos), "larger than the", 4_096)];
            if protocol == Protocol::Mqtt5 {
                cases.push((with_properties(8, qos), "bytes of properties", 2));
            }
            for ((large, what, excerpt), piece) in cases
                .into_iter()
                .flat_map(|case| [(case.clone(), 7_000), (case, 1 << 20)])
            {
                let first = publish(protocol, "first", Some(7), b"1");
                let last = publish(protocol, "last", Some(9), b"2");
                let all = [first, large, last].concat();
                let (broker, mut said) = telling(protocol, all, piece).await;
                let mut desk = Desk::start(persistent(broker.port, protocol));
                let case = format!("{protocol}, QoS {qos}, {what}, {piece}");
                let (topics, told, size) = acknowledge_all(&mut desk).await;
                assert_eq!(topics, ["first", "large", "last"], "{case}");
                assert!(
                    told.contains(what) && size == excerpt,
                    "{case}: {told}, {size}"
                );
                answered(&mut said, qos, &case).await;
            }
        }
    }
}

/// Of this quality, with this topic and these properties (MQTT 5), and a payload of two bytes.
fn with_texts(protocol: Protocol, qos: u8, topic: &[u8], properties: &[u8]) -> Vec<u8> {
    let mut body = u16::try_from(topic.len()).unwrap().to_be_bytes().to_vec();
    body.extend(topic);
    body.extend(if qos > 0 { &[0, 8][..] } else { &[] });
    if protocol == Protocol::Mqtt5 {
        body.push(u8::try_from(properties.len()).unwrap());
        body.extend(properties);
    }
    body.extend(b"21");
    packet(0x30 | qos << 1, &body)
}

/// A message that is wrong, what is told of it, and the topic that it is told under.
type Case = (Vec<u8>, &'static str, &'static str);

/// Messages with texts that are none (MQTT 5, 1.5.4 and 4.7).
fn no_texts(protocol: Protocol, qos: u8) -> Vec<Case> {
    let topics: [(&[u8], _, _); 6] = [
        (
            b"a/\xff\xfe",
            r#"topic is not valid UTF-8: "a/\xff\xfe""#,
            "a/\u{fffd}\u{fffd}",
        ),
        (
            b"\xed\xa0\x80",
            "topic is not valid UTF-8",
            "\u{fffd}\u{fffd}\u{fffd}",
        ),
        (b"a\0b", "topic has the character U+0000", "a\u{fffd}b"),
        (b"a/#", "topic has a wildcard", "a/#"),
        (b"+/a", "topic has a wildcard", "+/a"),
        (b"", "topic is empty", ""),
    ];
    let properties: [(&[u8], _); 6] = [
        (b"\x03\0\x02\xc3\x28", "content type is not valid UTF-8"),
        (b"\x08\0\x01\0", "response topic has the character U+0000"),
        (b"\x26\0\x01\xff\0\x01v", "user property is not valid UTF-8"),
        (b"\x26\0\x01n\0\x09", "property 0x26 is longer"),
        (b"\x7e\x01", "property 0x7e, which no message may have"),
        (
            b"\x11\0\0\0\x01",
            "property 0x11, which no message may have",
        ),
    ];
    let mut all: Vec<_> = topics
        .map(|(topic, why, told)| (with_texts(protocol, qos, topic, b""), why, told))
        .into();
    if protocol == Protocol::Mqtt5 {
        all.extend(properties.map(|(some, why)| (with_texts(protocol, qos, b"a", some), why, "a")));
    }
    if qos == 0 {
        let mut repeat = with_texts(protocol, qos, b"a", b"");
        repeat[0] |= 8;
        all.push((repeat, "marked as delivered before", "a"));
    }
    all
}

/// Retained, it would come at each new subscription; with a session, on each new link.
#[tokio::test]
async fn what_is_no_text_is_told_and_acknowledged_and_the_link_holds() {
    for protocol in PROTOCOLS {
        for qos in 0..=2 {
            for (bad, why, topic) in no_texts(protocol, qos) {
                for piece in [3, 1 << 20] {
                    let first = publish(protocol, "first", Some(7), b"1");
                    let last = publish(protocol, "last", Some(9), b"2");
                    let all = [&first[..], &bad, &last].concat();
                    let (broker, mut said) = telling(protocol, all, piece).await;
                    let mut desk = Desk::start(persistent(broker.port, protocol));
                    let case = format!("{protocol}, QoS {qos}, {why}, {piece}");
                    let (topics, told, size) = acknowledge_all(&mut desk).await;
                    assert_eq!(topics, ["first", topic, "last"], "{case}");
                    assert!(told.contains(why) && size == 2, "{case}: {told}, {size}");
                    answered(&mut said, qos, &case).await;
                }
            }
        }
    }
}

/// What cannot be told to be a message ends the link, as before.
#[tokio::test]
async fn what_is_malformed_besides_being_too_large_ends_the_link() {
    for protocol in PROTOCOLS {
        // QoS 3, and an answer that was never asked for.
        let cases = [
            packet(0x36, &vec![b'x'; PAYLOAD]),
            packet(0x90, &vec![0; PAYLOAD]),
        ];
        for bad in cases {
            let (broker, _said) = telling(protocol, bad, 1 << 20).await;
            let mut desk = Desk::start(persistent(broker.port, protocol));
            let (_, reason) = desk.down().await;
            assert_eq!(reason.kind, DownKind::TooLarge, "{reason:?}");
            assert!(!reason.advice.is_empty());
        }
    }
}
