//! Letting go of old history, and giving its space back.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use twin_core::Timestamp;

use super::{
    blob::{LEVELS, block_micros},
    budget,
    call::{Call, Doomed, DoomedBlock, Keep, Policy, Removed, list, older_than},
    events,
};
use crate::{
    database::Durability,
    error::{Error, Result},
    historian::{Historian, signal_key},
};

/// Free pages given back in one transaction (1 MiB), and how often in one call.
const PAGES_A_TRANSACTION: i64 = 128;
const VACUUMS_A_CALL: u32 = 16;

impl Historian {
    /// Removes what `policy` no longer keeps at `now`, a bounded amount a call and in short transactions, notes it
    /// (see [`removals`](Self::removals)), and shrinks the file. Samples that are not rolled up (yet, or because their
    /// signal is too slow for rollups) stay as long as rollups would, unless the budget takes them. The journal is
    /// never touched.
    ///
    /// # Errors
    /// When the file cannot be read or written. What was removed until then is noted.
    pub async fn retain(&self, now: Timestamp, policy: &Policy) -> Result<Removed> {
        let inner = &*self.inner;
        let (_alone, _) = inner.maintain().await?;
        let mut call = Call {
            inner,
            now,
            removed: Removed::default(),
            signals: BTreeSet::new(),
        };
        call.samples_by_age(policy).await?;
        call.rollups_by_age(policy).await?;
        events::remove(&mut call, policy).await?;
        if let Some(budget) = policy.budget_bytes {
            budget::keep(self, &mut call, budget).await?;
        }
        if call.removed.chunks > 0 && !call.removed.more {
            events::drop_unused_arrivals(inner).await?;
        }
        call.give_space_back().await?;
        let mut removed = call.removed;
        removed.signals = call
            .signals
            .into_iter()
            .map(signal_key)
            .collect::<Result<_>>()?;
        Ok(removed)
    }
}

impl Call<'_> {
    async fn samples_by_age(&mut self, policy: &Policy) -> Result<()> {
        for (keep, keys) in self.classes(policy, "chunk").await? {
            let (Some(age), room) = (keep.raw, self.room()) else {
                continue;
            };
            // What is in no rollup stays as long as rollups do: buckets that must be worked out again need it.
            let sql = "SELECT c.signal, c.t_min, c.t_max, c.count, c.data, 0 AS bytes FROM json_each(?1) k \
                 CROSS JOIN chunk c ON c.signal = k.value AND c.t_min < ?2 \
                 LEFT JOIN rolled r ON r.signal = c.signal AND r.base IS NOT NULL \
                 WHERE c.t_max < ?2 AND (c.t_max < ?4 OR (c.t_max <= r.upto AND NOT EXISTS \
                 (SELECT 1 FROM rollup_dirty d WHERE d.signal = c.signal))) LIMIT ?3";
            let border = |age| self.border(age);
            let old: Vec<Doomed> = sqlx::query_as(sql)
                .bind(list(keys))
                .bind(self.border(age))
                .bind(room)
                .bind(keep.rollups().map_or(i64::MIN, border))
                .fetch_all(&self.inner.telemetry.readers)
                .await
                .map_err(self.fail())?;
            self.removed.more |= old.len() as i64 == room;
            self.remove_chunks(&old, older_than(age)).await?;
        }
        Ok(())
    }

    async fn rollups_by_age(&mut self, policy: &Policy) -> Result<()> {
        for (keep, keys) in self.classes(policy, "rollup").await? {
            let Some(age) = keep.rollups() else { continue };
            let keys = list(keys);
            for level in 0..LEVELS {
                let room = self.room();
                let sql = "SELECT r.id, r.signal, r.level, r.block, 0 AS bytes FROM json_each(?1) k \
                     CROSS JOIN rollup r ON r.signal = k.value AND r.level = ?2 AND r.block < ?3 LIMIT ?4";
                let old: Vec<DoomedBlock> = sqlx::query_as(sql)
                    .bind(&keys)
                    .bind(level)
                    .bind(self.border(age).div_euclid(block_micros(level)))
                    .bind(room)
                    .fetch_all(&self.inner.telemetry.readers)
                    .await
                    .map_err(self.fail())?;
                self.removed.more |= old.len() as i64 == room;
                self.remove_blocks(&old, older_than(age)).await?;
            }
        }
        Ok(())
    }

    /// The signals in `table`, by how long they are kept.
    async fn classes(&self, policy: &Policy, table: &'static str) -> Result<Vec<(Keep, Vec<i64>)>> {
        // Steps from signal to signal by the index, for a table may have many rows of each.
        let sql = format!(
            "WITH RECURSIVE s (k) AS (SELECT min(signal) FROM {table} UNION ALL \
             SELECT (SELECT min(signal) FROM {table} WHERE signal > s.k) FROM s WHERE s.k IS NOT NULL) \
             SELECT k FROM s WHERE k IS NOT NULL"
        );
        let keys: Vec<i64> = sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
            .fetch_all(&self.inner.telemetry.readers)
            .await
            .map_err(self.fail())?;
        let mut class_of = HashMap::new();
        for (at, (signals, _)) in policy.classes.iter().enumerate() {
            for signal in signals {
                class_of.entry(i64::from(signal.0)).or_insert(at);
            }
        }
        let mut classes = BTreeMap::<Option<usize>, Vec<i64>>::new();
        for key in keys {
            classes
                .entry(class_of.get(&key).copied())
                .or_default()
                .push(key);
        }
        let keep = |at: Option<usize>| {
            at.and_then(|at| policy.classes.get(at))
                .map(|class| class.1)
        };
        Ok(classes
            .into_iter()
            .map(|(at, keys)| (keep(at).unwrap_or(policy.default), keys))
            .collect())
    }

    async fn give_space_back(&mut self) -> Result<()> {
        let free = "PRAGMA freelist_count";
        for _ in 0..VACUUMS_A_CALL {
            let mut writer = self.inner.telemetry.writer.lock().await;
            writer.ready(Durability::Normal).await?;
            let pages: i64 = sqlx::query_scalar(free)
                .fetch_one(writer.connection())
                .await
                .map_err(self.fail())?;
            if pages == 0 {
                return Ok(());
            }
            let vacuum = format!("PRAGMA incremental_vacuum({PAGES_A_TRANSACTION})");
            let done = sqlx::raw_sql(sqlx::AssertSqlSafe(vacuum));
            let done = done.execute(writer.connection()).await;
            done.map_err(Error::sql(&self.inner.telemetry.file, "shrink the file"))?;
            if pages <= PAGES_A_TRANSACTION {
                return Ok(());
            }
        }
        self.removed.more = true;
        Ok(())
    }
}
