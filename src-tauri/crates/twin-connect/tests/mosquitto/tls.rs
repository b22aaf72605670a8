//! Certificates: what works, and a message of its own for everything that does not.

use std::time::Duration;

use tokio::time::sleep;
use twin_connect::{
    Authorities, ConnectionSpec, DownKind, DownReason, Inbound, LinkState, Pem, Protocol, Qos, Tls,
};

use crate::support::{Authority, Broker, PROTOCOLS, Peer, at_least_once};

fn spec(broker: &Broker, protocol: Protocol, tls: Tls) -> ConnectionSpec {
    ConnectionSpec {
        host: "localhost".into(),
        tls: Some(tls),
        subscriptions: vec![at_least_once("plant/#")],
        ..broker.spec(protocol, &format!("tls-{protocol}"))
    }
}

/// The reason must be the same each time, and no attempt may reach the broker's MQTT.
async fn reason(broker: &Broker, spec: ConnectionSpec) -> DownReason {
    let mut peer = Peer::start(spec);
    let first = peer.down().await;
    for _ in 0..3 {
        assert_eq!(peer.down().await, first);
    }
    assert!(
        !broker.log().contains("New client connected"),
        "{}",
        broker.log()
    );
    first
}

#[tokio::test]
async fn client_certificates_are_shown_and_messages_flow() {
    let authority = Authority::new("plant");
    let broker = authority.broker(&authority.sign("localhost"), true).await;
    let client = authority.sign("desk");
    for protocol in PROTOCOLS {
        let mut peer = Peer::start(spec(&broker, protocol, authority.trust(Some(&client))));
        let security = loop {
            match peer.next().await {
                Inbound::Link {
                    state: LinkState::Up { security, .. },
                    ..
                } => break security,
                Inbound::Link {
                    state: LinkState::Connecting,
                    ..
                } => {}
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(security, "TLS 1.3, client certificate");
        assert!(matches!(peer.next().await, Inbound::Subscribed { .. }));
        peer.publish("plant/x", "own", Qos::AtLeastOnce).await;
        let mail = peer.mail().await;
        assert_eq!(mail.text, "own");
        peer.ack(mail).await;
        peer.stop().await;
    }
}

#[tokio::test]
async fn certificates_are_read_from_files() {
    let authority = Authority::new("plant");
    let broker = authority.broker(&authority.sign("localhost"), false).await;
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("ca.pem");
    let tls = Tls {
        authorities: Authorities::Pem(Pem::Path(file.clone())),
        ..Tls::default()
    };
    let mut peer = Peer::start(spec(&broker, Protocol::Mqtt5, tls));
    let reason = peer.down().await;
    assert_eq!(reason.kind, DownKind::CertificateFiles);
    assert!(reason.message.contains("ca.pem"), "{reason}");
    std::fs::write(&file, "not a certificate").unwrap();
    loop {
        let reason = peer.down().await;
        assert_eq!(reason.kind, DownKind::CertificateFiles);
        if reason.message.contains("holds no usable certificate") {
            break;
        }
    }
    // Files are read again at each attempt.
    std::fs::write(&file, authority.pem()).unwrap();
    peer.up().await;
}

#[tokio::test]
async fn another_authority_is_not_trusted() {
    let authority = Authority::new("plant");
    let broker = authority.broker(&authority.sign("localhost"), false).await;
    // The second one even has the same name.
    for other in [Authority::new("other"), Authority::new("plant")] {
        for protocol in PROTOCOLS {
            let reason = reason(&broker, spec(&broker, protocol, other.trust(None))).await;
            assert_eq!(reason.kind, DownKind::UnknownIssuer, "{reason}");
            assert!(reason.message.contains("unknown issuer"), "{reason}");
        }
    }
    let reason = reason(&broker, spec(&broker, Protocol::Mqtt5, Tls::default())).await;
    assert!(
        matches!(
            reason.kind,
            DownKind::UnknownIssuer | DownKind::CertificateFiles
        ),
        "{reason:?}"
    );
}

#[tokio::test]
async fn an_expired_certificate_is_named() {
    let authority = Authority::new("plant");
    let broker = authority
        .broker(&authority.sign_until("localhost", 2020), false)
        .await;
    for protocol in PROTOCOLS {
        let reason = reason(&broker, spec(&broker, protocol, authority.trust(None))).await;
        assert_eq!(reason.kind, DownKind::Expired, "{reason}");
        assert!(reason.message.contains("has expired"), "{reason}");
    }
}

#[tokio::test]
async fn a_wrong_host_name_is_named_with_the_right_one() {
    let authority = Authority::new("plant");
    let broker = authority
        .broker(&authority.sign("broker.plant.example"), false)
        .await;
    for protocol in PROTOCOLS {
        let reason = reason(&broker, spec(&broker, protocol, authority.trust(None))).await;
        assert_eq!(reason.kind, DownKind::WrongName, "{reason}");
        assert!(reason.message.contains("\"localhost\""), "{reason}");
        assert!(reason.message.contains("broker.plant.example"), "{reason}");
    }
}

#[tokio::test]
async fn a_missing_client_certificate_is_named() {
    let authority = Authority::new("plant");
    let broker = authority.broker(&authority.sign("localhost"), true).await;
    for protocol in PROTOCOLS {
        let reason = reason(&broker, spec(&broker, protocol, authority.trust(None))).await;
        assert_eq!(reason.kind, DownKind::ClientCertificateRequired, "{reason}");
        assert_eq!(reason.message, "the broker requires a client certificate");
    }
}

#[tokio::test]
async fn a_client_certificate_of_another_authority_is_named() {
    let authority = Authority::new("plant");
    let broker = authority.broker(&authority.sign("localhost"), true).await;
    let stranger = Authority::new("other").sign("desk");
    for protocol in PROTOCOLS {
        // Whether the alert or only the end of the stream is seen depends on who is quicker; the kind does not.
        let reason = Peer::start(spec(&broker, protocol, authority.trust(Some(&stranger))))
            .down()
            .await;
        assert_eq!(reason.kind, DownKind::ClientCertificateRejected, "{reason}");
    }
    assert!(!broker.log().contains("New client connected"));
}

#[tokio::test]
async fn a_key_of_another_certificate_is_named() {
    let authority = Authority::new("plant");
    let broker = authority.broker(&authority.sign("localhost"), true).await;
    let mut mixed = authority.sign("desk");
    mixed.key = authority.sign("desk").key;
    let reason = reason(
        &broker,
        spec(&broker, Protocol::Mqtt5, authority.trust(Some(&mixed))),
    )
    .await;
    assert_eq!(reason.kind, DownKind::CertificateFiles);
    assert!(
        reason.message.contains("client certificate and its key"),
        "{reason}"
    );
}

#[tokio::test]
async fn no_encryption_on_an_encrypted_port_is_named() {
    let authority = Authority::new("plant");
    let broker = authority.broker(&authority.sign("localhost"), false).await;
    for protocol in PROTOCOLS {
        let spec = ConnectionSpec {
            tls: None,
            ..spec(&broker, protocol, Tls::default())
        };
        let reason = Peer::start(spec).down().await;
        assert!(
            reason.kind == DownKind::TlsExpected
                || reason.kind == DownKind::Closed && reason.advice.contains("TLS"),
            "{reason:?}"
        );
    }
}

#[tokio::test]
async fn an_unencrypted_port_is_never_talked_to_in_plain() {
    let authority = Authority::new("plant");
    let broker = Broker::open().await;
    for protocol in PROTOCOLS {
        let reason = reason(&broker, spec(&broker, protocol, authority.trust(None))).await;
        assert_eq!(reason.kind, DownKind::NotTls, "{reason}");
    }
    sleep(Duration::from_millis(100)).await;
    assert!(
        !broker.log().contains("New client connected"),
        "{}",
        broker.log()
    );
}
