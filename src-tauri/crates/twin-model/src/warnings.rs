//! What is allowed in a plant file and still worth a word.

use std::collections::HashSet;

use twin_core::{Said, said};

use crate::{
    connection::{Connection, Kind, Security},
    plant::{Plant, SignalDef},
    topic, unit,
};

impl Plant {
    /// What a person should look at, in words; none of it stops the plant from working. Order of the file.
    pub fn warnings(&self) -> Vec<Said> {
        let mut out = Vec::new();
        for connection in &self.connections {
            connection_warnings(connection, &mut out);
        }
        for asset_type in &self.types {
            for signal in &asset_type.signals {
                signal_warnings(&asset_type.id, signal, &mut out);
            }
            let is_used = self
                .assets
                .iter()
                .any(|asset| asset.type_id == asset_type.id)
                || self
                    .mappings
                    .iter()
                    .any(|rule| rule.type_id == asset_type.id);
            if !is_used {
                out.push(said!(
                    "plantfile-warn-type",
                    "type {id}: no asset is of this type.",
                    id = &*asset_type.id
                ));
            }
        }
        self.place_warnings(&mut out);
        self.source_warnings(&mut out);
        self.mapping_warnings(&mut out);
        self.retention_warnings(&mut out);
        out
    }

    /// Places that hold nothing. A rule may fill any place later.
    fn place_warnings(&self, out: &mut Vec<Said>) {
        if self.mappings.iter().any(|rule| rule.place.is_some()) {
            return;
        }
        let filled: HashSet<&str> = self
            .assets
            .iter()
            .flat_map(|asset| self.places_around(&asset.area))
            .map(|place| place.id.as_str())
            .collect();
        let empty = self
            .places
            .iter()
            .filter(|place| !filled.contains(place.id.as_str()));
        out.extend(empty.map(|place| {
            said!(
                "plantfile-warn-place",
                "{level} {id}: no asset is in this {level}.",
                level = place.level.name(),
                id = &*place.id
            )
        }));
    }

    fn mapping_warnings(&self, out: &mut Vec<Said>) {
        for (at, rule) in self.mappings.iter().enumerate() {
            let topics = rule.topics();
            let same = self.mappings.iter().take(at).find(|earlier| {
                earlier.connection == rule.connection
                    && earlier.topics() == topics
                    && earlier.path == rule.path
            });
            if let Some(earlier) = same {
                out.push(said!(
                    "plantfile-warn-mapping-same",
                    "mapping {id}: fits what mapping {other} fits, which comes first.",
                    id = &*rule.id,
                    other = &*earlier.id
                ));
            }
            let Some(connection) = self.connection(rule.connection.as_str()) else {
                continue;
            };
            let is_heard = |filter: &str| topic::overlap(filter, &topic_of(&topics));
            if connection.kind == Kind::Mqtt
                && !connection.subscriptions.iter().any(|s| is_heard(&s.filter))
            {
                out.push(said!(
                    "plantfile-warn-mapping-unheard",
                    "mapping {id}: connection {connection} subscribes to nothing that delivers {topics}; add a subscription.",
                    id = &*rule.id,
                    connection = connection.id.as_str(),
                    topics = topics
                ));
            }
        }
    }

    fn retention_warnings(&self, out: &mut Vec<Said>) {
        let mut covered = vec![false; self.retention.classes.len()];
        for signal in self.signals() {
            let class = self.retention_class(&signal);
            if let Some(covered) = class.and_then(|class| covered.get_mut(class)) {
                *covered = true;
            }
        }
        let empty = covered.iter().enumerate().filter(|(_, covered)| !**covered);
        out.extend(empty.map(|(at, _)| {
            said!(
                "plantfile-warn-class",
                "retention class {number}: covers no signal that an earlier class does not.",
                number = (at + 1).to_string()
            )
        }));
    }

    fn source_warnings(&self, out: &mut Vec<Said>) {
        for signal in self.signals() {
            let Some(address) = &signal.address else {
                if signal.model.is_none() {
                    out.push(said!(
                        "plantfile-warn-no-source",
                        "signal {signal}: has no source, so it never gets a value.",
                        signal = signal.id.to_string()
                    ));
                }
                continue;
            };
            let Some(connection) = self.connection(signal.connection.as_str()) else {
                continue;
            };
            let topic = topic_of(address);
            if connection.kind == Kind::Mqtt
                && !connection
                    .subscriptions
                    .iter()
                    .any(|subscription| topic::matches(&subscription.filter, &topic))
            {
                out.push(said!(
                    "plantfile-warn-unheard",
                    "signal {signal}: connection {connection} subscribes to nothing that delivers {topic}; add a subscription.",
                    signal = signal.id.to_string(),
                    connection = connection.id.as_str(),
                    topic = topic
                ));
            }
        }
    }
}

/// A topic that carries values of this address. A Sparkplug address leaves the message type out of its topic.
fn topic_of(address: &str) -> String {
    let topic = address.split('#').next().unwrap_or(address);
    let levels: Vec<&str> = topic.split('/').collect();
    match levels.as_slice() {
        ["spBv1.0", group, node] => format!("spBv1.0/{group}/NDATA/{node}"),
        ["spBv1.0", group, node, device] => format!("spBv1.0/{group}/DDATA/{node}/{device}"),
        _ => topic.to_owned(),
    }
}

fn connection_warnings(connection: &Connection, out: &mut Vec<Said>) {
    let id = connection.id.as_str();
    if connection.security == Security::Plaintext {
        if !is_loopback(&connection.host) {
            out.push(said!(
                "plantfile-warn-plaintext",
                "connection {id}: nothing protects it on the way to {host}; use TLS.",
                id = id,
                host = &*connection.host
            ));
        }
        let transport = &connection.transport;
        if connection.ca_file.is_some()
            || connection.certificate_file.is_some()
            || transport.crl_file.is_some()
        {
            out.push(said!("plantfile-warn-certificates", "connection {id}: the certificate files are not used, because security is plaintext.", id = id));
        }
        if transport.server_name.is_some() || !transport.alpn.is_empty() {
            out.push(said!(
                "plantfile-warn-server-name",
                "connection {id}: server_name and alpn are not used, because security is plaintext.",
                id = id
            ));
        }
    }
    if let Some(name) = &connection.transport.server_name
        && connection.security == Security::Tls
    {
        out.push(said!(
            "plantfile-warn-other-name",
            "connection {id}: the server proves to be {name}, not {host}; whoever holds that name's certificate may answer.",
            id = id,
            name = &**name,
            host = &*connection.host
        ));
    }
    shadow_warnings(connection, out);
    if connection.subscriptions.is_empty() && connection.resources.is_empty() {
        out.push(said!(
            "plantfile-warn-no-topics",
            "connection {id}: subscribes to nothing.",
            id = id
        ));
    }
    for subscription in &connection.subscriptions {
        if topic::is_everything(&subscription.filter) {
            out.push(said!(
                "plantfile-warn-everything",
                "connection {id}: asks for every message of the broker.",
                id = id
            ));
        }
    }
}

/// Answers that nobody would hear.
fn shadow_warnings(connection: &Connection, out: &mut Vec<Said>) {
    for shadow in &connection.shadows {
        let answer = match shadow.split_once('/') {
            Some((thing, name)) => format!("$aws/things/{thing}/shadow/name/{name}/get/accepted"),
            None => format!("$aws/things/{shadow}/shadow/get/accepted"),
        };
        let mut subscriptions = connection.subscriptions.iter();
        if !subscriptions.any(|subscription| topic::matches(&subscription.filter, &answer)) {
            out.push(said!(
                "plantfile-warn-shadow",
                "connection {id}: the shadow {shadow} is asked for its state, and no subscription delivers the answer on \
                 {answer}; add one.",
                id = connection.id.as_str(),
                shadow = &**shadow,
                answer = answer
            ));
        }
    }
}

fn is_loopback(host: &str) -> bool {
    host == "localhost"
        || host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

fn signal_warnings(type_id: &str, signal: &SignalDef, out: &mut Vec<Said>) {
    if unit::ucum(&signal.unit).is_none() {
        out.push(said!(
            "plantfile-warn-unit",
            "type {kind}, signal {signal}: unit \"{unit}\" has no known UCUM code; it is shown as written.",
            kind = type_id,
            signal = &*signal.id,
            unit = &*signal.unit
        ));
    }
    let Some([low, high]) = signal.range else {
        return;
    };
    for alarm in &signal.alarms {
        if alarm.limit < low || alarm.limit > high {
            out.push(said!(
                "plantfile-warn-limit",
                "type {kind}, signal {signal}: the {alarm} limit {limit} lies outside the range {low} to {high}, so a true \
                 value may never reach it.",
                kind = type_id,
                signal = &*signal.id,
                alarm = alarm.kind.name(),
                limit = alarm.limit.to_string(),
                low = low.to_string(),
                high = high.to_string()
            ));
        }
    }
}
