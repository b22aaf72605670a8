//! Killed at any moment: what was acknowledged is there.

use std::{
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Command, Stdio},
};

use twin_core::{SignalKey, Timestamp};
use twin_historian::{Durability, JournalRow, Options};

use super::{NOW, all, batch, block_on};

const FOLDER: &str = "TWIN_HISTORIAN_KILLED_IN";
const ROUNDS: u64 = 60;
/// Samples of an append, and microseconds between them: buckets of several levels become complete.
const SAMPLES: i64 = 10;
const STEP: i64 = 20_000;

const COMPACTING: &str = "compacting";
const ROLLING_UP: &str = "rolling up";
const RESTING: &str = "resting";

/// Straight to the pipe, in one piece: the test harness keeps what `println!` writes.
fn say(line: &str) {
    std::io::stderr()
        .write_all(format!("{line}\n").as_bytes())
        .unwrap();
}

/// Not a test of its own: the process that is killed. Appends for ever, compacts and rolls up now and then, and says
/// the number of every acknowledged append and what it does next.
#[test]
fn child() {
    let Some(folder) = std::env::var_os(FOLDER) else {
        return;
    };
    block_on(async {
        let options = Options {
            chunk_samples_max: 60,
            ..Options::default()
        };
        let historian = twin_historian::Historian::open_with(Path::new(&folder), NOW, options)
            .await
            .unwrap();
        historian.signal_keys(&["a".into()]).await.unwrap();
        let mut n = historian.newest_row().0;
        loop {
            let half = |from: i64| {
                let rows = (from..from + SAMPLES / 2).map(|at| (0, at * STEP, n as f64));
                batch(&rows.collect::<Vec<_>>())
            };
            let rows = [half(n * SAMPLES), half(n * SAMPLES + SAMPLES / 2)];
            let durability = if n % 2 == 0 {
                Durability::Full
            } else {
                Durability::Normal
            };
            let row = historian.append(&rows, durability).await.unwrap();
            assert_eq!(row, JournalRow(n + 1));
            n += 1;
            say(&format!("acknowledged {n}"));
            if n % 8 == 0 {
                say(COMPACTING);
                historian.compact_step(JournalRow(n - 3)).await.unwrap();
                say(ROLLING_UP);
                while historian.roll_up_step().await.unwrap().more {}
                say(RESTING);
                historian
                    .alarms()
                    .set_settled(JournalRow(n - 3))
                    .await
                    .unwrap();
            }
        }
    });
}

/// Lets a child work, kills it, and gives the last append that it acknowledged and the last line that it said.
fn kill_one(dir: &Path, round: u64) -> (i64, String) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "kill::child", "--nocapture", "--test-threads=1"])
        .env(FOLDER, dir)
        .stderr(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let mut acknowledged = 0_i64;
    let mut last = String::new();
    let mut take = |line: String| {
        if let Some(number) = line.strip_prefix("acknowledged ") {
            acknowledged = number.parse().unwrap();
        } else {
            let known = [COMPACTING, ROLLING_UP, RESTING].contains(&line.as_str());
            assert!(known, "the child said: {line}");
        }
        last = line;
        last.clone()
    };
    let mut next = || take(lines.next().expect("the child ended by itself").unwrap());
    for _ in 0..9 + round * 37 % 30 {
        next();
    }
    let wanted = [None, Some(COMPACTING), Some(ROLLING_UP)][(round % 3) as usize];
    while wanted.is_some_and(|wanted| next() != wanted) {}
    std::thread::sleep(std::time::Duration::from_micros(round * 7919 % 1_500));
    child.kill().unwrap();
    child.wait().unwrap();
    // What it had said before it died counts too; the last line may be cut off.
    let rest: Vec<String> = lines.map_while(Result::ok).collect();
    for line in rest.into_iter().filter(|line| {
        line.len() > "acknowledged ".len()
            || [COMPACTING, ROLLING_UP, RESTING].contains(&line.as_str())
    }) {
        take(line);
    }
    (acknowledged, last)
}

/// Trends and statistics are those of the samples 0 to before `count`.
async fn compare(historian: &twin_historian::Historian, count: i64, round: u64) {
    let key = SignalKey(0);
    let value = |at: i64| (at / SAMPLES) as f64;
    let end = Timestamp(count * STEP);
    let width = 7 + (round * 31 % 400) as u32;
    let columns = historian
        .range(key, Timestamp(0), end, width)
        .await
        .unwrap();
    let mut at = 0;
    for n in 0..columns.len() {
        let last = columns.t_last[n].micros() / STEP;
        assert_eq!(columns.t_first[n].micros(), at * STEP);
        assert_eq!(columns.count[n] as i64, last - at + 1);
        assert_eq!((columns.min[n], columns.max[n]), (value(at), value(last)));
        assert_eq!(
            (columns.first[n], columns.last[n]),
            (value(at), value(last))
        );
        at = last + 1;
    }
    assert_eq!(at, count);
    // Cells that end on buckets of some level, and cells that do not.
    for cell in [1_000_000, 5_000_000, 7 * STEP + 3, 1_234_567] {
        let borders: Vec<_> = (0..=count * STEP / cell + 1)
            .map(|n| Timestamp(n * cell))
            .collect();
        let cells = historian.aggregates(&[key], &borders).await.unwrap();
        let mut at = 0;
        for (n, found) in cells[0].iter().enumerate() {
            let until = (borders[n + 1].micros() + STEP - 1) / STEP;
            let until = until.min(count);
            let Some(found) = found else {
                assert_eq!(at, until);
                continue;
            };
            let sum: f64 = (at..until).map(value).sum();
            assert_eq!(found.count as i64, until - at);
            assert_eq!((found.min, found.max), (value(at), value(until - 1)));
            assert_eq!((found.sum, found.last), (sum, value(until - 1)));
            assert_eq!(found.t_last.micros(), (until - 1) * STEP);
            at = until;
        }
        assert_eq!(at, count);
    }
}

#[test]
fn after_kill_9_every_acknowledged_batch_is_there_and_none_is_torn() {
    let dir = super::folder();
    let (mut appending, mut compacting, mut rolling_up) = (0, 0, 0);
    for round in 0..ROUNDS {
        let (acknowledged, last) = kill_one(dir.path(), round);
        match last.as_str() {
            COMPACTING => compacting += 1,
            ROLLING_UP => rolling_up += 1,
            _ => appending += 1,
        }
        block_on(async {
            let begin = tokio::time::Instant::now();
            let historian = super::open(dir.path()).await;
            assert!(begin.elapsed() < std::time::Duration::from_secs(5));
            assert_eq!(historian.notices(), Vec::<twin_core::Said>::new());
            let seen = all(&historian, 0).await;
            let count = seen.len() as i64;
            assert!(
                count >= acknowledged * SAMPLES,
                "{acknowledged} acknowledged, {count} samples seen"
            );
            assert_eq!(count % SAMPLES, 0, "a torn group");
            for (at, (time, value)) in (0_i64..).zip(&seen) {
                assert_eq!((*time, *value), (at * STEP, (at / SAMPLES) as f64));
            }
            assert_eq!(historian.newest_row().0 * SAMPLES, count);
            compare(&historian, count, round).await;
            assert_eq!(
                historian.check().await.unwrap().faults,
                Vec::<twin_core::Said>::new()
            );
            historian.close().await.unwrap();
        });
    }
    println!("killed in {appending} appends, {compacting} compactions, {rolling_up} roll-ups");
    assert!(appending >= 4 && compacting >= 4 && rolling_up >= 4);
    let levels = "CREATE TEMP TABLE must (n CHECK (n >= 3)); \
         INSERT INTO must SELECT count(DISTINCT level) FROM rollup;";
    block_on(super::sql(&dir.path().join("telemetry.db"), levels));
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
