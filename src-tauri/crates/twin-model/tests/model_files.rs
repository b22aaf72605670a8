//! Types whose signals come from a model file.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

use std::collections::BTreeMap;

use twin_core::SaidValue;
use twin_model::{Error, Models, Plant, Role};

const PUMP: &str = r#"{
  "@context": ["dtmi:dtdl:context;3", "dtmi:dtdl:extension:quantitativeTypes;1"],
  "@id": "dtmi:water:Pump;1", "@type": "Interface", "displayName": "Pump",
  "contents": [
    { "@type": ["Telemetry", "Temperature"], "name": "casing", "displayName": "Casing", "schema": "double", "unit": "degreeCelsius" },
    { "@type": "Property", "name": "mode", "schema": "string" },
    { "@type": "Component", "name": "motor", "schema": "dtmi:water:Motor;1" }
  ] }"#;
const MOTOR: &str = r#"{
  "@context": "dtmi:dtdl:context;3",
  "@id": "dtmi:water:Motor;1", "@type": "Interface",
  "contents": [{ "@type": "Telemetry", "name": "current", "schema": "double" }] }"#;
const LAMP: &str = r#"{
  "@context": "https://www.w3.org/2022/wot/td/v1.1", "title": "Lamp",
  "securityDefinitions": { "none": { "scheme": "nosec" } }, "security": "none",
  "properties": { "level": { "type": "number", "unit": "%", "readOnly": true,
    "forms": [{ "href": "mqtt://broker.example/lamp" }] } } }"#;

fn models(files: &[(&str, &str)]) -> Models {
    let files = files.iter();
    let read = files.map(|(name, text)| ((*name).to_owned(), Ok(text.as_bytes().to_vec())));
    Models::read(&read.collect())
}

fn plant(rest: &str) -> String {
    format!(
        "[plant]\nid = \"p\"\nname = \"P\"\nzone = \"UTC\"\n[[connection]]\nid = \"c\"\nhost = \"localhost\"\n\
         subscriptions = [{{ filter = \"a/#\" }}]\n[[area]]\nid = \"hall\"\n{rest}"
    )
}

const TYPE: &str =
    "[[type]]\nid = \"pump\"\ndtmi = \"dtmi:water:Pump;1\"\nmodel_file = \"models/pump.json\"\n";

fn signals(plant: &Plant) -> Vec<(&str, &str)> {
    let signals = plant.types[0].signals.iter();
    signals.map(|s| (s.id.as_str(), s.unit.as_str())).collect()
}

#[test]
fn a_model_gives_its_signals_and_the_plant_file_goes_before_it() {
    let both = format!("[{PUMP}, {MOTOR}]");
    let models = models(&[("models/pump.json", &both)]);
    let text = plant(TYPE);
    let read = Plant::parse_with(&text, &models).unwrap();
    assert_eq!(
        signals(&read),
        [("casing", "°C"), ("mode", ""), ("motor_current", "")]
    );
    assert_eq!(read.types[0].signals[1].role, Role::State);
    assert!(Plant::parse(&text).unwrap().types[0].signals.is_empty());

    // Key by key: the limit and the short name are the plant file's, the unit and the name the model's.
    let more = "[[type.signal]]\nid = \"level\"\nunit = \"m\"\n[[type.signal]]\nid = \"casing\"\nshort_name = \"Cas.\"\n\
                alarms = [{ kind = \"high\", limit = 80.0 }]\n";
    let read = Plant::parse_with(&plant(&format!("{TYPE}{more}")), &models).unwrap();
    let names = [
        ("level", "m"),
        ("casing", "°C"),
        ("mode", ""),
        ("motor_current", ""),
    ];
    assert_eq!(signals(&read), names);
    let casing = read.types[0].signal("casing").unwrap();
    assert_eq!((casing.name.as_str(), casing.alarms.len()), ("Casing", 1));
    assert_eq!(casing.short_name.as_deref(), Some("Cas."));
    let more = "[[type.signal]]\nid = \"casing\"\nunit = \"K\"\nrole = \"state\"\n";
    let read = Plant::parse_with(&plant(&format!("{TYPE}{more}")), &models).unwrap();
    let casing = read.types[0].signal("casing").unwrap();
    assert_eq!(
        (casing.unit.as_str(), casing.role, casing.step),
        ("K", Role::State, true)
    );
}

#[test]
fn references_to_signals_of_a_model_are_judged_once_it_is_read() {
    let both = format!("[{PUMP}, {MOTOR}]");
    let models = models(&[("models/pump.json", &both)]);
    let asset = |signal: &str| {
        plant(&format!(
            "{TYPE}[type.running]\nsignal = \"motor_current\"\nabove = 1.0\n[[asset]]\nid = \"p1\"\narea = \"hall\"\n\
             type = \"pump\"\nconnection = \"c\"\nsource = \"a/b#{{signal}}\"\nsources = {{ {signal} = \"a/c#x\" }}\n"
        ))
    };
    let good = Plant::parse_with(&asset("mode"), &models).unwrap();
    assert_eq!(good.signals().len(), 3);
    assert!(Plant::parse(&asset("mod")).is_ok());
    let Err(Error::Invalid(problems)) = Plant::parse_with(&asset("mod"), &models) else {
        panic!("a signal that the model does not have");
    };
    assert_eq!(problems[0].key, "asset.sources.mod");
}

#[test]
fn a_file_may_refer_to_another_file_of_the_plant() {
    let alone = models(&[("models/pump.json", PUMP)]);
    let Err(Error::Models(faults)) = Plant::parse_with(&plant(TYPE), &alone) else {
        panic!("the motor is in no file");
    };
    assert_eq!(&*faults.list[0].file, "models/pump.json");
    assert_eq!(faults.list[0].rule.name(), "reference-known");
    assert_eq!(faults.list[0].line, 7);
    let both = models(&[("models/motor.json", MOTOR), ("models/pump.json", PUMP)]);
    let read = Plant::parse_with(&plant(TYPE), &both).unwrap();
    assert_eq!(read.types[0].signals.len(), 3);
    // A fault of its own stays one, however many files there are.
    let broken = PUMP.replace("degreeCelsius", "degreesCelsius");
    let both = models(&[("models/motor.json", MOTOR), ("models/pump.json", &broken)]);
    let faults = Plant::parse_with(&plant(TYPE), &both).unwrap_err();
    assert!(matches!(faults, Error::Models(_)));
    // Words within words, so that every language has its own.
    let mut said = faults.said();
    for id in [
        "plantfile-models",
        "plantfile-then",
        "plantfile-model-fault-at",
    ] {
        assert_eq!(said.sentences[0].id, id);
        if let Some((_, SaidValue::Words(inner))) = said.sentences[0].values.first() {
            said = inner.clone();
        }
    }
    assert!(said.to_string().contains("models/pump.json"), "{said}");
}

#[test]
fn what_a_type_cannot_have_is_said_at_its_line() {
    let both = format!("[{PUMP}, {MOTOR}]");
    let models = |name: &str| {
        let mut files =
            BTreeMap::from([("models/pump.json".to_owned(), Ok(both.clone().into_bytes()))]);
        files.insert(name.to_owned(), Err("cannot be read".into()));
        Models::read(&files)
    };
    let fault = |text: &str| match Plant::parse_with(&plant(text), &models("models/gone.json")) {
        Err(Error::Invalid(problems)) => (
            problems[0].line,
            problems[0].key.clone(),
            problems[0].message.to_string(),
        ),
        other => panic!("{other:?}"),
    };
    let (line, key, text) = fault("[[type]]\nid = \"x\"\nmodel_file = \"models/gone.json\"\n");
    assert_eq!(
        (line, key.as_str(), text.as_str()),
        (13, "type.model_file", "cannot be read")
    );
    let (line, key, text) = fault("[[type]]\nid = \"x\"\nmodel_file = \"models/pump.json\"\n");
    assert_eq!((line, key.as_str()), (11, "type.dtmi"));
    assert!(
        text.contains("dtmi:water:Pump;1, dtmi:water:Motor;1"),
        "{text}"
    );
    let (_, key, text) = fault(&TYPE.replace("Pump;1", "Valve;1"));
    assert_eq!(key, "type.dtmi");
    assert!(text.contains("Valve;1"), "{text}");
}

#[test]
fn a_thing_description_is_a_model_too() {
    let models = models(&[("models/lamp.td.json", LAMP)]);
    let text = plant("[[type]]\nid = \"lamp\"\nmodel_file = \"models/lamp.td.json\"\n");
    let read = Plant::parse_with(&text, &models).unwrap();
    assert_eq!(signals(&read), [("level", "%")]);
    let said = models.of("models/lamp.td.json", None).unwrap();
    assert_eq!(
        (said.name.as_str(), said.language),
        ("Lamp", "WoT Thing Description")
    );
}
