//! Borders of calendar buckets in a time zone.

use jiff::{ToSpan, Zoned, civil::Date, tz::TimeZone};
use twin_core::Timestamp;

use crate::error::{Error, Result};

/// Most borders of one request: more buckets than any screen or report shows.
pub const BORDERS_MAX: usize = 65_537;

/// A bucket of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CalendarUnit {
    /// A minute.
    Minute,
    /// 15 minutes.
    QuarterHour,
    /// An hour.
    Hour,
    /// A day from midnight to midnight: 23 to 25 hours where clocks are changed.
    Day,
    /// From Monday to Sunday.
    Week,
    /// A month.
    Month,
    /// A year.
    Year,
}

/// Ascending borders of the calendar buckets that together hold `t0..t1`: the first at or before `t0`, the last at or
/// behind `t1`. An empty range gives none.
///
/// Minutes, quarters and hours begin where the zone's clock shows a whole one. Where the clock is changed by a part of
/// one (Lord Howe Island by half an hour), the change itself is a border too, and the buckets beside it are shorter.
///
/// # Errors
/// [`Error::OutOfRange`] beyond the years -9999 to 9999, or for more than [`BORDERS_MAX`] borders.
pub fn calendar(
    t0: Timestamp,
    t1: Timestamp,
    unit: CalendarUnit,
    zone: &TimeZone,
) -> Result<Vec<Timestamp>> {
    if t0 >= t1 {
        return Ok(Vec::new());
    }
    let mut borders = match unit {
        CalendarUnit::Minute => clock(t0, t1, 60_000_000, zone)?,
        CalendarUnit::QuarterHour => clock(t0, t1, 900_000_000, zone)?,
        CalendarUnit::Hour => clock(t0, t1, 3_600_000_000, zone)?,
        CalendarUnit::Day | CalendarUnit::Week | CalendarUnit::Month | CalendarUnit::Year => {
            days(t0, t1, unit, zone)?
        }
    };
    borders.dedup();
    Ok(borders)
}

const OUT_OF_RANGE: Error = Error::OutOfRange {
    what: "a calendar time",
};

fn instant(time: Timestamp) -> Result<jiff::Timestamp> {
    jiff::Timestamp::from_microsecond(time.micros()).map_err(|_| OUT_OF_RANGE)
}

fn room(borders: &[Timestamp]) -> Result<()> {
    if borders.len() < BORDERS_MAX {
        Ok(())
    } else {
        Err(Error::OutOfRange {
            what: "the number of calendar buckets",
        })
    }
}

/// Borders every `step` microseconds of the zone's clock.
fn clock(t0: Timestamp, t1: Timestamp, step: i64, zone: &TimeZone) -> Result<Vec<Timestamp>> {
    let offset = |time: jiff::Timestamp| i64::from(zone.to_offset(time).seconds()) * 1_000_000;
    let start = instant(t0)?;
    instant(t1)?;
    let mut at = t0.micros() - (t0.micros() + offset(start)).rem_euclid(step);
    // The bucket begins with the last change of the clock, should that be within it.
    let moved = |change: &jiff::Timestamp| {
        let before = change.checked_sub(1.microsecond());
        before.is_ok_and(|before| offset(before) != offset(*change))
    };
    let soon = start
        .checked_add(1.microsecond())
        .map_err(|_| OUT_OF_RANGE)?;
    let change = zone
        .preceding(soon)
        .map(|change| change.timestamp())
        .find(moved);
    if let Some(change) = change {
        at = at.max(change.as_microsecond());
    }
    let changes = zone.following(start).map(|change| change.timestamp());
    let mut changes = changes
        .filter(moved)
        .map(jiff::Timestamp::as_microsecond)
        .peekable();
    let mut borders = vec![Timestamp(at)];
    while at < t1.micros() {
        room(&borders)?;
        let shown = at + offset(instant(Timestamp(at))?);
        let mut next = at + step - shown.rem_euclid(step);
        while let Some(change) = changes.next_if(|change| *change <= next) {
            if change > at {
                next = change;
                break;
            }
        }
        at = next;
        borders.push(Timestamp(at));
    }
    Ok(borders)
}

/// Borders at midnights.
fn days(
    t0: Timestamp,
    t1: Timestamp,
    unit: CalendarUnit,
    zone: &TimeZone,
) -> Result<Vec<Timestamp>> {
    instant(t1)?;
    let day = Zoned::new(instant(t0)?, zone.clone()).date();
    let mut day = match unit {
        CalendarUnit::Week => {
            let since_monday = i64::from(day.weekday().to_monday_zero_offset());
            day.checked_sub(since_monday.days())
                .map_err(|_| OUT_OF_RANGE)?
        }
        CalendarUnit::Month => day.first_of_month(),
        CalendarUnit::Year => day.first_of_year(),
        _ => day,
    };
    let step = match unit {
        CalendarUnit::Week => 1.week(),
        CalendarUnit::Month => 1.month(),
        CalendarUnit::Year => 1.year(),
        _ => 1.day(),
    };
    let mut borders = vec![midnight(day, zone)?];
    while borders.last().is_some_and(|last| *last < t1) {
        room(&borders)?;
        day = day.checked_add(step).map_err(|_| OUT_OF_RANGE)?;
        borders.push(midnight(day, zone)?);
    }
    Ok(borders)
}

/// The first instant of a day, which is not always midnight.
fn midnight(day: Date, zone: &TimeZone) -> Result<Timestamp> {
    let begin = day
        .to_zoned(zone.clone())
        .and_then(|zoned| zoned.start_of_day())
        .map_err(|_| OUT_OF_RANGE)?;
    Ok(Timestamp(begin.timestamp().as_microsecond()))
}
