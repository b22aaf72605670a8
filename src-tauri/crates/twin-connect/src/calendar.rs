//! Days and dates, as far as certificates and HTTP need them.

use twin_core::Timestamp;

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// The instant of an IMF-fixdate such as `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, 5.6.7), the only form that may be
/// sent today. None for anything else.
pub(crate) fn http_date(text: &str) -> Option<Timestamp> {
    let (_, text) = text.split_once(", ")?;
    let mut parts = text.split(' ');
    let day = number(parts.next()?, 2)?;
    let month = parts.next()?;
    let month = MONTHS.iter().position(|name| *name == month)?;
    let year = number(parts.next()?, 4)?;
    let mut clock = parts.next()?.split(':');
    let hour = number(clock.next()?, 2)?;
    let minute = number(clock.next()?, 2)?;
    let second = number(clock.next()?, 2)?;
    let is_whole = clock.next().is_none() && parts.next() == Some("GMT") && parts.next().is_none();
    let is_sane = (1..=31).contains(&day) && hour < 24 && minute < 60 && second < 61;
    if !is_whole || !is_sane || year < 1970 {
        return None;
    }
    let days = days_before(year, i64::try_from(month).ok()?) + day - 1;
    Some(Timestamp::from_secs(
        days * 86_400 + hour * 3_600 + minute * 60 + second,
    ))
}

fn number(text: &str, digits: usize) -> Option<i64> {
    (text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit()))
        .then(|| text.parse().ok())
        .flatten()
}

/// Days from 1970-01-01 to the first of a month (0 to 11), Gregorian.
fn days_before(year: i64, month: i64) -> i64 {
    // A year that begins with March has its leap day at the end.
    let (year, month) = if month < 2 {
        (year - 1, month + 10)
    } else {
        (year, month - 2)
    };
    let leap_days = year / 4 - year / 100 + year / 400;
    year * 365 + leap_days + (month * 306 + 5) / 10 - 719_468
}

/// The day of an instant (UTC), as `year-month-day`.
pub(crate) fn day(at: Timestamp) -> String {
    let days = at.micros().div_euclid(86_400_000_000) + 719_468;
    // Years from the first of March, in cycles of 400.
    let (cycle, days) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (days - days / 1_460 + days / 36_524 - days / 146_096) / 365;
    let days = days - (365 * year + year / 4 - year / 100);
    let month = (5 * days + 2) / 153;
    let day = days - (153 * month + 2) / 5 + 1;
    let (late, month) = if month < 10 {
        (0, month + 3)
    } else {
        (1, month - 9)
    };
    let year = cycle * 400 + year + late;
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_one_form_of_today_is_read() {
        for (text, seconds) in [
            ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777),
            ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
            ("Tue, 29 Feb 2000 23:59:59 GMT", 951_868_799),
            ("Sun, 01 Mar 2026 00:00:00 GMT", 1_772_323_200),
            ("Sun, 31 Dec 2090 00:00:00 GMT", 3_818_361_600),
        ] {
            assert_eq!(
                http_date(text),
                Some(Timestamp::from_secs(seconds)),
                "{text}"
            );
        }
        for bad in [
            "",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
            "Sun, 06 Nov 1994 08:49:37 CET",
            "Sun, 06 Nov 1994 08:49:37 GMT x",
            "Sun, 06 Nov 1994 25:49:37 GMT",
            "Sun, 06 Nov 1994 08:49 GMT",
            "Sun, 6 Nov 1994 08:49:37 GMT",
            "Sun, 06 Foo 1994 08:49:37 GMT",
            "Sun, 00 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov +994 08:49:37 GMT",
        ] {
            assert_eq!(http_date(bad), None, "{bad}");
        }
    }

    #[test]
    fn days_have_their_dates() {
        for (seconds, text) in [
            (0, "1970-01-01"),
            (-1, "1969-12-31"),
            (951_868_799, "2000-02-29"),
            (951_868_800, "2000-03-01"),
            (3_818_361_600, "2090-12-31"),
            (253_402_300_799, "9999-12-31"),
        ] {
            assert_eq!(day(Timestamp::from_secs(seconds)), text);
        }
        for year in 1970..2200 {
            for month in 0..12 {
                let first = Timestamp::from_secs(days_before(year, month) * 86_400);
                assert_eq!(day(first), format!("{year:04}-{:02}-01", month + 1));
            }
        }
    }
}
