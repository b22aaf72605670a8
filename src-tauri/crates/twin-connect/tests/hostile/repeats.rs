//! Brokers that send a message again on the link on which it is not acknowledged yet.

use std::time::Duration;

use bytes::Bytes;
use tokio::{sync::mpsc, time::timeout};
use twin_connect::{AckHandle, Command, DownKind, Inbound, Protocol};

use crate::script::{Client, Desk, PROTOCOLS, broker, down, heard, packet, publish, spec};

/// Long enough for this side to answer.
const MOMENT: Duration = Duration::from_millis(300);

/// A message of this quality under packet id 7.
fn message(protocol: Protocol, qos: u8, text: &[u8]) -> Vec<u8> {
    let mut message = publish(protocol, "plant/x", Some(7), text);
    message[0] = 0x30 | qos << 1;
    message
}

/// Its answers, down to the last one for this quality.
async fn acknowledged(client: &mut Client, qos: u8, told: &mpsc::Sender<&str>) {
    let (first, body) = client.packet().await.unwrap();
    assert_eq!(first, if qos == 1 { 0x40 } else { 0x50 });
    assert_eq!(body[..2], [0, 7]);
    if qos == 2 {
        client.send(&packet(0x62, &[0, 7])).await;
        assert_eq!(client.packet().await.unwrap().0, 0x70);
    }
    told.send("acknowledged").await.unwrap();
}

async fn next_message(desk: &mut Desk) -> (Bytes, bool, AckHandle) {
    let wanted = |item: Inbound| match item {
        Inbound::Message {
            payload, dup, ack, ..
        } => Some((payload, dup, ack.unwrap())),
        item => {
            assert_eq!(down(&item), None);
            None
        }
    };
    loop {
        if let Some(found) = wanted(desk.next().await.unwrap()) {
            return found;
        }
    }
}

/// Its packet id may be another message's by the time of a second acknowledgement.
#[tokio::test]
async fn a_repeat_on_the_same_link_is_acknowledged_once() {
    for (protocol, qos) in PROTOCOLS
        .into_iter()
        .flat_map(|some| [(some, 1), (some, 2)])
    {
        let (told, mut said) = mpsc::channel(100);
        let broker = broker(protocol, move |mut client| {
            let told = told.clone();
            async move {
                client.welcome().await;
                client.send(&message(protocol, qos, b"old")).await;
                let mut again = message(protocol, qos, b"old");
                again[0] |= 8;
                client.send(&again).await;
                acknowledged(&mut client, qos, &told).await;
                client.send(&message(protocol, qos, b"new")).await;
                let early = timeout(MOMENT, client.packet()).await;
                assert!(early.is_err(), "QoS {qos}: {early:?}");
                told.send("nothing more").await.unwrap();
                acknowledged(&mut client, qos, &told).await;
                client.stay().await;
            }
        })
        .await;
        let mut desk = Desk::start(spec(broker.port, protocol));
        let (text, dup, first) = next_message(&mut desk).await;
        assert_eq!((&text[..], dup), (&b"old"[..], false));
        let (text, dup, second) = next_message(&mut desk).await;
        assert_eq!((&text[..], dup), (&b"old"[..], true));
        desk.ask(Command::AckAll(vec![first, second])).await;
        assert_eq!(heard(&mut said).await, "acknowledged");
        let (text, dup, new) = next_message(&mut desk).await;
        assert_eq!((&text[..], dup), (&b"new"[..], false), "{protocol}, {qos}");
        assert_eq!(heard(&mut said).await, "nothing more");
        desk.ask(Command::Ack(new)).await;
        assert_eq!(heard(&mut said).await, "acknowledged");
    }
}

/// One that never waits would fill the memory with what is to be acknowledged.
#[tokio::test]
async fn a_flood_under_one_packet_id_ends_the_link() {
    for protocol in PROTOCOLS {
        let broker = broker(protocol, move |mut client| async move {
            client.welcome().await;
            let many = message(protocol, 1, b"x").repeat(1_000);
            for _ in 0..200 {
                client.send(&many).await;
            }
            client.stay().await;
        })
        .await;
        let mut desk = Desk::start(spec(broker.port, protocol));
        let (came, reason) = desk.down().await;
        assert_eq!(reason.kind, DownKind::Protocol, "{reason:?}");
        assert!(reason.message.contains("did not wait"), "{reason}");
        assert!((131_070..200_000).contains(&came.messages.len()));
    }
}
