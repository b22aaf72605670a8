//! History into files and out of them; its backup and its check.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::said::SaidView;

/// How a file of history is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
#[serde(rename_all = "kebab-case")]
pub enum FileFormat {
    /// Text for spreadsheets: as a trend shows it, one column a signal.
    Sheet,
    /// Text for scripts, one line a sample, which can be read back into history.
    Csv,
    /// Apache Parquet, for data tools.
    Parquet,
}

/// A column of a sheet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SheetColumn {
    /// Key of the signal.
    pub signal: u32,
    /// What stands above it, without the unit.
    pub name: String,
    /// The unit that its values are written in; empty: none.
    pub unit: String,
    /// A number is written times this.
    pub factor: f64,
    /// And plus this.
    pub add: f64,
    /// Its samples stand so much later than they were, microseconds: 0, or what a trend compares with.
    pub later: f64,
}

/// Which history goes into which file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ExportRequest {
    /// Keys of signals; of a sheet its columns say which.
    pub signals: Vec<u32>,
    /// The columns of a sheet, at most 512; none for other formats.
    pub columns: Vec<SheetColumn>,
    /// Begin, microseconds, included. What is below -2^63 is that: before everything.
    pub t0: f64,
    /// End, microseconds, left out. What is above 2^63 is that: behind everything.
    pub t1: f64,
    /// The format.
    pub format: FileFormat,
    /// Where to; a name alone lies in the workspace's folder `exports`, an empty one is chosen.
    pub path: String,
}

/// What a job does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
#[serde(rename_all = "kebab-case")]
pub enum FileJobKind {
    /// History is written to a file.
    Export,
    /// A file is read into history.
    Import,
    /// History is copied whole.
    Backup,
    /// History is looked through.
    Check,
}

/// How far a job is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
#[serde(rename_all = "kebab-case")]
pub enum FileJobState {
    /// At work.
    Running,
    /// Ended well.
    Done,
    /// Ended by a person.
    Cancelled,
    /// Ended by a fault.
    Failed,
}

/// The one job with history that runs, or the last one that ran.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct FileJobView {
    /// Its number since start.
    pub number: u32,
    /// What it does.
    pub kind: FileJobKind,
    /// How far it is.
    pub state: FileJobState,
    /// The file; of a backup its folder, of a check the workspace.
    pub path: String,
    /// How much of it is done, 0 to 1.
    pub done: f64,
    /// Samples so far; of a check rows of the databases.
    pub rows: f64,
    /// The same a second, on average since it began.
    pub rows_per_s: f64,
    /// Bytes of a backup, so far.
    pub bytes: f64,
    /// Why it failed and what to do; empty otherwise.
    pub message: SaidView,
    /// What an import found, so far.
    pub report: Option<ImportReport>,
    /// What a check found; before its end, only when that is damage.
    pub check: Option<CheckReport>,
}

/// What a check of history found.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct CheckReport {
    /// Everything was looked at, and nothing is wrong.
    pub sound: bool,
    /// The report as a person reads it: what was looked at, then the faults, the first thousand of them.
    pub lines: Vec<SaidView>,
    /// What to do; empty when it is sound.
    pub advice: SaidView,
    /// The command that does it; empty when it is sound.
    pub command: String,
}

/// Where copies of history lie, and the commands that need it closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Keeping {
    /// The folder for backups whose own folder is not named.
    pub backups: String,
    /// Brings a backup back; the folder of the backup is to be added.
    pub restore: String,
    /// Repairs what is damaged.
    pub repair: String,
}

/// What became of a file's lines.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ImportReport {
    /// Samples that history did not have and has now.
    pub written: f64,
    /// Samples that history had already.
    pub present: f64,
    /// Samples at an instant for which history has another value or quality; history's stays.
    pub differing: f64,
    /// Samples at an instant for which a line before has another value or quality; the first counts.
    pub repeated: f64,
    /// Samples that are older than their signal's samples are kept. They are among the others and will be removed.
    pub expired: f64,
    /// Lines that could not be read, or cannot be true.
    pub bad: f64,
    /// The first of them; of lines in another unit one a signal.
    pub bad_lines: Vec<BadLineView>,
    /// Samples of signals that the plant does not have: left out.
    pub unknown: f64,
    /// The first of those signals, in order of their ids.
    pub unknown_signals: Vec<UnknownSignal>,
}

/// A line that could not be read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct BadLineView {
    /// CSV: the line, the header is 1. Parquet: the row, the first is 1.
    pub line: f64,
    /// What is wrong with it.
    pub why: SaidView,
}

/// A signal of a file that the plant does not have.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct UnknownSignal {
    /// Its id.
    pub id: String,
    /// How many samples it has in the file.
    pub rows: f64,
}
