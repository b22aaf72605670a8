//! What a connection publishes of its own, and only where the plant file says so: the state of this program as a Sparkplug
//! host application (`primary_host`), and requests for the state of AWS IoT shadows (`shadows`).

use bytes::Bytes;
use twin_connect::{Greeting, Qos, Will, Words};
use twin_core::Timestamp;
use twin_model::{Connection, Kind};
use twin_payload::{shadow_get, sparkplug::HostState};

/// What the broker is to say of the host application once the link has broken (Sparkplug 3.0, STATE).
pub fn will_of(connection: &Connection) -> Option<Will> {
    Some(Will {
        topic: state_topic(connection)?,
        payload: Words::At(offline),
        qos: Qos::AtLeastOnce,
        retain: true,
    })
}

/// What is published on every new link, once the broker has answered the subscriptions.
pub fn greetings_of(connection: &Connection) -> Vec<Greeting> {
    let state = state_topic(connection).map(|topic| Greeting {
        topic,
        payload: Words::At(online),
        qos: Qos::AtLeastOnce,
        retain: true,
    });
    let shadows = shadow_topics(connection).into_iter().map(|topic| Greeting {
        topic,
        payload: Words::Same(Bytes::new()),
        qos: Qos::AtLeastOnce,
        retain: false,
    });
    state.into_iter().chain(shadows).collect()
}

/// What a connection publishes of its own, as the audit trail has it: what is done, and the topics. None when it
/// publishes nothing.
pub fn told(connection: &Connection) -> Vec<(&'static str, String)> {
    let state = state_topic(connection).map(|topic| ("announce-host", topic));
    let shadows = shadow_topics(connection);
    let shadows = (!shadows.is_empty()).then(|| ("ask-shadows", shadows.join(" ")));
    state.into_iter().chain(shadows).collect()
}

fn state_topic(connection: &Connection) -> Option<String> {
    let host = connection.sparkplug.primary_host.as_deref();
    let host = host.filter(|_| connection.kind == Kind::Mqtt)?;
    Some(HostState::new(host, Timestamp(0))?.topic)
}

fn shadow_topics(connection: &Connection) -> Vec<String> {
    if connection.kind != Kind::Mqtt {
        return Vec::new();
    }
    let topic = |shadow: &String| match shadow.split_once('/') {
        Some((thing, name)) => shadow_get(thing, Some(name)),
        None => shadow_get(shadow, None),
    };
    connection.shadows.iter().filter_map(topic).collect()
}

fn offline(at: Timestamp) -> Bytes {
    // The payload does not depend on the host.
    HostState::new("host", at).map_or_else(Bytes::new, |state| state.will.into())
}

fn online(at: Timestamp) -> Bytes {
    HostState::new("host", at).map_or_else(Bytes::new, |state| state.birth.into())
}

#[cfg(test)]
mod tests {
    use twin_core::ConnectionId;

    use super::*;

    #[test]
    fn nothing_is_published_that_the_plant_file_does_not_say() {
        let mut connection = Connection::new(ConnectionId::from("c"), "h");
        assert_eq!(will_of(&connection), None);
        assert!(greetings_of(&connection).is_empty() && told(&connection).is_empty());
        connection.kind = Kind::Coap;
        connection.shadows = vec!["pump-1".into()];
        assert!(greetings_of(&connection).is_empty());
    }

    #[test]
    fn a_host_is_online_from_the_instant_that_its_will_carries() {
        let mut connection = Connection::new(ConnectionId::from("c"), "h");
        connection.sparkplug.primary_host = Some("desk".into());
        let will = will_of(&connection).unwrap();
        let greetings = greetings_of(&connection);
        assert_eq!(
            (greetings.len(), &*greetings[0].topic),
            (1, "spBv1.0/STATE/desk")
        );
        assert!(will.retain && greetings[0].retain && will.topic == greetings[0].topic);
        let at = Timestamp::from_secs(7);
        assert_eq!(offline(at), r#"{"online":false,"timestamp":7000}"#);
        assert_eq!(online(at), r#"{"online":true,"timestamp":7000}"#);
    }

    #[test]
    fn each_shadow_is_asked_for_by_its_own_topic() {
        let mut connection = Connection::new(ConnectionId::from("c"), "h");
        connection.shadows = vec!["pump-1".into(), "pump-2/$package".into()];
        let topics: Vec<String> = greetings_of(&connection)
            .into_iter()
            .map(|one| one.topic)
            .collect();
        assert_eq!(
            topics,
            [
                "$aws/things/pump-1/shadow/get",
                "$aws/things/pump-2/shadow/name/$package/get"
            ]
        );
        assert_eq!(told(&connection)[0].0, "ask-shadows");
    }
}
