//! Composition: pipeline, workspace, the API types the UI sees, the headless binary.

pub mod api;
