//! What goes wrong with Twinscope itself is an alarm like every other: raised, stored, acknowledged, over, and there in
//! the past.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use tokio::{
    io::{AsyncWriteExt, BufWriter},
    net::{TcpListener, TcpStream},
};
use twin_app::{
    App,
    api::{
        alarm::{AlarmRow, AlarmStateView, AlarmsQuery},
        connection::LinkStateView,
        events::{AlarmChange, EventWhat, EventsQuery},
    },
    clock,
};
use twin_core::{SignalId, alarm::AlarmState};
use twin_historian::Historian;
use twinscope_tests::harness::{
    broker::Broker,
    flood::{self, Flood},
    peer, wait,
};

use crate::{
    links, start,
    tanks::{self, SURE},
};

const SOON: Duration = Duration::from_secs(30);
/// How long an alarm of lost messages stands when no more are lost, and a little on top.
const QUIET: Duration = Duration::from_secs(90);
const LINK: &str = "$connection.c";
const PROGRAM: &str = "$program";

/// Somebody else who writes to the telemetry database: until it is dropped nobody can.
struct Lock(Child);

impl Lock {
    fn hold(workspace: &Path) -> Result<Lock> {
        let script = "import sqlite3,sys\n\
            c=sqlite3.connect(sys.argv[1],timeout=60,isolation_level=None)\n\
            c.execute('BEGIN IMMEDIATE')\n\
            print('locked',flush=True)\n\
            sys.stdin.read()\n";
        let mut child = Command::new("python3")
            .args(["-c", script])
            .arg(workspace.join("telemetry.db"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("starting python3")?;
        let mut line = String::new();
        let out = child.stdout.take().context("its output")?;
        BufReader::new(out).read_line(&mut line)?;
        ensure!(line == "locked\n", "{line:?}");
        Ok(Lock(child))
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

async fn is_up(app: &App) -> Result<()> {
    wait::until("the link", SOON, || async {
        let up = |row: &twin_app::api::connection::ConnectionRow| row.state == LinkStateView::Up;
        app.connections().iter().any(up).then_some(())
    })
    .await
}

/// The standing alarm of an asset.
fn standing(app: &App, asset: &str) -> Option<AlarmRow> {
    app.alarms().rows.into_iter().find(|row| row.asset == asset)
}

/// Sends messages, straight to the connection, until it has lost some and history says that it is not written.
async fn until_it_loses(app: &App, socket: &mut BufWriter<TcpStream>) -> Result<()> {
    /// As many as can be sent before it counts as impossible to be too fast.
    const AT_MOST: u64 = 2_000_000;
    let mut sent = 0_u64;
    while app.view().counters().dropped == 0.0 {
        ensure!(sent < AT_MOST, "all of {sent} messages were taken");
        for _ in 0..10_000 {
            let packet = flood::packet(SURE, &format!("{{\"level\": {sent}}}"), false)?;
            socket.write_all(&packet).await?;
            sent += 1;
        }
    }
    socket.flush().await?;
    wait::until("the end of patience with the lock", SOON, || async {
        let mut system = app.view().counters().system.into_iter();
        system
            .any(|said| said.text.starts_with("History is not written"))
            .then_some(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn lost_messages_and_a_history_that_is_not_written_are_alarms() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let workspace = dir.path().join("workspace");
    links::plain(&workspace, listener.local_addr()?.port())?;
    let (app, mut notices) = start(&workspace).await?;
    let mut socket = BufWriter::with_capacity(1 << 20, peer::accept(&listener).await?);
    is_up(&app).await?;
    let lock = Lock::hold(&workspace)?;
    until_it_loses(&app, &mut socket).await?;
    let notice = tokio::time::timeout(SOON, notices.recv()).await?;
    let notice = notice.context("a notification while nothing can be stored")?;
    ensure!(
        notice.occurrence.as_str().starts_with(PROGRAM),
        "{notice:?}"
    );
    ensure!(app.alarms().rows.is_empty(), "shown before it is stored");
    drop(lock);

    let raised = wait::until("the alarm of lost messages", SOON * 2, || async {
        standing(&app, LINK)
    })
    .await?;
    ensure!(
        raised.id.starts_with("$connection.c/dropped:high@") && raised.priority == 2,
        "{raised:?}"
    );
    ensure!(raised.state == AlarmStateView::UnackActive && raised.value > 0.0);
    let notice = tokio::time::timeout(SOON, notices.recv()).await?;
    let notice = notice.context("a notification of lost messages")?;
    ensure!(
        notice.title.to_string() == "C · messages lost",
        "{notice:?}"
    );
    let row = app.acknowledge(&raised.id, "ann", "narrowed").await?;
    ensure!(row.state == AlarmStateView::AckedActive, "{row:?}");
    let then = clock::now();
    ensure!(app.plant().assets.len() == 2, "it is no asset of the plant");

    wait::until("the end of the outage", SOON, || async {
        standing(&app, PROGRAM).filter(|row| row.state == AlarmStateView::UnackReturned)
    })
    .await?;
    wait::until("a minute without losses", QUIET, || async {
        standing(&app, LINK).is_none().then_some(())
    })
    .await?;
    in_the_past(&app, &raised, then.micros() as f64).await?;
    app.stop().await;
    in_history(&workspace, &raised).await
}

/// What history tells of an alarm that is over by now and was acknowledged by the instant `then`.
async fn in_the_past(app: &App, raised: &AlarmRow, then: f64) -> Result<()> {
    let of_then = app.alarm(&raised.id, Some(then)).await?;
    ensure!(of_then.is_some_and(|row| row.state == AlarmStateView::AckedActive));
    let now = app.alarm(&raised.id, None).await?.context("the alarm")?;
    ensure!(now.state == AlarmStateView::Normal && now.comment.as_deref() == Some("narrowed"));
    let listed = app.alarm_history_as_of(then, 0.0, 100).await?;
    ensure!(listed.iter().any(|row| row.id == raised.id), "{listed:?}");
    let page = app
        .alarms_within(&AlarmsQuery {
            asset: Some(LINK.into()),
            signals: vec![],
            t0: raised.raised_at,
            t1: then,
            at: None,
            behind: None,
            limit: 10,
        })
        .await?;
    ensure!(
        page.rows.len() == 1 && page.rows[0].id == raised.id,
        "{page:?}"
    );
    let events = app
        .asset_events(&EventsQuery {
            asset: LINK.into(),
            before: 9e15,
            kinds: vec![],
            limit: 200,
        })
        .await?;
    let changes = events.rows.iter().filter_map(|event| match &event.what {
        EventWhat::Alarm { change, .. } => Some(*change),
        _ => None,
    });
    let expected = [
        AlarmChange::Returned,
        AlarmChange::Acknowledged,
        AlarmChange::Raised,
    ];
    ensure!(changes.eq(expected), "{events:?}");
    let is_link = |what: &EventWhat| matches!(what, EventWhat::Link { .. });
    ensure!(events.rows.iter().any(|event| is_link(&event.what)));
    Ok(())
}

/// What alarms.db and the samples have of it.
async fn in_history(workspace: &Path, raised: &AlarmRow) -> Result<()> {
    let historian = Historian::open(workspace, clock::now()).await?;
    let id = raised.id.as_str().into();
    let stored = historian.alarms().transitions_of(&id).await?;
    let path: Vec<_> = stored.into_iter().map(|(_, of)| of.to).collect();
    let expected = [
        AlarmState::UnackActive,
        AlarmState::AckedActive,
        AlarmState::Normal,
    ];
    ensure!(path == expected, "{path:?}");
    let id = SignalId::from("$connection.c/dropped");
    let key = historian.signal_keys(&[id]).await?[0];
    let last = historian.last_values_of(&[key]).await?;
    let value = last.first().and_then(|(_, sample)| sample.value.as_f64());
    ensure!(value == Some(0.0), "{last:?}");
    Ok(historian.close().await?)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_does_not_leave_an_alarm_of_the_run_before_standing() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let broker = Broker::start(dir.path()).await?;
    let workspace = dir.path().join("workspace");
    tanks::workspace(&workspace, broker.port, 0)?;
    let path = workspace.join("plant.toml");
    let text = std::fs::read_to_string(&path)?;
    let limits = "[connection.limits]\nrate = 50\n\n[[type]]";
    std::fs::write(&path, text.replacen("[[type]]", limits, 1))?;
    let (app, _notices) = start(&workspace).await?;
    is_up(&app).await?;
    let mut flood = Flood::connect(broker.port)?;
    for level in 0..1_000 {
        flood.publish(SURE, &format!("{{\"level\": {level}}}"), false)?;
    }
    flood.finish()?;
    let raised = wait::until("the alarm of the rate limit", SOON, || async {
        standing(&app, LINK)
    })
    .await?;
    ensure!(
        raised.id.starts_with("$connection.c/left-out:high@"),
        "{raised:?}"
    );
    app.stop().await;

    let (app, _notices) = start(&workspace).await?;
    let row = wait::until("its end", SOON, || async {
        standing(&app, LINK).filter(|row| row.state == AlarmStateView::UnackReturned)
    })
    .await?;
    ensure!(row.id == raised.id, "{row:?}");
    app.acknowledge(&row.id, "ann", "").await?;
    ensure!(app.alarms().rows.is_empty());
    app.stop().await;
    Ok(())
}
