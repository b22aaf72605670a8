//! `cargo xtask pictures`: every screen of the real window in every setting, kept as files for a person to go through.
//! The program is the one that ships, in WebKitGTK on a screen of its own, driven as a person would.

mod plants;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, Result, ensure};
use clap::Parser;
use plants::Plants;
use twinscope_tests::{
    harness::{desktop::Desktop, window::Driver},
    pictures::{
        album::Album,
        settings::{SETTINGS, Setting},
        shooting::Shooting,
    },
};

#[derive(Debug, Parser)]
struct Arguments {
    /// Where the pictures are kept.
    #[arg(long, default_value = "target/pictures")]
    folder: PathBuf,
    /// Only this setting; may be given more than once.
    #[arg(long, value_name = "NAME")]
    setting: Vec<String>,
    /// Only this screen; may be given more than once.
    #[arg(long, value_name = "NAME")]
    screen: Vec<String>,
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<ExitCode> {
    let arguments = Arguments::parse();
    let album = Album::open(&arguments.folder)?;
    let settings: Vec<_> = SETTINGS.iter().map(|setting| setting.name).collect();
    for name in &arguments.setting {
        let known = settings.join(", ");
        ensure!(
            settings.contains(&name.as_str()),
            "there is no setting {name}: {known}"
        );
    }
    let dir = tempfile::tempdir()?;
    let mut plants = Plants::new(dir.path());
    let mut faults = 0;
    for setting in SETTINGS {
        if !arguments.setting.is_empty() && !arguments.setting.iter().any(|one| one == setting.name)
        {
            continue;
        }
        let taken = take(setting, &arguments.screen, &mut plants, &album, dir.path()).await;
        // One that cannot be shown is no reason to leave the others out.
        faults += taken.unwrap_or_else(|error| {
            println!("{}: {error:#}", setting.name);
            1
        });
    }
    let index = album.index()?;
    println!(
        "{faults} faults; go through the pictures in {}",
        index.display()
    );
    Ok(ExitCode::from(u8::from(faults > 0)))
}

/// Takes the pictures of one setting, and gives how many faults were found.
async fn take(
    setting: &Setting,
    only: &[String],
    plants: &mut Plants,
    album: &Album,
    dir: &Path,
) -> Result<usize> {
    let workspace = plants.start(setting.plant).await?;
    let dir = tempfile::tempdir_in(dir)?;
    let desktop = Desktop::start_as(dir.path(), setting.desktop).await?;
    let driver = Driver::start(&desktop, dir.path()).await?;
    let shooting = Shooting::open(&driver, &desktop, &workspace, setting).await;
    let shooting = shooting.with_context(|| {
        let said = std::fs::read_to_string(dir.path().join("driver.log")).unwrap_or_default();
        format!("the program said:\n{said}")
    })?;
    plants.ripen(setting.plant, shooting.window()).await?;
    let mut faults = 0;
    for screen in setting.screens() {
        if !only.is_empty() && !only.iter().any(|one| one == screen.name) {
            continue;
        }
        let picture = album.picture(setting.name, screen.name)?;
        let found = match shooting.take(screen, &picture).await {
            Ok(found) => found,
            Err(error) => vec![format!("{error:#}")],
        };
        println!("{}/{}", setting.name, screen.name);
        found.iter().for_each(|fault| println!("    {fault}"));
        album.note(setting.name, screen.name, &found)?;
        faults += found.len();
    }
    shooting.close().await?;
    Ok(faults)
}
