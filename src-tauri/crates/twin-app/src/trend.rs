//! Trend queries: history to the binary answer of [`crate::api::trend`], or to a picture.

use std::path::PathBuf;

use twin_core::{SignalKey, Timestamp, said};
use twin_historian::{Columns, Historian};
use twin_report::{Column, Limit, Side, Theme, Trace, TrendPicture, Zone, trend_picture};

use crate::{
    api::{
        plant::{LimitView, PlantView, SignalView},
        trend::{TREND_MAGIC, TrendRequest},
    },
    clock,
    error::{Error, Result},
    workspace::Workspace,
};

/// Columns at most: wider than any screen.
const WIDTH_MAX: u32 = 4_096;
/// Signals at most in one request: one for each tile of a large overview.
const SIGNALS_MAX: usize = 256;
/// Size of a saved picture in pixels.
const PICTURE: (u32, u32) = (1_600, 800);

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

/// Draws a trend and stores it.
///
/// # Errors
/// As [`query`]; [`Error::Picture`], [`Error::File`].
pub async fn picture(
    historian: &Historian,
    workspace: &Workspace,
    plant: &PlantView,
    request: &TrendRequest,
    title: &str,
) -> Result<PathBuf> {
    let (t0, t1) = span(request)?;
    let mut signals = Vec::new();
    for key in &request.signals {
        let view = plant.all_signals().find(|signal| signal.key == *key);
        let Some(view) = view else { continue };
        let columns = historian
            .range(SignalKey(*key), t0, t1, request.width)
            .await?;
        signals.push(trace(view, &columns));
    }
    let picture = TrendPicture {
        title: title.to_owned(),
        zone: zone(&plant.zone, t0),
        signals,
        t0,
        t1,
        width_px: PICTURE.0,
        height_px: PICTURE.1,
        theme: Theme::Light,
    };
    let png = trend_picture(&picture)?;
    workspace.put_picture(&format!("trend-{}.png", clock::now().millis()), &png)
}

/// The plant's zone as it stood at `at`; UTC when its name is not known.
fn zone(name: &str, at: Timestamp) -> Zone {
    let known = jiff::tz::TimeZone::get(name)
        .ok()
        .zip(jiff::Timestamp::from_microsecond(at.micros()).ok());
    let Some((zone, at)) = known else {
        return Zone {
            label: "UTC".into(),
            utc_offset_s: 0,
        };
    };
    let info = zone.to_offset_info(at);
    Zone {
        label: info.abbreviation().to_owned(),
        utc_offset_s: info.offset().seconds(),
    }
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
        ..Trace::new(&view.name, &view.unit, gap_after)
    }
}
