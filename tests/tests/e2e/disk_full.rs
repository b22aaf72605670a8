//! The disk is full: what is acknowledged, what is shown, what is counted, and how it ends by itself.

use std::{path::Path, time::Duration};

use anyhow::{Result, ensure};
use twin_app::{
    App,
    api::{
        alarm::{AlarmRow, AlarmStateView},
        connection::LinkStateView,
    },
    clock,
};
use twin_core::{Quality, Reason, Timestamp};
use twin_historian::Historian;
use twinscope_tests::harness::{broker::Broker, headless, small_disk::SmallDisk, wait};

use crate::{
    as_of, start,
    tanks::{self, Levels, ONCE, SURE},
};

const SOON: Duration = Duration::from_secs(30);
/// What SQLite needs of a disk to read at all: the index of each file's log, bytes.
const ROOM: u64 = 128 << 10;

/// What a test needs is missing. On a build server that is a failure, or nobody would ever notice.
pub fn left_out(why: &str) -> Result<()> {
    ensure!(std::env::var_os("CI").is_none(), "cannot run: {why}");
    eprintln!("left out: {why}");
    Ok(())
}

/// A small disk for the workspace, if there can be one.
fn disk(dir: &Path) -> Result<Option<SmallDisk>> {
    let disk = SmallDisk::mount(dir, 16)?;
    if disk.is_none() {
        left_out("only root may mount the small disk that this test fills")?;
    }
    Ok(disk)
}

/// What the program says about history.
fn complaint(app: &App) -> Option<String> {
    let system = app.view().counters().system;
    system
        .into_iter()
        .map(|said| said.text)
        .find(|text| text.starts_with("History is not written"))
}

async fn is_up(app: &App) -> Result<()> {
    wait::until("the link", SOON, || async {
        let up = |row: &twin_app::api::connection::ConnectionRow| row.state == LinkStateView::Up;
        app.connections().iter().any(up).then_some(())
    })
    .await
}

/// The link is up, and fifty levels of each tank are shown.
async fn both_arrive(
    app: &App,
    broker: &Broker,
    sure: &mut Levels,
    once: &mut Levels,
) -> Result<()> {
    is_up(app).await?;
    sure.publish(broker, SURE, 1, 50)?;
    once.publish(broker, ONCE, 0, 50)?;
    wait::until("the first levels", SOON, || async {
        let good = |tank| tanks::shown(app, tank).is_ok_and(|(v, q)| v == 49.0 && q.is_good());
        (good("sure") && good("once")).then_some(())
    })
    .await
}

/// Brings a level above its limit and gives the alarm's id.
async fn alarm(
    app: &App,
    broker: &Broker,
    levels: &mut Levels,
    topic: &str,
    qos: u8,
) -> Result<String> {
    let time = levels.next_time();
    levels.skip();
    broker.publish(
        topic,
        qos,
        &[format!("{{\"level\": 2000000, \"timestamp\": {time}}}")],
    )?;
    let row = wait::until("an alarm", SOON, || async { app.alarms().rows.pop() }).await?;
    Ok(row.id)
}

/// Publishes on both topics until the program says that it cannot write.
async fn until_it_fails(
    app: &App,
    broker: &Broker,
    sure: &mut Levels,
    once: &mut Levels,
) -> Result<String> {
    for _ in 0..300 {
        if let Some(text) = complaint(app) {
            return Ok(text);
        }
        sure.publish(broker, SURE, 1, 20)?;
        once.publish(broker, ONCE, 0, 20)?;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    anyhow::bail!("a full disk was never noticed")
}

/// What goes on and what stands still, with one alarm that is standing already. Gives an instant of it.
async fn while_it_is_full(
    app: &App,
    broker: &Broker,
    sure: &mut Levels,
    once: &mut Levels,
    standing: &str,
) -> Result<Timestamp> {
    let paused = Quality::bad(Reason::HistoryUnavailable);
    // Both go on at the broker; only what comes once is taken. Its alarm waits to be stored, and is named.
    sure.publish(broker, SURE, 1, 200)?;
    once.publish(broker, ONCE, 0, 200)?;
    let alarm = format!(
        "{{\"level\": 2000000, \"timestamp\": {}}}",
        once.next_time()
    );
    once.skip();
    broker.publish(ONCE, 0, &[alarm])?;
    let text = wait::until("values of QoS 0, and their alarm's name", SOON, || async {
        let (value, quality) = tanks::shown(app, "once").ok()?;
        complaint(app)
            .filter(|text| value == 2e6 && quality.is_good() && text.contains("Once · Level high"))
    })
    .await?;
    ensure!(text.contains("of QoS 0 wait in memory"), "{text}");
    ensure!(app.alarms().rows.len() == 1, "shown before it is stored");
    ensure!(tanks::shown(app, "sure")?.1 == paused, "bad stays bad");
    ensure!(app.acknowledge(standing, "ann", "").await.is_err());
    let row = app.alarms().rows.pop();
    ensure!(
        row.is_some_and(|row| row.id == standing && row.acknowledged_by.is_none()),
        "acknowledged without being stored"
    );
    Ok(clock::now())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_pauses_what_is_acknowledged_and_the_rest_goes_on() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let broker = Broker::start(dir.path()).await?;
    let workspace = dir.path().join("workspace");
    let Some(disk) = disk(&workspace)? else {
        return Ok(());
    };
    tanks::workspace(&workspace, broker.port, 1)?;
    let (app, _notices) = start(&workspace).await?;
    let (mut sure, mut once) = (Levels::new(), Levels::new());
    both_arrive(&app, &broker, &mut sure, &mut once).await?;
    let standing = alarm(&app, &broker, &mut sure, SURE, 1).await?;
    let good = clock::now();

    disk.fill()?;
    let text = until_it_fails(&app, &broker, &mut sure, &mut once).await?;
    ensure!(
        text.contains("telemetry.db") && text.contains("full"),
        "{text}"
    );
    let paused = Quality::bad(Reason::HistoryUnavailable);
    wait::until("the reason at the twin", SOON, || async {
        tanks::shown(&app, "sure")
            .ok()
            .filter(|(_, quality)| *quality == paused)
    })
    .await?;

    let bad = while_it_is_full(&app, &broker, &mut sure, &mut once, &standing).await?;

    disk.empty()?;
    wait::until("the end of it", SOON, || async {
        complaint(&app).is_none().then_some(())
    })
    .await?;
    let last = (sure.count() - 1) as f64;
    wait::until("all that waited at the broker", SOON, || async {
        let (value, quality) = tanks::shown(&app, "sure").ok()?;
        (value == last && quality.is_good()).then_some(())
    })
    .await?;
    wait::until(
        "the alarm, and that of the outage, which is over",
        SOON,
        || async {
            let rows = app.alarms().rows.into_iter();
            let (own, plant): (Vec<_>, Vec<_>) = rows.partition(|row| row.asset == "$program");
            let is_over = |row: &AlarmRow| row.state == AlarmStateView::UnackReturned;
            (plant.len() == 2 && own.len() == 1 && own.iter().all(is_over)).then_some(())
        },
    )
    .await?;
    app.acknowledge(&standing, "ann", "").await?;
    wait::until("nothing to wait in memory", SOON, || async {
        (app.view().counters().waiting == 0.0).then_some(())
    })
    .await?;
    let ended = clock::now();
    let counters = app.view().counters();
    ensure!(
        (counters.dropped, counters.not_stored) == (0.0, 0.0),
        "{counters:?}"
    );
    app.stop().await;
    drop(app);
    let historian = Historian::open(&workspace, clock::now()).await?;
    ensure!(tanks::stored(&historian, "sure").await? == sure.count());
    ensure!(tanks::stored(&historian, "once").await? == once.count());
    ensure!(as_of::quality(&historian, good).await? == Quality::GOOD);
    ensure!(as_of::quality(&historian, bad).await? == paused);
    ensure!(as_of::quality(&historian, ended).await? == Quality::GOOD);
    historian.close().await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_killed_program_could_not_write_is_delivered_again() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let broker = Broker::start(dir.path()).await?;
    let workspace = dir.path().join("workspace");
    let Some(disk) = disk(&workspace)? else {
        return Ok(());
    };
    tanks::workspace(&workspace, broker.port, 1)?;
    let log = dir.path().join("first.log");
    let mut first = headless::start(&workspace, &log)?;
    let page = |text: &'static str| {
        let log = log.clone();
        async move {
            std::fs::read_to_string(&log)
                .ok()
                .filter(|page| page.contains(text))
        }
    };
    wait::until("the link", SOON, || page(" up (")).await?;
    let mut sure = Levels::new();
    sure.publish(&broker, SURE, 1, 50)?;
    wait::until("the first levels", SOON, || page("Level 49.0 m;")).await?;
    disk.fill()?;
    for _ in 0..300 {
        sure.publish(&broker, SURE, 1, 20)?;
        if page("! History is not written").await.is_some() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    ensure!(
        page("! History is not written").await.is_some(),
        "not noticed"
    );
    sure.publish(&broker, SURE, 1, 300)?;
    // Longer than some heartbeats: none may be written now.
    let out = clock::now();
    tokio::time::sleep(Duration::from_secs(12)).await;
    first.kill()?;
    let killed = clock::now();

    disk.empty()?;
    let (app, _notices) = start(&workspace).await?;
    let last = (sure.count() - 1) as f64;
    wait::until("all that the broker kept", SOON, || async {
        let (value, quality) = tanks::shown(&app, "sure").ok()?;
        (value == last && quality.is_good()).then_some(())
    })
    .await?;
    app.stop().await;
    drop(app);
    let historian = Historian::open(&workspace, clock::now()).await?;
    ensure!(tanks::stored(&historian, "sure").await? == sure.count());
    for at in [
        out,
        Timestamp(i64::midpoint(out.micros(), killed.micros())),
        killed,
    ] {
        let quality = as_of::quality(&historian, at).await?;
        ensure!(
            quality == Quality::bad(Reason::NotRecorded),
            "in the outage before the kill: {quality:?}"
        );
    }
    ensure!(historian.check().await?.is_sound());
    historian.close().await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_is_lost_while_the_disk_is_full_is_lost_afterwards() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let broker = Broker::start(dir.path()).await?;
    let workspace = dir.path().join("workspace");
    let Some(disk) = disk(&workspace)? else {
        return Ok(());
    };
    tanks::workspace(&workspace, broker.port, 1)?;
    let (app, _notices) = start(&workspace).await?;
    let (mut sure, mut once) = (Levels::new(), Levels::new());
    both_arrive(&app, &broker, &mut sure, &mut once).await?;
    disk.fill()?;
    until_it_fails(&app, &broker, &mut sure, &mut once).await?;
    sure.publish(&broker, SURE, 1, 20)?;
    tokio::time::sleep(Duration::from_millis(500)).await;
    drop(broker);
    let lost = Quality::bad(Reason::BrokerLost);
    wait::until("the lost link at the twin", SOON, || async {
        let (_, quality) = tanks::shown(&app, "sure").ok()?;
        (quality == lost).then_some(())
    })
    .await?;
    let down = clock::now();
    disk.empty()?;
    wait::until("the end of it", SOON, || async {
        complaint(&app).is_none().then_some(())
    })
    .await?;
    wait::until("nothing to wait in memory", SOON, || async {
        (app.view().counters().waiting == 0.0).then_some(())
    })
    .await?;
    tokio::time::sleep(Duration::from_secs(2)).await;
    ensure!(tanks::shown(&app, "sure")?.1 == lost, "shown as good again");
    let after = clock::now();
    app.stop().await;
    drop(app);
    let historian = Historian::open(&workspace, clock::now()).await?;
    for at in [down, after] {
        let quality = as_of::quality(&historian, at).await?;
        ensure!(quality == lost, "{quality:?}");
    }
    historian.close().await?;
    Ok(())
}

/// More names than history has room for, and a tank of its own.
fn new_signals(workspace: &Path) -> Result<()> {
    use std::fmt::Write as _;
    let file = workspace.join("plant.toml");
    let mut text = std::fs::read_to_string(&file)?;
    text += "\n[[type]]\nid = \"large\"\n";
    for n in 0..2_000 {
        writeln!(
            text,
            "[[type.signal]]\nid = \"signal-that-has-a-long-name-{n}\""
        )?;
    }
    for (id, of) in [("many", "large"), ("late", "tank")] {
        write!(
            text,
            "[[asset]]\nid = \"{id}\"\nname = \"{id}\"\narea = \"a\"\ntype = \"{of}\"\nconnection = \"c\"\n\
             source = \"plant/{id}#{{signal}}\"\n"
        )?;
    }
    Ok(std::fs::write(file, text)?)
}

async fn shows(app: &App, tank: &str, level: f64) -> Result<()> {
    let what = format!("{level} m in {tank}");
    wait::until(&what, SOON, || async {
        let (value, quality) = tanks::shown(app, tank).ok()?;
        (value == level && quality.is_good()).then_some(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plant_that_gained_signals_starts_on_a_full_disk() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let broker = Broker::start(dir.path()).await?;
    let workspace = dir.path().join("workspace");
    let Some(disk) = disk(&workspace)? else {
        return Ok(());
    };
    tanks::workspace(&workspace, broker.port, 1)?;
    let (app, _notices) = start(&workspace).await?;
    let (mut sure, mut once) = (Levels::new(), Levels::new());
    both_arrive(&app, &broker, &mut sure, &mut once).await?;
    app.stop().await;
    drop(app);
    new_signals(&workspace)?;

    disk.fill_but(ROOM)?;
    let (app, _notices) = start(&workspace).await?;
    let text = wait::until("what is said", SOON, || async { complaint(&app) }).await?;
    ensure!(
        text.contains("telemetry.db") && text.contains("full"),
        "{text}"
    );
    ensure!(tanks::shown(&app, "sure")?.0 == 49.0, "what history knows");
    is_up(&app).await?;
    let mut late = Levels::new();
    once.publish(&broker, ONCE, 0, 10)?;
    late.publish(&broker, "plant/late", 0, 10)?;
    shows(&app, "once", 59.0).await?;
    shows(&app, "late", 9.0).await?;
    ensure!(complaint(&app).is_some(), "it is still full");

    disk.empty()?;
    wait::until("the end of it", SOON, || async {
        complaint(&app).is_none().then_some(())
    })
    .await?;
    sure.publish(&broker, SURE, 1, 10)?;
    shows(&app, "sure", 59.0).await?;
    wait::until("nothing to wait in memory", SOON, || async {
        (app.view().counters().waiting == 0.0).then_some(())
    })
    .await?;
    app.stop().await;
    drop(app);
    let historian = Historian::open(&workspace, clock::now()).await?;
    for (tank, levels) in [("sure", &sure), ("once", &once), ("late", &late)] {
        let stored = tanks::stored(&historian, tank).await?;
        ensure!(stored == levels.count(), "{tank}: {stored}");
    }
    let signals = historian.signals().await?.into_iter();
    let (own, plant): (Vec<_>, Vec<_>) = signals.partition(|(_, id)| id.as_str().starts_with('$'));
    ensure!((plant.len(), own.len()) == (2_003, 5));
    ensure!(historian.check().await?.is_sound());
    historian.close().await?;
    Ok(())
}
