//! A network that loses, repeats and reorders datagrams, between the connection and the real server.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{net::UdpSocket, time::sleep};
use twin_connect::Inbound;

use crate::support::{Running, Server, observed, spec};

/// A relay for one client. Of each 10 datagrams one is lost, one comes twice, and three come late.
struct Relay {
    port: u16,
    lost: Arc<AtomicU64>,
    task: tokio::task::JoinHandle<()>,
}

impl Relay {
    async fn to(server: u16) -> Relay {
        let near = Arc::new(UdpSocket::bind("127.0.0.1:0").await.unwrap());
        let far = Arc::new(UdpSocket::bind("127.0.0.1:0").await.unwrap());
        far.connect(("127.0.0.1", server)).await.unwrap();
        let port = near.local_addr().unwrap().port();
        let lost = Arc::new(AtomicU64::new(0));
        let count = Arc::clone(&lost);
        let task = tokio::spawn(async move {
            let mut client = None;
            let (mut there, mut back) = (vec![0; 65_535], vec![0; 65_535]);
            let mut number = 0_u64;
            loop {
                let (datagram, to_server) = tokio::select! {
                    got = near.recv_from(&mut there) => {
                        let Ok((length, from)) = got else { continue };
                        client = Some(from);
                        (there[..length].to_vec(), true)
                    }
                    got = far.recv(&mut back) => {
                        let Ok(length) = got else { continue };
                        (back[..length].to_vec(), false)
                    }
                };
                // Neither by turns nor by chance, so that a failure can be looked at again.
                number = number
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                let fate = (number >> 33) % 10;
                if fate == 0 {
                    count.fetch_add(1, Ordering::Relaxed);
                    continue;
                }
                let delay = if fate > 6 { 30 } else { 0 };
                for _ in 0..=u8::from(fate == 1) {
                    let (near, far) = (Arc::clone(&near), Arc::clone(&far));
                    let (datagram, client) = (datagram.clone(), client);
                    tokio::spawn(async move {
                        sleep(Duration::from_millis(delay)).await;
                        if to_server {
                            let _ = far.send(&datagram).await;
                        } else if let Some(client) = client {
                            let _ = near.send_to(&datagram, client).await;
                        }
                    });
                }
            }
        });
        Relay { port, lost, task }
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.task.abort();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn values_stay_in_order_and_whole_on_a_bad_network() {
    let server = Server::open();
    let text = |number: u32| format!("{number:04}").repeat(1_000);
    server.put("/big", 0, &text(0));
    let relay = Relay::to(server.port).await;
    let resources = [observed("/big"), observed("/time?ticks")];
    let mut running = Running::start(spec(relay.port, &resources));
    running.text(&text(0)).await;
    let mut ticks = Vec::new();
    for number in 1..12 {
        server.put("/big", 0, &text(number));
        let wanted = text(number);
        running
            .until(|item| match item {
                Inbound::Message { topic, payload, .. } if topic.ends_with("/big") => {
                    let value: u32 = std::str::from_utf8(&payload[..4]).unwrap().parse().unwrap();
                    assert_eq!(payload, text(value), "blocks of two representations");
                    (payload == wanted).then_some(())
                }
                Inbound::Message { payload, .. } => {
                    let tick: u64 = std::str::from_utf8(&payload).unwrap().parse().unwrap();
                    ticks.push(tick);
                    None
                }
                Inbound::Link { state, .. } => panic!("the link changed: {state:?}"),
                _ => None,
            })
            .await;
    }
    assert!(ticks.is_sorted(), "{ticks:?}");
    assert!(relay.lost.load(Ordering::Relaxed) > 3);
    running.stop().await;
}
