//! Payloads of unknown origin: JSON when they look like it, else one bare value.

use crate::{
    json::{Flat, TimeNames},
    limits::Limits,
    observations::Cell,
    reject::{Reject, RejectKind},
};

/// What a payload is.
pub(crate) enum Payload<'p> {
    /// Nothing: how a retained message is taken back.
    Empty,
    /// JSON, now flattened.
    Json,
    /// One value.
    Value(Cell<'p>),
    /// A text too long to be a signal.
    TooLong,
}

/// Reads a payload; `flat` is filled when it is a JSON object, array or text.
pub(crate) fn read<'p>(
    payload: &'p [u8],
    limits: &Limits,
    names: TimeNames,
    flat: &mut Flat,
) -> Result<Payload<'p>, Reject> {
    let text = text(payload)?;
    if text.is_empty() {
        return Ok(Payload::Empty);
    }
    if text.starts_with(['{', '[', '"']) {
        flat.read(text, limits, names)?;
        return Ok(Payload::Json);
    }
    if text
        .chars()
        .any(|c| c.is_control() && !matches!(c, '\t' | '\n' | '\r'))
    {
        let detail = "text with control characters; some binary format not known here";
        return Err(Reject::new(RejectKind::Binary, detail));
    }
    Ok(match text {
        "true" => Payload::Value(Cell::Bool(true)),
        "false" => Payload::Value(Cell::Bool(false)),
        "null" => Payload::Value(Cell::Null),
        _ if is_number(text) => Payload::Value(number(text)),
        _ if text.len() > limits.text_bytes => Payload::TooLong,
        _ => Payload::Value(Cell::Text(text)),
    })
}

/// The payload as text without a byte-order mark and surrounding space.
pub(crate) fn text(payload: &[u8]) -> Result<&str, Reject> {
    let text = exact_text(payload)?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text).trim())
}

/// The payload as text, spaces included.
pub(crate) fn exact_text(payload: &[u8]) -> Result<&str, Reject> {
    std::str::from_utf8(payload).map_err(|error| {
        let detail = format!("not UTF-8 text from byte {} on", error.valid_up_to());
        Reject::new(RejectKind::Utf8, detail)
    })
}

/// Whether a bare payload is meant as a number, NaN and infinity included. `1 bar` and `1e` are not.
fn is_number(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let named = ["nan", "inf", "infinity"]
        .iter()
        .any(|name| unsigned.eq_ignore_ascii_case(name));
    named
        || (unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.')
            && text.parse::<f64>().is_ok())
}

/// As in JSON: an f64, unless it is a whole number that an f64 cannot hold exactly.
fn number(text: &str) -> Cell<'_> {
    let number = text.parse().unwrap_or(f64::NAN);
    match text.parse::<i64>() {
        Ok(whole) if whole.unsigned_abs() > 1 << 53 => Cell::I64(whole),
        _ => Cell::F64(number),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(payload: &str) -> Option<Cell<'_>> {
        match read(
            payload.as_bytes(),
            &Limits::default(),
            TimeNames::GENERIC,
            &mut Flat::default(),
        ) {
            Ok(Payload::Value(cell)) => Some(cell),
            _ => None,
        }
    }

    #[test]
    fn bare_values_have_their_type() {
        assert_eq!(cell(" 21.50\n"), Some(Cell::F64(21.5)));
        assert_eq!(cell("+3"), Some(Cell::F64(3.0)));
        assert_eq!(cell("-1e3"), Some(Cell::F64(-1000.0)));
        assert_eq!(
            cell("9007199254740993"),
            Some(Cell::I64(9_007_199_254_740_993))
        );
        assert_eq!(cell("true"), Some(Cell::Bool(true)));
        assert_eq!(cell("null"), Some(Cell::Null));
        assert!(matches!(cell("NaN"), Some(Cell::F64(v)) if v.is_nan()));
        assert!(matches!(cell("-inf"), Some(Cell::F64(v)) if v == f64::NEG_INFINITY));
        for text in ["ON", "1 bar", "1e", "21,5", "0x10", "nano"] {
            assert_eq!(cell(text), Some(Cell::Text(text)));
        }
    }
}
