//! The Things Stack v3: messages of LoRaWAN devices as JSON.
//!
//! Source: the MQTT integration's documentation, and `ApplicationUp` of its API reference. Units of the normalized
//! payload: `lib/payload.json` of the LoRaWAN device repository.

mod normalized;
mod topic;

use twin_core::{Quality, Reason, Timestamp};

use self::topic::{Kind, Topic};
use crate::{
    bare,
    convention::Convention,
    description::{Description, Plate, Point},
    lora::{self, Heard, best, sized},
    message::Message,
    observations::{Cell, SourceEvent},
    reader::{Context, Reader},
    reject::{Reject, RejectKind},
    stamp::{self, Stamp},
    tree::{Node, Tree},
    walk::Sink,
};

/// Reads The Things Stack.
#[derive(Debug, Default)]
pub(crate) struct Tts {
    tree: Tree,
    path: String,
    heard: Heard,
}

impl Reader for Tts {
    fn convention(&self) -> Convention {
        Convention::Tts
    }

    fn claims(&self, message: &Message<'_>) -> bool {
        Topic::parse(message.topic).is_some()
    }

    fn read(&mut self, message: &Message<'_>, context: &mut Context<'_>) -> Result<(), Reject> {
        let topic = Topic::parse(message.topic);
        let Some(topic) = topic.filter(|topic| topic.kind != Kind::Other) else {
            return Ok(());
        };
        let payload = message.payload.trim_ascii();
        if payload.is_empty() {
            return Ok(());
        }
        if !payload.starts_with(b"{") {
            let detail = "not JSON: the application's MQTT format must be JSON";
            return Err(Reject::new(RejectKind::Binary, detail));
        }
        self.tree.read(bare::text(payload)?, context.limits)?;
        let Some(root) = self.tree.root() else {
            return Ok(());
        };
        context.source(topic.device)?;
        let body = topic.kind.body(root);
        let mut stamp = Stamp::of(time(root, body), message);
        if root.get("simulated").and_then(Node::bool) == Some(true) {
            stamp.quality = Quality::uncertain(Reason::DeviceReported);
        }
        self.path.clear();
        let mut sink = Sink {
            message,
            path: &mut self.path,
            stamp,
            context: &mut *context,
        };
        rows(topic.kind, root, body, &mut sink)?;
        self.describe(&topic, message, context);
        Ok(())
    }
}

impl Tts {
    fn describe(&mut self, topic: &Topic<'_>, message: &Message<'_>, context: &mut Context<'_>) {
        let Some(root) = self.tree.root() else { return };
        // Only uplinks tell everything.
        let tells = match topic.kind {
            Kind::Up => true,
            Kind::Normalized => !self.heard.has(topic.device, Kind::Up.bit()),
            _ => !self.heard.knows(topic.device),
        };
        if !tells {
            return;
        }
        let versions = || topic.kind.body(root)?.get("version_ids");
        let ids = root.get("end_device_ids");
        let said = [ids, versions()].map(|node| node.map_or(0, Node::fingerprint));
        let normal = topic.kind.body(root).map_or(0, normalized::fingerprint);
        let said = said[0] ^ said[1].rotate_left(1) ^ normal.rotate_left(2);
        let bit = topic.kind.bit();
        let Some(news) = self.heard.news(topic.device, said, bit, context.limits) else {
            return;
        };
        let mut points = vec![];
        if topic.kind == Kind::Up {
            for (path, unit, name) in RADIO {
                points.push(lora::point(message.topic, path, unit, name));
            }
        }
        if let Some(body) = topic.kind.body(root) {
            points.extend(normalized::points(body, message.topic));
        }
        context.event(description(topic.device, root, versions(), points, message));
        self.heard.keep(topic.device, &news);
    }
}

/// Values of every uplink: path, unit, name.
const RADIO: [(&str, &str, &str); 3] = [
    ("rssi", "dBm", "signal strength"),
    ("snr", "dB", "signal to noise ratio"),
    ("consumed_airtime", "s", "airtime"),
];

/// When the network heard the device: the application server's or the network server's time, else the gateway's.
/// `rx_metadata.timestamp` is a counter of the gateway and no time.
fn time(root: Node<'_>, body: Option<Node<'_>>) -> Option<Timestamp> {
    let of = |node: Node<'_>, key| stamp::from_rfc3339(node.text_of(key)?);
    let gateways = || body?.get("rx_metadata");
    body.and_then(|body| of(body, "received_at"))
        .or_else(|| of(root, "received_at"))
        .or_else(|| of(body?.get("settings")?, "time"))
        .or_else(|| gateways()?.children().find_map(|node| of(node, "time")))
}

fn rows(
    kind: Kind,
    root: Node<'_>,
    body: Option<Node<'_>>,
    sink: &mut Sink<'_, '_>,
) -> Result<(), Reject> {
    let Some(body) = body else { return Ok(()) };
    match kind {
        Kind::Up => {
            uplink(body, sink)?;
            normalized::rows(body, sink)
        }
        Kind::Normalized => normalized::rows(body, sink),
        Kind::Join => {
            let address = root
                .get("end_device_ids")
                .and_then(|ids| ids.get("dev_addr"));
            sink.rows_at("dev_addr", address)
        }
        Kind::Location => {
            sink.rows_at("service", body.get("service"))?;
            sink.rows_at("location", body.get("location"))
        }
        Kind::Service => {
            sink.rows_at("service", body.get("service"))?;
            sink.rows_at("data", body.get("data"))
        }
        Kind::Down => downlink(body, sink),
        Kind::Other => Ok(()),
    }
}

fn uplink(body: Node<'_>, sink: &mut Sink<'_, '_>) -> Result<(), Reject> {
    if let Some(decoded) = body.get("decoded_payload") {
        sink.rows_at("decoded_payload", Some(decoded))?;
    } else if let Some((data, size)) = body.text_of("frm_payload").and_then(sized) {
        sink.cell_at("frm_payload.size", Cell::F64(size as f64))?;
        sink.cell_at("frm_payload", Cell::Text(data))?;
    }
    let warnings = body.get("decoded_payload_warnings");
    sink.rows_at("decoded_payload_warnings", warnings)?;
    let radio = best(body.get("rx_metadata").into_iter().flat_map(Node::children));
    sink.number_at("rssi", radio.rssi)?;
    sink.number_at("snr", radio.snr)?;
    // Left out when 0, as everywhere in JSON that comes of protocol buffers.
    let counter = body.number_of("f_cnt");
    let counted = body.get("session_key_id").is_some() || body.get("f_port").is_some();
    sink.number_at("f_cnt", counter.or_else(|| counted.then_some(0.0)))?;
    let airtime = body.text_of("consumed_airtime").and_then(seconds);
    sink.number_at("consumed_airtime", airtime)?;
    let battery = body.get("last_battery_percentage");
    let battery = battery.and_then(|battery| battery.number_of("value"));
    sink.number_at("last_battery_percentage", battery)?;
    // Where the device is, as a person entered it or as its payload tells.
    sink.rows_at("locations", body.get("locations"))
}

/// A duration as protocol buffers write it in JSON: `0.046336s`.
fn seconds(text: &str) -> Option<f64> {
    text.strip_suffix('s')?.parse().ok()
}

/// A downlink that was queued, sent, acknowledged or not, or failed and why.
fn downlink(body: Node<'_>, sink: &mut Sink<'_, '_>) -> Result<(), Reject> {
    // A failure has the downlink inside.
    let downlink = body.get("downlink").unwrap_or(body);
    sink.number_at("f_port", downlink.number_of("f_port"))?;
    sink.number_at("f_cnt", downlink.number_of("f_cnt"))?;
    let last = downlink.number_of("last_f_cnt_down");
    sink.number_at("last_f_cnt_down", last)?;
    let error = body.get("error");
    sink.rows_at("error.name", error.and_then(|error| error.get("name")))?;
    let text = error.and_then(|error| error.get("message_format"));
    sink.rows_at("error.message_format", text)
}

fn description(
    source: &str,
    root: Node<'_>,
    versions: Option<Node<'_>>,
    points: Vec<Point>,
    message: &Message<'_>,
) -> SourceEvent {
    let ids = root.get("end_device_ids");
    let application = ids.and_then(|ids| ids.get("application_ids"));
    let version = |key| versions.and_then(|ids| ids.text_of(key)).map(Into::into);
    // Not every message repeats the names that its topic has.
    let mut levels = source.split('/').skip(1);
    let application = application
        .and_then(|ids| ids.text_of("application_id"))
        .or_else(|| levels.next()?.split('@').next());
    let name = ids
        .and_then(|ids| ids.text_of("device_id"))
        .or_else(|| source.rsplit('/').next());
    SourceEvent::Described(Box::new(Description {
        source: source.into(),
        convention: Convention::Tts,
        topic: message.topic.into(),
        name: name.map(Into::into),
        parent: application.map(Into::into),
        maker: version("brand_id"),
        model: version("model_id"),
        version: version("firmware_version"),
        plate: Plate {
            hardware: version("hardware_version"),
            network: ids.and_then(|ids| ids.text_of("dev_eui")).map(Into::into),
            ..Plate::default()
        },
        points,
        gone: false,
        at: message.received,
    }))
}
