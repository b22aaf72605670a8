//! What a ChirpStack topic is about.

/// A topic of ChirpStack's: `application/<id>/device/<EUI>/event/<event>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Topic<'t> {
    /// The topic up to the device's EUI: the name of the source.
    pub(super) device: &'t str,
    pub(super) event: Event,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Event {
    /// An uplink.
    Up,
    /// A device joined the network.
    Join,
    /// A device told of its battery and link margin.
    Status,
    /// A device acknowledged a downlink, or did not.
    Ack,
    /// A gateway took a downlink for sending.
    TxAck,
    /// An error or a warning about a device.
    Log,
    /// Where a device is was found out.
    Location,
    /// Something of another integration.
    Integration,
    /// Not of this version.
    Other,
}

impl Event {
    /// Every event that is read.
    pub(super) const ALL: [Event; 8] = [
        Event::Up,
        Event::Join,
        Event::Status,
        Event::Ack,
        Event::TxAck,
        Event::Log,
        Event::Location,
        Event::Integration,
    ];

    /// Last level of its topic.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Event::Up => "up",
            Event::Join => "join",
            Event::Status => "status",
            Event::Ack => "ack",
            Event::TxAck => "txack",
            Event::Log => "log",
            Event::Location => "location",
            Event::Integration => "integration",
            Event::Other => "",
        }
    }

    /// A bit of its own for an event some of whose units are known; 0 for the others.
    pub(super) const fn bit(self) -> u16 {
        match self {
            Event::Up => 1,
            Event::Status => 2,
            Event::Location => 4,
            _ => 0,
        }
    }
}

impl<'t> Topic<'t> {
    /// None when the topic is not ChirpStack's.
    pub(super) fn parse(topic: &'t str) -> Option<Topic<'t>> {
        let (device, event) = topic.rsplit_once("/event/")?;
        let mut levels = device.split('/');
        let fixed = levels.next() == Some("application")
            && levels.next().is_some()
            && levels.next() == Some("device")
            && levels.next().is_some()
            && levels.next().is_none();
        if !fixed || event.contains('/') {
            return None;
        }
        let known = Event::ALL.into_iter().find(|known| known.name() == event);
        Some(Topic {
            device,
            event: known.unwrap_or(Event::Other),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics_are_told_apart() {
        let event = |topic| Topic::parse(topic).map(|topic| topic.event);
        assert_eq!(event("application/a/device/0102/event/up"), Some(Event::Up));
        assert_eq!(
            event("application/a/device/0102/event/location"),
            Some(Event::Location)
        );
        assert_eq!(
            event("application/a/device/0102/event/new"),
            Some(Event::Other)
        );
        assert_eq!(event("application/a/device/0102/event"), None);
        assert_eq!(event("application/a/device/0102/event/up/x"), None);
        assert_eq!(event("application/a/b/device/0102/event/up"), None);
        assert_eq!(event("plant/a/device/0102/event/up"), None);
        let topic = Topic::parse("application/a/device/0102/event/up").unwrap();
        assert_eq!(topic.device, "application/a/device/0102");
    }
}
