//! What was heard and is in no plant file, as proposals: found seldom, asked often.
//!
//! Proposals are made of copies of the ledgers, away from the pipeline. They are made anew when the plant has changed, at
//! once; when something new was heard, at most every second and never more than a fifth of the time; and otherwise so
//! that counts and ranges in them are seldom older than ten seconds.

mod accept;
mod copy;
mod diff;
mod found;
mod rows;

use std::{
    collections::VecDeque,
    sync::{Arc, MutexGuard, PoisonError},
};

use tokio::sync::{Mutex, mpsc};
use twin_core::Duration;
use twin_discover::Ledger;
use twin_model::Plant;

pub use self::{
    accept::{Wanted, change_of, mark},
    copy::{heard_now, ledger_of},
    found::Found,
    rows::value_text,
};
use crate::{
    clock,
    compile::Compiled,
    error::{Error, Result},
    pipeline::request::{LedgerLook, Request},
};

/// Proposals are not made anew more often than this while only ledgers change,
const CHANGED_AFTER: Duration = Duration::from_secs(1);
/// nor left older than this,
const OLD_AFTER: Duration = Duration::from_secs(10);
/// and never take more than one part of so many of the time.
const SHARE: i64 = 5;

/// So many of those that lines were shown of are kept: they may be as large as the plant.
const SHOWN: usize = 2;

/// The newest proposals, and those that a person looks at.
#[derive(Debug, Default)]
pub struct Discovery {
    newest: Mutex<Option<Arc<Found>>>,
    /// What lines of the plant file were shown of, the newest last.
    shown: std::sync::Mutex<VecDeque<Arc<Found>>>,
}

impl Discovery {
    /// Keeps what lines were made of that a person looks at, until others were shown or some are accepted; gives its number.
    pub fn show(&self, found: &Arc<Found>) -> u32 {
        let mut shown = self.all_shown();
        shown.retain(|other| other.version != found.version);
        shown.push_back(Arc::clone(found));
        if shown.len() > SHOWN {
            shown.pop_front();
        }
        found.version
    }

    /// What lines were made of, by its number; none when it is not kept any more.
    pub fn shown(&self, version: u32) -> Option<Arc<Found>> {
        let shown = self.all_shown();
        shown.iter().find(|of| of.version == version).cloned()
    }

    /// Of the plant file as it is by now nothing was shown.
    pub fn forget_shown(&self) {
        self.all_shown().clear();
    }

    fn all_shown(&self) -> MutexGuard<'_, VecDeque<Arc<Found>>> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Proposals for what the connections have heard, beside the plant that runs; `written` is the plant file of it. The
    /// second is how much they have heard by now.
    ///
    /// # Errors
    /// [`Error::Stopped`].
    pub async fn found(
        &self,
        requests: &mpsc::Sender<Request>,
        compiled: &Arc<Compiled>,
        written: impl FnOnce() -> Plant,
    ) -> Result<(Arc<Found>, Vec<LedgerLook>)> {
        let mut newest = self.newest.lock().await;
        let looks = copy::looks(requests).await?;
        let now = clock::now();
        if let Some(found) = newest.as_ref()
            && Arc::ptr_eq(&found.compiled, compiled)
        {
            let least = if found.looks_like(&looks) {
                OLD_AFTER
            } else {
                CHANGED_AFTER
            };
            let rest = Duration(found.cost.micros().saturating_mul(SHARE));
            if now.since(found.made) < least.max(rest) {
                return Ok((Arc::clone(found), looks));
            }
        }
        let mut ledgers: Vec<(LedgerLook, Ledger)> = Vec::with_capacity(looks.len());
        for look in &looks {
            // A connection that was just ended has nothing to propose.
            if let Some(ledger) = copy::ledger(requests, look.index).await? {
                ledgers.push((look.clone(), ledger));
            }
        }
        let version = newest.as_ref().map_or(1, |found| found.version + 1);
        let (compiled, written) = (Arc::clone(compiled), written());
        let make = move || Found::make(ledgers, compiled, &written, version);
        let mut found = tokio::task::spawn_blocking(make)
            .await
            .map_err(|_| Error::Stopped)?;
        found.made = clock::now();
        found.cost = found.made.since(now);
        let found = Arc::new(found);
        *newest = Some(Arc::clone(&found));
        Ok((found, looks))
    }
}
