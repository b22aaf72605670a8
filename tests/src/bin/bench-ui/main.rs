//! `cargo xtask bench ui`: how quick the window is. The real one: the shell in WebKitGTK on a screen without a GPU, driven
//! through tauri-driver, on plants that send through mosquitto or on the demo plant with its own broker.
//!
//! What is seen is looked at on the screen, through the display server, wherever that can be done (pictures, cursor);
//! the page is asked only for what no screen shows (tasks, times from a click), by a probe (`probe.js`) that the
//! driver puts into it. Processor time and memory are the system's. The program is built at release speed, as `cargo
//! build --profile bench` does: as it ships, but for link-time optimisation.

mod assets;
mod demo;
mod figures;
mod machine;
mod many;
mod page;
mod screen;
mod stage;
mod trend;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, Result};
use clap::Parser;

use figures::Figures;
use stage::Stage;

#[derive(Debug, Parser)]
struct Arguments {
    /// Where workspaces are made.
    #[arg(long, default_value = "target/bench-ui")]
    folder: PathBuf,
    /// A short run that shows that everything works; bars are not applied.
    #[arg(long)]
    quick: bool,
    /// Only this part; may be given more than once.
    #[arg(long, value_name = "PART", value_parser = PARTS)]
    only: Vec<String>,
}

const PARTS: [&str; 12] = [
    "first", "pss", "frames", "extremes", "task", "cursor", "span", "core", "heap", "asset",
    "scroll", "past",
];

/// How long and how often is measured.
#[derive(Clone, Copy, Debug)]
pub struct Scale {
    /// For so long is watched what goes on, s.
    pub watch_s: f64,
    /// Moves of the mouse.
    pub moves: usize,
    /// Rounds through the spans, three changes each.
    pub rounds: usize,
    /// Assets that are opened.
    pub opened: usize,
    /// Starts of the program.
    pub starts: usize,
    /// For so long memory is watched, s.
    pub heap_s: f64,
}

const FULL: Scale = Scale {
    watch_s: 20.0,
    moves: 200,
    rounds: 10,
    opened: 30,
    starts: 5,
    heap_s: 420.0,
};
const QUICK: Scale = Scale {
    watch_s: 4.0,
    moves: 20,
    rounds: 2,
    opened: 5,
    starts: 1,
    heap_s: 30.0,
};

/// The parts that are wanted.
#[derive(Debug)]
pub struct Wanted(Vec<String>);

impl Wanted {
    /// Whether a part is.
    pub fn has(&self, part: &str) -> bool {
        self.0.is_empty() || self.0.iter().any(|wanted| wanted == part)
    }

    fn any(&self, parts: &[&str]) -> bool {
        parts.iter().any(|part| self.has(part))
    }
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<ExitCode> {
    let arguments = Arguments::parse();
    let scale = if arguments.quick { QUICK } else { FULL };
    std::fs::create_dir_all(&arguments.folder)
        .with_context(|| format!("creating {}", arguments.folder.display()))?;
    let folder = arguments.folder.canonicalize()?;
    machine::describe();
    let mut figures = Figures::new(!arguments.quick);
    let all = arguments.only.is_empty();
    let wanted = Wanted(arguments.only);
    run(&folder, &wanted, scale, &mut figures).await?;
    let ok = figures.close(all);
    Ok(ExitCode::from(u8::from(!ok)))
}

/// Each scene has a desktop of its own.
async fn run(folder: &Path, wanted: &Wanted, scale: Scale, figures: &mut Figures) -> Result<()> {
    if wanted.any(&["first", "pss"]) {
        let stage = Stage::set_up(folder).await?;
        demo::measure(&stage, wanted, scale, figures).await?;
    }
    if wanted.any(&["frames", "extremes", "task", "cursor", "span"]) {
        let stage = Stage::set_up(folder).await?;
        trend::measure(&stage, wanted, scale, figures).await?;
    }
    if wanted.any(&["core", "heap"]) {
        let stage = Stage::set_up(folder).await?;
        many::measure(&stage, wanted, scale, figures).await?;
    }
    if wanted.any(&["asset", "scroll", "past"]) {
        let stage = Stage::set_up(folder).await?;
        assets::measure(&stage, wanted, scale, figures).await?;
    }
    Ok(())
}
