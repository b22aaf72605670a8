//! What others hear of a connection: retained messages, its will, its last words.

use bytes::Bytes;
use tokio::time::{Duration, timeout};
use twin_connect::{Command, ConnectionSpec, Protocol, Qos, Will};

use crate::support::{Broker, PROTOCOLS, Peer, at_least_once};

const STATE: &str = "spBv1.0/STATE/desk";

fn host(broker: &Broker, protocol: Protocol) -> ConnectionSpec {
    ConnectionSpec {
        will: Some(Will {
            topic: STATE.into(),
            payload: Bytes::from_static(br#"{"online":false,"timestamp":7}"#).into(),
            qos: Qos::AtLeastOnce,
            retain: true,
        }),
        ..broker.spec(protocol, "host")
    }
}

async fn watcher(broker: &Broker, protocol: Protocol) -> Peer {
    let mut peer = Peer::start(ConnectionSpec {
        subscriptions: vec![at_least_once("spBv1.0/#")],
        ..broker.spec(protocol, "watcher")
    });
    peer.up().await;
    peer
}

async fn announce(host: &Peer, text: &'static str) {
    host.ask(Command::Publish {
        topic: STATE.into(),
        payload: Bytes::from_static(text.as_bytes()),
        qos: Qos::AtLeastOnce,
        retain: true,
    })
    .await;
}

/// The next message: its text, and whether it was kept from before.
async fn heard(peer: &mut Peer) -> (String, bool) {
    let mail = peer.mail().await;
    assert_eq!(mail.topic, STATE);
    let heard = (mail.text.clone(), mail.retain);
    peer.ack(mail).await;
    heard
}

#[tokio::test]
async fn a_will_is_sent_when_the_link_breaks_and_last_words_when_it_is_stopped() {
    for protocol in PROTOCOLS {
        let broker = Broker::open().await;
        let mut watcher_of_all = watcher(&broker, protocol).await;
        for is_killed in [true, false] {
            let mut host = Peer::start(host(&broker, protocol));
            host.up().await;
            announce(&host, "online").await;
            assert_eq!(heard(&mut watcher_of_all).await, ("online".into(), false));
            if is_killed {
                host.kill().await;
            } else {
                host.stop().await;
            }
            let (text, retained) = heard(&mut watcher_of_all).await;
            assert!(text.contains("false") && !retained, "{text}");
        }
        let more = timeout(Duration::from_millis(500), watcher_of_all.mail()).await;
        assert!(more.is_err(), "it is said once: {more:?}");
        watcher_of_all.stop().await;
        let (text, retained) = heard(&mut watcher(&broker, protocol).await).await;
        assert!(text.contains("false") && retained, "{text}");
    }
}

#[tokio::test]
async fn what_is_to_be_retained_is_there_for_those_who_come_later() {
    for protocol in PROTOCOLS {
        let broker = Broker::open().await;
        let mut host = Peer::start(broker.spec(protocol, "host"));
        host.up().await;
        announce(&host, "online").await;
        host.stop().await;
        let (text, retained) = heard(&mut watcher(&broker, protocol).await).await;
        assert_eq!((text.as_str(), retained), ("online", true));
    }
}
