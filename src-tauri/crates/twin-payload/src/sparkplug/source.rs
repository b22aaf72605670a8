//! What a node and a device have in common.

use std::sync::Arc;

use twin_core::Timestamp;

use super::{
    session::{BirthLog, LifeFacts},
    status::NodeState,
    table::Table,
};
use crate::intern::AddressIx;

/// The message that last made a device live or die.
#[derive(Clone, Copy, Debug)]
pub(super) struct Life {
    pub(super) seq: u8,
    /// Of the payload, milliseconds since 1970.
    pub(super) time: Option<u64>,
    /// Whether it came before the birth of its node.
    pub(super) early: bool,
}

/// What a node and a device have in common.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) id: Arc<str>,
    pub(super) state: NodeState,
    pub(super) since: Option<Timestamp>,
    pub(super) metrics: u32,
    pub(super) without_alias: u32,
    pub(super) table: Table,
    /// Time of its birth's payload, milliseconds since 1970.
    pub(super) born: Option<u64>,
    pub(super) life: Option<Life>,
    /// Every address it ever had, its devices' included.
    pub(super) addresses: Vec<AddressIx>,
    /// Until when a birth is waited for.
    pub(super) wait: Option<Timestamp>,
    /// It was waited for in vain: what comes is read as well as may be.
    pub(super) gave_up: bool,
    pub(super) births: BirthLog,
    deaths: u64,
    last_death: Option<Timestamp>,
}

impl Source {
    pub(super) fn new(id: &str) -> Self {
        Source {
            id: id.into(),
            state: NodeState::Unknown,
            since: None,
            metrics: 0,
            without_alias: 0,
            table: Table::default(),
            born: None,
            life: None,
            addresses: Vec::new(),
            wait: None,
            gave_up: false,
            births: BirthLog::default(),
            deaths: 0,
            last_death: None,
        }
    }

    /// Changes its state, if it is another one.
    pub(super) fn enter(&mut self, state: NodeState, at: Timestamp) {
        if state == NodeState::Offline && self.state != state {
            self.deaths += 1;
            self.last_death = Some(at);
        }
        if self.state != state || self.since.is_none() {
            self.state = state;
            self.since = Some(at);
        }
    }

    pub(super) fn life(&self) -> LifeFacts {
        LifeFacts {
            state: self.state,
            since: self.since,
            births: self.births.count(),
            last_birth: self.births.last(),
            deaths: self.deaths,
            last_death: self.last_death,
        }
    }

    pub(super) fn adopt(&mut self, table: Table, without_alias: u32, fresh: &[AddressIx]) {
        self.metrics = table.signals();
        self.without_alias = without_alias;
        self.table = table;
        self.addresses.extend_from_slice(fresh);
    }

    /// A birth came that is in force: nothing is waited for.
    pub(super) fn live(&mut self, at: Timestamp) {
        self.state = NodeState::Online;
        self.since = Some(at);
        self.wait = None;
        self.gave_up = false;
    }

    /// Values came. Without a valid birth they are read with a former one, if there is any.
    pub(super) fn heard(&mut self, at: Timestamp) {
        if self.state != NodeState::Online {
            let kept = !self.table.is_empty();
            self.enter(
                if kept {
                    NodeState::KeptBirth
                } else {
                    NodeState::Unknown
                },
                at,
            );
        }
    }

    /// Whether a message with this number was sent before the one that last made this device live or die.
    pub(super) fn outlived(&self, seq: u8) -> bool {
        let later = |life: &Life| (1..128).contains(&life.seq.wrapping_sub(seq));
        self.life.as_ref().is_some_and(later)
    }

    /// Whether a message with this number was sent while this device, dead by now, was alive; its birth is known.
    pub(super) fn was_alive(&self, seq: u8) -> bool {
        self.state == NodeState::Offline && !self.table.is_empty() && self.outlived(seq)
    }
}
