//! Editing a plant file in place.

use proptest::prelude::*;
use twin_core::ConnectionId;
use twin_model::{
    Connection, Error, Plant, PlantDocument, Protocol, Security, Session, Subscription,
};

const RIVERSIDE: &str = include_str!("riverside.toml");

fn comments(text: &str) -> Vec<&str> {
    text.lines()
        .filter_map(|line| {
            line.find(" # ")
                .or(line.starts_with('#').then_some(0))
                .map(|at| line[at..].trim())
        })
        .collect()
}

fn subscription(filter: &str, qos: u8) -> Subscription {
    Subscription {
        filter: filter.into(),
        qos,
        everything: false,
        share: None,
    }
}

#[test]
fn putting_what_is_there_changes_not_one_byte() {
    let mut document = PlantDocument::parse(RIVERSIDE).unwrap();
    for connection in document.plant().connections.clone() {
        document.put_connection(&connection).unwrap();
    }
    // Keys that stood at their default only in the reader's head are written; nothing else moves.
    let added = [
        "name = \"laboratory\"",
        "port = 8883",
        "security = \"tls\"",
        "qos = 1",
    ];
    let kept: Vec<_> = document
        .to_string()
        .lines()
        .filter(|line| !added.contains(line))
        .map(str::to_owned)
        .collect();
    assert_eq!(kept, RIVERSIDE.lines().collect::<Vec<_>>());
    let station_only = RIVERSIDE.split("# Kept").next().unwrap();
    assert!(document.to_string().starts_with(station_only));
}

#[test]
fn a_change_keeps_comments_and_neighbours() {
    let mut document = PlantDocument::parse(RIVERSIDE).unwrap();
    let mut station = document.plant().connection("station").unwrap().clone();
    station.name = "Quelle \"7\" 🌊".into();
    station.port = 8883;
    station.allow_rebirth = false;
    station.subscriptions[0].qos = 2;
    station.subscriptions.push(subscription("plant/+/json", 0));
    document.put_connection(&station).unwrap();
    let text = document.to_string();
    assert_eq!(comments(&text), comments(RIVERSIDE));
    assert!(
        text.contains("# as on its door")
            && text.contains("allow_rebirth = false      # agreed with control")
    );
    assert_eq!(
        Plant::parse(&text).unwrap().connection("station"),
        Some(&station)
    );
    let changed: Vec<_> = RIVERSIDE
        .lines()
        .filter(|line| !text.contains(*line))
        .collect();
    assert_eq!(
        changed.len(),
        4,
        "only the changed lines differ: {changed:?}"
    );
}

#[test]
fn a_new_connection_goes_after_the_others_and_can_be_removed_again() {
    let mut document = PlantDocument::parse(RIVERSIDE).unwrap();
    let new = Connection {
        id: ConnectionId::from("cloud"),
        ..document.plant().connections[1].clone()
    };
    document.put_connection(&new).unwrap();
    let text = document.to_string();
    assert!(text.find("\"laboratory\"").unwrap() < text.find("\"cloud\"").unwrap());
    assert!(
        text.find("\"cloud\"").unwrap() < text.find("[[type]]").unwrap(),
        "{text}"
    );
    assert_eq!(document.plant().connection("cloud"), Some(&new));
    document.remove_connection("cloud").unwrap();
    assert_eq!(document.to_string(), RIVERSIDE);
}

#[test]
fn a_plant_without_connections_gets_its_first() {
    let mut document = PlantDocument::parse(
        "# mine\n[plant]\nid = \"a\"\nname = \"A\"\nzone = \"UTC\" # always\n",
    )
    .unwrap();
    let connection = Plant::parse(RIVERSIDE).unwrap().connections.remove(0);
    document.put_connection(&connection).unwrap();
    let text = document.to_string();
    assert_eq!(Plant::parse(&text).unwrap().connections, [connection]);
    assert!(text.starts_with("# mine\n") && text.contains("# always"));
    document.remove_connection("station").unwrap();
    assert!(!document.to_string().contains("connection"));
}

#[test]
fn removing_takes_its_own_comment_and_leaves_the_others() {
    let mut document = PlantDocument::parse(RIVERSIDE).unwrap();
    document.remove_connection("laboratory").unwrap();
    let text = document.to_string();
    assert!(
        text.contains("# Kept for the laboratory.") && !text.contains("# The laboratory's own.")
    );
    assert!(
        text.find("# Kept").unwrap() < text.find("[[type]]").unwrap(),
        "{text}"
    );
    assert!(
        Plant::parse(&text)
            .unwrap()
            .connection("laboratory")
            .is_none()
    );
}

#[test]
fn an_entry_that_goes_takes_its_comment_and_no_other() {
    let mut document = PlantDocument::parse(RIVERSIDE).unwrap();
    let station = document.plant().connection("station").unwrap().clone();
    let mut rooms_only = station.clone();
    rooms_only.subscriptions.remove(0);
    document.put_connection(&rooms_only).unwrap();
    let text = document.to_string();
    assert!(
        text.contains("# rooms\n]") && !text.contains("# pumps"),
        "{text}"
    );
    let mut pumps_only = station.clone();
    pumps_only.subscriptions.remove(1);
    let mut document = PlantDocument::parse(RIVERSIDE).unwrap();
    document.put_connection(&pumps_only).unwrap();
    let text = document.to_string();
    assert!(
        text.contains("qos = 1 }, # pumps\n]") && !text.contains("# rooms"),
        "{text}"
    );
    // Another order moves the comments along.
    let mut swapped = station;
    swapped.subscriptions.reverse();
    let mut document = PlantDocument::parse(RIVERSIDE).unwrap();
    document.put_connection(&swapped).unwrap();
    let text = document.to_string();
    let (rooms, pumps) = (text.find("# rooms").unwrap(), text.find("# pumps").unwrap());
    assert!(rooms < pumps, "{text}");
    assert_eq!(document.plant().connection("station"), Some(&swapped));
}

#[test]
fn line_ends_of_windows_stay() {
    let text = RIVERSIDE.replace('\n', "\r\n");
    let mut document = PlantDocument::parse(&text).unwrap();
    assert_eq!(document.to_string(), text);
    let new = Connection {
        id: ConnectionId::from("cloud"),
        ..document.plant().connections[0].clone()
    };
    document.put_connection(&new).unwrap();
    let edited = document.to_string();
    assert_eq!(edited.matches('\n').count(), edited.matches("\r\n").count());
    assert_eq!(Plant::parse(&edited).unwrap(), *document.plant());
    document.remove_connection("cloud").unwrap();
    assert_eq!(document.to_string(), text);
    document.remove_connection("laboratory").unwrap();
    assert!(document.to_string().contains("# Kept for the laboratory."));
    // A text of several lines counts more than the line ends around it.
    let mut named = document.plant().connections[0].clone();
    named.name = "two\nlines\r\nand more".into();
    document.put_connection(&named).unwrap();
    let plant = Plant::parse(&document.to_string()).unwrap();
    assert_eq!(plant.connections[0], named);
}

#[test]
fn edits_that_cannot_be_are_refused_and_change_nothing() {
    let mut document = PlantDocument::parse(RIVERSIDE).unwrap();
    assert_eq!(
        document.remove_connection("nowhere"),
        Err(Error::Unknown {
            kind: "connection",
            id: "nowhere".into()
        })
    );
    let in_use = document.remove_connection("station").unwrap_err();
    assert!(in_use.to_string().contains("pump-2"), "{in_use}");
    let mut bad = document.plant().connections[0].clone();
    bad.host = String::new();
    assert!(matches!(
        document.put_connection(&bad),
        Err(Error::Invalid(_))
    ));
    bad.host = "a\nb".into();
    assert!(matches!(
        document.put_connection(&bad),
        Err(Error::Invalid(_))
    ));
    assert_eq!(document.to_string(), RIVERSIDE);

    let inline = "connection = [{ id = \"a\", host = \"h\" }]\n[plant]\nid = \"a\"\nname = \"A\"\nzone = \"UTC\"\n";
    let mut document = PlantDocument::parse(inline).unwrap();
    assert_eq!(
        document.remove_connection("a"),
        Err(Error::Inline { kind: "connection" })
    );
}

fn text() -> impl Strategy<Value = String> {
    "[a-zA-Z0-9äß\"'\\\\#=\\[\\] .,🌊-]{1,20}"
        .prop_filter("not blank", |text| !text.trim().is_empty())
}

prop_compose! {
    fn connections()(
        id in prop_oneof![Just("station".to_owned()), Just("laboratory".to_owned()), "[a-z0-9][a-z0-9_-]{0,9}"],
        name in text(),
        host in "[a-z0-9.:-]{1,20}",
        port in 1u16..,
        flags in any::<[bool; 5]>(),
        files in (text(), text(), text()),
        username in text(),
        filters in prop::collection::btree_map("[a-z]{1,5}(/[a-z+]){0,3}(/#)?", 0u8..3, 0..5),
    ) -> Connection {
        Connection {
            id: ConnectionId::from(id), name, host, port,
            protocol: if flags[0] { Protocol::Mqtt5 } else { Protocol::Mqtt311 },
            security: if flags[1] { Security::Tls } else { Security::Plaintext },
            ca_file: flags[2].then_some(files.0),
            certificate_file: flags[3].then_some(files.1),
            key_file: flags[3].then_some(files.2),
            username: flags[4].then_some(username),
            session: if flags[0] { Session::Clean } else { Session::Persistent },
            allow_rebirth: flags[2],
            subscriptions: filters.iter().map(|(filter, qos)| subscription(filter, *qos)).collect(),
            ..Connection::new(ConnectionId::from("x"), "x")
        }
    }
}

proptest! {
    #[test]
    fn what_was_put_is_read_back(puts in prop::collection::vec(connections(), 1..4)) {
        let mut document = PlantDocument::parse(RIVERSIDE).unwrap();
        for connection in &puts {
            document.put_connection(connection).unwrap();
            let plant = Plant::parse(&document.to_string()).unwrap();
            prop_assert_eq!(plant.connection(connection.id.as_str()), Some(connection));
            prop_assert_eq!(&plant, document.plant());
            prop_assert_eq!(&plant.assets, &Plant::parse(RIVERSIDE).unwrap().assets);
        }
        // Comments outside the subscription lists belong to people and stay, in order.
        let text = document.to_string();
        let mut rest = text.as_str();
        for comment in comments(RIVERSIDE).into_iter().filter(|c| !["# pumps", "# rooms", "# everything there"].contains(c)) {
            let at = rest.find(comment);
            prop_assert!(at.is_some(), "{} lost in\n{}", comment, text);
            rest = &rest[at.unwrap()..];
        }
    }
}
