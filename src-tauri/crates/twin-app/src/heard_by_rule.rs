//! Which addresses mapping rules have been asked about, kept over restarts: the assets that rules make are those of these
//! addresses, and a start must know them before the first message comes.

use std::{
    collections::HashSet,
    fs::{self, OpenOptions},
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use twin_core::ConnectionId;

use crate::error::{Error, Result};

/// Their file in the workspace: one JSON array `[connection, address]` a line, in the order in which they were heard.
pub const FILE: &str = "heard-by-rule.jsonl";
/// Most addresses that are kept.
pub const ADDRESSES_MAX: usize = 200_000;
/// Most bytes read of the file: what a start may take.
const BYTES_MAX: u64 = 256 * 1024 * 1024;

/// An address of a connection.
pub type Address = (ConnectionId, Arc<str>);

/// The addresses, in the order in which they were heard.
#[derive(Debug, Default)]
pub struct HeardByRule {
    path: PathBuf,
    list: Vec<Address>,
    known: HashSet<Address>,
    /// What could not be written yet, at most as many as are kept.
    waiting: Vec<Address>,
    /// Addresses that there was no room for since the start.
    left_out: u64,
}

impl HeardByRule {
    /// Those of a workspace. A line that a crash cut short, and whatever else is no address, is passed over.
    ///
    /// # Errors
    /// [`Error::File`].
    pub fn open(dir: &Path) -> Result<HeardByRule> {
        let mut heard = HeardByRule {
            path: dir.join(FILE),
            ..HeardByRule::default()
        };
        let file = match fs::File::open(&heard.path) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(heard),
            Err(source) => return Err(heard.wrong("read", source)),
        };
        let lines = BufReader::new(std::io::Read::take(file, BYTES_MAX)).split(b'\n');
        for line in lines {
            let line = line.map_err(|source| heard.wrong("read", source))?;
            if let Ok((connection, address)) = serde_json::from_slice::<(String, String)>(&line) {
                heard.take((ConnectionId::from(connection), address.into()));
            }
        }
        heard.left_out = 0;
        Ok(heard)
    }

    /// Every address with its connection.
    pub fn iter(&self) -> impl Iterator<Item = (&ConnectionId, &str)> {
        let each = self.list.iter();
        each.map(|(connection, address)| (connection, &**address))
    }

    /// Addresses that there was no room for since the start.
    pub const fn left_out(&self) -> u64 {
        self.left_out
    }

    /// Adds addresses, in the file first; tells whether there was a new one.
    ///
    /// # Errors
    /// [`Error::File`]; they wait then for the next call.
    pub fn add(&mut self, heard: Vec<Address>) -> Result<bool> {
        let before = self.list.len();
        for address in std::mem::take(&mut self.waiting).into_iter().chain(heard) {
            self.take(address);
        }
        let new = self.list.get(before..).unwrap_or_default();
        if new.is_empty() {
            return Ok(false);
        }
        if let Err(source) = append(&self.path, new) {
            self.waiting.extend(self.list.drain(before..));
            for address in &self.waiting {
                self.known.remove(address);
            }
            return Err(self.wrong("write", source));
        }
        Ok(true)
    }

    fn take(&mut self, address: Address) {
        if self.known.contains(&address) {
            return;
        }
        if self.list.len() >= ADDRESSES_MAX {
            self.left_out += 1;
            return;
        }
        self.known.insert(address.clone());
        self.list.push(address);
    }

    fn wrong(&self, action: &'static str, source: std::io::Error) -> Error {
        Error::File {
            action,
            path: self.path.clone(),
            source,
        }
    }
}

fn append(path: &Path, new: &[Address]) -> std::io::Result<()> {
    // Behind a line that was cut short this begins a new one.
    let mut text = Vec::from(*b"\n");
    for (connection, address) in new {
        serde_json::to_writer(&mut text, &(connection.as_str(), &**address))?;
        text.push(b'\n');
    }
    let mut file = OpenOptions::new().create(true).append(true).open(path)?;
    file.write_all(&text)?;
    file.sync_data()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Address {
        (ConnectionId::from("c"), text.into())
    }

    fn all(heard: &HeardByRule) -> Vec<&str> {
        heard.iter().map(|(_, address)| address).collect()
    }

    #[test]
    fn addresses_come_back_in_order_whatever_they_hold() {
        let dir = tempfile::tempdir().unwrap();
        let mut heard = HeardByRule::open(dir.path()).unwrap();
        let odd = "a/\n\"b\t'; DROP TABLE--#<script>";
        assert!(heard.add(vec![address("x#y"), address(odd)]).unwrap());
        assert!(!heard.add(vec![address(odd)]).unwrap(), "known already");
        assert!(heard.add(vec![address("z#y"), address("x#y")]).unwrap());
        let again = HeardByRule::open(dir.path()).unwrap();
        assert_eq!(all(&again), ["x#y", odd, "z#y"]);
    }

    #[test]
    fn a_line_that_was_cut_short_costs_only_itself() {
        let dir = tempfile::tempdir().unwrap();
        let mut heard = HeardByRule::open(dir.path()).unwrap();
        heard.add(vec![address("a#v"), address("b#v")]).unwrap();
        let path = dir.path().join(FILE);
        let text = fs::read(&path).unwrap();
        fs::write(&path, &text[..text.len() - 4]).unwrap();
        let mut cut = HeardByRule::open(dir.path()).unwrap();
        assert_eq!(all(&cut), ["a#v"]);
        cut.add(vec![address("c#v")]).unwrap();
        assert_eq!(all(&HeardByRule::open(dir.path()).unwrap()), ["a#v", "c#v"]);
    }

    #[test]
    fn what_could_not_be_written_waits() {
        let dir = tempfile::tempdir().unwrap();
        let mut heard = HeardByRule::open(dir.path()).unwrap();
        fs::create_dir(dir.path().join(FILE)).unwrap();
        assert!(heard.add(vec![address("a#v")]).is_err());
        assert_eq!(heard.iter().count(), 0);
        fs::remove_dir(dir.path().join(FILE)).unwrap();
        assert!(heard.add(Vec::new()).unwrap());
        assert_eq!(all(&HeardByRule::open(dir.path()).unwrap()), ["a#v"]);
    }
}
