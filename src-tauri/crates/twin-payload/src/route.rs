//! Which reader reads a topic: judged by its first message, then remembered.

use std::sync::Arc;

use twin_core::tight;

use crate::{
    aws::{Lifecycle, Shadows},
    azure::Twins,
    chirpstack::ChirpStack,
    cloudevents::CloudEvents,
    convention::Convention,
    csv::Separated,
    heard::Heard,
    homeassistant::HomeAssistant,
    homie::{Homie4, Homie5},
    layout::{Laid, LayoutSource},
    limits::{Limits, topic_shares},
    message::Message,
    opcua::OpcUa,
    plain::Plain,
    reader::{Reader, Template},
    reject::{Reject, RejectKind, already},
    rules::{Book, Entry, ReadAs, Rules},
    senml::SenMl,
    tasmota::Tasmota,
    thinedge::ThinEdge,
    tts::Tts,
    uns::Uns,
    zigbee::Zigbee,
};

/// When so many messages of a topic in a row were another reader's, the topic is too.
const STRAYS_MAX: u8 = 3;

/// The readers of a connection in the order in which they are asked: namespaces first, then shapes of topics, then
/// shapes of payloads. The last one reads what nobody claims.
fn readers() -> Vec<Box<dyn Reader>> {
    vec![
        Box::<Shadows>::default(),
        Box::<Lifecycle>::default(),
        Box::<ThinEdge>::default(),
        Box::<Homie5>::default(),
        Box::<Homie4>::default(),
        Box::<HomeAssistant>::default(),
        Box::<Zigbee>::default(),
        Box::<Tasmota>::default(),
        Box::<ChirpStack>::default(),
        Box::<Tts>::default(),
        Box::<CloudEvents>::default(),
        Box::<Twins>::default(),
        Box::<OpcUa>::default(),
        Box::<SenMl>::default(),
        Box::<Uns>::default(),
        Box::<Separated>::default(),
        Box::<Plain>::default(),
    ]
}

/// Finds readers.
#[derive(Debug)]
pub(crate) struct Router {
    /// After those of every connection follow those that rules ask for.
    readers: Vec<Box<dyn Reader>>,
    /// Number of the reader that reads what nobody claims.
    last: usize,
    book: Book,
    heard: Heard,
    routes: Vec<Route>,
    /// Of a topic whose first message is being read.
    fresh: Template,
    /// Rises when a reader learned of topics of its own: judgements before that are void.
    judgement: u32,
}

/// What is known of a topic.
#[derive(Debug)]
struct Route {
    reader: usize,
    /// How many messages in a row another reader took.
    strays: u8,
    judgement: u32,
    /// Another reader that wants to hear of its messages.
    listener: Option<usize>,
    template: Template,
}

/// The place of a topic: none for one that is heard for the first time.
pub(crate) type Place = Option<usize>;

impl Default for Router {
    fn default() -> Self {
        let readers = readers();
        Router {
            last: readers.len().saturating_sub(1),
            readers,
            book: Book::default(),
            heard: Heard::default(),
            routes: Vec::new(),
            fresh: Template::default(),
            judgement: 0,
        }
    }
}

impl Router {
    /// A router that follows rules.
    pub(crate) fn with_rules(rules: &Rules) -> Self {
        let mut router = Router::default();
        for rule in &rules.payload {
            let reader = match &rule.read_as {
                None => None,
                Some(ReadAs::Convention(convention)) => router.reader_of(*convention),
                Some(ReadAs::Layout(layout)) => match layout.source {
                    LayoutSource::Json { .. } => None,
                    _ => Some(router.add(Box::new(Laid::new(layout.clone())))),
                },
                Some(ReadAs::Csv(csv)) => {
                    Some(router.add(Box::new(Separated::with_rule(csv.clone()))))
                }
            };
            router.book.add(rule, reader);
        }
        router
    }

    fn add(&mut self, reader: Box<dyn Reader>) -> usize {
        self.readers.push(reader);
        self.readers.len() - 1
    }

    /// The reader of a convention; none when it cannot be had by a rule.
    fn reader_of(&self, convention: Convention) -> Option<usize> {
        // One reader tells JSON and bare values apart.
        let convention = match convention {
            Convention::Bare => Convention::Json,
            other => other,
        };
        let mut readers = self.readers.iter();
        readers.position(|reader| reader.convention() == convention)
    }

    /// The rule of a topic, and what other topics last said.
    pub(crate) fn rule(&mut self, place: Place, topic: &str) -> Option<(&mut Entry, &Heard)> {
        Some((self.book.of(place, topic)?, &self.heard))
    }

    /// Whether a rule takes the payloads of a topic as they come, compressed or not.
    pub(crate) fn takes_bytes(&self, topic: &str) -> bool {
        self.book.of_topic(topic).is_some_and(Entry::is_raw)
    }

    /// The place of the message's topic and the number of its reader.
    ///
    /// # Errors
    /// The topic is new, and too long or one too many.
    pub(crate) fn find(
        &mut self,
        message: &Message<'_>,
        limits: &Limits,
    ) -> Result<(Place, usize), Reject> {
        if let Some(place) = self.heard.place(message.topic) {
            let known = self.routes.get(place);
            if let Some(route) = known.filter(|route| route.judgement == self.judgement) {
                return Ok((Some(place), route.reader));
            }
            return Ok((Some(place), self.judge(message)));
        }
        self.check_room(message.topic, limits)?;
        self.fresh = Template::default();
        Ok((None, self.judge(message)))
    }

    /// How many topics were heard.
    pub(crate) fn topics(&self) -> usize {
        self.heard.len()
    }

    /// What they count against their limit.
    pub(crate) const fn topic_shares(&self) -> usize {
        self.heard.shares()
    }

    /// The name of a topic that was heard, to be shared.
    pub(crate) fn shared_topic(&self, topic: &str) -> Option<&Arc<str>> {
        self.heard.name(topic)
    }

    fn check_room(&self, topic: &str, limits: &Limits) -> Result<(), Reject> {
        if topic.len() > limits.address_bytes {
            let detail = format!(
                "a topic of {} bytes, more than {}",
                topic.len(),
                limits.address_bytes
            );
            return Err(Reject::new(RejectKind::AddressTooLong, detail));
        }
        if self.heard.shares() + topic_shares(topic.len()) <= limits.topics {
            return Ok(());
        }
        let has = already(self.heard.len(), self.heard.shares(), "topics");
        let detail = format!("{has}; narrow its topic filters, or raise its limit of topics");
        Err(Reject::new(RejectKind::TopicLimit, detail))
    }

    /// The reader that a rule names, else the first that says that the message is its own.
    pub(crate) fn judge(&self, message: &Message<'_>) -> usize {
        let rule = self.book.of_topic(message.topic);
        if let Some(reader) = rule.and_then(|rule| rule.reader) {
            return reader;
        }
        let mut readers = self.readers.iter().take(self.last);
        let claimed = readers.position(|reader| reader.claims(message));
        claimed.unwrap_or(self.last)
    }

    /// Whether the message may be as large as the documents in which gateways list their devices.
    pub(crate) fn is_document(&self, message: &Message<'_>) -> bool {
        let reader = self.readers.get(self.judge(message));
        reader.is_some_and(|reader| reader.is_document(message.topic))
    }

    /// A reader, what is known of the values at a place, and what other topics last said.
    pub(crate) fn at(
        &mut self,
        place: Place,
        reader: usize,
    ) -> Option<(&mut dyn Reader, &mut Template, &Heard)> {
        let template = match place {
            Some(place) => {
                let route = self.routes.get_mut(place)?;
                if route.reader != reader {
                    route.template = Template::default();
                }
                &mut route.template
            }
            None => &mut self.fresh,
        };
        Some((
            self.readers.get_mut(reader)?.as_mut(),
            template,
            &self.heard,
        ))
    }

    /// As [`at`](Self::at), for a reader that only listens.
    pub(crate) fn at_listener(
        &mut self,
        place: Place,
        listener: usize,
    ) -> Option<(&mut dyn Reader, &mut Template, &Heard)> {
        let template = &mut self.routes.get_mut(place?)?.template;
        Some((
            self.readers.get_mut(listener)?.as_mut(),
            template,
            &self.heard,
        ))
    }

    /// Remembers who read a message; gives the place of its topic and the reader that wants to hear of it too.
    pub(crate) fn settle(
        &mut self,
        place: Place,
        message: &Message<'_>,
        reader: usize,
    ) -> (Place, Option<usize>) {
        let judgement = self.judgement;
        let known = place.and_then(|place| self.routes.get(place));
        let mut listener = known.and_then(|route| route.listener);
        if known.is_none_or(|known| known.reader != reader || known.judgement != judgement) {
            let mut readers = self.readers.iter().enumerate();
            let found = readers.find(|(ix, other)| *ix != reader && other.listens(message.topic));
            listener = found.map(|(ix, _)| ix);
        }
        let place = match place.and_then(|at| Some((at, self.routes.get_mut(at)?))) {
            Some((place, route)) => {
                if route.reader == reader {
                    route.strays = 0;
                }
                (route.reader, route.judgement, route.listener) = (reader, judgement, listener);
                place
            }
            None => {
                let route = Route {
                    reader,
                    strays: 0,
                    judgement,
                    listener,
                    template: std::mem::take(&mut self.fresh),
                };
                tight::push(&mut self.routes, route);
                self.heard.add(message.topic)
            }
        };
        self.heard.note(place, message.payload);
        (Some(place), listener)
    }

    /// A message was taken by another reader than its topic's, which keeps the topic until that has happened often.
    pub(crate) fn stray(&mut self, place: Place, reader: usize) {
        let Some(route) = place.and_then(|place| self.routes.get_mut(place)) else {
            return;
        };
        route.strays += 1;
        if route.strays < STRAYS_MAX {
            route.reader = reader;
        } else {
            route.strays = 0;
        }
    }

    /// Every topic is judged again by its next message.
    pub(crate) fn forget_judgements(&mut self) {
        self.judgement = self.judgement.wrapping_add(1);
    }
}
