//! Versions of documents that may arrive out of order.

use std::{collections::HashMap, sync::Arc};

use twin_core::Timestamp;

use crate::{describe::too_many, limits::Limits, observations::Cell, reject::Reject, tree::Node};

/// The newest version heard of each document, by its name.
#[derive(Debug, Default)]
pub(crate) struct Versions {
    known: HashMap<Arc<str>, Version>,
}

/// A number that only rises, of up to 256 bits, the higher half first.
pub(crate) type Number = [u128; 2];

/// Which state of a document is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Version {
    pub(crate) number: Number,
    /// When it came to be, by the clock of whoever counts.
    pub(crate) time: Option<Timestamp>,
}

impl Versions {
    /// Whether a newer version was heard. Counting begins anew when a document is made again, so that a lower number
    /// alone does not make it older: its time must not be later either.
    pub(crate) fn is_stale(&self, name: &str, version: Version) -> bool {
        self.known
            .get(name)
            .is_some_and(|known| version.number < known.number && version.time <= known.time)
    }

    /// As [`is_stale`](Self::is_stale), where one number stands for several states in the order of their times.
    pub(crate) fn is_before(&self, name: &str, version: Version) -> bool {
        self.is_stale(name, version)
            || self
                .known
                .get(name)
                .is_some_and(|known| version.number == known.number && version.time < known.time)
    }

    /// Whether there is room for a document.
    ///
    /// # Errors
    /// It is one too many.
    pub(crate) fn check_room(&self, name: &str, limits: &Limits) -> Result<(), Reject> {
        if self.known.len() < limits.sources || self.known.contains_key(name) {
            return Ok(());
        }
        Err(too_many(limits))
    }

    /// Takes a version that is not stale.
    pub(crate) fn keep(&mut self, name: &str, version: Version) {
        match self.known.get_mut(name) {
            Some(known) => *known = version,
            None => {
                self.known.insert(name.into(), version);
            }
        }
    }

    /// The document is no more.
    pub(crate) fn forget(&mut self, name: &str) {
        self.known.remove(name);
    }
}

/// The number under a key that counts versions: a number, or text of up to 64 hexadecimal digits.
pub(crate) fn number(node: Node<'_>, key: &str) -> Option<Number> {
    match node.get(key)?.cell()? {
        Cell::I64(number) => Some([0, u128::try_from(number).ok()?]),
        Cell::F64(number) if number >= 0.0 && number.is_finite() => Some([0, number as u128]),
        Cell::Text(text) => hexadecimal(text),
        _ => None,
    }
}

fn hexadecimal(text: &str) -> Option<Number> {
    let is_digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let (high, low) = text.split_at_checked(text.len().saturating_sub(32))?;
    let half = |digits: &str| match digits {
        "" => Some(0),
        _ => u128::from_str_radix(digits, 16).ok(),
    };
    is_digits.then_some([half(high)?, half(low)?])
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn version(number: u128, second: i64) -> Version {
        Version {
            number: [0, number],
            time: Some(Timestamp::from_secs(second)),
        }
    }

    #[test]
    fn a_lower_number_is_older_unless_counting_began_anew() {
        let mut versions = Versions::default();
        assert!(!versions.is_stale("d", version(5, 10)));
        versions.keep("d", version(5, 10));
        assert!(versions.is_stale("d", version(4, 10)));
        assert!(!versions.is_stale("d", version(4, 11)));
        assert!(!versions.is_stale("d", version(5, 9)));
        assert!(versions.is_before("d", version(5, 9)));
        assert!(!versions.is_before("d", version(6, 9)));
        assert!(!versions.is_stale("other", version(0, 0)));
        versions.forget("d");
        assert!(!versions.is_stale("d", version(0, 0)));
    }

    #[test]
    fn digits_are_compared_as_a_number() {
        let before =
            hexadecimal("000000000000000001D4132452F67CE200000002000000000000000000000001");
        let after = hexadecimal("000000000000000001D4132452F67CE300000002000000000000000000000000");
        assert!(before < after && before.is_some());
        assert_eq!(hexadecimal("ff"), Some([0, 255]));
        assert_eq!(hexadecimal(""), None);
        assert_eq!(hexadecimal("two"), None);
        assert_eq!(hexadecimal(&"f".repeat(65)), None);
        assert_eq!(hexadecimal(&"ä".repeat(40)), None);
    }

    #[test]
    fn documents_are_bounded_in_number() {
        let limits = Limits {
            sources: 1,
            ..Limits::default()
        };
        let mut versions = Versions::default();
        assert!(versions.check_room("a", &limits).is_ok());
        versions.keep("a", version(1, 1));
        assert!(versions.check_room("a", &limits).is_ok());
        assert!(versions.check_room("b", &limits).is_err());
    }
}
