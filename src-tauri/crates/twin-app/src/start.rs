//! Brings a pipeline up: the engine where history ends, the queues, the tasks.

use std::{
    collections::HashMap,
    path::Path,
    sync::{Arc, atomic::AtomicI64},
};

use tokio::{
    sync::{mpsc, watch},
    task::{AbortHandle, JoinHandle},
};
use twin_core::{
    Duration, Quality, Reason, Said, SampleBatch, SignalKey, Timestamp,
    alarm::{AlarmState, AlarmTransition},
    engine::{Effect, Effects, Engine, Input, Restored, SystemEvent},
    said,
};
use twin_historian::{Historian, QualityTransition};

use crate::{
    clock,
    compile::Compiled,
    error::{Doing, Error, Result},
    heartbeat,
    keep::command,
    pipeline::{
        JOB_QUEUE, NOTICE_QUEUE, REQUEST_QUEUE, SCORE_QUEUE,
        adoption::Adopter,
        driver::{Driver, DriverParts},
        maintenance::Maintenance,
        meter::Meter,
        notice::Notice,
        provisional::Numbering,
        request::{Queues, Request},
        retention::{self, Plan},
        scoring::{Answer, LoadedModel, ScoringThread},
        writer::Writer,
    },
    view::View,
};

/// Journal rows replayed at a time.
const CATCH_UP_ROWS: u32 = 256;

/// The tasks of a pipeline.
pub struct Tasks {
    /// Owner of the engine; whether it ended well.
    pub driver: Option<JoinHandle<bool>>,
    /// Writer of history; whether it ended well.
    pub writer: Option<JoinHandle<bool>>,
    /// Compaction and retention; it runs until it is aborted.
    pub maintenance: AbortHandle,
    /// Looks at the plant file; it runs until it is aborted.
    pub plant_file: Option<AbortHandle>,
}

/// The ends of a running pipeline.
pub struct Running {
    /// From people.
    pub requests: mpsc::Sender<Request>,
    /// Desktop notifications.
    pub notices: mpsc::Receiver<Notice>,
    /// Number of unacknowledged alarms, as it changes.
    pub unacknowledged: watch::Receiver<usize>,
    /// To the driver: what a person must know of.
    pub conditions: mpsc::Sender<SystemEvent>,
    /// To the driver: what models say.
    pub answers: mpsc::Sender<Answer>,
    /// What is counted of the pipeline.
    pub meter: Arc<Meter>,
    /// What runs.
    pub tasks: Tasks,
}

/// Starts the tasks of a pipeline around an engine. `workspace` is the folder of plant file and history.
///
/// # Errors
/// When history cannot be read or the system gives no thread.
pub async fn pipeline(
    adopter: &Arc<Adopter>,
    compiled: &Arc<Compiled>,
    view: &Arc<View>,
    caught_up: CaughtUp,
    models: Vec<LoadedModel>,
    workspace: &Path,
    policy: watch::Receiver<Arc<Plan>>,
) -> Result<Running> {
    let historian = adopter.historian();
    let heartbeat = workspace.join(heartbeat::FILE);
    let (jobs, job_queue) = mpsc::channel(JOB_QUEUE);
    let (requests, request_queue) = mpsc::channel(REQUEST_QUEUE);
    let (answers, answer_queue) = mpsc::channel(SCORE_QUEUE);
    let (conditions, condition_queue) = mpsc::channel(REQUEST_QUEUE);
    let (notices, notice_queue) = mpsc::channel(NOTICE_QUEUE);
    let (unacknowledged_sender, unacknowledged) = watch::channel(view.unacknowledged());
    let scoring = scoring(models, compiled, &answers)?;
    notify_of_caught_up(compiled, &caught_up, &notices);
    tell_of_history(adopter, workspace, &conditions).await;
    let writer = Writer {
        numbering: Numbering::new(historian.clone()),
        adopter: Arc::clone(adopter),
        historian: historian.clone(),
        view: Arc::clone(view),
        conditions: conditions.clone(),
        notices: notices.clone(),
        unacknowledged: unacknowledged_sender,
        settled: Arc::new(AtomicI64::new(historian.alarms().settled().await?.0)),
        complete: Arc::new(AtomicI64::new(i64::MIN)),
        meter: Arc::default(),
        shells: Arc::default(),
    };
    let meter = Arc::clone(&writer.meter);
    let (retention_sender, retention) = watch::channel(last_removal(historian).await?);
    let driver = Driver::new(DriverParts {
        engine: caught_up.engine,
        compiled: Arc::clone(compiled),
        view: Arc::clone(view),
        jobs,
        scoring: Some(scoring),
        historian: historian.clone(),
        retention,
        not_recorded: silence(historian, &caught_up.known, &heartbeat).await?,
        meter: Arc::clone(&writer.meter),
        notices,
        shells: Arc::clone(&writer.shells),
    });
    let maintenance = Maintenance {
        historian: historian.clone(),
        adopter: Arc::clone(adopter),
        settled: Arc::clone(&writer.settled),
        complete: Arc::clone(&writer.complete),
        conditions: conditions.clone(),
        retention: retention_sender,
        policy,
        heartbeat,
    };
    let queues = Queues {
        requests: request_queue,
        answers: answer_queue,
        conditions: condition_queue,
    };
    Ok(Running {
        tasks: Tasks {
            writer: Some(watched(view, tokio::spawn(writer.run(job_queue)))),
            driver: Some(watched(view, tokio::spawn(driver.run(queues)))),
            maintenance: watched_maintenance(maintenance, conditions.clone()),
            plant_file: None,
        },
        requests,
        notices: notice_queue,
        unacknowledged,
        conditions,
        answers,
        meter,
    })
}

/// The thread that scores.
fn scoring(
    models: Vec<LoadedModel>,
    compiled: &Compiled,
    answers: &mpsc::Sender<Answer>,
) -> Result<ScoringThread> {
    let thread = ScoringThread::start(models, Arc::clone(&compiled.engine), answers.clone());
    thread.map_err(|source| Error::File {
        action: Doing::Start,
        path: "scoring thread".into(),
        source,
    })
}

/// What retention removed last, in words; empty when it never did.
async fn last_removal(historian: &Historian) -> Result<Said> {
    let removals = historian.removals(1).await?;
    Ok(removals
        .first()
        .map(retention::words_of)
        .unwrap_or_default())
}

/// Says which damaged files were set aside, and what to do about them; from now on the adopter says what it cannot do.
async fn tell_of_history(
    adopter: &Adopter,
    workspace: &Path,
    conditions: &mpsc::Sender<SystemEvent>,
) {
    for text in adopter.historian().notices() {
        // The queue is empty and larger than the list can be.
        let _ = conditions.try_send(SystemEvent::Raised {
            key: format!("open {text}"),
            text: command::notice(workspace, text),
        });
    }
    adopter.tell_to(conditions.clone()).await;
}

/// Alarms of just before a crash, which were never shown on the desktop.
fn notify_of_caught_up(compiled: &Compiled, caught_up: &CaughtUp, notices: &mpsc::Sender<Notice>) {
    for transition in caught_up
        .brought
        .iter()
        .filter(|transition| transition.to == AlarmState::UnackActive)
    {
        let _ = notices.try_send(Notice::of(compiled, transition));
    }
}

/// A task that says so on the screen when it breaks down: frames would go on with the last values. Gives whether it
/// ended well.
fn watched(view: &Arc<View>, task: JoinHandle<()>) -> JoinHandle<bool> {
    let view = Arc::clone(view);
    tokio::spawn(async move {
        let outcome = task.await;
        if let Err(error) = &outcome {
            tracing::error!("the pipeline broke down: {error}");
            view.put_fatal(said!(
                "condition-broken",
                "Twinscope broke down and shows old values: close it and start it again."
            ));
        }
        outcome.is_ok()
    })
}

/// Says so when maintenance breaks down. All else goes on, so it is a condition, and no more than that.
fn watched_maintenance(
    maintenance: Maintenance,
    conditions: mpsc::Sender<SystemEvent>,
) -> AbortHandle {
    let task = tokio::spawn(maintenance.run());
    let handle = task.abort_handle();
    tokio::spawn(async move {
        let Err(error) = task.await else { return };
        if error.is_cancelled() {
            return;
        }
        tracing::error!("maintenance broke down: {error}");
        let text = said!(
            "condition-maintenance",
            "History is not compacted any more, and old history is not removed: close Twinscope and start it again."
        );
        // The driver may have ended; then nobody needs to know.
        let _ = conditions
            .send(SystemEvent::Raised {
                key: "maintenance".into(),
                text,
            })
            .await;
    });
    handle
}

/// Where history ends.
pub struct CaughtUp {
    /// Stands there.
    pub engine: Engine,
    /// Alarm transitions that had not been stored when the program ended; they are by now.
    pub brought: Vec<AlarmTransition>,
    /// Every signal that history has a value of, and when the newest one was received.
    known: HashMap<SignalKey, Timestamp>,
}

/// As [`not_recorded`], up to now.
async fn silence(
    historian: &Historian,
    known: &HashMap<SignalKey, Timestamp>,
    heartbeat: &Path,
) -> Result<Vec<QualityTransition>> {
    let signs = signs_of_life(historian, heartbeat).await?;
    Ok(not_recorded(known, &signs, clock::now()))
}

/// When the program is known to have run, besides by what it received.
async fn signs_of_life(historian: &Historian, heartbeat: &Path) -> Result<[Option<Timestamp>; 2]> {
    let newest = historian.newest_quality().await?;
    Ok([heartbeat::read(heartbeat), newest])
}

/// From the moment on at which the program is last known to have run, until it ran again, nothing was recorded. A
/// heartbeat is older than the last sample when the program was killed between two of them. What is dated in the future
/// comes from a clock that was wrong and tells nothing.
fn not_recorded(
    known: &HashMap<SignalKey, Timestamp>,
    signs_of_life: &[Option<Timestamp>],
    now: Timestamp,
) -> Vec<QualityTransition> {
    // Behind it, because of two transitions of one instant only one is kept.
    let signs = known.values().chain(signs_of_life.iter().flatten());
    let signs = signs.map(|sign| sign.plus(Duration(1)));
    let Some(at) = signs.filter(|sign| *sign <= now).max() else {
        return Vec::new();
    };
    let mut signals: Vec<_> = known.keys().copied().collect();
    signals.sort_unstable();
    let transition = |signal| QualityTransition {
        signal,
        at,
        quality: Quality::bad(Reason::NotRecorded),
    };
    signals.into_iter().map(transition).collect()
}

/// An engine that stands where history ends: what is known from before, plus the journal rows whose alarm transitions
/// were not stored when the program ended.
///
/// # Errors
/// When history cannot be read or written.
pub async fn catch_up(historian: &Historian, compiled: &Compiled) -> Result<CaughtUp> {
    let alarms = historian.alarms();
    let settled = alarms.settled().await?;
    let standing = alarms
        .standing()
        .await?
        .into_iter()
        .map(|record| record.alarm)
        .collect();
    let last = historian.last_values(settled).await?;
    let mut known: HashMap<_, _> = last
        .iter()
        .map(|(signal, sample)| (*signal, sample.received))
        .collect();
    let last_values = last
        .into_iter()
        .map(|(signal, sample)| (signal, sample.time, sample.value));
    let restored = Restored {
        standing,
        last_values: last_values.collect(),
    };
    let mut rows = historian.rows_after(settled, CATCH_UP_ROWS).await?;
    let begin = rows
        .first()
        .map_or_else(clock::now, |(_, batch)| batch.received());
    let mut engine = Engine::new(Arc::clone(&compiled.engine), restored, begin);
    let mut brought = Vec::new();
    while let Some((newest, _)) = rows.last() {
        let newest = *newest;
        // A row is settled as a whole, or a second crash would lose what its later batches bring.
        for (_, batch) in &rows {
            let received = batch.signals().iter().map(|key| (*key, batch.received()));
            known.extend(received);
        }
        for batches in rows.chunk_by(|(row, _), (next, _)| row == next) {
            let transitions: Vec<_> = batches
                .iter()
                .flat_map(|(_, batch)| replay(&mut engine, batch))
                .collect();
            if let (Some((row, _)), false) = (batches.first(), transitions.is_empty()) {
                alarms.append(&transitions, *row).await?;
                brought.extend(transitions);
            }
        }
        rows = historian.rows_after(newest, CATCH_UP_ROWS).await?;
    }
    Ok(CaughtUp {
        engine,
        brought,
        known,
    })
}

fn replay(engine: &mut Engine, batch: &SampleBatch) -> Vec<AlarmTransition> {
    if batch.is_history_only() {
        return Vec::new();
    }
    let mut effects = Effects::default();
    let now = batch.received();
    while let Some(due) = engine.next_deadline().filter(|due| *due < now) {
        engine.step(due, Input::Tick, &mut effects);
    }
    engine.step(now, Input::Samples(Arc::new(batch.clone())), &mut effects);
    let transition = |effect| {
        if let Effect::AlarmTransition(t) = effect {
            Some(t)
        } else {
            None
        }
    };
    effects.list.into_iter().filter_map(transition).collect()
}

#[cfg(test)]
mod tests {
    use twin_core::BatchId;

    use super::*;
    use crate::{compile::compile, pipeline::provisional::provisional_id};

    #[test]
    fn the_last_sign_of_life_is_the_newest_that_is_not_in_the_future() {
        let now = Timestamp(1_000);
        let at = |receipts: &[i64], signs: &[i64]| {
            let known = receipts.iter().zip(0..);
            let known = known.map(|(at, key)| (SignalKey(key), Timestamp(*at)));
            let signs: Vec<_> = signs.iter().map(|at| Some(Timestamp(*at))).collect();
            let found = not_recorded(&known.collect(), &signs, now);
            assert!(found.windows(2).all(|two| two[0].at == two[1].at));
            found.first().map(|transition| transition.at.0)
        };
        assert_eq!(at(&[10, 20], &[5]), Some(21));
        assert_eq!(
            at(&[10, 20], &[30, 40]),
            Some(41),
            "a transition behind all"
        );
        assert_eq!(at(&[10, 9_000], &[30]), Some(31), "a receipt in the future");
        assert_eq!(at(&[10], &[9_000]), Some(11), "a heartbeat in the future");
        assert_eq!(at(&[9_000], &[]), None);
        assert_eq!(at(&[], &[30]), None, "nothing is known to history");
    }

    /// It may be accepted later, and then these are the gaps of its history.
    #[tokio::test]
    async fn what_no_signal_comes_from_was_not_recorded_either() -> anyhow::Result<()> {
        let dir = tempfile::tempdir()?;
        let historian = Historian::open(dir.path(), Timestamp(1)).await?;
        let heard = provisional_id(&"c".into(), "plant/t#level");
        let keys = historian.signal_keys(&[heard]).await?;
        let mut batch = SampleBatch::new(BatchId(0), Timestamp(10));
        batch.push_f64(keys[0], Timestamp(5), 1.0, Quality::GOOD);
        let batches = [Arc::new(batch)];
        let durability = twin_historian::Durability::Full;
        historian.append(&batches, durability).await?;
        let plant = "[plant]\nid = \"p\"\nname = \"P\"\nzone = \"UTC\"\n";
        let compiled = compile(twin_model::Plant::parse(plant)?, &[]);
        let caught_up = catch_up(&historian, &compiled).await?;
        let found = not_recorded(&caught_up.known, &[Some(Timestamp(20))], Timestamp(1_000));
        let expected = QualityTransition {
            signal: keys[0],
            at: Timestamp(21),
            quality: Quality::bad(Reason::NotRecorded),
        };
        assert_eq!(found, [expected]);
        Ok(())
    }

    /// Journal rows whose alarms were not stored yet when the program was killed.
    #[tokio::test]
    async fn what_was_kept_or_is_history_only_raises_no_alarm_in_a_replay() -> anyhow::Result<()> {
        type Taken = fn(SampleBatch) -> SampleBatch;
        let manners: [(Taken, usize); 3] = [
            (|batch| batch, 1),
            (SampleBatch::at_first_look, 0),
            (SampleBatch::for_history_only, 0),
        ];
        for (taken, alarms) in manners {
            let dir = tempfile::tempdir()?;
            let historian = Historian::open(dir.path(), Timestamp(1)).await?;
            let plant = twin_model::Plant::parse(PLANT)?;
            let ids: Vec<_> = plant.signals().into_iter().map(|s| s.id).collect();
            let keys = historian.signal_keys(&ids).await?;
            let now = clock::now();
            let mut batch = SampleBatch::new(BatchId(0), now);
            batch.push_f64(keys[0], now, 99.0, Quality::GOOD);
            let batches = [Arc::new(taken(batch))];
            let durability = twin_historian::Durability::Full;
            historian.append(&batches, durability).await?;
            let caught_up = catch_up(&historian, &compile(plant, &keys)).await?;
            assert_eq!(caught_up.brought.len(), alarms);
        }
        Ok(())
    }

    const PLANT: &str = r##"[plant]
id = "p"
name = "P"
zone = "UTC"
[[connection]]
id = "c"
host = "h"
subscriptions = [{ filter = "plant/#", qos = 0 }]
[[area]]
id = "a"
[[type]]
id = "tank"
name = "Tank"
[[type.signal]]
id = "level"
name = "Level"
stale_after_s = 600.0
alarms = [{ kind = "high", limit = 80.0, deadband = 1.0, on_delay_s = 0.0, priority = 2 }]
[[asset]]
id = "t"
area = "a"
type = "tank"
connection = "c"
source = "plant/t#{signal}"
"##;
}
