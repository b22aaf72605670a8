//! Forms and the plant file, there and back.

use super::*;
use crate::api::reading::{LayoutFieldForm, PayloadRuleForm, ReadingForm};

fn form() -> ConnectionForm {
    ConnectionForm {
        id: "west".into(),
        kind: KindView::Mqtt,
        name: "West".into(),
        host: "broker.example".into(),
        port: 8883,
        protocol: ProtocolView::Mqtt311,
        tls: true,
        ca_file: "ca.pem".into(),
        certificate_file: String::new(),
        key_file: String::new(),
        username: "ann".into(),
        password: None,
        subscriptions: vec![
            SubscriptionForm {
                filter: "plant/#".into(),
                qos: 1,
                everything: false,
                share: "desks".into(),
            },
            SubscriptionForm {
                filter: "#".into(),
                qos: 0,
                everything: true,
                share: String::new(),
            },
        ],
        resources: Vec::new(),
        client_id: "pump-desk".into(),
        keep_alive_s: Some(17),
        persistent_session: true,
        session_expiry_s: Some(28_800),
        allow_rebirth: false,
        transport: TransportForm {
            websocket: true,
            path: "/ws".into(),
            alpn: vec!["x-amzn-mqtt-ca".into(), "mqtt".into()],
            crl_file: "revoked.pem".into(),
            server_name: "other.example".into(),
        },
        limits: LimitsForm {
            packet: Some(268_435_455.0),
            topics: Some(5_000),
            addresses: Some(60_000),
            rate: Some(2_000),
            rate_bytes: Some(1e10),
        },
        reading: ReadingForm {
            shadows: vec!["pump-1".into(), "pump-2/config".into()],
            primary_host: "desk".into(),
            reorder_timeout_s: Some(2.5),
            rules: vec![layout_rule(), columns_rule()],
        },
    }
}

fn layout_rule() -> PayloadRuleForm {
    PayloadRuleForm {
        filter: "raw/+".into(),
        read_as: "layout".into(),
        zone: "Europe/Berlin".into(),
        path: "data".into(),
        encoding: "base64".into(),
        min_length: Some(4),
        layout: vec![
            LayoutFieldForm {
                name: "t".into(),
                at: 0,
                form: "i16be".into(),
                scale: 0.1,
                add: -40.0,
                unit: "°C".into(),
                bits: Some([0, 12]),
            },
            LayoutFieldForm {
                name: "on".into(),
                at: 3,
                form: "bool".into(),
                scale: 1.0,
                add: 0.0,
                unit: String::new(),
                bits: None,
            },
        ],
        ..PayloadRuleForm::default()
    }
}

fn columns_rule() -> PayloadRuleForm {
    PayloadRuleForm {
        filter: "csv/#".into(),
        encoding: "binary".into(),
        columns: vec!["time".into(), "flow".into(), "-".into()],
        separator: "\t".into(),
        decimal: ",".into(),
        ..PayloadRuleForm::default()
    }
}

#[test]
fn what_the_plant_file_cannot_say_of_payloads_is_refused() {
    let is_refused = |part: &str, change: &dyn Fn(&mut ReadingForm)| {
        let mut form = form();
        change(&mut form.reading);
        let error = connection_of(&form, &[]).unwrap_err().to_string();
        assert!(error.contains(part), "{error}");
    };
    is_refused("86,400", &|of| of.reorder_timeout_s = Some(1e9));
    is_refused("86,400", &|of| of.reorder_timeout_s = Some(f64::NAN));
    is_refused("binary, hex", &|of| of.rules[0].encoding = "ascii".into());
    is_refused("one sign", &|of| of.rules[1].separator = ";;".into());
    is_refused("u12be", &|of| of.rules[0].layout[0].form = "u12be".into());
}

#[test]
fn coap_takes_rules_and_keeps_what_else_the_file_says() {
    let mut before = Connection::new(ConnectionId::from("west"), "h");
    before.kind = Kind::Coap;
    before.shadows = vec!["kept".into()];
    let coap = ConnectionForm {
        kind: KindView::Coap,
        subscriptions: Vec::new(),
        resources: vec![ResourceForm {
            path: "/t".into(),
            observe: true,
            every_s: 60.0,
        }],
        ..form()
    };
    let connection = connection_of(&coap, &[before]).unwrap();
    assert_eq!(connection.shadows, ["kept"]);
    assert_eq!(connection.payload.len(), 2);
}

#[test]
fn ids_come_from_names_and_never_collide() {
    assert_eq!(free_id("Plant Broker (west)", &[]), "plant-broker--west");
    let taken = ["a", "a-2"].map(|id| Connection::new(ConnectionId::from(id), "h"));
    assert_eq!(free_id("A", &taken), "a-3");
    assert_eq!(free_id("Ü", &[]), "broker");
}

#[test]
fn forms_round_trip_through_the_plant_file() {
    let form = form();
    let connection = connection_of(&form, &[]).unwrap();
    assert_eq!(form_of(&connection), form);
    let head = "[plant]\nid = \"p\"\nname = \"P\"\nzone = \"Europe/Berlin\"\n";
    let mut document = twin_model::PlantDocument::parse(head).unwrap();
    document.put_connection(&connection).unwrap();
    let plant = twin_model::Plant::parse(&document.to_string()).unwrap();
    assert_eq!(form_of(&plant.connections[0]), form);
    let plain = ConnectionForm {
        transport: TransportForm::default(),
        limits: LimitsForm::default(),
        reading: ReadingForm::default(),
        ..form
    };
    assert_eq!(
        form_of(&connection_of(&plain, &[connection]).unwrap()),
        plain
    );
}

#[test]
fn what_makes_no_sense_is_refused_in_words() {
    let refused = |change: fn(&mut ConnectionForm)| {
        let mut form = form();
        change(&mut form);
        connection_of(&form, &[]).unwrap_err().to_string()
    };
    assert!(refused(|form| form.name = " ".into()).contains("name"));
    assert!(refused(|form| form.host = " ".into()).contains("host"));
    assert!(refused(|form| form.subscriptions.clear()).contains("filter"));
    assert!(refused(|form| form.subscriptions[1].everything = false).contains("everything"));
    assert!(refused(|form| form.client_id = "x".repeat(129)).contains("client id"));
    assert!(refused(|form| form.client_id = "a\u{7}b".into()).contains("client id"));
    assert!(refused(|form| form.keep_alive_s = Some(0)).contains("keep-alive"));
    assert!(refused(|form| form.session_expiry_s = Some(0)).contains("session"));
    for bytes in [0.0, -1.0, 0.5, f64::NAN, f64::INFINITY] {
        let limits = LimitsForm {
            packet: Some(bytes),
            ..LimitsForm::default()
        };
        assert!(limits_of(&limits).is_err(), "{bytes}");
    }
}

#[test]
fn a_websocket_without_a_path_has_the_usual_one() {
    let transport = transport_of(&TransportForm {
        websocket: true,
        ..TransportForm::default()
    });
    let path = twin_model::WEBSOCKET_PATH.to_owned();
    assert_eq!(transport.carrier, Carrier::WebSocket { path });
}

#[test]
fn what_a_form_does_not_show_stays() {
    let mut connection = Connection::new(ConnectionId::from("west"), "h");
    connection.subscriptions = vec![Subscription {
        filter: "a".into(),
        ..Subscription::default()
    }];
    connection.shadows = vec!["pump-1".into()];
    connection.sparkplug.primary_host = Some("desk".into());
    let form = ConnectionForm {
        port: 1,
        ..form_of(&connection)
    };
    let edited = connection_of(&form, std::slice::from_ref(&connection)).unwrap();
    connection.port = 1;
    assert_eq!(edited, connection);
}

/// A CoAP connection as a person may write it by hand, with keys that the form does not show.
const BY_HAND: &str = r#"
[plant]
id = "p"
name = "P"
zone = "UTC"

[[connection]] # the tank's sensor
id = "tank"
name = "Tank"
kind = "coap"
host = "10.0.0.7"
username = "desk"
ca_file = "unused.pem" # for later
shadows = ["pump-1"]
resources = [{ path = "/t?unit=C", observe = false, every_s = 2.5 }, { path = "/level" }]
limits = { packet = "64kB", rate = 20 }

[[connection.payload]]
filter = "coap/#"
as = "csv"
columns = ["level"]
"#;

#[test]
fn a_coap_connection_written_by_hand_loses_nothing_in_the_form() {
    let plant = twin_model::Plant::parse(BY_HAND).unwrap();
    let before = &plant.connections[0];
    let form = form_of(before);
    assert_eq!(
        (form.kind, form.port, form.tls),
        (KindView::Coap, 5_684, true)
    );
    assert_eq!(form.resources[0].every_s, 2.5);
    assert_eq!(&connection_of(&form, &plant.connections).unwrap(), before);
    // What a form of CoAP carries of MQTT is not meant.
    let odd = ConnectionForm {
        protocol: ProtocolView::Mqtt311,
        persistent_session: false,
        allow_rebirth: true,
        ca_file: String::new(),
        transport: TransportForm {
            websocket: true,
            ..TransportForm::default()
        },
        subscriptions: vec![],
        resources: vec![ResourceForm {
            path: " /new ".into(),
            observe: true,
            every_s: 60.0,
        }],
        ..form
    };
    let edited = connection_of(&odd, &plant.connections).unwrap();
    let expected = Connection {
        resources: vec![Resource {
            path: "/new".into(),
            observe: true,
            every: Duration::from_secs(60),
        }],
        ..before.clone()
    };
    assert_eq!(edited, expected);
    let mut document = twin_model::PlantDocument::parse(BY_HAND).unwrap();
    document.put_connection(&edited).unwrap();
    let text = document.to_string();
    for kept in [
        "# the tank's sensor",
        "# for later",
        "columns = [\"level\"]",
        "/new",
    ] {
        assert!(text.contains(kept), "{kept} is gone:\n{text}");
    }
    assert_eq!(
        twin_model::Plant::parse(&text).unwrap().connections[0],
        expected
    );
}

#[test]
fn a_new_coap_connection_round_trips() {
    let form = ConnectionForm {
        kind: KindView::Coap,
        subscriptions: vec![],
        resources: vec![ResourceForm {
            path: "/t".into(),
            observe: true,
            every_s: 60.0,
        }],
        tls: false,
        id: String::new(),
        ..form()
    };
    let connection = connection_of(&form, &[]).unwrap();
    assert_eq!(
        (connection.kind, connection.id.as_str()),
        (Kind::Coap, "west")
    );
    assert_eq!(connection.transport, Transport::default());
    let head = "[plant]\nid = \"p\"\nname = \"P\"\nzone = \"UTC\"\n";
    let mut document = twin_model::PlantDocument::parse(head).unwrap();
    document.put_connection(&connection).unwrap();
    let plant = twin_model::Plant::parse(&document.to_string()).unwrap();
    assert_eq!(plant.connections, [connection]);
}

#[test]
fn a_coap_form_that_makes_no_sense_is_refused_in_words() {
    let good = ResourceForm {
        path: "/t".into(),
        observe: true,
        every_s: 60.0,
    };
    let refused = |resources: Vec<ResourceForm>| {
        let form = ConnectionForm {
            kind: KindView::Coap,
            resources,
            ..form()
        };
        connection_of(&form, &[]).unwrap_err().to_string()
    };
    assert!(refused(vec![]).contains("resource"));
    assert!(refused(vec![good.clone(), good.clone()]).contains("twice"));
    let bare = ResourceForm {
        path: "t".into(),
        ..good.clone()
    };
    assert!(refused(vec![bare]).contains("begin with /"));
    for every_s in [0.0, f64::NAN, 1e9] {
        let hasty = ResourceForm {
            every_s,
            ..good.clone()
        };
        assert!(refused(vec![hasty]).contains("interval"), "{every_s}");
    }
    let plant = twin_model::Plant::parse(BY_HAND).unwrap();
    let turned = ConnectionForm {
        kind: KindView::Mqtt,
        subscriptions: form().subscriptions,
        ..form_of(&plant.connections[0])
    };
    let error = connection_of(&turned, &plant.connections).unwrap_err();
    assert!(error.to_string().contains("stays so"), "{error}");
}

#[test]
fn a_look_needs_no_more_than_a_host() {
    let bare = ConnectionForm {
        kind: KindView::Coap,
        id: String::new(),
        name: String::new(),
        ..form()
    };
    assert!(connection_of(&bare, &[]).is_err());
    assert_eq!(target_of(&bare, &[]).unwrap().host, "broker.example");
    let nowhere = ConnectionForm {
        host: " ".into(),
        ..bare
    };
    assert!(target_of(&nowhere, &[]).is_err());
}
