//! Which reader reads a topic: judged by its first message, then remembered.

use std::{collections::HashMap, sync::Arc};

use crate::{
    chirpstack::ChirpStack,
    limits::Limits,
    message::Message,
    opcua::OpcUa,
    plain::Plain,
    reader::{Reader, Template},
    reject::{Reject, RejectKind},
    senml::SenMl,
    tts::Tts,
    zigbee::Zigbee,
};

/// The readers of a connection in the order in which they are asked: namespaces first, then shapes of topics, then
/// shapes of payloads. The last one reads what nobody claims.
fn readers() -> Vec<Box<dyn Reader>> {
    vec![
        Box::<Zigbee>::default(),
        Box::<ChirpStack>::default(),
        Box::<Tts>::default(),
        Box::<OpcUa>::default(),
        Box::<SenMl>::default(),
        Box::<Plain>::default(),
    ]
}

/// Finds readers.
#[derive(Debug)]
pub(crate) struct Router {
    readers: Vec<Box<dyn Reader>>,
    index: HashMap<Arc<str>, usize>,
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
    judgement: u32,
    template: Template,
}

/// The place of a topic: none for one that is heard for the first time.
pub(crate) type Place = Option<usize>;

impl Default for Router {
    fn default() -> Self {
        Router {
            readers: readers(),
            index: HashMap::new(),
            routes: Vec::new(),
            fresh: Template::default(),
            judgement: 0,
        }
    }
}

impl Router {
    /// The place of the message's topic and the number of its reader.
    ///
    /// # Errors
    /// The topic is new, and too long or one too many.
    pub(crate) fn find(
        &mut self,
        message: &Message<'_>,
        limits: &Limits,
    ) -> Result<(Place, usize), Reject> {
        if let Some(place) = self.index.get(message.topic) {
            let known = self.routes.get(*place);
            if let Some(route) = known.filter(|route| route.judgement == self.judgement) {
                return Ok((Some(*place), route.reader));
            }
            return Ok((Some(*place), self.judge(message)));
        }
        self.check_room(message.topic, limits)?;
        self.fresh = Template::default();
        Ok((None, self.judge(message)))
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
        if self.routes.len() < limits.topics {
            return Ok(());
        }
        let detail = format!(
            "the connection has {} topics already; narrow its subscriptions",
            self.routes.len()
        );
        Err(Reject::new(RejectKind::TopicLimit, detail))
    }

    /// Asks every reader whether the message is its own.
    pub(crate) fn judge(&self, message: &Message<'_>) -> usize {
        let mut readers = self.readers.iter();
        let claimed = readers.position(|reader| reader.claims(message));
        claimed.unwrap_or(self.readers.len().saturating_sub(1))
    }

    /// A reader, and what is known of the values at a place.
    pub(crate) fn at(
        &mut self,
        place: Place,
        reader: usize,
    ) -> Option<(&mut dyn Reader, &mut Template)> {
        let template = match place {
            Some(place) => &mut self.routes.get_mut(place)?.template,
            None => &mut self.fresh,
        };
        Some((self.readers.get_mut(reader)?.as_mut(), template))
    }

    /// Remembers who read a message of this topic.
    pub(crate) fn settle(&mut self, place: Place, topic: &str, reader: usize) {
        let judgement = self.judgement;
        match place.and_then(|place| self.routes.get_mut(place)) {
            Some(route) => (route.reader, route.judgement) = (reader, judgement),
            None => {
                self.index.insert(topic.into(), self.routes.len());
                self.routes.push(Route {
                    reader,
                    judgement,
                    template: std::mem::take(&mut self.fresh),
                });
            }
        }
    }

    /// Every topic is judged again by its next message.
    pub(crate) fn forget_judgements(&mut self) {
        self.judgement = self.judgement.wrapping_add(1);
    }
}
