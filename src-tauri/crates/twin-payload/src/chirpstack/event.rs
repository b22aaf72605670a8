//! The values of each event.

use super::topic::Event;
use crate::{
    description::Point,
    lora::{self, best, sized},
    observations::Cell,
    reject::Reject,
    tree::Node,
    walk::Sink,
};

/// What a field that is left out stands for.
#[derive(Clone, Copy)]
enum Absent {
    Zero,
    False,
    /// There is no value then.
    Nothing,
}

/// Fields of an event: name in the payload, name in the address.
type Fields = [(&'static str, &'static str, Absent)];

/// Adds the values of an event.
pub(super) fn rows(event: Event, root: Node<'_>, sink: &mut Sink<'_, '_>) -> Result<(), Reject> {
    match event {
        Event::Up => uplink(root, sink),
        Event::Status => status(root, sink),
        Event::Location => match root.get("location") {
            Some(location) => {
                let whole = location.number_of("latitude").is_some()
                    || location.number_of("longitude").is_some();
                sink.at("location", |sink| fields(location, LOCATION, whole, sink))
            }
            None => Ok(()),
        },
        Event::Integration => {
            sink.rows_at("object", root.get("object"))?;
            fields(root, INTEGRATION, false, sink)
        }
        Event::Join => fields(root, JOIN, false, sink),
        Event::Ack => fields(root, ACK, is_whole(root), sink),
        Event::TxAck => fields(root, TX_ACK, is_whole(root), sink),
        Event::Log => {
            fields(root, LOG, false, sink)?;
            sink.rows_at("context", root.get("context"))
        }
        Event::Other => Ok(()),
    }
}

/// Every event tells its device, so what does not is not ChirpStack's own: nothing is concluded from what it lacks.
fn is_whole(root: Node<'_>) -> bool {
    root.get("deviceInfo").is_some()
}

const UPLINK: &Fields = &[
    ("fCnt", "f_cnt", Absent::Zero),
    ("dr", "dr", Absent::Zero),
    ("confirmed", "confirmed", Absent::False),
];
const STATUS: &Fields = &[
    ("margin", "margin", Absent::Zero),
    (
        "externalPowerSource",
        "external_power_source",
        Absent::False,
    ),
];
const LOCATION: &Fields = &[
    ("latitude", "latitude", Absent::Zero),
    ("longitude", "longitude", Absent::Zero),
    ("altitude", "altitude", Absent::Nothing),
    ("accuracy", "accuracy", Absent::Nothing),
    ("source", "source", Absent::Nothing),
];
const INTEGRATION: &Fields = &[
    ("integrationName", "integration_name", Absent::Nothing),
    ("eventType", "event_type", Absent::Nothing),
];
const JOIN: &Fields = &[("devAddr", "dev_addr", Absent::Nothing)];
const ACK: &Fields = &[
    ("acknowledged", "acknowledged", Absent::False),
    ("fCntDown", "f_cnt_down", Absent::Zero),
];
const TX_ACK: &Fields = &[
    ("fCntDown", "f_cnt_down", Absent::Zero),
    ("gatewayId", "gateway_id", Absent::Nothing),
];
const LOG: &Fields = &[
    ("level", "level", Absent::Nothing),
    ("code", "code", Absent::Nothing),
    ("description", "description", Absent::Nothing),
];

/// Adds fields of an object; when it is whole, what is left out has its default.
fn fields(
    node: Node<'_>,
    fields: &Fields,
    whole: bool,
    sink: &mut Sink<'_, '_>,
) -> Result<(), Reject> {
    for (key, name, absent) in fields {
        let cell = match (node.get(key).map(Node::cell), absent) {
            (Some(Some(cell)), _) => cell,
            (None, Absent::Zero) if whole => Cell::F64(0.0),
            (None, Absent::False) if whole => Cell::Bool(false),
            _ => continue,
        };
        sink.cell_at(name, cell)?;
    }
    Ok(())
}

fn uplink(root: Node<'_>, sink: &mut Sink<'_, '_>) -> Result<(), Reject> {
    if let Some(object) = root.get("object") {
        sink.rows_at("object", Some(object))?;
    } else if let Some((data, size)) = root.text_of("data").and_then(sized) {
        sink.cell_at("data.size", Cell::F64(size as f64))?;
        sink.cell_at("data", Cell::Text(data))?;
    }
    let radio = best(root.get("rxInfo").into_iter().flat_map(Node::children));
    sink.number_at("rssi", radio.rssi)?;
    sink.number_at("snr", radio.snr)?;
    fields(root, UPLINK, is_whole(root), sink)
}

fn status(root: Node<'_>, sink: &mut Sink<'_, '_>) -> Result<(), Reject> {
    let whole = is_whole(root);
    fields(root, STATUS, whole, sink)?;
    let unavailable = root.get("batteryLevelUnavailable").and_then(Node::bool);
    let level = match root.number_of("batteryLevel") {
        _ if unavailable == Some(true) => Cell::Null,
        Some(level) => Cell::F64(level),
        None if whole => Cell::F64(0.0),
        None => return Ok(()),
    };
    sink.cell_at("battery_level", level)
}

/// The signals of an event whose units ChirpStack fixes.
pub(super) fn points(event: Event, device: &str, points: &mut Vec<Point>) {
    let units: &[(&str, &str, &str)] = match event {
        Event::Up => &[
            ("rssi", "dBm", "signal strength"),
            ("snr", "dB", "signal to noise ratio"),
        ],
        Event::Status => &[
            ("margin", "dB", "link margin"),
            ("battery_level", "%", "battery level"),
        ],
        Event::Location => &[
            ("location.latitude", "°", "latitude"),
            ("location.longitude", "°", "longitude"),
            ("location.altitude", "m", "altitude"),
        ],
        _ => &[],
    };
    let prefix = format!("{device}/event/{}", event.name());
    points.extend(
        units
            .iter()
            .map(|(path, unit, name)| lora::point(&prefix, path, unit, name)),
    );
}
