//! Topics of Tasmota: `%prefix%/%topic%/<what>` or `%topic%/%prefix%/<what>`, or with more levels around them.

/// What a message is, by the last level of its topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// Values of sensors, with their units beside them.
    Sensor,
    /// State of the device, an answer to a command, a relay.
    State,
    /// The answer to `Status <n>`.
    Status(u8),
    /// What the device tells of itself when it starts.
    Info,
    /// Whether it is there.
    Will,
    /// Anything else that it tells: only of a device that is known.
    Other,
    /// A command to it.
    Command,
}

/// Puts the source name of a device into `source`: `tasmota/` and the levels of its topic but for prefix and last one.
/// None when the topic has no prefix of Tasmota.
pub(super) fn parse(topic: &str, source: &mut String) -> Option<What> {
    let (above, last) = topic.rsplit_once('/')?;
    let first = above.split('/').next().unwrap_or_default();
    let before_last = above.rsplit('/').next().unwrap_or_default();
    let is_prefix = |level: &str| matches!(level, "tele" | "stat" | "cmnd");
    let (prefix, name) = if is_prefix(first) {
        (first, above.get(first.len() + 1..)?)
    } else if is_prefix(before_last) {
        let end = above.len() - before_last.len();
        (before_last, above.get(..end.checked_sub(1)?)?)
    } else {
        return None;
    };
    if name.is_empty() {
        return None;
    }
    source.clear();
    source.push_str("tasmota/");
    source.push_str(name);
    Some(what(prefix, last))
}

fn what(prefix: &str, last: &str) -> What {
    let numbered = |name: &str| {
        let digits = last.strip_prefix(name)?;
        let number = || digits.parse().ok();
        if digits.is_empty() { Some(0) } else { number() }
    };
    match (prefix, last) {
        ("cmnd", _) => What::Command,
        ("tele", "LWT") => What::Will,
        ("tele", "SENSOR") => What::Sensor,
        ("tele", "STATE" | "RESULT" | "UPTIME" | "MARGINS" | "HASS_STATE") => What::State,
        ("stat", "RESULT") => What::State,
        ("tele", _) if numbered("INFO").is_some() => What::Info,
        ("stat", _) if numbered("POWER").is_some() => What::State,
        ("stat", _) => numbered("STATUS").map_or(What::Other, What::Status),
        _ => What::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics_are_told_apart() {
        for (topic, source, found) in [
            ("tele/plug/SENSOR", "tasmota/plug", Some(What::Sensor)),
            ("plug/tele/SENSOR", "tasmota/plug", Some(What::Sensor)),
            (
                "hall/plug/tele/STATE",
                "tasmota/hall/plug",
                Some(What::State),
            ),
            ("tele/hall/plug/LWT", "tasmota/hall/plug", Some(What::Will)),
            ("stat/plug/STATUS10", "tasmota/plug", Some(What::Status(10))),
            ("stat/plug/STATUS", "tasmota/plug", Some(What::Status(0))),
            ("stat/plug/POWER2", "tasmota/plug", Some(What::State)),
            ("tele/plug/INFO1", "tasmota/plug", Some(What::Info)),
            ("cmnd/plug/POWER", "tasmota/plug", Some(What::Command)),
            ("stat/plug/DIMMER", "tasmota/plug", Some(What::Other)),
            ("stat/plug/STATUSES", "tasmota/plug", Some(What::Other)),
            ("tele/SENSOR", "", None),
            ("plant/plug/SENSOR", "", None),
            ("tele", "", None),
        ] {
            let mut name = String::new();
            assert_eq!(parse(topic, &mut name), found, "{topic}");
            assert_eq!(name, source, "{topic}");
        }
    }
}
