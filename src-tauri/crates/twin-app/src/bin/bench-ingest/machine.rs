//! What this machine is, and what the system says about a process.

use std::{
    fs::{self, OpenOptions},
    io::{Seek, SeekFrom, Write},
    path::Path,
};

use anyhow::Context;

use crate::{clock::Stopwatch, statistics::median};

const FLUSHES: usize = 200;
const FLUSH_BYTES: usize = 4_096;
/// Units of processor time in `/proc`: USER_HZ, which Linux fixes at 100 for programs.
const TICKS_PER_S: f64 = 100.0;

/// Prints cores, memory, system and how long the disk under `folder` takes for a flush.
///
/// # Errors
/// When nothing can be written there.
pub fn describe(folder: &Path) -> anyhow::Result<()> {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let model = field("/proc/cpuinfo", "model name").unwrap_or_else(|| "unknown".to_owned());
    let memory_kb = field("/proc/meminfo", "MemTotal").and_then(|text| kilobytes(&text));
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    println!(
        "machine: {cores} cores ({model}), {:.1} GB memory, Linux {}, load {}",
        memory_kb.unwrap_or(0.0) / 1e6,
        kernel.trim(),
        fs::read_to_string("/proc/loadavg")
            .unwrap_or_default()
            .split(' ')
            .next()
            .unwrap_or_default()
    );
    println!(
        "disk: 4 KiB and fdatasync {:.3} ms median",
        flush_seconds(folder)? * 1e3
    );
    Ok(())
}

/// How long 4 KiB and their flush take under `folder`, median, s. They are written over what is there, as a log that is
/// used again is: a file that grows costs the file system a commit of its own on top, so this is the higher ceiling.
///
/// # Errors
/// When nothing can be written there.
pub fn flush_seconds(folder: &Path) -> anyhow::Result<f64> {
    let path = folder.join("flush");
    let writing = || format!("writing {}", path.display());
    fs::write(&path, [0; FLUSH_BYTES]).with_context(writing)?;
    let mut file = OpenOptions::new().write(true).open(&path)?;
    file.sync_all().with_context(writing)?;
    let mut times = Vec::with_capacity(FLUSHES);
    for n in 0..FLUSHES {
        let begin = Stopwatch::start();
        file.seek(SeekFrom::Start(0))
            .and_then(|_| file.write_all(&[n as u8; FLUSH_BYTES]))
            .and_then(|()| file.sync_data())
            .with_context(writing)?;
        times.push(begin.seconds());
    }
    fs::remove_file(&path)?;
    Ok(median(&times))
}

/// Processor time that a process has taken so far, all its threads, user and system, s. To 10 ms.
///
/// # Errors
/// When there is no such process.
pub fn processor_seconds(process: u32) -> anyhow::Result<f64> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat"))?;
    // The name may hold spaces; it ends with the last bracket. See proc(5): fields 14 and 15.
    let fields = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks = |number: usize| {
        let text = fields.split_whitespace().nth(number);
        text.and_then(|text| text.parse::<f64>().ok())
    };
    let (user, system) = ticks(11).zip(ticks(12)).context("/proc/<pid>/stat")?;
    Ok((user + system) / TICKS_PER_S)
}

/// The largest resident memory that a process had, MB.
pub fn peak_memory_mb(process: u32) -> f64 {
    field(&format!("/proc/{process}/status"), "VmHWM")
        .and_then(|text| kilobytes(&text))
        .unwrap_or(f64::NAN)
        / 1e3
}

fn field(file: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    text.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        (key.trim() == name).then(|| value.trim().to_owned())
    })
}

fn kilobytes(text: &str) -> Option<f64> {
    text.strip_suffix("kB")?.trim().parse().ok()
}
