//! A topic that a person looks at closely: its newest messages as they came, and what the decoder made of each.

use std::collections::{HashMap, HashSet, VecDeque};

use twin_connect::{AckHandle, Qos};
use twin_core::{Duration, Timestamp, ValueKind};
use twin_payload::{Message, Observation, Presence, Reject, SourceEvent};

use super::{Source, feeds::Feed};
use crate::api::diagnostics::{
    FieldView, TapView, TappedEvent, TappedMessage, TappedOutcome, TappedRow,
};

/// Messages kept.
const KEPT: usize = 20;
/// Of each payload at most so much, bytes.
const PAYLOAD_MAX: usize = 64 * 1024;
/// Values listed of one message, and what its sources say.
const FIELDS_MAX: usize = 500;
const EVENTS_MAX: usize = 20;
/// Characters of a value, and of the beginning of a payload in a list.
const VALUE_CHARS: usize = 400;
const EXCERPT_CHARS: usize = 160;
/// Messages taken apart within a second; more pass by and are counted.
const A_SECOND: u32 = 20;
/// A tap that nobody looked at for so long ends.
const UNSEEN: Duration = Duration::from_secs(600);

/// A tap. It costs nothing while there is none, and is bounded: 20 messages, 20 of them a second.
#[derive(Debug)]
pub(super) struct Tap {
    topic: String,
    since: Timestamp,
    looked: Timestamp,
    seen: u64,
    passed: u64,
    /// Begin of the second that counts, and what was taken apart in it.
    second: (Timestamp, u32),
    kept: VecDeque<Kept>,
}

#[derive(Debug)]
struct Kept {
    message: TappedMessage,
    payload: Vec<u8>,
}

impl Tap {
    fn new(topic: &str, now: Timestamp) -> Self {
        Tap {
            topic: topic.to_owned(),
            since: now,
            looked: now,
            seen: 0,
            passed: 0,
            second: (Timestamp::MIN, 0),
            kept: VecDeque::new(),
        }
    }

    /// Counts a message; whether it is to be taken apart.
    fn take(&mut self, received: Timestamp) -> bool {
        self.seen += 1;
        if received.since(self.second.0) >= Duration::from_secs(1) {
            self.second = (received, 0);
        }
        self.second.1 += 1;
        let takes = self.second.1 <= A_SECOND;
        self.passed += u64::from(!takes);
        takes
    }

    fn keep(&mut self, mut message: TappedMessage, payload: &[u8]) {
        message.row.number = self.seen as f64;
        message.row.excerpt = excerpt(payload);
        let payload = payload.get(..PAYLOAD_MAX).unwrap_or(payload).to_vec();
        if self.kept.len() == KEPT {
            self.kept.pop_back();
        }
        self.kept.push_front(Kept { message, payload });
    }
}

impl Source {
    /// Begins to keep the messages of a topic; another tap of the connection ends.
    pub fn tap(&mut self, topic: &str, now: Timestamp) {
        self.tap = Some(Box::new(Tap::new(topic, now)));
    }

    /// Ends the tap, if there is one.
    pub fn end_tap(&mut self) {
        self.tap = None;
    }

    /// The tap as it is now; a person looks at it.
    pub fn look_at_tap(&mut self, now: Timestamp) -> Option<TapView> {
        let tap = self.tap.as_mut()?;
        tap.looked = now;
        Some(TapView {
            connection: self.id.to_string(),
            topic: tap.topic.clone(),
            since: tap.since.micros() as f64,
            seen: tap.seen as f64,
            passed: tap.passed as f64,
            messages: tap
                .kept
                .iter()
                .map(|kept| kept.message.row.clone())
                .collect(),
        })
    }

    /// One message of the tap with everything; none when it is not kept any more.
    pub fn tapped_message(&self, number: f64) -> Option<TappedMessage> {
        let mut kept = self.tap.as_ref()?.kept.iter();
        let found = kept.find(|kept| kept.message.row.number == number)?;
        let mut message = found.message.clone();
        message.payload = hexadecimal(&found.payload);
        let addresses = found.message.fields.iter().map(|field| &*field.address);
        let wanted: HashSet<&str> = addresses.collect();
        let points = self.ledger.descriptions().flat_map(|of| &of.points);
        let told = points.filter(|point| wanted.contains(&*point.address));
        let told = told.filter_map(|point| Some((&*point.address, &point.unit.as_ref()?.text)));
        let units: HashMap<&str, _> = told.collect();
        for field in &mut message.fields {
            if let Some(unit) = units.get(&*field.address) {
                field.unit = unit.to_string();
            }
        }
        Some(message)
    }

    /// Ends a tap that nobody looks at any more.
    pub fn renew_diagnostics(&mut self, now: Timestamp) {
        self.topics.renew(now);
        if self
            .tap
            .as_ref()
            .is_some_and(|tap| now.since(tap.looked) >= UNSEEN)
        {
            self.tap = None;
        }
    }

    /// Notes a message that was just decoded, if its topic is tapped.
    pub(super) fn note_tapped(
        &mut self,
        message: &Message<'_>,
        (qos, left_out): (Qos, usize),
        decoded: &Result<(), Reject>,
    ) {
        let tap = self.tap.as_mut().filter(|tap| tap.topic == message.topic);
        if !tap.is_some_and(|tap| tap.take(message.received)) {
            return;
        }
        let mut tapped = TappedMessage {
            row: TappedRow {
                at: message.received.micros() as f64,
                qos: qos as u8,
                retain: message.retain,
                dup: message.dup,
                bytes: message.payload.len() as f64,
                ..TappedRow::default()
            },
            content_type: message.content_type.map(str::to_owned),
            user: message.user.to_vec(),
            left_out: left_out as f64,
            ..TappedMessage::default()
        };
        match decoded {
            Ok(()) => self.tell_decoded(&mut tapped),
            Err(reject) => {
                tapped.row.outcome = TappedOutcome::Rejected;
                tapped.reject = Some((reject.kind.name().to_owned(), reject.detail.clone()));
            }
        }
        if let Some(tap) = &mut self.tap {
            tap.keep(tapped, message.payload);
        }
    }

    /// Notes a message that the connection could not hand on, if its topic is tapped.
    pub(super) fn note_unreadable(
        &mut self,
        (topic, received): (&str, Timestamp),
        ack: Option<&AckHandle>,
        (reason, detail): (&str, &str),
        excerpt: &[u8],
    ) {
        let tap = self.tap.as_mut().filter(|tap| tap.topic == topic);
        let Some(tap) = tap else { return };
        if tap.take(received) {
            let message = TappedMessage {
                row: TappedRow {
                    at: received.micros() as f64,
                    qos: u8::from(ack.is_some()),
                    bytes: excerpt.len() as f64,
                    outcome: TappedOutcome::Rejected,
                    ..TappedRow::default()
                },
                reject: Some((reason.to_owned(), detail.to_owned())),
                ..TappedMessage::default()
            };
            tap.keep(message, excerpt);
        }
    }

    /// What the decoder made of the message in hand.
    fn tell_decoded(&mut self, tapped: &mut TappedMessage) {
        let observations = std::mem::take(&mut self.observations);
        let row = &mut tapped.row;
        if observations.held().is_some() {
            row.outcome = TappedOutcome::Held;
        }
        row.convention = observations
            .convention()
            .map_or_else(String::new, |convention| convention.label().to_owned());
        let count = observations.iter().count();
        row.values = u32::try_from(count).unwrap_or(u32::MAX);
        tapped.more_fields = u32::try_from(count.saturating_sub(FIELDS_MAX)).unwrap_or(u32::MAX);
        tapped.skipped = observations.skipped() as f64;
        let partly = observations.partly_read();
        tapped.reject = partly.map(|why| (why.kind.name().to_owned(), why.detail));
        for observation in observations.iter().take(FIELDS_MAX) {
            let field = self.field(&observation);
            tapped.fields.push(field);
        }
        let events = observations.events().iter().take(EVENTS_MAX);
        tapped.events = events.map(event_view).collect();
        self.observations = observations;
    }

    fn field(&mut self, observation: &Observation<'_>) -> FieldView {
        let feed = self.feeds.of(&self.decoder, observation.address).clone();
        FieldView {
            address: self.decoder.address(observation.address).to_owned(),
            value: value_of(observation),
            kind: kind_name(observation.kind).to_owned(),
            quality: (
                observation.quality.status as u8,
                observation.quality.reason as u8,
            ),
            time: observation.time.micros() as f64,
            sourced: observation.source_time.is_some(),
            historical: observation.historical,
            transient: observation.transient,
            unit: String::new(),
            signal: match feed {
                Feed::Signal(signal) => Some(signal.0),
                Feed::Nothing(_) | Feed::Ignored => None,
            },
            ignored: feed == Feed::Ignored,
        }
    }
}

fn value_of(observation: &Observation<'_>) -> String {
    match observation.kind {
        ValueKind::Null => "null".to_owned(),
        ValueKind::Bool => (observation.bits != 0).to_string(),
        ValueKind::I64 => observation.bits.cast_signed().to_string(),
        ValueKind::F64 => f64::from_bits(observation.bits).to_string(),
        ValueKind::Text => {
            let text = observation.text.map_or("", |text| text);
            text.chars().take(VALUE_CHARS).collect()
        }
    }
}

const fn kind_name(kind: ValueKind) -> &'static str {
    match kind {
        ValueKind::Null => "null",
        ValueKind::Bool => "bool",
        ValueKind::I64 => "integer",
        ValueKind::F64 => "number",
        ValueKind::Text => "text",
    }
}

fn event_view(event: &SourceEvent) -> TappedEvent {
    let (kind, source) = match event {
        SourceEvent::NodeBirth { node, .. } => ("node-birth", node),
        SourceEvent::NodeDeath { node, .. } => ("node-death", node),
        SourceEvent::DeviceBirth { device, .. } => ("device-birth", device),
        SourceEvent::DeviceDeath { device, .. } => ("device-death", device),
        SourceEvent::SequenceGap { node, .. } => ("gap", node),
        SourceEvent::RebirthWanted { node, .. } => ("rebirth-wanted", node),
        SourceEvent::Availability {
            source, presence, ..
        } => match presence {
            Presence::Online => ("online", source),
            Presence::Offline => ("offline", source),
            Presence::Sleeping => ("sleeping", source),
        },
        SourceEvent::Described(description) => ("described", &description.source),
    };
    TappedEvent {
        kind: kind.to_owned(),
        source: source.to_string(),
    }
}

/// The beginning of a payload in one line: text if it is text, else bytes.
fn excerpt(payload: &[u8]) -> String {
    let head = payload.get(..EXCERPT_CHARS * 4).unwrap_or(payload);
    // A letter may be cut at the end.
    let text = match std::str::from_utf8(head) {
        Ok(text) => Some(text),
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(head.get(..error.valid_up_to()).unwrap_or_default()).ok()
        }
        Err(_) => None,
    };
    let is_text = |text: &&str| {
        text.chars()
            .all(|c| !c.is_control() || c.is_ascii_whitespace())
    };
    match text.filter(is_text) {
        Some(text) => {
            let in_a_line = |c: char| if c.is_control() { ' ' } else { c };
            text.chars().take(EXCERPT_CHARS).map(in_a_line).collect()
        }
        None => hexadecimal(head.get(..EXCERPT_CHARS / 4).unwrap_or(head)),
    }
}

/// Two digits a byte.
pub fn hexadecimal(bytes: &[u8]) -> String {
    let digit = |number: u8| char::from_digit(u32::from(number), 16).unwrap_or('0');
    let both = |byte: &u8| [digit(byte >> 4), digit(byte & 15)];
    bytes.iter().flat_map(both).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_beginning_of_a_payload_is_one_line_whatever_it_holds() {
        assert_eq!(excerpt(b"{\n  \"a\": 1\n}"), "{   \"a\": 1 }");
        assert_eq!(excerpt(&[0x12, 0xff]), "12ff");
        assert_eq!(excerpt(b"\x1b[31mred"), "1b5b33316d726564");
        assert_eq!(excerpt("ä".repeat(1_000).as_bytes()), "ä".repeat(160));
        assert_eq!(excerpt(&[0; 10_000]).len(), 80);
    }

    #[test]
    fn a_flood_is_counted_and_twenty_of_it_are_kept_each_second() {
        let mut tap = Tap::new("t", Timestamp(0));
        for n in 0..300_u64 {
            let received = Timestamp::from_millis(n as i64 * 10);
            if tap.take(received) {
                tap.keep(TappedMessage::default(), &[7; 100_000]);
            }
        }
        assert_eq!((tap.seen, tap.passed), (300, 240));
        assert_eq!(tap.kept.len(), KEPT);
        assert_eq!(tap.kept.front().unwrap().message.row.number, 220.0);
        assert!(
            tap.kept
                .iter()
                .all(|kept| kept.payload.len() == PAYLOAD_MAX)
        );
    }
}
