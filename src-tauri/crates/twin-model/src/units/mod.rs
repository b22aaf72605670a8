//! Units: what a text means in one of the vocabularies that plants use, and what is the same in another unit.
//!
//! A value is kept in the unit it was sent in. [`convert`] is for display only, and whoever displays a converted value
//! shows the sent one beside it. A text that could mean two things means nothing here until a [`Quantity`] says which.

mod names;
mod quantity;
mod suffix;
mod table;
mod ucum;

use std::{collections::HashMap, sync::LazyLock};

pub use quantity::Quantity;

/// One unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Known {
    /// As people read it, such as `m³/h`; empty for the pure number.
    pub display: &'static str,
    /// Case-sensitive UCUM code (<https://ucum.org>); none where UCUM has none.
    pub ucum: Option<&'static str>,
    /// Common code of UNECE Recommendation 20; none where it has none.
    pub rec20: Option<&'static str>,
    /// What it measures.
    pub quantity: Quantity,
    /// `value * factor + offset` is the value in the quantity's own unit.
    factor: f64,
    offset: f64,
}

/// Who wrote a unit, and so what its text means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Vocabulary {
    /// A person, in a plant file or on a screen.
    Written,
    /// UCUM, case-sensitive.
    Ucum,
    /// Common codes of UNECE Recommendation 20.
    Rec20,
    /// Sparkplug's property `engUnit`: free text of any spelling.
    SparkplugEngUnit,
    /// Homie's `unit` (Homie 5, section "Units").
    Homie,
    /// A DTDL unit term such as `degreeCelsius`, or its DTMI.
    Dtdl,
    /// Home Assistant's `unit_of_measurement`.
    HomeAssistant,
    /// The SenML units registry (RFC 8428 section 12.1, RFC 8798).
    SenMl,
    /// `EUInformation.UnitId` of OPC UA part 8 as a decimal number.
    OpcUa,
    /// The name of a signal that ends in its unit, such as `pressure_kPa`.
    Suffix,
}

/// Longest text looked at, bytes; no unit is longer.
const TEXT_BYTES_MAX: usize = 128;

/// The unit that `text` means in `vocabulary`; none when it is unknown or could mean two.
///
/// The pure number is the empty text where people write, and `1` in UCUM.
pub fn lookup(text: &str, vocabulary: Vocabulary) -> Option<&'static Known> {
    let text = text.trim();
    if text.len() > TEXT_BYTES_MAX {
        return None;
    }
    let index = &*INDEX;
    match vocabulary {
        Vocabulary::Written | Vocabulary::Homie => index.written(text),
        Vocabulary::HomeAssistant => index.exact(text).or_else(|| index.written(text)),
        Vocabulary::SparkplugEngUnit => index.written(text).or_else(|| index.loose(text)),
        Vocabulary::Ucum => index.ucum(text),
        Vocabulary::Rec20 => index.rec20.get(text).copied(),
        Vocabulary::Dtdl => index.dtdl.get(dtdl_term(text)).copied(),
        Vocabulary::SenMl => index.senml.get(text).copied(),
        Vocabulary::OpcUa => from_opc_ua(text.parse().ok()?),
        Vocabulary::Suffix => suffix::unit_of(text).and_then(|display| index.exact(display)),
    }
}

/// As [`lookup`], for a text whose quantity is known: `C` is °C when it measures a temperature.
pub fn lookup_as(text: &str, vocabulary: Vocabulary, quantity: Quantity) -> Option<&'static Known> {
    if let Some(known) = lookup(text, vocabulary) {
        return (known.quantity == quantity).then_some(known);
    }
    let is_spelled_freely = matches!(
        vocabulary,
        Vocabulary::Written | Vocabulary::SparkplugEngUnit | Vocabulary::HomeAssistant
    );
    if !is_spelled_freely || text.len() > TEXT_BYTES_MAX {
        return None;
    }
    let text = text.trim();
    let short = names::SHORT
        .iter()
        .filter(|(name, _)| *name == text)
        .filter_map(|(_, display)| INDEX.exact(display))
        .find(|known| known.quantity == quantity);
    let exact = || INDEX.exact(text).filter(|known| known.quantity == quantity);
    short.or_else(exact)
}

/// The unit of an OPC UA `UnitId`: the bytes of its Rec 20 code, the first one highest (OPC UA part 8,
/// `EUInformation`).
pub fn from_opc_ua(unit_id: i32) -> Option<&'static Known> {
    let bytes = unit_id.to_be_bytes();
    let code: Vec<u8> = bytes.into_iter().skip_while(|byte| *byte == 0).collect();
    INDEX.rec20.get(std::str::from_utf8(&code).ok()?).copied()
}

/// `value` of unit `from` in unit `to`; none when they measure different things or the result is no number.
pub fn convert(value: f64, from: &Known, to: &Known) -> Option<f64> {
    if from.quantity != to.quantity {
        return None;
    }
    if from.factor == to.factor && from.offset == to.offset {
        return Some(value);
    }
    let converted = (value * from.factor + from.offset - to.offset) / to.factor;
    converted.is_finite().then_some(converted)
}

/// All units that are known.
pub fn all() -> &'static [Known] {
    &table::UNITS
}

/// What is left of a DTMI such as `dtmi:standard:unit:degreeCelsius;2`.
fn dtdl_term(text: &str) -> &str {
    let unversioned = text.split(';').next().unwrap_or(text);
    match unversioned.strip_prefix("dtmi:") {
        Some(path) => path.rsplit(':').next().unwrap_or(path),
        None => text,
    }
}

/// One spelling of the signs that people write in several ways: `m3`, `m^3` and `m³` become one text.
fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.trim().chars() {
        match c {
            '\u{3bc}' => folded.push('µ'),
            '\u{2126}' => folded.push('Ω'),
            '\u{212a}' => folded.push('K'),
            'º' => folded.push('°'),
            '℃' => folded.push_str("°C"),
            '℉' => folded.push_str("°F"),
            '¹' => folded.push('1'),
            '²' | '₂' => folded.push('2'),
            '³' => folded.push('3'),
            '⁻' | '−' => folded.push('-'),
            '·' | '⋅' | '•' | '*' | '×' => folded.push('.'),
            '^' => {}
            c if c.is_whitespace() => folded.push(' '),
            c => folded.push(c),
        }
    }
    folded
}

static INDEX: LazyLock<Index> = LazyLock::new(Index::new);

type Names = HashMap<&'static str, &'static Known>;

struct Index {
    exact: Names,
    folded: HashMap<String, &'static Known>,
    /// Folded and in small letters; none where two units meet.
    loose: HashMap<String, Option<&'static Known>>,
    ucum: Names,
    parsed: Vec<(ucum::Parsed, &'static Known)>,
    rec20: Names,
    dtdl: Names,
    senml: Names,
}

impl Index {
    fn new() -> Self {
        let mut index = Index {
            exact: Names::new(),
            folded: HashMap::new(),
            loose: HashMap::new(),
            ucum: Names::new(),
            parsed: Vec::new(),
            rec20: Names::new(),
            dtdl: Names::new(),
            senml: Names::new(),
        };
        for known in &table::UNITS {
            index.exact.entry(known.display).or_insert(known);
            index.spell(known.display, known);
            if let Some(code) = known.ucum {
                index.ucum.entry(code).or_insert(known);
                let plain = !code.contains('{');
                let parsed = ucum::parse(code).filter(|_| plain);
                index.parsed.extend(parsed.map(|parsed| (parsed, known)));
            }
            if let Some(code) = known.rec20 {
                index.rec20.entry(code).or_insert(known);
            }
        }
        let display = |name: &str| index.exact.get(name).copied();
        let resolve = |(name, of): &(&'static str, &str)| Some((*name, display(of)?));
        let dtdl = names::DTDL.iter().filter_map(resolve).collect();
        let senml = names::SENML.iter().filter_map(resolve).collect();
        let written: Vec<_> = names::WRITTEN.iter().filter_map(resolve).collect();
        (index.dtdl, index.senml) = (dtdl, senml);
        for (name, known) in written {
            index.spell(name, known);
        }
        index
    }

    fn spell(&mut self, name: &str, known: &'static Known) {
        let folded = fold(name);
        let loose = folded.to_lowercase();
        self.folded.entry(folded).or_insert(known);
        let meets = self.loose.entry(loose).or_insert(Some(known));
        if meets.is_some_and(|other| !is_same(other, known)) {
            *meets = None;
        }
    }

    fn exact(&self, text: &str) -> Option<&'static Known> {
        self.exact.get(text).copied()
    }

    fn written(&self, text: &str) -> Option<&'static Known> {
        if names::is_ambiguous(text) {
            return None;
        }
        self.exact(text)
            .or_else(|| self.folded.get(&fold(text)).copied())
    }

    fn loose(&self, text: &str) -> Option<&'static Known> {
        // One letter in the wrong case is as likely another unit.
        let folded = fold(text);
        if folded.chars().count() < 2 {
            return None;
        }
        self.loose.get(&folded.to_lowercase()).copied().flatten()
    }

    fn ucum(&self, text: &str) -> Option<&'static Known> {
        if let Some(known) = self.ucum.get(text) {
            return Some(known);
        }
        let parsed = ucum::parse(text)?;
        let mut same = self
            .parsed
            .iter()
            .filter(|(other, _)| other.is_same(&parsed))
            .map(|(_, known)| *known);
        let first = same.next()?;
        // 1/s is a frequency and a radioactivity: the code does not say which.
        same.all(|known| known.quantity == first.quantity)
            .then_some(first)
    }
}

/// Whether two names are of one unit: `l` and `L` are.
fn is_same(a: &Known, b: &Known) -> bool {
    a.quantity == b.quantity && a.factor == b.factor && a.offset == b.offset
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_leads_to_a_unit_and_no_display_stands_twice() {
        assert_eq!(INDEX.exact.len(), table::UNITS.len());
        for (name, display) in names::WRITTEN
            .iter()
            .chain(&names::DTDL)
            .chain(&names::SENML)
            .chain(&names::SHORT)
        {
            assert!(INDEX.exact(display).is_some(), "{name}: {display}");
        }
        for display in suffix::displays() {
            assert!(INDEX.exact(display).is_some(), "{display}");
        }
        assert_eq!(
            (INDEX.dtdl.len(), INDEX.senml.len()),
            (names::DTDL.len(), names::SENML.len())
        );
    }

    #[test]
    fn no_spelling_is_that_of_two_units() {
        let mut seen: HashMap<String, &Known> = HashMap::new();
        let displays = table::UNITS
            .iter()
            .map(|known| (known.display, known.display));
        for (name, display) in displays.chain(names::WRITTEN.iter().copied()) {
            let known = INDEX.exact(display).unwrap();
            let before = seen.insert(fold(name), known);
            assert!(
                before.is_none_or(|before| is_same(before, known)),
                "{name}: {display}"
            );
        }
    }

    #[test]
    fn factors_are_those_of_the_codes() {
        for known in &table::UNITS {
            let Some(code) = known.ucum.filter(|code| !code.contains('{')) else {
                continue;
            };
            let Some(parsed) = ucum::parse(code) else {
                assert!(ucum::is_special(code), "{code}");
                continue;
            };
            let of_its_kind = table::UNITS
                .iter()
                .filter(|other| other.quantity == known.quantity)
                .find_map(|other| {
                    Some((
                        ucum::parse(other.ucum.filter(|c| !c.contains('{'))?)?,
                        other,
                    ))
                });
            let (first, other) = of_its_kind.unwrap();
            assert_eq!(parsed.dimension, first.dimension, "{code}");
            let ratio = parsed.factor / first.factor * other.factor / known.factor;
            assert!((ratio - 1.0).abs() < 1e-9, "{code}: {ratio}");
        }
    }
}
