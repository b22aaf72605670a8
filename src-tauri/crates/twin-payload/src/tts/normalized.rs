//! The normalized payload: measurements under names and in units that the network fixes.

use std::hash::{DefaultHasher, Hash, Hasher};

use twin_core::{Reason, Timestamp};

use crate::{
    description::Point,
    lora,
    reject::Reject,
    stamp::{self, Stamp},
    tree::Node,
    walk::Sink,
};

/// Units of what can be measured, by the last two keys.
const UNITS: &[(&str, &str, &str)] = &[
    ("air", "temperature", "°C"),
    ("air", "relativeHumidity", "%"),
    ("air", "pressure", "hPa"),
    ("air", "co2", "ppm"),
    ("air", "lightIntensity", "lx"),
    ("soil", "depth", "cm"),
    ("soil", "moisture", "%"),
    ("soil", "temperature", "°C"),
    ("soil", "ec", "dS/m"),
    ("soil", "n", "ppm"),
    ("soil", "p", "ppm"),
    ("soil", "k", "ppm"),
    ("wind", "speed", "m/s"),
    ("wind", "direction", "°"),
    ("rain", "intensity", "mm/h"),
    ("rain", "cumulative", "mm"),
    ("", "battery", "V"),
];

/// The measurements of an uplink: one object, or an array of them.
fn measurements(body: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    let payload = body.get("normalized_payload");
    let one = payload.filter(|payload| payload.is_object());
    let many = payload.filter(|payload| payload.is_array());
    one.into_iter()
        .chain(many.into_iter().flat_map(Node::children))
}

/// Adds what the decoded payload does not have under the same name with the same value.
pub(super) fn rows(body: Node<'_>, sink: &mut Sink<'_, '_>) -> Result<(), Reject> {
    let decoded = body.get("decoded_payload");
    sink.at("normalized_payload", |sink| {
        for (index, measurement) in measurements(body).enumerate() {
            let heard = sink.stamp;
            if let Some(time) = time(measurement) {
                sink.stamp = Stamp::of(Some(time), sink.message);
                if heard.quality.reason == Reason::DeviceReported {
                    sink.stamp.quality = heard.quality;
                }
            }
            let result = sink.at_index(index, |sink| {
                let mut values = measurement.children();
                values.try_for_each(|value| leaves(value, decoded, sink))
            });
            sink.stamp = heard;
            result?;
        }
        Ok(())
    })
}

fn leaves(
    node: Node<'_>,
    decoded: Option<Node<'_>>,
    sink: &mut Sink<'_, '_>,
) -> Result<(), Reject> {
    if node.cell().is_none() {
        let mut values = node.children();
        return sink.at(node.key(), |sink| {
            values.try_for_each(|value| leaves(value, decoded, sink))
        });
    }
    if node.key() == "time" || twin(node, decoded).is_some() {
        return Ok(());
    }
    sink.rows_at(node.key(), Some(node))
}

/// When it was measured, when the device told that.
fn time(measurement: Node<'_>) -> Option<Timestamp> {
    stamp::from_rfc3339(measurement.text_of("time")?)
}

/// The decoded value that is the same as a normalized one.
fn twin<'t>(node: Node<'_>, decoded: Option<Node<'t>>) -> Option<Node<'t>> {
    decoded?
        .children()
        .find(|value| value.key().eq_ignore_ascii_case(node.key()) && value.cell() == node.cell())
}

/// The signals of an uplink whose units are known so.
pub(super) fn points(body: Node<'_>, topic: &str) -> Vec<Point> {
    let decoded = body.get("decoded_payload");
    let mut points = vec![];
    for (index, measurement) in measurements(body).enumerate() {
        each(measurement, &mut |group, leaf| {
            let Some(unit) = unit(group, leaf.key()) else {
                return;
            };
            let path = match twin(leaf, decoded) {
                Some(value) => format!("decoded_payload.{}", value.key()),
                None if group.is_empty() => format!("normalized_payload.{index}.{}", leaf.key()),
                None => format!("normalized_payload.{index}.{group}.{}", leaf.key()),
            };
            points.push(lora::point(topic, &path, unit, leaf.key()));
        });
    }
    points
}

fn unit(group: &str, key: &str) -> Option<&'static str> {
    let found = UNITS
        .iter()
        .find(|(of, name, _)| *of == group && *name == key);
    found.map(|(.., unit)| *unit)
}

/// Visits the values of a measurement: the object they stand in directly or none, and the value.
fn each<'t>(measurement: Node<'t>, visit: &mut impl FnMut(&'t str, Node<'t>)) {
    for child in measurement.children() {
        if child.is_object() {
            child
                .children()
                .filter(|leaf| leaf.cell().is_some())
                .for_each(|leaf| visit(child.key(), leaf));
        } else if child.key() != "time" {
            visit("", child);
        }
    }
}

/// A number that changes when what is measured does, whatever the values.
pub(super) fn fingerprint(body: Node<'_>) -> u64 {
    let mut hasher = DefaultHasher::new();
    for measurement in measurements(body) {
        each(measurement, &mut |group, leaf| {
            (group, leaf.key()).hash(&mut hasher);
        });
        0_u8.hash(&mut hasher);
    }
    hasher.finish()
}
