//! Which buckets and which samples together make up a stretch of time.

use std::borrow::Cow;

use crate::rollup::ladder::{
    Level, bucket_after, bucket_from, bucket_of, first_instant, last_instant, stored_before,
};

/// How far a signal is rolled up.
#[derive(Clone, Debug)]
pub(crate) struct Rolled {
    /// The finest level that is stored.
    pub base: Level,
    /// Everything up to here is in the buckets of all levels, as far as whole groups of buckets are over.
    pub upto: i64,
    /// Samples before this were removed; their buckets stay.
    pub raw_from: Option<i64>,
    /// Stretches of time whose buckets do not hold what the history holds, both ends included: in order, apart.
    pub holes: Vec<(i64, i64)>,
    /// What damaged blocks cover, both ends included, in order: their level is not used there.
    pub damaged: Vec<(Level, i64, i64)>,
}

/// What a piece is to be taken from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Of {
    /// Whole buckets of a level.
    Level(Level),
    /// Buckets of a level whose first sample is in the piece; samples there are no more.
    Gone(Level),
    /// Samples.
    Raw,
}

/// A stretch of time, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    pub from: i64,
    pub to: i64,
    pub of: Of,
}

impl Rolled {
    /// Adds instants at which there is something that the buckets do not know, and sets holes apart, widened to the
    /// buckets of the finest level.
    pub(crate) fn set_holes(&mut self, mut holes: Vec<(i64, i64)>) {
        if let Some(raw_from) = self.raw_from {
            // Where samples are gone, their buckets are the best there is.
            let end = self.gone_end(raw_from);
            holes.retain(|(_, to)| *to > end);
            for (from, _) in &mut holes {
                *from = (*from).max(end.saturating_add(1));
            }
        }
        holes.retain(|(from, to)| *from <= self.upto && from <= to);
        holes.sort_unstable();
        self.holes.clear();
        for (from, to) in holes {
            let from = first_instant(self.base, bucket_of(self.base, from));
            let to = last_instant(self.base, bucket_of(self.base, to));
            match self.holes.last_mut() {
                Some((_, end)) if from <= end.saturating_add(1) => *end = (*end).max(to),
                _ => self.holes.push((from, to)),
            }
        }
    }

    /// The stretches for which a level does not stand in, in order.
    fn holes_of(&self, level: Level) -> Cow<'_, [(i64, i64)]> {
        if self.damaged.iter().all(|(of, ..)| *of != level) {
            return Cow::Borrowed(&self.holes);
        }
        let of_level = self.damaged.iter().filter(|(of, ..)| *of == level);
        let mut holes = self.holes.clone();
        holes.extend(of_level.map(|(_, from, to)| (*from, *to)));
        holes.sort_unstable();
        let mut apart: Vec<(i64, i64)> = Vec::with_capacity(holes.len());
        for (from, to) in holes {
            match apart.last_mut() {
                Some((_, end)) if from <= end.saturating_add(1) => *end = (*end).max(to),
                _ => apart.push((from, to)),
            }
        }
        Cow::Owned(apart)
    }

    /// The last instant for which a bucket must stand in, the one in which `raw_from` lies included.
    fn gone_end(&self, raw_from: i64) -> i64 {
        let bucket = bucket_of(self.base, raw_from);
        if bucket < stored_before(self.base, self.upto) {
            last_instant(self.base, bucket)
        } else {
            raw_from.saturating_sub(1)
        }
    }
}

/// Pieces that together are `from..=to`, in order: buckets of `coarsest` where these are whole, finer ones at the
/// edges and around holes, samples for the rest. Without rollups: samples.
pub(crate) fn cover(
    rolled: Option<&Rolled>,
    coarsest: Option<Level>,
    from: i64,
    to: i64,
) -> Vec<Piece> {
    let mut pieces = Vec::new();
    match rolled {
        Some(rolled) => descend(rolled, coarsest, from, to, &mut pieces),
        None => pieces.push(Piece {
            from,
            to,
            of: Of::Raw,
        }),
    }
    pieces
}

fn descend(rolled: &Rolled, level: Option<Level>, from: i64, to: i64, pieces: &mut Vec<Piece>) {
    if from > to {
        return;
    }
    let Some(level) = level.filter(|level| *level >= rolled.base) else {
        samples(rolled, from, to, pieces);
        return;
    };
    let finer = level.checked_sub(1);
    let begin = bucket_from(level, from);
    let end = bucket_after(level, to).min(stored_before(level, rolled.upto));
    if begin >= end {
        descend(rolled, finer, from, to, pieces);
        return;
    }
    let (inner_from, inner_to) = (first_instant(level, begin), last_instant(level, end - 1));
    if from < inner_from {
        descend(rolled, finer, from, inner_from - 1, pieces);
    }
    let mut next = begin;
    let holes = rolled.holes_of(level);
    let first_hole = holes.partition_point(|hole| hole.1 < inner_from);
    for hole in &holes[first_hole..] {
        if hole.0 > inner_to {
            break;
        }
        let hole_begin = bucket_of(level, hole.0.max(inner_from)).max(next);
        let hole_end = bucket_of(level, hole.1.min(inner_to)) + 1;
        if hole_begin >= hole_end {
            continue;
        }
        whole(level, next, hole_begin, pieces);
        let (hole_from, hole_to) = (
            first_instant(level, hole_begin),
            last_instant(level, hole_end - 1),
        );
        descend(rolled, finer, hole_from, hole_to, pieces);
        next = hole_end;
    }
    whole(level, next, end, pieces);
    if inner_to < to {
        descend(rolled, finer, inner_to + 1, to, pieces);
    }
}

fn whole(level: Level, begin: i64, end: i64, pieces: &mut Vec<Piece>) {
    if begin < end {
        pieces.push(Piece {
            from: first_instant(level, begin),
            to: last_instant(level, end - 1),
            of: Of::Level(level),
        });
    }
}

fn samples(rolled: &Rolled, from: i64, to: i64, pieces: &mut Vec<Piece>) {
    let mut raw_from = from;
    if let Some(gone) = rolled.raw_from.filter(|gone| from < *gone) {
        let gone_to = rolled.gone_end(gone).min(to);
        pieces.push(Piece {
            from,
            to: gone_to,
            of: Of::Gone(rolled.base),
        });
        if gone_to == to {
            return;
        }
        raw_from = gone_to + 1;
    }
    match pieces.last_mut() {
        Some(last) if last.of == Of::Raw && last.to.checked_add(1) == Some(raw_from) => {
            last.to = to
        }
        _ => pieces.push(Piece {
            from: raw_from,
            to,
            of: Of::Raw,
        }),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::rollup::ladder::{WIDTHS, upto_for};

    proptest! {
        #[test]
        fn pieces_lie_side_by_side(
            base in 0_usize..9,
            coarsest in prop::option::of(0_usize..9),
            end in -100_000_000_000_i64..200_000_000_000,
            raw_from in prop::option::of(-100_000_000_000_i64..100_000_000_000),
            holes in prop::collection::vec((-100_000_000_000_i64..200_000_000_000, 0_i64..10_000_000_000), 0..5),
            range in (-200_000_000_000_i64..200_000_000_000, 0_i64..300_000_000_000),
            everything: bool,
        ) {
            let holes: Vec<_> = holes.into_iter().map(|(from, span)| (from, from + span)).collect();
            let mut rolled = Rolled { base, upto: upto_for(base, end), raw_from, holes: Vec::new(), damaged: Vec::new() };
            rolled.set_holes(holes.clone());
            let (from, to) = if everything { (i64::MIN, i64::MAX) } else { (range.0, range.0 + range.1) };
            let pieces = cover(Some(&rolled), coarsest, from, to);
            prop_assert_eq!(pieces[0].from, from);
            prop_assert_eq!(pieces[pieces.len() - 1].to, to);
            prop_assert!(pieces.windows(2).all(|pair| pair[0].to + 1 == pair[1].from));
            let gone = |time: i64| raw_from.is_some_and(|raw_from| time < raw_from);
            for piece in pieces {
                prop_assert!(piece.from <= piece.to);
                match piece.of {
                    Of::Level(level) => {
                        prop_assert!(level >= base && coarsest.is_some_and(|coarsest| level <= coarsest));
                        prop_assert_eq!(first_instant(level, bucket_of(level, piece.from)), piece.from);
                        prop_assert_eq!(last_instant(level, bucket_of(level, piece.to)), piece.to);
                        prop_assert!(piece.to <= rolled.upto);
                        let hit = |hole: &(i64, i64)| hole.0 <= piece.to && hole.1 >= piece.from && !gone(hole.0.max(piece.from));
                        let near = raw_from.is_some_and(|raw_from| (piece.from.saturating_sub(WIDTHS[base])..=piece.to.saturating_add(WIDTHS[base])).contains(&raw_from));
                        prop_assert!(near || !holes.iter().any(hit));
                    }
                    Of::Gone(level) => prop_assert!(level == base && gone(piece.from)),
                    Of::Raw => prop_assert!(!gone(piece.from)),
                }
            }
        }
    }
}
