//! Numbers of CoAP in words: content formats and response codes.

/// The media type of a content format, as the registry writes it. None for one that is not known here.
/// (IANA "CoAP Content-Formats"; RFC 7252, 12.3; RFC 8428, 12.3)
#[must_use]
pub fn media_type(format: u16) -> Option<&'static str> {
    Some(match format {
        0 => "text/plain;charset=utf-8",
        19 => "application/ace+cbor",
        21 => "image/gif",
        22 => "image/jpeg",
        23 => "image/png",
        40 => "application/link-format",
        41 => "application/xml",
        42 => "application/octet-stream",
        47 => "application/exi",
        50 => "application/json",
        51 => "application/json-patch+json",
        52 => "application/merge-patch+json",
        60 => "application/cbor",
        61 => "application/cwt",
        62 => "application/multipart-core",
        63 => "application/cbor-seq",
        110 => "application/senml+json",
        111 => "application/sensml+json",
        112 => "application/senml+cbor",
        113 => "application/sensml+cbor",
        114 => "application/senml-exi",
        115 => "application/sensml-exi",
        310 => "application/senml+xml",
        311 => "application/sensml+xml",
        320 => "application/senml-etch+json",
        322 => "application/senml-etch+cbor",
        432 => "application/td+json",
        11_542 => "application/vnd.oma.lwm2m+tlv",
        11_543 => "application/vnd.oma.lwm2m+json",
        11_544 => "application/vnd.oma.lwm2m+cbor",
        _ => return None,
    })
}

/// How much of a device's own explanation is shown, characters.
const EXPLANATION: usize = 100;

/// A response code with its name, and what it means for who asked. (RFC 7252, 12.1.2; RFC 7959, 6; RFC 8516)
fn meaning(code: u8) -> &'static str {
    match code {
        0x80 => "Bad Request: the device does not understand the request",
        0x81 => "Unauthorized: the device does not let this client read it",
        0x82 => "Bad Option: the device does not support what was asked for",
        0x83 => "Forbidden: the device lets nobody read it",
        0x84 => "Not Found: the device has no such resource",
        0x85 => "Method Not Allowed: the resource cannot be read",
        0x86 => "Not Acceptable: the device has it in no format that was asked for",
        0x88 => "Request Entity Incomplete: the device lost track of the blocks",
        0x9d => "Too Many Requests: the device asks to be asked less often",
        0xA0 => "Internal Server Error: the device failed",
        0xA1 => "Not Implemented: the device cannot do that",
        0xA2 => "Bad Gateway: the gateway got a wrong answer from the device behind it",
        0xA3 => "Service Unavailable: the device is busy",
        0xA4 => "Gateway Timeout: the device behind the gateway gave no answer",
        0xA5 => "Proxying Not Supported: the device takes itself for another host",
        0xA8 => "Hop Limit Reached: gateways pass the request on in a circle",
        _ => match code >> 5 {
            2 => "success, but no content",
            4 => "refused",
            5 => "the device failed",
            _ => "not an answer to a read",
        },
    }
}

/// A response code in words, with the explanation that the device gave.
pub(super) fn code_in_words(code: u8, payload: &[u8]) -> String {
    let mut words = format!("{}.{:02} {}", code >> 5, code & 0x1F, meaning(code));
    // An explanation is text for people (RFC 7252, 5.5.2), or was written to confuse them.
    let given = String::from_utf8_lossy(&payload[..payload.len().min(4 * EXPLANATION)]);
    let given: String = given
        .chars()
        .filter(|char| !char.is_control())
        .take(EXPLANATION)
        .collect();
    if !given.trim().is_empty() {
        words = format!("{words} (it says \"{}\")", given.trim());
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_words_and_explanations_are_bounded() {
        assert_eq!(
            code_in_words(0x84, b""),
            "4.04 Not Found: the device has no such resource"
        );
        let shown = code_in_words(0xA0, "no\u{7}\n\u{202e}x".repeat(100).as_bytes());
        assert!(shown.starts_with("5.00 Internal Server Error"), "{shown}");
        assert!(
            !shown.contains('\n') && shown.chars().count() < 200,
            "{shown}"
        );
        assert!(code_in_words(0x99, &[0xff]).starts_with("4.25 refused"));
    }

    #[test]
    fn formats_agree_with_the_codec() {
        for format in 0..=u16::MAX {
            if media_type(format).is_some() {
                let known = coap_lite::ContentFormat::try_from(usize::from(format));
                assert!(known.is_ok(), "{format}");
            }
        }
        assert_eq!(media_type(112), Some("application/senml+cbor"));
        assert_eq!(media_type(65_000), None);
    }
}
