//! Units at the end of signal names: `temp_c`, `pressure_kPa`, `flow_m3_h`, `speedRpm`.

use super::Quantity;

/// Ending in small letters and display. Such an ending is a unit wherever it stands.
const CLEAR: [(&str, &str); 62] = [
    ("degc", "°C"),
    ("celsius", "°C"),
    ("degf", "°F"),
    ("fahrenheit", "°F"),
    ("kelvin", "K"),
    ("pct", "%"),
    ("percent", "%"),
    ("rh", "% RH"),
    ("pa", "Pa"),
    ("hpa", "hPa"),
    ("kpa", "kPa"),
    ("bar", "bar"),
    ("barg", "bar(g)"),
    ("mbar", "mbar"),
    ("psi", "psi"),
    ("psig", "psi(g)"),
    ("mmhg", "mmHg"),
    ("mv", "mV"),
    ("kv", "kV"),
    ("volt", "V"),
    ("volts", "V"),
    ("ma", "mA"),
    ("amp", "A"),
    ("amps", "A"),
    ("watt", "W"),
    ("watts", "W"),
    ("kw", "kW"),
    ("kwh", "kWh"),
    ("wh", "Wh"),
    ("mwh", "MWh"),
    ("kva", "kVA"),
    ("kvar", "kvar"),
    ("hz", "Hz"),
    ("khz", "kHz"),
    ("rpm", "rpm"),
    ("mm_s", "mm/s"),
    ("m_s", "m/s"),
    ("m_s2", "m/s²"),
    ("km_h", "km/h"),
    ("kmh", "km/h"),
    ("m3", "m³"),
    ("m3h", "m³/h"),
    ("m3_h", "m³/h"),
    ("l_min", "l/min"),
    ("lpm", "l/min"),
    ("l_h", "l/h"),
    ("l_s", "l/s"),
    ("gpm", "gal/min"),
    ("kg_h", "kg/h"),
    ("ppm", "ppm"),
    ("ppb", "ppb"),
    ("ug_m3", "µg/m³"),
    ("us_cm", "µS/cm"),
    ("ntu", "NTU"),
    ("lux", "lx"),
    ("db", "dB"),
    ("dbm", "dBm"),
    ("kg", "kg"),
    ("mm", "mm"),
    ("cm", "cm"),
    ("ms", "ms"),
    ("nm", "N·m"),
];

/// Ending, display, and the quantity that a word before it has to name: alone it is as likely an index or an initial.
const UNCLEAR: [(&str, &str, Quantity); 13] = [
    ("c", "°C", Quantity::Temperature),
    ("f", "°F", Quantity::Temperature),
    ("k", "K", Quantity::Temperature),
    ("m", "m", Quantity::Length),
    ("s", "s", Quantity::Time),
    ("min", "min", Quantity::Time),
    ("h", "h", Quantity::Time),
    ("a", "A", Quantity::Current),
    ("v", "V", Quantity::Voltage),
    ("w", "W", Quantity::Power),
    ("g", "g0", Quantity::Acceleration),
    ("l", "l", Quantity::Volume),
    ("t", "t", Quantity::Mass),
];

/// Words that name a quantity, at the beginning or the end of a part of the name.
const WORDS: [(&str, Quantity); 40] = [
    ("temp", Quantity::Temperature),
    ("temperature", Quantity::Temperature),
    ("tmp", Quantity::Temperature),
    ("dewpoint", Quantity::Temperature),
    ("dew", Quantity::Temperature),
    ("heat", Quantity::Temperature),
    ("length", Quantity::Length),
    ("level", Quantity::Length),
    ("height", Quantity::Length),
    ("depth", Quantity::Length),
    ("distance", Quantity::Length),
    ("position", Quantity::Length),
    ("altitude", Quantity::Length),
    ("width", Quantity::Length),
    ("diameter", Quantity::Length),
    ("stroke", Quantity::Length),
    ("time", Quantity::Time),
    ("duration", Quantity::Time),
    ("interval", Quantity::Time),
    ("period", Quantity::Time),
    ("delay", Quantity::Time),
    ("age", Quantity::Time),
    ("hours", Quantity::Time),
    ("current", Quantity::Current),
    ("amperage", Quantity::Current),
    ("voltage", Quantity::Voltage),
    ("volt", Quantity::Voltage),
    ("battery", Quantity::Voltage),
    ("batt", Quantity::Voltage),
    ("vbat", Quantity::Voltage),
    ("power", Quantity::Power),
    ("load", Quantity::Power),
    ("accel", Quantity::Acceleration),
    ("acceleration", Quantity::Acceleration),
    ("vibration", Quantity::Acceleration),
    ("volume", Quantity::Volume),
    ("content", Quantity::Volume),
    ("mass", Quantity::Mass),
    ("weight", Quantity::Mass),
    ("tonnage", Quantity::Mass),
];

/// The display of the unit that `name` ends in. The longest ending counts; a name that is nothing but an ending has none.
pub(super) fn unit_of(name: &str) -> Option<&'static str> {
    let starts = endings(name);
    starts.iter().find_map(|start| {
        let (before, ending) = name.split_at_checked(*start)?;
        let ending = ending.trim_start_matches(is_separator);
        unit(before, ending)
    })
}

fn unit(before: &str, ending: &str) -> Option<&'static str> {
    // `pressurekPa` and `peakV`: the `k` may belong to either.
    let takes_prefix = matches!(ending, "Pa" | "Hz" | "W" | "Wh" | "V" | "A" | "Bar");
    if takes_prefix && before.ends_with(['k', 'm', 'h', 'u', 'n']) {
        return None;
    }
    // `mW` and `MW`, `mA` and `MA`: where case decides, only the right case is taken.
    match ending {
        "mW" => return Some("mW"),
        "MW" => return Some("MW"),
        "MPa" => return Some("MPa"),
        "Nm" => return Some("N·m"),
        "nm" | "NM" | "Mv" | "MV" | "MA" => return None,
        _ => {}
    }
    let small = ending.to_lowercase().replace(is_separator, "_");
    let clear = CLEAR.iter().find(|(name, _)| *name == small);
    if let Some((_, display)) = clear {
        return Some(display);
    }
    let quantities = UNCLEAR.iter().filter(|(name, ..)| *name == small);
    quantities
        .filter(|(_, _, quantity)| names_quantity(before, *quantity))
        .map(|(_, display, _)| *display)
        .next()
}

/// Where endings of one or two parts begin, longest first. A part begins after a separator, and at a capital letter
/// after a small one or a digit.
fn endings(name: &str) -> Vec<usize> {
    let mut starts: Vec<usize> = Vec::new();
    let mut before: Option<char> = None;
    let has_separator = name.contains(is_separator);
    for (at, c) in name.char_indices() {
        let begins = match before {
            Some(before) if is_separator(c) => !is_separator(before),
            Some(before) => {
                !has_separator
                    && c.is_uppercase()
                    && (before.is_lowercase() || before.is_ascii_digit())
            }
            None => false,
        };
        if begins {
            starts.push(at);
        }
        before = Some(c);
    }
    let skipped = starts.len().saturating_sub(2);
    starts.split_off(skipped)
}

const fn is_separator(c: char) -> bool {
    matches!(c, '_' | '-' | ' ' | '.' | '/')
}

fn names_quantity(before: &str, quantity: Quantity) -> bool {
    let parts = words(before);
    WORDS
        .iter()
        .filter(|(_, of)| *of == quantity)
        .any(|(word, _)| {
            parts
                .iter()
                .any(|part| part.starts_with(word) || part.ends_with(word))
        })
}

/// The parts of a name in small letters.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for c in name.chars() {
        let begins = is_separator(c) || (c.is_uppercase() && before.is_lowercase());
        if begins {
            words.push(String::new());
        }
        if !is_separator(c)
            && let Some(word) = words.last_mut()
        {
            word.extend(c.to_lowercase());
        }
        before = c;
    }
    words
}

/// Every display that an ending leads to.
#[cfg(test)]
pub(super) fn displays() -> impl Iterator<Item = &'static str> {
    let unclear = UNCLEAR.iter().map(|(_, display, _)| *display);
    CLEAR
        .iter()
        .map(|(_, display)| *display)
        .chain(unclear)
        .chain(["mW", "MW", "MPa"])
}
