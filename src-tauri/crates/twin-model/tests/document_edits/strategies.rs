//! Random parts of a plant, with texts that a plant or an attacker might send.

use std::collections::BTreeMap;

use proptest::prelude::*;
use twin_core::{
    AssetId, ConnectionId, Duration, ModelId,
    alarm::{AlarmKind, Priority},
};
use twin_model::{
    AlarmDef, Asset, AssetType, Carrier, Connection, Level, Limits, Mapping, ModelDef, Paper,
    PaperPlace, Place, Protocol, Role, Running, Security, Session, SignalDef, Sparkplug,
    Subscription, Transport,
    payload::{Encoding, Field, Form, Number, PayloadRule, Source},
};

pub fn id() -> impl Strategy<Value = String> {
    "[a-z0-9][a-z0-9_-]{0,6}"
}

/// Text that people, plants and attackers write.
pub fn hostile() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-zA-Z0-9äß\"'\\\\#=\\[\\] .,🌊-]{1,20}",
        "\\PC{1,12}",
        "[\u{1}-\u{1f}\u{7f}\"\\\\a]{1,6}",
        Just("'; DROP TABLE asset;--".to_owned()),
        Just("<script>alert(\"x\")</script>".to_owned()),
        Just("\nline\r\nbreak \"\"\" ''' \\".to_owned()),
        Just("\u{202e}# {signal} [[asset]]".to_owned()),
    ]
    .prop_filter("not blank", |text| !text.trim().is_empty())
}

/// As [`hostile`], and allowed in a topic.
pub fn topic() -> impl Strategy<Value = String> {
    hostile().prop_map(|text| text.replace(['#', '+', '\0', '{', '}'], "_"))
}

/// Names of files and the like: no control characters.
fn plain() -> impl Strategy<Value = String> {
    "[a-zA-Z0-9äß\"'\\\\#=. ,🌊_-]{1,12}".prop_filter("not blank", |text| !text.trim().is_empty())
}

fn seconds() -> impl Strategy<Value = Duration> {
    (1i64..10_000_000).prop_map(|ms| Duration(ms * 1_000))
}

prop_compose! {
    fn subscription()(filter in topic(), qos in 0u8..3, share in prop::option::of("[a-z\"' <>-]{1,6}")) -> Subscription {
        Subscription { filter: format!("a/{filter}/#"), qos, everything: false, share }
    }
}

fn unique<T>(items: Vec<T>, of: impl Fn(&T) -> String) -> Vec<T> {
    let mut seen = std::collections::HashSet::new();
    items
        .into_iter()
        .filter(|item| seen.insert(of(item)))
        .collect()
}

prop_compose! {
    fn field()(name in hostile(), at in 0u32..100, form in prop::sample::select(["u8", "i16be", "f32le", "bcd16be", "bool"].map(Form::parse).into_iter().flatten().collect::<Vec<_>>()),
        scale in prop_oneof![Just(1.0), 0.001f64..10.0], add in prop_oneof![Just(0.0), -5.0f64..5.0],
        bits in prop::option::of((0u8..4).prop_map(|first| [first, 2]))) -> Field {
        let takes_bits = matches!(form.number, Number::Unsigned | Number::Signed);
        Field { name, at, form, scale, add, unit: "bar".into(), bits: bits.filter(|_| takes_bits) }
    }
}

prop_compose! {
    fn payload_rule()(filter in topic(), zone in prop::option::of(Just("Europe/Berlin".to_owned())),
        layout in prop::collection::vec(field().boxed(), 1..3), columns in prop::collection::vec(id(), 1..3), kind in 0u8..4,
        min_length in prop::option::of(1u32..9)) -> PayloadRule {
        let rule = PayloadRule { filter: format!("b/{filter}"), zone, ..PayloadRule::default() };
        match kind {
            0 => PayloadRule { layout: unique(layout, |field| field.name.clone()), min_length, ..rule },
            1 => PayloadRule {
                source: Source { path: Some("a.\"b\"".into()), encoding: Encoding::Hex },
                layout: unique(layout, |field| field.name.clone()), ..rule
            },
            2 => PayloadRule {
                read_as: Some("csv".into()), columns: unique(columns, Clone::clone),
                separator: Some('\t'), decimal: Some(','), ..rule
            },
            _ => PayloadRule { read_as: Some("senml".into()), ..rule },
        }
    }
}

prop_compose! {
    pub fn transport()(websocket in any::<bool>(), alpn in prop::collection::vec(plain(), 0..3),
        crl_file in prop::option::of(plain()), server_name in prop::option::of("[a-z.]{1,9}")) -> Transport {
        let carrier = if websocket { Carrier::WebSocket { path: "/ws?a=\"b\"".into() } } else { Carrier::Tcp };
        Transport { carrier, alpn, crl_file, server_name }
    }
}

prop_compose! {
    pub fn limits()(packet in prop::option::of(1_000u64..268_435_455), topics in prop::option::of(1u32..1_000_000),
        addresses in prop::option::of(1u32..1_000_000),
        rate in prop::option::of(1u32..1_000_000), rate_bytes in prop::option::of((1u64..9_000).prop_map(|k| k * 1_000))) -> Limits {
        Limits { packet, topics, addresses, rate, rate_bytes }
    }
}

prop_compose! {
    pub fn connection(id: String)(
        name in hostile(), host in "[a-z0-9.-]{1,12}", port in 1u16.., flags in any::<[bool; 6]>(),
        files in [plain(), plain(), plain(), plain()], subscriptions in prop::collection::vec(subscription().boxed(), 0..4),
        transport in transport().boxed(), limits in limits().boxed(), payload in prop::collection::vec(payload_rule().boxed(), 0..3),
        shadows in prop::collection::btree_set("[a-z]{1,4}(/[a-z]{1,3})?", 0..3),
        primary_host in prop::option::of("[a-z\"]{1,6}"), reorder_timeout in seconds(),
        client_id in prop::option::of("[a-zäß\"#/+]{1,30}"), keep_alive_s in prop::option::of(1u16..),
        session_expiry_s in prop::option::of(1u32..),
    ) -> Connection {
        let [ca, certificate, key, username] = files;
        Connection {
            name, port,
            protocol: if flags[0] { Protocol::Mqtt5 } else { Protocol::Mqtt311 },
            security: if flags[1] { Security::Tls } else { Security::Plaintext },
            ca_file: flags[2].then_some(ca),
            certificate_file: flags[3].then_some(certificate),
            key_file: flags[3].then_some(key),
            username: flags[4].then_some(username),
            client_id: client_id.map(|client| format!("{client}-{id}")), keep_alive_s, session_expiry_s,
            session: if flags[0] { Session::Clean } else { Session::Persistent },
            allow_rebirth: flags[2],
            subscriptions: unique(subscriptions, |s| s.filter.clone()),
            transport, limits,
            sparkplug: Sparkplug { primary_host, reorder_timeout },
            shadows: shadows.into_iter().collect(),
            payload,
            ..Connection::new(ConnectionId::from(id.clone()), &host)
        }
    }
}

prop_compose! {
    pub fn place(id: String)(name in hostile(), level in prop::sample::select(vec![Level::Area, Level::Line, Level::Cell]),
        has_parent in any::<bool>()) -> Place {
        Place { id: id.clone(), name, level, parent: has_parent.then(|| "south".to_owned()) }
    }
}

fn alarm(kind: AlarmKind, limit: f64, (deadband, delay, priority): (f64, i64, u8)) -> AlarmDef {
    AlarmDef {
        kind,
        limit,
        deadband,
        on_delay: Duration(delay * 1_000),
        priority: Priority::new(priority).unwrap_or(Priority::LOWEST),
    }
}

prop_compose! {
    pub fn signal(id: String)(name in hostile(), description in prop::option::of(hostile()), short_name in prop::option::of(hostile()),
        shown in any::<bool>(), role in prop::sample::select(vec![Role::Measurement, Role::Setpoint, Role::State]), step in any::<bool>(),
        range in prop::option::of((-100.0f64..0.0, 50.0f64..100.0)), decimals in 0u8..10, stale_after in seconds(), key in any::<bool>(),
        limits in (prop::option::of(-9.0f64..0.0), prop::option::of(1.0f64..9.0)),
        rest in (prop_oneof![Just(0.0), 0.1f64..2.0], 0i64..9_000, 1u8..5)) -> SignalDef {
        let low = limits.0.map(|limit| alarm(AlarmKind::Low, limit, rest));
        let high = limits.1.map(|limit| alarm(AlarmKind::High, limit, rest));
        SignalDef {
            id: id.clone(), name, description, short_name, unit: if shown { "°C".into() } else { String::new() },
            display_unit: shown.then(|| "°F".to_owned()), role, step, range: range.map(|(low, high)| [low, high]),
            normal: range.map(|(low, high)| [low / 2.0, high / 2.0]), decimals, stale_after, key,
            alarms: low.into_iter().chain(high).collect(),
        }
    }
}

pub fn asset_type(id: String) -> impl Strategy<Value = AssetType> {
    let signals = ["speed", "flow", "temp"].map(|id| signal(id.to_owned()).boxed());
    (hostile(), signals, any::<[bool; 5]>(), -9.0f64..9.0).prop_map(
        move |(name, signals, flags, above)| {
            let mut signals = signals.to_vec();
            signals.truncate(if flags[0] { 3 } else { 2 });
            let score = AlarmDef {
                limit: 0.5,
                ..alarm(AlarmKind::Anomaly, 0.5, (0.1, 500, 3))
            };
            AssetType {
                id: id.clone(),
                name,
                dtmi: flags[1].then(|| "dtmi:x:Pump;1".to_owned()),
                model_file: flags[1].then(|| "models/pump \"1\".json".to_owned()),
                running: flags[2].then(|| Running {
                    signal: "speed".into(),
                    above,
                }),
                signals,
                model: flags[3].then(|| ModelDef {
                    id: ModelId::from("m"),
                    file: "m.onnx".into(),
                    inputs: vec!["speed".into(), "flow".into()],
                    interval: Duration(2_500_000),
                    alarm: flags[4].then_some(score),
                }),
            }
        },
    )
}

fn papers(title: Option<String>, on_web: bool) -> Vec<Paper> {
    let title = title.map(|title| title.chars().take(100).collect::<String>());
    let place = match on_web {
        true => PaperPlace::Address("https://example.org/pump?of=1".into()),
        false => PaperPlace::File("documents/pump manual.pdf".into()),
    };
    let paper = |title| Paper {
        title,
        place: place.clone(),
    };
    title
        .filter(|title| !title.trim().is_empty())
        .into_iter()
        .map(paper)
        .collect()
}

prop_compose! {
    pub fn asset(id: String)(name in hostile(), source in prop::option::of(topic()), own in prop::option::of(hostile()), title in prop::option::of(hostile()), on_web in any::<bool>()) -> Asset {
        let own = own.map(|own| ("room".to_owned(), format!("own/{id}#{own}")));
        Asset {
            id: AssetId::from(id.clone()), name, area: "pump-hall".into(), type_id: "centrifugal-pump".into(),
            connection: ConnectionId::from("station"),
            source: source.map(|topic| format!("x/{id}/{topic}#{{signal}}")),
            sources: own.into_iter().collect(),
            papers: papers(title, on_web),
        }
    }
}

prop_compose! {
    pub fn mapping(id: String)(name in prop::option::of(topic()), literal in topic(), path in any::<bool>(), called in prop::option::of(hostile()),
        place in any::<bool>()) -> Mapping {
        let called: BTreeMap<_, _> = called.map(|called| ("speed".to_owned(), called)).into_iter().collect();
        Mapping {
            id: id.clone(), connection: ConnectionId::from("station"),
            filter: format!("m/{}/{{asset}}/+/{{signal}}", literal.replace('/', "_")),
            path: if path { "value".into() } else { "a \"b\".{k}".into() },
            type_id: "centrifugal-pump".into(), asset: "{asset}".into(), name,
            place: place.then(|| "pump-hall".to_owned()), signal: "{signal}".into(), signals: called,
        }
    }
}
