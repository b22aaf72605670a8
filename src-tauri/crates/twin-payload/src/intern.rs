//! Addresses as small dense numbers.

use std::{collections::HashMap, sync::Arc};

use crate::{
    limits::Limits,
    reject::{Reject, RejectKind},
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
}

impl Interner {
    pub(crate) fn len(&self) -> usize {
        self.list.len()
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
        if self.list.len() >= limits.addresses || next == u32::MAX {
            let detail = format!(
                "the connection has {} addresses already; narrow its topic filters, or raise its limit of addresses",
                self.list.len()
            );
            return Err(Reject::new(RejectKind::AddressLimit, detail));
        }
        let shared: Arc<str> = address.into();
        self.list.push(Arc::clone(&shared));
        self.index.insert(shared, AddressIx(next));
        Ok(AddressIx(next))
    }

    /// Forgets the addresses from `len` on: those of a message that was rejected half way.
    pub(crate) fn truncate(&mut self, len: usize) {
        for address in self.list.drain(len.min(self.list.len())..) {
            self.index.remove(&address);
        }
    }
}
