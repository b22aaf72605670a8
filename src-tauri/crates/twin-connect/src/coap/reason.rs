//! Why a CoAP link is down, in words that a person can act on.

use std::io;

use super::spec::{CoapError, CoapSecurity, CoapSpec};
use crate::{DownKind, DownReason};

pub(super) fn dns(spec: &CoapSpec, detail: &str) -> DownReason {
    DownReason::new(
        DownKind::Dns,
        format!("the name \"{}\" could not be resolved: {detail}", spec.host),
        "Check the spelling of the host, and that this machine's name server knows it.",
    )
}

/// The device never answered.
pub(super) fn no_answer(spec: &CoapSpec) -> DownReason {
    let advice = match spec.security {
        CoapSecurity::None => {
            "Check the host and port, that the device runs, and that no firewall drops UDP. The port may expect \
             encryption (DTLS): usually 5684."
        }
        CoapSecurity::PresharedKey { .. } => {
            "Check that the device runs and answers on this port, and that no firewall drops UDP."
        }
    };
    DownReason::new(
        DownKind::Timeout,
        format!("{} gave no answer to CoAP in time", spec.address()),
        advice,
    )
}

/// The device answered before, and does not any more.
pub(super) fn silent(spec: &CoapSpec) -> DownReason {
    DownReason::new(
        DownKind::Silent,
        format!(
            "{} gave no sign of life, although it was asked {} times",
            spec.address(),
            spec.transmission.max_retransmit + 1
        ),
        "Check the network to the device, and that the device still works.",
    )
}

/// What the socket says.
pub(super) fn socket(spec: &CoapSpec, error: &io::Error) -> DownReason {
    let address = spec.address();
    if error.kind() == io::ErrorKind::ConnectionRefused {
        return DownReason::new(
            DownKind::Refused,
            format!("{address} refused the message: nothing listens on this UDP port"),
            "Check the port, and that the device's CoAP server runs.",
        );
    }
    DownReason::new(
        DownKind::Unreachable,
        format!("{address} cannot be reached: {error}"),
        "Check this machine's network and the way to the device.",
    )
}

/// The DTLS handshake got no answer.
pub(super) fn no_handshake(spec: &CoapSpec) -> DownReason {
    DownReason::new(
        DownKind::Timeout,
        format!("{} did not complete the DTLS handshake", spec.address()),
        "Check identity and key: many devices say nothing to a wrong one. Check that the port is the one for DTLS, \
         usually 5684.",
    )
}

/// The DTLS handshake failed, or the session broke.
pub(super) fn handshake(spec: &CoapSpec, detail: &str) -> DownReason {
    DownReason::new(
        DownKind::TlsHandshake,
        format!("DTLS with {} failed: {detail}", spec.address()),
        "Check identity and key, and that the device offers TLS_PSK_WITH_AES_128_CCM_8.",
    )
}

/// The device has ended the DTLS session.
pub(super) fn closed(spec: &CoapSpec) -> DownReason {
    DownReason::new(
        DownKind::Closed,
        format!("{} has ended the DTLS session", spec.address()),
        "Look at the device's log if this happens again.",
    )
}

/// The connection cannot be tried as it is described.
pub(super) fn settings(error: &CoapError) -> DownReason {
    DownReason::new(
        DownKind::Settings,
        error.to_string(),
        "Correct the connection's settings.",
    )
}
