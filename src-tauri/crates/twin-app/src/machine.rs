//! What the system says of the program, of the processes of its window, and of the disk. Linux tells all of it, other
//! systems what is written here and no more.

use std::path::Path;

use crate::api::diagnostics::ProcessView;

/// Processes of a window that are looked at.
const PROCESSES_MAX: usize = 32;

/// A process as it is now.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Process {
    /// Its number.
    pub id: u32,
    /// Its name; empty for the program itself.
    pub name: String,
    /// Resident memory, bytes.
    pub memory: u64,
    /// Processor time so far, s, to 10 ms.
    pub cpu_s: f64,
}

/// The program and everything that it started, the program first; empty where the system does not tell.
pub fn processes() -> Vec<Process> {
    tells::processes(PROCESSES_MAX)
}

/// Free bytes for this program and all bytes of the disk with a folder; none where the system does not tell.
pub fn disk(folder: &Path) -> Option<(u64, u64)> {
    tells::disk(folder)
}

/// What processes took of one core between two looks.
pub fn process_views(now: &[Process], before: &[Process], seconds: f64) -> Vec<ProcessView> {
    let view = |process: &Process| {
        let known = before.iter().find(|other| other.id == process.id);
        let took = process.cpu_s - known.map_or(process.cpu_s, |known| known.cpu_s);
        ProcessView {
            name: process.name.clone(),
            memory: process.memory as f64,
            cpu_pct: 100.0 * took.max(0.0) / seconds.max(0.1),
        }
    };
    now.iter().map(view).collect()
}

#[cfg(target_os = "linux")]
mod tells {
    use std::{
        collections::VecDeque,
        fs::{self, read_to_string},
        path::Path,
    };

    use super::Process;

    /// Units of processor time in `/proc`: USER_HZ, which Linux fixes at 100 for programs.
    const TICKS_PER_S: f64 = 100.0;

    pub(super) fn processes(most: usize) -> Vec<Process> {
        let own = std::process::id();
        let mut waiting = VecDeque::from([own]);
        let mut found = Vec::new();
        while let Some(id) = waiting.pop_front() {
            if found.len() == most {
                break;
            }
            let Some(process) = process(id) else { continue };
            found.push(match id == own {
                true => Process {
                    name: String::new(),
                    ..process
                },
                false => process,
            });
            waiting.extend(children(id));
        }
        found
    }

    /// Those that any of its threads started.
    fn children(id: u32) -> Vec<u32> {
        let Ok(threads) = fs::read_dir(format!("/proc/{id}/task")) else {
            return Vec::new();
        };
        let lists = threads
            .flatten()
            .map(|thread| thread.path().join("children"));
        let lists: String = lists.flat_map(read_to_string).collect();
        lists
            .split_whitespace()
            .filter_map(|number| number.parse().ok())
            .collect()
    }

    /// See proc(5): of `stat` the fields 14 and 15, of `status` name and resident memory.
    fn process(id: u32) -> Option<Process> {
        let stat = read_to_string(format!("/proc/{id}/stat")).ok()?;
        let status = read_to_string(format!("/proc/{id}/status")).ok()?;
        // The name may hold spaces; it ends with the last bracket.
        let (_, fields) = stat.rsplit_once(')')?;
        let ticks = |number: usize| fields.split_whitespace().nth(number)?.parse::<f64>().ok();
        let field = |name: &str| {
            let mut lines = status.lines();
            lines.find_map(|line| Some(line.strip_prefix(name)?.strip_prefix(':')?.trim()))
        };
        let kilobytes = field("VmRSS")?.strip_suffix("kB")?.trim().parse::<u64>();
        Some(Process {
            id,
            name: field("Name")?.to_owned(),
            memory: kilobytes.ok()? * 1_024,
            cpu_s: (ticks(11)? + ticks(12)?) / TICKS_PER_S,
        })
    }

    pub(super) fn disk(folder: &Path) -> Option<(u64, u64)> {
        let stat = rustix::fs::statvfs(folder).ok()?;
        let bytes = |blocks: u64| blocks.saturating_mul(stat.f_frsize);
        Some((bytes(stat.f_bavail), bytes(stat.f_blocks)))
    }
}

#[cfg(not(target_os = "linux"))]
mod tells {
    use std::path::Path;

    use super::Process;

    pub(super) fn processes(_: usize) -> Vec<Process> {
        Vec::new()
    }

    pub(super) fn disk(_: &Path) -> Option<(u64, u64)> {
        None
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn the_program_and_what_it_started_are_found() {
        let mut child = std::process::Command::new("sleep")
            .arg("60")
            .spawn()
            .unwrap();
        let found = processes();
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!((found[0].id, &*found[0].name), (std::process::id(), ""));
        assert!(found[0].memory > 1_000_000, "{found:?}");
        assert!(
            found.iter().any(|process| process.id == child.id()),
            "{found:?}"
        );
    }

    #[test]
    fn processor_time_is_what_was_taken_since_the_look_before() {
        let at = |cpu_s| Process {
            id: 7,
            cpu_s,
            ..Process::default()
        };
        assert_eq!(process_views(&[at(3.0)], &[at(2.0)], 4.0)[0].cpu_pct, 25.0);
        assert_eq!(process_views(&[at(3.0)], &[], 4.0)[0].cpu_pct, 0.0);
    }

    #[test]
    fn the_disk_of_a_folder_has_a_size() {
        let dir = tempfile::tempdir().unwrap();
        let (free, all) = disk(dir.path()).unwrap();
        assert!(free > 0 && free <= all);
        assert_eq!(disk(&dir.path().join("nowhere")), None);
    }
}
