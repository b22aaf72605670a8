//! Asking what a device has, and trying a connection to it.

use std::time::Duration;

use twin_connect::{
    DownKind, Step, TestReport,
    coap::{Link, discover, probe},
};

use crate::support::{Server, free_port, observed, read_every, spec};

const LIMIT: Duration = Duration::from_secs(3);

fn outline(report: &TestReport) -> Vec<(Step, bool)> {
    report
        .steps
        .iter()
        .map(|step| (step.step, step.ok))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_tells_what_it_has_even_in_blocks() {
    let server = Server::with("coap-server-notls", &["-d", "100"]);
    for number in 0..60 {
        server.put(&format!("/sensor/number/{number}"), 50, "1");
    }
    let found = discover(&spec(server.port, &[]), LIMIT).await.unwrap();
    assert_eq!(found.left_out, 0);
    let time = found.links.iter().find(|link| link.path == "/time");
    assert_eq!(
        time,
        Some(&Link {
            path: "/time".into(),
            observable: true,
            resource_type: Some("ticks".into()),
            interface: Some("clock".into()),
            content_format: Some(0),
            size: None,
            title: Some("Internal Clock".into()),
        })
    );
    let made = found.links.iter().filter(|link| {
        link.path.starts_with("/sensor/") && link.observable && link.content_format == Some(50)
    });
    assert_eq!(made.count(), 60);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_there_is_said_in_words() {
    let reason = discover(&spec(free_port(), &[]), LIMIT).await.unwrap_err();
    assert_eq!(reason.kind, DownKind::Refused, "{reason:?}");
    let mute = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let port = mute.local_addr().unwrap().port();
    let reason = discover(&spec(port, &[]), LIMIT).await.unwrap_err();
    assert_eq!(reason.kind, DownKind::Timeout, "{reason:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_is_tried_step_by_step() {
    let server = Server::open();
    server.put("/big", 50, &"x".repeat(5_000));
    let resources = [
        observed("/time"),
        observed("/"),
        observed("/missing"),
        read_every("/big", 5),
    ];
    let report = probe(&spec(server.port, &resources), LIMIT).await;
    let expected = [
        (Step::Dns, true),
        (Step::Coap, true),
        (Step::Resource, true),
        (Step::Resource, true),
        (Step::Resource, false),
        (Step::Resource, true),
    ];
    assert_eq!(outline(&report), expected, "{report:#?}");
    let message = |at: usize| report.steps[at].message.to_string();
    assert!(message(1).contains("not encrypted"), "{report:#?}");
    assert!(message(2).contains("by itself"), "{report:#?}");
    assert!(message(3).contains("at intervals"));
    assert!(message(4).contains("4.04 Not Found") && !report.steps[4].advice.is_empty());
    assert!(message(5).contains("5000 bytes, application/json"));
    // Nothing is left behind.
    assert!(server.log().contains("Observe:1,"), "{}", server.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_failing_step_is_named() {
    let report = probe(&spec(free_port(), &[observed("/time")]), LIMIT).await;
    assert_eq!(outline(&report), [(Step::Dns, true), (Step::Coap, false)]);
    assert_eq!(report.steps[1].kind, Some(DownKind::Refused));

    let mut nowhere = spec(1, &[observed("/time")]);
    nowhere.host = "no-such-host.invalid".into();
    let report = probe(&nowhere, LIMIT).await;
    assert_eq!(outline(&report), [(Step::Dns, false)]);

    let report = probe(&spec(1, &[observed("/a#b")]), LIMIT).await;
    assert_eq!(outline(&report), [(Step::Resource, false)]);
    assert!(
        report.steps[0].message.to_string().contains("/a#b"),
        "{report:?}"
    );
}
