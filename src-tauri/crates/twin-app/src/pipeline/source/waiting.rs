//! Sparkplug messages that wait for the birth that explains them, and with them their acknowledgements.

use std::collections::HashMap;

use twin_connect::AckHandle;
use twin_core::Timestamp;
use twin_payload::{HoldId, Released};

use super::Source;
use crate::pipeline::{
    job::Job,
    turn::{Manner, Turn},
};

/// Acknowledgements leave in order of arrival, so those behind a held one wait too. Brokers send 20 messages without an
/// acknowledgement unless they are told otherwise: at half of that what is held is read as it is.
const BEHIND_MAX: usize = 10;

/// Acknowledgements that wait.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    acks: HashMap<HoldId, AckHandle>,
    /// Acknowledgements behind them.
    behind: usize,
}

impl Source {
    /// Keeps the acknowledgement of a message that the decoder holds back; gives any other. To be called before what the
    /// decoder says is taken: it may release the same message at once.
    pub(super) fn hold(
        &mut self,
        held: Option<HoldId>,
        ack: Option<AckHandle>,
    ) -> Option<AckHandle> {
        match (held, ack) {
            (Some(hold), Some(ack)) => {
                self.waiting.acks.insert(hold, ack);
                None
            }
            (_, ack) => ack,
        }
    }

    /// Hands over an acknowledgement. When too many wait behind a held one, what is held is read as it is.
    pub(super) fn pass(
        &mut self,
        ack: Option<AckHandle>,
        (now, turn): (Timestamp, &mut Turn),
        job: &mut Job,
    ) {
        self.waiting.behind += usize::from(ack.is_some() && !self.waiting.acks.is_empty());
        self.ack(ack, job);
        if self.waiting.behind >= BEHIND_MAX {
            self.let_go(now, turn, job);
        }
    }

    /// Reads what is held back as it is, without waiting longer.
    pub fn let_go(&mut self, now: Timestamp, turn: &mut Turn, job: &mut Job) {
        self.observations.clear();
        self.decoder.let_go(now, &mut self.observations);
        self.take_observations(now, true, Manner::Live, turn, job);
    }

    /// A message is held back no more.
    pub(super) fn release(&mut self, released: &Released, job: &mut Job) {
        if let Some(unread) = &released.unread {
            let (reason, detail) = (unread.reject.kind.name(), unread.reject.detail.clone());
            let payload = unread.payload.clone().into();
            let length = unread.payload.len() as u64;
            self.reject(
                unread.topic.clone(),
                reason,
                detail,
                (&payload, length),
                unread.received,
                job,
            );
        }
        if let Some(ack) = self.waiting.acks.remove(&released.hold) {
            job.must_flush = true;
            self.ack(Some(ack), job);
        }
        if self.waiting.acks.is_empty() {
            self.waiting.behind = 0;
        }
    }

    /// Judges what did not come in time.
    pub fn judge(&mut self, now: Timestamp, turn: &mut Turn, job: &mut Job) {
        if self.decoder.next_deadline().is_some_and(|due| due <= now) {
            self.observations.clear();
            self.decoder.poll(now, &mut self.observations);
            self.take_observations(now, false, Manner::Live, turn, job);
        }
    }
}
