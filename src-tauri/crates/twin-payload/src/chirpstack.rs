//! ChirpStack v4: LoRaWAN uplinks as JSON.

use twin_core::Timestamp;

use crate::{
    bare,
    convention::Convention,
    json::{Flat, TimeNames},
    message::Message,
    observations::Cell,
    reader::{Context, Reader},
    reject::Reject,
    stamp::{self, Stamp},
};

/// Reads ChirpStack.
#[derive(Debug, Default)]
pub(crate) struct ChirpStack;

impl Reader for ChirpStack {
    fn convention(&self) -> Convention {
        Convention::ChirpStack
    }

    fn claims(&self, message: &Message<'_>) -> bool {
        route(message.topic).is_some()
    }

    fn read(&mut self, message: &Message<'_>, context: &mut Context<'_>) -> Result<(), Reject> {
        if route(message.topic) != Some(ChirpStackTopic::Uplink) {
            return Ok(());
        }
        let text = bare::text(message.payload)?;
        if text.is_empty() {
            return Ok(());
        }
        let names = TimeNames::CHIRPSTACK;
        context.flat.read(text, context.limits, names)?;
        let uplink = uplink(context.flat);
        let stamp = Stamp::of(uplink.time, message);
        context.flat_rows_at(message.topic, &stamp, is_decoded)?;
        for (path, number) in [
            ("rssi", uplink.rssi),
            ("snr", uplink.snr),
            ("f_cnt", uplink.f_cnt),
        ] {
            if let Some(number) = number {
                context.row((message.topic, path), Cell::F64(number), &stamp)?;
            }
        }
        Ok(())
    }
}

/// What a ChirpStack topic is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ChirpStackTopic {
    /// An uplink of a device.
    Uplink,
    /// A join, a status, an acknowledgement...: no signals.
    Information,
}

/// What an uplink says besides its decoded object.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Uplink {
    /// When the network server heard it, else when a gateway did.
    time: Option<Timestamp>,
    /// Frame counter.
    f_cnt: Option<f64>,
    /// Signal strength in dBm at the gateway that heard it best.
    rssi: Option<f64>,
    /// Signal to noise ratio in dB there.
    snr: Option<f64>,
}

/// None when the topic is not ChirpStack's: `application/<id>/device/<EUI>/event/<event>`.
fn route(topic: &str) -> Option<ChirpStackTopic> {
    let mut levels = topic.split('/');
    let fixed = levels.next() == Some("application")
        && levels.next().is_some()
        && levels.next() == Some("device")
        && levels.next().is_some()
        && levels.next() == Some("event");
    let event = levels.next().filter(|_| fixed)?;
    if levels.next().is_some() {
        return None;
    }
    Some(if event == "up" {
        ChirpStackTopic::Uplink
    } else {
        ChirpStackTopic::Information
    })
}

/// Path of a decoded value inside an uplink; none for everything else in it.
fn is_decoded(path: &str) -> bool {
    path == "object" || path.starts_with("object.")
}

/// Reads the radio's part of an uplink.
fn uplink(flat: &Flat) -> Uplink {
    let mut uplink = Uplink::default();
    let mut gateway_time = None;
    let mut best: Option<&str> = None;
    for value in flat.values() {
        let number = match value.value {
            Cell::F64(number) => Some(number),
            Cell::I64(number) => Some(number as f64),
            _ => None,
        };
        let time = match value.value {
            Cell::Text(text) => stamp::from_rfc3339(text),
            _ => None,
        };
        match value.path {
            "time" => uplink.time = time,
            "fCnt" => uplink.f_cnt = number,
            path => {
                let Some((gateway, field)) = path
                    .strip_prefix("rxInfo.")
                    .and_then(|rest| rest.split_once('.'))
                else {
                    continue;
                };
                match field {
                    "rssi" if number.is_some() && uplink.rssi < number => {
                        uplink.rssi = number;
                        uplink.snr = None;
                        best = Some(gateway);
                    }
                    "snr" if best == Some(gateway) => uplink.snr = number,
                    "gwTime" | "nsTime" | "time" => gateway_time = gateway_time.or(time),
                    _ => {}
                }
            }
        }
    }
    // In case `snr` stands before `rssi`.
    if uplink.snr.is_none()
        && let Some(best) = best
    {
        let path = format!("rxInfo.{best}.snr");
        uplink.snr = flat.values().find_map(|value| match value.value {
            Cell::F64(number) if value.path == path => Some(number),
            _ => None,
        });
    }
    uplink.time = uplink.time.or(gateway_time);
    uplink
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics_are_told_apart() {
        let uplink = "application/a/device/0102/event/up";
        assert_eq!(route(uplink), Some(ChirpStackTopic::Uplink));
        assert_eq!(
            route("application/a/device/0102/event/join"),
            Some(ChirpStackTopic::Information)
        );
        assert_eq!(route("application/a/device/0102/event"), None);
        assert_eq!(route("application/a/device/0102/event/up/x"), None);
        assert_eq!(route("plant/a/device/0102/event/up"), None);
    }
}
