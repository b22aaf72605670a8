//! Under which keys JSON tells when something was measured.

/// Longest name below, bytes.
const NAME_BYTES: usize = 16;

/// Keys under which a source time may stand, the most trusted first. Case and `_`, `-`, `@`, blanks between words make no
/// difference.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TimeNames(&'static [(&'static str, Numbers)]);

/// Which numbers under a key are times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Numbers {
    /// Each, even one that would lie before 2000: then its clock was never set.
    Always,
    /// Plausible ones: `t` may well be a temperature, and `time` a duration.
    Plausible,
}

use Numbers::{Always, Plausible};

impl TimeNames {
    /// For JSON of unknown origin. What names the measurement stands before what may name the message, and that before
    /// what names the sending.
    pub(crate) const GENERIC: TimeNames = TimeNames(&[
        ("sourcetimestamp", Always),
        ("phenomenontime", Plausible),
        ("resulttime", Plausible),
        ("measurementtime", Plausible),
        ("measuredat", Plausible),
        ("observedat", Plausible),
        ("sampledat", Plausible),
        ("sampletime", Plausible),
        ("recordedat", Plausible),
        ("eventtime", Plausible),
        ("timestamp", Always),
        ("timestampms", Always),
        ("timestampus", Always),
        ("timestampns", Always),
        ("timestamputc", Always),
        ("unixtimestamp", Always),
        ("unixtime", Always),
        ("unixms", Always),
        ("epochtime", Always),
        ("epochms", Always),
        ("epoch", Always),
        ("datetime", Plausible),
        ("utctime", Plausible),
        ("timeutc", Plausible),
        ("timems", Plausible),
        ("time", Plausible),
        ("tsms", Always),
        ("ts", Always),
        ("t", Plausible),
        ("date", Plausible),
        ("servertimestamp", Plausible),
        ("publishedat", Plausible),
        ("sentat", Plausible),
        ("createdat", Plausible),
    ]);
    /// For zigbee2mqtt, which says when it last heard of a device.
    pub(crate) const ZIGBEE: TimeNames = TimeNames(&[("lastseen", Always)]);
    /// For conventions that say `time` and mean nothing else by it.
    pub(crate) const TIME: TimeNames = TimeNames(&[("time", Always)]);

    /// How much a key is trusted (less is more), and which numbers under it are times.
    pub(crate) fn rank(self, key: &str) -> Option<(usize, Numbers)> {
        let mut buffer = [0; NAME_BYTES];
        let name = plain(key, &mut buffer)?;
        let rank = self
            .0
            .iter()
            .position(|(known, _)| known.as_bytes() == name)?;
        self.0.get(rank).map(|(_, numbers)| (rank, *numbers))
    }
}

/// The letters and digits of a key, small; none when there are more than any name has.
fn plain<'b>(key: &str, buffer: &'b mut [u8; NAME_BYTES]) -> Option<&'b [u8]> {
    let mut length = 0;
    for byte in key.bytes() {
        if matches!(byte, b'_' | b'-' | b'@' | b' ') {
            continue;
        }
        *buffer.get_mut(length)? = byte.to_ascii_lowercase();
        length += 1;
    }
    buffer.get(..length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_written_as_it_is_looked_up() {
        for names in [TimeNames::GENERIC, TimeNames::ZIGBEE, TimeNames::TIME] {
            for (at, (name, numbers)) in names.0.iter().enumerate() {
                assert_eq!(names.rank(name), Some((at, *numbers)), "{name}");
            }
        }
    }

    #[test]
    fn case_and_what_joins_words_make_no_difference() {
        let rank = |key| TimeNames::GENERIC.rank(key);
        for key in ["measured_at", "measuredAt", "Measured-At", "@measured at"] {
            assert_eq!(rank(key), rank("measuredat"), "{key}");
        }
        assert!(rank("measuredat").is_some());
        for key in [
            "",
            "_",
            "temperature",
            "timeout",
            "a_timestamp_that_is_long",
        ] {
            assert_eq!(rank(key), None, "{key}");
        }
    }
}
