//! History into files and out of them, its backup and its check: one job at a time, with progress, to be cancelled.
//!
//! Rooms, in the order in which they may import one another: `job`, `place` -> `desk` -> `care`, `export`, `import` -> `sheet`.

mod care;
mod desk;
mod export;
mod import;
mod job;
mod place;
mod sheet;
pub use place::at_home;

use std::{
    collections::HashMap,
    future::Future,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{sync::watch, task::JoinHandle};
use twin_core::{Said, SignalKey, Timestamp, said};
use twin_historian::{AuditEntry, Historian};
use twin_report::{Format, Heading, Origin};

use crate::{
    api::{
        files::{ExportRequest, FileFormat, FileJobKind, FileJobView, Keeping, SheetColumn},
        plant::PlantView,
    },
    clock,
    error::{Error, Result, Thing},
    keep::command,
    pipeline::retention::Plan,
    view::View,
};
use export::{Export, Exported};
use job::{Job, Stopped};
use sheet::{Column, SheetExport};

/// How long the end of the program waits for a job to notice it: a page is read and stored in far less.
const STOP_TIMEOUT: Duration = Duration::from_secs(10);

/// Columns of a sheet at most: sixteen signals of a trend with what they are compared with, or all of a large asset.
const COLUMNS_MAX: usize = 512;

/// The room of a running program where history meets files.
pub struct Files {
    historian: Historian,
    view: Arc<View>,
    /// The workspace's folder.
    dir: PathBuf,
    /// How long samples are kept, as the plant file says now: an import says which of its own would not be.
    plan: watch::Receiver<Arc<Plan>>,
    current: Mutex<Option<Current>>,
}

/// The job that runs, or the last one.
struct Current {
    job: Arc<Job>,
    task: Option<JoinHandle<()>>,
    /// A person knows how it ended.
    is_read: bool,
}

impl Files {
    /// For a workspace in `dir`.
    pub fn new(
        historian: Historian,
        view: Arc<View>,
        dir: PathBuf,
        plan: watch::Receiver<Arc<Plan>>,
    ) -> Self {
        Files {
            historian,
            view,
            dir,
            plan,
            current: Mutex::new(None),
        }
    }

    /// Begins to write history into a file; gives the job as it stands.
    ///
    /// # Errors
    /// [`Error::Request`] when a job runs already, the range is empty or the file exists; [`Error::Unknown`] for a key
    /// that no signal has; [`Error::History`] when the audit trail cannot be written.
    pub async fn start_export(&self, request: &ExportRequest, user: &str) -> Result<FileJobView> {
        let plant = self.view.plant();
        place::refuse_folder(&request.path)?;
        let (t0, t1) = (Timestamp(request.t0 as i64), Timestamp(request.t1 as i64));
        let work = match request.format {
            FileFormat::Sheet => Work::Sheet(SheetExport {
                columns: columns(&plant, &request.columns)?,
                t0,
                t1,
                zone: plant.zone,
            }),
            FileFormat::Csv => Work::table(plant, request, Format::Csv)?,
            FileFormat::Parquet => Work::table(plant, request, Format::Parquet)?,
        };
        if request.t0.is_nan() || request.t1.is_nan() || t0 >= t1 {
            return Err(Error::Request(said!(
                "refused-range",
                "the range ends before it begins: choose another range"
            )));
        }
        let (count, ending) = match &work {
            Work::Sheet(sheet) => (sheet.columns.len(), Format::Csv.extension()),
            Work::Table(table) => (table.signals.len(), table.format.extension()),
        };
        let name = format!("history-{}.{ending}", clock::now().millis());
        let path = place::target(&self.dir.join("exports"), &request.path, &name);
        let detail = format!("{count} signals, {} to {} µs", t0.micros(), t1.micros());
        let (job, historian) = (
            self.begin(FileJobKind::Export, path)?,
            self.historian.clone(),
        );
        let own = Arc::clone(&job);
        self.run(job, user, &detail, async move {
            match work {
                Work::Sheet(sheet) => sheet::export(&historian, sheet, &own).await,
                Work::Table(table) => export::export(&historian, table, &own).await,
            }
        })
        .await
    }

    /// Begins to read a file into history; gives the job as it stands.
    ///
    /// # Errors
    /// [`Error::Request`] when a job runs already or no file is named; [`Error::History`] when the audit trail cannot be
    /// written. What is wrong with the file is in the job.
    pub async fn start_import(&self, path: &str, user: &str) -> Result<FileJobView> {
        if path.trim().is_empty() {
            return Err(Error::Request(said!(
                "refused-no-file",
                "no file is named: give its path"
            )));
        }
        let path = place::target(&self.dir.join("exports"), path, "");
        let targets = desk::targets(self.view.plant(), &self.plan.borrow().policy);
        let (job, historian) = (
            self.begin(FileJobKind::Import, path)?,
            self.historian.clone(),
        );
        let work = Arc::clone(&job);
        self.run(job, user, "begun", async move {
            import::import(&historian, targets, &work).await
        })
        .await
    }

    /// Begins to copy history into a new folder; gives the job as it stands. A name alone lies in the workspace's
    /// folder `backups`; an empty one is made of the time.
    ///
    /// # Errors
    /// [`Error::Request`] when a job runs already or the folder exists; [`Error::History`] when the audit trail cannot be
    /// written.
    pub async fn start_backup(&self, to: &str, user: &str) -> Result<FileJobView> {
        let otherwise = command::stamp(clock::now());
        let path = place::target(&command::backups(&self.dir), to, &otherwise);
        place::refuse_existing(&path)?;
        let (job, historian) = (
            self.begin(FileJobKind::Backup, path)?,
            self.historian.clone(),
        );
        let work = Arc::clone(&job);
        self.run(job, user, "begun", async move {
            care::backup(&historian, &work).await
        })
        .await
    }

    /// Begins to look history through; gives the job as it stands.
    ///
    /// # Errors
    /// [`Error::Request`] when a job runs already.
    pub async fn start_check(&self, user: &str) -> Result<FileJobView> {
        let (job, historian) = (
            self.begin(FileJobKind::Check, self.dir.clone())?,
            self.historian.clone(),
        );
        let work = Arc::clone(&job);
        self.run(job, user, "begun", async move {
            care::check(&historian, &work).await
        })
        .await
    }

    /// Where copies of history lie, and the commands that need it closed.
    pub fn keeping(&self) -> Keeping {
        Keeping {
            backups: command::backups(&self.dir).display().to_string(),
            restore: command::line(&self.dir, "restore"),
            repair: command::line(&self.dir, "repair"),
        }
    }

    /// The job that runs, or the last one since start until a person has read how it ended.
    pub fn job(&self) -> Option<FileJobView> {
        let current = self.current();
        let current = current.as_ref().filter(|current| !current.is_read);
        current.map(|current| current.job.view())
    }

    /// A person has read how the job with this number ended. One that runs, or another, stays.
    pub fn put_away(&self, number: u32) {
        if let Some(current) = &mut *self.current()
            && current.job.number() == number
            && !current.job.is_running()
        {
            current.is_read = true;
        }
    }

    /// Asks the running job to end; one that has ended stays as it is.
    pub fn cancel(&self) {
        if let Some(current) = &*self.current() {
            current.job.cancel();
        }
    }

    /// Ends the running job, as the end of the program does.
    pub async fn stop(&self) {
        self.cancel();
        let task = self
            .current()
            .as_mut()
            .and_then(|current| current.task.take());
        if let Some(task) = task
            && !matches!(tokio::time::timeout(STOP_TIMEOUT, task).await, Ok(Ok(())))
        {
            tracing::error!("a job with a file came to no end");
        }
    }

    fn current(&self) -> std::sync::MutexGuard<'_, Option<Current>> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the one place.
    fn begin(&self, kind: FileJobKind, path: PathBuf) -> Result<Arc<Job>> {
        let mut current = self.current();
        let before = current.as_ref().map(|current| current.job.view());
        if let Some(before) = &before
            && current
                .as_ref()
                .is_some_and(|current| current.job.is_running())
        {
            return Err(Error::Request(said!(
                "refused-busy",
                "{what} is at work ({percent} % done): wait for its end, or cancel it",
                what = at_work(before),
                percent = format!("{:.0}", before.done * 100.0)
            )));
        }
        let number = before.map_or(1, |before| before.number + 1);
        let job = Arc::new(Job::new(number, kind, path));
        *current = Some(Current {
            job: Arc::clone(&job),
            task: None,
            is_read: false,
        });
        Ok(job)
    }

    /// Starts the work, where it is audited with an entry in the audit trail before and after.
    async fn run(
        &self,
        job: Arc<Job>,
        user: &str,
        detail: &str,
        work: impl Future<Output = std::result::Result<(), Stopped>> + Send + 'static,
    ) -> Result<FileJobView> {
        let entry = AuditEntry {
            at: clock::now(),
            user: user.to_owned(),
            action: job.action().to_owned(),
            subject: job.path.display().to_string(),
            detail: detail.to_owned(),
        };
        let audited = job.is_audited();
        if audited && let Err(error) = self.historian.alarms().write_audit(&entry).await {
            let error = Error::from(error);
            let said = error.said();
            job.end(&Err(Stopped::Failed(error)));
            return Err(Error::Request(said));
        }
        let (historian, own) = (self.historian.clone(), Arc::clone(&job));
        let task = tokio::spawn(async move {
            // A task of its own: a panic in the work ends the job too.
            let work = tokio::spawn(work).await;
            let result = work.unwrap_or_else(|_| Err(Stopped::Failed(Error::Stopped)));
            own.end(&result);
            let entry = AuditEntry {
                at: clock::now(),
                detail: own.summary(),
                ..entry
            };
            if audited && let Err(error) = historian.alarms().write_audit(&entry).await {
                tracing::error!("the end of a job with a file could not be noted: {error}");
            }
        });
        if let Some(current) = &mut *self.current()
            && current.job.number() == job.number()
        {
            current.task = Some(task);
        }
        Ok(job.view())
    }
}

/// What an export writes.
enum Work {
    Sheet(SheetExport),
    Table(Export),
}

impl Work {
    fn table(plant: PlantView, request: &ExportRequest, format: Format) -> Result<Self> {
        Ok(Work::Table(Export {
            signals: exported(&plant, &request.signals)?,
            t0: Timestamp(request.t0 as i64),
            t1: Timestamp(request.t1 as i64),
            format,
            origin: Origin {
                plant: plant.name,
                zone: plant.zone,
                program: concat!("Twinscope ", env!("CARGO_PKG_VERSION")).to_owned(),
            },
        }))
    }
}

/// A job in a sentence.
fn at_work(job: &FileJobView) -> Said {
    let path = job.path.as_str();
    match job.kind {
        FileJobKind::Export => said!("refused-busy-export", "an export to {path}", path = path),
        FileJobKind::Import => said!("refused-busy-import", "an import of {path}", path = path),
        FileJobKind::Backup => said!("refused-busy-backup", "a backup to {path}", path = path),
        FileJobKind::Check => said!("refused-busy-check", "a check of {path}", path = path),
    }
}

/// The columns of a sheet, as they were asked for.
fn columns(plant: &PlantView, asked: &[SheetColumn]) -> Result<Vec<Column>> {
    let keys: Vec<u32> = asked.iter().map(|column| column.signal).collect();
    let is_number = |column: &SheetColumn| {
        [column.factor, column.add, column.later]
            .iter()
            .all(|n| n.is_finite())
    };
    if asked.len() > COLUMNS_MAX || !asked.iter().all(is_number) {
        return Err(Error::Request(said!(
            "refused-sheet",
            "a sheet takes at most {most} columns: choose fewer signals",
            most = COLUMNS_MAX
        )));
    }
    let found = exported(plant, &keys)?.into_iter().zip(asked);
    let one = |(signal, asked): (Exported, &SheetColumn)| Column {
        key: signal.key,
        heading: Heading {
            name: asked.name.clone(),
            unit: asked.unit.clone(),
        },
        factor: asked.factor,
        add: asked.add,
        later: asked.later as i64,
    };
    Ok(found.map(one).collect())
}

/// The signals with these keys, in this order.
fn exported(plant: &PlantView, keys: &[u32]) -> Result<Vec<Exported>> {
    if keys.is_empty() {
        return Err(Error::Request(said!(
            "refused-no-signal",
            "no signal is chosen: choose at least one"
        )));
    }
    let by_key: HashMap<u32, _> = plant
        .all_signals()
        .map(|signal| (signal.key, signal))
        .collect();
    let one = |key: &u32| {
        let signal = by_key.get(key).ok_or_else(|| Error::Unknown {
            what: Thing::Signal,
            id: key.to_string(),
        })?;
        Ok(Exported {
            key: SignalKey(signal.key),
            id: signal.id.clone(),
            unit: signal.unit.clone(),
        })
    };
    keys.iter().map(one).collect()
}

#[cfg(test)]
mod tests;
