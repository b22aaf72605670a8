//! MQTT topic filters (MQTT 5, section 4.7).

use twin_core::{Said, said};

/// Longest topic or filter in bytes: MQTT counts it in 16 bits.
pub const MAX_BYTES: usize = 65_535;

/// Why `filter` is not a well-formed topic filter, or none when it is.
pub fn filter_fault(filter: &str) -> Option<Said> {
    if filter.is_empty() {
        return Some(said!(
            "plantfile-filter-empty",
            "is empty; write a topic filter such as \"plant/#\""
        ));
    }
    if filter.len() > MAX_BYTES {
        return Some(said!("plantfile-filter-long", "is longer than 65535 bytes"));
    }
    if filter.contains('\0') {
        return Some(said!("plantfile-filter-nul", "holds a NUL character"));
    }
    let Some(filter) = shared_filter(filter) else {
        return Some(said!(
            "plantfile-filter-share",
            "shares without a group or a filter; write it as \"$share/group/plant/#\""
        ));
    };
    let mut levels = filter.split('/').peekable();
    while let Some(level) = levels.next() {
        if level.contains('#') && (level != "#" || levels.peek().is_some()) {
            return Some(said!(
                "plantfile-filter-hash",
                "`#` must be a whole level and the last one"
            ));
        }
        if level.contains('+') && level != "+" {
            return Some(said!("plantfile-filter-plus", "`+` must be a whole level"));
        }
    }
    None
}

/// Whether `filter` asks for everything a broker has, alone or shared.
pub fn is_everything(filter: &str) -> bool {
    // `+/#` needs one level, which every topic has.
    matches!(unshared(filter), "#" | "+/#")
}

/// The filter of a shared subscription (MQTT 5, section 4.8.2), or the filter itself.
pub fn unshared(filter: &str) -> &str {
    shared_filter(filter).unwrap_or(filter)
}

/// None when it begins as a shared subscription and is none.
fn shared_filter(filter: &str) -> Option<&str> {
    let Some(shared) = filter.strip_prefix("$share/") else {
        return (filter != "$share").then_some(filter);
    };
    let (group, filter) = shared.split_once('/')?;
    (is_share(group) && !filter.is_empty()).then_some(filter)
}

/// Whether a group that shares a subscription may have this name.
pub fn is_share(group: &str) -> bool {
    !group.is_empty() && !group.contains(['/', '+', '#', '\0'])
}

/// Whether some topic is asked for by both filters. Both must be well-formed.
pub fn overlap(a: &str, b: &str) -> bool {
    let (a, b) = (unshared(a), unshared(b));
    let is_wild = |filter: &str| filter.starts_with(['+', '#']);
    if (a.starts_with('$') && is_wild(b)) || (b.starts_with('$') && is_wild(a)) {
        return false;
    }
    let (mut a, mut b) = (a.split('/'), b.split('/'));
    loop {
        match (a.next(), b.next()) {
            (None, None) | (Some("#"), _) | (_, Some("#")) => return true,
            (Some(a), Some(b)) if a == "+" || b == "+" || a == b => {}
            _ => return false,
        }
    }
}

/// Whether `topic` is asked for by `filter`, alone or shared. Both must be well-formed.
pub fn matches(filter: &str, topic: &str) -> bool {
    let filter = unshared(filter);
    // Topics of the broker itself are not for filters that begin with a wildcard (section 4.7.2).
    if topic.starts_with('$') && filter.starts_with(['+', '#']) {
        return false;
    }
    let mut topic_levels = topic.split('/');
    for level in filter.split('/') {
        if level == "#" {
            return true;
        }
        match topic_levels.next() {
            Some(topic_level) if level == "+" || level == topic_level => {}
            _ => return false,
        }
    }
    topic_levels.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn malformed_filters_are_named() {
        for bad in [
            "",
            "a#",
            "a/#/b",
            "#/a",
            "a+/b",
            "+a",
            "a\0b",
            "$share",
            "$share/",
            "$share/g",
            "$share/g/",
            "$share//a",
            "$share/+/a",
            "$share/g/a#",
        ] {
            assert!(filter_fault(bad).is_some(), "{bad:?}");
        }
        for good in [
            "a",
            "/",
            "+",
            "#",
            "a/+/b",
            "a/#",
            "+/+/#",
            "spBv1.0/Riverside/#",
            "a//b",
            "$share/g/a/#",
            "$share/g//",
            "$shared",
        ] {
            assert_eq!(filter_fault(good), None, "{good:?}");
        }
        assert!(filter_fault(&"a".repeat(MAX_BYTES + 1)).is_some());
    }

    #[test]
    fn matching_follows_the_standard() {
        for (filter, topic) in [
            ("sport/tennis/player1/#", "sport/tennis/player1"),
            (
                "sport/tennis/player1/#",
                "sport/tennis/player1/score/wimbledon",
            ),
            ("sport/#", "sport"),
            ("#", "a/b"),
            ("+/+", "/finance"),
            ("/+", "/finance"),
            ("$SYS/#", "$SYS/broker"),
            ("$share/g/sport/#", "sport/x"),
        ] {
            assert!(matches(filter, topic), "{filter} {topic}");
        }
        for (filter, topic) in [
            ("sport/tennis/+", "sport/tennis/player1/ranking"),
            ("sport/+", "sport"),
            ("+", "/finance"),
            ("#", "$SYS/broker"),
            ("+/broker", "$SYS/broker"),
            ("a/b", "a"),
            ("$share/g/#", "$SYS/broker"),
            ("$share/g/a", "$share/g/a"),
        ] {
            assert!(!matches(filter, topic), "{filter} {topic}");
        }
    }

    #[test]
    fn everything_is_recognised() {
        assert!(is_everything("#") && is_everything("+/#"));
        assert!(is_everything("$share/g/#") && !is_everything("$share/g/a/#"));
        assert!(!is_everything("/#") && !is_everything("a/#") && !is_everything("+"));
    }

    #[test]
    fn filters_overlap() {
        for (a, b) in [
            ("#", "a/b"),
            ("a/+", "+/b"),
            ("a/#", "a"),
            ("a/+/c", "$share/g/a/b/#"),
        ] {
            assert!(overlap(a, b) && overlap(b, a), "{a} {b}");
        }
        for (a, b) in [
            ("a/b", "a/c"),
            ("a/+", "a"),
            ("+/b", "$SYS/b"),
            ("a", "a/b"),
        ] {
            assert!(!overlap(a, b) && !overlap(b, a), "{a} {b}");
        }
    }
}
