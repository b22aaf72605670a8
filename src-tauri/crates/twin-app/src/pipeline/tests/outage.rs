//! An outage of history: what is shown, what is kept in memory, what is recorded of the rest.

use std::sync::atomic::Ordering;

use twin_connect::{DownKind, DownReason};
use twin_core::{BatchId, ConnectionId, SampleBatch};
use twin_historian::Keep;

use super::*;
use crate::pipeline::{HISTORY, held::Held, retention};

impl Bench {
    fn complete(&self) -> Timestamp {
        Timestamp(self.complete.load(Ordering::Relaxed))
    }
}

fn message(topic: &str, payload: &str) -> Inbound {
    Inbound::Message {
        topic: topic.into(),
        payload: payload.to_owned().into(),
        qos: Qos::AtLeastOnce,
        retain: false,
        dup: false,
        received: clock::now(),
        properties: None,
        ack: None,
    }
}

fn begins() -> SystemEvent {
    let (key, text) = (HISTORY.into(), "History is not written".into());
    SystemEvent::Raised { key, text }
}

fn ends() -> SystemEvent {
    SystemEvent::Cleared {
        key: HISTORY.into(),
    }
}

fn shown(bench: &Bench) -> (Option<f64>, Quality) {
    let twin = bench.view.twin(SignalKey(0)).unwrap();
    (twin.value.as_f64(), twin.quality())
}

/// A plant of one tank whose messages may be acknowledged.
fn sure_plant() -> String {
    plant_file(1, 1).replace("qos = 0", "qos = 1")
}

#[tokio::test]
async fn a_link_that_is_lost_in_an_outage_stays_lost_when_it_ends() -> anyhow::Result<()> {
    let dir = tempfile::tempdir()?;
    let mut bench = Bench::of(dir.path(), &sure_plant()).await?;
    let key = bench.compiled.engine.signals[0].key;
    assert_eq!(key, SignalKey(0));
    let mut driver = bench.driver(vec![]);
    // The value is from history: nothing came yet, so it may be one that a broker repeats.
    driver.show_everything();
    driver.take_condition(begins());
    let paused = Quality::bad(Reason::HistoryUnavailable);
    assert_eq!(shown(&bench).1, paused);
    driver.held.push(0, message("plant/t0", "{\"s0\": 2}"));
    let reason = DownReason {
        kind: DownKind::Refused,
        message: "no".into(),
        advice: String::new(),
    };
    let down = Inbound::Link {
        at: clock::now(),
        state: LinkState::Down { reason },
    };
    driver.take(&mut vec![(0, down)]);
    let lost = Quality::bad(Reason::BrokerLost);
    assert_eq!(shown(&bench), (Some(1.0), lost));
    driver.keep_outage(clock::now());
    driver.take_condition(ends());
    driver.catch_up();
    assert_eq!(shown(&bench), (Some(2.0), lost), "what was held is older");
    assert!(!driver.recovering);
    driver.flush();

    let mut jobs = bench.jobs.take().unwrap();
    let (mut received, mut stored) = (Timestamp::MIN, vec![]);
    while let Ok(job) = jobs.try_recv() {
        received = job
            .batches
            .iter()
            .map(|b| b.received())
            .fold(received, Ord::max);
        stored.extend(job.qualities);
    }
    let last = stored
        .iter()
        .max_by_key(|transition| transition.at)
        .unwrap();
    assert_eq!(last.quality, lost, "{stored:?}");
    assert!(last.at > received, "or as of would show the held sample");
    Ok(())
}

#[tokio::test]
async fn a_death_that_is_held_is_shown_at_once_and_decoded_in_its_place() -> anyhow::Result<()> {
    let dir = tempfile::tempdir()?;
    let plant = sure_plant().replace("plant/", "zigbee2mqtt/");
    let bench = Bench::of(dir.path(), &plant).await?;
    let mut driver = bench.driver(vec![]);
    driver.take(&mut vec![(0, message("zigbee2mqtt/t0", "{\"s0\": 1}"))]);
    driver.take_condition(begins());
    let held = [
        message("zigbee2mqtt/t0", "{\"s0\": 2}"),
        message("zigbee2mqtt/t0/availability", "offline"),
    ];
    for message in held {
        driver.foretell(0, &message);
        driver.held.push(0, message);
    }
    let dead = Quality::bad(Reason::NodeDeath);
    assert_eq!(shown(&bench), (Some(1.0), dead));
    driver.take_condition(ends());
    driver.catch_up();
    assert_eq!(shown(&bench), (Some(2.0), dead));
    Ok(())
}

#[tokio::test]
async fn a_connection_of_which_enough_is_held_is_closed_until_it_went() -> anyhow::Result<()> {
    let dir = tempfile::tempdir()?;
    let bench = Bench::of(dir.path(), &sure_plant()).await?;
    let mut driver = bench.driver(vec![]);
    driver.held = Held::new(1_000);
    driver.take_condition(begins());
    driver.set_gates();
    assert!(!driver.sources[&0].is_closed());
    driver.held.push(0, message("plant/t0", &" ".repeat(1_000)));
    driver.set_gates();
    assert!(driver.sources[&0].is_closed());
    driver.take_condition(ends());
    driver.catch_up();
    assert!(!driver.sources[&0].is_closed());
    Ok(())
}

#[tokio::test]
async fn scores_that_are_lost_are_recorded_too() -> anyhow::Result<()> {
    let dir = tempfile::tempdir()?;
    let bench = Bench::new(dir.path(), 1, 1).await?;
    let mut driver = bench.driver(vec![]);
    driver.ring = Ring::new(Limits {
        samples: 2,
        bytes: 1 << 20,
        transitions: 10,
    });
    driver.take_condition(begins());
    for number in 0..6 {
        let at = clock::now();
        let mut batch = SampleBatch::new(BatchId(0), at);
        batch.push_f64(SignalKey(0), at, 0.5, Quality::GOOD);
        let carried = if number % 2 == 0 {
            vec![(0, 1)]
        } else {
            vec![]
        };
        driver.ring.push(Job {
            batches: vec![Arc::new(batch)],
            carried,
            ..Job::default()
        });
    }
    driver.take_condition(ends());
    let first = driver.ring.pop().unwrap();
    let told: Vec<_> = first
        .rejects
        .iter()
        .map(|r| (r.connection.clone(), r.detail.clone()))
        .collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert_eq!(told[0].0, ConnectionId::from("c"));
    assert!(told[0].1.starts_with("2 samples of QoS 0"), "{told:?}");
    assert!(told[1].1.starts_with("2 anomaly scores"), "{told:?}");
    assert_eq!(driver.not_stored(), 4);
    Ok(())
}

#[tokio::test]
async fn signals_that_left_the_plant_are_kept_without_a_limit_of_age() -> anyhow::Result<()> {
    let dir = tempfile::tempdir()?;
    let bench = Bench::new(dir.path(), 1, 2).await?;
    bench
        .historian
        .signal_keys(&[SignalId::from("gone/s0")])
        .await?;
    let known = bench.historian.signals().await?;
    let policy = retention::Plan::of(&bench.compiled, &known).policy;
    assert!(policy.default.raw.is_some());
    let gone: Vec<_> = known
        .iter()
        .filter(|(_, id)| id.as_str() == "gone/s0")
        .collect();
    assert_eq!(policy.classes, [(vec![gone[0].0], Keep::default())]);
    let forever = Keep {
        raw: None,
        rollups: None,
    };
    assert_eq!(policy.classes[0].1, forever);
    Ok(())
}

/// How many samples are to fit in memory.
const HELD: usize = 500;
/// How many messages are sent before the next wait.
const AT_ONCE: usize = 50;

#[tokio::test]
async fn what_memory_cannot_hold_is_counted_and_the_rest_is_stored_in_order() -> anyhow::Result<()>
{
    full_memory(Limits {
        samples: HELD,
        bytes: 1 << 20,
        transitions: 100,
    })
    .await
}

#[tokio::test]
async fn samples_that_fill_memory_by_their_bytes_are_counted_to_the_last() -> anyhow::Result<()> {
    full_memory(Limits {
        samples: 100_000,
        bytes: 40_000,
        transitions: 100,
    })
    .await
}

async fn full_memory(limits: Limits) -> anyhow::Result<()> {
    let dir = tempfile::tempdir()?;
    let mut bench = Bench::new(dir.path(), 1, 1).await?;
    let mut driver = bench.driver(vec![]);
    driver.ring = Ring::new(limits);
    let writer = bench.start_writer();
    let driver = tokio::spawn(driver.run(bench.queues.take().unwrap()));

    let mut sent = 0_i64;
    let base = clock::now().millis() - 100_000;
    let send = async |bench: &Bench, sent: &mut i64| {
        let payload = format!("{{\"s0\": {sent}, \"timestamp\": {}}}", base + *sent);
        *sent += 1;
        bench.send("plant/t0", payload).await;
    };
    send(&bench, &mut sent).await;
    bench.historian.limit_telemetry_pages(Some(1)).await?;
    while bench.view.counters().system.is_empty() {
        send(&bench, &mut sent).await;
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let complete = bench.complete();
    // Few at a time: what one turn takes in always fits, however slow the machine is, and would exceed the limit.
    for _ in 0..3 * HELD / AT_ONCE {
        for _ in 0..AT_ONCE {
            send(&bench, &mut sent).await;
        }
        is_shown(&bench, sent as f64 - 1.0).await?;
    }
    bench
        .until(|counters| counters.not_stored > 0.0 && counters.waiting > 0.0)
        .await;
    let twin = bench.view.twin(SignalKey(0)).unwrap();
    assert!(twin.quality().is_good(), "QoS 0 goes on: {twin:?}");
    bench
        .until(|counters| counters.system[0].contains("were lost"))
        .await;
    assert!(bench.view.counters().waiting <= limits.samples as f64);
    assert_eq!(bench.complete(), complete, "history is behind");
    let until = clock::now();

    bench.historian.limit_telemetry_pages(None).await?;
    bench
        .until(|counters| counters.system.is_empty() && counters.waiting == 0.0)
        .await;
    let comes = async {
        while bench.complete() < until {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(SOON, comes).await?;
    bench.requests.send(Request::Stop).await?;
    driver.await?;
    writer.await?;

    everything_is_stored_or_counted(&bench, sent).await
}

/// Waits until the twin has the value.
async fn is_shown(bench: &Bench, value: f64) -> anyhow::Result<()> {
    let shown = async {
        while bench
            .view
            .twin(SignalKey(0))
            .and_then(|twin| twin.value.as_f64())
            != Some(value)
        {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    Ok(tokio::time::timeout(SOON, shown).await?)
}

/// Of levels `0..sent` each is stored or counted as lost, and the loss is recorded.
async fn everything_is_stored_or_counted(bench: &Bench, sent: i64) -> anyhow::Result<()> {
    let lost = bench.view.counters().not_stored as usize;
    let stored = bench
        .historian
        .raw(SignalKey(0), Timestamp(0), Timestamp::MAX, 100_000)
        .await?;
    assert_eq!(stored.len() + lost, sent as usize);
    let received: Vec<_> = stored.iter().map(|sample| sample.received).collect();
    assert!(received.is_sorted());
    assert_eq!(
        stored.last().and_then(|s| s.value.as_f64()),
        Some(sent as f64 - 1.0)
    );
    assert_eq!(bench.view.connections()[0].not_stored, lost as f64);
    let rejects = bench.historian.rejects(10).await?;
    let told = rejects.iter().map(|reject| {
        assert_eq!(reject.reason, "not-stored");
        let count = reject.detail.split(' ').next();
        count.and_then(|count| count.parse::<usize>().ok())
    });
    assert_eq!(told.sum::<Option<usize>>(), Some(lost), "{rejects:?}");
    Ok(())
}
