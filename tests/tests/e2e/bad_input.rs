//! Hostile and broken messages: nothing panics, nothing else is lost, each is counted with its last example.

use std::time::Duration;

use anyhow::{Result, bail, ensure};
use tokio::io::AsyncWriteExt;
use twin_core::{Reason, SignalKey, Value};
use twinscope_tests::harness::{certificates::Authority, mosquitto::Mosquitto, peer, wait};

use crate::{signal, start};

const SOON: Duration = Duration::from_secs(20);

fn plant_file(connection: &str) -> String {
    format!(
        r#"
[plant]
id = "p"
name = "Plant"
zone = "UTC"

[[connection]]
id = "c"
name = "C"
{connection}
subscriptions = [{{ filter = "plant/#", qos = 1 }}, {{ filter = "spBv1.0/#", qos = 1 }}]

[[type]]
id = "tank"
name = "Tank"
[[type.signal]]
id = "level"
name = "Level"
unit = "m"

[[area]]
id = "a"
name = "A"

[[asset]]
id = "tank"
name = "Tank"
area = "a"
type = "tank"
connection = "c"
source = "plant/tank#{{signal}}"
"#
    )
}

/// Publishes messages that nobody can read; says how many.
fn publish_broken(broker: &Mosquitto) -> Result<usize> {
    let deep = format!("{}1{}", "[".repeat(5_000), "]".repeat(5_000));
    let large = format!("{{\"level\": \"{}\"}}", "x".repeat(2 << 20));
    let bad: [(&str, &[u8]); 6] = [
        ("spBv1.0/G/NBIRTH/n", &[0x12, 0xff, 0xff, 0x03, 0x0a]),
        ("plant/tank", b"{\"level\": "),
        ("plant/tank", b"{\"level\": \"\xff\xfe\"}"),
        ("plant/tank", deep.as_bytes()),
        ("plant/tank", large.as_bytes()),
        ("spBv1.0/G/NDATA/n", &[0xff; 64]),
    ];
    for (topic, payload) in bad {
        broker.publish(topic, payload)?;
    }
    Ok(bad.len())
}

#[tokio::test(flavor = "multi_thread")]
async fn broken_payloads_are_counted_by_reason_and_the_next_good_one_arrives() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let authority = Authority::new(dir.path(), "ca")?;
    let broker = Mosquitto::start(dir.path(), &authority).await?;
    let client = authority.client("twinscope")?;
    let workspace = dir.path().join("workspace");
    std::fs::create_dir(&workspace)?;
    let connection = format!(
        "host = \"localhost\"\nport = {}\nca_file = \"{}\"\ncertificate_file = \"{}\"\nkey_file = \"{}\"",
        broker.port,
        authority.ca_file.display(),
        client.certificate.display(),
        client.key.display()
    );
    std::fs::write(workspace.join("plant.toml"), plant_file(&connection))?;
    let (app, _notices) = start(&workspace).await?;
    wait::until("the link", SOON, || async {
        app.connections()
            .iter()
            .any(|row| row.security.contains("TLS"))
            .then_some(())
    })
    .await?;

    let bad = publish_broken(&broker)?;
    broker.publish("plant/tank", br#"{"level": 1e999}"#)?;
    broker.publish("plant/tank", br#"{"level": 2.0, "timestamp": 0}"#)?;
    broker.publish(
        "plant/tank",
        br#"{"level": 2.5, "timestamp": 4102444800000}"#,
    )?;
    let level = SignalKey(signal(&app, "tank/level")?.key);
    let twin = wait::until("the value with a time in 2100", SOON, || async {
        app.view()
            .twin(level)
            .filter(|twin| twin.value == Value::F64(2.5))
    });
    let twin = twin.await?;
    ensure!(twin.quality().reason == Reason::ClockSkew, "{twin:?}");
    ensure!(twin.source_time <= twin.received_time, "{twin:?}");

    let rows = wait::until("all rejects", SOON, || async {
        let row = app.connections().into_iter().next()?;
        let count: f64 = row.rejects.iter().map(|reject| reject.count).sum();
        (count >= bad as f64).then_some(row.rejects)
    });
    let rows = rows.await?;
    ensure!(rows.len() >= 4, "too few reasons: {rows:?}");
    for row in &rows {
        ensure!(
            !row.last_topic.is_empty()
                && !row.last_error.is_empty()
                && !row.last_excerpt.is_empty(),
            "{row:?}"
        );
    }
    ensure!(app.view().counters().dropped == 0.0);
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_topic_that_is_not_text_is_a_reject_with_its_bytes_and_the_link_holds() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let port = listener.local_addr()?.port();
    let connection = format!(
        "host = \"127.0.0.1\"\nport = {port}\nprotocol = \"mqtt3.1.1\"\nsecurity = \"plaintext\""
    );
    std::fs::write(dir.path().join("plant.toml"), plant_file(&connection))?;
    let (app, _notices) = start(dir.path()).await?;
    let mut socket = peer::accept(&listener).await?;
    socket
        .write_all(&peer::publish(b"plant/\xff\xfe", b"1"))
        .await?;
    socket
        .write_all(&peer::publish(b"plant/tank", br#"{"level": 3.5}"#))
        .await?;
    let level = SignalKey(signal(&app, "tank/level")?.key);
    wait::until("the value after it", SOON, || async {
        app.view()
            .twin(level)
            .filter(|twin| twin.value == Value::F64(3.5))
    })
    .await?;
    let rejects = wait::until("the reject", SOON, || async {
        let row = app.connections().into_iter().next()?;
        (!row.rejects.is_empty()).then_some(row.rejects)
    })
    .await?;
    let [reject] = &rejects[..] else {
        bail!("one reason is enough: {rejects:?}");
    };
    ensure!(reject.reason == "malformed", "{reject:?}");
    ensure!(reject.last_topic == "plant/\u{fffd}\u{fffd}", "{reject:?}");
    ensure!(
        reject.last_error.contains(r#""plant/\xff\xfe""#) && reject.last_excerpt == "1",
        "{reject:?}"
    );
    app.stop().await;
    Ok(())
}
