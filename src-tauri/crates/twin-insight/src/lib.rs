//! Anomaly models: closed-form learning, ONNX export and scoring. Pure compute: no IO, no clock, no thread, no task.
//!
//! A model says what every input of an asset should read, given the others, and how far reality is from that:
//!
//! ```text
//! rows of normal running -> learn -> ResidualModel -> onnx::write -> bytes -> Scorer::load -> score(row)
//!                                \-> ModelCard (data, seed, threshold, expected false alarms a day)
//! ```
//!
//! Rooms, in the order in which they may import one another:
//! [`error`](Error) -> [`linalg`], [`table`], [`card`] -> [`residual`] -> [`learn`](mod@learn), [`onnx`] -> [`score`].

pub mod card;
mod error;
pub mod learn;
pub mod linalg;
pub mod onnx;
pub mod residual;
#[cfg(feature = "onnx")]
pub mod score;
pub mod table;

pub use card::ModelCard;
pub use error::Error;
pub use learn::{Learned, Recipe, learn};
pub use residual::{ResidualModel, Scored};
#[cfg(feature = "onnx")]
pub use score::Scorer;
pub use table::Table;
