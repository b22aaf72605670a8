//! Display units and their UCUM codes.
//!
//! A plant file names a unit as people write it on a screen. Knowing its UCUM code (<https://ucum.org>, case-sensitive)
//! makes it exchangeable; not knowing it is no fault, because a value is never converted.

/// Display unit and UCUM code.
const UNITS: [(&str, &str); 109] = [
    ("%", "%"),
    ("% RH", "%"),
    ("%RH", "%"),
    ("‰", "[ppth]"),
    ("ppm", "[ppm]"),
    ("ppb", "[ppb]"),
    ("°C", "Cel"),
    ("degC", "Cel"),
    ("°F", "[degF]"),
    ("K", "K"),
    ("bar", "bar"),
    ("mbar", "mbar"),
    ("bar(g)", "bar"),
    ("barg", "bar"),
    ("bar(a)", "bar"),
    ("bara", "bar"),
    ("Pa", "Pa"),
    ("hPa", "hPa"),
    ("kPa", "kPa"),
    ("MPa", "MPa"),
    ("psi", "[psi]"),
    ("mH₂O", "m[H2O]"),
    ("mmHg", "mm[Hg]"),
    ("m", "m"),
    ("cm", "cm"),
    ("mm", "mm"),
    ("µm", "um"),
    ("μm", "um"),
    ("km", "km"),
    ("in", "[in_i]"),
    ("ft", "[ft_i]"),
    ("m²", "m2"),
    ("m³", "m3"),
    ("l", "l"),
    ("L", "L"),
    ("ml", "ml"),
    ("mL", "mL"),
    ("gal", "[gal_us]"),
    ("m³/h", "m3/h"),
    ("m3/h", "m3/h"),
    ("m³/s", "m3/s"),
    ("m³/min", "m3/min"),
    ("m³/d", "m3/d"),
    ("Nm³/h", "m3/h"),
    ("l/s", "l/s"),
    ("L/s", "L/s"),
    ("l/min", "l/min"),
    ("L/min", "L/min"),
    ("l/h", "l/h"),
    ("L/h", "L/h"),
    ("ml/min", "ml/min"),
    ("mL/min", "mL/min"),
    ("kg/h", "kg/h"),
    ("kg/s", "kg/s"),
    ("t/h", "t/h"),
    ("kg", "kg"),
    ("g", "g"),
    ("t", "t"),
    ("m/s", "m/s"),
    ("mm/s", "mm/s"),
    ("km/h", "km/h"),
    ("m/s²", "m/s2"),
    ("g0", "[g]"),
    ("rpm", "{rpm}/min"),
    ("1/min", "/min"),
    ("min⁻¹", "/min"),
    ("Hz", "Hz"),
    ("kHz", "kHz"),
    ("V", "V"),
    ("mV", "mV"),
    ("kV", "kV"),
    ("A", "A"),
    ("mA", "mA"),
    ("W", "W"),
    ("kW", "kW"),
    ("MW", "MW"),
    ("VA", "V.A"),
    ("kVA", "kV.A"),
    ("var", "V.A{reactive}"),
    ("kvar", "kV.A{reactive}"),
    ("Wh", "W.h"),
    ("kWh", "kW.h"),
    ("MWh", "MW.h"),
    ("J", "J"),
    ("kJ", "kJ"),
    ("W/K", "W/K"),
    ("kW/K", "kW/K"),
    ("N", "N"),
    ("N·m", "N.m"),
    ("Nm", "N.m"),
    ("Ω", "Ohm"),
    ("µS/cm", "uS/cm"),
    ("mg/l", "mg/l"),
    ("mg/L", "mg/L"),
    ("µg/m³", "ug/m3"),
    ("mg/m³", "mg/m3"),
    ("µg/l", "ug/l"),
    ("µg/L", "ug/L"),
    ("NTU", "{NTU}"),
    ("pH", "[pH]"),
    ("lx", "lx"),
    ("dB", "dB"),
    ("dBm", "dB{mW}"),
    ("s", "s"),
    ("ms", "ms"),
    ("min", "min"),
    ("h", "h"),
    ("d", "d"),
    ("°", "deg"),
];

/// The UCUM code of a display unit; the empty unit is `1`. None when the unit is not in the table.
pub fn ucum(display: &str) -> Option<&'static str> {
    if display.is_empty() {
        return Some("1");
    }
    UNITS
        .iter()
        .find(|(name, _)| *name == display)
        .map(|(_, code)| *code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_found_and_stand_once() {
        assert_eq!(ucum("m³/h"), Some("m3/h"));
        assert_eq!(ucum(""), Some("1"));
        assert_eq!(ucum("furlong"), None);
        for (index, (name, code)) in UNITS.iter().enumerate() {
            assert!(!code.is_empty() && code.is_ascii(), "{name}");
            assert!(
                UNITS.iter().skip(index + 1).all(|(other, _)| other != name),
                "{name} stands twice"
            );
        }
    }
}
