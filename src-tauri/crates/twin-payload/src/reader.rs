//! What every convention's reader is given and must give.

use std::{
    collections::{HashMap, HashSet},
    fmt,
    sync::Arc,
};

use twin_core::{Quality, Timestamp};

use crate::{
    convention::Convention,
    description::Presence,
    heard::Heard,
    intern::{AddressIx, Interner},
    json::Flat,
    limits::Limits,
    message::Message,
    observations::{Cell, Observations, SourceEvent},
    reject::{Reject, RejectKind},
    stamp::{Stamp, Zone},
};

/// Values of one message beyond this many are found by their address each time, not by their place.
const TEMPLATE_MAX: usize = 64;

/// Reads the messages of one convention.
///
/// The decoder takes back rows, events and addresses of a message that a reader rejects; the reader must not have
/// changed its own state by then.
pub(crate) trait Reader: fmt::Debug + Send + Sync {
    /// The convention it reads.
    fn convention(&self) -> Convention;

    /// Whether it reads messages on the topic of this one. Asked once for a topic, and again after
    /// [`Context::owners_changed`] or when a message on it was rejected, so it may look at the payload.
    fn claims(&self, message: &Message<'_>) -> bool;

    /// Adds what the message says.
    fn read(&mut self, message: &Message<'_>, context: &mut Context<'_>) -> Result<(), Reject>;

    /// Whether messages on this topic of its own may be as large as
    /// [`Limits::document_bytes`](crate::Limits::document_bytes).
    fn is_document(&self, _topic: &str) -> bool {
        false
    }

    /// Whether it wants to hear of messages on a topic that another reader reads. Asked as seldom as
    /// [`claims`](Self::claims).
    fn listens(&self, _topic: &str) -> bool {
        false
    }

    /// Hears of such a message once its reader has taken it; its rows are those from `first_row` on.
    fn hear(&mut self, _message: &Message<'_>, _first_row: usize, _context: &mut Context<'_>) {}
}

/// What a reader works with.
pub(crate) struct Context<'c> {
    pub(crate) limits: &'c Limits,
    /// The zone of times without an offset, when a rule tells it.
    pub(crate) zone: Option<Zone>,
    /// For readers of JSON: filled anew by each.
    pub(crate) flat: &'c mut Flat,
    /// What other topics last said.
    pub(crate) heard: &'c Heard,
    addresses: &'c mut Interner,
    sources: &'c mut Sources,
    template: &'c mut Template,
    text: &'c mut String,
    out: &'c mut Observations,
    owners_changed: bool,
}

impl<'c> Context<'c> {
    pub(crate) fn new(
        limits: &'c Limits,
        memory: &'c mut Memory,
        (template, heard): (&'c mut Template, &'c Heard),
        out: &'c mut Observations,
    ) -> Self {
        template.next = 0;
        memory.sources.begin(memory.addresses.len());
        Context {
            limits,
            zone: None,
            flat: &mut memory.flat,
            heard,
            addresses: &mut memory.addresses,
            sources: &mut memory.sources,
            template,
            text: &mut memory.text,
            out,
            owners_changed: false,
        }
    }

    /// Addresses that are new from here on belong to this source, as
    /// [`Decoder::addresses_of`](crate::Decoder::addresses_of) then tells.
    ///
    /// # Errors
    /// The connection has as many sources as the limit allows.
    pub(crate) fn source(&mut self, name: &str) -> Result<(), Reject> {
        self.sources.enter(name, self.addresses.len(), self.limits)
    }

    /// Adds a row at `prefix#path`; an empty path reads `value`.
    ///
    /// # Errors
    /// The address is too long, or one too many.
    pub(crate) fn row(
        &mut self,
        (prefix, path): (&str, &str),
        value: Cell<'_>,
        stamp: &Stamp,
    ) -> Result<(), Reject> {
        self.row_of_quality((prefix, path), value, stamp, stamp.quality)
    }

    /// As [`row`](Self::row), with a quality that the source gave.
    ///
    /// # Errors
    /// As [`row`](Self::row).
    pub(crate) fn row_of_quality(
        &mut self,
        (prefix, path): (&str, &str),
        value: Cell<'_>,
        stamp: &Stamp,
        quality: Quality,
    ) -> Result<(), Reject> {
        let path = if path.is_empty() { "value" } else { path };
        let ix = match self.template.guess() {
            Some(ix) if self.addresses.is(ix, prefix, path) => {
                self.template.next += 1;
                ix
            }
            _ => self.look_up(prefix, path)?,
        };
        self.out.push(ix, stamp, value, quality);
        Ok(())
    }

    fn look_up(&mut self, prefix: &str, path: &str) -> Result<AddressIx, Reject> {
        self.text.clear();
        self.text.push_str(prefix);
        self.text.push('#');
        self.text.push_str(path);
        let ix = self.addresses.intern(self.text, self.limits)?;
        self.sources.adopt(ix);
        self.template.put(ix);
        Ok(ix)
    }

    /// Addresses of this message that belong to no source yet belong to this one.
    pub(crate) fn adopt_rows(&mut self, source: &str, first_row: usize) {
        let addresses = self.out.addresses().get(first_row..).unwrap_or_default();
        let free = |ix: &&AddressIx| !self.sources.is_owned(**ix);
        if !addresses.iter().any(|ix| free(&ix))
            || self
                .sources
                .enter(source, self.addresses.len(), self.limits)
                .is_err()
        {
            return;
        }
        for ix in addresses {
            self.sources.adopt(*ix);
        }
    }

    /// Adds the values that [`flat`](Self::flat) holds, each at `prefix#path` with the time of its innermost object,
    /// but for those whose path `keep` refuses. What was no signal counts as skipped.
    ///
    /// # Errors
    /// As [`row`](Self::row).
    pub(crate) fn flat_rows(
        &mut self,
        prefix: &str,
        message: &Message<'_>,
        keep: impl Fn(&str) -> bool,
    ) -> Result<(), Reject> {
        self.skip_texts(self.flat.skipped());
        // Put aside while its values are read, so that rows can be added.
        let flat = std::mem::take(self.flat);
        let mut kept = flat.values().filter(|value| keep(value.path));
        let result = kept.try_for_each(|value| {
            let stamp = Stamp::of(value.time, message);
            self.row((prefix, value.path), value.value, &stamp)
        });
        drop(kept);
        *self.flat = flat;
        result
    }

    /// The values of a source at `prefix#path` and below are no more, all of `prefix` for an empty path: each that was
    /// heard before has none now.
    pub(crate) fn nothing_left(
        &mut self,
        source: &str,
        (prefix, path): (&str, &str),
        stamp: &Stamp,
    ) {
        let is_below = |address: &str| {
            let rest = address.strip_prefix(prefix)?.strip_prefix('#')?;
            let rest = rest.strip_prefix(path)?;
            Some(path.is_empty() || rest.is_empty() || rest.starts_with('.'))
        };
        for ix in self.sources.addresses_of(source).unwrap_or_default() {
            let address = self.addresses.get(*ix);
            if address.and_then(|address| is_below(address)) == Some(true) {
                self.out.push(*ix, stamp, Cell::Null, stamp.quality);
            }
        }
    }

    /// Adds an event; a description within its limits.
    pub(crate) fn event(&mut self, mut event: SourceEvent) {
        if let SourceEvent::Described(description) = &mut event {
            let left_out = description.keep_within(self.limits);
            self.out.skip(left_out);
        }
        if let SourceEvent::Availability {
            source, presence, ..
        } = &event
        {
            self.sources.said.push((Arc::clone(source), *presence));
        }
        self.out.event(event);
    }

    /// Counts values that are left out because they are no signals.
    pub(crate) fn skip(&mut self, values: u64) {
        self.out.skip(values);
    }

    /// Counts texts that are longer than a value may be.
    pub(crate) fn skip_texts(&mut self, texts: u64) {
        let longest = self.limits.text_bytes;
        let why = || format!("a text of more than {longest} bytes");
        self.out.leave_out_all(texts, why);
    }

    /// Counts values that are older than what is known already.
    pub(crate) fn skip_old(&mut self, values: u64) {
        let why = || "an older version than the one in force".to_owned();
        self.out.leave_out_all(values, why);
    }

    /// The message turned out to follow another convention than its reader's.
    pub(crate) fn speak(&mut self, convention: Convention) {
        self.out.speak(convention);
    }

    /// The reader has learned which topics are its own: what was judged before is judged again.
    pub(crate) fn owners_changed(&mut self) {
        self.owners_changed = true;
    }

    /// Keeps what the message brought; tells whether topics are to be judged again. A source that said earlier that it
    /// is not there is not there with its new addresses either, so that is said again.
    pub(crate) fn finish(self, at: Timestamp) -> bool {
        for source in self.sources.finish(self.addresses.len(), self.limits) {
            self.out.event(SourceEvent::Availability {
                source,
                presence: Presence::Offline,
                at,
            });
        }
        self.owners_changed
    }
}

/// What the readers of a connection share.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    pub(crate) addresses: Interner,
    pub(crate) sources: Sources,
    flat: Flat,
    text: String,
}

/// Addresses of the values of one topic in the order of its last message. Messages of a topic tend to look alike, so
/// that an address is found by a comparison.
#[derive(Debug, Default)]
pub(crate) struct Template {
    order: Vec<AddressIx>,
    next: usize,
}

impl Template {
    fn guess(&self) -> Option<AddressIx> {
        self.order.get(self.next).copied()
    }

    fn put(&mut self, ix: AddressIx) {
        if let Some(place) = self.order.get_mut(self.next) {
            *place = ix;
        } else if self.order.len() < TEMPLATE_MAX {
            self.order.push(ix);
        }
        self.next += 1;
    }
}

/// Which addresses belong to which source.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    known: HashMap<Arc<str>, Vec<AddressIx>>,
    /// Of the message in hand: the source entered last, and where its addresses begin.
    name: String,
    start: usize,
    /// Of the message in hand: sources before the last one, with the ends of their addresses.
    left: Vec<(String, usize, usize)>,
    /// Whether an address belongs to a source, by its number.
    owned: Vec<bool>,
    /// Of the message in hand: addresses that were known and belonged to nobody, with their new source.
    adopted: Vec<(String, AddressIx)>,
    /// Sources that said last that they are not there.
    absent: HashSet<Arc<str>>,
    /// Of the message in hand: what sources said of their being there.
    said: Vec<(Arc<str>, Presence)>,
}

impl Sources {
    pub(crate) fn addresses_of(&self, source: &str) -> Option<&[AddressIx]> {
        self.known.get(source).map(Vec::as_slice)
    }

    fn begin(&mut self, addresses: usize) {
        self.name.clear();
        self.left.clear();
        self.adopted.clear();
        self.said.clear();
        self.start = addresses;
    }

    fn is_owned(&self, ix: AddressIx) -> bool {
        self.owned.get(ix.index()).copied().unwrap_or_default()
    }

    /// An address that was known before its source was belongs to the source entered last.
    fn adopt(&mut self, ix: AddressIx) {
        let known = ix.index() < self.start && !self.is_owned(ix);
        if known && !self.name.is_empty() && !self.adopted.iter().any(|(_, other)| *other == ix) {
            self.adopted.push((self.name.clone(), ix));
        }
    }

    fn enter(&mut self, name: &str, addresses: usize, limits: &Limits) -> Result<(), Reject> {
        let entered = self.left.len() + usize::from(!self.name.is_empty());
        if !self.known.contains_key(name) && self.known.len() + entered >= limits.sources {
            let detail = format!("more than {} devices on this connection", limits.sources);
            return Err(Reject::new(RejectKind::SourceLimit, detail));
        }
        if addresses > self.start && !self.name.is_empty() {
            let left = std::mem::take(&mut self.name);
            self.left.push((left, self.start, addresses));
        }
        self.name.clear();
        self.name.push_str(name);
        self.start = addresses;
        Ok(())
    }

    /// Gives the sources that have new addresses and are not there.
    fn finish(&mut self, addresses: usize, limits: &Limits) -> Vec<Arc<str>> {
        for (source, presence) in &self.said {
            if *presence != Presence::Offline {
                self.absent.remove(source);
            } else if self.absent.len() < limits.sources {
                self.absent.insert(Arc::clone(source));
            }
        }
        let mut grown = vec![];
        let last = (!self.name.is_empty() && addresses > self.start)
            .then(|| (self.name.clone(), self.start, addresses));
        for (name, start, end) in self.left.drain(..).chain(last) {
            let name: Arc<str> = name.into();
            let known = self.known.entry(Arc::clone(&name)).or_default();
            known.extend(
                (start..end)
                    .filter_map(|ix| u32::try_from(ix).ok())
                    .map(AddressIx),
            );
            self.owned.resize(self.owned.len().max(end), false);
            if let Some(owned) = self.owned.get_mut(start..end) {
                owned.fill(true);
            }
            grown.push(name);
        }
        for (name, ix) in self.adopted.drain(..) {
            self.owned.resize(self.owned.len().max(addresses), false);
            if let Some(owned) = self.owned.get_mut(ix.index()) {
                *owned = true;
            }
            let name: Arc<str> = name.into();
            self.known.entry(Arc::clone(&name)).or_default().push(ix);
            grown.push(name);
        }
        grown.dedup();
        let said = &self.said;
        grown.retain(|source| {
            self.absent.contains(source) && !said.iter().any(|(other, _)| other == source)
        });
        grown
    }
}
