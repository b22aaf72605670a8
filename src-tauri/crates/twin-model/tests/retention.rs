//! The table `[retention]`: defaults, classes, faults with their lines.

use twin_core::Duration;
use twin_model::{Error, Keep, Plant, Problem, Retention};

const RIVERSIDE: &str = include_str!("riverside.toml");
const CLASSES: &str = r#"
[retention]
raw = "100d"
events = "forever"
budget = "50GB"

[[retention.class]]
types = ["centrifugal-pump"]
signals = ["vibration_de", "anomaly"]
raw = "30d"

[[retention.class]]
assets = ["pump-2"]
areas = ["pump-hall"]
raw = "12y"
"#;

fn days(days: i64) -> Option<Duration> {
    Some(Duration::from_secs(days * 86_400))
}

fn plant(text: &str) -> Result<Plant, Error> {
    Plant::parse(&format!("{RIVERSIDE}{text}"))
}

#[test]
fn without_the_table_there_are_defaults() {
    let retention = plant("").unwrap().retention;
    assert_eq!(retention, Retention::default());
    assert_eq!(
        (retention.default.raw, retention.events),
        (days(400), days(400))
    );
    assert!(retention.default.rollups > days(3_652) && retention.budget.is_none());
}

#[test]
fn the_first_class_that_covers_a_signal_counts() {
    let plant = plant(CLASSES).unwrap();
    let retention = &plant.retention;
    assert_eq!(retention.default.raw, days(100));
    assert_eq!(
        (retention.events, retention.budget),
        (None, Some(50_000_000_000))
    );
    let classes: Vec<_> = plant
        .signals()
        .iter()
        .map(|signal| (signal.def.id.clone(), plant.retention_class(signal)))
        .collect();
    let expected = [
        ("speed", 1),
        ("vibration_de", 0),
        ("mode", 1),
        ("room", 1),
        ("anomaly", 0),
    ];
    assert_eq!(
        classes,
        expected.map(|(id, class)| (id.to_owned(), Some(class)))
    );
    let long = retention.classes[1].keep;
    assert_eq!(
        long,
        Keep {
            raw: days(4_383),
            rollups: days(4_383)
        },
        "statistics never go before the samples"
    );
    assert_eq!(plant.warnings(), Vec::<twin_core::Said>::new());
}

#[test]
fn a_class_that_covers_nothing_deserves_a_look() {
    let text = CLASSES.replace("assets = [\"pump-2\"]", "signals = [\"anomaly\"]");
    let warnings = plant(&text)
        .unwrap()
        .warnings()
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("\n");
    assert!(warnings.contains("retention class 2"), "{warnings}");
}

#[test]
fn faults_are_said_with_their_line() {
    let faults = [
        (
            "raw = \"100d\"",
            "raw = \"100 fortnights\"",
            "retention.raw is \"100 fortnights\": write hours",
        ),
        ("raw = \"100d\"", "raw = \"5m\"", "write hours"),
        (
            "raw = \"100d\"",
            "raw = \"0.1h\"",
            "between 1 hour and 1000 years",
        ),
        ("raw = \"100d\"", "raw = 100", "must be text in quotes"),
        (
            "raw = \"100d\"",
            "days = 100",
            "known are budget, class, events, raw, rollups",
        ),
        (
            "budget = \"50GB\"",
            "budget = \"50\"",
            "retention.budget is \"50\": write a size",
        ),
        ("budget = \"50GB\"", "budget = \"1MB\"", "at least 100MB"),
        (
            "raw = \"30d\"",
            "raw = \"30d\"\nrollups = \"20d\"",
            "retention.class.rollups is shorter than raw",
        ),
        (
            "[\"centrifugal-pump\"]",
            "[\"pump\"]",
            "retention.class.types nothing has the id \"pump\"",
        ),
        (
            "[\"pump-2\"]",
            "[\"pump-9\"]",
            "nothing has the id \"pump-9\"",
        ),
        (
            "[\"pump-hall\"]",
            "[\"hall\"]",
            "nothing has the id \"hall\"",
        ),
        (
            "\"vibration_de\", ",
            "\"vibrations\", ",
            "nothing has the id \"vibrations\"",
        ),
        (
            "assets = [\"pump-2\"]\nareas = [\"pump-hall\"]",
            "",
            "a class names areas",
        ),
    ];
    for (from, to, said) in faults {
        let at = CLASSES.find(from).unwrap();
        let line = RIVERSIDE.matches('\n').count() + CLASSES[..at].matches('\n').count() + 1;
        let text = format!("{RIVERSIDE}{}", CLASSES.replacen(from, to, 1));
        let Err(Error::Invalid(problems)) = Plant::parse(&text) else {
            panic!("{to}: accepted")
        };
        let words = |problem: &Problem| format!("{} {}", problem.key, problem.message);
        assert!(
            problems
                .iter()
                .any(|problem| words(problem).contains(said) && problem.line.abs_diff(line) <= 2),
            "{to}, line {line}: expected {said:?} in {problems:?}"
        );
    }
}
