//! The folder that holds one plant: `plant.toml`, history, settings, secrets. One process at a time.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::Write,
    path::{Path, PathBuf},
};

use rand::RngExt;
use twin_core::{Timestamp, said};
use twin_model::{Plant, PlantDocument};

use crate::{
    api::settings::Settings,
    error::{Doing, Error, Result},
    model_files::load,
};

/// Name of the file that holds a plant.
pub const PLANT_FILE: &str = "plant.toml";
/// How a PNG begins.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
/// The largest picture of a trend, bytes: a screen of 8,000 x 4,000 pixels of noise.
const PICTURE_MAX: usize = 128 << 20;
/// How often an edit begins again because somebody else saved the plant file meanwhile.
const EDIT_TRIES: usize = 3;
const EMPTY_PLANT: &str = "# The plant as Twinscope knows it. Edit it by hand or in the app; comments are kept.\n\n\
    [plant]\nid = \"plant\"\nname = \"My plant\"\nzone = \"UTC\"\n";

/// A plant file that was changed.
#[derive(Debug)]
pub struct Edited {
    /// What it says now.
    pub text: String,
    /// What it said, as the change found it.
    pub before: String,
}

/// An open workspace. The lock is given back by [`Workspace::release`], or when it is dropped.
#[derive(Debug)]
pub struct Workspace {
    dir: PathBuf,
    assets: PathBuf,
    installation: String,
    lock: File,
}

impl Workspace {
    /// Opens `dir`, making it with an empty plant file if it is not there. Shipped models are looked for in `assets`.
    ///
    /// # Errors
    /// [`Error::Locked`] when another process has it open, [`Error::File`] when it cannot be read or written.
    pub fn open(dir: &Path, assets: &Path) -> Result<Self> {
        let lock = lock(dir)?;
        let plant = dir.join(PLANT_FILE);
        if !plant.exists() {
            write_atomic(&plant, EMPTY_PLANT.as_bytes(), false)?;
        }
        let installation = installation_id(dir)?;
        Ok(Workspace {
            dir: dir.to_owned(),
            assets: assets.to_owned(),
            installation,
            lock,
        })
    }

    /// Gives the lock back: another may open the folder from now on.
    pub fn release(&self) {
        if let Err(error) = self.lock.unlock() {
            tracing::warn!(
                "the workspace {} stays locked until Twinscope ends: {error}",
                self.dir.display()
            );
        }
    }

    /// The folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// A random name of this installation, made once: client ids must differ between two workstations.
    pub fn installation(&self) -> &str {
        &self.installation
    }

    /// Reads the plant file by itself, without its model files.
    ///
    /// # Errors
    /// [`Error::Plant`] names line and key.
    pub fn plant(&self) -> Result<Plant> {
        Plant::parse(&self.plant_text()?).map_err(|source| self.wrong_plant(source))
    }

    /// The error of a plant file or a model file of it that cannot be used or edited.
    pub fn wrong_plant(&self, source: twin_model::Error) -> Error {
        Error::Plant {
            path: self.plant_path(),
            source,
        }
    }

    /// Where the plant file lies.
    pub fn plant_path(&self) -> PathBuf {
        self.dir.join(PLANT_FILE)
    }

    /// Changes the plant file through `edit`; comments are kept, and a file that could not be used,
    /// with the model files as they are, is not written.
    ///
    /// # Errors
    /// [`Error::Plant`] when the file before or after the change is wrong, [`Error::File`] when it cannot be written,
    /// [`Error::Conflict`] when somebody else keeps writing it, and those of `edit`.
    pub fn edit_plant(&self, edit: impl Fn(&mut PlantDocument) -> Result<()>) -> Result<Edited> {
        let wrong = |source| self.wrong_plant(source);
        let mut read = self.plant_text()?;
        for _ in 0..EDIT_TRIES {
            let mut document = PlantDocument::parse(&read).map_err(wrong)?;
            edit(&mut document)?;
            let edited = document.to_string();
            load(&self.dir, &edited).loaded.map_err(wrong)?;
            // Somebody may have saved it meanwhile: then their text is edited instead.
            let now = self.plant_text()?;
            if now == read {
                write_atomic(&self.plant_path(), edited.as_bytes(), false)?;
                return Ok(Edited {
                    text: edited,
                    before: read,
                });
            }
            read = now;
        }
        Err(Error::Conflict {
            path: self.plant_path(),
        })
    }

    /// The text of the plant file.
    ///
    /// # Errors
    /// [`Error::File`].
    pub fn plant_text(&self) -> Result<String> {
        let path = self.plant_path();
        fs::read_to_string(&path).map_err(|source| file(Doing::Read, &path, source))
    }

    /// A model file: beside the plant file first, then among the shipped ones.
    ///
    /// # Errors
    /// [`Error::File`] when neither can be read; [`Error::Request`] when the name leaves the folder.
    pub fn model(&self, name: &str) -> Result<Vec<u8>> {
        if Path::new(name).components().count() != 1 || name.starts_with('.') {
            return Err(Error::Request(said!(
                "refused-model-name",
                "the model file \"{name}\" must be a plain file name: put it beside the plant file",
                name = name
            )));
        }
        let own = self.dir.join(name);
        let path = if own.exists() {
            own
        } else {
            self.assets.join("models").join(name)
        };
        fs::read(&path).map_err(|source| file(Doing::Read, &path, source))
    }

    /// A path of the plant file, relative to its folder; empty is none.
    pub fn resolve(&self, path: &str) -> Option<PathBuf> {
        (!path.is_empty()).then(|| self.dir.join(path))
    }

    /// The settings; the defaults when there are none yet.
    ///
    /// # Errors
    /// [`Error::File`] when they cannot be read.
    pub fn settings(&self) -> Result<Settings> {
        let path = self.dir.join("settings.json");
        match fs::read(&path) {
            Ok(bytes) => Ok(serde_json::from_slice(&bytes).unwrap_or_default()),
            Err(source) if source.kind() == std::io::ErrorKind::NotFound => Ok(Settings::default()),
            Err(source) => Err(file(Doing::Read, &path, source)),
        }
    }

    /// Stores the settings.
    ///
    /// # Errors
    /// [`Error::File`] when they cannot be written.
    pub fn put_settings(&self, settings: &Settings) -> Result<()> {
        let bytes = serde_json::to_vec_pretty(settings).unwrap_or_default();
        write_atomic(&self.dir.join("settings.json"), &bytes, false)
    }

    /// The password of a connection, if one is stored.
    ///
    /// # Errors
    /// [`Error::File`] when it is there and cannot be read.
    pub fn password(&self, connection: &str) -> Result<Option<String>> {
        let path = self.secret_path(connection);
        match fs::read_to_string(&path) {
            Ok(password) => Ok(Some(password)),
            Err(source) if source.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(file(Doing::Read, &path, source)),
        }
    }

    /// Stores or removes (empty) the password of a connection in a file that only its owner can read.
    ///
    /// # Errors
    /// [`Error::File`] when it cannot be written.
    pub fn put_password(&self, connection: &str, password: &str) -> Result<()> {
        let path = self.secret_path(connection);
        if password.is_empty() {
            return match fs::remove_file(&path) {
                Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                    Err(file(Doing::Remove, &path, source))
                }
                _ => Ok(()),
            };
        }
        fs::create_dir_all(self.dir.join("secrets"))
            .map_err(|source| file(Doing::Create, &path, source))?;
        write_atomic(&path, password.as_bytes(), true)
    }

    /// Where the password of a connection is stored, if one is.
    pub fn secret_path(&self, connection: &str) -> PathBuf {
        self.dir
            .join("secrets")
            .join(format!("{connection}.password"))
    }

    /// Writes a picture of a trend, made at `now`, into the workspace's `pictures` folder and gives its path. On a slow disk that
    /// takes a while: where `unwanted` says so by its end, nothing is left of it.
    ///
    /// # Errors
    /// [`Error::Request`] when it is no PNG or too large, [`Error::File`] when it cannot be written, [`Error::Cancelled`].
    pub fn put_trend_picture(
        &self,
        now: Timestamp,
        png: &[u8],
        unwanted: impl FnOnce() -> bool,
    ) -> Result<PathBuf> {
        if !png.starts_with(PNG) || png.len() > PICTURE_MAX {
            return Err(Error::Request(said!(
                "refused-trend-picture",
                "the picture could not be made: make the window smaller, then try again"
            )));
        }
        let dir = self.dir.join("pictures");
        fs::create_dir_all(&dir).map_err(|source| file(Doing::Create, &dir, source))?;
        let path = dir.join(format!("trend-{}.png", now.millis()));
        let temporary = write_aside(&path, png, false)?;
        if unwanted() {
            fs::remove_file(&temporary)
                .map_err(|source| file(Doing::Remove, &temporary, source))?;
            return Err(Error::Cancelled);
        }
        fs::rename(&temporary, &path).map_err(|source| file(Doing::Write, &path, source))?;
        Ok(path)
    }
}

/// Takes the lock of the workspace `dir`, making the folder if it is not there; it is given back when the file is dropped.
///
/// # Errors
/// [`Error::Locked`] when another process has it, [`Error::File`].
pub fn lock(dir: &Path) -> Result<File> {
    fs::create_dir_all(dir).map_err(|source| file(Doing::Create, dir, source))?;
    let path = dir.join(".lock");
    let lock = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(|source| file(Doing::Open, &path, source))?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(Error::Locked {
            path: dir.to_owned(),
        }),
        Err(TryLockError::Error(source)) => Err(file(Doing::Lock, &path, source)),
    }
}

/// The workspace of this person, when none is named.
///
/// # Errors
/// [`Error::Request`] when the system gives no home folder.
pub fn default_dir() -> Result<PathBuf> {
    directories::ProjectDirs::from("io", "twinscope", "Twinscope")
        .map(|dirs| dirs.data_dir().join("workspace"))
        .ok_or_else(|| {
            Error::Request(said!(
                "refused-home",
                "the system gives no home folder to keep the plant in: name one with --workspace"
            ))
        })
}

/// Where the folder of the plant that was opened last is noted.
///
/// # Errors
/// As [`default_dir`].
pub fn memory() -> Result<PathBuf> {
    Ok(default_dir()?.with_file_name("opened"))
}

/// The folder that `memory` notes, if it still holds a plant.
pub fn remembered(memory: &Path) -> Option<PathBuf> {
    let noted = PathBuf::from(fs::read_to_string(memory).ok()?.trim());
    noted.join(PLANT_FILE).is_file().then_some(noted)
}

/// A short name that two workspaces do not share, for the desktop's registry of running programs: FNV-1a of the path,
/// 16 hexadecimal digits.
pub fn fingerprint(dir: &Path) -> String {
    const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0100_0000_01b3;
    let path = dir.to_string_lossy();
    let hash = path.bytes().fold(OFFSET, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(PRIME)
    });
    format!("{hash:016x}")
}

/// Eight random characters, kept in the workspace.
fn installation_id(dir: &Path) -> Result<String> {
    let path = dir.join("installation");
    match fs::read_to_string(&path) {
        Ok(id) if !id.trim().is_empty() => return Ok(id.trim().to_owned()),
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
            return Err(file(Doing::Read, &path, source));
        }
        _ => {}
    }
    let mut random = rand::rng();
    let id: String = (0..8)
        .map(|_| char::from_digit(random.random_range(0..36), 36).unwrap_or('0'))
        .collect();
    write_atomic(&path, id.as_bytes(), false)?;
    Ok(id)
}

/// Writes through a temporary file and a rename, so that a crash leaves the old or the new content.
///
/// # Errors
/// [`Error::File`].
pub fn write_atomic(path: &Path, bytes: &[u8], owner_only: bool) -> Result<()> {
    let temporary = write_aside(path, bytes, owner_only)?;
    fs::rename(&temporary, path).map_err(|source| file(Doing::Write, path, source))
}

/// Writes the bytes beside the file, down to the disk, and gives where.
fn write_aside(path: &Path, bytes: &[u8], owner_only: bool) -> Result<PathBuf> {
    let temporary = path.with_extension("new");
    let wrong = |source| file(Doing::Write, path, source);
    let mut options = OpenOptions::new();
    options.create(true).truncate(true).write(true);
    #[cfg(unix)]
    if owner_only {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    #[cfg(not(unix))]
    let _ = owner_only;
    let mut out = options.open(&temporary).map_err(wrong)?;
    out.write_all(bytes).map_err(wrong)?;
    out.sync_all().map_err(wrong)?;
    Ok(temporary)
}

fn file(action: Doing, path: &Path, source: std::io::Error) -> Error {
    Error::File {
        action,
        path: path.to_owned(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_process_is_refused_and_the_installation_keeps_its_name() {
        let dir = tempfile::tempdir().unwrap();
        let first = Workspace::open(dir.path(), dir.path()).unwrap();
        let name = first.installation().to_owned();
        assert_eq!(name.len(), 8);
        assert!(matches!(
            Workspace::open(dir.path(), dir.path()),
            Err(Error::Locked { .. })
        ));
        drop(first);
        let again = Workspace::open(dir.path(), dir.path()).unwrap();
        assert_eq!(again.installation(), name);
        assert_eq!(again.plant().unwrap().name, "My plant");
    }

    #[cfg(unix)]
    #[test]
    fn a_password_file_is_readable_by_its_owner_only() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let workspace = Workspace::open(dir.path(), dir.path()).unwrap();
        workspace.put_password("plant", "secret").unwrap();
        let mode = fs::metadata(workspace.secret_path("plant"))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(
            workspace.password("plant").unwrap().as_deref(),
            Some("secret")
        );
        workspace.put_password("plant", "").unwrap();
        assert_eq!(workspace.password("plant").unwrap(), None);
    }

    #[test]
    fn a_picture_that_is_not_wanted_any_more_leaves_no_file() {
        let dir = tempfile::tempdir().unwrap();
        let workspace = Workspace::open(dir.path(), dir.path()).unwrap();
        let png = [PNG, b"rest"].concat();
        let files = || fs::read_dir(dir.path().join("pictures")).unwrap().count();
        let (first, second) = (Timestamp::from_millis(1), Timestamp::from_millis(2));
        let cancelled = workspace.put_trend_picture(first, &png, || true);
        assert!(matches!(cancelled, Err(Error::Cancelled)));
        assert_eq!(files(), 0);
        let kept = workspace.put_trend_picture(second, &png, || false).unwrap();
        assert_eq!(fs::read(kept).unwrap(), png);
        assert_eq!(files(), 1);
    }

    #[test]
    fn a_model_name_cannot_leave_the_folder() {
        let dir = tempfile::tempdir().unwrap();
        let workspace = Workspace::open(dir.path(), dir.path()).unwrap();
        for name in ["../x.onnx", "/etc/passwd", ".lock", "a/b"] {
            assert!(
                matches!(workspace.model(name), Err(Error::Request(_))),
                "{name}"
            );
        }
    }
}
