//! Instants of the past.

use twin_core::Timestamp;

use super::App;
use crate::{
    api::{alarm::AlarmRow, past::RaisedView},
    clock,
    error::Result,
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
