//! What states a signal was in over a range, in no more runs than a picture has columns: the band of a trend.

use twin_core::{Duration, SignalKey, Status, Timestamp};

use super::{calendar::BORDERS_MAX, columns::WIDTH_MAX};
use crate::{
    error::{Error, Result},
    historian::Historian,
    rollup::{Aggregate, State},
};

/// What a signal was for a while.
#[derive(Clone, Debug, PartialEq)]
pub struct StateRun {
    /// Source time of its first sample.
    pub from: Timestamp,
    /// Source time of the sample that ends it, or of its own last one where a gap or the range's end follows.
    pub to: Timestamp,
    /// Which state; none where samples showed none, or more than one in less than a column.
    pub state: Option<State>,
    /// Whether there was more than one in less than a column.
    pub several: bool,
    /// Worst status.
    pub status: Status,
}

impl Historian {
    /// The states of `signal` over `t0..t1`, told apart to a `width`-th of it (1 to 4,096), beginning with the one it was in
    /// at `t0`. More silence than `stale_after` between two samples is a gap: no run reaches over it.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for another width; when the history cannot be read, or what is needed of it is damaged.
    pub async fn state_runs(
        &self,
        signal: SignalKey,
        (t0, t1): (Timestamp, Timestamp),
        width: u32,
        stale_after: Duration,
    ) -> Result<Vec<StateRun>> {
        if width == 0 || width > WIDTH_MAX || width as usize >= BORDERS_MAX {
            return Err(Error::OutOfRange {
                what: "the width of a band of states",
            });
        }
        if t0 >= t1 {
            return Ok(Vec::new());
        }
        let mut band = Band {
            runs: Vec::new(),
            stale_after,
        };
        let edges = self.range(signal, t0, t1, 1).await?;
        if let Some(before) = edges.t_last.first().filter(|time| **time < t0) {
            let found = self
                .raw(signal, *before, before.plus(Duration(1)), 1)
                .await?;
            if let Some(cell) = Aggregate::of(&found) {
                band.cell(&cell);
            }
        }
        let borders = borders(t0, t1, width);
        for cells in self.aggregates(&[signal], &borders).await? {
            for cell in cells.iter().flatten() {
                band.cell(cell);
            }
        }
        let behind = edges.t_first.last().filter(|time| **time >= t1);
        if let (Some(behind), Some(last)) = (behind, band.runs.last_mut())
            && behind.since(last.to) <= stale_after
        {
            last.to = *behind;
        }
        Ok(band.runs)
    }
}

fn borders(t0: Timestamp, t1: Timestamp, width: u32) -> Vec<Timestamp> {
    let whole = i128::from(t1.micros()) - i128::from(t0.micros());
    let at = |n: u32| i128::from(t0.micros()) + whole * i128::from(n) / i128::from(width);
    // Between two instants, as both are.
    let mut borders: Vec<_> = (0..=width).map(|n| Timestamp(at(n) as i64)).collect();
    borders.dedup();
    borders
}

struct Band {
    runs: Vec<StateRun>,
    stale_after: Duration,
}

impl Band {
    /// Goes on with the samples of one column.
    fn cell(&mut self, cell: &Aggregate) {
        let states = &cell.states;
        let (first, last) = (states.first(), states.last());
        let changes: u64 = states.list().iter().map(|time| time.entered).sum();
        let run = |from, state: Option<&State>, several, status| StateRun {
            from,
            to: cell.t_last,
            state: state.cloned(),
            several,
            status,
        };
        let all_same = changes <= 1 && !states.is_too_many() && first == last;
        if all_same {
            self.put(run(cell.t_first, first, false, cell.worst));
            return;
        }
        // One change lies somewhere in the column: where its last sample is, it has come.
        let one = changes == 2 && first.is_some() && last.is_some();
        let until = run(cell.t_first, first.filter(|_| one), !one, cell.worst);
        self.put(until);
        self.put(run(cell.t_last, last, false, cell.last_status));
    }

    fn put(&mut self, next: StateRun) {
        if let Some(last) = self.runs.last_mut()
            && next.from.since(last.to) <= self.stale_after
        {
            last.to = next.from;
            let same = (&last.state, last.several, last.status)
                == (&next.state, next.several, next.status);
            if same {
                last.to = next.to;
                return;
            }
            if last.from == last.to {
                self.runs.pop();
            }
        }
        self.runs.push(next);
    }
}

#[cfg(test)]
mod tests {
    use twin_core::{Quality, Value};

    use super::*;
    use crate::sample::Sample;

    fn sample(time: i64, value: &str, status: u8) -> Sample {
        Sample {
            time: Timestamp(time),
            received: Timestamp(0),
            value: Value::Text(value.into()),
            quality: Quality::from_bytes([status, 0]),
        }
    }

    /// Runs of cells, as `from-to word status`.
    fn band(cells: &[&[Sample]]) -> Vec<String> {
        let mut band = Band {
            runs: Vec::new(),
            stale_after: Duration(100),
        };
        for cell in cells {
            if let Some(cell) = Aggregate::of(*cell) {
                band.cell(&cell);
            }
        }
        let words = |run: &StateRun| {
            let word = match (&run.state, run.several) {
                (Some(State::Text(text)), false) => text.to_string(),
                (None, true) => "several".into(),
                (None, false) => "none".into(),
                other => panic!("{other:?}"),
            };
            format!("{}-{} {word} {}", run.from.0, run.to.0, run.status as u8)
        };
        band.runs.iter().map(words).collect()
    }

    #[test]
    fn a_state_goes_on_until_another_or_a_gap() {
        let cells: [&[Sample]; 5] = [
            &[sample(0, "run", 0), sample(5, "run", 0)],
            &[sample(50, "run", 0)],
            &[sample(70, "stop", 0)],
            &[sample(300, "stop", 0)],
            &[sample(320, "stop", 1)],
        ];
        assert_eq!(
            band(&cells),
            [
                "0-70 run 0",
                "70-70 stop 0",
                "300-320 stop 0",
                "320-320 stop 1"
            ]
        );
    }

    #[test]
    fn one_change_in_a_column_is_a_change_and_more_are_several() {
        let one = [
            sample(10, "run", 0),
            sample(12, "run", 0),
            sample(15, "stop", 0),
        ];
        assert_eq!(
            band(&[&one, &[sample(40, "stop", 0)]]),
            ["10-15 run 0", "15-40 stop 0"]
        );
        let more = [
            sample(10, "run", 0),
            sample(12, "stop", 0),
            sample(15, "run", 0),
        ];
        assert_eq!(
            band(&[&more, &[sample(40, "run", 0)]]),
            ["10-15 several 0", "15-40 run 0"]
        );
        let bad = [sample(10, "run", 2), sample(12, "run", 2)];
        assert_eq!(
            band(&[&bad, &[sample(40, "run", 0)]]),
            ["10-40 none 2", "40-40 run 0"]
        );
    }
}
