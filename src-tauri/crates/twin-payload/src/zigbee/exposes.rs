//! What a device has, as its definition exposes it.

use twin_core::ValueKind;

use crate::{
    describe::Texts,
    description::{Point, UnitVocabulary},
    observations::Cell,
    tree::Node,
};

/// Bits of `access`.
const PUBLISHED: u8 = 1;
const SETTABLE: u8 = 2;

/// Adds the points of a list of exposes. Their values lie at the path in the messages of the source.
pub(super) fn points(
    exposes: Node<'_>,
    (source, path): (&str, &str),
    texts: &mut Texts<'_>,
    points: &mut Vec<Point>,
) {
    for expose in exposes.children() {
        put(expose, (source, path), texts, points);
    }
}

fn put(
    expose: Node<'_>,
    (source, path): (&str, &str),
    texts: &mut Texts<'_>,
    all: &mut Vec<Point>,
) {
    let property = expose.text_of("property");
    if let Some(features) = expose.get("features") {
        // Only a composite is an object in the message; a light or a climate is but a name for several values.
        let is_object = expose.text_of("type") == Some("composite");
        match property.filter(|_| is_object) {
            Some(property) => points(features, (source, &joined(path, property)), texts, all),
            None => points(features, (source, path), texts, all),
        }
        return;
    }
    let access = expose
        .number_of("access")
        .map_or(PUBLISHED, |bits| bits as u8);
    if access & PUBLISHED == 0 {
        return;
    }
    let kind = expose.text_of("type").unwrap_or_default();
    let Some(property) = property.filter(|_| kind != "list") else {
        texts.skipped += 1;
        return;
    };
    let Some(address) = texts.address(source, &joined(path, property)) else {
        return;
    };
    let name = expose.text_of("label").or(expose.text_of("name"));
    let mut point = Point {
        address,
        name: texts.of(name.unwrap_or(property)),
        unit: texts.unit(expose.text_of("unit"), UnitVocabulary::Written),
        writable: access & SETTABLE != 0,
        description: texts.maybe(expose.text_of("description")),
        device_class: texts.maybe(expose.text_of("name")),
        ..Point::default()
    };
    match kind {
        "numeric" => {
            point.kind = Some(ValueKind::F64);
            let ends = (expose.number_of("value_min"), expose.number_of("value_max"));
            point.range = ends
                .0
                .zip(ends.1)
                .map(|(least, greatest)| [least, greatest]);
        }
        "binary" => {
            let cells = ["value_off", "value_on"].map(|key| expose.get(key).and_then(Node::cell));
            for cell in cells.into_iter().flatten() {
                point.kind = Some(match cell {
                    Cell::Bool(_) => ValueKind::Bool,
                    Cell::F64(_) | Cell::I64(_) => ValueKind::F64,
                    _ => ValueKind::Text,
                });
                if let Cell::Text(text) = cell {
                    point.states.extend(texts.of(text));
                }
            }
        }
        "enum" => {
            point.kind = Some(ValueKind::Text);
            let values = expose.get("values").into_iter().flat_map(Node::children);
            let states = values.filter_map(|value| texts.of(value.text()?));
            point.states = states.collect();
        }
        "text" => point.kind = Some(ValueKind::Text),
        _ => {}
    }
    texts.put(all, point);
}

fn joined(path: &str, key: &str) -> String {
    if path.is_empty() {
        key.to_owned()
    } else {
        format!("{path}.{key}")
    }
}
