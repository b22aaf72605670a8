//! Device twins of Azure IoT Hub.
//!
//! Source: Azure IoT Hub documentation, "Understand and use device twins in IoT Hub" and "Use MQTT to connect a device to
//! IoT Hub"; IoT Plug and Play conventions (components and acknowledgements of properties).

mod shape;

use twin_core::{Quality, Reason, Timestamp};

use self::shape::{Part, Shape};
use crate::{
    bare,
    convention::Convention,
    limits::Limits,
    message::Message,
    observations::Cell,
    reader::{Context, Reader},
    reject::{Reject, RejectKind},
    stamp::{self, Stamp},
    timed::{self, Dialect},
    tree::{Node, Tree},
    versions::{self, Version, Versions},
    walk::{Sink, push_clean},
};

/// Values of a twin come with their times and versions.
const VALUES_A_SIGNAL: usize = 4;
/// Status of an acknowledgement from which on the device did not take what was wanted, as in HTTP.
const REFUSED: f64 = 400.0;

/// Reads twins.
#[derive(Debug, Default)]
pub(crate) struct Twins {
    tree: Tree,
    path: String,
    name: String,
    key: String,
    versions: Versions,
}

/// Times stand under `$lastUpdated`, and names that begin with `$` or are `__t` say nothing of the device.
struct Azure;

impl Dialect for Azure {
    fn time(beside: Node<'_>) -> Option<Timestamp> {
        stamp::from_rfc3339(beside.text_of("$lastUpdated")?)
    }

    fn is_value(key: &str) -> bool {
        !key.starts_with('$') && key != "__t"
    }

    /// An acknowledgement of a property: its value, how it went, which version was meant, and words.
    fn inside(node: Node<'_>) -> Option<(Node<'_>, Option<Quality>)> {
        let known = |child: Node<'_>| ["value", "ac", "av", "ad"].contains(&child.key());
        let status = node.number_of("ac")?;
        node.number_of("av")?;
        let value = node.get("value").filter(|_| node.children().all(known))?;
        let refused = status >= REFUSED;
        Some((value, refused.then(|| Quality::bad(Reason::DeviceReported))))
    }
}

impl Reader for Twins {
    fn convention(&self) -> Convention {
        Convention::AzureTwin
    }

    fn claims(&self, message: &Message<'_>) -> bool {
        if shape::is_own(message.topic) {
            return true;
        }
        let Ok(text) = bare::text(message.payload) else {
            return false;
        };
        let mut tree = Tree::default();
        text.starts_with('{')
            && text.contains("\"properties\"")
            && tree.read(text, &wide(&Limits::default())).is_ok()
            && tree.root().is_some_and(shape::is_notification)
    }

    fn read(&mut self, message: &Message<'_>, context: &mut Context<'_>) -> Result<(), Reject> {
        let text = bare::text(message.payload)?;
        let Some(shape) = Shape::of(message.topic).filter(|_| !text.is_empty()) else {
            return Ok(());
        };
        self.tree.read(text, &wide(context.limits))?;
        let Some(root) = self.tree.root() else {
            return Ok(());
        };
        if shape == Shape::Notification && !shape::is_notification(root) {
            let detail = "no twin: its properties have $version or $metadata";
            return Err(Reject::new(RejectKind::Description, detail));
        }
        let device = shape::device(root, message).filter(|_| shape == Shape::Notification);
        self.name.clear();
        self.name.push_str("azure/");
        self.name.push_str(device.unwrap_or("twin"));
        context.source(&self.name)?;
        let topic = match shape {
            Shape::Notification => message.topic,
            _ => shape::ROOT,
        };
        self.path.clear();
        if let Some(device) = device {
            push_clean(&mut self.path, device);
            self.path.push('/');
        }
        let mut sink = Sink {
            // All messages of a twin speak of the same values, so their topics must not tell them apart.
            message: &Message { topic, ..*message },
            path: &mut self.path,
            stamp: Stamp::of(None, message),
            context,
        };
        for part in Part::ALL {
            let Some(values) = shape.part(root, part) else {
                continue;
            };
            name_part(topic, &self.name, part, &mut self.key);
            self.versions.check_room(&self.key, sink.context.limits)?;
            if shape != Shape::Whole
                && version_of(values)
                    .is_some_and(|version| self.versions.is_stale(&self.key, version))
            {
                sink.context.skip_old(timed::values::<Azure>(values));
                continue;
            }
            if values.cell() == Some(Cell::Null) {
                continue;
            }
            sink.at(part.name(), |sink| {
                timed::rows::<Azure>(values, values.get("$metadata"), None, sink)
            })?;
        }
        self.note(shape, topic);
        Ok(())
    }
}

impl Twins {
    /// Keeps the versions of a message whose rows were all taken.
    fn note(&mut self, shape: Shape, topic: &str) {
        let Some(root) = self.tree.root() else {
            return;
        };
        for part in Part::ALL {
            let Some(version) = shape.part(root, part).and_then(version_of) else {
                continue;
            };
            name_part(topic, &self.name, part, &mut self.key);
            // A twin that was asked for as a whole is the one in force, whatever was heard before.
            if shape == Shape::Whole || !self.versions.is_stale(&self.key, version) {
                self.versions.keep(&self.key, version);
            }
        }
    }
}

/// The limits of a message in which values do not stand alone.
fn wide(limits: &Limits) -> Limits {
    Limits {
        json_values: limits.json_values.saturating_mul(VALUES_A_SIGNAL),
        ..*limits
    }
}

/// Names what is counted: each part of a twin on its own.
fn name_part(topic: &str, source: &str, part: Part, out: &mut String) {
    out.clear();
    for piece in [topic, " ", source, " ", part.name()] {
        out.push_str(piece);
    }
}

fn version_of(values: Node<'_>) -> Option<Version> {
    Some(Version {
        number: versions::number(values, "$version")?,
        time: values.get("$metadata").and_then(Azure::time),
    })
}
