//! Folders that are filled beside their place: which ones are ours, and which nobody fills any more.

use std::{
    fs::{self, File, OpenOptions},
    io::{ErrorKind, Read as _, Write as _},
    path::{Path, PathBuf},
};

use crate::{
    alarms,
    error::{Deed, Error, Result},
    files::{beside, flush_folder},
    historian::TELEMETRY,
};

/// How the name of an unfinished folder ends; a number stands before it.
const PART: &str = ".part";
/// What is written into the file beside it, which is locked as long as the folder is filled.
const NOTE: &str = "A backup is being made here by Twinscope. Left by one that was killed, this file and the folder are \
    removed by the next backup.\n";
const TRIES: u32 = 1_000;

/// A new folder that gets its name when it is complete. Dropped before that, it leaves nothing behind.
pub(super) struct Unfinished {
    folder: PathBuf,
    to: PathBuf,
    note: PathBuf,
    _lock: File,
    /// The folder is there, and ours to remove.
    is_made: bool,
}

impl Unfinished {
    /// Makes a folder beside `to`, and removes those that backups left there when they were killed. What others have
    /// there stays.
    pub(super) fn beside(to: &Path) -> Result<Unfinished> {
        let make = Error::io(Deed::BackUp, to);
        let parent = parent(to);
        fs::create_dir_all(parent).map_err(&make)?;
        sweep(parent);
        for number in 1..=TRIES {
            let folder = beside(to, &format!(".{number}{PART}"));
            let note = note_of(&folder);
            // Whatever has this name is somebody's.
            if folder.symlink_metadata().is_ok() {
                continue;
            }
            let lock = match lock_new(&note) {
                Ok(lock) => lock,
                Err(error) if error.kind() == ErrorKind::AlreadyExists => continue,
                Err(error) => return Err(make(error)),
            };
            let mut unfinished = Unfinished {
                folder,
                to: to.to_owned(),
                note,
                _lock: lock,
                is_made: false,
            };
            fs::create_dir(&unfinished.folder).map_err(&make)?;
            unfinished.is_made = true;
            return Ok(unfinished);
        }
        Err(make(std::io::Error::from(ErrorKind::AlreadyExists)))
    }

    /// Where to write.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Gives the folder its name, on the disk too.
    pub(super) fn complete(mut self) -> Result<()> {
        flush_folder(&self.folder)?;
        let named = fs::rename(&self.folder, &self.to);
        named.map_err(Error::io(Deed::BackUp, &self.to))?;
        self.is_made = false;
        let parent = parent(&self.to).to_owned();
        // Removes the file beside it.
        drop(self);
        flush_folder(&parent)
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if self.is_made {
            remove(&self.folder);
        }
        if let Err(error) = fs::remove_file(&self.note) {
            tracing::warn!(file = %self.note.display(), %error, "the lock of a backup could not be removed");
        }
    }
}

fn parent(path: &Path) -> &Path {
    let parent = path.parent();
    let named = parent.filter(|parent| !parent.as_os_str().is_empty());
    named.unwrap_or_else(|| Path::new("."))
}

fn note_of(folder: &Path) -> PathBuf {
    beside(folder, ".lock")
}

/// The words are written under the lock: a file that has them and no lock belongs to nobody who lives.
fn lock_new(note: &Path) -> std::io::Result<File> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(note)?;
    // Where files cannot be locked, nobody takes one for abandoned.
    let _ = file.try_lock();
    let written = file.write_all(NOTE.as_bytes());
    written.inspect_err(|_| {
        let _ = fs::remove_file(note);
    })?;
    Ok(file)
}

/// Removes what killed backups left in a folder. What cannot be removed is in nobody's way.
fn sweep(parent: &Path) {
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let note = entry.path();
        let folder = note.with_extension("");
        let is_named = folder != note && note == note_of(&folder) && is_part(&folder);
        if !is_named || !entry.file_type().is_ok_and(|sort| sort.is_file()) {
            continue;
        }
        let Some(lock) = abandoned(&note) else {
            continue;
        };
        let is_gone = match folder.symlink_metadata() {
            Err(error) => error.kind() == ErrorKind::NotFound,
            Ok(found) if found.is_dir() && holds_only_ours(&folder) => {
                remove(&folder);
                !folder.exists()
            }
            Ok(_) => false,
        };
        if is_gone && let Err(error) = fs::remove_file(&note) {
            tracing::warn!(file = %note.display(), %error, "the lock of a backup could not be removed");
        }
        drop(lock);
    }
}

fn is_part(folder: &Path) -> bool {
    let name = folder.file_name().map(|name| name.to_string_lossy());
    name.is_some_and(|name| name.ends_with(PART))
}

/// Takes the lock of a file that has our words in it; none when it is another's, or somebody holds it.
fn abandoned(note: &Path) -> Option<File> {
    let file = OpenOptions::new().read(true).write(true).open(note).ok()?;
    file.try_lock().ok()?;
    let mut words = String::new();
    let most = NOTE.len() as u64 + 1;
    (&file).take(most).read_to_string(&mut words).ok()?;
    (words == NOTE).then_some(file)
}

/// Whether a folder has nothing but what an unfinished copy consists of.
fn holds_only_ours(folder: &Path) -> bool {
    let Ok(entries) = fs::read_dir(folder) else {
        return false;
    };
    let ours = |name: &str| {
        let database = [TELEMETRY.name, alarms::FILE.name];
        let rest = database.iter().find_map(|own| name.strip_prefix(own));
        rest.is_some_and(|rest| ["", "-journal", "-wal", "-shm"].contains(&rest))
    };
    entries.into_iter().all(|entry| {
        entry.is_ok_and(|entry| {
            let is_file = entry.file_type().is_ok_and(|sort| sort.is_file());
            is_file && entry.file_name().to_str().is_some_and(ours)
        })
    })
}

/// Removes a folder that is ours, if it is there.
pub(super) fn remove(folder: &Path) {
    if folder.exists()
        && let Err(error) = fs::remove_dir_all(folder)
    {
        tracing::warn!(folder = %folder.display(), %error, "an unfinished copy could not be removed");
    }
}
