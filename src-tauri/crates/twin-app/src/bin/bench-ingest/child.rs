//! The processes that are measured, and how they are talked to: one line asks, lines `result <name> <value>` answer.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Lines, Write},
    path::Path,
    process::{Child as Process, ChildStdin, ChildStdout, Command, Stdio},
};

use anyhow::{Context, bail};

use crate::machine;

/// What a line begins with that is meant for the parent and not for people.
const RESULT: &str = "result ";
/// Ends an answer.
const DONE: &str = "done";

/// In a child: hands a value to the parent.
pub fn give(name: &str, value: f64) {
    println!("{RESULT}{name} {value}");
}

/// In a child: the answer is complete.
pub fn done() {
    println!("{DONE}");
}

/// A process that is measured. It ends with this one, however this one ends.
#[derive(Debug)]
pub struct Child {
    process: Process,
    input: Option<ChildStdin>,
    output: Lines<BufReader<ChildStdout>>,
}

/// What a child said, by name.
pub type Answer = BTreeMap<String, f64>;

impl Child {
    /// The application on a workspace; returns when its connection is up.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn app(workspace: &Path) -> anyhow::Result<Self> {
        let program = std::env::current_exe().context("this program's own name")?;
        let mut command = bound_to_us(program);
        command.arg("--app").arg(workspace);
        Self::start(command)
    }

    /// The counting loop, which lies beside this program; returns at once. It says `done` once it has subscribed.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn counting(port: u16, filter: &str, qos: u8) -> anyhow::Result<Self> {
        let program = std::env::current_exe()?.with_file_name("count-loop");
        let mut command = bound_to_us(program);
        command.args([&port.to_string(), filter, &qos.to_string()]);
        Self::start(command)
    }

    fn start(mut command: Command) -> anyhow::Result<Self> {
        let mut process = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("starting a child through setpriv")?;
        let output = process.stdout.take().context("a child's output")?;
        Ok(Child {
            input: process.stdin.take(),
            output: BufReader::new(output).lines(),
            process,
        })
    }

    /// Its number.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// Processor time it has taken, s.
    ///
    /// # Errors
    /// When it is gone.
    pub fn processor_seconds(&self) -> anyhow::Result<f64> {
        machine::processor_seconds(self.id())
    }

    /// Waits for the end of an answer.
    ///
    /// # Errors
    /// When the child ends first.
    pub fn answer(&mut self) -> anyhow::Result<Answer> {
        let mut answer = Answer::new();
        for line in self.output.by_ref() {
            let line = line.context("a child's output")?;
            if line == DONE {
                return Ok(answer);
            }
            let named = line.strip_prefix(RESULT);
            match named.and_then(|rest| rest.split_once(' ')) {
                Some((name, value)) => {
                    let value = value.parse().with_context(|| format!("`{line}`"))?;
                    answer.insert(name.to_owned(), value);
                }
                None => println!("  {line}"),
            }
        }
        bail!("a child ended before it had answered")
    }

    /// Asks without waiting for the answer.
    ///
    /// # Errors
    /// When the child has ended.
    pub fn ask(&mut self, question: &str) -> anyhow::Result<()> {
        let input = self.input.as_mut().context("the child is not listening")?;
        writeln!(input, "{question}").context("a child went away")
    }

    /// Asks and waits.
    ///
    /// # Errors
    /// When the child ends first.
    pub fn tell(&mut self, question: &str) -> anyhow::Result<Answer> {
        self.ask(question)?;
        self.answer()
    }

    /// Waits for its end, which the closing of its input asks for.
    ///
    /// # Errors
    /// When it failed.
    pub fn end(mut self) -> anyhow::Result<()> {
        self.input = None;
        for line in self.output.by_ref() {
            println!("  {}", line?);
        }
        let status = self.process.wait()?;
        anyhow::ensure!(status.success(), "a child failed ({status})");
        Ok(())
    }
}

/// A value of an answer.
///
/// # Errors
/// When it is not in it.
pub fn value(answer: &Answer, name: &str) -> anyhow::Result<f64> {
    let found = answer.get(name).copied();
    found.with_context(|| format!("a child gave no `{name}`"))
}

/// A command that the system ends when this process ends, however it ends.
pub fn bound_to_us(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL", "--"]).arg(program);
    command
}
