//! What can go wrong in the demo plant.

use std::path::PathBuf;

/// An error of the demo plant.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The station's ratings, compiled in, do not parse.
    #[error(
        "the station's ratings (assets/demo-plant/station.toml) do not parse: {0}; correct the file and rebuild"
    )]
    Constants(Box<toml::de::Error>),
    /// A fault that does not exist was asked for.
    #[error("no fault \"{asked}\": write asset:fault[@seconds], one of {known}, or \"clear\"")]
    UnknownFault {
        /// What was asked for.
        asked: String,
        /// All that exist, for the person.
        known: String,
    },
    /// The time after `@` is not a number of seconds.
    #[error("\"{0}\" is not a time in seconds: write for example pump-2:bearing@90")]
    FaultTime(String),
    /// No such asset.
    #[error("no asset \"{asked}\": choose one of {known}")]
    UnknownAsset {
        /// What was asked for.
        asked: String,
        /// All that exist.
        known: String,
    },
    /// A step or duration of simulated time that cannot be simulated.
    #[error(
        "\"{0}\" is not a step of simulated time: write for example 1s, 500ms or 1min, at least 100ms"
    )]
    SimulatedTime(String),
    /// A listener could not be had.
    #[error("no listener on 127.0.0.1:{port}: {why}; choose another port with --port")]
    Listen {
        /// The port asked for, 0 for any.
        port: u16,
        /// Why.
        why: std::io::Error,
    },
    /// The embedded broker ended or did not start.
    #[error(
        "the embedded broker on port {port} {what}; see its log lines above (RUST_LOG=rumqttd=debug tells more)"
    )]
    Broker {
        /// Its port.
        port: u16,
        /// What happened.
        what: String,
    },
    /// A file could not be read or written.
    #[error("{path}: {why}")]
    File {
        /// Which file.
        path: PathBuf,
        /// Why.
        why: std::io::Error,
    },
    /// Simulated readings could not be written.
    #[error("the simulated readings could not be written: {0}")]
    Output(std::io::Error),
    /// The state file is not one.
    #[error("{path} is not a demo plant's state file ({why}): is the demo plant running?")]
    StateFile {
        /// Which file.
        path: PathBuf,
        /// Why not.
        why: String,
    },
    /// The running demo did not answer.
    #[error("the demo plant on port {port} did not answer: {why}; is it still running?")]
    NoAnswer {
        /// Its port.
        port: u16,
        /// What was seen.
        why: String,
    },
    /// The running demo refused.
    #[error("the demo plant refused: {0}")]
    Refused(String),
    /// An MQTT client could not be set up.
    #[error("MQTT client {client}: {why}")]
    Client {
        /// Its client id.
        client: String,
        /// Why.
        why: String,
    },
}
