//! The running program without a window: opens a workspace, starts the pipeline, and answers what a UI asks.
//!
//! Left out on purpose: anything about windows, trays and notification services. The shell adds those, the headless
//! binary a terminal.

mod annotations;
mod audit;
mod device;
mod diagnostics;
mod discovery;
mod doctor;
mod documents;
mod events;
mod faults;
mod last_heard;
mod layouts;
mod links;
mod look;
mod mapped;
mod models;
mod papers;
mod past;
mod pictures;
mod plans;
mod plant_file;
mod planted;
mod saving;
mod seen;
mod session;
mod statistics;
#[cfg(test)]
mod tests;
mod undo;
mod unmade;

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc, PoisonError, RwLock, Weak,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{
    sync::{Mutex, mpsc, oneshot, watch},
    time::Instant,
};
use twin_core::{OccurrenceId, engine::SystemEvent};
use twin_historian::{Durability, Group, Historian, LinkTransition};

pub use self::documents::ToOpen;
use self::{
    audit::Unwritten, device::Devices, diagnostics::Diagnostics, links::Links, look::Looks,
    planted::Planted, seen::Seen, statistics::Measurings, undo::Acts, unmade::Unmade,
};
use crate::{
    api::{
        alarm::{AlarmList, AlarmRow},
        connection::ConnectionRow,
        plant::{AnomalyView, PlantView},
        settings::Settings,
        trend::TrendRequest,
    },
    clock,
    compile::Compiled,
    device::KeptFacts,
    discovery::Discovery,
    error::{Error, Result},
    files::Files,
    heard_by_rule::HeardByRule,
    heartbeat, model_files,
    pipeline::{
        self, adoption::Adopter, notice::Notice, request::Request, retention::Plan,
        scoring::Answer, writer::alarm_row,
    },
    start::{self, Tasks},
    trend,
    view::View,
    workspace::Workspace,
};

/// How often the plant file is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How long mapping rules rest after they changed the plant, in times of what the change took.
const RULES_REST: u32 = 10;
/// How long the end of the program waits for the last commit.
const STOP_TIMEOUT: Duration = Duration::from_secs(10);

/// The running program. Cheap to share behind an [`Arc`].
pub struct App {
    workspace: Arc<Workspace>,
    historian: Historian,
    adopter: Arc<Adopter>,
    planted: RwLock<Arc<Planted>>,
    /// What was last seen of the plant file.
    seen: std::sync::Mutex<Seen>,
    /// What mapping rules may make assets of.
    heard: Arc<std::sync::Mutex<HeardByRule>>,
    policy: watch::Sender<Arc<Plan>>,
    conditions: mpsc::Sender<SystemEvent>,
    answers: mpsc::Sender<Answer>,
    view: Arc<View>,
    files: Files,
    discovery: Discovery,
    diagnostics: Diagnostics,
    looks: Looks,
    measurings: Measurings,
    requests: mpsc::Sender<Request>,
    links: Mutex<Links>,
    /// Connections that cannot be made.
    unmade: Mutex<Unmade>,
    /// What is done and not in the audit trail yet.
    unwritten: Mutex<Unwritten>,
    /// What devices told.
    devices: std::sync::Mutex<Devices>,
    /// What can be taken back.
    acts: Mutex<Acts>,
    /// One edit of the plant file at a time.
    editing: Mutex<()>,
    next_link: AtomicUsize,
    /// How often the writing of a trend's picture was cancelled.
    pictures_cancelled: AtomicUsize,
    unacknowledged: watch::Receiver<usize>,
    tasks: Mutex<Tasks>,
}

impl App {
    /// Opens the workspace `dir` and starts everything. Shipped models are looked for in `assets`. Notifications come
    /// out of the receiver.
    ///
    /// # Errors
    /// Everything that keeps the program from running: the workspace is in use, the plant file is wrong, history
    /// cannot be opened.
    pub async fn start(dir: &Path, assets: &Path) -> Result<(Arc<App>, mpsc::Receiver<Notice>)> {
        let workspace = Arc::new(Workspace::open(dir, assets)?);
        let text = workspace.plant_text()?;
        let load = model_files::load(workspace.dir(), &text);
        let loaded = load
            .loaded
            .map_err(|source| workspace.wrong_plant(source))?;
        let (origin, heard) = mapped::remembered(workspace.dir(), loaded)?;
        let historian =
            Historian::open_with(workspace.dir(), clock::now(), pipeline::history_options())
                .await?;
        let adopter = Arc::new(Adopter::new(historian.clone(), workspace.dir()));
        // What was accepted just before the program ended may not have been given its history yet.
        adopter.adopt(&origin.whole(), clock::now()).await;
        let (planted, models) = Planted::make(&historian, &workspace, origin, None).await?;
        let compiled = Arc::clone(&planted.compiled);
        adopter.put_plant(Arc::clone(&compiled)).await;
        let plant = planted.view(workspace.dir());
        let caught_up = start::catch_up(&historian, &compiled).await?;
        let view = first_view(&historian, plant).await?;
        let kept_facts = KeptFacts::open(workspace.dir())?;
        let known = historian.signals().await?;
        let (policy, policy_now) = watch::channel(Arc::new(Plan::of(&compiled, &known)));
        let running = start::pipeline(
            &adopter,
            &compiled,
            &view,
            caught_up,
            models.unwrap_or_default(),
            workspace.dir(),
            policy_now.clone(),
        )
        .await?;
        let files = Files::new(
            historian.clone(),
            Arc::clone(&view),
            workspace.dir().to_owned(),
            policy_now,
        );
        let app = Arc::new(App {
            files,
            discovery: Discovery::default(),
            diagnostics: Diagnostics::new(running.meter, clock::now()),
            looks: Looks::default(),
            measurings: Measurings::default(),
            workspace,
            historian,
            adopter,
            planted: RwLock::new(Arc::new(planted)),
            seen: std::sync::Mutex::new(Seen::at_start(text, load.files, load.print)),
            heard: Arc::new(std::sync::Mutex::new(heard)),
            policy,
            conditions: running.conditions,
            answers: running.answers,
            view,
            requests: running.requests,
            links: Mutex::new(Links::default()),
            unmade: Mutex::new(Unmade::default()),
            unwritten: Mutex::new(Unwritten::default()),
            devices: std::sync::Mutex::new(Devices::new(kept_facts)),
            acts: Mutex::new(Acts::default()),
            editing: Mutex::new(()),
            next_link: AtomicUsize::new(0),
            pictures_cancelled: AtomicUsize::new(0),
            unacknowledged: running.unacknowledged,
            tasks: Mutex::new(running.tasks),
        });
        app.begin(&compiled).await?;
        Ok((app, running.notices))
    }

    /// Starts the connections, and watches the plant file from now on.
    async fn begin(self: &Arc<Self>, compiled: &Compiled) -> Result<()> {
        for connection in &compiled.plant.connections {
            self.connect(connection).await?;
        }
        let watching = tokio::spawn(watch_plant_file(Arc::downgrade(self)));
        self.tasks.lock().await.plant_file = Some(watching.abort_handle());
        Ok(())
    }

    /// Writes and acknowledges what is left, ends the connections, and gives the workspace back.
    pub async fn stop(&self) {
        self.files.stop().await;
        self.looks.end();
        self.measurings.end();
        self.keep_devices(clock::now(), true).await;
        let mut tasks = self.tasks.lock().await;
        tasks.maintenance.abort();
        if let Some(watching) = &tasks.plant_file {
            watching.abort();
        }
        // The driver may have ended already.
        let _ = self.requests.send(Request::Stop).await;
        let mut is_complete = true;
        for task in [tasks.driver.take(), tasks.writer.take()]
            .into_iter()
            .flatten()
        {
            let ended = tokio::time::timeout(STOP_TIMEOUT, task).await;
            is_complete &= matches!(ended, Ok(Ok(true)));
            if ended.is_err() {
                tracing::error!(
                    "the pipeline did not end in time: the broker will deliver the rest again"
                );
            }
        }
        // The links go last, so that the acknowledgements of the last commit still leave.
        for link in self.links.lock().await.running.drain(..) {
            let end = LinkTransition {
                connection: link.id.clone(),
                at: clock::now(),
                state: "down".into(),
                reason: "Twinscope was closed".into(),
            };
            link.stop().await;
            let group = Group {
                links: &[end],
                ..Group::default()
            };
            if let Err(error) = self.historian.append_group(group, Durability::Normal).await {
                is_complete = false;
                tracing::error!("the end of a link could not be stored: {error}");
            }
        }
        // What is not in history was not recorded: then the heartbeat stays where history was last complete.
        let path = self.workspace.dir().join(heartbeat::FILE);
        if is_complete && let Err(error) = heartbeat::put(&path, clock::now()) {
            tracing::warn!("the heartbeat could not be written: {error}");
        }
        self.audit_last().await;
        if let Err(error) = self.historian.close().await {
            tracing::error!(
                "history could not be closed cleanly; the next start repairs it: {error}"
            );
        }
        // Whoever still holds this may do so for long.
        self.workspace.release();
    }

    /// The plant that runs.
    fn planted(&self) -> Arc<Planted> {
        Arc::clone(&self.planted.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn compiled(&self) -> Arc<Compiled> {
        Arc::clone(&self.planted().compiled)
    }

    async fn ask(&self, request: Request) -> Result<()> {
        self.requests
            .send(request)
            .await
            .map_err(|_| Error::Stopped)
    }

    /// What subscribers see.
    pub const fn view(&self) -> &Arc<View> {
        &self.view
    }

    /// Export, import, backup and check of history.
    pub const fn files(&self) -> &Files {
        &self.files
    }

    /// Number of unacknowledged alarms, as it changes.
    pub fn unacknowledged(&self) -> watch::Receiver<usize> {
        self.unacknowledged.clone()
    }

    /// The plant.
    pub fn plant(&self) -> PlantView {
        self.view.plant()
    }

    /// Every occurrence that is not over.
    pub fn alarms(&self) -> AlarmList {
        self.view.alarms()
    }

    /// Occurrences whose latest transition has a sequence number below `before` (0: the newest), newest first, at most
    /// `limit` (1 to 1,000).
    ///
    /// # Errors
    /// [`Error::History`].
    pub async fn alarm_history(&self, before: f64, limit: u32) -> Result<Vec<AlarmRow>> {
        let before = Some(before as u64).filter(|before| *before > 0);
        let records = self
            .historian
            .alarms()
            .history(before, limit.clamp(1, 1_000))
            .await?;
        Ok(records.iter().map(alarm_row).collect())
    }

    /// Acknowledges an occurrence as `user`; answers when it is stored.
    ///
    /// # Errors
    /// [`Error::Unknown`] when there is nothing to acknowledge, [`Error::Request`] when it could not be stored.
    pub async fn acknowledge(
        &self,
        occurrence: &str,
        user: &str,
        comment: &str,
    ) -> Result<AlarmRow> {
        let (reply, answer) = oneshot::channel();
        let request = Request::Acknowledge {
            occurrence: OccurrenceId::from(occurrence),
            user: user.to_owned(),
            comment: comment.to_owned(),
            reply,
        };
        self.ask(request).await?;
        answer.await.map_err(|_| Error::Stopped)?
    }

    /// The trend of some signals, as laid out in [`crate::api::trend`].
    ///
    /// # Errors
    /// [`Error::Request`] for an impossible range, [`Error::History`].
    pub async fn trend(&self, request: &TrendRequest) -> Result<Vec<u8>> {
        trend::query(&self.historian, request).await
    }

    /// Writes the picture of a trend that the window made into the workspace's `pictures` folder and gives its path.
    ///
    /// # Errors
    /// [`Error::Request`] when it is no PNG or too large, [`Error::File`] when it cannot be written, [`Error::Cancelled`]
    /// after [`App::cancel_trend_picture`].
    pub fn save_trend_picture(&self, png: &[u8]) -> Result<PathBuf> {
        let begun = self.pictures_cancelled.load(Ordering::Relaxed);
        let unwanted = || self.pictures_cancelled.load(Ordering::Relaxed) != begun;
        self.workspace
            .put_trend_picture(clock::now(), png, unwanted)
    }

    /// Whatever picture of a trend is being written is not wanted any more.
    pub fn cancel_trend_picture(&self) {
        self.pictures_cancelled.fetch_add(1, Ordering::Relaxed);
    }

    /// Why the model of an asset says what it says.
    pub fn anomaly(&self, asset: &str) -> Option<AnomalyView> {
        self.view.anomaly(asset)
    }

    /// All connections.
    pub fn connections(&self) -> Vec<ConnectionRow> {
        self.view.connections()
    }

    /// Asks a Sparkplug node for its birth.
    ///
    /// # Errors
    /// When the connection is read-only, unknown or not ready.
    pub async fn request_rebirth(&self, connection: &str, node: &str, user: &str) -> Result<()> {
        self.audit_first(user, "request-rebirth", connection, node)
            .await?;
        let (reply, answer) = oneshot::channel();
        let (connection, node) = (connection.to_owned(), node.to_owned());
        self.ask(Request::Rebirth {
            connection,
            node,
            reply,
        })
        .await?;
        answer.await.map_err(|_| Error::Stopped)?
    }

    /// The settings.
    ///
    /// # Errors
    /// [`Error::File`].
    pub fn settings(&self) -> Result<Settings> {
        self.workspace.settings()
    }

    /// Stores the settings.
    ///
    /// # Errors
    /// [`Error::File`].
    pub fn put_settings(&self, settings: &Settings) -> Result<()> {
        self.workspace.put_settings(settings)
    }
}

/// What is seen before anything has come: the plant with the alarms that stand.
async fn first_view(historian: &Historian, plant: PlantView) -> Result<Arc<View>> {
    let records = historian.alarms().standing().await?;
    let alarm_seq = historian.alarms().newest_seq().await?;
    let rows = records.iter().map(alarm_row).collect();
    Ok(Arc::new(View::new(plant, rows, alarm_seq)))
}

/// Looks at the plant file, and at what mapping rules may make assets of, until the program ends.
async fn watch_plant_file(app: Weak<App>) {
    let mut rules_rest_until = Instant::now();
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        let Some(app) = app.upgrade() else { return };
        app.diagnostics.look(clock::now());
        app.audit_rest().await;
        app.forget_acts(clock::now()).await;
        app.keep_devices(clock::now(), false).await;
        app.adopter.adopt_rest(clock::now()).await;
        app.look_at_plant_file().await;
        app.look_at_connections(clock::now()).await;
        if Instant::now() >= rules_rest_until {
            let took = app.look_at_rules().await;
            // A large plant takes long to make anew: then addresses are gathered for longer.
            rules_rest_until = Instant::now() + took * RULES_REST;
        }
    }
}
