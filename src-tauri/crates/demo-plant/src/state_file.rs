//! The small file by which other programs find a running demo plant.

use std::{fs, io::Write as _, path::Path};

use serde::{Deserialize, Serialize};

use crate::Error;

/// A running demo plant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StateFile {
    /// Its process.
    pub pid: u32,
    /// MQTT 5 on 127.0.0.1.
    pub port: u16,
    /// MQTT 3.1.1 on 127.0.0.1.
    pub port_v4: u16,
}

impl StateFile {
    /// Writes it whole or not at all: a reader never sees half of it.
    ///
    /// # Errors
    /// [`Error::File`].
    pub fn write(&self, path: &Path) -> Result<(), Error> {
        let failed = |why| Error::File {
            path: path.to_owned(),
            why,
        };
        let beside = path.with_extension(format!("{}.tmp", self.pid));
        let mut file = fs::File::create(&beside).map_err(failed)?;
        let text = serde_json::json!(self).to_string();
        file.write_all(text.as_bytes())
            .and_then(|()| file.sync_all())
            .map_err(failed)?;
        fs::rename(&beside, path).map_err(failed)
    }

    /// Reads it.
    ///
    /// # Errors
    /// [`Error::File`], [`Error::StateFile`].
    pub fn read(path: &Path) -> Result<Self, Error> {
        let text = fs::read_to_string(path).map_err(|why| Error::File {
            path: path.to_owned(),
            why,
        })?;
        serde_json::from_str(&text).map_err(|why| Error::StateFile {
            path: path.to_owned(),
            why: why.to_string(),
        })
    }

    /// Removes it, if it is still this process's.
    pub fn remove(&self, path: &Path) {
        if StateFile::read(path).is_ok_and(|found| found == *self)
            && let Err(error) = fs::remove_file(path)
        {
            tracing::warn!(path = %path.display(), %error, "the state file stays behind");
        }
    }
}
