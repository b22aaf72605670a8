//! What is allowed in a plant file and still worth a word.

use crate::{
    plant::{Connection, Plant, Security, SignalDef},
    topic, unit,
};

impl Plant {
    /// What a person should look at, in words; none of it stops the plant from working. Order of the file.
    pub fn warnings(&self) -> Vec<String> {
        let mut out = Vec::new();
        for connection in &self.connections {
            connection_warnings(connection, &mut out);
        }
        for asset_type in &self.types {
            for signal in &asset_type.signals {
                signal_warnings(&asset_type.id, signal, &mut out);
            }
            if !self
                .assets
                .iter()
                .any(|asset| asset.type_id == asset_type.id)
            {
                out.push(format!("type {}: no asset is of this type.", asset_type.id));
            }
        }
        for area in &self.areas {
            if !self.assets.iter().any(|asset| asset.area == area.id) {
                out.push(format!("area {}: no asset is in this area.", area.id));
            }
        }
        self.source_warnings(&mut out);
        self.retention_warnings(&mut out);
        out
    }

    fn retention_warnings(&self, out: &mut Vec<String>) {
        let mut covered = vec![false; self.retention.classes.len()];
        for signal in self.signals() {
            let class = self.retention_class(&signal);
            if let Some(covered) = class.and_then(|class| covered.get_mut(class)) {
                *covered = true;
            }
        }
        let empty = covered.iter().enumerate().filter(|(_, covered)| !**covered);
        out.extend(empty.map(|(at, _)| {
            format!(
                "retention class {}: covers no signal that an earlier class does not.",
                at + 1
            )
        }));
    }

    fn source_warnings(&self, out: &mut Vec<String>) {
        for signal in self.signals() {
            let Some(address) = &signal.address else {
                if signal.model.is_none() {
                    out.push(format!(
                        "signal {}: has no source, so it never gets a value.",
                        signal.id
                    ));
                }
                continue;
            };
            let Some(connection) = self.connection(signal.connection.as_str()) else {
                continue;
            };
            let topic = topic_of(address);
            if !connection
                .subscriptions
                .iter()
                .any(|subscription| topic::matches(&subscription.filter, &topic))
            {
                out.push(format!(
                    "signal {}: connection {} subscribes to nothing that delivers {topic}; add a subscription.",
                    signal.id, connection.id
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

fn connection_warnings(connection: &Connection, out: &mut Vec<String>) {
    let id = &connection.id;
    if connection.security == Security::Plaintext {
        if !is_loopback(&connection.host) {
            out.push(format!(
                "connection {id}: nothing protects it on the way to {}; use TLS.",
                connection.host
            ));
        }
        if connection.ca_file.is_some() || connection.certificate_file.is_some() {
            out.push(format!("connection {id}: the certificate files are not used, because security is plaintext."));
        }
    }
    if connection.subscriptions.is_empty() {
        out.push(format!("connection {id}: subscribes to nothing."));
    }
    for subscription in &connection.subscriptions {
        if topic::is_everything(&subscription.filter) {
            out.push(format!(
                "connection {id}: asks for every message of the broker."
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

fn signal_warnings(type_id: &str, signal: &SignalDef, out: &mut Vec<String>) {
    if unit::ucum(&signal.unit).is_none() {
        out.push(format!(
            "type {type_id}, signal {}: unit \"{}\" has no known UCUM code; it is shown as written.",
            signal.id, signal.unit
        ));
    }
    let Some([low, high]) = signal.range else {
        return;
    };
    for alarm in &signal.alarms {
        if alarm.limit < low || alarm.limit > high {
            out.push(format!(
                "type {type_id}, signal {}: the {} limit {} lies outside the range {low} to {high}, so a true value may never \
                 reach it.",
                signal.id,
                alarm.kind.name(),
                alarm.limit
            ));
        }
    }
}
