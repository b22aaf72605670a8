//! What Tasmota devices publish to be found: `tasmota/discovery/<MAC>/config` and `…/sensors`, retained.

use std::{collections::BTreeMap, sync::Arc};

use twin_core::ValueKind;

use super::{
    point::{kind_of, point},
    topic,
    units::Units,
};
use crate::{
    convention::Convention,
    describe::{self, Texts, keep, too_many},
    description::{Description, Point},
    json::TimeNames,
    message::Message,
    observations::Cell,
    reader::Context,
    reject::{Reject, RejectKind},
    tree::{Node, Tree},
};

/// Words of a device's topics: for commands to it, its answers, its telemetry.
const PREFIXES: [&str; 3] = ["cmnd", "stat", "tele"];

/// What a topic of discovery tells of the device with this MAC address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part<'t> {
    Config(&'t str),
    Sensors(&'t str),
}

/// None for any other topic.
pub(super) fn parse(topic: &str) -> Option<Part<'_>> {
    let rest = topic.strip_prefix("tasmota/discovery/")?;
    match rest.split_once('/')? {
        ("", _) => None,
        (mac, "config") => Some(Part::Config(mac)),
        (mac, "sensors") => Some(Part::Sensors(mac)),
        _ => None,
    }
}

/// Devices by their MAC address. Both parts are kept, because either may come first.
#[derive(Debug, Default)]
pub(super) struct Discovery {
    devices: BTreeMap<Arc<str>, Device>,
    kept: usize,
    tree: Tree,
}

#[derive(Debug, Default)]
struct Device {
    config: Option<Config>,
    sensors: Vec<Sensor>,
    kept: usize,
}

#[derive(Clone, Debug)]
struct Config {
    source: Arc<str>,
    /// Where the values of its sensors lie.
    sensor: Arc<str>,
    will: Arc<str>,
    online: Option<Arc<str>>,
    offline: Option<Arc<str>>,
}

/// A value in the messages of a device's sensors: its path, its unit and its type.
type Sensor = (Box<str>, Option<&'static str>, Option<ValueKind>);

/// A device, told anew.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) source: Arc<str>,
    pub(super) description: Description,
    /// Topic and words by which it says that it is there or not.
    pub(super) will: Arc<str>,
    pub(super) online: Option<Arc<str>>,
    pub(super) offline: Option<Arc<str>>,
}

impl Discovery {
    /// # Errors
    /// The message is not what belongs there, or there are too many devices.
    pub(super) fn read(
        &mut self,
        part: Part<'_>,
        message: &Message<'_>,
        context: &mut Context<'_>,
    ) -> Result<Option<Found>, Reject> {
        let (Part::Config(mac) | Part::Sensors(mac)) = part;
        let is_known = self.devices.contains_key(mac);
        if !is_known && self.devices.len() >= context.limits.sources {
            return Err(too_many(context.limits));
        }
        let mut texts = Texts::new(context.limits);
        let is_full = describe::document(message.payload, context.limits, &mut self.tree)?;
        let found = match (part, self.tree.root().filter(|_| is_full)) {
            (Part::Config(_), None) => return Ok(self.remove(mac, message)),
            (Part::Config(_), Some(root)) => {
                let (config, description) = config(root, mac, message, &mut texts)?;
                self.put_config(mac, (config, description), context, &mut texts)?
            }
            (Part::Sensors(_), _) => {
                let sensors = sensors(message, is_full, context)?;
                self.put_sensors(mac, sensors, message, context, &mut texts)?
            }
        };
        context.skip(texts.skipped);
        Ok(found)
    }

    fn remove(&mut self, mac: &str, message: &Message<'_>) -> Option<Found> {
        let device = self.devices.remove(mac)?;
        self.kept = self.kept.saturating_sub(device.kept);
        let config = device.config?;
        let description = Description {
            gone: true,
            ..Description::new(Arc::clone(&config.source), Convention::Tasmota, message)
        };
        Some(Found {
            description,
            ..Found::of(config, message)
        })
    }

    fn put_config(
        &mut self,
        mac: &str,
        (config, mut description): (Config, Description),
        context: &Context<'_>,
        texts: &mut Texts<'_>,
    ) -> Result<Option<Found>, Reject> {
        let old = self.devices.get(mac);
        let old_kept = old.map_or(0, |device| device.kept);
        let sensors = old
            .map(|device| device.sensors.as_slice())
            .unwrap_or_default();
        let kept = bytes(sensors) + mac.len() + config.source.len() + config.sensor.len();
        self.kept = keep(self.kept, old_kept, kept, context.limits)?;
        add(sensors, &config, texts, &mut description.points);
        let device = self.devices.entry(mac.into()).or_default();
        device.kept = kept;
        device.config = Some(config.clone());
        Ok(Some(Found {
            source: config.source,
            description,
            will: config.will,
            online: config.online,
            offline: config.offline,
        }))
    }

    fn put_sensors(
        &mut self,
        mac: &str,
        sensors: Vec<Sensor>,
        message: &Message<'_>,
        context: &Context<'_>,
        texts: &mut Texts<'_>,
    ) -> Result<Option<Found>, Reject> {
        let old = self.devices.get(mac);
        let (old_kept, old_sensors) =
            old.map_or((0, 0), |device| (device.kept, bytes(&device.sensors)));
        let kept = old_kept.saturating_sub(old_sensors) + bytes(&sensors);
        self.kept = keep(self.kept, old_kept, kept, context.limits)?;
        let device = self.devices.entry(mac.into()).or_default();
        device.kept = kept;
        device.sensors = sensors;
        let Some(config) = &device.config else {
            return Ok(None);
        };
        let mut found = Found::of(config.clone(), message);
        add(
            &device.sensors,
            config,
            texts,
            &mut found.description.points,
        );
        Ok(Some(found))
    }
}

impl Found {
    fn of(config: Config, message: &Message<'_>) -> Self {
        let source = Arc::clone(&config.source);
        Found {
            description: Description::new(Arc::clone(&source), Convention::Tasmota, message),
            source,
            will: config.will,
            online: config.online,
            offline: config.offline,
        }
    }
}

fn bytes(sensors: &[Sensor]) -> usize {
    sensors.iter().map(|(path, ..)| path.len()).sum()
}

fn add(sensors: &[Sensor], config: &Config, texts: &mut Texts<'_>, points: &mut Vec<Point>) {
    for (path, unit, kind) in sensors {
        if let Some(address) = texts.address(&config.sensor, path) {
            let mut point = point(address, path, *unit, texts);
            point.kind = *kind;
            texts.put(points, point);
        }
    }
}

fn config(
    root: Node<'_>,
    mac: &str,
    message: &Message<'_>,
    texts: &mut Texts<'_>,
) -> Result<(Config, Description), Reject> {
    let (Some(name), Some(full)) = (root.text_of("t"), root.text_of("ft")) else {
        let detail = "a Tasmota device that does not tell its topic";
        return Err(Reject::new(RejectKind::Description, detail));
    };
    let words = root.get("tp");
    let home = |prefix: usize| {
        let word = words.and_then(|words| words.children().nth(prefix)?.text());
        let word = word.or(PREFIXES.get(prefix).copied()).unwrap_or_default();
        let id = mac.get(mac.len().saturating_sub(6)..).unwrap_or(mac);
        let home = full
            .replace("%prefix%", word)
            .replace("%topic%", name)
            .replace("%hostname%", root.text_of("hn").unwrap_or_default())
            .replace("%id%", id);
        format!("{}/", home.trim_end_matches('/'))
    };
    let (answers, telemetry) = (home(1), home(2));
    let sensor = format!("{telemetry}SENSOR");
    if sensor.len() > texts.limits().address_bytes {
        let detail = "a Tasmota device whose topic is too long";
        return Err(Reject::new(RejectKind::AddressTooLong, detail));
    }
    let mut source = String::new();
    if topic::parse(&sensor, &mut source).is_none() {
        source = format!("tasmota/{name}");
    }
    let mut description = Description::new(source.as_str(), Convention::Tasmota, message);
    description.name = texts.maybe(root.text_of("dn"));
    description.maker = Some("Tasmota".into());
    description.model = texts.maybe(root.text_of("md"));
    description.version = texts.maybe(root.text_of("sw"));
    description.plate.network = texts.maybe(root.text_of("ip"));
    relays(root, (&answers, &telemetry), texts, &mut description.points);
    let config = Config {
        source: source.into(),
        sensor: sensor.into(),
        will: format!("{telemetry}LWT").into(),
        online: texts.maybe(root.text_of("onln")),
        offline: texts.maybe(root.text_of("ofln")),
    };
    Ok((config, description))
}

/// A relay is said at once in the answer to its command and again with the state of the device.
fn relays(
    root: Node<'_>,
    (answers, telemetry): (&str, &str),
    texts: &mut Texts<'_>,
    points: &mut Vec<Point>,
) {
    let list = |key: &str| root.get(key).into_iter().flat_map(Node::children);
    let is_used = |relay: &Node<'_>| relay.number().is_some_and(|kind| kind > 0.0);
    let count = list("rl").filter(is_used).count();
    for (ix, _) in list("rl").enumerate().filter(|(_, relay)| is_used(relay)) {
        let key = if count == 1 {
            "POWER".to_owned()
        } else {
            format!("POWER{}", ix + 1)
        };
        let name = list("fn").nth(ix).and_then(Node::text);
        for topic in [format!("{answers}RESULT"), format!("{telemetry}STATE")] {
            let Some(address) = texts.address(&topic, &key) else {
                continue;
            };
            let mut point = point(address, &key, None, texts);
            point.kind = Some(ValueKind::Text);
            point.name = texts.maybe(name).or(point.name);
            let words = list("state")
                .take(2)
                .filter_map(|word| texts.of(word.text()?));
            let words: Vec<Arc<str>> = words.collect();
            if words.len() == 2 {
                point.states = words;
            }
            texts.put(points, point);
        }
    }
}

/// Paths and units of what the sensors of a device say.
fn sensors(
    message: &Message<'_>,
    is_full: bool,
    context: &mut Context<'_>,
) -> Result<Vec<Sensor>, Reject> {
    if !is_full {
        return Ok(vec![]);
    }
    let text = crate::bare::text(message.payload)?;
    context.flat.read(text, context.limits, TimeNames::TIME)?;
    let sensors = || {
        let values = context.flat.values();
        values.filter_map(|value| Some((value.path.strip_prefix("sn.")?, value.value)))
    };
    let mut units = Units::default();
    for (path, value) in sensors() {
        match (path, value) {
            ("TempUnit", Cell::Text(text)) => units.temperature = Some(text),
            ("PressureUnit", Cell::Text(text)) => units.pressure = Some(text),
            ("SpeedUnit", Cell::Text(text)) => units.speed = Some(text),
            _ => {}
        }
    }
    let signals = sensors().filter(|(path, _)| *path != "Time" && !Units::is_unit(path));
    let sensors = signals.map(|(path, value)| (path.into(), units.of(path), kind_of(value)));
    Ok(sensors.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics_are_told_apart() {
        let mac = "00000049A3BC";
        for (topic, part) in [
            (
                "tasmota/discovery/00000049A3BC/config",
                Some(Part::Config(mac)),
            ),
            (
                "tasmota/discovery/00000049A3BC/sensors",
                Some(Part::Sensors(mac)),
            ),
            ("tasmota/discovery/00000049A3BC/x", None),
            ("tasmota/discovery//config", None),
            ("tasmota/config", None),
        ] {
            assert_eq!(parse(topic), part, "{topic}");
        }
    }
}
