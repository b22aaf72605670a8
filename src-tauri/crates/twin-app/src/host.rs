//! Which plant is open, and the way to another: a folder of one's own, or the demo plant with its broker. Another plant is
//! brought up before the one of before is let go, so that a way that fails or is taken back changes nothing.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, RwLock},
    time::Duration,
};

use tokio::{
    sync::{Mutex as AsyncMutex, OwnedMutexGuard, mpsc, watch},
    task::JoinHandle,
};

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
/// The window waits so long for the first plant. One that takes longer, with a large log to read after a crash, is
/// waited for in the window.
const FIRST_PATIENCE: Duration = Duration::from_secs(1);

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
    /// What the program was started with or remembers.
    First(PathBuf),
}

impl Target {
    fn kind(&self, own: &Path) -> OpeningKind {
        match self {
            Target::Demo => OpeningKind::Demo,
            Target::First(path) if path == own => OpeningKind::Own,
            Target::Folder(_) | Target::First(_) => OpeningKind::Folder,
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
    /// That of the plant that is open, or that was to be opened first.
    folder: RwLock<PathBuf>,
    app: RwLock<std::result::Result<Arc<App>, ApiError>>,
    demo: AsyncMutex<Option<DemoPlant>>,
    opening: Mutex<Opening>,
    /// Held while a plant takes another's place.
    changing: Arc<AsyncMutex<()>>,
    opened: mpsc::Sender<Opened>,
}

impl Host {
    /// Opens the workspace `dir`, one of `places` or another, or begins to when that takes long; what it cannot is told by
    /// [`Host::app`]. The queue gives every plant that is opened, the first one too.
    pub async fn start(dir: &Path, places: Places) -> (Arc<Host>, mpsc::Receiver<Opened>) {
        let (opened, queue) = mpsc::channel(OPENED_QUEUE);
        let host = Arc::new(Host {
            places,
            folder: RwLock::new(dir.to_owned()),
            app: RwLock::new(Err(Error::Starting.into())),
            demo: AsyncMutex::new(None),
            opening: Mutex::default(),
            changing: Arc::default(),
            opened,
        });
        if let Ok((_, going)) = host.launch(Target::First(dir.to_owned())) {
            // A panic in it is told by nobody else.
            if let Ok(Err(error)) = tokio::time::timeout(FIRST_PATIENCE, going).await {
                tracing::error!("the first plant could not be opened: {error}");
            }
        }
        (host, queue)
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

    /// Which plant is open, or was to be.
    pub async fn workspace(&self) -> WorkspaceView {
        let folder = self
            .folder
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let demo_runs = match self.demo.lock().await.as_mut() {
            Some(plant) => plant.is_running(),
            None => false,
        };
        WorkspaceView {
            demo: demo::is_demo(&folder),
            demo_runs,
            folder: folder.display().to_string(),
            own_folder: self.places.own.display().to_string(),
        }
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
        self.launch(target).map(|(view, _)| view)
    }

    fn launch(self: &Arc<Self>, target: Target) -> Result<(OpeningView, JoinHandle<()>)> {
        let mut way = self.way();
        if way.is_running() {
            return Err(Error::Opening);
        }
        let view = OpeningView {
            number: way.view.as_ref().map_or(1, |view| view.number + 1),
            what: target.kind(&self.places.own),
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
        let going = tokio::spawn(Arc::clone(self).go(target, cancelled));
        Ok((view, going))
    }

    async fn go(self: Arc<Self>, target: Target, cancelled: watch::Receiver<bool>) {
        let mut changing = Some(Arc::clone(&self.changing).lock_owned().await);
        match Box::pin(self.bring_up(&target, cancelled, &mut changing)).await {
            Ok((opened, plant)) => self.take(opened, plant, &target).await,
            Err(Error::Cancelled) => {
                self.is_not_open(&Error::Cancelled);
                self.step(OpeningStep::Cancelled, None);
            }
            Err(error) => {
                tracing::warn!("a plant was not opened: {error}");
                self.is_not_open(&error);
                self.step(OpeningStep::Failed, Some(error.said().into()));
            }
        }
    }

    /// Where no plant is open, the newest reason is the one to be told.
    fn is_not_open(&self, error: &Error) {
        let mut app = self.app.write().unwrap_or_else(PoisonError::into_inner);
        if app.is_err() {
            *app = Err(error.said().into());
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
        mut cancelled: watch::Receiver<bool>,
        changing: &mut Option<OwnedMutexGuard<()>>,
    ) -> Result<(Opened, Option<DemoPlant>)> {
        let places = &self.places;
        let dir = match target {
            Target::Demo => demo::workspace_in(&places.demo),
            Target::Folder(path) | Target::First(path) => path.clone(),
            Target::Own => places.own.clone(),
        };
        self.not_open(&dir)?;
        let plant = match target {
            Target::Demo => {
                let shipped = places.assets.join("demo-plant");
                let (program, folder) = (&places.demo_program, &places.demo);
                Some(DemoPlant::start(program, &shipped, folder, &cancelled).await?)
            }
            _ => None,
        };
        self.step(OpeningStep::Workspace, None);
        let assets = places.assets.clone();
        let mut starting = tokio::spawn(async move { Box::pin(App::start(&dir, &assets)).await });
        let started = tokio::select! {
            started = &mut starting => started.map_err(|_| Error::Stopped)?,
            // What is being read is let go when it has been read; nothing else is opened before.
            Ok(_) = cancelled.wait_for(|is_cancelled| *is_cancelled) => {
                tokio::spawn(let_go(starting, plant, changing.take()));
                return Err(Error::Cancelled);
            }
        };
        match started {
            Ok((app, notices)) => Ok((Opened { app, notices }, plant)),
            Err(error) => {
                if let Some(plant) = plant {
                    plant.stop().await;
                }
                Err(error)
            }
        }
    }

    /// Puts a plant that was brought up in the place of the one that is open, and ends that one.
    async fn take(&self, opened: Opened, plant: Option<DemoPlant>, target: &Target) {
        self.remember(target);
        let folder = PathBuf::from(opened.app.plant().workspace);
        *self.folder.write().unwrap_or_else(PoisonError::into_inner) = folder;
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
            Target::Demo | Target::First(_) => return,
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

/// Ends a plant that nobody wants any more, as soon as it has begun.
async fn let_go(
    starting: JoinHandle<Result<(Arc<App>, mpsc::Receiver<Notice>)>>,
    plant: Option<DemoPlant>,
    _changing: Option<OwnedMutexGuard<()>>,
) {
    if let Ok(Ok((app, _notices))) = starting.await {
        app.stop().await;
    }
    if let Some(plant) = plant {
        plant.stop().await;
    }
}
