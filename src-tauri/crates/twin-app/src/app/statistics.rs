//! Statistics of every sample of a span: tasks that a person can ask about and cancel, a few at a time.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{task::AbortHandle, time::Instant};
use twin_core::{Said, SignalKey, Timestamp, said};
use twin_historian::{Between, Historian, Measured, State};

use super::App;
use crate::{
    api::{
        plant::SignalView,
        statistics::{StateBand, StateRunView, StatisticsRequest, StatisticsRow, StatisticsView},
        trend::TrendRequest,
    },
    error::{Error, Result, Thing},
};

/// Signals at most: those of a trend.
const SIGNALS_MAX: usize = 16;
/// Columns of a band at most: wider than any screen.
const WIDTH_MAX: u32 = 4_096;
/// Tasks at a time: of a trend, of what lies behind it, and of the ones that they take the place of. The oldest is ended.
const TASKS_MAX: usize = 4;
/// What takes longer is given up.
const TIME_MAX: Duration = Duration::from_secs(60);
/// What is done by then is the first answer.
const SOON: Duration = Duration::from_millis(150);

/// The statistics that go on or were asked for last.
#[derive(Debug, Default)]
pub(super) struct Measurings(Mutex<Last>);

#[derive(Debug, Default)]
struct Last {
    number: u32,
    tasks: VecDeque<Task>,
}

#[derive(Debug)]
struct Task {
    number: u32,
    handle: AbortHandle,
    progress: Arc<Mutex<Progress>>,
}

#[derive(Debug, Default)]
struct Progress {
    rows: Vec<StatisticsRow>,
    part: f64,
    ended: bool,
    too_long: bool,
    failure: Option<Said>,
}

/// What is to be measured.
struct Work {
    historian: Historian,
    signals: Vec<(u32, Between)>,
    range: (Timestamp, Timestamp),
}

impl App {
    /// Begins statistics and gives what is done soon.
    ///
    /// # Errors
    /// [`Error::Request`] for an impossible span or too many signals, [`Error::Unknown`] for a signal that is none.
    pub async fn start_statistics(&self, request: &StatisticsRequest) -> Result<StatisticsView> {
        if !request.t0.is_finite() || !request.t1.is_finite() || request.t0 > request.t1 {
            return Err(Error::Request(said!(
                "refused-span",
                "the span ends before it begins: choose another one"
            )));
        }
        if request.signals.len() > SIGNALS_MAX {
            return Err(Error::Request(said!(
                "refused-statistics",
                "statistics are of at most {most} signals: choose fewer",
                most = SIGNALS_MAX
            )));
        }
        let plant = self.view.plant();
        let mut signals = Vec::with_capacity(request.signals.len());
        for key in &request.signals {
            let view = plant.all_signals().find(|signal| signal.key == *key);
            let view = view.ok_or_else(|| Error::Unknown {
                what: Thing::Signal,
                id: key.to_string(),
            })?;
            signals.push((*key, between(view)));
        }
        let work = Work {
            historian: self.historian.clone(),
            signals,
            range: (Timestamp(request.t0 as i64), Timestamp(request.t1 as i64)),
        };
        Ok(self.measurings.start(work).await)
    }

    /// How far statistics are.
    ///
    /// # Errors
    /// [`Error::Unknown`] when they were cancelled, or others took their place.
    pub fn statistics(&self, number: u32) -> Result<StatisticsView> {
        self.measurings.view(number).ok_or_else(|| Error::Unknown {
            what: Thing::Statistics,
            id: number.to_string(),
        })
    }

    /// Ends statistics and forgets them.
    pub fn cancel_statistics(&self, number: u32) {
        self.measurings.cancel(number);
    }

    /// The states of signals over a range, told apart to a column of it.
    ///
    /// # Errors
    /// [`Error::Request`] for an impossible range, width or number of signals, [`Error::History`].
    pub async fn state_bands(&self, request: &TrendRequest) -> Result<Vec<StateBand>> {
        if !request.t0.is_finite() || !request.t1.is_finite() || request.t0 >= request.t1 {
            return Err(Error::Request(said!(
                "refused-trend-range",
                "the trend's range ends before it begins: choose another range"
            )));
        }
        if !(1..=WIDTH_MAX).contains(&request.width) || request.signals.len() > SIGNALS_MAX {
            return Err(Error::Request(said!(
                "refused-bands",
                "bands of states take 1 to {columns} columns and at most {signals} signals",
                columns = u64::from(WIDTH_MAX),
                signals = SIGNALS_MAX
            )));
        }
        let range = (Timestamp(request.t0 as i64), Timestamp(request.t1 as i64));
        let plant = self.view.plant();
        let mut bands = Vec::with_capacity(request.signals.len());
        for key in &request.signals {
            let Some(view) = plant.all_signals().find(|signal| signal.key == *key) else {
                continue;
            };
            let stale = between(view).stale_after;
            let runs = self
                .historian
                .state_runs(SignalKey(*key), range, request.width, stale)
                .await?;
            let mut band = StateBand {
                signal: *key,
                words: Vec::new(),
                runs: Vec::with_capacity(runs.len()),
            };
            for run in runs {
                let word = run
                    .state
                    .as_ref()
                    .map(|state| place(&mut band.words, state));
                band.runs.push(StateRunView {
                    from: run.from.micros() as f64,
                    to: run.to.micros() as f64,
                    word,
                    several: run.several,
                    status: run.status as u8,
                });
            }
            bands.push(band);
        }
        Ok(bands)
    }
}

/// Where the word of a state stands, put in when it is new.
fn place(words: &mut Vec<String>, state: &State) -> u32 {
    let word = match state {
        State::Bool(on) => on.to_string(),
        State::Whole(code) => code.to_string(),
        State::Text(text) => text.to_string(),
    };
    let found = words.iter().position(|known| *known == word);
    found.unwrap_or_else(|| {
        words.push(word);
        words.len() - 1
    }) as u32
}

fn between(view: &SignalView) -> Between {
    Between {
        step: view.step,
        stale_after: twin_core::Duration::from_millis(view.stale_after_ms as i64),
    }
}

impl Measurings {
    fn last(&self) -> MutexGuard<'_, Last> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn start(&self, work: Work) -> StatisticsView {
        let progress = Arc::new(Mutex::new(Progress::default()));
        let task = tokio::spawn(work.run(Arc::clone(&progress)));
        let number = {
            let mut last = self.last();
            last.number = last.number.wrapping_add(1);
            let number = last.number;
            last.tasks.push_back(Task {
                number,
                handle: task.abort_handle(),
                progress: Arc::clone(&progress),
            });
            if last.tasks.len() > TASKS_MAX
                && let Some(oldest) = last.tasks.pop_front()
            {
                oldest.handle.abort();
            }
            number
        };
        // Either it is done, or the answer says how far it is.
        let _ = tokio::time::timeout(SOON, task).await;
        lock(&progress).view(number, false)
    }

    fn view(&self, number: u32) -> Option<StatisticsView> {
        let last = self.last();
        let task = last.tasks.iter().find(|task| task.number == number)?;
        let broken = task.handle.is_finished();
        Some(lock(&task.progress).view(number, broken))
    }

    fn cancel(&self, number: u32) {
        let mut last = self.last();
        if let Some(at) = last.tasks.iter().position(|task| task.number == number)
            && let Some(task) = last.tasks.remove(at)
        {
            task.handle.abort();
        }
    }

    /// Ends whatever goes on.
    pub(super) fn end(&self) {
        for task in self.last().tasks.drain(..) {
            task.handle.abort();
        }
    }
}

fn lock(progress: &Mutex<Progress>) -> MutexGuard<'_, Progress> {
    progress.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Progress {
    /// `finished`: the task is not there any more. Without an end it has panicked.
    fn view(&self, number: u32, finished: bool) -> StatisticsView {
        let broken = finished && !self.ended;
        let failure = self.failure.as_ref().map(Into::into);
        let broken_words = || {
            said!(
                "trend-stats-broken",
                "the statistics ended without a result: look into the log of the program"
            )
            .into()
        };
        StatisticsView {
            number,
            running: !self.ended && !broken,
            part: self.part,
            too_long: self.too_long,
            failure: failure.or_else(|| broken.then(broken_words)),
            rows: self.rows.clone(),
        }
    }
}

impl Work {
    async fn run(self, progress: Arc<Mutex<Progress>>) {
        let begun = Instant::now();
        let done = self.measure(&progress, begun).await;
        let mut progress = lock(&progress);
        progress.ended = true;
        match done {
            Ok(complete) => progress.too_long = !complete,
            Err(error) => progress.failure = Some(error.said()),
        }
    }

    /// False when the time was up.
    async fn measure(
        &self,
        progress: &Mutex<Progress>,
        begun: Instant,
    ) -> twin_historian::Result<bool> {
        let whole = self.signals.len() as f64;
        for (n, (key, between)) in self.signals.iter().enumerate() {
            let mut measuring = self
                .historian
                .measuring(SignalKey(*key), self.range, *between)
                .await?;
            while measuring.step().await? {
                if begun.elapsed() > TIME_MAX {
                    return Ok(false);
                }
                lock(progress).part = (n as f64 + measuring.part()) / whole;
                // Adding up is work without a wait: let others have their turn.
                tokio::task::yield_now().await;
            }
            let mut progress = lock(progress);
            progress.rows.push(row(*key, &measuring.measured()));
            progress.part = (n as f64 + 1.0) / whole;
        }
        Ok(true)
    }
}

fn row(signal: u32, of: &Measured) -> StatisticsRow {
    let known = |number: f64| Some(number).filter(|number| number.is_finite());
    StatisticsRow {
        signal,
        count: of.count as f64,
        min: known(of.min),
        max: known(of.max),
        mean: known(of.mean),
        time_mean: known(of.time_mean),
        deviation: known(of.deviation),
        time_deviation: known(of.time_deviation),
        covered: of.covered_us,
        good: of.good_us,
        uncertain: of.uncertain_us,
        bad: of.bad_us,
        gone: of.gone as f64,
    }
}

#[cfg(test)]
mod tests {
    use twin_core::{BatchId, Quality, SampleBatch, SignalId, Value};
    use twin_historian::Durability;

    use super::*;

    const BETWEEN: Between = Between {
        step: true,
        stale_after: twin_core::Duration::from_secs(60),
    };

    async fn history(dir: &std::path::Path) -> Historian {
        let historian = Historian::open(dir, Timestamp(0)).await.unwrap();
        let names = [SignalId::from("a/x"), SignalId::from("a/y")];
        let keys = historian.signal_keys(&names).await.unwrap();
        let mut batch = SampleBatch::new(BatchId(1), Timestamp(0));
        for n in 0..20_000_i64 {
            for key in &keys {
                let value = Value::F64((n % 10) as f64);
                batch.push(*key, Timestamp(n * 1_000_000), &value, Quality::GOOD);
            }
        }
        let batches = [Arc::new(batch)];
        let append = historian.append(&batches, Durability::Normal);
        append.await.unwrap();
        historian
    }

    fn work(historian: &Historian) -> Work {
        Work {
            historian: historian.clone(),
            signals: vec![(0, BETWEEN), (1, BETWEEN)],
            range: (Timestamp(0), Timestamp(19_990_000_000)),
        }
    }

    #[tokio::test]
    async fn every_signal_gets_a_row_and_what_is_cancelled_is_forgotten() {
        let dir = tempfile::tempdir().unwrap();
        let historian = history(dir.path()).await;
        let measurings = Measurings::default();
        let begun = measurings.start(work(&historian)).await;
        let done = loop {
            let view = measurings.view(begun.number).unwrap();
            if !view.running {
                break view;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        };
        assert_eq!(
            (done.part, done.too_long, &done.failure),
            (1.0, false, &None)
        );
        let [x, y] = &done.rows[..] else {
            panic!("not two rows: {done:?}");
        };
        assert_eq!((x.signal, y.signal), (0, 1));
        assert_eq!((x.count, x.min, x.max), (19_991.0, Some(0.0), Some(9.0)));
        assert!(x.time_mean.is_some_and(|mean| (mean - 4.5).abs() < 1e-9));
        assert_eq!(
            (x.covered, x.good, x.bad, x.gone),
            (1.999e10, 1.999e10, 0.0, 0.0)
        );
        measurings.cancel(begun.number);
        assert_eq!(measurings.view(begun.number), None);
    }

    #[test]
    fn a_word_of_a_band_stands_once() {
        let states = [
            State::Text("Auto".into()),
            State::Whole(-3),
            State::Bool(true),
            State::Text("Auto".into()),
        ];
        let mut words = Vec::new();
        let places: Vec<u32> = states
            .iter()
            .map(|state| place(&mut words, state))
            .collect();
        assert_eq!(
            (places, words),
            (
                vec![0, 1, 2, 0],
                ["Auto", "-3", "true"].map(String::from).to_vec()
            )
        );
    }

    #[tokio::test]
    async fn only_so_many_go_on_at_a_time() {
        let dir = tempfile::tempdir().unwrap();
        let historian = history(dir.path()).await;
        let measurings = Measurings::default();
        let mut numbers = Vec::new();
        for _ in 0..=TASKS_MAX {
            numbers.push(measurings.start(work(&historian)).await.number);
        }
        assert_eq!(measurings.view(numbers[0]), None);
        assert!(
            numbers[1..]
                .iter()
                .all(|number| measurings.view(*number).is_some())
        );
        measurings.end();
        assert!(
            numbers
                .iter()
                .all(|number| measurings.view(*number).is_none())
        );
    }
}
