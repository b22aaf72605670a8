//! The program without a window.

use std::{path::Path, process::Command, time::Duration};

use anyhow::{Result, ensure};

use super::{built, process::Process, repository};

/// The command that runs it on a workspace; `before` goes before the program, such as a tracer with its arguments.
///
/// # Errors
/// When it was not built.
pub fn command(workspace: &Path, before: &[&str]) -> Result<Command> {
    let program = built("twinscope-headless")?;
    let mut command = match before {
        [] => Command::new(program),
        [tool, arguments @ ..] => {
            let mut command = Command::new(tool);
            command.args(arguments).arg(program);
            command
        }
    };
    command
        .arg("--workspace")
        .arg(workspace)
        .arg("--assets")
        .arg(repository()?.join("assets"))
        .args(["--every", "1"]);
    Ok(command)
}

/// Starts it with its pages in `log`.
///
/// # Errors
/// When it cannot be started.
pub fn start(workspace: &Path, log: &Path) -> Result<Process> {
    Process::start(&mut command(workspace, &[])?, log)
}

/// Ends it politely.
///
/// # Errors
/// When it does not end within fifteen seconds.
pub async fn stop(process: &mut Process) -> Result<()> {
    process.signal("TERM")?;
    for _ in 0..150 {
        if process.has_ended()? {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    ensure!(process.has_ended()?, "SIGTERM did not end the program");
    Ok(())
}
