//! A link while it is up.

use std::time::Duration;

use tokio::time::Instant;

use crate::{
    BrokerFacts, Qos,
    limits::patience,
    wire::{Answer, Answers},
};

/// More than the header of a PUBLISH without properties, bytes.
const HEADER: usize = 16;

/// What is known of it.
pub(crate) struct Up {
    pub(crate) since: Instant,
    /// Until the broker has answered.
    pub(crate) answers: Option<Answers>,
    /// Silence that it may keep.
    pub(crate) patience: Duration,
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
        Up {
            since: Instant::now(),
            answers,
            patience: patience(keep_alive),
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

/// The broker's answers, when they are all there.
pub(crate) async fn all_answers(up: &mut Option<Up>) -> Vec<Answer> {
    match up.as_mut().and_then(|up| up.answers.as_mut()) {
        Some(answers) => answers.await,
        None => std::future::pending().await,
    }
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
