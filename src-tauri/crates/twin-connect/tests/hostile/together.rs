//! Messages in one piece with the packet before them.

use std::{
    sync::atomic::{AtomicI64, Ordering},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    sync::mpsc,
    time::timeout,
};
use twin_connect::{ConnectionSpec, Inbound, Protocol, Qos, Session, Subscription, run};
use twin_core::Timestamp;

/// What the clock says first; it goes on by a second with each look.
const START: i64 = 1_000_000_000_000;

/// A broker with a session sends what waits right behind its CONNACK: that is received now, not before all time.
#[tokio::test]
async fn what_comes_with_the_connack_is_received_now() {
    for protocol in [Protocol::Mqtt5, Protocol::Mqtt311] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (connack, publish): (&[u8], &[u8]) = match protocol {
            Protocol::Mqtt5 => (&[0x20, 3, 1, 0, 0], b"\x3a\x07\x00\x01a\x00\x07\x00x"),
            Protocol::Mqtt311 => (&[0x20, 2, 1, 0], b"\x3a\x06\x00\x01a\x00\x07x"),
        };
        let broker = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut buffer = [0; 1_024];
            assert!(stream.read(&mut buffer).await.unwrap() > 0);
            let all = [connack, publish, publish, publish].concat();
            stream.write_all(&all).await.unwrap();
            while stream.read(&mut buffer).await.is_ok_and(|count| count > 0) {}
        });
        let spec = ConnectionSpec {
            protocol,
            tls: None,
            session: Session::Persistent {
                expiry: Duration::from_secs(3_600),
            },
            subscriptions: vec![Subscription::new("#", Qos::AtLeastOnce)],
            ..ConnectionSpec::new("127.0.0.1", port, "desk")
        };
        let (sender, mut inbox) = mpsc::channel(100);
        let (_commands, receiver) = mpsc::channel(100);
        let now = AtomicI64::new(START);
        let connection = tokio::spawn(run(spec, sender, receiver, move || {
            Timestamp(now.fetch_add(1_000_000, Ordering::Relaxed))
        }));
        let mut last = Timestamp(START);
        for _ in 0..3 {
            let received = loop {
                let item = timeout(Duration::from_secs(20), inbox.recv()).await;
                if let Inbound::Message { received, .. } = item.unwrap().unwrap() {
                    break received;
                }
            };
            assert!(received > last, "{protocol}: {received:?}");
            last = received;
        }
        connection.abort();
        broker.abort();
    }
}
