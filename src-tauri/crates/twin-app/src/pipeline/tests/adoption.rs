//! What was heard before an acceptance, on its way to its signals.

use twin_core::{BatchId, Duration, SampleBatch, SignalId};
use twin_historian::{Durability, Group, LinkTransition};

use super::{
    super::{
        job::HeardBatch,
        provisional::{RESUMED, UP, provisional_id},
    },
    *,
};
use crate::start::catch_up;

/// A sample of the one signal of the bench's plant, heard before anybody knew it.
fn heard(at: Timestamp, value: f64) -> HeardBatch {
    let mut batch = HeardBatch::new(0, "c".into(), BatchId(1), at);
    batch.names.push("plant/t0#s0".into());
    batch.rows.push_f64(SignalKey(0), at, value, Quality::GOOD);
    batch
}

impl Bench {
    async fn samples(&self, id: &str) -> usize {
        let keys = self.historian.signal_keys(&[id.into()]).await.unwrap();
        let (all, end) = (Timestamp::MIN, Timestamp::MAX);
        let found = self.historian.raw(keys[0], all, end, 100).await;
        found.unwrap().len()
    }
}

#[tokio::test]
async fn what_is_accepted_shows_when_its_connection_was_lost() -> anyhow::Result<()> {
    let dir = tempfile::tempdir()?;
    let historian = Historian::open(dir.path(), Timestamp(1)).await?;
    let id = provisional_id(&"c".into(), "plant/t0#s0");
    let keys = historian.signal_keys(&[id]).await?;
    let sample = |at: i64| {
        let mut batch = SampleBatch::new(BatchId(at as u64), Timestamp(at));
        batch.push_f64(keys[0], Timestamp(at), 1.0, Quality::GOOD);
        Arc::new(batch)
    };
    let link = |connection: &str, at, state: &str| LinkTransition {
        connection: connection.into(),
        at: Timestamp(at),
        state: state.into(),
        reason: String::new(),
    };
    let group = Group {
        batches: &[sample(10), sample(200)],
        links: &[
            link("c", 1, "down"),
            link("other", 50, "down"),
            link("c", 100, "taken-over"),
            link("c", 150, UP),
        ],
        ..Group::default()
    };
    historian.append_group(group, Durability::Full).await?;
    let plant = Plant::parse(&plant_file(1, 1))?;
    let adopter = Adopter::new(historian.clone(), dir.path());
    adopter.adopt(&plant, Timestamp(1_000)).await;
    let signals = historian.signals().await?;
    assert_eq!(signals, [(keys[0], "t0/s0".into())]);
    let lost = Quality::bad(Reason::BrokerLost);
    for (at, expected) in [(60, Quality::GOOD), (160, lost), (250, Quality::GOOD)] {
        let seen = historian.as_of(Timestamp(at)).await?;
        assert_eq!(seen[0].quality, expected, "{at}");
    }
    Ok(())
}

/// History could not be written for a while: the last of it is stored long after the acceptance.
#[tokio::test]
async fn what_is_stored_after_the_acceptance_joins_too() -> anyhow::Result<()> {
    let dir = tempfile::tempdir()?;
    let mut bench = Bench::new(dir.path(), 1, 1).await?;
    let jobs = bench.job_sender.clone();
    let writer = bench.start_writer();
    let now = clock::now();
    bench.adopter.adopt(&bench.compiled.plant, now).await;
    bench.adopter.adopt_rest(now).await;
    let job = Job {
        heard: vec![heard(now, 7.0)],
        names_changed: true,
        ..Job::default()
    };
    jobs.send(job).await?;
    drop(jobs);
    writer.await?;
    assert_eq!(bench.samples("t0/s0").await, 0);
    bench.adopter.adopt_rest(now).await;
    assert_eq!(bench.samples("t0/s0").await, 1);
    Ok(())
}

/// The program dies between the acceptance and the moment at which it is settled.
#[tokio::test]
async fn what_was_heard_before_the_acceptance_raises_no_alarm_in_a_replay() -> anyhow::Result<()> {
    let dir = tempfile::tempdir()?;
    let historian = Historian::open(dir.path(), clock::now()).await?;
    let mut numbering = Numbering::new(historian.clone());
    let now = clock::now();
    let batches = numbering.number(&[heard(now, 99.0)]).await?.batches;
    historian.append(&batches, Durability::Full).await?;
    let rule = "alarms = [{ kind = \"high\", limit = 80.0, deadband = 1.0, on_delay_s = 0.0, priority = 2 }]\n[[asset]]";
    let plant = Plant::parse(&plant_file(1, 1).replace("[[asset]]", rule))?;
    let adopter = Adopter::new(historian.clone(), dir.path());
    adopter.adopt(&plant, now).await;
    let ids: Vec<SignalId> = plant.signals().into_iter().map(|of| of.id).collect();
    let keys = historian.signal_keys(&ids).await?;
    let compiled = compile(plant, &keys);
    assert_eq!(compiled.engine.rules.len(), 1);
    assert_eq!(catch_up(&historian, &compiled).await?.brought.len(), 0);
    let of = historian.last_values_of(&keys).await?;
    assert_eq!(of[0].1.value, Value::F64(99.0));
    Ok(())
}

#[tokio::test]
async fn what_a_plant_takes_over_is_settled_with_it() -> anyhow::Result<()> {
    let dir = tempfile::tempdir()?;
    let bench = Bench::new(dir.path(), 1, 1).await?;
    let mut driver = bench.driver(vec![]);
    driver.outbox.settles = false;
    driver.put_plant(bench.grown(2, vec![]).await?);
    assert!(driver.outbox.names_changed && driver.outbox.settles);
    Ok(())
}

#[tokio::test]
async fn a_link_says_in_history_that_nothing_was_missed() -> anyhow::Result<()> {
    for (qos, session_present, expected) in [(1, true, RESUMED), (1, false, ""), (0, true, "")] {
        let dir = tempfile::tempdir()?;
        let plant = plant_file(1, 1).replace("qos = 0", &format!("qos = {qos}"));
        let bench = Bench::of(dir.path(), &plant).await?;
        let mut driver = bench.driver(vec![]);
        let state = LinkState::Up {
            session_present,
            security: String::new(),
            tls: None,
        };
        let at = clock::now();
        driver.take(&mut vec![(0, Inbound::Link { at, state })]);
        let [link] = driver.outbox.links.as_slice() else {
            panic!("{:?}", driver.outbox.links)
        };
        assert_eq!((link.state.as_str(), link.reason.as_str()), (UP, expected));
    }
    Ok(())
}

#[tokio::test]
async fn what_fails_is_told_and_tried_again_until_it_does_not() -> anyhow::Result<()> {
    let dir = tempfile::tempdir()?;
    // Copies of so many need more room than the pages have that there are.
    let mut bench = Bench::new(dir.path(), 3, 100).await?;
    let now = clock::now();
    let later = |seconds| now.plus(Duration::from_secs(seconds));
    let mut all = HeardBatch::new(0, "c".into(), BatchId(1), now);
    for signal in bench.compiled.plant.signals() {
        all.names.push(signal.address.unwrap().into());
        all.rows.push_f64(SignalKey(0), now, 7.0, Quality::GOOD);
    }
    let mut numbering = Numbering::new(bench.historian.clone());
    let batches = numbering.number(&[all]).await?.batches;
    bench.historian.append(&batches, Durability::Full).await?;
    bench.historian.limit_telemetry_pages(Some(1)).await?;
    let plant = Arc::clone(&bench.compiled);
    bench.adopter.adopt(&plant.plant, now).await;
    let awaited = bench.adopter.awaited(now).await;
    let first = provisional_id(&"c".into(), "plant/t0#s0");
    assert!(awaited.len() == 300 && awaited.contains(&first));
    bench.adopter.tell_to(bench.conditions.clone()).await;
    let conditions = &mut bench.queues.as_mut().unwrap().conditions;
    let event = conditions.try_recv()?;
    let SystemEvent::Raised { key, text } = event else {
        panic!("{event:?}")
    };
    assert!(text.to_string().contains("is full"), "{text}");
    bench.historian.limit_telemetry_pages(None).await?;
    bench.adopter.adopt_rest(now).await;
    let early = conditions.try_recv();
    assert!(early.is_err(), "it waits before it tries again: {early:?}");
    bench.adopter.adopt_rest(later(60)).await;
    assert_eq!(conditions.try_recv()?, SystemEvent::Cleared { key });
    assert_eq!(bench.samples("t0/s0").await, 1);
    assert_eq!(bench.samples("t2/s99").await, 1);
    assert_eq!(bench.adopter.awaited(later(120)).await, []);
    Ok(())
}

fn telegram(topic: &str, payload: String) -> Vec<(usize, Inbound)> {
    let message = Inbound::Message {
        topic: topic.into(),
        payload: payload.into(),
        qos: Qos::AtMostOnce,
        retain: false,
        dup: false,
        received: clock::now(),
        properties: None,
        ack: None,
    };
    vec![(0, message)]
}

/// Accepted later, it shows when its device was gone; said of signals at once.
#[tokio::test]
async fn the_death_of_a_device_is_marked_for_what_no_signal_comes_from() -> anyhow::Result<()> {
    let dir = tempfile::tempdir()?;
    let plant = plant_file(1, 1).replace("plant/#", "zigbee2mqtt/#");
    let mut bench = Bench::of(dir.path(), &plant).await?;
    let mut driver = bench.driver(vec![]);
    let jobs = bench.job_sender.clone();
    let writer = bench.start_writer();
    let topic = "zigbee2mqtt/pump";
    let away = || {
        telegram(
            "zigbee2mqtt/pump/availability",
            "{\"state\":\"offline\"}".into(),
        )
    };
    // Without a value nothing is gone, and of one value only once.
    driver.take(&mut away());
    driver.take(&mut telegram(topic, "{\"flow\":1.5}".into()));
    driver.take(&mut away());
    driver.take(&mut away());
    let back = || {
        telegram(
            "zigbee2mqtt/pump/availability",
            "{\"state\":\"online\"}".into(),
        )
    };
    driver.take(&mut back());
    let job = std::mem::take(&mut driver.outbox);
    let gone: usize = job.heard.iter().map(|batch| batch.gone.len()).sum();
    let flow = |job: &Job| {
        let names = job.heard.iter().flat_map(|batch| &batch.gone);
        names.filter(|name| name.ends_with("#flow")).count()
    };
    assert_eq!((gone, flow(&job)), (1, 1));
    jobs.send(job).await?;
    let mut turn = telegram(topic, "{\"flow\":2.5}".into());
    turn.extend(away());
    turn.extend(telegram(topic, "{\"flow\":3.5}".into()));
    driver.take(&mut turn);
    let job = std::mem::take(&mut driver.outbox);
    assert_eq!(flow(&job), 1);
    jobs.send(job).await?;
    drop((jobs, driver));
    writer.await?;
    let known = bench.historian.signals().await?;
    let flow = known
        .iter()
        .find(|(_, id)| id.as_str().ends_with("#flow"))
        .unwrap()
        .0;
    let all = bench
        .historian
        .raw(flow, Timestamp::MIN, Timestamp::MAX, 9)
        .await?;
    assert_eq!(all.len(), 3);
    let at = async |t: Timestamp| {
        let seen = bench.historian.as_of(t).await.unwrap();
        seen.iter().find(|of| of.signal == flow).unwrap().quality
    };
    let dead = Quality::bad(Reason::NodeDeath);
    assert_eq!(at(all[0].received).await, Quality::GOOD);
    assert_eq!(at(all[1].received.plus(Duration(-1))).await, dead);
    assert_eq!(at(all[2].received.plus(Duration(-1))).await, Quality::GOOD);
    assert_eq!(at(Timestamp::MAX).await, Quality::GOOD, "heard again");
    Ok(())
}
