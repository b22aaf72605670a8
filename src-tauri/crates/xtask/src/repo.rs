//! Where things are: the workspace's folders, found through `cargo metadata`.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use cargo_metadata::MetadataCommand;

/// The folders of this workspace.
#[derive(Clone, Debug)]
pub struct Repo {
    /// The folder of the workspace's Cargo.toml.
    pub root: PathBuf,
    /// Cargo's target folder.
    pub target: PathBuf,
    /// The oldest Rust that builds the workspace, as `major.minor.patch`.
    pub rust_version: Option<String>,
}

impl Repo {
    /// Finds the workspace that this tool belongs to, from any current directory.
    ///
    /// # Errors
    /// When `cargo metadata` fails.
    pub fn find() -> Result<Self> {
        let mut command = MetadataCommand::new();
        command.no_deps();
        // `cargo run` says where the package is; started by hand, the binary looks from the current directory.
        if let Some(dir) = std::env::var_os("CARGO_MANIFEST_DIR") {
            command.manifest_path(Path::new(&dir).join("Cargo.toml"));
        }
        let metadata = command
            .exec()
            .context("`cargo metadata` failed: run `cargo xtask` inside the workspace")?;
        let rust_version = metadata
            .packages
            .iter()
            .find(|package| package.name.as_str() == "xtask")
            .and_then(|package| package.rust_version.as_ref().map(ToString::to_string));
        Ok(Self {
            root: metadata.workspace_root.into_std_path_buf(),
            target: metadata.target_directory.into_std_path_buf(),
            rust_version,
        })
    }

    /// The front end.
    #[must_use]
    pub fn ui(&self) -> PathBuf {
        self.root.join("ui")
    }

    /// The Sparkplug edge node of others that tests talk to.
    #[must_use]
    pub fn sparkplug_peer(&self) -> PathBuf {
        self.root.join("tests/peers/sparkplug-client")
    }

    /// The AWS shadows of others that tests talk to.
    #[must_use]
    pub fn shadow_peer(&self) -> PathBuf {
        self.root.join("tests/peers/moto")
    }

    /// The Python environment that they run in.
    #[must_use]
    pub fn shadow_environment(&self) -> PathBuf {
        self.target.join("tools/moto")
    }

    /// What ships with the application.
    #[must_use]
    pub fn assets(&self) -> PathBuf {
        self.root.join("assets")
    }

    /// A binary of the dev profile.
    #[must_use]
    pub fn debug_binary(&self, name: &str) -> PathBuf {
        self.target.join("debug").join(name)
    }

    /// The WebDriver server for Tauri windows, which [`crate::setup`] installs here.
    #[must_use]
    pub fn tauri_driver(&self) -> PathBuf {
        self.target.join("tools/bin/tauri-driver")
    }

    /// Everything a demo leaves behind.
    #[must_use]
    pub fn demo(&self) -> PathBuf {
        self.target.join("demo")
    }

    /// A path as a person would type it: relative to the workspace where possible.
    #[must_use]
    pub fn shown(&self, path: &Path) -> String {
        path.strip_prefix(&self.root)
            .unwrap_or(path)
            .display()
            .to_string()
    }
}
