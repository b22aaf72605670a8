//! What a person must know of a connection: messages that are lost, bounds that are reached, certificates that end. What
//! is lost is counted for the connection's system signals too, whose alarms stand as long as these conditions do.

use std::sync::Arc;

use twin_connect::TlsFacts;
use twin_core::{Duration, Said, Timestamp, engine::SystemEvent, said};
use twin_payload::RejectKind;

use super::Source;
use crate::system::Tag;

/// A condition, and the alarm beside it, ends when nothing more of it happened for so long: longer than the pauses of
/// whoever publishes every few seconds, and short enough that an alarm that stands is about now.
const QUIET: Duration = Duration::from_secs(60);
/// How often certificates are looked at.
const CERTIFICATES_EVERY: Duration = Duration::from_secs(3_600);

/// Something that is counted, and is a condition while it goes on.
#[derive(Debug, Default)]
struct Lasting {
    seen: u64,
    /// How much there had been when the condition began.
    before: u64,
    /// When it last rose, while the condition stands.
    raised: Option<Timestamp>,
}

impl Lasting {
    /// Raised anew with every rise, so that its text has the newest count since it began.
    fn judge(
        &mut self,
        count: u64,
        now: Timestamp,
        key: String,
        text: impl FnOnce(u64) -> Said,
    ) -> Option<SystemEvent> {
        if count > self.seen {
            if self.raised.is_none() {
                self.before = self.seen;
            }
            self.seen = count;
            self.raised = Some(now);
            let text = text(self.count());
            return Some(SystemEvent::Raised { key, text });
        }
        let ended = self.raised.is_some_and(|at| now.since(at) >= QUIET);
        if ended {
            self.raised = None;
        }
        ended.then_some(SystemEvent::Cleared { key })
    }

    /// How much there was since the condition began; 0 while it does not stand.
    fn count(&self) -> u64 {
        self.raised.map_or(0, |_| self.seen - self.before)
    }
}

/// The conditions of one connection.
#[derive(Debug, Default)]
pub(super) struct Conditions {
    dropped: Lasting,
    throttled: Lasting,
    topics: Lasting,
    addresses: Lasting,
    /// Of the link that is up or was last.
    pub tls: Option<Arc<TlsFacts>>,
    certificates_due: Timestamp,
    ends: bool,
}

/// First words of the names of the conditions of a connection; its id follows.
const KEYS: [&str; 5] = ["dropped", "rate", "topics", "addresses", "certificate"];

impl Source {
    /// The end of all its conditions: the connection is no more.
    pub fn end_of_conditions(&self) -> impl Iterator<Item = SystemEvent> + use<> {
        let id = self.id.clone();
        KEYS.into_iter().map(move |what| SystemEvent::Cleared {
            key: format!("{what} {id}"),
        })
    }

    /// How much of what a system signal counts there was since its condition began; 0 while it does not stand.
    pub fn tally(&self, tag: Tag) -> u64 {
        let lasting = match tag {
            Tag::Dropped => &self.conditions.dropped,
            Tag::LeftOut => &self.conditions.throttled,
            Tag::BeyondTopics => &self.conditions.topics,
            Tag::BeyondAddresses => &self.conditions.addresses,
            Tag::NotWritten => return 0,
        };
        lasting.count()
    }

    /// What has begun or ended since this was last asked.
    pub fn conditions(&mut self, now: Timestamp) -> Vec<SystemEvent> {
        let name = &self.form.name;
        let [
            dropped_key,
            rate_key,
            topics_key,
            addresses_key,
            certificate_key,
        ] = KEYS.map(|what| format!("{what} {}", self.id));
        let conditions = &mut self.conditions;
        let (dropped, throttled) = (self.dropped, self.throttled);
        let topics = self.rejects.count_of(RejectKind::TopicLimit.name());
        let addresses = self.rejects.count_of(RejectKind::AddressLimit.name());
        let events = [
            conditions.dropped.judge(dropped, now, dropped_key, |count| {
                said!(
                    "condition-dropped",
                    "{name}: {count} messages were lost, because they came faster than they can be taken, and the \
                     broker keeps none of QoS 0, nor any without a session. Narrow its topic filters, or ask for QoS 1 \
                     and a persistent session.",
                    name = name.as_str(),
                    count = count
                )
            }),
            conditions.throttled.judge(throttled, now, rate_key, |count| {
                said!(
                    "condition-rate",
                    "{name}: {count} messages of QoS 0 were left out, because they came faster than its rate limit \
                     allows. Narrow its topic filters, or raise the limit.",
                    name = name.as_str(),
                    count = count
                )
            }),
            conditions.topics.judge(topics, now, topics_key, |count| {
                said!(
                    "condition-topics",
                    "{name}: {count} messages were not read, because it has more topics than its limit allows; what is \
                     kept of them stands under Diagnostics, Dropped. Narrow its topic filters, or raise the limit of \
                     topics.",
                    name = name.as_str(),
                    count = count
                )
            }),
            conditions.addresses.judge(addresses, now, addresses_key, |count| {
                said!(
                    "condition-addresses",
                    "{name}: {count} messages were not read, because it has more values than its limit of addresses \
                     allows; what is kept of them stands under Diagnostics, Dropped. Narrow its topic filters, or raise \
                     the limit of addresses.",
                    name = name.as_str(),
                    count = count
                )
            }),
            conditions.certificates(now, certificate_key, name),
        ];
        events.into_iter().flatten().collect()
    }
}

impl Conditions {
    fn certificates(&mut self, now: Timestamp, key: String, name: &str) -> Option<SystemEvent> {
        if now < self.certificates_due {
            return None;
        }
        let tls = self.tls.as_ref()?;
        self.certificates_due = now.plus(CERTIFICATES_EVERY);
        let near = tls.expiries(now).into_iter().find(|end| end.is_near());
        let was = std::mem::replace(&mut self.ends, near.is_some());
        let Some(end) = near else {
            return was.then_some(SystemEvent::Cleared { key });
        };
        let what = end.what;
        let text = match u64::try_from(end.days) {
            Err(_) => said!(
                "condition-certificate-over",
                "{name}: {what} has ended: renew it.",
                name = name,
                what = what
            ),
            Ok(0) => said!(
                "condition-certificate-today",
                "{name}: {what} ends today: renew it.",
                name = name,
                what = what
            ),
            Ok(1) => said!(
                "condition-certificate-tomorrow",
                "{name}: {what} ends tomorrow: renew it.",
                name = name,
                what = what
            ),
            Ok(days) => said!(
                "condition-certificate-days",
                "{name}: {what} ends in {days} days: renew it.",
                name = name,
                what = what,
                days = days
            ),
        };
        Some(SystemEvent::Raised { key, text })
    }

    /// The link is up with these facts: they are looked at next time.
    pub fn put_tls(&mut self, tls: Option<Arc<TlsFacts>>) {
        self.tls = tls;
        self.certificates_due = Timestamp::MIN;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_lasts_until_it_was_quiet_for_long() {
        let mut lasting = Lasting::default();
        let mut judge = |count, at_s| {
            let event = lasting.judge(count, Timestamp::from_secs(at_s), "k".into(), |count| {
                format!("{count} lost").into()
            });
            match event {
                Some(SystemEvent::Raised { text, .. }) => text.to_string(),
                Some(SystemEvent::Cleared { .. }) => "over".into(),
                None => String::new(),
            }
        };
        assert_eq!(judge(0, 0), "");
        assert_eq!(judge(3, 1), "3 lost");
        assert_eq!(judge(3, 2), "");
        assert_eq!(judge(5, 50), "5 lost");
        assert_eq!(judge(5, 109), "");
        assert_eq!(judge(5, 110), "over");
        assert_eq!(judge(5, 2_000), "");
        assert_eq!(judge(6, 3_000), "1 lost");
    }
}
