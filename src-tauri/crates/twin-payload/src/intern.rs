//! Addresses as small dense numbers.

use std::{collections::HashMap, sync::Arc};

use twin_core::tight;

use crate::{
    limits::{Limits, address_shares},
    reject::{Reject, RejectKind, already},
};

/// Number of an address within one decoder, dense from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AddressIx(pub u32);

impl AddressIx {
    /// As an index into a dense table.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// All addresses of a decoder. Addresses are never forgotten, so the number of them is bounded.
#[derive(Debug, Default)]
pub(crate) struct Interner {
    index: HashMap<Arc<str>, AddressIx>,
    list: Vec<Arc<str>>,
    /// What all of them count against their limit.
    shares: usize,
}

impl Interner {
    pub(crate) fn len(&self) -> usize {
        self.list.len()
    }

    /// What all of them count against their limit; a long name counts as more than one.
    pub(crate) const fn shares(&self) -> usize {
        self.shares
    }

    pub(crate) fn get(&self, ix: AddressIx) -> Option<&Arc<str>> {
        self.list.get(ix.index())
    }

    /// Whether this number is that of the address `prefix#path`.
    pub(crate) fn is(&self, ix: AddressIx, prefix: &str, path: &str) -> bool {
        self.list.get(ix.index()).is_some_and(|address| {
            let rest = address.strip_prefix(prefix);
            rest.and_then(|rest| rest.strip_prefix('#')) == Some(path)
        })
    }

    /// The number of an address, a new one when it was never seen.
    pub(crate) fn intern(&mut self, address: &str, limits: &Limits) -> Result<AddressIx, Reject> {
        if let Some(ix) = self.index.get(address) {
            return Ok(*ix);
        }
        if address.len() > limits.address_bytes {
            let detail = format!(
                "an address of {} bytes, more than {}",
                address.len(),
                limits.address_bytes
            );
            return Err(Reject::new(RejectKind::AddressTooLong, detail));
        }
        let next = u32::try_from(self.list.len()).unwrap_or(u32::MAX);
        let shares = self.shares + address_shares(address.len());
        if shares > limits.addresses || next == u32::MAX {
            let has = already(self.list.len(), self.shares, "addresses");
            let detail =
                format!("{has}; narrow its topic filters, or raise its limit of addresses");
            return Err(Reject::new(RejectKind::AddressLimit, detail));
        }
        let shared: Arc<str> = address.into();
        tight::push(&mut self.list, Arc::clone(&shared));
        self.index.insert(shared, AddressIx(next));
        self.shares = shares;
        Ok(AddressIx(next))
    }

    /// Forgets the addresses from `len` on: those of a message that was rejected half way.
    pub(crate) fn truncate(&mut self, len: usize) {
        for address in self.list.drain(len.min(self.list.len())..) {
            self.index.remove(&address);
            self.shares -= address_shares(address.len());
        }
    }
}
