//! The TypeScript bindings of `twin-app::api`: written by ts-rs, committed, and compared in CI.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::process::{cargo, run};
use crate::repo::Repo;
use crate::stop::Stop;

/// Where ts-rs writes; `.cargo/config.toml` points every plain `cargo test` to the same folder, away from the sources.
pub const EXPORT_VARIABLE: &str = "TS_RS_EXPORT_DIR";

/// Where the committed bindings are.
#[must_use]
pub fn committed(repo: &Repo) -> PathBuf {
    repo.ui().join("src/ipc/bindings")
}

/// Where generated ones are put before they are compared or copied.
#[must_use]
pub fn generated(repo: &Repo) -> PathBuf {
    repo.target.join("bindings")
}

/// An empty folder for the generated bindings: what a removed type left behind must not look alive.
///
/// # Errors
/// When the old folder cannot be removed.
pub fn clear_generated(repo: &Repo) -> Result<PathBuf> {
    let folder = generated(repo);
    if folder.exists() {
        fs::remove_dir_all(&folder)
            .with_context(|| format!("could not clear {}", folder.display()))?;
    }
    Ok(folder)
}

/// Generates the bindings and copies them into the front end, or with `check` only compares.
///
/// # Errors
/// When generating fails, or with `check` when the committed ones differ.
pub fn run_bindings(repo: &Repo, check: bool, stop: &Stop) -> Result<()> {
    let folder = clear_generated(repo)?;
    let mut tests = cargo();
    tests.current_dir(&repo.root).args([
        "test",
        "--quiet",
        "--package",
        "twin-app",
        "--lib",
        "export_bindings",
    ]);
    run(tests.env(EXPORT_VARIABLE, &folder), stop)
        .context("the bindings could not be generated")?;
    if check {
        compare(repo)
    } else {
        copy(&folder, &committed(repo))
    }
}

/// Compares the generated bindings with the committed ones.
///
/// # Errors
/// Names every file that differs.
pub fn compare(repo: &Repo) -> Result<()> {
    let wanted = read(&generated(repo))?;
    if wanted.is_empty() {
        bail!("no bindings were generated: twin-app has lost its ts-rs exports");
    }
    let differences = differences(&wanted, &read(&committed(repo))?);
    if differences.is_empty() {
        println!("bindings: all {} files are as committed", wanted.len());
        return Ok(());
    }
    bail!(
        "ui/src/ipc/bindings is not what twin-app::api says; run `cargo xtask bindings`:\n  {}",
        differences.join("\n  ")
    )
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    let wanted = read(from)?;
    if wanted.is_empty() {
        bail!("no bindings were generated: twin-app has lost its ts-rs exports");
    }
    let found = read(to)?;
    for (name, text) in wanted
        .iter()
        .filter(|(name, text)| found.get(*name) != Some(*text))
    {
        let path = to.join(name);
        let folder = path.parent().unwrap_or(to);
        fs::create_dir_all(folder)
            .with_context(|| format!("could not create {}", folder.display()))?;
        fs::write(&path, text).with_context(|| format!("could not write {}", path.display()))?;
        println!("written: {}", name.display());
    }
    for name in found.keys().filter(|name| !wanted.contains_key(*name)) {
        fs::remove_file(to.join(name))
            .with_context(|| format!("could not remove {}", name.display()))?;
        println!("removed: {}", name.display());
    }
    println!("bindings: {} files in {}", wanted.len(), to.display());
    Ok(())
}

/// What a person has to know about each file that is not the same.
fn differences(
    wanted: &BTreeMap<PathBuf, Vec<u8>>,
    found: &BTreeMap<PathBuf, Vec<u8>>,
) -> Vec<String> {
    let changed = wanted
        .iter()
        .filter_map(|(name, text)| match found.get(name) {
            None => Some(format!("missing: {}", name.display())),
            Some(other) if other != text => Some(format!("changed: {}", name.display())),
            Some(_) => None,
        });
    let stale = found.keys().filter(|name| !wanted.contains_key(*name));
    changed
        .chain(stale.map(|name| format!("stale: {}", name.display())))
        .collect()
}

/// All files below a folder, by relative path; a missing folder holds none.
fn read(folder: &Path) -> Result<BTreeMap<PathBuf, Vec<u8>>> {
    let mut files = BTreeMap::new();
    let mut open = vec![PathBuf::new()];
    while let Some(part) = open.pop() {
        let path = folder.join(&part);
        if !path.exists() {
            continue;
        }
        for entry in
            fs::read_dir(&path).with_context(|| format!("could not read {}", path.display()))?
        {
            let entry = entry.with_context(|| format!("could not read {}", path.display()))?;
            let name = part.join(entry.file_name());
            if entry.path().is_dir() {
                open.push(name);
            } else {
                let text = fs::read(entry.path())
                    .with_context(|| format!("could not read {}", entry.path().display()))?;
                files.insert(name, text);
            }
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_changed_and_stale_files_are_named() {
        let files = |pairs: &[(&str, &str)]| {
            pairs
                .iter()
                .map(|(name, text)| (PathBuf::from(name), text.as_bytes().to_vec()))
                .collect::<BTreeMap<_, _>>()
        };
        let wanted = files(&[("A.ts", "a"), ("B.ts", "b"), ("C.ts", "c")]);
        let found = files(&[("B.ts", "b"), ("C.ts", "old"), ("D.ts", "d")]);
        assert_eq!(
            differences(&wanted, &found),
            ["missing: A.ts", "changed: C.ts", "stale: D.ts"]
        );
        assert!(differences(&wanted, &wanted).is_empty());
    }

    #[test]
    fn copying_makes_the_folders_equal() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("from"), folder.path().join("to"));
        fs::create_dir_all(from.join("deep")).unwrap();
        fs::create_dir_all(&to).unwrap();
        fs::write(from.join("deep/A.ts"), "a").unwrap();
        fs::write(to.join("Old.ts"), "old").unwrap();
        copy(&from, &to).unwrap();
        assert_eq!(read(&from).unwrap(), read(&to).unwrap());
    }

    #[test]
    fn nothing_generated_is_an_error_and_removes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let to = folder.path().join("to");
        fs::create_dir_all(&to).unwrap();
        fs::write(to.join("A.ts"), "a").unwrap();
        assert!(copy(&folder.path().join("nothing"), &to).is_err());
        assert!(to.join("A.ts").exists());
    }
}
