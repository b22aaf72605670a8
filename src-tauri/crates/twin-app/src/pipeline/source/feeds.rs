//! Which signal an address feeds; looked up once per address, then by its number.

use std::{collections::HashMap, sync::Arc};

use twin_core::SignalKey;
use twin_model::{Discovery, topic};
use twin_payload::{AddressIx, Decoder};

/// What is wanted of what no signal comes from.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Whether its values are stored for the case that it is accepted.
    pub store: bool,
    /// Topic filters of what is neither proposed nor stored.
    pub ignore: Vec<String>,
}

impl Wanted {
    /// As the plant file says it.
    pub fn of(discovery: &Discovery) -> Wanted {
        Wanted {
            store: discovery.keep.micros() > 0,
            ignore: discovery.ignore.clone(),
        }
    }

    fn is_wanted(&self, address: &str) -> bool {
        let name = address.split_once('#').map_or(address, |(topic, _)| topic);
        !self
            .ignore
            .iter()
            .any(|filter| topic::matches(filter, name))
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
#[derive(Debug, Default)]
pub struct Feeds {
    addresses: HashMap<String, SignalKey>,
    wanted: Wanted,
    /// By number of the address: the decoder numbers them densely.
    known: Vec<Feed>,
}

impl Feeds {
    /// The feeds of these addresses.
    pub fn new(addresses: HashMap<String, SignalKey>, wanted: Wanted) -> Self {
        Feeds {
            addresses,
            wanted,
            known: Vec::new(),
        }
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
                None if self.wanted.is_wanted(name) => Feed::Nothing(name.into()),
                None => Feed::Ignored,
            };
            self.known.push(feed);
        }
        self.known.get(index).unwrap_or(&Feed::Ignored)
    }

    /// The signal that an address feeds.
    pub fn signal(&mut self, decoder: &Decoder, address: AddressIx) -> Option<SignalKey> {
        match self.of(decoder, address) {
            Feed::Signal(signal) => Some(*signal),
            Feed::Nothing(_) | Feed::Ignored => None,
        }
    }
}
