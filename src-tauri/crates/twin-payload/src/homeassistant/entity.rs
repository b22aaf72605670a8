//! The values of an entity: which topics hold them, and what they are.

use std::sync::Arc;

use twin_core::ValueKind;

use super::{
    names::Options,
    template::{self, Meaning},
};
use crate::{
    describe::Texts,
    description::{Point, SourceUnit, UnitVocabulary},
    tree::Node,
};

/// Topics that hold no value of an entity: what is sent to it, and what is said of it elsewhere.
const NO_VALUES: &[&str] = &[
    "availability_topic",
    "image_topic",
    "json_attributes_topic",
    "last_reset_topic",
    "send_command_topic",
    "set_fan_speed_topic",
    "set_position_topic",
    "url_topic",
];

/// An entity of a configuration.
pub(super) struct Entity<'o, 't> {
    pub(super) component: &'o str,
    pub(super) name: Option<&'t str>,
    pub(super) options: &'o Options<'t>,
    /// What `~` at an end of a topic stands for.
    pub(super) base: &'t str,
}

impl Entity<'_, '_> {
    /// Adds the points of the entity and the topics on which their values come.
    pub(super) fn points(
        &self,
        texts: &mut Texts<'_>,
        (points, topics): (&mut Vec<Point>, &mut Vec<Arc<str>>),
    ) {
        if matches!(
            self.component,
            "camera" | "device_automation" | "image" | "tag"
        ) {
            return;
        }
        for (option, node) in self.options.all() {
            let Some(role) = option.strip_suffix("_topic") else {
                continue;
            };
            if NO_VALUES.contains(&option) || role.contains("command") {
                continue;
            }
            let Some(topic) = node
                .text()
                .and_then(|topic| expand(topic, self.base, texts))
            else {
                continue;
            };
            if self.component == "light" && self.options.text("schema") == Some("json") {
                self.json_light(&topic, texts, points);
            } else {
                let template = self.template(role);
                self.point(role, (&topic, template), texts, points);
            }
            if !topics.contains(&topic) {
                topics.push(topic);
            }
        }
    }

    fn template(&self, role: &str) -> Option<&str> {
        let names = match role.strip_suffix("_state") {
            _ if role == "state" => {
                ["value_template", "state_value_template", "state_template"].map(str::to_owned)
            }
            Some(thing) => [
                format!("{role}_template"),
                format!("{thing}_value_template"),
                format!("{thing}_template"),
            ],
            None => [
                format!("{role}_template"),
                format!("{role}_value_template"),
                String::new(),
            ],
        };
        names.iter().find_map(|name| self.options.text(name))
    }

    fn is_writable(&self, role: &str) -> bool {
        let command = match role {
            "state" => "command_topic".to_owned(),
            "position" => "set_position_topic".to_owned(),
            _ => {
                let thing = role.strip_suffix("_state").or(role.strip_suffix("_status"));
                format!("{}_command_topic", thing.unwrap_or(role))
            }
        };
        self.options.get(&command).is_some()
    }

    fn point(
        &self,
        role: &str,
        (topic, template): (&str, Option<&str>),
        texts: &mut Texts<'_>,
        points: &mut Vec<Point>,
    ) {
        let taken = template::read(template);
        let Some(address) = texts.address(topic, &taken.path) else {
            return;
        };
        let mut point = Point {
            address,
            name: self.name_of(role, texts),
            unit: self.unit(role, texts),
            kind: self.kind(role),
            range: self.range(role),
            states: self.states(role, texts),
            writable: self.is_writable(role),
            device_class: self.class(role, texts),
            ..Point::default()
        };
        if !point.states.is_empty() {
            point.kind = point.kind.or(Some(ValueKind::Text));
        }
        let remark = match taken.meaning {
            Meaning::Plain => None,
            Meaning::Computed => Some("shown elsewhere as"),
            Meaning::Unknown => Some("template not understood:"),
        };
        if let (Some(remark), Some(template)) = (remark, template) {
            // What is told of the result is not true of the value that is sent.
            let unit = point.unit.take().map(|unit| format!(" in {}", unit.text));
            let unit = unit.unwrap_or_default();
            point.range = None;
            point.kind = None;
            point.description = texts.of(&format!("{remark} {template}{unit}"));
        }
        texts.put(points, point);
    }

    /// A light that says all in one object.
    fn json_light(&self, topic: &str, texts: &mut Texts<'_>, points: &mut Vec<Point>) {
        let dims = self.options.get("brightness").and_then(Node::bool) == Some(true);
        let paths = [("state", true), ("brightness_state", dims)];
        for (role, _) in paths.into_iter().filter(|(_, there)| *there) {
            let path = role.strip_suffix("_state").unwrap_or(role);
            let Some(address) = texts.address(topic, path) else {
                continue;
            };
            let point = Point {
                address,
                name: self.name_of(role, texts),
                kind: self.kind(role).or(Some(ValueKind::Text)),
                range: self.range(role),
                states: self.states(role, texts),
                writable: self.is_writable("state"),
                ..Point::default()
            };
            texts.put(points, point);
        }
    }

    fn name_of(&self, role: &str, texts: &mut Texts<'_>) -> Option<Arc<str>> {
        let name = self.name.unwrap_or_default();
        if role == "state" {
            return texts.of(name);
        }
        let role = role
            .strip_suffix("_state")
            .unwrap_or(role)
            .replace('_', " ");
        texts.of(format!("{name} {role}").trim())
    }

    fn unit(&self, role: &str, texts: &mut Texts<'_>) -> Option<SourceUnit> {
        let unit = if role == "state" {
            self.options.text("unit_of_measurement")
        } else if role.contains("temperature") {
            match self.options.text("temperature_unit") {
                Some("C") => Some("°C"),
                Some("F") => Some("°F"),
                other => other,
            }
        } else if role.contains("humidity") {
            Some("%")
        } else {
            None
        };
        texts.unit(unit, UnitVocabulary::HomeAssistant)
    }

    fn kind(&self, role: &str) -> Option<ValueKind> {
        let measures = self.options.text("unit_of_measurement").is_some()
            || self.options.text("state_class").is_some()
            || self.component == "number";
        let is_number = match role {
            "state" => measures,
            "position" | "brightness_state" | "percentage_state" | "battery_level" => true,
            _ => role.contains("temperature") || role.contains("humidity"),
        };
        is_number.then_some(ValueKind::F64)
    }

    fn range(&self, role: &str) -> Option<[f64; 2]> {
        let ends = |least: &str, greatest: &str| {
            let ends = [self.options.number(least)?, self.options.number(greatest)?];
            Some(ends)
        };
        let or = |name: &str, usual: f64| self.options.number(name).unwrap_or(usual);
        match role {
            "state" if self.component == "number" => ends("min", "max"),
            "brightness_state" => Some([0.0, or("brightness_scale", 255.0)]),
            "position" => Some([or("position_closed", 0.0), or("position_open", 100.0)]),
            "percentage_state" => Some([or("speed_range_min", 1.0), or("speed_range_max", 100.0)]),
            "target_humidity_state" => ends("min_humidity", "max_humidity"),
            _ if role.starts_with("temperature") => ends("min_temp", "max_temp"),
            _ => None,
        }
    }

    fn class(&self, role: &str, texts: &mut Texts<'_>) -> Option<Arc<str>> {
        match role {
            "state" => texts.maybe(self.options.text("device_class")),
            _ if role.contains("temperature") => Some("temperature".into()),
            _ if role.contains("humidity") => Some("humidity".into()),
            _ => None,
        }
    }

    fn states(&self, role: &str, texts: &mut Texts<'_>) -> Vec<Arc<str>> {
        let list = |name: &str, texts: &mut Texts<'_>| {
            let items = self.options.get(name).into_iter().flat_map(Node::children);
            items.filter_map(|item| texts.of(item.text()?)).collect()
        };
        let each = |names: &[(&str, &str)], texts: &mut Texts<'_>| {
            let word = |(name, usual): &(&str, &str)| {
                texts.of(self
                    .options
                    .get(name)
                    .map_or(*usual, |own| own.text().unwrap_or_default()))
            };
            names.iter().filter_map(word).collect()
        };
        match (self.component, role) {
            ("binary_sensor", "state") => {
                each(&[("payload_off", "OFF"), ("payload_on", "ON")], texts)
            }
            ("switch" | "light" | "fan" | "siren" | "humidifier", "state") => {
                let own = |of: &'static str, payload: &'static str| {
                    if self.options.get(of).is_some() {
                        of
                    } else {
                        payload
                    }
                };
                let (off, on) = (
                    own("state_off", "payload_off"),
                    own("state_on", "payload_on"),
                );
                each(&[(off, "OFF"), (on, "ON")], texts)
            }
            ("lock", "state") => each(
                &[("state_locked", "LOCKED"), ("state_unlocked", "UNLOCKED")],
                texts,
            ),
            ("cover" | "valve", "state") => each(
                &[
                    ("state_closed", "closed"),
                    ("state_closing", "closing"),
                    ("state_open", "open"),
                    ("state_opening", "opening"),
                ],
                texts,
            ),
            ("select" | "sensor", "state") => list("options", texts),
            (_, "mode_state") => list("modes", texts),
            (_, "fan_mode_state") => list("fan_modes", texts),
            (_, "preset_mode_state") => list("preset_modes", texts),
            (_, "swing_mode_state") => list("swing_modes", texts),
            (_, "effect_state") => list("effect_list", texts),
            _ => vec![],
        }
    }
}

/// A topic with `~` at its beginning or end replaced; none when it is no topic.
pub(super) fn expand(topic: &str, base: &str, texts: &mut Texts<'_>) -> Option<Arc<str>> {
    let full = match (topic.strip_prefix('~'), topic.strip_suffix('~')) {
        _ if base.is_empty() => topic.to_owned(),
        (Some(rest), _) => format!("{base}{rest}"),
        (None, Some(rest)) => format!("{rest}{base}"),
        (None, None) => topic.to_owned(),
    };
    let fits = !full.is_empty()
        && full.len() <= texts.limits().address_bytes
        && !full.contains(['+', '#'])
        && !full.chars().any(char::is_control);
    if !fits {
        texts.skipped += 1;
        return None;
    }
    Some(full.into())
}
