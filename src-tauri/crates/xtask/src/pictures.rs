//! `cargo xtask pictures`: builds the program and drives its window through every screen, for a person to look at.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::Args;

use crate::packages::Purpose;
use crate::repo::Repo;
use crate::stop::Stop;
use crate::{front_end, process, setup};

/// Which pictures to take.
#[derive(Args, Clone, Debug)]
pub struct Pictures {
    /// Only this setting, such as `german`; may be given more than once.
    #[arg(long, value_name = "NAME")]
    setting: Vec<String>,
    /// Only this screen, such as `overview`; may be given more than once.
    #[arg(long, value_name = "NAME")]
    screen: Vec<String>,
    /// Where they are kept [default: target/pictures].
    #[arg(long, value_name = "DIR")]
    folder: Option<PathBuf>,
}

/// Takes them.
///
/// # Errors
/// When something cannot be built or started, or the end was asked for. What is wrong with a screen is no error but a
/// failing exit code.
pub fn run_pictures(repo: &Repo, options: &Pictures, stop: &Stop) -> Result<ExitCode> {
    setup::run_setup(repo, Purpose::Test, stop)?;
    front_end::build(&repo.ui(), stop)?;
    // The same choice of packages as for the tests, so that nothing is built twice.
    let mut cargo = process::cargo();
    cargo
        .current_dir(&repo.root)
        .args(["build", "--workspace", "--bins"]);
    let built = process::run_watched(&mut cargo, stop, |_| {});
    stop.check()?;
    if !built?.success() {
        return Ok(ExitCode::FAILURE);
    }
    let folder = options.folder.clone();
    let folder = folder.unwrap_or_else(|| repo.target.join("pictures"));
    let mut pictures = process::command(repo.debug_binary("pictures"));
    pictures.current_dir(&repo.root).arg("--folder").arg(folder);
    for setting in &options.setting {
        pictures.args(["--setting", setting]);
    }
    for screen in &options.screen {
        pictures.args(["--screen", screen]);
    }
    let status = process::run_watched(&mut pictures, stop, |_| {});
    stop.check()?;
    Ok(if status?.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
