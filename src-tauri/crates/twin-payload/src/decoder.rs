//! The decoder of one connection: bounds every message, finds its reader, and takes back what a reader rejects.

use std::sync::Arc;

use twin_core::Timestamp;

use crate::{
    convention::Convention,
    inflate::Packed,
    intern::AddressIx,
    limits::Limits,
    message::Message,
    observations::Observations,
    reader::{Context, Memory, Template},
    reject::{Reject, RejectKind},
    route::{Place, Router},
    rules::Rules,
    sparkplug::{self, NodeStatus, Sparkplug, SparkplugSession, SparkplugTopic},
    stamp::Zone,
};

/// Longest topic: MQTT counts its bytes in 16 bits.
const TOPIC_BYTES_MAX: usize = 65_535;

/// Memory for the content of compressed payloads that is kept from message to message, bytes.
const CONTENT_KEPT: usize = 64 * 1024;

/// Decodes the messages of one connection, in the order in which they arrive.
///
/// Memory is bounded by [`Limits`]. The same messages always give the same observations.
#[derive(Debug, Default)]
pub struct Decoder {
    limits: Limits,
    memory: Memory,
    sparkplug: Sparkplug,
    router: Router,
    /// Of a compressed payload; kept for its memory.
    content: Vec<u8>,
}

impl Decoder {
    /// A decoder that has heard nothing, with the default limits.
    pub fn new() -> Self {
        Decoder::default()
    }

    /// A decoder that has heard nothing, with these limits.
    pub fn with_limits(limits: Limits) -> Self {
        Decoder {
            limits,
            ..Decoder::default()
        }
    }

    /// As [`with_limits`](Self::with_limits), with what a person says of the payloads.
    pub fn with_rules(limits: Limits, rules: &Rules) -> Self {
        Decoder {
            limits,
            router: Router::with_rules(rules),
            ..Decoder::default()
        }
    }

    /// Decodes a message and adds what it says to `out`.
    ///
    /// # Errors
    /// The message is rejected as a whole: nothing was added to `out`, and the decoder is as it was before.
    pub fn decode(&mut self, message: Message<'_>, out: &mut Observations) -> Result<(), Reject> {
        check_topic(message.topic)?;
        self.check_message(&message)?;
        out.begin();
        if SparkplugTopic::is_in_namespace(message.topic) || sparkplug::is_plain_text(&message) {
            let mark = out.mark();
            let addresses = self.memory.addresses.len();
            let known = &mut self.memory.addresses;
            out.speak(Convention::SparkplugB);
            let result = self.sparkplug.decode(&message, &self.limits, known, out);
            if result.is_err() {
                out.truncate(mark);
                self.memory.addresses.truncate(addresses);
            }
            return result;
        }
        match Packed::of(message.payload) {
            Some(packed) if !self.router.takes_bytes(message.topic) => {
                self.read_packed(packed, &message, out)
            }
            _ => self.read(&message, out),
        }
    }

    /// Takes a Sparkplug birth that was kept from before a restart. It gives no observations; values decoded with it
    /// are UNCERTAIN until the next birth arrives. A node or device with a live birth is left alone.
    ///
    /// # Errors
    /// As [`decode`](Self::decode); also when `topic` is not that of a birth.
    pub fn restore_birth(&mut self, topic: &str, payload: &[u8]) -> Result<(), Reject> {
        check_topic(topic)?;
        self.check_size(payload)?;
        let known = &mut self.memory.addresses;
        let addresses = known.len();
        let result = self.sparkplug.restore(topic, payload, &self.limits, known);
        if result.is_err() {
            known.truncate(addresses);
        }
        result
    }

    /// Whether messages on this topic are Sparkplug births, which are worth keeping for
    /// [`restore_birth`](Self::restore_birth).
    pub fn is_birth(topic: &str) -> bool {
        // Asked of every message: taking a topic apart costs memory.
        matches!(topic.split('/').nth(2), Some("NBIRTH" | "DBIRTH"))
            && SparkplugTopic::parse(topic)
                .is_ok_and(|topic| topic.is_some_and(|topic| topic.is_birth()))
    }

    /// The address with this number; empty for a number this decoder never gave.
    pub fn address(&self, ix: AddressIx) -> &str {
        self.memory.addresses.get(ix).map_or("", |address| address)
    }

    /// The name of an address, shared with the decoder; none when there is no such address.
    pub fn shared_address(&self, ix: AddressIx) -> Option<&Arc<str>> {
        self.memory.addresses.get(ix)
    }

    /// How many addresses there are: their numbers run from 0.
    pub fn address_count(&self) -> usize {
        self.memory.addresses.len()
    }

    /// What the addresses count against [`Limits::addresses`]: their number, and more for long names.
    pub const fn address_shares(&self) -> usize {
        self.memory.addresses.shares()
    }

    /// How many topics were heard, Sparkplug's apart.
    pub fn topics(&self) -> usize {
        self.router.topics()
    }

    /// What they count against [`Limits::topics`]: their number, and more for long names.
    pub const fn topic_shares(&self) -> usize {
        self.router.topic_shares()
    }

    /// The name of such a topic, shared with the decoder; none when it was not heard.
    pub fn shared_topic(&self, topic: &str) -> Option<&Arc<str>> {
        self.router.shared_topic(topic)
    }

    /// What it may ask of memory and time.
    pub const fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Addresses of a Sparkplug node `group/node` (its devices' included), of a device `group/node/device`, or of a
    /// source that another convention named, as in [`SourceEvent`](crate::SourceEvent); empty when it was never heard.
    pub fn addresses_of(&self, source: &str) -> &[AddressIx] {
        self.sparkplug
            .addresses_of(source)
            .or_else(|| self.memory.sources.addresses_of(source))
            .unwrap_or_default()
    }

    /// Every Sparkplug node and device heard, nodes before their devices, by id.
    pub fn nodes(&self) -> Vec<NodeStatus> {
        self.sparkplug.nodes()
    }

    /// Topic and payload of the command that asks a Sparkplug edge node for a new birth; none when the node
    /// `group/node` was never heard on this connection.
    pub fn rebirth_request(&self, node: &str, now: Timestamp) -> Option<(String, Vec<u8>)> {
        self.sparkplug.rebirth_request(node, now)
    }

    /// Notes for [`session`](Self::session) that such a request was sent.
    pub fn rebirth_asked(&mut self, node: &str, now: Timestamp) {
        self.sparkplug.rebirth_asked(node, now);
    }

    /// How the Sparkplug sessions of this connection go.
    pub fn session(&self) -> SparkplugSession {
        self.sparkplug.session()
    }

    /// When [`poll`](Self::poll) is next to be called; none when nothing is waited for.
    pub fn next_deadline(&self) -> Option<Timestamp> {
        self.sparkplug.next_deadline()
    }

    /// Judges what did not come in time: Sparkplug messages and births. [`decode`](Self::decode) does so too, after a
    /// Sparkplug message. Rows, events and [`released`](Observations::released) are added to `out`.
    pub fn poll(&mut self, now: Timestamp, out: &mut Observations) {
        out.begin();
        let known = &mut self.memory.addresses;
        self.sparkplug.poll(now, &self.limits, known, out);
    }

    /// Reads what is held back now, without waiting longer: for when messages that wait for their acknowledgement keep
    /// the broker from sending more. Rows, events and [`released`](Observations::released) are added to `out`.
    pub fn let_go(&mut self, now: Timestamp, out: &mut Observations) {
        out.begin();
        let known = &mut self.memory.addresses;
        self.sparkplug.let_go(now, &self.limits, known, out);
    }

    /// Sets how many Sparkplug messages may be held back: see [`SparkplugLimits::held`](crate::SparkplugLimits).
    pub fn set_held(&mut self, messages: usize) {
        self.limits.sparkplug.held = messages;
    }

    fn check_message(&self, message: &Message<'_>) -> Result<(), Reject> {
        let checked = self.check_size(message.payload);
        let may_be = message.payload.len() <= self.limits.document_bytes;
        if checked.is_err() && may_be && self.router.is_document(message) {
            return Ok(());
        }
        checked
    }

    fn check_size(&self, payload: &[u8]) -> Result<(), Reject> {
        if payload.len() <= self.limits.payload_bytes {
            return Ok(());
        }
        let detail = format!(
            "{} bytes, more than {}",
            payload.len(),
            self.limits.payload_bytes
        );
        Err(Reject::new(RejectKind::PayloadTooLarge, detail))
    }

    /// Reads what is inside a compressed payload; what is compressed in there again is not.
    fn read_packed(
        &mut self,
        packed: Packed,
        message: &Message<'_>,
        out: &mut Observations,
    ) -> Result<(), Reject> {
        let mut content = std::mem::take(&mut self.content);
        let result = packed.inflate(message.payload, &self.limits, &mut content);
        let result = result.and_then(|()| {
            let message = Message {
                payload: &content,
                ..*message
            };
            self.read(&message, out)
        });
        content.shrink_to(CONTENT_KEPT);
        self.content = content;
        result
    }

    /// A topic may have been judged by a message unlike this one, so a rejected message is judged for itself.
    fn read(&mut self, message: &Message<'_>, out: &mut Observations) -> Result<(), Reject> {
        let (place, reader) = self.router.find(message, &self.limits)?;
        let result = self.read_as(place, reader, message, out);
        if result.is_ok() {
            return result;
        }
        let other = self.router.judge(message);
        if other == reader || self.read_as(place, other, message, out).is_err() {
            return result;
        }
        self.router.stray(place, reader);
        Ok(())
    }

    fn read_as(
        &mut self,
        place: Place,
        reader: usize,
        message: &Message<'_>,
        out: &mut Observations,
    ) -> Result<(), Reject> {
        let mark = out.mark();
        let addresses = self.memory.addresses.len();
        let result = self.read_layer(place, message, out).and_then(|zone| {
            let Some((reads, template, heard)) = self.router.at(place, reader) else {
                return Ok(false);
            };
            out.speak(reads.convention());
            let mut context = Context::new(&self.limits, &mut self.memory, (template, heard), out);
            context.flat.zone.clone_from(&zone);
            context.zone = zone;
            reads.read(message, &mut context)?;
            Ok(context.finish(message.received))
        });
        match result {
            Err(reject) => {
                out.truncate(mark);
                self.memory.addresses.truncate(addresses);
                return Err(reject);
            }
            Ok(true) => self.router.forget_judgements(),
            Ok(false) => {}
        }
        let rule = self.router.rule(place, message.topic);
        if let Some(layer) = rule.and_then(|(rule, _)| rule.layer.as_mut()) {
            layer.note(message, &self.limits, out);
        }
        let (place, listener) = self.router.settle(place, message, reader);
        let listens = listener.and_then(|listener| self.router.at_listener(place, listener));
        if let Some((listens, template, heard)) = listens {
            let mut context = Context::new(&self.limits, &mut self.memory, (template, heard), out);
            listens.hear(message, mark.rows(), &mut context);
            context.finish(message.received);
        }
        Ok(())
    }

    /// Reads the bytes inside a message that a rule tells of; gives the zone that it tells.
    fn read_layer(
        &mut self,
        place: Place,
        message: &Message<'_>,
        out: &mut Observations,
    ) -> Result<Option<Zone>, Reject> {
        let Some((rule, heard)) = self.router.rule(place, message.topic) else {
            return Ok(None);
        };
        let zone = rule.zone();
        if let Some(layer) = &mut rule.layer {
            let parts = (&mut Template::default(), heard);
            let mut context = Context::new(&self.limits, &mut self.memory, parts, out);
            layer.rows(message, &mut context)?;
        }
        Ok(zone)
    }
}

/// What MQTT asks of the topic of a message (MQTT 5, section 4.7).
fn check_topic(topic: &str) -> Result<(), Reject> {
    let fault = if topic.is_empty() {
        "the topic is empty"
    } else if topic.len() > TOPIC_BYTES_MAX {
        "the topic is longer than 65535 bytes"
    } else if topic.contains(['#', '+']) {
        "the topic holds a wildcard"
    } else if topic.chars().any(char::is_control) {
        "the topic holds a control character"
    } else {
        return Ok(());
    };
    Err(Reject::new(RejectKind::Topic, fault))
}
