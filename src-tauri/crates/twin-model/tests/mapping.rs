//! Mapping rules: which addresses fit, what they make.

use proptest::prelude::*;
use twin_core::ConnectionId;
use twin_model::{Error, Mapped, Mapper, Plant};

const PLANT: &str = r##"
[plant]
id = "works"
name = "Works"
zone = "UTC"

[[connection]]
id = "station"
host = "127.0.0.1"
security = "plaintext"
subscriptions = [{ filter = "plant/#" }, { filter = "spBv1.0/#" }, { filter = "zigbee2mqtt/#" }]

[[type]]
id = "pump"
[[type.signal]]
id = "speed"
[[type.signal]]
id = "temperature"

[[area]]
id = "hall-a"

[[asset]]
id = "p1"
area = "hall-a"
type = "pump"
connection = "station"
source = "plant/hall-a/p1/data/{signal}#value"

[[mapping]]
id = "pumps"
connection = "station"
filter = "plant/{area}/{asset}/+/{signal}"
path = "value"
type = "pump"
place = "{area}"
name = "Pump {asset} of {area}"

[[mapping]]
id = "sparkplug"
connection = "station"
filter = "spBv1.0/{group}/{node}/pump-{number}"
path = "Motor/{signal}"
type = "pump"
asset = "{group}.{node}.{number}"
signals = { speed = "Speed, actual", temperature = "Temp <b>" }

[[mapping]]
id = "rooms"
connection = "station"
filter = "zigbee2mqtt/{asset}/#"
type = "pump"
place = "hall-a"

[[mapping]]
id = "one"
connection = "station"
filter = "plant/x{{y}}"
path = "a.{k}.b"
type = "pump"
asset = "fixed"
signal = "{k}"
"##;

fn resolve(address: &str) -> Option<Mapped> {
    let plant = Plant::parse(PLANT).ok()?;
    Mapper::new(&plant).resolve(&ConnectionId::from("station"), address)
}

#[test]
fn an_address_makes_an_asset() {
    let mapped = resolve("plant/hall-a/p7/data/speed#value").unwrap();
    assert_eq!(mapped.asset.as_str(), "p7");
    assert_eq!(
        (
            mapped.mapping.as_str(),
            mapped.type_id.as_str(),
            mapped.signal.as_str()
        ),
        ("pumps", "pump", "speed")
    );
    assert_eq!(mapped.name, "Pump p7 of hall-a");
    assert_eq!(mapped.place.as_deref(), Some("hall-a"));
    // A place that the plant does not have is none.
    assert_eq!(
        resolve("plant/hall-z/p7/data/speed#value").unwrap().place,
        None
    );

    let mapped = resolve("spBv1.0/North/edge 1/pump-07#Motor/Speed, actual").unwrap();
    assert_eq!(mapped.asset.as_str(), "North.edge%201.07");
    assert_eq!(
        (mapped.signal.as_str(), mapped.name.as_str()),
        ("speed", "North.edge 1.07")
    );
    assert_eq!(
        resolve("spBv1.0/N/e/pump-1#Motor/Temp <b>").unwrap().signal,
        "temperature"
    );

    let mapped = resolve("zigbee2mqtt/'; DROP TABLE x;--/left#temperature").unwrap();
    assert_eq!(mapped.asset.as_str(), "%27%3B%20DROP%20TABLE%20x%3B--");
    assert_eq!(mapped.name, "'; DROP TABLE x;--");
    assert_eq!(mapped.place.as_deref(), Some("hall-a"));
    assert!(
        resolve("zigbee2mqtt/lamp#speed").is_some(),
        "# takes no level too"
    );

    let mapped = resolve("plant/x{y}#a.speed.b").unwrap();
    assert_eq!(
        (mapped.asset.as_str(), mapped.signal.as_str()),
        ("fixed", "speed")
    );
}

#[test]
fn what_does_not_fit_is_left_alone() {
    for address in [
        "plant/hall-a/p7/data/flow#value",
        "plant/hall-a/p7/data/speed#other",
        "plant/hall-a/p7/data#value",
        "plant/hall-a/p7/data/speed/more#value",
        "plant/hall-a//data/speed#value",
        // The plant file has this one itself.
        "plant/hall-a/p1/data/speed#value",
        "plant/hall-a/p1/spare/temperature#value",
        "spBv1.0/N/e/valve-1#Motor/Speed, actual",
        "spBv1.0/N/e/pump-#Motor/Speed, actual",
        "spBv1.0/N/e/pump-1#Motor/speed",
        "plant/x{y}#a.speed",
        "plant/x{y}#a..b",
        "speed",
        "",
    ] {
        assert_eq!(resolve(address), None, "{address}");
    }
    let mapper = Mapper::new(&Plant::parse(PLANT).unwrap());
    let elsewhere = ConnectionId::from("elsewhere");
    assert_eq!(mapper.resolve(&elsewhere, "zigbee2mqtt/lamp#speed"), None);
}

#[test]
fn the_first_rule_counts_and_a_warning_says_so() {
    let text = PLANT.replace(
        "filter = \"zigbee2mqtt/{asset}/#\"",
        "filter = \"plant/{a}/{asset}/+/{b}\"\npath = \"value\"",
    );
    let text = text.replace("id = \"rooms\"", "id = \"rooms\"\nsignal = \"{b}\"");
    let plant = Plant::parse(&text).unwrap();
    let warnings = plant
        .warnings()
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("\n");
    assert!(
        warnings.contains("mapping rooms: fits what mapping pumps fits"),
        "{warnings}"
    );
    let mapped = Mapper::new(&plant)
        .resolve(
            &ConnectionId::from("station"),
            "plant/hall-a/p7/data/speed#value",
        )
        .unwrap();
    assert_eq!(mapped.mapping, "pumps");
    let unheard = PLANT.replace(
        "{ filter = \"zigbee2mqtt/#\" }",
        "{ filter = \"zigbee/#\" }",
    );
    let warnings = Plant::parse(&unheard)
        .unwrap()
        .warnings()
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("\n");
    assert!(
        warnings.contains("mapping rooms: connection station subscribes to nothing"),
        "{warnings}"
    );
    assert_eq!(
        Plant::parse(PLANT).unwrap().warnings(),
        Vec::<twin_core::Said>::new()
    );
}

#[test]
fn faulty_rules_are_named() {
    for (from, to, said) in [
        ("id = \"rooms\"", "id = \"pumps\"", "stands twice"),
        (
            "zigbee2mqtt/{asset}/#",
            "zigbee2mqtt/{asset}/#/x",
            "must be a whole level",
        ),
        (
            "zigbee2mqtt/{asset}/#",
            "zigbee2mqtt/{asset}{x}/#",
            "captures twice in one level",
        ),
        (
            "zigbee2mqtt/{asset}/#",
            "zigbee2mqtt/{asset}/{asset}",
            "captures \"asset\" twice",
        ),
        (
            "zigbee2mqtt/{asset}/#",
            "zigbee2mqtt/{Asset}/#",
            "is no capture",
        ),
        (
            "zigbee2mqtt/{asset}/#",
            "zigbee2mqtt/asset}/#",
            "has a `}` without a `{`",
        ),
        (
            "zigbee2mqtt/{asset}/#",
            "zigbee2mqtt/+/#",
            "takes {asset}, which filter and path do not capture",
        ),
        ("\"a.{k}.b\"", "\"a.{k}{l}.b\"", "side by side"),
        (
            "asset = \"fixed\"",
            "asset = \"a/b\"",
            "only letters, digits",
        ),
        (
            "place = \"hall-a\"",
            "place = \"hall-q\"",
            "there is no place \"hall-q\"",
        ),
        (
            "filter = \"plant/x{{y}}\"",
            "fliter = \"plant/x\"",
            "is not known here; known are asset",
        ),
        (
            "speed = \"Speed, actual\"",
            "sped = \"Speed\"",
            "has no signal \"sped\"",
        ),
    ] {
        let Err(Error::Invalid(problems)) = Plant::parse(&PLANT.replacen(from, to, 1)) else {
            panic!("{to}: accepted")
        };
        assert!(
            problems
                .iter()
                .any(|p| p.message.to_string().contains(said)),
            "{to}: {said:?} in {problems:#?}"
        );
        let at = PLANT.find(from).unwrap();
        let line = PLANT[..at].matches('\n').count() + 1;
        assert!(
            problems.iter().any(|p| p.line.abs_diff(line) <= 6),
            "{to}: {problems:?}"
        );
    }
}

proptest! {
    #[test]
    fn captured_names_come_back_and_ids_stay_apart(
        a in "[^/#\u{0}]{1,20}", b in "[^/#\u{0}]{1,20}",
    ) {
        let of = |name: &str| resolve(&format!("zigbee2mqtt/{name}#speed")).unwrap();
        let (first, second) = (of(&a), of(&b));
        prop_assert_eq!(&first.name, &a);
        prop_assert_eq!(first.asset == second.asset, a == b);
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_%".contains(c);
        prop_assert!(first.asset.as_str().chars().all(plain), "{}", first.asset);
    }

    #[test]
    fn no_address_harms(address in "\\PC{0,80}|(plant|spBv1.0|zigbee2mqtt)(/[a-z{}%+-]{0,6}){0,6}#[a-zA-Z./ ]{0,12}") {
        let _ = resolve(&address);
    }

    #[test]
    fn no_rule_harms(filter in "[a-z{}/+#$]{0,20}", path in "[a-z{}.]{0,12}", address in "[a-z/]{0,12}#[a-z.]{0,8}") {
        let text = PLANT.replace("plant/x{{y}}", &filter).replace("a.{k}.b", &path);
        if let Ok(plant) = Plant::parse(&text) {
            let _ = (Mapper::new(&plant).resolve(&ConnectionId::from("station"), &address), plant.warnings());
        }
    }
}
