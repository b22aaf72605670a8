//! Days and dates of the Gregorian calendar, without a zone.
//!
//! Both ways after Howard Hinnant, "chrono-compatible low-level date algorithms": years begin in March there, so that the
//! day of a leap year comes last.

/// Seconds of a day.
pub const DAY_S: i64 = 86_400;
/// Days of 400 years, after which the calendar repeats.
const ERA: i64 = 146_097;
/// Days from 0000-03-01 to 1970-01-01.
const TO_1970: i64 = 719_468;

/// Year, month (1 to 12) and day (1 to 31) of a day counted from 1970-01-01.
pub const fn date_of(days: i64) -> (i64, u8, u8) {
    let days = days + TO_1970;
    let era = days.div_euclid(ERA);
    let of_era = days.rem_euclid(ERA);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let day_of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153; // months from March
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let year = year_of_era + era * 400 + if month <= 2 { 1 } else { 0 };
    (year, month as u8, day as u8)
}

/// The day, counted from 1970-01-01, of a date; none for a day that the month does not have, and beyond a million years.
pub fn day_of(year: i64, month: u8, day: u8) -> Option<i64> {
    if year.abs() > 1_000_000 || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let shifted_year = year - i64::from(month <= 2);
    let era = shifted_year.div_euclid(400);
    let year_of_era = shifted_year.rem_euclid(400);
    let shifted = (i64::from(month) + 9) % 12;
    let day_of_year = (153 * shifted + 2) / 5 + i64::from(day) - 1;
    let of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    let days = era * ERA + of_era - TO_1970;
    (date_of(days) == (year, month, day)).then_some(days)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn known_days() {
        assert_eq!(date_of(0), (1970, 1, 1));
        assert_eq!(date_of(-1), (1969, 12, 31));
        assert_eq!(day_of(2000, 2, 29), Some(11_016));
        assert_eq!(day_of(1900, 2, 29), None);
        assert_eq!(day_of(2026, 4, 31), None);
        assert_eq!(day_of(2026, 13, 1), None);
    }

    proptest! {
        #[test]
        fn every_day_has_a_date_that_leads_back(days in -106_751_991_i64..=106_751_991) {
            let (year, month, day) = date_of(days);
            prop_assert_eq!(day_of(year, month, day), Some(days));
        }
    }
}
