//! What goes past the library: acknowledgements and pings to the broker, most messages from it, and what was seen of its
//! packets.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::time::Instant;

use super::{Got, Receipt, frames::Tally, stand_in::Mark};

/// PUBACK without a reason, which means success in both versions (MQTT 5, 3.4.2.1).
const PUBACK: [u8; 2] = [0x40, 2];
/// PINGREQ (MQTT 5, 3.12).
const PINGREQ: [u8; 2] = [0xc0, 0];
/// DISCONNECT because of a malformed packet (MQTT 5, 3.14.2.1).
const MALFORMED: [u8; 3] = [0xe0, 1, 0x81];
/// Acknowledgements that may wait, bytes: as many as there are packet identifiers.
pub(crate) const HELD_MAX: usize = 65_535 * 4;

/// What a link's stream and those who use the link know of each other.
#[derive(Clone, Debug)]
pub(crate) struct Beside {
    state: Arc<Mutex<State>>,
    mark: Mark,
}

#[derive(Debug, Default)]
struct State {
    /// Whole packets on their way to the stream.
    waiting: Vec<u8>,
    /// A ping is among them.
    is_asked: bool,
    /// Messages that were cut out of the stream. The stream is not read on before they are taken.
    messages: VecDeque<Got<Receipt>>,
    seen: Seen,
}

/// What came from the broker.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Seen {
    pub(crate) tally: Tally,
    /// When it last gave a sign of life.
    pub(crate) heard: Option<Instant>,
}

impl Beside {
    /// Of a new link.
    pub(crate) fn new() -> Self {
        Beside {
            state: Arc::default(),
            mark: Mark::draw(),
        }
    }

    /// The mark of messages that stand for others.
    pub(crate) fn mark(&self) -> Mark {
        self.mark
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds the acknowledgement of the packet `id`; gives whether there was room. Whoever polls the stream must do so
    /// again soon.
    pub(crate) fn put(&self, id: u16) -> bool {
        let waiting = &mut self.lock().waiting;
        let fits = waiting.len() < HELD_MAX;
        if fits {
            let [high, low] = id.to_be_bytes();
            waiting.extend_from_slice(&[PUBACK[0], PUBACK[1], high, low]);
        }
        fits
    }

    /// Asks the broker for a sign of life, unless that waits to be written already. Whoever polls the stream must do so
    /// again soon.
    pub(crate) fn ping(&self) {
        let mut state = self.lock();
        if !state.is_asked {
            state.is_asked = true;
            state.waiting.extend_from_slice(&PINGREQ);
        }
    }

    /// Tells the broker that what it sent cannot be read (MQTT 5, 4.13.1).
    pub(super) fn object(&self) {
        self.lock().waiting.extend_from_slice(&MALFORMED);
    }

    /// Exchanges what waits for an empty buffer.
    pub(super) fn take(&self, into: &mut Vec<u8>) {
        let mut state = self.lock();
        state.is_asked = false;
        std::mem::swap(&mut state.waiting, into);
    }

    /// Notes what passed, and hands over messages that were cut out.
    pub(super) fn note(
        &self,
        tally: Tally,
        heard: Option<Instant>,
        messages: &mut VecDeque<Got<Receipt>>,
    ) {
        let mut state = self.lock();
        state.seen.tally = tally;
        state.seen.heard = heard.or(state.seen.heard);
        exchange(messages, &mut state.messages);
    }

    /// Whether messages that were cut out are yet to be taken.
    pub(super) fn has_messages(&self) -> bool {
        !self.lock().messages.is_empty()
    }

    /// Takes the messages that were cut out.
    pub(super) fn messages(&self, into: &mut VecDeque<Got<Receipt>>) {
        exchange(&mut self.lock().messages, into);
    }

    pub(crate) fn seen(&self) -> Seen {
        self.lock().seen
    }
}

/// Moves messages, behind those that are there. Mostly there are none: then nothing but the memory changes hands.
fn exchange(from: &mut VecDeque<Got<Receipt>>, into: &mut VecDeque<Got<Receipt>>) {
    if into.is_empty() {
        std::mem::swap(from, into);
    } else {
        into.append(from);
    }
}
