//! Why a link is down, in words that a person can act on.

use std::io;

use serde::Serialize;

use crate::{ConnectionSpec, Error, Protocol, Subscription};

/// The kind of a reason: what programs switch on. Its name in kebab case is stable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DownKind {
    /// The host name could not be resolved.
    Dns,
    /// Nothing listens on the port.
    Refused,
    /// No way to the host.
    Unreachable,
    /// No answer in time.
    Timeout,
    /// A certificate or key file of this connection cannot be used.
    CertificateFiles,
    /// The broker's certificate is signed by an authority that is not trusted.
    UnknownIssuer,
    /// The broker's certificate has expired.
    Expired,
    /// The broker's certificate is not valid yet.
    NotYetValid,
    /// The broker's certificate is for another name.
    WrongName,
    /// The broker's certificate, or one of its chain, has been revoked.
    Revoked,
    /// The revocation lists do not say whether the broker's certificate is still good.
    RevocationList,
    /// The broker speaks none of the application protocols that were offered (ALPN).
    Alpn,
    /// The broker requires a client certificate.
    ClientCertificateRequired,
    /// The broker did not accept the client certificate.
    ClientCertificateRejected,
    /// The port does not speak TLS.
    NotTls,
    /// The port speaks TLS, the connection does not.
    TlsExpected,
    /// The TLS handshake failed for another reason.
    TlsHandshake,
    /// No WebSocket came about.
    WebSocket,
    /// User name or password is wrong.
    BadCredentials,
    /// The broker does not let this client in.
    NotAuthorised,
    /// The broker speaks another version of MQTT.
    UnsupportedVersion,
    /// The broker does not accept the client id.
    ClientIdRejected,
    /// The broker is busy, shutting down or at its limits.
    BrokerUnavailable,
    /// The connection cannot be tried as it is described.
    Settings,
    /// The broker refused for another reason.
    RefusedByBroker,
    /// No subscription was granted.
    SubscriptionRefused,
    /// Another client uses the client id.
    TakenOver,
    /// The other side closed the connection.
    Closed,
    /// The broker gave no sign of life.
    Silent,
    /// What came was not correct MQTT.
    Protocol,
    /// A packet exceeded the size limit, and was no message.
    TooLarge,
    /// The consumer had fallen so far behind that messages were left to the broker; they are fetched now.
    Overloaded,
    /// The owner stopped the connection.
    Stopped,
}

/// Why a link is down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DownReason {
    /// Its kind.
    pub kind: DownKind,
    /// What happened, to which thing.
    pub message: String,
    /// What to do.
    pub advice: String,
}

impl std::fmt::Display for DownReason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

/// What a connection attempt saw besides its error; it tells apart what looks the same to the MQTT library.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sight {
    /// The first bytes the other side sent, at most 4.
    pub(crate) head: Vec<u8>,
    /// Whether the broker asked for a client certificate.
    pub(crate) certificate_asked: bool,
    /// Whether one was there to be sent.
    pub(crate) certificate_given: bool,
}

impl DownReason {
    pub(crate) fn new(kind: DownKind, message: impl Into<String>, advice: &str) -> Self {
        DownReason {
            kind,
            message: message.into(),
            advice: advice.into(),
        }
    }

    pub(crate) fn stopped() -> Self {
        DownReason::new(DownKind::Stopped, "the connection was stopped", "")
    }

    pub(crate) fn dns(spec: &ConnectionSpec, detail: &str) -> Self {
        DownReason::new(
            DownKind::Dns,
            format!("the name \"{}\" could not be resolved: {detail}", spec.host),
            "Check the spelling of the host, and that this machine's name server knows it.",
        )
    }

    pub(crate) fn files(error: &Error) -> Self {
        DownReason::new(
            DownKind::CertificateFiles,
            error.to_string(),
            "Correct the certificate settings.",
        )
    }

    pub(crate) fn timeout(spec: &ConnectionSpec, during: &str) -> Self {
        DownReason::new(
            DownKind::Timeout,
            format!("{} gave no answer in time during {during}", spec.address()),
            "Check the host and port, and that no firewall drops the connection.",
        )
    }

    /// Of a TCP connect.
    pub(crate) fn connect(spec: &ConnectionSpec, error: &io::Error) -> Self {
        let address = spec.address();
        match error.kind() {
            io::ErrorKind::ConnectionRefused => DownReason::new(
                DownKind::Refused,
                format!("{address} refused the connection: nothing listens on this port"),
                "Check the port, and that the broker runs.",
            ),
            io::ErrorKind::TimedOut => DownReason::timeout(spec, "the TCP connect"),
            _ => DownReason::new(
                DownKind::Unreachable,
                format!("{address} cannot be reached: {error}"),
                "Check this machine's network and the way to the broker.",
            ),
        }
    }

    /// The link broke, or never came up: `error` is what the socket said, none for a plain end.
    pub(crate) fn closed(
        spec: &ConnectionSpec,
        was_up: bool,
        error: Option<&io::Error>,
        sight: &Sight,
    ) -> Self {
        let detail = error.map_or_else(String::new, |error| format!(" ({error})"));
        if was_up {
            return DownReason::new(
                DownKind::Closed,
                format!("{} closed the connection{detail}", spec.address()),
                "Look at the broker's log if this happens again.",
            );
        }
        // The answer to a CONNECT begins with 0x20, if it is MQTT.
        if sight.head.first().is_some_and(|first| *first != 0x20) {
            return DownReason::protocol(spec, was_up, "its first packet was not a CONNACK", sight);
        }
        if let Some(reason) = guess_before_up(spec, sight) {
            return reason;
        }
        let advice = match (spec.protocol, spec.tls.is_some()) {
            (Protocol::Mqtt5, true) => "The broker may only speak MQTT 3.1.1: try that version.",
            (Protocol::Mqtt5, false) => {
                "The broker may only speak MQTT 3.1.1, or expect TLS on this port: try one, then the other."
            }
            (Protocol::Mqtt311, true) => "Look at the broker's log for the reason.",
            (Protocol::Mqtt311, false) => {
                "The port may expect TLS: try it, or look at the broker's log."
            }
        };
        DownReason::new(
            DownKind::Closed,
            format!(
                "{} closed the connection without answering{detail}",
                spec.address()
            ),
            advice,
        )
    }

    /// What came was not correct MQTT.
    pub(crate) fn protocol(
        spec: &ConnectionSpec,
        was_up: bool,
        detail: &str,
        sight: &Sight,
    ) -> Self {
        if !was_up && let Some(reason) = guess_before_up(spec, sight) {
            return reason;
        }
        let advice = if was_up {
            "Update the broker or the device that sends this; its messages cannot be read."
        } else {
            "Check that this port is the broker's MQTT port; if it is its WebSocket port, choose WebSocket."
        };
        DownReason::new(
            DownKind::Protocol,
            format!(
                "{} sent what is not correct {}: {detail}",
                spec.address(),
                spec.protocol
            ),
            advice,
        )
    }

    /// A message came that can neither be read nor acknowledged.
    pub(crate) fn broken_message(spec: &ConnectionSpec, detail: &str) -> Self {
        DownReason::new(
            DownKind::Protocol,
            format!(
                "{} sent what is not correct {}: {detail}",
                spec.address(),
                spec.protocol
            ),
            "A broker that keeps this message sends it again on each new link, and ends that too: remove it at the broker, or \
             leave its topic out. Update the broker or the device that sends it.",
        )
    }

    /// It sends more at once than can be acknowledged one by one.
    pub(crate) fn unacknowledged(spec: &ConnectionSpec) -> Self {
        DownReason::new(
            DownKind::Protocol,
            format!(
                "{} did not wait for acknowledgements: it sent the same packet identifiers over and over",
                spec.address()
            ),
            "Check that it is an MQTT broker, update it, and let it repeat messages on new links only.",
        )
    }

    pub(crate) fn version(spec: &ConnectionSpec) -> Self {
        let advice = match spec.protocol {
            Protocol::Mqtt5 => "Set the connection to MQTT 3.1.1.",
            Protocol::Mqtt311 => "Set the connection to MQTT 5.",
        };
        let message = format!(
            "the broker at {} does not speak {}",
            spec.address(),
            spec.protocol
        );
        DownReason::new(DownKind::UnsupportedVersion, message, advice)
    }

    pub(crate) fn credentials(spec: &ConnectionSpec) -> Self {
        DownReason::new(
            DownKind::BadCredentials,
            format!("the broker does not accept {}", user(spec)),
            "Correct user name and password.",
        )
    }

    pub(crate) fn not_authorised(spec: &ConnectionSpec) -> Self {
        DownReason::new(
            DownKind::NotAuthorised,
            format!(
                "the broker refused the login, not authorised: {}, client id \"{}\"",
                user(spec),
                spec.client_id
            ),
            "Check user name and password, and ask whoever runs the broker whether this client may connect.",
        )
    }

    pub(crate) fn client_id(spec: &ConnectionSpec) -> Self {
        DownReason::new(
            DownKind::ClientIdRejected,
            format!(
                "the broker does not accept the client id \"{}\"",
                spec.client_id
            ),
            "Use a client id that the broker allows: short, letters and digits only.",
        )
    }

    pub(crate) fn unavailable(detail: &str) -> Self {
        DownReason::new(
            DownKind::BrokerUnavailable,
            format!("the broker is not available: {detail}"),
            "Nothing, if it passes; else look at the broker.",
        )
    }

    pub(crate) fn refused_by_broker(detail: &str) -> Self {
        let message = format!("the broker refused the connection: {detail}");
        DownReason::new(
            DownKind::RefusedByBroker,
            message,
            "Look at the broker's log for the reason.",
        )
    }

    pub(crate) fn taken_over(spec: &ConnectionSpec) -> Self {
        DownReason::new(
            DownKind::TakenOver,
            format!(
                "another client has connected with the same client id, \"{}\"",
                spec.client_id
            ),
            "Stop the other client, or give this connection a client id of its own.",
        )
    }

    pub(crate) fn silent(spec: &ConnectionSpec) -> Self {
        DownReason::new(
            DownKind::Silent,
            format!(
                "{} gave no sign of life within two keep-alives",
                spec.address()
            ),
            "Check the network to the broker, and that the broker still works.",
        )
    }

    pub(crate) fn too_large(size: usize, limit: usize) -> Self {
        DownReason::new(
            DownKind::TooLarge,
            format!(
                "the broker sent a packet of {size} bytes, more than the {limit} that are read at all"
            ),
            "Only a message may be so large, and this is none: check that it is an MQTT broker, and update it.",
        )
    }

    pub(crate) fn overloaded() -> Self {
        DownReason::new(
            DownKind::Overloaded,
            "messages came faster than they could be stored; the link is made anew so that the broker sends again what \
             did not fit",
            "Check that the disk is not full and that this machine is not too busy.",
        )
    }

    pub(crate) fn subscriptions(detail: &str) -> Self {
        DownReason::new(
            DownKind::SubscriptionRefused,
            detail,
            "Subscribe to topics that this client may read, or ask whoever runs the broker for the right to.",
        )
    }

    /// Some brokers answer a filter that they do not allow by closing the connection.
    pub(crate) fn unanswered(spec: &ConnectionSpec) -> Self {
        let filters: Vec<_> = spec
            .subscriptions
            .iter()
            .map(Subscription::wire_filter)
            .collect();
        DownReason::subscriptions(&format!(
            "{} closed the connection instead of answering the subscriptions; it may not allow one of {}",
            spec.address(),
            filters.join(", ")
        ))
    }
}

fn user(spec: &ConnectionSpec) -> String {
    spec.credentials.as_ref().map_or_else(
        || "no user name".into(),
        |credentials| format!("user \"{}\"", credentials.username),
    )
}

/// What the other side's first bytes, or its wish for a certificate, give away about an attempt that failed.
fn guess_before_up(spec: &ConnectionSpec, sight: &Sight) -> Option<DownReason> {
    if sight.certificate_asked && !sight.certificate_given {
        return Some(certificate_required());
    }
    if sight.certificate_asked && sight.head.is_empty() {
        return Some(certificate_rejected(
            "the connection was closed after it was shown",
        ));
    }
    match sight.head[..] {
        // A TLS record of type alert or handshake.
        [0x15 | 0x16, 0x03, ..] if spec.tls.is_none() => Some(DownReason::new(
            DownKind::TlsExpected,
            format!(
                "{} speaks TLS, but this connection is not encrypted",
                spec.address()
            ),
            "Switch TLS on for this connection.",
        )),
        // The CONNACK of MQTT 3.1.1, "unacceptable protocol version"; one of MQTT 5 is longer.
        [0x20, 0x02, _, 0x01] if spec.protocol == Protocol::Mqtt5 => {
            Some(DownReason::version(spec))
        }
        _ => None,
    }
}

pub(crate) fn certificate_required() -> DownReason {
    DownReason::new(
        DownKind::ClientCertificateRequired,
        "the broker requires a client certificate",
        "Choose a client certificate and its key for this connection.",
    )
}

pub(crate) fn certificate_rejected(detail: &str) -> DownReason {
    DownReason::new(
        DownKind::ClientCertificateRejected,
        format!("the broker did not accept the client certificate: {detail}"),
        "Choose a client certificate that is signed by the authority the broker trusts and has not expired.",
    )
}

/// Whether the error only says that the other side is gone.
pub(crate) fn is_closed(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::UnexpectedEof
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe
            | io::ErrorKind::NotConnected
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(protocol: Protocol, tls: bool) -> ConnectionSpec {
        ConnectionSpec {
            protocol,
            tls: tls.then(crate::Tls::default),
            ..ConnectionSpec::new("broker.example", 8883, "desk")
        }
    }

    #[test]
    fn first_bytes_give_a_wrong_port_or_version_away() {
        let seen = |head: &[u8]| Sight {
            head: head.into(),
            ..Sight::default()
        };
        let plain = spec(Protocol::Mqtt5, false);
        let alert = DownReason::protocol(&plain, false, "x", &seen(&[0x15, 3, 1, 0]));
        assert_eq!(alert.kind, DownKind::TlsExpected);
        let old = DownReason::protocol(&plain, false, "x", &seen(&[0x20, 2, 0, 1]));
        assert_eq!(old.kind, DownKind::UnsupportedVersion);
        assert!(old.advice.contains("3.1.1"));
        let other = DownReason::protocol(&plain, false, "x", &seen(b"HTTP"));
        assert_eq!(other.kind, DownKind::Protocol);
        let silent = DownReason::closed(&plain, false, None, &seen(&[]));
        assert!(
            silent.advice.contains("TLS") && silent.advice.contains("3.1.1"),
            "{silent:?}"
        );
    }
}
