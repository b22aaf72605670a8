//! Topics of configuration: `<prefix>/<component>/[<node>/]<object>/config`.

/// The prefix that devices use unless told otherwise.
const PREFIX: &str = "homeassistant";

/// Sorts of entities, and `device` for all of a device at once.
const COMPONENTS: &[&str] = &[
    "alarm_control_panel",
    "binary_sensor",
    "button",
    "camera",
    "climate",
    "cover",
    "device",
    "device_automation",
    "device_tracker",
    "event",
    "fan",
    "humidifier",
    "image",
    "lawn_mower",
    "light",
    "lock",
    "notify",
    "number",
    "scene",
    "select",
    "sensor",
    "siren",
    "switch",
    "tag",
    "text",
    "update",
    "vacuum",
    "valve",
    "water_heater",
];

/// Words of which a configuration on a topic of another prefix holds one.
const WORDS: [&[u8]; 6] = [
    b"\"state_topic\"",
    b"\"stat_t\"",
    b"\"command_topic\"",
    b"\"cmd_t\"",
    b"\"components\"",
    b"\"cmps\"",
];

/// What a topic of configuration is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Topic<'t> {
    pub(super) component: &'t str,
    /// Node and object, or object alone.
    pub(super) object: &'t str,
    /// Whether it is of the usual prefix.
    is_usual: bool,
}

impl<'t> Topic<'t> {
    /// None for a topic of no configuration. Levels before the component are the prefix.
    pub(super) fn of(topic: &'t str) -> Option<Topic<'t>> {
        let home = topic.strip_suffix("/config")?;
        let levels: [Option<&str>; 3] = {
            let mut levels = home.rsplit('/');
            [levels.next(), levels.next(), levels.next()]
        };
        let is_component = |level: Option<&str>| {
            level.is_some_and(|level| COMPONENTS.binary_search(&level).is_ok())
        };
        let [object, node, above] = levels;
        let (component, object_len) = match (object, node, above) {
            (Some(object), Some(node), Some(above)) if is_component(Some(above)) => {
                (above, node.len() + 1 + object.len())
            }
            (Some(object), Some(node), Some(_)) if is_component(Some(node)) => (node, object.len()),
            _ => return None,
        };
        let object = home.get(home.len() - object_len..)?;
        let prefix = home.get(..home.len().checked_sub(object_len + component.len() + 2)?)?;
        let fits = !object.is_empty() && !prefix.is_empty();
        fits.then_some(Topic {
            component,
            object,
            is_usual: prefix == PREFIX,
        })
    }

    /// Whether a message on it is a configuration.
    pub(super) fn is_config(self, payload: &[u8]) -> bool {
        let holds = |word: &&[u8]| payload.windows(word.len()).any(|found| found == *word);
        self.is_usual || WORDS.iter().any(holds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics_are_told_apart() {
        for (topic, parts) in [
            ("homeassistant/sensor/a/config", Some(("sensor", "a", true))),
            (
                "homeassistant/sensor/n/a/config",
                Some(("sensor", "n/a", true)),
            ),
            ("homeassistant/device/n/config", Some(("device", "n", true))),
            ("home/ha/switch/a/config", Some(("switch", "a", false))),
            ("homeassistant/binary_sensor/a/state", None),
            ("homeassistant/sensors/a/config", None),
            ("sensor/a/config", None),
            ("te/device/main/service/x/config", None),
            ("homeassistant/status", None),
        ] {
            let found = Topic::of(topic);
            let found = found.map(|topic| (topic.component, topic.object, topic.is_usual));
            assert_eq!(found, parts, "{topic}");
        }
        assert!(COMPONENTS.is_sorted());
        let other = Topic::of("x/sensor/a/config").unwrap();
        assert!(!other.is_config(br#"{"interval":5}"#));
        assert!(other.is_config(br#"{"stat_t":"a"}"#));
    }
}
