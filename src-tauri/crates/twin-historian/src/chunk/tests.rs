use proptest::prelude::*;
use twin_core::{Quality, SignalKey, Timestamp, Value};

use super::*;
use crate::{
    sample::settle,
    testing::{self, seal},
};

fn stretch_of(samples: &[Sample]) -> Stretch {
    let mut stretch = Stretch::default();
    for (at, sample) in samples.iter().enumerate() {
        stretch.push_sample(sample, at as u64 / 3 * 7);
    }
    stretch
}

/// With received times taken from arrival numbers as they are.
fn all(chunk: &Chunk<'_>) -> Result<Vec<Sample>, Malformed> {
    some(chunk, 0..chunk.page_count())
}

fn some(chunk: &Chunk<'_>, pages: Range<usize>) -> Result<Vec<Sample>, Malformed> {
    let received: Vec<i64> = match chunk.received(pages.clone())? {
        Received::Numbers(numbers) => numbers.into_iter().map(u64::cast_signed).collect(),
        Received::Times(times) => times,
    };
    chunk.samples(pages, &received)
}

/// `Value` compares NaN as unequal; its text does not.
fn same<T: std::fmt::Debug>(a: &T, b: &T) {
    assert_eq!(format!("{a:?}"), format!("{b:?}"));
}

fn as_stored(mut samples: Vec<Sample>) -> Vec<Sample> {
    for (at, sample) in samples.iter_mut().enumerate() {
        sample.received = Timestamp(at as i64 / 3 * 7);
    }
    samples
}

/// What plants send: clocks that tick, jump and jitter; values on a grid, noise, states.
fn plant() -> impl Strategy<Value = Vec<Sample>> {
    let time = prop_oneof![
        8 => (90_i64..110).prop_map(|ms| ms * 1_000),
        1 => 1_i64..1_000_000_000_000,
        3 => Just(100_000_i64),
    ];
    let value = prop_oneof![
        4 => (-500_i32..500).prop_map(|v| Value::F64(f64::from(v) / 100.0)),
        1 => any::<f64>().prop_map(Value::F64),
        1 => any::<f32>().prop_map(|v| Value::F64(f64::from(v))),
        1 => testing::value(),
    ];
    let runs = prop::collection::vec((value, time, 1_usize..200, any::<bool>()), 1..12);
    (any::<i32>(), runs).prop_map(|(begin, runs)| {
        let mut samples: Vec<Sample> = Vec::new();
        let mut time = i64::from(begin) * 1_000_000;
        for (value, step, n, moves) in runs {
            for at in 0..n {
                time += step;
                let value = match &value {
                    Value::F64(v) if moves => Value::F64(v + at as f64 / 4.0),
                    other => other.clone(),
                };
                samples.push(Sample {
                    time: Timestamp(time),
                    received: Timestamp(0),
                    value,
                    quality: Quality::from_bytes([u8::from(n % 7 == 0), 0]),
                });
            }
        }
        samples
    })
}

proptest! {
    #[test]
    fn samples_come_back_as_they_were(mut samples in prop::collection::vec(testing::sample(), 1..80)) {
        settle(&mut samples);
        let stretch = stretch_of(&samples);
        let blob = encode(SignalKey(7), &stretch, 0..samples.len()).unwrap();
        let chunk = Chunk::open(&blob).unwrap();
        same(&all(&chunk).unwrap(), &as_stored(samples));
    }

    #[test]
    fn any_pages_are_what_the_whole_has_there(
        samples in plant(),
        pages in (any::<prop::sample::Index>(), any::<prop::sample::Index>()),
        t in any::<prop::sample::Index>(),
    ) {
        let samples = as_stored(samples);
        let blob = encode(SignalKey(7), &stretch_of(&samples), 0..samples.len()).unwrap();
        let chunk = Chunk::open(&blob).unwrap();
        let (a, b) = (pages.0.index(chunk.page_count()), pages.1.index(chunk.page_count()));
        let pages = a.min(b)..a.max(b) + 1;
        let range = chunk.indices(&pages);
        same(&some(&chunk, pages.clone()).unwrap(), &samples[range.clone()].to_vec());
        let numbers: Vec<f64> = samples[range].iter().map(Sample::number).collect();
        same(&chunk.numbers(pages).unwrap(), &numbers);

        let t = samples[t.index(samples.len())].time;
        let page = chunk.page_before(t).unwrap();
        prop_assert!(chunk.times(page..page + 1).unwrap().contains(&t.micros()));
        let again = chunk.stretch(|_, _| 0).unwrap();
        let second = encode(SignalKey(7), &again, 0..again.len()).unwrap();
        prop_assert_eq!(&second, &blob);
    }

    #[test]
    fn hostile_bytes_give_an_error_but_no_panic(
        samples in plant(),
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let blob = encode(SignalKey(7), &stretch_of(&samples), 0..samples.len()).unwrap();
        let (version, mut body) = (blob[0], blob[5..].to_vec());
        for (at, byte) in flips {
            let at = at.index(body.len().min(200));
            body[at] = byte;
        }
        // With a checksum that fits, so that the decoders behind it see the bytes.
        let blob = seal(version, &body);
        if let Ok(chunk) = Chunk::open(&blob) {
            prop_assert!(chunk.len <= READ_SAMPLES_MAX);
            let read = all(&chunk);
            prop_assert!(read.is_err() || read.unwrap().len() == chunk.len);
            drop(chunk.numbers(0..chunk.page_count()));
            drop(chunk.stretch(|_, _| 0));
        }
    }
}

/// Small chunks are of version 4 and large ones of version 2, and each reads as it was written.
#[test]
fn small_and_large_chunks_have_versions_of_their_own() {
    for (count, version) in [(1, 4), (1_023, 4), (1_024, 2), (3_000, 2)] {
        let sample = |at: i64| Sample {
            time: Timestamp(at * 100_000 + at % 3),
            received: Timestamp(0),
            value: Value::F64((at as f64).sqrt()),
            quality: Quality::GOOD,
        };
        let samples: Vec<Sample> = (0..count).map(sample).collect();
        let blob = encode(SignalKey(7), &stretch_of(&samples), 0..samples.len()).unwrap();
        assert_eq!(blob[0], version);
        same(
            &all(&Chunk::open(&blob).unwrap()).unwrap(),
            &as_stored(samples),
        );
    }
}

#[test]
fn a_changed_byte_is_noticed() {
    let sample = Sample {
        time: Timestamp(1),
        received: Timestamp(2),
        value: Value::F64(3.0),
        quality: Quality::GOOD,
    };
    let blob = encode(SignalKey(7), &stretch_of(&[sample]), 0..1).unwrap();
    for at in 0..blob.len() {
        let mut changed = blob.clone();
        changed[at] ^= 1;
        assert!(Chunk::open(&changed).is_err(), "byte {at}");
    }
}

#[test]
fn version_one_is_read_for_ever() {
    // Written by the program that knew version 1 only: signal 1 of the database beside it.
    let blob = include_bytes!("../../tests/fixtures/chunk_1.bin");
    let chunk = Chunk::open(blob).unwrap();
    let samples = all(&chunk).unwrap();
    assert_eq!(samples.len(), 100);
    for (i, sample) in samples.iter().enumerate() {
        let n = i as i64;
        assert_eq!(sample.time, Timestamp(1_000_000 + n * 100_000));
        let received = 1_000_000 + n / 10 * 1_000_000 + 7;
        assert_eq!(sample.received, Timestamp(received));
        let bad = Quality::from_bytes([2, 3]);
        assert_eq!(
            sample.quality,
            if n % 10 == 3 { bad } else { Quality::GOOD }
        );
        let expected = match n % 5 {
            0 => Value::Text("running".into()),
            1 => Value::Null,
            2 => Value::Bool(true),
            3 => Value::I64(n / 10 - 5),
            _ => Value::F64(f64::NAN),
        };
        same(&sample.value, &expected);
    }
    let stretch = chunk.stretch(|_, received| received.micros().cast_unsigned());
    let blob = encode(SignalKey(7), &stretch.unwrap(), 0..100).unwrap();
    same(&all(&Chunk::open(&blob).unwrap()).unwrap(), &samples);
}

#[test]
fn decimals_that_are_none_stay_exact() {
    let values = [
        0.1 + 0.2,
        -0.0,
        5e-324,
        1e300,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::NAN,
        0.3,
    ];
    for last in values {
        let mut samples = Vec::new();
        for (at, value) in [0.25, 17.0, last].into_iter().enumerate() {
            samples.push(Sample {
                time: Timestamp(at as i64),
                received: Timestamp(0),
                value: Value::F64(value),
                quality: Quality::GOOD,
            });
        }
        let blob = encode(SignalKey(7), &stretch_of(&samples), 0..3).unwrap();
        let back = all(&Chunk::open(&blob).unwrap()).unwrap();
        same(&back, &as_stored(samples));
    }
}
