//! The plant as it was: what history tells of an instant, put into a frame like those of the present.
//!
//! Signals, assets, limits and connections are those of the plant that runs now; what they showed is of then. Not in
//! history, and so not shown: the shares of an anomaly score, and counters.

use std::collections::HashMap;

use twin_core::{
    Duration, Quality, Reason, Said, SignalKey, Timestamp,
    engine::{AssetConfig, EngineConfig},
    said,
    twin::{AssetCondition, SignalTwin},
};
use twin_historian::{Alarms, AsOf, Historian, LinkTransition};

use crate::{
    api::{
        alarm::{AlarmRow, AlarmStateView},
        connection::LinkStateView,
        frame::{AssetState, FrameTail},
        past::{LinkThen, RaisedView},
    },
    compile::Compiled,
    error::{Error, Result},
    pipeline::writer::alarm_row,
    view::frame::{Head, encode},
};

/// Length of a range of the time bar at most, µs: ten years.
const RANGE_MAX: f64 = 10.0 * 366.0 * 86_400e6;

/// What was shown at an instant.
#[derive(Debug)]
pub struct Then {
    at: Timestamp,
    /// In order of key; those that had no sample yet are left out.
    pub twins: Vec<(SignalKey, SignalTwin)>,
    /// Every asset, in the order of the configuration.
    pub assets: Vec<AssetState>,
    /// Occurrences that were not over.
    pub alarms: Vec<AlarmRow>,
    /// Every link that was ever heard of by then.
    pub links: Vec<LinkThen>,
}

impl Then {
    /// Reads it.
    ///
    /// # Errors
    /// [`Error::History`].
    pub async fn read(historian: &Historian, compiled: &Compiled, at: Timestamp) -> Result<Then> {
        let engine = &compiled.engine;
        let signals: Vec<SignalKey> = engine.signals.iter().map(|signal| signal.key).collect();
        let alarms = historian.alarms();
        let (values, standing, links) = tokio::try_join!(
            historian.as_of_signals(at, &signals),
            alarms.standing_as_of(at),
            historian.links(at.plus(Duration(1)), at),
        )?;
        let alarms: Vec<AlarmRow> = standing.iter().map(alarm_row).collect();
        let shown: HashMap<SignalKey, Shown> = values
            .into_iter()
            .map(|one| (one.signal, Shown::of(one)))
            .collect();
        let assets = (0..engine.assets.len())
            .filter_map(|index| asset_then(engine, index, &shown, &alarms))
            .collect();
        let not_recorded = shown.values().filter(|one| one.is_not_recorded());
        let away = not_recorded.map(|one| one.since).max();
        let mut twins: Vec<_> = shown
            .into_iter()
            .map(|(key, one)| (key, one.twin))
            .collect();
        twins.sort_unstable_by_key(|(key, _)| *key);
        Ok(Then {
            at,
            twins,
            assets,
            alarms,
            links: links
                .into_iter()
                .map(|link| link_then(link, away))
                .collect(),
        })
    }

    /// As a frame of the layout in [`crate::api::frame`].
    pub fn frame(self, revision: u32) -> Vec<u8> {
        let head = Head {
            now: self.at,
            number: 0,
            alarm_seq: self
                .alarms
                .iter()
                .map(|row| row.seq as u64)
                .max()
                .unwrap_or(0),
            revision,
        };
        let tail = FrameTail {
            alarms: self.alarms,
            assets: self.assets,
            links: Some(self.links),
            ..FrameTail::default()
        };
        encode(
            &head,
            self.twins.iter().map(|(key, twin)| (key.0, twin)),
            tail,
        )
    }
}

/// A signal then, and since when it was trusted so.
struct Shown {
    twin: SignalTwin,
    since: Timestamp,
}

impl Shown {
    fn of(one: AsOf) -> Shown {
        let twin = SignalTwin {
            value: one.sample.value,
            source_time: one.sample.time,
            received_time: one.sample.received,
            sample_quality: one.quality,
            source_quality: Quality::GOOD,
            pause_quality: Quality::GOOD,
        };
        Shown {
            twin,
            since: one.since,
        }
    }

    fn is_not_recorded(&self) -> bool {
        self.twin.sample_quality.reason == Reason::NotRecorded
    }
}

fn asset_then(
    engine: &EngineConfig,
    index: usize,
    shown: &HashMap<SignalKey, Shown>,
    alarms: &[AlarmRow],
) -> Option<AssetState> {
    let asset = engine.assets.get(index)?;
    let twin = |signal: SignalKey| shown.get(&signal).map(|one| &one.twin);
    let (condition, quality) = asset.condition(twin);
    let binding = engine.models.iter().find(|model| model.asset == index);
    let score = binding.and_then(|model| twin(model.score)?.usable());
    let is_active = |row: &&AlarmRow| {
        matches!(
            row.state,
            AlarmStateView::UnackActive | AlarmStateView::AckedActive
        )
    };
    let anomalous = binding.and_then(|model| {
        let of_score = |row: &&AlarmRow| row.signal == model.score.0;
        alarms.iter().filter(is_active).find(of_score)
    });
    let is_stale = condition == AssetCondition::Stale;
    Some(AssetState {
        id: asset.id.to_string(),
        state: condition.into(),
        since: if is_stale {
            stale_since(asset, shown)
        } else {
            0.0
        },
        reason: if is_stale {
            quality.reason.label().into()
        } else {
            String::new()
        },
        score,
        anomaly_since: anomalous.map(|row| row.raised_at),
        anomaly_shares: Vec::new(),
    })
}

/// Since when nothing of an asset was trusted for the reason that held at the instant, microseconds.
fn stale_since(asset: &AssetConfig, shown: &HashMap<SignalKey, Shown>) -> f64 {
    let since = asset.signals.iter().filter_map(|signal| shown.get(signal));
    since.map(|one| one.since.micros()).max().unwrap_or(0) as f64
}

/// `away`: since when the program did not run, if it did not. A killed one stores no end of its links.
fn link_then(link: LinkTransition, away: Option<Timestamp>) -> LinkThen {
    let connection = link.connection.to_string();
    if let Some(since) = away.filter(|since| *since > link.at) {
        let reason = said!(
            "down-not-recorded",
            "Twinscope did not run: nothing was received and nothing was recorded."
        );
        return LinkThen {
            connection,
            state: LinkStateView::Down,
            since: since.micros() as f64,
            reason: (&reason).into(),
        };
    }
    let state = LinkStateView::of_name(&link.state);
    // Of one that is up history says whether it missed anything.
    let reason = match state {
        LinkStateView::Up => Said::default(),
        _ => Said::from(link.reason),
    };
    LinkThen {
        connection,
        state,
        since: link.at.micros() as f64,
        reason: (&reason).into(),
    }
}

/// The instant that a person asks for, at the latest `now`.
///
/// # Errors
/// [`Error::Request`] when it is no number.
pub fn instant(at: f64, now: Timestamp) -> Result<Timestamp> {
    if at.is_nan() {
        return Err(Error::Request(said!(
            "refused-instant",
            "an instant is a number of microseconds"
        )));
    }
    Ok(Timestamp(at as i64).min(now))
}

/// What was raised in a range of at most ten years, in at most `spans` parts.
///
/// # Errors
/// [`Error::Request`] for an impossible range, [`Error::History`].
pub async fn raised(alarms: &Alarms, t0: f64, t1: f64, spans: u32) -> Result<Vec<RaisedView>> {
    if t0.is_nan() || t1.is_nan() || t0 >= t1 || t1 - t0 > RANGE_MAX {
        return Err(Error::Request(said!(
            "refused-time-bar",
            "the range of the time bar is empty or longer than ten years: choose another"
        )));
    }
    let found = alarms
        .raised(Timestamp(t0 as i64), Timestamp(t1 as i64), spans)
        .await?;
    let view = |of: twin_historian::Raised| RaisedView {
        at: of.at.micros() as f64,
        priority: of.priority,
        count: of.count as f64,
    };
    Ok(found.into_iter().map(view).collect())
}

#[cfg(test)]
mod tests;
