//! Device shadows, classic and named.

use twin_core::Timestamp;

use super::topic::{Kind, Topic, name_source};
use crate::{
    bare,
    convention::Convention,
    limits::Limits,
    message::Message,
    observations::Cell,
    reader::{Context, Reader},
    reject::Reject,
    stamp::{self, Stamp},
    timed::{self, Dialect},
    tree::{Node, Tree},
    versions::{self, Version, Versions},
    walk::Sink,
};

/// A document holds the state before and after a change, each with a time for every value.
const VALUES_A_SIGNAL: usize = 4;

/// Parts of a state, each with the names under which the times of its values may stand, the right one first. Those of
/// differences are those of what is wanted.
const SECTIONS: [(&str, [&str; 2]); 3] = [
    ("reported", ["reported", ""]),
    ("desired", ["desired", ""]),
    ("delta", ["delta", "desired"]),
];

/// Reads shadows.
#[derive(Debug, Default)]
pub(crate) struct Shadows {
    tree: Tree,
    path: String,
    name: String,
    versions: Versions,
}

/// Times are whole seconds under `timestamp`.
struct Aws;

impl Dialect for Aws {
    fn time(beside: Node<'_>) -> Option<Timestamp> {
        stamp::from_epoch(beside.number_of("timestamp")?)
    }
}

impl Reader for Shadows {
    fn convention(&self) -> Convention {
        Convention::AwsShadow
    }

    fn claims(&self, message: &Message<'_>) -> bool {
        Topic::parse(message.topic).is_some()
    }

    fn read(&mut self, message: &Message<'_>, context: &mut Context<'_>) -> Result<(), Reject> {
        let topic = Topic::parse(message.topic);
        let Some(topic) = topic.filter(|topic| topic.message != Kind::Other) else {
            return Ok(());
        };
        let text = bare::text(message.payload)?;
        if text.is_empty() {
            return Ok(());
        }
        let limits = Limits {
            json_values: context.limits.json_values.saturating_mul(VALUES_A_SIGNAL),
            ..*context.limits
        };
        self.tree.read(text, &limits)?;
        let Some(root) = self.tree.root() else {
            return Ok(());
        };
        let document = match topic.message {
            Kind::Documents => root.get("current"),
            _ => Some(root),
        };
        let time = stamp_of(root);
        let version = document
            .and_then(|document| versions::number(document, "version"))
            .map(|number| Version { number, time });
        let is_stale = |version| self.versions.is_stale(topic.shadow, version);
        if topic.message != Kind::Refused && version.is_some_and(is_stale) {
            let states = document.and_then(|document| document.get("state"));
            context.skip_old(states.map_or(0, timed::values::<Aws>));
            return Ok(());
        }
        self.versions.check_room(topic.shadow, context.limits)?;
        name_source(topic.thing, &mut self.name);
        context.source(&self.name)?;
        self.path.clear();
        let mut sink = Sink {
            // All messages of a shadow speak of the same values, so their topics must not tell them apart.
            message: &Message {
                topic: topic.shadow,
                ..*message
            },
            path: &mut self.path,
            stamp: Stamp::of(time, message),
            context,
        };
        match topic.message {
            Kind::Refused => {
                sink.rows_at("rejected.code", root.get("code"))?;
                return sink.rows_at("rejected.message", root.get("message"));
            }
            Kind::Deleted => {
                let stamp = sink.stamp;
                sink.context
                    .nothing_left(&self.name, (topic.shadow, ""), &stamp);
                self.versions.forget(topic.shadow);
                return Ok(());
            }
            Kind::Delta => delta(root, time, &mut sink)?,
            Kind::State | Kind::Documents | Kind::Other => {
                if let Some(document) = document {
                    sections(document, time, &self.name, &mut sink)?;
                }
            }
        }
        if let Some(version) = version {
            self.versions.keep(topic.shadow, version);
        }
        Ok(())
    }
}

fn stamp_of(root: Node<'_>) -> Option<Timestamp> {
    stamp::from_epoch(root.number_of("timestamp")?)
}

/// The state of this message is the difference itself.
fn delta(root: Node<'_>, time: Option<Timestamp>, sink: &mut Sink<'_, '_>) -> Result<(), Reject> {
    let Some(state) = root.get("state") else {
        return Ok(());
    };
    let times = root.get("metadata");
    sink.at("delta", |sink| timed::rows::<Aws>(state, times, time, sink))
}

fn sections(
    document: Node<'_>,
    time: Option<Timestamp>,
    source: &str,
    sink: &mut Sink<'_, '_>,
) -> Result<(), Reject> {
    let Some(state) = document.get("state") else {
        return Ok(());
    };
    let metadata = document.get("metadata");
    for (section, names) in SECTIONS {
        let Some(values) = state.get(section) else {
            continue;
        };
        if values.cell() == Some(Cell::Null) {
            let (shadow, stamp) = (sink.message.topic, Stamp::of(time, sink.message));
            sink.context.nothing_left(source, (shadow, section), &stamp);
            continue;
        }
        let times = names.iter().find_map(|name| metadata?.get(name));
        sink.at(section, |sink| {
            timed::rows::<Aws>(values, times, time, sink)
        })?;
    }
    Ok(())
}
