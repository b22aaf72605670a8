//! What of everything heard is left alone.

use std::collections::HashSet;

use twin_core::Said;

use crate::topic;

/// The entries of `[discovery] ignore`, ready to be asked about many addresses. An entry is an MQTT topic filter, which
/// covers whole topics, or a filter without `#`, then `#` and a path, which covers that path in its payloads alone:
/// `plant/+#rssi`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ignored {
    /// Topics without wildcards.
    topics: HashSet<String>,
    /// Levels without wildcards: they and all below them.
    levels: HashSet<String>,
    /// Addresses without wildcards.
    addresses: HashSet<String>,
    /// Filters with other wildcards, and the path when only that is meant.
    others: Vec<(String, Option<String>)>,
}

impl Ignored {
    /// Of these entries; what is no entry covers nothing.
    pub fn of<'e>(entries: impl IntoIterator<Item = &'e str>) -> Ignored {
        let mut ignored = Ignored::default();
        for entry in entries {
            let Some((filter, path)) = read(entry) else {
                continue;
            };
            let filter = topic::unshared(filter);
            let level = filter.strip_suffix("/#").filter(|_| path.is_none());
            let is_plain = |text: &str| !text.contains(['+', '#']);
            if let Some(level) = level.filter(|level| is_plain(level)) {
                ignored.levels.insert(level.to_owned());
            } else if !is_plain(filter) {
                let path = path.map(str::to_owned);
                ignored.others.push((filter.to_owned(), path));
            } else if let Some(path) = path {
                ignored.addresses.insert(format!("{filter}#{path}"));
            } else {
                ignored.topics.insert(filter.to_owned());
            }
        }
        ignored
    }

    /// Whether an address is to be left alone.
    pub fn covers(&self, address: &str) -> bool {
        let (topic, path) = address.split_once('#').unwrap_or((address, ""));
        self.topics.contains(topic)
            || self.addresses.contains(address)
            || self.is_below(topic)
            || self.others.iter().any(|(filter, only)| {
                only.as_ref().is_none_or(|only| only == path) && topic::matches(filter, topic)
            })
    }

    fn is_below(&self, topic: &str) -> bool {
        let mut level = Some(topic).filter(|_| !self.levels.is_empty());
        while let Some(at) = level {
            if self.levels.contains(at) {
                return true;
            }
            level = at.rsplit_once('/').map(|(above, _)| above);
        }
        false
    }

    /// Why a text is no entry, in words that follow it; none when it is one.
    pub fn fault(entry: &str) -> Option<Said> {
        let fault = topic::filter_fault(entry)?;
        read(entry).is_none().then_some(fault)
    }

    /// Whether an address is an entry that covers nothing but it.
    pub fn is_address(entry: &str) -> bool {
        read(entry).is_some_and(|(filter, path)| {
            path.is_some() && !filter.contains('+') && topic::unshared(filter) == filter
        })
    }
}

/// Filter and path of an entry.
fn read(entry: &str) -> Option<(&str, Option<&str>)> {
    if topic::filter_fault(entry).is_none() {
        return Some((entry, None));
    }
    let (filter, path) = entry.split_once('#')?;
    // `a/#/b` is a filter that somebody got wrong.
    let is_entry = !filter.ends_with('/')
        && !path.is_empty()
        && entry.len() <= topic::MAX_BYTES
        && topic::filter_fault(filter).is_none();
    is_entry.then_some((filter, Some(path)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_path_of_a_topic_can_be_left_alone() {
        let ignored = Ignored::of(["a/b#rssi", "a/+#x/y", "$share/g/s#v"]);
        for covered in ["a/b#rssi", "a/c#x/y", "s#v"] {
            assert!(ignored.covers(covered), "{covered}");
        }
        for other in ["a/b#rssi2", "a/b", "a/b/c#rssi", "a#x/y", "a/c#x", "s#w"] {
            assert!(!ignored.covers(other), "{other}");
        }
        assert!(Ignored::is_address("a/b#rssi"));
        for other in ["a/+#x", "a/b", "a/#", "$share/g/s#v", "a/b#", "a+b#x"] {
            assert!(!Ignored::is_address(other), "{other}");
        }
    }

    #[test]
    fn what_is_no_entry_is_told() {
        for bad in ["", "a#", "a/#/b", "#/a", "a+b", "a+b#x", "#x", "a\0b"] {
            assert!(Ignored::fault(bad).is_some(), "{bad:?}");
            assert!(!Ignored::of([bad]).covers("a/b#x"), "{bad:?}");
        }
        for good in ["a", "#", "a/+/#", "a#x", "+/b#x#y", "$share/g/a"] {
            assert_eq!(Ignored::fault(good), None, "{good:?}");
        }
    }

    proptest! {
        #[test]
        fn many_filters_cover_what_each_covers(
            filters in proptest::collection::vec("(\\$share/g/)?[a$+]?(/[ab+]?){0,3}(/#)?|#", 0..6),
            topics in proptest::collection::vec("[a$]?(/[ab]?){0,4}", 1..6),
        ) {
            let filters = filters.iter().filter(|filter| topic::filter_fault(filter).is_none());
            let filters: Vec<&str> = filters.map(String::as_str).collect();
            let ignored = Ignored::of(filters.iter().copied());
            for topic in topics {
                let each = filters.iter().any(|filter| topic::matches(filter, &topic));
                prop_assert_eq!(ignored.covers(&format!("{topic}#v")), each, "{:?} {}", filters, topic);
            }
        }
    }
}
