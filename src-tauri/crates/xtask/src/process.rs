//! Child processes: each in a process group of its own, stopped as a whole, never left behind.
//!
//! A terminal sends Ctrl-C to its whole foreground group. Children in that group would all end at once and in any
//! order; in groups of their own they end when, and in the order in which, this tool ends them.

use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::stop::Stop;

/// How often a wait looks at its child and at the stop flag.
pub const TICK: Duration = Duration::from_millis(50);
/// Ticks between the polite signal and SIGKILL: 5 s.
const GRACE_TICKS: u32 = 100;

/// Variables that `cargo run` sets for this tool and that would make an inner cargo rebuild crates whose build scripts
/// watch them (`ring` watches a dozen).
fn is_of_cargo_run(name: &str) -> bool {
    name.starts_with("CARGO_PKG_")
        || name.starts_with("CARGO_MANIFEST_")
        || matches!(
            name,
            "CARGO_BIN_NAME" | "CARGO_CRATE_NAME" | "CARGO_PRIMARY_PACKAGE" | "OUT_DIR"
        )
}

/// A command without the variables of the outer `cargo run`.
pub fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(is_of_cargo_run) {
            command.env_remove(&name);
        }
    }
    command
}

/// The cargo that started this tool.
#[must_use]
pub fn cargo() -> Command {
    command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// A command as one line, for people.
#[must_use]
pub fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let mut line = program
        .file_name()
        .unwrap_or(program.as_os_str())
        .to_string_lossy()
        .into_owned();
    for argument in command.get_args() {
        line.push(' ');
        line.push_str(&argument.to_string_lossy());
    }
    line
}

/// A running child and every process it started.
#[derive(Debug)]
pub struct Group {
    name: String,
    child: Child,
    status: Option<ExitStatus>,
}

impl Group {
    /// Starts `command` in a process group of its own, with nothing to read.
    ///
    /// # Errors
    /// When the program cannot be started.
    pub fn spawn(name: &str, command: &mut Command) -> Result<Self> {
        let child = command
            .stdin(Stdio::null())
            .process_group(0)
            .spawn()
            .with_context(|| format!("could not start {name} (`{}`)", shown(command)))?;
        Ok(Self {
            name: name.to_owned(),
            child,
            status: None,
        })
    }

    /// The process id, which is the group's id too.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// What the child calls itself in messages.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The exit status when the child has ended.
    ///
    /// # Errors
    /// When the system cannot tell.
    pub fn ended(&mut self) -> Result<Option<ExitStatus>> {
        if self.status.is_none() {
            self.status = self
                .child
                .try_wait()
                .with_context(|| format!("could not wait for {}", self.name))?;
        }
        Ok(self.status)
    }

    /// Asks the group to end (SIGTERM), kills it after 5 s or at once when the person insists, and reaps the child.
    ///
    /// # Errors
    /// When the child cannot be waited for.
    pub fn stop(&mut self, stop: &Stop) -> Result<ExitStatus> {
        if self.ended()?.is_none() {
            signal_group(self.id(), "TERM");
            for _ in 0..GRACE_TICKS {
                if self.ended()?.is_some() || stop.urgent() {
                    break;
                }
                std::thread::sleep(TICK);
            }
        }
        // The leader may be gone while helpers of its own live on: the whole group goes.
        signal_group(self.id(), "KILL");
        let status = match self.ended()? {
            Some(status) => status,
            None => self
                .child
                .wait()
                .with_context(|| format!("could not wait for {}", self.name))?,
        };
        self.status = Some(status);
        Ok(status)
    }

    /// Waits for the child's end, or ends it when `stop` is requested.
    ///
    /// # Errors
    /// When the child cannot be waited for.
    pub fn wait(&mut self, stop: &Stop) -> Result<ExitStatus> {
        loop {
            if let Some(status) = self.ended()? {
                return Ok(status);
            }
            if stop.requested() {
                return self.stop(stop);
            }
            std::thread::sleep(TICK);
        }
    }
}

impl Drop for Group {
    /// An error on the way must not leave a process behind, nor cut one off that could end in order.
    fn drop(&mut self) {
        if matches!(self.ended(), Ok(None)) {
            let _ = self.stop(&Stop::default());
        }
    }
}

/// Sends a signal to a process group; one that is gone already is no error.
fn signal_group(id: u32, signal: &str) {
    signal_target(&format!("-{id}"), signal);
}

/// Sends a signal to one process; one that is gone already is no error.
pub fn signal_process(id: u32, signal: &str) {
    signal_target(&id.to_string(), signal);
}

/// `kill` is built into every shell, so that no further package and no unsafe call is needed.
fn signal_target(target: &str, signal: &str) {
    let _ = Command::new("sh")
        .args(["-c", r#"kill -s "$1" -- "$2""#, "sh", signal, target])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .status();
}

/// Whether process `id` lives and its program is called `program`: a number alone may have been given to another
/// process since it was written down.
#[must_use]
pub fn is_alive(id: u32, program: &str) -> bool {
    let Ok(line) = fs::read(format!("/proc/{id}/cmdline")) else {
        return false;
    };
    let first = line.split(|byte| *byte == 0).next().unwrap_or_default();
    Path::new(&*String::from_utf8_lossy(first))
        .file_name()
        .is_some_and(|name| name == program)
}

/// Ends a process group that this tool did not start, when it still is what it was: politely, then by force after 5 s.
pub fn stop_stranger(id: u32, program: &str, stop: &Stop) {
    if !is_alive(id, program) {
        return;
    }
    signal_group(id, "TERM");
    for _ in 0..GRACE_TICKS {
        if !is_alive(id, program) || stop.urgent() {
            break;
        }
        std::thread::sleep(TICK);
    }
    if is_alive(id, program) {
        signal_group(id, "KILL");
    }
}

/// Runs a command to its end and passes its output through.
///
/// # Errors
/// When it cannot start, fails, or the end was asked for.
pub fn run(command: &mut Command, stop: &Stop) -> Result<()> {
    println!("$ {}", shown(command));
    let line = shown(command);
    let status = Group::spawn(&line, command)?.wait(stop)?;
    stop.check()?;
    if !status.success() {
        bail!("`{line}` failed ({status})");
    }
    Ok(())
}

/// Runs a command that may ask the person something (a password), in the terminal's own process group.
///
/// # Errors
/// When it cannot start or fails.
pub fn run_in_foreground(command: &mut Command, stop: &Stop) -> Result<()> {
    println!("$ {}", shown(command));
    let line = shown(command);
    let mut child = command
        .spawn()
        .with_context(|| format!("could not start `{line}`"))?;
    let mut told = false;
    let status = loop {
        if let Some(status) = child
            .try_wait()
            .with_context(|| format!("could not wait for `{line}`"))?
        {
            break status;
        }
        // A package manager must not be killed half-way: it is asked once, and waited for.
        if stop.requested() && !told {
            signal_process(child.id(), "TERM");
            told = true;
        }
        std::thread::sleep(TICK);
    };
    stop.check()?;
    if !status.success() {
        bail!("`{line}` failed ({status})");
    }
    Ok(())
}

/// Runs a command, passes its output through line by line as it comes, and shows each line to `seen` too.
///
/// # Errors
/// When it cannot start or be waited for; a failing status is returned, not an error.
pub fn run_watched(
    command: &mut Command,
    stop: &Stop,
    seen: impl FnMut(&str) + Send,
) -> Result<ExitStatus> {
    println!("$ {}", shown(command));
    let line = shown(command);
    let mut group = Group::spawn(&line, command.stdout(Stdio::piped()))?;
    let output = group
        .child
        .stdout
        .take()
        .with_context(|| format!("`{line}` has no output to read"))?;
    std::thread::scope(|scope| {
        let reader = scope.spawn(move || pass_through(output, seen));
        let status = group.wait(stop)?;
        // A grandchild that outlived its parent holds the pipe open; the run is over, so it goes too.
        signal_group(group.id(), "KILL");
        match reader.join() {
            Ok(passed) => {
                passed.with_context(|| format!("could not read the output of `{line}`"))?
            }
            Err(_) => bail!("reading the output of `{line}` failed"),
        }
        Ok(status)
    })
}

/// Copies lines to standard output as they come.
fn pass_through(output: impl std::io::Read, mut seen: impl FnMut(&str)) -> std::io::Result<()> {
    let mut reader = BufReader::new(output);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line)? > 0 {
        let text = String::from_utf8_lossy(&line);
        // `print!` and not a lock on the stream: what a test of this tool passes through stays captured, and is not
        // taken for results of the run around it.
        print!("{text}");
        std::io::stdout().flush()?;
        seen(&text);
        line.clear();
    }
    Ok(())
}

/// What a command printed, or nothing when it is missing or fails.
#[must_use]
pub fn output_of(program: &str, arguments: &[&str]) -> Option<String> {
    let output = command(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Whether a program of this name is on the search path.
#[must_use]
pub fn on_path(program: &str) -> bool {
    std::env::var_os("PATH").is_some_and(|paths| {
        std::env::split_paths(&paths).any(|folder| folder.join(program).is_file())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stopped_group_takes_its_grandchildren_along() {
        let folder = tempfile::tempdir().unwrap();
        let note = folder.path().join("grandchild");
        let script = format!("sleep 60 & echo $! > {} ; wait", note.display());
        let mut group = Group::spawn("test", command("sh").args(["-c", &script])).unwrap();
        let grandchild = loop {
            let id = fs::read_to_string(&note)
                .ok()
                .and_then(|text| text.trim().parse::<u32>().ok());
            // Between fork and exec it still is a shell.
            if let Some(id) = id.filter(|id| is_alive(*id, "sleep")) {
                break id;
            }
            std::thread::sleep(TICK);
        };
        group.stop(&Stop::default()).unwrap();
        // Whoever adopts it reaps it in a moment.
        for _ in 0..40 {
            if !is_alive(grandchild, "sleep") {
                return;
            }
            std::thread::sleep(TICK);
        }
        panic!("the grandchild outlived its group");
    }

    #[test]
    fn a_child_that_ignores_the_polite_signal_is_killed_when_the_person_insists() {
        let stop = Stop::default();
        let mut group = Group::spawn(
            "deaf",
            command("sh").args(["-c", "trap '' TERM; while :; do sleep 0.05; done"]),
        )
        .unwrap();
        std::thread::sleep(TICK * 4);
        stop.request();
        stop.request();
        let status = group.stop(&stop).unwrap();
        assert_eq!(
            std::os::unix::process::ExitStatusExt::signal(&status),
            Some(9)
        );
    }

    #[test]
    fn watched_output_arrives_line_by_line_with_the_status() {
        let mut lines = Vec::new();
        let mut command = command("sh");
        command.args(["-c", "echo one; echo two; exit 3"]);
        let status = run_watched(&mut command, &Stop::default(), |line| {
            lines.push(line.trim_end().to_owned())
        })
        .unwrap();
        assert_eq!(
            (lines, status.code()),
            (vec!["one".to_owned(), "two".to_owned()], Some(3))
        );
    }

    #[test]
    fn a_requested_stop_ends_a_running_step() {
        let stop = Stop::default();
        stop.request();
        let error = run(command("sleep").arg("60"), &stop).unwrap_err();
        assert_eq!(error.to_string(), "stopped on request");
    }

    #[test]
    fn the_outer_cargo_leaves_no_trace() {
        assert!(is_of_cargo_run("CARGO_PKG_NAME") && is_of_cargo_run("CARGO_MANIFEST_DIR"));
        assert!(!is_of_cargo_run("CARGO_HOME") && !is_of_cargo_run("CARGO_TERM_COLOR"));
    }

    #[test]
    fn a_process_is_known_by_number_and_name() {
        assert!(!is_alive(std::process::id(), "another-program"));
        assert!(!is_alive(u32::MAX, "sh"));
    }
}
