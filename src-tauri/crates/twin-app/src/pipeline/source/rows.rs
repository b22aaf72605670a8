//! A connection as people see it.

use twin_payload::NodeState;

use super::Source;
use crate::api::connection::{ConnectionRow, LinkStateView, NodeRow};

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
            nodes: self.nodes(),
            unmapped: u32::try_from(self.ledger.len()).unwrap_or(u32::MAX),
        }
    }

    fn nodes(&self) -> Vec<NodeRow> {
        let row = |node: &twin_payload::NodeStatus| NodeRow {
            id: node.id.to_string(),
            state: match node.state {
                NodeState::Online => "online",
                NodeState::Offline => "offline",
                NodeState::KeptBirth => "kept-birth",
                NodeState::Unknown => "unknown",
            }
            .to_owned(),
            since: node.since.map_or(0.0, |since| since.micros() as f64),
            metrics: node.metrics,
            gaps: node.gaps as f64,
            can_rebirth: self.form.allow_rebirth
                && self.state == LinkStateView::Up
                && node.id == node.node,
        };
        self.decoder.nodes().iter().map(row).collect()
    }
}
