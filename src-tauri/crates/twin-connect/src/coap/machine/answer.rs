//! What a device's messages mean to the requests and observations of a link.

use std::time::Duration;

use bytes::Bytes;
use rand::RngExt;

use super::{
    super::{
        block::{Assembly, Piece, Progress},
        codec::{CONTENT, Frame, Kind, Token, UNAVAILABLE, VALID, empty},
        flight::Flight,
        media::code_in_words,
        observe::Newest,
        repeats::Repeats,
        slot::{Asked, Standing, What},
        transfer::Transfer,
    },
    Event, Machine, Role,
};

/// How much of what cannot be handed on is shown, bytes.
const EXCERPT: usize = 4_096;

/// How often the blocks of a representation that keeps changing are fetched from the start.
const RESTARTS: u32 = 3;

impl Machine {
    /// An acknowledgement, maybe with the response in it. (RFC 7252, 5.2.1 and 5.2.2)
    pub(super) fn acknowledged(&mut self, frame: &Frame, now: Duration) {
        let Some(flight) = self.flight.as_ref().filter(|flight| flight.id == frame.id) else {
            self.counts.ignored += 1;
            return;
        };
        let token = flight.token;
        if frame.code == 0 {
            self.flight = None;
            self.came_up();
            if let Some(token) = token {
                self.answer_comes_later(token, now);
            }
        } else if frame.class() >= 2 && token.is_some() && frame.token == token {
            self.flight = None;
            self.came_up();
            self.respond(frame, true, now);
        } else {
            self.counts.ignored += 1;
        }
    }

    /// The device takes a message for nonsense; to a ping that is the answer. (RFC 7252, 4.2 and 4.3)
    pub(super) fn reset(&mut self, frame: &Frame, now: Duration) {
        let Some(flight) = self.flight.take_if(|flight| flight.id == frame.id) else {
            self.counts.ignored += 1;
            return;
        };
        self.came_up();
        if let Some(token) = flight.token {
            self.fail(token, "the device rejected the request", now);
        }
    }

    /// A message that the device began.
    pub(super) fn message(&mut self, frame: &Frame, datagram: &[u8], now: Duration) {
        let key = Repeats::key(frame.id, datagram);
        if let Some(reply) = self.repeats.answered(key, now) {
            self.counts.repeated += 1;
            self.reply(reply, frame.id);
            return;
        }
        let is_ours = !self.is_stopping
            && frame
                .token
                .is_some_and(|token| self.tokens.contains_key(&token));
        let reply = match frame.class() {
            2..=5 if is_ours => {
                self.came_up();
                self.respond(frame, false, now);
                (frame.kind == Kind::Con).then_some(Kind::Ack)
            }
            2..=5 => {
                // Whatever its kind: a reset ends an observation. (RFC 7641, 3.6)
                self.counts.unknown += 1;
                Some(Kind::Rst)
            }
            _ => {
                // A ping is answered by a reset, and this is no server for requests.
                if frame.code != 0 {
                    self.counts.ignored += 1;
                }
                (frame.kind == Kind::Con).then_some(Kind::Rst)
            }
        };
        self.repeats.note(key, reply, now);
        self.reply(reply, frame.id);
    }

    fn reply(&mut self, reply: Option<Kind>, id: u16) {
        if let Some(kind) = reply {
            self.out.push_back(empty(kind, id));
        }
    }

    /// A message that cannot be read. (RFC 7252, 4.2 and 5.4.1)
    pub(super) fn broken(
        &mut self,
        kind: Kind,
        id: u16,
        token: Option<Token>,
        detail: &str,
        now: Duration,
    ) {
        match kind {
            Kind::Con => self.reply(Some(Kind::Rst), id),
            Kind::Ack => {
                let is_ours = |flight: &mut Flight| {
                    flight.id == id && flight.token.is_some() && flight.token == token
                };
                let flight = self.flight.take_if(is_ours);
                if let Some(token) = flight.and_then(|flight| flight.token) {
                    self.came_up();
                    let detail = format!("the device's answer cannot be read: {detail}");
                    self.fail(token, &detail, now);
                }
            }
            Kind::Non | Kind::Rst => {}
        }
    }

    fn came_up(&mut self) {
        if !self.is_up {
            self.is_up = true;
            self.events.push_back(Event::Up);
        }
    }

    fn answer_comes_later(&mut self, token: Token, now: Duration) {
        match self.tokens.get(&token) {
            Some(Role::Block) => {
                let active = self.transfers.active.as_mut();
                if let Some(asked) = active.and_then(|active| active.asked.as_mut()) {
                    asked.acknowledged(now);
                }
            }
            Some(Role::Slot(number)) => {
                let Some(slot) = self.slots.get_mut(*number) else {
                    return;
                };
                // Before its acknowledgement the answer could not be told from a notification: it may have come.
                let has_come = |asked: &mut Asked| asked.is_overtaken || asked.what == What::Cancel;
                if slot.asked.take_if(has_come).is_none()
                    && let Some(asked) = &mut slot.asked
                {
                    asked.acknowledged(now);
                }
            }
            None => {}
        }
    }

    /// A response to whatever the token stands for. `is_reply`: it came with the acknowledgement of the request.
    fn respond(&mut self, frame: &Frame, is_reply: bool, now: Duration) {
        let Some(token) = frame.token else {
            return;
        };
        match self.tokens.get(&token) {
            Some(Role::Block) => {
                self.flight.take_if(|flight| flight.token == Some(token));
                self.take_block(token, frame, now);
            }
            Some(Role::Slot(number)) => self.take_response(*number, token, frame, is_reply, now),
            None => {}
        }
    }

    fn take_response(
        &mut self,
        number: usize,
        token: Token,
        frame: &Frame,
        is_reply: bool,
        now: Duration,
    ) {
        let Some(slot) = self.slots.get_mut(number) else {
            return;
        };
        // On an observation that is there already, only the acknowledgement tells the answer from a notification.
        let is_told_apart = is_reply || slot.newest.is_none();
        let answered = slot
            .asked
            .take_if(|asked| asked.token == token && (is_told_apart || asked.until.is_some()));
        if let Some(asked) = &mut slot.asked
            && asked.token == token
        {
            asked.is_overtaken = true;
        }
        if answered.is_some() {
            self.flight.take_if(|flight| flight.token == Some(token));
        }
        if answered.is_some_and(|asked| asked.what == What::Cancel) {
            self.end_observation(number, token);
        } else if frame.code == CONTENT || frame.code == VALID {
            self.take_content(number, token, frame, answered, now);
        } else {
            slot.retry_later(frame.max_age.filter(|_| frame.code == UNAVAILABLE), now);
            self.end_observation(number, token);
            let words = code_in_words(frame.code, &frame.payload);
            self.stands(number, Standing::Refused(words));
        }
    }

    fn take_content(
        &mut self,
        number: usize,
        token: Token,
        frame: &Frame,
        answered: Option<Asked>,
        now: Duration,
    ) {
        let Some(slot) = self.slots.get_mut(number) else {
            return;
        };
        let chance = self.chance.random();
        let sequence = frame.observe.filter(|_| slot.token == Some(token));
        if let Some(sequence) = sequence {
            // The answer to a request is newer than all that came before the request, whatever its number: a device
            // that has restarted counts anew.
            let is_newer = slot
                .newest
                .is_none_or(|newest| newest.is_older_than(sequence, now))
                || answered.is_some_and(|asked| !asked.is_overtaken);
            if is_newer || answered.is_some() {
                slot.renew_later(frame.max_age, now, chance);
            }
            if !is_newer {
                self.counts.stale += 1;
                return;
            }
            slot.newest = Some(Newest::new(sequence, now));
        } else {
            match answered {
                Some(asked) => slot.read_later(asked.at, now),
                None => slot.register_soon(now, chance),
            }
            self.end_observation(number, token);
        }
        let observed = sequence.is_some();
        self.stands(number, Standing::Granted { observed });
        if frame.code == CONTENT {
            self.deliver(number, frame, now);
        }
    }

    /// Nothing more is expected under this token.
    fn end_observation(&mut self, number: usize, token: Token) {
        self.tokens.remove(&token);
        if let Some(slot) = self.slots.get_mut(number) {
            slot.token = slot.token.filter(|some| *some != token);
            if slot.token.is_none() {
                slot.newest = None;
            }
            // Asked again under the same token just now: that request has its answer.
            if slot.asked.take_if(|asked| asked.token == token).is_some() {
                self.flight.take_if(|flight| flight.token == Some(token));
            }
        }
    }

    fn stands(&mut self, number: usize, standing: Standing) {
        if let Some(slot) = self.slots.get_mut(number)
            && slot.standing != standing
        {
            slot.standing = standing;
            self.has_news = true;
        }
    }

    /// A request came to nothing.
    pub(super) fn fail(&mut self, token: Token, detail: &str, now: Duration) {
        match self.tokens.get(&token) {
            Some(Role::Block) => self.abandon(detail, now),
            Some(Role::Slot(number)) => {
                let number = *number;
                if let Some(slot) = self.slots.get_mut(number) {
                    slot.asked = None;
                    if !self.is_stopping {
                        slot.retry_later(None, now);
                    }
                }
                self.end_observation(number, token);
                self.stands(number, Standing::Refused(detail.into()));
            }
            None => {}
        }
    }

    /// A representation, or its first block.
    fn deliver(&mut self, number: usize, frame: &Frame, now: Duration) {
        let mut assembly = Assembly::default();
        let progress = assembly.take(piece(frame), self.max_payload);
        if self.transfers.has(number) {
            self.counts.superseded += 1;
        }
        let restarts = if self.end_transfer_of(number) {
            self.count_restart(number)
        } else {
            0
        };
        match progress {
            Progress::Next(_) if restarts > RESTARTS => {
                self.give_up_changing(number, &frame.payload, now);
            }
            Progress::Next(next) if self.transfers.active.is_none() => {
                self.transfers.leave(number);
                self.transfers.active = Some(Transfer::new(number, assembly, next, now));
            }
            Progress::Next(_) => self.transfers.wait(number),
            other => {
                self.transfers.leave(number);
                self.finish(number, other);
            }
        }
    }

    /// A block, or what the device says instead.
    fn take_block(&mut self, token: Token, frame: &Frame, now: Duration) {
        self.tokens.remove(&token);
        let Some(active) = &mut self.transfers.active else {
            return;
        };
        active.asked = None;
        let number = active.slot;
        let progress = if frame.code == CONTENT {
            active.assembly.take(piece(frame), self.max_payload)
        } else {
            let detail = code_in_words(frame.code, &frame.payload);
            tracing::debug!(detail, "a block was refused");
            Progress::Changed
        };
        if let Progress::Next(next) = progress {
            active.next = next;
            active.due = now;
            return;
        }
        self.transfers.active = None;
        if progress != Progress::Changed {
            self.finish(number, progress);
        } else if self.count_restart(number) > RESTARTS {
            self.give_up_changing(number, &frame.payload, now);
        } else {
            self.transfers.wait(number);
        }
    }

    /// The end of a representation, good or bad.
    fn finish(&mut self, number: usize, progress: Progress) {
        let limit = self.max_payload;
        match progress {
            Progress::Whole { body, format } => {
                if let Some(slot) = self.slots.get_mut(number) {
                    slot.restarts = 0;
                }
                self.events.push_back(Event::Message {
                    slot: number,
                    body,
                    format,
                });
            }
            Progress::TooLarge { excerpt, size } => {
                let detail = format!(
                    "its payload of {size} bytes or more is larger than the limit of {limit}"
                );
                self.unreadable(number, detail, &excerpt, Some(size));
            }
            Progress::Wrong(detail) => {
                let detail = format!("its blocks do not fit together: {detail}");
                self.unreadable(number, detail, &Bytes::new(), None);
            }
            // Neither is an end.
            Progress::Next(_) | Progress::Changed => {}
        }
    }

    /// Gives up the representation under way.
    pub(super) fn abandon(&mut self, detail: &str, now: Duration) {
        let Some(number) = self.transfers.active.as_ref().map(|active| active.slot) else {
            return;
        };
        self.end_transfer_of(number);
        self.try_again_soon(number, now);
        let detail = format!("its blocks could not be fetched: {detail}");
        self.unreadable(number, detail, &Bytes::new(), None);
    }

    /// Forgets the representation under way if it is this resource's.
    fn end_transfer_of(&mut self, number: usize) -> bool {
        let is_its = |active: &mut Transfer| active.slot == number;
        let Some(ended) = self.transfers.active.take_if(is_its) else {
            return false;
        };
        if let Some(asked) = ended.asked {
            self.tokens.remove(&asked.token);
            self.flight
                .take_if(|flight| flight.token == Some(asked.token));
        }
        true
    }

    fn count_restart(&mut self, number: usize) -> u32 {
        self.slots.get_mut(number).map_or(0, |slot| {
            slot.restarts += 1;
            slot.restarts
        })
    }

    fn give_up_changing(&mut self, number: usize, excerpt: &Bytes, now: Duration) {
        self.try_again_soon(number, now);
        let detail = "it changes faster than it can be fetched in blocks".into();
        self.unreadable(number, detail, excerpt, None);
    }

    fn try_again_soon(&mut self, number: usize, now: Duration) {
        let chance = self.chance.random();
        if let Some(slot) = self.slots.get_mut(number) {
            slot.register_soon(now, chance);
        }
    }

    fn unreadable(&mut self, number: usize, detail: String, excerpt: &Bytes, size: Option<usize>) {
        if let Some(slot) = self.slots.get_mut(number) {
            slot.restarts = 0;
        }
        self.events.push_back(Event::Unreadable {
            slot: number,
            detail,
            // A copy, so that the excerpt does not keep the whole alive.
            excerpt: Bytes::copy_from_slice(&excerpt[..excerpt.len().min(EXCERPT)]),
            size: size.unwrap_or_default().max(excerpt.len()),
        });
    }
}

fn piece(frame: &Frame) -> Piece<'_> {
    Piece {
        block: frame.block,
        etag: frame.etag.as_deref(),
        format: frame.format,
        size: frame.size,
        payload: &frame.payload,
    }
}
