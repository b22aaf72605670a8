//! Keeps history in shape while it is written: compaction up to the last settled row, retention, and the heartbeat.
//!
//! What fails here is a condition of its own that says what and where, is tried again, and ends by itself.

use std::{
    convert::identity,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use tokio::sync::{mpsc, watch};
use twin_core::{Said, Timestamp, engine::SystemEvent, said};
use twin_historian::{Historian, JournalRow, Result};

use super::{
    adoption::Adopter,
    provisional::PROVISIONAL,
    retention::{self, Cut, Plan},
};
use crate::{clock, heartbeat};

/// How often it looks what is due.
const TICK: Duration = Duration::from_millis(250);
/// The longest that samples wait for compaction.
const COMPACT_EVERY: twin_core::Duration = twin_core::Duration::from_secs(120);
const RETAIN_EVERY: twin_core::Duration = twin_core::Duration::from_secs(3_600);
/// How long a person is told that something was found damaged. It is in the log and in the file for good.
const DAMAGE_SHOWN: twin_core::Duration = twin_core::Duration::from_secs(24 * 3_600);
/// After a failure, tried again so much later.
const RETRY: twin_core::Duration = twin_core::Duration::from_secs(10);

/// What maintenance works with.
pub struct Maintenance {
    /// What to keep in shape.
    pub historian: Historian,
    /// Gives what was heard to signals, before any of it is removed.
    pub adopter: Arc<Adopter>,
    /// The last journal row whose alarm transitions are all stored.
    pub settled: Arc<AtomicI64>,
    /// Tells the driver what fails, and that it works again.
    pub conditions: mpsc::Sender<SystemEvent>,
    /// What retention removed last, in words.
    pub retention: watch::Sender<Said>,
    /// What is kept how long, as the plant file says now.
    pub policy: watch::Receiver<Arc<Plan>>,
    /// Up to when history is complete, µs, as the writer says it.
    pub complete: Arc<AtomicI64>,
    /// The file that tells until when the program ran and history has it.
    pub heartbeat: PathBuf,
}

/// One sort of work: when it is due, and whether it failed last.
struct Work {
    key: &'static str,
    /// Says that it failed, and why.
    says: fn(Said) -> Said,
    due: Timestamp,
    fails: bool,
}

/// What is told of budgets.
struct Budgets {
    history: Work,
    discovery: Work,
}

impl Work {
    const fn new(key: &'static str, says: fn(Said) -> Said, due: Timestamp) -> Self {
        Work {
            key,
            says,
            due,
            fails: false,
        }
    }

    /// Notes how it went; gives what a person must know.
    fn went(
        &mut self,
        outcome: Result<()>,
        now: Timestamp,
        every: twin_core::Duration,
    ) -> Option<SystemEvent> {
        let failed = self.fails;
        self.fails = outcome.is_err();
        self.due = now.plus(if self.fails { RETRY } else { every });
        let key = self.key.to_owned();
        match outcome {
            Ok(()) => failed.then_some(SystemEvent::Cleared { key }),
            Err(error) => Some(SystemEvent::Raised {
                key,
                text: (self.says)(error.said()),
            }),
        }
    }
}

fn not_compacted(error: Said) -> Said {
    said!(
        "condition-not-compacted",
        "History is not compacted: {error}",
        error = error
    )
}

fn not_removed(error: Said) -> Said {
    said!(
        "condition-not-removed",
        "Old history is not removed: {error}",
        error = error
    )
}

impl Maintenance {
    /// Runs until its task is ended.
    pub async fn run(self) {
        let begin = clock::now();
        // What an earlier run left is moved first. What has come since would make chunks of next to nothing.
        let mut left = Some(JournalRow(self.settled.load(Ordering::Relaxed)));
        let mut beat = i64::MIN;
        let mut compaction = Work::new("compaction", not_compacted, begin);
        let mut damaged = Work::new("damaged", identity, begin);
        let mut budgets = Budgets {
            history: Work::new("budget", identity, begin),
            discovery: Work::new("discovery-budget", identity, begin),
        };
        let mut retention = Work::new("retention", not_removed, begin);
        loop {
            tokio::time::sleep(TICK).await;
            let now = clock::now();
            let complete = self.complete.load(Ordering::Relaxed);
            if complete > beat {
                // A missing heartbeat makes history say less than it could, not something wrong.
                if let Err(error) = heartbeat::put(&self.heartbeat, Timestamp(complete)) {
                    tracing::warn!("the heartbeat could not be written: {error}");
                }
                beat = complete;
            }
            let is_due = self.compaction_due();
            if now >= compaction.due || (!compaction.fails && is_due) {
                let settled = JournalRow(self.settled.load(Ordering::Relaxed));
                let upto = left.filter(|_| !is_due).unwrap_or(settled);
                let outcome = self.compact(&mut damaged, (upto, is_due), now).await;
                left = left.filter(|_| outcome.is_err());
                self.tell(compaction.went(outcome, now, COMPACT_EVERY))
                    .await;
            }
            let aside = self.adopter.take_quarantined();
            self.say_damaged(&mut damaged, aside, now).await;
            if damaged.fails && now >= damaged.due {
                self.tell(damaged.went(Ok(()), now, DAMAGE_SHOWN)).await;
            }
            if now >= retention.due {
                let outcome = self.retain(&mut budgets, now).await;
                self.tell(retention.went(outcome, now, RETAIN_EVERY)).await;
            }
        }
    }

    fn compaction_due(&self) -> bool {
        let settled = JournalRow(self.settled.load(Ordering::Relaxed));
        self.historian.compaction_due(settled)
    }

    /// Moves rows up to the given one: all of them, or when a step is due, until none is.
    async fn compact(
        &self,
        damaged: &mut Work,
        (upto, is_due): (JournalRow, bool),
        now: Timestamp,
    ) -> Result<()> {
        loop {
            let progress = self.historian.compact_step(upto).await?;
            self.say_damaged(damaged, progress.quarantined, now).await;
            // What is left of a step that was due is little: moved at once it would have every chunk made again.
            if !progress.more || is_due && !self.compaction_due() {
                break;
            }
        }
        // Rolling up can take minutes, and what was appended meanwhile must not fall behind: it goes on afterwards.
        while self.historian.roll_up_step().await?.more && !self.compaction_due() {}
        self.historian.checkpoint().await
    }

    /// Tells that parts of history were found damaged.
    async fn say_damaged(&self, damaged: &mut Work, count: u64, now: Timestamp) {
        if count == 0 {
            return;
        }
        let key = damaged.key.to_owned();
        let text = said!(
            "condition-damaged",
            "Parts of telemetry.db are damaged and were set aside in its table `quarantine`: {count} parts.",
            count = count
        );
        damaged.fails = true;
        damaged.due = now.plus(DAMAGE_SHOWN);
        self.tell(Some(SystemEvent::Raised { key, text })).await;
    }

    /// How far what no signal comes from has to be cut, which is a condition while it does.
    async fn cut(&self, discovery: &mut Work, now: Timestamp) -> Result<Option<Cut>> {
        let hours = self.historian.bytes_by_hour(PROVISIONAL).await?;
        let plan = Arc::clone(&self.policy.borrow());
        let cut = plan.cut(&hours, now);
        let key = discovery.key.to_owned();
        let event = match &cut {
            Some(cut) => Some(SystemEvent::Raised {
                key,
                text: plan.words_of_cut(cut),
            }),
            None => discovery.fails.then_some(SystemEvent::Cleared { key }),
        };
        discovery.fails = cut.is_some();
        self.tell(event).await;
        Ok(cut)
    }

    async fn retain(&self, told: &mut Budgets, now: Timestamp) -> Result<()> {
        let awaited = self.adopter.awaited(now).await;
        let cut = self.cut(&mut told.discovery, now).await?;
        let budget = &mut told.history;
        loop {
            let plan = Arc::clone(&self.policy.borrow());
            let policy = plan.now(&self.historian.signals().await?, &awaited, cut);
            let removed = self.historian.retain(now, &policy).await?;
            if let Some(text) = retention::words(&removed) {
                tracing::info!("{text}");
                self.retention.send_replace(text);
            }
            if removed.more {
                continue;
            }
            let key = budget.key.to_owned();
            let remedy = if self.compaction_due() {
                said!(
                    "condition-budget-compacts",
                    "It ends when the samples that wait are compacted."
                )
            } else {
                said!(
                    "condition-budget-raise",
                    "Raise the budget under [retention] in plant.toml."
                )
            };
            let event = match removed.over_budget {
                Some(bytes) => Some(SystemEvent::Raised {
                    key,
                    text: said!(
                        "condition-budget",
                        "History is larger than its disk budget allows, and nothing more may be removed: {size} MB too \
                         much.",
                        size = format!("{:.1}", bytes as f64 / 1e6)
                    )
                    .and(remedy),
                }),
                None => budget.fails.then_some(SystemEvent::Cleared { key }),
            };
            budget.fails = removed.over_budget.is_some();
            self.tell(event).await;
            return Ok(());
        }
    }

    async fn tell(&self, event: Option<SystemEvent>) {
        if let Some(event) = event {
            // The driver may have ended; then nobody needs to know.
            let _ = self.conditions.send(event).await;
        }
    }
}
