//! What a broker keeps for this client while it is away, and whether it still does when the client is back.

use crate::{BrokerFacts, ConnectionSpec, Protocol, Session};

/// The broker's session with this client (MQTT 5, 4.1), as far as it can be told. Links go by their epochs.
pub(crate) struct Memory {
    /// The session outlives the link that there is.
    outlives: bool,
    /// The first link that was surely in the session of the latest one.
    since: u64,
    /// Messages that the broker is to deliver again, though nothing of them is held on this side.
    owed: u64,
    /// Those of them that were owed before the link that there is.
    due: u64,
    /// Messages that it is to deliver again before those, and that were handed on already: it keeps their order (MQTT 5,
    /// 4.6).
    known: u64,
}

impl Memory {
    pub(crate) fn new() -> Self {
        Memory {
            outlives: false,
            since: 0,
            owed: 0,
            due: 0,
            known: 0,
        }
    }

    /// A link has come up; gives how many messages are lost with the session before.
    pub(crate) fn link(&mut self, epoch: u64, spec: &ConnectionSpec, broker: &BrokerFacts) -> u64 {
        // What the broker grants goes before what was asked for (MQTT 5, 3.2.2.3.2).
        let is_at_once = |expiry| broker.session_expiry.unwrap_or(expiry) == 0;
        self.outlives = match (spec.session, spec.protocol) {
            (Session::Clean, _) => false,
            (Session::Persistent { .. }, Protocol::Mqtt311) => true,
            (Session::Persistent { expiry }, Protocol::Mqtt5) => {
                !is_at_once(u32::try_from(expiry.as_secs()).unwrap_or(u32::MAX))
            }
        };
        if broker.session_present {
            self.due = self.owed;
            return 0;
        }
        self.since = epoch;
        (self.known, self.due) = (0, 0);
        std::mem::take(&mut self.owed)
    }

    /// A link has ended, on which so many messages were handed on and not acknowledged.
    pub(crate) fn ended(&mut self, handed_on: u64) {
        if self.outlives {
            self.known += handed_on;
        }
    }

    /// So many of those that were handed on are held no longer, because they come again.
    pub(crate) fn forgot(&mut self, count: u64) {
        self.known = self.known.saturating_sub(count);
        self.owed += count;
        self.due += count;
    }

    /// A message came that is to be acknowledged. What the broker delivers again comes first.
    pub(crate) fn came(&mut self) {
        if self.known > 0 {
            self.known -= 1;
        } else if self.due > 0 {
            self.due -= 1;
            self.owed = self.owed.saturating_sub(1);
        }
    }

    /// Messages came that are not handed on, nor acknowledged; gives how many of them are lost.
    pub(crate) fn owe(&mut self, count: u64) -> u64 {
        if !self.outlives {
            return count;
        }
        self.owed += count;
        0
    }

    /// Another client may have used the session, or begun another one in its place before the link of this epoch.
    pub(crate) fn distrust(&mut self, epoch: u64) {
        self.since = epoch;
    }

    /// Whether the session outlives the link that there is.
    pub(crate) fn outlives(&self) -> bool {
        self.outlives
    }

    /// The first link of which the broker still delivers again what was not acknowledged.
    pub(crate) fn since(&self) -> u64 {
        self.since
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn spec(protocol: Protocol, expiry: u64) -> ConnectionSpec {
        ConnectionSpec {
            protocol,
            session: Session::Persistent {
                expiry: Duration::from_secs(expiry),
            },
            ..ConnectionSpec::new("broker", 1883, "desk")
        }
    }

    fn facts(session_present: bool, session_expiry: Option<u32>) -> BrokerFacts {
        BrokerFacts {
            session_present,
            session_expiry,
            ..BrokerFacts::default()
        }
    }

    #[test]
    fn what_is_owed_is_lost_with_the_session() {
        let mut memory = Memory::new();
        let spec = spec(Protocol::Mqtt5, 60);
        assert_eq!(memory.link(3, &spec, &facts(false, None)), 0);
        assert_eq!((memory.owe(2), memory.owe(1), memory.since()), (0, 0, 3));
        assert_eq!(memory.link(5, &spec, &facts(true, None)), 0, "still owed");
        assert_eq!((memory.owe(4), memory.since()), (0, 3));
        assert_eq!(memory.link(6, &spec, &facts(false, None)), 7);
        assert_eq!(
            (memory.link(7, &spec, &facts(false, None)), memory.since()),
            (0, 7)
        );
        memory.distrust(8);
        assert_eq!(memory.link(8, &spec, &facts(true, None)), 0);
        assert_eq!(memory.since(), 8);
    }

    #[test]
    fn what_comes_is_owed_no_longer_and_what_was_handed_on_comes_first() {
        let mut memory = Memory::new();
        let spec = spec(Protocol::Mqtt5, 60);
        memory.link(0, &spec, &facts(false, None));
        (0..9).for_each(|_| memory.came());
        // Of nine messages five were handed on, two of which still waited here, and four were left.
        memory.owe(4);
        memory.ended(5);
        assert_eq!(memory.link(1, &spec, &facts(true, None)), 0);
        memory.forgot(2);
        (0..4).for_each(|_| memory.came());
        memory.ended(4);
        assert_eq!(memory.link(2, &spec, &facts(true, None)), 0);
        (0..5).for_each(|_| memory.came());
        memory.ended(1);
        assert_eq!(memory.link(3, &spec, &facts(false, None)), 4);
        memory.ended(7);
        memory.owe(1);
        assert_eq!(memory.link(4, &spec, &facts(false, None)), 1);
        memory.owe(1);
        memory.came();
        assert_eq!(memory.link(5, &spec, &facts(false, None)), 1, "a new one");
    }

    #[test]
    fn nothing_is_owed_by_a_broker_that_keeps_nothing() {
        for (spec, granted, outlives) in [
            (spec(Protocol::Mqtt5, 60), None, true),
            (spec(Protocol::Mqtt5, 60), Some(0), false),
            (spec(Protocol::Mqtt5, 0), None, false),
            (spec(Protocol::Mqtt5, 0), Some(60), true),
            (spec(Protocol::Mqtt311, 0), None, true),
            (ConnectionSpec::new("broker", 1883, "desk"), None, true),
        ] {
            let mut memory = Memory::new();
            memory.link(0, &spec, &facts(true, granted));
            assert_eq!(memory.owe(2), if outlives { 0 } else { 2 }, "{spec:?}");
            assert_eq!(memory.outlives(), outlives);
        }
        let clean = ConnectionSpec {
            session: Session::Clean,
            ..spec(Protocol::Mqtt5, 60)
        };
        let mut memory = Memory::new();
        memory.link(0, &clean, &facts(false, Some(60)));
        assert_eq!(memory.owe(2), 2);
    }
}
