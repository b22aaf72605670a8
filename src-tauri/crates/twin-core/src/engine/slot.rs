//! First stage: one signal by itself.

use crate::{
    alarm::{AlarmTransition, RuleState},
    batch::SampleRef,
    engine::{
        config::{LastHeard, SignalConfig},
        effect::Effect,
    },
    id::SignalKey,
    quality::{Quality, Reason},
    time::{Duration, Timestamp},
    twin::SignalTwin,
};

/// A signal's replica, rules and bookkeeping.
#[derive(Debug)]
pub(super) struct Slot {
    pub twin: SignalTwin,
    pub rules: Vec<RuleState>,
    /// Index of its asset.
    pub asset: Option<usize>,
    /// Number of the step that last listed it as changed.
    pub changed_in: u64,
    /// Whether a deadline for staleness is in the heap.
    pub stale_armed: bool,
    stale_after: Duration,
    /// Values in this closed interval change no rule; see [`RuleState::quiet`].
    quiet: (f64, f64),
    /// Engine time of the last running-out on-delay already in the heap.
    rules_armed: Option<Timestamp>,
    last_heard: Timestamp,
    /// When its quality last changed without a newer sample.
    transition_at: Timestamp,
}

/// How a sample came.
#[derive(Clone, Copy, Debug)]
pub(super) struct Arrival {
    /// When it was received.
    pub received: Timestamp,
    /// Engine time.
    pub now: Timestamp,
    /// Whether a broker had kept it.
    pub first_look: bool,
    /// Whether rules may be left out inside their quiet interval.
    pub pruned: bool,
}

/// What became of a sample.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Outcome {
    /// It is the signal's newest.
    Taken,
    /// The same sample again.
    Duplicate,
    /// Older than the newest; `beyond` holds its value if a limit was passed.
    Late { beyond: Option<f64> },
}

impl Slot {
    /// A slot for a configured signal; a slot from before keeps its replica and rules.
    pub fn new(config: &SignalConfig, before: Option<Slot>) -> Self {
        let fresh = || Slot {
            twin: SignalTwin::default(),
            rules: Vec::new(),
            asset: None,
            changed_in: 0,
            stale_armed: false,
            stale_after: config.stale_after,
            quiet: (f64::NEG_INFINITY, f64::INFINITY),
            rules_armed: None,
            last_heard: Timestamp::MIN,
            transition_at: Timestamp::MIN,
        };
        Slot {
            stale_after: config.stale_after,
            asset: None,
            rules_armed: None,
            ..before.unwrap_or_else(fresh)
        }
    }

    /// Takes a sample. One that a broker had kept is shown as UNCERTAIN (retained) until the next one, and rules abstain.
    pub fn observe(
        &mut self,
        sample: &SampleRef<'_>,
        arrival: Arrival,
        out: &mut Vec<AlarmTransition>,
    ) -> Outcome {
        let now = arrival.now;
        let value = sample.as_f64();
        let seen_live = self.twin.sample_quality.reason != Reason::FromHistory;
        if sample.time < self.twin.source_time {
            let beyond = value.filter(|v| self.rules.iter().any(|rule| rule.rule().is_beyond(*v)));
            return Outcome::Late { beyond };
        }
        if sample.time == self.twin.source_time && seen_live && self.is_same(sample) {
            // A source that repeats itself is not silent.
            self.last_heard = now;
            return Outcome::Duplicate;
        }
        self.twin.value = sample.value();
        self.twin.source_time = sample.time;
        self.twin.received_time = arrival.received;
        self.twin.sample_quality = sample.quality;
        self.twin.source_quality = if arrival.first_look {
            Quality::uncertain(Reason::Retained)
        } else {
            Quality::GOOD
        };
        self.twin.pause_quality = Quality::GOOD;
        self.last_heard = now;
        match value.filter(|_| sample.quality.is_good() && !arrival.first_look) {
            None => self.abstain(),
            Some(v) if arrival.pruned && v >= self.quiet.0 && v <= self.quiet.1 => {}
            Some(v) => {
                for rule in &mut self.rules {
                    rule.observe(sample.time, v, now, out);
                }
                self.requiet();
            }
        }
        Outcome::Taken
    }

    /// Begins with what was heard before the signal was configured; rules are not asked. It is stale if it is too old by
    /// `now`.
    pub fn begin_with(&mut self, last: &LastHeard, now: Timestamp) {
        let value = last.value.clone();
        self.twin = SignalTwin::from_before(value, last.time, last.received, last.quality);
        self.last_heard = last.received.min(now);
        if self.is_silent(now) {
            self.twin.source_quality = Quality::bad(Reason::Stale);
        }
    }

    /// The change of the shown quality at `at` as it is stored; never before the change that it follows.
    pub fn transition(&mut self, signal: SignalKey, at: Timestamp) -> Effect {
        self.transition_at = self.transition_at.max(at);
        Effect::QualityChanged {
            signal,
            quality: self.twin.quality(),
            at: self.transition_at,
        }
    }

    /// When a change without a sample is dated that happens at `at`: behind the receipt of the newest sample, because
    /// of two equal instants the sample's counts.
    pub fn behind_sample(&self, at: Timestamp) -> Timestamp {
        if self.twin.received_time == Timestamp::MIN {
            at
        } else {
            at.max(self.twin.received_time.plus(Duration(1)))
        }
    }

    /// Whether it is the newest sample once more, in time, value and quality; the quality of one that was read back
    /// from history is not known.
    pub fn holds(&self, sample: &SampleRef<'_>) -> bool {
        let quality = self.twin.sample_quality;
        self.twin.source_time == sample.time
            && (quality == sample.quality || quality.reason == Reason::FromHistory)
            && self.twin.value == sample.value()
    }

    fn is_same(&self, sample: &SampleRef<'_>) -> bool {
        let is_marked = !self.twin.source_quality.is_good() || !self.twin.pause_quality.is_good();
        !is_marked && self.holds(sample)
    }

    /// The signal cannot be used: running delays are abandoned.
    pub fn abstain(&mut self) {
        for rule in &mut self.rules {
            rule.abstain();
        }
        self.requiet();
    }

    /// On-delays may have run out.
    pub fn tick(&mut self, now: Timestamp, out: &mut Vec<AlarmTransition>) {
        self.rules_armed = None;
        for rule in &mut self.rules {
            rule.tick(now, out);
        }
        self.requiet();
    }

    /// Computes the quiet interval anew: the intersection of all rules'.
    pub fn requiet(&mut self) {
        self.quiet = self.rules.iter().map(RuleState::quiet).fold(
            (f64::NEG_INFINITY, f64::INFINITY),
            |(lo, hi), (rule_lo, rule_hi)| (lo.max(rule_lo), hi.min(rule_hi)),
        );
    }

    /// The earliest on-delay that is not in the heap yet; marks it as in it.
    pub fn rules_due(&mut self) -> Option<Timestamp> {
        let due = self.rules.iter().filter_map(RuleState::deadline).min()?;
        if self.rules_armed == Some(due) {
            return None;
        }
        self.rules_armed = Some(due);
        Some(due)
    }

    /// When the signal will have been silent for its stale time; none while nothing live was heard.
    pub fn stale_due(&self) -> Option<Timestamp> {
        (self.last_heard != Timestamp::MIN).then(|| self.last_heard.plus(self.stale_after))
    }

    /// Whether nothing live has come for its stale time.
    pub fn is_silent(&self, now: Timestamp) -> bool {
        self.stale_due().is_some_and(|due| due <= now)
    }

    /// The deadline to put into the heap, if it is not there yet.
    pub fn arm_stale(&mut self, now: Timestamp) -> Option<Timestamp> {
        let due = self.stale_due().filter(|_| !self.stale_armed)?;
        self.stale_armed = true;
        Some(due.max(now))
    }
}
