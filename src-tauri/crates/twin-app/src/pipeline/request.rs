//! What is asked of the driver, and by which queues.

use std::{collections::HashSet, sync::Arc};

use tokio::sync::{mpsc, oneshot};
use twin_connect::Stamp;
use twin_core::{
    ConnectionId, OccurrenceId, SignalKey,
    engine::{LastHeard, SystemEvent},
};
use twin_discover::{Heard, Ledger, LedgerPart, LedgerState};

use super::{
    scoring::{Answer, ScoringThread},
    source::{DeviceTold, Source, Told},
};
use crate::{
    api::{
        alarm::AlarmRow,
        diagnostics::{QueueView, RatesQuery, RatesView, TapView, TappedMessage},
        plant::PlantView,
    },
    compile::Compiled,
    connections::SessionFacts,
    error::Result,
};

/// A plant that is to run from now on.
#[derive(Debug)]
pub struct NewPlant {
    /// For the engine and the decoders.
    pub compiled: Arc<Compiled>,
    /// For people.
    pub view: PlantView,
    /// Its models; none when they are those of before.
    pub scoring: Option<ScoringThread>,
    /// What history knows of the signals that are new.
    pub heard: Vec<LastHeard>,
}

/// What is asked of the ledgers of connections. A ledger is copied part by part, so that messages never wait long.
#[derive(Debug)]
pub enum LedgerRequest {
    /// How much they hold.
    Looks(oneshot::Sender<Vec<LedgerLook>>),
    /// What sources say of themselves, without anything heard.
    Descriptions {
        /// Number of the connection in this run.
        index: usize,
        /// Whom to tell; none when there is no such connection any more.
        reply: oneshot::Sender<Option<Ledger>>,
    },
    /// What was heard, a part of it.
    Part {
        /// Number of the connection in this run.
        index: usize,
        /// Where the part begins.
        from: usize,
        /// Whom to tell; none when there is no such connection any more.
        reply: oneshot::Sender<Option<LedgerPart>>,
    },
    /// What is known of some addresses.
    Some {
        /// Number of the connection in this run.
        index: usize,
        /// Numbers of the addresses.
        numbers: Vec<u32>,
        /// Whom to tell; what is not known is left out.
        reply: oneshot::Sender<Vec<Heard>>,
    },
}

/// How much the ledger of a connection holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerLook {
    /// Number of the connection in this run.
    pub index: usize,
    /// Which connection.
    pub connection: ConnectionId,
    /// How much.
    pub state: LedgerState,
}

/// What diagnostics ask.
#[derive(Debug)]
pub enum Diagnose {
    /// What comes on the topics.
    Rates {
        /// Which.
        query: RatesQuery,
        /// Whom to tell.
        reply: oneshot::Sender<RatesView>,
    },
    /// Keep the messages of one topic from now on; the tap of before ends.
    Tap {
        /// On which connection.
        connection: String,
        /// Which topic.
        topic: String,
        /// Whom to tell.
        reply: oneshot::Sender<Result<TapView>>,
    },
    /// The tap as it is now.
    LookAtTap(oneshot::Sender<Option<TapView>>),
    /// One of its messages.
    Tapped {
        /// Its number.
        number: f64,
        /// Whom to tell; none when it is not kept any more.
        reply: oneshot::Sender<Option<TappedMessage>>,
    },
    /// Keep no more messages.
    EndTap,
    /// What the devices of an asset told.
    Device {
        /// On which connection.
        connection: ConnectionId,
        /// The asset's signals.
        signals: HashSet<SignalKey>,
        /// The topics on which they come.
        topics: HashSet<String>,
        /// Whom to tell; nothing of a connection that does not run.
        reply: oneshot::Sender<DeviceTold>,
    },
    /// What all devices told that feed signals.
    Devices(oneshot::Sender<Vec<Told>>),
    /// What waits, and what was left out.
    Depths(oneshot::Sender<Depths>),
}

/// What waits in the driver and before it, and what it left out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Depths {
    /// Queues.
    pub queues: Vec<QueueView>,
    /// Anomaly scores skipped.
    pub scores_skipped: u64,
    /// Messages lost on connections that are no more.
    pub gone_dropped: u64,
    /// Unreadable messages on connections that are no more.
    pub gone_rejected: u64,
}

/// What people and the composition ask of the driver.
#[derive(Debug)]
pub enum Request {
    /// Acknowledge an alarm; answered once it is stored.
    Acknowledge {
        /// Which occurrence.
        occurrence: OccurrenceId,
        /// Who.
        user: String,
        /// What they wrote.
        comment: String,
        /// Whom to tell.
        reply: oneshot::Sender<Result<AlarmRow>>,
    },
    /// Ask a Sparkplug node for its birth.
    Rebirth {
        /// On which connection.
        connection: String,
        /// `group/node`.
        node: String,
        /// Whom to tell.
        reply: oneshot::Sender<Result<()>>,
    },
    /// What was heard and is not in the plant file.
    Ledger(LedgerRequest),
    /// How the Sparkplug sessions of a connection go.
    Session {
        /// On which connection.
        connection: String,
        /// Whom to tell.
        reply: oneshot::Sender<Result<SessionFacts>>,
    },
    /// What the newest live messages of a connection say of their time.
    Stamps {
        /// On which connection.
        connection: String,
        /// Whom to tell.
        reply: oneshot::Sender<Result<Vec<Stamp>>>,
    },
    /// What comes on the topics, one topic closely, and what waits.
    Diagnose(Diagnose),
    /// Addresses, first heard since this was last asked, that feed nothing and that a mapping rule fits.
    Ruled {
        /// Whom to tell.
        reply: oneshot::Sender<Vec<(ConnectionId, Arc<str>)>>,
        /// Is told when what was heard of them until now is stored; gone when nothing was heard, or could not be stored.
        stored: oneshot::Sender<()>,
    },
    /// The plant file was changed: from now on this plant counts.
    PutPlant(Box<NewPlant>),
    /// A connection was added or changed: from now on this one counts.
    PutSource(usize, Box<Source>),
    /// A connection was removed.
    RemoveSource(String),
    /// Write what is left and end.
    Stop,
}

/// The driver's ends.
#[derive(Debug)]
pub struct Queues {
    /// From people.
    pub requests: mpsc::Receiver<Request>,
    /// From the models.
    pub answers: mpsc::Receiver<Answer>,
    /// From the writer and maintenance.
    pub conditions: mpsc::Receiver<SystemEvent>,
}
