//! What an outage of history means for a connection: what stands still, what is known before it is decoded, what is lost.

use std::sync::Arc;

use bytes::Bytes;
use twin_connect::Inbound;
use twin_core::{
    Quality, Reason, Timestamp,
    engine::{Input, LinkChange, LinkMark},
};
use twin_payload::{Decoder, Message, Observations, SourceEvent};

use super::Source;
use crate::{
    api::connection::LinkStateView,
    pipeline::{NOT_STORED, WHY_NOT_STORED, job::Job, turn::Turn},
};

impl Source {
    /// Whether its link is down. A new attempt changes nothing about that.
    pub const fn is_lost(&self) -> bool {
        matches!(self.state, LinkStateView::Down | LinkStateView::TakenOver)
    }

    /// Leaves the messages of the connection in its queue, or takes them again.
    pub const fn close(&mut self, closed: bool) {
        self.closed = closed;
    }

    /// Whether its messages stay in its queue.
    #[cfg(test)]
    pub const fn is_closed(&self) -> bool {
        self.closed
    }

    /// What a held message says about its source, if it is a death or the availability of a device: that must be shown
    /// though the message waits. Read by a decoder of its own, because the connection's decodes it later, in order.
    pub fn foretell(&mut self, message: &Inbound, turn: &mut Turn) {
        let Inbound::Message {
            topic,
            payload,
            retain,
            dup,
            received,
            ..
        } = message
        else {
            return;
        };
        let parts = topic.split('/');
        let is_sign = |part: &str| {
            let signs = [
                "NDEATH",
                "DDEATH",
                "availability",
                "$state",
                "LWT",
                "health",
            ];
            signs.contains(&part)
        };
        if !parts.into_iter().any(is_sign) {
            return;
        }
        let message = Message {
            retain: *retain,
            dup: *dup,
            ..Message::new(topic, payload, *received)
        };
        let mut observations = Observations::default();
        // What cannot be read is a reject once it is decoded for good.
        if Decoder::new().decode(message, &mut observations).is_err() {
            return;
        }
        let says = |event: &&SourceEvent| {
            matches!(
                event,
                SourceEvent::NodeDeath { .. }
                    | SourceEvent::DeviceDeath { .. }
                    | SourceEvent::Availability { .. }
            )
        };
        for event in observations.events().iter().filter(says) {
            self.take_event(event, turn);
        }
    }

    /// A node or device is gone: what was heard of it since it was last gone, and is kept for an acceptance, holds no more
    /// until it is heard again.
    pub(super) fn mark_gone(&mut self, node: &str, turn: &mut Turn) {
        if !self.feeds.stores() {
            return;
        }
        let mut names = Vec::new();
        for address in self.decoder.addresses_of(node) {
            let Some(heard) = self.ledger.get(address.0) else {
                continue;
            };
            if self.gone.insert(address.0, heard.count) != Some(heard.count) {
                names.push(Arc::clone(&heard.address));
            }
        }
        if !names.is_empty() {
            turn.push_gone((self.index, &self.id), names);
        }
    }

    /// Marks its signals once more if the link is down: messages from before that were decoded only now lifted the mark.
    pub fn lost_link(&self) -> Option<Input> {
        let lost = LinkMark::Set(Quality::bad(Reason::BrokerLost));
        self.is_lost().then(|| Input::Link(self.all(lost)))
    }

    /// A change of all signals of the connection.
    pub fn all(&self, mark: LinkMark) -> LinkChange {
        LinkChange {
            source: self.id.to_string(),
            signals: Arc::clone(&self.signals),
            mark,
        }
    }

    /// A change of those signals that stand still while history cannot be written.
    pub fn paused(&self, mark: LinkMark) -> LinkChange {
        let may_be_acknowledged = self.form.subscriptions.iter().any(|s| s.qos > 0);
        let signals = self.carriers.paused(&self.signals, may_be_acknowledged);
        LinkChange {
            signals: signals.into(),
            ..self.all(mark)
        }
    }

    /// So much of it could not wait for history any longer.
    pub const fn lose(&mut self, count: u64) {
        self.not_stored += count;
    }

    /// Keeps a record of what was lost, between the two instants.
    pub fn record_loss(&mut self, count: u64, (from, to): (Timestamp, Timestamp), job: &mut Job) {
        let seconds = to.since(from).secs_f64();
        let detail =
            format!("{count} samples of QoS 0, received within {seconds:.0} s, {WHY_NOT_STORED}");
        let (topic, payload) = ("(QoS 0)".to_owned(), Bytes::new());
        self.reject(topic, NOT_STORED, detail, (&payload, 0), to, job);
    }
}
