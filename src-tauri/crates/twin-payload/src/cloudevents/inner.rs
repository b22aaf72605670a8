//! The values of an event.

use base64::{Engine, engine::general_purpose::STANDARD};

use super::event::{Event, Meaning};
use crate::{
    lora::base64_size,
    observations::Cell,
    reject::Reject,
    tree::{Node, Tree},
    walk::{Sink, push_clean},
};

/// Reads data; kept for its memory.
#[derive(Debug, Default)]
pub(super) struct Inner {
    tree: Tree,
    bytes: Vec<u8>,
}

impl Inner {
    /// Adds the values of an event.
    pub(super) fn rows(
        &mut self,
        event: &Event<'_>,
        sink: &mut Sink<'_, '_>,
    ) -> Result<(), Reject> {
        match event.meaning() {
            Meaning::Data => {
                if let Some(data) = event.data {
                    sink.rows(data)?;
                }
                match event.bytes {
                    Some(text) => self.encoded("data_base64", text, sink),
                    None => Ok(()),
                }
            }
            Meaning::Telemetry => {
                let Some(data) = event.data else {
                    return Ok(());
                };
                // One topic may have the messages of all devices.
                push_clean(sink.path, event.device().unwrap_or_default());
                sink.path.push('/');
                let result = self.telemetry(data, sink);
                sink.path.clear();
                result
            }
            Meaning::Presence(_) | Meaning::Information | Meaning::Deleted => Ok(()),
        }
    }

    fn telemetry(&mut self, data: Node<'_>, sink: &mut Sink<'_, '_>) -> Result<(), Reject> {
        if let Some(body) = data.get("body") {
            match body.text() {
                Some(text) => self.encoded("body", text, sink)?,
                None => sink.at("body", |sink| sink.rows(body))?,
            }
        }
        sink.rows_at("properties", data.get("properties"))
    }

    /// Bytes written as base64: the values in them when they are JSON, else how many
    /// they are, and they as they came. What is not base64 is text.
    fn encoded(&mut self, step: &str, text: &str, sink: &mut Sink<'_, '_>) -> Result<(), Reject> {
        let Some(size) = base64_size(text) else {
            return sink.cell_at(step, Cell::Text(text));
        };
        self.bytes.clear();
        let decoded = STANDARD.decode_vec(text, &mut self.bytes).is_ok();
        let content = std::str::from_utf8(&self.bytes).unwrap_or_default();
        let is_json = decoded
            && content.trim_start().starts_with(['{', '['])
            && self.tree.read(content, sink.context.limits).is_ok();
        let root = self.tree.root().filter(|_| is_json);
        let result = match root {
            Some(root) => sink.rows_at(step, Some(root)),
            None => {
                let size = Cell::F64(size as f64);
                let first = sink.at(step, |sink| sink.cell_at("size", size));
                first.and_then(|()| sink.cell_at(step, Cell::Text(text)))
            }
        };
        self.bytes.shrink_to(64 * 1024);
        result
    }
}
