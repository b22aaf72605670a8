//! Links that come, go, and fall silent.

use std::time::Duration;

use tokio::time::Instant;
use twin_connect::{
    Command, DownKind,
    coap::{CoapError, CoapResource, run},
};
use twin_core::Timestamp;

use crate::support::{Running, Server, free_port, observed, read_every, spec};

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_server_is_noticed_and_observed_again_after_its_restart() {
    let mut server = Server::open();
    // A resource that the server has from its start.
    server.put("/example_data", 0, "open");
    let resources = [observed("/example_data"), observed("/time")];
    let mut running = Running::start(spec(server.port, &resources));
    running.text("open").await;
    for round in 0..3 {
        server.kill();
        let reason = running.down().await;
        // The keep-alive of 2 s asks, and the system says that nothing listens.
        assert_eq!(reason.kind, DownKind::Refused, "{reason:?}");
        server.start();
        server.put("/example_data", 0, &format!("round {round}"));
        running.up().await;
        running.text(&format!("round {round}")).await;
        // The new observation is there, too.
        server.put("/example_data", 0, &format!("later {round}"));
        running.text(&format!("later {round}")).await;
    }
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_restarts_unnoticed_is_observed_again() {
    let mut server = Server::open();
    // Its time is valid for 1 s; it is asked again 5 to 15 s after that.
    let mut running = Running::start(spec(server.port, &[observed("/time")]));
    running.message().await;
    server.kill();
    server.start();
    let end = Instant::now() + Duration::from_secs(25);
    let mut fresh = 0;
    while fresh < 3 {
        assert!(
            Instant::now() < end,
            "only {fresh} values after the restart"
        );
        running.message().await;
        fresh += 1;
    }
    running.stop().await;
    assert!(server.log().contains("Observe:0,"), "{}", server.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_stands_still_is_noticed_and_met_again() {
    tokio::join!(
        stand_still(observed("/time")),
        stand_still(read_every("/time", 1)),
        stand_still(observed("/quiet")),
    );
}

async fn stand_still(resource: CoapResource) {
    let server = Server::open();
    server.put("/quiet", 0, "still");
    let mut running = Running::start(spec(server.port, &[resource]));
    running.message().await;
    server.signal("STOP");
    let since = Instant::now();
    let reason = running.down().await;
    assert_eq!(reason.kind, DownKind::Silent, "{reason:?}");
    // Keep-alive of 2 s, or a request at most 1 s later; then 31 waits of 100 to 150 ms.
    let took = since.elapsed();
    assert!(took < Duration::from_secs(9), "{took:?}");
    server.signal("CONT");
    running.up().await;
    running.message().await;
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nothing_answers_it_is_said_why_and_tried_again() {
    let nobody = spec(free_port(), &[observed("/time")]);
    let mut running = Running::start(nobody.clone());
    for _ in 0..3 {
        let reason = running.down().await;
        assert_eq!(reason.kind, DownKind::Refused, "{reason:?}");
    }
    running.stop().await;

    // A socket that reads nothing and says nothing.
    let mute = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let port = mute.local_addr().unwrap().port();
    let mut running = Running::start(spec(port, &[observed("/time")]));
    let since = Instant::now();
    let reason = running.down().await;
    assert_eq!(reason.kind, DownKind::Timeout, "{reason:?}");
    assert!(reason.advice.contains("DTLS"), "{reason:?}");
    assert!(since.elapsed() < Duration::from_secs(6));
    running.stop().await;

    let mut nowhere = nobody;
    nowhere.host = "no-such-host.invalid".into();
    let mut running = Running::start(nowhere);
    let reason = running.down().await;
    assert_eq!(reason.kind, DownKind::Dns, "{reason:?}");
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_with_several_addresses_is_tried_through() {
    // The server listens on 127.0.0.1 only; the name may have ::1 first.
    let server = Server::open();
    let mut named = spec(server.port, &[observed("/time")]);
    named.host = "localhost".into();
    let mut running = Running::start(named);
    let got = running.message().await;
    assert_eq!(*got.topic, format!("coap/localhost:{}/time", server.port));
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wait_can_be_cut_short_and_the_end_comes_at_once() {
    let mut server = Server::open();
    let mut patient = spec(server.port, &[observed("/time")]);
    patient.timing.backoff_min = Duration::from_secs(600);
    patient.timing.backoff_max = Duration::from_secs(600);
    server.kill();
    let mut running = Running::start(patient.clone());
    running.down().await;
    server.start();
    running.commands.send(Command::Reconnect).await.unwrap();
    running.message().await;
    server.kill();
    running.down().await;
    // While it waits.
    running.stop().await;

    let (inbound, inbox) = tokio::sync::mpsc::channel(1);
    let (_commands, orders) = tokio::sync::mpsc::channel(1);
    drop(inbox);
    // Nobody listens: it ends by itself.
    assert_eq!(
        run(patient.clone(), inbound, orders, || Timestamp(0)).await,
        Ok(())
    );

    patient.port = 0;
    let (inbound, _inbox) = tokio::sync::mpsc::channel(1);
    let (_commands, orders) = tokio::sync::mpsc::channel(1);
    let ended = run(patient, inbound, orders, || Timestamp(0)).await;
    assert_eq!(ended, Err(CoapError::PortMissing));
}
