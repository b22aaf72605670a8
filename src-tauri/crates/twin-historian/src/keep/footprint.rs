//! How much space samples take, by age.

use twin_core::Timestamp;

use crate::{
    error::{Error, Result},
    historian::Historian,
};

/// Statistics and keys of a chunk, beside its data.
const BYTES_BESIDE: i64 = 200;
const HOUR_MICROS: i64 = 3_600_000_000;

impl Historian {
    /// Bytes that the samples of signals take whose ids begin with `prefix`, by the hour in which their chunks end: the
    /// end of the hour, oldest first. What waits in the journal, and rollups, are not counted.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn bytes_by_hour(&self, prefix: &str) -> Result<Vec<(Timestamp, u64)>> {
        let telemetry = &self.inner.telemetry;
        let rows: Vec<(i64, i64)> = sqlx::query_as(
            "SELECT c.t_max / ?2 AS hour, sum(coalesce(length(d.data), 0) + ?3) FROM signal s \
             JOIN chunk c ON c.signal = s.key LEFT JOIN chunk_data d ON d.id = c.data \
             WHERE substr(s.id, 1, length(?1)) = ?1 GROUP BY hour ORDER BY hour",
        )
        .bind(prefix)
        .bind(HOUR_MICROS)
        .bind(BYTES_BESIDE)
        .fetch_all(&telemetry.readers)
        .await
        .map_err(Error::sql(
            &telemetry.file,
            "read how much space samples take",
        ))?;
        let hour = |(hour, bytes): (i64, i64)| {
            let end = hour.saturating_add(1).saturating_mul(HOUR_MICROS);
            (Timestamp(end), bytes.max(0).cast_unsigned())
        };
        Ok(rows.into_iter().map(hour).collect())
    }
}
