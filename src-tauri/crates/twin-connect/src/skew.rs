//! Comparing the clocks of the other side with this machine's.

use twin_core::Timestamp;

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
        "compared with the sources' clock".into()
    } else {
        "the device's clock is not known: no source times were at hand".into()
    };
    step
}

/// Whether there were enough of them.
fn compare_sources(step: &mut TestStep, stamps: &[Stamp]) -> bool {
    let Some(ahead) = source_skew(stamps) else {
        step.fact(
            "source times (median)",
            format!("not known: fewer than {ENOUGH} live messages that hold a time"),
        );
        return false;
    };
    step.fact("source times (median)", offset(ahead));
    if ahead > AHEAD_TOLERANCE {
        step.notice(
            format!("the sources' clocks are {}", offset(ahead)),
            "Let the devices and this machine keep their time by NTP.",
        );
    } else if ahead < -BEHIND_TOLERANCE {
        step.notice(
            format!(
                "source times are {}: by their clocks, or by delay",
                offset(ahead)
            ),
            "Check the devices' clocks, and whether they send values late.",
        );
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
    let mut found = Vec::new();
    if let Some((facts, at)) = web_socket
        && let Some(date) = facts.date
    {
        let ahead = date.since(at).micros();
        step.fact("server clock (HTTP Date, to the second)", offset(ahead));
        if ahead.abs() > HTTP_TOLERANCE {
            step.notice(
                format!("the server's clock is {}", offset(ahead)),
                "Let both machines keep their time by NTP.",
            );
        }
        found.push("the server's");
    }
    if compare_sources(&mut step, stamps) {
        found.push("the sources'");
    }
    let since = tls.and_then(|tls| tls.chain.iter().map(|one| one.not_before).max());
    let until = tls.and_then(|tls| tls.chain.iter().map(|one| one.not_after).min());
    if let (Some(since), Some(until)) = (since, until) {
        let range = format!("from {} to {}", day(since), day(until));
        step.fact(
            "this machine's clock is within what the certificates allow",
            range,
        );
    }
    step.message = if found.is_empty() {
        "the broker's clock is not measurable: MQTT carries no time of day, and no source times were at hand".into()
    } else {
        format!("compared with {} clock", found.join(" and "))
    };
    step
}

/// "2.1 s ahead of this machine's".
fn offset(ahead: i64) -> String {
    let seconds = ahead.unsigned_abs() as f64 / 1e6;
    let side = if ahead < 0 { "behind" } else { "ahead of" };
    format!("{seconds:.1} s {side} this machine's")
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
            step.ok && step.message.contains("not measurable"),
            "{step:?}"
        );
        assert!(step.notices.is_empty());
        let [only] = &step.facts[..] else {
            panic!("{step:?}");
        };
        assert!(only.value.starts_with("not known"), "{step:?}");
    }

    #[test]
    fn source_times_alone_tell_a_clock_or_that_it_is_not_known() {
        let none = source_clock(&[]);
        assert!(none.ok && none.message.contains("not known"), "{none:?}");
        let ahead = source_clock(&stamps(&[60_000_000; 5]));
        assert_eq!(ahead.notices.len(), 1, "{ahead:?}");
        assert!(
            ahead.facts[0].value.starts_with("60.0 s ahead"),
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
            assert!(step.message.contains("the sources'"), "{step:?}");
            match word {
                Some(word) => assert!(step.notices[0].message.contains(word), "{step:?}"),
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
            assert!(step.message.contains("the server's"), "{step:?}");
        }
    }
}
