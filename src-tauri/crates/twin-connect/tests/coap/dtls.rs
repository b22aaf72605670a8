//! Encrypted with a pre-shared key, against both of libcoap's TLS libraries.

use std::time::Duration;

use twin_connect::{
    DownKind, Step,
    coap::{CoapSecurity, CoapSpec, PresharedKey, discover, probe},
};

use crate::support::{Running, Server, observed, spec};

const PROGRAMS: [&str; 2] = ["coap-server-openssl", "coap-server-gnutls"];

fn secured(server: &Server, key: &str) -> CoapSpec {
    CoapSpec {
        security: CoapSecurity::PresharedKey {
            identity: "desk".into(),
            key: PresharedKey::text(key).unwrap(),
        },
        // The encrypted port is the next one.
        ..spec(server.port + 1, &[observed("/time"), observed("/big")])
    }
}

fn server(program: &'static str) -> Server {
    let server = Server::with(program, &["-d", "20", "-k", "open sesame", "-h", "hint"]);
    server.put("/big", 50, &"y".repeat(9_000));
    server
}

#[tokio::test(flavor = "multi_thread")]
async fn observation_and_blocks_work_encrypted_and_after_a_restart() {
    let [first, second] = PROGRAMS;
    tokio::join!(observe(first), observe(second));
}

async fn observe(program: &'static str) {
    let mut server = server(program);
    let mut running = Running::start(secured(&server, "open sesame"));
    assert_eq!(running.up().await, "DTLS 1.2, pre-shared key");
    running.text(&"y".repeat(9_000)).await;
    for _ in 0..3 {
        while !running.message().await.topic.ends_with("/time") {}
    }
    server.put("/big", 50, &"z".repeat(9_000));
    running.text(&"z".repeat(9_000)).await;
    server.kill();
    running.down().await;
    server.start();
    running.up().await;
    while !running.message().await.topic.ends_with("/time") {}
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_the_server_has_forgotten_is_made_anew() {
    let mut server = server(PROGRAMS[0]);
    let mut running = Running::start(secured(&server, "open sesame"));
    running.message().await;
    server.signal("STOP");
    assert_eq!(running.down().await.kind, DownKind::Silent);
    server.kill();
    server.start();
    running.up().await;
    running.message().await;
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_key_or_port_is_never_tried_in_plain() {
    let [first, second] = PROGRAMS;
    tokio::join!(turn_away(first), turn_away(second));
}

async fn turn_away(program: &'static str) {
    let server = server(program);
    let before = server.log().matches("c:GET").count();
    let mut running = Running::start(secured(&server, "open barley"));
    let reason = running.down().await;
    let is_about_keys = matches!(reason.kind, DownKind::Timeout | DownKind::TlsHandshake);
    assert!(is_about_keys && reason.advice.contains("key"), "{reason:?}");
    running.stop().await;
    // The port without encryption.
    let mut wrong = secured(&server, "open sesame");
    wrong.port = server.port;
    let mut running = Running::start(wrong);
    let reason = running.down().await;
    assert!(reason.advice.contains("5684"), "{reason:?}");
    running.stop().await;
    assert_eq!(server.log().matches("c:GET").count(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn visits_are_encrypted_too() {
    let server = server(PROGRAMS[1]);
    let limit = Duration::from_secs(3);
    let good = secured(&server, "open sesame");
    let found = discover(&good, limit).await.unwrap();
    assert!(found.links.iter().any(|link| link.path == "/time"));
    let report = probe(&good, limit).await;
    assert!(report.is_ok(), "{report:?}");
    let steps: Vec<_> = report.steps.iter().map(|step| step.step).collect();
    let resource = Step::Resource;
    assert_eq!(
        steps,
        [Step::Dns, Step::Tls, Step::Coap, resource, resource]
    );
    let report = probe(&secured(&server, "wrong"), limit).await;
    let last = report.steps.last().unwrap();
    assert!(last.step == Step::Tls && !last.ok, "{report:?}");
}
