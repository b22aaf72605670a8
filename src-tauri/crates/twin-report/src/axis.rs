//! Where ticks go and what stands beside them.

use twin_core::Timestamp;

use crate::{
    Zone,
    civil::{DAY_S, date_of},
};

/// Steps of a time axis, seconds.
const STEPS_S: [i64; 24] = [
    1,
    2,
    5,
    10,
    15,
    30,
    60,
    120,
    300,
    600,
    900,
    1_800,
    3_600,
    7_200,
    10_800,
    21_600,
    43_200,
    DAY_S,
    2 * DAY_S,
    7 * DAY_S,
    14 * DAY_S,
    28 * DAY_S,
    91 * DAY_S,
    365 * DAY_S,
];
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// A tick and its label.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick<T> {
    pub at: T,
    pub label: String,
}

/// A civil time in a zone.
struct Civil {
    year: i64,
    month: usize,
    day: i64,
    second: i64,
    micros: i64,
}

impl Civil {
    fn of(time: Timestamp, zone: &Zone) -> Self {
        let micros = time
            .micros()
            .saturating_add(i64::from(zone.at(time).1) * 1_000_000);
        let seconds = micros.div_euclid(1_000_000);
        let (year, month, day) = date_of(seconds.div_euclid(DAY_S));
        Civil {
            year,
            month: usize::from(month),
            day: i64::from(day),
            second: seconds.rem_euclid(DAY_S),
            micros: micros.rem_euclid(1_000_000),
        }
    }

    fn date(&self) -> String {
        format!("{} {}", self.day, MONTHS[(self.month - 1).min(11)])
    }

    fn clock(&self, with_seconds: bool) -> String {
        let (hour, minute, second) = (self.second / 3_600, self.second / 60 % 60, self.second % 60);
        if with_seconds {
            format!("{hour:02}:{minute:02}:{second:02}")
        } else {
            format!("{hour:02}:{minute:02}")
        }
    }
}

/// Ticks of a time axis, at most `most` (or one), on round local times. A tick at midnight shows the date.
pub fn time_ticks(t0: Timestamp, t1: Timestamp, zone: &Zone, most: usize) -> Vec<Tick<Timestamp>> {
    let span_s = t1.since(t0).secs_f64();
    let fits = |step: i64| span_s / step as f64 <= most.max(1) as f64;
    let longest = STEPS_S[STEPS_S.len() - 1];
    let step = STEPS_S
        .into_iter()
        .find(|step| fits(*step))
        .unwrap_or_else(|| {
            // Decades and centuries: whole multiples of the longest step.
            longest * (span_s / longest as f64 / most.max(1) as f64).ceil() as i64
        });
    let step_us = step.saturating_mul(1_000_000);
    let most = most.max(1) + 1;
    let mut ticks: Vec<Tick<Timestamp>> = Vec::new();
    // Each stretch between two changes of the clocks has round local times of its own.
    let changes: Vec<Timestamp> = zone.changes(t0, t1).take(most).collect();
    let begins = std::iter::once(t0).chain(changes.iter().copied());
    for (begin, end) in begins.zip(changes.iter().copied().map(Some).chain([None])) {
        let offset = i64::from(zone.at(begin).1) * 1_000_000;
        let local = begin.micros().saturating_add(offset);
        let mut at = local.div_euclid(step_us).saturating_mul(step_us);
        while ticks.len() < most {
            let time = Timestamp(at.saturating_sub(offset));
            if time > t1 || end.is_some_and(|end| time >= end) {
                break;
            }
            // Where the clocks changed, two may come too close to be read.
            let near = |before: &Tick<_>| time.since(before.at).micros() < step_us / 2;
            if time >= begin && !ticks.last().is_some_and(near) {
                let label = tick_label(time, zone, step);
                ticks.push(Tick { at: time, label });
            }
            match at.checked_add(step_us) {
                Some(next) => at = next,
                None => break,
            }
        }
    }
    ticks
}

fn tick_label(time: Timestamp, zone: &Zone, step: i64) -> String {
    let civil = Civil::of(time, zone);
    match step {
        step if step >= 91 * DAY_S => {
            format!("{} {}", MONTHS[(civil.month - 1).min(11)], civil.year)
        }
        step if step >= DAY_S || civil.second == 0 && civil.micros == 0 => civil.date(),
        step => civil.clock(step < 60),
    }
}

/// The range in words: `22 Nov 2026, 13:40 – 14:50 CET`; where the clocks change in it, with what they show at either end.
pub fn range_label(t0: Timestamp, t1: Timestamp, zone: &Zone) -> String {
    let (from, to) = (Civil::of(t0, zone), Civil::of(t1, zone));
    let seconds = t1.since(t0).secs_f64() < 600.0 || from.second % 60 != 0 || to.second % 60 != 0;
    let same_day = (from.year, from.month, from.day) == (to.year, to.month, to.day);
    let mut begin = format!("{} {}, {}", from.date(), from.year, from.clock(seconds));
    let (first, last) = (zone.at(t0).0, zone.at(t1).0);
    if first != last {
        begin = format!("{begin} {first}");
    }
    let end = to.clock(seconds);
    let end = if same_day {
        end
    } else {
        format!("{} {}, {end}", to.date(), to.year)
    };
    format!("{begin} – {end} {last}")
}

/// Round numbers over a value axis, about `wanted` of them, all inside `low..=high`.
pub fn value_ticks(low: f64, high: f64, wanted: usize) -> Vec<Tick<f64>> {
    let span = high - low;
    if !(span.is_finite() && span > 0.0) {
        return Vec::new();
    }
    let rough = span / wanted.max(1) as f64;
    let power = 10f64.powf(rough.log10().floor());
    let step = power
        * [1.0, 2.0, 5.0, 10.0]
            .into_iter()
            .find(|m| m * power >= rough * 0.999)
            .unwrap_or(10.0);
    let decimals = (-step.log10().floor()).clamp(0.0, 12.0) as usize;
    let (first, last) = ((low / step).ceil() as i64, (high / step).floor() as i64);
    // A range narrower than the numbers' own precision has no ticks to tell apart.
    (first..=last.min(first.saturating_add(50)))
        .map(|i| i as f64 * step)
        .map(|at| Tick {
            at,
            label: number(at, decimals),
        })
        .collect()
}

/// A number for people: thousands apart, a true minus sign.
pub fn number(value: f64, decimals: usize) -> String {
    if value.abs() >= 1e9 {
        return format!("{value:.3e}").replace('-', "−");
    }
    let plain = format!("{:.decimals$}", value.abs());
    let (whole, fraction) = plain
        .split_once('.')
        .map_or((plain.as_str(), None), |(w, f)| (w, Some(f)));
    let mut grouped = String::new();
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    let nonzero = plain.bytes().any(|b| (b'1'..=b'9').contains(&b));
    let sign = if value < 0.0 && nonzero { "−" } else { "" };
    match fraction {
        Some(fraction) => format!("{sign}{grouped}.{fraction}"),
        None => format!("{sign}{grouped}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cet() -> Zone {
        Zone::fixed("CET", 3_600)
    }

    /// 2026-11-22T12:40:00Z.
    const T0: Timestamp = Timestamp(1_795_351_200_000_000);

    fn minutes(n: i64) -> Timestamp {
        Timestamp(T0.micros() + n * 60_000_000)
    }

    #[test]
    fn ticks_stand_on_round_local_times() {
        let labels = |t1, most| {
            time_ticks(T0, t1, &cet(), most)
                .into_iter()
                .map(|t| t.label)
                .collect::<Vec<_>>()
        };
        assert_eq!(
            labels(minutes(60), 7),
            [
                "13:40", "13:50", "14:00", "14:10", "14:20", "14:30", "14:40"
            ]
        );
        assert_eq!(
            labels(Timestamp(T0.micros() + 20_000_000), 5),
            ["13:40:00", "13:40:05", "13:40:10", "13:40:15", "13:40:20"]
        );
        assert_eq!(
            labels(minutes(24 * 60), 5),
            ["18:00", "23 Nov", "06:00", "12:00"]
        );
        assert_eq!(
            labels(minutes(3 * 24 * 60), 4),
            ["23 Nov", "24 Nov", "25 Nov"]
        );
    }

    #[test]
    fn the_range_is_written_out() {
        assert_eq!(
            range_label(T0, minutes(70), &cet()),
            "22 Nov 2026, 13:40 – 14:50 CET"
        );
        assert_eq!(
            range_label(T0, minutes(12 * 60), &cet()),
            "22 Nov 2026, 13:40 – 23 Nov 2026, 01:40 CET"
        );
        let leap = Timestamp::from_secs(951_782_400); // 2000-02-29
        assert_eq!(
            range_label(leap, leap, &Zone::default()),
            "29 Feb 2000, 00:00:00 – 00:00:00 UTC"
        );
    }

    #[test]
    fn ticks_stay_on_round_local_times_when_the_clocks_change() {
        // 2026-10-25T01:00:00Z: from 03:00 CEST to 02:00 CET.
        let change = Timestamp::from_secs(1_792_890_000);
        let zone = Zone(
            [("CEST", 7_200, Timestamp::MIN), ("CET", 3_600, change)]
                .map(|(label, utc_offset_s, from)| crate::Offset {
                    from,
                    label: label.into(),
                    utc_offset_s,
                })
                .to_vec(),
        );
        let (t0, t1) = (
            Timestamp(change.micros() - 12 * 3_600_000_000),
            Timestamp(change.micros() + 12 * 3_600_000_000),
        );
        let labels = |most| -> Vec<String> {
            let ticks = time_ticks(t0, t1, &zone, most);
            ticks.into_iter().map(|tick| tick.label).collect()
        };
        assert_eq!(labels(5), ["18:00", "25 Oct", "06:00", "12:00"]);
        assert_eq!(
            range_label(t0, t1, &zone),
            "24 Oct 2026, 15:00 CEST – 25 Oct 2026, 14:00 CET"
        );
        // The hour that comes twice stands twice.
        let hours = labels(30);
        let two = hours.iter().filter(|label| **label == "02:00").count();
        assert_eq!((hours.len(), two), (25, 2), "{hours:?}");
    }

    #[test]
    fn values_get_round_numbers() {
        let labels = |low, high| {
            value_ticks(low, high, 5)
                .into_iter()
                .map(|t| t.label)
                .collect::<Vec<_>>()
        };
        assert_eq!(labels(0.0, 8.3), ["0", "2", "4", "6", "8"]);
        assert_eq!(
            labels(-0.04, 0.06),
            ["−0.04", "−0.02", "0.00", "0.02", "0.04", "0.06"]
        );
        assert_eq!(
            labels(1_400.0, 1_480.0),
            ["1,400", "1,420", "1,440", "1,460", "1,480"]
        );
        assert_eq!(labels(1.0, 1.0), Vec::<String>::new());
        assert_eq!(number(-0.04, 1), "0.0");
        assert_eq!(number(-1_234_567.0, 0), "−1,234,567");
    }

    proptest! {
        #[test]
        fn any_range_gets_few_ticks_inside(a in any::<i64>(), span in 1..i64::MAX / 4, most in 1..30usize, offset in -50_000..50_000i32) {
            let zone = Zone::fixed("", offset);
            let (t0, t1) = (Timestamp(a), Timestamp(a.saturating_add(span)));
            let ticks = time_ticks(t0, t1, &zone, most);
            prop_assert!(ticks.len() <= most + 1);
            prop_assert!(ticks.iter().all(|t| t.at >= t0 && t.at <= t1));
        }

        #[test]
        fn any_value_range_gets_few_ticks(low in any::<f64>(), span in any::<f64>()) {
            prop_assert!(value_ticks(low, low + span.abs(), 5).len() <= 51);
        }
    }
}
