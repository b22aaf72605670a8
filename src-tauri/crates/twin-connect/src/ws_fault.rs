//! Why no WebSocket came about, or why it ended, in words.

use std::io;

use crate::{
    ConnectionSpec, DownKind, DownReason,
    fault::{Sight, certificate_rejected, certificate_required, is_closed},
};

/// Why a WebSocket ended in the middle.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    #[error("a text frame came, but MQTT goes in binary ones")]
    Text,
    #[error("the WebSocket was closed with code {code}{}", said(.reason))]
    Closed { code: u16, reason: String },
    #[error("what came is no correct WebSocket: {0}")]
    Protocol(String),
}

fn said(reason: &str) -> String {
    if reason.is_empty() {
        String::new()
    } else {
        format!(" ({reason})")
    }
}

/// A WebSocket that came about, but did not last.
pub(crate) fn ended(spec: &ConnectionSpec, fault: &Fault) -> DownReason {
    let address = spec.address();
    match fault {
        Fault::Closed { .. } => DownReason::new(
            DownKind::Closed,
            format!("{address} ended the link: {fault}"),
            "Look at the broker's log, and at that of a proxy before it.",
        ),
        Fault::Text | Fault::Protocol(_) => DownReason::new(
            DownKind::Protocol,
            format!("{address} sent what is not correct: {fault}"),
            "Check that this is the broker's own WebSocket, and update the broker or the proxy before it.",
        ),
    }
}

/// The other side does not speak WebSocket.
pub(crate) fn not_web_socket(spec: &ConnectionSpec, detail: &str) -> DownReason {
    DownReason::new(
        DownKind::WebSocket,
        format!("{} does not speak WebSocket: {detail}", spec.address()),
        "Check the port: brokers have one of their own for WebSocket. For the usual MQTT port choose TCP.",
    )
}

/// The stream broke off before there was an answer.
pub(crate) fn broken(spec: &ConnectionSpec, error: &io::Error, sight: &Sight) -> DownReason {
    if sight.certificate_asked && is_closed(error) {
        return if sight.certificate_given {
            certificate_rejected("the connection was closed after it was shown")
        } else {
            certificate_required()
        };
    }
    DownReason::new(
        DownKind::WebSocket,
        format!(
            "{} broke off instead of answering the WebSocket handshake ({error})",
            spec.address()
        ),
        "Check the port: brokers have one of their own for WebSocket. For the usual MQTT port choose TCP.",
    )
}

/// A WebSocket, but not for MQTT.
pub(crate) fn no_mqtt(spec: &ConnectionSpec, path: &str) -> DownReason {
    DownReason::new(
        DownKind::WebSocket,
        format!(
            "{} has a WebSocket at {path}, but it does not carry MQTT (it did not agree to the subprotocol \"mqtt\")",
            spec.address()
        ),
        "Enter the path of the broker's own WebSocket; mostly it is /mqtt.",
    )
}

/// An HTTP status other than 101 (RFC 9110, 15).
pub(crate) fn status(
    spec: &ConnectionSpec,
    path: &str,
    status: u16,
    location: Option<&str>,
) -> DownReason {
    let address = spec.address();
    let (kind, message, advice) = match status {
        200..=299 => (
            DownKind::WebSocket,
            format!("at {path} {address} has a web page, no WebSocket (HTTP {status})"),
            "Enter the path of the broker's WebSocket; mostly it is /mqtt.",
        ),
        300..=399 => (
            DownKind::WebSocket,
            match location {
                Some(place) => {
                    format!("{address} points to another address, {place} (HTTP {status})")
                }
                None => format!("{address} points to another address (HTTP {status})"),
            },
            "Enter that address for this connection: it is not followed by itself, so that no password goes astray.",
        ),
        401 | 407 => (
            DownKind::BadCredentials,
            format!("{address} wants a login or token before the WebSocket (HTTP {status})"),
            "Enter the header that the server or proxy wants, such as Authorization.",
        ),
        403 => (
            DownKind::NotAuthorised,
            format!("{address} does not allow this client a WebSocket at {path} (HTTP 403)"),
            "Check path and headers, and ask whoever runs the broker whether this client may connect.",
        ),
        404 | 410 => (
            DownKind::WebSocket,
            format!("{address} has nothing at the path {path} (HTTP {status})"),
            "Enter the path of the broker's WebSocket; mostly it is /mqtt.",
        ),
        426 => (
            DownKind::WebSocket,
            format!("{address} wants another protocol than this WebSocket (HTTP 426)"),
            "Check the port and path; a proxy before the broker may have to let WebSockets pass.",
        ),
        429 | 500..=599 => (
            DownKind::BrokerUnavailable,
            format!("{address} cannot open a WebSocket at the moment (HTTP {status})"),
            "Nothing, if it passes; else look at the broker, and at a proxy before it.",
        ),
        _ => (
            DownKind::WebSocket,
            format!("{address} refused the WebSocket at {path} (HTTP {status})"),
            "Check the port and path; a proxy before the broker may have to let WebSockets pass.",
        ),
    };
    DownReason::new(kind, message, advice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_status_has_its_words() {
        let spec = ConnectionSpec::new("broker", 443, "desk");
        for (code, kind, word) in [
            (200, DownKind::WebSocket, "web page"),
            (301, DownKind::WebSocket, "wss://elsewhere"),
            (400, DownKind::WebSocket, "HTTP 400"),
            (401, DownKind::BadCredentials, "login"),
            (403, DownKind::NotAuthorised, "does not allow"),
            (404, DownKind::WebSocket, "/mqtt"),
            (426, DownKind::WebSocket, "another protocol"),
            (503, DownKind::BrokerUnavailable, "at the moment"),
        ] {
            let reason = status(&spec, "/mqtt", code, Some("wss://elsewhere"));
            assert_eq!(reason.kind, kind, "{reason:?}");
            assert!(reason.message.contains(word), "{reason:?}");
            assert!(!reason.advice.is_empty(), "{reason:?}");
        }
    }
}
