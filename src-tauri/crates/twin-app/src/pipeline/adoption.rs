//! What was heard before an acceptance joins the history of its signals: at once, and again until all of it has.
//!
//! Nothing else waits for that: what cannot be read or written is a condition, stays under its provisional ids, is kept
//! from being removed, and is tried again.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use tokio::sync::{Mutex, mpsc};
use twin_core::{Duration, Said, SignalId, Timestamp, engine::SystemEvent, said};
use twin_historian::{Adopted, Historian};
use twin_model::Plant;

use super::provisional::{adoptions, losses};
use crate::{compile::Compiled, keep::command};

/// Name of the condition that some of it did not work.
const CONDITION: &str = "adoption";
/// After a failure, tried again so much later; twice as much each time, up to the second.
const RETRY: [Duration; 2] = [Duration::from_secs(10), Duration::from_secs(640)];

/// Gives what was heard to signals, one plant at a time.
#[derive(Debug)]
pub struct Adopter {
    historian: Unshown,
    workspace: PathBuf,
    /// The numbers of signals are known to all who store: what was stored until then may lie under provisional ids.
    due: AtomicBool,
    /// Damaged parts that were put aside and nobody was told of yet.
    quarantined: AtomicU64,
    state: Mutex<State>,
}

/// A history, which shows nothing of itself.
struct Unshown(Historian);

impl std::fmt::Debug for Unshown {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Historian")
    }
}

#[derive(Debug, Default)]
struct State {
    /// That runs.
    plant: Option<Arc<Compiled>>,
    /// To the driver; none before it runs.
    conditions: Option<mpsc::Sender<SystemEvent>>,
    /// What the condition says; none while there is none.
    told: Option<Said>,
    /// Provisional ids with samples that signals wait for.
    left: Vec<SignalId>,
    /// When it is tried again, and how long it waited for that.
    retry: Option<(Timestamp, Duration)>,
}

impl Adopter {
    /// For the history of the workspace `dir`.
    pub fn new(historian: Historian, dir: &Path) -> Adopter {
        Adopter {
            historian: Unshown(historian),
            workspace: dir.to_owned(),
            due: AtomicBool::new(false),
            quarantined: AtomicU64::new(0),
            state: Mutex::default(),
        }
    }

    /// The history.
    pub const fn historian(&self) -> &Historian {
        &self.historian.0
    }

    /// Tells from now on what does not work, and what has not worked until now.
    pub async fn tell_to(&self, conditions: mpsc::Sender<SystemEvent>) {
        let mut state = self.state.lock().await;
        state.conditions = Some(conditions);
        if let Some(text) = state.told.take() {
            state.say(Some(text)).await;
        }
    }

    /// This plant runs from now on.
    pub async fn put_plant(&self, plant: Arc<Compiled>) {
        self.state.lock().await.plant = Some(plant);
    }

    /// Signals have taken over provisional ids, and all that was stored before is committed.
    pub fn names_settled(&self) {
        self.due.store(true, Ordering::Release);
    }

    /// Damaged parts of history that were put aside since this was last asked.
    pub fn take_quarantined(&self) -> u64 {
        self.quarantined.swap(0, Ordering::Relaxed)
    }

    /// Gives what was heard to the signals of a plant, as long as it is kept at `now`.
    pub async fn adopt(&self, plant: &Plant, now: Timestamp) {
        let mut state = self.state.lock().await;
        self.run(&mut state, plant, now).await;
    }

    /// The same for the plant that runs, when something is left to do.
    pub async fn adopt_rest(&self, now: Timestamp) {
        let mut state = self.state.lock().await;
        let is_due = self.due.swap(false, Ordering::Acquire);
        let again = state.retry.is_some_and(|(at, _)| at <= now);
        if let (Some(plant), true) = (state.plant.clone(), is_due || again) {
            self.run(&mut state, &plant.plant, now).await;
        }
    }

    /// Before old history is removed: gives the provisional ids that must not lose anything, because signals of the plant
    /// wait for it.
    pub async fn awaited(&self, now: Timestamp) -> Vec<SignalId> {
        let mut state = self.state.lock().await;
        let waits = state.retry.is_some_and(|(at, _)| at > now);
        if let (Some(plant), false) = (state.plant.clone(), waits) {
            self.run(&mut state, &plant.plant, now).await;
        }
        state.left.clone()
    }

    async fn run(&self, state: &mut State, plant: &Plant, now: Timestamp) {
        let adopted = self.adopted(plant, now).await;
        let told = match adopted {
            Ok(adopted) => {
                self.quarantined
                    .fetch_add(adopted.quarantined, Ordering::Relaxed);
                let words = self.words(&adopted);
                state.left = adopted.left;
                words
            }
            Err(error) => {
                let all = adoptions(plant, &losses(&[]));
                state.left = all.into_iter().map(|adoption| adoption.from).collect();
                Some(said!(
                    "condition-adoption",
                    "What was heard of signals before they were accepted is not in their history yet: {error}. It is kept, \
                     and tried again.",
                    error = error.said()
                ))
            }
        };
        let waited = state.retry.map(|(_, waited)| waited);
        state.retry = told.as_ref().map(|_| {
            let [first, most] = RETRY;
            let wait = waited.map_or(first, |waited| {
                Duration(waited.micros().saturating_mul(2)).min(most)
            });
            (now.plus(wait), wait)
        });
        state.say(told).await;
    }

    async fn adopted(
        &self,
        plant: &Plant,
        now: Timestamp,
    ) -> Result<Adopted, twin_historian::Error> {
        let historian = self.historian();
        let kept = plant.discovery.keep.micros();
        let since = Timestamp(now.micros().saturating_sub(kept));
        let links = historian.links(since, Timestamp::MAX).await?;
        let adopted = historian.adopt(&adoptions(plant, &losses(&links))).await?;
        if adopted.differing > 0 {
            tracing::warn!(
                "{} samples that were heard before their signals were accepted stay apart, because history has other \
                 values of the same times",
                adopted.differing
            );
        }
        Ok(adopted)
    }

    /// What people must know of it, if anything.
    fn words(&self, adopted: &Adopted) -> Option<Said> {
        let first = adopted.left.first()?;
        let text = said!(
            "condition-adoption-left",
            "What was heard before it was accepted could not be given to the history of {count} signals, the first of them \
             from {address}: {error}. It is kept, and tried again. If that does not end by itself, close Twinscope and run: \
             {command}",
            count = adopted.left.len(),
            address = first
                .as_str()
                .trim_start_matches(super::provisional::PROVISIONAL),
            error = adopted.why.as_str(),
            command = command::line(&self.workspace, "repair")
        );
        Some(text)
    }
}

impl State {
    /// Raises, renews or ends the condition.
    async fn say(&mut self, text: Option<Said>) {
        if self.told == text {
            return;
        }
        self.told.clone_from(&text);
        let key = CONDITION.to_owned();
        let event = match text {
            Some(text) => SystemEvent::Raised { key, text },
            None => SystemEvent::Cleared { key },
        };
        if let Some(conditions) = &self.conditions {
            // The driver may have ended; then nobody needs to know.
            let _ = conditions.send(event).await;
        }
    }
}
