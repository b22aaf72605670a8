//! Names of files beside a database, and moves that a power cut cannot tear.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

use twin_core::Timestamp;

use crate::error::{Deed, Error, Result};

/// A folder whose name begins so holds files that take the place of those beside it; what follows is the name under
/// which those are kept.
const SWITCH: &str = "switch.";
/// A database, and what SQLite keeps beside it.
const SUFFIXES: [&str; 3] = ["-wal", "-shm", ""];

/// Renames a damaged database (and its log) to `<name>.damaged-<time>`; gives the new name.
pub(crate) fn set_aside(file: &Path, now: Timestamp) -> Result<PathBuf> {
    let to = beside(file, &format!(".{}", free_label(&[file], "damaged", now)?));
    for suffix in SUFFIXES {
        let from = beside(file, suffix);
        match std::fs::rename(&from, beside(&to, suffix)) {
            Ok(()) => {}
            // There was none, or the connection that found the damage removed its log as it closed.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(Error::io(Deed::SetAsideDamaged, &from)(error)),
        }
    }
    Ok(to)
}

/// `<what>-<time>` such that none of the files has another beside it with that ending.
fn free_label(files: &[&Path], what: &str, now: Timestamp) -> Result<String> {
    let stamp = format!("{what}-{}", utc(now));
    let tries = (2..100).map(|n| format!("{stamp}-{n}"));
    for label in std::iter::once(stamp.clone()).chain(tries) {
        if !files
            .iter()
            .any(|file| beside(file, &format!(".{label}")).exists())
        {
            return Ok(label);
        }
    }
    Err(Error::Io {
        doing: Deed::FindName,
        file: files
            .first()
            .map_or_else(PathBuf::new, |file| file.to_path_buf()),
        source: std::io::Error::from(std::io::ErrorKind::AlreadyExists),
    })
}

/// Puts the files in the folder `staged` (inside `dir`) into the place of those in `dir`, which are kept as
/// `<name>.<what>-<time>`. Gives the names under which they are kept.
///
/// The one rename of the folder decides: should the program die behind it, [`finish_switch`] at the next start does
/// the rest; before it, nothing has changed.
pub(crate) fn switch(
    dir: &Path,
    staged: &Path,
    what: &str,
    now: Timestamp,
) -> Result<Vec<PathBuf>> {
    let names = names_in(staged)?;
    let files: Vec<PathBuf> = names.iter().map(|name| dir.join(name)).collect();
    let files: Vec<&Path> = files.iter().map(PathBuf::as_path).collect();
    let label = free_label(&files, what, now)?;
    flush_folder(staged)?;
    let decided = dir.join(format!("{SWITCH}{label}"));
    std::fs::rename(staged, &decided).map_err(Error::io(Deed::PutInPlace, staged))?;
    flush_folder(dir)?;
    finish_switch(dir)
}

/// Finishes what [`switch`] began, if anything; gives the names under which the replaced files are kept.
pub(crate) fn finish_switch(dir: &Path) -> Result<Vec<PathBuf>> {
    let mut kept = Vec::new();
    for name in names_in(dir)? {
        let Some(label) = name.to_str().and_then(|name| name.strip_prefix(SWITCH)) else {
            continue;
        };
        let folder = dir.join(&name);
        for name in names_in(&folder)? {
            let file = dir.join(&name);
            let aside = beside(&file, &format!(".{label}"));
            for suffix in SUFFIXES {
                // The same names as in an earlier try that was cut short.
                let (from, to) = (beside(&file, suffix), beside(&aside, suffix));
                if from.exists() && !to.exists() {
                    std::fs::rename(&from, &to).map_err(Error::io(Deed::SetAside, &from))?;
                }
            }
            if aside.exists() {
                kept.push(aside);
            }
            let new = folder.join(&name);
            std::fs::rename(&new, &file).map_err(Error::io(Deed::PutInPlace, &new))?;
        }
        flush_folder(dir)?;
        std::fs::remove_dir(&folder).map_err(Error::io(Deed::RemoveFolder, &folder))?;
    }
    Ok(kept)
}

fn names_in(dir: &Path) -> Result<Vec<OsString>> {
    let list = Error::io(Deed::List, dir);
    let mut names = Vec::new();
    for entry in std::fs::read_dir(dir).map_err(&list)? {
        names.push(entry.map_err(&list)?.file_name());
    }
    names.sort();
    Ok(names)
}

/// Flushes a closed file to the disk.
pub(crate) fn flush(file: &Path) -> Result<()> {
    let flush = Error::io(Deed::Flush, file);
    let open = std::fs::OpenOptions::new().write(true).open(file);
    open.and_then(|file| file.sync_all()).map_err(flush)
}

/// Flushes the names in a folder to the disk, where the system can.
pub(crate) fn flush_folder(dir: &Path) -> Result<()> {
    if cfg!(unix) {
        let folder = std::fs::File::open(dir).and_then(|folder| folder.sync_all());
        folder.map_err(Error::io(Deed::Flush, dir))?;
    }
    Ok(())
}

pub(crate) fn beside(file: &Path, suffix: &str) -> PathBuf {
    let mut name: OsString = file.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// `20261122T143300Z`. Days to civil date after H. Hinnant, "chrono-compatible low-level date algorithms".
pub(crate) fn utc(at: Timestamp) -> String {
    let seconds = at.micros().div_euclid(1_000_000);
    let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let day_of_era = z.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_index = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_index + 2) / 5 + 1;
    let month = if month_index < 10 {
        month_index + 3
    } else {
        month_index - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!(
        "{year:04}{month:02}{day:02}T{:02}{:02}{:02}Z",
        second / 3_600,
        second / 60 % 60,
        second % 60
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_in_names() {
        assert_eq!(utc(Timestamp(0)), "19700101T000000Z");
        assert_eq!(utc(Timestamp::from_secs(1_795_358_096)), "20261122T143456Z");
        assert_eq!(utc(Timestamp::from_secs(951_782_400)), "20000229T000000Z");
        assert_eq!(utc(Timestamp::from_secs(-1)), "19691231T235959Z");
    }
}
