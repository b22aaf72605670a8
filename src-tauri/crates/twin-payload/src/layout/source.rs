//! Where the bytes of a layout are.

use std::sync::Arc;

use base64::{
    Engine,
    alphabet::{STANDARD, URL_SAFE},
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};

use crate::reject::{Reject, RejectKind};

/// Where the bytes are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LayoutSource {
    /// The payload is them.
    Payload,
    /// The payload is text that stands for them.
    Text(TextEncoding),
    /// A text inside a JSON message stands for them; the rest of the message is read as if there were no rule.
    Json {
        /// Path of the text: keys and places joined by `.`.
        path: Arc<str>,
        /// How it stands for them.
        encoding: TextEncoding,
    },
}

/// How text stands for bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextEncoding {
    /// Base64, the usual alphabet or that for URLs, padded or not (RFC 4648).
    Base64,
    /// Two hexadecimal digits a byte, spaces, `:` and `-` between them left out.
    Hex,
}

const CONFIG: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const USUAL: GeneralPurpose = GeneralPurpose::new(&STANDARD, CONFIG);
const FOR_URLS: GeneralPurpose = GeneralPurpose::new(&URL_SAFE, CONFIG);

impl TextEncoding {
    /// Fills `bytes`.
    pub(super) fn decode(self, text: &str, bytes: &mut Vec<u8>) -> Result<(), Reject> {
        bytes.clear();
        match self {
            TextEncoding::Base64 => {
                let alphabet = if text.contains(['-', '_']) {
                    FOR_URLS
                } else {
                    USUAL
                };
                let result = alphabet.decode_vec(text.trim(), bytes);
                result.map_err(|error| fault(format!("not base64: {error}")))
            }
            TextEncoding::Hex => hex(text, bytes),
        }
    }
}

fn hex(text: &str, bytes: &mut Vec<u8>) -> Result<(), Reject> {
    let text = text.trim();
    let text = text.strip_prefix("0x").unwrap_or(text);
    let mut digits = text
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, ':' | '-'))
        .map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok()));
    while let Some(high) = digits.next() {
        let (Some(high), Some(Some(low))) = (high, digits.next()) else {
            return Err(fault("not pairs of hexadecimal digits".to_owned()));
        };
        bytes.push(high << 4 | low);
    }
    Ok(())
}

fn fault(detail: String) -> Reject {
    Reject::new(RejectKind::Layout, detail)
}
