//! `@type`: the class of the language, and what stands beside it.

use super::{
    context::Active,
    dtmi::is_dtmi,
    extension::{Adjunct, Edition},
    lang::{COMMON, Class, Group, Version},
    quantity::{Quantity, quantity, types_of_unit, unit_type},
    schemas::Primitive,
};
use crate::twin_file::{
    Collector, Rule,
    json::{View, shown},
};

/// What an element is.
#[derive(Debug, Default)]
pub(super) struct Types<'a> {
    pub(super) class: Option<Class>,
    pub(super) quantity: Option<(&'static Quantity, View<'a>)>,
    pub(super) adjuncts: Vec<(Edition, &'static Adjunct, View<'a>)>,
    /// Types of extensions, as written.
    pub(super) cotypes: Vec<&'a str>,
    /// Whether it has a type that nobody here knows, which may bring properties of its own.
    pub(super) informal: bool,
}

/// Reads the types of an element that stands where `group` is asked for.
pub(super) fn read<'a>(
    element: View<'a>,
    group: Group,
    active: &Active<'a>,
    faults: &Collector,
) -> Types<'a> {
    let mut types = Types::default();
    let Some(view) = element.get("@type") else {
        match group.classes {
            [only] if only.type_optional() => types.class = Some(*only),
            _ => {
                let text = format!(
                    "There is no @type. Say which it is: {}.",
                    names(group.classes)
                );
                faults.add(element, Rule::TypeRequired, text);
            }
        }
        return types;
    };
    let mut good = true;
    for item in view.each() {
        match item.text() {
            Some(text) => good &= one(&mut types, text, item, active, faults),
            None => {
                let text = format!("A type is a text, but {} stands here.", item.sort());
                faults.add(item, Rule::TypeForm, text);
                good = false;
            }
        }
    }
    if types.class.is_none() && good {
        let text = format!(
            "The types name no class of {}. Add which it is: {}.",
            active.version,
            names(group.classes)
        );
        faults.add(view, Rule::TypeMaterial, text);
    }
    if let Some(class) = types.class {
        cotypes(&types, class, active, faults);
    }
    types
}

fn names(classes: &[Class]) -> String {
    let names: Vec<&str> = classes.iter().map(|class| class.name()).collect();
    names.join(", ")
}

/// Reads one type; false after a fault.
fn one<'a>(
    types: &mut Types<'a>,
    text: &'a str,
    at: View<'a>,
    active: &Active<'a>,
    faults: &Collector,
) -> bool {
    if let Some(class) = material(text, active.version) {
        if types.class.is_some_and(|other| other != class) {
            let text =
                format!("An element is of one class, but \"{text}\" is a second one. Keep one.");
            faults.add(at, Rule::TypeMaterial, text);
            return false;
        }
        types.class = Some(class);
        return true;
    }
    if let Some(found) = semantic(text, active) {
        types.cotypes.push(text);
        if types
            .quantity
            .is_some_and(|(other, _)| other.name != found.name)
        {
            let text =
                format!("An element has one quantity, but \"{text}\" is a second one. Keep one.");
            faults.add(at, Rule::QuantityOne, text);
        }
        types.quantity = Some((found, at));
        return true;
    }
    let known = active
        .editions()
        .find_map(|edition| edition.adjunct(text).map(|adjunct| (edition, adjunct)));
    if let Some((edition, adjunct)) = known {
        types.cotypes.push(text);
        types.adjuncts.push((edition, adjunct, at));
        return true;
    }
    let old = active.version == Version::V2;
    let identifier = text.starts_with("dtmi:");
    if (identifier && !is_dtmi(text)) || (!identifier && text.contains(':') && !old) {
        let text = format!(
            "\"{}\" is neither a term nor a DTMI, so it cannot be a type. Correct it.",
            shown(text)
        );
        faults.add(at, Rule::TypeMalformed, text);
        return false;
    }
    let free = old && !identifier && !is_reserved(text, active.version);
    if !free && !active.has_unknown() {
        let text = format!(
            "\"{}\" is no type of {} or of an extension in the context. Remove it, or add the context that defines it.",
            shown(text),
            active.version
        );
        faults.add(at, Rule::TypeUnknown, text);
        return false;
    }
    types.cotypes.push(text);
    types.informal = true;
    true
}

/// The class of this term or DTMI.
fn material(text: &str, version: Version) -> Option<Class> {
    let name = match text.strip_prefix("dtmi:dtdl:class:") {
        Some(rest) => {
            let (name, number) = rest.split_once(';')?;
            (number == version.number().to_string()).then_some(name)?
        }
        None => text,
    };
    Class::named(name, version)
}

/// The quantity of this term or DTMI.
fn semantic(text: &str, active: &Active<'_>) -> Option<&'static Quantity> {
    let vocabulary = active.vocabulary()?;
    let name = named(text, "class", active).unwrap_or(text);
    quantity(name, vocabulary)
}

/// The term that a DTMI of the vocabulary of quantities stands for. `kind` is `class`, `unit`, `enum` or `property`.
pub(super) fn named<'t>(text: &'t str, kind: &str, active: &Active<'_>) -> Option<&'t str> {
    if active.version == Version::V2 {
        let name = text
            .strip_prefix("dtmi:standard:")
            .and_then(|rest| rest.strip_prefix(kind));
        return name?.strip_prefix(':')?.strip_suffix(";2");
    }
    let edition = active
        .editions()
        .find(|edition| edition.vocabulary().is_some())?;
    let prefix = format!(
        "dtmi:dtdl:extension:quantitativeTypes:v{}:{kind}:",
        edition.version
    );
    text.strip_prefix(prefix.as_str())
}

/// Whether a quantity and adjunct types stand on a class that they are made for, with what they need beside them.
fn cotypes(types: &Types<'_>, class: Class, active: &Active<'_>, faults: &Collector) {
    let refuse = |term: &str, at: View<'_>| {
        let text = format!("{} cannot be a {term}. Remove this type.", class.name());
        faults.add(at, Rule::CotypeClass, text);
    };
    if let Some((quantity, at)) = types.quantity {
        use Class::*;
        let fits = match active.version {
            Version::V2 => matches!(class, Property | Telemetry),
            _ => matches!(
                class,
                CommandRequest | CommandResponse | Field | MapValue | Property | Telemetry
            ),
        };
        if !fits {
            refuse(quantity.name, at);
        }
    }
    for (_, adjunct, at) in &types.adjuncts {
        if !adjunct.on.contains(&class) {
            refuse(adjunct.term, *at);
        }
        for needed in adjunct.beside {
            let there = types
                .adjuncts
                .iter()
                .any(|(_, other, _)| other.term == *needed);
            if !there {
                let text = format!(
                    "{} needs the type {needed} beside it. Add it.",
                    adjunct.term
                );
                faults.add(*at, Rule::CotypeCompanion, text);
            }
        }
    }
}

/// Words that DTDL v2 keeps for itself, besides its classes, properties, schemas, quantities and units.
const RESERVED: &str = "CommandType ComplexSchema Content Entity NamedEntity NumericSchema PrimitiveSchema \
    Schema SchemaField SemanticType SemanticUnit TemporalSchema Unit UnitAttribute Boolean \
    Date DateTime Double Duration Float Integer Long String Time asynchronous synchronous \
    BinaryPrefix BinaryUnit DecimalPrefix DecimalUnit QuantitativeType RatioUnit baseUnit \
    bottomUnit exponent prefix symbol topUnit unit languageMajorVersion atto centi deci \
    deka exa exbi femto gibi giga hecto kibi kilo mebi mega micro milli nano pebi peta \
    pico tebi tera yobi yocto yotta zebi zepto zetta";

/// Whether DTDL v2 keeps a term for itself, so that it cannot be a type of somebody else's.
fn is_reserved(term: &str, version: Version) -> bool {
    let vocabulary = super::quantity::Since::Core;
    RESERVED.split_whitespace().any(|word| word == term)
        || Primitive::named(term, version, version).is_some_and(|schema| !schema.is_partner())
        || types_of_unit(term, vocabulary).next().is_some()
        || unit_type(term, vocabulary).is_some()
        || COMMON.iter().any(|property| property.term == term)
        || Class::ALL.into_iter().any(|(_, class)| {
            let mut properties = class.properties(version).iter();
            properties.any(|property| property.term == term)
        })
}
