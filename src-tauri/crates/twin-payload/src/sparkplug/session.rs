//! What the session doctor shows: how well nodes keep to the protocol.

use std::{collections::VecDeque, sync::Arc};

use twin_core::{Duration, Timestamp};

use super::status::NodeState;

/// This many births of one source within [`STORM`] are a storm.
pub const STORM_BIRTHS: usize = 3;
/// See [`STORM_BIRTHS`].
pub const STORM: Duration = Duration::from_secs(60);
/// A rebirth request that comes from the broker this soon after one was sent is that one.
const ECHO: Duration = Duration::from_secs(10);
/// An hour is counted in this many parts.
const PARTS: usize = 12;
const PART: Duration = Duration::from_secs(300);
/// Of aliases that failed, and of metrics that changed their type, this many are named.
const NAMED_MAX: usize = 16;

/// How the Sparkplug sessions of a connection go.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SparkplugSession {
    /// Edge nodes by id.
    pub nodes: Vec<NodeSession>,
    /// Host applications by id.
    pub hosts: Vec<HostStatus>,
    /// Messages held back now.
    pub held: usize,
    /// Their payload bytes.
    pub held_bytes: usize,
}

/// A host application, as its STATE message says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostStatus {
    /// Its id.
    pub host: Arc<str>,
    /// Whether it is there.
    pub online: bool,
    /// Since when.
    pub since: Timestamp,
    /// Whether it speaks as version 2.x did: plain text, no time.
    pub plain_text: bool,
}

/// How the session of one edge node goes.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeSession {
    /// `group/node`.
    pub node: Arc<str>,
    /// Its births and deaths.
    pub life: LifeFacts,
    /// Ties its death to its birth.
    pub bd_seq: Option<u64>,
    /// Devices heard, by id.
    pub devices: Vec<DeviceSession>,
    /// Signals in the births of the node and its devices.
    pub metrics: u64,
    /// Those that have no alias: data must repeat their names.
    pub without_alias: u64,
    /// Births of the node and its devices.
    pub births: Births,
    /// Messages held back now.
    pub held: usize,
    /// Everything that is counted.
    pub counts: Counts,
    /// Aliases that no birth had, the first to fail first; at most 16.
    pub failed_aliases: Vec<FailedAlias>,
    /// Metrics that changed their data type, the first to do so first; at most 16.
    pub retyped: Vec<Retyped>,
    /// From the time in the last payload to its arrival: its clock's offset and the way here. Negative when its clock
    /// is ahead.
    pub clock_offset: Option<Duration>,
    /// From the last rebirth request to the birth that answered it.
    pub rebirth_latency: Option<Duration>,
    /// When somebody else last commanded it or one of its devices.
    pub commanded: Option<Timestamp>,
}

/// How one device of an edge node goes.
#[derive(Clone, Debug, PartialEq)]
pub struct DeviceSession {
    /// `group/node/device`.
    pub device: Arc<str>,
    /// Its births and deaths.
    pub life: LifeFacts,
    /// Signals in its birth.
    pub metrics: u32,
}

/// Births and deaths of one node or device.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LifeFacts {
    /// Whether it lives.
    pub state: NodeState,
    /// Since when; none when only a kept birth is known.
    pub since: Option<Timestamp>,
    /// Births heard.
    pub births: u64,
    /// When the last one came.
    pub last_birth: Option<Timestamp>,
    /// How often it died. The death of a node is that of its devices.
    pub deaths: u64,
    /// When it last died.
    pub last_death: Option<Timestamp>,
}

/// What is counted of an edge node, since the decoder was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Messages.
    pub messages: u64,
    /// Bytes of the largest payload.
    pub largest_bytes: u64,
    /// Gaps in its sequence numbers that nothing filled in time.
    pub gaps: u64,
    /// Messages that came after a later one.
    pub reordered: u64,
    /// Messages that came again.
    pub repeats: u64,
    /// Metrics under an alias that no birth had, or without name and alias.
    pub unknown_metrics: u64,
    /// Messages with such metrics: each is handed over whole as a reject.
    pub partly_read: u64,
    /// Metrics that came with another data type than the birth's.
    pub retyped: u64,
    /// Births whose `bdSeq` is neither that of the birth before nor the next.
    pub bd_seq_jumps: u64,
    /// Births that were older than the one in force, and were ignored.
    pub old_births: u64,
    /// Deaths of an earlier connection, which were ignored.
    pub old_deaths: u64,
    /// Messages ever held back.
    pub held: u64,
    /// Those that were read without a birth in the end.
    pub given_up: u64,
    /// Rebirth requests sent from here.
    pub rebirths_asked: u64,
    /// Births that came after one.
    pub rebirths_answered: u64,
    /// Commands of others to the node and its devices.
    pub commands: u64,
    /// Rebirth requests of others.
    pub rebirth_commands: u64,
}

/// An alias that no birth had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailedAlias {
    /// `group/node` or `group/node/device`.
    pub source: Arc<str>,
    /// The alias.
    pub alias: u64,
    /// How often it came.
    pub count: u64,
}

/// A metric that changed its data type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retyped {
    /// `group/node` or `group/node/device`.
    pub source: Arc<str>,
    /// Its name.
    pub metric: Arc<str>,
    /// Number of its data type before, as in [`DataType`](super::DataType).
    pub from: u32,
    /// Number of its data type after.
    pub to: u32,
    /// How often.
    pub count: u64,
}

/// Births of a node and its devices.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Births {
    /// Births of the node itself.
    pub node: u64,
    /// Births of its devices.
    pub devices: u64,
    /// Births of the node in the hour before the last one; the hour is counted in steps of five minutes.
    pub last_hour: u64,
    /// How often births came as a storm: 3 of one source within 60 s.
    pub storms: u64,
    /// When the last storm was seen.
    pub last_storm: Option<Timestamp>,
}

/// Births of one source, as they come.
#[derive(Debug, Default)]
pub(super) struct BirthLog {
    recent: VecDeque<Timestamp>,
    parts: [u16; PARTS],
    /// Number of the part that was counted last.
    part: i64,
    storming: bool,
    /// Births so far.
    count: u64,
}

impl BirthLog {
    /// Counts a birth. Tells whether a storm begins with it.
    pub(super) fn note(&mut self, now: Timestamp) -> bool {
        self.count += 1;
        let part = now.0.div_euclid(PART.0);
        let passed = part.saturating_sub(self.part).clamp(0, PARTS as i64);
        for _ in 0..passed {
            self.parts.rotate_right(1);
            self.parts[0] = 0;
        }
        self.part = self.part.max(part);
        self.parts[0] = self.parts[0].saturating_add(1);

        self.recent.push_back(now);
        if self.recent.len() > STORM_BIRTHS {
            self.recent.pop_front();
        }
        let first = self.recent.front().copied().unwrap_or(now);
        let stormy = self.recent.len() == STORM_BIRTHS && now.since(first) <= STORM;
        let begins = stormy && !self.storming;
        self.storming = stormy;
        begins
    }

    pub(super) fn last_hour(&self) -> u64 {
        self.parts.iter().map(|births| u64::from(*births)).sum()
    }

    pub(super) const fn count(&self) -> u64 {
        self.count
    }

    /// When the last birth came.
    pub(super) fn last(&self) -> Option<Timestamp> {
        self.recent.back().copied()
    }
}

/// What is noted of a node for its session.
#[derive(Debug, Default)]
pub(super) struct Notes {
    pub(super) counts: Counts,
    pub(super) births: Births,
    pub(super) failed_aliases: Vec<FailedAlias>,
    pub(super) retyped: Vec<Retyped>,
    pub(super) clock_offset: Option<Duration>,
    pub(super) rebirth_latency: Option<Duration>,
    /// The first request that no birth has answered.
    asked: Option<Timestamp>,
    /// The last request, until the broker brings it back.
    sent: Option<Timestamp>,
    pub(super) commanded: Option<Timestamp>,
}

impl Notes {
    pub(super) fn fail(&mut self, source: &Arc<str>, alias: u64) {
        let is_it = |known: &&mut FailedAlias| known.alias == alias && known.source == *source;
        if let Some(known) = self.failed_aliases.iter_mut().find(is_it) {
            known.count += 1;
        } else if self.failed_aliases.len() < NAMED_MAX {
            let source = Arc::clone(source);
            self.failed_aliases.push(FailedAlias {
                source,
                alias,
                count: 1,
            });
        }
    }

    pub(super) fn retype(&mut self, source: &Arc<str>, metric: &str, from: u32, to: u32) {
        self.counts.retyped += 1;
        let is_it = |known: &&mut Retyped| {
            (known.from, known.to) == (from, to)
                && &*known.metric == metric
                && known.source == *source
        };
        if let Some(known) = self.retyped.iter_mut().find(is_it) {
            known.count += 1;
        } else if self.retyped.len() < NAMED_MAX {
            self.retyped.push(Retyped {
                source: Arc::clone(source),
                metric: metric.into(),
                from,
                to,
                count: 1,
            });
        }
    }

    /// A rebirth was asked for from here.
    pub(super) fn ask(&mut self, now: Timestamp) {
        self.counts.rebirths_asked += 1;
        self.asked = self.asked.or(Some(now));
        self.sent = Some(now);
    }

    /// A command to the node or one of its devices came. A broker brings back our own, too.
    pub(super) fn command(&mut self, rebirth: bool, now: Timestamp) {
        let echo = rebirth && self.sent.is_some_and(|sent| now.since(sent) <= ECHO);
        if echo {
            self.sent = None;
            return;
        }
        self.counts.commands += 1;
        self.counts.rebirth_commands += u64::from(rebirth);
        self.commanded = Some(now);
    }

    /// A birth of the node came.
    pub(super) fn answered(&mut self, now: Timestamp) {
        if let Some(asked) = self.asked.take() {
            self.counts.rebirths_answered += 1;
            self.rebirth_latency = Some(now.since(asked));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_births_within_a_minute_are_one_storm() {
        let mut log = BirthLog::default();
        let seconds = [0, 40, 60, 61, 62, 200, 230, 259];
        let begins: Vec<bool> = seconds
            .iter()
            .map(|s| log.note(Timestamp::from_secs(*s)))
            .collect();
        assert_eq!(
            begins,
            [false, false, true, false, false, false, false, true]
        );
        assert_eq!(log.last_hour(), 8);
        log.note(Timestamp::from_secs(3_700));
        assert_eq!(log.last_hour(), 2 - 1, "those of the first hour are out");
        log.note(Timestamp::from_secs(1));
        assert_eq!(log.last_hour(), 2, "a clock that was set back");
    }
}
