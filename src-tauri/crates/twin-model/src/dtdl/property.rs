//! Values of single properties, and properties that come with a type of an extension.

use super::{
    context::Active,
    dtmi::{is_dtmi, is_dtmi_v2, is_name},
    extension::{AdjunctForm, AdjunctProperty},
    lang::{Caps, Class, Form, Group, Version},
    literal::{Sort, length, literal, single},
    quantity::{types_of_unit, units_of},
    schemas::Primitive,
    types::{Types, named},
};
use crate::twin_file::{
    Collector, Rule,
    json::{View, shown},
};

/// Reads `@id`.
pub(super) fn id<'a>(
    element: View<'a>,
    types: &Types<'_>,
    group: Group,
    caps: Caps,
    version: Version,
    faults: &Collector,
) -> Option<&'a str> {
    let interface = types.class == Some(Class::Interface);
    let Some(view) = element.get("@id") else {
        if interface || group.identified {
            faults.add(
                element,
                Rule::IdRequired,
                "There is no @id. Give it a DTMI such as \"dtmi:com:example:Pump;1\".",
            );
        }
        return None;
    };
    let Some(text) = view.text() else {
        let text = format!("An @id is one text, but this is {}.", view.sort());
        faults.add(view, Rule::IdForm, text);
        return None;
    };
    if ["dtmi:dtdl:", "dtmi:standard:"]
        .iter()
        .any(|prefix| text.starts_with(prefix))
    {
        let text = format!(
            "\"{}\" begins with a prefix that the language keeps for itself. Choose another.",
            shown(text)
        );
        faults.add(view, Rule::IdReserved, text);
        return None;
    }
    let most = if interface {
        caps.interface_id
    } else {
        caps.id
    };
    identifier(view, text, version, most, faults)
}

/// An identifier that follows the grammar of the version.
fn identifier<'a>(
    view: View<'_>,
    text: &'a str,
    version: Version,
    most: usize,
    faults: &Collector,
) -> Option<&'a str> {
    let (good, form) = match version {
        Version::V2 => (is_dtmi_v2(text), "dtmi:com:example:Pump;1"),
        _ => (
            is_dtmi(text),
            "dtmi:com:example:Pump;1 or dtmi:com:example:Pump;1.2",
        ),
    };
    if !good {
        let text = format!("\"{}\" is not a DTMI. Its form is {form}.", shown(text));
        faults.add(view, Rule::IdGrammar, text);
        return None;
    }
    if text.len() > most {
        let text = format!(
            "The identifier has {} characters, more than {most}. Shorten it.",
            text.len()
        );
        faults.add(view, Rule::IdLength, text);
        return None;
    }
    Some(text)
}

/// A text of at most so many characters.
pub(super) fn text<'a>(
    view: View<'a>,
    version: Version,
    most: usize,
    faults: &Collector,
) -> Option<&'a str> {
    let value = literal(view, Sort::Text, version, faults)?;
    let text = value.text()?;
    length(text, most, value, faults);
    Some(text)
}

/// A name.
pub(super) fn name<'a>(
    view: View<'a>,
    version: Version,
    caps: Caps,
    faults: &Collector,
) -> Option<&'a str> {
    let text = text(view, version, caps.name, faults)?;
    if !is_name(text) {
        let text = format!(
            "\"{}\" is not a name. Use letters, digits and underscores, a letter first and no underscore last.",
            shown(text)
        );
        faults.add(view, Rule::NamePattern, text);
    }
    Some(text)
}

/// True or false; absent is false.
pub(super) fn truth(view: View<'_>, version: Version, faults: &Collector) -> bool {
    literal(view, Sort::Truth, version, faults)
        .and_then(View::bool)
        .unwrap_or(false)
}

/// `maxMultiplicity`.
pub(super) fn most(
    view: View<'_>,
    version: Version,
    caps: Caps,
    faults: &Collector,
) -> Option<i64> {
    let value = literal(view, Sort::Whole, version, faults)?.whole()?;
    if !(1..=caps.multiplicity).contains(&value) {
        let text = match caps.multiplicity {
            i64::MAX => "maxMultiplicity has to be 1 or more.".to_owned(),
            most => format!("maxMultiplicity has to be from 1 to {most}."),
        };
        faults.add(view, Rule::ValueChoice, text);
    }
    Some(value)
}

/// `minMultiplicity`.
pub(super) fn least(view: View<'_>, version: Version, faults: &Collector) -> Option<i64> {
    let value = literal(view, Sort::Whole, version, faults)?.whole()?;
    if value != 0 {
        faults.add(
            view,
            Rule::ValueChoice,
            "minMultiplicity has to be 0. Write 0, or leave it out.",
        );
    }
    Some(value)
}

/// `target`: an identifier, which may lead outside the files.
pub(super) fn target<'a>(
    view: View<'a>,
    version: Version,
    caps: Caps,
    faults: &Collector,
) -> Option<&'a str> {
    let value = single(view, Rule::LiteralCount, faults).ok()??;
    let Some(text) = value.text() else {
        let text = format!(
            "A target is the DTMI of an Interface, but this is {}.",
            value.sort()
        );
        faults.add(value, Rule::LiteralForm, text);
        return None;
    };
    identifier(value, text, version, caps.id, faults)
}

/// `commandType`: says nothing any more, but has to be one of its two values. False when it is empty.
pub(super) fn command_type(view: View<'_>, version: Version, faults: &Collector) -> bool {
    let Ok(Some(value)) = single(view, Rule::LiteralCount, faults) else {
        return false;
    };
    let number = version.number();
    let known = ["asynchronous", "synchronous"].iter().any(|term| {
        value.text().is_some_and(|text| {
            text == *term || text == format!("dtmi:dtdl:instance:CommandType:{term};{number}")
        })
    });
    if !known {
        faults.add(
            value,
            Rule::ValueChoice,
            "commandType has to be \"synchronous\" or \"asynchronous\". It is out of date: leave it out.",
        );
    }
    true
}

/// `enumValue`: a text or a whole number of 4 bytes.
pub(super) fn enum_value<'a>(
    view: View<'a>,
    version: Version,
    faults: &Collector,
) -> Option<View<'a>> {
    let inner = single(view, Rule::LiteralCount, faults).ok()??;
    let inner = inner.get("@value").unwrap_or(inner);
    let sort = match inner.text() {
        Some(_) => Sort::Text,
        None => Sort::Whole,
    };
    literal(view, sort, version, faults)
}

/// `valueSchema` of an Enum, `schema` of a MapKey.
pub(super) fn value_schema(
    view: View<'_>,
    form: Form,
    version: Version,
    faults: &Collector,
) -> Option<Primitive> {
    let value = single(view, Rule::LiteralCount, faults).ok()??;
    let known = value
        .text()
        .and_then(|text| Primitive::named(text, version, Version::V2));
    let keys = form == Form::KeySchema;
    let fits = match known {
        Some(Primitive::String) => true,
        Some(Primitive::Integer) => !keys,
        _ => false,
    };
    if !fits {
        let text = match keys {
            true => "The keys of a Map are texts: write \"string\".",
            false => "The values of an Enum are \"integer\" or \"string\". Write one of them.",
        };
        faults.add(value, Rule::ValueChoice, text);
        return None;
    }
    known
}

/// A member that is neither a property of the class nor of a type beside it.
pub(super) fn unknown(
    name: &str,
    view: View<'_>,
    class: Class,
    types: &Types<'_>,
    active: &Active<'_>,
    faults: &Collector,
) {
    let informal = types.informal;
    if informal && active.version == Version::V2 {
        return;
    }
    let identifier = name.starts_with("dtmi:");
    let malformed = if identifier {
        !is_dtmi(name)
    } else {
        name.contains(':')
    };
    if malformed {
        let text = format!(
            "\"{}\" is neither a term nor a DTMI, so it cannot be a property. Correct or remove it.",
            shown(name)
        );
        faults.add(view, Rule::PropertyMalformed, text);
    } else if !informal {
        let text = format!(
            "{} has no property \"{}\" in {}. Correct or remove it, or add the type of an extension that has it.",
            class.name(),
            shown(name),
            active.version
        );
        faults.add(view, Rule::PropertyUnknown, text);
    }
}

/// What the properties of types beside the class said.
#[derive(Default)]
pub(super) struct Beside {
    pub(super) unit: Option<&'static str>,
    unit_given: bool,
    given: Vec<&'static str>,
}

impl Beside {
    /// Reads a member when a type beside the class has it; false when none does.
    pub(super) fn read(
        &mut self,
        name: &str,
        view: View<'_>,
        types: &Types<'_>,
        active: &Active<'_>,
        faults: &Collector,
    ) -> bool {
        if types.quantity.is_some() && is_unit(name, active) {
            if self.unit_given {
                faults.add(
                    view,
                    Rule::PropertyTwice,
                    "\"unit\" is given twice, as a term and as a DTMI. Keep one.",
                );
            }
            self.unit_given = true;
            self.unit = unit(view, types, active, faults);
            return true;
        }
        for (edition, adjunct, _) in &types.adjuncts {
            if let Some(property) = edition.property(adjunct, name) {
                if self.given.contains(&property.term) {
                    let text = format!(
                        "\"{}\" is given twice, as a term and as a DTMI. Keep one.",
                        property.term
                    );
                    faults.add(view, Rule::PropertyTwice, text);
                }
                self.given.push(property.term);
                value(property, view, active.version, faults);
                return true;
            }
        }
        false
    }

    /// Finds what is missing.
    pub(super) fn finish(&self, element: View<'_>, types: &Types<'_>, faults: &Collector) {
        if let Some((quantity, _)) = types.quantity
            && !self.unit_given
        {
            let text = format!(
                "{} needs a \"unit\" of {}. Add it.",
                quantity.name, quantity.unit_type
            );
            faults.add(element, Rule::UnitRequired, text);
        }
        for (edition, adjunct, _) in &types.adjuncts {
            let missing = adjunct.properties.iter().filter(|property| {
                property.required
                    && !self.given.contains(&property.term)
                    && edition.property(adjunct, property.term).is_some()
            });
            for property in missing {
                let text = format!("{} needs \"{}\". Add it.", adjunct.term, property.term);
                faults.add(element, Rule::PropertyRequired, text);
            }
        }
    }
}

fn is_unit(name: &str, active: &Active<'_>) -> bool {
    name == "unit"
        || (active.version == Version::V2 && name == "dtmi:dtdl:property:unit;2")
        || named(name, "property", active) == Some("unit")
}

/// The unit of a quantity.
fn unit(
    view: View<'_>,
    types: &Types<'_>,
    active: &Active<'_>,
    faults: &Collector,
) -> Option<&'static str> {
    let (quantity, _) = types.quantity?;
    let vocabulary = active.vocabulary()?;
    let value = match single(view, Rule::LiteralCount, faults) {
        Ok(Some(value)) => value,
        Ok(None) => {
            faults.add(view, Rule::UnitRequired, "\"unit\" is empty. Name a unit.");
            return None;
        }
        Err(()) => return None,
    };
    let text = value.text().unwrap_or("");
    let term = named(text, "unit", active).unwrap_or(text);
    let fitting = units_of(quantity.unit_type, vocabulary);
    if let Some(unit) = fitting.iter().find(|unit| **unit == term) {
        return Some(unit);
    }
    let choice = fitting.join(", ");
    let (rule, text) = match types_of_unit(term, vocabulary).next() {
        Some(other) => (
            Rule::UnitQuantity,
            format!(
                "\"{term}\" is a unit of {other}, not of {}. Use one of: {choice}.",
                quantity.name
            ),
        ),
        None => (
            Rule::UnitKnown,
            format!(
                "\"{}\" is no unit of the language. Use one of: {choice}.",
                shown(text)
            ),
        ),
    };
    faults.add(value, rule, text);
    None
}

/// Checks the value of a property that an extension brings.
fn value(property: &AdjunctProperty, view: View<'_>, version: Version, faults: &Collector) {
    if property.form == AdjunctForm::Index {
        let whole = literal(view, Sort::Whole, version, faults).and_then(View::whole);
        if whole.is_some_and(|whole| whole < 1) {
            let text = format!("\"{}\" has to be 1 or more.", property.term);
            faults.add(view, Rule::ValueChoice, text);
        }
        return;
    }
    let Some(text) = literal(view, Sort::Text, version, faults).and_then(View::text) else {
        return;
    };
    let (good, wanted) = match property.form {
        AdjunctForm::Topic => (
            is_topic(text),
            "a topic without wildcards, such as plant/{modelId}/data",
        ),
        AdjunctForm::Token => (
            !text.is_empty() && text.bytes().all(is_topic_byte),
            "a text without spaces, quotation marks and + # { } /",
        ),
        AdjunctForm::Duration => (
            text.starts_with('P') && text.len() > 2,
            "an ISO 8601 duration such as PT10S",
        ),
        AdjunctForm::Text | AdjunctForm::Index => (true, ""),
    };
    if !good {
        let text = format!("\"{}\" has to be {wanted}.", property.term);
        faults.add(view, Rule::ValueChoice, text);
    }
}

/// Levels of plain characters, or one `{token}` each; a `$` does not come first.
fn is_topic(text: &str) -> bool {
    let token = |level: &str| {
        let inner = level
            .strip_prefix('{')
            .and_then(|level| level.strip_suffix('}'));
        inner.is_some_and(|inner| {
            inner
                .splitn(2, ':')
                .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphabetic()))
        })
    };
    !text.starts_with('$')
        && text
            .split('/')
            .all(|level| token(level) || (!level.is_empty() && level.bytes().all(is_topic_byte)))
}

const fn is_topic_byte(byte: u8) -> bool {
    byte.is_ascii_graphic() && !matches!(byte, b'"' | b'#' | b'+' | b'/' | b'{' | b'}')
}
