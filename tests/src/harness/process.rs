//! A child process that does not outlive its test.

use std::{
    fs::File,
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
};

use anyhow::{Context, Result};

/// A running child; killed when dropped.
#[derive(Debug)]
pub struct Process(Child);

impl Process {
    /// Starts it with its output in `log`.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(command: &mut Command, log: &Path) -> Result<Self> {
        let out = File::create(log).with_context(|| format!("making {}", log.display()))?;
        let child = command
            .stdin(Stdio::null())
            .stdout(out.try_clone()?)
            .stderr(out)
            .spawn()
            .with_context(|| format!("starting {:?}", command.get_program()))?;
        Ok(Process(child))
    }

    /// Process id.
    pub fn id(&self) -> u32 {
        self.0.id()
    }

    /// `kill -9`, and waits for the end.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn kill(&mut self) -> Result<()> {
        self.0.kill()?;
        self.0.wait()?;
        Ok(())
    }

    /// Sends a signal, such as `TERM`.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn signal(&self, name: &str) -> Result<()> {
        signal(self.id(), name)
    }

    /// How it ended, if it did.
    ///
    /// # Errors
    /// When the system refuses to tell.
    pub fn exit(&mut self) -> Result<Option<ExitStatus>> {
        Ok(self.0.try_wait()?)
    }

    /// Whether it has ended by itself.
    ///
    /// # Errors
    /// When the system refuses to tell.
    pub fn has_ended(&mut self) -> Result<bool> {
        Ok(self.exit()?.is_some())
    }
}

/// Sends a signal to any process.
///
/// # Errors
/// When the system refuses.
pub fn signal(process: u32, name: &str) -> Result<()> {
    let status = Command::new("kill")
        .arg(format!("-{name}"))
        .arg(process.to_string())
        .status()?;
    anyhow::ensure!(status.success(), "kill -{name} {process} failed");
    Ok(())
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Processes whose command line holds `text`.
///
/// # Errors
/// When /proc cannot be read.
pub fn with_command_line(text: &str) -> Result<Vec<u32>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc")? {
        let path = entry?.path();
        let id = path
            .file_name()
            .and_then(|name| name.to_str())
            .and_then(|name| name.parse().ok());
        // A process may end while it is looked at.
        if let (Some(id), Ok(line)) = (id, std::fs::read(path.join("cmdline")))
            && String::from_utf8_lossy(&line).contains(text)
        {
            found.push(id);
        }
    }
    Ok(found)
}
