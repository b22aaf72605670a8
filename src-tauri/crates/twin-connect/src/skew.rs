//! Comparing the clocks of the other side with this machine's.

use twin_core::{Said, Timestamp, said};

use crate::{
    calendar::day,
    facts::{TlsFacts, WebSocketFacts},
    report::{Step, TestStep},
};

/// So many source times tell a clock from a slow device.
const ENOUGH: usize = 5;
/// An HTTP date has whole seconds, and was some time on the way.
const HTTP_TOLERANCE: i64 = 3_000_000;
/// A source time later than its reception by more than this cannot be delay, microseconds.
const AHEAD_TOLERANCE: i64 = 1_000_000;
/// A source time earlier than its reception by more than this is hardly delay alone, microseconds.
const BEHIND_TOLERANCE: i64 = 10_000_000;

/// The time that a message said of itself, and when it was received by this machine's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// Source time.
    pub source: Timestamp,
    /// Time of reception.
    pub received: Timestamp,
}

/// By how much the sources' clocks seem to be ahead of this machine's: the median of source time less time of
/// reception, microseconds; negative when they seem behind, which transmission makes them seem anyway. None with fewer
/// than 5 stamps.
pub fn source_skew(stamps: &[Stamp]) -> Option<i64> {
    if stamps.len() < ENOUGH {
        return None;
    }
    let mut ahead: Vec<_> = stamps
        .iter()
        .map(|stamp| stamp.source.since(stamp.received).micros())
        .collect();
    let middle = ahead.len() / 2;
    Some(*ahead.select_nth_unstable(middle).1)
}

/// What source times alone say of clocks, where the other side tells no time of its own.
pub fn source_clock(stamps: &[Stamp]) -> TestStep {
    let mut step = TestStep::worked(Step::Clock, "");
    step.message = if compare_sources(&mut step, stamps) {
        with_sources()
    } else {
        said!(
            "step-clock-device-unknown",
            "the device's clock is not known: no source times were at hand"
        )
    };
    step
}

fn with_sources() -> Said {
    said!("step-clock-sources", "compared with the sources' clock")
}

/// Whether there were enough of them.
fn compare_sources(step: &mut TestStep, stamps: &[Stamp]) -> bool {
    let name = said!("step-source-times", "source times (median)");
    let Some(ahead) = source_skew(stamps) else {
        let few = said!(
            "step-source-times-few",
            "not known: fewer than {count} live messages that hold a time",
            count = ENOUGH
        );
        step.fact(name, few);
        return false;
    };
    step.fact(name, offset(ahead));
    if ahead > AHEAD_TOLERANCE {
        let message = said!(
            "step-sources-ahead",
            "the sources' clocks are {offset}",
            offset = offset(ahead)
        );
        let advice = said!(
            "step-sources-ahead-advice",
            "Let the devices and this machine keep their time by NTP."
        );
        step.notice(message, advice);
    } else if ahead < -BEHIND_TOLERANCE {
        let message = said!(
            "step-sources-behind",
            "source times are {offset}: by their clocks, or by delay",
            offset = offset(ahead)
        );
        let advice = said!(
            "step-sources-behind-advice",
            "Check the devices' clocks, and whether they send values late."
        );
        step.notice(message, advice);
    }
    true
}

/// What there is to compare. MQTT carries no time of day, and since version 1.3 TLS does not either: what is left is
/// the date of an HTTP answer, the times that messages hold, and the validity of certificates. `web_socket` holds the
/// server's answer and when it came.
pub(crate) fn compare(
    stamps: &[Stamp],
    web_socket: Option<(&WebSocketFacts, Timestamp)>,
    tls: Option<&TlsFacts>,
) -> TestStep {
    let mut step = TestStep::worked(Step::Clock, "");
    let server = web_socket.and_then(|(facts, at)| Some(facts.date?.since(at).micros()));
    if let Some(ahead) = server {
        compare_server(&mut step, ahead);
    }
    let has_sources = compare_sources(&mut step, stamps);
    let since = tls.and_then(|tls| tls.chain.iter().map(|one| one.not_before).max());
    let until = tls.and_then(|tls| tls.chain.iter().map(|one| one.not_after).min());
    if let (Some(since), Some(until)) = (since, until) {
        let range = said!(
            "step-range",
            "from {since} to {until}",
            since = day(since),
            until = day(until)
        );
        let name = said!(
            "step-clock-range",
            "this machine's clock is within what the certificates allow"
        );
        step.fact(name, range);
    }
    step.message = match (server.is_some(), has_sources) {
        (false, false) => said!(
            "step-clock-unknown",
            "the broker's clock is not measurable: MQTT carries no time of day, and no source times were at hand"
        ),
        (false, true) => with_sources(),
        (true, false) => said!("step-clock-server", "compared with the server's clock"),
        (true, true) => said!(
            "step-clock-both",
            "compared with the server's and the sources' clock"
        ),
    };
    step
}

fn compare_server(step: &mut TestStep, ahead: i64) {
    let name = said!(
        "step-server-clock",
        "server clock (HTTP Date, to the second)"
    );
    step.fact(name, offset(ahead));
    if ahead.abs() > HTTP_TOLERANCE {
        let message = said!(
            "step-server-off",
            "the server's clock is {offset}",
            offset = offset(ahead)
        );
        let advice = said!(
            "step-server-off-advice",
            "Let both machines keep their time by NTP."
        );
        step.notice(message, advice);
    }
}

/// "2.1 s ahead of this machine's".
fn offset(ahead: i64) -> Said {
    let seconds = format!("{:.1}", ahead.unsigned_abs() as f64 / 1e6);
    if ahead < 0 {
        said!(
            "step-behind",
            "{seconds} s behind this machine's",
            seconds = seconds
        )
    } else {
        said!(
            "step-ahead",
            "{seconds} s ahead of this machine's",
            seconds = seconds
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stamps(ahead: &[i64]) -> Vec<Stamp> {
        let received = Timestamp::from_secs(1_000_000);
        let stamp = |ahead: &i64| Stamp {
            source: Timestamp(received.micros() + ahead),
            received,
        };
        ahead.iter().map(stamp).collect()
    }

    #[test]
    fn the_median_is_not_moved_by_a_few() {
        assert_eq!(source_skew(&stamps(&[1, 2, 3, 4])), None);
        assert_eq!(source_skew(&stamps(&[5, 1, 3, i64::MAX / 2, -9])), Some(3));
    }

    #[test]
    fn nothing_is_made_up() {
        let step = compare(&stamps(&[0; 4]), None, None);
        assert!(
            step.ok && step.message.to_string().contains("not measurable"),
            "{step:?}"
        );
        assert!(step.notices.is_empty());
        let [only] = &step.facts[..] else {
            panic!("{step:?}");
        };
        assert!(only.value.to_string().starts_with("not known"), "{step:?}");
    }

    #[test]
    fn source_times_alone_tell_a_clock_or_that_it_is_not_known() {
        let none = source_clock(&[]);
        assert!(
            none.ok && none.message.to_string().contains("not known"),
            "{none:?}"
        );
        let ahead = source_clock(&stamps(&[60_000_000; 5]));
        assert_eq!(ahead.notices.len(), 1, "{ahead:?}");
        assert!(
            ahead.facts[0].value.to_string().starts_with("60.0 s ahead"),
            "{ahead:?}"
        );
    }

    #[test]
    fn a_clock_that_is_off_is_noticed() {
        for (ahead, word) in [
            (5_000_000, Some("5.0 s ahead")),
            (900_000, None),
            (-300_000, None),
            (-9_000_000, None),
            (-60_000_000, Some("60.0 s behind")),
        ] {
            let step = compare(&stamps(&[ahead; 6]), None, None);
            assert!(
                step.message.to_string().contains("the sources'"),
                "{step:?}"
            );
            match word {
                Some(word) => assert!(
                    step.notices[0].message.to_string().contains(word),
                    "{step:?}"
                ),
                None => assert!(step.notices.is_empty(), "{step:?}"),
            }
        }
        let at = Timestamp::from_secs(1_000);
        for (date, count) in [(1_002, 0), (999, 0), (1_010, 1), (900, 1)] {
            let facts = WebSocketFacts {
                date: Some(Timestamp::from_secs(date)),
                ..WebSocketFacts::default()
            };
            let step = compare(&[], Some((&facts, at)), None);
            assert_eq!(step.notices.len(), count, "{step:?}");
            assert!(
                step.message.to_string().contains("the server's"),
                "{step:?}"
            );
        }
    }
}
