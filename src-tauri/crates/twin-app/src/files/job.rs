//! One job with history: what it counts while it runs, and how it ended.

use std::{
    ops::ControlFlow,
    path::PathBuf,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use twin_core::{Said, Timestamp};

use crate::{
    api::files::{CheckReport, FileJobKind, FileJobState, FileJobView, ImportReport},
    clock,
    error::Error,
};

/// A job with a file, shared by the task that does it and those who watch.
#[derive(Debug)]
pub struct Job {
    number: u32,
    kind: FileJobKind,
    /// The file, or the folder.
    pub path: PathBuf,
    started: Timestamp,
    rows: AtomicU64,
    bytes: AtomicU64,
    /// Bits of an `f64`, 0 to 1.
    done: AtomicU64,
    cancelled: AtomicBool,
    report: Mutex<Option<ImportReport>>,
    check: Mutex<Option<CheckReport>>,
    ended: Mutex<Option<Ended>>,
}

#[derive(Clone, Debug)]
struct Ended {
    at: Timestamp,
    state: FileJobState,
    message: Said,
}

/// Why a job did not come to its end.
#[derive(Debug)]
pub enum Stopped {
    /// A person wanted it so.
    Cancelled,
    /// Something failed.
    Failed(Error),
}

impl<E: Into<Error>> From<E> for Stopped {
    fn from(error: E) -> Self {
        Stopped::Failed(error.into())
    }
}

impl Job {
    /// A job that begins now.
    pub fn new(number: u32, kind: FileJobKind, path: PathBuf) -> Self {
        Job {
            number,
            kind,
            path,
            started: clock::now(),
            rows: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            done: AtomicU64::new(0),
            cancelled: AtomicBool::new(false),
            report: Mutex::new(None),
            check: Mutex::new(None),
            ended: Mutex::new(None),
        }
    }

    /// Its number.
    pub const fn number(&self) -> u32 {
        self.number
    }

    /// What it does, as the audit trail names it.
    pub const fn action(&self) -> &'static str {
        match self.kind {
            FileJobKind::Export => "export-history",
            FileJobKind::Import => "import-history",
            FileJobKind::Backup => "backup-history",
            FileJobKind::Check => "check-history",
        }
    }

    /// Counts samples, and says which part of the job is done.
    pub fn advance(&self, rows: usize, done: f64) {
        self.rows.fetch_add(rows as u64, Ordering::Relaxed);
        self.done
            .store(done.clamp(0.0, 1.0).to_bits(), Ordering::Relaxed);
    }

    /// Whether it leaves entries in the audit trail: a check changes and copies nothing.
    pub const fn is_audited(&self) -> bool {
        !matches!(self.kind, FileJobKind::Check)
    }

    /// Notes how much of the whole (0: not known) is done: bytes of a backup, rows of a check. Says whether to go on.
    pub fn see(&self, done: u64, total: u64) -> ControlFlow<()> {
        let so_far = match self.kind {
            FileJobKind::Backup => &self.bytes,
            _ => &self.rows,
        };
        so_far.store(done, Ordering::Relaxed);
        let part = if total == 0 {
            0.0
        } else {
            done as f64 / total as f64
        };
        self.advance(0, part);
        match self.go_on() {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    }

    /// Says what a check has found.
    pub fn put_check(&self, check: CheckReport) {
        *self.check.lock().unwrap_or_else(PoisonError::into_inner) = Some(check);
    }

    /// Says what an import has found so far.
    pub fn put_report(&self, report: ImportReport) {
        *self.report.lock().unwrap_or_else(PoisonError::into_inner) = Some(report);
    }

    /// Asks it to end.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    /// Looks whether it should end.
    pub fn go_on(&self) -> Result<(), Stopped> {
        if self.cancelled.load(Ordering::Relaxed) {
            return Err(Stopped::Cancelled);
        }
        Ok(())
    }

    /// Notes how it ended.
    pub fn end(&self, result: &Result<(), Stopped>) {
        let (state, message) = match result {
            Ok(()) => (FileJobState::Done, Said::default()),
            Err(Stopped::Cancelled) => (FileJobState::Cancelled, Said::default()),
            Err(Stopped::Failed(error)) => (FileJobState::Failed, error.said()),
        };
        if state == FileJobState::Done {
            self.advance(0, 1.0);
        }
        let ended = Ended {
            at: clock::now(),
            state,
            message,
        };
        *self.ended.lock().unwrap_or_else(PoisonError::into_inner) = Some(ended);
    }

    /// Whether it is still at work.
    pub fn is_running(&self) -> bool {
        let ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        ended.is_none()
    }

    /// As people see it.
    pub fn view(&self) -> FileJobView {
        let ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        let ended = ended.clone();
        let report = self.report.lock().unwrap_or_else(PoisonError::into_inner);
        let check = self.check.lock().unwrap_or_else(PoisonError::into_inner);
        let until = ended.as_ref().map_or_else(clock::now, |ended| ended.at);
        let seconds = until.since(self.started).secs_f64();
        let rows = self.rows.load(Ordering::Relaxed) as f64;
        FileJobView {
            number: self.number,
            kind: self.kind,
            state: ended
                .as_ref()
                .map_or(FileJobState::Running, |ended| ended.state),
            path: self.path.display().to_string(),
            done: f64::from_bits(self.done.load(Ordering::Relaxed)),
            rows,
            // A tenth of a second at least: the first look would divide by nothing.
            rows_per_s: rows / seconds.max(0.1),
            bytes: self.bytes.load(Ordering::Relaxed) as f64,
            message: ended.map(|ended| ended.message.into()).unwrap_or_default(),
            report: report.clone(),
            check: check.clone(),
        }
    }

    /// In a line, for the audit trail.
    pub fn summary(&self) -> String {
        let view = self.view();
        let ended = match view.state {
            FileJobState::Running => "running",
            FileJobState::Done => "done",
            FileJobState::Cancelled => "cancelled",
            FileJobState::Failed => "failed",
        };
        match view.report {
            None if view.kind == FileJobKind::Backup => {
                format!("{ended}: {} bytes. {}", view.bytes, view.message)
            }
            None => format!("{ended}: {} samples. {}", view.rows, view.message),
            Some(report) => format!(
                "{ended}: {} samples written, {} already there, {} differing and left, {} repeated with another value, \
                 {} past their retention, {} of unknown signals, {} bad lines. {}",
                report.written,
                report.present,
                report.differing,
                report.repeated,
                report.expired,
                report.unknown,
                report.bad,
                view.message
            ),
        }
        .trim_end()
        .to_owned()
    }
}
