//! Keeps history small while it is written: compaction up to the last settled row, retention once an hour.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use tokio::sync::mpsc;
use twin_core::engine::SystemEvent;
use twin_historian::{Historian, JournalRow, Policy, Result};

use crate::clock;

const COMPACT_EVERY: Duration = Duration::from_secs(5);
/// How long samples and link transitions are kept.
const KEPT: Policy = Policy {
    samples: Some(twin_core::Duration::from_secs(400 * 86_400)),
    links: Some(twin_core::Duration::from_secs(400 * 86_400)),
};
/// Rounds of compaction between two of retention: one hour.
const RETAIN_ROUNDS: u32 = 720;

/// Runs until its task is ended.
pub async fn run(
    historian: Historian,
    settled: Arc<AtomicI64>,
    conditions: mpsc::Sender<SystemEvent>,
) {
    let key = "maintenance".to_owned();
    let mut round = 0;
    let mut failing = false;
    loop {
        tokio::time::sleep(COMPACT_EVERY).await;
        let upto = JournalRow(settled.load(Ordering::Relaxed));
        let outcome = keep(&historian, upto, round % RETAIN_ROUNDS == 0).await;
        round += 1;
        let event = match outcome {
            Ok(()) if failing => SystemEvent::Cleared { key: key.clone() },
            Ok(()) => continue,
            Err(error) => SystemEvent::Raised {
                key: key.clone(),
                text: format!("History is not compacted: {error}"),
            },
        };
        failing = matches!(event, SystemEvent::Raised { .. });
        if conditions.send(event).await.is_err() {
            return;
        }
    }
}

async fn keep(historian: &Historian, upto: JournalRow, with_retention: bool) -> Result<()> {
    while historian.compact_step(upto).await?.more {}
    if !with_retention {
        return Ok(());
    }
    loop {
        let removed = historian.retain(clock::now(), KEPT).await?;
        if let Some((from, to)) = removed.span {
            let (from, to) = (from.millis(), to.millis());
            tracing::info!(
                removed.samples,
                from,
                to,
                "samples older than the retention were removed"
            );
        }
        if !removed.more {
            return Ok(());
        }
    }
}
