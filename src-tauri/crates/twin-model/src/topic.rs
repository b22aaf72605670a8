//! MQTT topic filters (MQTT 5, section 4.7).

/// Longest topic or filter in bytes: MQTT counts it in 16 bits.
pub const MAX_BYTES: usize = 65_535;

/// Why `filter` is not a well-formed topic filter, or none when it is.
pub fn filter_fault(filter: &str) -> Option<&'static str> {
    if filter.is_empty() {
        return Some("is empty; write a topic filter such as \"plant/#\"");
    }
    if filter.len() > MAX_BYTES {
        return Some("is longer than 65535 bytes");
    }
    if filter.contains('\0') {
        return Some("holds a NUL character");
    }
    let mut levels = filter.split('/').peekable();
    while let Some(level) = levels.next() {
        if level.contains('#') && (level != "#" || levels.peek().is_some()) {
            return Some("`#` must be a whole level and the last one");
        }
        if level.contains('+') && level != "+" {
            return Some("`+` must be a whole level");
        }
    }
    None
}

/// Whether `filter` asks for everything a broker has.
pub fn is_everything(filter: &str) -> bool {
    // `+/#` needs one level, which every topic has.
    matches!(filter, "#" | "+/#")
}

/// Whether `topic` is asked for by `filter`. Both must be well-formed.
pub fn matches(filter: &str, topic: &str) -> bool {
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
        for bad in ["", "a#", "a/#/b", "#/a", "a+/b", "+a", "a\0b"] {
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
        ] {
            assert!(!matches(filter, topic), "{filter} {topic}");
        }
    }

    #[test]
    fn everything_is_recognised() {
        assert!(is_everything("#") && is_everything("+/#"));
        assert!(!is_everything("/#") && !is_everything("a/#") && !is_everything("+"));
    }
}
