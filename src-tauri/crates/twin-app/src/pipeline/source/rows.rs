//! A connection as people see it.

use twin_connect::Stamp;
use twin_core::Timestamp;

use super::Source;
use crate::{
    api::{
        connection::{ConnectionRow, LinkStateView},
        diagnostics::{RateRow, RateTotal, RatesQuery},
    },
    connections::SessionFacts,
};

impl Source {
    /// For the UI.
    pub fn row(&self) -> ConnectionRow {
        ConnectionRow {
            form: self.form.clone(),
            client_id: self.client_id.clone(),
            state: self.state,
            since: self.since.micros() as f64,
            reason: self.reason.clone(),
            security: self.security.clone(),
            grade: self.grade.clone(),
            messages: self.messages as f64,
            samples: self.samples as f64,
            dropped: self.dropped() as f64,
            not_stored: self.not_stored as f64,
            rejects: self.rejects.rows(),
            skipped: self.skipped as f64,
            properties_left_out: self.properties_left_out as f64,
            nodes: number(self.decoder.nodes().len()),
            unmapped: number(self.ledger.len()),
            topics: number(self.decoder.topics()),
            topic_shares: number(self.decoder.topic_shares()),
            topics_max: number(self.decoder.limits().topics),
            addresses: number(self.decoder.address_count()),
            address_shares: number(self.decoder.address_shares()),
            addresses_max: number(self.decoder.limits().addresses),
            throttled: self.throttled as f64,
        }
    }

    /// How its Sparkplug sessions go.
    pub fn session(&self) -> SessionFacts {
        SessionFacts {
            session: self.decoder.session(),
            can_rebirth: self.form.allow_rebirth && self.state == LinkStateView::Up,
            may_rebirth: self.form.allow_rebirth,
        }
    }

    /// Counts a message on a topic; its name is kept once, whoever needs it.
    pub(super) fn count(&mut self, topic: &str, payload: usize, received: Timestamp) {
        let shared = || self.decoder.shared_topic(topic).cloned();
        self.topics.note(topic, payload, received, shared);
    }

    /// What comes on its topics, and how many topics fit the query.
    pub fn rates(&self, query: &RatesQuery, now: Timestamp) -> (Vec<RateRow>, usize) {
        self.topics.first(query, self.id.as_str(), now)
    }

    /// What comes on all its topics together.
    pub fn rates_total(&self, now: Timestamp) -> RateTotal {
        self.topics.total(self.id.as_str(), now)
    }

    /// What its newest live messages say of their time.
    pub fn stamps(&self) -> Vec<Stamp> {
        self.stamps.list()
    }
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
