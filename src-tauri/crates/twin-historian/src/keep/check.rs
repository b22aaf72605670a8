//! Looking through both files, and saying in plain words what is wrong.

use std::ops::ControlFlow;

use twin_core::{Said, said};

use super::{
    long,
    walk::{Counts, Finding, Walk},
};
use crate::{
    database::Database,
    error::{Error, Result},
    historian::Historian,
};

/// Faults that are kept in words; the others are counted.
const FAULTS_KEPT: usize = 1_000;

/// What a check found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// What is wrong, a sentence each: the first 1,000.
    pub faults: Vec<Said>,
    /// How many faults there are.
    pub faults_total: u64,
    /// What was looked at.
    pub counts: Counts,
    /// Whether the check came to its end.
    pub finished: bool,
}

impl Report {
    /// Nothing is wrong, and everything was looked at.
    pub const fn is_sound(&self) -> bool {
        self.finished && self.faults_total == 0
    }

    /// The report as a person reads it.
    pub fn lines(&self) -> Vec<Said> {
        let Counts {
            journal_rows,
            chunks,
            samples,
            other_blobs,
            audit_records,
        } = self.counts;
        let mut lines = vec![said!(
            "check-looked",
            "Looked at {samples} samples in {chunks} chunks and {rows} journal rows, {blobs} other blobs and {records} audit \
             records.",
            samples = samples,
            chunks = chunks,
            rows = journal_rows,
            blobs = other_blobs,
            records = audit_records
        )];
        lines.push(match (self.finished, self.faults_total) {
            (true, 0) => said!("check-well", "All is well."),
            (true, count) => said!(
                "check-faults",
                "{count} fault was found." | "{count} faults were found.",
                count = count
            ),
            (false, count) => said!(
                "check-ended",
                "The check was ended early; {count} faults were found until then.",
                count = count
            ),
        });
        lines.extend(self.faults.iter().cloned());
        let unsaid = self.faults_total - self.faults.len() as u64;
        if unsaid > 0 {
            lines.push(said!(
                "check-unlisted",
                "{count} more faults are not listed.",
                count = unsaid
            ));
        }
        lines
    }

    fn add(&mut self, fault: Said) {
        self.faults_total += 1;
        if self.faults.len() < FAULTS_KEPT {
            self.faults.push(fault);
        }
    }
}

impl Historian {
    /// Checks both files through and through: SQLite's structures, every blob, what belongs together, the audit
    /// trail. Appends and queries go on meanwhile.
    ///
    /// # Errors
    /// When a file cannot be read at all.
    pub async fn check(&self) -> Result<Report> {
        self.check_with(|_, _| ControlFlow::Continue(())).await
    }

    /// [`check`](Self::check) with progress: `progress` is given what is done and the whole, in rows, and says whether
    /// to go on.
    ///
    /// # Errors
    /// As [`check`](Self::check).
    pub async fn check_with(
        &self,
        mut progress: impl FnMut(u64, u64) -> ControlFlow<()> + Send,
    ) -> Result<Report> {
        let mut report = Report::default();
        for database in [&self.inner.telemetry, &*self.inner.alarms] {
            let Some(faults) = structure(database, || progress(0, 0)).await? else {
                return Ok(report);
            };
            faults.into_iter().for_each(|fault| report.add(fault));
        }
        let telemetry = &self.inner.telemetry;
        let sql = "SELECT (SELECT count(*) FROM journal) + (SELECT count(*) FROM chunk) + (SELECT count(*) FROM arrival) \
             + (SELECT count(*) FROM rollup) + (SELECT count(*) FROM correction)";
        let total: sqlx::Result<i64> = sqlx::query_scalar(sql).fetch_one(&telemetry.readers).await;
        let total = total.unwrap_or(0).cast_unsigned();
        let mut done = 0;
        let mut walk = Walk {
            inner: &self.inner,
            counts: Counts::default(),
            findings: Vec::new(),
            advance: |rows| {
                done += rows;
                progress(done, total.max(done))
            },
        };
        let flow = walk.all().await?;
        let (findings, counts) = (walk.findings, walk.counts);
        report.counts = counts;
        for finding in &findings {
            report.add(of_file(database_name(telemetry), finding.sentence()));
        }
        if flow.is_break() {
            return Ok(report);
        }
        let alarms = &self.inner.alarms;
        match self.alarms().check_audit().await {
            Ok(audit) => {
                report.counts.audit_records = audit.intact;
                if let Some(seq) = audit.broken_at {
                    let broken = said!(
                        "check-audit",
                        "audit record {number} does not fit its chain: it was changed, taken out or put in later",
                        number = seq.to_string()
                    );
                    report.add(of_file(database_name(alarms), broken));
                }
            }
            Err(error @ Error::Damaged { .. }) => report.add(error.to_string().into()),
            Err(error) => return Err(error),
        }
        report.finished = true;
        Ok(report)
    }
}

fn database_name(database: &Database) -> String {
    database.file.display().to_string()
}

/// What is wrong, and in which file.
fn of_file(file: String, fault: Said) -> Said {
    said!(
        "check-of-file",
        "{file}: {fault}",
        file = file,
        fault = fault
    )
}

/// What SQLite says of a file's structure; none when it was ended.
pub(super) async fn structure(
    database: &Database,
    look: impl FnMut() -> ControlFlow<()>,
) -> Result<Option<Vec<Said>>> {
    let file = &database.file;
    let fail = Error::sql(file, "check the file");
    let (reader, _reading) = database.long_reader().await?;
    let lines = long::run(reader, "PRAGMA integrity_check(100)".into(), fail, look).await;
    let lines = match lines {
        Err(Error::Damaged { why, .. }) => Some(vec![why]),
        other => other?,
    };
    let fault = |line: String| of_file(database_name(database), line.replace('\n', "; ").into());
    Ok(lines.map(|lines| {
        lines
            .into_iter()
            .filter(|line| line != "ok")
            .map(fault)
            .collect()
    }))
}

impl Finding {
    /// In words.
    pub(super) fn sentence(&self) -> Said {
        match self {
            Finding::Journal {
                row,
                t_min,
                t_max,
                count,
                why,
            } => said!(
                "check-journal",
                "journal row {row} ({count} samples from {begin} to {end} µs) cannot be read: {why}",
                row = row.to_string(),
                count = count.to_string(),
                begin = t_min.to_string(),
                end = t_max.to_string(),
                why = why.as_str()
            ),
            Finding::Chunk {
                signal,
                t_min,
                t_max,
                count,
                why,
                ..
            } => said!(
                "check-chunk",
                "the chunk of signal {signal} from {begin} to {end} µs ({count} samples) cannot be read: {why}",
                signal = signal.to_string(),
                begin = t_min.to_string(),
                end = t_max.to_string(),
                count = count.to_string(),
                why = why.as_str()
            ),
            Finding::Overlap {
                signal,
                t_min,
                before,
            } => said!(
                "check-overlap",
                "the chunk of signal {signal} that begins at {begin} µs overlaps the one before it, which ends at {end} µs",
                signal = signal.to_string(),
                begin = t_min.to_string(),
                end = before.to_string()
            ),
            Finding::Orphan { data } => said!(
                "check-orphan",
                "chunk data {data} belongs to no chunk",
                data = data.to_string()
            ),
            Finding::Blob { table, id, why } => said!(
                "check-blob",
                "{blob} cannot be read: {why}",
                blob = blob_name(table, *id),
                why = why.as_str()
            ),
            Finding::Row { table, signal, at } => unmatched(table, *signal, *at),
            Finding::Table { table, why } => said!(
                "check-table",
                "the table {table} cannot be read to its end: {why}",
                table = table.to_string(),
                why = why.as_str()
            ),
        }
    }
}

/// A row that does not match its checksum.
fn unmatched(table: &str, signal: i64, at: i64) -> Said {
    match table {
        "rolled" => said!(
            "check-rolled",
            "the row that says how far signal {signal} is rolled up does not match its checksum",
            signal = signal.to_string()
        ),
        _ => said!(
            "check-quality",
            "the change of quality of signal {signal} at {at} µs does not match its checksum",
            signal = signal.to_string(),
            at = at.to_string()
        ),
    }
}

pub(super) fn blob_name(table: &str, id: i64) -> Said {
    let number = id.to_string();
    match table {
        "arrival" => said!(
            "check-blob-arrival",
            "the block of received times that begins with number {number}",
            number = number
        ),
        "rollup" => said!(
            "check-blob-rollup",
            "the block {number} of the rollups",
            number = number
        ),
        _ => said!(
            "check-blob-correction",
            "the corrected sample {number}",
            number = number
        ),
    }
}
