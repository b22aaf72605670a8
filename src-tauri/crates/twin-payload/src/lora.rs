//! What the LoRaWAN network servers have in common.

use std::{collections::HashMap, sync::Arc};

use crate::{
    description::{Point, SourceUnit, UnitVocabulary},
    limits::Limits,
    tree::Node,
};

/// How a gateway heard an uplink.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Radio {
    /// Signal strength in dBm.
    pub(crate) rssi: Option<f64>,
    /// Signal to noise ratio in dB.
    pub(crate) snr: Option<f64>,
}

/// The radio of the gateway that heard an uplink best.
pub(crate) fn best<'t>(gateways: impl Iterator<Item = Node<'t>>) -> Radio {
    let mut best = Radio::default();
    for gateway in gateways {
        let rssi = gateway.number_of("rssi");
        let rssi = rssi.or_else(|| gateway.number_of("channelRssi"));
        let rssi = rssi.or_else(|| gateway.number_of("channel_rssi"));
        let heard = Radio {
            rssi,
            snr: gateway.number_of("snr"),
        };
        if best == Radio::default() || heard.rssi > best.rssi {
            best = heard;
        }
    }
    best
}

/// A base64 text, and how many bytes it stands for; none when it is not base64.
pub(crate) fn sized(text: &str) -> Option<(&str, usize)> {
    base64_size(text).map(|size| (text, size))
}

/// How many bytes a base64 text stands for (RFC 4648, either alphabet, padded or not); none when it is not base64.
pub(crate) fn base64_size(text: &str) -> Option<usize> {
    let text = text.trim_end_matches('=');
    let sound = |byte: u8| byte.is_ascii_alphanumeric() || b"+/-_".contains(&byte);
    (text.bytes().all(sound) && text.len() % 4 != 1)
        .then_some(text.len() / 4 * 3 + text.len() % 4 * 3 / 4)
}

/// What was heard of devices, so that each is described once and again when something changes.
#[derive(Debug, Default)]
pub(crate) struct Heard {
    devices: HashMap<Arc<str>, Device>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Device {
    /// Tells what it said of itself.
    said: u64,
    /// One bit an event that was heard.
    events: u16,
}

/// That a device is to be described anew.
pub(crate) struct News {
    /// One bit an event that was heard so far.
    pub(crate) events: u16,
    now: Device,
}

impl Heard {
    /// What is new about a device; none when nothing is.
    pub(crate) fn news(
        &self,
        source: &str,
        said: u64,
        event: u16,
        limits: &Limits,
    ) -> Option<News> {
        let known = self.devices.get(source).copied();
        if known.is_none() && self.devices.len() >= limits.sources {
            return None;
        }
        let events = known.unwrap_or_default().events | event;
        let now = Device { said, events };
        (known != Some(now)).then_some(News { events, now })
    }

    /// Whether a device was described.
    pub(crate) fn knows(&self, source: &str) -> bool {
        self.devices.contains_key(source)
    }

    /// Whether a device was described from one of these events.
    pub(crate) fn has(&self, source: &str, events: u16) -> bool {
        let device = self.devices.get(source);
        device.is_some_and(|device| device.events & events != 0)
    }

    /// Remembers what was described.
    pub(crate) fn keep(&mut self, source: &str, news: &News) {
        if let Some(device) = self.devices.get_mut(source) {
            *device = news.now;
        } else {
            self.devices.insert(source.into(), news.now);
        }
    }
}

/// A point whose unit the convention fixes.
pub(crate) fn point(prefix: &str, path: &str, unit: &str, name: &str) -> Point {
    Point {
        address: format!("{prefix}#{path}").into(),
        name: Some(name.into()),
        unit: (!unit.is_empty()).then(|| SourceUnit {
            text: unit.into(),
            vocabulary: UnitVocabulary::Written,
        }),
        ..Point::default()
    }
}

#[cfg(test)]
mod tests {
    use base64::{Engine, engine::general_purpose::STANDARD};

    use super::*;

    #[test]
    fn base64_has_its_size_without_being_decoded() {
        for length in 0..40 {
            let text = STANDARD.encode(vec![0xA5; length]);
            assert_eq!(base64_size(&text), Some(length), "{text}");
        }
        for text in ["no base64!", "A", "AAAAA", "A=A="] {
            assert_eq!(base64_size(text), None, "{text}");
        }
    }
}
