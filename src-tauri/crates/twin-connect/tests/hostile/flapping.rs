//! Links that come and go: budgets go on over them.

use std::time::Duration;

use tokio::time::Instant;
use twin_connect::{ConnectionSpec, Inbound, Limits, Protocol, Rate};

use crate::script::{Desk, PROTOCOLS, broker, publish, spec};

const RATE: u32 = 50;

/// Each link brings more than the budget allows, and ends at once.
#[tokio::test]
async fn a_new_link_brings_no_new_budget() {
    for protocol in PROTOCOLS {
        for qos_1 in [false, true] {
            let broker = broker(protocol, move |mut client| async move {
                client.welcome().await;
                let id = |number: u16| qos_1.then_some(number);
                let all = (1..=200).flat_map(|n| publish(client.protocol, "plant/x", id(n), b"1"));
                let all: Vec<u8> = all.collect();
                client.send(&all).await;
            })
            .await;
            let mut desk = Desk::start(limited(broker.port, protocol));
            let start = Instant::now();
            let (mut passed, mut links) = (0, 0);
            while start.elapsed() < Duration::from_secs(4) {
                match desk.next().await.unwrap() {
                    Inbound::Message { .. } => passed += 1,
                    Inbound::Subscribed { .. } => links += 1,
                    _ => {}
                }
            }
            // What a second allows may come at once.
            let most = (start.elapsed().as_secs() + 2) * u64::from(RATE);
            assert!(links > 5, "{links}");
            assert!(
                (u64::from(RATE)..=most).contains(&passed),
                "{passed} of {most}"
            );
        }
    }
}

fn limited(port: u16, protocol: Protocol) -> ConnectionSpec {
    ConnectionSpec {
        limits: Limits {
            rate: Some(Rate {
                messages_per_s: RATE,
                bytes_per_s: 1 << 30,
            }),
            ..Limits::default()
        },
        ..spec(port, protocol)
    }
}
