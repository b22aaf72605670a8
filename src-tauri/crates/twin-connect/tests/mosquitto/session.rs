//! Persistent sessions: nothing is lost while away, nothing is acknowledged too early.

use std::time::Duration;

use tokio::time::sleep;
use twin_connect::{Command, ConnectionSpec, Protocol, Qos, Session, Subscription};

use crate::support::{Broker, PROTOCOLS, Peer, at_least_once, publisher};

fn persistent(broker: &Broker, protocol: Protocol, qos: Qos) -> ConnectionSpec {
    ConnectionSpec {
        session: Session::Persistent {
            expiry: Duration::from_secs(3600),
        },
        subscriptions: vec![Subscription::new("plant/#", qos)],
        ..broker.spec(protocol, &format!("keeper-{}-{}", protocol, qos.code()))
    }
}

#[tokio::test]
async fn messages_sent_while_away_arrive() {
    let broker = Broker::open().await;
    let sender = publisher(&broker).await;
    for protocol in PROTOCOLS {
        let spec = persistent(&broker, protocol, Qos::AtLeastOnce);
        let mut reader = Peer::start(spec.clone());
        assert!(!reader.up().await);
        reader.stop().await;
        for number in 0..50 {
            sender
                .publish("plant/x", &number.to_string(), Qos::AtLeastOnce)
                .await;
        }
        sleep(Duration::from_millis(300)).await;
        let mut reader = Peer::start(spec);
        for number in 0..50 {
            let mail = reader.mail().await;
            assert_eq!(mail.text, number.to_string());
            reader.ack(mail).await;
        }
        reader.stop().await;
    }
}

#[tokio::test]
async fn what_was_not_acknowledged_comes_again_after_a_kill() {
    let broker = Broker::open().await;
    let sender = publisher(&broker).await;
    for protocol in PROTOCOLS {
        for qos in [Qos::AtLeastOnce, Qos::ExactlyOnce] {
            let spec = persistent(&broker, protocol, qos);
            let mut reader = Peer::start(spec.clone());
            reader.up().await;
            for number in 0..5 {
                sender.publish("plant/x", &number.to_string(), qos).await;
            }
            let mut mails = Vec::new();
            for _ in 0..5 {
                mails.push(reader.mail().await);
            }
            // 0 and 1 are safe; 3 is too, but must not be acknowledged before 2.
            let handles = [0, 1, 3].map(|index| mails[index].ack.take().unwrap());
            reader.ask(Command::AckAll(handles.into())).await;
            sleep(Duration::from_millis(300)).await;
            reader.kill().await;

            let mut reader = Peer::start(spec.clone());
            for number in 2..5 {
                let mail = reader.mail().await;
                assert_eq!(
                    (mail.text.as_str(), mail.dup),
                    (number.to_string().as_str(), true)
                );
                reader.ack(mail).await;
            }
            sender.publish("plant/x", "new", qos).await;
            let mail = reader.mail().await;
            assert_eq!((mail.text.as_str(), mail.dup), ("new", false));
            reader.ack(mail).await;
            reader.stop().await;

            // All safe now, and said so before the goodbye: nothing comes again.
            let mut reader = Peer::start(spec);
            assert!(reader.up().await);
            sender.publish("plant/x", "last", qos).await;
            assert_eq!(reader.mail().await.text, "last");
            reader.kill().await;
        }
    }
}

#[tokio::test]
async fn a_new_filter_counts_although_the_session_is_old() {
    let broker = Broker::open().await;
    let sender = publisher(&broker).await;
    for protocol in PROTOCOLS {
        let mut spec = persistent(&broker, protocol, Qos::AtLeastOnce);
        let mut reader = Peer::start(spec.clone());
        reader.up().await;
        reader.kill().await;
        spec.subscriptions.push(at_least_once("office/#"));
        let mut reader = Peer::start(spec);
        assert!(reader.up().await);
        for topic in ["office/x", "plant/x"] {
            sender.publish(topic, "1", Qos::AtLeastOnce).await;
            let mail = reader.mail().await;
            assert_eq!(mail.topic, topic);
            reader.ack(mail).await;
        }
        reader.stop().await;
    }
}

#[tokio::test]
async fn handles_of_a_dead_link_acknowledge_nothing() {
    let broker = Broker::open().await;
    let sender = publisher(&broker).await;
    for protocol in PROTOCOLS {
        let spec = persistent(&broker, protocol, Qos::AtLeastOnce);
        let mut reader = Peer::start(spec.clone());
        reader.up().await;
        sender.publish("plant/x", "1", Qos::AtLeastOnce).await;
        let stale = reader.mail().await;
        // Another client with the same id and no subscriptions of its own takes the session for a moment.
        let thief = Peer::start(ConnectionSpec {
            subscriptions: Vec::new(),
            ..spec.clone()
        });
        while !matches!(
            reader.next().await,
            twin_connect::Inbound::Link {
                state: twin_connect::LinkState::Down { .. }
                    | twin_connect::LinkState::TakenOver { .. },
                ..
            }
        ) {}
        thief.kill().await;
        reader.ack(stale).await;
        let again = reader.mail_over_links().await;
        assert_eq!((again.text.as_str(), again.dup), ("1", true));
        reader.kill().await;
        let mut reader = Peer::start(spec);
        let again = reader.mail_over_links().await;
        assert_eq!((again.text.as_str(), again.dup), ("1", true));
        reader.ack(again).await;
        reader.stop().await;
    }
}
