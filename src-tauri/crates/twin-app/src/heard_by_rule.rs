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

use crate::{
    error::{Doing, Error, Result},
    workspace::write_atomic,
};

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
    /// Addresses that there was no room for since rules were last taken up.
    left_out: u64,
    /// Most addresses that are kept.
    most: usize,
    /// What no rule fits any more is gone.
    is_tidy: bool,
}

impl HeardByRule {
    /// Those of a workspace. A line that a crash cut short, and whatever else is no address, is passed over.
    ///
    /// # Errors
    /// [`Error::File`].
    pub fn open(dir: &Path) -> Result<HeardByRule> {
        let mut heard = HeardByRule {
            path: dir.join(FILE),
            most: ADDRESSES_MAX,
            ..HeardByRule::default()
        };
        let file = match fs::File::open(&heard.path) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(heard),
            Err(source) => return Err(heard.wrong(Doing::Read, source)),
        };
        let lines = BufReader::new(std::io::Read::take(file, BYTES_MAX)).split(b'\n');
        for line in lines {
            let line = line.map_err(|source| heard.wrong(Doing::Read, source))?;
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

    /// Addresses that there was no room for since rules were last taken up.
    pub const fn left_out(&self) -> u64 {
        self.left_out
    }

    /// Rules were taken up: what there was no room for is asked about again, and what is kept may fit no more.
    pub const fn renew(&mut self) {
        self.left_out = 0;
        self.is_tidy = false;
    }

    /// Lets go of what does not fit any more, in the file first.
    ///
    /// # Errors
    /// [`Error::File`]; all stays then.
    pub fn keep(&mut self, fits: impl Fn(&ConnectionId, &str) -> bool) -> Result<()> {
        let fitting = self.list.iter().filter(|(id, address)| fits(id, address));
        let kept: Vec<Address> = fitting.cloned().collect();
        if kept.len() < self.list.len() {
            let text = lines(&kept).map_err(|source| self.wrong(Doing::Write, source))?;
            write_atomic(&self.path, &text, false)?;
            self.known = kept.iter().cloned().collect();
            self.list = kept;
        }
        self.is_tidy = true;
        Ok(())
    }

    /// Adds addresses, in the file first; tells whether there was a new one. When there is no room, what does not fit any
    /// more makes some.
    ///
    /// # Errors
    /// [`Error::File`]; they wait then for the next call.
    pub fn add(
        &mut self,
        heard: Vec<Address>,
        fits: impl Fn(&ConnectionId, &str) -> bool,
    ) -> Result<bool> {
        self.waiting.extend(heard);
        let beyond = self.waiting.len().saturating_sub(self.most);
        self.waiting.truncate(self.most);
        self.left_out += beyond as u64;
        if !self.is_tidy && self.list.len() + self.waiting.len() > self.most {
            self.keep(fits)?;
        }
        let before = self.list.len();
        for address in std::mem::take(&mut self.waiting) {
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
            return Err(self.wrong(Doing::Write, source));
        }
        Ok(true)
    }

    fn take(&mut self, address: Address) {
        if self.known.contains(&address) {
            return;
        }
        if self.list.len() >= self.most {
            self.left_out += 1;
            return;
        }
        self.known.insert(address.clone());
        self.list.push(address);
    }

    fn wrong(&self, action: Doing, source: std::io::Error) -> Error {
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
    text.extend(lines(new)?);
    let mut file = OpenOptions::new().create(true).append(true).open(path)?;
    file.write_all(&text)?;
    file.sync_data()
}

fn lines(addresses: &[Address]) -> std::io::Result<Vec<u8>> {
    let mut text = Vec::new();
    for (connection, address) in addresses {
        serde_json::to_writer(&mut text, &(connection.as_str(), &**address))?;
        text.push(b'\n');
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Address {
        (ConnectionId::from("c"), text.into())
    }

    const fn any(_: &ConnectionId, _: &str) -> bool {
        true
    }

    fn all(heard: &HeardByRule) -> Vec<&str> {
        heard.iter().map(|(_, address)| address).collect()
    }

    #[test]
    fn addresses_come_back_in_order_whatever_they_hold() {
        let dir = tempfile::tempdir().unwrap();
        let mut heard = HeardByRule::open(dir.path()).unwrap();
        let odd = "a/\n\"b\t'; DROP TABLE--#<script>";
        assert!(heard.add(vec![address("x#y"), address(odd)], any).unwrap());
        assert!(
            !heard.add(vec![address(odd)], any).unwrap(),
            "known already"
        );
        assert!(
            heard
                .add(vec![address("z#y"), address("x#y")], any)
                .unwrap()
        );
        let again = HeardByRule::open(dir.path()).unwrap();
        assert_eq!(all(&again), ["x#y", odd, "z#y"]);
    }

    #[test]
    fn a_line_that_was_cut_short_costs_only_itself() {
        let dir = tempfile::tempdir().unwrap();
        let mut heard = HeardByRule::open(dir.path()).unwrap();
        heard
            .add(vec![address("a#v"), address("b#v")], any)
            .unwrap();
        let path = dir.path().join(FILE);
        let text = fs::read(&path).unwrap();
        fs::write(&path, &text[..text.len() - 4]).unwrap();
        let mut cut = HeardByRule::open(dir.path()).unwrap();
        assert_eq!(all(&cut), ["a#v"]);
        cut.add(vec![address("c#v")], any).unwrap();
        assert_eq!(all(&HeardByRule::open(dir.path()).unwrap()), ["a#v", "c#v"]);
    }

    #[test]
    fn what_could_not_be_written_waits() {
        let dir = tempfile::tempdir().unwrap();
        let mut heard = HeardByRule::open(dir.path()).unwrap();
        fs::create_dir(dir.path().join(FILE)).unwrap();
        assert!(heard.add(vec![address("a#v")], any).is_err());
        assert_eq!(heard.iter().count(), 0);
        fs::remove_dir(dir.path().join(FILE)).unwrap();
        assert!(heard.add(Vec::new(), any).unwrap());
        assert_eq!(all(&HeardByRule::open(dir.path()).unwrap()), ["a#v"]);
    }

    /// Rules that were narrowed, or topics that are ignored since, must make room for what fits now.
    #[test]
    fn what_fits_no_more_makes_room() {
        let dir = tempfile::tempdir().unwrap();
        let mut heard = HeardByRule::open(dir.path()).unwrap();
        heard.most = 3;
        let old = vec![address("old/a"), address("new/b"), address("old/c")];
        assert!(heard.add(old, any).unwrap());
        assert!(!heard.add(vec![address("new/d")], any).unwrap());
        assert_eq!(heard.left_out(), 1);
        let fits = |_: &ConnectionId, address: &str| address.starts_with("new/");
        assert!(!heard.add(vec![address("new/d")], fits).unwrap(), "no edit");
        heard.renew();
        assert_eq!(heard.left_out(), 0);
        assert!(heard.add(vec![address("new/d")], fits).unwrap());
        assert_eq!(all(&heard), ["new/b", "new/d"]);
        assert_eq!(heard.left_out(), 0);
        let file = fs::read_to_string(dir.path().join(FILE)).unwrap();
        assert!(!file.contains("old"), "{file}");
        let again = HeardByRule::open(dir.path()).unwrap();
        assert_eq!(all(&again), ["new/b", "new/d"]);
        assert!(heard.add(vec![address("new/e")], fits).unwrap());
        assert!(!heard.add(vec![address("new/f")], fits).unwrap());
        assert_eq!(heard.left_out(), 1, "all of it fits");
    }

    #[test]
    fn what_cannot_be_rewritten_stays() {
        let dir = tempfile::tempdir().unwrap();
        let mut heard = HeardByRule::open(dir.path()).unwrap();
        heard
            .add(vec![address("a#v"), address("b#v")], any)
            .unwrap();
        let temporary = dir.path().join("heard-by-rule.new");
        fs::create_dir(&temporary).unwrap();
        let fits = |_: &ConnectionId, address: &str| address == "b#v";
        assert!(heard.keep(fits).is_err());
        assert_eq!(all(&heard), ["a#v", "b#v"]);
        fs::remove_dir(&temporary).unwrap();
        heard.keep(fits).unwrap();
        assert_eq!(all(&heard), ["b#v"]);
        assert!(heard.add(vec![address("a#v")], any).unwrap(), "it is new");
        assert_eq!(all(&HeardByRule::open(dir.path()).unwrap()), ["b#v", "a#v"]);
    }
}
