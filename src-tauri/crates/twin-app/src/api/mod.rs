//! The types that cross to TypeScript, and the layout of the two binary messages.
//!
//! Exported with ts-rs to `ui/src/ipc/bindings/` by `cargo xtask bindings`; committed, and diffed by CI. Times are
//! microseconds UTC as JSON numbers (exact up to the year 2255).

pub mod alarm;
pub mod annotations;
pub mod connection;
pub mod device;
pub mod diagnostics;
pub mod discovery;
pub mod documents;
pub mod events;
pub mod files;
pub mod frame;
pub mod look;
pub mod models;
pub mod opening;
pub mod past;
pub mod pick;
pub mod pictures;
pub mod plans;
pub mod plant;
pub mod reading;
pub mod said;
pub mod session;
pub mod settings;
pub mod statistics;
pub mod trend;
pub mod undo;
