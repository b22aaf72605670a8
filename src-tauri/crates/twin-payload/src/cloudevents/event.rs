//! The attributes of an event.

use twin_core::Timestamp;

use crate::{description::Presence, message::Message, stamp, tree::Node};

/// Types of IoT Hub begin with it.
const HUB: &str = "Microsoft.Devices.";

/// An event: its attributes, and its data where that is JSON.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Event<'e> {
    pub(super) kind: &'e str,
    pub(super) source: &'e str,
    subject: &'e str,
    written_time: &'e str,
    pub(super) data: Option<Node<'e>>,
    /// Data that is bytes.
    pub(super) bytes: Option<&'e str>,
}

/// What an event tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// Values.
    Data,
    /// A message of a device that IoT Hub passes on.
    Telemetry,
    /// A device or a client came or went.
    Presence(Presence),
    /// A device was registered, or something else that is no value.
    Information,
    /// A device is registered no more.
    Deleted,
}

impl<'e> Event<'e> {
    /// Structured mode: all is in one object. None when it lacks an attribute that every event has.
    pub(super) fn of(node: Node<'e>) -> Option<Event<'e>> {
        node.text_of("specversion")?;
        Some(Event {
            kind: node.text_of("type")?,
            source: node.text_of("source")?,
            subject: node.text_of("subject").unwrap_or_default(),
            written_time: node.text_of("time").unwrap_or_default(),
            data: node.get("data"),
            bytes: node.text_of("data_base64"),
        })
    }

    /// Binary mode: attributes are user properties and the payload is the data.
    pub(super) fn of_properties(message: &Message<'e>) -> Option<Event<'e>> {
        let of = |name: &str| {
            let mut all = message.user.iter();
            let found = all.find(|(key, value)| key == name && !value.is_empty());
            found.map(|(_, value)| value.as_str())
        };
        of("specversion")?;
        Some(Event {
            kind: of("type")?,
            source: of("source")?,
            subject: of("subject").unwrap_or_default(),
            written_time: of("time").unwrap_or_default(),
            data: None,
            bytes: None,
        })
    }

    /// With its data.
    pub(super) fn with(self, data: Node<'e>) -> Event<'e> {
        Event {
            data: Some(data),
            ..self
        }
    }

    /// When it happened; of a message that IoT Hub passes on, when that arrived there.
    pub(super) fn time(&self) -> Option<Timestamp> {
        let arrived = self.system("iothub-enqueuedtime");
        let arrived = arrived.and_then(stamp::from_rfc3339);
        arrived.or_else(|| stamp::from_rfc3339(self.written_time))
    }

    fn system(&self, key: &str) -> Option<&'e str> {
        self.data?.get("systemProperties")?.text_of(key)
    }

    pub(super) fn meaning(&self) -> Meaning {
        match self.kind {
            "Microsoft.Devices.DeviceTelemetry" => Meaning::Telemetry,
            "Microsoft.Devices.DeviceConnected"
            | "Microsoft.EventGrid.MQTTClientSessionConnected" => {
                Meaning::Presence(Presence::Online)
            }
            "Microsoft.Devices.DeviceDisconnected"
            | "Microsoft.EventGrid.MQTTClientSessionDisconnected" => {
                Meaning::Presence(Presence::Offline)
            }
            "Microsoft.Devices.DeviceDeleted" => Meaning::Deleted,
            "Microsoft.Devices.DeviceCreated" => Meaning::Information,
            _ => Meaning::Data,
        }
    }

    /// The device or client of Azure that it is about.
    pub(super) fn device(&self) -> Option<&'e str> {
        let of = |key| self.data?.text_of(key);
        if self.kind.starts_with(HUB) {
            let told = self.system("iothub-connection-device-id");
            return told
                .or_else(|| of("deviceId"))
                .or_else(|| self.subject.strip_prefix("devices/"));
        }
        match self.meaning() {
            Meaning::Presence(_) => of("clientAuthenticationName").or_else(|| of("clientName")),
            _ => None,
        }
    }

    /// What its source is called.
    pub(super) fn name(&self) -> &'e str {
        let unnamed = if self.subject.is_empty() {
            self.source
        } else {
            self.subject
        };
        self.device().unwrap_or(unnamed)
    }

    /// Writes the name of its source: that of a device of Azure's, else source and subject.
    pub(super) fn name_source(&self, out: &mut String) {
        out.clear();
        if let Some(device) = self.device() {
            out.push_str("azure/");
            out.push_str(device);
            return;
        }
        out.push_str("cloudevents/");
        out.push_str(self.source);
        if !self.subject.is_empty() {
            out.push('/');
            out.push_str(self.subject);
        }
    }
}
