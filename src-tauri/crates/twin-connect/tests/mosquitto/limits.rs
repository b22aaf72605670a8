//! Budgets, windows and shares: what keeps one connection from taking more than it should.

use std::{collections::BTreeSet, time::Duration};

use tokio::{
    select,
    time::{Instant, sleep, sleep_until},
};
use twin_connect::{
    ConnectionSpec, Inbound, Limits, LinkState, Protocol, Qos, Rate, Session, Subscription,
};

use crate::support::{Broker, PATIENCE, PROTOCOLS, Peer, at_least_once, publisher};

fn slow(broker: &Broker, protocol: Protocol, qos: Qos, rate: Rate) -> ConnectionSpec {
    ConnectionSpec {
        keep_alive: Duration::from_secs(1),
        subscriptions: vec![Subscription::new("plant/#", qos)],
        limits: Limits {
            rate: Some(rate),
            ..Limits::default()
        },
        ..broker.spec(protocol, &format!("slow-{protocol}"))
    }
}

const BYTES: u64 = 1 << 30;

/// Without a bound on what mosquitto keeps for a client.
async fn patient_broker() -> Broker {
    Broker::with(|_| "allow_anonymous true\nmax_queued_messages 0\n".into()).await
}

/// What came until `end`: numbers of messages, and how many were refused. The link must hold.
async fn collect(peer: &mut Peer, end: Instant) -> (Vec<u32>, u64) {
    let (mut seen, mut refused) = (Vec::new(), 0);
    loop {
        let item = select! {
            item = peer.next() => item,
            () = sleep_until(end) => return (seen, refused),
        };
        match item {
            Inbound::Message { payload, ack, .. } => {
                seen.push(std::str::from_utf8(&payload[..6]).unwrap().parse().unwrap());
                if let Some(handle) = ack {
                    peer.ask(twin_connect::Command::Ack(handle)).await;
                }
            }
            Inbound::Throttled { count, .. } => refused += count,
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn beyond_the_budget_quality_0_is_refused_and_counted_while_pings_flow() {
    let broker = patient_broker().await;
    let publisher = publisher(&broker).await;
    for protocol in PROTOCOLS {
        let rate = Rate {
            messages_per_s: 50,
            bytes_per_s: BYTES,
        };
        let mut peer = Peer::start(slow(&broker, protocol, Qos::AtMostOnce, rate));
        peer.up().await;
        let started = Instant::now();
        // Longer than mosquitto would wait for a ping (1.5 s).
        for number in 0..3_000 {
            let text = format!("{number:06}");
            publisher.publish("plant/x", &text, Qos::AtMostOnce).await;
            if number % 10 == 0 {
                sleep(Duration::from_millis(10)).await;
            }
        }
        let end = Instant::now() + Duration::from_millis(1_500);
        let (seen, refused) = collect(&mut peer, end).await;
        assert_eq!(seen.len() as u64 + refused, 3_000, "{refused}");
        let bound = 50.0 * (started.elapsed().as_secs_f64() + 1.0);
        assert!(
            (50.0..=bound).contains(&(seen.len() as f64)),
            "{}",
            seen.len()
        );
        assert!(seen.is_sorted());
        peer.stop().await;
    }
}

#[tokio::test]
async fn bytes_have_a_budget_too() {
    let broker = patient_broker().await;
    let publisher = publisher(&broker).await;
    let rate = Rate {
        messages_per_s: 100_000,
        bytes_per_s: 10_000,
    };
    let mut peer = Peer::start(slow(&broker, Protocol::Mqtt5, Qos::AtMostOnce, rate));
    peer.up().await;
    let started = Instant::now();
    for number in 0..100 {
        let text = format!("{number:06}{}", "x".repeat(2_000));
        publisher.publish("plant/x", &text, Qos::AtMostOnce).await;
    }
    let end = Instant::now() + Duration::from_millis(1_500);
    let (seen, refused) = collect(&mut peer, end).await;
    assert_eq!(seen.len() as u64 + refused, 100);
    // Five a second, five at once, and one on credit.
    let bound = 5.0 * (started.elapsed().as_secs_f64() + 1.0) + 1.0;
    assert!(
        (5.0..=bound).contains(&(seen.len() as f64)),
        "{}",
        seen.len()
    );
}

#[tokio::test]
async fn beyond_the_budget_the_broker_keeps_what_is_acknowledged() {
    let broker = patient_broker().await;
    let publisher = publisher(&broker).await;
    for protocol in PROTOCOLS {
        let rate = Rate {
            messages_per_s: 60,
            bytes_per_s: BYTES,
        };
        let mut spec = slow(&broker, protocol, Qos::AtLeastOnce, rate);
        spec.session = Session::Persistent { expiry: PATIENCE };
        let mut peer = Peer::start(spec.clone());
        peer.up().await;
        let started = Instant::now();
        for number in 0..400 {
            let text = format!("{number:06}");
            publisher.publish("plant/x", &text, Qos::AtLeastOnce).await;
        }
        // Four keep-alives, each longer than mosquitto would wait without a ping.
        let end = started + Duration::from_secs(4);
        let (seen, refused) = collect(&mut peer, end).await;
        assert_eq!(refused, 0);
        assert!(seen.is_sorted());
        assert!((60..=301).contains(&seen.len()), "{}", seen.len());
        // Whoever comes next without a budget gets the rest: nothing that waited here is lost.
        peer.kill().await;
        spec.limits.rate = None;
        let mut peer = Peer::start(spec);
        let mut all: BTreeSet<u32> = seen.into_iter().collect();
        while all.len() < 400 {
            let mail = peer.mail().await;
            all.insert(mail.text.parse().unwrap());
            peer.ack(mail).await;
        }
        peer.stop().await;
    }
}

#[tokio::test]
async fn a_broker_keeps_to_the_window_it_is_told() {
    let broker = patient_broker().await;
    let publisher = publisher(&broker).await;
    let mut spec = broker.spec(Protocol::Mqtt5, "narrow");
    spec.subscriptions = vec![at_least_once("plant/#")];
    spec.limits.receive_maximum = 5;
    let mut peer = Peer::start(spec);
    peer.up().await;
    for number in 0..12 {
        publisher
            .publish("plant/x", &number.to_string(), Qos::AtLeastOnce)
            .await;
    }
    let mut open = Vec::new();
    for _ in 0..5 {
        open.push(peer.mail().await);
    }
    select! {
        other = peer.next() => panic!("{other:?}"),
        () = sleep(Duration::from_millis(500)) => {}
    }
    for number in 5..12 {
        peer.ack(open.remove(0)).await;
        open.push(peer.mail().await);
        assert_eq!(open[4].text, number.to_string());
    }
}

#[tokio::test]
async fn a_share_group_gets_each_message_once() {
    let broker = Broker::open().await;
    let publisher = publisher(&broker).await;
    for protocol in PROTOCOLS {
        let shared = Subscription {
            share: Some(format!(
                "desks-{}",
                if protocol == Protocol::Mqtt5 { 5 } else { 3 }
            )),
            ..at_least_once("plant/#")
        };
        let mut members = Vec::new();
        for number in 0..2 {
            let mut spec = broker.spec(protocol, &format!("member-{number}-{protocol}"));
            spec.subscriptions = vec![shared.clone()];
            let mut peer = Peer::start(spec);
            loop {
                match peer.next().await {
                    Inbound::Subscribed { granted, .. } => {
                        assert_eq!(granted[0].filter, shared.wire_filter());
                        break;
                    }
                    Inbound::Link {
                        state: LinkState::Connecting | LinkState::Up { .. },
                        ..
                    } => {}
                    other => panic!("{other:?}"),
                }
            }
            members.push(peer);
        }
        for number in 0..40 {
            let text = format!("{number:06}");
            publisher.publish("plant/x", &text, Qos::AtLeastOnce).await;
        }
        let end = Instant::now() + Duration::from_millis(800);
        let [first, second] = &mut members[..] else {
            panic!("two members");
        };
        let ((one, _), (two, _)) = tokio::join!(collect(first, end), collect(second, end));
        assert!(!one.is_empty() && !two.is_empty(), "{one:?} {two:?}");
        let mut all = [one, two].concat();
        all.sort_unstable();
        assert!(all.into_iter().eq(0..40));
    }
}
