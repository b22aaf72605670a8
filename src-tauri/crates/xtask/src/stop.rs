//! Ctrl-C, SIGTERM and a closed terminal, as one flag that every wait looks at.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context, Result, bail};

/// How often somebody asked this process to end. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<AtomicU32>);

impl Stop {
    /// Takes over SIGINT, SIGTERM and SIGHUP of this process.
    ///
    /// # Errors
    /// When the handler cannot be installed, for example because it already is.
    pub fn install() -> Result<Self> {
        let stop = Self::default();
        let seen = stop.clone();
        ctrlc::set_handler(move || seen.request())
            .context("could not take over Ctrl-C and SIGTERM")?;
        Ok(stop)
    }

    /// Asks for the end, once more.
    pub fn request(&self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }

    /// Whether the end was asked for.
    #[must_use]
    pub fn requested(&self) -> bool {
        self.0.load(Ordering::SeqCst) > 0
    }

    /// Whether it was asked for again: the person does not want to wait for the grace period.
    #[must_use]
    pub fn urgent(&self) -> bool {
        self.0.load(Ordering::SeqCst) > 1
    }

    /// # Errors
    /// When the end was asked for, so that `?` leaves a list of steps.
    pub fn check(&self) -> Result<()> {
        if self.requested() {
            bail!("stopped on request");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Stop;

    #[test]
    fn the_second_request_is_urgent() {
        let stop = Stop::default();
        assert!(!stop.requested() && stop.check().is_ok());
        stop.request();
        assert!(stop.requested() && !stop.urgent() && stop.check().is_err());
        stop.request();
        assert!(stop.urgent());
    }
}
