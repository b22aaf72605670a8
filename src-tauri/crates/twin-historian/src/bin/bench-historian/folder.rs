//! Folders that go when they are no longer needed.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::error::{Result, io};

/// A folder that is removed with all that is in it when this is dropped.
pub struct Scratch(PathBuf);

impl Scratch {
    /// Makes `parent/name`, empty.
    pub fn new(parent: &Path, name: &str) -> Result<Scratch> {
        let path = parent.join(name);
        if path.exists() {
            fs::remove_dir_all(&path).map_err(io("remove", &path))?;
        }
        fs::create_dir_all(&path).map_err(io("create", &path))?;
        Ok(Scratch(path))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            eprintln!("{} could not be removed: {error}", self.0.display());
        }
    }
}
