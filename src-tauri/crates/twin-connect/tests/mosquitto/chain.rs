//! Chains of certificates, revocation lists, other names, application protocols.

use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CertifiedIssuer, DnType,
    IsCa, KeyIdMethod, KeyPair, KeyUsagePurpose, PKCS_ECDSA_P384_SHA384, RevokedCertParams,
    SerialNumber, date_time_ymd,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    task::JoinHandle,
};
use tokio_rustls::TlsAcceptor;
use twin_connect::{
    Authorities, ClientCertificate, ConnectionSpec, DownKind, DownReason, Inbound, LinkState, Pem,
    Protocol, Tls, TlsFacts,
};

use crate::support::{Authority, Broker, PROTOCOLS, Peer, Signed, at_least_once, spec};

type Issuer = CertifiedIssuer<'static, KeyPair>;

fn authority(name: &str, serial: u64) -> (CertificateParams, KeyPair) {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.serial_number = Some(serial.into());
    params.not_before = date_time_ymd(2001, 1, 1);
    params.not_after = date_time_ymd(2080, 1, 1);
    (
        params,
        KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384).unwrap(),
    )
}

/// A root, an authority below it, and what that has signed.
struct Plant {
    root: Issuer,
    middle: Issuer,
}

const MIDDLE: u64 = 7;
const LEAF: u64 = 77;

impl Plant {
    fn new() -> Plant {
        let (params, key) = authority("root", 1);
        let root = CertifiedIssuer::self_signed(params, key).unwrap();
        let (params, key) = authority("middle", MIDDLE);
        let middle = CertifiedIssuer::signed_by(params, key, &root).unwrap();
        Plant { root, middle }
    }

    /// A certificate for `name`, followed by its authority's, valid from one year to another.
    fn sign(&self, name: &str, years: (i32, i32)) -> Signed {
        let mut params = CertificateParams::new(vec![name.into()]).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.serial_number = Some(LEAF.into());
        params.not_before = date_time_ymd(years.0, 1, 1);
        params.not_after = date_time_ymd(years.1, 1, 1);
        let key = KeyPair::generate().unwrap();
        let own = params.signed_by(&key, &self.middle).unwrap().pem();
        Signed {
            certificate: own + &self.middle.pem(),
            key: key.serialize_pem(),
        }
    }

    fn trust(&self) -> Tls {
        Tls {
            authorities: Authorities::Pem(self.root.pem().as_str().into()),
            ..Tls::default()
        }
    }

    /// Trust that looks into revocation lists.
    fn strict(&self, lists: &[String]) -> Tls {
        Tls {
            crl: Some(lists.concat().as_str().into()),
            ..self.trust()
        }
    }
}

fn list(revoked: &[u64], until: i32) -> CertificateRevocationListParams {
    let revoked = revoked.iter().map(|serial| RevokedCertParams {
        serial_number: SerialNumber::from(*serial),
        revocation_time: date_time_ymd(2020, 1, 1),
        reason_code: None,
        invalidity_date: None,
    });
    CertificateRevocationListParams {
        this_update: date_time_ymd(2020, 1, 1),
        next_update: date_time_ymd(until, 1, 1),
        crl_number: 1_u64.into(),
        issuing_distribution_point: None,
        revoked_certs: revoked.collect(),
        key_identifier_method: KeyIdMethod::Sha256,
    }
}

fn signed_list(issuer: &Issuer, revoked: &[u64], until: i32) -> String {
    let list = list(revoked, until).signed_by(issuer).unwrap();
    list.pem().unwrap()
}

fn encrypted(port: u16, protocol: Protocol, tls: Tls) -> ConnectionSpec {
    ConnectionSpec {
        host: "localhost".into(),
        tls: Some(tls),
        subscriptions: vec![at_least_once("plant/#")],
        ..spec(port, protocol, &format!("chain-{protocol}"))
    }
}

async fn broker(server: &Signed) -> Broker {
    Authority::new("unused").broker(server, false).await
}

/// What TLS agreed on, and how the link is called.
async fn agreed(spec: ConnectionSpec) -> (Arc<TlsFacts>, String) {
    let mut peer = Peer::start(spec);
    loop {
        match peer.next().await {
            Inbound::Link {
                state: LinkState::Up { tls, security, .. },
                ..
            } => return (tls.unwrap(), security),
            Inbound::Link {
                state: LinkState::Connecting,
                ..
            } => {}
            other => panic!("{other:?}"),
        }
    }
}

async fn refused(broker: &Broker, tls: Tls) -> DownReason {
    let mut reasons = Vec::new();
    for protocol in PROTOCOLS {
        let spec = encrypted(broker.port, protocol, tls.clone());
        reasons.push(Peer::start(spec).down().await);
    }
    assert_eq!(reasons[0], reasons[1]);
    let log = broker.log();
    assert!(!log.contains("New client connected"), "{log}");
    reasons.remove(0)
}

#[tokio::test]
async fn what_was_agreed_on_is_told() {
    let plant = Plant::new();
    let broker = broker(&plant.sign("localhost", (2002, 2079))).await;
    let client = plant.sign("desk", (2003, 2078));
    for protocol in PROTOCOLS {
        let tls = Tls {
            client: Some(ClientCertificate {
                certificate: client.certificate.as_str().into(),
                key: client.key.as_str().into(),
            }),
            ..plant.trust()
        };
        let (facts, _) = agreed(encrypted(broker.port, protocol, tls)).await;
        assert_eq!(facts.version, "TLS 1.3");
        assert!(facts.cipher.starts_with("TLS13_"), "{facts:?}");
        assert_eq!(
            (&facts.alpn, facts.server_name.as_str()),
            (&None, "localhost")
        );
        assert!(!facts.name_overridden && !facts.client_shown);
        let [own, middle] = &facts.chain[..] else {
            panic!("{facts:?}");
        };
        assert_eq!(own.names, ["localhost"]);
        assert_eq!(own.key, "EC P-256");
        assert!(own.subject.contains("localhost") && own.issuer.contains("middle"));
        assert_eq!(own.not_after.micros(), 3_439_756_800_000_000);
        assert_eq!(middle.key, "EC P-384");
        let root = facts.authority.as_ref().unwrap();
        assert!(root.subject.contains("root") && root.self_signed);
        assert!(facts.client[0].subject.contains("desk"));
        assert_eq!(facts.client.len(), 2);
        let now = twin_core::Timestamp::from_secs(3_408_220_800 - 29 * 86_400);
        let first = &facts.expiries(now)[0];
        assert!(first.what.to_string().contains("desk") && first.days == 29 && first.is_near());
    }
}

#[tokio::test]
async fn a_revoked_certificate_is_refused_wherever_it_is_in_the_chain() {
    let plant = Plant::new();
    let broker = broker(&plant.sign("localhost", (2001, 2079))).await;
    let root = |revoked: &[u64]| signed_list(&plant.root, revoked, 2079);
    let middle = |revoked: &[u64]| signed_list(&plant.middle, revoked, 2079);
    for lists in [
        [root(&[]), middle(&[5, LEAF])],
        [root(&[MIDDLE]), middle(&[])],
    ] {
        let reason = refused(&broker, plant.strict(&lists)).await;
        assert_eq!(reason.kind, DownKind::Revoked, "{reason:?}");
        assert!(reason.message.contains("revoked"), "{reason:?}");
    }
    // The serial numbers of another authority mean nothing.
    let tls = plant.strict(&[root(&[LEAF, 5]), middle(&[MIDDLE])]);
    let (facts, _) = agreed(encrypted(broker.port, Protocol::Mqtt5, tls)).await;
    let revoked: Vec<_> = facts.revocations.iter().map(|list| list.revoked).collect();
    assert_eq!(revoked, [2, 1]);
    assert!(
        facts
            .revocations
            .iter()
            .all(|list| list.next_update.is_some())
    );
}

#[tokio::test]
async fn a_list_that_does_not_say_enough_is_no_permission() {
    let plant = Plant::new();
    let broker = broker(&plant.sign("localhost", (2001, 2079))).await;
    let root = signed_list(&plant.root, &[], 2079);
    let reason = refused(&broker, plant.strict(std::slice::from_ref(&root))).await;
    assert_eq!(reason.kind, DownKind::RevocationList, "{reason:?}");
    let old = signed_list(&plant.middle, &[], 2021);
    let reason = refused(&broker, plant.strict(&[root.clone(), old])).await;
    assert_eq!(reason.kind, DownKind::RevocationList, "{reason:?}");
    assert!(reason.message.contains("out of date"), "{reason:?}");
    // Of the right name, but not by its key.
    let forged = signed_list(&Plant::new().middle, &[], 2079);
    let reason = refused(&broker, plant.strict(&[root, forged])).await;
    assert_eq!(reason.kind, DownKind::RevocationList, "{reason:?}");
    let reason = refused(&broker, plant.strict(&["nonsense".into()])).await;
    assert_eq!(reason.kind, DownKind::CertificateFiles, "{reason:?}");
}

#[tokio::test]
async fn a_list_may_be_in_der() {
    let plant = Plant::new();
    let broker = broker(&plant.sign("localhost", (2001, 2079))).await;
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("middle.crl");
    let der = list(&[LEAF], 2079).signed_by(&plant.middle).unwrap();
    std::fs::write(&file, der.der()).unwrap();
    // The authority in the middle is trusted itself, so that one list is enough.
    let tls = Tls {
        authorities: Authorities::Pem(plant.middle.pem().as_str().into()),
        crl: Some(Pem::Path(file.clone())),
        ..Tls::default()
    };
    let reason = refused(&broker, tls.clone()).await;
    assert_eq!(reason.kind, DownKind::Revoked, "{reason:?}");
    let der = list(&[], 2079).signed_by(&plant.middle).unwrap();
    std::fs::write(&file, der.der()).unwrap();
    agreed(encrypted(broker.port, Protocol::Mqtt5, tls)).await;
}

#[tokio::test]
async fn certificates_out_of_their_time_are_named() {
    let plant = Plant::new();
    for (years, kind) in [
        ((2001, 2020), DownKind::Expired),
        ((2070, 2079), DownKind::NotYetValid),
    ] {
        let broker = broker(&plant.sign("localhost", years)).await;
        let reason = refused(&broker, plant.trust()).await;
        assert_eq!(reason.kind, kind, "{reason:?}");
    }
}

#[tokio::test]
async fn another_name_can_be_demanded_and_is_shown() {
    let plant = Plant::new();
    let broker = broker(&plant.sign("broker.plant.example", (2001, 2079))).await;
    let named = |name: &str| Tls {
        server_name: Some(name.into()),
        ..plant.trust()
    };
    let reason = refused(&broker, plant.trust()).await;
    assert_eq!(reason.kind, DownKind::WrongName, "{reason:?}");
    let reason = refused(&broker, named("other.example")).await;
    assert_eq!(reason.kind, DownKind::WrongName, "{reason:?}");
    assert!(reason.message.contains("\"other.example\""), "{reason:?}");
    let tls = named("broker.plant.example");
    let (facts, security) = agreed(encrypted(broker.port, Protocol::Mqtt5, tls)).await;
    assert!(facts.name_overridden, "{facts:?}");
    assert!(security.contains("\"broker.plant.example\""), "{security}");
}

/// A TLS server that speaks `protocols` and answers with a CONNACK.
async fn speaking(plant: &Plant, protocols: &[&str]) -> (u16, JoinHandle<()>) {
    let server = plant.sign("localhost", (2001, 2079));
    let chain: Result<Vec<_>, _> =
        CertificateDer::pem_slice_iter(server.certificate.as_bytes()).collect();
    let key = PrivateKeyDer::from_pem_slice(server.key.as_bytes()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain.unwrap(), key)
        .unwrap();
    config.alpn_protocols = protocols
        .iter()
        .map(|name| name.as_bytes().to_vec())
        .collect();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let task = tokio::spawn(async move {
        let mut open = Vec::new();
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let Ok(mut stream) = acceptor.accept(stream).await else {
                continue;
            };
            let mut buffer = [0; 1_024];
            assert!(stream.read(&mut buffer).await.unwrap() > 0);
            stream.write_all(&[0x20, 3, 0, 0, 0]).await.unwrap();
            stream.flush().await.unwrap();
            open.push(stream);
        }
    });
    (port, task)
}

#[tokio::test]
async fn an_application_protocol_is_agreed_on_or_named() {
    let plant = Plant::new();
    let offering = |port, protocols: &[&str]| {
        let tls = Tls {
            alpn: protocols.iter().map(|name| (*name).to_owned()).collect(),
            ..plant.trust()
        };
        ConnectionSpec {
            // A scripted broker that never answers filters.
            subscriptions: Vec::new(),
            ..encrypted(port, Protocol::Mqtt5, tls)
        }
    };
    let (port, task) = speaking(&plant, &["http/1.1", "x-amzn-mqtt-ca"]).await;
    let (facts, _) = agreed(offering(port, &["mqtt", "x-amzn-mqtt-ca"])).await;
    assert_eq!(facts.alpn.as_deref(), Some("x-amzn-mqtt-ca"));
    let reason = Peer::start(offering(port, &["mqtt"])).down().await;
    assert_eq!(reason.kind, DownKind::Alpn, "{reason:?}");
    assert!(reason.message.contains("mqtt"), "{reason:?}");
    task.abort();
    // One that knows nothing of it goes on without.
    let (port, task) = speaking(&plant, &[]).await;
    let (facts, _) = agreed(offering(port, &["mqtt"])).await;
    assert_eq!(facts.alpn, None);
    task.abort();
}
