//! What a person did to the plant, kept for a while so that it can be taken back.
//!
//! An act is taken back only over what it wrote itself: where the plant file or a picture is another by now, somebody else's
//! change would be lost. What history got meanwhile stays.

use std::{
    collections::VecDeque,
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    path::{Path, PathBuf},
    sync::Arc,
};

use twin_core::{ConnectionId, Duration, Timestamp, said};
use twin_model::PlantDocument;

use super::App;
use crate::{
    api::undo::{ActKind, ActView},
    clock,
    error::{Error, Result},
    model_files,
    pictures::{self, PictureBack},
    workspace::Edited,
};

/// An act can be taken back for so long; then the password that it changed is forgotten.
const KEPT_FOR: Duration = Duration::from_secs(600);
/// Most acts that are kept: the texts of a plant file stay in memory for them.
const ACTS_MAX: usize = 20;

/// What was done.
pub(super) struct Act {
    pub kind: ActKind,
    /// What it was done to, as people call it.
    pub name: String,
    /// How many more.
    pub more: u32,
    pub back: Back,
}

/// What it takes to undo an act.
pub(super) enum Back {
    /// The plant file was edited.
    Plant(PlantBack),
    /// A picture was bound or brought in.
    Picture(PictureBack),
}

/// The plant file before an act and after it, and what belongs to the act besides.
pub(super) struct PlantBack {
    before: Arc<str>,
    after: Arc<str>,
    /// Of which connection another password was stored, and the one of before; empty when there was none.
    password: Option<(ConnectionId, String)>,
    /// A file that the act put into the workspace, with its fingerprint.
    copy: Option<(PathBuf, u64)>,
}

impl Act {
    pub fn plant(kind: ActKind, name: &str, back: PlantBack) -> Act {
        Act {
            kind,
            name: name.to_owned(),
            more: 0,
            back: Back::Plant(back),
        }
    }

    pub fn picture(kind: ActKind, name: &str, back: PictureBack) -> Act {
        Act {
            kind,
            name: name.to_owned(),
            more: 0,
            back: Back::Picture(back),
        }
    }
}

impl PlantBack {
    pub fn of(edited: &Edited) -> PlantBack {
        PlantBack {
            before: edited.before.as_str().into(),
            after: edited.text.as_str().into(),
            password: None,
            copy: None,
        }
    }

    pub fn with_password(self, of: &str, before: String) -> PlantBack {
        PlantBack {
            password: Some((of.into(), before)),
            ..self
        }
    }

    pub fn with_copy(self, path: PathBuf, bytes: &[u8]) -> PlantBack {
        PlantBack {
            copy: Some((path, fingerprint(bytes))),
            ..self
        }
    }

    /// Whether the act did anything.
    fn is_change(&self) -> bool {
        self.before != self.after || self.password.is_some()
    }
}

/// The acts that can be taken back, the newest last.
#[derive(Default)]
pub(super) struct Acts {
    newest: u32,
    kept: VecDeque<Kept>,
}

pub(super) struct Kept {
    number: u32,
    at: Timestamp,
    act: Act,
}

impl Acts {
    pub fn keep(&mut self, mut act: Act, now: Timestamp) {
        match &mut act.back {
            Back::Plant(back) if !back.is_change() => return,
            // Acts in a row share their texts.
            Back::Plant(back) => {
                let texts = self
                    .kept
                    .iter()
                    .rev()
                    .find_map(|kept| match &kept.act.back {
                        Back::Plant(of) => Some(&of.after),
                        Back::Picture(_) => None,
                    });
                if let Some(shared) = texts.filter(|text| **text == back.before) {
                    back.before = Arc::clone(shared);
                }
            }
            // One text of before lies beside a picture: that of the newest act.
            Back::Picture(back) => {
                let file = back.file.clone();
                self.kept.retain(|kept| match &kept.act.back {
                    Back::Picture(of) => of.before.is_none() || of.file != file,
                    Back::Plant(_) => true,
                });
            }
        }
        self.newest += 1;
        let number = self.newest;
        self.kept.push_back(Kept {
            number,
            at: now,
            act,
        });
        if self.kept.len() > ACTS_MAX {
            self.kept.pop_front();
        }
    }

    fn forget(&mut self, now: Timestamp) {
        self.kept.retain(|kept| now.since(kept.at) < KEPT_FOR);
    }

    pub fn take(&mut self, number: u32, now: Timestamp) -> Option<Kept> {
        self.forget(now);
        let at = self.kept.iter().position(|kept| kept.number == number)?;
        self.kept.remove(at)
    }

    /// Keeps again what could not be undone.
    fn put_back(&mut self, kept: Kept) {
        let at = self.kept.partition_point(|of| of.number < kept.number);
        self.kept.insert(at, kept);
    }
}

impl App {
    /// Keeps an act so that it can be taken back.
    pub(super) async fn keep_act(&self, act: Act) {
        self.acts.lock().await.keep(act, clock::now());
    }

    /// What can be taken back, the newest last.
    ///
    /// # Errors
    /// [`Error::File`] when the plant file cannot be read.
    pub async fn undoable(&self) -> Result<Vec<ActView>> {
        let now = clock::now();
        let mut acts = self.acts.lock().await;
        acts.forget(now);
        let views: Vec<(ActView, Written)> = acts.kept.iter().map(|kept| kept.view(now)).collect();
        drop(acts);
        if views.is_empty() {
            return Ok(Vec::new());
        }
        let workspace = Arc::clone(&self.workspace);
        // Pictures may be large.
        let looking = tokio::task::spawn_blocking(move || {
            let text = workspace.plant_text()?;
            let stands = |written: &Written| match written {
                Written::Plant(after) => **after == *text,
                Written::Picture { file, print } => {
                    pictures::print_of(workspace.dir(), file).is_ok_and(|found| found == *print)
                }
            };
            let view = |(view, written): (ActView, Written)| ActView {
                possible: stands(&written),
                ..view
            };
            Ok(views.into_iter().map(view).collect())
        });
        looking.await.map_err(|_| Error::Stopped)?
    }

    /// Takes an act back.
    ///
    /// # Errors
    /// [`Error::Restore`] when it is too long ago, or what it wrote was changed since; those of editing the plant file.
    pub async fn undo(&self, number: u32, user: &str) -> Result<()> {
        let _alone = self.editing.lock().await;
        let taken = self.acts.lock().await.take(number, clock::now());
        let kept = taken.ok_or_else(too_late)?;
        let undone = match &kept.act.back {
            Back::Plant(back) => self.undo_plant(back).await.map(Some),
            Back::Picture(back) => {
                let back = back.clone();
                let undoing = move |dir: PathBuf| pictures::undo(&dir, &back);
                self.with_folder(undoing).await.map(|()| None)
            }
        };
        let text = match undone {
            Ok(text) => text,
            Err(error) => {
                // Whatever stands in the way may go.
                self.acts.lock().await.put_back(kept);
                return Err(error);
            }
        };
        let Act { kind, name, .. } = &kept.act;
        self.audit(user, "undo", name, kind.word()).await;
        match text {
            Some(text) => self.take_up_edit(text).await,
            None => Ok(()),
        }
    }

    /// Writes the plant file of before, to the byte; gives its text.
    async fn undo_plant(&self, back: &PlantBack) -> Result<String> {
        // First: a connection that runs without its password would only be refused by its broker.
        let password = match &back.password {
            Some((id, before)) => Some((id, self.change_password(id.as_str(), before)?)),
            None => None,
        };
        let workspace = &self.workspace;
        let edited = workspace.edit_plant(|document| {
            if document.to_string() != *back.after {
                return Err(Error::changed("plant.toml"));
            }
            *document = PlantDocument::parse(&back.before)
                .map_err(|source| workspace.wrong_plant(source))?;
            Ok(())
        });
        let edited = match edited {
            Ok(edited) => edited,
            Err(error) => {
                if let Some((id, now)) = password
                    && let Err(error) = workspace.put_password(id.as_str(), &now)
                {
                    tracing::warn!("the password of {id} stays changed: {error}");
                }
                return Err(error);
            }
        };
        if let Some((id, _)) = password {
            self.make_anew(id).await;
        }
        if let Some((path, print)) = &back.copy {
            remove_copy(path, *print);
        }
        Ok(self.audit_edited(edited).await)
    }

    /// Forgets acts that cannot be taken back any more. To be called every second.
    pub(super) async fn forget_acts(&self, now: Timestamp) {
        self.acts.lock().await.forget(now);
    }
}

/// What an act wrote.
enum Written {
    Plant(Arc<str>),
    Picture { file: String, print: String },
}

impl Kept {
    fn view(&self, now: Timestamp) -> (ActView, Written) {
        let rest = KEPT_FOR.micros() - now.since(self.at).micros();
        let view = ActView {
            number: self.number,
            kind: self.act.kind,
            name: self.act.name.clone(),
            more: self.act.more,
            rest_ms: rest as f64 / 1e3,
            possible: false,
        };
        let written = match &self.act.back {
            Back::Plant(back) => Written::Plant(Arc::clone(&back.after)),
            Back::Picture(back) => Written::Picture {
                file: back.file.clone(),
                print: back.after.clone(),
            },
        };
        (view, written)
    }
}

/// A file that an act put into the workspace goes, unless it is another by now.
fn remove_copy(path: &Path, print: u64) {
    let same = model_files::read_bounded(path, model_files::BYTES_MAX)
        .is_ok_and(|bytes| bytes.is_some_and(|bytes| fingerprint(&bytes) == print));
    if same && let Err(error) = fs::remove_file(path) {
        tracing::warn!(
            "{} is not needed any more and stays: {error}",
            path.display()
        );
    }
}

fn fingerprint(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    hasher.finish()
}

fn too_late() -> Error {
    Error::Restore(said!(
        "restore-too-late",
        "This cannot be taken back any more: that is possible for ten minutes, and of the newest changes only."
    ))
}
