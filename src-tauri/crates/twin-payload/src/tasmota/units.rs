//! Units of Tasmota's values: those it sends beside them, and those that follow from a key.

/// Units that a message of sensors names, as Tasmota writes them.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Units<'t> {
    pub(super) temperature: Option<&'t str>,
    pub(super) pressure: Option<&'t str>,
    pub(super) speed: Option<&'t str>,
}

/// Keys whose unit is always the same.
const FIXED: &[(&str, &str)] = &[
    ("ActivePower", "W"),
    ("Ambient", "lx"),
    ("ApparentPower", "VA"),
    ("Battery", "%"),
    ("CCT", "K"),
    ("CarbonDioxide", "ppm"),
    ("Current", "A"),
    ("CurrentNeutral", "A"),
    ("Distance", "cm"),
    ("Energy", "kWh"),
    ("ExportActive", "kWh"),
    ("ExportReactive", "kvarh"),
    ("Frequency", "Hz"),
    ("Humidity", "%"),
    ("Illuminance", "lx"),
    ("ImportActive", "kWh"),
    ("ImportReactive", "kvarh"),
    ("Moisture", "%"),
    ("PM1", "µg/m³"),
    ("PM10", "µg/m³"),
    ("PM2.5", "µg/m³"),
    ("PhaseAngle", "°"),
    ("Power", "W"),
    ("ReactivePower", "var"),
    ("Signal", "dBm"),
    ("TVOC", "ppb"),
    ("Today", "kWh"),
    ("Total", "kWh"),
    ("UptimeSec", "s"),
    ("Voltage", "V"),
    ("Weight", "kg"),
    ("Yesterday", "kWh"),
    ("eCO2", "ppm"),
];

impl Units<'_> {
    /// Whether a value at the top of a message is a unit and no signal.
    pub(super) fn is_unit(path: &str) -> bool {
        matches!(path, "TempUnit" | "PressureUnit" | "SpeedUnit")
    }

    /// The unit of the value at a path; none when nothing tells it.
    pub(super) fn of(self, path: &str) -> Option<&'static str> {
        let key = key_of(path);
        match key {
            "Temperature" | "DewPoint" | "HeatIndex" | "FeelsLike" => match self.temperature? {
                "C" => Some("°C"),
                "F" => Some("°F"),
                "K" => Some("K"),
                _ => None,
            },
            "Pressure" | "SeaPressure" => match self.pressure? {
                "hPa" => Some("hPa"),
                "mmHg" => Some("mmHg"),
                "inHg" => Some("inHg"),
                _ => None,
            },
            "Speed" => match self.speed? {
                "m/s" => Some("m/s"),
                "km/h" => Some("km/h"),
                "kn" => Some("kn"),
                "mph" => Some("mph"),
                "ft/s" => Some("ft/s"),
                "yd/s" => Some("yd/s"),
                _ => None,
            },
            _ => {
                let at = FIXED.binary_search_by_key(&key, |(name, _)| name).ok()?;
                FIXED.get(at).map(|(_, unit)| *unit)
            }
        }
    }
}

/// The key that says what a value is: the last one, but for places in arrays, and `PM2.5` is one key.
pub(super) fn key_of(path: &str) -> &str {
    let mut rest = path;
    while let Some((before, last)) = rest.rsplit_once('.') {
        if !last.bytes().all(|byte| byte.is_ascii_digit()) {
            return last;
        }
        if before.ends_with("PM2") {
            let start = before.len() - 3;
            return rest.get(start..).unwrap_or(rest);
        }
        rest = before;
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_lead_to_units() {
        let units = Units {
            temperature: Some("F"),
            pressure: Some("hPa"),
            speed: None,
        };
        for (path, unit) in [
            ("BME280.Temperature", Some("°F")),
            ("ENERGY.Voltage.2", Some("V")),
            ("PMS5003.PM2.5", Some("µg/m³")),
            ("PMS5003.PM10", Some("µg/m³")),
            ("BME280.SeaPressure", Some("hPa")),
            ("TX23.Speed", None),
            ("ENERGY.Factor", None),
            ("ENERGY.Today", Some("kWh")),
        ] {
            assert_eq!(units.of(path), unit, "{path}");
        }
        assert!(FIXED.is_sorted_by_key(|(name, _)| name));
    }
}
