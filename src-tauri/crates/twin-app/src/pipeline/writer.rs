//! Makes jobs durable, in order, as many as have arrived with one commit; then acknowledges and shows.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use tokio::{
    sync::{mpsc, watch},
    time::Instant,
};
use twin_connect::Command;
use twin_core::{
    ConnectionId, OccurrenceId, SampleBatch, Timestamp,
    alarm::{AlarmState, AlarmTransition, StandingAlarm},
    engine::SystemEvent,
    said,
};
use twin_historian::{
    AlarmRecord, Birth, Durability, Group, Historian, JournalRow, LinkTransition,
    QualityTransition, Reject,
};

use super::{
    GATHER, GATHER_SAMPLES, HISTORY, JOB_QUEUE,
    adoption::Adopter,
    job::{HeardBatch, Job, Shells},
    meter::Meter,
    notice::Notice,
    provisional::Numbering,
};
use crate::{
    api::alarm::{AlarmRow, AlarmStateView},
    clock,
    error::{Error, Result, Thing},
    view::View,
};

/// How long to wait before trying again to write what could not be written.
const RETRY: Duration = Duration::from_secs(1);

/// Name of the condition that more is heard than can be kept for acceptance.
const DISCOVERY: &str = "discovery";

/// The writer's ends.
pub struct Writer {
    /// Where to write.
    pub historian: Historian,
    /// Whom to show stored transitions.
    pub view: Arc<View>,
    /// Tells the driver that history cannot be written, and that it can again.
    pub conditions: mpsc::Sender<SystemEvent>,
    /// Desktop notifications.
    pub notices: mpsc::Sender<Notice>,
    /// Number of unacknowledged alarms, for the window title.
    pub unacknowledged: watch::Sender<usize>,
    /// The last journal row whose alarm transitions are all stored: compaction may go up to it.
    pub settled: Arc<AtomicI64>,
    /// Numbers what no signal comes from.
    pub numbering: Numbering,
    /// Is told when signals have taken over numbers.
    pub adopter: Arc<Adopter>,
    /// Up to when history is complete, µs; the least number while nothing was written.
    pub complete: Arc<AtomicI64>,
    /// What is counted of the pipeline.
    pub meter: Arc<Meter>,
    /// Takes jobs that are done.
    pub shells: Arc<Shells>,
}

impl Writer {
    /// Runs until the driver is gone and everything it left is written.
    pub async fn run(mut self, mut jobs: mpsc::Receiver<Job>) {
        let mut arrived = Vec::with_capacity(JOB_QUEUE);
        // The memory of one group serves the next.
        let (mut group, mut batches) = (Vec::with_capacity(JOB_QUEUE), Vec::new());
        while jobs.recv_many(&mut arrived, JOB_QUEUE).await > 0 {
            self.meter.note_jobs(arrived.len() + jobs.len());
            self.gather(&mut jobs, &mut arrived).await;
            let mut rest = arrived.drain(..).peekable();
            while rest.peek().is_some() {
                // Transitions settle all samples before them and none after: they end a group.
                for job in rest.by_ref() {
                    let ends = !job.transitions.is_empty() || job.settles;
                    group.push(job);
                    if ends {
                        break;
                    }
                }
                self.write(&mut group, &mut batches).await;
            }
        }
    }

    /// Waits a little for more jobs while nobody waits for those that are there: a commit costs as much for one sample
    /// as for thousands.
    async fn gather(&self, jobs: &mut mpsc::Receiver<Job>, arrived: &mut Vec<Job>) {
        let deadline = Instant::now() + GATHER;
        let mut samples: usize = arrived.iter().map(Job::samples).sum();
        let mut urgent = arrived.iter().any(Job::is_urgent);
        while !urgent && samples < GATHER_SAMPLES && arrived.len() < JOB_QUEUE {
            match tokio::time::timeout_at(deadline, jobs.recv()).await {
                Ok(Some(job)) => {
                    urgent = job.is_urgent();
                    samples += job.samples();
                    arrived.push(job);
                }
                Ok(None) | Err(_) => return,
            }
        }
    }

    /// Writes a group until it is written: nothing acknowledged may be lost, so there is no giving up.
    async fn write(&mut self, jobs: &mut Vec<Job>, memory: &mut Vec<Arc<SampleBatch>>) {
        let mut gathered = Gathered::take(jobs, std::mem::take(memory));
        let names_changed = gathered.names_changed;
        let mut failed = false;
        let mut stored = None;
        let (begun, samples) = (Instant::now(), gathered.samples());
        let rows = loop {
            match self.commit(&mut gathered, &mut stored).await {
                Ok(rows) => break rows,
                Err(error) => {
                    failed = true;
                    let key = HISTORY.into();
                    let text = said!(
                        "condition-history-unwritten",
                        "History is not written: {error}. QoS 1 and 2 messages wait at the broker.",
                        error = error.said()
                    );
                    self.tell(SystemEvent::Raised { key, text }).await;
                    tokio::time::sleep(RETRY).await;
                }
            }
        };
        let took = i64::try_from(begun.elapsed().as_micros()).unwrap_or(i64::MAX);
        self.meter.commit.note(took, 1);
        self.meter.stored.fetch_add(samples, Ordering::Relaxed);
        let now = clock::now();
        for job in jobs.iter() {
            job.arrived.note(&self.meter.durable, now);
        }
        if names_changed {
            self.adopter.names_settled();
        }
        if let Some(complete) = gathered.complete {
            self.complete.store(complete.micros(), Ordering::Relaxed);
        }
        if failed {
            let key = HISTORY.into();
            self.tell(SystemEvent::Cleared { key }).await;
        }
        *memory = gathered.batches;
        memory.clear();
        self.release(jobs, rows).await;
    }

    /// One try. `stored` remembers the first of the two databases, so that a failure of the second does not write the
    /// first again.
    async fn commit(
        &mut self,
        gathered: &mut Gathered,
        stored: &mut Option<Option<JournalRow>>,
    ) -> std::result::Result<Vec<AlarmRow>, twin_historian::Error> {
        let row = match *stored {
            Some(row) => row,
            None => {
                self.number(gathered).await?;
                let row = self
                    .historian
                    .append_group(gathered.group(), gathered.durability)
                    .await?;
                *stored.insert(row)
            }
        };
        if !gathered.settles {
            return Ok(Vec::new());
        }
        let settled = row.unwrap_or_else(|| self.historian.newest_row());
        let alarms = self.historian.alarms();
        let mut rows = Vec::new();
        if gathered.transitions.is_empty() {
            alarms.set_settled(settled).await?;
        } else {
            let seqs = alarms.append(&gathered.transitions, settled).await?;
            let ids = gathered.transitions.iter().map(|some| &some.occurrence);
            let records = alarms.occurrences(ids).await?;
            let records: HashMap<&OccurrenceId, &AlarmRecord> = (records.iter())
                .map(|record| (&record.alarm.raised.occurrence, record))
                .collect();
            for (transition, seq) in gathered.transitions.iter().zip(seqs) {
                // One row a transition, each in the state it came to: the record holds only the last.
                if let Some(record) = records.get(&transition.occurrence) {
                    let state = state_view(transition.to);
                    rows.push(AlarmRow {
                        seq: seq as f64,
                        state,
                        ..alarm_row(record)
                    });
                }
            }
        }
        self.settled.store(settled.0, Ordering::Relaxed);
        Ok(rows)
    }

    /// Gives what no signal comes from its provisional numbers.
    async fn number(
        &mut self,
        gathered: &mut Gathered,
    ) -> std::result::Result<(), twin_historian::Error> {
        if std::mem::take(&mut gathered.names_changed) && self.numbering.forget() {
            let key = DISCOVERY.to_owned();
            self.tell(SystemEvent::Cleared { key }).await;
        }
        if gathered.heard.is_empty() {
            return Ok(());
        }
        let before = self.numbering.left_out();
        let numbered = self.numbering.number(&gathered.heard).await?;
        let left_out = self.numbering.left_out();
        self.meter.names_left_out.store(left_out, Ordering::Relaxed);
        gathered.batches.extend(numbered.batches);
        gathered.qualities.extend(numbered.gone);
        gathered.heard.clear();
        if before == 0 && self.numbering.left_out() > 0 {
            let text = said!(
                "condition-discovery-full",
                "More is heard that is not in the plant file than history can keep for acceptance: narrow the topic \
                 filters, or name what is not wanted under [discovery] ignore."
            );
            self.tell(SystemEvent::Raised {
                key: DISCOVERY.into(),
                text,
            })
            .await;
        }
        Ok(())
    }

    async fn release(&mut self, group: &mut Vec<Job>, rows: Vec<AlarmRow>) {
        // Whoever asked hears of it when it is shown and acknowledged.
        let replies: Vec<_> = (group.iter_mut())
            .filter_map(|job| job.reply.take())
            .map(|reply| {
                let mut rows = rows.iter();
                let row = rows.rfind(|row| row.id == reply.occurrence.as_str());
                let row = row.cloned();
                (reply, row)
            })
            .collect();
        if !rows.is_empty() {
            self.view.put_alarms(rows);
            self.unacknowledged.send_replace(self.view.unacknowledged());
        }
        for stored in group.iter_mut().flat_map(|job| job.stored.drain(..)) {
            // Whoever asked may have gone on.
            let _ = stored.send(());
        }
        for mut job in group.drain(..) {
            for (connection, handles) in std::mem::take(&mut job.acks) {
                // A connection that has ended needs no acknowledgements.
                let _ = connection.send(Command::AckAll(handles)).await;
            }
            for notice in std::mem::take(&mut job.notices) {
                if self.notices.try_send(notice).is_err() {
                    self.meter.notices_left_out.fetch_add(1, Ordering::Relaxed);
                    tracing::warn!(
                        "a desktop notification was left out: too many at once; the alarm list has it"
                    );
                }
            }
            self.shells.put(job);
        }
        for (reply, row) in replies {
            let unknown = || Error::Unknown {
                what: Thing::Alarm,
                id: reply.occurrence.to_string(),
            };
            let outcome: Result<AlarmRow> = row.ok_or_else(unknown);
            // Whoever asked may have gone.
            let _ = reply.to.send(outcome);
        }
    }

    async fn tell(&self, event: SystemEvent) {
        // The driver may have ended; then nobody needs to know.
        let _ = self.conditions.send(event).await;
    }
}

/// What the jobs of a group want stored, together.
struct Gathered {
    heard: Vec<HeardBatch>,
    names_changed: bool,
    batches: Vec<Arc<SampleBatch>>,
    births: Vec<(ConnectionId, Birth)>,
    rejects: Vec<Reject>,
    links: Vec<LinkTransition>,
    qualities: Vec<QualityTransition>,
    transitions: Vec<AlarmTransition>,
    durability: Durability,
    settles: bool,
    complete: Option<Timestamp>,
}

impl Gathered {
    /// Takes it out of the jobs, in order; batches go into memory that is there already.
    fn take(jobs: &mut [Job], mut batches: Vec<Arc<SampleBatch>>) -> Self {
        batches.reserve(jobs.iter().map(|job| job.batches.len()).sum());
        let mut gathered = Gathered {
            heard: Vec::new(),
            names_changed: false,
            batches,
            births: Vec::new(),
            rejects: Vec::new(),
            links: Vec::new(),
            qualities: Vec::new(),
            transitions: Vec::new(),
            durability: Durability::Normal,
            settles: false,
            complete: None,
        };
        for job in jobs {
            gathered.heard.append(&mut job.heard);
            gathered.names_changed |= job.names_changed;
            gathered.batches.append(&mut job.batches);
            gathered.births.append(&mut job.births);
            gathered.rejects.append(&mut job.rejects);
            gathered.links.append(&mut job.links);
            gathered.qualities.append(&mut job.qualities);
            gathered.transitions.append(&mut job.transitions);
            if job.must_flush {
                gathered.durability = Durability::Full;
            }
            gathered.settles |= job.settles;
            gathered.complete = gathered.complete.max(job.complete);
        }
        gathered.settles |= !gathered.transitions.is_empty();
        gathered
    }

    fn samples(&self) -> u64 {
        let heard = self.heard.iter().map(|batch| batch.rows.len());
        let mapped = self.batches.iter().map(|batch| batch.len());
        mapped.chain(heard).sum::<usize>() as u64
    }

    fn group(&self) -> Group<'_> {
        Group {
            batches: &self.batches,
            births: &self.births,
            rejects: &self.rejects,
            links: &self.links,
            qualities: &self.qualities,
        }
    }
}

/// A stored occurrence as the UI lists it.
pub fn alarm_row(record: &AlarmRecord) -> AlarmRow {
    let StandingAlarm {
        raised,
        state,
        acknowledged,
        ..
    } = &record.alarm;
    let micros = |t: Timestamp| t.micros() as f64;
    AlarmRow {
        id: raised.occurrence.to_string(),
        seq: record.seq as f64,
        asset: raised.asset.to_string(),
        signal: raised.signal.0,
        kind: raised.kind.name().to_owned(),
        priority: raised.priority.number(),
        limit: raised.limit,
        value: raised.value,
        state: state_view(*state),
        raised_at: micros(raised.source_time),
        returned_at: record.returned_at.map(micros),
        acknowledged_at: acknowledged.as_ref().map(|(_, at)| micros(*at)),
        acknowledged_by: acknowledged.as_ref().map(|(user, _)| user.clone()),
        comment: record.comment.clone().filter(|comment| !comment.is_empty()),
    }
}

const fn state_view(state: AlarmState) -> AlarmStateView {
    match state {
        AlarmState::UnackActive => AlarmStateView::UnackActive,
        AlarmState::AckedActive => AlarmStateView::AckedActive,
        AlarmState::UnackReturned => AlarmStateView::UnackReturned,
        AlarmState::Normal => AlarmStateView::Normal,
    }
}
