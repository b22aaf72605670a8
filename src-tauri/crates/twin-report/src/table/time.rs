//! Instants as text: ISO 8601 in UTC with microseconds, and epochs by their magnitude.
//!
//! A bare number before 1990 or after 2200 is no epoch: it is a date without marks (`20261122`), the day number of a
//! spreadsheet (`46348.7`), or a duration.

use std::io::Write;

use twin_core::{Said, Timestamp, said};

use crate::civil::{DAY_S, date_of, day_of};

/// A second in microseconds.
const S: i64 = 1_000_000;
/// Up to here a bare number counts seconds since 1970, up to a thousand times as much milliseconds, and so on: each
/// range reaches from 1973 to 5138.
const SECONDS_BELOW: i128 = 100_000_000_000;
/// The first and the last instant that a bare number may mean, microseconds: 1990-01-01 and 2200-01-01.
const EPOCHS: std::ops::Range<i64> = 631_152_000 * S..7_258_118_400 * S;

/// Writes `2026-11-22T17:56:11.123456Z`. A year beyond four digits gets a sign and six digits, as ISO 8601 expands it.
pub fn write_time(out: &mut Vec<u8>, time: Timestamp) {
    let seconds = time.micros().div_euclid(S);
    let micros = time.micros().rem_euclid(S);
    let (year, month, day) = date_of(seconds.div_euclid(DAY_S));
    let second = seconds.rem_euclid(DAY_S);
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    // Writing to a Vec cannot fail.
    let _ = if (0..=9_999).contains(&year) {
        write!(out, "{year:04}")
    } else {
        write!(out, "{year:+07}")
    };
    let _ = write!(
        out,
        "-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{micros:06}Z"
    );
}

/// Writes `2026-11-22T18:56:11.123456+01:00`: the same instant by a clock that is `offset_s` seconds ahead of UTC. What an
/// offset has beyond whole minutes is left out of both, so that the text stays exact.
pub fn write_local_time(out: &mut Vec<u8>, time: Timestamp, offset_s: i32) {
    let minutes = offset_s / 60;
    let local = time.micros().saturating_add(i64::from(minutes) * 60 * S);
    write_time(out, Timestamp(local));
    out.pop();
    let (sign, away) = (if minutes < 0 { '-' } else { '+' }, minutes.abs());
    let _ = write!(out, "{sign}{:02}:{:02}", away / 60, away % 60);
}

/// Reads ISO 8601 (without an offset: UTC) or a bare number since 1970 in s, ms, us or ns, told apart by its magnitude.
/// What is finer than a microsecond is cut off.
pub fn parse_time(text: &str) -> Result<Timestamp, Said> {
    let text = text.trim();
    let found = if text
        .bytes()
        .skip(1)
        .any(|byte| byte == b'-' || byte == b':')
    {
        iso(text.as_bytes())
    } else {
        epoch(text)
    };
    found.ok_or_else(|| {
        said!(
            "import-time",
            "`{text}` is no time: write it as 2026-11-22T17:56:11Z, or as a number since 1970 of an instant from 1990 on",
            text = super::cell::excerpt(text)
        )
    })
}

/// A whole number since 1970, by magnitude.
pub fn of_number(number: i64) -> Option<Timestamp> {
    scaled(i128::from(number), 0)
}

/// A number since 1970 with a fraction, by magnitude; only as exact as a double is.
pub fn of_float(number: f64) -> Option<Timestamp> {
    let whole = number.floor();
    if !number.is_finite() || whole.abs() > 1e19 {
        return None;
    }
    scaled(whole as i128, ((number - whole) * S as f64).round() as i128)
}

/// `whole` in the unit its size tells, and `micro` millionths of that unit.
fn scaled(whole: i128, micro: i128) -> Option<Timestamp> {
    let size = whole.unsigned_abs();
    let limit = SECONDS_BELOW.unsigned_abs();
    let micros = if size < limit {
        whole * 1_000_000 + micro
    } else if size < limit * 1_000 {
        whole * 1_000 + micro.div_euclid(1_000)
    } else if size < limit * 1_000_000 {
        whole
    } else {
        whole.div_euclid(1_000)
    };
    let micros = i64::try_from(micros).ok();
    micros
        .filter(|micros| EPOCHS.contains(micros))
        .map(Timestamp)
}

fn epoch(text: &str) -> Option<Timestamp> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text),
    };
    let (whole, fraction) = digits.split_once(['.', ',']).unwrap_or((digits, ""));
    let numeric = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 20 || !numeric(whole) || !numeric(fraction) {
        return None;
    }
    let mut micro: i128 = 0;
    for place in 0..6 {
        let digit = fraction.as_bytes().get(place).map_or(0, |byte| byte - b'0');
        micro = micro * 10 + i128::from(digit);
    }
    scaled(sign * whole.parse::<i128>().ok()?, sign * micro)
}

/// A reader over the bytes of one text.
struct Scan<'a>(&'a [u8]);

impl Scan<'_> {
    fn take(&mut self, byte: u8) -> bool {
        let found = self.0.first() == Some(&byte);
        if found {
            self.0 = &self.0[1..];
        }
        found
    }

    /// Exactly `count` digits.
    fn digits(&mut self, count: usize) -> Option<i64> {
        let (digits, rest) = self.0.split_at_checked(count)?;
        let mut number = 0;
        for byte in digits {
            if !byte.is_ascii_digit() {
                return None;
            }
            number = number * 10 + i64::from(byte - b'0');
        }
        self.0 = rest;
        Some(number)
    }

    /// Microseconds of a fraction of a second.
    fn fraction(&mut self) -> Option<i64> {
        let length = self.0.iter().take_while(|byte| byte.is_ascii_digit());
        let (digits, rest) = self.0.split_at(length.count());
        if digits.is_empty() {
            return None;
        }
        self.0 = rest;
        Some((0..6).fold(0, |sum, place| {
            sum * 10 + digits.get(place).map_or(0, |byte| i64::from(byte - b'0'))
        }))
    }
}

fn iso(text: &[u8]) -> Option<Timestamp> {
    let mut scan = Scan(text);
    let year = if scan.take(b'+') {
        scan.digits(6)?
    } else if scan.take(b'-') {
        -scan.digits(6)?
    } else {
        scan.digits(4)?
    };
    let month = scan.take(b'-').then(|| scan.digits(2))??;
    let day = scan.take(b'-').then(|| scan.digits(2))??;
    let days = day_of(year, u8::try_from(month).ok()?, u8::try_from(day).ok()?)?;
    let mut micros: i128 = 0;
    let mut second_of_day = 0;
    if !scan.0.is_empty() {
        if !(scan.take(b'T') || scan.take(b't') || scan.take(b' ')) {
            return None;
        }
        let hour = scan.digits(2)?;
        let minute = scan.take(b':').then(|| scan.digits(2))??;
        let mut second = 0;
        if scan.take(b':') {
            second = scan.digits(2)?;
            if scan.take(b'.') || scan.take(b',') {
                micros = i128::from(scan.fraction()?);
            }
        }
        if hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        second_of_day = hour * 3_600 + minute * 60 + second - offset(&mut scan)?;
    }
    if !scan.0.is_empty() {
        return None;
    }
    let seconds = i128::from(days) * i128::from(DAY_S) + i128::from(second_of_day);
    i64::try_from(seconds * 1_000_000 + micros)
        .ok()
        .map(Timestamp)
}

/// Seconds ahead of UTC: `Z`, `+01:00`, `+0100`, `+01` or nothing.
fn offset(scan: &mut Scan<'_>) -> Option<i64> {
    scan.take(b' ');
    if scan.0.is_empty() || scan.take(b'Z') || scan.take(b'z') {
        return Some(0);
    }
    if scan.0 == b"UTC" {
        scan.0 = &[];
        return Some(0);
    }
    let sign = if scan.take(b'+') {
        1
    } else if scan.take(b'-') {
        -1
    } else {
        return None;
    };
    let hours = scan.digits(2)?;
    let colon = scan.take(b':');
    let minutes = if colon || !scan.0.is_empty() {
        scan.digits(2)?
    } else {
        0
    };
    (hours <= 23 && minutes <= 59).then_some(sign * (hours * 3_600 + minutes * 60))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(time: Timestamp) -> String {
        let mut out = Vec::new();
        write_time(&mut out, time);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn one_instant_in_every_way_of_writing_it() {
        let time = Timestamp(1_795_370_171_123_456);
        assert_eq!(written(time), "2026-11-22T17:56:11.123456Z");
        for text in [
            "2026-11-22T17:56:11.123456Z",
            "2026-11-22 17:56:11.123456",
            "2026-11-22T17:56:11,123456789+00:00",
            "2026-11-22T18:56:11.123456+01:00",
            "2026-11-22T18:56:11.123456+01",
            "2026-11-22T14:26:11.123456-0330",
            "2026-11-22 17:56:11.123456 UTC",
            "+002026-11-22T17:56:11.123456Z",
            "1795370171.123456",
            "1795370171,123456",
            "1795370171123.456",
            "1795370171123456",
            "1795370171123456789",
        ] {
            assert_eq!(parse_time(text), Ok(time), "{text}");
        }
        let whole = Timestamp::from_secs(1_795_370_171);
        assert_eq!(parse_time("1795370171"), Ok(whole));
        assert_eq!(parse_time("1795370171000"), Ok(whole));
        assert_eq!(
            parse_time("2026-11-22"),
            Ok(Timestamp::from_secs(1_795_305_600))
        );
        assert_eq!(of_float(46_348.7), None);
        assert_eq!(of_number(20_261_122), None);
        assert_eq!(
            parse_time("631152000"),
            Ok(Timestamp::from_secs(631_152_000))
        );
        assert_eq!(
            of_float(1_795_370_171.5),
            Some(Timestamp(1_795_370_171_500_000))
        );
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "-",
            "now",
            "22.11.2026 17:56",
            "2026-02-30",
            "2026-11-22T24:00:00Z",
            "2026-11-22T17:60",
            "2026-11-22T17:56:11.Z",
            "2026-11-22T17:56:11X",
            "1.8e9",
            "NaN",
            "99999999999999999999999",
            "2026-11-22T17:56:11+1",
            "+999999-01-01T00:00:00Z",
            "2026-11-2é",
            "-1.5",
            "0",
            "0.1",
            "20261122",
            "20261122175611",
            "46348.7",
            "46348,7",
            "631151999",
            "7258118400",
        ] {
            assert!(parse_time(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_instant_comes_back(micros: i64) {
            prop_assert_eq!(parse_time(&written(Timestamp(micros))), Ok(Timestamp(micros)));
        }

        #[test]
        fn no_text_panics(text in "[-+0-9TZ:., eé]{0,40}") {
            let _ = parse_time(&text);
        }
    }
}
