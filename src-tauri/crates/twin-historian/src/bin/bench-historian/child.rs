//! Parts of the bench in processes of their own, so that their memory can be measured and goes with them.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader},
    process::{Command, Stdio},
};

use crate::error::{Error, Result, fail, io};

/// The first argument of a child, before the name of its part.
pub const FLAG: &str = "--child";
/// What a line of a child begins with that is meant for its parent and not for people.
const RESULT: &str = "result ";

/// What a child measured, by name.
pub struct Results(BTreeMap<String, f64>);

impl Results {
    /// A value that the child must have given.
    pub fn get(&self, name: &str) -> Result<f64> {
        match self.0.get(name) {
            Some(value) => Ok(*value),
            None => fail(format!("the child gave no `{name}`")),
        }
    }
}

/// In a child: hands a value to the parent.
pub fn give(name: &str, value: f64) {
    println!("{RESULT}{name} {value}");
}

/// A command that the system ends when this process ends, however it ends.
pub fn bound_to_us(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL", "--"]).arg(program);
    command
}

/// Runs this program anew with `arguments`, passes its lines through and gives its results.
pub fn run(arguments: &[String]) -> Result<Results> {
    let program = std::env::current_exe().map_err(io("find", "this program"))?;
    let mut child = bound_to_us(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(io("start", "a child through setpriv"))?;
    let mut results = BTreeMap::new();
    let output = child.stdout.take();
    for line in output
        .into_iter()
        .flat_map(|output| BufReader::new(output).lines())
    {
        let line = line.map_err(io("read", "a child's output"))?;
        match line
            .strip_prefix(RESULT)
            .and_then(|rest| rest.split_once(' '))
        {
            Some((name, value)) => {
                let value = value
                    .parse()
                    .map_err(|_| Error::Other(format!("a child said `{line}`")))?;
                results.insert(name.to_owned(), value);
            }
            None => println!("  {line}"),
        }
    }
    let status = child.wait().map_err(io("wait for", "a child"))?;
    if !status.success() {
        return fail(format!("`{}` failed ({status})", arguments.join(" ")));
    }
    Ok(Results(results))
}
