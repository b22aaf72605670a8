//! Looks at the other side of a connection, as the form takes them: a filter weighed, a device asked, clocks compared.

use std::{fs, os::unix::fs::PermissionsExt, path::Path, time::Duration};

use anyhow::{Context, Result, ensure};
use twin_app::{
    App,
    api::{
        connection::{
            ConnectionForm, ConnectionRow, KindView, LimitsForm, LinkStateView, ProtocolView,
            ResourceForm, TransportForm,
        },
        look::{LookRequest, LookView},
        reading::ReadingForm,
    },
    clock,
};
use twinscope_tests::harness::{coap::CoapServer, mosquitto, publisher::Publisher, wait};

use crate::start;

const SOON: Duration = Duration::from_secs(40);

fn workspace(dir: &Path, connection: &str) -> Result<()> {
    let head = "[plant]\nid = \"p\"\nname = \"Plant\"\nzone = \"UTC\"\n";
    fs::create_dir_all(dir)?;
    fs::write(dir.join("plant.toml"), format!("{head}{connection}"))
        .context("writing the plant file")
}

fn row(app: &App) -> Result<ConnectionRow> {
    app.connections().into_iter().next().context("a connection")
}

/// Waits until the connection of this name is up; gives its form.
async fn is_up(app: &App, name: &str) -> Result<ConnectionForm> {
    wait::until("the link", SOON, || async {
        let is_up = |row: &ConnectionRow| row.state == LinkStateView::Up && row.reason.is_empty();
        row(app)
            .ok()
            .filter(|row| row.form.name == name && is_up(row))
            .map(|row| row.form)
    })
    .await
}

async fn ended(app: &App, request: LookRequest) -> Result<LookView> {
    let begun = app.start_look(request).await?;
    wait::until("the end of a look", SOON, || async {
        app.look(begun.number).ok().filter(|view| !view.running)
    })
    .await
}

/// Two topics of which one comes already, each message with the time of this machine.
fn publish(port: u16) -> Publisher {
    Publisher::start(port, 40, |number| {
        let topic = if number % 2 == 0 {
            "plant/a/level"
        } else {
            "plant/b/level"
        };
        let now = clock::now().millis();
        let payload = format!(r#"{{"timestamp": {now}, "level": {number}}}"#);
        (topic.into(), payload)
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filter_is_weighed_and_clocks_are_compared() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let (port, _broker) = mosquitto::start_open(dir.path()).await?;
    let plant = dir.path().join("workspace");
    workspace(
        &plant,
        &format!(
            "[[connection]]\nid = \"c\"\nhost = \"127.0.0.1\"\nport = {port}\nsecurity = \"plaintext\"\n\
             subscriptions = [{{ filter = \"plant/a/#\", qos = 1 }}]\n"
        ),
    )?;
    let (app, _notices) = start(&plant).await?;
    let form = is_up(&app, "c").await?;
    let clock = async || -> Result<String> {
        let report = app.test_connection(&form).await?;
        let step = report.steps.into_iter().find(|step| step.step == "Clock");
        let facts = step.context("the step Clock")?.facts;
        let fact = facts.into_iter().find(|fact| fact.name.contains("source"));
        Ok(fact.context("what source times say")?.value.text)
    };
    let before = clock().await?;
    ensure!(before.starts_with("not known"), "{before}");

    let publisher = publish(port);
    let weigh = |filter: &str, everything| LookRequest::Filter {
        form: form.clone(),
        filter: filter.into(),
        everything,
    };
    let view = ended(&app, weigh("plant/#", false)).await?;
    let found = view.filter.context("what the filter brings")?;
    ensure!(
        (found.topics, found.known_topics) == (2.0, 1.0),
        "{found:?}"
    );
    ensure!((10.0..80.0).contains(&found.messages_per_s), "{found:?}");
    let half = found.known_messages_per_s / found.messages_per_s;
    ensure!((0.4..0.6).contains(&half), "{found:?}");
    let names = found.branches.iter().map(|branch| branch.name.as_str());
    let mut names: Vec<_> = names.collect();
    names.sort_unstable();
    ensure!(names == ["plant/a", "plant/b"], "{found:?}");
    let after = clock().await?;
    ensure!(after.contains("this machine's"), "{after}");
    publisher.finish().await?;

    let refused = ended(&app, weigh("#", false)).await?;
    let why = refused.failure.context("everything needs consent")?;
    ensure!(why.message.contains("everything"), "{why:?}");
    let begun = app.start_look(weigh("plant/#", false)).await?;
    app.cancel_look(begun.number);
    ensure!(
        app.look(begun.number).is_err(),
        "a cancelled look is forgotten"
    );
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_coap_device_is_asked_connected_and_edited() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let server = CoapServer::start(dir.path()).await?;
    let port = server.port;
    let plant = dir.path().join("workspace");
    let by_hand = format!(
        "[[connection]] # the clock\nid = \"c\"\nname = \"Clock\"\nkind = \"coap\"\nhost = \"127.0.0.1\"\nport = {port}\n\
         security = \"plaintext\"\nshadows = [\"kept\"]\nresources = [{{ path = \"/\", observe = false, every_s = 5 }}]\n"
    );
    workspace(&plant, &by_hand)?;
    let (app, _notices) = start(&plant).await?;
    let form = is_up(&app, "Clock").await?;
    ensure!(form.kind == KindView::Coap, "{form:?}");
    ensure!(row(&app)?.grade.is_some_and(|grade| grade.letter == "D"));

    let bare = ConnectionForm {
        resources: vec![],
        ..form.clone()
    };
    let view = ended(&app, LookRequest::Resources { form: bare }).await?;
    let offer = view.resources.context("what the device has")?;
    let time = offer.resources.iter().find(|one| one.path == "/time");
    let time = time.context("/time")?;
    ensure!(
        time.observable
            && time
                .about
                .iter()
                .any(|about| about.text.contains("Internal Clock")),
        "{offer:?}"
    );

    let mut edited = form.clone();
    edited.resources.push(ResourceForm {
        path: "/time".into(),
        observe: true,
        every_s: 60.0,
    });
    let report = app.test_connection(&edited).await?;
    ensure!(report.steps.iter().all(|step| step.ok), "{report:?}");
    crate::save(&app, &edited, Some(&form)).await?;
    let text = fs::read_to_string(plant.join("plant.toml"))?;
    for kept in ["# the clock", "shadows = [\"kept\"]", "/time"] {
        ensure!(text.contains(kept), "{kept} is not in\n{text}");
    }
    wait::until("the time", SOON, || async {
        let heard = app.heard("c").await.ok()?;
        heard.into_iter().find(|row| row.address.contains("/time"))
    })
    .await?;
    app.stop().await;
    Ok(())
}

/// A form of CoAP with DTLS.
fn keyed(port: u16, key: &str) -> ConnectionForm {
    ConnectionForm {
        id: String::new(),
        kind: KindView::Coap,
        name: "Well".into(),
        host: "127.0.0.1".into(),
        port,
        protocol: ProtocolView::Mqtt5,
        tls: true,
        ca_file: String::new(),
        certificate_file: String::new(),
        key_file: String::new(),
        username: "desk".into(),
        password: Some(key.into()),
        subscriptions: vec![],
        resources: vec![ResourceForm {
            path: "/time".into(),
            observe: true,
            every_s: 60.0,
        }],
        client_id: String::new(),
        keep_alive_s: None,
        persistent_session: true,
        session_expiry_s: None,
        allow_rebirth: false,
        transport: TransportForm::default(),
        limits: LimitsForm::default(),
        reading: ReadingForm::default(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_of_a_coap_device_stays_in_its_own_file() -> Result<()> {
    const KEY: &str = "open sesame";
    let dir = tempfile::tempdir()?;
    let server = CoapServer::start_with_key(dir.path(), KEY).await?;
    let port = server.port;
    let plant = dir.path().join("workspace");
    workspace(&plant, "")?;
    let (app, _notices) = start(&plant).await?;

    let wrong = app.test_connection(&keyed(port + 1, "wrong")).await?;
    let last = wrong.steps.last().context("a step")?;
    ensure!(!last.ok && last.step == "TLS", "{wrong:?}");
    let right = app.test_connection(&keyed(port + 1, KEY)).await?;
    ensure!(right.steps.iter().all(|step| step.ok), "{right:?}");
    ensure!(right.grade.letter == "B", "{right:?}");

    crate::save(&app, &keyed(port + 1, KEY), None).await?;
    let form = is_up(&app, "Well").await?;
    ensure!(form.password.is_none(), "the key was handed out");
    let secret = plant.join("secrets").join("well.password");
    ensure!(fs::read_to_string(&secret)? == KEY);
    ensure!(fs::metadata(&secret)?.permissions().mode() & 0o077 == 0);
    let text = fs::read_to_string(plant.join("plant.toml"))?;
    ensure!(!text.contains(KEY), "the key is in the plant file:\n{text}");

    let renamed = ConnectionForm {
        name: "Deep well".into(),
        ..form.clone()
    };
    crate::save(&app, &renamed, Some(&form)).await?;
    let form = is_up(&app, "Deep well").await?;
    ensure!(fs::read_to_string(&secret)? == KEY, "an edit lost the key");

    fs::set_permissions(&secret, fs::Permissions::from_mode(0o644))?;
    let report = app.test_connection(&form).await?;
    let warned = report
        .risks
        .iter()
        .any(|risk| risk.advice.contains("chmod 600"));
    ensure!(warned, "{:?}", report.risks);
    app.stop().await;
    Ok(())
}
