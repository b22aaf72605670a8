//! What a person who looks for a fault gets to see: what floods, messages as they came, evidence, the program itself.

use std::{path::Path, time::Duration};

use anyhow::{Context, Result, ensure};
use twin_app::{
    App,
    api::diagnostics::{RateRow, RatesOrder, RatesQuery, RatesView, TappedMessage, TappedOutcome},
};
use twinscope_tests::harness::{
    broker::{Broker, Post},
    publisher::Publisher,
    wait,
};

use crate::{signal, start};

const SOON: Duration = Duration::from_secs(40);
const AT_LEAST_ONCE: Post = Post {
    qos: 1,
    retain: false,
};

fn workspace(dir: &Path, port: u16) -> Result<()> {
    let text = format!(
        r#"
[plant]
id = "p"
name = "Plant"
zone = "UTC"

[[connection]]
id = "c"
name = "C"
host = "127.0.0.1"
port = {port}
security = "plaintext"
subscriptions = [{{ filter = "plant/#", qos = 1 }}]

[[area]]
id = "a"
name = "A"

[[type]]
id = "tank"
name = "Tank"
[[type.signal]]
id = "level"
name = "Level"
unit = "m"

[[asset]]
id = "x"
name = "X"
area = "a"
type = "tank"
connection = "c"
source = "plant/x#{{signal}}"
"#
    );
    std::fs::create_dir_all(dir)?;
    std::fs::write(dir.join("plant.toml"), text).context("writing the plant file")
}

async fn rates(app: &App, order: RatesOrder, text: &str) -> Result<RatesView> {
    let query = RatesQuery {
        connection: "c".into(),
        text: text.into(),
        order,
        limit: 10,
    };
    Ok(app.rates(query).await?)
}

/// The messages of the tap once there are so many, the newest first.
async fn tapped(app: &App, count: usize) -> Result<Vec<TappedMessage>> {
    let view = wait::until("messages of the tap", SOON, || async {
        let view = app.tap().await.ok()??;
        (view.messages.len() >= count).then_some(view)
    })
    .await?;
    let mut messages = Vec::new();
    for row in &view.messages {
        messages.push(app.tapped(row.number).await?.context("a listed message")?);
    }
    Ok(messages)
}

/// The program counts how long things take and what it uses.
async fn counts_its_own(app: &App) -> Result<()> {
    let health = app.health().await?;
    let counted = |what: &str| {
        let mut spans = health.spans.iter();
        spans.any(|span| span.what == what && span.count > 0.0 && span.p99_ms >= span.p50_ms)
    };
    ensure!(
        ["twin", "durable", "commit"].into_iter().all(counted),
        "{health:?}"
    );
    ensure!(health.disk_free.is_some() && health.history_bytes > 0.0);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_floods_is_found_and_its_messages_are_seen_as_they_came() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let broker = Broker::start(dir.path()).await?;
    let plant = dir.path().join("workspace");
    workspace(&plant, broker.port)?;
    let (app, _notices) = start(&plant).await?;
    let flood = Publisher::start(broker.port, 200, |number| {
        ("plant/flood".to_owned(), format!("{{\"n\":{number}}}"))
    });

    // One topic brings nearly everything, and says so.
    let floods = |view: &RatesView| -> Option<RateRow> {
        let total = view.connections.first()?.per_s;
        let worst = view.rows.first()?;
        (worst.per_s > 50.0 && worst.per_s > 0.9 * total).then(|| worst.clone())
    };
    let worst = wait::until("the flood", SOON, || async {
        floods(&rates(&app, RatesOrder::Messages, "").await.ok()?)
    })
    .await?;
    ensure!(worst.topic == "plant/flood", "{worst:?}");
    flood.finish().await?;

    // A topic that was never heard can be tapped: its first message is seen.
    ensure!(app.start_tap("nothing", "plant/x").await.is_err());
    let view = app.start_tap("c", "plant/x").await?;
    ensure!(view.messages.is_empty(), "{view:?}");
    broker.post(
        "plant/x",
        AT_LEAST_ONCE,
        br#"{"level": 2.5, "note": "<b>"}"#,
    )?;
    tapped(&app, 1).await?;
    broker.post("plant/x", AT_LEAST_ONCE, &[0xff, 0x00, 0x7b])?;
    let messages = tapped(&app, 2).await?;
    let [broken, read] = &messages[..] else {
        anyhow::bail!("{messages:?}");
    };
    ensure!(read.row.outcome == TappedOutcome::Read && read.row.qos == 1);
    ensure!(read.row.convention == "JSON", "{read:?}");
    let level = read.fields.first().context("a field")?;
    ensure!((&*level.address, &*level.value) == ("plant/x#level", "2.5"));
    ensure!(level.signal == Some(signal(&app, "x/level")?.key));
    ensure!(read.fields.get(1).is_some_and(|note| note.signal.is_none()));
    ensure!(broken.row.outcome == TappedOutcome::Rejected);
    ensure!(broken.payload == "ff007b", "{broken:?}");
    let (reason, _) = broken.reject.clone().context("a reason")?;

    // The same message is evidence, once it is stored.
    let evidence = wait::until("evidence", SOON, || async {
        let page = app.evidence("c", &reason, None).await.ok()?;
        (!page.rows.is_empty()).then_some(page)
    })
    .await?;
    let [row] = &evidence.rows[..] else {
        anyhow::bail!("{evidence:?}");
    };
    ensure!((row.bytes, row.kept_bytes) == (Some(3.0), 3.0), "{row:?}");
    ensure!((evidence.total, evidence.kept, evidence.more) == (1.0, 1.0, false));
    let payload = app.evidence_payload("c", row.number).await?;
    ensure!(payload.as_deref() == Some("ff007b"), "{payload:?}");
    let totals = app.evidence_totals().await?;
    ensure!(totals.len() == 1 && totals[0].total == 1.0, "{totals:?}");

    counts_its_own(&app).await?;

    app.end_tap().await?;
    ensure!(app.tap().await?.is_none());
    // Filter and order.
    let silent = rates(&app, RatesOrder::Silence, "PLANT/X").await?;
    ensure!(
        silent.fitting == 1 && silent.rows[0].messages == 2.0,
        "{silent:?}"
    );
    app.stop().await;
    Ok(())
}
