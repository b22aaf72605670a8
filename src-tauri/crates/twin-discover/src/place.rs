//! Where an asset stands in topics, by what conventions say of theirs.

use std::borrow::Cow;

use twin_payload::Convention;

use crate::names::is_carrier;

/// Where an asset stands in topics.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place<'l> {
    /// What tells it from others on its connection: of a source that describes itself, the name of the source.
    pub key: Cow<'l, str>,
    /// What it is called there.
    pub name: &'l str,
    /// Topic levels above it, parted by `/`.
    pub above: &'l str,
    /// Whether that was guessed from the shape of topics.
    pub is_guessed: bool,
}

impl<'l> Place<'l> {
    /// That of a source or a topic, named by the last level that has a name.
    pub(crate) fn of(key: impl Into<Cow<'l, str>>, source: &'l str) -> Place<'l> {
        let levels = source.trim_end_matches('/');
        let (above, name) = levels.rsplit_once('/').unwrap_or(("", levels));
        Place {
            key: key.into(),
            name,
            above,
            is_guessed: false,
        }
    }

    /// That of a topic whose shape suggests it.
    pub(crate) fn guessed(topic: &'l str) -> Place<'l> {
        Place {
            is_guessed: true,
            ..Place::of(topic, topic)
        }
    }
}

/// Splits an address at its first `#`: MQTT topics have none.
pub(crate) fn parts(address: &str) -> (&str, &str) {
    address.split_once('#').unwrap_or((address, ""))
}

/// The last level of a topic.
pub(crate) fn last_level(topic: &str) -> &str {
    topic.rsplit('/').next().unwrap_or(topic)
}

/// The first levels of a topic; none when it has fewer.
fn levels(topic: &str, count: usize) -> Option<&str> {
    let mut ends = topic.match_indices('/').map(|(at, _)| at);
    match ends.nth(count.checked_sub(1)?) {
        Some(at) => topic.get(..at),
        None => (topic.split('/').count() == count).then_some(topic),
    }
}

/// The topic without last levels that only say how a message came.
pub(crate) fn without_carrier(topic: &str) -> &str {
    let mut topic = topic;
    while let Some((parent, leaf)) = topic.rsplit_once('/') {
        if !is_carrier(leaf) || parent.is_empty() {
            break;
        }
        topic = parent;
    }
    topic
}

/// Which device an address belongs to, where the convention says so by its topics.
pub(crate) fn by_convention<'l>(
    convention: Convention,
    topic: &'l str,
    path: &'l str,
) -> Option<Place<'l>> {
    let device = |device: &'l str| Place::of(device, device);
    match convention {
        Convention::SparkplugB => topic.strip_prefix("spBv1.0/").map(device),
        Convention::Zigbee2mqtt => Some(device(topic)),
        Convention::ChirpStack => {
            let (of, _) = topic.split_once("/event/")?;
            Some(device(of))
        }
        Convention::Tts => {
            let of = levels(topic, 4)?;
            (of.starts_with("v3/") && of.split('/').nth(2) == Some("devices")).then(|| device(of))
        }
        Convention::AwsShadow => {
            let rest = topic.strip_prefix("$aws/things/")?;
            let thing = rest.split('/').next()?;
            Some(Place::of(format!("aws/{thing}"), thing))
        }
        // The writer's name, or that of the topic when messages have no header.
        Convention::OpcUaPubSub => {
            let source = path.rsplit_once('/').map_or(topic, |(source, _)| source);
            Some(Place::of(format!("opcua/{source}"), source))
        }
        Convention::Tasmota => {
            let name = tasmota_name(topic)?;
            Some(Place::of(format!("tasmota/{name}"), name))
        }
        Convention::ThinEdge => {
            let entity = levels(topic, 5).filter(|entity| entity.starts_with("te/"))?;
            Some(device(entity))
        }
        Convention::Homie5 => levels(topic, 3).map(device),
        Convention::Homie4 => levels(topic, 2).map(device),
        Convention::Uns => {
            let (asset, _) = topic.rsplit_once('/')?;
            Some(Place::of(format!("uns/{asset}"), asset))
        }
        _ => None,
    }
}

/// Tasmota's device: the levels but for the prefix and the last one.
fn tasmota_name(topic: &str) -> Option<&str> {
    let (above, _) = topic.rsplit_once('/')?;
    let first = above.split_once('/');
    let last = above.rsplit_once('/');
    let name = match (first, last) {
        (Some(("tele" | "stat", name)), _) | (_, Some((name, "tele" | "stat"))) => name,
        _ => return None,
    };
    (!name.is_empty()).then_some(name)
}

/// Device of a CoAP address: `coap/<host>:<port>`.
pub(crate) fn coap_device(topic: &str) -> Option<&str> {
    levels(topic, 2).filter(|device| device.starts_with("coap/"))
}

/// The part of an address that names a signal within its asset: the path, with the levels between asset and path before
/// it. For a value whose asset stands last in the topic, the level above.
pub(crate) fn local<'l>(convention: Convention, address: &'l str, place: &Place<'_>) -> &'l str {
    let (topic, path) = parts(address);
    match convention {
        Convention::OpcUaPubSub => return last_level(path),
        Convention::Uns => return last_level(topic),
        Convention::Tasmota if path == "value" => return last_level(topic),
        Convention::AwsShadow => {
            let named = address.split_once("/shadow/name/");
            return named.map_or(path, |(_, named)| named);
        }
        _ => {}
    }
    let below = address.strip_prefix(&*place.key);
    if let Some(rest) = below.and_then(|rest| rest.strip_prefix(['/', '#'])) {
        let rest = match convention {
            Convention::ThinEdge => ["m/", "e/", "a/", "twin/"]
                .iter()
                .find_map(|channel| rest.strip_prefix(channel))
                .unwrap_or(rest),
            _ => rest,
        };
        let bare = rest.strip_suffix("#value");
        return bare.filter(|bare| !bare.is_empty()).unwrap_or(rest);
    }
    if path == "value" {
        let mut levels = topic.rsplit('/').filter(|level| *level != place.name);
        return levels.next().unwrap_or(topic);
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Key, name, what stands above, and the signal's own part.
    fn place(convention: Convention, address: &str) -> (String, String, String, String) {
        let (topic, path) = parts(address);
        let place = by_convention(convention, topic, path).unwrap();
        let local = local(convention, address, &place).to_owned();
        let (name, above) = (place.name.to_owned(), place.above.to_owned());
        (place.key.into_owned(), name, above, local)
    }

    fn is(convention: Convention, address: &str, expected: [&str; 4]) {
        let (key, name, above, local) = place(convention, address);
        assert_eq!([&*key, &*name, &*above, &*local], expected, "{address}");
    }

    #[test]
    fn every_convention_names_its_devices_as_its_descriptions_do() {
        use Convention as C;
        is(
            C::SparkplugB,
            "spBv1.0/g/n/d#a/b",
            ["g/n/d", "d", "g/n", "a/b"],
        );
        is(
            C::Tts,
            "v3/app@ttn/devices/dev1/up#decoded_payload.t",
            [
                "v3/app@ttn/devices/dev1",
                "dev1",
                "v3/app@ttn/devices",
                "up#decoded_payload.t",
            ],
        );
        is(
            C::AwsShadow,
            "$aws/things/pump-1/shadow#reported.flow",
            ["aws/pump-1", "pump-1", "", "reported.flow"],
        );
        is(
            C::AwsShadow,
            "$aws/things/pump-1/shadow/name/config#desired.x",
            ["aws/pump-1", "pump-1", "", "config#desired.x"],
        );
        is(
            C::OpcUaPubSub,
            "opc/json/data#P%2F1/1000/Level",
            ["opcua/P%2F1/1000", "1000", "P%2F1", "Level"],
        );
        is(
            C::OpcUaPubSub,
            "opc/plain#Level",
            ["opcua/opc/plain", "plain", "opc", "Level"],
        );
        is(
            C::Tasmota,
            "tele/hall/plug/SENSOR#ENERGY.Power",
            ["tasmota/hall/plug", "plug", "hall", "ENERGY.Power"],
        );
        is(
            C::Tasmota,
            "plug/stat/POWER1#value",
            ["tasmota/plug", "plug", "", "POWER1"],
        );
        is(
            C::ThinEdge,
            "te/device/main///m/battery#voltage",
            ["te/device/main//", "main", "te/device", "battery#voltage"],
        );
        is(
            C::Homie5,
            "homie/5/pump-7/motor/speed#value",
            ["homie/5/pump-7", "pump-7", "homie/5", "motor/speed"],
        );
        is(
            C::Uns,
            "acme/berlin/line3/filler/speed#Value",
            [
                "uns/acme/berlin/line3/filler",
                "filler",
                "acme/berlin/line3",
                "speed",
            ],
        );
    }

    #[test]
    fn what_is_not_shaped_as_the_convention_says_is_nobodys() {
        for (convention, topic) in [
            (Convention::Tts, "v3/app/things/dev1/up"),
            (Convention::Tasmota, "a/b/c"),
            (Convention::ThinEdge, "te/device/main"),
            (Convention::AwsShadow, "things/a"),
        ] {
            assert_eq!(by_convention(convention, topic, "x"), None, "{topic}");
        }
        assert_eq!(coap_device("coap/plc:5683/a/b"), Some("coap/plc:5683"));
        assert_eq!(coap_device("coap/plc:5683"), Some("coap/plc:5683"));
        assert_eq!(coap_device("copa/plc:5683/a"), None);
    }
}
