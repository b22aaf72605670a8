//! What discovery does is what was shown, and nothing that runs is lost by it.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use twin_app::{
    App,
    api::discovery::{Acceptance, AcceptedAsset, Ignoring},
    clock,
};
use twinscope_tests::harness::wait;

use crate::{
    discovery::{Started, accepted, all, lines_are_right, proposed, pump, text_of, view, whole},
    signal,
};

const SOON: Duration = Duration::from_secs(20);

/// What was said to the person.
fn said<T>(refused: twin_app::error::Result<T>) -> Result<String> {
    Ok(refused.err().context("it was not refused")?.to_string())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_accepted_is_what_was_shown() -> Result<()> {
    let started = Started::with("").await?;
    let (broker, app) = (&started.broker, &started.app);
    pump(broker, "site/pump-1", clock::now().millis(), &[1.0])?;
    let row = proposed(app, "site/pump-1").await?;
    let wanted = all(vec![accepted(&row, None)]);
    let shown = app.discovery_preview(wanted.clone()).await?;
    ensure!(shown.signals == 3 && shown.found != 0, "{shown:?}");
    broker.publish("site/pump-1", 1, &[r#"{"rssi":-70}"#.to_owned()])?;
    wait::until("another value of it", SOON, || async {
        let pump = whole(app, "site/pump-1").await.ok()?;
        (pump.signals.len() == 4).then_some(())
    })
    .await?;
    let before = text_of(&started.workspace())?;
    let looked = Acceptance {
        base: shown.base.clone(),
        found: shown.found,
        ..wanted
    };
    let unknown = Acceptance {
        found: u32::MAX,
        ..looked.clone()
    };
    let text = said(app.discovery_accept(unknown, "tester").await)?;
    ensure!(text.contains("look at them again"), "{text}");
    ensure!(text_of(&started.workspace())? == before, "it was written");
    let taken = app.discovery_accept(looked.clone(), "tester").await?;
    ensure!(taken.signals == 3, "{taken:?}");
    lines_are_right(&before, &text_of(&started.workspace())?, &shown)?;
    let text = said(app.discovery_accept(looked, "tester").await)?;
    ensure!(text.contains("look at them again"), "{text}");
    app.stop().await;
    Ok(())
}

const RULE: &str = r#"
[[type]]
id = "pump"
name = "Pump"
[[type.signal]]
id = "speed"
name = "Speed"
[[mapping]]
id = "pumps"
connection = "c"
filter = "site/{asset}"
type = "pump"
"#;

async fn speed_is(app: &App, speed: f64) -> Result<()> {
    wait::until(&format!("the speed {speed}"), SOON, || async {
        let key = signal(app, "pump-1/speed").ok()?.key;
        let twin = app.view().twin(twin_core::SignalKey(key))?;
        (twin.value.as_f64() == Some(speed)).then_some(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_rule_made_is_neither_left_alone_nor_taken_over() -> Result<()> {
    let started = Started::with(RULE).await?;
    let (broker, app) = (&started.broker, &started.app);
    let speak = |speed: u32| {
        let body = format!(r#"{{"speed":{speed},"rssi":-70}}"#);
        broker.publish("site/pump-1", 1, &[body])
    };
    speak(1)?;
    wait::until("the asset of the rule", SOON, || async {
        signal(app, "pump-1/speed").ok()
    })
    .await?;
    let row = wait::until("what is left of the topic", SOON, || async {
        let mut rows = view(app).await.ok()?.proposals.into_iter();
        rows.find(|row| row.signals == 1)
    })
    .await?;
    let before = text_of(&started.workspace())?;
    let taking = all(vec![AcceptedAsset {
        id: "pump-1".into(),
        ..accepted(&row, None)
    }]);
    let shown = app.discovery_preview(taking.clone()).await?;
    ensure!(
        shown.faults.len() == 1 && shown.faults[0].field == "id",
        "{shown:?}"
    );
    let text = said(app.discovery_accept(taking, "tester").await)?;
    ensure!(text.contains("a mapping rule made"), "{text}");
    let whole_site = Ignoring {
        filters: vec!["site/#".into()],
        ..Ignoring::default()
    };
    let text = said(app.discovery_ignore(whole_site, "tester").await)?;
    ensure!(text.contains("pump-1/speed"), "{text}");
    ensure!(text_of(&started.workspace())? == before, "it was written");

    let only = Ignoring {
        proposals: vec![row.id],
        ..Ignoring::default()
    };
    let filters = app.discovery_ignore(only, "tester").await?;
    ensure!(filters == ["site/pump-1#rssi"], "{filters:?}");
    speak(2)?;
    speed_is(app, 2.0).await?;
    ensure!(view(app).await?.proposals.is_empty());
    app.stop().await;
    Ok(())
}
