//! WebSocket, plain and encrypted: mosquitto's, and servers that misbehave on purpose.

use std::{path::Path, time::Duration};

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
    time::{Instant, sleep},
};
use tokio_tungstenite::{
    WebSocketStream, accept_hdr_async,
    tungstenite::{
        Message,
        handshake::server::{Request, Response},
        http::HeaderValue,
    },
};
use twin_connect::{
    Carrier, ConnectionSpec, DownKind, DownReason, Examination, Inbound, LinkState, Protocol, Qos,
    Secret, Session, Step, test_connection,
};
use twin_core::Timestamp;

use crate::support::{
    Authority, Broker, PATIENCE, PROTOCOLS, Peer, Signed, at_least_once, free_port, spec,
};

/// A broker that also listens for WebSockets, on the port given beside it.
async fn listening(server: Option<&Signed>) -> (Broker, u16) {
    let port = free_port();
    let broker = Broker::with(|directory: &Path| {
        let mut settings = format!("allow_anonymous true\nlistener {port}\nprotocol websockets\n");
        if let Some(server) = server {
            for (name, text) in [("certfile", &server.certificate), ("keyfile", &server.key)] {
                let path = directory.join(name);
                std::fs::write(&path, text).unwrap();
                settings += &format!("{name} {}\n", path.display());
            }
        }
        settings
    })
    .await;
    let end = Instant::now() + PATIENCE;
    while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
        assert!(Instant::now() < end, "{}", broker.log());
        sleep(Duration::from_millis(20)).await;
    }
    (broker, port)
}

fn over(port: u16, protocol: Protocol, client_id: &str) -> ConnectionSpec {
    ConnectionSpec {
        carrier: Carrier::web_socket("/mqtt"),
        subscriptions: vec![at_least_once("plant/#")],
        ..spec(port, protocol, client_id)
    }
}

/// Messages of all kinds, there and back. Debian's mosquitto hands a WebSocket 4 KiB of a message every 100 ms, so large
/// ones are few here; see the scripted ones below.
async fn talk(peer: &mut Peer) {
    let all = [Qos::AtMostOnce, Qos::AtLeastOnce, Qos::ExactlyOnce];
    let small = [0, 1, 125, 126, 3_000].map(|size| all.map(|qos| (size, qos)));
    for (size, qos) in small.into_iter().flatten().chain([(20_000, all[1])]) {
        let text = "x".repeat(size);
        peer.publish("plant/x", &text, qos).await;
        let mail = peer.mail().await;
        assert!(mail.text == text && mail.qos == qos.min(all[1]), "{mail:?}");
        if mail.ack.is_some() {
            peer.ack(mail).await;
        }
    }
}

#[tokio::test]
async fn messages_flow_over_a_websocket() {
    let (mut broker, port) = listening(None).await;
    for protocol in PROTOCOLS {
        let mut spec = over(port, protocol, &format!("desk-{protocol}"));
        spec.session = Session::Persistent { expiry: PATIENCE };
        let mut peer = Peer::start(spec);
        assert!(!peer.up().await);
        talk(&mut peer).await;
        broker.kill();
        let reason = peer.down().await;
        assert!(
            matches!(reason.kind, DownKind::Closed | DownKind::Refused),
            "{reason:?}"
        );
        broker.start().await;
        peer.up().await;
        talk(&mut peer).await;
        peer.stop().await;
    }
}

#[tokio::test]
async fn a_websocket_can_be_encrypted() {
    let authority = Authority::new("plant");
    let (_broker, port) = listening(Some(&authority.sign("localhost"))).await;
    for protocol in PROTOCOLS {
        let encrypted = |authority: &Authority| ConnectionSpec {
            host: "localhost".into(),
            tls: Some(authority.trust(None)),
            ..over(port, protocol, &format!("desk-{protocol}"))
        };
        let mut peer = Peer::start(encrypted(&authority));
        let facts = loop {
            if let Inbound::Link {
                state: LinkState::Up { tls, security, .. },
                ..
            } = peer.next().await
            {
                assert!(security.starts_with("TLS 1."), "{security}");
                break tls.unwrap();
            }
        };
        assert_eq!(facts.chain[0].names, ["localhost"]);
        talk(&mut peer).await;
        peer.stop().await;
        let reason = Peer::start(encrypted(&Authority::new("other")))
            .down()
            .await;
        assert_eq!(reason.kind, DownKind::UnknownIssuer, "{reason:?}");
        let plain = over(port, protocol, "plain");
        let reason = Peer::start(plain).down().await;
        assert_eq!(reason.kind, DownKind::WebSocket, "{reason:?}");
    }
}

/// With TLS 1.3 the broker's answer to a missing certificate comes only after the handshake.
#[tokio::test]
async fn a_missing_client_certificate_is_named_over_a_websocket_too() {
    let authority = Authority::new("plant");
    let broker = authority.broker(&authority.sign("localhost"), true).await;
    for protocol in PROTOCOLS {
        let spec = ConnectionSpec {
            host: "localhost".into(),
            tls: Some(authority.trust(None)),
            ..over(broker.port, protocol, "desk")
        };
        let reason = Peer::start(spec).down().await;
        assert_eq!(
            reason.kind,
            DownKind::ClientCertificateRequired,
            "{reason:?}"
        );
    }
}

#[tokio::test]
async fn the_wrong_port_is_named() {
    let (broker, port) = listening(None).await;
    for protocol in PROTOCOLS {
        let reason = Peer::start(over(broker.port, protocol, "desk"))
            .down()
            .await;
        assert_eq!(reason.kind, DownKind::WebSocket, "{reason:?}");
        assert!(reason.advice.contains("choose TCP"), "{reason:?}");
        let tcp = spec(port, protocol, "desk");
        let reason = Peer::start(tcp).down().await;
        assert!(reason.advice.contains("WebSocket"), "{reason:?}");
    }
}

#[tokio::test]
async fn the_doctor_looks_at_the_websocket() {
    let (broker, port) = listening(None).await;
    let examination = Examination::new(PATIENCE, Timestamp::from_secs(1_900_000_000));
    for protocol in PROTOCOLS {
        let report = test_connection(over(port, protocol, "desk"), &examination).await;
        assert!(report.is_ok(), "{report:#?}");
        let steps = report.steps.iter().map(|step| step.step);
        let expected = [
            Step::Dns,
            Step::Tcp,
            Step::WebSocket,
            Step::Mqtt,
            Step::Subscribe,
            Step::Clock,
            Step::Security,
        ];
        assert!(steps.eq(expected), "{report:#?}");
        assert_eq!(report.steps[2].facts[0].value.to_string(), "mqtt");
        let report = test_connection(over(broker.port, protocol, "desk"), &examination).await;
        let last = report.steps.last().unwrap();
        assert!(last.step == Step::WebSocket && !last.ok, "{report:#?}");
        assert!(last.advice.to_string().contains("choose TCP"), "{last:?}");
    }
}

/// Answers every request with `answer`.
async fn web_server(answer: &'static str) -> (u16, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let task = tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut buffer = [0; 2_048];
            assert!(stream.read(&mut buffer).await.unwrap() > 0);
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    (port, task)
}

#[tokio::test]
async fn an_http_answer_is_put_into_words() {
    for (answer, kind, word) in [
        (
            "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n",
            DownKind::BadCredentials,
            "HTTP 401",
        ),
        (
            "HTTP/1.1 403 Forbidden\r\n\r\n",
            DownKind::NotAuthorised,
            "HTTP 403",
        ),
        (
            "HTTP/1.1 404 Not Found\r\n\r\nnothing here",
            DownKind::WebSocket,
            "nothing at the path /mqtt",
        ),
        (
            "HTTP/1.1 426 Upgrade Required\r\n\r\n",
            DownKind::WebSocket,
            "HTTP 426",
        ),
        (
            "HTTP/1.1 302 Found\r\nLocation: https://login.example/\r\n\r\n",
            DownKind::WebSocket,
            "https://login.example/",
        ),
        (
            "HTTP/1.1 200 OK\r\n\r\n<html>",
            DownKind::WebSocket,
            "web page",
        ),
        (
            "HTTP/1.1 503 Service Unavailable\r\n\r\n",
            DownKind::BrokerUnavailable,
            "HTTP 503",
        ),
        (
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n",
            DownKind::WebSocket,
            "does not speak WebSocket",
        ),
        (
            "220 mail.example ESMTP\r\n",
            DownKind::WebSocket,
            "does not speak WebSocket",
        ),
    ] {
        let (port, task) = web_server(answer).await;
        let reason = Peer::start(over(port, Protocol::Mqtt5, "desk"))
            .down()
            .await;
        assert_eq!(reason.kind, kind, "{reason:?}");
        assert!(reason.message.contains(word), "{reason:?}");
        task.abort();
    }
}

type Far = WebSocketStream<TcpStream>;

/// Accepts WebSockets with `protocol` and a CONNECT on each, and hands them to `script`.
async fn scripted<F, R>(protocol: Option<&'static str>, script: F) -> (u16, JoinHandle<()>)
where
    F: Fn(Far) -> R + Send + 'static,
    R: Future<Output = ()> + Send,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let task = tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            #[allow(clippy::result_large_err)]
            let answer = |request: &Request, mut response: Response| {
                assert_eq!(request.uri().path_and_query().unwrap(), "/mqtt?room=1");
                assert_eq!(request.headers()["sec-websocket-protocol"], "mqtt");
                assert_eq!(request.headers()["x-token"], "t0ken");
                if let Some(protocol) = protocol {
                    let protocol = HeaderValue::from_static(protocol);
                    response
                        .headers_mut()
                        .insert("Sec-WebSocket-Protocol", protocol);
                }
                Ok(response)
            };
            let Ok(mut far) = accept_hdr_async(stream, answer).await else {
                continue;
            };
            if matches!(far.next().await, Some(Ok(Message::Binary(connect))) if connect[0] == 0x10)
            {
                script(far).await;
            }
        }
    });
    (port, task)
}

/// What asks for such a WebSocket.
fn asking(port: u16) -> ConnectionSpec {
    ConnectionSpec {
        carrier: Carrier::WebSocket {
            path: "/mqtt?room=1".into(),
            headers: vec![("X-Token".into(), Secret::new("t0ken"))],
        },
        ..over(port, Protocol::Mqtt5, "desk")
    }
}

async fn reason_of(port: u16) -> DownReason {
    Peer::start(asking(port)).down().await
}

const CONNACK: Bytes = Bytes::from_static(&[0x20, 3, 0, 0, 0]);

#[tokio::test]
async fn a_websocket_for_something_else_is_named() {
    for protocol in [None, Some("chat")] {
        let (port, task) = scripted(protocol, |_| async {}).await;
        let reason = reason_of(port).await;
        assert_eq!(reason.kind, DownKind::WebSocket, "{reason:?}");
        assert!(reason.message.contains("does not carry MQTT"), "{reason:?}");
        task.abort();
    }
}

#[tokio::test]
async fn a_text_frame_ends_the_link() {
    let script = |mut far: Far| async move {
        far.send(Message::Binary(CONNACK)).await.unwrap();
        far.send(Message::Text("hello".into())).await.unwrap();
        sleep(PATIENCE).await;
    };
    let (port, task) = scripted(Some("mqtt"), script).await;
    let reason = reason_of(port).await;
    assert_eq!(reason.kind, DownKind::Protocol, "{reason:?}");
    assert!(reason.message.contains("text frame"), "{reason:?}");
    task.abort();
}

/// One frame of 40 MB, which is one message, and one behind it.
#[tokio::test]
async fn a_message_beyond_all_limits_in_one_frame_is_told_and_the_link_holds() {
    const SIZE: usize = 40_000_000;
    let script = |far: Far| async move {
        let mut stream = far.into_inner();
        let connack = [&[0x82, u8::try_from(CONNACK.len()).unwrap()][..], &CONNACK].concat();
        stream.write_all(&connack).await.unwrap();
        // 40,000,010 bytes behind the length.
        let packet = b"\x32\x8a\xb4\x89\x13\0\x05large\0\x07\0";
        let size = (packet.len() + SIZE) as u64;
        let head = [&[0x82, 127][..], &size.to_be_bytes(), packet].concat();
        stream.write_all(&head).await.unwrap();
        for _ in 0..SIZE / 100_000 {
            stream.write_all(&[b'x'; 100_000]).await.unwrap();
        }
        let small = b"\x82\x0d\x30\x0B\x00\x07plant/x\x00y";
        stream.write_all(small).await.unwrap();
        sleep(PATIENCE).await;
    };
    let (port, task) = scripted(Some("mqtt"), script).await;
    let mut peer = Peer::start(asking(port));
    loop {
        match peer.next().await {
            Inbound::Unreadable { topic, detail, .. } => {
                assert!(
                    topic == "large" && detail.contains("40000015 bytes"),
                    "{detail}"
                );
                break;
            }
            Inbound::Link {
                state: LinkState::Connecting | LinkState::Up { .. },
                ..
            } => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(peer.mail().await.text, "y");
    task.abort();
}

#[tokio::test]
async fn a_reason_to_close_is_told() {
    let script = |mut far: Far| async move {
        let frame = tokio_tungstenite::tungstenite::protocol::CloseFrame {
            code: 1008.into(),
            reason: "not for you".into(),
        };
        far.close(Some(frame)).await.unwrap();
        while far.next().await.is_some() {}
    };
    let (port, task) = scripted(Some("mqtt"), script).await;
    let reason = reason_of(port).await;
    assert_eq!(reason.kind, DownKind::Closed, "{reason:?}");
    assert!(reason.message.contains("not for you"), "{reason:?}");
    task.abort();
}

/// Packets in pieces, and floods of frames that hold nothing, before a link that works.
#[tokio::test]
async fn pieces_and_floods_of_empty_frames_do_no_harm() {
    let script = |far: Far| async move {
        let (mut out, mut back) = far.split();
        let drain = async { while back.next().await.is_some_and(|some| some.is_ok()) {} };
        let send = async {
            for _ in 0..20_000 {
                out.feed(Message::Ping(Bytes::from_static(b"x")))
                    .await
                    .unwrap();
                out.feed(Message::Binary(Bytes::new())).await.unwrap();
            }
            for byte in CONNACK {
                let piece = Message::Binary(Bytes::copy_from_slice(&[byte]));
                out.send(piece).await.unwrap();
            }
            // A retained message of QoS 0, two packets in one frame.
            let packet = b"\x31\x0B\x00\x07plant/x\x00y";
            let twice = [&packet[..], &packet[..]].concat();
            out.send(Message::Binary(twice.into())).await.unwrap();
            // One of 300,000 bytes, over many frames.
            let head = [&[0x30, 0xEA, 0xA7, 0x12], &b"\x00\x07plant/x\x00"[..]].concat();
            for piece in [head, vec![b'z'; 300_000]].concat().chunks(9_999) {
                let piece = Message::Binary(Bytes::copy_from_slice(piece));
                out.send(piece).await.unwrap();
            }
            sleep(PATIENCE).await;
        };
        tokio::join!(drain, send);
    };
    let (port, task) = scripted(Some("mqtt"), script).await;
    let mut peer = Peer::start(asking(port));
    for _ in 0..2 {
        let mail = peer.mail().await;
        assert!(mail.text == "y" && mail.retain, "{mail:?}");
    }
    let mail = peer.mail().await;
    assert!(mail.text.len() == 300_000 && mail.text.bytes().all(|byte| byte == b'z'));
    task.abort();
}
