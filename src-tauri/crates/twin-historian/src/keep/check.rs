//! Looking through both files, and saying in plain words what is wrong.

use std::ops::ControlFlow;

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
    pub faults: Vec<String>,
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
    pub fn lines(&self) -> Vec<String> {
        let Counts {
            journal_rows,
            chunks,
            samples,
            other_blobs,
            audit_records,
        } = self.counts;
        let mut lines = vec![format!(
            "Looked at {samples} samples in {chunks} chunks and {journal_rows} journal rows, {other_blobs} other blobs \
             and {audit_records} audit records."
        )];
        lines.push(match (self.finished, self.faults_total) {
            (true, 0) => "All is well.".into(),
            (true, 1) => "1 fault was found.".into(),
            (true, n) => format!("{n} faults were found."),
            (false, n) => format!("The check was ended early; {n} faults were found until then."),
        });
        lines.extend(self.faults.iter().cloned());
        let unsaid = self.faults_total - self.faults.len() as u64;
        if unsaid > 0 {
            lines.push(format!("{unsaid} more faults are not listed."));
        }
        lines
    }

    fn add(&mut self, fault: String) {
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
            report.add(format!(
                "{}: {}",
                telemetry.file.display(),
                finding.sentence()
            ));
        }
        if flow.is_break() {
            return Ok(report);
        }
        let alarms = self.inner.alarms.file.display();
        match self.alarms().check_audit().await {
            Ok(audit) => {
                report.counts.audit_records = audit.intact;
                if let Some(seq) = audit.broken_at {
                    report.add(format!(
                        "{alarms}: audit record {seq} does not fit its chain: it was changed, taken out or put in later"
                    ));
                }
            }
            Err(error @ Error::Damaged { .. }) => report.add(error.to_string()),
            Err(error) => return Err(error),
        }
        report.finished = true;
        Ok(report)
    }
}

/// What SQLite says of a file's structure; none when it was ended.
pub(super) async fn structure(
    database: &Database,
    look: impl FnMut() -> ControlFlow<()>,
) -> Result<Option<Vec<String>>> {
    let file = &database.file;
    let fail = Error::sql(file, "check the file");
    let (reader, _reading) = database.long_reader().await?;
    let lines = long::run(reader, "PRAGMA integrity_check(100)".into(), fail, look).await;
    let lines = match lines {
        Err(Error::Damaged { why, .. }) => Some(vec![why]),
        other => other?,
    };
    let fault = |line: String| format!("{}: {}", file.display(), line.replace('\n', "; "));
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
    pub(super) fn sentence(&self) -> String {
        match self {
            Finding::Journal {
                row,
                t_min,
                t_max,
                count,
                why,
            } => {
                format!(
                    "journal row {row} ({count} samples from {t_min} to {t_max} µs) cannot be read: {why}"
                )
            }
            Finding::Chunk {
                signal,
                t_min,
                t_max,
                count,
                why,
                ..
            } => format!(
                "the chunk of signal {signal} from {t_min} to {t_max} µs ({count} samples) cannot be read: {why}"
            ),
            Finding::Overlap {
                signal,
                t_min,
                before,
            } => format!(
                "the chunk of signal {signal} that begins at {t_min} µs overlaps the one before it, which ends at {before} µs"
            ),
            Finding::Orphan { data } => format!("chunk data {data} belongs to no chunk"),
            Finding::Blob { table, id, why } => {
                format!("{} cannot be read: {why}", blob_name(table, *id))
            }
            Finding::Row {
                table: "rolled",
                signal,
                ..
            } => format!(
                "the row that says how far signal {signal} is rolled up does not match its checksum"
            ),
            Finding::Row { signal, at, .. } => format!(
                "the change of quality of signal {signal} at {at} µs does not match its checksum"
            ),
            Finding::Table { table, why } => {
                format!("the table {table} cannot be read to its end: {why}")
            }
        }
    }
}

pub(super) fn blob_name(table: &str, id: i64) -> String {
    match table {
        "arrival" => format!("the block of received times that begins with number {id}"),
        "rollup" => format!("the block {id} of the rollups"),
        _ => format!("the corrected sample {id}"),
    }
}
