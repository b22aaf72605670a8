//! States of host applications: `spBv1.0/STATE/<host>` in JSON (specification 3.0, section 6.4.24), and `STATE/<host>`
//! in plain text (2.x).

use std::{collections::BTreeMap, sync::Arc};

use super::session::HostStatus;
use crate::{
    intern::Interner,
    json::{Flat, TimeNames},
    limits::Limits,
    message::Message,
    observations::{Cell, Observations},
    reject::{Reject, RejectKind},
    stamp::Stamp,
};

const NAMESPACE: &str = "spBv1.0/STATE/";
const OLD_NAMESPACE: &str = "STATE/";

/// Every host heard.
#[derive(Debug, Default)]
pub(crate) struct Hosts {
    known: BTreeMap<Box<str>, HostStatus>,
    flat: Flat,
    address: String,
}

/// Whether a message is the state of a host as 2.x wrote it. Others may well use the topic for something else.
pub(crate) fn is_plain_text(message: &Message<'_>) -> bool {
    old_host(message.topic).is_some() && online_in_words(message.payload).is_some()
}

fn old_host(topic: &str) -> Option<&str> {
    let host = topic.strip_prefix(OLD_NAMESPACE)?;
    (!host.is_empty() && !host.contains('/')).then_some(host)
}

fn online_in_words(payload: &[u8]) -> Option<bool> {
    let text = payload.trim_ascii();
    match text {
        _ if text.eq_ignore_ascii_case(b"ONLINE") => Some(true),
        _ if text.eq_ignore_ascii_case(b"OFFLINE") => Some(false),
        _ => None,
    }
}

impl Hosts {
    /// Reads the state of a host. An older one than the one known is ignored, as the specification asks of edge nodes
    /// (section 5.3).
    pub(crate) fn read(
        &mut self,
        message: &Message<'_>,
        limits: &Limits,
        addresses: &mut Interner,
        out: &mut Observations,
    ) -> Result<(), Reject> {
        if message.payload.is_empty() {
            return Ok(());
        }
        let new = message.topic.strip_prefix(NAMESPACE);
        let Some(host) = new.or_else(|| old_host(message.topic)) else {
            return Ok(());
        };
        let (online, time) = match online_in_words(message.payload) {
            Some(online) => (online, None),
            None => self.read_json(message.payload, limits)?,
        };
        let stamp = Stamp::of(time, message);
        let known = self.known.get(host);
        if known.is_some_and(|known| time.is_some() && known.since > stamp.time) {
            out.leave_out(|| "a state older than the one in force".to_owned());
            return Ok(());
        }
        if known.is_none() && self.known.len() >= limits.sparkplug.hosts {
            let detail = format!("more than {} host applications", limits.sparkplug.hosts);
            return Err(Reject::new(RejectKind::SourceLimit, detail));
        }
        self.address.clear();
        self.address.push_str(message.topic);
        self.address.push_str("#online");
        let address = addresses.intern(&self.address, limits)?;
        out.push(address, &stamp, Cell::Bool(online), stamp.quality);
        let unchanged = known.filter(|known| known.online == online && time.is_none());
        let status = HostStatus {
            host: known.map_or_else(|| host.into(), |known| Arc::clone(&known.host)),
            online,
            since: unchanged.map_or(stamp.time, |known| known.since),
            plain_text: time.is_none(),
        };
        self.known.insert(host.into(), status);
        Ok(())
    }

    fn read_json(
        &mut self,
        payload: &[u8],
        limits: &Limits,
    ) -> Result<(bool, Option<twin_core::Timestamp>), Reject> {
        let fault = |what: &str| Reject::new(RejectKind::SparkplugMalformed, what);
        let text = std::str::from_utf8(payload)
            .map_err(|_| fault("the state of a host is neither JSON nor ONLINE nor OFFLINE"))?;
        self.flat.read(text, limits, TimeNames::GENERIC)?;
        let online = self
            .flat
            .values()
            .find_map(|value| match (value.path, value.value) {
                ("online", Cell::Bool(online)) => Some((online, value.time)),
                _ => None,
            });
        online.ok_or_else(|| fault("the state of a host has no \"online\" that is true or false"))
    }

    pub(crate) fn list(&self) -> Vec<HostStatus> {
        self.known.values().cloned().collect()
    }
}

/// What a primary host application publishes about itself, retained, QoS 1 (specification 3.0, section 6.4.24). Both
/// payloads carry one time: the will is left at the broker with CONNECT, and the birth is published after SUBACK.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostState {
    /// `spBv1.0/STATE/<host>`.
    pub topic: String,
    /// Payload of the will: offline.
    pub will: Vec<u8>,
    /// Payload of the birth: online.
    pub birth: Vec<u8>,
}

impl HostState {
    /// The messages of a session that begins at `at`, which is cut to milliseconds; none when the id is empty or holds
    /// a character that a level of a topic may not have.
    pub fn new(host: &str, at: twin_core::Timestamp) -> Option<Self> {
        let barred = |c: char| matches!(c, '/' | '+' | '#') || c.is_control();
        if host.is_empty() || host.contains(barred) {
            return None;
        }
        let payload = |online: bool| {
            format!(r#"{{"online":{online},"timestamp":{}}}"#, at.millis()).into_bytes()
        };
        Some(HostState {
            topic: format!("{NAMESPACE}{host}"),
            will: payload(false),
            birth: payload(true),
        })
    }
}
