//! Until when the program ran and history is complete: a file of one instant, written over every few seconds.
//!
//! History needs it at the next start, to tell "nothing was received" from "nobody was there".

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    path::Path,
};

use twin_core::Timestamp;

/// Name of the file in the workspace.
pub const FILE: &str = "heartbeat";

/// Notes that history is complete up to `now`. The file never changes its size, so that it can be written on a full disk.
///
/// # Errors
/// When it cannot be written.
pub fn put(path: &Path, now: Timestamp) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path)?;
    file.write_all(format!("{:020}\n", now.micros()).as_bytes())
}

/// Until when history is complete, as far as that is known.
pub fn read(path: &Path) -> Option<Timestamp> {
    let text = fs::read_to_string(path).ok()?;
    text.trim().parse().ok().map(Timestamp)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_heartbeat_is_read_back_and_rubbish_is_none() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(FILE);
        assert_eq!(read(&path), None);
        put(&path, Timestamp(1_800_000_000_000_000)).unwrap();
        put(&path, Timestamp(17)).unwrap();
        assert_eq!(read(&path), Some(Timestamp(17)));
        fs::write(&path, "soon").unwrap();
        assert_eq!(read(&path), None);
    }
}
