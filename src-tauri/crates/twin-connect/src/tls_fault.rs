//! What a failed TLS handshake means.

use std::io;

use rustls::{AlertDescription, CertificateError};

use crate::{
    ConnectionSpec, DownKind, DownReason,
    fault::{Sight, certificate_rejected, certificate_required, is_closed},
};

/// Whether TLS is what failed.
pub(crate) fn is_tls(error: &io::Error) -> bool {
    error
        .get_ref()
        .is_some_and(|inner| inner.is::<rustls::Error>())
}

/// Of a TLS handshake, or of a TLS alert that came after it.
pub(crate) fn explain(spec: &ConnectionSpec, error: &io::Error, sight: &Sight) -> DownReason {
    let inner = error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<rustls::Error>());
    match inner {
        Some(rustls::Error::InvalidCertificate(certificate)) => bad_certificate(spec, certificate),
        Some(rustls::Error::InvalidCertRevocationList(error)) => {
            revocation_list(&format!("a revocation list cannot be used ({error:?})"))
        }
        Some(rustls::Error::AlertReceived(AlertDescription::NoApplicationProtocol)) => alpn(spec),
        Some(rustls::Error::AlertReceived(alert)) => alerted(*alert, sight),
        Some(rustls::Error::InvalidMessage(_)) => not_tls(spec),
        Some(other) => handshake(other.to_string()),
        None if sight.certificate_asked && !sight.certificate_given => certificate_required(),
        None if sight.certificate_asked => certificate_rejected("the connection was closed"),
        None if is_closed(error) => not_tls(spec),
        None => handshake(error.to_string()),
    }
}

fn not_tls(spec: &ConnectionSpec) -> DownReason {
    DownReason::new(
        DownKind::NotTls,
        format!("{} does not speak TLS", spec.address()),
        "Check the port: 8883 is usual with TLS. Only if the broker has no TLS at all, switch it off for this connection.",
    )
}

fn handshake(detail: String) -> DownReason {
    DownReason::new(
        DownKind::TlsHandshake,
        format!("the TLS handshake failed: {detail}"),
        "Look at the broker's TLS settings and log.",
    )
}

fn alpn(spec: &ConnectionSpec) -> DownReason {
    let offered = spec.tls.as_ref().map(|tls| tls.alpn.join(", "));
    DownReason::new(
        DownKind::Alpn,
        format!(
            "{} speaks none of the offered application protocols (ALPN): {}",
            spec.address(),
            offered.unwrap_or_default()
        ),
        "Correct the ALPN protocols: AWS IoT Core wants x-amzn-mqtt-ca on port 443; most brokers need none.",
    )
}

fn revocation_list(message: &str) -> DownReason {
    DownReason::new(
        DownKind::RevocationList,
        message,
        "Get the newest revocation list of every authority in the broker's chain, and put them into one PEM file.",
    )
}

fn alerted(alert: AlertDescription, sight: &Sight) -> DownReason {
    match alert {
        AlertDescription::CertificateRequired => certificate_required(),
        AlertDescription::UnknownCA => {
            certificate_rejected("it does not know the authority that signed it")
        }
        AlertDescription::CertificateExpired => certificate_rejected("it has expired"),
        AlertDescription::CertificateRevoked => certificate_rejected("it has been revoked"),
        // Up to TLS 1.2 there was no word of its own for a missing certificate.
        _ if sight.certificate_asked && !sight.certificate_given => certificate_required(),
        AlertDescription::BadCertificate
        | AlertDescription::CertificateUnknown
        | AlertDescription::UnsupportedCertificate
        | AlertDescription::AccessDenied
        | AlertDescription::DecryptError
            if sight.certificate_given =>
        {
            certificate_rejected(&format!("{alert:?}"))
        }
        AlertDescription::ProtocolVersion => {
            handshake("the broker speaks no TLS version that is still safe (1.2 or 1.3)".into())
        }
        other => handshake(format!("the broker answered {other:?}")),
    }
}

fn bad_certificate(spec: &ConnectionSpec, error: &CertificateError) -> DownReason {
    let address = spec.address();
    match error {
        // A bad signature is what is found when two authorities have the same name.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => DownReason::new(
            DownKind::UnknownIssuer,
            format!(
                "the certificate of {address} is signed by an authority that is not trusted (unknown issuer)"
            ),
            "Choose the CA file of the broker's authority for this connection.",
        ),
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => DownReason::new(
            DownKind::Expired,
            format!("the certificate of {address} has expired"),
            "Renew the broker's certificate; check this machine's clock too.",
        ),
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            DownReason::new(
                DownKind::NotYetValid,
                format!("the certificate of {address} is not valid yet"),
                "Check this machine's clock.",
            )
        }
        CertificateError::Revoked => DownReason::new(
            DownKind::Revoked,
            format!("the certificate of {address}, or one of its chain, has been revoked"),
            "Do not connect until whoever runs the broker has explained it and installed a new certificate.",
        ),
        CertificateError::UnknownRevocationStatus => revocation_list(&format!(
            "no revocation list says whether the certificates of {address} are still good"
        )),
        CertificateError::ExpiredRevocationList
        | CertificateError::ExpiredRevocationListContext { .. } => revocation_list(&format!(
            "the revocation list for the certificate of {address} is out of date"
        )),
        CertificateError::NotValidForName => wrong_name(spec, &[]),
        CertificateError::NotValidForNameContext { presented, .. } => wrong_name(spec, presented),
        other => handshake(format!(
            "the certificate of {address} cannot be accepted: {other}"
        )),
    }
}

fn wrong_name(spec: &ConnectionSpec, presented: &[String]) -> DownReason {
    let names = if presented.is_empty() {
        String::new()
    } else {
        format!("; it is for {}", presented.join(", "))
    };
    let other = spec.tls.as_ref().and_then(|tls| tls.server_name.as_ref());
    DownReason::new(
        DownKind::WrongName,
        format!(
            "the broker's certificate is not valid for the name \"{}\"{names}",
            other.unwrap_or(&spec.host)
        ),
        "Enter the host by a name that the certificate holds.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Protocol;

    fn spec(protocol: Protocol, tls: bool) -> ConnectionSpec {
        ConnectionSpec {
            protocol,
            tls: tls.then(crate::Tls::default),
            ..ConnectionSpec::new("broker.example", 8883, "desk")
        }
    }

    #[test]
    fn a_wish_for_a_certificate_explains_a_closed_connection() {
        let tls = spec(Protocol::Mqtt311, true);
        let reset = io::Error::from(io::ErrorKind::ConnectionReset);
        let mut sight = Sight {
            certificate_asked: true,
            ..Sight::default()
        };
        for reason in [
            DownReason::closed(&tls, false, Some(&reset), &sight),
            explain(&tls, &reset, &sight),
        ] {
            assert_eq!(reason.message, "the broker requires a client certificate");
        }
        let alert = alerted(AlertDescription::HandshakeFailure, &sight);
        assert_eq!(alert.kind, DownKind::ClientCertificateRequired);
        sight.certificate_given = true;
        assert_eq!(
            DownReason::closed(&tls, false, None, &sight).kind,
            DownKind::ClientCertificateRejected
        );
        assert_eq!(
            DownReason::closed(&tls, true, None, &sight).kind,
            DownKind::Closed
        );
        assert_eq!(
            alerted(AlertDescription::HandshakeFailure, &sight).kind,
            DownKind::TlsHandshake
        );
        assert_eq!(
            alerted(AlertDescription::UnknownCA, &sight).kind,
            DownKind::ClientCertificateRejected
        );
    }
}
