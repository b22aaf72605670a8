//! Builds and checks the front end through npm.

use std::fs;
use std::io;
use std::path::Path;
use std::time::SystemTime;

use anyhow::{Context, Result};

use crate::process::{command, run};
use crate::stop::Stop;

/// Folders under `ui/` that are no source of the built front end.
const NOT_SOURCE: &[&str] = &["node_modules", "dist", "tests", "scripts"];
/// The catalogue of texts, seen from `ui/`: it is built into the front end.
const TEXTS: &str = "../assets/locales";

/// Builds `ui/dist`, unless it is newer than every source.
///
/// # Errors
/// When the build fails.
pub fn build(ui: &Path, stop: &Stop) -> Result<()> {
    if is_built(ui)? {
        println!("front end: up to date");
        return Ok(());
    }
    run(command("npm").args(["run", "build"]).current_dir(ui), stop)
        .context("the front end could not be built")
}

fn is_built(ui: &Path) -> Result<bool> {
    let Ok(built) = fs::metadata(ui.join("dist/index.html")).and_then(|found| found.modified())
    else {
        return Ok(false);
    };
    let texts = ui.join(TEXTS);
    for folder in [ui, &texts] {
        let newest = newest_source(folder)
            .with_context(|| format!("could not read {}", folder.display()))?;
        if newest > built {
            return Ok(false);
        }
    }
    Ok(true)
}

/// When the last of the sources changed; a folder's own time shows a removed file.
fn newest_source(folder: &Path) -> io::Result<SystemTime> {
    let mut newest = SystemTime::UNIX_EPOCH;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let found = entry.metadata()?;
        if found.is_dir() {
            if !NOT_SOURCE.iter().any(|name| entry.file_name() == *name) {
                newest = newest
                    .max(found.modified()?)
                    .max(newest_source(&entry.path())?);
            }
        } else {
            newest = newest.max(found.modified()?);
        }
    }
    Ok(newest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_build_is_fresh_until_a_source_changes() {
        let folder = tempfile::tempdir().unwrap();
        let ui = &folder.path().join("ui");
        assert!(!is_built(ui).unwrap());
        for sub in ["src/views", "dist", "node_modules", "../assets/locales/en"] {
            fs::create_dir_all(ui.join(sub)).unwrap();
        }
        let source = ui.join("src/views/a.svelte");
        let other = ui.join("node_modules/b.js");
        let text = ui.join(TEXTS).join("en/a.ftl");
        let built = ui.join("dist/index.html");
        for file in [&source, &other, &text, &built] {
            fs::write(file, "x").unwrap();
        }
        let started = fs::metadata(&source).unwrap().modified().unwrap();
        let later = |path: &Path, seconds| {
            let time = started + Duration::from_secs(seconds);
            fs::File::options()
                .write(true)
                .open(path)
                .unwrap()
                .set_modified(time)
                .unwrap();
        };
        later(&built, 10);
        later(&other, 20);
        assert!(is_built(ui).unwrap());
        later(&text, 20);
        assert!(!is_built(ui).unwrap());
        later(&built, 30);
        assert!(is_built(ui).unwrap());
        later(&source, 40);
        assert!(!is_built(ui).unwrap());
    }
}
