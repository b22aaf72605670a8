use proptest::prelude::*;
use twin_core::{SignalKey, Timestamp};

use super::{
    aggregate::Aggregate,
    block::{BlockPlace, decode, encode, envelopes, seed},
    ladder::{BLOCK_BUCKETS, WIDTHS, block_of, bucket_of},
};
use crate::{
    bytes::{seal_at, unseal_at},
    sample::{Sample, settle},
    testing,
};

const fn place(level: usize, block: i64) -> BlockPlace {
    (SignalKey(3), level, block)
}

/// Aggregates of samples that all lie in one block.
fn buckets(level: usize, mut samples: Vec<Sample>, block: i64) -> Vec<(i64, Aggregate)> {
    settle(&mut samples);
    let mut buckets: Vec<(i64, Aggregate)> = Vec::new();
    for sample in &samples {
        let bucket = bucket_of(level, sample.time.micros());
        if block_of(bucket) != block {
            continue;
        }
        let one = Aggregate::of_sample(sample);
        match buckets.last_mut() {
            Some((last, aggregate)) if *last == bucket => aggregate.merge(&one),
            _ => buckets.push((bucket, one)),
        }
    }
    buckets
}

fn exact(a: &Aggregate) -> Aggregate {
    Aggregate {
        sum: 0.0,
        integral: 0.0,
        ..a.clone()
    }
}

fn assert_same(found: &[(i64, Aggregate)], expected: &[(i64, Aggregate)]) {
    assert_eq!(found.len(), expected.len());
    for ((bucket, a), (other, b)) in found.iter().zip(expected) {
        assert_eq!(bucket, other);
        assert_eq!(format!("{:?}", exact(a)), format!("{:?}", exact(b)));
        for (found, expected) in [(a.sum, b.sum), (a.integral, b.integral)] {
            let near = (found - expected).abs() <= 1e-9 * expected.abs().max(1.0);
            assert!(
                near || found.to_bits() == expected.to_bits(),
                "{found} {expected}"
            );
        }
    }
}

fn walk() -> impl Strategy<Value = Vec<Sample>> {
    (any::<u64>(), 1_usize..3_000, 0_u8..4).prop_map(|(seed, n, places)| {
        let mut noise = seed | 1;
        let mut value = 50.0_f64;
        let power = 10_f64.powi(i32::from(places));
        (0..n as i64)
            .map(|at| {
                noise ^= noise << 13;
                noise ^= noise >> 7;
                noise ^= noise << 17;
                value += (noise % 1_000) as f64 / 10_000.0 - 0.05;
                Sample {
                    time: Timestamp((at * 100 + (noise >> 20) as i64 % 5) * 1_000),
                    received: Timestamp(0),
                    value: twin_core::Value::F64((value * power).round() / power),
                    quality: twin_core::Quality::GOOD,
                }
            })
            .collect()
    })
}

fn wild() -> impl Strategy<Value = Vec<Sample>> {
    prop::collection::vec((testing::sample(), 0_i64..100_000_000), 1..80).prop_map(|rows| {
        let place = |(sample, time)| Sample {
            time: Timestamp(time),
            ..sample
        };
        rows.into_iter().map(place).collect()
    })
}

proptest! {
    #[test]
    fn buckets_come_back(samples in prop_oneof![walk(), wild()], level in 0..WIDTHS.len()) {
        let buckets = buckets(level, samples, 0);
        let blob = encode(place(level, 0), &buckets);
        assert_same(&decode(place(level, 0), &blob).unwrap(), &buckets);
        let heads = envelopes(place(level, 0), &blob).unwrap();
        prop_assert_eq!(heads.len(), buckets.len());
        for ((bucket, head), (other, a)) in heads.iter().zip(&buckets) {
            prop_assert_eq!(bucket, other);
            prop_assert_eq!((head.t_first, head.t_last, head.count), (a.t_first, a.t_last, a.count));
            prop_assert_eq!((head.worst, head.max_gap), (a.worst, a.max_gap));
            for (found, expected) in [(head.min, a.min), (head.max, a.max), (head.first, a.first), (head.last, a.last)] {
                prop_assert!(found == expected || (found.is_nan() && expected.is_nan()));
            }
        }
        // What is written again does not drift.
        prop_assert_eq!(encode(place(level, 0), &decode(place(level, 0), &blob).unwrap()), blob);
    }

    #[test]
    fn the_ends_of_time_come_back(mut samples in prop::collection::vec(testing::sample(), 1..9), level in 0..WIDTHS.len()) {
        samples[0].time = Timestamp(i64::MIN);
        samples.last_mut().unwrap().time = Timestamp(i64::MAX);
        for sample in &samples {
            let block = block_of(bucket_of(level, sample.time.micros()));
            let buckets = buckets(level, samples.clone(), block);
            assert_same(&decode(place(level, block), &encode(place(level, block), &buckets)).unwrap(), &buckets);
        }
    }

    #[test]
    fn hostile_bytes_give_an_error_but_no_panic(
        samples in prop_oneof![walk(), wild()],
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let blob = encode(place(2, 0), &buckets(2, samples, 0));
        let mut body = unseal_at(1, &seed(place(2, 0)), &blob).unwrap().to_vec();
        for (at, byte) in flips {
            let at = at.index(body.len());
            body[at] = byte;
        }
        // With a checksum that fits, so that the decoders behind it see the bytes.
        if let Ok(buckets) = decode(place(2, 0), &seal_at(1, &seed(place(2, 0)), &body)) {
            prop_assert!(buckets.len() <= BLOCK_BUCKETS as usize);
        }
    }
}

#[test]
fn a_changed_byte_is_noticed() {
    let sample = Sample {
        time: Timestamp(1),
        received: Timestamp(2),
        value: twin_core::Value::F64(3.0),
        quality: twin_core::Quality::GOOD,
    };
    let blob = encode(place(0, 0), &buckets(0, vec![sample], 0));
    for at in 0..blob.len() {
        let mut changed = blob.clone();
        changed[at] ^= 1;
        assert!(decode(place(0, 0), &changed).is_err(), "byte {at}");
    }
}

#[test]
fn a_walk_costs_few_bytes() {
    let mut noise = 88_172_645_463_325_252_u64;
    let mut value = 50.0_f64;
    let samples: Vec<Sample> = (0..25_600_i64)
        .map(|at| {
            noise ^= noise << 13;
            noise ^= noise >> 7;
            noise ^= noise << 17;
            value += (noise >> 11) as f64 / (1_u64 << 53) as f64 * 0.1 - 0.05;
            Sample {
                time: Timestamp((at * 100 + (noise % 5) as i64) * 1_000),
                received: Timestamp(0),
                value: twin_core::Value::F64((value * 100.0).round() / 100.0),
                quality: twin_core::Quality::GOOD,
            }
        })
        .collect();
    let buckets = buckets(2, samples, 0);
    assert_eq!(buckets.len(), 512);
    let bytes = encode(place(2, 0), &buckets).len();
    println!("{bytes} bytes for 512 buckets of 50 samples");
    assert!(bytes < 512 * 8, "{bytes} bytes");
}
