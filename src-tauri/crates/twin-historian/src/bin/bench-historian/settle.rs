//! What the application does beside appending: journal to chunks, chunks to rollups, log to file.

use twin_core::SignalId;
use twin_historian::Historian;

use crate::error::Result;

/// Numbers signals 0 to `count` - 1.
pub async fn number_signals(historian: &Historian, count: u32) -> Result<()> {
    let ids: Vec<SignalId> = (0..count)
        .map(|n| format!("plant/signal-{n:05}").into())
        .collect();
    historian.signal_keys(&ids).await?;
    Ok(())
}

/// Compacts and rolls up all there is, and folds the log into the file.
pub async fn settle(historian: &Historian) -> Result<()> {
    while historian.compact_step(historian.newest_row()).await?.more {}
    while historian.roll_up_step().await?.more {}
    historian.checkpoint().await?;
    Ok(())
}
