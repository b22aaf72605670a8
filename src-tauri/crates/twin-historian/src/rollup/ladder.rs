//! The steps of the pyramid: widths of buckets, all aligned to 1970 UTC, and where each bucket is stored.
//!
//! A bucket is its number: bucket `n` of a level covers `n * width .. (n + 1) * width`. Instants near the ends of time
//! saturate, so that every instant lies in exactly one bucket whose first and last instants can be said.

/// Widths of the levels, microseconds: 200 ms, 1 s, 5 s, 30 s, 3 min, 15 min, 1 h, 6 h, 1 d. Each divides the next.
pub(crate) const WIDTHS: [i64; 9] = [
    200_000,
    1_000_000,
    5_000_000,
    30_000_000,
    180_000_000,
    900_000_000,
    3_600_000_000,
    21_600_000_000,
    86_400_000_000,
];
/// Buckets in a block, one row of the table `rollup`.
pub(crate) const BLOCK_BUCKETS: i64 = 512;
/// A level grows by so many buckets at once, so that its open block is not written anew for every single one; queries
/// use the level below for the rest.
const GROWTH: i64 = 8;
/// The finest level that is stored has so many samples a bucket on average, or more.
const BASE_SAMPLES: i128 = 40;

/// A level: an index into [`WIDTHS`].
pub(crate) type Level = usize;

/// The finest level that pays for a signal with `count` samples within `span_us`; none when it is too slow for any.
pub(crate) fn base_level(count: u64, span_us: i128) -> Option<Level> {
    if count < 2 {
        return None;
    }
    let pays =
        |width: &i64| i128::from(*width) * i128::from(count) >= BASE_SAMPLES * span_us.max(1);
    WIDTHS.iter().position(pays)
}

/// The bucket in which an instant lies.
pub(crate) const fn bucket_of(level: Level, time: i64) -> i64 {
    time.div_euclid(WIDTHS[level])
}

/// The first instant of a bucket.
pub(crate) const fn first_instant(level: Level, bucket: i64) -> i64 {
    bucket.saturating_mul(WIDTHS[level])
}

/// The last instant of a bucket.
pub(crate) const fn last_instant(level: Level, bucket: i64) -> i64 {
    let end = (bucket as i128 + 1) * WIDTHS[level] as i128 - 1;
    if end > i64::MAX as i128 {
        i64::MAX
    } else if end < i64::MIN as i128 {
        i64::MIN
    } else {
        end as i64
    }
}

/// The first bucket that begins at `time` or later.
pub(crate) const fn bucket_from(level: Level, time: i64) -> i64 {
    let bucket = bucket_of(level, time);
    if first_instant(level, bucket) >= time {
        bucket
    } else {
        bucket + 1
    }
}

/// The first bucket that is not over at `time`, an instant included.
pub(crate) const fn bucket_after(level: Level, time: i64) -> i64 {
    let bucket = bucket_of(level, time);
    if last_instant(level, bucket) <= time {
        bucket + 1
    } else {
        bucket
    }
}

/// The block of a bucket.
pub(crate) const fn block_of(bucket: i64) -> i64 {
    bucket.div_euclid(BLOCK_BUCKETS)
}

/// When everything up to `upto` is rolled up: buckets of `level` from this one on are not stored yet.
pub(crate) const fn stored_before(level: Level, upto: i64) -> i64 {
    bucket_after(level, upto).div_euclid(GROWTH) * GROWTH
}

/// The last instant of the group by which a level grows that holds a bucket.
pub(crate) const fn group_end(level: Level, bucket: i64) -> i64 {
    let group = bucket.div_euclid(GROWTH);
    last_instant(
        level,
        group.saturating_mul(GROWTH).saturating_add(GROWTH - 1),
    )
}

/// How far a signal can be rolled up when all its samples up to `time` are known: the end of a whole group of buckets.
pub(crate) const fn upto_for(base: Level, time: i64) -> i64 {
    group_end(base, stored_before(base, time).saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_instant_lies_in_its_bucket(time: i64, level in 0..WIDTHS.len()) {
            let bucket = bucket_of(level, time);
            prop_assert!(first_instant(level, bucket) <= time && time <= last_instant(level, bucket));
            prop_assert!(last_instant(level, bucket - 1) < time || first_instant(level, bucket) == i64::MIN);
            prop_assert!(first_instant(level, bucket_from(level, time)) >= time);
            prop_assert!(last_instant(level, bucket_after(level, time) - 1) <= time);
            prop_assert!(upto_for(level, time) <= time);
            if level > 0 {
                let (fine, coarse) = (stored_before(level - 1, time), stored_before(level, time));
                prop_assert!(first_instant(level, coarse) <= first_instant(level - 1, fine));
            }
        }
    }

    #[test]
    fn widths_divide_one_another() {
        assert!(WIDTHS.windows(2).all(|pair| pair[1] % pair[0] == 0));
    }

    #[test]
    fn the_base_has_forty_samples_a_bucket() {
        let rate = |per_second: i128| base_level(4_000, 4_000 * 1_000_000 / per_second);
        assert_eq!(rate(200), Some(0));
        assert_eq!(rate(10), Some(2));
        assert_eq!(rate(1), Some(4));
        assert_eq!(base_level(40, 86_400_000_000), Some(8));
        assert_eq!(base_level(39, 86_400_000_000), None);
        assert_eq!(base_level(1, 0), None);
        assert_eq!(base_level(2, i128::from(u64::MAX)), None);
    }
}
