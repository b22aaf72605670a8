//! Reading a whole plant file, and what is said about a faulty one.

use proptest::prelude::*;
use twin_core::{
    Duration,
    alarm::{AlarmKind, Priority},
};
use twin_model::{Error, Plant, Protocol, Role, Security, Session};

const RIVERSIDE: &str = include_str!("riverside.toml");

#[test]
fn a_plant_file_is_read_whole() {
    let plant = Plant::parse(RIVERSIDE).unwrap();
    assert_eq!(
        (plant.id.as_str(), plant.zone.as_str()),
        ("riverside", "Europe/Berlin")
    );
    let station = plant.connection("station").unwrap();
    assert_eq!(
        (station.port, station.security, station.session),
        (18_830, Security::Plaintext, Session::Persistent)
    );
    assert!(station.allow_rebirth && station.username.is_none());
    assert_eq!(station.subscriptions.len(), 2);
    let laboratory = plant.connection("laboratory").unwrap();
    assert_eq!(
        (laboratory.port, laboratory.security),
        (8_883, Security::Tls),
        "TLS is the default, with its port"
    );
    assert_eq!(
        (laboratory.protocol, laboratory.name.as_str()),
        (Protocol::Mqtt311, "laboratory")
    );
    assert_eq!(laboratory.subscriptions[0].qos, 1);

    let pump = plant.asset_type("centrifugal-pump").unwrap();
    assert_eq!(
        pump.running.as_ref().map(|r| (r.signal.as_str(), r.above)),
        Some(("speed", 100.0))
    );
    let vibration = pump.signal("vibration_de").unwrap();
    assert_eq!(
        (vibration.range, vibration.normal),
        (Some([0.0, 20.0]), Some([0.5, 3.5]))
    );
    assert_eq!(
        (vibration.stale_after, vibration.step),
        (Duration::from_secs(10), false)
    );
    assert_eq!(vibration.alarms[1].kind, AlarmKind::HighHigh);
    assert_eq!(vibration.alarms[1].priority, Priority::new(1).unwrap());
    assert_eq!(vibration.alarms[0].on_delay, Duration::from_secs(5));
    let mode = pump.signal("mode").unwrap();
    assert_eq!(
        (mode.role, mode.step, mode.decimals),
        (Role::State, true, 1)
    );
    assert_eq!(mode.stale_after, Duration::from_secs(30));
}

#[test]
fn signals_are_resolved_in_file_order_and_the_score_comes_last() {
    let signals = Plant::parse(RIVERSIDE).unwrap().signals();
    let ids: Vec<_> = signals.iter().map(|signal| signal.id.as_str()).collect();
    assert_eq!(
        ids,
        [
            "pump-2/speed",
            "pump-2/vibration_de",
            "pump-2/mode",
            "pump-2/room",
            "pump-2/anomaly"
        ]
    );
    assert_eq!(
        signals[1].address.as_deref(),
        Some("spBv1.0/Riverside/edge-1/pump-2#vibration_de")
    );
    assert_eq!(
        signals[3].address.as_deref(),
        Some("zigbee2mqtt/pump_hall_air#temperature")
    );
    assert_eq!(
        signals[1].rule_id(AlarmKind::High).as_str(),
        "pump-2/vibration_de:high"
    );
    let score = &signals[4];
    assert_eq!(
        (score.def.role, score.def.range, score.address.as_deref()),
        (Role::Score, Some([0.0, 1.0]), None)
    );
    assert_eq!(
        score.model.as_ref().map(|id| id.as_str()),
        Some("pump-anomaly")
    );
    assert_eq!(score.def.alarms[0].kind, AlarmKind::Anomaly);
}

#[test]
fn warnings_name_what_deserves_a_look() {
    assert_eq!(
        Plant::parse(RIVERSIDE).unwrap().warnings(),
        Vec::<twin_core::Said>::new()
    );
    let text = RIVERSIDE
        .replace("unit = \"mm/s\"", "unit = \"furlong\"")
        .replace("host = \"127.0.0.1\"", "host = \"10.0.0.9\"")
        .replace("limit = 7.1", "limit = 71")
        .replace("zigbee2mqtt/#", "zigbee/#")
        + "[[area]]\nid = \"empty\"\n[[type]]\nid = \"unused\"\n";
    let warnings = Plant::parse(&text)
        .unwrap()
        .warnings()
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("\n");
    for part in [
        "furlong",
        "10.0.0.9",
        "limit 71",
        "zigbee2mqtt/pump_hall_air",
        "area empty",
        "type unused",
    ] {
        assert!(warnings.contains(part), "{part} in:\n{warnings}");
    }
}

/// What to replace in the plant file, by what, and what must be said about it.
const FAULTS: [(&str, &str, &str); 38] = [
    (
        "zone = \"Europe/Berlin\"",
        "zone = \"\"",
        "plant.zone must not be empty",
    ),
    ("id = \"riverside\"", "id = \"River Side\"", "is not an id"),
    ("port = 18_830", "port = 70000", "connection.port is 70000"),
    (
        "port = 18_830",
        "port = \"18830\"",
        "must be a whole number, but is string",
    ),
    (
        "port = 18_830",
        "prot = 18830",
        "connection.prot is not known here; known are allow_rebirth",
    ),
    (
        "username = \"\"",
        "password = \"x\"",
        "a password never stands in the plant file",
    ),
    (
        "protocol = \"mqtt5\"",
        "protocol = \"mqtt4\"",
        "\"mqtt5\", \"mqtt3.1.1\"",
    ),
    ("id = \"laboratory\"", "id = \"station\"", "stands twice"),
    (
        "host = \"lab.example\"",
        "host = \"mqtts://lab\"",
        "without a scheme",
    ),
    ("key_file = \"certs/client.key\"", "", "go together"),
    ("filter = \"lab/#\"", "filter = \"#\"", "everything = true"),
    (
        "filter = \"lab/#\"",
        "filter = \"lab#\"",
        "must be a whole level",
    ),
    (
        "zigbee2mqtt/#\", qos = 1",
        "zigbee2mqtt/#\", qos = 3",
        "qos is 3",
    ),
    ("id = \"speed\"", "id = \"Speed\"", "is not an id"),
    ("id = \"speed\"", "id = \"mode\"", "stands twice"),
    (
        "range = [0.0, 20.0]",
        "range = [20.0, 0.0]",
        "lower one first",
    ),
    (
        "normal = [0.5, 3.5]",
        "normal = [0.5, 35]",
        "must lie within range",
    ),
    ("normal = [0.5, 3.5]", "normal = 0.5", "must be two numbers"),
    (
        "normal = [0.5, 3.5]",
        "normal = [0.5]",
        "must be two numbers",
    ),
    (
        "limit = 7.1",
        "limit = 4.5",
        "high limit 4.5 must be below the high-high limit 4.5",
    ),
    ("limit = 7.1", "limit = nan", "finite number"),
    (
        "kind = \"high-high\"",
        "kind = \"high\"",
        "two alarms of kind",
    ),
    (
        "kind = \"high-high\"",
        "kind = \"anomaly\"",
        "must be high-high, high, low or low-low",
    ),
    ("priority = 2", "priority = 5", "priority is 5"),
    (
        "deadband = 0.3, on_delay_s = 5.0",
        "deadband = -0.3",
        "0 or more",
    ),
    ("stale_after_s = 10.0", "stale_after_s = 0", "more than 0"),
    (
        "signal = \"speed\", above",
        "signal = \"sped\", above",
        "has no signal \"sped\"",
    ),
    (
        "inputs = [\"speed\", \"vibration_de\"]",
        "inputs = [\"speed\", \"speed\"]",
        "stands twice",
    ),
    (
        "inputs = [\"speed\", \"vibration_de\"]",
        "inputs = [\"spin\"]",
        "has no signal \"spin\"",
    ),
    (
        "file = \"pump-anomaly.onnx\"",
        "file = \"../x.onnx\"",
        "without \"..\"",
    ),
    ("limit = 0.5", "limit = 1.5", "a score lies between 0 and 1"),
    (
        "id = \"room\"",
        "id = \"anomaly\"",
        "its score takes the id",
    ),
    (
        "area = \"pump-hall\"",
        "area = \"hall\"",
        "there is no area \"hall\"",
    ),
    (
        "type = \"centrifugal-pump\"",
        "type = \"pump\"",
        "there is no type \"pump\"",
    ),
    (
        "connection = \"station\"",
        "connection = \"x\"",
        "there is no connection \"x\"",
    ),
    ("pump-2#{signal}", "pump-2#speed", "must hold {signal}"),
    ("pump_hall_air#temperature", "pump_hall_air", "has no `#`"),
    ("room = \"zig", "rom = \"zig", "has no signal \"rom\""),
];

#[test]
fn faults_are_said_with_their_line_and_key() {
    for (from, to, said) in FAULTS {
        let at = RIVERSIDE.find(from).unwrap();
        let line = RIVERSIDE[..at].matches('\n').count() + 1;
        let Err(Error::Invalid(problems)) = Plant::parse(&RIVERSIDE.replacen(from, to, 1)) else {
            panic!("{to}: accepted")
        };
        assert!(
            problems.iter().any(|p| p.line.abs_diff(line) <= 4),
            "{to}: line {line}, said {problems:?}"
        );
        let all: Vec<_> = problems
            .iter()
            .map(|p| format!("{} {}", p.key, p.message))
            .collect();
        assert!(
            all.iter().any(|problem| problem.contains(said)),
            "{to}: expected {said:?} in {all:#?}"
        );
    }
}

#[test]
fn an_address_belongs_to_one_signal() {
    const SECOND: &str =
        "[[asset]]\nid = \"pump-3\"\narea = \"pump-hall\"\ntype = \"centrifugal-pump\"\n";
    let lines = RIVERSIDE.matches('\n').count();
    let problems = |text: String| match Plant::parse(&format!("{RIVERSIDE}{SECOND}{text}")) {
        Ok(_) => Vec::new(),
        Err(Error::Invalid(problems)) => problems,
        Err(error) => panic!("{error}"),
    };
    let said = |problem: &twin_model::Problem| (problem.line - lines, problem.key.clone());

    // An address of its own that another asset has, on the line of the second.
    let shared = "source = \"x/pump-3#{signal}\"\n[asset.sources]\nmode = \"x/pump-3#m\"\n\
                  room = \"zigbee2mqtt/pump_hall_air#temperature\"\n";
    let found = problems(format!("connection = \"station\"\n{shared}"));
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(said(&found[0]), (9, "asset.sources.room".to_owned()));
    for part in [
        "signal pump-3/room",
        "signal pump-2/room",
        "pump_hall_air#temperature",
        "station",
    ] {
        assert!(
            found[0].message.to_string().contains(part),
            "{part} in {found:?}"
        );
    }
    // The same address of another connection is another place.
    let other = problems(format!("connection = \"laboratory\"\n{shared}"));
    assert_eq!(other, []);

    // A template that another asset has: every signal but the one with an address of its own.
    let copied = "connection = \"station\"\nsource = \"spBv1.0/Riverside/edge-1/pump-2#{signal}\"\n\
                  [asset.sources]\nroom = \"zigbee2mqtt/other#temperature\"\n";
    let found = problems(copied.to_owned());
    let expected = (6, "asset.source".to_owned());
    assert_eq!(
        found.iter().map(said).collect::<Vec<_>>(),
        vec![expected; 3]
    );
    assert!(
        found[1].message.to_string().contains("pump-2/speed"),
        "{found:?}"
    );

    // Two signals of one asset.
    let twice = "connection = \"station\"\nsource = \"x/pump-3#{signal}\"\n[asset.sources]\nroom = \"x/pump-3#mode\"\n";
    let found = problems(twice.to_owned());
    assert_eq!(
        found.iter().map(said).collect::<Vec<_>>(),
        [(8, "asset.sources.room".to_owned())]
    );
    assert!(
        found[0]
            .message
            .to_string()
            .contains("signal pump-3/mode has already"),
        "{found:?}"
    );
}

#[test]
fn all_faults_are_said_at_once_and_in_order() {
    let text = RIVERSIDE
        .replace("port = 18_830", "port = 0")
        .replace("priority = 3", "priority = 9");
    let Err(Error::Invalid(problems)) = Plant::parse(&text) else {
        panic!("accepted")
    };
    assert_eq!(problems.len(), 2);
    assert!(problems[0].line < problems[1].line);
    let said = Error::Invalid(problems).to_string();
    assert!(
        said.starts_with("plant file: line 14, connection.port: is 0"),
        "{said}"
    );
}

#[test]
fn text_that_is_not_toml_says_where() {
    let Err(Error::Syntax { line, .. }) = Plant::parse("[plant]\nid = \"a\"\nname = \n") else {
        panic!("accepted")
    };
    assert_eq!(line, 3);
    assert!(matches!(Plant::parse(""), Err(Error::Invalid(_))));
    let deep = format!("a = {}{}", "[".repeat(10_000), "]".repeat(10_000));
    assert!(
        Plant::parse(&deep).is_err(),
        "deep nesting is refused, not followed"
    );
}

#[test]
fn everything_may_be_asked_for_when_it_is_said() {
    let text = RIVERSIDE.replace("filter = \"lab/#\"", "everything = true\nfilter = \"#\"");
    let plant = Plant::parse(&text).unwrap();
    assert!(plant.connection("laboratory").unwrap().subscriptions[0].everything);
    assert!(
        plant
            .warnings()
            .iter()
            .any(|warning| warning.to_string().contains("every message"))
    );
}

proptest! {
    #[test]
    fn arbitrary_text_never_panics(text in "\\PC{0,200}") {
        let _ = Plant::parse(&text);
    }

    #[test]
    fn a_damaged_plant_file_never_panics(at in 0..RIVERSIDE.len(), length in 0usize..40, put in "[\\PC\n]{0,8}") {
        let mut start = at;
        while !RIVERSIDE.is_char_boundary(start) { start -= 1; }
        let mut end = (start + length).min(RIVERSIDE.len());
        while !RIVERSIDE.is_char_boundary(end) { end -= 1; }
        let text = format!("{}{put}{}", &RIVERSIDE[..start], &RIVERSIDE[end.max(start)..]);
        if let Ok(plant) = Plant::parse(&text) {
            let _ = (plant.signals(), plant.warnings());
        }
    }
}
