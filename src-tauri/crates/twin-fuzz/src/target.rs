//! Everything that reads what comes from outside.

use twin_payload::Convention;

use crate::{
    broken::Broken,
    coap, conversation, meter, models,
    mutate::{self, Body, ChangeBytes},
    script::Script,
    settings::Said,
};

/// One reader and how it is tried.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Its name.
    pub name: &'static str,
    /// What it reads.
    pub reads: Reads,
    /// What its bodies are written in.
    pub body: Body,
    /// What it knows by name: levels of topics, keys, values.
    pub words: &'static [&'static str],
    /// Fixtures of twin-payload to begin with: folders, or a file in one, without its ending.
    pub fixtures: &'static [&'static str],
    /// Folder of payloads made by others.
    pub shared: Option<&'static str>,
}

/// What a target reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reads {
    /// Messages.
    Messages(Said),
    /// DTDL models.
    Dtdl,
    /// W3C Thing Descriptions.
    Things,
    /// Plant files and edits of them.
    Plant,
    /// Topic filters.
    Topics,
    /// Names of units.
    Units,
    /// Datagrams of a CoAP device.
    Coap,
    /// What a CoAP device says it has.
    CoapLinks,
    /// Blobs of history.
    #[cfg(feature = "history")]
    History,
}

/// How well a run looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pass {
    /// At what must hold of one decoding.
    Once,
    /// Decoding again and comparing, too.
    Thorough,
}

impl Target {
    /// The target of this name.
    ///
    /// # Errors
    /// [`Broken::NoTarget`].
    pub fn find(name: &str) -> Result<&'static Target, Broken> {
        let mut targets = TARGETS.iter();
        targets
            .find(|target| target.name == name)
            .ok_or_else(|| Broken::NoTarget(name.into()))
    }

    /// Runs it on any bytes, and checks what comes of it, and what it costs.
    ///
    /// # Errors
    /// What is found.
    pub fn run(&self, data: &[u8]) -> Result<(), Broken> {
        self.run_as(data, Pass::Thorough)
    }

    /// As [`run`](Self::run), as thoroughly as asked.
    ///
    /// # Errors
    /// What is found.
    pub fn run_as(&self, data: &[u8], pass: Pass) -> Result<(), Broken> {
        let script = Script::read(data);
        meter::measured(data.len(), || match self.reads {
            Reads::Messages(said) => conversation::check(said, &script, pass == Pass::Thorough),
            Reads::Dtdl => models::check_dtdl(&script),
            Reads::Things => models::check_things(&script),
            Reads::Plant => models::check_plant(&script),
            Reads::Topics => models::check_topics(&script),
            Reads::Units => models::check_units(&script),
            Reads::Coap => coap::check_link(&script),
            Reads::CoapLinks => coap::check_links(&script),
            #[cfg(feature = "history")]
            Reads::History => crate::history::check_blobs(&script),
        })
    }

    /// Makes another input of one, no longer than `max`, with the seed; `bytes` changes what has no shape.
    pub fn mutate(
        &self,
        data: &[u8],
        (max, seed): (usize, u32),
        bytes: ChangeBytes<'_>,
    ) -> Vec<u8> {
        mutate::mutate(data, self.body, self.words, (max, seed), bytes)
    }
}

/// Messages that a convention may be said of.
const fn messages(
    name: &'static str,
    conventions: &'static [Convention],
    fixtures: &'static [&'static str],
    words: &'static [&'static str],
) -> Target {
    Target {
        name,
        reads: Reads::Messages(Said::Conventions(conventions)),
        body: Body::Json,
        words,
        fixtures,
        shared: None,
    }
}

const fn other(
    name: &'static str,
    reads: Reads,
    body: Body,
    words: &'static [&'static str],
) -> Target {
    Target {
        name,
        reads,
        body,
        words,
        fixtures: &[],
        shared: None,
    }
}

/// Every target, the readers of messages first.
pub const TARGETS: &[Target] = &[
    Target {
        body: Body::Protobuf,
        shared: Some("sparkplug"),
        ..messages(
            "sparkplug",
            &[],
            &["sparkplug"],
            &[
                "spBv1.0",
                "STATE",
                "NBIRTH",
                "NDATA",
                "NDEATH",
                "DBIRTH",
                "DDATA",
                "DDEATH",
                "NCMD",
                "bdSeq",
                "Site",
                "edge",
                "pump",
                "SPBV1.0_COMPRESSED",
                "algorithm",
                "GZIP",
                "DEFLATE",
                "Node Control/Rebirth",
            ],
        )
    },
    messages(
        "homie",
        &[Convention::Homie5, Convention::Homie4],
        &["homie"],
        &[
            "homie",
            "5",
            "$description",
            "$state",
            "$datatype",
            "$format",
            "$properties",
            "$nodes",
            "$target",
            "$settable",
            "$unit",
            "$homie",
            "nodes",
            "properties",
            "datatype",
            "format",
            "integer",
            "float",
            "enum",
            "color",
            "duration",
            "0:10:2",
            "children",
            "root",
            "parent",
            "motor[]",
            "$array",
            "0-3",
            "motor_1",
        ],
    ),
    messages(
        "homeassistant",
        &[Convention::HomeAssistant],
        &["homeassistant"],
        &[
            "homeassistant",
            "config",
            "sensor",
            "binary_sensor",
            "device",
            "~",
            "state_topic",
            "stat_t",
            "val_tpl",
            "value_template",
            "{{ value_json.a.b }}",
            "{{ value_json['a'][0] | float(0) * 2 | round(1) }}",
            "{{ value }}",
            "{% if value %}",
            "availability",
            "avty_t",
            "availability_mode",
            "payload_available",
            "cmps",
            "dev",
            "ids",
            "uniq_id",
            "json_attr_t",
            "expire_after",
            "unit_of_meas",
            "o",
        ],
    ),
    messages(
        "zigbee",
        &[Convention::Zigbee2mqtt],
        &["zigbee"],
        &[
            "zigbee2mqtt",
            "bridge",
            "devices",
            "groups",
            "availability",
            "state",
            "info",
            "definition",
            "exposes",
            "features",
            "ieee_address",
            "friendly_name",
            "property",
            "type",
            "numeric",
            "binary",
            "composite",
            "value_min",
            "base_topic",
            "last_seen",
            "online",
            "offline",
        ],
    ),
    Target {
        shared: Some("tasmota"),
        ..messages(
            "tasmota",
            &[Convention::Tasmota],
            &["tasmota"],
            &[
                "tele",
                "stat",
                "cmnd",
                "tasmota",
                "discovery",
                "config",
                "sensors",
                "SENSOR",
                "STATE",
                "LWT",
                "RESULT",
                "Time",
                "TempUnit",
                "PressureUnit",
                "SpeedUnit",
                "ft",
                "tp",
                "%prefix%/%topic%/",
                "%topic%",
                "sn",
                "DS18B20",
                "Online",
            ],
        )
    },
    messages(
        "thinedge",
        &[Convention::ThinEdge],
        &["thinedge"],
        &[
            "te",
            "device",
            "main",
            "service",
            "m",
            "e",
            "a",
            "cmd",
            "twin",
            "status",
            "health",
            "meta",
            "@type",
            "@parent",
            "@id",
            "child-device",
            "time",
            "units",
            "unit",
            "pid",
            "up",
            "down",
            "severity",
            "text",
        ],
    ),
    Target {
        shared: Some("chirpstack"),
        ..messages(
            "chirpstack",
            &[Convention::ChirpStack],
            &["chirpstack"],
            &[
                "application",
                "device",
                "event",
                "up",
                "join",
                "status",
                "ack",
                "log",
                "location",
                "integration",
                "object",
                "rxInfo",
                "rssi",
                "snr",
                "fCnt",
                "fPort",
                "deviceInfo",
                "devEui",
                "deviceName",
                "batteryLevel",
                "margin",
                "data",
            ],
        )
    },
    Target {
        shared: Some("ttn"),
        ..messages(
            "tts",
            &[Convention::Tts],
            &["tts"],
            &[
                "v3",
                "devices",
                "up",
                "join",
                "down",
                "service",
                "location",
                "uplink_message",
                "decoded_payload",
                "normalized_payload",
                "rx_metadata",
                "frm_payload",
                "end_device_ids",
                "device_id",
                "received_at",
                "f_cnt",
                "settings",
                "air",
                "temperature",
            ],
        )
    },
    messages(
        "aws",
        &[Convention::AwsShadow, Convention::AwsLifecycle],
        &["aws"],
        &[
            "$aws",
            "things",
            "shadow",
            "name",
            "update",
            "get",
            "delete",
            "accepted",
            "rejected",
            "delta",
            "documents",
            "events",
            "presence",
            "connected",
            "disconnected",
            "state",
            "reported",
            "desired",
            "metadata",
            "timestamp",
            "version",
            "clientToken",
            "current",
            "previous",
            "disconnectReason",
            "clientId",
        ],
    ),
    messages(
        "azure",
        &[Convention::AzureTwin],
        &["azure/twin"],
        &[
            "$iothub",
            "twin",
            "PATCH",
            "properties",
            "reported",
            "desired",
            "res",
            "200",
            "?$rid=1",
            "$version",
            "__t",
            "value",
            "ac",
            "av",
            "ad",
            "devices",
            "messages",
            "events",
            "$.sub=a",
        ],
    ),
    messages(
        "cloudevents",
        &[Convention::CloudEvents],
        &["azure/cloudevents"],
        &[
            "specversion",
            "1.0",
            "id",
            "source",
            "type",
            "subject",
            "time",
            "datacontenttype",
            "data",
            "data_base64",
            "dataschema",
            "application/cloudevents+json",
            "application/cloudevents-batch+json",
            "application/json",
            "text/plain",
            "traceparent",
        ],
    ),
    Target {
        shared: Some("opcua-pubsub"),
        ..messages(
            "opcua",
            &[Convention::OpcUaPubSub],
            &["opcua"],
            &[
                "ua-data",
                "ua-metadata",
                "ua-keyframe",
                "ua-deltaframe",
                "ua-event",
                "ua-keepalive",
                "ua-status",
                "ua-connection",
                "MessageId",
                "MessageType",
                "PublisherId",
                "Messages",
                "DataSetWriterId",
                "DataSetWriterName",
                "SequenceNumber",
                "MetaDataVersion",
                "MajorVersion",
                "Timestamp",
                "Status",
                "Payload",
                "Value",
                "Body",
                "Type",
                "UaType",
                "SourceTimestamp",
                "Fields",
                "BuiltInType",
                "ValueRank",
                "EngineeringUnits",
                "UnitId",
                "IsRunning",
            ],
        )
    },
    messages(
        "senml-json",
        &[Convention::SenMl],
        &["senml/json"],
        &[
            "bn",
            "bt",
            "bu",
            "bv",
            "bs",
            "bver",
            "n",
            "u",
            "v",
            "vs",
            "vb",
            "vd",
            "s",
            "t",
            "ut",
            "x_",
            "urn:dev:mac:01",
            "application/senml+json",
            "application/sensml+json",
            "%EL",
            "Cel",
        ],
    ),
    Target {
        body: Body::Cbor,
        ..messages(
            "senml-cbor",
            &[Convention::SenMl],
            &["senml/cbor"],
            &[
                "urn:dev:mac:01",
                "application/senml+cbor",
                "application/sensml+cbor",
                "n",
                "x_",
                "Cel",
                "temperature",
            ],
        )
    },
    messages(
        "uns",
        &[Convention::Uns],
        &["uns"],
        &[
            "acme",
            "berlin",
            "value",
            "Value",
            "timestamp",
            "ts",
            "quality",
            "unit",
            "name",
            "metrics",
            "v",
            "t",
            "q",
            "Good",
            "192",
            "engUnit",
            "dataType",
            "_historian",
        ],
    ),
    other(
        "csv",
        Reads::Messages(Said::Csv),
        Body::Bytes,
        &[
            ",",
            ";",
            "\"",
            "\"\"",
            "\r\n",
            "\n",
            "\u{feff}",
            "time",
            "1,5",
            "-1.5e3",
            "2023-11-14T22:13:20Z",
            "2023-11-14 22:13:20",
            "nan",
            "true",
            "headed",
            "pump",
        ],
    ),
    other(
        "layout",
        Reads::Messages(Said::Layout),
        Body::Json,
        &[
            "data",
            "uplink_message",
            "frm_payload",
            "p",
            "00d2ff80",
            "AQIDBAU=",
            "AQIDBAU_",
            "time",
            "raw",
            "hex",
        ],
    ),
    messages(
        "json",
        &[Convention::Json],
        &[],
        &[
            "time",
            "timestamp",
            "ts",
            "temp_c",
            "pressure_kPa",
            "value",
            "unit",
            "name",
            "a.b",
            "a#b",
            "é",
            "NaN",
            "\\u0000",
            "x/y",
        ],
    ),
    Target {
        body: Body::Bytes,
        ..messages(
            "plain",
            &[Convention::Bare],
            &[],
            &[
                "-", "+", "0", "1e308", "inf", "nan", "true", "ON", "off", " °C", "21,5", "0x1F",
                "\u{0}", "\u{202e}", "online",
            ],
        )
    },
    Target {
        body: Body::Gzip,
        ..messages(
            "gzip",
            &[Convention::Json],
            &["inflate/gzip"],
            &["a", "b", "\u{1f}", "zigbee2mqtt", "homie"],
        )
    },
    Target {
        body: Body::Zstd,
        ..messages(
            "zstd",
            &[Convention::Json],
            &[],
            &["a", "b", "(", "zigbee2mqtt", "homie"],
        )
    },
    Target {
        shared: Some("dtdl-v3"),
        ..other(
            "dtdl",
            Reads::Dtdl,
            Body::Json,
            &[
                "@context",
                "dtmi:dtdl:context;2",
                "dtmi:dtdl:context;3",
                "dtmi:dtdl:context;4",
                "@id",
                "dtmi:a:b;1",
                "@type",
                "Interface",
                "Telemetry",
                "Property",
                "Component",
                "Relationship",
                "Command",
                "contents",
                "schema",
                "schemas",
                "extends",
                "target",
                "request",
                "response",
                "Object",
                "Enum",
                "Map",
                "Array",
                "fields",
                "enumValues",
                "elementSchema",
                "mapKey",
                "mapValue",
                "valueSchema",
                "integer",
                "double",
                "unit",
                "Temperature",
                "degreeCelsius",
                "dtmi:dtdl:extension:quantitativeTypes;1",
                "displayName",
                "writable",
                "maxMultiplicity",
            ],
        )
    },
    other(
        "td",
        Reads::Things,
        Body::Json,
        &[
            "@context",
            "https://www.w3.org/2022/wot/td/v1.1",
            "title",
            "base",
            "properties",
            "actions",
            "events",
            "forms",
            "href",
            "op",
            "readproperty",
            "observeproperty",
            "contentType",
            "security",
            "securityDefinitions",
            "nosec_sc",
            "basic",
            "scheme",
            "type",
            "object",
            "oneOf",
            "minimum",
            "maximum",
            "unit",
            "uriVariables",
            "mqtt://b/",
            "coap://d/s{?x}",
            "mqv:filter",
            "links",
            "rel",
            "version",
            "instance",
        ],
    ),
    other(
        "plant",
        Reads::Plant,
        Body::Bytes,
        &[
            "[[connection]]\n",
            "[[type]]\n",
            "[[type.signal]]\n",
            "[[asset]]\n",
            "[[place]]\n",
            "[[mapping]]\n",
            "id = \"a\"\n",
            "name = \"b\"\n",
            "# remark\n",
            "[asset.sources]\n",
            "a.b = 1\n",
            "'''",
            "\"\"\"",
            "\r\n",
            "{",
            "}",
            "range = [0, 1]\n",
            "{asset}",
            "filter = \"plant/{asset}/#\"\n",
            "under = \"a\"\n",
            "[discovery]\n",
            "[retention]\n",
            "\u{feff}",
        ],
    ),
    other(
        "topic",
        Reads::Topics,
        Body::Bytes,
        &[
            "$share/g/",
            "#",
            "+",
            "/",
            "$SYS",
            "a",
            "b",
            "\n",
            "/#",
            "+/",
        ],
    ),
    other(
        "units",
        Reads::Units,
        Body::Bytes,
        &[
            "°C",
            "degC",
            "m3/h",
            "m³/h",
            "kPa",
            "mbar",
            "CEL",
            "C62",
            "%",
            "rpm",
            "[degF]",
            "dtmi:standard:unit:degreeCelsius;2",
            "_kWh",
            "µ",
            "μ",
            "/min",
            "\n",
            "4408652",
        ],
    ),
    other(
        "coap",
        Reads::Coap,
        Body::Bytes,
        &["\u{60}E", "\u{ff}", "D", "\u{10}", "R", "\u{d}"],
    ),
    other(
        "coap-links",
        Reads::CoapLinks,
        Body::Bytes,
        &[
            "</a>",
            ";rt=\"t\"",
            ";if=sensor",
            ";obs",
            ";ct=\"0 40\"",
            ";sz=9",
            ",",
            "\\",
            "\"",
            ";title*=UTF-8''a",
            "<",
            ">",
        ],
    ),
    #[cfg(feature = "history")]
    other(
        "journal",
        Reads::History,
        Body::Bytes,
        &["\u{1}", "\u{2}", "\u{ff}", "on"],
    ),
];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn names_are_distinct_and_found() {
        let names: HashSet<&str> = TARGETS.iter().map(|target| target.name).collect();
        assert_eq!(names.len(), TARGETS.len());
        assert_eq!(Target::find("homie").unwrap().name, "homie");
        assert_eq!(
            Target::find("none").unwrap_err(),
            Broken::NoTarget("none".into())
        );
    }

    #[test]
    fn every_convention_is_a_target() {
        let said: HashSet<Convention> = TARGETS
            .iter()
            .filter_map(|target| match target.reads {
                Reads::Messages(Said::Conventions(conventions)) => Some(conventions),
                _ => None,
            })
            .flatten()
            .copied()
            .collect();
        let by_rules = [Convention::SparkplugB, Convention::Layout, Convention::Csv];
        for convention in Convention::ALL {
            assert!(
                said.contains(convention) || by_rules.contains(convention),
                "{}",
                convention.name()
            );
        }
    }
}
