//! Places, transports, limits, payload rules and discovery in the plant file.

use twin_core::Duration;
use twin_model::{
    Carrier, Discovery, Error, Kind, Level, Plant,
    payload::{CONVENTIONS, Encoding},
};

const WHOLE: &str = r##"
[plant]
id = "works"
name = "Works <script>alert('x')</script>\n'); DROP TABLE asset;--"
zone = "UTC"

[discovery]
keep = "3d"
budget = "2GB"
ignore = ["plant/+/debug/#", "$SYS/#", "plant/b#rssi"]

[[connection]]
id = "cloud"
host = "xyz.iot.eu-central-1.amazonaws.com"
security = "tls"
carrier = "websocket"
alpn = ["x-amzn-mqtt-ca"]
crl_file = "certs/revoked.pem"
server_name = "other.example"
client_id = "pump-desk"
keep_alive_s = 17
session_expiry_s = 86_400
shadows = ["pump-1", "pump-2/config"]
primary_host = "twinscope"
reorder_timeout_s = 2.5
subscriptions = [
    { filter = "plant/#", qos = 1, share = "desks" },
    { filter = "raw/+/bytes", qos = 0 },
]
[connection.limits]
packet = "256kB"
topics = 50_000
addresses = 70_000
rate = 20_000
rate_bytes = "20MB"
[[connection.payload]]
filter = "raw/+/bytes"
zone = "Europe/Berlin"
path = "data"
encoding = "base64"
min_length = 3
layout = [
    { name = "temperature", at = 0, type = "i16be", scale = 0.1, unit = "°C" },
    { name = "alarm", at = 2, type = "u8", bits = [0, 4], add = 1 },
]
[[connection.payload]]
filter = "csv/#"
as = "csv"
columns = ["time", "flow", "-"]
separator = ";"
decimal = ","

[[connection]]
id = "meter"
kind = "coap"
host = "10.0.0.7"
security = "plaintext"
resources = [{ path = "/sensors/t", every_s = 10 }, { path = "/state", observe = false }]

[[type]]
id = "pump"
dtmi = "dtmi:water:Pump;1"
model_file = "models/pump.json"
[[type.signal]]
id = "temperature"
description = "Bearing, \"drive\" end"
unit = "°C"
display_unit = "°F"

[[area]]
id = "hall-a"
parent = "south"
[[place]]
id = "acme"
level = "enterprise"
[[place]]
id = "south"
level = "site"
parent = "acme"
[[place]]
id = "line-1"
name = "Line 1"
level = "line"
parent = "hall-a"
[[place]]
id = "cell-4"
level = "cell"
parent = "line-1"

[[asset]]
id = "pump-1"
name = "Pump \"1\"\n<img src=x onerror=alert(1)>"
place = "cell-4"
type = "pump"
connection = "cloud"
source = "plant/'; DROP TABLE signal;--/\"x\"\n#{signal}"

[[retention.class]]
areas = ["south"]
raw = "30d"
"##;

fn faults(text: &str) -> Vec<String> {
    match Plant::parse(text) {
        Err(Error::Invalid(problems)) => problems
            .iter()
            .map(|p| format!("{} {} {}", p.line, p.key, p.message))
            .collect(),
        Ok(_) => Vec::new(),
        Err(error) => vec![error.to_string()],
    }
}

#[test]
fn the_whole_format_is_read() {
    let plant = Plant::parse(WHOLE).unwrap();
    assert_eq!(
        plant.name,
        "Works <script>alert('x')</script>\n'); DROP TABLE asset;--"
    );
    assert_eq!(plant.discovery.keep, Duration::from_secs(3 * 86_400));
    assert_eq!(plant.discovery.budget, 2_000_000_000);
    let ignored = plant.discovery.ignored();
    assert!(ignored.covers("plant/a/debug/x#value") && ignored.covers("plant/b#rssi"));
    assert!(!ignored.covers("plant/a/b#debug") && !ignored.covers("plant/b#level"));

    let cloud = plant.connection("cloud").unwrap();
    assert_eq!((cloud.kind, cloud.port), (Kind::Mqtt, 443));
    let path = "/mqtt".to_owned();
    assert_eq!(cloud.transport.carrier, Carrier::WebSocket { path });
    assert_eq!(cloud.transport.alpn, ["x-amzn-mqtt-ca"]);
    assert_eq!(cloud.subscriptions[0].to_string(), "$share/desks/plant/#");
    assert_eq!(cloud.shadows, ["pump-1", "pump-2/config"]);
    assert_eq!(cloud.sparkplug.primary_host.as_deref(), Some("twinscope"));
    assert_eq!(cloud.sparkplug.reorder_timeout.micros(), 2_500_000);

    let rule = &cloud.payload[0];
    assert_eq!(
        (rule.source.path.as_deref(), rule.source.encoding),
        (Some("data"), Encoding::Base64)
    );
    assert_eq!(rule.layout[0].form.name(), "i16be");
    assert_eq!(
        (rule.layout[0].scale, rule.layout[0].unit.as_str()),
        (0.1, "°C")
    );
    assert_eq!(
        (rule.layout[1].bits, rule.layout[1].add),
        (Some([0, 4]), 1.0)
    );
    assert_eq!(
        (cloud.payload[1].separator, cloud.payload[1].decimal),
        (Some(';'), Some(','))
    );

    let meter = plant.connection("meter").unwrap();
    assert_eq!((meter.kind, meter.port), (Kind::Coap, 5_683));
    assert!(meter.resources[0].observe && !meter.resources[1].observe);
    assert_eq!(meter.resources[0].every, Duration::from_secs(10));

    let pump = plant.asset_type("pump").unwrap();
    assert_eq!(pump.model_file.as_deref(), Some("models/pump.json"));
    let signal = pump.signal("temperature").unwrap();
    assert_eq!(
        signal.description.as_deref(),
        Some("Bearing, \"drive\" end")
    );
    assert_eq!(signal.display_unit.as_deref(), Some("°F"));

    let asset = plant.asset("pump-1").unwrap();
    assert_eq!(asset.name, "Pump \"1\"\n<img src=x onerror=alert(1)>");
    assert_eq!(
        asset.address("temperature").as_deref(),
        Some("plant/'; DROP TABLE signal;--/\"x\"\n#temperature")
    );
}

#[test]
fn a_place_is_part_of_those_above_it() {
    let plant = Plant::parse(WHOLE).unwrap();
    let around: Vec<_> = plant
        .places_around("cell-4")
        .map(|place| (place.id.as_str(), place.level))
        .collect();
    assert_eq!(
        around,
        [
            ("cell-4", Level::Cell),
            ("line-1", Level::Line),
            ("hall-a", Level::Area),
            ("south", Level::Site),
            ("acme", Level::Enterprise)
        ]
    );
    assert_eq!(plant.places_around("nowhere").count(), 0);
    // A retention class of the site covers what stands in its cells.
    let signal = &plant.signals()[0];
    assert_eq!(plant.retention_class(signal), Some(0));
}

#[test]
fn what_is_not_said_has_its_default() {
    let text = "[plant]\nid = \"a\"\nname = \"A\"\nzone = \"UTC\"\n[[connection]]\nid = \"c\"\nhost = \"h\"\n";
    let plant = Plant::parse(text).unwrap();
    assert_eq!(plant.discovery, Discovery::default());
    assert_eq!(plant.discovery.keep, Duration::from_secs(604_800));
    assert_eq!(
        plant.connections[0],
        twin_model::Connection::new("c".into(), "h")
    );
    let off = Plant::parse(&format!("{text}[discovery]\nkeep = \"0\"\n")).unwrap();
    assert_eq!(off.discovery.keep, Duration::ZERO);
    for convention in CONVENTIONS {
        assert!(
            convention
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        );
    }
}

/// What to replace by what, and what must be said about it on the line of the change or one of the next two.
const FAULTS: [(&str, &str, &str); 44] = [
    ("keep = \"3d\"", "keep = \"forever\"", "has to go one day"),
    ("keep = \"3d\"", "keep = \"3 days\"", "write hours, days"),
    ("budget = \"2GB\"", "budget = \"2MB\"", "at least 100MB"),
    ("\"plant/+/debug/#\"", "\"plant#\"", "must be a whole level"),
    (
        "ignore =",
        "ignored =",
        "is not known here; known are budget, ignore, keep",
    ),
    (
        "carrier = \"websocket\"",
        "carrier = \"udp\"",
        "\"tcp\", \"websocket\"",
    ),
    (
        "carrier = \"websocket\"",
        "path = \"/x\"",
        "belongs to carrier",
    ),
    (
        "carrier = \"websocket\"",
        "carrier = \"websocket\"\npath = \"x\"",
        "must begin with `/`",
    ),
    ("[\"x-amzn-mqtt-ca\"]", "[\"\"]", "1 to 255 bytes"),
    (
        "\"other.example\"",
        "\"https://other.example\"",
        "must be a host name",
    ),
    ("\"pump-2/config\"", "\"pump-2/a/b\"", "names no shadow"),
    ("\"pump-2/config\"", "\"#\"", "names no shadow"),
    ("\"pump-2/config\"", "\"pump-1\"", "stands twice"),
    (
        "primary_host = \"twinscope\"",
        "primary_host = \"a/b\"",
        "one level of a topic",
    ),
    (
        "share = \"desks\"",
        "share = \"a/b\"",
        "one level of a topic",
    ),
    (
        "filter = \"plant/#\", qos = 1",
        "filter = \"$share/x/plant/#\"",
        "shared already",
    ),
    (
        "filter = \"plant/#\", qos = 1, share = \"desks\"",
        "filter = \"$share/x/#\"",
        "everything = true",
    ),
    ("packet = \"256kB\"", "packet = \"1GB\"", "at most 268MB"),
    (
        "client_id = \"pump-desk\"",
        "client_id = \"pump\\ndesk\"",
        "no control characters",
    ),
    ("keep_alive_s = 17", "keep_alive_s = 70_000", "65535"),
    ("session_expiry_s = 86_400", "session_expiry_s = 0", "is 0"),
    ("topics = 50_000", "topics = 0", "topics is 0"),
    ("addresses = 70_000", "addresses = 0", "addresses is 0"),
    (
        "rate = 20_000",
        "speed = 1",
        "is not known here; known are addresses, packet, rate, rate_bytes, topics",
    ),
    ("as = \"csv\"", "as = \"xml\"", "must be one of sparkplug-b"),
    (
        "as = \"csv\"",
        "as = \"layout\"",
        "is missing; name its fields",
    ),
    (
        "separator = \";\"",
        "separator = \";;\"",
        "must be one character",
    ),
    (
        "separator = \";\"",
        "separator = \",\"",
        "they have to differ",
    ),
    (
        "decimal = \",\"",
        "decimal = \"'\"",
        "must be \".\" or \",\"",
    ),
    ("\"flow\"", "\"time\"", "stands twice"),
    (
        "encoding = \"base64\"",
        "encoding = \"binary\"",
        "JSON holds no bytes",
    ),
    ("type = \"i16be\"", "type = \"i16\"", "must be such as u8"),
    ("at = 0, ", "", "must say the offset"),
    ("scale = 0.1", "scale = 0", "every value would be the same"),
    (
        "bits = [0, 4]",
        "bits = [5, 4]",
        "must lie within the 8 bits",
    ),
    ("bits = [0, 4]", "bits = [0]", "how many"),
    (
        "kind = \"coap\"",
        "kind = \"mqtt\"",
        "is nothing that a connection of kind \"mqtt\" has",
    ),
    ("\"/state\"", "\"/sensors/t\"", "stands twice"),
    ("models/pump.json", "../pump.json", "without \"..\""),
    (
        "display_unit = \"°F\"",
        "display_unit = \"bar\"",
        "does not convert",
    ),
    (
        "parent = \"south\"",
        "parent = \"north\"",
        "there is no place \"north\"",
    ),
    (
        "parent = \"line-1\"",
        "parent = \"cell-4\"",
        "is no higher than the cell",
    ),
    (
        "level = \"line\"",
        "level = \"row\"",
        "must be one of \"enterprise\"",
    ),
    (
        "place = \"cell-4\"",
        "place = \"cell-4\"\narea = \"hall-a\"",
        "keep one of both",
    ),
];

#[test]
fn faults_are_said_with_their_line() {
    assert_eq!(faults(WHOLE), Vec::<String>::new());
    for (from, to, said) in FAULTS {
        let at = WHOLE.find(from).unwrap_or_else(|| panic!("{from}"));
        let line = WHOLE[..at].matches('\n').count() + 1;
        let found = faults(&WHOLE.replacen(from, to, 1));
        let is_near = |fault: &String| {
            let at: usize = fault.split(' ').next().unwrap().parse().unwrap();
            fault.contains(said) && at.abs_diff(line) <= 5
        };
        assert!(
            found.iter().any(is_near),
            "{to}: line {line}, {said:?} in {found:#?}"
        );
    }
}

#[test]
fn two_connections_to_one_broker_have_client_ids_of_their_own() {
    let plant = |other: &str| {
        let connection = |id: &str, client: &str, port: u16| {
            format!(
                "[[connection]]\nid = \"{id}\"\nhost = \"h\"\nport = {port}\nclient_id = \"{client}\"\n"
            )
        };
        let text = format!(
            "[plant]\nid = \"p\"\nname = \"P\"\nzone = \"UTC\"\n{}{}",
            connection("a", "pump", 1883),
            connection(
                "b",
                other.trim_end_matches('!'),
                if other.ends_with('!') { 1884 } else { 1883 }
            ),
        );
        Plant::parse(&text)
            .map(drop)
            .map_err(|fault| fault.to_string())
    };
    assert_eq!(plant("valve"), Ok(()));
    assert_eq!(plant("pump!"), Ok(()), "another broker");
    let fault = plant("pump").unwrap_err();
    assert!(
        fault.contains("another connection to the same broker"),
        "{fault}"
    );
}

#[test]
fn the_client_and_the_limits_of_a_connection_are_read() {
    let plant = Plant::parse(WHOLE).unwrap();
    let cloud = plant.connection("cloud").unwrap();
    assert_eq!(cloud.client_id.as_deref(), Some("pump-desk"));
    assert_eq!(
        (cloud.keep_alive_s, cloud.session_expiry_s),
        (Some(17), Some(86_400))
    );
    assert_eq!(
        (
            cloud.limits.packet,
            cloud.limits.topics,
            cloud.limits.addresses,
            cloud.limits.rate,
            cloud.limits.rate_bytes
        ),
        (
            Some(256_000),
            Some(50_000),
            Some(70_000),
            Some(20_000),
            Some(20_000_000)
        )
    );
}
