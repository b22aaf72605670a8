//! Killed at any moment: what was acknowledged is there.

use std::{
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Command, Stdio},
};

use twin_core::Timestamp;
use twin_historian::{Durability, JournalRow, Options};

use super::{NOW, all, batch, block_on};

const FOLDER: &str = "TWIN_HISTORIAN_KILLED_IN";
const ROUNDS: u64 = 52;

/// Not a test of its own: the process that is killed. Appends for ever, compacts now and then, and prints the number
/// of every acknowledged append.
#[test]
fn child() {
    let Some(folder) = std::env::var_os(FOLDER) else {
        return;
    };
    block_on(async {
        let options = Options {
            chunk_samples_max: 24,
            ..Options::default()
        };
        let historian = twin_historian::Historian::open_with(Path::new(&folder), NOW, options)
            .await
            .unwrap();
        let mut n = historian.newest_row().0;
        loop {
            let rows = [
                batch(&[(0, n * 2, n as f64)]),
                batch(&[(0, n * 2 + 1, n as f64)]),
            ];
            let durability = if n % 2 == 0 {
                Durability::Full
            } else {
                Durability::Normal
            };
            let row = historian.append(&rows, durability).await.unwrap();
            assert_eq!(row, JournalRow(n + 1));
            n += 1;
            // Straight to the pipe, in one piece: the test harness keeps what `println!` writes.
            std::io::stderr()
                .write_all(format!("acknowledged {n}\n").as_bytes())
                .unwrap();
            if n % 8 == 0 {
                historian.compact_step(JournalRow(n - 3)).await.unwrap();
                while historian.roll_up_step().await.unwrap().more {}
                historian
                    .alarms()
                    .set_settled(JournalRow(n - 3))
                    .await
                    .unwrap();
            }
        }
    });
}

#[test]
fn after_kill_9_every_acknowledged_batch_is_there_and_none_is_torn() {
    let dir = tempfile::tempdir().unwrap();
    for round in 0..ROUNDS {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "kill::child", "--nocapture", "--test-threads=1"])
            .env(FOLDER, dir.path())
            .stderr(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut acknowledged = 0_i64;
        let mut take = |line: String| {
            let number = line
                .strip_prefix("acknowledged ")
                .unwrap_or_else(|| panic!("the child said: {line}"));
            acknowledged = number.parse().unwrap();
        };
        // Every eighth append is followed by a compaction: half of the rounds end somewhere in one.
        let appends = 9 + round * 37 % 30;
        let appends = if round % 2 == 0 {
            appends / 8 * 8
        } else {
            appends
        };
        for _ in 0..appends {
            take(lines.next().expect("the child ended by itself").unwrap());
        }
        std::thread::sleep(std::time::Duration::from_micros(round * 7919 % 4_000));
        child.kill().unwrap();
        child.wait().unwrap();
        // What it had said before it died counts too; the last line may be cut off.
        for line in lines
            .map_while(Result::ok)
            .filter(|line| line.len() > "acknowledged ".len())
        {
            take(line);
        }
        block_on(async {
            let begin = tokio::time::Instant::now();
            let historian = super::open(dir.path()).await;
            assert!(begin.elapsed() < std::time::Duration::from_secs(5));
            assert_eq!(historian.notices(), Vec::<String>::new());
            let seen = all(&historian, 0).await;
            assert!(
                seen.len() as i64 >= acknowledged * 2,
                "{acknowledged} acknowledged, {} seen",
                seen.len()
            );
            assert_eq!(seen.len() % 2, 0, "a torn group");
            for (at, (time, value)) in seen.iter().enumerate() {
                assert_eq!((*time, *value), (at as i64, (at / 2) as f64));
            }
            assert_eq!(historian.newest_row().0 * 2, seen.len() as i64);
            assert_eq!(
                historian.check().await.unwrap().faults,
                Vec::<String>::new()
            );
            let end = historian
                .range(twin_core::SignalKey(0), Timestamp(0), Timestamp::MAX, 1)
                .await
                .unwrap();
            assert_eq!(
                end.t_last.first().map(|time| time.micros() + 1),
                Some(seen.len() as i64)
            );
            historian.close().await.unwrap();
        });
    }
}

/// kill -9 cannot show it, because the system keeps what was written: only the order of the calls can.
#[test]
fn a_full_append_is_flushed_to_the_disk_before_it_returns() {
    let dir = tempfile::tempdir().unwrap();
    let trace = dir.path().join("trace");
    let mut child = Command::new("strace")
        .args(["-f", "-e", "trace=fsync,fdatasync,write", "-s", "40", "-o"])
        .arg(&trace)
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "kill::child", "--nocapture", "--test-threads=1"])
        .env(FOLDER, dir.path())
        .stderr(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("this test needs Debian's package `strace`");
    let lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let said = lines
        .map_while(Result::ok)
        .filter(|line| line.starts_with("acknowledged"))
        .take(40)
        .count();
    // The traced process dies with its pipe, and strace with it.
    assert_eq!(said, 40);
    child.wait().unwrap();

    let mut flushes = 0;
    let mut full_appends = 0;
    for line in std::fs::read_to_string(&trace).unwrap().lines() {
        if line.contains("sync(") || line.contains("sync resumed") {
            flushes += i32::from(line.ends_with("= 0"));
        } else if let Some((_, rest)) = line.split_once("\"acknowledged ") {
            let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
            // Appends 1, 3, 5... are full ones.
            if digits.parse::<u32>().unwrap() % 2 == 1 {
                assert!(
                    flushes > 0,
                    "append {digits} was acknowledged before a flush"
                );
                full_appends += 1;
            }
            flushes = 0;
        }
    }
    assert!(
        full_appends >= 20,
        "{full_appends} full appends were traced"
    );
}
