//! What goes on while history cannot be written.
//!
//! - Messages of QoS 1 and 2 wait undecoded and unacknowledged, here and at the broker. The twins of their signals are
//!   BAD with the reason, and are given back once all that waited here is on its way to history.
//! - Messages of QoS 0 come once, so they go on: decoded, shown as good as they are, checked for alarms. What has to be
//!   stored waits in the [`Ring`](super::ring::Ring), the oldest samples are counted and go when it is full. An alarm is
//!   shown once it is stored, as ever; until then the condition's text names it.
//! - Afterwards the ring comes first, then what was held, then the connections: all in order.

use twin_connect::{Inbound, LinkState};
use twin_core::{
    BatchId, ConnectionId, Quality, Reason, Timestamp,
    engine::{Input, LinkMark, SystemEvent},
    said,
};
use twin_historian::Reject;

use super::{
    HISTORY, INBOUND_BATCH, NOT_STORED, WHY_NOT_STORED,
    driver::Driver,
    held::Held,
    intake::{Intake, Outage},
    job::Job,
    source::Source,
    turn::{Step, Turn},
};
use crate::clock;

/// Of an unreadable payload that waits for history so much stays, bytes: the memory is for samples.
const WAITING_PAYLOAD: usize = 4_096;
/// Alarms that the condition's text names at most.
const TITLES_MAX: usize = 3;

impl Driver {
    /// When messages are to be taken.
    pub(super) fn intake(&self) -> Intake {
        if self.outage.is_none() {
            return if self.recovering || !self.ring.is_empty() {
                Intake::Later
            } else {
                Intake::WithRoom
            };
        }
        if self.ring.is_closed() {
            Intake::Closed
        } else {
            Intake::AtOnce
        }
    }

    /// Whether something has to be stored before what comes now.
    pub(super) fn is_behind(&self) -> bool {
        self.outage.is_some() || !self.ring.is_empty()
    }

    /// Hands what waits, then the outbox to the writer as far as it has room. Without an outage the rest stays in the
    /// outbox and grows by at most what timers and people add, because messages are only taken when there is room.
    pub(super) fn flush(&mut self) {
        if self.is_behind() && !self.outbox.is_empty() {
            let mut job = std::mem::take(&mut self.outbox);
            if self.outage.is_some() && job.acks.is_empty() {
                self.lose_heard(&mut job);
                for reject in &mut job.rejects {
                    reject.payload.truncate(WAITING_PAYLOAD);
                    reject.payload.shrink_to_fit();
                }
            }
            self.ring.push(job);
        }
        // During an outage all waits in the ring, where it is bounded and counted.
        while self.outage.is_none() && !self.ring.is_empty() {
            let Ok(permit) = self.jobs.try_reserve() else {
                return;
            };
            if let Some(mut job) = self.ring.pop() {
                job.carried_bytes = self.burden.load(&job.rejects);
                permit.send(job);
            }
        }
        if self.outbox.is_empty() {
            return;
        }
        match self.jobs.try_reserve() {
            Ok(permit) => {
                let next = self.shells.take();
                let mut job = std::mem::replace(&mut self.outbox, next);
                job.carried_bytes = self.burden.load(&job.rejects);
                permit.send(job);
            }
            Err(_) => tracing::debug!("the history writer is behind"),
        }
    }

    /// What no signal comes from does not wait: the memory is for the plant's own signals.
    fn lose_heard(&mut self, job: &mut Job) {
        for batch in job.heard.drain(..) {
            let count = batch.rows.len() as u64;
            self.not_stored += count;
            if let Some(source) = self.sources.get_mut(&batch.source) {
                source.lose(count);
            }
        }
    }

    /// The end: hands over all that waits, however long that takes.
    pub(super) async fn leave(mut self) {
        self.empty(None);
        self.let_all_go();
        self.outbox.settles = true;
        let last = std::mem::take(&mut self.outbox);
        self.ring.push(last);
        let record = self.record_losses();
        self.ring.note(record);
        if self.outage.is_some() {
            tracing::error!(
                samples = self.ring.samples(),
                "history cannot be written at the end of the program: samples of QoS 0 may be lost"
            );
        }
        while let Some(job) = self.ring.pop() {
            if self.jobs.send(job).await.is_err() {
                tracing::error!(
                    "the history writer ended before the driver: the last samples may be missing"
                );
                return;
            }
        }
    }

    /// During an outage, keeps a message back whose broker waits for its acknowledgement; gives any other.
    pub(super) fn hold(&mut self, source: usize, message: Inbound) -> Option<Inbound> {
        let delivers_again = matches!(
            message,
            Inbound::Link {
                state: LinkState::Up {
                    session_present: true,
                    ..
                },
                ..
            }
        );
        if delivers_again {
            self.held.forget(source);
        }
        if self.outage.is_some() && Held::wants(&message) {
            self.foretell(source, &message);
            self.held.push(source, message);
            return None;
        }
        Some(message)
    }

    /// A death that is held is shown at once; decoded for good it is in its place among what came before.
    pub(super) fn foretell(&mut self, source: usize, message: &Inbound) {
        let now = self.instant();
        let mut turn = Turn::new(BatchId(self.next_batch), now);
        if let Some(source) = self.sources.get_mut(&source) {
            source.foretell(message, &mut turn);
        }
        for step in turn.into_steps() {
            if let Step::Input(at, input) | Step::Show(at, input) = step {
                self.step(at, input);
            }
        }
    }

    /// A connection of which enough is held keeps its messages; the others go on.
    pub(super) fn set_gates(&mut self) {
        let count = self.sources.len();
        for (index, source) in &mut self.sources {
            source.close(self.held.is_full(*index, count));
        }
    }

    /// The writer has room after an outage: what waits in the ring has gone before, now what was held.
    pub(super) fn catch_up(&mut self) {
        self.flush();
        if !self.ring.is_empty() {
            return;
        }
        // What went since the outage ended; the ring has room for nothing more.
        let record = self.record_losses();
        self.outbox.absorb(record);
        let mut messages = self.held.take(INBOUND_BATCH);
        self.decode(&mut messages);
        self.set_gates();
        // What was held tells of the time before; a link that was lost since is still down.
        let lost: Vec<_> = self
            .sources
            .values()
            .filter_map(Source::lost_link)
            .collect();
        for input in lost {
            let now = self.instant();
            self.step(now, input);
        }
        if self.held.is_empty() {
            self.recovering = false;
            let now = self.instant();
            self.mark_sources(now, LinkMark::Lift(Reason::HistoryUnavailable), false);
        }
    }

    /// A condition of the program. History's own decides what goes on.
    pub(super) fn take_condition(&mut self, event: SystemEvent) {
        let now = self.instant();
        match event {
            SystemEvent::Raised { key, text } if key == HISTORY => {
                let begins = self.outage.is_none();
                self.outage = Some(Outage { text });
                if begins {
                    self.keep_outage(now);
                    self.tell_of_itself();
                }
            }
            SystemEvent::Cleared { key } if key == HISTORY => {
                self.outage = None;
                // First of all, or a kill on the way would leave gaps that nobody knows of.
                let record = self.record_losses();
                self.ring.note(record);
                self.recovering = true;
                self.step(now, Input::System(SystemEvent::Cleared { key }));
                self.tell_of_itself();
            }
            event => self.step(now, Input::System(event)),
        }
    }

    /// Once a second: says how it stands, and that what stands still is no statement about the plant.
    pub(super) fn keep_outage(&mut self, now: Timestamp) {
        let Some(outage) = &self.outage else { return };
        let mut text = outage.text.clone();
        let lost = self.not_stored();
        if self.ring.samples() > 0 {
            let waiting = self.ring.samples();
            text = text.and(said!(
                "condition-waiting",
                "{waiting} samples of QoS 0 wait in memory.",
                waiting = waiting
            ));
        }
        if lost > 0 {
            text = text.and(said!(
                "condition-lost",
                "{lost} were lost, because memory for them is full.",
                lost = lost
            ));
        }
        let titles: Vec<String> = self.ring.titles().take(TITLES_MAX).collect();
        if !titles.is_empty() {
            text = text.and(said!(
                "condition-alarms-waiting",
                "Alarms not stored yet: {alarms}.",
                alarms = titles.join(", ")
            ));
        }
        let key = HISTORY.to_owned();
        self.step(now, Input::System(SystemEvent::Raised { key, text }));
        let mark = LinkMark::Set(Quality::bad(Reason::HistoryUnavailable));
        self.mark_sources(now, mark, true);
    }

    /// Samples and unreadable messages that were lost since start.
    pub(super) fn not_stored(&self) -> u64 {
        self.not_stored + self.ring.lost()
    }

    /// The record of what the ring could not hold since this was last asked, and of where history is missing something.
    pub(super) fn record_losses(&mut self) -> Job {
        let mut record = Job::default();
        let Some(lost) = self.ring.take_lost() else {
            return record;
        };
        self.not_stored += lost.count;
        record.qualities = lost.gaps();
        let Some(span) = lost.span else { return record };
        let mut own = lost.count;
        for (index, count) in &lost.by_source {
            if let Some(source) = self.sources.get_mut(index) {
                source.lose(*count);
                source.record_loss(*count, span, &mut record);
            }
            own -= count;
        }
        if own > 0 {
            record.rejects.push(lost_of_our_own(own, span));
        }
        tracing::warn!(lost.count, "samples could not be stored");
        record
    }

    fn mark_sources(&mut self, now: Timestamp, mark: LinkMark, only_paused: bool) {
        let sources = self.sources.values();
        let changes: Vec<_> = if only_paused {
            sources.map(|source| source.paused(mark)).collect()
        } else {
            sources.map(|source| source.all(mark)).collect()
        };
        for change in changes {
            self.step(now, Input::Link(change));
        }
    }

    /// Now, later than every input before: their order is in the times.
    pub(super) fn instant(&mut self) -> Timestamp {
        self.last = clock::now().max(self.last.plus(twin_core::Duration(1)));
        self.last
    }
}

/// The record of samples that came by no connection: anomaly scores, and what the program tells of itself.
fn lost_of_our_own(count: u64, (from, to): (Timestamp, Timestamp)) -> Reject {
    let seconds = to.since(from).secs_f64();
    Reject {
        connection: ConnectionId::from("(Twinscope)"),
        topic: "(anomaly scores, system signals)".into(),
        reason: NOT_STORED.into(),
        detail: format!(
            "{count} anomaly scores or samples of Twinscope itself, made within {seconds:.0} s, {WHY_NOT_STORED}"
        ),
        payload: Vec::new(),
        length: Some(0),
        received: to,
    }
}
