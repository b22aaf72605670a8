//! The running program without a window: opens a workspace, starts the pipeline, and answers what a UI asks.
//!
//! Left out on purpose: anything about windows, trays and notification services. The shell adds those, the headless
//! binary a terminal.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::sync::{Mutex, mpsc, oneshot, watch};
use twin_core::{OccurrenceId, SignalId};
use twin_historian::{AuditEntry, Durability, Group, Historian, LinkTransition};

use crate::{
    api::{
        alarm::{AlarmList, AlarmRow},
        connection::{ConnectionForm, ConnectionRow, HeardRow, TestReportView, TestStepView},
        plant::{AnomalyView, PlantView},
        settings::Settings,
        trend::TrendRequest,
    },
    clock,
    compile::{Compiled, compile, plant_view},
    connections::{
        RunningLink, client_id, command_queue, connection_of, form_of, message_queue, spec_of,
    },
    error::{Error, Result},
    files::Files,
    heartbeat,
    pipeline::{
        notice::Notice,
        request::Request,
        scoring,
        source::{Source, SourceParts},
        writer::alarm_row,
    },
    start::{self, Tasks},
    trend,
    view::View,
    workspace::Workspace,
};

/// How long "Test connection" waits for each step.
const TEST_TIMEOUT: Duration = Duration::from_secs(10);
/// How long the end of the program waits for the last commit.
const STOP_TIMEOUT: Duration = Duration::from_secs(10);

/// The running program. Cheap to share behind an [`Arc`].
pub struct App {
    workspace: Workspace,
    historian: Historian,
    compiled: Arc<Compiled>,
    view: Arc<View>,
    files: Files,
    requests: mpsc::Sender<Request>,
    links: Mutex<Vec<RunningLink>>,
    /// One edit of the plant file at a time.
    editing: Mutex<()>,
    next_link: AtomicUsize,
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
        let workspace = Workspace::open(dir, assets)?;
        let plant = workspace.plant()?;
        let historian = Historian::open(workspace.dir(), clock::now()).await?;
        let ids: Vec<SignalId> = plant
            .signals()
            .into_iter()
            .map(|signal| signal.id)
            .collect();
        let keys = historian.signal_keys(&ids).await?;
        let mut compiled = compile(plant, &keys);
        let models = scoring::load(&workspace, &compiled);
        compiled.put_settle(models.iter().map(|model| model.settle));
        let compiled = Arc::new(compiled);
        let plant = plant_view(&compiled, 1, dir.display().to_string(), |binding| {
            models.get(binding).map(|model| model.view.clone())
        });
        let caught_up = start::catch_up(&historian, &compiled).await?;
        let records = historian.alarms().standing().await?;
        let alarm_seq = historian.alarms().newest_seq().await?;
        let view = Arc::new(View::new(
            plant,
            records.iter().map(alarm_row).collect(),
            alarm_seq,
        ));
        let running = start::pipeline(
            &historian,
            &compiled,
            &view,
            caught_up,
            models,
            workspace.dir(),
        )
        .await?;
        let files = Files::new(
            historian.clone(),
            Arc::clone(&view),
            workspace.dir().to_owned(),
            crate::pipeline::retention::policy(&compiled, &historian.signals().await?),
        );
        let app = Arc::new(App {
            files,
            workspace,
            historian,
            compiled,
            view,
            requests: running.requests,
            links: Mutex::new(Vec::new()),
            editing: Mutex::new(()),
            next_link: AtomicUsize::new(0),
            unacknowledged: running.unacknowledged,
            tasks: Mutex::new(running.tasks),
        });
        for connection in &app.compiled.plant.connections {
            app.connect(connection).await?;
        }
        Ok((app, running.notices))
    }

    /// Writes and acknowledges what is left, ends the connections, and gives the workspace back.
    pub async fn stop(&self) {
        self.files.stop().await;
        let mut tasks = self.tasks.lock().await;
        tasks.maintenance.abort();
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
        for link in self.links.lock().await.drain(..) {
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
        if let Err(error) = self.historian.close().await {
            tracing::error!(
                "history could not be closed cleanly; the next start repairs it: {error}"
            );
        }
    }

    /// Starts a connection. One that cannot even be tried is listed with the reason, so that it can be mended.
    async fn connect(&self, connection: &twin_model::Connection) -> Result<()> {
        let index = self.next_link.fetch_add(1, Ordering::Relaxed);
        let births = self.historian.births(&connection.id).await?;
        let queue = command_queue();
        let (inbound, inbox) = message_queue();
        let mut source = Source::new(SourceParts {
            index,
            form: form_of(connection),
            client_id: client_id(&self.workspace, connection.id.as_str()),
            commands: queue.0.clone(),
            inbox,
            addresses: self
                .compiled
                .addresses
                .get(&connection.id)
                .cloned()
                .unwrap_or_default(),
            births: births
                .into_iter()
                .map(|birth| (birth.topic, birth.payload))
                .collect(),
            now: clock::now(),
        });
        let spec = spec_of(&self.workspace, connection, None);
        let spec = spec.and_then(|spec| spec.check().map(|()| spec).map_err(Error::from));
        if let Err(error) = &spec {
            source.fail(error.to_string());
        }
        // The driver takes requests before messages, so it knows the source when the first message arrives.
        self.ask(Request::PutSource(index, Box::new(source)))
            .await?;
        let Ok(spec) = spec else { return Ok(()) };
        let link = RunningLink::start(index, connection.id.clone(), spec, queue, inbound);
        self.links.lock().await.push(link);
        Ok(())
    }

    /// Ends a connection. The driver is told by id, because a failed one has no link.
    async fn disconnect(&self, id: &str) -> Result<()> {
        let mut links = self.links.lock().await;
        while let Some(at) = links.iter().position(|link| link.id.as_str() == id) {
            links.swap_remove(at).stop().await;
        }
        self.ask(Request::RemoveSource(id.to_owned())).await
    }

    /// Every operator action lands in the audit trail.
    async fn audit(&self, user: &str, action: &str, subject: &str, detail: &str) -> Result<()> {
        let entry = AuditEntry {
            at: clock::now(),
            user: user.to_owned(),
            action: action.to_owned(),
            subject: subject.to_owned(),
            detail: detail.to_owned(),
        };
        self.historian.alarms().write_audit(&entry).await?;
        Ok(())
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

    /// Draws a trend as a PNG file into the workspace's `pictures` folder and gives its path.
    ///
    /// # Errors
    /// As [`App::trend`]; [`Error::Picture`] when it cannot be drawn, [`Error::File`] when it cannot be written.
    pub async fn save_trend_picture(&self, request: &TrendRequest, title: &str) -> Result<PathBuf> {
        let plant = self.view.plant();
        trend::picture(&self.historian, &self.workspace, &plant, request, title).await
    }

    /// Why the model of an asset says what it says.
    pub fn anomaly(&self, asset: &str) -> Option<AnomalyView> {
        self.view.anomaly(asset)
    }

    /// All connections.
    pub fn connections(&self) -> Vec<ConnectionRow> {
        self.view.connections()
    }

    /// What was heard on a connection and is not in the plant file.
    ///
    /// # Errors
    /// [`Error::Unknown`].
    pub async fn heard(&self, connection: &str) -> Result<Vec<HeardRow>> {
        let (reply, answer) = oneshot::channel();
        self.ask(Request::Heard {
            connection: connection.to_owned(),
            reply,
        })
        .await?;
        let heard = answer.await.map_err(|_| Error::Stopped)??;
        let text = |value: &twin_core::Value| match value {
            twin_core::Value::Null => "null".to_owned(),
            twin_core::Value::Bool(v) => v.to_string(),
            twin_core::Value::I64(v) => v.to_string(),
            twin_core::Value::F64(v) => v.to_string(),
            twin_core::Value::Text(v) => v.to_string(),
        };
        let row = |heard: &crate::pipeline::source::Heard| HeardRow {
            address: heard.address.clone(),
            value: text(&heard.value),
            at: heard.at.micros() as f64,
            count: heard.count as f64,
        };
        Ok(heard.iter().map(row).collect())
    }

    /// Tries a connection step by step.
    ///
    /// # Errors
    /// When the form itself is incomplete; what fails on the way is in the report.
    pub async fn test_connection(&self, form: &ConnectionForm) -> Result<TestReportView> {
        let connection = connection_of(form, &[])?;
        let spec = spec_of(&self.workspace, &connection, form.password.clone())?;
        let report = twin_connect::test_connection(
            spec,
            &twin_connect::Examination::new(TEST_TIMEOUT, crate::clock::now()),
        )
        .await;
        let step = |step: &twin_connect::TestStep| TestStepView {
            step: step.step.label().to_owned(),
            ok: step.ok,
            message: step.message.clone(),
            advice: step.advice.clone(),
        };
        Ok(TestReportView {
            steps: report.steps.iter().map(step).collect(),
        })
    }

    /// Adds or changes a connection in the plant file and starts it anew.
    ///
    /// # Errors
    /// When the form is incomplete or the plant file cannot be written.
    pub async fn save_connection(
        &self,
        form: &ConnectionForm,
        user: &str,
    ) -> Result<ConnectionForm> {
        let _alone = self.editing.lock().await;
        let taken: Vec<_> = self
            .workspace
            .plant()?
            .connections
            .into_iter()
            .map(|c| c.id)
            .collect();
        let connection = connection_of(form, &taken)?;
        // Tried before anything is written: a form that makes no sense must not reach the plant file.
        spec_of(&self.workspace, &connection, form.password.clone())?.check()?;
        let mut edited = Ok(());
        self.workspace
            .edit_plant(|document| edited = document.put_connection(&connection))?;
        edited.map_err(|source| Error::Plant {
            path: self.workspace.dir().join("plant.toml"),
            source,
        })?;
        if let Some(password) = &form.password {
            self.workspace
                .put_password(connection.id.as_str(), password)?;
        }
        let address = format!("{}:{}", connection.host, connection.port);
        self.audit(user, "save-connection", connection.id.as_str(), &address)
            .await?;
        self.disconnect(connection.id.as_str()).await?;
        self.connect(&connection).await?;
        Ok(form_of(&connection))
    }

    /// Removes a connection from the plant file and ends it.
    ///
    /// # Errors
    /// When assets of the plant file still use it, or the file cannot be written.
    pub async fn remove_connection(&self, id: &str, user: &str) -> Result<()> {
        let _alone = self.editing.lock().await;
        self.audit(user, "remove-connection", id, "").await?;
        let mut edited = Ok(());
        self.workspace
            .edit_plant(|document| edited = document.remove_connection(id))?;
        edited.map_err(|source| Error::Plant {
            path: self.workspace.dir().join("plant.toml"),
            source,
        })?;
        self.workspace.put_password(id, "")?;
        self.disconnect(id).await
    }

    /// Asks a Sparkplug node for its birth.
    ///
    /// # Errors
    /// When the connection is read-only, unknown or not ready.
    pub async fn request_rebirth(&self, connection: &str, node: &str, user: &str) -> Result<()> {
        self.audit(user, "request-rebirth", connection, node)
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

    /// The names behind a signal key.
    pub fn compiled(&self) -> &Compiled {
        &self.compiled
    }
}
