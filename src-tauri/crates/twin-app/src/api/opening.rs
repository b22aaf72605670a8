//! Which plant is open, and the way to another.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::said::SaidView;

/// What is being opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
#[serde(rename_all = "kebab-case")]
pub enum OpeningKind {
    /// The demo plant, with a broker of its own on loopback.
    Demo,
    /// A folder that a person named.
    Folder,
    /// The folder that the program was started with.
    Own,
}

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
#[serde(rename_all = "kebab-case")]
pub enum OpeningStep {
    /// The demo plant and its broker are starting.
    Plant,
    /// Plant file and history are being read.
    Workspace,
    /// It is open: what the window shows is of the plant before.
    Done,
    /// It could not be opened; the plant of before runs on.
    Failed,
    /// A person took it back; the plant of before runs on.
    Cancelled,
}

/// The way to another plant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct OpeningView {
    /// Its number.
    pub number: u32,
    /// What is being opened.
    pub what: OpeningKind,
    /// How far it is.
    pub step: OpeningStep,
    /// Why it failed.
    pub failure: Option<SaidView>,
}

/// Which plant is open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct WorkspaceView {
    /// Its folder.
    pub folder: String,
    /// Whether it is a demo plant.
    pub demo: bool,
    /// Whether this program runs the demo plant.
    pub demo_runs: bool,
    /// The folder that the program was started with.
    pub own_folder: String,
}

/// What this program is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ProgramView {
    /// Version, such as `0.1.0`.
    pub version: String,
    /// Commit of its source; empty when that is not known.
    pub commit: String,
    /// How it was built: `release` or `debug`.
    pub profile: String,
    /// What it was built for, such as `x86_64-unknown-linux-gnu`.
    pub target: String,
    /// The compiler that built it; empty when that is not known.
    pub compiler: String,
}
