//! What sources say about themselves: births, discovery topics, registrations.

use std::{collections::HashMap, sync::Arc};

use twin_core::{Timestamp, ValueKind};

use crate::{convention::Convention, limits::Limits, message::Message};

/// What a source says it is and has. Nothing in it is believed unasked: it is evidence for a proposal to a person.
///
/// By some conventions a source tells all in one message, by others in many, in any order: [`add`](Self::add) knows.
#[derive(Clone, Debug, PartialEq)]
pub struct Description {
    /// Name of the source, as in [`Decoder::addresses_of`](crate::Decoder::addresses_of).
    pub source: Arc<str>,
    /// By which convention it spoke.
    pub convention: Convention,
    /// Topic of the message that said it.
    pub topic: Arc<str>,
    /// What it calls itself.
    pub name: Option<Arc<str>>,
    /// The source that it belongs to.
    pub parent: Option<Arc<str>>,
    /// Who made it.
    pub maker: Option<Arc<str>>,
    /// Model or type.
    pub model: Option<Arc<str>>,
    /// Version of its firmware or software.
    pub version: Option<Arc<str>>,
    /// What else stands on its plate.
    pub plate: Plate,
    /// Its signals. At most [`Limits::points`](crate::Limits::points).
    pub points: Vec<Point>,
    /// Whether it said that it exists no more; when points are named, only those.
    pub gone: bool,
    /// When it said so.
    pub at: Timestamp,
}

impl Description {
    /// A description that says nothing yet.
    pub(crate) fn new(
        source: impl Into<Arc<str>>,
        convention: Convention,
        message: &Message<'_>,
    ) -> Self {
        Description {
            source: source.into(),
            convention,
            topic: message.topic.into(),
            name: None,
            parent: None,
            maker: None,
            model: None,
            version: None,
            plate: Plate::default(),
            points: vec![],
            gone: false,
            at: message.received,
        }
    }

    /// Leaves out what is beyond the limits: texts and states that are too long, points that are too many. Gives how many
    /// of them. The id of another source may be as long as the topic, of which it can be a part.
    pub(crate) fn keep_within(&mut self, limits: &Limits) -> u64 {
        let longest = limits.description_text_bytes;
        let mut left_out = self.points.len().saturating_sub(limits.points);
        self.points.truncate(limits.points);
        let longest_id = longest.max(self.topic.len());
        if self.parent.as_ref().is_some_and(|id| id.len() > longest_id) {
            self.parent = None;
            left_out += 1;
        }
        let mut bound = |text: &mut Option<Arc<str>>| {
            if text.as_ref().is_some_and(|text| text.len() > longest) {
                *text = None;
                left_out += 1;
            }
        };
        bound(&mut self.name);
        bound(&mut self.maker);
        bound(&mut self.model);
        bound(&mut self.version);
        self.plate.each().into_iter().for_each(&mut bound);
        for point in &mut self.points {
            bound(&mut point.name);
            bound(&mut point.description);
            bound(&mut point.device_class);
        }
        for point in &mut self.points {
            let states = point.states.len();
            point.states.retain(|state| state.len() <= longest);
            left_out += states - point.states.len();
            if point
                .unit
                .as_ref()
                .is_some_and(|unit| unit.text.len() > longest)
            {
                point.unit = None;
                left_out += 1;
            }
        }
        left_out as u64
    }

    /// Takes what the same source said later. By a convention that
    /// [describes in parts](Convention::describes_in_parts), what that does not mention still holds, a point replaces
    /// that of the same address, and points that are gone are taken out; by any other it replaces everything.
    pub fn add(&mut self, later: Description) {
        let is_end = later.gone && later.points.is_empty();
        if self.gone || is_end || !self.convention.describes_in_parts() {
            *self = later;
            return;
        }
        let named: HashMap<Arc<str>, usize> = later
            .points
            .iter()
            .enumerate()
            .map(|(ix, point)| (Arc::clone(&point.address), ix))
            .collect();
        (self.topic, self.at) = (later.topic, later.at);
        if later.gone {
            self.points
                .retain(|point| !named.contains_key(&point.address));
            return;
        }
        let newer = [
            (&mut self.name, later.name),
            (&mut self.parent, later.parent),
            (&mut self.maker, later.maker),
            (&mut self.model, later.model),
            (&mut self.version, later.version),
        ];
        for (held, newer) in newer {
            *held = newer.or(held.take());
        }
        self.plate.add(later.plate);
        let mut points: Vec<Option<Point>> = later.points.into_iter().map(Some).collect();
        for held in &mut self.points {
            let newer = named.get(&held.address).and_then(|ix| points.get_mut(*ix));
            if let Some(newer) = newer.and_then(Option::take) {
                *held = newer;
            }
        }
        self.points.extend(points.into_iter().flatten());
    }
}

/// What is written on the plate of a device, besides who made it, model and version.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plate {
    /// Version of its hardware.
    pub hardware: Option<Arc<str>>,
    /// Serial number.
    pub serial: Option<Arc<str>>,
    /// Where it is reached: address in its network, such as an IP address, MAC or EUI.
    pub network: Option<Arc<str>>,
    /// What feeds it, such as `Battery`.
    pub power: Option<Arc<str>>,
}

impl Plate {
    /// Whether it says nothing.
    pub const fn is_empty(&self) -> bool {
        self.hardware.is_none()
            && self.serial.is_none()
            && self.network.is_none()
            && self.power.is_none()
    }

    const fn each(&mut self) -> [&mut Option<Arc<str>>; 4] {
        [
            &mut self.hardware,
            &mut self.serial,
            &mut self.network,
            &mut self.power,
        ]
    }

    /// Takes what was said later; what that does not mention still holds.
    fn add(&mut self, mut later: Plate) {
        for (held, newer) in self.each().into_iter().zip(later.each()) {
            *held = newer.take().or(held.take());
        }
    }
}

/// One signal of a source, as the source describes it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Point {
    /// Where its values come from.
    pub address: Arc<str>,
    /// What it is called.
    pub name: Option<Arc<str>>,
    /// In which unit its values are.
    pub unit: Option<SourceUnit>,
    /// Type of its values.
    pub kind: Option<ValueKind>,
    /// Least and greatest value, in its unit.
    pub range: Option<[f64; 2]>,
    /// Names of its states.
    pub states: Vec<Arc<str>>,
    /// Whether it can be commanded.
    pub writable: bool,
    /// What it is for.
    pub description: Option<Arc<str>>,
    /// What sort of quantity it is, in the words of the convention.
    pub device_class: Option<Arc<str>>,
}

/// A unit as a source wrote it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SourceUnit {
    /// As written.
    pub text: Arc<str>,
    /// In whose words.
    pub vocabulary: UnitVocabulary,
}

/// Whose words a unit is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UnitVocabulary {
    /// As people write units: `°C`, `kPa`.
    Written,
    /// Unified Code for Units of Measure.
    Ucum,
    /// UNECE Recommendation 20.
    Rec20,
    /// OPC UA `UnitId`: a Rec 20 code packed in a number (OPC UA Part 8, section 5.6.3.3).
    OpcUa,
    /// Sparkplug property `engUnit` and its kin: free text.
    Sparkplug,
    /// Homie `$unit`.
    Homie,
    /// DTDL unit terms.
    Dtdl,
    /// Home Assistant `unit_of_measurement`.
    HomeAssistant,
    /// SenML unit names (RFC 8428, RFC 8798).
    SenMl,
    /// The end of a key: `temp_c`.
    Suffix,
}

/// Whether a device can be reached, as it or its gateway says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Presence {
    /// It is there.
    Online,
    /// It is not.
    Offline,
    /// It is not to be reached now and said so before: its last values still hold.
    Sleeping,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(convention: Convention, points: &[(&str, &str)]) -> Description {
        let points = points.iter().map(|(address, name)| Point {
            address: (*address).into(),
            name: Some((*name).into()),
            ..Point::default()
        });
        Description {
            points: points.collect(),
            ..Description::new("s", convention, &Message::new("t", b"", Timestamp(0)))
        }
    }

    #[test]
    fn parts_are_put_together_and_wholes_replaced() {
        let names = |description: &Description| -> Vec<String> {
            let points = description.points.iter();
            points
                .map(|point| format!("{}={}", point.address, point.name.as_deref().unwrap_or("")))
                .collect()
        };
        let mut parts = Description {
            name: Some("device".into()),
            plate: Plate {
                serial: Some("7".into()),
                ..Plate::default()
            },
            ..said(Convention::Homie4, &[("a", "1"), ("b", "2")])
        };
        parts.add(said(Convention::Homie4, &[("c", "3"), ("a", "4")]));
        assert_eq!(names(&parts), ["a=4", "b=2", "c=3"]);
        assert_eq!(parts.name.as_deref(), Some("device"));
        assert_eq!(parts.plate.serial.as_deref(), Some("7"));
        parts.add(Description {
            gone: true,
            ..said(Convention::Homie4, &[("b", "")])
        });
        assert_eq!(names(&parts), ["a=4", "c=3"]);
        parts.add(Description {
            gone: true,
            ..said(Convention::Homie4, &[])
        });
        assert!(parts.gone && parts.points.is_empty());
        parts.add(said(Convention::Homie4, &[("d", "5")]));
        assert_eq!(names(&parts), ["d=5"]);

        let mut whole = said(Convention::Homie5, &[("a", "1"), ("b", "2")]);
        whole.add(said(Convention::Homie5, &[("c", "3")]));
        assert_eq!(names(&whole), ["c=3"]);
    }
}
