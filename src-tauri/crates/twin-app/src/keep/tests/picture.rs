//! A picture of closed history.

use twin_core::{
    SignalKey,
    alarm::{AlarmKind, AlarmState, AlarmTransition, Cause, Priority},
};
use twin_historian::JournalRow;
use twin_report::Theme;

use super::*;

const PLANT: &str = r#"
[plant]
id = "p"
name = "Riverside"
zone = "Europe/Berlin"

[[connection]]
id = "c"
name = "C"
host = "localhost"
subscriptions = [{ filter = "plant/#", qos = 1 }]

[[type]]
id = "tank"
name = "Tank"
[[type.signal]]
id = "level"
name = "Level"
unit = "m"

[[area]]
id = "a"
name = "A"

[[asset]]
id = "tank"
name = "Tank"
area = "a"
type = "tank"
connection = "c"
source = "plant/tank#{signal}"
"#;

fn wanted(dir: &Path, name: &str) -> Picture {
    Picture {
        asset: "tank".to_owned(),
        signals: Vec::new(),
        from: Some(Timestamp(T0)),
        to: Some(Timestamp(T0 + GROUPS * GROUP * 1_000)),
        file: Some(dir.join("out").join(name)),
        theme: Theme::Light,
    }
}

async fn drawn(dir: &Path, wanted: &Picture) -> Vec<u8> {
    let outcome = run_on(dir, Work::Picture(wanted.clone())).await;
    assert!(outcome.good, "{outcome:?}");
    let file = wanted.file.as_ref().unwrap();
    assert!(outcome.lines[0].contains(&file.display().to_string()));
    let png = fs::read(file).unwrap();
    assert!(png.starts_with(b"\x89PNG\r\n\x1a\n"));
    png
}

async fn raise(dir: &Path) {
    let historian = Historian::open(dir, clock::now()).await.unwrap();
    let raised = AlarmTransition {
        occurrence: "tank/level:high@1".into(),
        rule: "tank/level:high".into(),
        asset: "tank".into(),
        signal: SignalKey(1),
        kind: AlarmKind::High,
        priority: Priority::new(1).unwrap(),
        limit: 0.5,
        from: AlarmState::Normal,
        to: AlarmState::UnackActive,
        cause: Cause::Raised,
        source_time: Timestamp(T0 + 5_000_000),
        at: Timestamp(T0 + 5_000_001),
        value: 0.75,
    };
    let alarms = historian.alarms();
    alarms.append(&[raised], JournalRow(1)).await.unwrap();
    historian.close().await.unwrap();
}

#[tokio::test]
async fn shows_the_samples_and_the_alarms_of_its_range() {
    let dir = filled().await;
    let dir = dir.path();
    fs::write(dir.join("plant.toml"), PLANT).unwrap();
    let first = drawn(dir, &wanted(dir, "first.png")).await;
    assert_eq!(first, drawn(dir, &wanted(dir, "again.png")).await);

    let dark = Picture {
        theme: Theme::Dark,
        ..wanted(dir, "dark.png")
    };
    assert_ne!(first, drawn(dir, &dark).await);
    let named = Picture {
        signals: vec!["tank/level".to_owned()],
        ..wanted(dir, "named.png")
    };
    assert_eq!(first, drawn(dir, &named).await);

    raise(dir).await;
    let alarmed = drawn(dir, &wanted(dir, "alarmed.png")).await;
    assert_ne!(first, alarmed);
    // Before it was raised there is none, and its lane neither.
    let before = |name| Picture {
        to: Some(Timestamp(T0 + 4_000_000)),
        ..wanted(dir, name)
    };
    let unraised = drawn(dir, &before("before.png")).await;
    assert_ne!(unraised, alarmed);
    assert_eq!(stored(dir).await, GROUPS * GROUP);
}

#[tokio::test]
async fn is_refused_in_words_where_it_cannot_be_made() {
    let dir = filled().await;
    let dir = dir.path();
    fs::write(dir.join("plant.toml"), PLANT).unwrap();
    drawn(dir, &wanted(dir, "first.png")).await;
    let unknown = Picture {
        asset: "pump".to_owned(),
        ..wanted(dir, "a.png")
    };
    let nothing = Picture {
        signals: vec!["tank/weight".to_owned()],
        ..wanted(dir, "b.png")
    };
    let backwards = Picture {
        from: Some(Timestamp(T0 + 9_000_000_000)),
        ..wanted(dir, "c.png")
    };
    for (picture, words) in [
        (wanted(dir, "first.png"), "exists already"),
        (unknown, "pump"),
        (nothing, "tank/weight"),
        (backwards, "ends before"),
    ] {
        let refused = run(dir, &Work::Picture(picture.clone()), "op", &go_on).await;
        let said = refused.unwrap_err().to_string();
        assert!(said.contains(words), "{said}");
        let file = picture.file.unwrap();
        assert_eq!(file.exists(), file.ends_with("first.png"));
    }
}
