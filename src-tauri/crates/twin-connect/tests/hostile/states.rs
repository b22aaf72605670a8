//! Links that break in every state, and handshakes that never come to an end.

use std::time::Duration;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    time::{Instant, sleep},
};
use twin_connect::{ConnectionSpec, DownKind, Session, Tls};

use crate::script::{Client, Desk, PROTOCOLS, broker, connack, publish, spec, suback};

/// How far a link comes before it is reset.
const STATES: usize = 7;

async fn go_to(state: usize, client: &mut Client) {
    let message = publish(client.protocol, "plant/x", Some(7), b"1");
    match state {
        0 => {}
        // In the middle of the CONNACK.
        1 => client.send(&connack(client.protocol)[..2]).await,
        2 => client.send(connack(client.protocol)).await,
        3 => {
            client.send(connack(client.protocol)).await;
            client.packet().await;
        }
        4 => {
            client.send(connack(client.protocol)).await;
            let (_, body) = client.packet().await.unwrap();
            let suback = suback(client.protocol, [body[0], body[1]], &[1]);
            client.send(&suback[..3]).await;
        }
        5 => {
            client.welcome().await;
            client.send(&message[..message.len() - 1]).await;
        }
        _ => {
            client.welcome().await;
            client.send(&message).await;
        }
    }
}

#[tokio::test]
async fn a_reset_in_any_state_is_a_reason_and_the_link_comes_back() {
    for protocol in PROTOCOLS {
        for session in [
            Session::Clean,
            Session::Persistent {
                expiry: Duration::from_secs(60),
            },
        ] {
            let broker = broker(protocol, |mut client| async move {
                if client.number < STATES {
                    go_to(client.number, &mut client).await;
                    sleep(Duration::from_millis(50)).await;
                    client.reset();
                } else {
                    client.welcome().await;
                    client.stay().await;
                }
            })
            .await;
            let mut desk = Desk::start(ConnectionSpec {
                session,
                ..spec(broker.port, protocol)
            });
            for state in 0..STATES {
                let (_, reason) = desk.down().await;
                let kinds = [
                    DownKind::Closed,
                    DownKind::SubscriptionRefused,
                    DownKind::TakenOver,
                ];
                assert!(
                    kinds.contains(&reason.kind),
                    "{protocol}, {state}: {reason:?}"
                );
                assert!(!reason.message.is_empty() && !reason.advice.is_empty());
            }
            desk.up().await;
        }
    }
}

/// One byte a second: whoever waits for more waits for ever.
#[tokio::test]
async fn a_tls_handshake_that_crawls_times_out() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut hello = [0; 2_048];
            assert!(stream.read(&mut hello).await.unwrap() > 0);
            // The head of a handshake record of 8 KiB (RFC 8446, 5.1), and then its bytes.
            for byte in [0x16, 3, 3, 0x20, 0, 2]
                .into_iter()
                .chain(std::iter::repeat(0))
            {
                if stream.write_u8(byte).await.is_err() {
                    break;
                }
                sleep(Duration::from_secs(1)).await;
            }
        }
    });
    for protocol in PROTOCOLS {
        let mut desk = Desk::start(ConnectionSpec {
            tls: Some(Tls::default()),
            ..spec(port, protocol)
        });
        let start = Instant::now();
        for _ in 0..2 {
            let (_, reason) = desk.down().await;
            assert_eq!(reason.kind, DownKind::Timeout, "{reason:?}");
            assert!(reason.message.contains("the TLS handshake"), "{reason}");
        }
        assert!(
            start.elapsed() < Duration::from_secs(9),
            "{:?}",
            start.elapsed()
        );
    }
    server.abort();
}
