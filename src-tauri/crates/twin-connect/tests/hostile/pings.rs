//! Signs of life: asked for whatever else goes on, and believed when there are any.

use std::time::Duration;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::{Instant, interval, sleep, timeout},
};
use twin_connect::{ConnectionSpec, DownKind, Protocol};

use crate::script::{Desk, PINGRESP, PROTOCOLS, broker, connack, publish, spec};

const KEEP_ALIVE: Duration = Duration::from_secs(1);

fn lively(port: u16, protocol: Protocol) -> ConnectionSpec {
    ConnectionSpec {
        keep_alive: KEEP_ALIVE,
        ..spec(port, protocol)
    }
}

/// A link that takes everything and gives nothing.
#[tokio::test]
async fn a_dead_link_is_noticed_although_this_side_publishes() {
    for protocol in PROTOCOLS {
        let broker = broker(protocol, |mut client| async move {
            client.welcome().await;
            while client.packet().await.is_some() {}
        })
        .await;
        let mut desk = Desk::start(lively(broker.port, protocol));
        desk.up().await;
        let start = Instant::now();
        let commands = desk.commands.clone();
        let publishing = tokio::spawn(async move {
            let mut tick = interval(Duration::from_millis(50));
            loop {
                tick.tick().await;
                let command = twin_connect::Command::Publish {
                    topic: "plant/x".into(),
                    payload: "1".into(),
                    qos: twin_connect::Qos::AtMostOnce,
                    retain: false,
                };
                if commands.send(command).await.is_err() {
                    break;
                }
            }
        });
        let (_, reason) = desk.down().await;
        publishing.abort();
        assert_eq!(reason.kind, DownKind::Silent, "{reason:?}");
        let waited = start.elapsed();
        assert!(
            waited < KEEP_ALIVE * 2 + Duration::from_millis(700),
            "{waited:?}"
        );
    }
}

/// A message that takes many keep-alives to come: no PINGRESP fits into it.
#[tokio::test]
async fn a_slow_link_is_not_a_dead_one() {
    for protocol in PROTOCOLS {
        let broker = broker(protocol, |mut client| async move {
            client.welcome().await;
            let large = publish(client.protocol, "plant/x", None, &[b'x'; 50_000]);
            for piece in large.chunks(1_000) {
                client.send(piece).await;
                sleep(Duration::from_millis(100)).await;
            }
            client.send(&PINGRESP.repeat(5)).await;
            client.stay().await;
        })
        .await;
        let mut desk = Desk::start(lively(broker.port, protocol));
        desk.up().await;
        let (came, _) = desk.until(|_, came| came.messages.first().cloned()).await;
        assert_eq!(came.messages[0].len(), 50_000);
        sleep(KEEP_ALIVE * 3).await;
        assert!(desk.inbox.try_recv().is_err(), "the link holds");
    }
}

#[tokio::test]
async fn a_link_that_gets_nowhere_is_a_dead_one() {
    for protocol in PROTOCOLS {
        let broker = broker(protocol, |mut client| async move {
            client.welcome().await;
            let large = publish(client.protocol, "plant/x", None, &[b'x'; 50_000]);
            for byte in large {
                if client.stream.write_u8(byte).await.is_err() {
                    break;
                }
                sleep(Duration::from_millis(20)).await;
            }
        })
        .await;
        let mut desk = Desk::start(lively(broker.port, protocol));
        for _ in 0..2 {
            let (_, reason) = desk.down().await;
            assert_eq!(reason.kind, DownKind::Silent, "{reason:?}");
        }
    }
}

/// Byte by byte, but sound.
#[tokio::test]
async fn packets_in_single_bytes_are_packets() {
    for protocol in PROTOCOLS {
        let broker = broker(protocol, |mut client| async move {
            let mut all = connack(client.protocol).to_vec();
            all.extend(publish(client.protocol, "plant/x", None, b"one"));
            all.extend(publish(client.protocol, "plant/x", Some(7), b"two"));
            client.stream.set_nodelay(true).unwrap();
            for byte in all {
                client.send(&[byte]).await;
                sleep(Duration::from_millis(20)).await;
            }
            client.stay().await;
        })
        .await;
        let mut desk = Desk::start(lively(broker.port, protocol));
        assert_eq!(desk.all(2).await.messages, ["one", "two"]);
    }
}

/// As fast as it goes; pings are asked for in between all the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_does_not_keep_pings_back() {
    for protocol in PROTOCOLS {
        let (told, mut pings) = tokio::sync::mpsc::channel(100);
        let broker = broker(protocol, move |mut client| {
            let told = told.clone();
            async move {
                client.welcome().await;
                let flood = publish(client.protocol, "plant/x", None, b"1").repeat(2_000);
                let (mut from, mut to) = client.stream.split();
                let send = async { while to.write_all(&flood).await.is_ok() {} };
                let look = async {
                    let mut packet = [0; 2];
                    while from.read_exact(&mut packet).await.is_ok() {
                        assert_eq!(packet, [0xc0, 0]);
                        told.send(Instant::now()).await.unwrap();
                    }
                };
                tokio::join!(send, look);
            }
        })
        .await;
        let mut desk = Desk::start(lively(broker.port, protocol));
        desk.up().await;
        let mut last = Instant::now();
        for _ in 0..4 {
            let reading = async {
                loop {
                    tokio::select! {
                        at = pings.recv() => break at.unwrap(),
                        item = desk.inbox.recv() => assert!(item.is_some()),
                    }
                }
            };
            let at = timeout(Duration::from_secs(10), reading).await.unwrap();
            // Half as long again is what brokers wait.
            assert!(at - last < KEEP_ALIVE * 3 / 2, "{:?}", at - last);
            last = at;
        }
    }
}

#[tokio::test]
async fn answers_that_nobody_asked_for_do_no_harm() {
    for protocol in PROTOCOLS {
        let broker = broker(protocol, |mut client| async move {
            client.welcome().await;
            for _ in 0..100 {
                client.send(&PINGRESP.repeat(1_000)).await;
            }
            let last = publish(client.protocol, "plant/x", None, b"after");
            client.send(&last).await;
            client.stay().await;
        })
        .await;
        let mut desk = Desk::start(lively(broker.port, protocol));
        desk.up().await;
        assert_eq!(desk.all(1).await.messages, ["after"]);
    }
}

/// It accepts, and says nothing ever after.
#[tokio::test]
async fn silence_after_the_connack_is_noticed() {
    for protocol in PROTOCOLS {
        let broker = broker(protocol, |mut client| async move {
            client.send(connack(client.protocol)).await;
            while client.packet().await.is_some() {}
        })
        .await;
        let mut desk = Desk::start(lively(broker.port, protocol));
        for _ in 0..2 {
            let (_, reason) = desk.down().await;
            assert_eq!(reason.kind, DownKind::Silent, "{reason:?}");
            assert!(reason.message.contains("no sign of life"), "{reason}");
        }
    }
}
