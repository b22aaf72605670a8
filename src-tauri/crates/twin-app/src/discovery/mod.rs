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
use twin_core::{Duration, Timestamp};
use twin_discover::Ledger;
use twin_model::Plant;

pub use self::{
    accept::{Wanted, change_of, mark},
    copy::{heard_now, ledger_of},
    diff::diff,
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

/// So many of those that lines were shown of are kept: they may be as large as the plant;
const SHOWN: usize = 2;
/// and no longer than this, for a person who went away.
const SHOWN_FOR: Duration = Duration::from_secs(3_600);

/// The newest proposals, and those that a person looks at.
#[derive(Debug, Default)]
pub struct Discovery {
    newest: Mutex<Option<Arc<Found>>>,
    /// What lines of the plant file were shown of, the newest last.
    shown: std::sync::Mutex<VecDeque<Arc<Found>>>,
}

impl Discovery {
    /// Keeps what lines were made of that a person looks at, for an hour, or until others were shown or some are accepted;
    /// gives its number.
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

    fn forget_old(&self, now: Timestamp) {
        self.all_shown()
            .retain(|of| now.since(of.made) <= SHOWN_FOR);
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
        self.forget_old(now);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compile::compile;

    fn found(version: u32, made: Timestamp) -> Arc<Found> {
        let plant = Plant::parse("[plant]\nid = \"p\"\nname = \"P\"\nzone = \"UTC\"\n").unwrap();
        let compiled = Arc::new(compile(plant.clone(), &[]));
        let mut found = Found::make(Vec::new(), compiled, &plant, version);
        found.made = made;
        Arc::new(found)
    }

    #[test]
    fn what_is_looked_at_is_kept_within_bounds() {
        let discovery = Discovery::default();
        let kept = |versions: [u32; 3]| versions.map(|of| discovery.shown(of).is_some());
        let hours = |of: i64| Timestamp::from_secs(of * 3_600);
        for version in [1, 2, 1, 3] {
            discovery.show(&found(version, hours(i64::from(version))));
        }
        assert_eq!(kept([1, 2, 3]), [true, false, true]);
        discovery.forget_old(hours(3));
        assert_eq!(kept([1, 2, 3]), [false, false, true]);
        discovery.forget_shown();
        assert_eq!(kept([1, 2, 3]), [false; 3]);
    }
}
