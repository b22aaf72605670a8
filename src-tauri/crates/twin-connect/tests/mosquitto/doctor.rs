//! "Test connection".

use std::time::Duration;

use twin_connect::{
    ConnectionSpec, DownKind, Protocol, Session, Step, TestReport, Tls, test_connection,
};

use crate::support::{Authority, Broker, PROTOCOLS, Peer, at_least_once, free_port, spec};

const LIMIT: Duration = Duration::from_secs(5);

fn steps(report: &TestReport) -> Vec<(Step, bool)> {
    report
        .steps
        .iter()
        .map(|step| (step.step, step.ok))
        .collect()
}

/// The report must end in one failure, with advice.
fn failure(report: &TestReport, step: Step, kind: DownKind) {
    let (last, before) = report.steps.split_last().unwrap();
    assert_eq!(
        (last.step, last.ok, last.kind),
        (step, false, Some(kind)),
        "{report:#?}"
    );
    assert!(
        !last.message.is_empty() && !last.advice.is_empty(),
        "{last:?}"
    );
    assert!(
        before.iter().all(|step| step.ok && step.advice.is_empty()),
        "{report:#?}"
    );
}

#[tokio::test]
async fn all_steps_of_a_good_connection_are_reported() {
    let authority = Authority::new("plant");
    let broker = authority
        .broker(&authority.sign_until("localhost", 2089), true)
        .await;
    let client = authority.sign("desk");
    for protocol in PROTOCOLS {
        let spec = ConnectionSpec {
            host: "localhost".into(),
            tls: Some(authority.trust(Some(&client))),
            subscriptions: vec![at_least_once("plant/#"), at_least_once("office/+")],
            ..broker.spec(protocol, "desk")
        };
        let report = test_connection(spec, LIMIT).await;
        let good = [
            Step::Dns,
            Step::Tcp,
            Step::Tls,
            Step::Mqtt,
            Step::Subscribe,
            Step::Subscribe,
        ];
        assert_eq!(steps(&report), good.map(|step| (step, true)), "{report:#?}");
        assert!(report.is_ok());
        assert!(
            report.steps[2]
                .message
                .contains("TLS 1.3, client certificate"),
            "{report:#?}"
        );
        assert!(
            report.steps[2].message.contains("2089-01-01"),
            "{report:#?}"
        );
        assert!(
            report.steps[3].message.contains("\"desk-test\""),
            "{report:#?}"
        );
        assert!(report.steps[5].message.contains("office/+"), "{report:#?}");
    }
}

#[tokio::test]
async fn a_running_connection_is_left_alone() {
    let broker = Broker::open().await;
    for protocol in PROTOCOLS {
        let mut spec = broker.spec(protocol, "desk");
        spec.session = Session::Persistent { expiry: LIMIT };
        spec.subscriptions = vec![at_least_once("plant/#")];
        let mut peer = Peer::start(spec.clone());
        peer.up().await;
        let report = test_connection(spec, LIMIT).await;
        assert!(report.is_ok(), "{report:#?}");
        let quality = twin_connect::Qos::AtLeastOnce;
        peer.publish("plant/x", "still here", quality).await;
        assert_eq!(peer.mail().await.text, "still here");
    }
}

#[tokio::test]
async fn each_failure_stops_at_its_step() {
    let authority = Authority::new("plant");
    let broker = authority.broker(&authority.sign("localhost"), true).await;
    for protocol in PROTOCOLS {
        let encrypted = |tls| ConnectionSpec {
            host: "localhost".into(),
            tls: Some(tls),
            ..broker.spec(protocol, "desk")
        };
        let unknown = ConnectionSpec {
            host: "no-such-host.invalid".into(),
            ..broker.spec(protocol, "desk")
        };
        failure(
            &test_connection(unknown, LIMIT).await,
            Step::Dns,
            DownKind::Dns,
        );
        let closed = spec(free_port(), protocol, "desk");
        failure(
            &test_connection(closed, LIMIT).await,
            Step::Tcp,
            DownKind::Refused,
        );
        let other = encrypted(Authority::new("other").trust(None));
        failure(
            &test_connection(other, LIMIT).await,
            Step::Tls,
            DownKind::UnknownIssuer,
        );
        let anonymous = encrypted(authority.trust(None));
        failure(
            &test_connection(anonymous, LIMIT).await,
            Step::Tls,
            DownKind::ClientCertificateRequired,
        );
        let invalid = ConnectionSpec {
            subscriptions: vec![at_least_once("a/#/b")],
            ..encrypted(Tls::default())
        };
        let report = test_connection(invalid, LIMIT).await;
        assert_eq!(steps(&report), [(Step::Subscribe, false)]);
        assert!(report.steps[0].message.contains("a/#/b"), "{report:#?}");
    }
}

#[tokio::test]
async fn a_refused_login_is_reported() {
    let broker = Broker::with(|_| "allow_anonymous false\n".into()).await;
    for protocol in PROTOCOLS {
        let report = test_connection(broker.spec(protocol, "desk"), LIMIT).await;
        failure(&report, Step::Mqtt, DownKind::NotAuthorised);
    }
}

#[tokio::test]
async fn a_refused_filter_does_not_hide_the_next() {
    let broker = crate::link::strict_broker().await;
    for protocol in PROTOCOLS {
        let mut spec = broker.spec(protocol, "desk");
        spec.subscriptions = vec![at_least_once("office/#"), at_least_once("plant/#")];
        let report = test_connection(spec, LIMIT).await;
        let expected = [
            (Step::Dns, true),
            (Step::Tcp, true),
            (Step::Mqtt, true),
            (Step::Subscribe, false),
            (Step::Subscribe, true),
        ];
        assert_eq!(steps(&report), expected, "{report:#?}");
        assert!(report.steps[3].message.contains("office/#"), "{report:#?}");
        if protocol == Protocol::Mqtt5 {
            assert!(
                report.steps[3].message.contains("not authorised"),
                "{report:#?}"
            );
        }
    }
}
