//! Which signal an address feeds; looked up once per address, then by its number.

use std::{collections::HashMap, sync::Arc};

use twin_core::{ConnectionId, SignalKey, tight};
use twin_model::{Ignored, Mapper};
use twin_payload::{AddressIx, Decoder};

use crate::compile::Compiled;

/// What is wanted of what no signal comes from.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Whether its values are stored for the case that it is accepted.
    pub store: bool,
    /// What is neither proposed nor stored.
    pub ignored: Ignored,
    /// Rules that may make assets of it.
    mapper: Arc<Mapper>,
    connection: ConnectionId,
}

impl Wanted {
    /// As the plant file says it.
    pub fn of(compiled: &Compiled, connection: &ConnectionId) -> Wanted {
        let discovery = &compiled.plant.discovery;
        Wanted {
            store: discovery.keep.micros() > 0,
            ignored: discovery.ignored(),
            mapper: Arc::clone(&compiled.mapper),
            connection: connection.clone(),
        }
    }

    /// Whether a mapping rule fits an address.
    fn is_ruled(&self, address: &str) -> bool {
        self.mapper.resolve(&self.connection, address).is_some()
    }

    fn is_wanted(&self, address: &str) -> bool {
        !self.ignored.covers(address)
    }
}

/// What the values of an address feed.
#[derive(Clone, Debug, PartialEq)]
pub enum Feed {
    /// A signal of the plant file.
    Signal(SignalKey),
    /// Nothing: it may be proposed under its name.
    Nothing(Arc<str>),
    /// Nothing, and nobody wants to know.
    Ignored,
}

/// The feeds of one connection.
#[derive(Debug)]
pub struct Feeds {
    addresses: HashMap<String, SignalKey>,
    wanted: Wanted,
    /// By number of the address: the decoder numbers them densely.
    known: Vec<Feed>,
    /// Of them those that feed nothing and that a mapping rule fits, since they were last asked for.
    ruled: Vec<Arc<str>>,
}

impl Feeds {
    /// The feeds of these addresses.
    pub fn new(addresses: HashMap<String, SignalKey>, wanted: Wanted) -> Self {
        Feeds {
            addresses,
            wanted,
            known: Vec::new(),
            ruled: Vec::new(),
        }
    }

    /// From now on other addresses feed signals. `heard` is what fed none before; new rules are asked about it.
    pub fn put<'h>(
        &mut self,
        addresses: HashMap<String, SignalKey>,
        wanted: Wanted,
        heard: impl Iterator<Item = &'h Arc<str>>,
    ) {
        let are_new = !Arc::ptr_eq(&self.wanted.mapper, &wanted.mapper);
        let waiting = self.take_ruled();
        *self = Feeds::new(addresses, wanted);
        let fits = |name: &&Arc<str>| self.is_proposed(name) && self.wanted.is_ruled(name);
        self.ruled = match are_new {
            true => heard.filter(fits).cloned().collect(),
            false => waiting,
        };
    }

    /// The addresses, first heard since this was last asked, that feed nothing and that a mapping rule fits.
    pub fn take_ruled(&mut self) -> Vec<Arc<str>> {
        std::mem::take(&mut self.ruled)
    }

    /// Every signal that is fed, in order of its key.
    pub fn signals(&self) -> Vec<SignalKey> {
        let mut signals: Vec<SignalKey> = self.addresses.values().copied().collect();
        signals.sort_unstable();
        signals
    }

    /// Whether values of this address are to be proposed.
    pub fn is_proposed(&self, address: &str) -> bool {
        !self.addresses.contains_key(address) && self.wanted.is_wanted(address)
    }

    /// Whether what feeds nothing is stored.
    pub const fn stores(&self) -> bool {
        self.wanted.store
    }

    /// What an address feeds.
    pub fn of(&mut self, decoder: &Decoder, address: AddressIx) -> &Feed {
        let index = address.index();
        while self.known.len() <= index {
            let next = AddressIx(self.known.len() as u32);
            let name = decoder.address(next);
            let feed = match self.addresses.get(name) {
                Some(signal) => Feed::Signal(*signal),
                None if self.wanted.is_wanted(name) => {
                    // A name is kept once, whoever needs it: there are as many as topics.
                    let shared = decoder.shared_address(next).map(Arc::clone);
                    let name = shared.unwrap_or_else(|| name.into());
                    if self.wanted.is_ruled(&name) {
                        self.ruled.push(Arc::clone(&name));
                    }
                    Feed::Nothing(name)
                }
                None => Feed::Ignored,
            };
            tight::push(&mut self.known, feed);
        }
        self.known.get(index).unwrap_or(&Feed::Ignored)
    }

    /// As [`signal`](Self::signal), without remembering that it was looked up.
    pub fn fed(&self, decoder: &Decoder, address: AddressIx) -> Option<SignalKey> {
        match self.known.get(address.index()) {
            Some(Feed::Signal(signal)) => Some(*signal),
            Some(_) => None,
            None => self.addresses.get(decoder.address(address)).copied(),
        }
    }

    /// The signal that an address feeds.
    pub fn signal(&mut self, decoder: &Decoder, address: AddressIx) -> Option<SignalKey> {
        match self.of(decoder, address) {
            Feed::Signal(signal) => Some(*signal),
            Feed::Nothing(_) | Feed::Ignored => None,
        }
    }
}
