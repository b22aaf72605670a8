//! What this machine is, and what the system says about processes.

use std::{collections::BTreeMap, fs};

use anyhow::{Context, Result};

/// Units of processor time in `/proc`: USER_HZ, which Linux fixes at 100 for programs.
const TICKS_PER_S: f64 = 100.0;
const WEB: &str = "WebKitWebProces";

/// Prints cores, memory, system and load.
pub fn describe() {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let field = |path: &str, name: &str| {
        let text = read(path);
        let line = text.lines().find(|line| line.starts_with(name));
        let value = line.and_then(|line| line.split_once(':'));
        value.map_or_else(
            || "unknown".to_owned(),
            |(_, value)| value.trim().to_owned(),
        )
    };
    println!(
        "machine: {cores} cores ({}), {} memory, Linux {}, load {}",
        field("/proc/cpuinfo", "model name"),
        field("/proc/meminfo", "MemTotal"),
        read("/proc/sys/kernel/osrelease").trim(),
        read("/proc/loadavg").split(' ').next().unwrap_or_default()
    );
    println!("screen: Xvfb, no GPU; this says nothing of a machine with one");
}

/// Idle time of all cores so far, and all their time, s; none when the system does not tell.
pub fn idle_and_all() -> Option<(f64, f64)> {
    let text = fs::read_to_string("/proc/stat").ok()?;
    let line = text.lines().next()?;
    let fields: Vec<f64> = line
        .split_whitespace()
        .skip(1)
        .filter_map(|field| field.parse().ok())
        .collect();
    let idle = fields.get(3)? + fields.get(4)?;
    Some((
        idle / TICKS_PER_S,
        fields.iter().take(8).sum::<f64>() / TICKS_PER_S,
    ))
}

/// A process as `/proc/PID/stat` tells of it.
#[derive(Clone, Debug)]
struct Stat {
    name: String,
    parent: u32,
    /// User and system time of all its threads, s.
    busy_s: f64,
    /// When it was started, s after the machine was.
    started_s: f64,
}

fn stat(id: u32) -> Option<Stat> {
    let text = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    let (head, tail) = text.rsplit_once(')')?;
    let name = head.split_once('(')?.1.to_owned();
    let fields: Vec<&str> = tail.split_whitespace().collect();
    let number = |at: usize| fields.get(at)?.parse::<f64>().ok();
    Some(Stat {
        name,
        parent: fields.get(1)?.parse().ok()?,
        busy_s: (number(11)? + number(12)?) / TICKS_PER_S,
        started_s: number(19)? / TICKS_PER_S,
    })
}

/// A process and all that it started, and that these started.
pub fn family(first: u32) -> Vec<u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let all: BTreeMap<u32, u32> = entries
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter_map(|id| Some((id, stat(id)?.parent)))
        .collect();
    let mut found = vec![first];
    let mut at = 0;
    while let Some(parent) = found.get(at).copied() {
        let children = all.iter().filter(|(_, of)| **of == parent);
        found.extend(children.map(|(id, _)| *id));
        at += 1;
    }
    found
}

/// The process in which the page of this program runs.
///
/// # Errors
/// When there is none.
pub fn web_process(program: u32) -> Result<u32> {
    let found = family(program)
        .into_iter()
        .find(|id| stat(*id).is_some_and(|stat| stat.name == WEB));
    found.context("the window has no web process")
}

/// Processor time of all threads of a process so far, s.
///
/// # Errors
/// When it is gone.
pub fn busy_s(id: u32) -> Result<f64> {
    Ok(stat(id).context("the process is gone")?.busy_s)
}

/// When a process was started, ms since 1970; to 10 ms.
///
/// # Errors
/// When it is gone.
pub fn started_ms(id: u32) -> Result<f64> {
    let started = stat(id).context("the process is gone")?.started_s;
    // The machine's own start is known by the same clock.
    let up = fs::read_to_string("/proc/uptime")?;
    let now = twin_app::clock::now().micros() as f64 / 1e3;
    let up: f64 = up.split(' ').next().context("/proc/uptime")?.parse()?;
    Ok(now - (up - started) * 1e3)
}

/// Memory of a process by which all of them add up to what is in use (PSS), MB (10^6 bytes).
///
/// # Errors
/// When it is gone.
pub fn shared_out_mb(id: u32) -> Result<f64> {
    megabytes(id, "smaps_rollup", "Pss:")
}

/// Memory of a process that no file stands behind, MB (10^6 bytes): the system counts it, so that reading it often costs
/// nothing.
///
/// # Errors
/// When it is gone.
pub fn anonymous_mb(id: u32) -> Result<f64> {
    megabytes(id, "status", "RssAnon:")
}

fn megabytes(id: u32, file: &str, line: &str) -> Result<f64> {
    let text = fs::read_to_string(format!("/proc/{id}/{file}"))?;
    let found = text.lines().find_map(|row| row.strip_prefix(line));
    let figure = found.and_then(|row| row.trim().strip_suffix(" kB"));
    let kibibytes: f64 = figure.context(line.to_owned())?.trim().parse()?;
    Ok(kibibytes * 1_024.0 / 1e6)
}

/// A process's short name.
pub fn name(id: u32) -> String {
    stat(id).map(|stat| stat.name).unwrap_or_default()
}
