//! Damaged and foreign files of history at the start of the program.

use std::{fs, path::Path, time::Duration};

use anyhow::{Context, Result, ensure};
use twin_historian::Historian;
use twinscope_tests::harness::{broker::Broker, wait};

use crate::{
    start,
    tanks::{self, Levels, SURE},
};

const SOON: Duration = Duration::from_secs(30);

/// Publishes a level and waits until its twin shows it.
async fn arrives(app: &twin_app::App, broker: &Broker, levels: &mut Levels) -> Result<()> {
    levels.publish(broker, SURE, 1, 1)?;
    let last = (levels.count() - 1) as f64;
    wait::until("a level", SOON, || async {
        let (value, quality) = tanks::shown(app, "sure").ok()?;
        (value == last && quality.is_good()).then_some(())
    })
    .await
}

/// Overwrites part of every page, so that whatever is read first is damaged.
fn damage(path: &Path) -> Result<Vec<u8>> {
    let mut bytes = fs::read(path)?;
    for page in bytes.chunks_mut(8_192) {
        let middle = page.len() / 2;
        page[100..middle].fill(0xa5);
    }
    fs::write(path, &bytes)?;
    Ok(bytes)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_telemetry_file_is_kept_and_said_and_the_program_runs() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let broker = Broker::start(dir.path()).await?;
    let workspace = dir.path().join("workspace");
    tanks::workspace(&workspace, broker.port, 1)?;
    let mut levels = Levels::new();
    let (app, _notices) = start(&workspace).await?;
    arrives(&app, &broker, &mut levels).await?;
    let key = crate::signal(&app, "sure/level")?.key;
    app.stop().await;
    drop(app);

    let damaged = damage(&workspace.join("telemetry.db"))?;
    let (app, _notices) = start(&workspace).await?;
    let text = wait::until("a word about the damage", SOON, || async {
        let system = app.view().counters().system;
        system
            .into_iter()
            .map(|said| said.text)
            .find(|text| text.contains("telemetry.db"))
    })
    .await?;
    ensure!(
        text.contains("damaged") && text.contains("kept as"),
        "{text}"
    );
    let kept = fs::read_dir(&workspace)?
        .filter_map(std::result::Result::ok)
        .map(|entry| entry.path())
        .find(|path| {
            let name = path.to_string_lossy();
            name.contains("telemetry.db.damaged")
                && !name.ends_with("-wal")
                && !name.ends_with("-shm")
        })
        .context("the damaged file")?;
    ensure!(fs::read(&kept)? == damaged, "it is kept as it was");
    ensure!(crate::signal(&app, "sure/level")?.key == key, "keys stay");
    arrives(&app, &broker, &mut levels).await?;
    app.stop().await;
    drop(app);
    let historian = Historian::open(&workspace, twin_app::clock::now()).await?;
    ensure!(historian.notices().is_empty() && tanks::stored(&historian, "sure").await? == 1);
    historian.close().await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_another_program_is_left_alone_and_named() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let broker = Broker::start(dir.path()).await?;
    let workspace = dir.path().join("workspace");
    tanks::workspace(&workspace, broker.port, 1)?;
    let (app, _notices) = start(&workspace).await?;
    app.stop().await;
    drop(app);
    let path = workspace.join("telemetry.db");
    let mut foreign = fs::read(&path)?;
    // The application id of an SQLite file.
    foreign[68..72].copy_from_slice(b"OTHR");
    fs::write(&path, &foreign)?;
    let refused = start(&workspace).await.err().context("it was opened")?;
    ensure!(refused.to_string().contains("another program"), "{refused}");
    ensure!(fs::read(&path)? == foreign, "not one byte was changed");
    Ok(())
}
