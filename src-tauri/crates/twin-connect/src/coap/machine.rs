//! The protocol, without a socket and without a clock: datagrams and the time go in, datagrams and events come out.
//!
//! One machine is one link to one device. At most one of its messages is unacknowledged at any time (NSTART, RFC 7252,
//! 4.7). Times are durations since the machine's beginning, and never decrease.

use std::{
    collections::{HashMap, VecDeque},
    time::Duration,
};

use bytes::Bytes;
use rand::{Rng, RngExt, SeedableRng, rngs::StdRng};

use super::{
    codec::{self, Fault, Get, Kind, Token},
    flight::{Flight, Turn},
    path::Target,
    repeats::Repeats,
    slot::{Asked, Slot, Standing, What},
    spec::{CoapError, CoapSpec, Transmission},
    transfer::Transfers,
};

mod answer;

/// What came of a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Event {
    /// The device has answered for the first time.
    Up,
    /// A representation.
    Message {
        /// Number of the resource.
        slot: usize,
        body: Bytes,
        format: Option<u16>,
    },
    /// A representation that cannot be handed on.
    Unreadable {
        /// Number of the resource.
        slot: usize,
        /// Why, in words.
        detail: String,
        /// Its beginning.
        excerpt: Bytes,
        /// How large it is at least, bytes.
        size: usize,
    },
    /// All resources have answered, or one of them now answers otherwise: see [`Machine::standings`].
    Answered,
    /// The device does not answer: this machine does nothing more.
    Lost,
}

/// What was thrown away, and why.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    /// Not CoAP, broken, or an answer to nothing.
    pub(super) ignored: u64,
    /// Came before.
    pub(super) repeated: u64,
    /// A newer notification came first.
    pub(super) stale: u64,
    /// Of an observation that is not ours, such as one of a former link; told the device to stop.
    pub(super) unknown: u64,
    /// A newer representation came before all blocks were there.
    pub(super) superseded: u64,
}

/// What a machine has to know of its link.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) resources: Vec<(Target, bool, Option<Duration>)>,
    pub(super) times: Transmission,
    pub(super) keep_alive: Duration,
    /// Largest representation, bytes.
    pub(super) max_payload: usize,
}

impl Settings {
    pub(super) fn of(spec: &CoapSpec) -> Result<Self, CoapError> {
        let resources = spec.targets()?.into_iter().zip(&spec.resources);
        Ok(Settings {
            resources: resources
                .map(|(target, resource)| (target, resource.observe, resource.every))
                .collect(),
            times: spec.transmission,
            keep_alive: spec.keep_alive,
            max_payload: spec.limits.max_payload,
        })
    }
}

/// Whom a token belongs to.
#[derive(Clone, Copy, Debug)]
enum Role {
    /// A request to read, or an observation.
    Slot(usize),
    /// The block that is being fetched.
    Block,
}

/// What to send next.
enum Job {
    Slot(usize),
    Block,
    Ping,
}

/// See the module.
pub(super) struct Machine {
    times: Transmission,
    keep_alive: Duration,
    max_payload: usize,
    chance: StdRng,
    next_id: u16,
    slots: Vec<Slot>,
    tokens: HashMap<Token, Role>,
    transfers: Transfers,
    flight: Option<Flight>,
    repeats: Repeats,
    /// When anything came last.
    heard: Duration,
    is_up: bool,
    is_lost: bool,
    is_stopping: bool,
    has_news: bool,
    counts: Counts,
    out: VecDeque<Vec<u8>>,
    events: VecDeque<Event>,
}

impl Machine {
    /// A link that begins now, at time 0. `seed` must be unknown to others: tokens come from it.
    pub(super) fn new(settings: Settings, seed: [u8; 32]) -> Self {
        let mut chance = StdRng::from_seed(seed);
        let slots = settings.resources.into_iter();
        Machine {
            times: settings.times,
            keep_alive: settings.keep_alive,
            max_payload: settings.max_payload,
            next_id: chance.random(),
            chance,
            slots: slots
                .map(|(target, observe, every)| Slot::new(target, observe, every))
                .collect(),
            tokens: HashMap::new(),
            transfers: Transfers::default(),
            flight: None,
            repeats: Repeats::default(),
            heard: Duration::ZERO,
            is_up: false,
            is_lost: false,
            is_stopping: false,
            has_news: false,
            counts: Counts::default(),
            out: VecDeque::new(),
            events: VecDeque::new(),
        }
    }

    /// A datagram came from the device.
    pub(super) fn receive(&mut self, datagram: &[u8], now: Duration) {
        if self.is_lost {
            return;
        }
        match codec::read(datagram) {
            Ok(frame) => {
                self.heard = now;
                match frame.kind {
                    Kind::Ack => self.acknowledged(&frame, now),
                    Kind::Rst => self.reset(&frame, now),
                    Kind::Con | Kind::Non => self.message(&frame, datagram, now),
                }
            }
            Err(Fault::NotCoap) => self.counts.ignored += 1,
            Err(Fault::Rejected {
                kind,
                id,
                token,
                detail,
            }) => {
                self.heard = now;
                self.counts.ignored += 1;
                tracing::debug!(detail, "a message was rejected");
                self.broken(kind, id, token, &detail, now);
            }
        }
        self.tick(now);
    }

    /// Time has passed: sends what is due.
    pub(super) fn tick(&mut self, now: Duration) {
        self.watch_flight(now);
        self.watch_answers(now);
        self.transfers.go_on(now);
        while !self.is_lost
            && self.flight.is_none()
            && let Some(job) = self.next_job(now)
        {
            self.start(job, now);
        }
        let is_all_known = !self
            .slots
            .iter()
            .any(|slot| slot.standing == Standing::Unknown);
        if self.has_news && is_all_known && !self.is_stopping {
            self.has_news = false;
            self.events.push_back(Event::Answered);
        }
    }

    /// When [`Machine::tick`] has something to do; none if never.
    pub(super) fn next_deadline(&self) -> Option<Duration> {
        if self.is_lost {
            return None;
        }
        let answers = self.slots.iter().filter_map(|slot| slot.asked?.until);
        let transfer = self.transfers.active.as_ref();
        let block = transfer.map(|transfer| match transfer.asked {
            Some(Asked {
                until: Some(until), ..
            }) => until.min(transfer.until),
            _ => transfer.until,
        });
        let waiting = answers.chain(block).min();
        let next = match &self.flight {
            Some(flight) => Some(flight.due),
            None => self.next_due(),
        };
        waiting.into_iter().chain(next).min()
    }

    /// Nothing more is wanted: observations are cancelled, one after the other.
    pub(super) fn stop(&mut self, now: Duration) {
        self.is_stopping = true;
        self.flight = None;
        self.transfers = Transfers::default();
        self.tokens.clear();
        for slot in &mut self.slots {
            slot.asked = None;
            slot.due = (slot.token.is_some() && slot.newest.is_some()).then_some(now);
        }
        self.tick(now);
    }

    /// Whether there is nothing left to cancel.
    pub(super) fn is_quiet(&self) -> bool {
        self.is_lost || (self.flight.is_none() && self.slots.iter().all(|slot| slot.due.is_none()))
    }

    pub(super) fn is_up(&self) -> bool {
        self.is_up
    }

    pub(super) fn counts(&self) -> Counts {
        self.counts
    }

    /// What is known of each resource, in the order of the settings.
    pub(super) fn standings(&self) -> impl Iterator<Item = &Standing> {
        self.slots.iter().map(|slot| &slot.standing)
    }

    /// The next datagram to send.
    pub(super) fn take_datagram(&mut self) -> Option<Vec<u8>> {
        self.out.pop_front()
    }

    /// The next event.
    pub(super) fn take_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// Sends the message under way again, or gives it up.
    fn watch_flight(&mut self, now: Duration) {
        let Some(flight) = &mut self.flight else {
            return;
        };
        match flight.turn(now) {
            Turn::Wait => {}
            Turn::Again => self.out.push_back(flight.datagram.clone()),
            Turn::Over => {
                let (since, token) = (flight.since, flight.token);
                self.flight = None;
                // While other things still come, it is this resource that does not answer, not the device.
                match token {
                    Some(token) if self.heard > since && self.is_up => {
                        self.fail(token, "the device did not answer", now);
                    }
                    _ => {
                        self.is_lost = true;
                        self.events.push_back(Event::Lost);
                    }
                }
            }
        }
    }

    /// Gives up what was acknowledged and never answered, and what takes too long to come in blocks.
    fn watch_answers(&mut self, now: Duration) {
        let is_late = |asked: &Asked| asked.until.is_some_and(|until| until <= now);
        let late: Vec<Token> = self
            .slots
            .iter()
            .filter_map(|slot| slot.asked.filter(is_late))
            .map(|asked| asked.token)
            .collect();
        for token in late {
            let detail = "the device took the request and never answered it";
            self.fail(token, detail, now);
        }
        if let Some(transfer) = &self.transfers.active
            && (transfer.until <= now || transfer.asked.as_ref().is_some_and(is_late))
        {
            self.abandon("not all of them came in time", now);
        }
    }

    /// Whether a resource may be asked now: not while it is, and not while its blocks are being fetched.
    fn is_free(&self, number: usize, slot: &Slot) -> bool {
        slot.asked.is_none() && !self.transfers.has(number)
    }

    /// When the first of all jobs is due.
    fn next_due(&self) -> Option<Duration> {
        let slots = self.slots.iter().enumerate();
        let dues = slots
            .filter(|(number, slot)| self.is_free(*number, slot))
            .filter_map(|(_, slot)| slot.due);
        let block = self.transfers.active.as_ref();
        let block = block
            .filter(|transfer| transfer.asked.is_none())
            .map(|transfer| transfer.due);
        dues.chain(block)
            .chain((!self.is_stopping).then_some(self.heard + self.keep_alive))
            .min()
    }

    /// What is due, the most overdue first.
    fn next_job(&self, now: Duration) -> Option<Job> {
        let slots = self.slots.iter().enumerate();
        let slot = slots
            .filter(|(number, slot)| self.is_free(*number, slot))
            .filter_map(|(number, slot)| Some((slot.due?, Job::Slot(number))));
        let block = self.transfers.active.as_ref();
        let block = block
            .filter(|transfer| transfer.asked.is_none())
            .map(|transfer| (transfer.due, Job::Block));
        let jobs = block.into_iter().chain(slot);
        let job = jobs
            .filter(|(due, _)| *due <= now)
            .min_by_key(|(due, _)| *due)
            .map(|(_, job)| job);
        let is_silent =
            self.heard + self.keep_alive <= now || (!self.is_up && self.slots.is_empty());
        job.or_else(|| (is_silent && !self.is_stopping).then_some(Job::Ping))
    }

    fn start(&mut self, job: Job, now: Duration) {
        let id = self.next_id;
        self.next_id = id.wrapping_add(1);
        let fresh = self.fresh_token();
        let (token, datagram) = match job {
            Job::Ping => (None, Some(codec::empty(Kind::Con, id))),
            Job::Slot(number) => self.ask(number, id, fresh, now),
            Job::Block => self.ask_for_block(id, fresh, now),
        };
        if let Some(datagram) = datagram {
            self.out.push_back(datagram.clone());
            let chance = self.chance.random();
            self.flight = Some(Flight::new((id, token), datagram, now, self.times, chance));
        } else if let Some(token) = token {
            self.fail(token, "the request could not be written", now);
        }
    }

    /// The request that a resource is due for.
    fn ask(
        &mut self,
        number: usize,
        id: u16,
        fresh: Token,
        now: Duration,
    ) -> (Option<Token>, Option<Vec<u8>>) {
        let Some(slot) = self.slots.get_mut(number) else {
            return (None, None);
        };
        let (what, token, observe) = match slot.token {
            Some(token) if self.is_stopping => (What::Cancel, token, Some(1)),
            // The same token, so that the device takes it for the same observation. (RFC 7641, 3.3.1)
            Some(token) => (What::Register, token, Some(0)),
            None if slot.observe => (What::Register, fresh, Some(0)),
            None => (What::Read, fresh, None),
        };
        if what == What::Register {
            slot.token = Some(token);
        }
        slot.due = None;
        slot.asked = Some(Asked::new(what, token, now));
        self.tokens.insert(token, Role::Slot(number));
        let get = Get {
            target: &slot.target,
            id,
            token,
            observe,
            block: None,
        };
        (Some(token), get.bytes())
    }

    /// The request for the next block. It has a token of its own and no Observe, so that the observation goes on
    /// meanwhile. (RFC 7959, 3.4)
    fn ask_for_block(
        &mut self,
        id: u16,
        fresh: Token,
        now: Duration,
    ) -> (Option<Token>, Option<Vec<u8>>) {
        let Some(transfer) = &mut self.transfers.active else {
            return (None, None);
        };
        let Some(slot) = self.slots.get(transfer.slot) else {
            return (None, None);
        };
        transfer.asked = Some(Asked::new(What::Read, fresh, now));
        self.tokens.insert(fresh, Role::Block);
        let get = Get {
            target: &slot.target,
            id,
            token: fresh,
            observe: None,
            block: Some(transfer.next),
        };
        (Some(fresh), get.bytes())
    }

    fn fresh_token(&mut self) -> Token {
        let mut token = Token::default();
        self.chance.fill_bytes(&mut token);
        token
    }
}

#[cfg(test)]
mod sim;
#[cfg(test)]
mod tests;
