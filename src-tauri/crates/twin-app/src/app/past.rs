//! Instants of the past.

use twin_core::{Timestamp, said};
use twin_historian::{AlarmsOf, WITHIN_SIGNALS_MAX, Within};

use super::App;
use crate::{
    api::{
        alarm::{AlarmRow, AlarmsPage, AlarmsQuery},
        past::RaisedView,
    },
    clock,
    error::{Error, Result, Thing},
    past::{self, Then},
    pipeline::writer::alarm_row,
};

impl App {
    /// The plant as it was at `at` (microseconds; at the latest now): one frame as laid out in [`crate::api::frame`].
    ///
    /// # Errors
    /// [`Error::Request`](crate::Error::Request) when it is no number, [`Error::History`](crate::Error::History).
    pub async fn plant_as_of(&self, at: f64) -> Result<Vec<u8>> {
        let at = past::instant(at, clock::now())?;
        let then = Then::read(&self.historian, &self.compiled(), at).await?;
        Ok(then.frame(self.view.plant().revision))
    }

    /// Occurrences as they were at `at`, by their latest change until then, newest first: at most `limit` (1 to 1,000)
    /// behind the one whose latest change has the number `before` (0: from the newest).
    ///
    /// # Errors
    /// As [`App::plant_as_of`].
    pub async fn alarm_history_as_of(
        &self,
        at: f64,
        before: f64,
        limit: u32,
    ) -> Result<Vec<AlarmRow>> {
        let at = past::instant(at, clock::now())?;
        let before = Some(before as u64).filter(|before| *before > 0);
        let alarms = self.historian.alarms();
        let records = alarms
            .history_as_of(at, before, limit.clamp(1, 1_000))
            .await?;
        Ok(records.iter().map(alarm_row).collect())
    }

    /// Occurrences that stood at some time of a span, the last raised first.
    ///
    /// # Errors
    /// [`Error::Request`] for a span that is none or too many signals, [`Error::Unknown`] for a signal that the plant does
    /// not have, [`Error::History`].
    pub async fn alarms_within(&self, query: &AlarmsQuery) -> Result<AlarmsPage> {
        if query.t0.is_nan() || query.t1.is_nan() || query.t0 > query.t1 {
            return Err(Error::Request(said!(
                "refused-alarm-span",
                "the span of alarms is empty: choose another"
            )));
        }
        let as_of = match query.at {
            None => None,
            Some(at) => Some(past::instant(at, clock::now())?),
        };
        let asked = Within {
            of: match &query.asset {
                Some(asset) => AlarmsOf::Asset(asset.clone()),
                None => AlarmsOf::Signals(self.ids_of(&query.signals)?),
            },
            t0: Timestamp(query.t0 as i64),
            t1: Timestamp(query.t1 as i64),
            as_of,
            behind: query.behind.as_deref().map(Into::into),
            limit: query.limit,
        };
        let stood = self.historian.alarms().within(&asked).await?;
        Ok(AlarmsPage {
            rows: stood.rows.iter().map(alarm_row).collect(),
            more: u32::try_from(stood.more).unwrap_or(u32::MAX),
        })
    }

    /// One occurrence, over or not, as it is or as it was at an instant; none when there was none by then.
    ///
    /// # Errors
    /// As [`App::plant_as_of`].
    pub async fn alarm(&self, id: &str, at: Option<f64>) -> Result<Option<AlarmRow>> {
        let alarms = self.historian.alarms();
        let id = id.into();
        let record = match at {
            None => alarms.occurrence(&id).await?,
            Some(at) => {
                let at = past::instant(at, clock::now())?;
                alarms.occurrence_as_of(&id, at).await?
            }
        };
        Ok(record.as_ref().map(alarm_row))
    }

    /// Ids of signals of the plant.
    fn ids_of(&self, keys: &[u32]) -> Result<Vec<String>> {
        if keys.len() > WITHIN_SIGNALS_MAX {
            return Err(Error::Request(said!(
                "refused-alarm-signals",
                "alarms are looked for of at most {most} signals: choose fewer",
                most = WITHIN_SIGNALS_MAX
            )));
        }
        let plant = self.view.plant();
        let id = |key: &u32| {
            let view = plant.all_signals().find(|signal| signal.key == *key);
            view.map(|signal| signal.id.clone())
                .ok_or_else(|| Error::Unknown {
                    what: Thing::Signal,
                    id: key.to_string(),
                })
        };
        keys.iter().map(id).collect()
    }

    /// What was raised in `t0..t1` (microseconds, at most ten years), put together by `spans` (1 to 1,024) parts.
    ///
    /// # Errors
    /// As [`App::plant_as_of`].
    pub async fn raised(&self, t0: f64, t1: f64, spans: u32) -> Result<Vec<RaisedView>> {
        past::raised(&self.historian.alarms(), t0, t1, spans).await
    }

    /// When an alarm was raised next after or before `at`, microseconds.
    ///
    /// # Errors
    /// As [`App::plant_as_of`].
    pub async fn raised_beside(&self, at: f64, later: bool) -> Result<Option<f64>> {
        let at = past::instant(at, clock::now())?;
        let found = self.historian.alarms().raised_beside(at, later).await?;
        Ok(found.map(|at: Timestamp| at.micros() as f64))
    }
}
