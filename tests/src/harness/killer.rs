//! A broker that keeps its state on disk and is killed, and the dice that say when.
//!
//! What Debian's mosquitto 2.0.11 keeps over a `kill -9` with `autosave_on_changes true`: it sends a PUBACK while it
//! reads the PUBLISH, and writes its whole state at the end of a turn of its loop once `autosave_interval` changes have
//! gathered, to a second file that then takes the name of the first. So what it has acknowledged since can be lost with
//! it: there is no strict relation between the PUBACK and the disk (its issue 1855). Nothing is acknowledged while it
//! writes; what the publisher saw acknowledged before the file was last written is either in that file or was
//! acknowledged by the subscriber. The acknowledgements of the subscriber are no safer (its issue 1726): after a kill it
//! may deliver once more what was acknowledged, and without the DUP flag when the copy in the file had not been sent.

use std::{
    collections::HashSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use twin_app::clock;
use twin_core::Timestamp;

use super::{free_port, process::Process, wait};

const PROGRAM: &str = "/usr/sbin/mosquitto";
const STATE: &str = "mosquitto.db";
/// Changes after which the broker writes its state. It writes all of it and flushes it to the disk: with every change it
/// would read a hundred packets each second.
const CHANGES: u32 = 20;

/// Random numbers that come again with the same seed (splitmix64 of Steele, Lea and Flood).
#[derive(Clone, Copy, Debug)]
pub struct Dice(u64);

impl Dice {
    /// With this seed.
    pub const fn new(seed: u64) -> Self {
        Dice(seed)
    }

    /// A number below `end`, which is at least 1.
    pub const fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % end
    }

    /// A time from `least` up to `most`, in whole milliseconds.
    pub const fn between(&mut self, least: u64, most: u64) -> Duration {
        Duration::from_millis(least + self.below(most - least + 1))
    }
}

/// What was left of the broker after a kill.
#[derive(Debug)]
pub struct Cut {
    /// Shortly before the kill.
    pub at: Timestamp,
    /// When the state was last written; what came later is not in it.
    pub saved: Timestamp,
    /// The numbers of the messages in that state.
    pub kept: HashSet<usize>,
}

/// The numbers that stand behind `before`, each with a comma or a brace behind it. They are read once: a state has some MB,
/// and is asked for many numbers.
fn numbers(state: &[u8], before: &[u8]) -> HashSet<usize> {
    let behind = state.windows(before.len()).zip(before.len()..);
    let found = behind.filter(|(here, _)| *here == before);
    found
        .filter_map(|(_, at)| {
            let rest = &state[at..];
            let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
            let is_whole = matches!(rest.get(digits), Some(b',' | b'}'));
            let text = std::str::from_utf8(&rest[..digits]).ok()?;
            text.parse().ok().filter(|_| is_whole)
        })
        .collect()
}

/// A broker without encryption that keeps sessions and messages on disk.
#[derive(Debug)]
pub struct DurableBroker {
    /// Its port, the same over all its lives.
    pub port: u16,
    dir: PathBuf,
    process: Process,
}

impl DurableBroker {
    /// Starts one with its files in `dir`.
    ///
    /// # Errors
    /// When mosquitto is not installed or not ready after ten seconds.
    pub async fn start(dir: &Path) -> Result<Self> {
        ensure!(
            Path::new(PROGRAM).exists(),
            "mosquitto is not installed: run `cargo xtask setup`"
        );
        let port = free_port()?;
        let configuration = format!(
            "listener {port} 127.0.0.1\nallow_anonymous true\nuser root\nlog_dest stderr\n\
             max_queued_messages 0\nmax_inflight_messages 100\npersistence true\npersistence_location {}/\n\
             persistence_file {STATE}\nautosave_on_changes true\nautosave_interval {CHANGES}\n",
            dir.display()
        );
        fs::write(dir.join("durable.conf"), configuration)?;
        let process = Self::launch(dir, port).await?;
        Ok(DurableBroker {
            port,
            dir: dir.into(),
            process,
        })
    }

    async fn launch(dir: &Path, port: u16) -> Result<Process> {
        let process = Process::start(
            Command::new(PROGRAM)
                .arg("-c")
                .arg(dir.join("durable.conf")),
            &dir.join("durable.log"),
        )?;
        wait::until("the broker's port", Duration::from_secs(10), || async {
            tokio::net::TcpStream::connect(("127.0.0.1", port))
                .await
                .ok()
        })
        .await?;
        Ok(process)
    }

    /// `kill -9`; gives what is left. The number of a message stands in its payload, behind `before`.
    ///
    /// # Errors
    /// When the system refuses, or the broker had never written its state.
    pub fn kill(&mut self, before: &str) -> Result<Cut> {
        let at = clock::now();
        self.process.kill()?;
        let path = self.dir.join(STATE);
        let state = fs::read(&path).context("the broker's state")?;
        let saved = fs::metadata(&path)?
            .modified()?
            .duration_since(std::time::UNIX_EPOCH)?;
        Ok(Cut {
            at,
            saved: Timestamp(i64::try_from(saved.as_micros())?),
            kept: numbers(&state, before.as_bytes()),
        })
    }

    /// Starts it again with the state that is left.
    ///
    /// # Errors
    /// When it is not ready after ten seconds.
    pub async fn restart(&mut self) -> Result<()> {
        self.process = Self::launch(&self.dir, self.port).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_wherever_they_are_whole() {
        let state = b"\0{\"level\": 17}\xff{\"level\": 4, \"t\": 5}{\"level\": 81\0{\"level\": }{\"level\": 9";
        assert_eq!(numbers(state, b"{\"level\": "), HashSet::from([17, 4]));
        assert_eq!(numbers(b"", b"x"), HashSet::new());
    }
}
