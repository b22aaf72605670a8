//! What a query takes from the tail: places and batches under its lock, samples of them when it is free again.

use std::{collections::VecDeque, sync::Arc};

use twin_core::{SignalKey, Timestamp};

use super::{
    Batches, Tail,
    series::{Around, Place},
};
use crate::{
    points::Points,
    sample::{Sample, changes},
};

/// Samples of one signal around a range.
pub(crate) struct Window {
    t0: Timestamp,
    t1: Timestamp,
    around: Around,
    batches: Arc<Batches>,
    /// Journal rows up to this one must be read from the file too.
    pub read_rows_to: Option<i64>,
}

impl Tail {
    /// Samples of `signal` in `t0..t1`, the newest before and the oldest after; at most about `limit` of them.
    pub(crate) fn window(
        &self,
        signal: SignalKey,
        t0: Timestamp,
        t1: Timestamp,
        limit: usize,
    ) -> Window {
        let around = self.around(signal, t0, t1, limit);
        let batches = Arc::new(self.batches.span(std::iter::once(&around)));
        Window {
            t0,
            t1,
            around,
            batches,
            read_rows_to: self.read_rows_to(),
        }
    }

    /// [`window`](Self::window) of several signals, whole.
    pub(crate) fn windows(
        &self,
        signals: &[SignalKey],
        t0: Timestamp,
        t1: Timestamp,
    ) -> Vec<(SignalKey, Window)> {
        let around = signals
            .iter()
            .map(|signal| self.around(*signal, t0, t1, usize::MAX));
        let around: Vec<Around> = around.collect();
        let batches = Arc::new(self.batches.span(around.iter()));
        let window = |(signal, around): (&SignalKey, Around)| {
            let window = Window {
                t0,
                t1,
                around,
                batches: Arc::clone(&batches),
                read_rows_to: self.read_rows_to(),
            };
            (*signal, window)
        };
        signals.iter().zip(around).map(window).collect()
    }

    fn around(&self, signal: SignalKey, t0: Timestamp, t1: Timestamp, limit: usize) -> Around {
        let nothing = Around {
            places: Vec::new(),
            in_order: true,
            whole_before: None,
        };
        let series = self.series(signal);
        series.map_or(nothing, |series| {
            series.around(&self.batches, t0, t1, limit)
        })
    }
}

impl Batches {
    /// The batches that some places are in, and those between them.
    fn span<'a>(&self, around: impl Iterator<Item = &'a Around>) -> Batches {
        let offset = |place: &Place| place.batch.wrapping_sub(self.first) as usize;
        let (mut begin, mut end) = (usize::MAX, 0);
        for Around { places, .. } in around {
            // Places are in order of arrival.
            if let (Some(first), Some(last)) = (places.first(), places.last()) {
                begin = begin.min(offset(first));
                end = end.max(offset(last) + 1);
            }
        }
        if begin >= end {
            return Batches::default();
        }
        let held: VecDeque<_> = self.held.range(begin..end).cloned().collect();
        Batches {
            held,
            first: self.first.wrapping_add(begin as u32),
        }
    }

    /// Samples as columns.
    fn points(&self, places: &[Place], with_values: bool) -> Points {
        let mut points = Points::with_room_for(places.len());
        for of_one in places.chunk_by(|a, b| a.batch == b.batch) {
            if let Some((_, batch)) = of_one.first().and_then(|place| self.get(*place)) {
                let rows = of_one.iter().map(|place| place.at as usize);
                points.add(batch, rows, with_values);
            }
        }
        points
    }
}

/// Places of samples around a range, when their times do not only grow.
struct Selected {
    /// The newest before the range.
    before: Option<Place>,
    /// Those in it, in order of arrival.
    inside: Vec<(Timestamp, Place)>,
    /// The oldest after it.
    after: Option<Place>,
}

impl Window {
    /// The samples in order of source time: the newest before the range, the changes of each instant in it, the oldest
    /// after it.
    pub(crate) fn samples(self) -> Vec<Sample> {
        self.page(usize::MAX).0
    }

    /// [`samples`](Self::samples), at least the first `limit` in the range if it has so many; and the source time from
    /// which on some are left out.
    pub(crate) fn page(self, limit: usize) -> (Vec<Sample>, Option<Timestamp>) {
        let sample = |place: Place| self.batches.sample(place);
        if self.around.in_order {
            let places = self.around.places.iter().copied();
            return (
                places.filter_map(sample).collect(),
                self.around.whole_before,
            );
        }
        let mut selected = self.selected();
        let inside = &mut selected.inside;
        let mut whole_before = None;
        if limit > 0 && inside.len() > limit {
            let mut times: Vec<Timestamp> = inside.iter().map(|(time, _)| *time).collect();
            let (_, last, _) = times.select_nth_unstable(limit - 1);
            let last = *last;
            inside.retain(|(time, _)| *time <= last);
            whole_before = Some(Timestamp(last.micros().saturating_add(1)));
            selected.after = None;
        }
        let inside = selected.inside.iter().map(|(_, place)| *place);
        let places = selected.before.into_iter().chain(inside);
        let places = places.chain(selected.after);
        let mut samples: Vec<Sample> = places.filter_map(sample).collect();
        changes(&mut samples);
        (samples, whole_before)
    }

    /// The samples as columns, each instant once: the newest before the range, those in it, the oldest after it.
    pub(crate) fn points(self, with_values: bool) -> Points {
        if self.around.in_order {
            return self.batches.points(&self.around.places, with_values);
        }
        let Selected {
            before,
            mut inside,
            after,
        } = self.selected();
        // Stable, so that the last of one instant is the one that came last.
        inside.sort_by_key(|(time, _)| *time);
        let last_ones = inside.chunk_by(|a, b| a.0 == b.0);
        let last_ones = last_ones.filter_map(|same| same.last().map(|(_, place)| *place));
        let places = before.into_iter().chain(last_ones).chain(after);
        let places: Vec<Place> = places.collect();
        self.batches.points(&places, with_values)
    }

    fn selected(&self) -> Selected {
        let mut before: Option<(Timestamp, Place)> = None;
        let mut after: Option<(Timestamp, Place)> = None;
        let mut inside: Vec<(Timestamp, Place)> = Vec::new();
        for place in &self.around.places {
            let time = self.batches.time(*place);
            if time < self.t0 {
                // Later ones win on the same time.
                if before.is_none_or(|(best, _)| time >= best) {
                    before = Some((time, *place));
                }
            } else if time >= self.t1 {
                if after.is_none_or(|(best, _)| time <= best) {
                    after = Some((time, *place));
                }
            } else {
                inside.push((time, *place));
            }
        }
        Selected {
            before: before.map(|(_, place)| place),
            inside,
            after: after.map(|(_, place)| place),
        }
    }
}
