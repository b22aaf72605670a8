//! Source times: how they are written, and which of them are believed.

use std::sync::Arc;

use twin_core::{Duration, Quality, Reason, Timestamp};

use crate::message::Message;

/// A source time further ahead of arrival than this is not believed.
const AHEAD_MAX: Duration = Duration::from_secs(5 * 60);
/// 2000-01-01T00:00:00Z. A source time before it comes from a clock that was never set.
const EARLIEST: Timestamp = Timestamp::from_secs(946_684_800);

/// The time of a row and what it does to the row's quality.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    pub(crate) time: Timestamp,
    /// Whether `time` is the source's.
    pub(crate) sourced: bool,
    /// The source's time, when it was not believed.
    pub(crate) replaced: Option<Timestamp>,
    /// Whether the source says that it belongs to history and not to the present state.
    pub(crate) historical: bool,
    /// Whether the source says that it is not worth keeping.
    pub(crate) transient: bool,
    pub(crate) quality: Quality,
}

impl Stamp {
    /// Judges the time that the source gave, if it gave one.
    pub(crate) fn of(source: Option<Timestamp>, message: &Message<'_>) -> Stamp {
        let received = message.received;
        match source {
            Some(time) if time >= EARLIEST && time <= received.plus(AHEAD_MAX) => Stamp {
                time,
                sourced: true,
                replaced: None,
                historical: false,
                transient: false,
                quality: Quality::GOOD,
            },
            Some(time) => Stamp {
                time: received,
                sourced: false,
                replaced: Some(time),
                historical: false,
                transient: false,
                quality: Quality::uncertain(Reason::ClockSkew),
            },
            None => {
                let quality = if message.retain {
                    Quality::uncertain(Reason::Retained)
                } else if message.dup {
                    Quality::uncertain(Reason::Redelivered)
                } else {
                    Quality::GOOD
                };
                Stamp {
                    time: received,
                    sourced: false,
                    replaced: None,
                    historical: false,
                    transient: false,
                    quality,
                }
            }
        }
    }
}

/// An instant from a number since 1970, its unit told by its size: seconds up to the year 5138, then milliseconds,
/// microseconds and nanoseconds, each of which reads as a time after March 1973 from there on.
pub(crate) fn from_epoch(number: f64) -> Option<Timestamp> {
    if !number.is_finite() {
        return None;
    }
    let per_unit_us = match number.abs() {
        size if size < 1e11 => 1e6,
        size if size < 1e14 => 1e3,
        size if size < 1e17 => 1.0,
        _ => 1e-3,
    };
    // f64 holds microseconds of this century exactly; `as` saturates.
    Some(Timestamp((number * per_unit_us).round() as i64))
}

/// As [`from_epoch`], of digits that are written as text: ten at least, which seconds of this century have.
pub(crate) fn from_epoch_text(text: &str) -> Option<Timestamp> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let sized = (10..=19).contains(&whole.len()) && fraction.len() <= 9;
    if !(sized && digits(whole) && digits(fraction)) {
        return None;
    }
    from_epoch(text.parse().ok()?)
}

/// Whether a number could be the time of a measurement, rather than some quantity that is called `t`.
pub(crate) fn is_plausible(time: Timestamp) -> bool {
    time >= EARLIEST
}

/// How far local time is ahead of UTC, and since when: plain offsets, so that no rules of zones are needed here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone {
    /// Since when, and how many seconds ahead from then on; in order. The first holds before, too.
    steps: Arc<[(Timestamp, i32)]>,
}

impl Zone {
    /// A zone whose local time is always so many seconds ahead.
    pub fn fixed(seconds_east: i32) -> Zone {
        Zone::with_steps(seconds_east, &[])
    }

    /// A zone that is `first` seconds ahead, and from each instant on as many as stand beside it.
    pub fn with_steps(first: i32, steps: &[(Timestamp, i32)]) -> Zone {
        let first = (Timestamp(i64::MIN), first);
        let mut steps: Vec<_> = std::iter::once(first)
            .chain(steps.iter().copied())
            .collect();
        steps.sort_by_key(|(since, _)| *since);
        Zone {
            steps: steps.into(),
        }
    }

    /// From `Z`, `UTC`, `+01:00`, `-0330`.
    pub fn from_text(text: &str) -> Option<Zone> {
        if matches!(text, "Z" | "z" | "UTC") {
            return Some(Zone::fixed(0));
        }
        let at = |zone: &str| from_rfc3339(&format!("2000-01-01T00:00:00{zone}"));
        let seconds = (at("Z")?.0 - at(text)?.0) / 1_000_000;
        i32::try_from(seconds).ok().map(Zone::fixed)
    }

    /// The instant of a local time, counted in microseconds as if it were UTC. A time that comes twice is the earlier
    /// one; one that never comes is counted on from before.
    fn instant(&self, local: i64) -> Timestamp {
        let mut best = local;
        for (index, (since, ahead)) in self.steps.iter().enumerate() {
            let instant = local.saturating_sub(i64::from(*ahead) * 1_000_000);
            if instant < since.0 {
                break;
            }
            best = instant;
            let next = self.steps.get(index + 1);
            if next.is_none_or(|(until, _)| instant < until.0) {
                break;
            }
        }
        Timestamp(best)
    }
}

/// An instant from RFC 3339 text; without an offset when the zone is known.
pub(crate) fn from_text(text: &str, zone: Option<&Zone>) -> Option<Timestamp> {
    parse(text, zone)
}

/// An instant from RFC 3339 text. The offset is required: without it the instant is not known.
pub(crate) fn from_rfc3339(text: &str) -> Option<Timestamp> {
    parse(text, None)
}

fn parse(text: &str, zone: Option<&Zone>) -> Option<Timestamp> {
    let bytes = text.as_bytes();
    let digits = |from: usize, count: usize| -> Option<i64> {
        bytes
            .get(from..from + count)?
            .iter()
            .try_fold(0_i64, |number, byte| {
                byte.is_ascii_digit()
                    .then(|| number * 10 + i64::from(byte - b'0'))
            })
    };
    let is = |at: usize, allowed: &[u8]| bytes.get(at).is_some_and(|byte| allowed.contains(byte));
    let (year, month, day) = (digits(0, 4)?, digits(5, 2)?, digits(8, 2)?);
    let (hour, minute, second) = (digits(11, 2)?, digits(14, 2)?, digits(17, 2)?);
    let separated = is(4, b"-") && is(7, b"-") && is(10, b"Tt ") && is(13, b":") && is(16, b":");
    let ranged = (1..=12).contains(&month) && day >= 1 && day <= days_of(year, month);
    // Second 60 is a leap second; UTC as counted here gives it the next second's number.
    if !separated || !ranged || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let mut at = 19;
    let mut micros = 0;
    // ISO 8601 allows either.
    if is(at, b".,") {
        let fraction = bytes
            .get(at + 1..)?
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        if fraction == 0 {
            return None;
        }
        let kept = fraction.min(6);
        micros = digits(at + 1, kept)? * 10_i64.pow(6 - u32::try_from(kept).ok()?);
        at += 1 + fraction;
    }
    let offset_minutes = match bytes.get(at) {
        None => {
            zone?;
            0
        }
        Some(b'Z' | b'z') if bytes.len() == at + 1 => 0,
        Some(sign @ (b'+' | b'-')) => {
            let colon = usize::from(is(at + 3, b":"));
            let (hours, minutes) = (digits(at + 1, 2)?, digits(at + 3 + colon, 2)?);
            if hours > 23 || minutes > 59 || bytes.len() != at + 5 + colon {
                return None;
            }
            let offset = hours * 60 + minutes;
            if *sign == b'-' { -offset } else { offset }
        }
        _ => return None,
    };
    let seconds = days_since_1970(year, month, day) * 86_400
        + hour * 3_600
        + (minute - offset_minutes) * 60
        + second;
    let instant = seconds * 1_000_000 + micros;
    match zone {
        Some(zone) if bytes.len() == at => Some(zone.instant(instant)),
        _ => Some(Timestamp(instant)),
    }
}

const fn days_of(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Days from 1970-01-01 to a date of the Gregorian calendar, counted in years that begin with March so that the leap
/// day comes last.
const fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let march_year = if month <= 2 { year - 1 } else { year };
    let month_from_march = (month + 9) % 12;
    let leap_days =
        march_year.div_euclid(4) - march_year.div_euclid(100) + march_year.div_euclid(400);
    // 719,468 days lie between 0000-03-01 and 1970-01-01.
    march_year * 365 + leap_days + (153 * month_from_march + 2) / 5 + day - 1 - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc3339_is_read_to_the_microsecond() {
        for (text, micros) in [
            ("1970-01-01T00:00:00Z", 0),
            ("2000-01-01T00:00:00Z", 946_684_800_000_000),
            ("2022-07-18T09:34:15.775023242+00:00", 1_658_136_855_775_023),
            ("2022-07-18T11:34:15.7+02:00", 1_658_136_855_700_000),
            ("2022-07-18 04:04:15-0530", 1_658_136_855_000_000),
            ("2024-02-29T23:59:60Z", 1_709_251_200_000_000),
            ("1969-12-31t23:59:59z", -1_000_000),
            ("2100-03-01T00:00:00Z", 4_107_542_400_000_000),
        ] {
            assert_eq!(from_rfc3339(text), Some(Timestamp(micros)), "{text}");
        }
        for text in [
            "",
            "2022-07-18",
            "2022-07-18T09:34:15",
            "2022-07-18T09:34:15.Z",
            "2022-13-18T09:34:15Z",
            "2023-02-29T09:34:15Z",
            "2022-07-18T24:34:15Z",
            "2022-07-18T09:34:15Zx",
            "2022-07-18T09:34:15+2:00",
            "2022-07-18T09:34:15+02",
            "２022-07-18T09:34:15Z",
            "OFF",
        ] {
            assert_eq!(from_rfc3339(text), None, "{text}");
        }
    }

    #[test]
    fn local_time_needs_its_zone() {
        let zone = Zone::from_text("+05:30");
        let zone = zone.as_ref();
        let instant = Some(Timestamp(1_658_136_855_775_000));
        assert_eq!(from_text("2022-07-18 15:04:15.775", zone), instant);
        assert_eq!(from_text("2022-07-18T09:34:15.775Z", zone), instant);
        assert_eq!(from_text("2022-07-18 15:04:15.775", None), None);
        assert_eq!(from_text("2022-07-18", zone), None);
        assert_eq!(Zone::from_text("-0330"), Some(Zone::fixed(-210 * 60)));
        assert_eq!(Zone::from_text("UTC"), Some(Zone::fixed(0)));
        assert_eq!(Zone::from_text("Europe/Berlin"), None);
        assert_eq!(Zone::from_text(""), None);
    }

    #[test]
    fn local_time_follows_summer_and_winter() {
        // Berlin in 2022: summer from 27 March 01:00 to 30 October 01:00 UTC.
        let at = |text| from_rfc3339(text).unwrap();
        let summer = (at("2022-03-27T01:00:00Z"), 7_200);
        let winter = (at("2022-10-30T01:00:00Z"), 3_600);
        let zone = Zone::with_steps(3_600, &[summer, winter]);
        for (local, utc) in [
            ("2022-01-01 12:00:00", "2022-01-01T11:00:00Z"),
            ("2022-03-27 01:59:59", "2022-03-27T00:59:59Z"),
            ("2022-03-27 03:00:00", "2022-03-27T01:00:00Z"),
            ("2022-07-01 12:00:00", "2022-07-01T10:00:00Z"),
            // Twice; and never.
            ("2022-10-30 02:30:00", "2022-10-30T00:30:00Z"),
            ("2022-10-30 03:00:00", "2022-10-30T02:00:00Z"),
            ("2022-03-27 02:30:00", "2022-03-27T01:30:00Z"),
        ] {
            assert_eq!(from_text(local, Some(&zone)), Some(at(utc)), "{local}");
        }
    }

    #[test]
    fn the_unit_of_a_number_is_told_by_its_size() {
        let instant = Some(Timestamp(1_700_000_000_123_000));
        assert_eq!(from_epoch(1_700_000_000.123), instant);
        assert_eq!(from_epoch(1_700_000_000_123.0), instant);
        assert_eq!(from_epoch(1_700_000_000_123_000.0), instant);
        assert_eq!(from_epoch(1_700_000_000_123_000_000.0), instant);
        assert_eq!(from_epoch(f64::NAN), None);
        assert_eq!(from_epoch(f64::INFINITY), None);
    }

    #[test]
    fn only_believable_times_are_believed() {
        let received = Timestamp::from_secs(1_700_000_000);
        let message = Message {
            retain: true,
            dup: true,
            ..Message::new("t", b"", received)
        };
        let believed = |source| Stamp::of(source, &message);
        let edge = received.plus(Duration::from_secs(300));
        assert!(believed(Some(edge)).sourced);
        let ahead = believed(Some(Timestamp(edge.0 + 1)));
        assert_eq!(
            (ahead.time, ahead.replaced),
            (received, Some(Timestamp(edge.0 + 1)))
        );
        assert_eq!(ahead.quality, Quality::uncertain(Reason::ClockSkew));
        assert_eq!(
            believed(Some(Timestamp(0))).quality,
            Quality::uncertain(Reason::ClockSkew)
        );
        assert_eq!(believed(None).quality, Quality::uncertain(Reason::Retained));
        let dup = Message {
            retain: false,
            ..message
        };
        assert_eq!(
            Stamp::of(None, &dup).quality,
            Quality::uncertain(Reason::Redelivered)
        );
        assert_eq!(
            Stamp::of(None, &Message { dup: false, ..dup }).quality,
            Quality::GOOD
        );
    }
}
