//! A small disk of its own that can be filled and emptied.

use std::{
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::Result;

/// A mounted tmpfs; unmounted when dropped.
#[derive(Debug)]
pub struct SmallDisk(PathBuf);

impl SmallDisk {
    /// Mounts one of so many megabytes at `dir`; none when the system does not let us mount.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn mount(dir: &Path, megabytes: u32) -> Result<Option<Self>> {
        fs::create_dir_all(dir)?;
        let status = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={megabytes}m"), "tmpfs"])
            .arg(dir)
            .stderr(Stdio::null())
            .status()?;
        Ok(status.success().then(|| SmallDisk(dir.to_owned())))
    }

    /// Takes the last free byte.
    ///
    /// # Errors
    /// When the file for it cannot be made.
    pub fn fill(&self) -> Result<()> {
        let mut ballast = File::create(self.ballast())?;
        for size in [1 << 16, 1 << 12, 1] {
            let block = vec![0; size];
            while ballast.write_all(&block).is_ok() {}
        }
        Ok(())
    }

    /// Takes all but so many free bytes.
    ///
    /// # Errors
    /// When the file for it cannot be made.
    pub fn fill_but(&self, bytes: u64) -> Result<()> {
        self.fill()?;
        let ballast = File::options().write(true).open(self.ballast())?;
        let taken = ballast.metadata()?.len();
        Ok(ballast.set_len(taken.saturating_sub(bytes))?)
    }

    /// Gives it all back.
    ///
    /// # Errors
    /// When it was not taken.
    pub fn empty(&self) -> Result<()> {
        Ok(fs::remove_file(self.ballast())?)
    }

    fn ballast(&self) -> PathBuf {
        self.0.join("ballast")
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily, because the program on it may end a moment later; a folder of tests goes with it.
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}
