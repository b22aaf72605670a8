//! Where assets are: plans, the map, and edits of both in place.

use proptest::prelude::*;
use twin_model::{Edit, Error, Location, Plan, PlanUnits, Plant, PlantDocument};

const WORKS: &str = r#"
[plant]
id = "works"
name = "Works"
zone = "UTC"

[map]
outline = "coast.geojson"   # from the land register

[[connection]]
id = "c"
host = "localhost"
security = "plaintext"
subscriptions = [{ filter = "x/#" }]

[[type]]
id = "pump"
[[type.signal]]
id = "flow"

[[area]]
id = "hall"

# Drawn by the building department.
[[plan]]
id = "hall"
name = "Pump hall"
file = "Pump hall.svg"
place = "hall"
[plan.assets]
pump-1 = [0.25, 0.5] # at the door

[[plan]]
id = "site"
file = "site.PNG"
units = "drawing"
[plan.assets]
pump-1 = [640, 312.5]

[[asset]]
id = "pump-1"
area = "hall"
type = "pump"
connection = "c"
source = "x/1#{signal}" # the old one
location = { latitude = 50.11, longitude = -8.68 }

[[asset]]
id = "pump-2"
place = "hall"
type = "pump"
connection = "c"
source = "x/2#{signal}"
"#;

const RULE: &str = r#"
[[mapping]]
id = "pumps"
connection = "c"
filter = "y/{asset}"
type = "pump"
"#;

fn edited(text: &str, edits: &[Edit]) -> Result<(String, Plant), Error> {
    let mut document = PlantDocument::parse(text)?;
    document.apply(edits)?;
    Ok((document.to_string(), document.plant().clone()))
}

fn spot(plan: &str, asset: &str, at: Option<[f64; 2]>) -> Edit {
    Edit::PutSpot {
        plan: plan.into(),
        asset: asset.into(),
        at,
    }
}

fn located(asset: &str, at: Option<(f64, f64)>) -> Edit {
    Edit::PutLocation {
        asset: asset.into(),
        at: at.map(|(latitude, longitude)| Location {
            latitude,
            longitude,
        }),
    }
}

fn faults(text: &str) -> Vec<(usize, String, String)> {
    let told = match Plant::parse(text) {
        Err(Error::Invalid(list)) => list,
        _ => Vec::new(),
    };
    let told = told.into_iter();
    told.map(|one| (one.line, one.key, one.message.to_string()))
        .collect()
}

#[test]
fn plans_and_locations_are_read() {
    let plant = Plant::parse(WORKS).unwrap();
    let hall = plant.plan("hall").unwrap();
    assert_eq!((&*hall.name, &*hall.file), ("Pump hall", "Pump hall.svg"));
    assert_eq!(
        (hall.place.as_deref(), hall.units),
        (Some("hall"), PlanUnits::Fraction)
    );
    assert_eq!(hall.assets["pump-1"], [0.25, 0.5]);
    let site = plant.plan("site").unwrap();
    assert_eq!((&*site.name, site.units), ("site", PlanUnits::Drawing));
    assert_eq!(site.assets["pump-1"], [640.0, 312.5]);
    assert_eq!(plant.map.outline.as_deref(), Some("coast.geojson"));
    let at = Location {
        latitude: 50.11,
        longitude: -8.68,
    };
    assert_eq!(plant.map.locations["pump-1"], at);
    assert_eq!(plant.map.locations.len(), 1);
}

#[test]
fn every_wrong_position_is_told_with_its_line() {
    let wrong = WORKS
        .replace("[0.25, 0.5]", "[0.25, 1.5]")
        .replace("[640, 312.5]", "[640]")
        .replace("Pump hall.svg", "../hall.svg")
        .replace("place = \"hall\"\n[plan", "place = \"hell\"\n[plan")
        .replace("coast.geojson", "coast.exe")
        .replace("latitude = 50.11", "latitude = 95")
        .replace("pump-1 = [0", "pump-9 = [0");
    let told = faults(&wrong);
    let keys: Vec<&str> = told.iter().map(|(_, key, _)| key.as_str()).collect();
    assert_eq!(
        keys,
        [
            "map.outline",
            "plan.file",
            "plan.place",
            "plan.assets.pump-9",
            "plan.assets.pump-9",
            "plan.assets.pump-1",
            "asset.location.latitude",
        ]
    );
    assert!(told[2].2.contains("no place \"hell\""));
    assert!(told[5].2.contains("two numbers"));
}

#[test]
fn only_a_rule_can_make_an_asset_that_no_line_names() {
    let strange = WORKS.replace(
        "[map]",
        "[map]\nlocations = { other = [1.0, 2.0], pump-2 = [1, 2] }",
    );
    let told = faults(&strange);
    assert_eq!(told.len(), 2);
    assert!(
        told.iter()
            .any(|(_, _, why)| why.contains("under its [[asset]]"))
    );
    let ruled = strange.replace(", pump-2 = [1, 2]", "") + RULE;
    let plant = Plant::parse(&ruled).unwrap();
    assert_eq!(plant.map.locations["other"].longitude, 2.0);
}

#[test]
fn what_is_put_stands_where_a_person_would_write_it() {
    let (text, plant) = edited(
        WORKS,
        &[
            spot("hall", "pump-2", Some([0.5, 0.75])),
            spot("hall", "pump-1", Some([0.3, 0.5])),
            located("pump-2", Some((50.2, 8.7))),
            located("pump-1", Some((50.12, -8.68))),
        ],
    )
    .unwrap();
    assert_eq!(plant.plan("hall").unwrap().assets.len(), 2);
    assert!(text.contains("pump-1 = [0.3, 0.5] # at the door\npump-2 = [0.5, 0.75]\n"));
    assert!(
        text.contains(
            "source = \"x/2#{signal}\"\nlocation = { latitude = 50.2, longitude = 8.7 }\n"
        )
    );
    assert!(
        text.contains("source = \"x/1#{signal}\" # the old one\nlocation = { latitude = 50.12")
    );
    for kept in ["# Drawn by", "# from the land register"] {
        assert!(text.contains(kept), "{kept}");
    }
}

#[test]
fn an_asset_of_a_rule_is_placed_too() {
    let ruled = WORKS.to_owned() + RULE;
    let (text, plant) = edited(
        &ruled,
        &[
            spot("site", "hall%20b", Some([1.0, 2.0])),
            located("hall%20b", Some((1.0, 2.0))),
        ],
    )
    .unwrap();
    assert_eq!(plant.map.locations["hall%20b"].latitude, 1.0);
    assert!(text.contains("\"hall%20b\" = [1.0, 2.0]"));
    let without_map = ruled.replace("[map]\noutline = \"coast.geojson\"", "");
    let (_, plant) = edited(&without_map, &[located("other", Some((1.0, 2.0)))]).unwrap();
    assert_eq!(plant.map.locations["other"].longitude, 2.0);
}

#[test]
fn what_cannot_be_is_refused_and_changes_nothing() {
    for wrong in [
        spot("attic", "pump-1", Some([0.1, 0.1])),
        spot("hall", "pump-1", Some([1.1, 0.1])),
        spot("hall", "pump-7", Some([0.1, 0.1])),
        located("pump-1", Some((91.0, 0.0))),
        located("pump-7", Some((1.0, 0.0))),
    ] {
        let mut document = PlantDocument::parse(WORKS).unwrap();
        assert!(document.apply(&[wrong]).is_err());
        assert_eq!(document.to_string(), WORKS);
    }
}

fn at() -> impl Strategy<Value = [f64; 2]> {
    (0..=10_000, 0..=10_000).prop_map(|(x, y)| [f64::from(x) / 10_000.0, f64::from(y) / 10_000.0])
}

proptest! {
    /// A place put and taken away again leaves the same bytes, wherever it was.
    #[test]
    fn taking_back_leaves_the_same_bytes(at in at(), is_known in any::<bool>(), latitude in -90.0..90.0, longitude in -180.0..180.0) {
        let asset = if is_known { "pump-1" } else { "pump-2" };
        let before = Plant::parse(WORKS).unwrap();
        let old = before.plan("hall").unwrap().assets.get(asset).copied();
        let known = before.map.locations.get(asset).map(|at| (at.latitude, at.longitude));
        let (text, plant) = edited(WORKS, &[spot("hall", asset, Some(at)), located(asset, Some((latitude, longitude)))]).unwrap();
        prop_assert_eq!(plant.plan("hall").map(|plan: &Plan| plan.assets[asset]), Some(at));
        prop_assert_eq!(plant.map.locations[asset], Location { latitude, longitude });
        let (back, _) = edited(&text, &[spot("hall", asset, old), located(asset, known)]).unwrap();
        prop_assert_eq!(back, WORKS);
    }
}
