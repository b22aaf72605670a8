//! Data schemas: what values look like.

use crate::twin_file::{
    Collector, Rule,
    json::{Kind, View, shown},
};

/// The sort of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    Number,
    Whole,
    Truth,
    Text,
    Object,
    Array,
    /// Nothing, or nothing said.
    Unknown,
}

/// What a data schema says of a value.
#[derive(Clone, Debug)]
pub(super) struct DataSchema<'a> {
    pub(super) view: View<'a>,
    pub(super) sort: Sort,
    pub(super) unit: Option<&'a str>,
    pub(super) range: Option<[f64; 2]>,
    /// Digits after the decimal point, from `multipleOf`.
    pub(super) decimals: Option<u8>,
    /// Value as it is sent, and its name.
    pub(super) states: Vec<(String, String)>,
    pub(super) read_only: Option<bool>,
    pub(super) write_only: bool,
}

/// Reads a data schema, not what is within it.
pub(super) fn read<'a>(view: View<'a>, faults: &Collector) -> DataSchema<'a> {
    let states = states(view, faults);
    let low = bound(view, "minimum", faults);
    let high = bound(view, "maximum", faults);
    let range = low.zip(high).map(|(low, high)| [low, high]);
    if let Some([low, high]) = range
        && low > high
    {
        let text = format!("\"minimum\" {low} is above \"maximum\" {high}. Correct one of them.");
        faults.add(view, Rule::ThingSchema, text);
    }
    for (least, most) in [("minLength", "maxLength"), ("minItems", "maxItems")] {
        let pair = bound(view, least, faults).zip(bound(view, most, faults));
        if pair.is_some_and(|(low, high)| low > high) {
            let text = format!("\"{least}\" is above \"{most}\". Correct one of them.");
            faults.add(view, Rule::ThingSchema, text);
        }
    }
    DataSchema {
        view,
        sort: sort(view, &states, faults),
        unit: super::form::text(view, "unit", faults),
        range: range.filter(|[low, high]| low < high),
        decimals: decimals(view, faults),
        states,
        read_only: truth(view, "readOnly", faults),
        write_only: truth(view, "writeOnly", faults) == Some(true),
    }
}

/// Judges a data schema and all within it.
pub(super) fn check(view: View<'_>, faults: &Collector) {
    if !view.is_object() {
        let text = format!("A data schema is an object, but this is {}.", view.sort());
        faults.add(view, Rule::ThingForm, text);
        return;
    }
    read(view, faults);
    if let Some(fields) = view.get("properties")
        && !fields.is_object()
    {
        faults.add(
            fields,
            Rule::ThingForm,
            "\"properties\" has to be an object.",
        );
    }
    for (_, field) in fields(view) {
        check(field, faults);
    }
    for list in ["items", "oneOf"] {
        for item in view.get(list).map(View::each).unwrap_or_default() {
            check(item, faults);
        }
    }
    if let Some(required) = view.get("required") {
        let names = required
            .items()
            .map(|mut names| names.all(|name| name.text().is_some()));
        if names != Some(true) {
            faults.add(
                required,
                Rule::ThingSchema,
                "\"required\" has to be an array of names.",
            );
        }
    }
}

/// The fields of an object.
pub(super) fn fields(view: View<'_>) -> impl Iterator<Item = (&str, View<'_>)> {
    view.get("properties").into_iter().flat_map(View::members)
}

/// A member that is true or false when it is there.
pub(super) fn truth(view: View<'_>, name: &str, faults: &Collector) -> Option<bool> {
    let value = view.get(name)?;
    if value.bool().is_none() {
        let text = format!("\"{name}\" has to be true or false.");
        faults.add(value, Rule::ThingForm, text);
    }
    value.bool()
}

fn sort(view: View<'_>, states: &[(String, String)], faults: &Collector) -> Sort {
    let Some(stated) = view.get("type") else {
        let numeric = [
            "minimum",
            "maximum",
            "multipleOf",
            "exclusiveMinimum",
            "exclusiveMaximum",
        ];
        let plain = states.is_empty();
        return if numeric.iter().any(|name| view.get(name).is_some()) {
            Sort::Number
        } else if plain && view.get("properties").is_some() {
            Sort::Object
        } else if plain && view.get("items").is_some() {
            Sort::Array
        } else {
            Sort::Unknown
        };
    };
    match stated.text() {
        Some("number") => Sort::Number,
        Some("integer") => Sort::Whole,
        Some("boolean") => Sort::Truth,
        Some("string") => Sort::Text,
        Some("object") => Sort::Object,
        Some("array") => Sort::Array,
        Some("null") => Sort::Unknown,
        _ => {
            let text =
                "\"type\" has to be boolean, integer, number, string, object, array or null.";
            faults.add(stated, Rule::ThingSchema, text);
            Sort::Unknown
        }
    }
}

fn bound(view: View<'_>, name: &str, faults: &Collector) -> Option<f64> {
    let value = view.get(name)?;
    if value.number().is_none() {
        let text = format!("\"{name}\" has to be a number.");
        faults.add(value, Rule::ThingSchema, text);
    }
    value.number()
}

/// Digits after the point of `multipleOf`, as written.
fn decimals(view: View<'_>, faults: &Collector) -> Option<u8> {
    let value = view.get("multipleOf")?;
    let number = bound(view, "multipleOf", faults)?;
    if number <= 0.0 {
        faults.add(
            value,
            Rule::ThingSchema,
            "\"multipleOf\" has to be above 0.",
        );
    }
    let Kind::Number(text) = value.kind() else {
        return None;
    };
    if text.contains(['e', 'E']) {
        return None;
    }
    let digits = text.split_once('.').map_or(0, |(_, digits)| digits.len());
    Some(u8::try_from(digits.min(9)).unwrap_or(9))
}

/// The values of `enum`, or of a `oneOf` whose every alternative is one value with a title.
fn states(view: View<'_>, faults: &Collector) -> Vec<(String, String)> {
    let mut states = Vec::new();
    if let Some(list) = view.get("enum") {
        match list.items() {
            Some(items) if items.len() > 0 => {
                states.extend(items.map(|item| (sent(item), sent(item))));
            }
            _ => faults.add(
                list,
                Rule::ThingSchema,
                "\"enum\" has to be an array with a value.",
            ),
        }
    }
    let Some(list) = view.get("oneOf") else {
        return states;
    };
    let Some(items) = list.items() else {
        faults.add(
            list,
            Rule::ThingSchema,
            "\"oneOf\" has to be an array of data schemas.",
        );
        return states;
    };
    let mut named = Vec::new();
    for item in items {
        let title = item.get("title").and_then(View::text);
        named.push(item.get("const").map(|value| {
            (
                sent(value),
                title.map_or_else(|| sent(value), str::to_owned),
            )
        }));
    }
    match named.into_iter().collect::<Option<Vec<_>>>() {
        Some(named) if states.is_empty() => named,
        _ => states,
    }
}

/// A value as it is sent.
fn sent(value: View<'_>) -> String {
    match value.kind() {
        Kind::Text(text) => shown(text),
        Kind::Number(text) => shown(text),
        Kind::Bool(value) => value.to_string(),
        Kind::Null => "null".to_owned(),
        Kind::Array(_) | Kind::Object(_) => value.sort().to_owned(),
    }
}
