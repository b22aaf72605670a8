//! The audit trail: what people do, and what the program does of its own.

use std::collections::VecDeque;

use twin_core::{Said, engine::SystemEvent, said};
use twin_historian::AuditEntry;

use super::App;
use crate::{clock, error::Result};

/// Most entries that wait to be written.
const WAITING_MAX: usize = 1_000;
/// Name of the condition that entries wait.
const CONDITION: &str = "audit-trail";

/// What is done and not in the audit trail yet.
#[derive(Debug, Default)]
pub(super) struct Unwritten {
    /// Oldest first.
    entries: VecDeque<AuditEntry>,
    /// Entries that there was no room for.
    left_out: u64,
    /// What the condition says; empty while there is none.
    told: Said,
}

impl App {
    /// Notes what is to be done in the plant: without an entry it is not done.
    ///
    /// # Errors
    /// [`History`](crate::error::Error::History).
    pub(super) async fn audit_first(
        &self,
        user: &str,
        action: &str,
        subject: &str,
        detail: &str,
    ) -> Result<()> {
        let entry = entry(user, action, subject, detail);
        self.historian.alarms().write_audit(&entry).await?;
        Ok(())
    }

    /// Notes what is done already. While the audit trail cannot be written the entry waits, and a condition says so:
    /// that something was done stays true without it.
    pub(super) async fn audit(&self, user: &str, action: &str, subject: &str, detail: &str) {
        let entry = entry(user, action, subject, detail);
        {
            let mut unwritten = self.unwritten.lock().await;
            match unwritten.entries.len() {
                ..WAITING_MAX => unwritten.entries.push_back(entry),
                _ => {
                    tracing::error!(?entry, "the audit trail has no room for this");
                    unwritten.left_out += 1;
                }
            }
        }
        self.audit_rest().await;
    }

    /// Writes the entries that wait, as far as that goes.
    pub(super) async fn audit_rest(&self) {
        let mut unwritten = self.unwritten.lock().await;
        let mut wrong = None;
        while let Some(entry) = unwritten.entries.front() {
            if let Err(error) = self.historian.alarms().write_audit(entry).await {
                wrong = Some(error);
                break;
            }
            unwritten.entries.pop_front();
        }
        let text = wrong.map_or_else(Said::default, |error| unwritten.words(error.said()));
        if std::mem::replace(&mut unwritten.told, text.clone()) == text {
            return;
        }
        let key = CONDITION.to_owned();
        let event = match text.is_empty() {
            true => SystemEvent::Cleared { key },
            false => SystemEvent::Raised { key, text },
        };
        // The driver may have ended; then nobody needs to know.
        let _ = self.conditions.send(event).await;
    }

    /// The last try. What cannot be written even now is in the log.
    pub(super) async fn audit_last(&self) {
        self.audit_rest().await;
        for entry in &self.unwritten.lock().await.entries {
            tracing::error!(?entry, "this is missing in the audit trail");
        }
    }
}

fn entry(user: &str, action: &str, subject: &str, detail: &str) -> AuditEntry {
    AuditEntry {
        at: clock::now(),
        user: user.to_owned(),
        action: action.to_owned(),
        subject: subject.to_owned(),
        detail: detail.to_owned(),
    }
}

impl Unwritten {
    /// How many entries wait.
    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    fn words(&self, error: Said) -> Said {
        let said = said!(
            "condition-audit",
            "The audit trail cannot be written: {error}. {waiting} entries wait until that is mended, and would be lost \
             if Twinscope were closed before.",
            error = error,
            waiting = self.entries.len()
        );
        if self.left_out == 0 {
            return said;
        }
        said.and(said!(
            "condition-audit-more",
            "{more} more are in the log alone.",
            more = self.left_out
        ))
    }
}
