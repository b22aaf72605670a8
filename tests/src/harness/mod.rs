//! The harness: real programs in folders of their own, ended when a test ends however it ends.

pub mod broker;
pub mod certificates;
pub mod coap;
pub mod demo;
pub mod desktop;
pub mod edge_node;
pub mod feed;
pub mod flood;
pub mod headless;
pub mod killer;
pub mod mosquitto;
pub mod peer;
pub mod process;
pub mod publisher;
pub mod shadows;
pub mod small_disk;
pub mod trace;
pub mod wait;
pub mod window;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The repository.
///
/// # Errors
/// Never in a checkout.
pub fn repository() -> Result<PathBuf> {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    Ok(tests
        .parent()
        .context("the tests lie in the repository")?
        .to_path_buf())
}

/// A program of this workspace, built before the tests and benches.
///
/// # Errors
/// When it was not built.
pub fn built(name: &str) -> Result<PathBuf> {
    let own = std::env::current_exe()?;
    // A test lies in a folder below the programs, a bench beside them.
    let folders = own.ancestors().skip(1).take(2);
    let mut programs = folders.map(|folder| folder.join(name));
    programs
        .find(|program| program.exists())
        .with_context(|| format!("{name} is not built: run this through `cargo xtask`"))
}

/// A TCP port that was free a moment ago.
///
/// # Errors
/// When the system gives none.
pub fn free_port() -> Result<u16> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?
        .local_addr()?
        .port())
}
