//! Composition: pipeline, workspace, the API types the UI sees, the headless binary.

pub mod api;
pub mod app;
pub mod clock;
pub mod compile;
pub mod connections;
mod decoding;
pub mod demo;
mod discovery;
pub mod error;
pub mod files;
mod greetings;
mod heard_by_rule;
pub mod heartbeat;
pub mod host;
pub mod keep;
pub mod log;
mod machine;
mod model_files;
mod past;
mod pictures;
pub mod pipeline;
mod plans;
mod running;
pub mod signal;
pub mod speech;
pub mod start;
pub mod status;
pub mod trend;
pub mod view;
pub mod words;
pub mod workspace;

pub use app::App;
pub use error::{Error, Result};
pub use pipeline::notice::Notice;
pub use speech::Speech;
pub use twin_core::said;
