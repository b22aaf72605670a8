//! Whole jobs on a real history in a folder.

use std::fs;

use twin_core::{BatchId, Quality, Reason, SampleBatch, SignalId, Value};
use twin_historian::{Durability, Policy, Sample};
use twin_model::Plant;

use super::*;
use crate::{
    api::files::{FileJobState, ImportReport},
    compile::{compile, plant_view},
};

mod doubts;
mod sheet;

const PLANT: &str = r#"
[plant]
id = "p"
name = "Riverside"
zone = "Europe/Berlin"

[[connection]]
id = "c"
name = "C"
host = "localhost"
subscriptions = [{ filter = "plant/#", qos = 1 }]

[[type]]
id = "tank"
name = "Tank"
[[type.signal]]
id = "level"
name = "Level"
unit = "m"
[[type.signal]]
id = "state"
name = "State"

[[area]]
id = "a"
name = "A"

[[asset]]
id = "tank"
name = "Tank"
area = "a"
type = "tank"
connection = "c"
source = "plant/tank#{signal}"
"#;
const T0: i64 = 1_795_370_171_000_000;
const STEP: i64 = 100_000;
const COUNT: i64 = 20_000;

/// A history of its own, its room for files, and the keys of level and state.
struct House {
    dir: tempfile::TempDir,
    historian: Historian,
    files: Files,
    keys: Vec<SignalKey>,
}

async fn house() -> House {
    let dir = tempfile::tempdir().unwrap();
    let historian = Historian::open(dir.path(), clock::now()).await.unwrap();
    let plant = Plant::parse(PLANT).unwrap();
    let ids: Vec<SignalId> = plant
        .signals()
        .into_iter()
        .map(|signal| signal.id)
        .collect();
    let keys = historian.signal_keys(&ids).await.unwrap();
    let plant = plant_view(&compile(plant, &keys), 1, String::new(), |_| None);
    let view = Arc::new(View::new(plant, Vec::new(), 0));
    let plan = Plan {
        policy: policy(),
        ..Plan::default()
    };
    let (_, plan) = tokio::sync::watch::channel(Arc::new(plan));
    let files = Files::new(historian.clone(), view, dir.path().to_owned(), plan);
    House {
        dir,
        historian,
        files,
        keys,
    }
}

impl House {
    /// Fills the level with numbers and the state with everything else.
    async fn fill(&self) {
        let mut batches = Vec::new();
        for group in 0..COUNT / 100 {
            let received = Timestamp(T0 + group * 100 * STEP + 7);
            let mut batch = SampleBatch::new(BatchId(0), received);
            for index in group * 100..(group + 1) * 100 {
                let at = Timestamp(T0 + index * STEP);
                batch.push_f64(self.keys[0], at, (index as f64).sqrt(), Quality::GOOD);
                let value = match index % 5 {
                    0 => Value::Text("open".into()),
                    1 => Value::Bool(index % 2 == 0),
                    2 => Value::I64(i64::MAX - index),
                    3 => Value::Null,
                    _ => Value::F64(f64::INFINITY),
                };
                batch.push(self.keys[1], at, &value, Quality::bad(Reason::Frozen));
            }
            batches.push(Arc::new(batch));
        }
        let row = self
            .historian
            .append(&batches, Durability::Normal)
            .await
            .unwrap();
        self.historian.compact_step(row).await.unwrap();
    }

    async fn all(&self, signal: usize) -> Vec<Sample> {
        let (t0, t1) = (Timestamp::MIN, Timestamp::MAX);
        let samples = self
            .historian
            .raw(self.keys[signal], t0, t1, 1_000_000)
            .await;
        samples.unwrap()
    }

    /// The job when it has ended.
    async fn end(&self) -> FileJobView {
        loop {
            let job = self.files.job().unwrap();
            if job.state != FileJobState::Running {
                return job;
            }
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    }

    async fn import(&self, path: &std::path::Path) -> FileJobView {
        let path = path.display().to_string();
        self.files.start_import(&path, "op").await.unwrap();
        self.end().await
    }

    fn request(&self, format: FileFormat, path: &str) -> ExportRequest {
        ExportRequest {
            signals: self.keys.iter().map(|key| key.0).collect(),
            columns: Vec::new(),
            t0: T0 as f64,
            t1: (T0 + COUNT * STEP) as f64,
            format,
            path: path.to_owned(),
        }
    }

    async fn audit(&self) -> Vec<(String, String)> {
        // The entry about the end is written after the job is seen to have ended.
        self.files.stop().await;
        let records = self.historian.alarms().audit(None, 100).await.unwrap();
        let entries = records.into_iter().map(|record| record.entry);
        entries.map(|entry| (entry.action, entry.detail)).collect()
    }
}

/// A year of samples.
fn policy() -> Policy {
    Policy {
        default: twin_historian::Keep {
            raw: Some(twin_core::Duration::from_secs(31_557_600)),
            rollups: None,
        },
        ..Policy::default()
    }
}

fn counts(report: &ImportReport) -> [f64; 5] {
    let r = report;
    [r.written, r.present, r.differing, r.bad, r.unknown]
}

#[tokio::test]
async fn what_is_exported_is_imported_elsewhere_to_the_last_bit() {
    let house = house().await;
    house.fill().await;
    for (format, name) in [
        (FileFormat::Csv, "a.csv"),
        (FileFormat::Parquet, "a.parquet"),
    ] {
        let request = house.request(format, name);
        house.files.start_export(&request, "op").await.unwrap();
        let job = house.end().await;
        assert_eq!((job.state, &*job.message), (FileJobState::Done, ""));
        assert_eq!((job.rows, job.done), (2.0 * COUNT as f64, 1.0));
        let path = house.dir.path().join("exports").join(name);
        assert_eq!(job.path, path.display().to_string());

        let other = self::house().await;
        let job = other.import(&path).await;
        assert_eq!(job.state, FileJobState::Done, "{job:?}");
        assert_eq!(
            counts(&job.report.unwrap()),
            [2.0 * COUNT as f64, 0.0, 0.0, 0.0, 0.0]
        );
        for signal in [0, 1] {
            assert_eq!(house.all(signal).await, other.all(signal).await, "{name}");
        }
        let again = other.import(&path).await.report.unwrap();
        assert_eq!(counts(&again), [0.0, 2.0 * COUNT as f64, 0.0, 0.0, 0.0]);
    }
    let actions: Vec<String> = house
        .audit()
        .await
        .into_iter()
        .map(|(action, _)| action)
        .collect();
    assert_eq!(actions, ["export-history"; 4]);
}

#[tokio::test]
async fn an_import_says_what_became_of_every_line() {
    let house = house().await;
    house.fill().await;
    let path = house.dir.path().join("in.csv");
    let future = clock::now().micros() + 3_600_000_000;
    let text = format!(
        "signal,time,value\n\
         tank/level,{T0},0\n\
         tank/level,{},99\n\
         tank/level,{},5.5\n\
         tank/levle,{T0},1\n\
         tank/level,soon,1\n\
         tank/level,{future},1\n\
         tank/levle,{T0},1\n",
        T0 + STEP,
        T0 - STEP,
    );
    fs::write(&path, text).unwrap();
    let job = house.import(&path).await;
    let report = job.report.unwrap();
    assert_eq!(counts(&report), [1.0, 1.0, 1.0, 2.0, 2.0]);
    let lines: Vec<f64> = report.bad_lines.iter().map(|bad| bad.line).collect();
    assert_eq!(lines, [6.0, 7.0]);
    assert!(report.bad_lines[1].why.contains("future"));
    assert_eq!(
        (
            report.unknown_signals[0].id.as_str(),
            report.unknown_signals[0].rows
        ),
        ("tank/levle", 2.0)
    );
    let level = house.all(0).await;
    assert_eq!(level.len() as i64, COUNT + 1);
    assert_eq!((level[0].number(), level[2].number()), (5.5, 1.0));
    let signals = house.historian.signals().await.unwrap();
    assert_eq!(signals.len(), 2, "no signal is made by an import");
    let audit = house.audit().await;
    assert!(audit.iter().any(|(_, detail)| {
        detail.starts_with("done: 1 samples written, 1 already there, 1 differing")
    }));
}

#[tokio::test]
async fn one_job_at_a_time_and_a_cancelled_export_leaves_nothing() {
    let house = house().await;
    house.fill().await;
    let request = house.request(FileFormat::Csv, "a.csv");
    house.files.start_export(&request, "op").await.unwrap();
    let refused = house
        .files
        .start_import("b.csv", "op")
        .await
        .unwrap_err()
        .to_string();
    assert!(
        refused.contains("an export to") && refused.contains("a.csv"),
        "{refused}"
    );
    house.files.cancel();
    let job = house.end().await;
    assert_eq!(job.state, FileJobState::Cancelled);
    let left = fs::read_dir(house.dir.path().join("exports"));
    assert_eq!(left.map_or(0, Iterator::count), 0);

    house.files.start_export(&request, "op").await.unwrap();
    let job = house.end().await;
    assert_eq!((job.state, job.number), (FileJobState::Done, 2));
    house.files.start_export(&request, "op").await.unwrap();
    let job = house.end().await;
    assert!(job.message.contains("exists already"), "{job:?}");
}

#[tokio::test]
async fn the_end_of_the_program_ends_a_job() {
    let house = house().await;
    house.fill().await;
    let request = house.request(FileFormat::Parquet, "");
    house.files.start_export(&request, "op").await.unwrap();
    house.files.stop().await;
    assert_eq!(house.files.job().unwrap().state, FileJobState::Cancelled);
}

#[tokio::test]
async fn files_that_cannot_be_read_fail_in_words() {
    let house = house().await;
    house.fill().await;
    let path = house.dir.path().join("missing.csv");
    let job = house.import(&path).await;
    assert_eq!(job.state, FileJobState::Failed);
    assert!(job.message.contains("missing.csv"), "{}", job.message);

    let folder = house.import(house.dir.path()).await;
    assert!(folder.message.contains("no regular file"), "{folder:?}");

    let request = house.request(FileFormat::Parquet, "a.parquet");
    house.files.start_export(&request, "op").await.unwrap();
    let whole = house.end().await.path;
    let bytes = fs::read(whole).unwrap();
    let path = house.dir.path().join("cut.parquet");
    fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    let job = house.import(&path).await;
    assert_eq!(job.state, FileJobState::Failed);
    assert!(
        job.message.contains("cut.parquet") && job.message.contains("damaged"),
        "{}",
        job.message
    );

    let nowhere = ExportRequest {
        t1: T0 as f64,
        ..house.request(FileFormat::Csv, "")
    };
    assert!(house.files.start_export(&nowhere, "op").await.is_err());
    let nobody = ExportRequest {
        signals: vec![4_711],
        ..house.request(FileFormat::Csv, "")
    };
    assert!(matches!(
        house.files.start_export(&nobody, "op").await,
        Err(Error::Unknown { .. })
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_counts_bytes_and_holds_everything() {
    let house = house().await;
    house.fill().await;
    let begun = house.files.start_backup("", "op").await.unwrap();
    assert_eq!(begun.kind, FileJobKind::Backup);
    let refused = house.files.start_check("op").await.unwrap_err();
    assert!(refused.to_string().contains("a backup to"), "{refused}");
    let job = house.end().await;
    assert_eq!((job.state, &*job.message), (FileJobState::Done, ""));
    let path = std::path::Path::new(&job.path);
    assert_eq!(path.parent().unwrap(), house.dir.path().join("backups"));
    let sizes =
        ["telemetry.db", "alarms.db"].map(|name| fs::metadata(path.join(name)).unwrap().len());
    assert_eq!(
        (job.bytes, job.done),
        (sizes.iter().sum::<u64>() as f64, 1.0)
    );

    let copy = Historian::open(path, clock::now()).await.unwrap();
    let (t0, t1) = (Timestamp::MIN, Timestamp::MAX);
    for signal in [0, 1] {
        let samples = copy
            .raw(house.keys[signal], t0, t1, 1_000_000)
            .await
            .unwrap();
        assert_eq!(samples, house.all(signal).await);
    }
    copy.close().await.unwrap();
    let again = house.files.start_backup(&job.path, "op").await.unwrap_err();
    assert!(again.to_string().contains("exists already"), "{again}");
    let audit = house.audit().await;
    assert_eq!(audit.len(), 2, "{audit:?}");
    assert_eq!(audit[1], ("backup-history".into(), "begun".into()));
    assert!(audit[0].1.starts_with("done: ") && audit[0].1.contains(" bytes"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_tells_what_it_saw_and_what_to_do_about_damage() {
    let house = house().await;
    house.fill().await;
    house.files.start_check("op").await.unwrap();
    let job = house.end().await;
    let check = job.check.unwrap();
    assert!(
        check.sound && job.rows > 0.0 && job.done >= 1.0,
        "{check:?}"
    );
    assert!(check.lines[0].contains("40000 samples"), "{check:?}");
    assert_eq!((&*check.advice, check.command.as_str()), ("", ""));

    house.historian.checkpoint().await.unwrap();
    let file = house.dir.path().join("telemetry.db");
    let mut bytes = fs::read(&file).unwrap();
    let third = bytes.len() / 8_192 / 3;
    for page in bytes.chunks_mut(8_192).skip(third) {
        page[4_000..4_100].fill(0xa5);
    }
    fs::write(&file, bytes).unwrap();
    house.files.start_check("op").await.unwrap();
    let job = house.end().await;
    assert_eq!(job.state, FileJobState::Done);
    let check = job.check.unwrap();
    assert!(!check.sound && check.lines.len() > 2, "{check:?}");
    assert!(check.command.ends_with(" repair") && !check.advice.is_empty());
    assert!(house.audit().await.is_empty(), "looking is no action");
}

#[tokio::test(flavor = "multi_thread")]
async fn cancelled_care_leaves_nothing() {
    let house = house().await;
    house.fill().await;
    let before = house.files.start_backup("a", "op").await.unwrap();
    house.files.cancel();
    assert_eq!(before.state, FileJobState::Running);
    let job = house.end().await;
    assert_eq!(job.state, FileJobState::Cancelled, "{job:?}");
    let left = fs::read_dir(house.dir.path().join("backups"));
    assert_eq!(left.map_or(0, Iterator::count), 0);
    house.files.start_check("op").await.unwrap();
    house.files.stop().await;
    let job = house.files.job().unwrap();
    assert_eq!((job.state, job.check), (FileJobState::Cancelled, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_a_job_is_told_until_it_is_read() {
    let house = house().await;
    house.fill().await;
    let running = house.files.start_check("op").await.unwrap();
    house.files.put_away(running.number);
    assert!(house.files.job().is_some(), "it has not ended");
    house.end().await;
    house.files.put_away(running.number + 1);
    assert!(house.files.job().is_some(), "another was read");
    house.files.put_away(running.number);
    assert_eq!(house.files.job(), None);
    let next = house.files.start_check("op").await.unwrap();
    assert_eq!(next.number, running.number + 1);
    assert_eq!(house.end().await.number, next.number);
}

#[tokio::test]
async fn the_commands_for_closed_history_are_named() {
    let house = house().await;
    let keeping = house.files.keeping();
    let dir = house.dir.path().display().to_string();
    assert!(keeping.backups.starts_with(&dir));
    for (command, work) in [(keeping.restore, " restore"), (keeping.repair, " repair")] {
        assert!(
            command.contains(&dir) && command.ends_with(work),
            "{command}"
        );
    }
}
