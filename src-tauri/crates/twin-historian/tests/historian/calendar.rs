//! Borders of calendar buckets.

use jiff::tz::TimeZone;
use proptest::prelude::*;
use twin_core::Timestamp;
use twin_historian::{BORDERS_MAX, CalendarUnit, Error, calendar};

const HOUR: i64 = 3_600_000_000;
const UNITS: [CalendarUnit; 7] = [
    CalendarUnit::Minute,
    CalendarUnit::QuarterHour,
    CalendarUnit::Hour,
    CalendarUnit::Day,
    CalendarUnit::Week,
    CalendarUnit::Month,
    CalendarUnit::Year,
];

fn at(text: &str) -> Timestamp {
    let instant: jiff::Timestamp = text.parse().unwrap();
    Timestamp(instant.as_microsecond())
}

fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap()
}

/// Lengths of the buckets in minutes.
fn lengths(t0: &str, t1: &str, unit: CalendarUnit, name: &str) -> Vec<i64> {
    let borders = calendar(at(t0), at(t1), unit, &zone(name)).unwrap();
    let length = |pair: &[Timestamp]| (pair[1].micros() - pair[0].micros()) / 60_000_000;
    borders.windows(2).map(length).collect()
}

#[test]
fn days_are_as_long_as_the_clock_makes_them() {
    let days = |t0, t1| lengths(t0, t1, CalendarUnit::Day, "Europe/Berlin");
    assert_eq!(
        days("2026-03-27T23:00Z", "2026-03-30T22:00Z"),
        [1_440, 1_380, 1_440]
    );
    assert_eq!(
        days("2026-10-24T00:00Z", "2026-10-25T12:00Z"),
        [1_440, 1_500]
    );
    // No midnight on the day the clock goes forward at midnight.
    assert_eq!(
        lengths(
            "2022-09-11T12:00Z",
            "2022-09-11T13:00Z",
            CalendarUnit::Day,
            "America/Santiago"
        ),
        [1_380]
    );
}

#[test]
fn hours_go_on_while_the_clock_is_changed() {
    let hours = |t0, t1, name| lengths(t0, t1, CalendarUnit::Hour, name);
    assert_eq!(
        hours("2026-10-24T23:00Z", "2026-10-25T04:00Z", "Europe/Berlin"),
        [60; 5]
    );
    assert_eq!(
        hours("2026-03-28T23:00Z", "2026-03-29T04:00Z", "Europe/Berlin"),
        [60; 5]
    );
    // Half an hour forth and back.
    assert_eq!(
        hours(
            "2026-10-03T14:00Z",
            "2026-10-03T17:00Z",
            "Australia/Lord_Howe"
        ),
        [60, 60, 30, 60]
    );
    assert_eq!(
        hours(
            "2026-04-04T13:30Z",
            "2026-04-04T16:00Z",
            "Australia/Lord_Howe"
        ),
        [60, 60, 30, 60]
    );
    let borders = calendar(
        at("2026-01-01T00:00Z"),
        at("2026-01-01T00:10Z"),
        CalendarUnit::Hour,
        &zone("Asia/Kathmandu"),
    )
    .unwrap();
    assert_eq!(borders, [at("2025-12-31T23:15Z"), at("2026-01-01T00:15Z")]);
    let quarters = calendar(
        at("2026-01-01T00:10Z"),
        at("2026-01-01T00:31Z"),
        CalendarUnit::QuarterHour,
        &TimeZone::UTC,
    )
    .unwrap();
    assert_eq!(
        quarters,
        [
            "2026-01-01T00:00Z",
            "2026-01-01T00:15Z",
            "2026-01-01T00:30Z",
            "2026-01-01T00:45Z"
        ]
        .map(at)
    );
}

#[test]
fn weeks_months_and_years_begin_where_people_say() {
    let borders =
        |t0: &str, t1: &str, unit| calendar(at(t0), at(t1), unit, &zone("Europe/Berlin")).unwrap();
    let weeks = borders("2026-11-22T12:00Z", "2026-11-23T12:00Z", CalendarUnit::Week);
    assert_eq!(
        weeks,
        [
            "2026-11-15T23:00Z",
            "2026-11-22T23:00Z",
            "2026-11-29T23:00Z"
        ]
        .map(at)
    );
    let months = borders(
        "2026-02-10T00:00Z",
        "2026-04-01T00:00Z",
        CalendarUnit::Month,
    );
    assert_eq!(
        months,
        [
            "2026-01-31T23:00Z",
            "2026-02-28T23:00Z",
            "2026-03-31T22:00Z",
            "2026-04-30T22:00Z"
        ]
        .map(at)
    );
    let years = borders("2024-06-01T00:00Z", "2025-06-01T00:00Z", CalendarUnit::Year);
    assert_eq!(
        years,
        [
            "2023-12-31T23:00Z",
            "2024-12-31T23:00Z",
            "2025-12-31T23:00Z"
        ]
        .map(at)
    );
}

#[test]
fn what_cannot_be_is_refused() {
    let far = calendar(
        Timestamp::MIN,
        Timestamp::MAX,
        CalendarUnit::Year,
        &TimeZone::UTC,
    );
    assert!(far.unwrap_err().to_string().contains("a calendar time"));
    let many = calendar(
        Timestamp(0),
        Timestamp(HOUR * 24 * 365),
        CalendarUnit::Minute,
        &TimeZone::UTC,
    );
    assert!(
        many.unwrap_err()
            .to_string()
            .contains("the number of calendar buckets")
    );
    let none = calendar(
        Timestamp(5),
        Timestamp(5),
        CalendarUnit::Day,
        &TimeZone::UTC,
    );
    assert_eq!(none.unwrap(), []);
}

proptest! {
    #[test]
    fn buckets_lie_side_by_side(
        t0 in -2_000_000_000_i64..4_000_000_000,
        span in 1_i64..200_000_000_000,
        unit in 0_usize..UNITS.len(),
        zone in prop::sample::select(vec!["Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu", "America/St_Johns", "UTC", "Africa/Casablanca"]),
    ) {
        let (t0, t1) = (Timestamp(t0 * 1_000_000), Timestamp(t0 * 1_000_000 + span));
        let borders = calendar(t0, t1, UNITS[unit], &self::zone(zone)).unwrap();
        prop_assert!(borders.is_sorted_by(|a, b| a < b));
        prop_assert!(borders.len() >= 2 && borders.len() <= BORDERS_MAX);
        prop_assert!(borders[0] <= t0 && borders[1] > t0);
        let n = borders.len();
        prop_assert!(borders[n - 1] >= t1 && borders[n - 2] < t1);
        // Where a bucket begins does not depend on what was asked.
        let later = calendar(Timestamp(borders[n - 2].micros()), t1, UNITS[unit], &self::zone(zone)).unwrap();
        prop_assert_eq!(&later[..], &borders[n - 2..]);
    }
}

#[test]
fn statistics_take_no_more_borders_than_a_calendar_gives() {
    super::block_on(async {
        let dir = super::folder();
        let historian = super::open(dir.path()).await;
        let signals = [twin_core::SignalKey(0)];
        let borders: Vec<_> = (0..=BORDERS_MAX as i64).map(Timestamp).collect();
        let error = historian.aggregates(&signals, &borders).await.unwrap_err();
        assert!(matches!(error, Error::OutOfRange { .. }), "{error}");
        let cells = historian.aggregates(&signals, &borders[1..]).await.unwrap();
        assert_eq!(cells[0].len(), BORDERS_MAX - 1);
    });
}
