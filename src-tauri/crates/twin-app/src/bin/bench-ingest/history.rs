//! What is in history when the application has ended.

use std::path::Path;

use tokio::runtime::Runtime;
use twin_app::clock;
use twin_core::Timestamp;
use twin_historian::Historian;

/// Samples of all signals whose id ends with `suffix`, all of them different in time.
///
/// # Errors
/// When history cannot be read.
pub fn count(workspace: &Path, suffix: &str) -> anyhow::Result<usize> {
    Runtime::new()?.block_on(async {
        let historian = Historian::open(workspace, clock::now()).await?;
        let mut samples = 0;
        for (key, id) in historian.signals().await? {
            if !id.as_str().ends_with(suffix) {
                continue;
            }
            let mut cursor = historian.cursor(key, Timestamp::MIN, Timestamp::MAX);
            while let Some(page) = cursor.next().await? {
                samples += page.len();
            }
        }
        historian.close().await?;
        Ok(samples)
    })
}
