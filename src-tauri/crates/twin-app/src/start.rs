//! Brings a pipeline up: the engine where history ends, the queues, the tasks.

use std::sync::{Arc, atomic::AtomicI64};

use tokio::{
    sync::{mpsc, watch},
    task::JoinHandle,
};
use twin_connect::Inbound;
use twin_core::{
    SampleBatch,
    alarm::{AlarmState, AlarmTransition},
    engine::{Effect, Effects, Engine, Input, Restored, SystemEvent},
};
use twin_historian::Historian;

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
    (engine, brought): (Engine, Vec<AlarmTransition>),
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
    // What happened just before a crash was never shown on the desktop.
    for transition in brought
        .iter()
        .filter(|transition| transition.to == AlarmState::UnackActive)
    {
        let _ = notices.try_send(Notice::of(compiled, transition));
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
        writer: Some(watched(view, tokio::spawn(writer.run(job_queue)))),
        driver: Some(watched(view, tokio::spawn(driver.run(queues)))),
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

/// A task that says so on the screen when it breaks down: frames would go on with the last values.
fn watched(view: &Arc<View>, task: JoinHandle<()>) -> JoinHandle<()> {
    let view = Arc::clone(view);
    tokio::spawn(async move {
        if let Err(error) = task.await {
            tracing::error!("the pipeline broke down: {error}");
            view.put_fatal(
                "Twinscope broke down and shows old values: close it and start it again.",
            );
        }
    })
}

/// An engine that stands where history ends: what is known from before, plus the journal rows whose alarm transitions
/// were not stored when the program ended. Gives the transitions that those rows brought, stored by now.
///
/// # Errors
/// When history cannot be read or written.
pub async fn catch_up(
    historian: &Historian,
    compiled: &Compiled,
) -> Result<(Engine, Vec<AlarmTransition>)> {
    let alarms = historian.alarms();
    let settled = alarms.settled().await?;
    let standing = alarms
        .standing()
        .await?
        .into_iter()
        .map(|record| record.alarm)
        .collect();
    let last = historian.last_values(settled).await?;
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
    Ok((engine, brought))
}

fn replay(engine: &mut Engine, batch: &SampleBatch) -> Vec<AlarmTransition> {
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
