//! The budget of what may be handed on each second.

use std::{collections::VecDeque, time::Duration};

use tokio::time::{Instant, sleep_until};

use crate::{Inbound, Rate, inbox::weight};

/// How often refused messages are reported.
const REPORT: Duration = Duration::from_secs(1);

/// Two token buckets, each of which holds what one second allows. Bytes may go into debt by one message, so that one
/// larger than a second's worth passes too, and is waited for afterwards.
struct Budget {
    rate: Rate,
    messages: f64,
    bytes: f64,
    at: Instant,
}

impl Budget {
    fn new(rate: Rate, now: Instant) -> Self {
        let rate = Rate {
            messages_per_s: rate.messages_per_s.max(1),
            bytes_per_s: rate.bytes_per_s.max(1),
        };
        Budget {
            messages: f64::from(rate.messages_per_s),
            bytes: rate.bytes_per_s as f64,
            at: now,
            rate,
        }
    }

    fn refill(&mut self, now: Instant) {
        let seconds = now.saturating_duration_since(self.at).as_secs_f64();
        let (messages, bytes) = (
            f64::from(self.rate.messages_per_s),
            self.rate.bytes_per_s as f64,
        );
        self.messages = (self.messages + seconds * messages).min(messages);
        self.bytes = (self.bytes + seconds * bytes).min(bytes);
        self.at = self.at.max(now);
    }

    /// Takes one message out of it, if there is something in it.
    fn take(&mut self, size: usize, now: Instant) -> bool {
        self.refill(now);
        let fits = self.messages >= 1.0 && self.bytes > 0.0;
        if fits {
            self.messages -= 1.0;
            self.bytes -= size as f64;
        }
        fits
    }

    /// How long until the next message may pass.
    fn wait(&self, now: Instant) -> Duration {
        let messages = (1.0 - self.messages).max(0.0) / f64::from(self.rate.messages_per_s);
        let bytes = (1.0 - self.bytes).max(0.0) / self.rate.bytes_per_s as f64;
        let wait = Duration::try_from_secs_f64(messages.max(bytes)).unwrap_or(Duration::MAX);
        // Never in a hurry: rounding must not make a busy loop.
        let wait = wait.max(Duration::from_millis(1));
        wait.saturating_sub(now.saturating_duration_since(self.at))
    }
}

/// Holds back, or refuses, what is beyond the budget. Messages that want to be acknowledged wait here, and so the broker
/// keeps what comes after them once its window is full; they have precedence over those of QoS 0, which are refused.
pub(crate) struct Throttle {
    budget: Option<Budget>,
    waiting: VecDeque<Inbound>,
    held: usize,
    refused: u64,
    reported: Instant,
}

impl Throttle {
    /// Without a rate everything passes.
    pub(crate) fn new(rate: Option<Rate>, now: Instant) -> Self {
        Throttle {
            budget: rate.map(|rate| Budget::new(rate, now)),
            waiting: VecDeque::new(),
            held: 0,
            refused: 0,
            reported: now,
        }
    }

    /// Gives a message back that may be handed on now; else it waits here, or is refused and counted.
    pub(crate) fn admit(&mut self, item: Inbound) -> Option<Inbound> {
        match self.budget {
            None => Some(item),
            Some(_) => self.admit_at(item, Instant::now()),
        }
    }

    fn admit_at(&mut self, item: Inbound, now: Instant) -> Option<Inbound> {
        let Some(budget) = &mut self.budget else {
            return Some(item);
        };
        let (size, waits) = look(&item);
        if self.waiting.is_empty() && budget.take(size, now) {
            return Some(item);
        }
        if waits {
            self.held += weight(&item);
            self.waiting.push_back(item.detached());
        } else {
            self.refused += 1;
        }
        None
    }

    /// Of those that wait, the ones that may go on now; `all` of them if it is now or never.
    pub(crate) fn ready(&mut self, now: Instant, all: bool) -> Vec<Inbound> {
        if all {
            self.held = 0;
            return self.waiting.drain(..).collect();
        }
        std::iter::from_fn(|| self.next(now)).collect()
    }

    /// The broker is about to deliver again what was not acknowledged since the link of this epoch: the copies that still
    /// wait would come twice. Gives how many these were.
    pub(crate) fn forget_unacknowledged(&mut self, since: u64) -> u64 {
        let before = self.waiting.len();
        self.waiting.retain(|item| !item.wants_ack_since(since));
        self.held = self.waiting.iter().map(weight).sum();
        (before - self.waiting.len()) as u64
    }

    fn next(&mut self, now: Instant) -> Option<Inbound> {
        let size = self.waiting.front().map(|item| look(item).0)?;
        if !self.budget.as_mut()?.take(size, now) {
            return None;
        }
        let item = self.waiting.pop_front()?;
        self.held = self.held.saturating_sub(weight(&item));
        Some(item)
    }

    /// How many were refused since this was last said; at most once a second, unless `at_once`.
    pub(crate) fn refused(&mut self, now: Instant, at_once: bool) -> Option<u64> {
        let is_due = at_once || now.saturating_duration_since(self.reported) >= REPORT;
        if self.refused == 0 || !is_due {
            return None;
        }
        self.reported = now;
        Some(std::mem::take(&mut self.refused))
    }

    /// When there is something to do here: a message may go on, or a report is due.
    pub(crate) fn wake(&self) -> Option<Instant> {
        let budget = self.budget.as_ref()?;
        let message =
            (!self.waiting.is_empty()).then(|| budget.at.checked_add(budget.wait(budget.at)));
        let report = (self.refused > 0).then(|| self.reported.checked_add(REPORT));
        message.flatten().into_iter().chain(report.flatten()).min()
    }

    /// What waits here, bytes.
    pub(crate) fn held(&self) -> usize {
        self.held
    }
}

/// Until then; for ever if there is no then.
pub(crate) async fn pause(until: Option<Instant>) {
    match until {
        Some(until) => sleep_until(until).await,
        None => std::future::pending().await,
    }
}

/// Size of a message, and whether it wants to be acknowledged.
fn look(item: &Inbound) -> (usize, bool) {
    match item {
        Inbound::Message {
            topic,
            payload,
            ack,
            ..
        } => (topic.len() + payload.len(), ack.is_some()),
        Inbound::Unreadable {
            topic,
            excerpt,
            ack,
            ..
        } => (topic.len() + excerpt.len(), ack.is_some()),
        _ => (0, true),
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use proptest::prelude::*;
    use twin_core::Timestamp;

    use super::*;
    use crate::{AckHandle, Qos};

    fn message(number: u64, size: usize, acked: bool) -> Inbound {
        Inbound::Message {
            topic: "t".into(),
            payload: Bytes::from(vec![0; size]),
            qos: if acked {
                Qos::AtLeastOnce
            } else {
                Qos::AtMostOnce
            },
            retain: false,
            dup: false,
            received: Timestamp(number.cast_signed()),
            properties: None,
            ack: acked.then_some(AckHandle { epoch: 0, number }),
        }
    }

    fn number(item: &Inbound) -> i64 {
        match item {
            Inbound::Message { received, .. } => received.micros(),
            other => panic!("{other:?}"),
        }
    }

    proptest! {
        /// Never more than the budget and one burst; nothing is lost uncounted; what is acknowledged keeps its order.
        #[test]
        fn the_budget_holds_and_everything_is_accounted_for(
            rate in 1_u32..200,
            bytes in 1_u64..5_000,
            steps in prop::collection::vec((0_u64..400, 0_usize..3_000, any::<bool>()), 1..200),
        ) {
            let start = Instant::now();
            let mut now = start;
            let rate = Rate { messages_per_s: rate, bytes_per_s: bytes };
            let mut throttle = Throttle::new(Some(rate), start);
            let (mut passed, mut passed_bytes, mut largest) = (Vec::new(), 0_usize, 0);
            for (index, (pause, size, acked)) in steps.iter().enumerate() {
                now += Duration::from_millis(*pause);
                while let Some(item) = throttle.next(now) {
                    passed_bytes += look(&item).0;
                    passed.push(item);
                }
                largest = largest.max(size + 1);
                if let Some(item) = throttle.admit_at(message(index as u64, *size, *acked), now) {
                    passed_bytes += look(&item).0;
                    passed.push(item);
                }
                let seconds = (now - start).as_secs_f64() + 1.0;
                prop_assert!(passed.len() as f64 <= seconds * f64::from(rate.messages_per_s) + 1e-6);
                let bound = seconds * rate.bytes_per_s as f64 + largest as f64;
                prop_assert!(passed_bytes as f64 <= bound + 1e-6);
            }
            let refused = throttle.refused(now, true).unwrap_or(0);
            passed.extend(throttle.ready(now, true));
            prop_assert_eq!(throttle.held(), 0);
            prop_assert_eq!(passed.len() as u64 + refused, steps.len() as u64);
            let kept: Vec<_> = passed.iter().filter(|item| look(item).1).map(number).collect();
            prop_assert!(kept.is_sorted());
            prop_assert_eq!(kept.len(), steps.iter().filter(|(.., acked)| *acked).count());
        }

        /// At the moment it says, it can indeed go on.
        #[test]
        fn waking_is_worth_it(rate in 1_u32..5_000, bytes in 1_u64..100_000, sizes in prop::collection::vec(0_usize..9_000, 1..50)) {
            let mut now = Instant::now();
            let rate = Rate { messages_per_s: rate, bytes_per_s: bytes };
            let mut throttle = Throttle::new(Some(rate), now);
            for (index, size) in sizes.iter().enumerate() {
                throttle.admit_at(message(index as u64, *size, true), now);
            }
            while let Some(wake) = throttle.wake() {
                now = now.max(wake) + Duration::from_micros(1);
                prop_assert!(throttle.next(now).is_some());
            }
            prop_assert_eq!(throttle.held(), 0);
        }
    }

    #[test]
    fn without_a_rate_everything_passes() {
        let mut throttle = Throttle::new(None, Instant::now());
        for number in 0..10_000 {
            assert!(
                throttle
                    .admit(message(number, 1_000, number % 2 == 0))
                    .is_some()
            );
        }
        assert!(throttle.wake().is_none());
    }
}
