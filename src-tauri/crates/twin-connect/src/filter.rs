//! Topic filters: which are valid, which are shared, which mean everything.

use twin_core::{Said, said};

use crate::Error;

/// What begins a shared subscription (MQTT 5, 4.8.2): `$share/{group}/{filter}`.
pub(crate) const SHARE: &str = "$share/";

/// The group of a shared subscription, if it is one, and the filter itself.
pub(crate) fn split(filter: &str) -> (Option<&str>, &str) {
    match filter.strip_prefix(SHARE) {
        Some(rest) => match rest.split_once('/') {
            Some((group, filter)) => (Some(group), filter),
            None => (Some(rest), ""),
        },
        None => (None, filter),
    }
}

/// Whether a filter names no level at all, as `#`, `+/#` and `+/+` do, shared or not: then it asks for whatever the
/// broker has, and nobody should be subscribed to that unasked.
pub fn asks_for_everything(filter: &str) -> bool {
    let (_, filter) = split(filter);
    filter.split('/').all(|level| matches!(level, "+" | "#"))
}

/// Whether messages on `topic` come with `filter`, shared or not (MQTT 5, 4.7).
pub(crate) fn covers(filter: &str, topic: &str) -> bool {
    let (_, filter) = split(filter);
    // A topic of the broker's own comes only with a filter that names its first level. (4.7.2)
    if topic.starts_with('$') && filter.starts_with(['+', '#']) {
        return false;
    }
    let mut levels = topic.split('/');
    for wanted in filter.split('/') {
        match (wanted, levels.next()) {
            ("#", _) => return true,
            ("+", Some(_)) => {}
            (wanted, Some(level)) if wanted == level => {}
            _ => return false,
        }
    }
    levels.next().is_none()
}

/// The rules of MQTT 5, 4.7.1 and 4.8.2.
pub(crate) fn check(filter: &str) -> Result<(), Error> {
    let (group, topics) = split(filter);
    match group.map_or(Ok(()), check_group).and(check_topics(topics)) {
        Ok(()) if filter.len() > usize::from(u16::MAX) => Err(said!(
            "connect-filter-long",
            "it is longer than 65535 bytes; shorten it"
        )),
        other => other,
    }
    .map_err(|why| Error::Filter {
        filter: filter.into(),
        why,
    })
}

/// A share group is one level without wildcards.
pub(crate) fn check_group(group: &str) -> Result<(), Said> {
    if group.is_empty() {
        return Err(said!(
            "connect-group-empty",
            "its share group is empty; name the group, as in $share/group/plant/#"
        ));
    }
    if group.contains(['+', '#', '/', '\0']) {
        return Err(said!(
            "connect-group-marks",
            "its share group holds one of + # / or a null character; use a plain name"
        ));
    }
    Ok(())
}

fn check_topics(filter: &str) -> Result<(), Said> {
    if filter.is_empty() {
        return Err(said!(
            "connect-filter-empty",
            "it is empty; enter a topic such as plant/#"
        ));
    }
    if filter.contains('\0') {
        return Err(said!(
            "connect-filter-nul",
            "it holds a null character; remove it"
        ));
    }
    let mut levels = filter.split('/').peekable();
    while let Some(level) = levels.next() {
        if level.contains('#') && (level != "#" || levels.peek().is_some()) {
            return Err(said!(
                "connect-filter-hash",
                "# stands for all the rest, so it can only be the last level on its own"
            ));
        }
        if level.contains('+') && level != "+" {
            return Err(said!(
                "connect-filter-plus",
                "+ stands for one whole level, so it cannot be part of one"
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_cover_topics_by_levels() {
        for (filter, topic, comes) in [
            ("plant/#", "plant/a/b", true),
            ("plant/#", "plant", true),
            ("plant/+", "plant/a", true),
            ("plant/+", "plant/a/b", false),
            ("plant/+", "plant", false),
            ("plant/+/t", "plant//t", true),
            ("#", "plant", true),
            ("#", "$SYS/uptime", false),
            ("+/uptime", "$SYS/uptime", false),
            ("$SYS/#", "$SYS/uptime", true),
            ("$share/desk/plant/#", "plant/a", true),
            ("plant/a", "plant/a", true),
            ("plant/a", "plant/ab", false),
        ] {
            assert_eq!(covers(filter, topic), comes, "{filter} {topic}");
        }
    }

    #[test]
    fn filters_follow_the_standard() {
        for good in [
            "a",
            "a/b",
            "#",
            "+",
            "a/+/b",
            "a/#",
            "+/+/#",
            "/",
            "a//b",
            "$SYS/#",
            "spBv1.0/Ü/#",
            "$share/g/a/#",
            "$share/g//",
        ] {
            assert!(check(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "a#",
            "#/a",
            "a/#/b",
            "a+",
            "a/+b/c",
            "##",
            "a\0b",
            "$share/g",
            "$share/g/",
            "$share//a",
            "$share/+/a",
            "$share/g/a#",
        ] {
            let error = check(bad).unwrap_err().to_string();
            assert!(error.contains("topic filter"), "{error}");
        }
        assert!(check(&"a".repeat(65_536)).is_err());
        assert!(check(&"a".repeat(65_535)).is_ok());
    }

    #[test]
    fn what_asks_for_everything_is_seen_through_its_disguises() {
        for wide in ["#", "+/#", "+", "+/+/#", "$share/g/#", "$share/g/+/#"] {
            assert!(asks_for_everything(wide), "{wide}");
        }
        for narrow in ["a/#", "+/a/#", "/#", "$SYS/#", "$share/g/a/#"] {
            assert!(!asks_for_everything(narrow), "{narrow}");
        }
    }
}
