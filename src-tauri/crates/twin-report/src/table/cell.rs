//! Values, statuses and reasons as text.

use std::io::Write;

use twin_core::{Quality, Reason, Said, Status, Value, ValueKind, said};

/// A word for each type of value, as the column `kind` has it.
pub const fn kind_name(kind: ValueKind) -> &'static str {
    match kind {
        ValueKind::Null => "null",
        ValueKind::F64 => "number",
        ValueKind::I64 => "integer",
        ValueKind::Bool => "bool",
        ValueKind::Text => "text",
    }
}

/// The type of a word; none for an empty one.
pub fn kind_of(name: &str) -> Result<Option<ValueKind>, Said> {
    Ok(Some(match name {
        "" => return Ok(None),
        "null" => ValueKind::Null,
        "number" => ValueKind::F64,
        "integer" => ValueKind::I64,
        "bool" => ValueKind::Bool,
        "text" => ValueKind::Text,
        other => {
            return Err(said!(
                "import-kind",
                "the kind `{kind}` is none of number, integer, bool, text, null",
                kind = excerpt(other)
            ));
        }
    }))
}

/// A word for each status.
pub const fn status_name(status: Status) -> &'static str {
    match status {
        Status::Good => "good",
        Status::Uncertain => "uncertain",
        Status::Bad => "bad",
    }
}

/// A word for each reason; empty for none.
pub const fn reason_name(reason: Reason) -> &'static str {
    match reason {
        Reason::None => "",
        Reason::BrokerLost => "broker-lost",
        Reason::NodeDeath => "node-death",
        Reason::SequenceGap => "sequence-gap",
        Reason::ParseError => "parse-error",
        Reason::Frozen => "frozen",
        Reason::ClockSkew => "clock-skew",
        Reason::Stale => "stale",
        Reason::KeptBirth => "kept-birth",
        Reason::Redelivered => "redelivered",
        Reason::Retained => "retained",
        Reason::NotFinite => "not-finite",
        Reason::DeviceReported => "device-reported",
        Reason::FromHistory => "from-history",
        Reason::Abstained => "abstained",
        Reason::NeverSeen => "never-seen",
        Reason::HistoryUnavailable => "history-unavailable",
        Reason::NotRecorded => "not-recorded",
    }
}

/// Status and reason from their words; empty ones are good and no reason.
pub fn quality_of(status: &str, reason: &str) -> Result<Quality, Said> {
    let status = match status {
        "" => Status::Good,
        word if word.eq_ignore_ascii_case("good") => Status::Good,
        word if word.eq_ignore_ascii_case("uncertain") => Status::Uncertain,
        word if word.eq_ignore_ascii_case("bad") => Status::Bad,
        other => {
            return Err(said!(
                "import-status",
                "the status `{status}` is none of good, uncertain, bad",
                status = excerpt(other)
            ));
        }
    };
    if reason.is_empty() {
        return Ok(Quality {
            status,
            reason: Reason::None,
        });
    }
    (0..=u8::MAX)
        .map(Reason::from_code)
        .find(|known| reason_name(*known) == reason)
        .map(|reason| Quality { status, reason })
        .ok_or_else(|| {
            said!(
                "import-reason",
                "the reason `{reason}` is not known",
                reason = excerpt(reason)
            )
        })
}

/// Writes a value so that [`parse_value`] with its kind gives it back to the last bit; of NaN the payload is lost.
pub fn write_value(out: &mut Vec<u8>, value: &Value) {
    // Writing to a Vec cannot fail.
    let _ = match value {
        Value::Null => Ok(()),
        Value::Bool(v) => write!(out, "{v}"),
        Value::I64(v) => write!(out, "{v}"),
        // The shortest digits that lead back to the same number.
        Value::F64(v) => write!(out, "{v:?}"),
        Value::Text(v) => out.write_all(v.as_bytes()),
    };
}

/// A value from its text. Without a kind it is guessed: nothing is null, `true` and `false` are bool, digits are a
/// number (a whole number only where a double could not hold it), the rest is text.
pub fn parse_value(
    text: &str,
    kind: Option<ValueKind>,
    decimal_comma: bool,
) -> Result<Value, Said> {
    let shown = || excerpt(text);
    match kind {
        None => guess(text, decimal_comma),
        Some(ValueKind::Null) if text.is_empty() => Ok(Value::Null),
        Some(ValueKind::Null) => Err(said!(
            "import-null",
            "a value of kind null is `{text}`",
            text = shown()
        )),
        Some(ValueKind::Text) => Ok(Value::Text(text.into())),
        Some(ValueKind::Bool) => boolean(text).ok_or_else(|| {
            said!(
                "import-bool",
                "`{text}` is no bool: write true or false",
                text = shown()
            )
        }),
        Some(ValueKind::I64) => {
            let number = text.trim().parse().map(Value::I64);
            number.map_err(|_| {
                said!(
                    "import-whole",
                    "`{text}` is no whole number of 64 bits",
                    text = shown()
                )
            })
        }
        Some(ValueKind::F64) => {
            let number = float(text.trim(), decimal_comma).map(Value::F64);
            number.ok_or_else(|| said!("import-number", "`{text}` is no number", text = shown()))
        }
    }
}

fn boolean(text: &str) -> Option<Value> {
    let text = text.trim();
    if text.eq_ignore_ascii_case("true") || text == "1" {
        return Some(Value::Bool(true));
    }
    (text.eq_ignore_ascii_case("false") || text == "0").then_some(Value::Bool(false))
}

fn float(text: &str, decimal_comma: bool) -> Option<f64> {
    if decimal_comma && text.contains(',') {
        // A point beside a comma would be a mark of thousands: not guessed at.
        let one = !text.contains('.') && text.matches(',').count() == 1;
        return one.then(|| text.replace(',', ".").parse().ok()).flatten();
    }
    if decimal_comma && thousands(text) {
        return None;
    }
    text.parse().ok()
}

/// Whether the points of a number may be marks of thousands, as in `1.234` and `12.345.678`.
fn thousands(text: &str) -> bool {
    let mut groups = text.trim_start_matches(['+', '-']).split('.');
    let digits = |group: &str| group.bytes().all(|byte| byte.is_ascii_digit());
    let first = groups.next().unwrap_or_default();
    let mut rest = groups.peekable();
    rest.peek().is_some()
        && (1..=3).contains(&first.len())
        && !first.starts_with('0')
        && digits(first)
        && rest.all(|group| group.len() == 3 && digits(group))
}

fn guess(cell: &str, decimal_comma: bool) -> Result<Value, Said> {
    let text = cell.trim();
    if text.is_empty() {
        return Ok(Value::Null);
    }
    let numeric = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || b"+-., eE".contains(&byte))
        && text.bytes().any(|byte| byte.is_ascii_digit());
    if let Some(number) = float(text, decimal_comma) {
        const EXACT: f64 = 9_007_199_254_740_992.0;
        let whole = text.parse::<i64>().ok();
        return Ok(match whole.filter(|_| number.abs() >= EXACT) {
            Some(whole) => Value::I64(whole),
            None => Value::F64(number),
        });
    }
    if numeric {
        return Err(said!(
            "import-unclear",
            "`{text}` is not clear as a number: write 1234.5 without marks of thousands",
            text = excerpt(text)
        ));
    }
    let is_bool = text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false");
    Ok(match boolean(text).filter(|_| is_bool) {
        Some(value) => value,
        None => Value::Text(cell.into()),
    })
}

/// The beginning of a text, for a message.
pub fn excerpt(text: &str) -> String {
    const MOST: usize = 40;
    let mut short: String = text.chars().take(MOST).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_quality_comes_back() {
        for status in [Status::Good, Status::Uncertain, Status::Bad] {
            for code in 0..=u8::MAX {
                let reason = Reason::from_code(code);
                let back = quality_of(status_name(status), reason_name(reason));
                assert_eq!(back, Ok(Quality { status, reason }));
            }
        }
        assert_eq!(quality_of("", ""), Ok(Quality::GOOD));
        assert!(quality_of("192", "").is_err());
        assert!(quality_of("good", "because").is_err());
    }

    #[test]
    fn values_are_guessed_with_care() {
        let value = |text: &str| parse_value(text, None, false);
        assert_eq!(value(" 12 "), Ok(Value::F64(12.0)));
        assert_eq!(
            value("9007199254740993"),
            Ok(Value::I64(9_007_199_254_740_993))
        );
        assert_eq!(value("TRUE"), Ok(Value::Bool(true)));
        assert_eq!(value("1"), Ok(Value::F64(1.0)));
        assert_eq!(value(""), Ok(Value::Null));
        assert_eq!(value("12 bar"), Ok(Value::Text("12 bar".into())));
        assert_eq!(value(" open"), Ok(Value::Text(" open".into())));
        assert!(value("1,5").is_err() && value("1.234,5").is_err() && value("2026-11-22").is_err());
        assert_eq!(value("-"), Ok(Value::Text("-".into())));
        assert_eq!(parse_value("-1,5", None, true), Ok(Value::F64(-1.5)));
        assert!(parse_value("1.234,5", None, true).is_err());
        assert!(parse_value("1,234,567", None, true).is_err());
        for mark in ["1.234", "-12.345", "1.234.567", "+999.000"] {
            assert!(parse_value(mark, None, true).is_err(), "{mark}");
            assert!(parse_value(mark, Some(ValueKind::F64), true).is_err());
        }
        assert_eq!(value("1.234"), Ok(Value::F64(1.234)));
        for (point, number) in [
            ("0.123", 0.123),
            ("1.23", 1.23),
            ("1.2345", 1.2345),
            ("1234.567", 1234.567),
        ] {
            assert_eq!(parse_value(point, None, true), Ok(Value::F64(number)));
        }
    }
}
