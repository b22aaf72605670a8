//! Trend queries: history to the binary answer of [`crate::api::trend`], or to a picture drawn without a window.

use std::collections::HashSet;

use twin_core::{SignalKey, Timestamp, said};
use twin_historian::{AlarmRecord, AlarmsOf, Columns, Historian, WITHIN_MAX, Within};
use twin_report::{
    AlarmSpan, Column, Limit, Offset, Side, Theme, Trace, TrendPicture, Zone, trend_picture,
};

use crate::{
    api::{
        plant::{LimitView, SignalView},
        trend::{TREND_MAGIC, TrendRequest},
    },
    error::{Error, Result},
};

/// Columns at most: wider than any screen.
const WIDTH_MAX: u32 = 4_096;
/// Signals at most in one request: one for each tile of a large overview.
const SIGNALS_MAX: usize = 256;
/// Size of a picture in pixels: its width, its least height, and what a unit needs of it.
const PICTURE: (u32, u32, u32) = (1_600, 800, 150);
/// Changes of the clocks within a picture at most: two a year.
const CHANGES: usize = 1_000;

/// Answers a trend request.
///
/// # Errors
/// [`Error::Request`] for an impossible range or width, [`Error::History`].
pub async fn query(historian: &Historian, request: &TrendRequest) -> Result<Vec<u8>> {
    let (t0, t1) = span(request)?;
    let mut out = Vec::with_capacity(8 + request.signals.len() * request.width as usize * 56);
    out.extend(TREND_MAGIC.to_le_bytes());
    out.extend((request.signals.len() as u32).to_le_bytes());
    let keys: Vec<SignalKey> = request.signals.iter().copied().map(SignalKey).collect();
    let found = historian.ranges(&keys, t0, t1, request.width).await?;
    for (key, columns) in request.signals.iter().zip(&found) {
        encode(&mut out, *key, columns);
    }
    Ok(out)
}

fn span(request: &TrendRequest) -> Result<(Timestamp, Timestamp)> {
    if request.t0.is_nan() || request.t1.is_nan() || request.t0 >= request.t1 {
        return Err(Error::Request(said!(
            "refused-trend-range",
            "the trend's range ends before it begins: choose another range"
        )));
    }
    if !(1..=WIDTH_MAX).contains(&request.width) || request.signals.len() > SIGNALS_MAX {
        return Err(Error::Request(said!(
            "refused-trend",
            "a trend takes 1 to {columns} columns and at most {signals} signals",
            columns = u64::from(WIDTH_MAX),
            signals = SIGNALS_MAX
        )));
    }
    Ok((Timestamp(request.t0 as i64), Timestamp(request.t1 as i64)))
}

fn encode(out: &mut Vec<u8>, key: u32, columns: &Columns) {
    out.extend(key.to_le_bytes());
    out.extend((columns.len() as u32).to_le_bytes());
    let times = [&columns.t_first, &columns.t_last];
    out.extend(
        times
            .into_iter()
            .flatten()
            .flat_map(|t| (t.micros() as f64).to_le_bytes()),
    );
    let values = [&columns.min, &columns.max, &columns.first, &columns.last];
    out.extend(values.into_iter().flatten().flat_map(|v| v.to_le_bytes()));
    out.extend(
        columns
            .status
            .iter()
            .flat_map(|status| f64::from(*status as u8).to_le_bytes()),
    );
}

/// What a picture shows.
#[derive(Clone, Debug)]
pub struct Wanted<'a> {
    /// What stands above it.
    pub title: &'a str,
    /// IANA name of the zone that its times are written in.
    pub zone: &'a str,
    /// Its signals.
    pub signals: &'a [&'a SignalView],
    /// Begin.
    pub t0: Timestamp,
    /// End.
    pub t1: Timestamp,
    /// Light or dark.
    pub theme: Theme,
}

/// Draws a trend with the alarms of its signals, as PNG.
///
/// # Errors
/// [`Error::Request`] for too many signals, [`Error::Picture`] for an impossible range, [`Error::History`].
pub async fn picture(historian: &Historian, wanted: &Wanted<'_>) -> Result<Vec<u8>> {
    let (t0, t1) = (wanted.t0, wanted.t1);
    if t0 >= t1 {
        return Err(twin_report::Error::Range.into());
    }
    let keys: Vec<SignalKey> = wanted.signals.iter().map(|s| SignalKey(s.key)).collect();
    let found = historian.ranges(&keys, t0, t1, PICTURE.0).await?;
    let signals = wanted.signals.iter().zip(&found);
    let signals: Vec<Trace> = signals
        .map(|(view, columns)| trace(view, columns))
        .collect();
    let within = Within {
        of: AlarmsOf::Signals(wanted.signals.iter().map(|s| s.id.clone()).collect()),
        t0,
        t1,
        as_of: None,
        behind: None,
        limit: WITHIN_MAX,
    };
    let stood = historian.alarms().within(&within).await?;
    let units: HashSet<&str> = signals.iter().map(|trace| trace.unit.as_str()).collect();
    let units = u32::try_from(units.len()).unwrap_or(u32::MAX);
    let picture = TrendPicture {
        title: wanted.title.to_owned(),
        zone: zone(wanted.zone, t0, t1),
        signals,
        t0,
        t1,
        width_px: PICTURE.0,
        height_px: PICTURE
            .1
            .max(units.saturating_mul(PICTURE.2).saturating_add(PICTURE.2)),
        alarms: stood.rows.iter().map(|alarm| span_of(alarm, t1)).collect(),
        theme: wanted.theme,
    };
    Ok(trend_picture(&picture)?)
}

/// An alarm that is not over goes on to the end of the picture.
fn span_of(record: &AlarmRecord, end: Timestamp) -> AlarmSpan {
    AlarmSpan {
        t0: record.alarm.raised.source_time,
        t1: record.returned_at.unwrap_or(end),
        priority: record.alarm.raised.priority.number(),
    }
}

/// What the clocks of a zone show from `t0` to `t1`; UTC when its name is not known.
fn zone(name: &str, t0: Timestamp, t1: Timestamp) -> Zone {
    let known = jiff::tz::TimeZone::get(name)
        .ok()
        .zip(jiff::Timestamp::from_microsecond(t0.micros()).ok());
    let Some((zone, begin)) = known else {
        return Zone::fixed("UTC", 0);
    };
    let first = zone.to_offset_info(begin);
    let mut offsets = vec![Offset {
        from: Timestamp::MIN,
        label: first.abbreviation().to_owned(),
        utc_offset_s: first.offset().seconds(),
    }];
    let changes = zone.following(begin).take(CHANGES);
    let within = changes.map(|change| (Timestamp(change.timestamp().as_microsecond()), change));
    let within = within.take_while(|(from, _)| *from <= t1);
    offsets.extend(within.map(|(from, change)| Offset {
        from,
        label: change.abbreviation().to_owned(),
        utc_offset_s: change.offset().seconds(),
    }));
    Zone(offsets)
}

fn trace(view: &SignalView, columns: &Columns) -> Trace {
    let gap_after = twin_core::Duration::from_millis(view.stale_after_ms as i64);
    let column = |i: usize| Column {
        first_time: columns.t_first[i],
        last_time: columns.t_last[i],
        min: columns.min[i],
        max: columns.max[i],
        first: columns.first[i],
        last: columns.last[i],
        quality: columns.status[i],
    };
    let limit = |limit: &LimitView| Limit {
        label: limit.kind.clone(),
        value: limit.value,
        side: if limit.kind.starts_with("low") {
            Side::Below
        } else {
            Side::Above
        },
        priority: limit.priority,
    };
    Trace {
        decimals: view.decimals,
        columns: (0..columns.len()).map(column).collect(),
        step: view.step,
        limits: view.limits.iter().map(limit).collect(),
        normal: view.normal.map(|range| (range[0], range[1])),
        ..Trace::new(&view.name, &view.unit, gap_after)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_has_what_its_clocks_show_from_each_change_on() {
        let hour = 3_600;
        // 2026-10-25T01:00:00Z: from 03:00 CEST to 02:00 CET.
        let change = Timestamp::from_secs(1_792_890_000);
        let at = |hours: i64| Timestamp(change.micros() + hours * hour * 1_000_000);
        let told = |zone: Zone| -> Vec<(String, i32)> {
            let offsets = zone.0.into_iter();
            offsets.map(|o| (o.label, o.utc_offset_s)).collect()
        };
        let berlin = zone("Europe/Berlin", at(-5), at(5));
        assert_eq!(berlin.0.last().map(|offset| offset.from), Some(change));
        let (summer, winter) = (("CEST".to_owned(), 7_200), ("CET".to_owned(), 3_600));
        assert_eq!(told(berlin), [summer.clone(), winter.clone()]);
        assert_eq!(told(zone("Europe/Berlin", at(-5), at(-1))), [summer]);
        assert_eq!(told(zone("Europe/Berlin", at(0), at(5))), [winter]);
        assert_eq!(
            told(zone("Nowhere", at(-5), at(5))),
            [("UTC".to_owned(), 0)]
        );
    }
}
