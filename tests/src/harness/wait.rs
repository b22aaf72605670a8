//! Waiting for something to become true.

use std::{future::Future, time::Duration};

use anyhow::{Context, Result};

const BETWEEN: Duration = Duration::from_millis(100);

/// Asks until there is an answer.
///
/// # Errors
/// When there is none after `limit`; says what was waited for.
pub async fn until<T, F>(what: &str, limit: Duration, mut ask: impl FnMut() -> F) -> Result<T>
where
    F: Future<Output = Option<T>>,
{
    let asking = async {
        loop {
            if let Some(answer) = ask().await {
                return answer;
            }
            tokio::time::sleep(BETWEEN).await;
        }
    };
    tokio::time::timeout(limit, asking)
        .await
        .with_context(|| format!("waited {} s in vain for: {what}", limit.as_secs()))
}
