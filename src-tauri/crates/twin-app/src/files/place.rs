//! Where files lie, and how one comes into being whole or not at all.

use std::{
    fs::{self, File, OpenOptions},
    io::BufWriter,
    path::{Path, PathBuf},
};

use crate::error::{Error, Result};

/// Bytes gathered before the system is asked to write.
const BUFFER: usize = 1 << 18;

/// What a person named, or else `otherwise`: a name alone lies in `folder`, `~` is the home folder.
pub fn target(folder: &Path, named: &str, otherwise: &str) -> PathBuf {
    let named = match named.trim() {
        "" => otherwise,
        named => named,
    };
    folder.join(at_home(named))
}

/// A path as typed, with `~` for the home folder.
pub fn at_home(named: &str) -> PathBuf {
    let named = named.trim();
    let home = directories::UserDirs::new();
    match (named.strip_prefix("~/"), home) {
        (Some(rest), Some(home)) => home.home_dir().join(rest),
        _ => PathBuf::from(named),
    }
}

/// A file that gets its name when it is complete. Dropped before that, it leaves nothing behind.
#[derive(Debug)]
pub struct Draft {
    path: PathBuf,
    target: PathBuf,
    complete: bool,
}

impl Draft {
    /// Opens a file beside `target`. Nothing that exists is overwritten.
    ///
    /// # Errors
    /// [`Error::Request`] when the target exists, [`Error::File`].
    pub fn open(target: &Path) -> Result<(Draft, BufWriter<File>)> {
        refuse_existing(target)?;
        let wrong = |path: &Path| {
            let path = path.to_owned();
            move |source| Error::File {
                action: "write",
                path,
                source,
            }
        };
        let folder = target.parent().unwrap_or_else(|| Path::new("."));
        fs::create_dir_all(folder).map_err(wrong(folder))?;
        let name = target.file_name().unwrap_or_default().to_string_lossy();
        let path = folder.join(format!(".{name}.part"));
        // One that a crash left behind is written over.
        let mut options = OpenOptions::new();
        let file = options.create(true).truncate(true).write(true).open(&path);
        let file = BufWriter::with_capacity(BUFFER, file.map_err(wrong(&path))?);
        let draft = Draft {
            path,
            target: target.to_owned(),
            complete: false,
        };
        Ok((draft, file))
    }

    /// Gives the file its name once it is on the disk.
    ///
    /// # Errors
    /// As [`Draft::open`].
    pub fn complete(mut self, file: BufWriter<File>) -> Result<()> {
        let written = file
            .into_inner()
            .map_err(std::io::IntoInnerError::into_error)
            .and_then(|file| file.sync_all());
        refuse_existing(&self.target)?;
        written
            .and_then(|()| fs::rename(&self.path, &self.target))
            .map_err(|source| Error::File {
                action: "write",
                path: self.target.clone(),
                source,
            })?;
        self.complete = true;
        Ok(())
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.complete
            && let Err(error) = fs::remove_file(&self.path)
        {
            let path = self.path.display();
            tracing::warn!("the unfinished file {path} could not be removed: {error}");
        }
    }
}

/// # Errors
/// [`Error::Request`] when there is something at `target`.
pub fn refuse_existing(target: &Path) -> Result<()> {
    if target.symlink_metadata().is_err() {
        return Ok(());
    }
    Err(Error::Request(format!(
        "{} exists already, and nothing is overwritten: choose another name",
        target.display()
    )))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn a_draft_becomes_the_file_or_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let target = target(&dir.path().join("exports"), " a.csv ", "b.csv");
        assert_eq!(target, dir.path().join("exports/a.csv"));
        let (draft, _) = Draft::open(&target).unwrap();
        assert!(!target.exists());
        drop(draft);
        assert_eq!(fs::read_dir(target.parent().unwrap()).unwrap().count(), 0);

        let (draft, mut file) = Draft::open(&target).unwrap();
        file.write_all(b"x").unwrap();
        draft.complete(file).unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"x");
        assert!(matches!(Draft::open(&target), Err(Error::Request(_))));
    }

    #[test]
    fn what_appeared_meanwhile_is_not_overwritten() {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("a.csv");
        let (draft, file) = Draft::open(&target).unwrap();
        fs::write(&target, "somebody else's").unwrap();
        assert!(draft.complete(file).is_err());
        assert_eq!(fs::read(&target).unwrap(), b"somebody else's");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }
}
