//! The house rules as checks: which room may use which, and what may stand where.
//!
//! Every check takes plain data and returns one sentence per offence, so that `tests/house.rs` can show on small made-up
//! houses that each of them fails when it should.

pub mod modules;
pub mod rust;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use cargo_metadata::{DependencyKind, Metadata};

/// The longest source file, in lines.
pub const LINES_MAX: usize = 500;

/// When a dependency is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// By the crate itself.
    Normal,
    /// By its build script.
    Build,
    /// By its tests only.
    Dev,
}

/// A crate of the workspace and what it names in its Cargo.toml.
#[derive(Clone, Debug)]
pub struct Package {
    /// The crate's name.
    pub name: String,
    /// What it depends on directly, by registry name.
    pub dependencies: Vec<(String, Kind)>,
}

/// A source file.
#[derive(Clone, Debug)]
pub struct Source {
    /// Relative to the repository, with `/`.
    pub path: String,
    /// Its whole text.
    pub text: String,
}

/// Which rooms a room may use; a room that is not listed has no place in the house yet.
const ARROWS: &[(&str, &[&str])] = &[
    ("twin-core", &[]),
    ("twin-model", &["twin-core"]),
    ("twin-payload", &["twin-core"]),
    ("twin-insight", &["twin-core"]),
    (
        "twin-discover",
        &["twin-core", "twin-model", "twin-payload"],
    ),
    ("twin-connect", &["twin-core", "twin-model", "twin-payload"]),
    (
        "twin-historian",
        &["twin-core", "twin-model", "twin-payload"],
    ),
    ("twin-report", &["twin-core", "twin-model", "twin-payload"]),
    (
        "twin-app",
        &[
            "twin-connect",
            "twin-core",
            "twin-discover",
            "twin-historian",
            "twin-insight",
            "twin-model",
            "twin-payload",
            "twin-report",
        ],
    ),
    ("twinscope", &["twin-app"]),
    // It feeds whatever reads what comes from outside; nothing of the application knows it.
    (
        "twin-fuzz",
        &[
            "twin-connect",
            "twin-core",
            "twin-historian",
            "twin-model",
            "twin-payload",
        ],
    ),
    // It stands for somebody else's plant: it may know the application's code no more than a real one does.
    ("demo-plant", &[]),
    ("xtask", &[]),
    (
        "twinscope-tests",
        &[
            "demo-plant",
            "twin-app",
            "twin-connect",
            "twin-core",
            "twin-historian",
            "twin-insight",
            "twin-model",
            "twin-payload",
            "twin-report",
        ],
    ),
];

/// Families of outside crates that only some rooms may name, in any kind of dependency.
const KEPT_IN: &[(&str, &[&str])] = &[
    ("tauri", &["twinscope"]),
    ("rumqtt", &["twin-connect", "demo-plant", "twinscope-tests"]),
    ("sqlx", &["twin-historian"]),
    ("tract", &["twin-insight"]),
];

/// Rooms that run on nobody's runtime: their code may not name tokio (their tests may).
const WITHOUT_RUNTIME: &[&str] = &[
    "twin-core",
    "twin-model",
    "twin-payload",
    "twin-discover",
    "twin-insight",
    "twin-report",
];

/// Rooms that touch nothing outside: no file, no socket, no process, no environment.
const PURE: &[&str] = &[
    "twin-core",
    "twin-model",
    "twin-payload",
    "twin-discover",
    "twin-insight",
];

/// What a pure room may not name.
const OUTSIDE: &[&[&str]] = &[
    &["std", "env"],
    &["std", "fs"],
    &["std", "net"],
    &["std", "os"],
    &["std", "process"],
    &["std", "thread"],
    &["tokio"],
];

/// Plain values among them.
const INNOCENT: &[&[&str]] = &[
    &["std", "net", "IpAddr"],
    &["std", "net", "Ipv4Addr"],
    &["std", "net", "Ipv6Addr"],
    &["std", "net", "SocketAddr"],
];

/// The crates of the workspace that `metadata` describes.
#[must_use]
pub fn packages(metadata: &Metadata) -> Vec<Package> {
    let read = |package: &cargo_metadata::Package| Package {
        name: package.name.to_string(),
        dependencies: package
            .dependencies
            .iter()
            .map(|dependency| {
                let kind = match dependency.kind {
                    DependencyKind::Development => Kind::Dev,
                    DependencyKind::Build => Kind::Build,
                    _ => Kind::Normal,
                };
                (dependency.name.clone(), kind)
            })
            .collect(),
    };
    metadata
        .workspace_packages()
        .into_iter()
        .map(read)
        .collect()
}

/// Arrows between rooms that point the wrong way, and rooms without a place.
#[must_use]
pub fn wrong_arrows(packages: &[Package]) -> Vec<String> {
    let mut found = Vec::new();
    for package in packages {
        let Some((_, allowed)) = ARROWS.iter().find(|(name, _)| *name == package.name) else {
            found.push(format!(
                "{} is a new room: give it a row in the house's table of arrows",
                package.name
            ));
            continue;
        };
        for (name, _) in &package.dependencies {
            let is_room = packages.iter().any(|other| other.name == *name);
            if is_room && !allowed.contains(&name.as_str()) {
                found.push(format!("{} must not depend on {name}", package.name));
            }
        }
    }
    found
}

/// Outside crates in rooms that must not know them.
#[must_use]
pub fn misplaced_crates(packages: &[Package]) -> Vec<String> {
    let mut found = Vec::new();
    for package in packages {
        for (name, kind) in &package.dependencies {
            let kept = KEPT_IN.iter().find(|(family, _)| name.starts_with(family));
            if let Some((family, rooms)) = kept
                && !rooms.contains(&package.name.as_str())
            {
                found.push(format!(
                    "{} must not depend on {name}: {family} stays in {}",
                    package.name,
                    rooms.join(", ")
                ));
            }
            let is_runtime = name.starts_with("tokio") && *kind != Kind::Dev;
            if is_runtime && WITHOUT_RUNTIME.contains(&package.name.as_str()) {
                found.push(format!(
                    "{} must not depend on {name}: it runs on nobody's runtime",
                    package.name
                ));
            }
        }
    }
    found
}

/// Front-end files outside `ui/src/ipc` that import Tauri.
#[must_use]
pub fn tauri_outside_ipc(sources: &[Source]) -> Vec<String> {
    let imports = |text: &str| {
        ['"', '\'', '`']
            .iter()
            .any(|quote| text.contains(&format!("{quote}@tauri-apps/")))
    };
    sources
        .iter()
        .filter(|source| {
            source.path.starts_with("ui/src/") && !source.path.starts_with("ui/src/ipc/")
        })
        .filter(|source| imports(&source.text))
        .map(|source| format!("{} imports @tauri-apps: only ui/src/ipc may", source.path))
        .collect()
}

/// Files with more than [`LINES_MAX`] lines.
#[must_use]
pub fn too_long(sources: &[Source]) -> Vec<String> {
    sources
        .iter()
        .map(|source| (source, source.text.lines().count()))
        .filter(|(_, lines)| *lines > LINES_MAX)
        .map(|(source, lines)| {
            format!(
                "{} has {lines} lines, {LINES_MAX} are the limit",
                source.path
            )
        })
        .collect()
}

/// Tasks, threads and processes started by a twin-* library other than twin-app.
#[must_use]
pub fn spawns(sources: &[Source]) -> Vec<String> {
    let hidden = rust::test_modules(sources);
    sources
        .iter()
        .filter(|source| is_library(source) && room_of(&source.path) != Some("twin-app"))
        .filter(|source| !hidden.contains(&source.path))
        .flat_map(|source| {
            let starts = rust::Code::read(&source.text).spawns();
            starts.into_iter().map(|what| {
                format!(
                    "{} starts something with `{what}`: only twin-app may",
                    source.path
                )
            })
        })
        .collect()
}

/// Files, sockets, processes, threads and the environment in pure rooms.
#[must_use]
pub fn impure(sources: &[Source]) -> Vec<String> {
    let hidden = rust::test_modules(sources);
    let is_pure = |source: &&Source| {
        is_library(source)
            && room_of(&source.path).is_some_and(|room| PURE.contains(&room))
            && !hidden.contains(&source.path)
    };
    let begins = |path: &[String], with: &[&str]| {
        path.len() >= with.len() && with.iter().zip(path).all(|(one, other)| one == other)
    };
    let mut found = Vec::new();
    for source in sources.iter().filter(is_pure) {
        for path in rust::Code::read(&source.text).paths() {
            let is_outside = OUTSIDE.iter().any(|with| begins(&path, with));
            if is_outside && !INNOCENT.iter().any(|with| begins(&path, with)) {
                found.push(format!(
                    "{} names `{}`: this room is pure",
                    source.path,
                    path.join("::")
                ));
            }
        }
    }
    found
}

/// The room that a file belongs to, by its folder under `src-tauri/crates`.
#[must_use]
pub fn room_of(path: &str) -> Option<&str> {
    path.strip_prefix("src-tauri/crates/")?.split('/').next()
}

/// Whether a file is library code of a twin-* crate: not a binary's, not a test's.
fn is_library(source: &Source) -> bool {
    let Some((room, rest)) = source
        .path
        .strip_prefix("src-tauri/crates/")
        .and_then(|path| path.split_once('/'))
    else {
        return false;
    };
    room.starts_with("twin-") && rest.starts_with("src/") && !rest.starts_with("src/bin/")
}

/// Folders that hold no source of ours.
const NOT_OURS: &[&str] = &["target", "node_modules", "dist", "gen", "bindings"];

/// All files below `root/folder` with one of these extensions; built, downloaded and generated folders left out.
///
/// # Errors
/// When a folder or file cannot be read.
pub fn read_sources(root: &Path, folder: &str, extensions: &[&str]) -> io::Result<Vec<Source>> {
    let mut found = Vec::new();
    let mut open = vec![root.join(folder)];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            let name = path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            if path.is_dir() {
                if !NOT_OURS.contains(&name.as_str()) && !name.starts_with('.') {
                    open.push(path);
                }
            } else if path
                .extension()
                .is_some_and(|end| extensions.iter().any(|wanted| end == *wanted))
            {
                found.push(Source {
                    path: relative(root, &path),
                    text: fs::read_to_string(&path)?,
                });
            }
        }
    }
    found.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(found)
}

fn relative(root: &Path, path: &Path) -> String {
    let parts: PathBuf = path.strip_prefix(root).unwrap_or(path).to_path_buf();
    parts
        .components()
        .map(|part| part.as_os_str().to_string_lossy().into_owned())
        .collect::<Vec<_>>()
        .join("/")
}
