//! What unit texts mean in the vocabularies that plants use, and what converts into what.

use proptest::prelude::*;
use twin_model::units::{
    Known, Quantity, Vocabulary, all, convert, from_opc_ua, lookup, lookup_as,
};

fn display(text: &str, vocabulary: Vocabulary) -> Option<&'static str> {
    lookup(text, vocabulary).map(|known| known.display)
}

#[test]
fn one_unit_in_every_vocabulary() {
    for (text, vocabulary) in [
        ("°C", Vocabulary::Written),
        ("℃", Vocabulary::Written),
        ("deg C", Vocabulary::Written),
        ("Cel", Vocabulary::Ucum),
        ("CEL", Vocabulary::Rec20),
        ("DEG C", Vocabulary::SparkplugEngUnit),
        ("°C", Vocabulary::Homie),
        ("degreeCelsius", Vocabulary::Dtdl),
        ("dtmi:standard:unit:degreeCelsius;2", Vocabulary::Dtdl),
        ("°C", Vocabulary::HomeAssistant),
        ("Cel", Vocabulary::SenMl),
        ("4408652", Vocabulary::OpcUa),
        ("temp_c", Vocabulary::Suffix),
    ] {
        assert_eq!(
            display(text, vocabulary),
            Some("°C"),
            "{text} {vocabulary:?}"
        );
    }
    assert_eq!(from_opc_ua(20_529).map(|known| known.display), Some("%"));
    assert_eq!(from_opc_ua(-1), None);
    assert_eq!(from_opc_ua(0), None);
}

#[test]
fn spellings_meet() {
    for (text, expected) in [
        ("m3/h", "m³/h"),
        ("m^3/h", "m³/h"),
        ("kW·h", "kWh"),
        ("kW*h", "kWh"),
        ("\u{3bc}m", "µm"),
        ("\u{2126}", "Ω"),
        ("min⁻¹", "1/min"),
        ("l/min", "l/min"),
        ("L/min", "L/min"),
        ("%RH", "% RH"),
        ("W/m2", "W/m²"),
        ("", ""),
    ] {
        assert_eq!(display(text, Vocabulary::Written), Some(expected), "{text}");
    }
    for (text, expected) in [
        ("PSI", Some("psi")),
        ("KWH", Some("kWh")),
        ("Bar", Some("bar")),
        ("M3/H", Some("m³/h")),
        ("degrees Celsius", None),
        // milli or mega: case is all that tells them apart.
        ("mw", None),
        ("mpa", Some("MPa")),
    ] {
        assert_eq!(
            display(text, Vocabulary::SparkplugEngUnit),
            expected,
            "{text}"
        );
    }
}

#[test]
fn what_could_be_two_units_is_none_until_the_quantity_is_known() {
    for text in ["C", "F", "H", "S", "T", "G", "M"] {
        for vocabulary in [
            Vocabulary::Written,
            Vocabulary::SparkplugEngUnit,
            Vocabulary::Homie,
        ] {
            assert_eq!(display(text, vocabulary), None, "{text}");
        }
    }
    let as_quantity = |text, quantity| {
        lookup_as(text, Vocabulary::SparkplugEngUnit, quantity).map(|known| known.display)
    };
    assert_eq!(as_quantity("C", Quantity::Temperature), Some("°C"));
    assert_eq!(as_quantity("C", Quantity::Charge), Some("C"));
    assert_eq!(as_quantity("C", Quantity::Mass), None);
    assert_eq!(as_quantity("F", Quantity::Temperature), Some("°F"));
    assert_eq!(as_quantity("bar", Quantity::Temperature), None);
    assert_eq!(display("C", Vocabulary::SenMl), Some("C"));
    assert_eq!(display("/", Vocabulary::SenMl), Some(""));
}

#[test]
fn ucum_is_read_and_not_only_looked_up() {
    for (code, expected) in [
        ("m.s-1", Some("m/s")),
        ("mol.l-1", Some("mol/l")),
        // A force, an energy per length: the code does not say which.
        ("kg.m/s2", None),
        ("10*3.Pa", Some("kPa")),
        ("l/(min)", Some("l/min")),
        ("kPa{gauge}", Some("kPa(g)")),
        ("dm3/s", Some("l/s")),
        // A frequency, a radioactivity: the code does not say which.
        ("s-1", None),
        ("mm[Hg]", Some("mmHg")),
        ("cel", None),
        ("", None),
        ("m/", None),
        ("(m", None),
        ("m99999999999", None),
        ("10*400", None),
        ("{", None),
    ] {
        assert_eq!(display(code, Vocabulary::Ucum), expected, "{code}");
    }
    let deep = "(".repeat(100) + "m" + &")".repeat(100);
    assert_eq!(display(&deep, Vocabulary::Ucum), None);
}

#[test]
fn names_end_in_units() {
    for (name, expected) in [
        ("pressure_kPa", Some("kPa")),
        ("pressure_kpa", Some("kPa")),
        ("room_temperature_c", Some("°C")),
        ("roomtemp_F", Some("°F")),
        ("tempC", Some("°C")),
        ("speedRpm", Some("rpm")),
        ("vibration_de_mm_s", Some("mm/s")),
        ("flow_m3_h", Some("m³/h")),
        ("flow.m3h", Some("m³/h")),
        ("supply_voltage_v", Some("V")),
        ("motor_current_A", Some("A")),
        ("cycle_time_s", Some("s")),
        ("duration_ms", Some("ms")),
        ("level_m", Some("m")),
        ("plant_power_MW", Some("MW")),
        ("radio_power_mW", Some("mW")),
        ("power_mw", None),
        ("pressurekPa", None),
        ("torque_Nm", Some("N·m")),
        ("humidity_pct", Some("%")),
        ("energy_kWh", Some("kWh")),
        // Phase, version, serial number, initials: no quantity stands before them.
        ("phase_a", None),
        ("vitamin_c", None),
        ("top_k", None),
        ("model_s", None),
        ("attempt_c", None),
        ("kPa", None),
        ("_c", None),
        ("", None),
    ] {
        assert_eq!(display(name, Vocabulary::Suffix), expected, "{name}");
    }
}

#[test]
fn values_convert_as_the_standards_say() {
    for (value, from, to, expected) in [
        (21.3, "°C", "°F", 70.34),
        (-40.0, "°F", "°C", -40.0),
        (0.0, "°C", "K", 273.15),
        (1.0, "bar", "kPa", 100.0),
        (1.0, "psi", "Pa", 6_894.757_293_168_361),
        (3_600.0, "m³/h", "m³/s", 1.0),
        (1.0, "kWh", "MJ", 3.6),
        (60.0, "rpm", "rps", 1.0),
        (180.0, "°", "rad", std::f64::consts::PI),
        (0.0, "dBm", "dBW", -30.0),
        (1.0, "gal", "l", 3.785_411_784),
        (1.0, "KiB", "B", 1_024.0),
        (1.0, "hp", "W", 745.699_871_582_270_3),
    ] {
        let unit = |text| lookup(text, Vocabulary::Written).unwrap();
        let converted = convert(value, unit(from), unit(to)).unwrap();
        assert!(
            (converted - expected).abs() < 1e-9,
            "{value} {from} is {converted} {to}"
        );
    }
    for (from, to) in [
        ("bar", "°C"),
        ("N·m", "J"),
        ("bar(g)", "bar"),
        ("%", "% RH"),
    ] {
        let unit = |text| lookup(text, Vocabulary::Written).unwrap();
        assert_eq!(convert(1.0, unit(from), unit(to)), None, "{from} {to}");
    }
}

fn unit() -> impl Strategy<Value = &'static Known> {
    (0..all().len()).prop_map(|index| &all()[index])
}

proptest! {
    #[test]
    fn there_and_back_is_the_same(from in unit(), to in unit(), value in -1e9..1e9) {
        if let Some(there) = convert(value, from, to) {
            let back = convert(there, to, from).unwrap();
            // A shift by 273.15 costs digits of a value near zero.
            let scale = value.abs().max(1_000.0);
            prop_assert!((back - value).abs() <= 1e-12 * scale, "{value} {} {there} {} {back}", from.display, to.display);
        } else {
            prop_assert!(from.quantity != to.quantity);
        }
    }

    #[test]
    fn codes_lead_back(known in unit()) {
        let same = |found: Option<&Known>| found.is_some_and(|found| found.quantity == known.quantity
            && convert(1.0, found, known) == Some(1.0));
        if known.display.chars().count() > 1 {
            prop_assert!(same(lookup(known.display, Vocabulary::Written)), "{}", known.display);
        }
        if let Some(code) = known.ucum {
            prop_assert!(same(lookup(code, Vocabulary::Ucum)) || code.contains('{') || code == "10*-15", "{code}");
        }
        if let Some(code) = known.rec20 {
            prop_assert!(lookup(code, Vocabulary::Rec20).is_some());
        }
    }

    #[test]
    fn no_text_harms(text in "\\PC{0,200}|[\\[\\]{}()./0-9a-zA-Z*^+-]{0,140}") {
        for vocabulary in [Vocabulary::Written, Vocabulary::Ucum, Vocabulary::Rec20, Vocabulary::SparkplugEngUnit,
            Vocabulary::Homie, Vocabulary::Dtdl, Vocabulary::HomeAssistant, Vocabulary::SenMl, Vocabulary::OpcUa,
            Vocabulary::Suffix] {
            let _ = lookup(&text, vocabulary);
            let _ = lookup_as(&text, vocabulary, Quantity::Temperature);
        }
    }
}
