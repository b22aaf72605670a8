//! Long histories: one fast signal and many slow ones, imported from the generator in a child.

use std::{path::Path, sync::mpsc::sync_channel};

use twin_core::{Duration, SignalKey};
use twin_historian::Historian;

use crate::{
    child,
    clock::{self, Stopwatch},
    error::{Error, Result, fail, io},
    generator::{Shape, slice},
    machine,
    settle::{number_signals, settle},
};

/// The name of this part as a child.
pub const CHILD: &str = "history";
/// Written when a history is complete.
const MARK: &str = "complete";
/// Samples of one import: 8 MB as the historian takes them.
const SLICE: usize = 1 << 17;
/// Slices that wait for import.
const SLICES_AHEAD: usize = 2;
/// Imports after which is rolled up.
const IMPORTS_A_ROLL_UP: usize = 64;
/// What a history of 10^9 samples needs, with room for the log.
const BYTES_A_SAMPLE: f64 = 4.0;

/// Builds the history in `folder`, or leaves it alone when a complete one is there.
pub fn build(folder: &Path, shape: Shape) -> Result<()> {
    if folder.join(MARK).exists() {
        println!(
            "history of {} samples: the one that an earlier run kept",
            shape.samples()
        );
        return Ok(());
    }
    std::fs::create_dir_all(folder).map_err(io("create", folder))?;
    let needed = shape.samples() as f64 * BYTES_A_SAMPLE;
    let free = machine::free_bytes(folder)? as f64;
    if free < needed {
        return fail(format!(
            "a history of {} samples needs {:.1} GB of free disk, there are {:.1}",
            shape.samples(),
            needed / 1e9,
            free / 1e9
        ));
    }
    let results = child::run(&[
        child::FLAG.to_owned(),
        CHILD.to_owned(),
        folder.display().to_string(),
        shape.samples().to_string(),
    ])?;
    println!(
        "history of {} samples: built in {:.1} s, {:.3} bytes a sample, {:.0} MB peak memory",
        shape.samples(),
        results.get("seconds")?,
        machine::size_bytes(folder)? as f64 / shape.samples() as f64,
        results.get("peak_memory")? / 1e6
    );
    std::fs::write(folder.join(MARK), "").map_err(io("write into", folder))
}

/// In the child: generates on a thread of its own, imports and rolls up.
pub async fn measure(folder: &Path, shape: Shape) -> Result<()> {
    let begin = Stopwatch::start();
    let historian = Historian::open(folder, clock::now()).await?;
    number_signals(&historian, shape.others + 1).await?;
    let (sender, slices) = sync_channel(SLICES_AHEAD);
    let generator = std::thread::spawn(move || {
        let received = shape.end().plus(Duration::from_secs(60));
        for signal in 0..=shape.others {
            let mut walk = shape.walk(signal);
            while walk.position() < shape.count(signal) {
                let samples = slice(&mut walk, shape.count(signal), SLICE, received);
                if sender.send((SignalKey(signal), samples)).is_err() {
                    return;
                }
            }
        }
    });
    let (mut written, mut told) = (0, 0);
    for (n, (signal, samples)) in slices.iter().enumerate() {
        let imported = historian.import(signal, samples).await?;
        written += i64::try_from(imported.written).unwrap_or(i64::MAX);
        if n % IMPORTS_A_ROLL_UP == 0 {
            while historian.roll_up_step().await?.more {}
            historian.checkpoint().await?;
        }
        let tenths = written * 10 / shape.samples();
        if tenths > told {
            told = tenths;
            println!("{}% after {:.0} s", tenths * 10, begin.seconds());
        }
    }
    generator
        .join()
        .map_err(|_| Error::Other("the generator panicked".to_owned()))?;
    settle(&historian).await?;
    historian.close().await?;
    if written != shape.samples() {
        return fail(format!(
            "{written} of {} samples were imported",
            shape.samples()
        ));
    }
    machine::flush(folder)?;
    child::give("seconds", begin.seconds());
    child::give("peak_memory", machine::peak_memory("self"));
    Ok(())
}
