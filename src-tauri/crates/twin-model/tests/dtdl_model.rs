//! What comes out of valid models: inherited contents, schemas, and the asset type made of them.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use twin_model::{
    Role,
    dtdl::{ContentKind, Model, Options, Primitive, Schema, Source, TypeProposal, Version, read},
};

const PUMP: &str = include_str!("fixtures/dtdl/models/pump.json");
const MACHINE: &str = include_str!("fixtures/dtdl/models/machine.json");

fn model(files: &[&str]) -> Model {
    let sources: Vec<Source<'_>> = files
        .iter()
        .map(|text| Source {
            name: "model.json",
            bytes: text.as_bytes(),
        })
        .collect();
    read(&sources, &Options::default()).unwrap()
}

fn pump() -> (Model, TypeProposal) {
    let model = model(&[PUMP, MACHINE]);
    let (at, _) = model.interface("dtmi:water:CentrifugalPump;2").unwrap();
    let proposal = model.to_type(at).unwrap();
    (model, proposal)
}

#[test]
fn contents_are_inherited_across_files_and_versions() {
    let (model, _) = pump();
    let (at, interface) = model.interface("dtmi:water:CentrifugalPump;2").unwrap();
    let (machine, base) = model.interface("dtmi:water:Machine;1").unwrap();
    assert_eq!(
        (interface.extends.as_slice(), interface.ancestors.as_slice()),
        (&[machine][..], &[machine][..])
    );
    assert_eq!(
        (interface.version, base.version),
        (Version::V3, Version::V2)
    );
    let names: Vec<(&str, &str)> = model
        .contents(at)
        .map(|(from, content)| (from.id.as_str(), content.name.as_str()))
        .collect();
    assert_eq!(names.len(), 12);
    assert_eq!(names[0], ("dtmi:water:CentrifugalPump;2", "flowRate"));
    assert_eq!(names[11], ("dtmi:water:Machine;1", "anomaly"));
    assert_eq!(
        interface.about.display_name.text(),
        Some("Centrifugal pump")
    );
}

#[test]
fn schemas_relationships_and_commands_are_read() {
    let (model, _) = pump();
    let (at, _) = model.interface("dtmi:water:CentrifugalPump;2").unwrap();
    let content = |name: &str| {
        let mut all = model.contents(at);
        all.find(|(_, content)| content.name == name).unwrap().1
    };
    let flow = content("flowRate");
    assert_eq!(
        (flow.quantity, flow.unit),
        (Some("VolumeFlowRate"), Some("litrePerSecond"))
    );
    let ContentKind::Telemetry(schema) = content("vibration").kind else {
        panic!("not Telemetry");
    };
    let Some(Schema::Object(fields)) = model.schema(schema) else {
        panic!("not an Object");
    };
    assert_eq!(
        (fields[0].name.as_str(), fields[0].unit),
        ("x", Some("metrePerSecond"))
    );
    assert_eq!(
        model.schema(fields[1].schema),
        Some(&Schema::Primitive(Primitive::Float))
    );
    let ContentKind::Relationship { target, most, .. } = &content("feeds").kind else {
        panic!("not a Relationship");
    };
    assert_eq!(
        (target.as_deref(), *most),
        (Some("dtmi:water:Tank;1"), Some(2))
    );
    let ContentKind::Command { request, response } = &content("reset").kind else {
        panic!("not a Command");
    };
    assert_eq!(
        (request.as_ref().unwrap().name.as_str(), response),
        ("hard", &None)
    );
}

#[test]
fn an_interface_becomes_an_asset_type() {
    let (_, proposal) = pump();
    let made = &proposal.asset_type;
    assert_eq!(
        (made.id.as_str(), made.name.as_str(), made.dtmi.as_deref()),
        (
            "centrifugal-pump",
            "Centrifugal pump",
            Some("dtmi:water:CentrifugalPump;2")
        )
    );
    let signals: Vec<(&str, &str, &str, Role, u8)> = made
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
            ("flow-rate", "Flow", "l/s", Role::Measurement, 1),
            ("vibration_x", "vibration / x", "m/s", Role::Measurement, 1),
            (
                "vibration_y",
                "vibration / Y axis",
                "",
                Role::Measurement,
                1
            ),
            ("starts", "starts", "", Role::Measurement, 0),
            ("wanted-speed", "wantedSpeed", "rpm", Role::Setpoint, 1),
            ("mode", "mode", "", Role::State, 0),
            (
                "motor_winding",
                "Motor / winding",
                "°C",
                Role::Measurement,
                1
            ),
            ("serial-number", "serialNumber", "", Role::State, 0),
            ("humidity", "humidity", "%", Role::Measurement, 1),
            // "anomaly" is the id of the score.
            ("anomaly-2", "anomaly", "", Role::State, 0),
        ]
    );
    assert!(made.signals[3].step && !made.signals[0].step);
    assert_eq!(
        made.signals[0].description.as_deref(),
        Some("What leaves the pump.")
    );
}

#[test]
fn an_asset_type_says_where_its_signals_come_from_and_what_it_lacks() {
    let (_, proposal) = pump();
    assert_eq!(proposal.origins.len(), proposal.asset_type.signals.len());
    assert_eq!(proposal.origins[6].path, ["motor", "winding"]);
    assert_eq!(
        proposal.origins[5].states,
        [("0".into(), "Off".into()), ("2".into(), "auto".into())]
    );
    assert!(proposal.origins[4].writable);
    assert_eq!(
        proposal.relationships[0].target.as_deref(),
        Some("dtmi:water:Tank;1")
    );
    assert_eq!(proposal.commands, ["reset"]);
    assert_eq!(proposal.left_out[0].path, "spectrum");
}

#[test]
fn a_schema_that_holds_itself_ends() {
    let text = r#"{
        "@context": "dtmi:dtdl:context;4", "@id": "dtmi:example:Tree;1", "@type": "Interface",
        "schemas": {"@id": "dtmi:example:Node;1", "@type": "Object", "fields": [
            {"name": "load", "schema": "unsignedInteger"},
            {"name": "branch", "schema": "dtmi:example:Node;1"}]},
        "contents": {"@type": "Telemetry", "name": "root", "schema": "dtmi:example:Node;1"}
    }"#;
    let proposal = model(&[text]).to_type(0).unwrap();
    let ids: Vec<&str> = proposal
        .asset_type
        .signals
        .iter()
        .map(|signal| signal.id.as_str())
        .collect();
    assert_eq!(ids, ["root_load"]);
    assert_eq!(proposal.left_out[0].path, "root.branch");
}

#[test]
fn an_interface_of_very_many_values_is_cut() {
    let fields = |of: &str| {
        let one = |at: usize| format!(r#"{{"name": "f{at}", "schema": {of}}}"#);
        (0..40).map(one).collect::<Vec<_>>().join(",")
    };
    let mut schemas = vec![format!(
        r#"{{"@id": "dtmi:s0;1", "@type": "Object", "fields": [{}]}}"#,
        fields("\"double\"")
    )];
    schemas.extend((1..5).map(|level| {
        let inner = format!("\"dtmi:s{};1\"", level - 1);
        format!(
            r#"{{"@id": "dtmi:s{level};1", "@type": "Object", "fields": [{}]}}"#,
            fields(&inner)
        )
    }));
    let text = format!(
        r#"{{"@context": "dtmi:dtdl:context;3", "@id": "dtmi:a;1", "@type": "Interface", "schemas": [{}],
            "contents": {{"@type": "Telemetry", "name": "x", "schema": "dtmi:s4;1"}}}}"#,
        schemas.join(",")
    );
    let proposal = model(&[&text]).to_type(0).unwrap();
    assert_eq!(proposal.asset_type.signals.len(), 1_000);
    let last = proposal.left_out.last().unwrap();
    assert!(last.text.to_string().contains("1000"), "{last:?}");
}

#[test]
fn nothing_is_made_of_an_interface_that_is_not_there() {
    assert_eq!(Model::default().to_type(0), None);
}
