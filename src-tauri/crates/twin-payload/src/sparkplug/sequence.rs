//! Sequence numbers of an edge node: 0 to 255 and from 0 again, one a message (specification 3.0, section 6.4.4).
//!
//! A number that is left out may still come: it is waited for until a deadline, or until too many others have come.

use std::collections::VecDeque;

use twin_core::{Duration, Timestamp};

/// A number that is behind the one due by more than this is taken as ahead of it: half the circle.
const BEHIND_MAX: u8 = 128;
/// Without a time in the payload, a number behind by at most this is a repeat, and by more a jump.
const REPEAT_MAX: u8 = 16;
/// Gaps that may be open at once; the oldest is judged when there is one more.
const GAPS_MAX: usize = 16;

/// How a sequence number fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// The one that was due, or the first heard.
    Due,
    /// One that was left out before.
    Late,
    /// One that was counted before.
    Repeat,
    /// Another one was due.
    Ahead,
}

/// Messages that were lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lost {
    /// The first number left out.
    pub(crate) expected: u8,
    /// The number that came in its place.
    pub(crate) got: u8,
}

/// Numbers left out at one time: from `first` up to `got`, without it.
#[derive(Clone, Copy, Debug)]
struct Gap {
    first: u8,
    got: u8,
    missing: u16,
    until: Timestamp,
}

/// The numbers of one node.
#[derive(Debug, Default)]
pub(crate) struct Sequence {
    /// The number that is due; none when any will do.
    next: Option<u8>,
    /// Newest time of a payload, milliseconds since 1970.
    newest: Option<u64>,
    gaps: VecDeque<Gap>,
    /// Numbers left out that may still come, one bit each.
    missing: [u64; 4],
    /// Judged before their time, to be fetched.
    judged: Option<Lost>,
}

impl Sequence {
    /// Counts a number. `time` is that of the payload; with a `wait` that is not positive a gap is judged at once.
    pub(crate) fn count(
        &mut self,
        seq: u8,
        dup: bool,
        time: Option<u64>,
        now: Timestamp,
        wait: Duration,
    ) -> Order {
        let newer = time.is_some_and(|time| self.newest.is_none_or(|newest| time > newest));
        if newer {
            self.newest = time;
        }
        let Some(due) = self.next else {
            self.next = Some(seq.wrapping_add(1));
            return Order::Due;
        };
        if due == seq && self.gaps.is_empty() {
            self.next = Some(seq.wrapping_add(1));
            return Order::Due;
        }
        self.count_unusual(due, seq, dup, time.map(|_| newer), now.plus(wait))
    }

    #[cold]
    fn count_unusual(
        &mut self,
        due: u8,
        seq: u8,
        dup: bool,
        newer: Option<bool>,
        until: Timestamp,
    ) -> Order {
        let behind = due.wrapping_sub(seq);
        if behind == 0 {
            self.advance(seq);
            return Order::Due;
        }
        if self.is_missing(seq) {
            self.found(seq);
            return Order::Late;
        }
        // A repeat has the time it had before; a jump of nearly a whole circle has a new one.
        let repeated = match newer {
            Some(newer) => !newer,
            None => behind <= REPEAT_MAX,
        };
        if behind <= BEHIND_MAX && (dup || repeated) {
            return Order::Repeat;
        }
        let mut gap = Gap {
            first: due,
            got: seq,
            missing: 0,
            until,
        };
        // What is far ahead cannot be told from what is behind, so only half the circle is waited for.
        let mut left_out = due;
        while left_out != seq {
            if left_out.wrapping_sub(seq) > BEHIND_MAX {
                self.set(left_out, true);
                gap.missing += 1;
            }
            left_out = left_out.wrapping_add(1);
        }
        self.gaps.push_back(gap);
        self.advance(seq);
        if self.gaps.len() > GAPS_MAX {
            self.judge_oldest();
        }
        Order::Ahead
    }

    /// Moves on behind `seq`. Gaps that lie half a circle back are lost: their numbers come anew.
    fn advance(&mut self, seq: u8) {
        let next = seq.wrapping_add(1);
        self.next = Some(next);
        while self
            .gaps
            .front()
            .is_some_and(|gap| next.wrapping_sub(gap.got) > BEHIND_MAX)
        {
            self.judge_oldest();
        }
    }

    fn judge_oldest(&mut self) {
        if let Some(gap) = self.gaps.pop_front() {
            let lost = self.close(gap);
            self.judged = self.judged.or(Some(lost));
        }
    }

    fn close(&mut self, gap: Gap) -> Lost {
        let mut expected = None;
        let mut seq = gap.first;
        while seq != gap.got {
            if self.is_missing(seq) {
                expected = expected.or(Some(seq));
                self.set(seq, false);
            }
            seq = seq.wrapping_add(1);
        }
        Lost {
            expected: expected.unwrap_or(gap.first),
            got: gap.got,
        }
    }

    fn found(&mut self, seq: u8) {
        self.set(seq, false);
        let holds = |gap: &Gap| seq.wrapping_sub(gap.first) < gap.got.wrapping_sub(gap.first);
        if let Some(gap) = self.gaps.iter_mut().find(|gap| holds(gap)) {
            gap.missing = gap.missing.saturating_sub(1);
        }
        self.gaps.retain(|gap| gap.missing > 0);
    }

    const fn is_missing(&self, seq: u8) -> bool {
        self.missing[(seq >> 6) as usize] >> (seq & 63) & 1 == 1
    }

    const fn set(&mut self, seq: u8, missing: bool) {
        let (word, bit) = ((seq >> 6) as usize, 1 << (seq & 63));
        if missing {
            self.missing[word] |= bit;
        } else {
            self.missing[word] &= !bit;
        }
    }

    /// A gap whose time is over by `now`, or that was judged before; ask until there is none.
    pub(crate) fn lost(&mut self, now: Timestamp) -> Option<Lost> {
        if let Some(lost) = self.judged.take() {
            return Some(lost);
        }
        let over = self.gaps.front().is_some_and(|gap| gap.until <= now);
        let gap = if over { self.gaps.pop_front() } else { None }?;
        Some(self.close(gap))
    }

    /// When the oldest gap is to be judged.
    pub(crate) fn deadline(&self) -> Option<Timestamp> {
        if self.judged.is_some() {
            return Some(Timestamp(i64::MIN));
        }
        self.gaps.front().map(|gap| gap.until)
    }

    /// Begins anew after a birth with `seq`. `since` are numbers of messages that overtook the birth. Gives how many
    /// gaps were open.
    pub(crate) fn restart(
        &mut self,
        seq: u8,
        time: Option<u64>,
        since: &[u8],
        now: Timestamp,
        wait: Duration,
    ) -> usize {
        let open = self.gaps.len() + usize::from(self.judged.is_some());
        *self = Sequence {
            next: Some(seq.wrapping_add(1)),
            newest: time,
            gaps: std::mem::take(&mut self.gaps),
            ..Sequence::default()
        };
        self.gaps.clear();
        for seq in since {
            self.count(*seq, false, None, now, wait);
        }
        open
    }

    /// Forgets everything: the node is gone.
    pub(crate) fn stop(&mut self) -> usize {
        let open = self.gaps.len() + usize::from(self.judged.is_some());
        *self = Sequence::default();
        open
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const WAIT: Duration = Duration::from_secs(5);

    fn counted(sequence: &mut Sequence, seq: u8) -> Order {
        sequence.count(seq, false, None, Timestamp(0), WAIT)
    }

    #[test]
    fn what_is_left_out_may_come_until_the_deadline() {
        let mut sequence = Sequence::default();
        assert_eq!(counted(&mut sequence, 250), Order::Due);
        assert_eq!(counted(&mut sequence, 253), Order::Ahead);
        assert_eq!(counted(&mut sequence, 252), Order::Late);
        assert_eq!(counted(&mut sequence, 252), Order::Repeat);
        let deadline = Timestamp(0).plus(WAIT);
        assert_eq!(sequence.deadline(), Some(deadline));
        assert_eq!(sequence.lost(Timestamp(deadline.0 - 1)), None);
        let lost = Lost {
            expected: 251,
            got: 253,
        };
        assert_eq!(sequence.lost(deadline), Some(lost));
        assert_eq!((sequence.lost(deadline), sequence.deadline()), (None, None));
        assert_eq!(counted(&mut sequence, 251), Order::Repeat);
        assert_eq!(counted(&mut sequence, 254), Order::Due);
    }

    #[test]
    fn half_a_circle_later_a_gap_is_lost_whatever_the_time() {
        let mut sequence = Sequence::default();
        counted(&mut sequence, 0);
        counted(&mut sequence, 2);
        for seq in 3..=130 {
            assert_eq!(counted(&mut sequence, seq), Order::Due);
        }
        let lost = Lost {
            expected: 1,
            got: 2,
        };
        assert_eq!(sequence.lost(Timestamp(0)), Some(lost));
    }

    #[test]
    fn a_jump_is_told_from_a_repeat_by_the_time_in_the_payload() {
        let mut sequence = Sequence::default();
        let mut at = |seq, time| sequence.count(seq, false, Some(time), Timestamp(0), WAIT);
        assert_eq!(at(100, 1_000), Order::Due);
        assert_eq!(at(90, 400), Order::Repeat);
        assert_eq!(at(90, 5_000), Order::Ahead);
        assert_eq!(at(91, 5_001), Order::Due);
    }

    proptest! {
        /// However near neighbours change places, nothing is lost and nothing is counted twice.
        #[test]
        fn neighbours_may_change_places(
            start in any::<u8>(), places in prop::collection::vec(0_usize..12, 1..600),
        ) {
            let mut order: Vec<(usize, usize)> =
                places.iter().enumerate().map(|(index, place)| (index + place, index)).collect();
            order.sort_unstable();
            let mut sequence = Sequence::default();
            sequence.count(start.wrapping_sub(1), false, None, Timestamp(0), WAIT);
            for (_, index) in order {
                let seq = start.wrapping_add((index % 256) as u8);
                prop_assert_ne!(counted(&mut sequence, seq), Order::Repeat);
            }
            prop_assert_eq!(sequence.lost(Timestamp::MAX), None);
        }
    }
}
