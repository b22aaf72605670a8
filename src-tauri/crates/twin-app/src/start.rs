//! Brings a pipeline up: the engine where history ends, the queues, the tasks.

use std::sync::{Arc, atomic::AtomicI64};

use tokio::{
    sync::{mpsc, watch},
    task::JoinHandle,
};
use twin_connect::Inbound;
use twin_core::{
    SampleBatch,
    engine::{Effect, Effects, Engine, Input, Restored, SystemEvent},
};
use twin_historian::{Alarms, Historian, JournalRow};

use crate::{
    clock,
    compile::Compiled,
    error::{Error, Result},
    pipeline::{
        INBOUND_QUEUE, JOB_QUEUE, NOTICE_QUEUE, REQUEST_QUEUE, SCORE_QUEUE,
        driver::Driver,
        maintenance,
        notice::Notice,
        request::{Queues, Request},
        scoring::{LoadedModel, ScoringThread},
        writer::Writer,
    },
    view::View,
};

/// Journal rows replayed at a time.
const CATCH_UP_ROWS: u32 = 256;

/// The tasks of a pipeline.
pub struct Tasks {
    /// Owner of the engine.
    pub driver: Option<JoinHandle<()>>,
    /// Writer of history.
    pub writer: Option<JoinHandle<()>>,
    /// Compaction and retention.
    pub maintenance: JoinHandle<()>,
}

/// The ends of a running pipeline.
pub struct Running {
    /// From people.
    pub requests: mpsc::Sender<Request>,
    /// From the connections.
    pub inbound: mpsc::Sender<(usize, Inbound)>,
    /// Desktop notifications.
    pub notices: mpsc::Receiver<Notice>,
    /// Number of unacknowledged alarms, as it changes.
    pub unacknowledged: watch::Receiver<usize>,
    /// What runs.
    pub tasks: Tasks,
}

/// Starts the tasks of a pipeline around an engine.
///
/// # Errors
/// When history cannot be read or the system gives no thread.
pub async fn pipeline(
    historian: &Historian,
    compiled: &Arc<Compiled>,
    view: &Arc<View>,
    engine: Engine,
    models: Vec<LoadedModel>,
) -> Result<Running> {
    let (jobs, job_queue) = mpsc::channel(JOB_QUEUE);
    let (requests, request_queue) = mpsc::channel(REQUEST_QUEUE);
    let (inbound, inbound_queue) = mpsc::channel(INBOUND_QUEUE);
    let (answers, answer_queue) = mpsc::channel(SCORE_QUEUE);
    let (conditions, condition_queue) = mpsc::channel(REQUEST_QUEUE);
    let (notices, notice_queue) = mpsc::channel(NOTICE_QUEUE);
    let (unacknowledged_sender, unacknowledged) = watch::channel(view.unacknowledged());
    let scoring = ScoringThread::start(models, Arc::clone(&compiled.engine), answers);
    let scoring = scoring.map_err(|source| Error::File {
        action: "start",
        path: "scoring thread".into(),
        source,
    })?;
    for text in historian.notices() {
        // The queue is empty and larger than the list can be.
        let _ = conditions.try_send(SystemEvent::Raised {
            key: format!("open {text}"),
            text: text.clone(),
        });
    }
    let settled = Arc::new(AtomicI64::new(historian.alarms().settled().await?.0));
    let writer = Writer {
        historian: historian.clone(),
        view: Arc::clone(view),
        conditions: conditions.clone(),
        notices,
        unacknowledged: unacknowledged_sender,
        settled: Arc::clone(&settled),
    };
    let driver = Driver::new(
        engine,
        Arc::clone(compiled),
        Arc::clone(view),
        jobs,
        Some(scoring),
        historian.clone(),
    );
    let queues = Queues {
        inbound: inbound_queue,
        requests: request_queue,
        answers: answer_queue,
        conditions: condition_queue,
    };
    let tasks = Tasks {
        writer: Some(tokio::spawn(writer.run(job_queue))),
        driver: Some(tokio::spawn(driver.run(queues))),
        maintenance: tokio::spawn(maintenance::run(historian.clone(), settled, conditions)),
    };
    Ok(Running {
        requests,
        inbound,
        notices: notice_queue,
        unacknowledged,
        tasks,
    })
}

/// An engine that stands where history ends: what is known from before, plus the journal rows whose alarm transitions
/// were not stored when the program ended.
///
/// # Errors
/// When history cannot be read or written.
pub async fn catch_up(historian: &Historian, compiled: &Compiled) -> Result<Engine> {
    let alarms = historian.alarms();
    let mut from = alarms.settled().await?;
    let mut rows = historian.rows_after(from, CATCH_UP_ROWS).await?;
    let begin = rows
        .first()
        .map_or_else(clock::now, |(_, batch)| batch.received());
    let standing = alarms
        .standing()
        .await?
        .into_iter()
        .map(|record| record.alarm)
        .collect();
    let last = historian.last_values(begin).await?;
    let last_values = last
        .into_iter()
        .map(|(signal, sample)| (signal, sample.time, sample.value))
        .collect();
    let restored = Restored {
        standing,
        last_values,
    };
    let mut engine = Engine::new(Arc::clone(&compiled.engine), restored, begin);
    while let Some((newest, _)) = rows.last() {
        from = *newest;
        for (row, batch) in rows {
            replay(&mut engine, &alarms, row, batch).await?;
        }
        rows = historian.rows_after(from, CATCH_UP_ROWS).await?;
    }
    Ok(engine)
}

async fn replay(
    engine: &mut Engine,
    alarms: &Alarms,
    row: JournalRow,
    batch: SampleBatch,
) -> Result<()> {
    let mut effects = Effects::default();
    let now = batch.received();
    while let Some(due) = engine.next_deadline().filter(|due| *due < now) {
        engine.step(due, Input::Tick, &mut effects);
    }
    engine.step(now, Input::Samples(Arc::new(batch)), &mut effects);
    let transition = |effect| {
        if let Effect::AlarmTransition(t) = effect {
            Some(t)
        } else {
            None
        }
    };
    let transitions: Vec<_> = effects.list.into_iter().filter_map(transition).collect();
    if !transitions.is_empty() {
        alarms.append(&transitions, row).await?;
    }
    Ok(())
}
