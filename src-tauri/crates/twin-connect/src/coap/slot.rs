//! One resource: what was asked of it, and when to ask again.

use std::time::Duration;

use super::{codec::Token, observe::Newest, path::Target};

/// Validity of a representation that does not say. (RFC 7252, 5.10.5)
const MAX_AGE_DEFAULT: u32 = 60;

/// An observation is renewed this long after its last notification has gone stale, so that a late one may still come and
/// not all clients ask at once. (RFC 7641, 3.3.1)
const SLACK: (Duration, Duration) = (Duration::from_secs(5), Duration::from_secs(15));

/// How often a resource is read that is not observed and has no interval of its own, and how soon one is asked again that
/// refused.
pub(super) const EVERY: Duration = Duration::from_secs(60);

/// How long the answer to an acknowledged request may take. The standard sets no bound; this is its EXCHANGE_LIFETIME.
/// (RFC 7252, 4.8.2)
const ANSWER_WITHIN: Duration = Duration::from_secs(247);

/// An observation is renewed after this time at the latest, whatever validity the device claims.
const RENEW_WITHIN: Duration = Duration::from_secs(86_400);

/// A device that is busy is asked again after this time at the latest, however long it claims to be.
const RETRY_WITHIN: Duration = Duration::from_secs(3_600);

/// What a resource was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// To be read once.
    Read,
    /// To be read now and told of from now on.
    Register,
    /// To be told of no more.
    Cancel,
}

/// A request that has no answer yet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    pub(super) what: What,
    pub(super) token: Token,
    pub(super) at: Duration,
    /// Until when the answer may take, once the request was acknowledged.
    pub(super) until: Option<Duration>,
    /// Whether a notification came since, on an observation that was already there.
    pub(super) is_overtaken: bool,
}

impl Asked {
    pub(super) fn new(what: What, token: Token, now: Duration) -> Self {
        Asked {
            what,
            token,
            at: now,
            until: None,
            is_overtaken: false,
        }
    }

    pub(super) fn acknowledged(&mut self, now: Duration) {
        self.until = Some(now + ANSWER_WITHIN);
    }
}

/// What is known of a resource.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Standing {
    /// It has not answered yet.
    #[default]
    Unknown,
    /// It gives its representation.
    Granted {
        /// And tells of changes by itself.
        observed: bool,
    },
    /// It does not, for this reason.
    Refused(String),
}

/// A resource.
#[derive(Debug)]
pub(super) struct Slot {
    pub(super) target: Target,
    pub(super) observe: bool,
    pub(super) every: Option<Duration>,
    /// Of the observation that is asked for or there.
    pub(super) token: Option<Token>,
    /// The newest notification, if there is an observation.
    pub(super) newest: Option<Newest>,
    pub(super) asked: Option<Asked>,
    /// When to ask next; none for never.
    pub(super) due: Option<Duration>,
    pub(super) standing: Standing,
    /// How often in a row its blocks had to be fetched from the start.
    pub(super) restarts: u32,
}

impl Slot {
    pub(super) fn new(target: Target, observe: bool, every: Option<Duration>) -> Self {
        Slot {
            target,
            observe,
            every,
            token: None,
            newest: None,
            asked: None,
            due: Some(Duration::ZERO),
            standing: Standing::Unknown,
            restarts: 0,
        }
    }

    /// The observation goes on: when to renew it. `chance` is a random number in 0..1.
    pub(super) fn renew_later(&mut self, max_age: Option<u32>, now: Duration, chance: f64) {
        let age = Duration::from_secs(max_age.unwrap_or(MAX_AGE_DEFAULT).into());
        let wait = (age + slack(chance)).min(RENEW_WITHIN);
        self.due = Some(now + self.every.map_or(wait, |every| every.min(wait)));
    }

    /// The device has ended the observation, or what it told could not be fetched: when to ask again. What is not observed
    /// is read again at its interval.
    pub(super) fn register_soon(&mut self, now: Duration, chance: f64) {
        if self.observe {
            let soon = now + slack(chance);
            self.due = Some(self.due.map_or(soon, |due| due.min(soon)));
        }
    }

    /// It is not observed: when to read it again, counted from the last request.
    pub(super) fn read_later(&mut self, asked: Duration, now: Duration) {
        self.due = Some((asked + self.every.unwrap_or(EVERY)).max(now));
    }

    /// It refused: when to try again. A device that is busy says for how long by its maximum age. (RFC 7252, 5.9.3.4)
    pub(super) fn retry_later(&mut self, max_age: Option<u32>, now: Duration) {
        let told = Duration::from_secs(max_age.unwrap_or(0).into()).min(RETRY_WITHIN);
        self.due = Some(now + self.every.unwrap_or(EVERY).max(told));
    }
}

fn slack(chance: f64) -> Duration {
    SLACK.0 + (SLACK.1 - SLACK.0).mul_f64(chance)
}
