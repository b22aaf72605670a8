//! Broker and plant together, seen by a client as any subscriber sees them. Real time: each test takes some seconds.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a helper of a test fails the test"
)]

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use demo_plant::{
    Error, Scheduled,
    broker::Broker,
    fleet::UPLINK_TOPIC,
    publish::{CONTROL_STATE_TOPIC, Plant, ask},
    sparkplug::{
        Topic,
        payload::{Metric, MetricValue, Payload},
    },
};
use prost::Message as _;
use rumqttc::{
    AsyncClient, BrokerSessionResumePolicy, Event, EventLoop, MqttOptions, Packet, Publish,
    PublishOptions, QoS, SessionMode,
};
use tokio::{
    sync::oneshot,
    task::JoinHandle,
    time::{Instant, timeout},
};

#[expect(
    clippy::disallowed_methods,
    reason = "a test has no engine to keep free of clocks"
)]
fn now() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_micros() as i64
}

struct Running {
    broker: Broker,
    stop: oneshot::Sender<()>,
    task: JoinHandle<Result<(), Error>>,
}

/// Starts broker and plant; returns when the plant says it is ready.
async fn start(schedule: &[&str]) -> Running {
    let broker = Broker::start(0).await.unwrap();
    let schedule = schedule
        .iter()
        .map(|spec| Scheduled::parse(spec).unwrap())
        .collect();
    let plant = Plant::new(1, now(), schedule, broker.port).unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let (tell, ready) = oneshot::channel();
    let announce = move || {
        tell.send(()).unwrap();
        Ok(())
    };
    let task = tokio::spawn(Box::pin(plant.run(now, announce, async {
        stopped.await.ok();
    })));
    timeout(Duration::from_secs(20), ready)
        .await
        .expect("ready within 20 s")
        .unwrap();
    Running { broker, stop, task }
}

impl Running {
    async fn end(self) {
        self.stop.send(()).unwrap();
        timeout(Duration::from_secs(10), self.task)
            .await
            .expect("ends within 10 s")
            .unwrap()
            .unwrap();
    }
}

struct Watcher {
    client: AsyncClient,
    eventloop: EventLoop,
}

impl Watcher {
    async fn new(port: u16, id: &str, filters: &[&str], session: SessionMode) -> Self {
        let mut options = MqttOptions::new(id, ("127.0.0.1", port));
        options
            .set_keep_alive(10)
            .set_session_mode(session)
            .set_max_packet_size(Some(4 * 1024 * 1024));
        if session == SessionMode::Persistent {
            options.set_session_expiry_interval(Some(3600));
            // A process that was killed knows nothing of its session; the broker does.
            options.set_broker_session_resume_policy(BrokerSessionResumePolicy::AllowBrokerOnly);
        }
        let (client, eventloop) = AsyncClient::builder(options).capacity(100).build();
        for filter in filters {
            client.subscribe(*filter, QoS::AtLeastOnce).await.unwrap();
        }
        Watcher { client, eventloop }
    }

    /// What comes until `deadline`, or until `enough` says so.
    async fn collect(
        &mut self,
        span: Duration,
        mut enough: impl FnMut(&Publish) -> bool,
    ) -> Vec<Publish> {
        let deadline = Instant::now() + span;
        let mut seen = Vec::new();
        while let Ok(event) = tokio::time::timeout_at(deadline, self.eventloop.poll()).await {
            if let Event::Incoming(Packet::Publish(publish)) = event.unwrap() {
                let last = enough(&publish);
                seen.push(publish);
                if last {
                    break;
                }
            }
        }
        seen
    }
}

fn topic(publish: &Publish) -> String {
    String::from_utf8(publish.topic.to_vec()).unwrap()
}

fn kind_of(publish: &Publish) -> Option<(String, String)> {
    let text = topic(publish);
    let topic = Topic::parse(&text)?;
    Some((topic.kind.to_owned(), topic.node.to_owned()))
}

fn payload(publish: &Publish) -> Payload {
    Payload::decode(&publish.payload[..]).unwrap()
}

async fn ask_rebirth(watcher: &Watcher, node: &str) {
    let metric = Metric {
        name: Some("Node Control/Rebirth".to_owned()),
        datatype: Some(11),
        value: Some(MetricValue::Boolean(true)),
        ..Metric::default()
    };
    let command = Payload {
        timestamp: Some(now() as u64 / 1000),
        metrics: vec![metric],
        seq: None,
    };
    let options = PublishOptions::new(QoS::AtLeastOnce);
    watcher
        .client
        .publish(
            format!("spBv1.0/Riverside/NCMD/{node}"),
            command.encode_to_vec(),
            options,
        )
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_subscriber_sees_the_whole_fleet() {
    let plant = start(&[]).await;
    let filters = [
        "spBv1.0/Riverside/#",
        "zigbee2mqtt/#",
        "application/+/device/+/event/up",
        "riverside/#",
    ];
    let mut watcher =
        Watcher::new(plant.broker.port, "watcher", &filters, SessionMode::Clean).await;
    let begin = now();
    let mut seen = watcher.collect(Duration::from_secs(2), |_| false).await;
    ask_rebirth(&watcher, "edge-1").await;
    ask_rebirth(&watcher, "edge-2").await;
    seen.extend(watcher.collect(Duration::from_secs(8), |_| false).await);

    let topics: BTreeSet<String> = seen.iter().map(topic).collect();
    for wanted in [
        "spBv1.0/Riverside/NBIRTH/edge-1",
        "spBv1.0/Riverside/NBIRTH/edge-2",
        "spBv1.0/Riverside/DBIRTH/edge-1/pump-2",
        "spBv1.0/Riverside/DBIRTH/edge-2/exchanger",
        "spBv1.0/Riverside/NDATA/edge-1",
        "spBv1.0/Riverside/DDATA/edge-1/high-tank",
        "spBv1.0/Riverside/DDATA/edge-2/compressor",
        "zigbee2mqtt/bridge/state",
        "zigbee2mqtt/bridge/devices",
        "zigbee2mqtt/pump_hall_air/availability",
        UPLINK_TOPIC,
        "riverside/raw-water",
        "riverside/intake-screen",
        "riverside/configuration",
    ] {
        assert!(
            topics.contains(wanted),
            "{wanted} is missing of {topics:#?}"
        );
    }
    let retained: BTreeSet<String> = seen.iter().filter(|p| p.retain).map(topic).collect();
    assert!(
        retained.contains("zigbee2mqtt/bridge/devices")
            && retained.contains("riverside/configuration")
    );
    assert!(
        retained.iter().all(|topic| !topic.starts_with("spBv1.0")),
        "Sparkplug retains nothing: {retained:?}"
    );

    numbers_without_gap(&seen);
    let samples: usize = seen
        .iter()
        .filter(|p| kind_of(p).is_some())
        .map(|p| payload(p).metrics.len())
        .sum();
    let rate = samples as f64 / ((now() - begin) as f64 * 1e-6);
    assert!((250.0..900.0).contains(&rate), "{rate} samples a second");
    plant.end().await;
}

/// After each node's birth every message carries the next number.
fn numbers_without_gap(seen: &[Publish]) {
    let mut next: BTreeMap<String, u64> = BTreeMap::new();
    let mut counted = 0;
    for publish in seen {
        let Some((kind, node)) =
            kind_of(publish).filter(|(kind, _)| kind != "NCMD" && kind != "NDEATH")
        else {
            continue;
        };
        let seq = payload(publish).seq.unwrap();
        if kind == "NBIRTH" {
            assert_eq!(seq, 0);
        } else if let Some(expected) = next.get(&node) {
            assert_eq!(seq, *expected, "{} {kind}", topic(publish));
            counted += 1;
        }
        next.insert(node, (seq + 1) % 256);
    }
    assert!(counted > 200, "{counted}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fault_is_asked_for_confirmed_and_refused() {
    let plant = start(&[]).await;
    let confirmed = ask(plant.broker.port, "pump-2:bearing", "one")
        .await
        .unwrap();
    assert_eq!(
        confirmed,
        "pump-2:bearing begins; faults standing: pump-2:bearing"
    );
    let mut watcher = Watcher::new(
        plant.broker.port,
        "watcher",
        &[CONTROL_STATE_TOPIC],
        SessionMode::Clean,
    )
    .await;
    let state = watcher.collect(Duration::from_secs(5), |_| true).await;
    assert!(
        state[0].retain,
        "whoever comes later learns which faults stand"
    );
    let cleared = ask(plant.broker.port, "clear", "two").await.unwrap();
    assert_eq!(cleared, "all faults end; faults standing: none");
    let unknown = ask(plant.broker.port, "pump-9:bearing", "three")
        .await
        .unwrap_err();
    assert!(matches!(unknown, Error::UnknownFault { .. }), "{unknown}");
    plant.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dead_node_leaves_its_will_and_comes_back_with_the_next_number() {
    let plant = start(&[]).await;
    let mut watcher = Watcher::new(
        plant.broker.port,
        "watcher",
        &["spBv1.0/Riverside/#"],
        SessionMode::Clean,
    )
    .await;
    watcher.collect(Duration::from_secs(10), |_| true).await;
    ask(plant.broker.port, "edge-2:death", "die").await.unwrap();
    let is = |publish: &Publish, wanted: &str| {
        kind_of(publish) == Some((wanted.to_owned(), "edge-2".to_owned()))
    };
    let bd_seq = |publish: &Publish| {
        let metrics = payload(publish).metrics;
        metrics
            .into_iter()
            .find(|m| m.name.as_deref() == Some("bdSeq"))
            .unwrap()
            .value
    };
    let seen = watcher
        .collect(Duration::from_secs(10), |p| is(p, "NDEATH"))
        .await;
    let death = seen
        .last()
        .filter(|p| is(p, "NDEATH"))
        .expect("the will is published");
    assert_eq!(bd_seq(death), Some(MetricValue::Long(0)));
    assert_eq!(payload(death).seq, None);
    let silent = watcher.collect(Duration::from_secs(2), |_| false).await;
    assert!(
        silent
            .iter()
            .all(|p| kind_of(p).is_some_and(|(_, node)| node == "edge-1")),
        "edge-2 is dead"
    );
    ask(plant.broker.port, "clear", "live").await.unwrap();
    let seen = watcher
        .collect(Duration::from_secs(10), |p| is(p, "NBIRTH"))
        .await;
    let birth = seen
        .last()
        .filter(|p| is(p, "NBIRTH"))
        .expect("it comes back");
    assert_eq!(bd_seq(birth), Some(MetricValue::Long(1)));
    plant.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_link_is_noticed_by_the_broker_and_made_up_for_later() {
    let plant = start(&["edge-2:link@3"]).await;
    let mut watcher = Watcher::new(
        plant.broker.port,
        "watcher",
        &["spBv1.0/Riverside/+/edge-2/#"],
        SessionMode::Clean,
    )
    .await;
    let is = |publish: &Publish, wanted: &str| {
        kind_of(publish) == Some((wanted.to_owned(), "edge-2".to_owned()))
    };
    // Keep-alive 10 s: the broker waits for 15 s of silence.
    let seen = watcher
        .collect(Duration::from_secs(30), |p| is(p, "NDEATH"))
        .await;
    assert!(
        seen.last().is_some_and(|p| is(p, "NDEATH")),
        "the will is published"
    );
    ask(plant.broker.port, "clear", "back").await.unwrap();
    let seen = watcher.collect(Duration::from_secs(6), |_| false).await;
    let born = seen
        .iter()
        .position(|p| is(p, "NBIRTH"))
        .expect("it is born anew");
    let history: BTreeSet<u64> = seen[born..]
        .iter()
        .filter(|p| topic(p).ends_with("/exchanger"))
        .flat_map(|p| payload(p).metrics)
        .filter(|m| m.is_historical == Some(true))
        .map(|m| m.timestamp.unwrap())
        .collect();
    assert!(
        history.len() >= 12,
        "a reading of every second without a link: {}",
        history.len()
    );
    plant.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_plant_says_goodbye() {
    let plant = start(&[]).await;
    let port = plant.broker.port;
    let filters = ["spBv1.0/Riverside/#", "zigbee2mqtt/bridge/state"];
    let mut watcher = Watcher::new(port, "watcher", &filters, SessionMode::Clean).await;
    watcher.collect(Duration::from_secs(10), |_| true).await;
    let ending = tokio::spawn(plant.end());
    let seen = watcher.collect(Duration::from_secs(5), |_| false).await;
    ending.await.unwrap();
    let of = |kind: &str| {
        seen.iter()
            .filter(|p| kind_of(p).is_some_and(|(k, _)| k == kind))
            .count()
    };
    assert_eq!(
        (of("DDEATH"), of("NDEATH")),
        (10, 2),
        "each once: no will after a goodbye"
    );
    let bridge: Vec<_> = seen
        .iter()
        .filter(|p| topic(p) == "zigbee2mqtt/bridge/state")
        .collect();
    assert_eq!(
        &bridge.last().unwrap().payload[..],
        br#"{"state":"offline"}"#
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_persistent_session_misses_nothing_while_it_is_away() {
    let plant = start(&[]).await;
    let filter = ["spBv1.0/Riverside/+/edge-1/pump-2"];
    let mut first = Watcher::new(plant.broker.port, "app", &filter, SessionMode::Persistent).await;
    let before = first.collect(Duration::from_secs(3), |_| false).await;
    assert!(before.len() > 10);
    // As kill -9 leaves it: no goodbye, and the last acknowledgements may be missing.
    drop(first);
    tokio::time::sleep(Duration::from_secs(10)).await;
    let mut second = Watcher::new(plant.broker.port, "app", &[], SessionMode::Persistent).await;
    let after = second.collect(Duration::from_secs(3), |_| false).await;
    let times: BTreeSet<u64> = before
        .iter()
        .chain(&after)
        .map(|p| payload(p).timestamp.unwrap())
        .collect();
    let times: Vec<u64> = times.into_iter().collect();
    let gap = times
        .windows(2)
        .map(|pair| pair[1] - pair[0])
        .max()
        .unwrap();
    let span = times.last().unwrap() - times[0];
    assert!(
        gap <= 150,
        "the plant sends every 100 ms; the longest gap is {gap} ms of {span} ms"
    );
    assert!(span > 13_000, "{span} ms");
    plant.end().await;
}
