//! The plant at an instant, as history tells it: link lost, program killed, program back.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use twin_app::clock;
use twin_core::{Quality, Reason, SignalId, Timestamp};
use twin_historian::Historian;
use twinscope_tests::harness::{broker::Broker, headless, wait};

use crate::tanks::{self, Levels, SURE};

const SOON: Duration = Duration::from_secs(30);

/// The quality of the level of the tank `sure`.
pub async fn quality(historian: &Historian, at: Timestamp) -> Result<Quality> {
    let keys = historian
        .signal_keys(&[SignalId::from("sure/level")])
        .await?;
    let key = *keys.first().context("a key")?;
    let plant = historian.as_of(at).await?;
    let one = plant.iter().find(|one| one.signal == key);
    Ok(one.context("the tank's level")?.quality)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_plant_at_an_instant_is_as_good_as_it_was() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let workspace = dir.path().join("workspace");
    let broker = Broker::start(dir.path()).await?;
    tanks::workspace(&workspace, broker.port, 1)?;
    let log = dir.path().join("pages.log");
    let page = |text: &'static str| {
        let log = log.clone();
        async move {
            std::fs::read_to_string(&log)
                .ok()
                .filter(|page| page.contains(text))
        }
    };
    let mut first = headless::start(&workspace, &log)?;
    wait::until("the link", SOON, || page(" up (")).await?;
    Levels::new().publish(&broker, SURE, 1, 1)?;
    wait::until("the level", SOON, || page("Level 0.0 m;")).await?;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let good = clock::now();
    tokio::time::sleep(Duration::from_millis(200)).await;
    drop(broker);
    wait::until("the lost link", SOON, || page("broker connection lost")).await?;
    let lost = clock::now();
    tokio::time::sleep(Duration::from_secs(2)).await;
    first.kill()?;
    let killed = clock::now();
    tokio::time::sleep(Duration::from_secs(3)).await;
    let back = clock::now();
    let log = dir.path().join("second.log");
    let mut second = headless::start(&workspace, &log)?;
    wait::until("the second start", SOON, || async {
        std::fs::read_to_string(&log)
            .ok()
            .filter(|page| page.contains("down"))
    })
    .await?;
    let started = clock::now();
    tokio::time::sleep(Duration::from_secs(1)).await;
    headless::stop(&mut second).await?;

    let historian = Historian::open(&workspace, clock::now()).await?;
    ensure!(quality(&historian, good).await? == Quality::GOOD);
    ensure!(quality(&historian, lost).await? == Quality::bad(Reason::BrokerLost));
    let away = Timestamp(i64::midpoint(killed.micros(), back.micros()));
    ensure!(quality(&historian, away).await? == Quality::bad(Reason::NotRecorded));
    let again = quality(&historian, started).await?;
    ensure!(
        !again.is_good() && again.reason != Reason::NotRecorded,
        "{again:?}"
    );
    historian.close().await?;
    Ok(())
}
