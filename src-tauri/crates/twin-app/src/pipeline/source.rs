//! One connection as the driver sees it: its decoder, its map from addresses to signals, and what happened on it.

mod conditions;
mod feeds;
mod inflow;
mod rebirth;
mod rows;
mod signs;
mod stamps;
mod tap;
mod told;
mod topics;
mod values;
mod waiting;

use std::{collections::HashMap, sync::Arc};

use bytes::Bytes;
use tokio::sync::mpsc;
use twin_connect::{AckHandle, Command, Inbound, Inbox, LinkState, Qos, Topic};
use twin_core::{
    ConnectionId, Quality, Reason, Said, SignalKey, Timestamp,
    engine::{Input, LinkChange, LinkMark},
    said,
};
use twin_discover::{Ledger, LedgerLimits};
use twin_historian::{Birth, LinkTransition, REJECT_PAYLOAD_MAX, Reject};
use twin_payload::{Convention, Decoder, Message, Observations, Presence, SourceEvent};

use self::{
    conditions::Conditions, feeds::Feeds, stamps::Stamps, tap::Tap, told::Presences,
    topics::Topics, waiting::Waiting,
};
pub use self::{
    feeds::Wanted,
    tap::hexadecimal,
    told::{DeviceTold, Told},
};
use super::{
    carrier::Carriers,
    job::Job,
    provisional::{RESUMED, UP},
    rejects::Rejects,
    turn::{Manner, Turn},
};
use crate::{
    api::{
        connection::{ConnectionForm, GradeView, LinkStateView},
        said::SaidView,
    },
    connections::down,
};

/// One connection. See the module's description.
#[derive(Debug)]
pub struct Source {
    index: usize,
    form: ConnectionForm,
    client_id: String,
    id: ConnectionId,
    commands: mpsc::Sender<Command>,
    inbox: Option<Inbox>,
    arrived: Vec<Inbound>,
    /// Whether the connection is to keep its messages for now.
    closed: bool,
    feeds: Feeds,
    decoder: Decoder,
    observations: Observations,
    /// Convention of the message in hand.
    convention: Convention,
    /// What no signal comes from.
    ledger: Ledger,
    /// How many values of addresses had come when their source was last gone, by number.
    gone: HashMap<u32, u64>,
    /// What live messages say of their time.
    stamps: Stamps,
    /// Whether devices are there.
    presences: Presences,
    /// Messages that wait for the birth that explains them.
    waiting: Waiting,
    conditions: Conditions,
    signals: Arc<[SignalKey]>,
    state: LinkStateView,
    since: Timestamp,
    reason: SaidView,
    security: String,
    grade: Option<GradeView>,
    messages: u64,
    samples: u64,
    dropped: u64,
    /// Messages beyond the rate that a person set.
    throttled: u64,
    not_stored: u64,
    carriers: Carriers,
    skipped: u64,
    /// Of messages, beyond the bounds of a connection.
    properties_left_out: u64,
    rejects: Rejects,
    /// What came on each topic.
    topics: Topics,
    /// A topic that a person looks at closely.
    tap: Option<Box<Tap>>,
    /// The most messages that waited in its queue.
    most_waiting: usize,
}

/// What a source is made of.
#[derive(Debug)]
pub struct SourceParts {
    /// Number of the connection in this run; never used again.
    pub index: usize,
    /// As a person filled it in.
    pub form: ConnectionForm,
    /// The client id used.
    pub client_id: String,
    /// To the connection.
    pub commands: mpsc::Sender<Command>,
    /// From the connection.
    pub inbox: Inbox,
    /// Which address feeds which signal.
    pub addresses: HashMap<String, SignalKey>,
    /// What is wanted of the other addresses.
    pub wanted: Wanted,
    /// Of which nothing was heard yet.
    pub decoder: Decoder,
    /// Birth certificates kept from before: topic and payload.
    pub births: Vec<(String, Vec<u8>)>,
    /// Now.
    pub now: Timestamp,
}

impl Source {
    /// A connection of which nothing was heard yet.
    pub fn new(parts: SourceParts) -> Self {
        let mut decoder = parts.decoder;
        for (topic, payload) in &parts.births {
            if let Err(reject) = decoder.restore_birth(topic, payload) {
                tracing::warn!(
                    topic,
                    "a kept birth certificate cannot be read any more: {}",
                    reject.detail
                );
            }
        }
        let feeds = Feeds::new(parts.addresses, parts.wanted);
        let ledger = Ledger::new(LedgerLimits {
            addresses: decoder.limits().addresses,
            ..LedgerLimits::default()
        });
        Source {
            index: parts.index,
            id: ConnectionId::from(parts.form.id.as_str()),
            form: parts.form,
            client_id: parts.client_id,
            commands: parts.commands,
            inbox: Some(parts.inbox),
            arrived: Vec::new(),
            closed: false,
            signals: feeds.signals().into(),
            feeds,
            decoder,
            observations: Observations::default(),
            convention: Convention::Json,
            ledger,
            gone: HashMap::new(),
            stamps: Stamps::default(),
            presences: Presences::default(),
            waiting: Waiting::default(),
            conditions: Conditions::default(),
            state: LinkStateView::Connecting,
            since: parts.now,
            reason: SaidView::default(),
            security: String::new(),
            grade: None,
            messages: 0,
            samples: 0,
            dropped: 0,
            throttled: 0,
            not_stored: 0,
            carriers: Carriers::default(),
            skipped: 0,
            properties_left_out: 0,
            rejects: Rejects::default(),
            topics: Topics::new(parts.now),
            tap: None,
            most_waiting: 0,
        }
    }

    /// From now on other addresses feed signals.
    pub fn put_addresses(&mut self, addresses: HashMap<String, SignalKey>, wanted: Wanted) {
        let heard = self.ledger.heard().map(|heard| &heard.address);
        self.feeds.put(addresses, wanted, heard);
        self.signals = self.feeds.signals().into();
        let feeds = &self.feeds;
        self.ledger.forget(|address| feeds.is_proposed(address));
    }

    /// The addresses, first heard since this was last asked, that feed nothing and that a mapping rule fits.
    pub fn take_ruled(&mut self) -> Vec<(ConnectionId, Arc<str>)> {
        let ruled = self.feeds.take_ruled().into_iter();
        ruled.map(|address| (self.id.clone(), address)).collect()
    }

    /// The connection's id.
    pub const fn id(&self) -> &ConnectionId {
        &self.id
    }

    /// What no signal comes from.
    pub const fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Its number in this run.
    pub const fn index(&self) -> usize {
        self.index
    }

    /// Messages lost because a queue was full, or left out because they were above the rate limit.
    pub const fn dropped(&self) -> u64 {
        self.dropped + self.throttled
    }

    /// Samples and unreadable messages that were received and could not be stored.
    pub const fn not_stored(&self) -> u64 {
        self.not_stored
    }

    /// Samples and messages that could not be read, or not whole, so far.
    pub fn carried(&self) -> u64 {
        self.samples + self.rejects.count()
    }

    /// Messages that could not be read, or not whole.
    pub fn rejected(&self) -> u64 {
        self.rejects.count()
    }

    /// Whether rebirth requests may be published.
    pub const fn allows_rebirth(&self) -> bool {
        self.form.allow_rebirth
    }

    /// Takes what the connection says.
    pub fn take(&mut self, inbound: Inbound, turn: &mut Turn, job: &mut Job) {
        match inbound {
            Inbound::Message {
                topic,
                payload,
                qos,
                retain,
                dup,
                received,
                properties,
                ack,
            } => {
                job.must_flush |= qos != Qos::AtMostOnce;
                self.messages += 1;
                let properties = properties.as_deref();
                let left_out = properties.map_or(0, |some| some.left_out);
                self.properties_left_out += left_out as u64;
                let message = Message {
                    retain,
                    dup,
                    content_type: properties.and_then(|some| some.content_type.as_deref()),
                    user: properties.map_or(&[], |some| &some.user),
                    ..Message::new(&topic, &payload, received)
                };
                self.observations.clear();
                let decoded = self.decoder.decode(message, &mut self.observations);
                self.count(&topic, payload.len(), received);
                self.note_tapped(&message, (qos, left_out), &decoded);
                let is_read = decoded.is_ok();
                let lost = decoded.err().or_else(|| self.observations.partly_read());
                if let Some(why) = lost {
                    let (reason, detail) = (why.kind.name(), why.detail);
                    let whole = (&payload, payload.len() as u64);
                    self.reject(topic.as_str().into(), reason, detail, whole, received, job);
                }
                if !is_read {
                    return self.pass(ack, (received, turn), job);
                }
                let manner = if retain { Manner::Kept } else { Manner::Live };
                self.keep_birth(&topic, &payload, received, job);
                let acknowledged = ack.is_some();
                let ack = self.hold(self.observations.held(), ack);
                self.take_observations(received, acknowledged, manner, turn, job);
                self.pass(ack, (received, turn), job);
            }
            Inbound::Unreadable {
                received,
                topic,
                cause,
                detail,
                excerpt,
                size,
                ack,
            } => {
                job.must_flush |= ack.is_some();
                self.messages += 1;
                self.count(&topic, excerpt.len(), received);
                let why = (cause.name(), &*detail);
                self.note_unreadable((&topic, received), ack.as_ref(), why, &excerpt);
                let known = (&excerpt, u64::from(size));
                self.reject(topic, cause.name(), detail, known, received, job);
                self.pass(ack, (received, turn), job);
            }
            Inbound::Dropped { count, .. } => self.dropped += count,
            Inbound::Throttled { count, .. } => self.throttled += count,
            Inbound::Link { at, state } => self.take_link(at, state, turn, job),
            Inbound::Subscribed { refused, .. } => self.take_refusals(&refused),
            Inbound::NotSent { topic, reason, .. } => {
                tracing::warn!(topic, "a message was not sent: {reason}");
            }
        }
    }

    /// What is refused now; a CoAP device may answer later.
    fn take_refusals(&mut self, refused: &[twin_connect::Refusal]) {
        if self.state != LinkStateView::Up {
            return;
        }
        let name = |r: &twin_connect::Refusal| format!("{} ({})", r.filter, r.reason);
        let names: Vec<String> = refused.iter().map(name).collect();
        self.reason = if names.is_empty() {
            SaidView::default()
        } else {
            said!(
                "links-filters-refused",
                "refused: {filters}",
                filters = names.join(", ")
            )
            .into()
        };
    }

    fn keep_birth(&self, topic: &Topic, payload: &Bytes, received: Timestamp, job: &mut Job) {
        if Decoder::is_birth(topic) {
            let payload = payload.to_vec();
            job.births.push((
                self.id.clone(),
                Birth {
                    topic: topic.as_str().to_owned(),
                    payload,
                    received,
                },
            ));
        }
    }

    fn reject(
        &mut self,
        topic: String,
        reason: &str,
        detail: String,
        (payload, length): (&Bytes, u64),
        received: Timestamp,
        job: &mut Job,
    ) {
        let kept = payload.get(..REJECT_PAYLOAD_MAX).unwrap_or(payload);
        let payload = kept.to_vec();
        let (connection, reason) = (self.id.clone(), reason.to_owned());
        let reject = Reject {
            connection,
            topic,
            reason,
            detail,
            payload,
            length: Some(length),
            received,
        };
        self.rejects.add(&reject);
        job.rejects.push(reject);
    }

    fn ack(&self, ack: Option<AckHandle>, job: &mut Job) {
        if let Some(handle) = ack {
            job.ack(&self.commands, handle);
        }
    }

    fn take_event(&mut self, event: &SourceEvent, turn: &mut Turn) {
        told::note(&mut self.presences, event);
        let death = LinkMark::Set(Quality::bad(Reason::NodeDeath));
        let (node, mark) = match event {
            SourceEvent::NodeDeath { node, .. } | SourceEvent::DeviceDeath { device: node, .. } => {
                (node, death)
            }
            SourceEvent::Availability {
                source, presence, ..
            } => match presence {
                Presence::Online => (source, LinkMark::Lift(Reason::NodeDeath)),
                Presence::Offline => (source, death),
                // Its last values hold until they are stale.
                Presence::Sleeping => return,
            },
            SourceEvent::SequenceGap { node, .. } => {
                (node, LinkMark::Set(Quality::uncertain(Reason::SequenceGap)))
            }
            SourceEvent::RebirthWanted { node, .. } => {
                turn.want_rebirth(self.index, node);
                return;
            }
            SourceEvent::NodeBirth { .. } | SourceEvent::DeviceBirth { .. } => return,
            SourceEvent::Described(description) => {
                self.ledger.describe((**description).clone());
                return;
            }
        };
        if mark == death {
            self.mark_gone(node, turn);
        }
        let addresses = self.decoder.addresses_of(node);
        let signals: Arc<[SignalKey]> = addresses
            .iter()
            .filter_map(|address| self.feeds.signal(&self.decoder, *address))
            .collect();
        let source = format!("{}/{node}", self.id);
        turn.push(Input::Link(LinkChange {
            source,
            signals,
            mark,
        }));
    }

    fn take_link(&mut self, at: Timestamp, state: LinkState, turn: &mut Turn, job: &mut Job) {
        let (view, name, reason) = match &state {
            LinkState::Connecting => (LinkStateView::Connecting, "connecting", SaidView::default()),
            LinkState::Up { .. } => (LinkStateView::Up, UP, SaidView::default()),
            LinkState::Down { reason } => (LinkStateView::Down, "down", down(reason)),
            LinkState::TakenOver { reason } => {
                (LinkStateView::TakenOver, "taken-over", down(reason))
            }
        };
        // A failed attempt to come back is not news about the plant.
        let was_lost = matches!(self.state, LinkStateView::Down | LinkStateView::TakenOver);
        let is_lost = matches!(view, LinkStateView::Down | LinkStateView::TakenOver);
        if view == LinkStateView::Connecting && was_lost {
            return;
        }
        if self.state != view {
            self.since = at;
        }
        let mut note = reason.text.clone();
        (self.state, self.reason) = (view, reason);
        match state {
            LinkState::Up {
                session_present,
                security,
                tls,
            } => {
                self.security = security;
                self.conditions.put_tls(tls);
                // With the session still there, and nothing asked for that a broker does not keep, nothing was missed:
                // the last values are still the plant's.
                if session_present && self.form.subscriptions.iter().all(|s| s.qos > 0) {
                    turn.push(Input::Link(self.all(LinkMark::Lift(Reason::BrokerLost))));
                    note = RESUMED.to_owned();
                }
            }
            _ if is_lost && !was_lost => turn.push(Input::Link(
                self.all(LinkMark::Set(Quality::bad(Reason::BrokerLost))),
            )),
            _ => {}
        }
        if is_lost != was_lost || view == LinkStateView::Up {
            job.links.push(LinkTransition {
                connection: self.id.clone(),
                at,
                state: name.into(),
                reason: note,
            });
        }
    }

    /// The connection cannot even be tried.
    pub fn fail(&mut self, reason: Said) {
        self.state = LinkStateView::Down;
        self.reason = reason.into();
    }

    /// How well its settings protect it.
    pub fn put_grade(&mut self, grade: GradeView) {
        self.grade = Some(grade);
    }
}
