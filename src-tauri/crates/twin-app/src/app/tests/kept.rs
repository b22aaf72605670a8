//! What was heard before an acceptance, when history has damage.

use std::{path::Path, sync::Arc};

use tempfile::TempDir;
use twin_core::{BatchId, ConnectionId, Quality, SampleBatch, SignalId, Timestamp};
use twin_historian::{Durability, Group, Historian, LinkTransition};

use super::{House, PLANT, sql};
use crate::{clock, pipeline::provisional::provisional_id};

const TANK: &str = "\n[[asset]]\nid = \"t\"\narea = \"a\"\ntype = \"tank\"\nconnection = \"c\"\nsource = \"plant/t#{signal}\"\n";

fn ago(seconds: i64) -> Timestamp {
    clock::now().plus(twin_core::Duration::from_secs(-seconds))
}

/// A workspace in whose history a provisional id has samples for a signal that history knows too.
async fn heard() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("plant.toml"), format!("{PLANT}{TANK}")).unwrap();
    let historian = Historian::open(dir.path(), clock::now()).await.unwrap();
    let connection = ConnectionId::from("c");
    let heard = provisional_id(&connection, "plant/t#level");
    let ids = [heard, "t/level".into()];
    let keys = historian.signal_keys(&ids).await.unwrap();
    let mut batch = SampleBatch::new(BatchId(1), ago(60));
    for at in 60..70 {
        batch.push_f64(keys[0], ago(at), at as f64, Quality::GOOD);
    }
    let link = LinkTransition {
        connection,
        at: ago(50),
        state: "down".into(),
        reason: "gone".into(),
    };
    let group = Group {
        batches: &[Arc::new(batch)],
        links: &[link],
        ..Group::default()
    };
    historian
        .append_group(group, Durability::Full)
        .await
        .unwrap();
    let newest = historian.newest_row();
    historian.alarms().set_settled(newest).await.unwrap();
    historian.compact_step(newest).await.unwrap();
    historian.close().await.unwrap();
    dir
}

fn break_history(dir: &Path, statement: &str) {
    sql(&dir.join("telemetry.db"), statement);
}

async fn samples(house: &House, id: &str) -> usize {
    let historian = &house.app.historian;
    let keys = historian.signal_keys(&[SignalId::from(id)]).await.unwrap();
    let all = historian.raw(keys[0], Timestamp::MIN, Timestamp::MAX, 100);
    all.await.unwrap().len()
}

#[tokio::test]
async fn a_damaged_part_of_it_stops_neither_start_nor_edits() {
    let dir = heard().await;
    break_history(
        dir.path(),
        "UPDATE chunk_data SET data = zeroblob(length(data))",
    );
    let house = House::open_in(dir).await;
    house
        .condition("Parts of telemetry.db are damaged", true)
        .await;
    house.edit("name = \"P\"", "name = \"Q\"");
    house.look().await;
    assert_eq!(house.app.plant().name, "Q");
    house.close().await;
}

#[tokio::test]
async fn what_cannot_be_given_yet_is_told_and_given_later() {
    let dir = heard().await;
    let broken =
        "CREATE TRIGGER broken BEFORE INSERT ON quality BEGIN SELECT RAISE(FAIL, 'broken'); END";
    break_history(dir.path(), broken);
    let house = House::open_in(dir).await;
    house
        .condition("before they were accepted is not in their history", true)
        .await;
    assert_eq!(samples(&house, "t/level").await, 0);
    break_history(house.dir.path(), "DROP TRIGGER broken");
    let later = clock::now().plus(twin_core::Duration::from_secs(3_600));
    house.app.adopter.adopt_rest(later).await;
    house.condition("before they were accepted", false).await;
    assert_eq!(samples(&house, "t/level").await, 10);
    house.close().await;
}
