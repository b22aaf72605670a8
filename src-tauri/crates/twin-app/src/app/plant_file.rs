//! The plant file while the program runs: edited through the program, or by hand and picked up live.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    sync::{Arc, PoisonError},
};

use twin_core::{Said, engine::SystemEvent, said};
use twin_model::PlantDocument;

use super::{
    App,
    faults::fault_views,
    mapped::rules_view,
    planted::{Origin, Planted},
    seen::{Seen, Stamp},
};
use crate::{
    api::plant::{PlantFaultView, PlantFileView},
    clock,
    error::{Doing, Error, Result},
    model_files,
    pipeline::{
        request::{NewPlant, Request},
        retention::Plan,
        scoring::ScoringThread,
    },
    workspace::Edited,
};

/// What the audit trail says of a plant file that no part of this program has changed.
const BY_HAND: &str = "edited by hand";
/// Name of the condition that the file cannot be used.
const CONDITION: &str = "plant-file";

impl App {
    /// The plant file and what is wrong with it.
    pub fn plant_file(&self) -> PlantFileView {
        let origin = Arc::clone(&self.planted().origin);
        PlantFileView {
            path: self.workspace.plant_path().display().to_string(),
            faults: self.plant_faults(),
            warnings: origin.plant.warnings().iter().map(Into::into).collect(),
            by_rule: rules_view(&origin.made),
        }
    }

    /// Why the plant file or a model file cannot be used as it is now.
    pub(super) fn plant_faults(&self) -> Vec<PlantFaultView> {
        self.seen()
            .fault
            .as_ref()
            .map(fault_views)
            .unwrap_or_default()
    }

    /// Changes the plant file.
    pub(super) fn edit(
        &self,
        edit: impl Fn(&mut PlantDocument) -> std::result::Result<(), twin_model::Error>,
    ) -> Result<Edited> {
        let workspace = &self.workspace;
        workspace.edit_plant(|document| edit(document).map_err(|e| workspace.wrong_plant(e)))
    }

    pub(super) fn seen(&self) -> std::sync::MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes up the plant file if it or one of its model files was changed and the change has come to rest. What cannot be
    /// used is said, and the plant of before runs on.
    pub(super) async fn look_at_plant_file(&self) {
        let path = self.workspace.plant_path();
        let files = self.seen().files.clone();
        let (stamp, is_new) = match stamp_of(path.clone(), files.clone()).await {
            Ok(stamp) => {
                let is_new = self.seen().has_come_to_rest(&stamp);
                (stamp, is_new)
            }
            Err(error) => return self.say_unreadable(&path, &error).await,
        };
        let _alone = self.editing.lock().await;
        if !is_new {
            return;
        }
        let dir = self.workspace.dir().to_owned();
        let read = tokio::task::spawn_blocking(move || {
            let print = model_files::print(&model_files::read(&dir, &files));
            fs::read_to_string(path).map(|text| (text, print))
        });
        let (text, print) = match read.await {
            Ok(Ok(read)) => read,
            Ok(Err(error)) => {
                return self
                    .say_unreadable(&self.workspace.plant_path(), &error)
                    .await;
            }
            Err(_) => return,
        };
        let is_same_text = self.seen().text == text;
        let is_same = is_same_text && self.seen().print == print;
        if is_same && !self.seen().unfinished {
            self.seen().stamp = Some(stamp);
            let fault = self.seen().fault.clone();
            return match fault {
                Some(fault) => self.say_fault(&fault).await,
                None => self.say_usable().await,
            };
        }
        let is_own = self.seen().own.as_ref() == Some(&text);
        match self.take_up(text).await {
            Ok(()) => {
                self.seen().stamp = Some(stamp);
                let what = match is_same_text {
                    true => "a model file was changed",
                    false => BY_HAND,
                };
                // What the program wrote itself is in the audit trail under its own name; what was changed back is not new.
                if !is_own && !is_same {
                    self.audit("", "plant-file", "plant.toml", what).await;
                }
            }
            Err(Error::Plant { source, .. }) => {
                self.seen().stamp = Some(stamp);
                self.say_fault(&source).await;
            }
            Err(error) => {
                let text = said!(
                    "condition-plant-waits",
                    "plant.toml was changed and could not be taken up yet: {error}",
                    error = error.said()
                );
                self.say(text).await;
            }
        }
    }

    async fn say_fault(&self, fault: &twin_model::Error) {
        let text = said!(
            "condition-plant-unusable",
            "plant.toml was changed and cannot be used, so the plant of before runs on. {fault}",
            fault = fault.said()
        );
        self.say(text).await;
    }

    async fn say_unreadable(&self, path: &Path, error: &std::io::Error) {
        // Whatever is there when it can be read again is looked at.
        self.seen().stamp = None;
        let text = said!(
            "condition-plant-unreadable",
            "{path} cannot be read ({error}), so the plant of before runs on: put the file back.",
            path = path.display().to_string(),
            error = error.to_string()
        );
        self.say(text).await;
    }

    async fn say(&self, text: Said) {
        self.seen().raised = true;
        let key = CONDITION.to_owned();
        // The driver may have ended; then nobody needs to know.
        let _ = self
            .conditions
            .send(SystemEvent::Raised { key, text })
            .await;
    }

    async fn say_usable(&self) {
        let was_raised = {
            let mut seen = self.seen();
            let faulty = seen.fault.is_some();
            !faulty && std::mem::take(&mut seen.raised)
        };
        if was_raised {
            let key = CONDITION.to_owned();
            let _ = self.conditions.send(SystemEvent::Cleared { key }).await;
        }
    }

    /// Notes what was edited by hand before an edit was made on top of it: nobody will look at that text any more. Gives the
    /// new text.
    pub(super) async fn audit_edited(&self, edited: Edited) -> String {
        if self.seen().is_by_hand(&edited.before) {
            self.audit("", "plant-file", "plant.toml", BY_HAND).await;
        }
        edited.text
    }

    /// Lets a plant file run that an edit has just written. Whoever calls holds `editing`.
    ///
    /// # Errors
    /// [`Error::NotYet`]: it stays written, and is tried again.
    pub(super) async fn take_up_edit(&self, text: String) -> Result<()> {
        self.seen().own = Some(text.clone());
        self.take_up(text).await.map_err(|source| Error::NotYet {
            path: self.workspace.plant_path(),
            source: Box::new(source),
        })
    }

    /// Lets a plant file run from now on: signals, rules, models, connections, retention. Whoever calls holds `editing`.
    ///
    /// # Errors
    /// [`Error::Plant`] when it cannot be used: nothing has changed then. Another error may leave connections half
    /// done; the next look calls again, which completes them.
    async fn take_up(&self, text: String) -> Result<()> {
        self.seen().unfinished = true;
        let (dir, own) = (self.workspace.dir().to_owned(), text.clone());
        let load = tokio::task::spawn_blocking(move || model_files::load(&dir, &own));
        let load = load.await.map_err(|_| Error::Stopped)?;
        let loaded = match load.loaded {
            Ok(loaded) => loaded,
            Err(source) => {
                let mut seen = self.seen();
                seen.settle(text, load.files, load.print);
                seen.fault = Some(source.clone());
                drop(seen);
                return Err(self.workspace.wrong_plant(source));
            }
        };
        let made = loaded.plant.by_rule(self.ruled().iter());
        let planted = self.run_plant(Origin::new(loaded, made)).await?;
        self.reconnect_possible(&planted.compiled.plant, clock::now())
            .await?;
        // What there was no room for is asked about again.
        self.ruled().renew();
        {
            let mut seen = self.seen();
            seen.taken_up.clone_from(&text);
            seen.settle(text, load.files, load.print);
            seen.fault = None;
        }
        self.say_usable().await;
        Ok(())
    }

    /// Lets a plant run from now on, its connections left aside. Whoever calls holds `editing`.
    ///
    /// # Errors
    /// [`Error::History`], [`Error::File`], [`Error::Stopped`].
    pub(super) async fn run_plant(&self, origin: Origin) -> Result<Arc<Planted>> {
        let before = self.planted();
        // First of all: a signal that history does not know yet takes over all that was heard, at once. What cannot be
        // given to it yet keeps the plant from nothing.
        self.adopter.adopt(&origin.whole(), clock::now()).await;
        let made = Planted::make(&self.historian, &self.workspace, origin, Some(&before)).await;
        let (planted, models) = made?;
        let scoring = match models {
            None => None,
            Some(models) => {
                let config = Arc::clone(&planted.compiled.engine);
                let thread = ScoringThread::start(models, config, self.answers.clone());
                Some(thread.map_err(|source| Error::File {
                    action: Doing::Start,
                    path: PathBuf::from("scoring thread"),
                    source,
                })?)
            }
        };
        let planted = Arc::new(planted);
        let known = self.historian.signals().await?;
        self.policy
            .send_replace(Arc::new(Plan::of(&planted.compiled, &known)));
        let new = NewPlant {
            compiled: Arc::clone(&planted.compiled),
            view: planted.view(self.workspace.dir()),
            scoring,
            heard: self.last_heard(&before, &planted).await,
        };
        *self.planted.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&planted);
        let compiled = Arc::clone(&planted.compiled);
        self.adopter.put_plant(compiled).await;
        self.ask(Request::PutPlant(Box::new(new))).await?;
        self.seen().rules_pending = false;
        Ok(planted)
    }
}

/// Fails only when the plant file cannot be looked at.
async fn stamp_of(path: PathBuf, files: BTreeSet<String>) -> std::io::Result<Stamp> {
    let look = tokio::task::spawn_blocking(move || {
        let of = |path: &Path| {
            let metadata = fs::metadata(path)?;
            Ok((metadata.len(), metadata.modified().ok()))
        };
        let own: std::io::Result<_> = of(&path);
        let models = files
            .iter()
            .map(|file| of(&path.with_file_name("").join(file)).ok());
        Ok([Some(own?)].into_iter().chain(models).collect())
    });
    look.await
        .unwrap_or_else(|error| Err(std::io::Error::other(error)))
}
