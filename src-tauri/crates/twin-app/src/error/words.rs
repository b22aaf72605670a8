//! What a person reads of each error; a test holds it equal to what the log has.

use std::{io, path::Path};

use twin_core::{Said, said};

use super::named::{Doing, Thing};

/// A file of the workspace failed.
pub fn file(action: Doing, path: &Path, source: &io::Error) -> Said {
    said!(
        "error-file",
        "cannot {action} {path}: {source}. Check that the folder exists, is writable and has free space.",
        action = action.said(),
        path = shown(path),
        source = source.to_string()
    )
}

/// Another process has the workspace.
pub fn locked(path: &Path) -> Said {
    said!(
        "error-locked",
        "the workspace {path} is already open in another Twinscope. Use that window, or name another workspace with \
         --workspace.",
        path = shown(path)
    )
}

/// The plant file is wrong.
pub fn plant(path: &Path, source: &twin_model::Error) -> Said {
    said!(
        "error-plant",
        "the plant file {path} cannot be used: {source}",
        path = shown(path),
        source = source.said()
    )
}

/// The plant file is written and does not run.
pub fn not_yet(path: &Path, source: Said) -> Said {
    said!(
        "error-not-yet",
        "{path} is written, but could not be taken up yet. Twinscope tries again every second until it can: {source}",
        path = shown(path),
        source = source
    )
}

/// Somebody else writes the plant file.
pub fn conflict(path: &Path) -> Said {
    said!(
        "error-conflict",
        "the plant file {path} is being changed by another program: look at it, and try again",
        path = shown(path)
    )
}

/// The plant file says something else of a connection by now.
pub fn changed(id: &str) -> Said {
    said!(
        "error-changed",
        "the connection \"{id}\" was changed in the plant file meanwhile: look at it, and save again",
        id = id
    )
}

/// A file of samples failed.
pub fn table(action: Doing, path: &Path, source: &twin_report::Error) -> Said {
    said!(
        "error-table",
        "cannot {action} {path}: {source}",
        action = action.said(),
        path = shown(path),
        source = source.said()
    )
}

/// There is no such thing.
pub fn unknown(what: Thing, id: &str) -> Said {
    said!(
        "error-unknown",
        "there is no {what} \"{id}\" (it may just have been removed): refresh and try again",
        what = what.said(),
        id = id
    )
}

/// The demo plant's program is not there.
pub fn demo_missing(path: &Path) -> Said {
    said!(
        "error-demo-missing",
        "the demo plant's program is not at {path}: install Twinscope as a whole, or build it with \
         `cargo build --bin demo-plant`",
        path = shown(path)
    )
}

/// The demo plant did not come up.
pub fn demo_failed(why: &Said, log: &Path) -> Said {
    said!(
        "error-demo-failed",
        "the demo plant did not start, {why}. Its log is {log}; try again.",
        why = why.clone(),
        log = shown(log)
    )
}

/// A folder holds no plant.
pub fn no_plant(path: &Path) -> Said {
    said!(
        "error-no-plant",
        "there is no plant.toml in {path}: name a folder that holds a plant, or have an empty one made there",
        path = shown(path)
    )
}

/// A folder is not named as a whole.
pub fn no_folder(path: &str) -> Said {
    said!(
        "error-no-folder",
        "\"{path}\" is no whole path: begin it with / or ~/",
        path = path
    )
}

/// The plant is open already.
pub fn already_open(path: &Path) -> Said {
    said!(
        "error-already-open",
        "the plant in {path} is open already",
        path = shown(path)
    )
}

/// The first plant is being opened.
pub fn starting() -> Said {
    said!(
        "error-starting",
        "the plant is being opened: what is stored is read first"
    )
}

/// Another plant is being opened.
pub fn opening() -> Said {
    said!(
        "error-opening",
        "another plant is being opened: wait for it, or cancel it"
    )
}

/// A person took it back.
pub fn cancelled() -> Said {
    said!("error-cancelled", "it was cancelled")
}

/// The pipeline has stopped.
pub fn stopped() -> Said {
    said!(
        "error-stopped",
        "the pipeline has stopped: restart Twinscope, and look into its log for the reason"
    )
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}
