//! The one task that owns the engine: it takes what arrives, decodes it, steps the engine at the right times, and
//! hands the outcome to the writer and the view.

use std::{collections::HashMap, sync::Arc, time::Duration};

use tokio::sync::{mpsc, oneshot};
use twin_connect::Inbound;
use twin_core::{
    BatchId, OccurrenceId, Quality, Reason, Timestamp,
    engine::{Effect, Effects, Engine, Input, LinkMark, OperatorAction, ScoreBatch, SystemEvent},
};
use twin_historian::Historian;

use super::{
    HISTORY, INBOUND_BATCH,
    job::{Job, Reply},
    notice::Notice,
    request::{Queues, Request},
    scoring::{Answer, ScoringThread},
    source::Source,
    turn::Turn,
};
use crate::{
    api::alarm::AlarmRow,
    clock,
    compile::Compiled,
    error::{Error, Result},
    view::View,
};

/// How often counters and connection rows are renewed, and all transitions so far are settled.
const HOUSEKEEPING: Duration = Duration::from_secs(1);
/// A rebirth is asked of a node at most this often: a node that cannot satisfy it must not be stormed.
const REBIRTH_EVERY: twin_core::Duration = twin_core::Duration::from_secs(30);

/// Owner of the engine. See the module's description.
pub struct Driver {
    pub(super) engine: Engine,
    pub(super) compiled: Arc<Compiled>,
    pub(super) sources: HashMap<usize, Source>,
    pub(super) view: Arc<View>,
    pub(super) jobs: mpsc::Sender<Job>,
    pub(super) scoring: Option<ScoringThread>,
    pub(super) effects: Effects,
    pub(super) outbox: Job,
    pub(super) next_batch: u64,
    pub(super) samples: u64,
    pub(super) samples_before: (u64, Timestamp),
    pub(super) scores_skipped: u64,
    pub(super) rebirths: HashMap<(usize, String), Timestamp>,
    pub(super) historian: Historian,
    pub(super) history_fails: bool,
}

impl Driver {
    /// A driver around an engine that already stands where history ends.
    pub fn new(
        engine: Engine,
        compiled: Arc<Compiled>,
        view: Arc<View>,
        jobs: mpsc::Sender<Job>,
        scoring: Option<ScoringThread>,
        historian: Historian,
    ) -> Self {
        Driver {
            engine,
            compiled,
            sources: HashMap::new(),
            view,
            jobs,
            scoring,
            effects: Effects::default(),
            outbox: Job::default(),
            next_batch: 0,
            samples: 0,
            samples_before: (0, Timestamp::MIN),
            scores_skipped: 0,
            rebirths: HashMap::new(),
            historian,
            history_fails: false,
        }
    }

    /// Runs until it is asked to stop, or everything that feeds it is gone.
    pub async fn run(mut self, mut queues: Queues) {
        let jobs = self.jobs.clone();
        let mut messages = Vec::with_capacity(INBOUND_BATCH);
        let mut housekeeping = clock::now();
        self.show_everything();
        loop {
            let now = clock::now();
            let due = self
                .engine
                .next_deadline()
                .map_or(housekeeping, |due| due.min(housekeeping));
            let wait = Duration::from_micros(u64::try_from(due.since(now).micros()).unwrap_or(0));
            tokio::select! {
                biased;
                request = queues.requests.recv() => match request {
                    None | Some(Request::Stop) => break,
                    Some(request) => self.serve(request),
                },
                Some(event) = queues.conditions.recv() => self.take_condition(event),
                Some(answer) = queues.answers.recv() => self.take_answer(answer),
                () = tokio::time::sleep(wait) => self.step(clock::now(), Input::Tick),
                () = take_messages(&jobs, &mut queues.inbound, &mut messages) => self.take(&mut messages),
            }
            let now = clock::now();
            if now >= housekeeping {
                housekeeping = now.plus(twin_core::Duration(HOUSEKEEPING.as_micros() as i64));
                self.keep_house(now);
            }
            self.flush();
        }
        self.outbox.settles = true;
        let last = std::mem::take(&mut self.outbox);
        if jobs.send(last).await.is_err() {
            tracing::error!(
                "the history writer ended before the driver: the last samples may be missing"
            );
        }
    }

    /// Hands the outbox to the writer if it has room; else it stays and grows by at most what timers and people add,
    /// because messages are only taken when there is room.
    fn flush(&mut self) {
        if self.outbox.is_empty() {
            return;
        }
        match self.jobs.try_reserve() {
            Ok(permit) => permit.send(std::mem::take(&mut self.outbox)),
            Err(_) => tracing::debug!("the history writer is behind"),
        }
    }

    fn take(&mut self, messages: &mut Vec<(usize, Inbound)>) {
        let now = clock::now();
        let mut turn = Turn::new(BatchId(self.next_batch), now);
        for (index, message) in messages.drain(..) {
            if let Some(source) = self.sources.get_mut(&index) {
                source.take(message, &mut turn, &mut self.outbox);
            }
        }
        self.next_batch += 1;
        self.samples += turn.samples();
        let wanted = turn.rebirths();
        for input in turn.into_inputs() {
            if let Input::Samples(batch) = &input {
                self.outbox.batches.push(Arc::clone(batch));
            }
            self.step(now, input);
        }
        for (connection, node) in wanted {
            self.ask_rebirth_of_itself(&connection, &node, now);
        }
    }

    /// Steps the engine, after a tick for every deadline before `now`, and carries out the effects.
    fn step(&mut self, now: Timestamp, input: Input) {
        while let Some(due) = self.engine.next_deadline().filter(|due| *due < now) {
            self.engine.step(due, Input::Tick, &mut self.effects);
        }
        self.engine.step(now, input, &mut self.effects);
        let mut effects = std::mem::take(&mut self.effects);
        if !effects.changed.is_empty() {
            self.view
                .put_twins(&self.engine, effects.changed.iter().copied());
        }
        for effect in effects.list.drain(..) {
            self.carry_out(effect);
        }
        effects.clear();
        self.effects = effects;
    }

    fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::QualityChanged { .. } => {}
            Effect::AssetChanged { asset, .. } => self.show_asset(asset),
            Effect::RequestScore(request) => {
                if self
                    .scoring
                    .as_ref()
                    .is_some_and(|scoring| !scoring.ask(request))
                {
                    self.scores_skipped += 1;
                }
            }
            Effect::ScoreAbstained { binding, .. } => self.show_anomaly(binding),
            Effect::AlarmTransition(transition) => {
                let binding = self
                    .engine
                    .config()
                    .models
                    .iter()
                    .position(|m| m.score == transition.signal);
                self.outbox.transitions.push(transition);
                if let Some(binding) = binding {
                    self.show_anomaly(binding);
                }
            }
            Effect::Notify(notification) => {
                self.outbox
                    .notices
                    .push(Notice::of(&self.compiled, &notification.transition));
            }
            Effect::LateExcursion {
                signal,
                time,
                value,
            } => {
                tracing::debug!(
                    signal = signal.0,
                    time = time.micros(),
                    value,
                    "a late sample was beyond a limit"
                );
            }
            Effect::SystemChanged => self.show_counters(clock::now()),
        }
    }

    /// A condition of the program. While history cannot be written, nothing that the plant says is taken any more, and
    /// its values say so.
    fn take_condition(&mut self, event: SystemEvent) {
        let now = clock::now();
        let mark = match &event {
            SystemEvent::Raised { key, .. } if key == HISTORY => {
                self.history_fails = true;
                Some(LinkMark::Set(Quality::bad(Reason::HistoryUnavailable)))
            }
            SystemEvent::Cleared { key } if key == HISTORY => {
                self.history_fails = false;
                Some(LinkMark::Lift(Reason::HistoryUnavailable))
            }
            _ => None,
        };
        self.step(now, Input::System(event));
        if let Some(mark) = mark {
            self.mark_all(now, mark);
        }
    }

    fn mark_all(&mut self, now: Timestamp, mark: LinkMark) {
        let changes: Vec<_> = self
            .sources
            .values()
            .map(|source| source.all(mark))
            .collect();
        for change in changes {
            self.step(now, Input::Link(change));
        }
    }

    fn take_answer(&mut self, answer: Answer) {
        match answer {
            Answer::Scores(scores) => {
                let bindings: Vec<usize> = scores.explanations.iter().map(|e| e.binding).collect();
                self.outbox.batches.push(Arc::clone(&scores.samples));
                self.step(clock::now(), Input::Scores(scores));
                for binding in bindings {
                    self.show_anomaly(binding);
                    let key = model_key(binding);
                    if self.engine.system().iter().any(|(known, _)| *known == key) {
                        self.step(clock::now(), Input::System(SystemEvent::Cleared { key }));
                    }
                }
            }
            Answer::Failed { binding, error } => {
                let now = clock::now();
                let failed = ScoreBatch {
                    samples: Arc::default(),
                    explanations: vec![],
                    failed: vec![binding],
                };
                self.step(now, Input::Scores(failed));
                self.step(
                    now,
                    Input::System(SystemEvent::Raised {
                        key: model_key(binding),
                        text: error,
                    }),
                );
            }
        }
    }

    fn serve(&mut self, request: Request) {
        let now = clock::now();
        match request {
            Request::Acknowledge {
                occurrence,
                user,
                comment,
                reply,
            } => {
                self.acknowledge(now, occurrence, user, comment, reply);
            }
            Request::Rebirth {
                connection,
                node,
                reply,
            } => {
                // Whoever asked may have gone.
                let _ = reply.send(self.rebirth(&connection, &node, now));
            }
            Request::Heard { connection, reply } => {
                let heard = self
                    .sources
                    .values()
                    .find(|source| source.id().as_str() == connection);
                let unknown = || Error::Unknown {
                    what: "connection",
                    id: connection.clone(),
                };
                let _ = reply.send(heard.map(Source::heard).ok_or_else(unknown));
            }
            Request::PutSource(index, source) => {
                self.sources.insert(index, *source);
                self.show_connections();
            }
            Request::RemoveSource(id) => {
                let gone = self
                    .sources
                    .extract_if(|_, source| source.id().as_str() == id);
                let changes: Vec<_> = gone
                    .map(|(_, source)| source.all(LinkMark::Set(Quality::bad(Reason::BrokerLost))))
                    .collect();
                for change in changes {
                    self.step(now, Input::Link(change));
                }
                self.show_connections();
            }
            Request::Stop => {}
        }
    }

    fn acknowledge(
        &mut self,
        now: Timestamp,
        occurrence: OccurrenceId,
        user: String,
        comment: String,
        reply: oneshot::Sender<Result<AlarmRow>>,
    ) {
        // One reply a job: earlier work leaves first. Without room history is not writable, and an acknowledgement
        // that is not stored must not be shown as done.
        self.flush();
        if self.history_fails || self.outbox.reply.is_some() || self.jobs.capacity() == 0 {
            let text = "the acknowledgement could not be stored, because history is not being written: see the \
                        status line, and acknowledge again once that is mended";
            let _ = reply.send(Err(Error::Request(text.into())));
            return;
        }
        let action = OperatorAction::Acknowledge {
            occurrence: occurrence.clone(),
            user,
            comment,
        };
        self.step(now, Input::Operator(action));
        self.outbox.reply = Some(Reply {
            occurrence,
            to: reply,
        });
    }

    fn rebirth(&self, connection: &str, node: &str, now: Timestamp) -> Result<()> {
        let source = self
            .sources
            .values()
            .find(|source| source.id().as_str() == connection);
        let source = source.ok_or_else(|| Error::Unknown {
            what: "connection",
            id: connection.to_owned(),
        })?;
        source.request_rebirth(node, now)
    }

    /// A decoder cannot read a node's data without its birth: ask for it, where the plant file allows.
    fn ask_rebirth_of_itself(&mut self, connection: &usize, node: &str, now: Timestamp) {
        let key = (*connection, node.to_owned());
        let recent = self
            .rebirths
            .get(&key)
            .is_some_and(|at| now.since(*at) < REBIRTH_EVERY);
        let Some(source) = self
            .sources
            .get(connection)
            .filter(|source| source.allows_rebirth() && !recent)
        else {
            return;
        };
        match source.request_rebirth(node, now) {
            Ok(()) => {
                self.rebirths.insert(key, now);
            }
            Err(error) => tracing::warn!(node, "a rebirth could not be requested: {error}"),
        }
    }

    /// Somebody may have set the wall clock back: said until it has caught up.
    fn watch_clock(&mut self, now: Timestamp) {
        let key = "clock".to_owned();
        let event = match clock::set_back() {
            Some(behind) => SystemEvent::Raised {
                key,
                text: format!(
                    "The computer's clock was set back: times run on, {:.0} s ahead of it. Check the clock.",
                    behind.secs_f64()
                ),
            },
            None => SystemEvent::Cleared { key },
        };
        self.step(now, Input::System(event));
    }

    fn keep_house(&mut self, now: Timestamp) {
        self.outbox.settles = true;
        if self.history_fails && self.jobs.capacity() == 0 {
            self.mark_all(now, LinkMark::Set(Quality::bad(Reason::HistoryUnavailable)));
        }
        self.watch_clock(now);
        self.show_connections();
        self.show_counters(now);
    }
}

/// Name of the condition of one model binding.
fn model_key(binding: usize) -> String {
    format!("model {binding}")
}

/// Waits until the writer has room, then for messages: taken in the other order, messages would wait in memory
/// unacknowledged and uncounted.
async fn take_messages(
    jobs: &mpsc::Sender<Job>,
    inbound: &mut mpsc::Receiver<(usize, Inbound)>,
    messages: &mut Vec<(usize, Inbound)>,
) {
    let Ok(permit) = jobs.reserve().await else {
        return std::future::pending().await;
    };
    drop(permit);
    if inbound.recv_many(messages, INBOUND_BATCH).await == 0 {
        std::future::pending::<()>().await;
    }
}
