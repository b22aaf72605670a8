//! Connections of the plant file that cannot be made.

use twin_core::Timestamp;

use super::{House, PLANT};
use crate::clock;

const DEVICE: &str = "[[connection]]\nid = \"device\"\nname = \"Device\"\nkind = \"coap\"\nhost = \"127.0.0.1\"\n\
    port = 9\nsecurity = \"tls\"\nusername = \"me\"\nresources = [{ path = \"/level\" }]\n\n[[area]]";

fn later(seconds: i64) -> Timestamp {
    clock::now().plus(twin_core::Duration::from_secs(seconds))
}

#[tokio::test]
async fn a_connection_without_its_key_keeps_nothing_else_from_running() {
    let house = House::open(PLANT).await;
    house.edit("[[area]]", DEVICE);
    house.edit("id = \"a\"", "id = \"a\"\nname = \"Hall\"");
    house.look().await;
    assert_eq!(house.running().await, ["c"]);
    assert_eq!(house.app.plant().areas[0].name, "Hall");
    assert!(house.app.plant_faults().is_empty());
    house
        .condition("Device: the connection cannot be made", true)
        .await;
    let rows = house.app.connections();
    let device = rows.iter().find(|row| row.form.id == "device").unwrap();
    assert!(device.reason.text.contains("pre-shared key"), "{device:?}");
    house
        .app
        .workspace
        .put_password("device", "secret")
        .unwrap();
    house.app.look_at_connections(later(3_600)).await;
    assert_eq!(house.running().await, ["c", "device"]);
    house.condition("cannot be made", false).await;
    house.close().await;
}

#[tokio::test]
async fn a_connection_that_cannot_be_made_so_runs_on_as_it_was() {
    let open = DEVICE.replace("\"tls\"", "\"plaintext\"");
    let house = House::open(&PLANT.replace("[[area]]", &open)).await;
    let made = |house: &House| {
        let next = &house.app.next_link;
        next.load(std::sync::atomic::Ordering::Relaxed)
    };
    let before = made(&house);
    house.edit(
        "kind = \"coap\"\nhost = \"127.0.0.1\"\nport = 9\nsecurity = \"plaintext\"",
        "kind = \"coap\"\nhost = \"127.0.0.1\"\nport = 9\nsecurity = \"tls\"",
    );
    house.edit("id = \"a\"", "id = \"a\"\nname = \"Hall\"");
    house.look().await;
    assert_eq!(house.app.plant().areas[0].name, "Hall");
    assert_eq!(house.running().await, ["c", "device"]);
    assert_eq!(made(&house), before, "its link is the one of before");
    house.condition("runs on as it was", true).await;
    house.app.look_at_connections(later(3_600)).await;
    assert_eq!(made(&house), before);
    // Mended in another way than back.
    house
        .app
        .workspace
        .put_password("device", "secret")
        .unwrap();
    house.app.look_at_connections(later(7_200)).await;
    assert_eq!(made(&house), before + 1);
    house.condition("runs on as it was", false).await;
    house.close().await;
}

#[tokio::test]
async fn a_connection_that_cannot_be_made_is_told_from_the_start_on() {
    let house = House::open(&PLANT.replace("[[area]]", DEVICE)).await;
    house.app.look_at_connections(clock::now()).await;
    house
        .condition("Device: the connection cannot be made", true)
        .await;
    house.app.remove_connection("device", "ada").await.unwrap();
    house.condition("cannot be made", false).await;
    house.close().await;
}
