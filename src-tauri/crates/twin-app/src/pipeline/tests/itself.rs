//! What the program tells of itself: its alarms begin, count and end, and none outlives the run that made it.

use std::collections::HashSet;

use twin_core::{
    alarm::{AlarmState, AlarmTransition, StandingAlarm},
    said,
};

use super::*;
use crate::{compile::signal_ids, pipeline::HISTORY, start::catch_up};

const DROPPED: &str = "$connection.c/dropped:high";
const NOT_WRITTEN: &str = "$program/not-written:high";

async fn bench(dir: &std::path::Path) -> anyhow::Result<Bench> {
    let text = plant_file(1, 1);
    let ids = signal_ids(&Plant::parse(&text)?);
    Bench::with(dir, &text, &ids).await
}

fn fresh(bench: &Bench) -> Driver {
    bench.driver_of(Restored::default(), vec![], mpsc::channel(1).0)
}

fn loses(driver: &mut Driver, count: u64) {
    let at = clock::now();
    driver.take(&mut vec![(0, Inbound::Dropped { at, count })]);
}

fn key_of(bench: &Bench, rule: &str) -> SignalKey {
    let rules = &bench.compiled.engine.rules;
    let rule = rules.iter().find(|known| known.id.as_str() == rule);
    rule.unwrap().signal
}

/// What is on its way to the alarm database since this was last asked: rule, state and value.
fn told(driver: &mut Driver) -> Vec<(String, AlarmState, f64)> {
    let transitions = driver.outbox.transitions.drain(..);
    let one = |of: AlarmTransition| (of.rule.to_string(), of.to, of.value);
    transitions.map(one).collect()
}

/// Samples of a signal on their way to history since this was last asked.
fn sampled(driver: &mut Driver, key: SignalKey) -> Vec<f64> {
    let batches = driver.outbox.batches.drain(..);
    let samples = batches.flat_map(|batch| {
        let own = batch.iter().filter(|sample| sample.signal == key);
        own.filter_map(|sample| sample.as_f64()).collect::<Vec<_>>()
    });
    samples.collect()
}

#[tokio::test]
async fn lost_messages_are_an_alarm_until_a_minute_went_without_any() -> anyhow::Result<()> {
    let dir = tempfile::tempdir()?;
    let bench = bench(dir.path()).await?;
    let key = key_of(&bench, DROPPED);
    let mut driver = fresh(&bench);
    let begin = clock::now();
    let at = |seconds| begin.plus(twin_core::Duration::from_secs(seconds));

    driver.keep_house(at(0));
    assert!(
        driver.outbox.batches.is_empty(),
        "nothing is wrong, and something is stored"
    );
    loses(&mut driver, 5);
    driver.keep_house(at(1));
    let raised = (DROPPED.to_owned(), AlarmState::UnackActive, 5.0);
    assert_eq!(told(&mut driver), [raised]);
    let notice = driver.outbox.notices.pop().unwrap();
    assert_eq!(notice.title.to_string(), "c · messages lost");
    let body = notice.body.to_string();
    assert!(
        body.starts_with("5 so far") && body.contains("QoS 1"),
        "{body}"
    );
    loses(&mut driver, 3);
    driver.keep_house(at(40));
    driver.keep_house(at(41));
    assert_eq!(told(&mut driver), []);
    driver.keep_house(at(99));
    assert_eq!(sampled(&mut driver, key), [5.0, 8.0]);
    driver.keep_house(at(100));
    let returned = (DROPPED.to_owned(), AlarmState::UnackReturned, 0.0);
    assert_eq!(told(&mut driver), [returned]);
    assert_eq!(sampled(&mut driver, key), [0.0]);

    // Later ones are counted anew.
    loses(&mut driver, 2);
    driver.keep_house(at(500));
    assert_eq!(sampled(&mut driver, key), [2.0]);
    let again = (DROPPED.to_owned(), AlarmState::UnackActive, 2.0);
    assert_eq!(told(&mut driver), [again]);
    Ok(())
}

#[tokio::test]
async fn each_limit_has_an_alarm_of_its_own() -> anyhow::Result<()> {
    let dir = tempfile::tempdir()?;
    let bench = bench(dir.path()).await?;
    let mut driver = fresh(&bench);
    let (at, count) = (clock::now(), 7);
    driver.take(&mut vec![(0, Inbound::Throttled { at, count })]);
    driver.keep_house(at);
    let rule = "$connection.c/left-out:high".to_owned();
    let raised = (rule, AlarmState::UnackActive, 7.0);
    assert_eq!(told(&mut driver), [raised]);
    let rules = bench.compiled.engine.rules.iter();
    let rules: HashSet<&str> = rules.map(|rule| rule.id.as_str()).collect();
    let expected = [
        DROPPED,
        NOT_WRITTEN,
        "$connection.c/left-out:high",
        "$connection.c/beyond-topics:high",
        "$connection.c/beyond-addresses:high",
    ];
    assert_eq!(rules, HashSet::from(expected));
    Ok(())
}

#[tokio::test]
async fn an_outage_of_history_is_an_alarm_and_is_notified_at_once() -> anyhow::Result<()> {
    let dir = tempfile::tempdir()?;
    let bench = bench(dir.path()).await?;
    let (notices, mut queue) = mpsc::channel(1);
    let mut driver = bench.driver_of(Restored::default(), vec![], notices);
    let (key, text) = (HISTORY.to_owned(), said!("", "History is not written"));
    driver.take_condition(SystemEvent::Raised {
        key: key.clone(),
        text,
    });
    driver.flush();
    assert!(driver.is_behind(), "the alarm waits to be stored");
    let notice = queue.try_recv()?;
    assert_eq!(notice.title.to_string(), "Twinscope · history not written");
    driver.keep_house(clock::now());
    driver.take_condition(SystemEvent::Cleared { key });
    driver.flush();
    driver.flush();
    let mut jobs = bench.jobs.unwrap();
    let mut path = Vec::new();
    while let Ok(job) = jobs.try_recv() {
        path.extend(job.transitions.into_iter().map(|of| (of.rule, of.to)));
        assert!(job.notices.is_empty(), "notified twice");
    }
    let expected = [AlarmState::UnackActive, AlarmState::UnackReturned];
    assert_eq!(path, expected.map(|state| (NOT_WRITTEN.into(), state)));
    Ok(())
}

/// The transition that raises the alarm of lost messages, as a run before stored it.
fn standing(bench: &Bench, at: Timestamp) -> StandingAlarm {
    let mut driver = fresh(bench);
    loses(&mut driver, 5);
    driver.keep_house(clock::now());
    let mut raised = driver.outbox.transitions.remove(0);
    (raised.source_time, raised.at) = (at, at);
    StandingAlarm {
        raised,
        state: AlarmState::UnackActive,
        since: at,
        acknowledged: None,
    }
}

#[tokio::test]
async fn a_start_ends_what_the_run_before_raised() -> anyhow::Result<()> {
    let dir = tempfile::tempdir()?;
    let bench = bench(dir.path()).await?;
    let key = key_of(&bench, DROPPED);
    let hour = twin_core::Duration::from_secs(3_600);
    // History may have lost the value, and the clock of the run before may have been an hour ahead.
    let known = [
        (true, twin_core::Duration::ZERO),
        (true, hour),
        (false, twin_core::Duration::ZERO),
    ];
    for (has_value, ahead) in known {
        let then = clock::now().plus(ahead);
        let before = standing(&bench, then);
        let value = (key, then, Value::F64(5.0));
        let restored = Restored {
            standing: vec![before],
            last_values: has_value.then_some(value).into_iter().collect(),
        };
        let mut driver = bench.driver_of(restored, vec![], mpsc::channel(1).0);
        driver.begin_itself();
        let over = (DROPPED.to_owned(), AlarmState::UnackReturned, 0.0);
        assert_eq!(told(&mut driver), [over], "{has_value} {ahead:?}");
        driver.keep_house(clock::now());
        assert_eq!(sampled(&mut driver, key), [0.0]);
    }
    Ok(())
}

/// The two databases are not atomic together: a kill may come between the samples and the alarm that they make.
#[tokio::test]
async fn a_loss_whose_alarm_was_not_stored_is_an_alarm_after_a_crash() -> anyhow::Result<()> {
    let dir = tempfile::tempdir()?;
    let bench = bench(dir.path()).await?;
    let mut driver = fresh(&bench);
    loses(&mut driver, 5);
    driver.keep_house(clock::now());
    let made: Vec<_> = driver.outbox.transitions.drain(..).collect();
    let durability = twin_historian::Durability::Full;
    let batches: Vec<_> = driver.outbox.batches.drain(..).collect();
    bench.historian.append(&batches, durability).await?;
    let caught_up = catch_up(&bench.historian, &bench.compiled).await?;
    assert_eq!(caught_up.brought, made, "the same inputs, the same alarm");
    let stored = bench.historian.alarms().standing().await?;
    assert_eq!(stored[0].alarm.raised, made[0]);
    Ok(())
}

#[tokio::test]
async fn the_program_is_no_asset_of_the_plant() -> anyhow::Result<()> {
    let dir = tempfile::tempdir()?;
    let bench = bench(dir.path()).await?;
    let plant = bench.view.plant();
    assert_eq!((plant.assets.len(), plant.areas.len()), (1, 1));
    assert_eq!(bench.compiled.engine.assets.len(), 1);
    let system: Vec<&str> = plant.system.iter().map(|asset| asset.id.as_str()).collect();
    assert_eq!(system, ["$program", "$connection.c"]);
    let own = plant.system[1].signals.iter();
    let limits: Vec<_> = own.map(|signal| signal.limits[0].priority).collect();
    assert_eq!(limits, [2, 3, 3, 3]);
    // An id of a plant file cannot begin so.
    let taken = plant_file(1, 1).replace("id = \"t0\"", "id = \"$program\"");
    assert!(Plant::parse(&taken).is_err());
    Ok(())
}
