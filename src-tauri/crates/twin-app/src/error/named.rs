//! What errors speak of, by name: a sentence holds these words, and other languages have others.

use std::fmt;

use twin_core::{Said, said};

/// What was tried with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doing {
    /// Its content was wanted.
    Read,
    /// Content was to be put into it.
    Write,
    /// It was to be made.
    Create,
    /// It was to be opened.
    Open,
    /// Others were to be kept out of it.
    Lock,
    /// It was to be taken away.
    Remove,
    /// A program or thread was to run.
    Start,
    /// Its whole path was wanted.
    Find,
    /// History was to be put into it.
    Export,
    /// Its samples were to be taken into history.
    Import,
}

impl Doing {
    /// In words that a path follows.
    pub fn said(self) -> Said {
        match self {
            Doing::Read => said!("error-doing-read", "read"),
            Doing::Write => said!("error-doing-write", "write"),
            Doing::Create => said!("error-doing-create", "create"),
            Doing::Open => said!("error-doing-open", "open"),
            Doing::Lock => said!("error-doing-lock", "lock"),
            Doing::Remove => said!("error-doing-remove", "remove"),
            Doing::Start => said!("error-doing-start", "start"),
            Doing::Find => said!("error-doing-find", "find"),
            Doing::Export => said!("error-doing-export", "export to"),
            Doing::Import => said!("error-doing-import", "import"),
        }
    }
}

impl fmt::Display for Doing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.said().fmt(f)
    }
}

/// A kind of thing that has an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Thing {
    /// An alarm that nobody acknowledged yet.
    Alarm,
    /// What a person wrote about a span.
    Annotation,
    /// An asset.
    Asset,
    /// A connection.
    Connection,
    /// A Sparkplug edge node.
    EdgeNode,
    /// A look at the other side of a connection.
    Look,
    /// A drawing of the plant.
    Plan,
    /// What discovery proposes.
    Proposal,
    /// A signal.
    Signal,
    /// Statistics that are being made.
    Statistics,
}

impl Thing {
    /// In words that its id follows.
    pub fn said(self) -> Said {
        match self {
            Thing::Alarm => said!("error-thing-alarm", "unacknowledged alarm"),
            Thing::Annotation => said!("error-thing-annotation", "annotation"),
            Thing::Asset => said!("error-thing-asset", "asset"),
            Thing::Connection => said!("error-thing-connection", "connection"),
            Thing::EdgeNode => said!("error-thing-edge-node", "edge node"),
            Thing::Look => said!("error-thing-look", "look"),
            Thing::Plan => said!("error-thing-plan", "plan"),
            Thing::Proposal => said!("error-thing-proposal", "proposal"),
            Thing::Signal => said!("error-thing-signal", "signal"),
            Thing::Statistics => said!("error-thing-statistics", "statistics"),
        }
    }
}

impl fmt::Display for Thing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.said().fmt(f)
    }
}
