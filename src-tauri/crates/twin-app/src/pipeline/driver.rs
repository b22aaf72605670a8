//! The one task that owns the engine: it takes what arrives, decodes it, steps the engine at the right times, and
//! hands the outcome to the writer and the view.

use std::{
    collections::HashMap,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use tokio::{
    sync::{mpsc, watch},
    time::Instant,
};
use twin_connect::Inbound;
use twin_core::{
    BatchId, ModelId, Quality, Reason, Said, SignalKey, Timestamp,
    engine::{Effect, Effects, Engine, Input, LinkChange, LinkMark, ScoreBatch, SystemEvent},
};
use twin_historian::{Historian, QualityTransition};

use super::{
    BURDEN_BYTES, CONNECTION_QUEUE, HELD_BYTES, INBOUND_BATCH, REST, RING,
    burden::Burden,
    held::Held,
    intake::{Outage, take_messages},
    job::{Job, Shells},
    meter::{Arrived, Meter},
    notice::Notice,
    request::{Queues, Request},
    ring::Ring,
    scoring::{Answer, ScoringThread},
    source::Source,
    turn::{Memory, Step, Turn},
};
use crate::{clock, compile::Compiled, system::Tag, view::View};

/// How often counters and connection rows are renewed, and all transitions so far are settled.
const HOUSEKEEPING: Duration = Duration::from_secs(1);

/// Samples for which a turn makes room at once.
const ROOM_MAX: usize = 65_536;

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
    /// Jobs that are done, for their memory.
    pub(super) shells: Arc<Shells>,
    pub(super) next_batch: u64,
    /// Memory of turns that are over.
    steps: Vec<Step>,
    pub(super) samples: u64,
    pub(super) samples_before: (u64, Timestamp),
    /// Messages of the last turn and the samples they brought.
    yield_before: (usize, u64),
    pub(super) scores_skipped: u64,
    pub(super) rebirths: HashMap<(usize, String), Timestamp>,
    pub(super) historian: Historian,
    pub(super) retention: watch::Receiver<Said>,
    /// The newest instant given to an input.
    pub(super) last: Timestamp,
    pub(super) outage: Option<Outage>,
    /// An outage is over, and what was held has not gone yet.
    pub(super) recovering: bool,
    pub(super) ring: Ring,
    pub(super) held: Held,
    /// Of jobs that are on their way to the writer.
    pub(super) burden: Burden,
    /// No messages are taken before.
    pub(super) rests_until: Instant,
    /// Samples and unreadable messages that were lost in outages that are over.
    pub(super) not_stored: u64,
    /// Of connections that are gone.
    pub(super) gone: Gone,
    pub(super) meter: Arc<Meter>,
    notices: mpsc::Sender<Notice>,
}

/// What connections that are gone had counted: the totals of the status line do not fall with them.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Gone {
    pub dropped: u64,
    pub rejected: u64,
}

/// What a driver is made of.
pub struct DriverParts {
    /// Stands where history ends.
    pub engine: Engine,
    /// The plant.
    pub compiled: Arc<Compiled>,
    /// What subscribers see.
    pub view: Arc<View>,
    /// To the writer.
    pub jobs: mpsc::Sender<Job>,
    /// The models.
    pub scoring: Option<ScoringThread>,
    /// For its figures only.
    pub historian: Historian,
    /// What retention removed last, in words.
    pub retention: watch::Receiver<Said>,
    /// From when on signals were not recorded, because the program did not run.
    pub not_recorded: Vec<QualityTransition>,
    /// What is counted of the pipeline.
    pub meter: Arc<Meter>,
    /// Desktop notifications of what must not wait for history.
    pub notices: mpsc::Sender<Notice>,
    /// Jobs that the writer has done.
    pub shells: Arc<Shells>,
}

impl Driver {
    /// A driver of which nothing was asked yet.
    pub fn new(parts: DriverParts) -> Self {
        let outbox = Job {
            qualities: parts.not_recorded,
            ..Job::default()
        };
        Driver {
            engine: parts.engine,
            compiled: parts.compiled,
            sources: HashMap::new(),
            view: parts.view,
            jobs: parts.jobs,
            scoring: parts.scoring,
            effects: Effects::default(),
            outbox,
            shells: parts.shells,
            next_batch: 0,
            steps: Vec::new(),
            samples: 0,
            samples_before: (0, Timestamp::MIN),
            yield_before: (0, 0),
            scores_skipped: 0,
            rebirths: HashMap::new(),
            historian: parts.historian,
            retention: parts.retention,
            last: Timestamp::MIN,
            outage: None,
            recovering: false,
            ring: Ring::new(RING),
            held: Held::new(HELD_BYTES),
            burden: Burden::new(BURDEN_BYTES),
            rests_until: Instant::now(),
            not_stored: 0,
            gone: Gone::default(),
            meter: parts.meter,
            notices: parts.notices,
        }
    }

    /// Whatever the twins show from before the start is from history. What the engine says about the time before is
    /// stored already, or was nobody's to see.
    fn begin(&mut self) {
        let now = self.instant();
        let keys = self.engine.config().signals.iter().map(|signal| signal.key);
        let signals: Arc<[SignalKey]> = keys.collect();
        let mut qualities = std::mem::take(&mut self.outbox.qualities);
        self.step(
            now,
            Input::Link(LinkChange {
                source: "start".into(),
                signals: Arc::clone(&signals),
                mark: LinkMark::Set(Quality::uncertain(Reason::FromHistory)),
            }),
        );
        for signal in signals.iter().copied() {
            let quality = self.engine.twin(signal).map(|twin| twin.quality());
            let shown = quality.filter(|quality| quality.reason != Reason::NeverSeen);
            qualities.extend(shown.map(|quality| QualityTransition {
                signal,
                at: now,
                quality,
            }));
        }
        self.outbox.qualities = qualities;
    }

    /// Runs until it is asked to stop, or everything that feeds it is gone.
    pub async fn run(mut self, mut queues: Queues) {
        let (jobs, burden) = (self.jobs.clone(), self.burden.clone());
        let mut messages = Vec::with_capacity(INBOUND_BATCH);
        let mut housekeeping = clock::now();
        self.begin();
        self.begin_itself();
        self.show_everything();
        loop {
            let now = clock::now();
            let due = self
                .engine
                .next_deadline()
                .map_or(housekeeping, |due| due.min(housekeeping));
            let wait = Duration::from_micros(u64::try_from(due.since(now).micros()).unwrap_or(0));
            let (intake, rests_until) = (self.intake(), self.rests_until);
            tokio::select! {
                biased;
                request = queues.requests.recv() => match request {
                    None | Some(Request::Stop) => break,
                    Some(request) => self.serve(request),
                },
                Some(event) = queues.conditions.recv() => self.take_condition(event),
                Some(answer) = queues.answers.recv() => self.take_answer(answer),
                () = tokio::time::sleep(wait) => self.step(clock::now(), Input::Tick),
                () = take_messages((&jobs, &burden), &mut self.sources, &mut messages, intake, rests_until) => {
                    // Whoever waits for an acknowledgement must not wait for company.
                    if !messages.iter().any(|(_, message)| Held::wants(message)) {
                        self.rests_until = Instant::now() + REST;
                    }
                    self.take(&mut messages);
                }
            }
            let now = clock::now();
            if now >= housekeeping {
                housekeeping = now.plus(twin_core::Duration(HOUSEKEEPING.as_micros() as i64));
                self.keep_house(now);
            }
            self.flush();
        }
        self.leave().await;
    }

    /// Takes messages; none means that there is room for what waits.
    pub(super) fn take(&mut self, messages: &mut Vec<(usize, Inbound)>) {
        if messages.is_empty() {
            self.catch_up();
            return;
        }
        if self.outage.is_some() {
            let all = std::mem::take(messages).into_iter();
            messages.extend(
                all.filter_map(|(index, message)| Some((index, self.hold(index, message)?))),
            );
            self.set_gates();
        }
        self.decode(messages);
    }

    pub(super) fn decode(&mut self, messages: &mut Vec<(usize, Inbound)>) {
        let now = self.instant();
        let (count, room) = (messages.len(), self.room_for(messages.len()));
        let arrived = Arrived::of(messages);
        let memory = Memory {
            batch: Some(room)
                .filter(|room| *room > 0)
                .and_then(|room| self.historian.spent_batch(room)),
            steps: std::mem::take(&mut self.steps),
        };
        let mut turn = Turn::new(BatchId(self.next_batch), now).with_room(room, memory);
        self.outbox.ack_room = count;
        for (index, message) in messages.drain(..) {
            if let Some(source) = self.sources.get_mut(&index) {
                let before = source.carried();
                source.take(message, &mut turn, &mut self.outbox);
                self.outbox.carry(index, source.carried() - before);
            }
        }
        self.yield_before = (count, turn.samples());
        self.carry_out_turn(turn, now);
        self.outbox.arrived.add(arrived);
        self.meter
            .messages
            .fetch_add(arrived.messages, Ordering::Relaxed);
        arrived.note(&self.meter.twin, clock::now());
    }

    /// Reads what is still in the queue of every connection with this id, or of all: links that have ended bring no more,
    /// and nobody would send it again. What has to be acknowledged is left to the broker, which does.
    pub(super) fn empty(&mut self, id: Option<&str>) {
        let is_meant = |source: &Source| id.is_none_or(|id| source.id().as_str() == id);
        let sources = self.sources.iter().filter(|(_, source)| is_meant(source));
        let indices: Vec<usize> = sources.map(|(index, _)| *index).collect();
        let mut messages = Vec::new();
        for index in indices {
            // A link that still runs must not keep this going for ever.
            for _ in 0..=CONNECTION_QUEUE / INBOUND_BATCH {
                let Some(source) = self.sources.get_mut(&index) else {
                    break;
                };
                if source.take_now(&mut messages, INBOUND_BATCH) == 0 {
                    break;
                }
                messages.retain(|(_, message)| !Held::wants(message));
                self.decode(&mut messages);
            }
        }
    }

    /// How many samples so many messages bring, if they are like those of before.
    fn room_for(&self, messages: usize) -> usize {
        let (before, samples) = self.yield_before;
        let samples = usize::try_from(samples).unwrap_or(usize::MAX);
        let expected = samples.saturating_mul(messages) / before.max(1);
        expected.min(ROOM_MAX)
    }

    /// Reads on every connection what waits for a birth: it would be gone with the connection.
    pub(super) fn let_all_go(&mut self) {
        let now = self.instant();
        let mut turn = Turn::new(BatchId(self.next_batch), now);
        for (index, source) in &mut self.sources {
            let before = source.carried();
            source.let_go(now, &mut turn, &mut self.outbox);
            self.outbox.carry(*index, source.carried() - before);
        }
        self.carry_out_turn(turn, now);
    }

    /// Judges on every connection what did not come in time.
    pub(super) fn judge(&mut self) {
        let now = self.instant();
        let mut turn = Turn::new(BatchId(self.next_batch), now);
        for (index, source) in &mut self.sources {
            let before = source.carried();
            source.judge(now, &mut turn, &mut self.outbox);
            self.outbox.carry(*index, source.carried() - before);
        }
        self.carry_out_turn(turn, now);
    }

    fn carry_out_turn(&mut self, mut turn: Turn, now: Timestamp) {
        self.next_batch += 1;
        self.samples += turn.samples();
        let wanted = turn.rebirths();
        self.outbox.heard.append(&mut turn.heard());
        let mut steps = turn.into_steps();
        for step in steps.drain(..) {
            match step {
                Step::Input(at, input) => {
                    if let Input::Samples(batch) = &input {
                        self.outbox.batches.push(Arc::clone(batch));
                    }
                    self.step(at, input);
                }
                Step::Store(batch) => self.outbox.batches.push(batch),
                Step::Show(at, input) => self.step(at, input),
            }
        }
        self.steps = steps;
        for (connection, node) in wanted {
            self.ask_rebirth_of_itself(&connection, &node, now);
        }
    }

    /// Steps the engine, after a tick for every deadline before `now`, and carries out the effects.
    pub(super) fn step(&mut self, now: Timestamp, input: Input) {
        self.last = self.last.max(now);
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
            Effect::QualityChanged {
                signal,
                quality,
                at,
            } => self.outbox.qualities.push(QualityTransition {
                signal,
                at,
                quality,
            }),
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
                let notice = Notice::of(&self.compiled, &notification.transition);
                if self.is_of_history(notification.transition.signal) {
                    // That nothing is stored cannot wait until it is. The alarm itself does, as ever.
                    let _ = self.notices.try_send(notice);
                } else {
                    self.outbox.notices.push(notice);
                }
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

    /// Whether a signal tells that history is not written.
    fn is_of_history(&self, signal: SignalKey) -> bool {
        let names = self.compiled.signals.get(&signal);
        names.is_some_and(|names| names.system == Some(Tag::NotWritten))
    }

    /// Whether the binding with this number is one of this model.
    fn is_bound(&self, binding: usize, model: &ModelId) -> bool {
        let bindings = &self.engine.config().models;
        bindings
            .get(binding)
            .is_some_and(|binding| binding.model == *model)
    }

    /// Whether the score is for a binding as it is now: the plant file may have changed since the model was asked.
    fn is_current(&self, scores: &ScoreBatch) -> bool {
        let models = &self.engine.config().models;
        scores.explanations.iter().all(|explanation| {
            self.is_bound(explanation.binding, &explanation.model)
                && models
                    .get(explanation.binding)
                    .is_some_and(|binding| scores.samples.signals().contains(&binding.score))
        })
    }

    pub(super) fn take_answer(&mut self, answer: Answer) {
        match answer {
            Answer::Scores(scores) if !self.is_current(&scores) => {}
            Answer::Scores(scores) => {
                let bindings: Vec<usize> = scores.explanations.iter().map(|e| e.binding).collect();
                let now = self.instant();
                // A score is known from now on, whenever it was asked for.
                let samples = Arc::unwrap_or_clone(scores.samples).received_at(now);
                let samples = Arc::new(samples);
                self.outbox.batches.push(Arc::clone(&samples));
                self.step(now, Input::Scores(ScoreBatch { samples, ..scores }));
                for binding in bindings {
                    self.show_anomaly(binding);
                    let key = model_key(binding);
                    if self.engine.system().iter().any(|(known, _)| *known == key) {
                        self.step(clock::now(), Input::System(SystemEvent::Cleared { key }));
                    }
                }
            }
            // As for scores: the answer may come from a thread of before.
            Answer::Failed { binding, model, .. } if !self.is_bound(binding, &model) => {}
            Answer::Failed { binding, error, .. } => {
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
}

/// Name of the condition of one model binding.
pub(super) fn model_key(binding: usize) -> String {
    format!("model {binding}")
}
