//! What a person says of the payloads of a connection: it goes before every guess.

use std::sync::Arc;

use twin_core::{Said, said};

use crate::{
    convention::Convention,
    csv::Csv,
    layout::{Layer, Layout, LayoutSource},
    stamp::Zone,
};

/// Rules of a connection. The first whose filter matches a topic holds for it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rules {
    /// In order.
    pub payload: Vec<PayloadRule>,
}

/// How messages on some topics are to be read.
#[derive(Clone, Debug, PartialEq)]
pub struct PayloadRule {
    /// MQTT topic filter, `+` and `#` as in a subscription.
    pub filter: Arc<str>,
    /// As what; none leaves it to the topics and payloads.
    pub read_as: Option<ReadAs>,
    /// The zone of times without an offset; none takes such times for text.
    pub zone: Option<Zone>,
}

/// As what messages are read.
#[derive(Clone, Debug, PartialEq)]
pub enum ReadAs {
    /// By a convention, whatever topic and payload look like. Sparkplug's topics are always Sparkplug's, and no other
    /// topic can be.
    Convention(Convention),
    /// By places in bytes. When the bytes stand in JSON, the rest of the message is read as well.
    Layout(Layout),
    /// As separated values.
    Csv(Csv),
}

impl PayloadRule {
    /// What is wrong with the rule, in words; none when nothing is. A decoder takes a rule as far as it makes sense.
    pub fn fault(&self) -> Option<Said> {
        if !is_filter(&self.filter) {
            return Some(said!("refused-rule-filter", "not an MQTT topic filter"));
        }
        match &self.read_as {
            Some(ReadAs::Convention(
                Convention::SparkplugB | Convention::Layout | Convention::Csv,
            )) => Some(said!(
                "refused-rule-convention",
                "not a convention that a filter can be given"
            )),
            Some(ReadAs::Layout(layout)) => layout.fault(),
            Some(ReadAs::Csv(csv)) => csv.fault(),
            Some(ReadAs::Convention(_)) | None => None,
        }
    }
}

/// Whether a text is a topic filter (MQTT 5, section 4.7.1).
fn is_filter(filter: &str) -> bool {
    let mut levels = filter.split('/').peekable();
    let mut sound = !filter.is_empty();
    while let Some(level) = levels.next() {
        sound &= match level {
            "+" => true,
            "#" => levels.peek().is_none(),
            _ => !level.contains(['+', '#']) && !level.chars().any(char::is_control),
        };
    }
    sound
}

/// Whether a filter matches a topic (MQTT 5, section 4.7.2): wildcards at its beginning do not match topics that
/// begin with `$`.
pub(crate) fn matches(filter: &str, topic: &str) -> bool {
    if topic.starts_with('$') && filter.starts_with(['+', '#']) {
        return false;
    }
    let mut levels = topic.split('/');
    for part in filter.split('/') {
        if part == "#" {
            return true;
        }
        match levels.next() {
            Some(level) if part == "+" || part == level => {}
            _ => return false,
        }
    }
    levels.next().is_none()
}

/// What a router does about the rules.
#[derive(Debug, Default)]
pub(crate) struct Book {
    entries: Vec<Entry>,
    /// Rule of each topic that was heard, by its place.
    of_place: Vec<Cached>,
}

#[derive(Debug)]
pub(crate) struct Entry {
    filter: Arc<str>,
    zone: Option<Zone>,
    /// Number of the reader that reads the topic.
    pub(crate) reader: Option<usize>,
    /// Reads bytes inside a message that another reader reads.
    pub(crate) layer: Option<Layer>,
    /// Whether the payload is taken as it comes, compressed or not.
    raw: bool,
}

#[derive(Clone, Copy, Debug, Default)]
enum Cached {
    #[default]
    Unknown,
    None,
    Rule(usize),
}

impl Book {
    pub(crate) fn add(&mut self, rule: &PayloadRule, reader: Option<usize>) {
        let bytes = match &rule.read_as {
            Some(ReadAs::Layout(layout)) => Some(layout),
            _ => None,
        };
        let inside = |layout: &&Layout| matches!(layout.source, LayoutSource::Json { .. });
        self.entries.push(Entry {
            filter: Arc::clone(&rule.filter),
            zone: rule.zone.clone(),
            reader,
            layer: bytes
                .filter(inside)
                .map(|layout| Layer::new(layout.clone())),
            raw: bytes.is_some_and(|layout| layout.source == LayoutSource::Payload),
        });
    }

    /// The rule of a topic, found anew.
    pub(crate) fn of_topic(&self, topic: &str) -> Option<&Entry> {
        self.entries.get(self.look_up(topic)?)
    }

    /// The rule of a topic at a place where its answer is kept.
    pub(crate) fn of(&mut self, place: Option<usize>, topic: &str) -> Option<&mut Entry> {
        if self.entries.is_empty() {
            return None;
        }
        let known = place.and_then(|place| self.of_place.get(place).copied());
        let found = match known.unwrap_or_default() {
            Cached::Rule(rule) => Some(rule),
            Cached::None => None,
            Cached::Unknown => {
                let found = self.look_up(topic);
                if let Some(place) = place {
                    let length = self.of_place.len().max(place + 1);
                    self.of_place.resize(length, Cached::Unknown);
                    if let Some(cached) = self.of_place.get_mut(place) {
                        *cached = found.map_or(Cached::None, Cached::Rule);
                    }
                }
                found
            }
        };
        self.entries.get_mut(found?)
    }

    fn look_up(&self, topic: &str) -> Option<usize> {
        let mut entries = self.entries.iter();
        entries.position(|entry| matches(&entry.filter, topic))
    }
}

impl Entry {
    pub(crate) fn zone(&self) -> Option<Zone> {
        self.zone.clone()
    }

    pub(crate) const fn is_raw(&self) -> bool {
        self.raw
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_match_as_brokers_match_them() {
        for (filter, topic, expected) in [
            ("a/b", "a/b", true),
            ("a/b", "a/b/c", false),
            ("a/+", "a/b", true),
            ("a/+", "a", false),
            ("a/+", "a/", true),
            ("a/#", "a", true),
            ("a/#", "a/b/c", true),
            ("+/b", "a/b", true),
            ("+", "/b", false),
            ("+/+", "/b", true),
            ("#", "a/b", true),
            ("#", "$SYS/x", false),
            ("+/x", "$SYS/x", false),
            ("$SYS/#", "$SYS/x", true),
            ("a/+/c/#", "a/b/c", true),
            ("a", "b", false),
        ] {
            assert_eq!(matches(filter, topic), expected, "{filter} {topic}");
        }
    }

    #[test]
    fn only_filters_are_filters() {
        for (filter, expected) in [
            ("a/+/#", true),
            ("#", true),
            ("/", true),
            ("", false),
            ("a/#/b", false),
            ("a+/b", false),
            ("a#", false),
            ("a\n", false),
        ] {
            assert_eq!(is_filter(filter), expected, "{filter:?}");
        }
    }
}
