//! Values of fields: raw, Variants and DataValues, in the encodings of OPC 10000-6 versions 1.04 and 1.05.

use crate::{observations::Cell, reject::Reject, stamp::Stamp, tree::Node, walk::Sink};

use super::status::{Severity, time};

/// Built-in types whose JSON form depends on the type (OPC 10000-6, table 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BuiltIn {
    /// Text in JSON, because a reader may hold numbers as doubles.
    Int64,
    /// `NaN`, `Infinity` and `-Infinity` are text in JSON.
    Float,
    /// Text that is bytes.
    ByteString,
    /// Any other, or not told.
    Other,
}

impl BuiltIn {
    /// By number, as the standard has it, or by name, as OPC Publisher writes it.
    pub(super) fn of(node: Option<Node<'_>>) -> BuiltIn {
        let Some(node) = node else {
            return BuiltIn::Other;
        };
        match (node.number(), node.text()) {
            (Some(8.0 | 9.0), _) | (_, Some("Int64" | "UInt64")) => BuiltIn::Int64,
            (Some(10.0 | 11.0), _) | (_, Some("Float" | "Double")) => BuiltIn::Float,
            (Some(15.0), _) | (_, Some("ByteString")) => BuiltIn::ByteString,
            _ => BuiltIn::Other,
        }
    }
}

/// Fields of a DataValue and of a Variant of version 1.05.
const DATA_VALUE: &[&str] = &[
    "Value",
    "UaType",
    "Dimensions",
    "Status",
    "StatusCode",
    "SourceTimestamp",
    "SourcePicoseconds",
    "SourcePicoSeconds",
    "ServerTimestamp",
    "ServerPicoseconds",
    "ServerPicoSeconds",
];
const VARIANT: &[&str] = &["Type", "Body", "Dimensions"];
const EXTENSION: &[&str] = &["TypeId", "Encoding", "Body"];
const EXTENSION_105: &[&str] = &["UaTypeId", "UaEncoding", "UaBody"];
const LOCALIZED: &[&str] = &["Locale", "Text"];

/// Whether an object has one of these fields besides others of `all`, and none else.
fn is_of(node: Node<'_>, all: &[&str], one: &[&str]) -> bool {
    node.is_object()
        && node.children().all(|child| all.contains(&child.key()))
        && node.children().any(|child| one.contains(&child.key()))
}

/// Whether an object is a DataValue, so that it can carry a status and times.
pub(super) fn is_data_value(node: Node<'_>) -> bool {
    let telling = [
        "Value",
        "Status",
        "StatusCode",
        "SourceTimestamp",
        "ServerTimestamp",
    ];
    is_of(node, DATA_VALUE, &telling)
}

/// What is inside Variants and ExtensionObjects, with its built-in type; none for bytes of a type not known here.
pub(super) fn unwrap(node: Node<'_>, mut kind: BuiltIn) -> Option<(Node<'_>, BuiltIn)> {
    let mut node = node;
    loop {
        let inner = if is_of(node, VARIANT, &["Body"]) && node.get("Type").is_some() {
            kind = BuiltIn::of(node.get("Type"));
            node.get("Body")
        } else if is_of(node, &DATA_VALUE[..3], &["Value"]) {
            if node.get("UaType").is_some() {
                kind = BuiltIn::of(node.get("UaType"));
            }
            node.get("Value")
        } else if is_of(node, EXTENSION, &["Body"]) && node.get("TypeId").is_some() {
            kind = BuiltIn::Other;
            node.get("Body").filter(|body| body.text().is_none())
        } else if is_of(node, EXTENSION_105, &["UaBody"]) {
            kind = BuiltIn::Other;
            node.get("UaBody").filter(|body| body.text().is_none())
        } else {
            return Some((node, kind));
        };
        node = inner?;
    }
}

/// Adds the rows of a field at the sink's path. `kind` is what the metadata say of it.
pub(super) fn field(
    node: Node<'_>,
    kind: BuiltIn,
    severity: Severity,
    sink: &mut Sink<'_, '_>,
) -> Result<(), Reject> {
    if !is_data_value(node) {
        return plain(node, kind, severity, sink);
    }
    let status = node.get("Status").or_else(|| node.get("StatusCode"));
    let severity = severity.max(status.map_or(Severity::Good, Severity::of));
    let around = sink.stamp;
    let told = time(node, "SourceTimestamp").or_else(|| time(node, "ServerTimestamp"));
    if told.is_some() {
        sink.stamp = Stamp::of(told, sink.message);
    }
    let kind = match node.get("UaType") {
        Some(told) => BuiltIn::of(Some(told)),
        None => kind,
    };
    let result = match node.get("Value") {
        Some(value) => plain(value, kind, severity, sink),
        None => sink.cell(Cell::Null),
    };
    sink.stamp = around;
    result
}

/// A value without status and times of its own.
fn plain(
    node: Node<'_>,
    kind: BuiltIn,
    severity: Severity,
    sink: &mut Sink<'_, '_>,
) -> Result<(), Reject> {
    let Some((node, kind)) = unwrap(node, kind) else {
        sink.context.skip(1);
        return Ok(());
    };
    let around = sink.stamp.quality;
    sink.stamp.quality = severity.quality(around);
    let result = tree(node, kind, sink);
    sink.stamp.quality = around;
    result
}

/// What is left when nothing is wrapped any more: a scalar, an array or a structure.
fn tree(node: Node<'_>, kind: BuiltIn, sink: &mut Sink<'_, '_>) -> Result<(), Reject> {
    if let Some(cell) = node.cell() {
        return sink.cell(scalar(cell, kind));
    }
    if is_of(node, &["UaType"], &["UaType"]) {
        return sink.cell(Cell::Null);
    }
    if is_of(node, LOCALIZED, &["Text"]) {
        let text = node.get("Text").and_then(Node::cell);
        return sink.cell(text.unwrap_or(Cell::Null));
    }
    for (index, child) in node.children().enumerate() {
        if child.key() == "UaTypeId" {
            continue;
        }
        // Elements of an array have its type; fields of a structure tell their own.
        let kind = if node.is_array() {
            kind
        } else {
            BuiltIn::Other
        };
        let inside = |sink: &mut Sink<'_, '_>| field(child, kind, Severity::Good, sink);
        if node.is_array() {
            sink.at_index(index, inside)?;
        } else {
            sink.at(child.key(), inside)?;
        }
    }
    Ok(())
}

/// Text that stands for a number becomes one.
fn scalar(cell: Cell<'_>, kind: BuiltIn) -> Cell<'_> {
    let Cell::Text(text) = cell else { return cell };
    match (kind, text) {
        (BuiltIn::Int64, _) => match (text.parse(), text.parse()) {
            (Ok(whole), _) => Cell::I64(whole),
            (Err(_), Ok(number)) => Cell::F64(number),
            (Err(_), Err(_)) => cell,
        },
        (BuiltIn::Float | BuiltIn::Other, "NaN" | "Infinity" | "-Infinity") => Cell::F64(f64::NAN),
        _ => cell,
    }
}
