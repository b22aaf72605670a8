//! A broker's session that comes and goes: what waits on this side, and what was left to the broker.

use std::time::Duration;

use tokio::{sync::mpsc, time::sleep};
use twin_connect::{
    Command, ConnectionSpec, Greeting, Inbound, Limits, Protocol, Qos, Session, Will,
};

use crate::script::{Client, Desk, PROTOCOLS, broker, heard, publish, spec, suback};

/// Messages of this side that may be unacknowledged at once.
const OUTGOING: usize = 64;
/// Long enough for this side to take in what was sent.
const MOMENT: Duration = Duration::from_millis(300);

fn persistent(port: u16, protocol: Protocol, max_held: usize) -> ConnectionSpec {
    ConnectionSpec {
        session: Session::Persistent {
            expiry: Duration::from_secs(60),
        },
        limits: Limits {
            max_held,
            ..Limits::default()
        },
        ..spec(port, protocol)
    }
}

/// Accepts a client, with the session that it had or with a new one.
async fn accept(client: &mut Client, is_present: bool) {
    let flags = u8::from(is_present);
    match client.protocol {
        Protocol::Mqtt5 => client.send(&[0x20, 3, flags, 0, 0]).await,
        Protocol::Mqtt311 => client.send(&[0x20, 2, flags, 0]).await,
    }
    let (_, body) = client.packet().await.unwrap();
    let suback = suback(client.protocol, [body[0], body[1]], &[1]);
    client.send(&suback).await;
}

/// Three links, each with one message under the same packet id; the session is that of the second.
#[tokio::test]
async fn what_waits_from_a_session_that_is_gone_is_kept_and_its_acknowledgement_goes_nowhere() {
    for protocol in PROTOCOLS {
        let (told, mut said) = mpsc::channel(100);
        let broker = broker(protocol, move |mut client| {
            let told = told.clone();
            async move {
                let is_present = client.number >= 2;
                accept(&mut client, is_present).await;
                let text: &[u8] = if client.number == 0 { b"old" } else { b"new" };
                let mut message = publish(protocol, "plant/x", Some(7), text);
                message[0] |= if client.number == 2 { 8 } else { 0 };
                client.send(&message).await;
                if client.number < 2 {
                    return sleep(MOMENT).await;
                }
                told.send(0).await.unwrap();
                while let Some((first, _)) = client.packet().await {
                    told.send(first).await.unwrap();
                }
            }
        })
        .await;
        // One entry fits, which is the state of the link: everything else waits.
        let mut desk = Desk::with_room(persistent(broker.port, protocol, 1 << 20), 1);
        assert_eq!(heard(&mut said).await, 0, "the third link");
        sleep(MOMENT).await;
        let mut came = Vec::new();
        while came.len() < 2 {
            if let Inbound::Message { payload, ack, .. } = desk.next().await.unwrap() {
                came.push((payload, ack.unwrap()));
            }
        }
        let (new, old) = (came.pop().unwrap(), came.pop().unwrap());
        assert_eq!(
            (&old.0[..], &new.0[..]),
            (&b"old"[..], &b"new"[..]),
            "{protocol}"
        );
        desk.ask(Command::Ack(old.1)).await;
        sleep(MOMENT).await;
        assert!(
            said.try_recv().is_err(),
            "an acknowledgement of another's id"
        );
        desk.ask(Command::Ack(new.1)).await;
        assert_eq!(heard(&mut said).await, 0x40, "{protocol}");
    }
}

/// More than what is held: it is left to the broker, which forgets it.
#[tokio::test]
async fn what_was_left_to_a_broker_that_forgets_its_session_is_counted() {
    for protocol in PROTOCOLS {
        let broker = broker(protocol, move |mut client| async move {
            accept(&mut client, false).await;
            if client.number == 0 {
                for id in 1..=3 {
                    let message = publish(protocol, "plant/x", Some(id), b"1");
                    client.send(&message).await;
                }
                return sleep(MOMENT).await;
            }
            client.stay().await;
        })
        .await;
        let mut desk = Desk::with_room(persistent(broker.port, protocol, 1), 1);
        sleep(MOMENT * 3).await;
        assert_eq!(desk.all(3).await.dropped, 3, "{protocol}");
    }
}

/// A second link in the same session brings `again` of them before it ends too; on the third one the session is gone.
async fn lost_one_link_later(
    protocol: Protocol,
    (max_held, again): (usize, u16),
    expected: (usize, u64),
) {
    let broker = broker(protocol, move |mut client| async move {
        let number = client.number;
        accept(&mut client, number == 1).await;
        let ids = match number {
            0 => 1..=3,
            1 => 1..=again,
            _ => return client.stay().await,
        };
        for id in ids {
            let mut message = publish(protocol, "plant/x", Some(id), b"1");
            message[0] |= if number == 1 { 8 } else { 0 };
            client.send(&message).await;
        }
        sleep(MOMENT).await;
    })
    .await;
    let mut desk = Desk::with_room(persistent(broker.port, protocol, max_held), 1);
    sleep(MOMENT * 5).await;
    let all = expected.0 as u64 + expected.1;
    let came = desk.all(all).await;
    let case = format!("{protocol}, {max_held}, {again}: {came:?}");
    assert_eq!((came.messages.len(), came.dropped), expected, "{case}");
}

/// That the broker has the session is no proof that the messages come.
#[tokio::test]
async fn what_a_broker_still_owes_when_it_forgets_its_session_later_is_counted() {
    for protocol in PROTOCOLS {
        // Left to the broker, which brings none of them.
        lost_one_link_later(protocol, (1, 0), (0, 3)).await;
        // Held here, and forgotten because they come again: the last one does not.
        lost_one_link_later(protocol, (1 << 20, 0), (0, 3)).await;
        lost_one_link_later(protocol, (1 << 20, 2), (2, 1)).await;
    }
}

/// A broker that grants no expiry keeps nothing over the end of the link: it is of no use to leave anything to it.
#[tokio::test]
async fn nothing_is_left_to_a_broker_that_keeps_no_session() {
    let broker = broker(Protocol::Mqtt5, |mut client| async move {
        // A session expiry interval of 0 (MQTT 5, 3.2.2.3.2).
        client.send(&[0x20, 8, 0, 0, 5, 0x11, 0, 0, 0, 0]).await;
        let (_, body) = client.packet().await.unwrap();
        client
            .send(&suback(Protocol::Mqtt5, [body[0], body[1]], &[1]))
            .await;
        for id in 1..=3 {
            let message = publish(Protocol::Mqtt5, "plant/x", Some(id), b"1");
            client.send(&message).await;
        }
        client.stay().await;
    })
    .await;
    let mut desk = Desk::with_room(persistent(broker.port, Protocol::Mqtt5, 1), 1);
    sleep(MOMENT).await;
    desk.ask(Command::Stop).await;
    assert_eq!(desk.all(3).await.dropped, 3);
}

fn host(spec: ConnectionSpec) -> ConnectionSpec {
    ConnectionSpec {
        greetings: vec![Greeting {
            topic: "STATE".into(),
            payload: bytes::Bytes::from_static(b"online").into(),
            qos: Qos::AtMostOnce,
            retain: true,
        }],
        will: Some(Will {
            topic: "STATE".into(),
            payload: bytes::Bytes::from_static(b"offline").into(),
            qos: Qos::AtMostOnce,
            retain: true,
        }),
        ..spec
    }
}

/// A goodbye makes the broker forget the will, also that to a link that only ends so that another one can fetch the rest.
#[tokio::test]
async fn a_link_that_ends_to_fetch_what_was_left_says_its_last_words() {
    for protocol in PROTOCOLS {
        let (told, mut said) = mpsc::channel(100);
        let broker = broker(protocol, move |mut client| {
            let told = told.clone();
            async move {
                let is_present = client.number >= 1;
                accept(&mut client, is_present).await;
                let message = publish(protocol, "plant/x", Some(1), b"1");
                client.send(&message).await;
                while let Some((first, body)) = client.packet().await {
                    told.send((client.number, first, body)).await.unwrap();
                }
            }
        })
        .await;
        let spec = host(persistent(broker.port, protocol, 1));
        let mut desk = Desk::with_room(spec, 1);
        sleep(MOMENT).await;
        tokio::spawn(async move { while desk.inbox.recv().await.is_some() {} });
        let mut words = Vec::new();
        while words.last() != Some(&(1, "online")) {
            let (number, first, body) = heard(&mut said).await;
            let text = match first {
                0x31 if body.ends_with(b"online") => "online",
                0x31 if body.ends_with(b"offline") => "offline",
                0xe0 => "goodbye",
                _ => continue,
            };
            words.push((number, text));
        }
        let expected = [(0, "online"), (0, "offline"), (0, "goodbye"), (1, "online")];
        assert_eq!(words, expected, "{protocol}");
    }
}

/// As many messages of this side are under way as may be: its last words must wait. A goodbye in front of them would make the
/// broker forget the will, and nobody would hear that this side is gone.
#[tokio::test]
async fn a_goodbye_waits_for_the_last_words() {
    for (protocol, answers) in PROTOCOLS
        .into_iter()
        .flat_map(|some| [(some, true), (some, false)])
    {
        let (told, mut said) = mpsc::channel(100);
        let broker = broker(protocol, move |mut client| {
            let told = told.clone();
            async move {
                accept(&mut client, false).await;
                let mut ids = Vec::new();
                while ids.len() < OUTGOING {
                    let (first, body) = client.packet().await.unwrap();
                    if first == 0x32 {
                        let topic = usize::from(body[1]);
                        ids.extend_from_slice(&[[body[2 + topic], body[3 + topic]]]);
                    }
                }
                told.send("busy").await.unwrap();
                sleep(MOMENT).await;
                if answers {
                    for id in ids {
                        client.send(&[0x40, 2, id[0], id[1]]).await;
                    }
                }
                while let Some((first, body)) = client.packet().await {
                    let word = match first {
                        0x33 if body.windows(7).any(|some| some == b"offline") => "offline",
                        0xe0 => "goodbye",
                        _ => continue,
                    };
                    told.send(word).await.unwrap();
                    let topic = usize::from(body.get(1).copied().unwrap_or(0));
                    if let Some(id) = body.get(2 + topic..4 + topic) {
                        client.send(&[0x40, 2, id[0], id[1]]).await;
                    }
                }
                told.send("end").await.unwrap();
            }
        })
        .await;
        let mut spec = host(persistent(broker.port, protocol, 1 << 20));
        spec.will.as_mut().unwrap().qos = Qos::AtLeastOnce;
        let mut desk = Desk::start(spec);
        desk.up().await;
        for _ in 0..OUTGOING {
            desk.ask(Command::Publish {
                topic: "plant/x".into(),
                payload: "1".into(),
                qos: Qos::AtLeastOnce,
                retain: false,
            })
            .await;
        }
        assert_eq!(heard(&mut said).await, "busy");
        desk.ask(Command::Stop).await;
        let mut words = Vec::new();
        while words.last() != Some(&"end") {
            words.push(heard(&mut said).await);
        }
        let expected: &[&str] = if answers {
            &["offline", "goodbye", "end"]
        } else {
            // The broker says them.
            &["end"]
        };
        assert_eq!(words, expected, "{protocol}");
    }
}
