//! What becomes of every row of an import: looked at, sorted by signal, stored.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use twin_core::{Duration, Said, SignalKey, Timestamp, Value, said};
use twin_historian::{Historian, Imported, Policy, Sample};
use twin_report::{BadLine, Faults, Row};

use crate::{
    api::{
        files::{BadLineView, ImportReport, UnknownSignal},
        plant::{PlantView, SignalRole, SignalView},
    },
    error::Result,
    files::job::{Job, Stopped},
};

/// Samples of one signal that are stored in one go.
const SIGNAL_HELD: usize = 1 << 16;
/// Bytes of samples and of their texts held of all signals together; as much again while lists grow.
const HELD: usize = 64 << 20;
/// Signals of the file that the plant does not have: so many are named, the rest is counted.
const UNKNOWN_LISTED: usize = 100;
/// A sample that is further in the future is a bad line: it would stand as the newest one for as long.
const AHEAD: Duration = Duration::from_secs(300);

/// A signal of the plant, as far as a file may contradict it.
#[derive(Clone, Debug)]
pub struct Target {
    key: SignalKey,
    unit: String,
    /// Whether its values are numbers.
    numeric: bool,
    /// How long its samples are kept; none: for ever.
    keep: Option<Duration>,
}

/// The signals of a plant by their ids.
pub fn targets(plant: PlantView, policy: &Policy) -> HashMap<String, Target> {
    let mut keep = HashMap::new();
    for (keys, class) in &policy.classes {
        for key in keys {
            // Of a signal named twice the first class counts.
            keep.entry(*key).or_insert(class.raw);
        }
    }
    let signals = plant.assets.into_iter().flat_map(|asset| asset.signals);
    let target = |signal: SignalView| {
        let key = SignalKey(signal.key);
        let numeric = !signal.unit.is_empty()
            || signal.range.is_some()
            || matches!(signal.role, SignalRole::Measurement | SignalRole::Score);
        let target = Target {
            key,
            unit: signal.unit,
            numeric,
            keep: keep.get(&key).copied().unwrap_or(policy.default.raw),
        };
        (signal.id, target)
    };
    signals.map(target).collect()
}

/// Sorts rows by signal.
pub struct Desk<'a> {
    historian: &'a Historian,
    targets: HashMap<String, Target>,
    held: HashMap<SignalKey, Vec<Sample>>,
    /// Texts of what is held, each once.
    texts: HashSet<Arc<str>>,
    held_bytes: usize,
    counts: Imported,
    repeated: u64,
    unknown: BTreeMap<Arc<str>, u64>,
    unknown_rows: u64,
    doubts: Doubts,
}

impl<'a> Desk<'a> {
    /// For an import into this history.
    pub fn new(historian: &'a Historian, targets: HashMap<String, Target>) -> Self {
        Desk {
            historian,
            targets,
            held: HashMap::new(),
            texts: HashSet::new(),
            held_bytes: 0,
            counts: Imported::default(),
            repeated: 0,
            unknown: BTreeMap::new(),
            unknown_rows: 0,
            doubts: Doubts::default(),
        }
    }

    /// Takes rows; stores what has become too much to hold.
    ///
    /// # Errors
    /// [`Stopped`].
    pub async fn take(
        &mut self,
        rows: Vec<Row>,
        now: Timestamp,
        job: &Job,
    ) -> std::result::Result<(), Stopped> {
        for row in rows {
            let Some(target) = self.targets.get(&*row.signal) else {
                self.unknown_rows += 1;
                if self.unknown.contains_key(&row.signal) || self.unknown.len() < UNKNOWN_LISTED {
                    *self.unknown.entry(row.signal).or_default() += 1;
                }
                continue;
            };
            let key = target.key;
            if !self.doubts.lets_in(target, &row, now) {
                continue;
            }
            let reading = row.reading;
            self.held_bytes += size_of::<Sample>();
            let sample = Sample {
                time: reading.time,
                received: reading.received,
                value: self.shared(reading.value),
                quality: reading.quality,
            };
            let held = self.held.entry(key).or_default();
            held.push(sample);
            if held.len() >= SIGNAL_HELD {
                let samples = std::mem::take(held);
                self.store(key, samples).await?;
            }
            if self.held_bytes >= HELD {
                self.store_all(job).await?;
            }
        }
        Ok(())
    }

    /// Stores what is held, signal by signal, until the job is to end.
    ///
    /// # Errors
    /// [`Stopped`].
    pub async fn store_all(&mut self, job: &Job) -> std::result::Result<(), Stopped> {
        for (key, samples) in std::mem::take(&mut self.held) {
            job.go_on()?;
            self.store(key, samples).await?;
        }
        self.texts.clear();
        self.held_bytes = 0;
        Ok(())
    }

    async fn store(&mut self, key: SignalKey, mut samples: Vec<Sample>) -> Result<()> {
        // Their texts are counted until all is stored.
        let bytes = samples.len() * size_of::<Sample>();
        self.held_bytes = self.held_bytes.saturating_sub(bytes);
        self.settle(&mut samples);
        if samples.is_empty() {
            return Ok(());
        }
        let imported = self.historian.import(key, samples).await?;
        self.counts.written += imported.written;
        self.counts.present += imported.present;
        self.counts.differing += imported.differing;
        Ok(())
    }

    /// Of several samples of one instant the first in the file stays, as history stays where it has one.
    fn settle(&mut self, samples: &mut Vec<Sample>) {
        samples.sort_by_key(|sample| sample.time);
        samples.dedup_by(|later, first| {
            if later.time != first.time {
                return false;
            }
            if same(later, first) {
                self.counts.present += 1;
            } else {
                self.repeated += 1;
            }
            true
        });
    }

    /// The value with a text that is held once.
    fn shared(&mut self, value: Value) -> Value {
        let Value::Text(text) = value else {
            return value;
        };
        if let Some(known) = self.texts.get(&text) {
            return Value::Text(Arc::clone(known));
        }
        self.held_bytes += text.len() + 2 * size_of::<Arc<str>>();
        self.texts.insert(Arc::clone(&text));
        Value::Text(text)
    }

    /// What has been found, with the reader's bad lines.
    pub fn report(&self, unread: &Faults) -> ImportReport {
        let doubts = &self.doubts;
        let units = doubts.units.values().map(OtherUnit::line);
        let listed = unread.listed().iter().chain(doubts.faults.listed());
        let mut bad: Vec<BadLine> = listed.cloned().chain(units).collect();
        bad.sort_by_key(|bad| bad.line);
        bad.truncate(Faults::LISTED);
        let bad_lines = bad.into_iter().map(|bad| BadLineView {
            line: bad.line as f64,
            why: bad.why.into(),
        });
        let unknown_signals = self.unknown.iter().map(|(id, rows)| UnknownSignal {
            id: id.to_string(),
            rows: *rows as f64,
        });
        let other_units: u64 = doubts.units.values().map(|unit| unit.count).sum();
        ImportReport {
            written: self.counts.written as f64,
            present: self.counts.present as f64,
            differing: self.counts.differing as f64,
            repeated: self.repeated as f64,
            expired: doubts.expired as f64,
            bad: (unread.total() + doubts.faults.total() + other_units) as f64,
            bad_lines: bad_lines.collect(),
            unknown: self.unknown_rows as f64,
            unknown_signals: unknown_signals.collect(),
        }
    }
}

/// Equal but for the receipt; NaN equals NaN.
fn same(one: &Sample, other: &Sample) -> bool {
    let values = match (&one.value, &other.value) {
        (Value::F64(a), Value::F64(b)) => a.to_bits() == b.to_bits(),
        (a, b) => a == b,
    };
    values && one.quality == other.quality
}

/// Lines that could be read and that cannot be meant so.
#[derive(Default)]
struct Doubts {
    faults: Faults,
    /// Of each signal, the lines in another unit.
    units: BTreeMap<SignalKey, OtherUnit>,
    /// Signals that have had numbers in this file.
    numbers: HashSet<SignalKey>,
    expired: u64,
}

/// The lines of a signal that are in another unit than the plant's.
struct OtherUnit {
    line: u64,
    told: Said,
    count: u64,
}

impl OtherUnit {
    fn line(&self) -> BadLine {
        let told = &self.told;
        let why = match self.count {
            1 => told.clone(),
            count => said!(
                "import-many",
                "{told}; so on {count} lines",
                told = told.clone(),
                count = count
            ),
        };
        BadLine {
            line: self.line,
            why,
        }
    }
}

fn other_unit(row: &Row, unit: &str) -> Said {
    match unit {
        "" => said!(
            "import-unit-none",
            "`{signal}` is in `{unit}` here and in no unit in the plant file: convert the values",
            signal = &*row.signal,
            unit = &*row.unit
        ),
        own => said!(
            "import-unit",
            "`{signal}` is in `{unit}` here and in `{own}` in the plant file: convert the values",
            signal = &*row.signal,
            unit = &*row.unit,
            own = own
        ),
    }
}

impl Doubts {
    /// Whether a row can be true; one that cannot is counted.
    fn lets_in(&mut self, target: &Target, row: &Row, now: Timestamp) -> bool {
        let key = target.key;
        if !row.unit.is_empty() && !same_unit(&row.unit, &target.unit) {
            let other = self.units.entry(key).or_insert_with(|| OtherUnit {
                line: row.line,
                told: other_unit(row, &target.unit),
                count: 0,
            });
            other.count += 1;
            return false;
        }
        let reading = &row.reading;
        let horizon = now.plus(AHEAD);
        let wrong = if reading.time > horizon {
            Some(said!(
                "import-future",
                "its time lies in the future: look at its unit or zone"
            ))
        } else if reading.received > horizon {
            Some(said!(
                "import-received-future",
                "it was received in the future: look at the unit or zone of that time"
            ))
        } else {
            self.no_number(target, row)
        };
        if let Some(why) = wrong {
            self.faults.add(row.line, why);
            return false;
        }
        if let Some(keep) = target.keep
            && now.since(reading.time) > keep
        {
            self.expired += 1;
        }
        true
    }

    /// Why a text cannot be the value of a signal of numbers: words such as `No Data` stand there for a fault.
    fn no_number(&mut self, target: &Target, row: &Row) -> Option<Said> {
        if matches!(row.reading.value, Value::F64(_) | Value::I64(_)) {
            self.numbers.insert(target.key);
        }
        let Value::Text(text) = &row.reading.value else {
            return None;
        };
        if row.kind_stated || !(target.numeric || self.numbers.contains(&target.key)) {
            return None;
        }
        let mut text: String = text.chars().take(40).collect();
        text.retain(|letter| !letter.is_control());
        Some(said!(
            "import-no-number",
            "`{text}` is no number, and `{signal}` has numbers: leave the cell empty, or say `text` in a column `kind`",
            text = text,
            signal = &*row.signal
        ))
    }
}

/// Whether two ways of writing mean one unit: blanks and the two letters for micro and ohm do not matter.
fn same_unit(one: &str, other: &str) -> bool {
    let letters = |unit: &str| -> String {
        let letters = unit.chars().filter(|letter| !letter.is_whitespace());
        let alike = letters.map(|letter| match letter {
            '\u{3bc}' => '\u{b5}',
            '\u{2126}' => '\u{3a9}',
            '³' => '3',
            '²' => '2',
            other => other,
        });
        alike.collect()
    };
    letters(one) == letters(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_compared_as_people_read_them() {
        assert!(same_unit("m³/h", "m3/h") && same_unit("\u{3bc}m", "\u{b5}m"));
        assert!(same_unit("k\u{2126}", "k \u{3a9}"));
        assert!(!same_unit("bar", "mbar") && !same_unit("m", "M") && !same_unit("bar", ""));
    }
}
