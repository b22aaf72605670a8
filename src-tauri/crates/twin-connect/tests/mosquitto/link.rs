//! Messages, loss and return of the link, refusals, consumers that fall behind.

use std::{fs, process::Command as Process, time::Duration};

use bytes::Bytes;
use tokio::time::{Instant, sleep};
use twin_connect::{
    Command, Credentials, DownKind, Inbound, Limits, LinkState, Qos, Secret, Session, Subscription,
};

use crate::support::{
    Broker, PATIENCE, PROTOCOLS, Peer, at_least_once, free_port, program, publisher,
    security_plugin, spec,
};

#[tokio::test]
async fn messages_of_every_quality_arrive() {
    let broker = Broker::open().await;
    let sender = publisher(&broker).await;
    for protocol in PROTOCOLS {
        let mut spec = broker.spec(protocol, "reader");
        spec.subscriptions = vec![Subscription::new("plant/+/flow", Qos::ExactlyOnce)];
        let mut reader = Peer::start(spec);
        assert!(!reader.up().await);
        for qos in [Qos::AtMostOnce, Qos::AtLeastOnce, Qos::ExactlyOnce] {
            for number in 0..50 {
                sender
                    .publish("plant/p1/flow", &format!("{number}"), qos)
                    .await;
                let mail = reader.mail().await;
                assert_eq!(
                    (mail.topic.as_str(), mail.text),
                    ("plant/p1/flow", format!("{number}"))
                );
                assert_eq!((mail.qos, mail.dup, mail.retain), (qos, false, false));
                assert_eq!(mail.ack.is_some(), qos != Qos::AtMostOnce);
                if let Some(ack) = mail.ack {
                    reader.ask(Command::Ack(ack)).await;
                }
            }
        }
        reader.stop().await;
    }
}

#[tokio::test]
async fn many_filters_are_all_subscribed() {
    let broker = Broker::open().await;
    let sender = publisher(&broker).await;
    for protocol in PROTOCOLS {
        let mut spec = broker.spec(protocol, "reader");
        spec.subscriptions = (0..20)
            .map(|n| at_least_once(&format!("area/{n}/#")))
            .collect();
        let mut reader = Peer::start(spec);
        reader.up().await;
        for n in 0..20 {
            sender
                .publish(&format!("area/{n}/x"), "1", Qos::AtLeastOnce)
                .await;
            let mail = reader.mail().await;
            assert_eq!(mail.topic, format!("area/{n}/x"));
            reader.ack(mail).await;
        }
    }
}

#[tokio::test]
async fn a_closed_port_is_refused_until_a_broker_listens() {
    let port = free_port();
    let mut peer = Peer::start(spec(port, PROTOCOLS[0], "reader"));
    let reason = peer.down().await;
    assert_eq!(reason.kind, DownKind::Refused);
    assert!(reason.message.contains(&port.to_string()), "{reason}");
    peer.publish("plant/x", "1", Qos::AtMostOnce).await;
    loop {
        if let Inbound::NotSent { topic, reason, .. } = peer.next().await {
            assert_eq!(
                (topic.as_str(), reason.as_str()),
                ("plant/x", "the link is down")
            );
            break;
        }
    }
}

#[tokio::test]
async fn a_name_that_does_not_exist_is_named() {
    let mut spec = spec(1883, PROTOCOLS[0], "reader");
    spec.host = "no-such-host.invalid".into();
    let reason = Peer::start(spec).down().await;
    assert_eq!(reason.kind, DownKind::Dns);
    assert!(reason.message.contains("no-such-host.invalid"), "{reason}");
}

#[tokio::test]
async fn a_broker_that_comes_back_is_subscribed_again() {
    for protocol in PROTOCOLS {
        let mut broker = Broker::open().await;
        let mut spec = broker.spec(protocol, "reader");
        spec.session = Session::Persistent {
            expiry: Duration::from_secs(3600),
        };
        spec.subscriptions = vec![at_least_once("plant/#")];
        let mut reader = Peer::start(spec);
        reader.up().await;
        for _ in 0..2 {
            broker.kill();
            let reason = reader.down().await;
            assert!(
                matches!(reason.kind, DownKind::Closed | DownKind::Refused),
                "{reason:?}"
            );
            broker.start().await;
            // This broker keeps nothing on disk, so all subscriptions are gone.
            assert!(!reader.up().await);
            let sender = publisher(&broker).await;
            sender.publish("plant/x", "back", Qos::AtLeastOnce).await;
            let mail = reader.mail().await;
            assert_eq!(mail.text, "back");
            reader.ack(mail).await;
        }
    }
}

#[tokio::test]
async fn a_wrong_password_is_said() {
    let broker = Broker::with(|directory| {
        let file = directory.join("passwords");
        let mut make = Process::new(program("mosquitto_passwd"));
        make.args(["-b", "-c"]).arg(&file).args(["ann", "right"]);
        assert!(make.status().unwrap().success());
        format!("password_file {}\n", file.display())
    })
    .await;
    for protocol in PROTOCOLS {
        let mut spec = broker.spec(protocol, "reader");
        let login = |password| Credentials {
            username: "ann".into(),
            password: Some(Secret::new(password)),
        };
        for credentials in [None, Some(login("wrong"))] {
            spec.credentials = credentials;
            let reason = Peer::start(spec.clone()).down().await;
            assert!(
                matches!(
                    reason.kind,
                    DownKind::NotAuthorised | DownKind::BadCredentials
                ),
                "{reason:?}"
            );
            assert!(!reason.message.contains("wrong"), "{reason}");
        }
        spec.credentials = Some(login("right"));
        Peer::start(spec).up().await;
    }
}

/// Everyone may subscribe to `plant/#` and to nothing else.
pub async fn strict_broker() -> Broker {
    Broker::with(|directory| {
        let file = directory.join("security.json");
        let text = r#"{
            "defaultACLAccess": { "publishClientSend": true, "publishClientReceive": true, "subscribe": false, "unsubscribe": true },
            "clients": [], "anonymousGroup": "all",
            "groups": [{ "groupname": "all", "roles": [{ "rolename": "reader" }], "clients": [] }],
            "roles": [{ "rolename": "reader", "acls": [{ "acltype": "subscribePattern", "topic": "plant/#", "allow": true }] }]
        }"#;
        fs::write(&file, text).unwrap();
        format!(
            "allow_anonymous true\nplugin {}\nplugin_opt_config_file {}\n",
            security_plugin().display(),
            file.display()
        )
    })
    .await
}

#[tokio::test]
async fn a_refused_filter_is_named() {
    let broker = strict_broker().await;
    for protocol in PROTOCOLS {
        let mut spec = broker.spec(protocol, "reader");
        spec.subscriptions = vec![at_least_once("plant/#"), at_least_once("office/#")];
        let mut peer = Peer::start(spec.clone());
        loop {
            if let Inbound::Subscribed {
                granted, refused, ..
            } = peer.next().await
            {
                assert_eq!(granted.len(), 1);
                assert_eq!(granted[0].filter, "plant/#");
                assert_eq!(refused.len(), 1);
                assert_eq!(refused[0].filter, "office/#");
                break;
            }
        }
        drop(peer);
        spec.subscriptions = vec![at_least_once("office/#")];
        let reason = Peer::start(spec).down().await;
        assert_eq!(reason.kind, DownKind::SubscriptionRefused);
        assert!(reason.message.contains("office/#"), "{reason}");
    }
}

#[tokio::test]
async fn a_takeover_is_named() {
    let broker = Broker::open().await;
    for protocol in PROTOCOLS {
        let mut spec = broker.spec(protocol, "twin-id");
        spec.subscriptions = vec![at_least_once("plant/#")];
        let mut first = Peer::start(spec.clone());
        first.up().await;
        let mut second = Peer::start(spec);
        let end = Instant::now() + PATIENCE;
        let reason = loop {
            assert!(Instant::now() < end, "nobody noticed");
            let item = tokio::select! { item = first.next() => item, item = second.next() => item };
            if let Inbound::Link {
                state: LinkState::TakenOver { reason },
                ..
            } = item
            {
                break reason;
            }
        };
        assert_eq!(reason.kind, DownKind::TakenOver);
        assert!(reason.message.contains("twin-id"), "{reason}");
    }
}

#[tokio::test]
async fn a_half_open_link_is_noticed_within_two_keep_alives() {
    for protocol in PROTOCOLS {
        let broker = Broker::open().await;
        let mut spec = broker.spec(protocol, "reader");
        spec.keep_alive = Duration::from_secs(2);
        spec.subscriptions = vec![at_least_once("plant/#")];
        let mut reader = Peer::start(spec);
        reader.up().await;
        // Idle, but sound: pings keep the link.
        sleep(Duration::from_secs(5)).await;
        assert!(reader.inbox.try_recv().is_err());
        broker.signal("STOP");
        let start = Instant::now();
        let reason = reader.down().await;
        let waited = start.elapsed();
        broker.signal("CONT");
        assert_eq!(reason.kind, DownKind::Silent, "{reason}");
        assert!(waited < Duration::from_millis(4_500), "{waited:?}");
        reader.up().await;
    }
}

#[tokio::test]
async fn a_slow_consumer_loses_no_acknowledged_message_and_keeps_the_link() {
    const COUNT: usize = 200;
    let broker = Broker::open().await;
    let sender = publisher(&broker).await;
    for protocol in PROTOCOLS {
        let mut spec = broker.spec(protocol, "reader");
        spec.keep_alive = Duration::from_secs(1);
        spec.subscriptions = vec![at_least_once("plant/#")];
        let mut reader = Peer::with_room(spec, 2);
        reader.up().await;
        for number in 0..COUNT {
            sender
                .publish("plant/x", &number.to_string(), Qos::AtLeastOnce)
                .await;
        }
        // Long enough for the broker to drop a client that sends no pings.
        sleep(Duration::from_secs(4)).await;
        for number in 0..COUNT {
            let mail = reader.mail().await;
            assert_eq!(mail.text, number.to_string());
            assert!(!mail.dup);
            reader.ack(mail).await;
        }
    }
}

#[tokio::test]
async fn what_a_slow_consumer_loses_is_counted() {
    const COUNT: u64 = 2_000;
    let broker = Broker::open().await;
    let sender = publisher(&broker).await;
    for protocol in PROTOCOLS {
        let mut spec = broker.spec(protocol, "reader");
        spec.subscriptions = vec![
            Subscription::new("fast", Qos::AtMostOnce),
            at_least_once("end"),
        ];
        let mut reader = Peer::with_room(spec, 4);
        reader.up().await;
        for _ in 0..COUNT {
            sender.publish("fast", "1", Qos::AtMostOnce).await;
        }
        sender.publish("end", "1", Qos::AtLeastOnce).await;
        sleep(Duration::from_secs(1)).await;
        let (mut seen, mut lost, mut ended) = (0, 0, false);
        while !ended || seen + lost < COUNT {
            match reader.next().await {
                Inbound::Message { topic, .. } if topic == "fast" => seen += 1,
                Inbound::Message { .. } => ended = true,
                Inbound::Dropped { count, .. } => lost += count,
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(seen + lost, COUNT);
        assert!(lost > 0);
    }
}

#[tokio::test]
async fn a_consumer_far_behind_gets_everything_in_the_end() {
    const COUNT: usize = 40;
    let broker = Broker::with(|_| "allow_anonymous true\nmax_queued_messages 10000\n".into()).await;
    let sender = publisher(&broker).await;
    for protocol in PROTOCOLS {
        let mut spec = broker.spec(protocol, &format!("behind-{protocol}"));
        spec.session = Session::Persistent {
            expiry: Duration::from_secs(3600),
        };
        spec.subscriptions = vec![at_least_once("plant/#")];
        spec.limits = Limits {
            max_held: 10_000,
            ..Limits::default()
        };
        let mut reader = Peer::with_room(spec, 1);
        reader.up().await;
        for number in 0..COUNT {
            sender
                .publish("plant/x", &format!("{number:>2000}"), Qos::AtLeastOnce)
                .await;
        }
        sleep(Duration::from_secs(1)).await;
        let (mut numbers, mut overloads) = (Vec::new(), 0);
        while numbers.len() < COUNT {
            match reader.next().await {
                Inbound::Message { payload, ack, .. } => {
                    let number: usize = std::str::from_utf8(&payload)
                        .unwrap()
                        .trim()
                        .parse()
                        .unwrap();
                    if !numbers.contains(&number) {
                        numbers.push(number);
                    }
                    reader.ask(Command::Ack(ack.unwrap())).await;
                }
                Inbound::Link {
                    state: LinkState::Down { reason },
                    ..
                } => {
                    assert_eq!(reason.kind, DownKind::Overloaded, "{reason}");
                    overloads += 1;
                }
                _ => {}
            }
        }
        assert!(overloads > 0);
        assert!(numbers.is_sorted(), "{numbers:?}");
    }
}

#[tokio::test]
async fn a_message_that_is_too_large_is_reported_and_can_be_acknowledged() {
    let broker = Broker::open().await;
    let sender = publisher(&broker).await;
    for protocol in PROTOCOLS {
        let mut spec = broker.spec(protocol, "reader");
        spec.subscriptions = vec![at_least_once("plant/#")];
        spec.limits.max_payload = 10_000;
        let mut reader = Peer::start(spec);
        reader.up().await;
        let payload = Bytes::from(vec![b'x'; 10_001]);
        sender
            .ask(Command::Publish {
                topic: "plant/big".into(),
                payload,
                qos: Qos::AtLeastOnce,
                retain: false,
            })
            .await;
        sender.publish("plant/small", "1", Qos::AtLeastOnce).await;
        match reader.next().await {
            Inbound::Unreadable {
                topic,
                detail,
                excerpt,
                size,
                ack,
                ..
            } => {
                assert_eq!((topic.as_str(), excerpt.len()), ("plant/big", 4_096));
                assert_eq!(size, 10_001);
                assert!(detail.contains("10001"), "{detail}");
                reader.ask(Command::Ack(ack.unwrap())).await;
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(reader.mail().await.topic, "plant/small");
    }
}

#[tokio::test]
async fn stop_ends_a_connection_that_is_not_up_too() {
    let peer = Peer::start(spec(free_port(), PROTOCOLS[0], "reader"));
    let start = Instant::now();
    peer.stop().await;
    assert!(start.elapsed() < Duration::from_secs(5));
}
