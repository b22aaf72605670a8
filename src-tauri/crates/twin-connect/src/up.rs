//! A link while it is up, and how it ends.

use std::time::Duration;

use tokio::time::Instant;

use crate::{
    BrokerFacts, DownReason, Grant, Qos, Refusal,
    pulse::Pulse,
    takeover::Ending,
    wire::{Answer, Answers},
};

/// More than the header of a PUBLISH without properties, bytes.
const HEADER: usize = 16;

/// What is known of it.
pub(crate) struct Up {
    pub(crate) since: Instant,
    /// Until the broker has answered.
    pub(crate) answers: Option<Answers>,
    pub(crate) pulse: Pulse,
    max_packet: usize,
    max_qos: u8,
    retains: bool,
}

impl Up {
    pub(crate) fn new(
        answers: Option<Answers>,
        max_packet: usize,
        keep_alive: Duration,
        broker: &BrokerFacts,
    ) -> Self {
        let since = Instant::now();
        Up {
            since,
            answers,
            pulse: Pulse::new(keep_alive, since),
            max_packet,
            max_qos: broker.maximum_qos.unwrap_or(2),
            retains: broker.retain.unwrap_or(true),
        }
    }

    /// Whether the broker has answered all filters.
    pub(crate) fn is_subscribed(&self) -> bool {
        self.answers.is_none()
    }

    /// Whether the broker takes such a message, and why not in words: sent all the same, it would end the link, or vanish.
    pub(crate) fn takes(&self, size: usize, qos: Qos, retain: bool) -> Result<(), String> {
        let size = size.saturating_add(HEADER);
        if size > self.max_packet {
            let limit = self.max_packet;
            return Err(format!(
                "{size} bytes are more than the {limit} that the broker takes"
            ));
        }
        if qos.code() > self.max_qos {
            return Err(format!(
                "the broker takes no message of QoS {}, at most {}",
                qos.code(),
                self.max_qos
            ));
        }
        if retain && !self.retains {
            return Err("the broker keeps no messages, so none can be retained".into());
        }
        Ok(())
    }
}

/// How holding a link ended.
pub(crate) enum End {
    /// By its owner.
    Stop,
    /// By anything else; `ending` if the link had been up, `taken` if the broker said that another client took over.
    Lost {
        reason: DownReason,
        ending: Option<Ending>,
        taken: bool,
    },
}

/// The broker's answers, when they are all there.
pub(crate) async fn all_answers(up: &mut Option<Up>) -> Vec<Answer> {
    match up.as_mut().and_then(|up| up.answers.as_mut()) {
        Some(answers) => answers.await,
        None => std::future::pending().await,
    }
}

/// What the broker granted, what it refused, and a reason to be down if it granted nothing.
pub(crate) fn sort(answers: Vec<Answer>) -> (Vec<Grant>, Vec<Refusal>, Option<DownReason>) {
    let (mut granted, mut refused) = (Vec::new(), Vec::new());
    for Answer { filter, result } in answers {
        match result {
            Ok(qos) => granted.push(Grant { filter, qos }),
            Err(reason) => refused.push(Refusal { filter, reason }),
        }
    }
    let none = granted.is_empty() && !refused.is_empty();
    let reason = none.then(|| {
        let named: Vec<_> = refused
            .iter()
            .map(|some| format!("{} ({})", some.filter, some.reason))
            .collect();
        let named = named.join(", ");
        DownReason::subscriptions(&format!("the broker refused every subscription: {named}"))
    });
    (granted, refused, reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_broker_does_not_take_is_said() {
        let facts = BrokerFacts {
            maximum_qos: Some(1),
            retain: Some(false),
            ..BrokerFacts::default()
        };
        let up = Up::new(None, 100, Duration::ZERO, &facts);
        assert_eq!(up.takes(84, Qos::AtLeastOnce, false), Ok(()));
        let why = |size, qos, retain| up.takes(size, qos, retain).unwrap_err();
        assert!(why(85, Qos::AtMostOnce, false).contains("101 bytes"));
        assert!(why(1, Qos::ExactlyOnce, false).contains("QoS 2"));
        assert!(why(1, Qos::AtMostOnce, true).contains("retained"));
        let up = Up::new(None, 100, Duration::ZERO, &BrokerFacts::default());
        assert_eq!(up.takes(1, Qos::ExactlyOnce, true), Ok(()));
    }
}
