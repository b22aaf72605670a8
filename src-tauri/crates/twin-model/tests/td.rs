//! Thing Descriptions: what comes out of good ones, and which rule a bad one breaks.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[path = "fixtures/td/pairs.rs"]
mod pairs;

use std::{collections::BTreeSet, sync::LazyLock};

use proptest::{collection::vec, prelude::*, sample::Index};
use twin_model::{
    Role,
    td::{Binding, Endpoint, Faults, Limits, Rule, Scheme, Source, Thing, read},
};

const PUMP: &str = include_str!("fixtures/td/pump_mqtt.td.json");
const TANK: &str = include_str!("fixtures/td/tank_coap.td.json");

fn thing(text: &str) -> Result<Thing, Faults> {
    let source = Source {
        name: "thing.td.json",
        bytes: text.as_bytes(),
    };
    read(source, &Limits::default())
}

fn rules(text: &str) -> BTreeSet<Rule> {
    match thing(text) {
        Ok(_) => BTreeSet::new(),
        Err(faults) => faults.list.iter().map(|fault| fault.rule).collect(),
    }
}

#[test]
fn a_thing_behind_mqtt_becomes_an_asset_type() {
    let thing = thing(PUMP).unwrap();
    assert_eq!(
        (
            thing.asset_type.id.as_str(),
            thing.title.as_str(),
            thing.id.as_deref()
        ),
        ("pump-7", "Pump 7", Some("urn:dev:ops:pump-7"))
    );
    assert_eq!(
        thing.model.as_deref(),
        Some("https://example.com/pump.tm.json")
    );
    let signals: Vec<(&str, &str, &str, Role, u8)> = thing
        .asset_type
        .signals
        .iter()
        .map(|signal| {
            (
                signal.id.as_str(),
                signal.name.as_str(),
                signal.unit.as_str(),
                signal.role,
                signal.decimals,
            )
        })
        .collect();
    assert_eq!(
        signals,
        [
            ("flow-rate", "Flow", "m³/h", Role::Measurement, 2),
            (
                "bearing_temp",
                "bearing / Temperature",
                "°C",
                Role::Measurement,
                1
            ),
            (
                "bearing_hours",
                "bearing / hours",
                "h",
                Role::Measurement,
                0
            ),
            ("mode", "mode", "", Role::Setpoint, 0),
            ("overheated", "overheated", "", Role::State, 0),
        ]
    );
    assert_eq!(thing.asset_type.signals[0].range, Some([0.0, 120.0]));
    assert_eq!(
        thing.asset_type.signals[0].description.as_deref(),
        Some("What leaves the pump.")
    );
    assert_eq!(
        thing.signals[3].states,
        [("0".into(), "Off".into()), ("1".into(), "Auto".into())]
    );
    assert_eq!(
        (thing.signals[4].event, thing.signals[0].unit.as_deref()),
        (true, Some("m3/h"))
    );
    assert_eq!(thing.actions, ["reset"]);
}

#[test]
fn mqtt_forms_name_broker_topics_and_security() {
    let thing = thing(PUMP).unwrap();
    let form = &thing.signals[0].forms[0];
    assert_eq!(
        form.endpoint,
        Endpoint {
            scheme: Scheme::Mqtt,
            host: "broker.example.com".into(),
            port: 1884
        }
    );
    assert_eq!(
        form.binding,
        Binding::Mqtt {
            filters: vec!["pump/7/flow".into()],
            qos: Some(1),
            retained: true
        }
    );
    assert_eq!(
        (form.security.as_slice(), form.content_type.as_str()),
        (&["nosec".to_owned()][..], "application/json")
    );
    let bearing = &thing.signals[1];
    assert_eq!(bearing.path, ["bearing", "temp"]);
    let form = &bearing.forms[0];
    assert_eq!(
        (form.endpoint.scheme, form.endpoint.port),
        (Scheme::Mqtts, 8883)
    );
    assert_eq!(form.href, "mqtts://broker.example.com/pump/7/bearing");
    // The path stands for the topic where no term names one.
    let Binding::Mqtt { filters, .. } = &form.binding else {
        unreachable!("MQTT");
    };
    assert_eq!(filters, &["pump/7/bearing"]);
    assert_eq!(
        (form.security.as_slice(), form.content_type.as_str()),
        (&["basic".to_owned()][..], "application/cbor")
    );
    assert_eq!(
        (thing.signals[3].writable, thing.signals[3].forms.len()),
        (true, 1)
    );
}

#[test]
fn what_gives_no_signal_is_named() {
    let thing = thing(PUMP).unwrap();
    let why = |path: &str| {
        let found = thing.left_out.iter().find(|left| left.path == path);
        found.unwrap().text.to_string()
    };
    assert!(why("password").contains("written"));
    assert!(why("page").contains("https"));
    assert!(why("history").contains("template"));
    assert!(why("bearing.axes").contains("Array"));
    assert_eq!(thing.left_out.len(), 4);
}

#[test]
fn coap_forms_name_resources_and_whether_they_are_observed() {
    let thing = thing(TANK).unwrap();
    let ids: Vec<&str> = thing
        .asset_type
        .signals
        .iter()
        .map(|signal| signal.id.as_str())
        .collect();
    assert_eq!(ids, ["level", "limit", "spill"]);
    let bindings: Vec<&Binding> = thing.signals[0]
        .forms
        .iter()
        .map(|form| &form.binding)
        .collect();
    let resource =
        |observed: bool, content_format: Option<u16>, poll_s: Option<u32>| Binding::Coap {
            path: "tank/level".into(),
            query: Some("u=percent".into()),
            observed,
            content_format,
            poll_s,
        };
    // What is pushed comes first.
    assert_eq!(
        bindings,
        [
            &resource(true, Some(112), None),
            &resource(false, None, Some(60))
        ]
    );
    let form = &thing.signals[0].forms[0];
    assert_eq!(
        (form.endpoint.host.as_str(), form.endpoint.port),
        ("2001:db8::7", 5684)
    );
    assert_eq!(form.security, ["psk"]);
    let Binding::Coap { path, .. } = &thing.signals[1].forms[0].binding else {
        unreachable!("CoAP");
    };
    assert_eq!(path, "tank/limit high");
    assert_eq!(thing.signals[1].forms.len(), 1);
    assert_eq!(thing.asset_type.signals[1].role, Role::Setpoint);
    assert_eq!(thing.signals[2].forms[0].endpoint.port, 5700);
    let states: Vec<&str> = thing.signals[2]
        .states
        .iter()
        .map(|(sent, _)| sent.as_str())
        .collect();
    assert_eq!(states, ["none", "some", "much"]);
    assert_eq!(thing.left_out[0].path, "search");
}

#[test]
fn each_rule_has_a_thing_that_breaks_only_it() {
    let mut tried = BTreeSet::new();
    for (rule, bad, good) in pairs::pairs() {
        assert_eq!(rules(&bad), BTreeSet::from([rule]), "{bad}");
        assert_eq!(rules(&good), BTreeSet::new(), "{good}");
        tried.insert(rule);
    }
    let missing: Vec<&str> = Rule::NAMES
        .iter()
        .filter(|(name, rule)| name.starts_with("td-") && !tried.contains(rule))
        .map(|(name, _)| *name)
        .collect();
    assert_eq!(missing, Vec::<&str>::new());
}

#[test]
fn a_fault_says_where() {
    let text = PUMP.replace("\"mqv:qos\": \"1\"", "\"mqv:qos\": \"3\"");
    let faults = thing(&text).unwrap_err();
    assert_eq!(
        faults.to_string(),
        "thing.td.json line 35, /properties/flowRate/forms/0/mqv:qos (td-binding): \"mqv:qos\" has to be \"0\", \
         \"1\" or \"2\"."
    );
}

#[test]
fn a_thing_model_is_refused_in_words() {
    let faults =
        thing(&PUMP.replacen("\"id\"", "\"@type\": [\"tm:ThingModel\"], \"id\"", 1)).unwrap_err();
    assert_eq!(faults.list.len(), 1);
    assert!(faults.list[0].text.contains("Thing Description"));
}

#[test]
fn very_many_values_and_forms_are_cut() {
    let fields: Vec<String> = (0..1_200)
        .map(|at| format!(r#""f{at}": {{"type": "number"}}"#))
        .collect();
    let forms = vec![r#"{"href": "mqtt://b/x"}"#; 50].join(",");
    let text = pairs::property(&format!(
        r#""type": "object", "properties": {{{}}}, "forms": [{forms}]"#,
        fields.join(",")
    ));
    let thing = thing(&text).unwrap();
    assert_eq!(thing.signals.len(), 1_000);
    assert_eq!(thing.signals[0].forms.len(), 16);
    assert_eq!(thing.left_out.len(), 2);
}

static VALID: LazyLock<Vec<String>> = LazyLock::new(|| {
    let good = pairs::pairs().into_iter().map(|(_, _, good)| good);
    good.chain([PUMP.to_owned(), TANK.to_owned()]).collect()
});

proptest! {
    #[test]
    fn any_bytes_are_survived(bytes in vec(any::<u8>(), 0..300)) {
        let _ = read(Source { name: "x", bytes: &bytes }, &Limits::default());
    }

    #[test]
    fn damaged_things_are_survived(
        which in any::<Index>(),
        edits in vec((any::<Index>(), any::<Index>(), 0usize..40), 1..6),
    ) {
        let text: &String = which.get(&VALID);
        let mut bytes = text.clone().into_bytes();
        for (at, from, length) in edits {
            let from = from.index(text.len());
            let piece = text.as_bytes()[from..(from + length).min(text.len())].to_vec();
            let at = at.index(bytes.len() + 1);
            let end = (at + length / 2).min(bytes.len());
            bytes.splice(at..end, piece);
        }
        let _ = read(Source { name: "x", bytes: &bytes }, &Limits::default());
    }

    #[test]
    fn any_address_is_survived(href in ".{0,40}", base in proptest::option::of("(coap|mqtt|x)://.{0,20}")) {
        let href = serde_json::to_string(&href).unwrap();
        let base = base.map(|base| format!(r#""base": {}, "#, serde_json::to_string(&base).unwrap()));
        let text = pairs::thing(&format!(
            r#"{}"properties": {{"x": {{"forms": [{{"href": {href}}}]}}}}"#,
            base.unwrap_or_default()
        ));
        let _ = thing(&text);
    }
}
