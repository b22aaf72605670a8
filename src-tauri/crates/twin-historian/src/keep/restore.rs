//! Bringing a backup back.

use std::{
    ops::ControlFlow,
    path::{Path, PathBuf},
};

use twin_core::Timestamp;

use super::{check::Report, unfinished::remove};
use crate::{
    alarms,
    error::{Deed, Error, Result},
    files::{beside, flush, switch},
    historian::{Historian, TELEMETRY},
};

/// What restoring did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// The check of the copy.
    pub report: Report,
    /// Under which names the files that were there before are kept.
    pub kept: Vec<PathBuf>,
}

/// Puts the backup in the folder `from` into the place of the history in `into`, whose files are kept under new
/// names. The copy is checked through first, as a copy, so that the backup itself is never written to. The history
/// in `into` must not be open. `progress` is that of the check.
///
/// # Errors
/// [`Error::Damaged`] when the backup is not sound or `progress` ended the check; [`Error::Foreign`] and
/// [`Error::Newer`]; when a file cannot be read or written. The history in `into` is as it was then.
pub async fn restore(
    from: &Path,
    into: &Path,
    now: Timestamp,
    progress: impl FnMut(u64, u64) -> ControlFlow<()> + Send,
) -> Result<Restored> {
    std::fs::create_dir_all(into).map_err(Error::io(Deed::CreateFolder, into))?;
    let staged = into.join("restoring");
    let done = stage_and_check(from, &staged, now, progress).await;
    let report = match done {
        Ok(report) => report,
        Err(error) => {
            remove(&staged);
            return Err(error);
        }
    };
    let kept = switch(into, &staged, "replaced", now)?;
    Ok(Restored { report, kept })
}

async fn stage_and_check(
    from: &Path,
    staged: &Path,
    now: Timestamp,
    progress: impl FnMut(u64, u64) -> ControlFlow<()> + Send,
) -> Result<Report> {
    // Left by a restoring that was killed.
    remove(staged);
    std::fs::create_dir_all(staged).map_err(Error::io(Deed::CreateFolder, staged))?;
    for name in [TELEMETRY.name, alarms::FILE.name] {
        let (source, copy) = (from.join(name), staged.join(name));
        std::fs::copy(&source, &copy).map_err(Error::io(Deed::Copy, &source))?;
        let log = beside(&source, "-wal");
        if log.exists() {
            std::fs::copy(&log, beside(&copy, "-wal")).map_err(Error::io(Deed::Copy, &log))?;
        }
    }
    let historian = Historian::open(staged, now).await?;
    let notices: Vec<String> = historian
        .notices()
        .iter()
        .map(ToString::to_string)
        .collect();
    let notices = notices.join("; ");
    let report = historian.check_with(progress).await;
    historian.shut().await?;
    let report = report?;
    let unsound = |why: String| {
        Err(Error::Damaged {
            place: format!("the backup in {}", from.display()),
            why,
        })
    };
    if !notices.is_empty() {
        return unsound(notices);
    }
    if !report.is_sound() {
        let lines: Vec<String> = report.lines().iter().map(ToString::to_string).collect();
        return unsound(lines.join(" "));
    }
    for name in [TELEMETRY.name, alarms::FILE.name] {
        flush(&staged.join(name))?;
        remove_empty_log(&staged.join(name))?;
    }
    Ok(report)
}

/// After closing, log and shared memory hold nothing; only the databases themselves are put in place.
fn remove_empty_log(file: &Path) -> Result<()> {
    for suffix in ["-wal", "-shm"] {
        let beside = beside(file, suffix);
        if beside.exists() {
            std::fs::remove_file(&beside).map_err(Error::io(Deed::Remove, &beside))?;
        }
    }
    Ok(())
}
