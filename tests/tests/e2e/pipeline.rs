//! mosquitto with TLS and client certificates, through to history and alarms.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use twin_app::{
    App,
    api::{
        alarm::AlarmStateView,
        connection::{
            ConnectionForm, KindView, LimitsForm, LinkStateView, ProtocolView, SubscriptionForm,
            TestStepView, TransportForm,
        },
        reading::ReadingForm,
        trend::TrendRequest,
    },
    clock,
};
use twin_core::SignalKey;
use twinscope_tests::harness::{certificates::Authority, free_port, mosquitto::Mosquitto, wait};

use crate::{signal, start};

const SOON: Duration = Duration::from_secs(20);

/// A plant of one tank whose level comes as JSON.
fn plant_file(port: u16, authority: &Path, certificate: &Path, key: &Path) -> String {
    format!(
        r#"
[plant]
id = "p"
name = "Plant"
zone = "UTC"

[[connection]]
id = "secure"
name = "Secure"
host = "localhost"
port = {port}
ca_file = "{}"
certificate_file = "{}"
key_file = "{}"
subscriptions = [{{ filter = "plant/#", qos = 1 }}]

[[type]]
id = "tank"
name = "Tank"
[[type.signal]]
id = "level"
name = "Level"
unit = "m"
alarms = [{{ kind = "high", limit = 4.0, deadband = 0.2, on_delay_s = 0.0, priority = 2 }}]

[[area]]
id = "a"
name = "A"

[[asset]]
id = "tank"
name = "Tank"
area = "a"
type = "tank"
connection = "secure"
source = "plant/tank#{{signal}}"
"#,
        authority.display(),
        certificate.display(),
        key.display()
    )
}

async fn link(app: &App, state: LinkStateView) -> Result<String> {
    wait::until(&format!("the link to be {state:?}"), SOON, || async {
        app.connections()
            .into_iter()
            .find(|row| row.state == state)
            .map(|row| format!("{} {}", row.security, row.reason))
    })
    .await
}

/// A broker, and a workspace that may connect to it.
async fn connected(dir: &Path) -> Result<(Mosquitto, PathBuf)> {
    let authority = Authority::new(dir, "ca")?;
    let broker = Mosquitto::start(dir, &authority).await?;
    let client = authority.client("twinscope")?;
    let workspace = dir.join("workspace");
    std::fs::create_dir(&workspace)?;
    let (certificate, key) = (&client.certificate, &client.key);
    let text = plant_file(broker.port, &authority.ca_file, certificate, key);
    std::fs::write(workspace.join("plant.toml"), text)?;
    Ok((broker, workspace))
}

/// How many columns the trend of a signal has in the ten milliseconds after `before`.
async fn columns(app: &App, key: u32, before: i64) -> Result<Option<u32>> {
    let (t0, t1) = ((before * 1_000 - 1) as f64, ((before + 10) * 1_000) as f64);
    let trend = app
        .trend(&TrendRequest {
            signals: vec![key],
            t0,
            t1,
            width: 100,
        })
        .await?;
    let count = trend.get(12..16).and_then(|bytes| bytes.try_into().ok());
    Ok(count.map(u32::from_le_bytes))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_travels_over_tls_to_history_alarm_and_acknowledgement() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let (broker, workspace) = connected(dir.path()).await?;
    let (app, mut notices) = start(&workspace).await?;
    let security = link(&app, LinkStateView::Up).await?;
    ensure!(
        security.contains("TLS 1.3") && security.contains("client certificate"),
        "security: {security}"
    );

    let before = clock::now().millis();
    broker.publish(
        "plant/tank",
        format!("{{\"level\": 3.0, \"timestamp\": {before}}}").as_bytes(),
    )?;
    broker.publish(
        "plant/tank",
        format!("{{\"level\": 4.5, \"timestamp\": {}}}", before + 1).as_bytes(),
    )?;
    let level = signal(&app, "tank/level")?;
    wait::until("the twin", SOON, || async {
        app.view()
            .twin(SignalKey(level.key))
            .filter(|twin| twin.value.as_f64() == Some(4.5))
    })
    .await?;
    let alarm = wait::until("the alarm", SOON, || async {
        app.alarms().rows.into_iter().next()
    })
    .await?;
    ensure!(
        (alarm.kind.as_str(), alarm.value, alarm.raised_at as i64)
            == ("high", 4.5, (before + 1) * 1_000)
    );
    let notice = notices.recv().await.context("a notification")?;
    ensure!(notice.body.to_string() == "4.5 m above 4.0 m", "{notice:?}");

    let acknowledged = app.acknowledge(&alarm.id, "ann", "seen").await?;
    ensure!(acknowledged.state == AlarmStateView::AckedActive);
    ensure!(acknowledged.acknowledged_by.as_deref() == Some("ann"));
    ensure!(
        app.acknowledge(&alarm.id, "ann", "again").await.is_err(),
        "twice acknowledged"
    );

    ensure!(
        columns(&app, level.key, before).await? == Some(2),
        "both samples are in the trend"
    );

    app.stop().await;
    drop(app);
    let (app, _notices) = start(&workspace).await?;
    let again = app
        .alarms()
        .rows
        .into_iter()
        .next()
        .context("the alarm after a restart")?;
    ensure!(
        again.acknowledged_by.as_deref() == Some("ann") && again.comment.as_deref() == Some("seen")
    );
    app.stop().await;
    Ok(())
}

/// What the window says when a connection with these files is tried.
async fn failure(
    dir: &Path,
    name: &str,
    port: u16,
    ca: &Path,
    certificate: &Path,
    key: &Path,
) -> Result<String> {
    let workspace = dir.join(name);
    std::fs::create_dir(&workspace)?;
    std::fs::write(
        workspace.join("plant.toml"),
        plant_file(port, ca, certificate, key),
    )?;
    let (app, _notices) = start(&workspace).await?;
    let reason = link(&app, LinkStateView::Down).await?;
    app.stop().await;
    Ok(reason)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_is_not_safe_says_why_and_stays_down() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let authority = Authority::new(dir.path(), "ca")?;
    let stranger = Authority::new(dir.path(), "stranger")?;
    let broker = Mosquitto::start(dir.path(), &authority).await?;
    let good = authority.client("good")?;
    let strange = stranger.client("strange")?;

    let wrong_ca = failure(
        dir.path(),
        "wrong-ca",
        broker.port,
        &stranger.ca_file,
        &good.certificate,
        &good.key,
    )
    .await?;
    let wrong_client = failure(
        dir.path(),
        "wrong-client",
        broker.port,
        &authority.ca_file,
        &strange.certificate,
        &strange.key,
    )
    .await?;
    ensure!(wrong_ca != wrong_client, "both say: {wrong_ca}");
    ensure!(wrong_ca.contains("authority"), "wrong CA: {wrong_ca}");
    ensure!(
        wrong_client.contains("certificate"),
        "wrong client: {wrong_client}"
    );
    Ok(())
}

/// The form of a connection that works.
fn form(port: u16, authority: &Authority) -> Result<ConnectionForm> {
    let client = authority.client("client")?;
    Ok(ConnectionForm {
        id: String::new(),
        kind: KindView::Mqtt,
        name: "Mine".into(),
        host: "localhost".into(),
        port,
        protocol: ProtocolView::Mqtt5,
        tls: true,
        ca_file: authority.ca_file.display().to_string(),
        certificate_file: client.certificate.display().to_string(),
        key_file: client.key.display().to_string(),
        username: String::new(),
        password: None,
        subscriptions: vec![SubscriptionForm {
            filter: "plant/#".into(),
            qos: 1,
            everything: false,
            share: String::new(),
        }],
        resources: Vec::new(),
        client_id: String::new(),
        keep_alive_s: None,
        persistent_session: true,
        session_expiry_s: None,
        allow_rebirth: false,
        transport: TransportForm::default(),
        limits: LimitsForm::default(),
        reading: ReadingForm::default(),
    })
}

/// The step at which a test ends.
async fn last_step(app: &App, form: ConnectionForm) -> Result<TestStepView> {
    let steps = app.test_connection(&form).await?.steps;
    steps.into_iter().next_back().context("a step")
}

#[tokio::test(flavor = "multi_thread")]
async fn test_connection_names_the_failing_step() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let authority = Authority::new(dir.path(), "ca")?;
    let broker = Mosquitto::start(dir.path(), &authority).await?;
    let (app, _notices) = start(&dir.path().join("workspace")).await?;
    let form = form(broker.port, &authority)?;
    let steps = app.test_connection(&form).await?.steps;
    ensure!(steps.iter().all(|step| step.ok), "{steps:?}");
    let names = steps.iter().map(|step| step.step.as_str());
    ensure!(
        names.eq([
            "DNS",
            "TCP",
            "TLS",
            "MQTT",
            "Subscribe",
            "Clock",
            "Security"
        ]),
        "{steps:?}"
    );

    let nowhere = ConnectionForm {
        host: "no-such-host.invalid".into(),
        ..form.clone()
    };
    let step = last_step(&app, nowhere).await?;
    ensure!(
        !step.ok && step.step == "DNS" && !step.advice.is_empty(),
        "{step:?}"
    );
    let refused = ConnectionForm {
        port: free_port()?,
        ..form.clone()
    };
    let step = last_step(&app, refused).await?;
    ensure!(!step.ok && step.step == "TCP", "{step:?}");
    let none = String::new();
    let anonymous = ConnectionForm {
        certificate_file: none.clone(),
        key_file: none,
        ..form
    };
    let step = last_step(&app, anonymous).await?;
    ensure!(
        !step.ok && step.message.contains("client certificate"),
        "{step:?}"
    );
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_saved_connection_connects_and_lists_what_it_hears() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let authority = Authority::new(dir.path(), "ca")?;
    let broker = Mosquitto::start(dir.path(), &authority).await?;
    let (app, _notices) = start(&dir.path().join("workspace")).await?;
    let form = form(broker.port, &authority)?;
    let password = Some("hunter2".into());
    let form = ConnectionForm {
        username: "ann".into(),
        password,
        ..form
    };
    let saved = crate::save(&app, &form, None).await?;
    ensure!(saved.id == "mine" && saved.password.is_none());
    link(&app, LinkStateView::Up).await?;
    let text = std::fs::read_to_string(dir.path().join("workspace/plant.toml"))?;
    ensure!(
        text.contains("\"mine\"") && !text.contains("hunter2"),
        "{text}"
    );
    broker.publish("plant/new", br#"{"temperature": 21.5}"#)?;
    let heard = wait::until("the unmapped address", SOON, || async {
        app.heard("mine")
            .await
            .ok()
            .and_then(|rows| rows.into_iter().next())
    });
    let heard = heard.await?;
    let what = (heard.address.as_str(), heard.value.as_str());
    ensure!(what == ("plant/new#temperature", "21.5"), "{heard:?}");
    app.remove_connection("mine", "ann").await?;
    wait::until("the end of the connection", SOON, || async {
        app.connections().is_empty().then_some(())
    })
    .await?;
    app.stop().await;
    Ok(())
}
