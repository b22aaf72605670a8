//! Reading samples back: columns of a trend, statistics, raw samples, the plant at an instant.
//!
//! Every query takes its part of the tail first and opens its read transaction second; see the crate's description.
//! No read transaction outlives the call that opened it, and none lasts longer than a bounded piece of work.

mod aggregates;
mod as_of;
mod calendar;
mod columns;
mod cover;
mod cursor;
mod known;
mod last;
mod load;
mod measure;
mod range;
mod state_runs;
mod weighted;

pub use as_of::AsOf;
pub use calendar::{BORDERS_MAX, CalendarUnit, calendar};
pub use columns::{Columns, WIDTH_MAX};
pub use cursor::{CURSOR_SAMPLES_MAX, Cursor};
pub use measure::{Between, Measured, Measuring};
pub use state_runs::StateRun;

pub(crate) use crate::chunks::ChunkRow;
