//! What a publisher says of the fields of a DataSet.

use std::sync::Arc;

use twin_core::ValueKind;

use super::value::{BuiltIn, unwrap};
use crate::{
    description::{Point, SourceUnit, UnitVocabulary},
    limits::Limits,
    tree::Node,
};

/// The namespace of the unit ids that stand for codes of UNECE Recommendation 20 (OPC 10000-8, section 5.6.3.3).
const CEFACT: &str = "http://www.opcfoundation.org/UA/units/un/cefact";

/// A field of a DataSet.
#[derive(Clone, Debug)]
pub(super) struct Field {
    pub(super) name: Arc<str>,
    pub(super) built_in: BuiltIn,
    /// All but the address.
    pub(super) point: Point,
}

/// The fields that a metadata message describes, at most as many as the limits allow.
pub(super) fn fields(item: Node<'_>, limits: &Limits) -> Vec<Field> {
    let all = item
        .get("MetaData")
        .and_then(|metadata| metadata.get("Fields"));
    let all = all.into_iter().flat_map(Node::children);
    all.filter_map(|node| field(node, limits))
        .take(limits.points)
        .collect()
}

fn field(node: Node<'_>, limits: &Limits) -> Option<Field> {
    let name = node.text_of("Name")?;
    let short = |text: &str| (text.len() <= limits.description_text_bytes).then(|| text.into());
    let mut point = Point {
        name: short(name),
        kind: kind(node),
        description: node.get("Description").and_then(text).and_then(short),
        ..Point::default()
    };
    for property in node.get("Properties").into_iter().flat_map(Node::children) {
        let Some((value, _)) = property
            .get("Value")
            .and_then(|value| unwrap(value, BuiltIn::Other))
        else {
            continue;
        };
        match property.get("Key").and_then(qualified_name) {
            Some("EngineeringUnits") => point.unit = unit(value),
            Some("EURange") => point.range = range(value),
            Some("InstrumentRange") if point.range.is_none() => point.range = range(value),
            Some("EnumStrings") => point.states = value.children().filter_map(state).collect(),
            Some("EnumValues") => {
                let names = value.children().filter_map(|entry| {
                    let (entry, _) = unwrap(entry, BuiltIn::Other)?;
                    state(entry.get("DisplayName")?)
                });
                point.states = names.collect();
            }
            _ => {}
        }
    }
    Some(Field {
        name: name.into(),
        built_in: BuiltIn::of(node.get("BuiltInType")),
        point,
    })
}

fn state(node: Node<'_>) -> Option<Arc<str>> {
    text(node).map(Into::into)
}

/// Of LocalizedText: text, or `{Locale, Text}`.
fn text(node: Node<'_>) -> Option<&str> {
    let (node, _) = unwrap(node, BuiltIn::Other)?;
    let text = node.text().or_else(|| node.text_of("Text"));
    text.filter(|text| !text.is_empty())
}

/// Of QualifiedName: `{Name, Uri}`, or text, maybe with a namespace before `:` or `;`.
fn qualified_name(node: Node<'_>) -> Option<&str> {
    let text = node.text_of("Name").or_else(|| node.text())?;
    text.rsplit([':', ';']).next()
}

/// Of EUInformation.
fn unit(node: Node<'_>) -> Option<SourceUnit> {
    let id = node.number_of("UnitId").filter(|id| *id > 0.0);
    let listed = node.text_of("NamespaceUri").is_none_or(|uri| uri == CEFACT);
    if let Some(id) = id.filter(|_| listed) {
        return Some(SourceUnit {
            text: format!("{id}").into(),
            vocabulary: UnitVocabulary::OpcUa,
        });
    }
    let name = node.get("DisplayName").and_then(text)?;
    Some(SourceUnit {
        text: name.into(),
        vocabulary: UnitVocabulary::Written,
    })
}

/// Of Range.
fn range(node: Node<'_>) -> Option<[f64; 2]> {
    Some([node.number_of("Low")?, node.number_of("High")?])
}

/// What the values of a field are here, by its built-in type (OPC 10000-6, table 1); none for structures.
fn kind(node: Node<'_>) -> Option<ValueKind> {
    let rank = node.number_of("ValueRank").unwrap_or(-1.0);
    if rank >= 0.0 {
        return None;
    }
    let told = node.get("BuiltInType")?;
    if let Some(name) = told.text() {
        return match name {
            "Boolean" => Some(ValueKind::Bool),
            "SByte" | "Byte" | "Int16" | "UInt16" | "Int32" | "UInt32" | "Float" | "Double"
            | "Number" | "Integer" | "UInteger" => Some(ValueKind::F64),
            "Int64" | "UInt64" => Some(ValueKind::I64),
            "String" | "DateTime" | "Guid" | "ByteString" | "LocalizedText" => {
                Some(ValueKind::Text)
            }
            _ => None,
        };
    }
    match told.number()? as u8 {
        1 => Some(ValueKind::Bool),
        2..=7 | 10 | 11 | 26..=28 => Some(ValueKind::F64),
        8 | 9 => Some(ValueKind::I64),
        12..=18 | 20 | 21 => Some(ValueKind::Text),
        _ => None,
    }
}
