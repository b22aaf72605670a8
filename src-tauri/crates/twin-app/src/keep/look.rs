//! Opening history to look at it: a damaged file stays where it is.
//!
//! The historian sets a damaged file aside when it opens one, so that the program can go on. Who checks wants to be told
//! instead, and a repair afterwards needs the file in its place. So it is opened through links in a folder of their own:
//! what is renamed then is a link.

use std::{
    fs,
    path::{Path, PathBuf},
};

use twin_core::said;
use twin_historian::Historian;

use crate::{
    clock,
    error::{Doing, Error, Result},
};

/// The databases of history.
pub const FILES: [&str; 2] = ["telemetry.db", "alarms.db"];
/// A folder with this beginning holds an exchange of files that was decided and cut short.
const EXCHANGE: &str = "switch.";

/// History that was opened through links.
pub struct Looked {
    /// It.
    pub historian: Historian,
    /// What is wrong with it, as far as the opening tells: a sentence each.
    pub faults: Vec<String>,
    links: Links,
}

/// The folder of links; it goes when this is dropped.
struct Links(PathBuf);

impl Drop for Links {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            let folder = self.0.display();
            tracing::warn!("the folder of links {folder} could not be removed: {error}");
        }
    }
}

impl Looked {
    /// Opens the history in `dir`, whose lock is taken.
    ///
    /// # Errors
    /// [`Error::Request`] when there is none, [`Error::File`], [`Error::History`] for a file of another or a newer program.
    pub async fn open(dir: &Path) -> Result<Looked> {
        refuse_without_history(dir)?;
        let links = link(dir)?;
        let historian = Historian::open(&links.0, clock::now()).await?;
        let mut faults: Vec<String> = historian
            .notices()
            .iter()
            .map(|notice| {
                let notice = notice.to_string();
                let head = notice
                    .split_once("; it was kept as")
                    .map_or(&*notice, |(head, _)| head);
                format!("{head}.")
            })
            .collect();
        faults.extend(missing(dir));
        Ok(Looked {
            historian,
            faults,
            links,
        })
    }

    /// Names in a text of the historian as they are without links.
    pub fn named(&self, dir: &Path, text: &str) -> String {
        text.replace(
            &self.links.0.display().to_string(),
            &dir.display().to_string(),
        )
    }

    /// Closes it.
    ///
    /// # Errors
    /// [`Error::History`].
    pub async fn close(self) -> Result<()> {
        Ok(self.historian.close().await?)
    }
}

/// # Errors
/// [`Error::Request`] when neither database is in `dir`.
pub fn refuse_without_history(dir: &Path) -> Result<()> {
    let pending = missing(dir).len() == FILES.len() && exchange(dir).is_none();
    if pending {
        return Err(Error::Request(said!(
            "refused-no-history",
            "there is no history in {path}: name its folder with --workspace",
            path = dir.display().to_string()
        )));
    }
    Ok(())
}

/// What of history is not where it should be, a sentence each.
fn missing(dir: &Path) -> Vec<String> {
    let mut missing: Vec<String> = FILES
        .iter()
        .filter(|name| !dir.join(name).exists())
        .map(|name| format!("{name} is missing."))
        .collect();
    if let Some(folder) = exchange(dir) {
        missing.push(format!(
            "An exchange of files was cut short ({}): a repair finishes it.",
            folder.display()
        ));
    }
    missing
}

fn exchange(dir: &Path) -> Option<PathBuf> {
    let begins = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with(EXCHANGE)
    };
    let entries = fs::read_dir(dir).ok()?;
    entries
        .filter_map(std::result::Result::ok)
        .map(|entry| entry.path())
        .find(begins)
}

/// A folder in `dir` with links to the databases that are there.
fn link(dir: &Path) -> Result<Links> {
    let folder = dir.join(".looking");
    let wrong = |source| Error::File {
        action: Doing::Create,
        path: folder.clone(),
        source,
    };
    if folder.exists() {
        // Of a look that was killed; removing it removes links, not what they lead to.
        fs::remove_dir_all(&folder).map_err(wrong)?;
    }
    let dir = dir.canonicalize().map_err(wrong)?;
    fs::create_dir(&folder).map_err(wrong)?;
    let links = Links(folder.clone());
    for name in FILES.iter().filter(|name| dir.join(name).exists()) {
        symlink(&dir.join(name), &folder.join(name)).map_err(wrong)?;
    }
    Ok(links)
}

#[cfg(unix)]
fn symlink(to: &Path, at: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(to, at)
}

#[cfg(windows)]
fn symlink(to: &Path, at: &Path) -> std::io::Result<()> {
    std::os::windows::fs::symlink_file(to, at)
}
