//! Finds what is missing on this machine and installs it.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::packages::{self, Purpose};
use crate::process::{cargo, command, output_of, run};
use crate::python;
use crate::repo::Repo;
use crate::stop::Stop;

/// Vite 8 runs on Node 20.19 and later.
const NODE_MIN: [u32; 3] = [20, 19, 0];
/// The newest stable WebDriver server for Tauri 2 windows.
const TAURI_DRIVER_VERSION: &str = "2.1.0";

/// Makes this machine ready for `purpose`.
///
/// # Errors
/// When something is missing that cannot be installed from here; the message says what to do.
pub fn run_setup(repo: &Repo, purpose: Purpose, stop: &Stop) -> Result<()> {
    check_rust(repo)?;
    packages::install(purpose, stop)?;
    if purpose.needs_front_end() {
        check_node()?;
        fetch_crates(repo, stop)?;
        install_front_end(&repo.ui(), stop)?;
    }
    if matches!(purpose, Purpose::Test | Purpose::TestFast) {
        install_npm(&repo.sparkplug_peer(), &["--ignore-scripts"], stop)
            .context("the edge node that tests talk to could not be installed")?;
        let requirements = repo.shadow_peer().join("requirements.txt");
        python::install(&requirements, &repo.shadow_environment(), stop)
            .context("the shadow service that tests talk to could not be installed")?;
    }
    if purpose == Purpose::Test {
        install_tauri_driver(repo, stop)?;
    }
    Ok(())
}

/// Three numbers of the first word that looks like a version: `v20.20.2`, `rustc 1.95.0 (...)`.
fn version_in(text: &str) -> Option<[u32; 3]> {
    text.split_whitespace().find_map(|word| {
        let mut parts = word
            .trim_start_matches('v')
            .split(['.', '-', '+'])
            .map_while(|part| part.parse::<u32>().ok());
        let major = parts.next()?;
        Some([major, parts.next()?, parts.next().unwrap_or(0)])
    })
}

fn text([major, minor, patch]: [u32; 3]) -> String {
    format!("{major}.{minor}.{patch}")
}

/// Compares what a program says about itself with the oldest version that works.
fn check_version(program: &str, said: Option<&str>, oldest: [u32; 3], remedy: &str) -> Result<()> {
    let Some(said) = said else {
        bail!("{program} is not installed: {remedy}");
    };
    let Some(found) = version_in(said) else {
        bail!(
            "`{program} --version` said `{}`, which is no version: {remedy}",
            said.trim()
        );
    };
    if found < oldest {
        bail!(
            "{program} {} is too old, {} or newer is needed: {remedy}",
            text(found),
            text(oldest)
        );
    }
    Ok(())
}

fn check_node() -> Result<()> {
    let remedy = "install Node.js from https://nodejs.org (Debian 12 packages an older one)";
    check_version(
        "node",
        output_of("node", &["--version"]).as_deref(),
        NODE_MIN,
        remedy,
    )?;
    if output_of("npm", &["--version"]).is_none() {
        bail!("npm is not installed: it comes with Node.js from https://nodejs.org");
    }
    Ok(())
}

fn check_rust(repo: &Repo) -> Result<()> {
    let Some(oldest) = repo.rust_version.as_deref().and_then(version_in) else {
        return Ok(());
    };
    let remedy = "run `rustup update stable` (https://rustup.rs)";
    check_version(
        "rustc",
        output_of("rustc", &["--version"]).as_deref(),
        oldest,
        remedy,
    )
}

/// The front end lists the licences of every crate in the program, and asks no network for them: a machine that has
/// built nothing but this tool lacks most of them.
fn fetch_crates(repo: &Repo, stop: &Stop) -> Result<()> {
    let version = output_of("rustc", &["-vV"]).unwrap_or_default();
    let mut fetch = cargo();
    fetch.args(["fetch", "--locked"]).current_dir(&repo.root);
    if let Some(host) = host_in(&version) {
        fetch.args(["--target", host]);
    }
    run(&mut fetch, stop).context("the crates of the program could not be fetched")
}

/// The platform that `rustc -vV` names as its own.
fn host_in(version: &str) -> Option<&str> {
    let lines = version.lines();
    lines
        .map(str::trim)
        .find_map(|line| line.strip_prefix("host: "))
}

fn install_front_end(ui: &Path, stop: &Stop) -> Result<()> {
    install_npm(ui, &[], stop).context("the front end's packages could not be installed")
}

/// `npm ci`, when the lock file is newer than what is installed.
fn install_npm(folder: &Path, options: &[&str], stop: &Stop) -> Result<()> {
    if is_installed(folder) {
        println!("npm packages of {}: up to date", folder.display());
        return Ok(());
    }
    run(
        command("npm")
            .args(["ci", "--no-audit", "--no-fund"])
            .args(options)
            .current_dir(folder),
        stop,
    )
}

/// npm writes `node_modules/.package-lock.json` when an install is complete: the folder itself is there earlier.
fn is_installed(ui: &Path) -> bool {
    let changed = |path: &Path| fs::metadata(path).and_then(|found| found.modified()).ok();
    let wanted = changed(&ui.join("package-lock.json"));
    let installed = changed(&ui.join("node_modules/.package-lock.json"));
    matches!((wanted, installed), (Some(wanted), Some(installed)) if installed >= wanted)
}

fn install_tauri_driver(repo: &Repo, stop: &Stop) -> Result<()> {
    let root = repo.target.join("tools");
    // Cargo keeps this list beside what it installed, with versions.
    let installed = fs::read_to_string(root.join(".crates.toml")).unwrap_or_default();
    if repo.tauri_driver().is_file()
        && installed.contains(&format!("\"tauri-driver {TAURI_DRIVER_VERSION} "))
    {
        println!("tauri-driver {TAURI_DRIVER_VERSION}: installed");
        return Ok(());
    }
    let mut install = cargo();
    install
        .args([
            "install",
            "tauri-driver",
            "--version",
            TAURI_DRIVER_VERSION,
            "--locked",
            "--root",
        ])
        .arg(&root);
    run(&mut install, stop).context("tauri-driver could not be installed")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, SystemTime};

    #[test]
    fn versions_are_read_as_programs_print_them() {
        assert_eq!(version_in("v20.20.2\n"), Some([20, 20, 2]));
        assert_eq!(
            version_in("rustc 1.97.0-nightly (abc 2026-03-21)"),
            Some([1, 97, 0])
        );
        assert_eq!(version_in("1.95"), Some([1, 95, 0]));
        assert_eq!(version_in("no version here"), None);
    }

    #[test]
    fn a_missing_or_old_program_is_named_with_the_remedy() {
        let check = |said| check_version("node", said, [20, 19, 0], "get a newer one");
        assert!(check(Some("v20.19.0")).is_ok());
        assert!(check(Some("v22.1.0")).is_ok());
        let old = check(Some("v18.19.0")).unwrap_err().to_string();
        assert!(
            old.contains("18.19.0") && old.contains("20.19.0") && old.contains("get a newer one"),
            "{old}"
        );
        assert!(
            check(None)
                .unwrap_err()
                .to_string()
                .contains("not installed")
        );
        assert!(check(Some("hello")).is_err());
    }

    #[test]
    fn the_platform_is_read_from_what_the_compiler_says() {
        let said = "rustc 1.95.0 (59807616e 2026-04-14)\nbinary: rustc\nhost: x86_64-unknown-linux-gnu\nrelease: 1.95.0\n";
        assert_eq!(host_in(said), Some("x86_64-unknown-linux-gnu"));
        assert_eq!(host_in(""), None);
    }

    #[test]
    fn packages_are_installed_again_only_after_the_lock_file_changed() {
        let folder = tempfile::tempdir().unwrap();
        let ui = folder.path();
        let lock = ui.join("package-lock.json");
        let done = ui.join("node_modules/.package-lock.json");
        fs::write(&lock, "{}").unwrap();
        fs::create_dir(ui.join("node_modules")).unwrap();
        assert!(
            !is_installed(ui),
            "a folder alone is an install that broke off"
        );
        fs::write(&done, "{}").unwrap();
        let set = |path: &Path, seconds| {
            let time = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
            fs::File::options()
                .write(true)
                .open(path)
                .unwrap()
                .set_modified(time)
                .unwrap();
        };
        set(&lock, 1_000);
        set(&done, 1_000);
        assert!(is_installed(ui));
        set(&lock, 1_001);
        assert!(!is_installed(ui));
    }
}
