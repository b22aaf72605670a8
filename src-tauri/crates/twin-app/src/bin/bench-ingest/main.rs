//! `cargo xtask bench ingest`: how fast messages become decoded, shown, checked and durable, beside a loop of the MQTT
//! library that only counts them.
//!
//! What is measured runs in a process of its own: the application (`app`), or `count-loop` of twin-connect, which is the
//! library's own example with a counter. This process is what they talk to: it publishes to mosquitto, or is itself the
//! other end of their connection (`peer`). Of every run history is opened afterwards and its samples are counted: a
//! message counts as taken when its samples are there.
//!
//! Allocations are counted in every process of the application, by a counting allocator around the system's; with as few
//! as the bar allows, counting costs nothing.

mod app;
mod broker;
mod child;
mod clock;
mod figures;
mod history;
mod latency;
mod machine;
mod paced;
mod packet;
mod peer;
mod plant;
mod publisher;
mod qos1;
mod statistics;
mod streams;

use std::{
    alloc::System,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context;
use clap::Parser;
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

use figures::Figures;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

#[derive(Debug, Parser)]
struct Arguments {
    /// Where workspaces are made.
    #[arg(long, default_value = "target/bench-ingest")]
    folder: PathBuf,
    /// A small run that shows that everything works; bars are not applied.
    #[arg(long)]
    quick: bool,
    /// Only this part; may be given more than once.
    #[arg(long, value_name = "PART", value_parser = PARTS)]
    only: Vec<String>,
    /// How many pairs, instead of the usual number.
    #[arg(long, value_name = "N")]
    pairs: Option<usize>,
    /// Run as the application on this workspace.
    #[arg(long, hide = true, value_name = "DIR")]
    app: Option<PathBuf>,
}

const PARTS: [&str; 5] = ["paced", "sparkplug", "json", "qos1", "latency"];

/// How much is measured.
#[derive(Clone, Copy, Debug)]
pub struct Scale {
    /// Pairs of ours and the baseline's.
    pub pairs: usize,
    /// Length of a paced run, s.
    pub paced_s: u64,
    /// Length of a latency run, s; the first third is warming up.
    pub latency_s: u64,
    /// Messages of the two streams and of the backlog are divided by this.
    pub smaller: usize,
}

const FULL: Scale = Scale {
    pairs: 5,
    paced_s: 60,
    latency_s: 30,
    smaller: 1,
};
const QUICK: Scale = Scale {
    pairs: 1,
    paced_s: 5,
    latency_s: 6,
    smaller: 5,
};

fn main() -> anyhow::Result<ExitCode> {
    let arguments = Arguments::parse();
    if let Some(dir) = &arguments.app {
        app::run(dir)?;
        return Ok(ExitCode::SUCCESS);
    }
    let scale = if arguments.quick { QUICK } else { FULL };
    let scale = Scale {
        pairs: arguments.pairs.unwrap_or(scale.pairs).max(1),
        ..scale
    };
    std::fs::create_dir_all(&arguments.folder)
        .with_context(|| format!("creating {}", arguments.folder.display()))?;
    let folder = arguments.folder.canonicalize()?;
    machine::describe(&folder)?;
    let judged = !arguments.quick;
    println!(
        "{} pairs{}",
        scale.pairs,
        if judged {
            ", medians are judged"
        } else {
            " on a small scale: bars are not applied"
        }
    );
    let mut figures = Figures::new(judged);
    for part in PARTS {
        if arguments.only.is_empty() || arguments.only.iter().any(|only| only == part) {
            println!("{part}:");
            run_part(part, &folder, scale, &mut figures).with_context(|| format!("part {part}"))?;
        }
    }
    if let Some(worst) = figures.worst_allocations() {
        figures.report(figures::ALLOCATIONS_PER_SAMPLE, worst);
    }
    let ok = figures.close(arguments.only.is_empty());
    Ok(ExitCode::from(u8::from(!ok)))
}

fn run_part(part: &str, folder: &Path, scale: Scale, figures: &mut Figures) -> anyhow::Result<()> {
    match part {
        "paced" => paced::measure(folder, scale, figures),
        "sparkplug" => streams::measure_sparkplug(folder, scale, figures),
        "json" => streams::measure_json(folder, scale, figures),
        "qos1" => qos1::measure(folder, scale, figures),
        _ => latency::measure(folder, scale, figures),
    }
}
