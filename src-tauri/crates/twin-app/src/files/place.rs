//! Where files lie, and how one comes into being whole or not at all.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, BufWriter, ErrorKind},
    path::{Path, PathBuf},
};

use twin_core::said;

use crate::error::{Doing, Error, Result};

/// Bytes gathered before the system is asked to write.
const BUFFER: usize = 1 << 18;
/// How the hidden name of an unfinished file ends. No other program gives such a name.
const PART: &str = ".twinscope.part";

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
    /// Folders that were made for it, the innermost first.
    made: Vec<PathBuf>,
    complete: bool,
}

impl Draft {
    /// Opens a file beside `target`, and removes there what this program left when it was killed. Nothing else that
    /// exists is touched.
    ///
    /// # Errors
    /// [`Error::Request`] when the target exists, [`Error::File`].
    pub fn open(target: &Path) -> Result<(Draft, BufWriter<File>)> {
        refuse_existing(target)?;
        let wrong = |path: &Path| {
            let path = path.to_owned();
            move |source| Error::File {
                action: Doing::Write,
                path,
                source,
            }
        };
        let folder = target.parent().unwrap_or_else(|| Path::new("."));
        let missing = folder.ancestors().take_while(|folder| !folder.exists());
        let made: Vec<PathBuf> = missing.map(Path::to_owned).collect();
        let opened = fs::create_dir_all(folder)
            .map_err(wrong(folder))
            .and_then(|()| {
                sweep(folder);
                open_part(target).map_err(wrong(target))
            });
        let (path, file) = match opened {
            Ok(opened) => opened,
            Err(error) => {
                remove_empty(&made);
                return Err(error);
            }
        };
        let draft = Draft {
            path,
            target: target.to_owned(),
            made,
            complete: false,
        };
        Ok((draft, BufWriter::with_capacity(BUFFER, file)))
    }

    /// Gives the file its name once it is on the disk.
    ///
    /// # Errors
    /// As [`Draft::open`].
    pub fn complete(mut self, file: BufWriter<File>) -> Result<()> {
        let written = file
            .into_inner()
            .map_err(std::io::IntoInnerError::into_error)
            .and_then(|file| {
                file.sync_all()?;
                // It is locked until it has its name.
                give_name(&self.path, &self.target)
            });
        match written {
            Ok(()) => {
                self.complete = true;
                Ok(())
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                Err(already_exists(&self.target))
            }
            Err(source) => Err(Error::File {
                action: Doing::Write,
                path: self.target.clone(),
                source,
            }),
        }
    }
}

/// Opens a new file beside the target, under a name that nothing has: what lies there is neither written over nor, if
/// it is a link, followed.
fn open_part(target: &Path) -> io::Result<(PathBuf, File)> {
    const TRIES: u32 = 1_000;
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    for number in 1..=TRIES {
        let path = target.with_file_name(format!(".{name}.{number}{PART}"));
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            // Where files cannot be locked, nobody takes one for abandoned.
            Ok(file) => match file.try_lock() {
                Ok(()) | Err(TryLockError::Error(_)) if path.exists() => return Ok((path, file)),
                // Another program has just taken it for abandoned.
                _ => {}
            },
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    let text = "too many unfinished files `.part` lie beside it: remove them";
    Err(io::Error::new(ErrorKind::StorageFull, text))
}

/// Removes the unfinished files of programs that were killed: those that nobody has locked. What cannot be removed is in
/// nobody's way.
fn sweep(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let is_ours = name.starts_with('.') && name.ends_with(PART);
        if !is_ours || !entry.file_type().is_ok_and(|sort| sort.is_file()) {
            continue;
        }
        let path = entry.path();
        let opened = OpenOptions::new().write(true).open(&path);
        // The lock is held until it is gone.
        if let Ok(file) = opened
            && file.try_lock().is_ok()
            && let Err(error) = fs::remove_file(&path)
        {
            let path = path.display();
            tracing::warn!("the abandoned file {path} could not be removed: {error}");
        }
    }
}

/// Names a file without ever taking the place of another: a second name, then the first one goes. Where a file may have one
/// name only, the name is first taken by an empty file of our own.
fn give_name(part: &Path, target: &Path) -> io::Result<()> {
    match fs::hard_link(part, target) {
        Ok(()) => fs::remove_file(part),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(error),
        Err(_) => {
            OpenOptions::new()
                .write(true)
                .create_new(true)
                .open(target)?;
            fs::rename(part, target).inspect_err(|_| {
                let _ = fs::remove_file(target);
            })
        }
    }
}

/// Removes folders in which nothing lies.
fn remove_empty(folders: &[PathBuf]) {
    for folder in folders {
        // Somebody else's file may lie there by now.
        let _ = fs::remove_dir(folder);
    }
}

/// # Errors
/// [`Error::Request`] for a path that ends as those of folders do.
pub fn refuse_folder(named: &str) -> Result<()> {
    let named = named.trim();
    let slash = named.ends_with(std::path::is_separator);
    if named.is_empty()
        || !(slash || Path::new(named).file_name().is_none() || named.ends_with("/."))
    {
        return Ok(());
    }
    Err(Error::Request(said!(
        "refused-folder",
        "{path} names a folder: add the name of a file",
        path = named
    )))
}

impl Drop for Draft {
    fn drop(&mut self) {
        if self.complete {
            return;
        }
        if let Err(error) = fs::remove_file(&self.path) {
            let path = self.path.display();
            tracing::warn!("the unfinished file {path} could not be removed: {error}");
        }
        remove_empty(&self.made);
    }
}

/// # Errors
/// [`Error::Request`] when there is something at `target`.
pub fn refuse_existing(target: &Path) -> Result<()> {
    if target.symlink_metadata().is_err() {
        return Ok(());
    }
    Err(already_exists(target))
}

fn already_exists(target: &Path) -> Error {
    Error::Request(said!(
        "refused-exists",
        "{path} exists already, and nothing is overwritten: choose another name",
        path = target.display().to_string()
    ))
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
        assert_eq!(
            fs::read_dir(dir.path()).unwrap().count(),
            0,
            "no folder is left"
        );

        let (draft, mut file) = Draft::open(&target).unwrap();
        file.write_all(b"x").unwrap();
        draft.complete(file).unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"x");
        assert!(matches!(Draft::open(&target), Err(Error::Request(_))));
    }

    #[test]
    fn what_a_killed_program_left_is_removed_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let put = |name: &str| fs::write(dir.path().join(name), "x").unwrap();
        let others = [".a.csv.1.part", "a.csv.1.twinscope.part", "twinscope.part"];
        others.iter().copied().for_each(put);
        // A folder can be nobody's draft.
        fs::create_dir(dir.path().join(".folder.twinscope.part")).unwrap();
        put(".a.csv.1.twinscope.part");
        put(".yesterday.csv.7.twinscope.part");
        let names = || {
            let entries = fs::read_dir(dir.path()).unwrap();
            let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
            let mut names: Vec<_> = names.filter(|name| !others.contains(&&**name)).collect();
            names.sort();
            names
        };
        let (draft, _file) = Draft::open(&dir.path().join("a.csv")).unwrap();
        let own = [".a.csv.1.twinscope.part", ".folder.twinscope.part"];
        assert_eq!(names(), own);
        // One that is being written is nobody's to remove.
        let (other, _file) = Draft::open(&dir.path().join("b.csv")).unwrap();
        assert_eq!(names(), [own[0], ".b.csv.1.twinscope.part", own[1]]);
        drop((draft, other));
        assert_eq!(names(), [own[1]]);
        assert!(others.iter().all(|name| dir.path().join(name).exists()));
    }

    #[test]
    fn a_folder_is_no_file() {
        for named in ["a/", " /tmp/x/ ", "..", "a/..", "/", "a/."] {
            assert!(refuse_folder(named).is_err(), "{named}");
        }
        for named in ["", "a.csv", "a/b.csv", "../b.csv"] {
            assert!(refuse_folder(named).is_ok(), "{named}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn links_and_files_that_lie_there_are_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let (target, precious) = (dir.path().join("a.csv"), dir.path().join("precious"));
        fs::write(&precious, "precious").unwrap();
        std::os::unix::fs::symlink(&precious, dir.path().join(".a.csv.1.twinscope.part")).unwrap();
        let (first, mut file) = Draft::open(&target).unwrap();
        let (second, other) = Draft::open(&target).unwrap();
        file.write_all(b"x").unwrap();
        first.complete(file).unwrap();
        assert!(matches!(second.complete(other), Err(Error::Request(_))));
        assert_eq!(fs::read(&target).unwrap(), b"x");
        assert_eq!(fs::read(&precious).unwrap(), b"precious");

        let hanging = dir.path().join("b.csv");
        std::os::unix::fs::symlink(dir.path().join("nowhere"), &hanging).unwrap();
        assert!(Draft::open(&hanging).is_err());
        assert!(give_name(&precious, &hanging).is_err() && precious.exists());
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
