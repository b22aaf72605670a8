//! History on SQLite: journal, compressed chunks, alarms and audit.
//!
//! Two files that `sqlite3` can open: telemetry.db (what happened to signals) and alarms.db (transitions,
//! acknowledgements, audit; every commit flushed). The schema stands in README.md.
//!
//! - Nothing here reads a clock, spawns a task or knows a broker.
//! - A method that stores returns after its commit; a dropped future leaves a consistent file.
//! - Of samples with one signal and one source time the last received wins, everywhere.
//! - Chunks of one signal never overlap in time.
//! - A query reads memory first and the file second, so that compaction in between can only show a sample twice
//!   (which is harmless), never hide it.
//!
//! Rooms, in the order in which they may import one another: `error`, `row` -> `files`, `bytes`, `decimal`, `sample` -> `codec` ->
//! `chunk` -> `points` -> `arrivals`, `tail`, `schema` -> `database` -> `journal`, `alarms` -> `historian` -> `signals`, `events`, `chunks` -> `proof` ->
//! `rebuild` -> `rollup` -> `query` -> `append`, `compact` -> `keep`.

mod adopt;
mod alarms;
mod append;
mod arrivals;
mod bytes;
mod chunk;
mod chunks;
mod codec;
mod compact;
mod database;
mod decimal;
mod ends;
mod error;
mod events;
mod files;
mod group;
mod happened;
mod historian;
mod journal;
mod keep;
mod lists;
mod points;
mod proof;
mod query;
mod rebuild;
mod reject_limits;
mod rejects;
mod rollup;
mod row;
mod sample;
mod schema;
mod signals;
mod tail;
#[cfg(test)]
mod testing;

pub use adopt::{Adopted, Adoption};
pub use alarms::{
    ANNOTATION_CHARS_MAX, ANNOTATIONS_LISTED_MAX, ANNOTATIONS_MAX, AlarmRecord, Alarms, AlarmsOf,
    Annotation, AnnotationChange, AnnotationDraft, Annotations, AuditCheck, AuditEntry,
    AuditRecord, Concern, MORE_MAX, Raised, SPANS_MAX, Stood, WITHIN_MAX, WITHIN_SIGNALS_MAX,
    Within,
};
pub use append::Group;
pub use codec::{decode, encode};
pub use compact::{Imported, Progress};
pub use database::Durability;
pub use error::{Error, Result};
pub use events::{
    BIRTHS_MAX, Birth, CORRECTIONS_KEPT, Correction, LinkTransition, QualityTransition,
};
pub use happened::QualityChange;
pub use historian::{Historian, Options};
pub use keep::{
    BackedUp, Counts, Keep, Lost, Policy, Removal, Removed, RepairReport, Report, Restored,
    Salvaged, repair, restore, salvage,
};
pub use query::{
    AsOf, BORDERS_MAX, Between, CURSOR_SAMPLES_MAX, CalendarUnit, Columns, Cursor, Measured,
    Measuring, StateRun, WIDTH_MAX, calendar,
};
pub use reject_limits::RejectLimits;
pub use rejects::{KeptReject, REJECT_PAYLOAD_MAX, Reject, RejectTotal};
pub use rollup::{Aggregate, RollUp, STATES_MAX, State, StateTime, States, WHOLE_STATES_MAX};
pub use row::JournalRow;
pub use sample::Sample;
