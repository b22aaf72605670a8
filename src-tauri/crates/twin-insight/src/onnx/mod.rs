//! Models as ONNX files: written from a learned model, and checked before anything runs them.

mod check;
mod names;
mod proto;
#[cfg(test)]
mod tests;
mod write;

pub use check::{Checked, Limits, Metadata, check};
pub use names::{EXPECTED, INPUT, SCORE, SHARE};
pub use write::write;
