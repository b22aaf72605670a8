//! The document in which a Homie 5 device describes itself (Homie 5.0, sections "Device Attributes" to "Formats").

use std::sync::Arc;

use super::value::Datatype;
use crate::{
    convention::Convention,
    describe::Texts,
    description::{Description, Point, UnitVocabulary},
    limits::Limits,
    message::Message,
    reject::{Reject, RejectKind},
    tree::Node,
};

/// What a document says.
#[derive(Debug)]
pub(super) struct Document {
    pub(super) description: Description,
    /// Source of the device whose loss is this one's.
    pub(super) root: Option<Arc<str>>,
    /// Types by topic of the property.
    pub(super) properties: Vec<(Arc<str>, Datatype)>,
    /// Bytes of text that it takes to keep root and types.
    pub(super) kept: usize,
    /// Texts and properties left out.
    pub(super) skipped: u64,
}

/// Reads the document of the device `source`, whose topics begin with `home`, `<domain>/5/`.
///
/// # Errors
/// It is none of Homie 5.
pub(super) fn read(
    root: Node<'_>,
    (home, source): (&str, &str),
    message: &Message<'_>,
    limits: &Limits,
) -> Result<Document, Reject> {
    let version = root.text_of("homie").unwrap_or_default();
    if version != "5" && !version.starts_with("5.") {
        let detail = "not the description of a Homie 5 device: no `homie` of version 5";
        return Err(Reject::new(RejectKind::Description, detail));
    }
    let mut texts = Texts::new(limits);
    let mut description = Description::new(source, Convention::Homie5, message);
    description.name = texts.maybe(root.text_of("name"));
    description.model = texts.maybe(root.text_of("type"));
    let mut of = |key: &str| {
        let id = texts.maybe(root.text_of(key))?;
        Some(Arc::<str>::from(format!("{home}{id}")))
    };
    let top = of("root");
    description.parent = of("parent").or_else(|| top.clone());
    let mut document = Document {
        description,
        kept: top.as_ref().map_or(0, |top| top.len()),
        root: top,
        properties: vec![],
        skipped: 0,
    };
    for (node_id, node) in members(root, "nodes") {
        let node_name = texts.maybe(node.text_of("name"));
        for (id, property) in members(node, "properties") {
            let topic = format!("{source}/{node_id}/{id}");
            put(
                &mut document,
                &topic,
                (id, property),
                &node_name,
                &mut texts,
            );
        }
    }
    document.skipped = texts.skipped;
    Ok(document)
}

/// Adds a property; one that the convention does not allow is left out, and its values are read as they come.
fn put(
    document: &mut Document,
    topic: &str,
    (id, property): (&str, Node<'_>),
    node_name: &Option<Arc<str>>,
    texts: &mut Texts<'_>,
) {
    let format = property.text_of("format");
    let named = property.text_of("datatype").unwrap_or_default();
    let Some(datatype) = Datatype::of(named, format) else {
        texts.skipped += 1;
        return;
    };
    let Some(address) = texts.address(topic, "") else {
        return;
    };
    let mut point = Point {
        address,
        name: texts.of(property.text_of("name").unwrap_or(id)),
        unit: texts.unit(property.text_of("unit"), UnitVocabulary::Homie),
        writable: property.get("settable").and_then(Node::bool) == Some(true),
        description: node_name.clone(),
        ..Point::default()
    };
    datatype.describe(format, texts, &mut point);
    // The goal of a change is said only for what can be commanded.
    let target = point
        .writable
        .then(|| texts.address(&format!("{topic}/$target"), ""));
    let target = target.flatten().map(|address| Point {
        address,
        writable: false,
        ..point.clone()
    });
    let before = document.description.points.len();
    texts.put(&mut document.description.points, point);
    if document.description.points.len() == before {
        return;
    }
    if let Some(target) = target {
        texts.put(&mut document.description.points, target);
    }
    document.kept += topic.len();
    if let Datatype::Enum(values) = &datatype {
        document.kept += values.iter().map(|value| value.len()).sum::<usize>();
    }
    document.properties.push((topic.into(), datatype));
}

/// Members of an object by their ids. Drafts of the convention had arrays of objects with an `id`.
fn members<'t>(of: Node<'t>, key: &str) -> impl Iterator<Item = (&'t str, Node<'t>)> {
    let list = of.get(key);
    let in_array = list.is_some_and(Node::is_array);
    list.into_iter()
        .flat_map(Node::children)
        .filter_map(move |member| {
            let id = if in_array {
                member.text_of("id")?
            } else {
                member.key()
            };
            let fits = !id.is_empty() && !id.contains(['/', '+', '#']);
            (fits && member.is_object()).then_some((id, member))
        })
}
