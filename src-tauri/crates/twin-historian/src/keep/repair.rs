//! Making damaged files whole again, and naming what was lost.

use std::{
    ops::ControlFlow,
    path::{Path, PathBuf},
};

use sqlx::{Connection as _, SqliteConnection};
use twin_core::{SignalId, SignalKey, Timestamp};

use super::{
    check::{blob_name, structure},
    mend::{mend, relink},
    salvage::{Salvaged, salvage},
    unfinished,
    walk::{Counts, Finding, Walk},
};
use crate::{
    alarms,
    database::{Database, Durability, FileKind},
    error::{Deed, Error, Result},
    files::{finish_switch, switch},
    historian::{Historian, Inner, TELEMETRY, signal_key},
    rebuild,
    rollup::renew::renew,
};

/// Samples that cannot be read any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lost {
    /// Whose; none for journal rows, which hold samples of many signals.
    pub signal: Option<(SignalKey, SignalId)>,
    /// Oldest source time.
    pub from: Timestamp,
    /// Newest source time.
    pub to: Timestamp,
    /// How many.
    pub samples: u64,
    /// What does not fit.
    pub why: String,
}

/// What a repair did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RepairReport {
    /// Samples that are lost. Their bytes, where there are any, are in the table `quarantine`.
    pub lost: Vec<Lost>,
    /// What else was done, a sentence each.
    pub done: Vec<String>,
    /// Under which names damaged files are kept.
    pub kept: Vec<PathBuf>,
    /// It was ended before its end: what is told here is done, and the next repair finds the rest.
    pub cancelled: bool,
}

impl RepairReport {
    /// Nothing was damaged, or it was ended before anything was changed.
    pub const fn is_empty(&self) -> bool {
        self.lost.is_empty() && self.done.is_empty() && self.kept.is_empty()
    }

    /// The report as a person reads it.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = self.done.clone();
        for file in &self.kept {
            lines.push(format!("The damaged file is kept as {}.", file.display()));
        }
        for lost in &self.lost {
            let whose = match &lost.signal {
                Some((_, id)) => format!("of signal {}", id.as_str()),
                None => "in the journal".into(),
            };
            lines.push(format!(
                "Lost: {} samples {whose} from {} to {} µs: {}.",
                lost.samples,
                lost.from.micros(),
                lost.to.micros(),
                lost.why
            ));
        }
        let end = match (self.cancelled, self.is_empty()) {
            (true, true) => "The repair was cancelled before anything was changed.",
            (true, false) => "The repair was cancelled before its end: run it again for the rest.",
            (false, true) => "Nothing was damaged.",
            (false, false) => return lines,
        };
        lines.push(end.into());
        lines
    }
}

/// Repairs the history in `dir`, which must not be open. A file whose structure is broken is kept under a new name,
/// and a new one is made of all that can be read in it; then blobs that cannot be read go to quarantine. `progress`
/// is given what is done and the whole (0: not known) of the step at work, and says whether to go on; before the new
/// file is in place, nothing has changed.
///
/// # Errors
/// When a file cannot be read or written at all.
pub async fn repair(
    dir: &Path,
    now: Timestamp,
    mut progress: impl FnMut(u64, u64) -> ControlFlow<()> + Send,
) -> Result<RepairReport> {
    let mut report = RepairReport::default();
    report.kept.extend(finish_switch(dir)?);
    let staged = dir.join("repairing");
    if staged.exists() {
        // Left by a repair that was killed.
        std::fs::remove_dir_all(&staged).map_err(Error::io(Deed::Remove, &staged))?;
    }
    let done = make_anew(dir, &staged, &mut progress).await;
    let done = done.inspect_err(|_| unfinished::remove(&staged));
    match done {
        Ok(anew) if anew.is_empty() => {}
        Ok(anew) => {
            report.kept.extend(switch(dir, &staged, "damaged", now)?);
            report.done.extend(anew);
        }
        Err(error) if is_interrupted(&error) => {
            report.cancelled = true;
            return Ok(report);
        }
        Err(error) => return Err(error),
    }
    let historian = Historian::open(dir, now).await?;
    report
        .done
        .extend(historian.notices().iter().map(ToString::to_string));
    let blobs = historian.repair(&mut progress).await;
    historian.shut().await?;
    match blobs {
        Ok(blobs) => {
            report.lost.extend(blobs.lost);
            report.done.extend(blobs.done);
        }
        Err(error) if is_interrupted(&error) => report.cancelled = true,
        Err(error) => return Err(error),
    }
    Ok(report)
}

/// Makes files whose structure is broken anew in the folder `staged`; gives a sentence or more about each.
async fn make_anew(
    dir: &Path,
    staged: &Path,
    progress: &mut (impl FnMut(u64, u64) -> ControlFlow<()> + Send),
) -> Result<Vec<String>> {
    let mut done = Vec::new();
    for kind in [&TELEMETRY, &alarms::FILE] {
        if dir.join(kind.name).exists() && is_broken(dir, kind, || progress(0, 0)).await? {
            let salvaged = salvage(&dir.join(kind.name), staged, &mut *progress).await?;
            done.push(told(kind.name, &salvaged));
            done.extend(salvaged.remarks);
        }
    }
    Ok(done)
}

/// The error of a repair that `progress` ended.
fn interrupted(file: &Path) -> Error {
    let source = std::io::Error::from(std::io::ErrorKind::Interrupted);
    Error::io(Deed::Repair, file)(source)
}

/// Whether it is the error of what `progress` ended.
fn is_interrupted(error: &Error) -> bool {
    matches!(error, Error::Io { source, .. } if source.kind() == std::io::ErrorKind::Interrupted)
}

/// Whether SQLite finds the file's structure broken. The lock of another program or a newer schema is no damage.
async fn is_broken(
    dir: &Path,
    kind: &FileKind,
    look: impl FnMut() -> ControlFlow<()>,
) -> Result<bool> {
    let database = match Database::open(dir, kind).await {
        Err(Error::Damaged { .. }) => return Ok(true),
        other => other?,
    };
    let same = has_schema(&database, kind).await;
    let faults = structure(&database, look).await;
    let shut = database.shut().await;
    match (faults?, shut) {
        (None, _) => Err(interrupted(&dir.join(kind.name))),
        (Some(faults), _) if !faults.is_empty() => Ok(true),
        _ if !same? => Ok(true),
        (_, Err(Error::Damaged { .. })) => Ok(true),
        (_, shut) => shut.map(|()| false),
    }
}

/// Whether every table and index is there as this program makes it: SQLite believes a damaged name.
async fn has_schema(database: &Database, kind: &FileKind) -> Result<bool> {
    let fail = Error::sql(&database.file, "read the schema");
    let sql = "SELECT name, tbl_name, coalesce(sql, '') FROM sqlite_schema ORDER BY name";
    let mut fresh = SqliteConnection::connect("sqlite::memory:")
        .await
        .map_err(&fail)?;
    for migration in kind.migrations {
        let made = sqlx::raw_sql(*migration).execute(&mut fresh).await;
        made.map_err(&fail)?;
    }
    let expected: Vec<(String, String, String)> = sqlx::query_as(sql)
        .fetch_all(&mut fresh)
        .await
        .map_err(&fail)?;
    fresh.close().await.map_err(&fail)?;
    let found: sqlx::Result<Vec<(String, String, String)>> =
        sqlx::query_as(sql).fetch_all(&database.readers).await;
    match found.map_err(&fail) {
        Ok(found) => Ok(expected.iter().all(|entry| found.contains(entry))),
        Err(Error::Damaged { .. }) => Ok(false),
        Err(other) => Err(other),
    }
}

fn told(file: &str, salvaged: &Salvaged) -> String {
    let list = |rows: &[(String, u64)]| {
        let parts: Vec<String> = rows
            .iter()
            .filter(|(_, n)| *n > 0)
            .map(|(table, n)| format!("{table} {n}"))
            .collect();
        parts.join(", ")
    };
    let mut told = format!(
        "{file} was made anew from the rows that can be read: {}",
        list(&salvaged.rows)
    );
    if !salvaged.unreadable.is_empty() {
        told.push_str(&format!("; not readable: {}", list(&salvaged.unreadable)));
    }
    if !salvaged.pages.is_empty() {
        told.push_str(&format!("; whole pages lost: {}", list(&salvaged.pages)));
    }
    told.push('.');
    told
}

impl Historian {
    /// Puts blobs that cannot be read into the table `quarantine`, drops what belongs to nothing, and has rollups
    /// worked out again where they were damaged. Everything readable stays. Appends and queries go on meanwhile.
    /// `progress` is given the rows looked at, and 0: how many there are is not known.
    ///
    /// # Errors
    /// When the file cannot be read or written, or `progress` ended the search: then nothing has changed.
    pub async fn repair(
        &self,
        mut progress: impl FnMut(u64, u64) -> ControlFlow<()> + Send,
    ) -> Result<RepairReport> {
        let inner = &*self.inner;
        let (_alone, _) = inner.maintain().await?;
        let mut looked = 0;
        let mut advance = |rows| {
            looked += rows;
            progress(looked, 0)
        };
        let mut report = RepairReport::default();
        let Some(mut findings) = look(inner, &mut advance).await? else {
            return Err(interrupted(&inner.telemetry.file));
        };
        if findings.iter().any(|f| matches!(f, Finding::Chunk { .. })) {
            let rebuilt = rebuild::unproven(inner, false).await?;
            let told = |place: &String| format!("Made anew from its samples: the row of {place}.");
            report.done.extend(rebuilt.mended.iter().map(told));
            // From here on things change, so that the caller is told but not asked.
            let go_on = |rows| {
                let _told = advance(rows);
                ControlFlow::Continue(())
            };
            findings = look(inner, go_on).await?.unwrap_or_default();
        }
        let names = self.signals().await.unwrap_or_default();
        let fail = Error::sql(&inner.telemetry.file, "repair");
        let (findings, found) = relink(inner, findings).await?;
        report.done.extend(found);
        for finding in findings {
            let mut writer = inner.telemetry.writer.lock().await;
            writer.begin(Durability::Normal).await?;
            let done = mend(writer.connection(), &finding).await;
            writer.end(done.map_err(&fail)).await?;
            drop(writer);
            report.add(finding, &names)?;
        }
        renew(inner).await?;
        Ok(report)
    }
}

/// What does not fit; none when `advance` ended it.
async fn look(
    inner: &Inner,
    advance: impl FnMut(u64) -> ControlFlow<()> + Send,
) -> Result<Option<Vec<Finding>>> {
    let mut walk = Walk {
        inner,
        counts: Counts::default(),
        findings: Vec::new(),
        advance,
    };
    let flow = walk.all().await?;
    Ok(flow.is_continue().then_some(walk.findings))
}

impl RepairReport {
    fn add(&mut self, finding: Finding, names: &[(SignalKey, SignalId)]) -> Result<()> {
        match finding {
            Finding::Chunk { signal, t_min, t_max, count, why, .. } => {
                let key = signal_key(signal)?;
                let known = names.iter().find(|(known, _)| *known == key).cloned();
                let unnamed = || (key, SignalId::from(format!("with the key {signal}").as_str()));
                self.lost.push(lost(Some(known.unwrap_or_else(unnamed)), t_min, t_max, count, why));
            }
            Finding::Journal { t_min, t_max, count, why, .. } => {
                self.lost.push(lost(None, t_min, t_max, count, why));
            }
            Finding::Orphan { data } => self.done.push(format!(
                "Samples without statistics (chunk data {data}) went to quarantine: nobody knows whose they are."
            )),
            Finding::Blob { table, id, why } => {
                let after = if table == "rollup" { "; it is worked out again" } else { "" };
                self.done.push(format!("Put into quarantine: {}: {why}{after}.", blob_name(table, id)));
            }
            other @ Finding::Row { .. } => {
                let is_quality = matches!(other, Finding::Row { table: "quality", .. });
                let after = if is_quality { "it is removed" } else { "it was made anew" };
                self.done.push(format!("Put right: {}; {after}.", other.sentence()));
            }
            other @ (Finding::Overlap { .. } | Finding::Table { .. }) => {
                self.done.push(format!("Left as it is: {}.", other.sentence()));
            }
        }
        Ok(())
    }
}

const fn lost(
    signal: Option<(SignalKey, SignalId)>,
    t_min: i64,
    t_max: i64,
    count: i64,
    why: String,
) -> Lost {
    Lost {
        signal,
        from: Timestamp(t_min),
        to: Timestamp(t_max),
        samples: count.unsigned_abs(),
        why,
    }
}
