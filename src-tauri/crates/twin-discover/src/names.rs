//! Names and ids out of what sources call things.

use twin_model::units::{self, Vocabulary};

/// What short forms in signal names stand for.
const SHORT_FORMS: [(&str, &str); 33] = [
    ("amb", "ambient"),
    ("avg", "average"),
    ("bat", "battery"),
    ("batt", "battery"),
    ("cmd", "command"),
    ("co2", "CO₂"),
    ("curr", "current"),
    ("diff", "difference"),
    ("dp", "differential pressure"),
    ("freq", "frequency"),
    ("hum", "humidity"),
    ("humi", "humidity"),
    ("id", "ID"),
    ("lvl", "level"),
    ("max", "maximum"),
    ("min", "minimum"),
    ("pos", "position"),
    ("pres", "pressure"),
    ("press", "pressure"),
    ("pwr", "power"),
    ("rh", "relative humidity"),
    ("rssi", "RSSI"),
    ("snr", "SNR"),
    ("sp", "setpoint"),
    ("spd", "speed"),
    ("temp", "temperature"),
    ("tmp", "temperature"),
    ("tot", "total"),
    ("uuid", "UUID"),
    ("vib", "vibration"),
    ("vol", "volume"),
    ("volt", "voltage"),
    ("wifi", "Wi-Fi"),
];

/// Levels of topics that say how a message came and not what it is about.
const CARRIERS: [&str; 24] = [
    "attributes",
    "current",
    "data",
    "ddata",
    "event",
    "json",
    "live",
    "measurement",
    "measurements",
    "message",
    "metrics",
    "mqtt",
    "payload",
    "raw",
    "reading",
    "readings",
    "sensor",
    "sensors",
    "state",
    "status",
    "telemetry",
    "up",
    "value",
    "values",
];

/// Words for quantities: a level or name that holds one names a signal.
const QUANTITIES: [&str; 36] = [
    "acceleration",
    "brightness",
    "co2",
    "concentration",
    "conductivity",
    "consumption",
    "current",
    "density",
    "distance",
    "energy",
    "flow",
    "flowrate",
    "frequency",
    "height",
    "humidity",
    "illuminance",
    "level",
    "luminosity",
    "mass",
    "moisture",
    "ph",
    "position",
    "power",
    "pressure",
    "rpm",
    "setpoint",
    "speed",
    "temp",
    "temperature",
    "torque",
    "turbidity",
    "velocity",
    "vibration",
    "voltage",
    "volume",
    "weight",
];

/// Whether a name holds a word for a quantity.
pub(crate) fn is_quantity(name: &str) -> bool {
    words(name)
        .iter()
        .any(|word| QUANTITIES.binary_search(&word.as_str()).is_ok())
}

/// Whether a topic level says nothing of what the message is about.
pub(crate) fn is_carrier(level: &str) -> bool {
    CARRIERS
        .binary_search(&level.to_lowercase().as_str())
        .is_ok()
}

/// The words of a name, in small letters: parted at everything that is no letter or digit, and at humps.
pub(crate) fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut was_small = false;
    let mut open = false;
    for c in name.chars() {
        if !c.is_alphanumeric() {
            open = false;
            was_small = false;
            continue;
        }
        let hump = c.is_uppercase() && was_small;
        match words.last_mut().filter(|_| open && !hump) {
            Some(word) => word.extend(c.to_lowercase()),
            None => words.push(c.to_lowercase().collect()),
        }
        open = true;
        was_small = c.is_lowercase() || c.is_ascii_digit();
    }
    words
}

/// The unit at the end of a name, as displayed, and the name without it.
pub(crate) fn unit_suffix(name: &str) -> Option<(&'static str, &str)> {
    let unit = units::lookup(name, Vocabulary::Suffix)?;
    // The unit begins where what stands before is no unit any more: `flow` of `flow_m3_h`, whose `flow_m3` is one.
    let begins = |at: &usize| {
        let before = name.get(..*at).unwrap_or_default();
        units::lookup(before, Vocabulary::Suffix).is_none()
    };
    let ends = || name.char_indices().skip(1);
    let separated = ends()
        .filter(|(_, c)| matches!(c, '_' | '-' | '.' | ' '))
        .map(|(at, _)| at)
        .filter(begins)
        .last();
    let hump = || {
        ends()
            .filter(|(_, c)| c.is_uppercase())
            .map(|(at, _)| at)
            .find(begins)
    };
    let cut = separated.or_else(hump)?;
    let rest = name.get(..cut)?.trim_end_matches(['_', '-', '.', ' ']);
    (!rest.is_empty()).then_some((unit.display, rest))
}

/// A display name: words written out, the first one with a capital.
pub(crate) fn title(name: &str) -> String {
    let words: Vec<String> = words(name)
        .into_iter()
        .map(|word| {
            let long = SHORT_FORMS
                .binary_search_by_key(&word.as_str(), |(short, _)| short)
                .ok()
                .and_then(|at| SHORT_FORMS.get(at));
            long.map_or(word, |(_, long)| (*long).to_owned())
        })
        .collect();
    let text = words.join(" ");
    let mut chars = text.chars();
    chars
        .next()
        .map(|first| first.to_uppercase().chain(chars).collect())
        .unwrap_or_default()
}

/// An id for a plant file: small letters and digits of ASCII, words joined by `-`; `fallback` when nothing is left.
pub(crate) fn slug(name: &str, fallback: &str) -> String {
    let mut id = String::new();
    for word in words(name) {
        let word: String = word.chars().filter_map(ascii).collect();
        if word.is_empty() {
            continue;
        }
        if !id.is_empty() {
            id.push('-');
        }
        id.push_str(&word);
    }
    id.truncate(64);
    if id.is_empty() {
        fallback.to_owned()
    } else {
        id.trim_end_matches('-').to_owned()
    }
}

/// The letter without its marks, for the letters of western European languages.
fn ascii(c: char) -> Option<char> {
    Some(match c {
        _ if c.is_ascii() => c,
        'à'..='å' | 'æ' => 'a',
        'ç' => 'c',
        'è'..='ë' => 'e',
        'ì'..='ï' => 'i',
        'ñ' => 'n',
        'ò'..='ö' | 'ø' => 'o',
        'ù'..='ü' => 'u',
        'ß' => 's',
        'ý' | 'ÿ' => 'y',
        _ => return None,
    })
}

/// Whether a plant file takes it as an id.
pub(crate) fn is_id(id: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    id.starts_with(is_plain) && id.chars().all(|c| is_plain(c) || matches!(c, '-' | '_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_sorted() {
        assert!(SHORT_FORMS.is_sorted_by_key(|(short, _)| *short));
        assert!(CARRIERS.is_sorted() && QUANTITIES.is_sorted());
    }

    #[test]
    fn names_become_words() {
        assert_eq!(words("bearingTemp_DE.1"), ["bearing", "temp", "de", "1"]);
        assert_eq!(words("PM2_5"), ["pm2", "5"]);
        assert_eq!(title("bearing_temp"), "Bearing temperature");
        assert_eq!(title("co2"), "CO₂");
        assert_eq!(title("<script>"), "Script");
        assert_eq!(title("#/"), "");
    }

    #[test]
    fn ids_are_ids() {
        assert_eq!(slug("Pump 01 (West)", "asset"), "pump-01-west");
        assert_eq!(slug("Kühlwasser", "asset"), "kuhlwasser");
        assert_eq!(slug("泵", "asset"), "asset");
    }

    #[test]
    fn units_are_read_off_names() {
        assert_eq!(unit_suffix("pressure_kPa"), Some(("kPa", "pressure")));
        assert_eq!(unit_suffix("bearing_temp_c"), Some(("°C", "bearing_temp")));
        assert_eq!(unit_suffix("flow_m3_h"), Some(("m³/h", "flow")));
        assert_eq!(unit_suffix("state"), None);
    }
}
