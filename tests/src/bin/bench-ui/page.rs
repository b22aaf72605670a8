//! The page in the window, with what the bench puts into it.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde::de::DeserializeOwned;
use serde_json::Value;
use twinscope_tests::harness::window::Window;

/// What is put into the page.
const PROBE: &str = include_str!("probe.js");
const BETWEEN: Duration = Duration::from_millis(150);
const PATIENCE: Duration = Duration::from_secs(30);
/// A ping that comes later than this after the one before was held up by a task: the page's timers, nested, wait 4 ms,
/// and its clock counts whole milliseconds.
const HELD_UP_MS: f64 = 5.5;

/// A page that can be measured.
#[derive(Debug)]
pub struct Page(pub Window);

impl Page {
    /// Waits until the page shows the plant and puts the probe into it.
    ///
    /// # Errors
    /// When it is not ready in half a minute.
    pub async fn ready(window: Window) -> Result<Page> {
        window
            .select("html[data-ready=\"true\"]", PATIENCE)
            .await
            .context("the window's first picture")?;
        window.run(PROBE).await?;
        Ok(Page(window))
    }

    /// What an expression gives.
    ///
    /// # Errors
    /// When it throws or gives something else.
    pub async fn get<T: DeserializeOwned>(&self, expression: &str) -> Result<T> {
        let value = self.0.run(&format!("return {expression}")).await?;
        serde_json::from_value(value).with_context(|| format!("the answer to {expression}"))
    }

    /// Runs statements.
    ///
    /// # Errors
    /// When they throw.
    pub async fn tell(&self, statements: &str) -> Result<()> {
        self.0.run(statements).await?;
        Ok(())
    }

    /// What a promise gives, in `limit` at most. The page is asked seldom, so that asking costs nothing.
    ///
    /// # Errors
    /// When it fails or takes longer.
    pub async fn wait<T: DeserializeOwned>(&self, promise: &str, limit: Duration) -> Result<T> {
        self.tell(&format!("bench.start(() => {promise})")).await?;
        let asking = async {
            loop {
                tokio::time::sleep(BETWEEN).await;
                let answer: Option<Value> = self.get("bench.answer").await?;
                let Some(mut answer) = answer else { continue };
                if let Some(error) = answer.get("error") {
                    bail!("{promise}: {error}");
                }
                return Ok(answer.get_mut("value").map(Value::take).unwrap_or_default());
            }
        };
        let value = tokio::time::timeout(limit, asking)
            .await
            .with_context(|| format!("{promise} takes more than {} s", limit.as_secs()))??;
        serde_json::from_value(value).with_context(|| format!("the answer to {promise}"))
    }

    /// Begins to note how long tasks take.
    ///
    /// # Errors
    /// When the window is gone.
    pub async fn note_tasks(&self) -> Result<()> {
        self.tell("bench.ping()").await
    }

    /// How long tasks took since [`note_tasks`](Self::note_tasks), ms. WebKit has no list of long tasks, so a timer calls
    /// itself as soon as the page lets it, every 4 ms; each longer wait between two calls counts as one task and as long
    /// as the whole wait. So a task counts for up to 4 ms more than it took, several one behind the other count as one,
    /// and those too short to hold a timer up are left out of the percentiles: all of this can only make them higher.
    ///
    /// # Errors
    /// When the window is gone.
    pub async fn tasks(&self) -> Result<Vec<f64>> {
        let gaps: Vec<f64> = self.get("bench.pinged()").await?;
        Ok(gaps.into_iter().filter(|gap| *gap > HELD_UP_MS).collect())
    }
}
