//! What sort of message an object is.

use crate::tree::{Node, Tree};

/// Sorts of messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// A NetworkMessage with DataSetMessages.
    Data,
    /// A DataSetMessage without the header of a NetworkMessage.
    Dataset,
    /// What a DataSetMessage has in it.
    MetaData,
    /// Whether a publisher works.
    Status,
    /// Endpoints, connections, actions: no values.
    Configuration,
    /// A monitored item of OPC Publisher.
    Monitored,
}

/// The messages of a payload: one, or an array of them, maybe in the `body` that IoT Hub puts around.
pub(super) fn items(tree: &Tree) -> impl Iterator<Item = Node<'_>> {
    let root = tree.root();
    let wrapped = root
        .and_then(|root| root.get("body"))
        .filter(|body| body.is_array() || Shape::of(*body).is_some());
    let content = wrapped.or(root);
    let one = content.filter(|content| !content.is_array());
    let many = content.filter(|content| content.is_array());
    one.into_iter()
        .chain(many.into_iter().flat_map(Node::children))
        .filter(|item| item.is_object())
}

impl Shape {
    /// None for an object that could be of any origin: with no header at all it is just fields.
    pub(super) fn of(item: Node<'_>) -> Option<Shape> {
        if let Some(kind) = item.text_of("MessageType") {
            match kind {
                "ua-data" => return Some(Shape::Data),
                "ua-metadata" => return Some(Shape::MetaData),
                "ua-status" => return Some(Shape::Status),
                "ua-keyframe" | "ua-deltaframe" | "ua-event" | "ua-condition" | "ua-keepalive" => {
                    return Some(Shape::Dataset);
                }
                _ if kind.starts_with("ua-") => return Some(Shape::Configuration),
                _ => {}
            }
        }
        let messages = item.get("Messages");
        let has_payload = |node: Node<'_>| node.get("Payload").is_some_and(Node::is_object);
        if messages.is_some_and(|all| has_payload(all) || all.children().any(has_payload)) {
            return Some(Shape::Data);
        }
        if has_payload(item) && has_header(item) {
            return Some(Shape::Dataset);
        }
        let named =
            item.text_of("NodeId").is_some() || item.get("NodeId").is_some_and(Node::is_object);
        (named && item.get("Value").is_some()).then_some(Shape::Monitored)
    }
}

/// Whether an object has a field of a DataSetMessage's header.
pub(super) fn has_header(item: Node<'_>) -> bool {
    [
        "DataSetWriterId",
        "DataSetWriterName",
        "SequenceNumber",
        "MetaDataVersion",
        "MinorVersion",
    ]
    .iter()
    .any(|key| item.get(key).is_some())
}
