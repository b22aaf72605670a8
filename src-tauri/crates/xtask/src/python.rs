//! Python packages that tests run, each set in a virtual environment of its own.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::process::{command, run};
use crate::stop::Stop;

/// Debian's own, which its package python3-venv belongs to: another one first on the path may lack `venv`.
const PYTHON: &str = "/usr/bin/python3";
/// A copy of the requirements that are installed, written when the install is complete.
const INSTALLED: &str = "installed.txt";

/// Makes `environment` hold exactly what `requirements` names with hashes, unless it does.
///
/// # Errors
/// When Python or pip fails.
pub fn install(requirements: &Path, environment: &Path, stop: &Stop) -> Result<()> {
    let wanted = fs::read_to_string(requirements)
        .with_context(|| format!("reading {}", requirements.display()))?;
    if is_installed(environment, &wanted) {
        println!("Python packages of {}: up to date", requirements.display());
        return Ok(());
    }
    let make = ["-m", "venv", "--clear"];
    run(command(PYTHON).args(make).arg(environment), stop)
        .context("the virtual environment could not be made")?;
    let mut pip = command(environment.join("bin/python"));
    pip.args(["-m", "pip", "install", "--quiet", "--no-input"])
        .args(["--disable-pip-version-check", "--only-binary", ":all:"])
        .args(["--require-hashes", "--requirement"])
        .arg(requirements);
    run(&mut pip, stop).context("Python packages could not be installed")?;
    fs::write(environment.join(INSTALLED), wanted).context("noting what is installed")
}

fn is_installed(environment: &Path, wanted: &str) -> bool {
    fs::read_to_string(environment.join(INSTALLED)).is_ok_and(|installed| installed == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_environment_counts_when_it_was_completed_for_these_requirements() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!is_installed(folder.path(), "moto==5"));
        fs::write(folder.path().join(INSTALLED), "moto==5").unwrap();
        assert!(is_installed(folder.path(), "moto==5"));
        assert!(!is_installed(folder.path(), "moto==6"));
    }
}
