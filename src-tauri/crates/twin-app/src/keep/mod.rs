//! What is done with history while nothing has it open: check, backup, restore, repair, salvage, a picture of it.
//!
//! Rooms, in the order in which they may import one another: `command`, `look` -> `salvage`, `picture`.

pub mod command;
mod look;
mod picture;
mod salvage;
pub use picture::Picture;

use std::{
    ops::ControlFlow,
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering},
};

use twin_core::said;
use twin_historian::{AuditEntry, BackedUp, Historian};

use crate::{
    clock,
    error::{Doing, Error, Result},
    workspace,
};
use look::{FILES, Looked, refuse_without_history};

/// The longest text that goes into one entry of the audit trail, bytes.
const DETAIL_MAX: usize = 2_000;

/// What to do.
#[derive(Clone, Debug)]
pub enum Work {
    /// Look it through; nothing is changed.
    Check,
    /// Copy it into a new folder; none: one with the time in its name, in the workspace's `backups`.
    Backup(Option<PathBuf>),
    /// Put the backup in this folder into its place.
    Restore(PathBuf),
    /// Make it readable again, with all that can be read.
    Repair,
    /// Bring back what can be read in this file, which was set aside.
    Salvage(PathBuf),
    /// Draw the trend of an asset; nothing is changed.
    Picture(Picture),
}

impl Work {
    /// What it does, as the audit trail names it.
    pub const fn action(&self) -> &'static str {
        match self {
            Work::Check => "check-history",
            Work::Backup(_) => "backup-history",
            Work::Restore(_) => "restore-history",
            Work::Repair => "repair-history",
            Work::Salvage(_) => "salvage-history",
            Work::Picture(_) => "draw-history",
        }
    }
}

/// How it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// For a person.
    pub lines: Vec<String>,
    /// Sound, or done. Else damage was found, or it was not done.
    pub good: bool,
}

impl Outcome {
    fn good(lines: Vec<String>) -> Self {
        Outcome { lines, good: true }
    }

    fn bad(lines: Vec<String>) -> Self {
        Outcome { lines, good: false }
    }
}

/// Told what is done and the whole (0: not known), in whatever unit; says whether to go on.
pub type Look<'a> = &'a (dyn Fn(u64, u64) -> ControlFlow<()> + Send + Sync);

/// A look that remembers whether it ended the work.
struct Watch<'a> {
    look: Look<'a>,
    ended: AtomicBool,
}

impl Watch<'_> {
    fn see(&self, done: u64, total: u64) -> ControlFlow<()> {
        let flow = (self.look)(done, total);
        if flow.is_break() {
            self.ended.store(true, Ordering::Relaxed);
        }
        flow
    }

    fn ended(&self) -> bool {
        self.ended.load(Ordering::Relaxed)
    }
}

/// Does `work` with the history of the workspace `dir`, for `user`.
///
/// # Errors
/// [`Error::Request`] when a running Twinscope has the workspace, or there is nothing to work with; [`Error::File`] and
/// [`Error::History`] when files cannot be read or written. A check and a backup have changed nothing then; a restoring
/// neither.
pub async fn run(dir: &Path, work: &Work, user: &str, look: Look<'_>) -> Result<Outcome> {
    let absolute = std::path::absolute(dir).map_err(|source| Error::File {
        action: Doing::Find,
        path: dir.to_owned(),
        source,
    })?;
    let dir = &absolute;
    match work {
        Work::Restore(_) => {}
        Work::Salvage(_) if dir.is_dir() => {}
        _ => refuse_without_history(dir)?,
    }
    let _lock = workspace::lock(dir).map_err(|error| match error {
        Error::Locked { path } => Error::Request(said!(
            "refused-running",
            "the workspace {path} is open in a running Twinscope: close it, in the tray too, then try again. A backup \
             and a check can also be made in the running program: Settings, History",
            path = path.display().to_string()
        )),
        other => other,
    })?;
    let watch = Watch {
        look,
        ended: AtomicBool::new(false),
    };
    match work {
        Work::Check => check(dir, &watch).await,
        Work::Backup(to) => backup(dir, to.as_deref(), user, &watch).await,
        Work::Restore(from) => restore(dir, from, user, &watch).await,
        Work::Repair => repair(dir, user, &watch).await,
        Work::Salvage(file) => salvage::salvage(dir, file, user, &watch).await,
        Work::Picture(wanted) => picture::picture(dir, wanted).await,
    }
}

async fn check(dir: &Path, watch: &Watch<'_>) -> Result<Outcome> {
    let looked = Looked::open(dir).await?;
    let report = looked
        .historian
        .check_with(|done, total| watch.see(done, total))
        .await;
    let mut lines = looked.faults.clone();
    let fresh = !lines.is_empty();
    let report = report?;
    let told = if fresh {
        // In the place of a file that could not be opened, an empty one was counted.
        report.faults.clone()
    } else {
        report.lines()
    };
    lines.extend(told.iter().map(|line| looked.named(dir, &line.to_string())));
    looked.close().await?;
    if report.is_sound() && !fresh {
        return Ok(Outcome::good(lines));
    }
    if fresh || report.faults_total > 0 {
        lines.push(advice(dir));
    }
    Ok(Outcome::bad(lines))
}

/// What to do about damage.
pub fn advice(dir: &Path) -> String {
    format!(
        "Damage was found. Nothing was changed. With Twinscope closed, this keeps everything that can be read: {}",
        command::line(dir, "repair")
    )
}

async fn backup(dir: &Path, to: Option<&Path>, user: &str, watch: &Watch<'_>) -> Result<Outcome> {
    let now = clock::now();
    let to = match to {
        None => command::backups(dir).join(command::stamp(now)),
        Some(to) => to.to_owned(),
    };
    if to.symlink_metadata().is_ok() {
        return Err(Error::Request(said!(
            "refused-folder-exists",
            "{path} exists already, and nothing is overwritten: name another folder",
            path = to.display().to_string()
        )));
    }
    let looked = Looked::open(dir).await?;
    if !looked.faults.is_empty() {
        let mut lines = looked.faults.clone();
        looked.close().await?;
        lines.push(format!("No backup was made. {}", advice(dir)));
        return Ok(Outcome::bad(lines));
    }
    note(
        &looked.historian,
        user,
        Note::of("backup-history", &to, "begun"),
    )
    .await?;
    let done = looked
        .historian
        .backup(&to, |done, total| watch.see(done, total))
        .await;
    let outcome = match &done {
        Ok(BackedUp::Done(bytes)) => Outcome::good(vec![format!(
            "History was copied to {} ({}).",
            to.display(),
            size(*bytes)
        )]),
        Ok(BackedUp::Cancelled) => Outcome::bad(vec![
            "The backup was cancelled. Nothing was left of it.".into(),
        ]),
        Err(error) => Outcome::bad(vec![error.to_string()]),
    };
    let detail = outcome.lines.join(" ");
    note(
        &looked.historian,
        user,
        Note::of("backup-history", &to, &detail),
    )
    .await?;
    looked.close().await?;
    done?;
    Ok(outcome)
}

async fn restore(dir: &Path, from: &Path, user: &str, watch: &Watch<'_>) -> Result<Outcome> {
    // A bare name is that of a backup in the workspace's own folder, as it was given when it was made.
    let own = command::backups(dir).join(from);
    let has_all = |folder: &Path| FILES.iter().all(|name| folder.join(name).is_file());
    let from = match [from, own.as_path()]
        .into_iter()
        .find(|folder| has_all(folder))
    {
        Some(from) => from,
        None => {
            return Err(Error::Request(said!(
                "refused-no-backup",
                "there is no backup in {path}: name the folder that holds telemetry.db and alarms.db",
                path = from.display().to_string()
            )));
        }
    };
    let restored = twin_historian::restore(from, dir, clock::now(), |done, total| {
        watch.see(done, total)
    })
    .await;
    let restored = match restored {
        Err(_) if watch.ended() => {
            let text = "Restoring was cancelled. History is as it was.";
            return Ok(Outcome::bad(vec![text.into()]));
        }
        other => other?,
    };
    let checked = restored.report.lines();
    let mut lines: Vec<String> = checked.iter().map(ToString::to_string).collect();
    lines.push(format!(
        "The backup {} was brought back into {}.",
        from.display(),
        dir.display()
    ));
    lines.extend(kept(&restored.kept));
    note_at(
        dir,
        user,
        Note::of("restore-history", from, &lines.join(" ")),
    )
    .await?;
    Ok(Outcome::good(lines))
}

async fn repair(dir: &Path, user: &str, watch: &Watch<'_>) -> Result<Outcome> {
    let report =
        twin_historian::repair(dir, clock::now(), |done, total| watch.see(done, total)).await?;
    let outcome = Outcome {
        lines: report.lines(),
        good: !report.cancelled,
    };
    if report.cancelled && report.is_empty() {
        return Ok(outcome);
    }
    note_at(
        dir,
        user,
        Note::of("repair-history", dir, &outcome.lines.join(" ")),
    )
    .await?;
    Ok(outcome)
}

fn kept(files: &[PathBuf]) -> impl Iterator<Item = String> {
    let told = |file: &PathBuf| format!("What was there before is kept as {}.", file.display());
    files.iter().map(told)
}

/// An entry of the audit trail without its time and person.
struct Note {
    action: &'static str,
    subject: String,
    detail: String,
}

impl Note {
    fn of(action: &'static str, subject: &Path, detail: &str) -> Note {
        let mut detail = detail.to_owned();
        if detail.len() > DETAIL_MAX {
            let end = (0..=DETAIL_MAX)
                .rev()
                .find(|end| detail.is_char_boundary(*end));
            detail.truncate(end.unwrap_or(0));
            detail.push('…');
        }
        Note {
            action,
            subject: subject.display().to_string(),
            detail,
        }
    }
}

async fn note(historian: &Historian, user: &str, note: Note) -> Result<()> {
    let entry = AuditEntry {
        at: clock::now(),
        user: user.to_owned(),
        action: note.action.to_owned(),
        subject: note.subject,
        detail: note.detail,
    };
    historian.alarms().write_audit(&entry).await?;
    Ok(())
}

/// Notes it in the history that is now in `dir`.
async fn note_at(dir: &Path, user: &str, entry: Note) -> Result<()> {
    let historian = Historian::open(dir, clock::now()).await?;
    let noted = note(&historian, user, entry).await;
    historian.close().await?;
    noted
}

/// "12.3 MB".
pub fn size(bytes: u64) -> String {
    let bytes = bytes as f64;
    match bytes {
        1e9.. => format!("{:.2} GB", bytes / 1e9),
        1e6.. => format!("{:.1} MB", bytes / 1e6),
        _ => format!("{:.0} kB", bytes / 1e3),
    }
}

#[cfg(test)]
mod tests;
