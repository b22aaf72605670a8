//! Which plant is open, and the way to another: a folder of one's own, or the demo plant with its broker. Another plant is
//! brought up before the one of before is let go, so that a way that fails or is taken back changes nothing.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, RwLock},
};

use tokio::sync::{Mutex as AsyncMutex, mpsc, watch};

use crate::{
    api::{
        opening::{OpeningKind, OpeningStep, OpeningView, WorkspaceView},
        said::SaidView,
        settings::ApiError,
    },
    app::App,
    demo::{self, DemoPlant},
    error::{Doing, Error, Result},
    files::at_home,
    pipeline::notice::Notice,
    workspace::{PLANT_FILE, write_atomic},
};

/// Plants that were opened and that the shell has not taken up yet.
const OPENED_QUEUE: usize = 4;

/// Where things lie.
#[derive(Clone, Debug)]
pub struct Places {
    /// The folder that the program was started with.
    pub own: PathBuf,
    /// What is shipped: models, the demo plant's files.
    pub assets: PathBuf,
    /// The program of the demo plant.
    pub demo_program: PathBuf,
    /// Where the demo plant keeps its files.
    pub demo: PathBuf,
    /// Where the folder of the plant that was opened last is noted; none: it is not.
    pub memory: Option<PathBuf>,
}

/// A plant that was opened.
pub struct Opened {
    /// What runs.
    pub app: Arc<App>,
    /// Its desktop notifications.
    pub notices: mpsc::Receiver<Notice>,
}

/// What a person wants to open.
#[derive(Clone, Debug)]
enum Target {
    Demo,
    Folder(PathBuf),
    Own,
}

impl Target {
    fn kind(&self) -> OpeningKind {
        match self {
            Target::Demo => OpeningKind::Demo,
            Target::Folder(_) => OpeningKind::Folder,
            Target::Own => OpeningKind::Own,
        }
    }
}

#[derive(Default)]
struct Opening {
    view: Option<OpeningView>,
    cancel: Option<watch::Sender<bool>>,
}

impl Opening {
    fn is_running(&self) -> bool {
        let step = self.view.as_ref().map(|view| view.step);
        matches!(step, Some(OpeningStep::Plant | OpeningStep::Workspace))
    }
}

/// The plant that is open, or why none is.
pub struct Host {
    places: Places,
    app: RwLock<std::result::Result<Arc<App>, ApiError>>,
    demo: AsyncMutex<Option<DemoPlant>>,
    opening: Mutex<Opening>,
    /// Held while a plant takes another's place.
    changing: AsyncMutex<()>,
    opened: mpsc::Sender<Opened>,
}

impl Host {
    /// Opens the workspace `dir`, one of `places` or another; what it cannot is told by [`Host::app`]. The queue gives every plant
    /// that is opened, the first one too.
    pub async fn start(dir: &Path, places: Places) -> (Arc<Host>, mpsc::Receiver<Opened>) {
        let (opened, queue) = mpsc::channel(OPENED_QUEUE);
        let app = match App::start(dir, &places.assets).await {
            Ok((app, notices)) => {
                let first = Opened {
                    app: Arc::clone(&app),
                    notices,
                };
                // The queue is empty.
                let _ = opened.try_send(first);
                Ok(app)
            }
            Err(error) => {
                tracing::error!("{error}");
                Err(error.into())
            }
        };
        let host = Host {
            places,
            app: RwLock::new(app),
            demo: AsyncMutex::new(None),
            opening: Mutex::default(),
            changing: AsyncMutex::new(()),
            opened,
        };
        (Arc::new(host), queue)
    }

    /// What runs.
    ///
    /// # Errors
    /// Why nothing does.
    pub fn app(&self) -> std::result::Result<Arc<App>, ApiError> {
        self.app
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Which plant is open.
    ///
    /// # Errors
    /// Why none is.
    pub async fn workspace(&self) -> std::result::Result<WorkspaceView, ApiError> {
        let folder = PathBuf::from(self.app()?.plant().workspace);
        let demo_runs = match self.demo.lock().await.as_mut() {
            Some(plant) => plant.is_running(),
            None => false,
        };
        Ok(WorkspaceView {
            demo: demo::is_demo(&folder),
            demo_runs,
            folder: folder.display().to_string(),
            own_folder: self.places.own.display().to_string(),
        })
    }

    /// Begins to open the demo plant.
    ///
    /// # Errors
    /// [`Error::Opening`] while another plant is being opened.
    pub fn open_demo(self: &Arc<Self>) -> Result<OpeningView> {
        self.begin(Target::Demo)
    }

    /// Begins to open a folder as a person typed it, `~` is their home. With `make`, an empty plant is made where there is none.
    ///
    /// # Errors
    /// [`Error::NoPlant`] when it holds none, [`Error::NoFolder`] when it is no whole path, [`Error::Opening`].
    pub fn open_folder(self: &Arc<Self>, typed: &str, make: bool) -> Result<OpeningView> {
        let path = at_home(typed.trim());
        if !path.is_absolute() {
            return Err(Error::NoFolder {
                path: typed.trim().to_owned(),
            });
        }
        if !make && !path.join(PLANT_FILE).is_file() {
            return Err(Error::NoPlant { path });
        }
        self.begin(Target::Folder(path))
    }

    /// Begins to open the folder that the program was started with.
    ///
    /// # Errors
    /// [`Error::Opening`].
    pub fn open_own(self: &Arc<Self>) -> Result<OpeningView> {
        self.begin(Target::Own)
    }

    /// The way to another plant that goes on or ended last.
    pub fn opening(&self) -> Option<OpeningView> {
        self.way().view.clone()
    }

    /// Takes the way to another plant back.
    pub fn cancel_opening(&self) {
        if let Some(cancel) = &self.way().cancel {
            cancel.send_replace(true);
        }
    }

    /// Ends whatever runs, the demo plant too.
    pub async fn stop(&self) {
        self.cancel_opening();
        let _changing = self.changing.lock().await;
        if let Ok(app) = self.app() {
            app.stop().await;
        }
        if let Some(plant) = self.demo.lock().await.take() {
            plant.stop().await;
        }
    }

    fn way(&self) -> std::sync::MutexGuard<'_, Opening> {
        self.opening.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn begin(self: &Arc<Self>, target: Target) -> Result<OpeningView> {
        let mut way = self.way();
        if way.is_running() {
            return Err(Error::Opening);
        }
        let view = OpeningView {
            number: way.view.as_ref().map_or(1, |view| view.number + 1),
            what: target.kind(),
            step: match target {
                Target::Demo => OpeningStep::Plant,
                _ => OpeningStep::Workspace,
            },
            failure: None,
        };
        let (cancel, cancelled) = watch::channel(false);
        *way = Opening {
            view: Some(view.clone()),
            cancel: Some(cancel),
        };
        tokio::spawn(Arc::clone(self).go(target, cancelled));
        Ok(view)
    }

    async fn go(self: Arc<Self>, target: Target, cancelled: watch::Receiver<bool>) {
        let _changing = self.changing.lock().await;
        match Box::pin(self.bring_up(&target, &cancelled)).await {
            Ok((opened, plant)) => self.take(opened, plant, &target).await,
            Err(Error::Cancelled) => self.step(OpeningStep::Cancelled, None),
            Err(error) => {
                tracing::warn!("another plant was not opened: {error}");
                self.step(OpeningStep::Failed, Some(error.said().into()));
            }
        }
    }

    fn step(&self, step: OpeningStep, failure: Option<SaidView>) {
        if let Some(view) = &mut self.way().view {
            view.step = step;
            view.failure = failure;
        }
    }

    fn not_open(&self, dir: &Path) -> Result<()> {
        let open = self.app().map(|app| PathBuf::from(app.plant().workspace));
        let same = |one: &Path, other: &Path| {
            one == other
                || matches!((one.canonicalize(), other.canonicalize()), (Ok(a), Ok(b)) if a == b)
        };
        match open {
            Ok(open) if same(&open, dir) => Err(Error::AlreadyOpen {
                path: dir.to_owned(),
            }),
            _ => Ok(()),
        }
    }

    async fn bring_up(
        &self,
        target: &Target,
        cancelled: &watch::Receiver<bool>,
    ) -> Result<(Opened, Option<DemoPlant>)> {
        let places = &self.places;
        let dir = match target {
            Target::Demo => demo::workspace_in(&places.demo),
            Target::Folder(path) => path.clone(),
            Target::Own => places.own.clone(),
        };
        self.not_open(&dir)?;
        let plant = match target {
            Target::Demo => {
                let shipped = places.assets.join("demo-plant");
                let (program, folder) = (&places.demo_program, &places.demo);
                Some(DemoPlant::start(program, &shipped, folder, cancelled).await?)
            }
            _ => None,
        };
        self.step(OpeningStep::Workspace, None);
        let started = App::start(&dir, &places.assets).await;
        let undo = match started {
            Ok((app, notices)) if !*cancelled.borrow() => {
                return Ok((Opened { app, notices }, plant));
            }
            Ok((app, _)) => {
                app.stop().await;
                Error::Cancelled
            }
            Err(error) => error,
        };
        if let Some(plant) = plant {
            plant.stop().await;
        }
        Err(undo)
    }

    /// Puts a plant that was brought up in the place of the one that is open, and ends that one.
    async fn take(&self, opened: Opened, plant: Option<DemoPlant>, target: &Target) {
        self.remember(target);
        let before = std::mem::replace(
            &mut *self.app.write().unwrap_or_else(PoisonError::into_inner),
            Ok(Arc::clone(&opened.app)),
        );
        let demo_before = std::mem::replace(&mut *self.demo.lock().await, plant);
        if self.opened.send(opened).await.is_err() {
            tracing::warn!("nobody takes up the notifications of the plant that was opened");
        }
        self.step(OpeningStep::Done, None);
        if let Ok(before) = before {
            before.stop().await;
        }
        if let Some(plant) = demo_before {
            plant.stop().await;
        }
    }

    /// The next start opens the same folder; a demo plant is not opened without a word.
    fn remember(&self, target: &Target) {
        let Some(memory) = &self.places.memory else {
            return;
        };
        let noted = match target {
            Target::Demo => return,
            Target::Folder(path) => {
                write_atomic(memory, path.display().to_string().as_bytes(), false)
            }
            Target::Own => match std::fs::remove_file(memory) {
                Err(source) if source.kind() != std::io::ErrorKind::NotFound => Err(Error::File {
                    action: Doing::Remove,
                    path: memory.clone(),
                    source,
                }),
                _ => Ok(()),
            },
        };
        if let Err(error) = noted {
            tracing::warn!("which plant was opened could not be noted: {error}");
        }
    }
}
