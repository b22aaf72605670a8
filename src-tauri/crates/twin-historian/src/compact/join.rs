//! Joining samples of one signal with those that a chunk has already.

use crate::chunk::Stretch;

/// Notes that are kept of one source time: a source whose clock stands still replaces without end.
const NOTES_A_TIME: usize = 1_000;

/// Who stays when two samples of one source time meet.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Winner {
    /// The last received value: what arrives live. It stays as it was first received.
    Fresh,
    /// What history has already: what is imported.
    Stored,
}

/// A sample that another value or quality of the same time replaced.
pub(super) struct Replaced {
    /// The old sample, alone.
    pub old: Stretch,
    /// Arrival number of the new one.
    pub new_arrival: u64,
    /// Replacements between the two that have no note of their own.
    pub skipped: u64,
}

/// What came out.
#[derive(Default)]
pub(super) struct Joined {
    pub samples: Stretch,
    pub replaced: Vec<Replaced>,
    /// Source times of the first and the last sample that is new or has another value or quality.
    pub changed: Option<(i64, i64)>,
    /// Runs of samples of whose source time nothing was stored, with nothing stored between: first and last of each.
    pub new: Vec<(i64, i64)>,
    /// Imported ones that are in `samples` now.
    pub written: u64,
    /// Fresh ones that were there already.
    pub present: u64,
    /// Fresh ones that gave way to a stored one of another value or quality.
    pub differing: u64,
}

/// What [`join`] must know besides the samples.
pub(super) struct Terms<'a> {
    pub winner: Winner,
    /// Received times of the stored samples, when the fresh ones may be among them already: a step that is repeated
    /// after it was broken off.
    pub stored_received: Option<Vec<i64>>,
    /// The received time of a fresh sample, from its arrival number.
    pub received: &'a (dyn Fn(i64, u64) -> i64 + Send + Sync),
}

/// Joins stored samples, each time once, with fresh ones in order of time (those of one time in order of arrival).
pub(super) fn join(stored: Stretch, fresh: &Stretch, terms: &Terms<'_>) -> Joined {
    let strict = fresh.times.is_sorted_by(|a, b| a < b);
    let behind = match (stored.times.last(), fresh.times.first()) {
        (Some(last), Some(first)) => last < first,
        _ => true,
    };
    let ends = fresh
        .times
        .first()
        .copied()
        .zip(fresh.times.last().copied());
    if strict && behind {
        let mut samples = stored;
        samples.extend_from(fresh, 0..fresh.len());
        return Joined {
            samples,
            changed: ends,
            new: ends.into_iter().collect(),
            written: fresh.len() as u64,
            ..Joined::default()
        };
    }
    let mut joined = Joined::default();
    joined.samples.reserve(stored.len() + fresh.len());
    let mut at = 0;
    let mut begin = 0;
    let mut in_run = false;
    while begin < fresh.len() {
        let time = fresh.times[begin];
        let end = begin + fresh.times[begin..].partition_point(|other| *other == time);
        let until = at + stored.times[at..].partition_point(|other| *other < time);
        joined.samples.extend_from(&stored, at..until);
        in_run &= until == at;
        at = until;
        let meets = stored.times.get(at) == Some(&time);
        match joined.new.last_mut() {
            _ if meets => {}
            Some(run) if in_run => run.1 = time,
            _ => joined.new.push((time, time)),
        }
        in_run = !meets;
        joined.settle(&stored, meets.then_some(at), fresh, begin..end, terms);
        at += usize::from(meets);
        begin = end;
    }
    joined.samples.extend_from(&stored, at..stored.len());
    joined
}

impl Joined {
    /// Of the fresh samples of one time and the stored one, if any, keeps the right one.
    fn settle(
        &mut self,
        stored: &Stretch,
        at: Option<usize>,
        fresh: &Stretch,
        group: std::ops::Range<usize>,
        terms: &Terms<'_>,
    ) {
        let last = group.end - 1;
        let time = fresh.times[last];
        if let (Winner::Stored, Some(at)) = (terms.winner, at) {
            self.samples.push_from(stored, at);
            for fresh_at in group {
                if fresh.same_value(fresh_at, stored, at) {
                    self.present += 1;
                } else {
                    self.differing += 1;
                }
            }
            return;
        }
        if terms.winner == Winner::Stored {
            self.samples.push_from(fresh, last);
            self.written += 1;
            self.present += (group.len() - 1) as u64;
            self.touch(time);
            return;
        }
        // A repeated step: what came up to the stored sample is accounted for.
        let known = at
            .zip(terms.stored_received.as_ref())
            .and_then(|(at, received)| {
                group.clone().rev().find(|i| {
                    fresh.same_value(*i, stored, at)
                        && (terms.received)(time, fresh.arrivals[*i]) == received[at]
                })
            });
        // What stands so far: the first that was received with its value.
        let mut first = at.map(|at| (stored, at));
        let mut notes = Notes::default();
        for new in known.map_or(group.start, |known| known + 1)..group.end {
            match first {
                Some((of, at)) if of.same_value(at, fresh, new) => continue,
                Some((of, at)) => notes.add(of, at, fresh.arrivals[new]),
                None => {}
            }
            self.touch(time);
            first = Some((fresh, new));
        }
        self.replaced.extend(notes.kept);
        if let Some((of, at)) = first {
            self.samples.push_from(of, at);
        }
    }

    fn touch(&mut self, time: i64) {
        let (first, last) = self.changed.unwrap_or((time, time));
        self.changed = Some((first.min(time), last.max(time)));
    }
}

/// What one signal replaced at one source time, in order.
#[derive(Default)]
struct Notes {
    kept: Vec<Replaced>,
}

impl Notes {
    /// Past the bound only the last note goes on: it then reaches over those that are not kept.
    fn add(&mut self, of: &Stretch, at: usize, new_arrival: u64) {
        if self.kept.len() >= NOTES_A_TIME
            && let Some(last) = self.kept.last_mut()
        {
            last.new_arrival = new_arrival;
            last.skipped += 1;
            return;
        }
        let mut old = Stretch::default();
        old.push_from(of, at);
        self.kept.push(Replaced {
            old,
            new_arrival,
            skipped: 0,
        });
    }
}
