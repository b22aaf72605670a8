//! Brokers that answer what they should not, or not at all. They are scripts on a socket: mosquitto is too well-behaved.

use std::time::Duration;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};
use twin_connect::{DownKind, DownReason, Protocol};

use crate::support::{PROTOCOLS, Peer, at_least_once, spec};

/// Accepts the next connection and returns it after its CONNECT.
async fn accept(listener: &TcpListener) -> TcpStream {
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut buffer = [0; 1024];
    assert!(stream.read(&mut buffer).await.unwrap() > 0);
    stream
}

fn connack(protocol: Protocol) -> &'static [u8] {
    match protocol {
        Protocol::Mqtt5 => &[0x20, 3, 0, 0, 0],
        Protocol::Mqtt311 => &[0x20, 2, 0, 0],
    }
}

/// Answers each CONNECT with `answer`, then closes the connection if told so.
async fn answering(answer: Vec<u8>, close: bool) -> (u16, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let task = tokio::spawn(async move {
        let mut open = Vec::new();
        loop {
            let mut stream = accept(&listener).await;
            stream.write_all(&answer).await.unwrap();
            if !close {
                open.push(stream);
            }
        }
    });
    (port, task)
}

async fn reasons(port: u16, protocol: Protocol) -> [DownReason; 2] {
    let mut spec = spec(port, protocol, "desk");
    spec.subscriptions = vec![at_least_once("plant/#")];
    spec.timing.connect_timeout = Duration::from_secs(1);
    let mut peer = Peer::start(spec);
    [peer.down().await, peer.down().await]
}

#[tokio::test]
async fn bytes_that_are_not_mqtt_end_the_link_and_no_more() {
    for protocol in PROTOCOLS {
        let bad: [Vec<u8>; 5] = [
            vec![0x30, 3, 0, 9, b'a'],
            vec![0x36, 6, 0, 1, b'a', 0, 7, 0],
            vec![0x30, 0xFF, 0xFF, 0xFF, 0xFF],
            vec![0xF7, 1, 0],
            vec![0x40, 2, 0x12, 0x34],
        ];
        for bad in bad {
            let answer = [connack(protocol), &bad].concat();
            let (port, task) = answering(answer, false).await;
            for reason in reasons(port, protocol).await {
                assert_eq!(reason.kind, DownKind::Protocol, "{bad:?}: {reason:?}");
            }
            task.abort();
        }
    }
}

#[tokio::test]
async fn a_packet_beyond_all_limits_is_named() {
    for protocol in PROTOCOLS {
        // Its header alone is enough: 200 MB are announced.
        let answer = [connack(protocol), &[0x90, 0x80, 0x84, 0xAF, 0x5F]].concat();
        let (port, task) = answering(answer, false).await;
        for reason in reasons(port, protocol).await {
            assert_eq!(reason.kind, DownKind::TooLarge, "{reason:?}");
        }
        task.abort();
    }
}

#[tokio::test]
async fn an_old_broker_is_told_from_a_broken_one() {
    let (port, task) = answering(vec![0x20, 2, 0, 1], true).await;
    for reason in reasons(port, Protocol::Mqtt5).await {
        assert_eq!(reason.kind, DownKind::UnsupportedVersion, "{reason:?}");
        assert!(reason.advice.contains("3.1.1"), "{reason:?}");
    }
    for reason in reasons(port, Protocol::Mqtt311).await {
        assert_eq!(reason.kind, DownKind::UnsupportedVersion, "{reason:?}");
        assert!(reason.advice.contains("MQTT 5"), "{reason:?}");
    }
    task.abort();
}

#[tokio::test]
async fn a_broker_that_says_nothing_times_out() {
    for protocol in PROTOCOLS {
        let (port, task) = answering(Vec::new(), false).await;
        for reason in reasons(port, protocol).await {
            assert_eq!(reason.kind, DownKind::Timeout, "{reason:?}");
            assert!(reason.message.contains("the MQTT connect"), "{reason}");
        }
        task.abort();
    }
}

#[tokio::test]
async fn another_protocol_on_the_port_is_named() {
    for protocol in PROTOCOLS {
        let (port, task) = answering(b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec(), true).await;
        for reason in reasons(port, protocol).await {
            assert_eq!(reason.kind, DownKind::Protocol, "{reason:?}");
            assert!(reason.advice.contains("MQTT port"), "{reason:?}");
        }
        task.abort();
    }
}

/// AWS IoT Core answers a subscription that it does not allow by closing the connection.
#[tokio::test]
async fn a_broker_that_closes_instead_of_answering_a_filter_is_understood() {
    for protocol in PROTOCOLS {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let task = tokio::spawn(async move {
            loop {
                let mut stream = accept(&listener).await;
                stream.write_all(connack(protocol)).await.unwrap();
                let mut buffer = [0; 64];
                assert_eq!(stream.read(&mut buffer).await.unwrap_or(0).min(1), 1);
            }
        });
        for reason in reasons(port, protocol).await {
            assert_eq!(reason.kind, DownKind::SubscriptionRefused, "{reason:?}");
            assert!(reason.message.contains("plant/#"), "{reason}");
        }
        task.abort();
    }
}
