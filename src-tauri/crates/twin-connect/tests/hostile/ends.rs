//! Links that end in the middle of a flood: what came is handed on or counted, and the reason is the broker's.

use std::time::Duration;

use tokio::time::sleep;
use twin_connect::{Command, DownKind, Protocol};

use crate::script::{Client, Desk, PROTOCOLS, broker, publish, spec};

const COUNT: u64 = 300;

fn flood(client: &Client, qos_1: bool) -> Vec<u8> {
    let packet = |number: u64| {
        let id = u16::try_from(number + 1).ok().filter(|_| qos_1);
        publish(
            client.protocol,
            "plant/x",
            id,
            number.to_string().as_bytes(),
        )
    };
    (0..COUNT).flat_map(packet).collect()
}

/// How a script ends a link.
#[derive(Clone, Copy, Debug, PartialEq)]
enum End {
    Close,
    Reset,
    Goodbye,
    Malformed,
}

#[tokio::test]
async fn what_comes_with_the_end_is_handed_on_or_counted() {
    for protocol in PROTOCOLS {
        for end in [End::Close, End::Reset, End::Goodbye, End::Malformed] {
            for qos_1 in [false, true] {
                let broker = broker(protocol, move |mut client| async move {
                    client.welcome().await;
                    let mut all = flood(&client, qos_1);
                    match end {
                        End::Close | End::Reset => {}
                        End::Goodbye => all.extend([0xe0, 2, 0x8b, 0]),
                        // A topic longer than its packet.
                        End::Malformed => all.extend([0x30, 4, 0x7f, 0xff, b'a', 0]),
                    }
                    client.send(&all).await;
                    match end {
                        End::Reset => {
                            // What was sent must have been taken: a reset may overtake it.
                            sleep(Duration::from_millis(100)).await;
                            client.reset();
                        }
                        End::Malformed => client.stay().await,
                        End::Close | End::Goodbye => {}
                    }
                })
                .await;
                let case = format!("{protocol}, {end:?}, QoS 1: {qos_1}");
                let mut desk = Desk::start(spec(broker.port, protocol));
                let came = desk.all(COUNT).await;
                let lost = came.dropped;
                // What the link stumbled over is a message too.
                let most = u64::from(end == End::Malformed);
                assert!(lost <= most, "{case}: {lost}");
                let numbers = came.messages.iter();
                let in_order = numbers
                    .enumerate()
                    .all(|(number, text)| *text == number.to_string());
                assert!(in_order, "{case}");
            }
        }
    }
}

/// While this side writes to a link that is reset already.
#[tokio::test]
async fn a_broker_that_says_why_is_heard_over_a_reset() {
    let broker = broker(Protocol::Mqtt5, |mut client| async move {
        client.welcome().await;
        let all = [flood(&client, true), vec![0xe0, 2, 0x8b, 0]].concat();
        client.send(&all).await;
        sleep(Duration::from_millis(100)).await;
        client.reset();
    })
    .await;
    let mut desk = Desk::with_room(spec(broker.port, Protocol::Mqtt5), 1_000);
    for _ in 0..20 {
        desk.up().await;
        for _ in 0..20 {
            desk.publish("hello").await;
        }
        let (_, reason) = desk.down().await;
        assert_eq!(reason.kind, DownKind::BrokerUnavailable, "{reason:?}");
        assert!(reason.message.contains("shutting down"), "{reason}");
    }
}

/// While this side says goodbye, the broker sends on.
#[tokio::test]
async fn what_comes_during_a_goodbye_is_handed_on_or_counted() {
    for protocol in PROTOCOLS {
        let broker = broker(protocol, |mut client| async move {
            client.welcome().await;
            // One of this client's own is not acknowledged: the goodbye takes its time.
            while client
                .packet()
                .await
                .is_some_and(|(first, _)| first != 0x32)
            {}
            let flood = flood(&client, false);
            client.send(&flood).await;
            sleep(Duration::from_secs(5)).await;
        })
        .await;
        let mut desk = Desk::start(spec(broker.port, protocol));
        desk.up().await;
        desk.ask(Command::Publish {
            topic: "plant/x".into(),
            payload: "1".into(),
            qos: twin_connect::Qos::AtLeastOnce,
            retain: false,
        })
        .await;
        desk.ask(Command::Stop).await;
        assert_eq!(desk.all(COUNT).await.dropped, 0);
        while desk.next().await.is_some() {}
    }
}
