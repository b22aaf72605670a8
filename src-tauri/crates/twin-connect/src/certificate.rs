//! Reading certificates and revocation lists, to show what they say. Whether they are to be trusted is decided
//! elsewhere, by the TLS library.

use std::net::IpAddr;

use rustls::pki_types::CertificateDer;
use twin_core::Timestamp;
use x509_parser::{
    extensions::GeneralName,
    oid_registry::{OID_EC_P256, OID_NIST_EC_P384, OID_NIST_EC_P521, OID_SIG_ED25519},
    parse_x509_certificate, parse_x509_crl,
    public_key::PublicKey,
    time::ASN1Time,
    x509::SubjectPublicKeyInfo,
};

use crate::facts::{CertificateFacts, RevocationFacts};

/// Most certificates of a chain that are looked at.
const MAX_CHAIN: usize = 16;
/// Most names of one certificate.
const MAX_NAMES: usize = 64;
/// Longest text, bytes.
const MAX_TEXT: usize = 256;

/// The chain's certificates, as many as can be read up to the bound.
pub(crate) fn chain(certificates: &[CertificateDer<'_>]) -> Vec<CertificateFacts> {
    certificates
        .iter()
        .take(MAX_CHAIN)
        .filter_map(|der| facts(der))
        .collect()
}

/// What a DER certificate says; none if it cannot be read.
pub(crate) fn facts(der: &[u8]) -> Option<CertificateFacts> {
    let (_, certificate) = parse_x509_certificate(der).ok()?;
    let names = match certificate.subject_alternative_name() {
        Ok(Some(names)) => names
            .value
            .general_names
            .iter()
            .filter_map(name)
            .take(MAX_NAMES)
            .collect(),
        _ => Vec::new(),
    };
    Some(CertificateFacts {
        subject: cut(&certificate.subject().to_string()),
        issuer: cut(&certificate.issuer().to_string()),
        names,
        not_before: instant(certificate.validity().not_before),
        not_after: instant(certificate.validity().not_after),
        key: key(certificate.public_key()),
        self_signed: certificate.subject().as_raw() == certificate.issuer().as_raw(),
    })
}

/// The trusted certificate that goes by the name of the last one's issuer, unless it is that last one. Where several
/// do, as after a renewal, the one that is valid longest.
pub(crate) fn authority_of(
    chain: &[CertificateDer<'_>],
    trusted: &[CertificateDer<'_>],
) -> Option<CertificateFacts> {
    let last = chain.last()?;
    let (_, parsed) = parse_x509_certificate(last).ok()?;
    let issuer = parsed.issuer().as_raw();
    let of_that_name = trusted.iter().filter(|der| {
        parse_x509_certificate(der).is_ok_and(|(_, some)| some.subject().as_raw() == issuer)
    });
    let found: Vec<_> = of_that_name.collect();
    if found.contains(&last) {
        return None;
    }
    found
        .into_iter()
        .filter_map(|der| facts(der))
        .max_by_key(|facts| facts.not_after)
}

/// What a DER revocation list says; none if it cannot be read.
pub(crate) fn revocations(der: &[u8]) -> Option<RevocationFacts> {
    let (_, list) = parse_x509_crl(der).ok()?;
    Some(RevocationFacts {
        issuer: cut(&list.issuer().to_string()),
        this_update: instant(list.last_update()),
        next_update: list.next_update().map(instant),
        revoked: list.iter_revoked_certificates().count(),
    })
}

fn instant(time: ASN1Time) -> Timestamp {
    Timestamp::from_secs(time.timestamp())
}

fn name(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::DNSName(text) | GeneralName::URI(text) | GeneralName::RFC822Name(text) => {
            Some(cut(text))
        }
        GeneralName::IPAddress(bytes) => {
            let address = <[u8; 4]>::try_from(*bytes).map(IpAddr::from);
            let address = address.or_else(|_| <[u8; 16]>::try_from(*bytes).map(IpAddr::from));
            address.ok().map(|address| address.to_string())
        }
        _ => None,
    }
}

/// Kind and size.
fn key(info: &SubjectPublicKeyInfo<'_>) -> String {
    if info.algorithm.algorithm == OID_SIG_ED25519 {
        return "Ed25519".into();
    }
    match info.parsed() {
        Ok(PublicKey::RSA(key)) => format!("RSA {}", key.key_size()),
        Ok(PublicKey::EC(_)) => {
            let curve = info.algorithm.parameters.as_ref();
            match curve.and_then(|curve| curve.as_oid().ok()) {
                Some(curve) if curve == OID_EC_P256 => "EC P-256".into(),
                Some(curve) if curve == OID_NIST_EC_P384 => "EC P-384".into(),
                Some(curve) if curve == OID_NIST_EC_P521 => "EC P-521".into(),
                Some(curve) => cut(&format!("EC {curve}")),
                None => "EC".into(),
            }
        }
        _ => cut(&format!("algorithm {}", info.algorithm.algorithm)),
    }
}

/// At most [`MAX_TEXT`] bytes of it.
pub(crate) fn cut(text: &str) -> String {
    let mut end = text.len().min(MAX_TEXT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text[..end].into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn params(names: &[&str]) -> rcgen::CertificateParams {
        let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
        rcgen::CertificateParams::new(names).unwrap()
    }

    #[test]
    fn a_certificate_is_read() {
        let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P384_SHA384).unwrap();
        let mut params = params(&["broker.example", "192.0.2.7", "2001:db8::1"]);
        params.not_before = rcgen::date_time_ymd(1990, 1, 1);
        params.not_after = rcgen::date_time_ymd(2061, 3, 9);
        let long = "x".repeat(1_000);
        params
            .distinguished_name
            .push(rcgen::DnType::CommonName, long);
        let found = facts(params.self_signed(&key).unwrap().der()).unwrap();
        assert_eq!(found.names, ["broker.example", "192.0.2.7", "2001:db8::1"]);
        assert_eq!(found.not_before, Timestamp::from_secs(631_152_000));
        assert_eq!(found.not_after, Timestamp::from_secs(2_877_552_000));
        assert_eq!(found.key, "EC P-384");
        assert!(found.self_signed);
        assert!(found.subject.starts_with("CN=x") && found.subject.len() == MAX_TEXT);
        let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ED25519).unwrap();
        let found = facts(super::tests::params(&[]).self_signed(&key).unwrap().der()).unwrap();
        assert_eq!(found.key, "Ed25519");
    }

    #[test]
    fn a_flood_of_names_is_cut() {
        let many: Vec<_> = (0..200).map(|n| format!("host-{n}.example")).collect();
        let key = rcgen::KeyPair::generate().unwrap();
        let certificate = rcgen::CertificateParams::new(many).unwrap();
        let found = facts(certificate.self_signed(&key).unwrap().der()).unwrap();
        assert_eq!(found.names.len(), MAX_NAMES);
    }

    #[test]
    fn nonsense_says_nothing() {
        let key = rcgen::KeyPair::generate().unwrap();
        let der = params(&["a"]).self_signed(&key).unwrap().der().to_vec();
        for length in 0..der.len() {
            assert_eq!(facts(&der[..length]), None);
        }
        for hostile in [
            &[0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF][..],
            &[0x30, 0x80],
            &[0x30, 0x02, 0x30, 0x00],
            b"abc",
        ] {
            assert_eq!(facts(hostile), None);
            assert_eq!(revocations(hostile), None);
        }
    }
}
