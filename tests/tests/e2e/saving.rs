//! A connection's form, while somebody else edits the plant file; and what a connection counts of what it left out.

use std::{fs, path::Path, process::Command, time::Duration};

use anyhow::{Context, Result, bail, ensure};
use twin_app::{
    App,
    api::connection::{ConnectionForm, ConnectionRow, LinkStateView, SavedView},
};
use twinscope_tests::harness::{broker::Broker, wait};

use crate::{save, start, tanks};

const SOON: Duration = Duration::from_secs(20);

async fn up(app: &App) -> Result<ConnectionRow> {
    wait::until("the link", SOON, || async {
        let mut rows = app.connections().into_iter();
        rows.find(|row| row.state == LinkStateView::Up)
    })
    .await
}

fn text(workspace: &Path) -> Result<String> {
    fs::read_to_string(workspace.join("plant.toml")).context("reading the plant file")
}

fn edit(workspace: &Path, from: &str, to: &str) -> Result<String> {
    let before = text(workspace)?;
    ensure!(before.contains(from), "{from} is not in\n{before}");
    let after = before.replacen(from, to, 1);
    fs::write(workspace.join("plant.toml"), &after)?;
    Ok(after)
}

/// Saves a form, and gives what the plant file is said to have instead.
async fn refused(
    app: &App,
    form: &ConnectionForm,
    opened: Option<&ConnectionForm>,
) -> Result<Option<ConnectionForm>> {
    match app.save_connection(form, opened, "ann").await? {
        SavedView::Changed { now } => Ok(now),
        SavedView::Saved { form } => bail!("it was saved as {form:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_edits_by_hand_meanwhile_is_told_and_not_written_over() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let broker = Broker::start(dir.path()).await?;
    let workspace = dir.path().join("workspace");
    tanks::workspace(&workspace, broker.port, 1)?;
    let (app, _notices) = start(&workspace).await?;
    let opened = up(&app).await?.form;
    let mine = ConnectionForm {
        name: "Mine".into(),
        password: Some("hunter2".into()),
        ..opened.clone()
    };
    let by_hand = edit(&workspace, "name = \"C\"", "name = \"Theirs\" # by hand")?;
    let now = refused(&app, &mine, Some(&opened)).await?;
    let now = now.context("the connection as it is now")?;
    ensure!(now.name == "Theirs" && now.password.is_none(), "{now:?}");
    ensure!(text(&workspace)? == by_hand, "the hand edit is gone");
    ensure!(
        !workspace.join("secrets").exists(),
        "the password of a refused form was stored"
    );

    // What is under a fold of the form is told too.
    edit(
        &workspace,
        "security = \"plaintext\"",
        "security = \"plaintext\"\nshadows = [\"kept\"]",
    )?;
    let again = refused(&app, &mine, Some(&now)).await?;
    let now = again.context("the connection with its shadow")?;
    ensure!(now.reading.shadows == ["kept"], "{now:?}");
    let mine = ConnectionForm {
        reading: now.reading.clone(),
        ..mine
    };

    // What no form shows is nobody's quarrel: it stays beside what is saved.
    edit(
        &workspace,
        "security = \"plaintext\"",
        "security = \"plaintext\" # in the cabinet",
    )?;
    let saved = save(&app, &mine, Some(&now)).await?;
    ensure!(saved.name == "Mine", "{saved:?}");
    let written = text(&workspace)?;
    for kept in [
        "# by hand",
        "# in the cabinet",
        "shadows = [\"kept\"]",
        "\"Mine\"",
    ] {
        ensure!(written.contains(kept), "{kept} is not in\n{written}");
    }
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_somebody_removed_or_made_meanwhile_is_told_too() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let broker = Broker::start(dir.path()).await?;
    let workspace = dir.path().join("workspace");
    tanks::workspace(&workspace, broker.port, 1)?;
    let (app, _notices) = start(&workspace).await?;
    let mut extra = up(&app).await?.form;
    (extra.id, extra.name) = (String::new(), "Second".into());
    let extra = save(&app, &extra, None).await?;
    ensure!(extra.id == "second", "{extra:?}");
    let whole = text(&workspace)?;
    app.remove_connection("second", "ann").await?;
    ensure!(refused(&app, &extra, Some(&extra)).await?.is_none());
    ensure!(!text(&workspace)?.contains("Second"));
    // Somebody puts it back before it is saved again, knowing that it is gone.
    fs::write(workspace.join("plant.toml"), &whole)?;
    let now = refused(&app, &extra, None).await?;
    ensure!(now.as_ref() == Some(&extra), "{now:?}");
    app.remove_connection("second", "ann").await?;
    ensure!(save(&app, &extra, None).await? == extra);
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn properties_beyond_the_bounds_are_counted_where_people_look() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let broker = Broker::start(dir.path()).await?;
    let workspace = dir.path().join("workspace");
    tanks::workspace(&workspace, broker.port, 1)?;
    let (app, _notices) = start(&workspace).await?;
    up(&app).await?;
    for _ in 0..2 {
        let status = Command::new("mosquitto_pub")
            .args(["-V", "mqttv5", "-h", "127.0.0.1", "-t", "plant/new"])
            .args(["-p", &broker.port.to_string(), "-m", "{\"level\":1}"])
            .args(["-D", "publish", "user-property", "n", "1"].repeat(40))
            .status()?;
        ensure!(status.success(), "mosquitto_pub failed");
    }
    wait::until("what was left out", SOON, || async {
        let row = app.connections().into_iter().next()?;
        (row.properties_left_out == 16.0).then_some(())
    })
    .await?;
    app.stop().await;
    Ok(())
}
