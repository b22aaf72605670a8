//! `cargo xtask bench historian`: how fast history is stored and read, and how little room it takes.
//!
//! Every figure stands against its bar and next to the limits and peers that were measured in the same run. Everything
//! generated is seeded; answers are compared with the generator before they are timed.

mod all_series;
mod append;
mod bare;
mod brute;
mod child;
mod clock;
mod error;
mod figures;
mod folder;
mod fresh;
mod generator;
mod history;
mod http;
mod instant;
mod machine;
mod peers;
mod scale;
mod settle;
mod statistics;
mod sustained;
mod zoom;

use std::{path::PathBuf, process::ExitCode};

use error::{Result, fail, io};
use figures::Figures;
use folder::Scratch;
use generator::{SEED, Shape};
use scale::{Bench, FULL, QUICK};

const HELP: &str = "bench-historian [--quick] [--keep] [--only PART]... [--folder DIR]
  --quick       a small run that shows that everything works; bars are not applied
  --keep        keep the history of 10^9 samples in the folder, and use one that is there
  --only PART   only append, sustained, zoom, fresh or instant
  --folder DIR  where to write [default: beside the program]";
const PARTS: [&str; 5] = ["append", "sustained", "zoom", "fresh", "instant"];

/// What was asked for.
struct Arguments {
    quick: bool,
    keep: bool,
    parts: Vec<String>,
    folder: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match arguments.split_first() {
        Some((first, rest)) if first == child::FLAG => as_child(rest).await.map(|()| true),
        _ => as_parent(&arguments).await,
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// A part in a process of its own: its name, its folder, how much.
async fn as_child(arguments: &[String]) -> Result<()> {
    let [part, folder, count] = arguments else {
        return fail("a child takes three arguments");
    };
    let (folder, count) = (PathBuf::from(folder), count.parse().unwrap_or(0));
    match part.as_str() {
        sustained::CHILD => sustained::measure(&folder, count).await,
        history::CHILD => history::measure(&folder, Shape::of(count)).await,
        other => fail(format!("there is no part {other}")),
    }
}

/// Measures; gives whether no figure is short of its bar.
async fn as_parent(arguments: &[String]) -> Result<bool> {
    let Some(arguments) = read(arguments)? else {
        println!("{HELP}");
        return Ok(true);
    };
    let parent = match arguments.folder {
        Some(folder) => folder,
        None => beside_program()?,
    };
    std::fs::create_dir_all(&parent).map_err(io("create", &parent))?;
    let run = Scratch::new(&parent, &format!("run-{}", std::process::id()))?;
    let bench = Bench {
        scale: if arguments.quick { QUICK } else { FULL },
        judged: !arguments.quick,
        kept: arguments.keep.then_some(parent),
        folder: run.path().to_owned(),
    };
    println!("seed {SEED}");
    machine::describe(&bench.folder)?;
    let mut figures = Figures::new(bench.judged);
    for part in PARTS {
        if arguments.parts.is_empty() || arguments.parts.iter().any(|wanted| wanted == part) {
            println!("\n{part}");
            match part {
                "append" => append::run(&bench, &mut figures).await?,
                "sustained" => sustained::run(&bench, &mut figures).await?,
                "zoom" => zoom::run(&bench, &mut figures).await?,
                "fresh" => fresh::run(&bench, &mut figures).await?,
                _ => instant::run(&bench, &mut figures).await?,
            }
        }
    }
    println!();
    Ok(figures.close(arguments.parts.is_empty()))
}

/// Reads the command line; none when help was asked for.
fn read(arguments: &[String]) -> Result<Option<Arguments>> {
    let mut read = Arguments {
        quick: false,
        keep: false,
        parts: Vec::new(),
        folder: None,
    };
    let mut left = arguments.iter();
    while let Some(argument) = left.next() {
        match argument.as_str() {
            "--quick" => read.quick = true,
            "--keep" => read.keep = true,
            "--only" => match left.next() {
                Some(part) if PARTS.contains(&part.as_str()) => read.parts.push(part.clone()),
                _ => return fail(format!("--only takes one of {}", PARTS.join(", "))),
            },
            "--folder" => match left.next() {
                Some(folder) => read.folder = Some(PathBuf::from(folder)),
                None => return fail("--folder takes a folder"),
            },
            "--help" => return Ok(None),
            other => return fail(format!("`{other}` is not known\n{HELP}")),
        }
    }
    Ok(Some(read))
}

/// The program lies in cargo's target folder, on the disk that is built on.
fn beside_program() -> Result<PathBuf> {
    let program = std::env::current_exe().map_err(io("find", "this program"))?;
    Ok(program.with_file_name("bench-historian-data"))
}
