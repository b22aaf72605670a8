//! "Test connection".

use std::time::Duration;

use twin_connect::{
    ConnectionSpec, DownKind, Examination, Grade, Protocol, RiskKind, Session, Stamp, Step,
    TestReport, Tls, test_connection,
};

use crate::support::{Authority, Broker, PROTOCOLS, Peer, at_least_once, free_port, spec};

const LIMIT: Duration = Duration::from_secs(5);

/// By the clock of this machine.
fn examination() -> Examination {
    let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_micros();
    Examination::new(LIMIT, twin_core::Timestamp(i64::try_from(now).unwrap()))
}

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
        let report = test_connection(spec, &examination()).await;
        let good = [
            Step::Dns,
            Step::Tcp,
            Step::Tls,
            Step::Mqtt,
            Step::Subscribe,
            Step::Subscribe,
            Step::Clock,
            Step::Security,
        ];
        assert_eq!(steps(&report), good.map(|step| (step, true)), "{report:#?}");
        assert!(report.is_ok());
        assert!(
            report.steps[2]
                .message
                .to_string()
                .contains("TLS 1.3, client certificate"),
            "{report:#?}"
        );
        assert!(
            report.steps[2].message.to_string().contains("2089-01-01"),
            "{report:#?}"
        );
        assert!(
            report.steps[3]
                .message
                .to_string()
                .contains("\"desk-test\""),
            "{report:#?}"
        );
        assert!(
            report.steps[5].message.to_string().contains("office/+"),
            "{report:#?}"
        );
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
        let report = test_connection(spec, &examination()).await;
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
            &test_connection(unknown, &examination()).await,
            Step::Dns,
            DownKind::Dns,
        );
        let closed = spec(free_port(), protocol, "desk");
        failure(
            &test_connection(closed, &examination()).await,
            Step::Tcp,
            DownKind::Refused,
        );
        let other = encrypted(Authority::new("other").trust(None));
        failure(
            &test_connection(other, &examination()).await,
            Step::Tls,
            DownKind::UnknownIssuer,
        );
        let anonymous = encrypted(authority.trust(None));
        failure(
            &test_connection(anonymous, &examination()).await,
            Step::Tls,
            DownKind::ClientCertificateRequired,
        );
        let invalid = ConnectionSpec {
            subscriptions: vec![at_least_once("a/#/b")],
            ..encrypted(Tls::default())
        };
        let report = test_connection(invalid, &examination()).await;
        assert_eq!(steps(&report), [(Step::Subscribe, false)]);
        assert!(
            report.steps[0].message.to_string().contains("a/#/b"),
            "{report:#?}"
        );
    }
}

#[tokio::test]
async fn a_refused_login_is_reported() {
    let broker = Broker::with(|_| "allow_anonymous false\n".into()).await;
    for protocol in PROTOCOLS {
        let report = test_connection(broker.spec(protocol, "desk"), &examination()).await;
        failure(&report, Step::Mqtt, DownKind::NotAuthorised);
    }
}

#[tokio::test]
async fn a_refused_filter_does_not_hide_the_next() {
    let broker = crate::link::strict_broker().await;
    for protocol in PROTOCOLS {
        let mut spec = broker.spec(protocol, "desk");
        spec.subscriptions = vec![at_least_once("office/#"), at_least_once("plant/#")];
        let report = test_connection(spec, &examination()).await;
        let expected = [
            (Step::Dns, true),
            (Step::Tcp, true),
            (Step::Mqtt, true),
            (Step::Subscribe, false),
            (Step::Subscribe, true),
            (Step::Clock, true),
            (Step::Security, true),
        ];
        assert_eq!(steps(&report), expected, "{report:#?}");
        assert!(
            report.steps[3].message.to_string().contains("office/#"),
            "{report:#?}"
        );
        if protocol == Protocol::Mqtt5 {
            assert!(
                report.steps[3]
                    .message
                    .to_string()
                    .contains("not authorised"),
                "{report:#?}"
            );
        }
    }
}

#[tokio::test]
async fn the_facts_of_each_step_are_told() {
    let authority = Authority::new("plant");
    let broker = authority.broker(&authority.sign("localhost"), true).await;
    let client = authority.sign_until("desk", 2089);
    for protocol in PROTOCOLS {
        let spec = ConnectionSpec {
            host: "localhost".into(),
            tls: Some(authority.trust(Some(&client))),
            subscriptions: vec![at_least_once("plant/#")],
            ..broker.spec(protocol, "desk")
        };
        // The client's certificate ends first, on 2089-01-01.
        for (days, notices) in [(31, 0), (30, 0), (29, 1), (-1, 1)] {
            let mut examination = examination();
            examination.now =
                twin_core::Timestamp::from_secs(3_755_376_000 - days * 86_400 - 3_600);
            let report = test_connection(spec.clone(), &examination).await;
            let tls = report.steps.iter().find(|step| step.step == Step::Tls);
            let tls = tls.unwrap();
            assert_eq!(tls.notices.len(), notices, "{days}: {tls:#?}");
            assert!(
                tls.notices
                    .iter()
                    .all(|notice| notice.message.to_string().contains("desk"))
            );
            let fact = |name: &str| {
                let found = tls.facts.iter().find(|fact| fact.name.to_string() == name);
                found
                    .unwrap_or_else(|| panic!("{name}: {tls:#?}"))
                    .value
                    .to_string()
            };
            assert_eq!(fact("version"), "TLS 1.3");
            assert!(fact("cipher").starts_with("TLS13_"));
            assert_eq!(fact("names in the certificate"), "localhost");
            assert!(fact("broker's chain").contains("2090-01-01"));
            // This broker sends the authority itself too.
            assert!(fact("authority").contains("last of the chain"));
            assert!(fact("client's chain").contains(&format!("({days} days)")) || days < 30);
        }
        let report = test_connection(spec, &examination()).await;
        assert_eq!(report.grade, Grade::A);
        let risks: Vec<_> = report.risks.iter().map(|risk| risk.kind).collect();
        assert_eq!(risks, [RiskKind::NoRevocationList]);
        let step = |wanted: Step| {
            report
                .steps
                .iter()
                .find(|step| step.step == wanted)
                .unwrap()
        };
        assert_eq!(
            step(Step::Security).message.to_string(),
            "grade A, certificate identity"
        );
        assert!(
            step(Step::Clock)
                .message
                .to_string()
                .contains("not measurable")
        );
        let window = "takes at once (receive maximum)";
        let told = step(Step::Mqtt)
            .facts
            .iter()
            .any(|fact| fact.name.to_string() == window);
        assert_eq!(told, protocol == Protocol::Mqtt5, "{report:#?}");
        assert!(report.broker.is_some() && report.tls.is_some());
    }
}

#[tokio::test]
async fn clocks_are_compared_by_source_times() {
    let broker = Broker::open().await;
    let mut examination = examination();
    let received = examination.now;
    let source = received.plus(twin_core::Duration::from_secs(90));
    examination.stamps = vec![Stamp { source, received }; 5];
    let report = test_connection(broker.spec(Protocol::Mqtt5, "desk"), &examination).await;
    let (_, notice) = report
        .notices()
        .find(|(step, _)| *step == Step::Clock)
        .unwrap();
    assert!(
        notice.message.to_string().contains("90.0 s ahead"),
        "{notice:?}"
    );
    assert_eq!(report.grade, Grade::D);
}

/// mosquitto grants what its access list forbids, and then withholds the messages.
#[tokio::test]
async fn a_granted_filter_is_not_called_more_than_granted() {
    let broker = Broker::with(|directory| {
        let file = directory.join("acl");
        std::fs::write(&file, "topic read plant/#\n").unwrap();
        format!("allow_anonymous true\nacl_file {}\n", file.display())
    })
    .await;
    for protocol in PROTOCOLS {
        let mut spec = broker.spec(protocol, "desk");
        spec.subscriptions = vec![at_least_once("office/#")];
        let report = test_connection(spec, &examination()).await;
        let step = report
            .steps
            .iter()
            .find(|step| step.step == Step::Subscribe);
        let step = step.unwrap();
        assert!(
            step.ok && step.message.to_string().contains("granted"),
            "{step:?}"
        );
        assert!(
            step.facts[0].value.to_string().contains("withholds"),
            "{step:?}"
        );
    }
}

#[tokio::test]
async fn a_share_group_misses_nothing_by_a_test() {
    let broker = Broker::open().await;
    for protocol in PROTOCOLS {
        let mut spec = broker.spec(protocol, &format!("desk-{protocol}"));
        spec.subscriptions = vec![at_least_once("$share/desks/plant/#")];
        let mut member = Peer::start(spec.clone());
        member.up().await;
        let examination = examination();
        let (report, ()) = tokio::join!(test_connection(spec, &examination), async {
            for number in 0..200 {
                let quality = twin_connect::Qos::AtLeastOnce;
                member
                    .publish("plant/x", &number.to_string(), quality)
                    .await;
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        });
        assert!(report.is_ok(), "{report:#?}");
        for number in 0..200 {
            let mail = member.mail().await;
            assert_eq!(mail.text, number.to_string());
            member.ack(mail).await;
        }
        member.stop().await;
    }
}
