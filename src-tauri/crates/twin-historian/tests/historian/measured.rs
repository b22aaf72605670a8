//! Exact statistics and bands of states of what lies in chunks, journal and tail, or is gone.

use twin_core::{Duration, Quality, SignalKey, Status, Timestamp, Value};
use twin_historian::{Between, Historian, Measured, Sample, State};

use super::{
    block_on, folder,
    frontier::{DAY, KEY, every, put, retain, roll, small_chunks},
    rollup::append,
};

const BEGIN: i64 = 100 * DAY;
const BETWEEN: Between = Between {
    step: false,
    stale_after: Duration(60_000_000),
};

fn sample(time: i64, value: Value) -> Sample {
    Sample {
        time: Timestamp(time),
        received: Timestamp(BEGIN),
        value,
        quality: Quality::GOOD,
    }
}

async fn measured(historian: &Historian, t0: i64, t1: i64) -> Measured {
    let range = (Timestamp(t0), Timestamp(t1));
    let mut measuring = historian.measuring(KEY, range, BETWEEN).await.unwrap();
    let mut part = measuring.part();
    while measuring.step().await.unwrap() {
        assert!(measuring.part() >= part);
        part = measuring.part();
    }
    assert_eq!(measuring.part(), 1.0);
    measuring.measured()
}

#[test]
fn every_sample_counts_wherever_it_lies() {
    block_on(async {
        let dir = folder();
        let historian = small_chunks(dir.path()).await;
        put(&historian, 0, every(10_000_000, BEGIN, 9_000)).await;
        roll(&historian).await;
        // The newest are in the journal alone, and one beside the range leads in.
        let fresh: Vec<Sample> = (9_000..9_500)
            .map(|n| sample(BEGIN + n * 10_000_000, Value::F64((n % 7) as f64)))
            .collect();
        append(&historian, 0, &fresh).await;
        let (t0, t1) = (BEGIN + 5_000_000, BEGIN + 94_000_000_000);
        let found = measured(&historian, t0, t1).await;
        let all = historian
            .raw(KEY, Timestamp(t0), Timestamp(t1 + 1), usize::MAX)
            .await
            .unwrap();
        let numbers: Vec<f64> = all.iter().map(Sample::number).collect();
        let n = numbers.len() as f64;
        let mean = numbers.iter().sum::<f64>() / n;
        let squares: f64 = numbers.iter().map(|x| (x - mean).powi(2)).sum();
        assert_eq!((found.count, found.gone), (9_400, 0));
        assert!((found.mean - mean).abs() < 1e-9);
        assert!((found.deviation - (squares / (n - 1.0)).sqrt()).abs() < 1e-9);
        // Between two samples that are beside the range it is covered too.
        assert_eq!(found.covered_us, (t1 - t0) as f64);
        assert_eq!(found.good_us, (t1 - t0) as f64);
        assert_eq!(found.bad_us, 0.0);
    });
}

#[test]
fn what_only_rollups_know_is_counted_as_gone() {
    block_on(async {
        let dir = folder();
        let historian = small_chunks(dir.path()).await;
        put(&historian, 0, every(10_000_000, BEGIN, 40_000)).await;
        roll(&historian).await;
        let before = measured(&historian, BEGIN, BEGIN + 4 * DAY).await;
        assert_eq!(before.gone, 0);
        retain(&historian, BEGIN + 2 * DAY, 1_000_000, None).await;
        let after = measured(&historian, BEGIN, BEGIN + 4 * DAY).await;
        assert!(after.gone > 0);
        assert_eq!(after.count + after.gone, before.count);
    });
}

#[test]
fn states_are_told_at_every_zoom() {
    block_on(async {
        let dir = folder();
        let historian = small_chunks(dir.path()).await;
        // Ten minutes each, a sample a second.
        let word = |n: i64| ["Auto", "Manual", "Off"][(n / 600 % 3) as usize];
        let samples: Vec<Sample> = (0..20_000)
            .map(|n| sample(BEGIN + n * 1_000_000, Value::Text(word(n).into())))
            .collect();
        append(&historian, 0, &samples).await;
        put(&historian, 0, []).await;
        roll(&historian).await;
        let runs = |t0: i64, t1: i64, width: u32| {
            let range = (Timestamp(t0), Timestamp(t1));
            historian.state_runs(KEY, range, width, Duration::from_secs(30))
        };
        // From within a run, in columns of three and a half seconds.
        let found = runs(BEGIN + 300_500_000, BEGIN + 7_300_500_000, 2_000)
            .await
            .unwrap();
        assert_eq!(found[0].from, Timestamp(BEGIN + 300_000_000));
        let words: Vec<_> = found.iter().map(|run| run.state.clone()).collect();
        let expected: Vec<_> = (0..13)
            .map(|n| Some(State::Text(word(n * 600).into())))
            .collect();
        assert_eq!(words, expected);
        for (n, run) in found.iter().enumerate().skip(1) {
            let exact = BEGIN + n as i64 * 600_000_000;
            assert!((run.from.micros() - exact).abs() < 3_500_000, "{run:?}");
            assert_eq!(run.from, found[n - 1].to);
            assert_eq!(run.status, Status::Good);
        }
        // In columns of an hour: more than one state in each.
        let far = runs(BEGIN, BEGIN + 20_000_000_000, 6).await.unwrap();
        assert!(far.iter().any(|run| run.several));
        let last = far.last().unwrap();
        assert_eq!(last.to, Timestamp(BEGIN + 19_999_000_000));
        assert!(
            historian
                .state_runs(SignalKey(0), (Timestamp(0), Timestamp(1)), 0, Duration(1))
                .await
                .is_err()
        );
    });
}
