//! What this machine is, and what the system says about files and processes.

use std::{
    fs::{self, File, OpenOptions},
    io::{ErrorKind, Write},
    path::Path,
    process::{Command, Stdio},
};

use crate::{
    clock::Stopwatch,
    error::{Error, Result, fail, io},
    statistics::{median, quantile},
};

const FLUSHES: usize = 100;
const PAGE_BYTES: usize = 8_192;
const DROP_CACHES: &str = "/proc/sys/vm/drop_caches";

/// Prints cores, memory, system and how long the disk under `folder` takes for a flush.
pub fn describe(folder: &Path) -> Result<()> {
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
    let flush = flush_millis(folder)?;
    println!(
        "disk: write of 8 KiB and fdatasync {:.3} ms median, {:.3} ms p99; {:.1} GB free",
        median(&flush),
        quantile(&flush, 0.99),
        free_bytes(folder)? as f64 / 1e9
    );
    Ok(())
}

fn flush_millis(folder: &Path) -> Result<Vec<f64>> {
    let path = folder.join("flush");
    let mut file = File::create(&path).map_err(io("create", &path))?;
    let mut times = Vec::with_capacity(FLUSHES);
    for n in 0..FLUSHES {
        let begin = Stopwatch::start();
        file.write_all(&[n as u8; PAGE_BYTES])
            .and_then(|()| file.sync_data())
            .map_err(io("write", &path))?;
        times.push(begin.millis());
    }
    fs::remove_file(&path).map_err(io("remove", &path))?;
    Ok(times)
}

/// Bytes that can still be written below `folder`.
pub fn free_bytes(folder: &Path) -> Result<u64> {
    let output = Command::new("df")
        .args(["--block-size=1", "--output=avail"])
        .arg(folder)
        .output()
        .map_err(io("ask df about", folder))?;
    let text = String::from_utf8(output.stdout)?;
    match text
        .lines()
        .nth(1)
        .and_then(|line| line.trim().parse().ok())
    {
        Some(bytes) => Ok(bytes),
        None => fail(format!("df says nothing about {}", folder.display())),
    }
}

/// The largest resident memory that a process had, in bytes: `VmHWM`, pages of files it mapped included.
pub fn peak_memory(process: &str) -> f64 {
    field(&format!("/proc/{process}/status"), "VmHWM")
        .and_then(|text| kilobytes(&text))
        .unwrap_or(f64::NAN)
        * 1_024.0
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

/// How file contents are taken out of memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Eviction {
    /// The whole page cache of the system, which takes root.
    DropCaches,
    /// `posix_fadvise(DONTNEED)` on the files, through `dd`.
    Advise,
}

impl Eviction {
    /// The stronger one that works here; one that leaves other programs alone when this is no serious run.
    pub fn choose(serious: bool) -> Eviction {
        match OpenOptions::new().write(true).open(DROP_CACHES) {
            Ok(_) if serious => Eviction::DropCaches,
            _ => Eviction::Advise,
        }
    }

    /// For people.
    pub const fn name(self) -> &'static str {
        match self {
            Eviction::DropCaches => "whole page cache dropped (/proc/sys/vm/drop_caches)",
            Eviction::Advise => "pages of the files dropped (posix_fadvise DONTNEED)",
        }
    }

    /// Takes the files of `folder` out of the page cache. Only written pages go: flush before.
    pub fn evict(self, folder: &Path) -> Result<()> {
        match self {
            Eviction::DropCaches => {
                fs::write(DROP_CACHES, "1\n").map_err(io("write to", DROP_CACHES))
            }
            Eviction::Advise => {
                for file in files(folder)? {
                    let status = Command::new("dd")
                        .arg(format!("if={}", file.display()))
                        .args(["iflag=nocache", "count=0", "status=none"])
                        .stderr(Stdio::null())
                        .status()
                        .map_err(io("start dd for", &file))?;
                    if !status.success() && file.exists() {
                        return fail(format!("dd could not drop {}", file.display()));
                    }
                }
                Ok(())
            }
        }
    }
}

fn files(folder: &Path) -> Result<Vec<std::path::PathBuf>> {
    let entries = fs::read_dir(folder).map_err(io("list", folder))?;
    entries
        .map(|entry| entry.map(|entry| entry.path()))
        .filter(|path| path.as_ref().map_or(true, |path| path.is_file()))
        .collect::<std::io::Result<Vec<_>>>()
        .map_err(io("list", folder))
}

/// Flushes every file of `folder` to the disk.
pub fn flush(folder: &Path) -> Result<()> {
    for path in files(folder)? {
        match File::open(&path).and_then(|file| file.sync_all()) {
            // A log goes when its last connection is closed, which may be just now.
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            flushed => flushed.map_err(io("flush", &path))?,
        }
    }
    Ok(())
}

/// Bytes of every file below `folder`.
pub fn size_bytes(folder: &Path) -> Result<u64> {
    let mut bytes = 0;
    let entries = fs::read_dir(folder).map_err(io("list", folder))?;
    for entry in entries {
        let path = entry.map_err(io("list", folder))?.path();
        bytes += match fs::symlink_metadata(&path) {
            Ok(found) if found.is_dir() => size_bytes(&path)?,
            Ok(found) => found.len(),
            // A running peer merges its files: one may be gone between listing and looking.
            Err(error) if error.kind() == ErrorKind::NotFound => 0,
            Err(source) => {
                return Err(Error::Io {
                    doing: format!("look at {}", path.display()),
                    source,
                });
            }
        };
    }
    Ok(bytes)
}
