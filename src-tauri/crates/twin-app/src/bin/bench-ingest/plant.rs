//! What is sent, and the plant files that make signals with alarms of it.

use std::fmt::Write;

use twin_core::{Duration, Timestamp};
use twin_payload::sparkplug::encode::{Metric, MetricValue, payload};

use crate::packet::{Version, put_publish};

/// Topics of the JSON messages.
pub const TOPICS: usize = 1_000;
/// Values of one JSON message.
pub const VALUES: usize = 4;
/// Length of a JSON message, bytes.
pub const JSON_BYTES: usize = 100;
/// The first number in a message: all numbers have seven digits.
pub const FIRST: usize = 1_000_000;
/// Under which the JSON messages are.
pub const JSON_FILTER: &str = "bench/#";
/// Under which the Sparkplug messages are.
pub const SPARKPLUG_FILTER: &str = "spBv1.0/#";
/// Metrics of a Sparkplug message.
pub const METRICS: usize = 100;
/// Sparkplug devices that send in turns.
pub const DEVICES: usize = 10;

/// One JSON message in 100 bytes, of which the digits are written anew for each message.
const TEMPLATE: &[u8; JSON_BYTES] =
    b"{\"ts\":0000000000000,\"seq\":0000000,\"sent\":0000000000000000,\"temperature\":00.0000,\"pressure\":1.013252}";
const TS: (usize, usize) = (6, 13);
const SEQ: (usize, usize) = (26, 7);
const SENT: (usize, usize) = (41, 16);
const TEMPERATURE: (usize, usize) = (72, 7);

/// What is in one JSON message.
#[derive(Clone, Copy, Debug)]
pub struct Json {
    /// Number of the message among all, from 0.
    pub number: usize,
    /// Its source time.
    pub at: Timestamp,
    /// When it is published.
    pub sent: Timestamp,
}

impl Json {
    /// The topic's number.
    pub const fn topic(self) -> usize {
        self.number % TOPICS
    }

    /// The message.
    pub fn encode(self) -> [u8; JSON_BYTES] {
        let mut text = *TEMPLATE;
        digits(&mut text, TS, self.at.micros() / 1_000);
        digits(&mut text, SEQ, (FIRST + self.number) as i64);
        digits(&mut text, SENT, self.sent.micros());
        let ten_thousandths = (temperature(self.topic(), self.number / TOPICS) * 1e4) as i64;
        let (begin, _) = TEMPERATURE;
        digits(&mut text, (begin, 2), ten_thousandths / 10_000);
        digits(&mut text, (begin + 3, 4), ten_thousandths % 10_000);
        text
    }
}

/// A slow wave; that of every hundredth topic passes both limits once a wave, so that alarms come and go, some 40 a
/// minute in paced runs.
fn temperature(topic: usize, step: usize) -> f64 {
    let swing = if topic.is_multiple_of(100) {
        40.0
    } else {
        10.0
    };
    50.0 + swing * (step as f64 / 286.0 + topic as f64).sin()
}

fn digits(text: &mut [u8], (begin, width): (usize, usize), mut number: i64) {
    for place in text[begin..begin + width].iter_mut().rev() {
        *place = b'0' + (number % 10) as u8;
        number /= 10;
    }
}

/// The name of a JSON topic.
pub fn topic(number: usize) -> String {
    format!("bench/d{number:03}")
}

/// Packets ready to send, of QoS 1.
#[derive(Debug, Default)]
pub struct Stream {
    /// All packets one behind the other.
    pub bytes: Vec<u8>,
    /// Where each ends.
    pub ends: Vec<usize>,
    /// Under which its topics are.
    pub filter: &'static str,
    /// Samples in all that are stored.
    pub samples: usize,
}

impl Stream {
    fn push(&mut self, topic: &str, payload: &[u8]) {
        // Packet ids run from 1 to 65535 and around; far fewer are under way at once.
        let id = (self.ends.len() % 65_535) as u16 + 1;
        put_publish(&mut self.bytes, Version::V5, Some(id), topic, payload);
        self.ends.push(self.bytes.len());
    }

    /// JSON messages whose times end at `now`.
    pub fn json(messages: usize, now: Timestamp) -> Self {
        let mut stream = Stream {
            samples: messages * VALUES,
            filter: JSON_FILTER,
            ..Stream::default()
        };
        let step = Duration::from_millis(2);
        let begin = now.plus(Duration(-((messages / TOPICS) as i64) * step.micros()));
        let topics: Vec<String> = (0..TOPICS).map(topic).collect();
        for number in 0..messages {
            let at = begin.plus(Duration((number / TOPICS) as i64 * step.micros()));
            let message = Json {
                number,
                at,
                sent: now,
            };
            stream.push(&topics[message.topic()], &message.encode());
        }
        stream
    }

    /// Sparkplug births, then `messages` DDATA with all metrics of a device by alias; times end at `now`.
    pub fn sparkplug(messages: usize, now: Timestamp) -> Self {
        let mut stream = Stream {
            samples: (messages + DEVICES) * METRICS,
            filter: SPARKPLUG_FILTER,
            ..Stream::default()
        };
        let step = Duration::from_millis(1);
        let begin = now.plus(Duration(-(messages as i64) * step.micros()));
        let names: Vec<String> = (0..METRICS).map(|metric| format!("m{metric}")).collect();
        let mut seq = 0_u8;
        let mut next_seq = || {
            let this = seq;
            seq = seq.wrapping_add(1);
            Some(this)
        };
        let bd_seq = Metric {
            name: Some("bdSeq"),
            ..Metric::new(MetricValue::UInt64(0))
        };
        let birth = payload(Some(begin), next_seq(), &[bd_seq]);
        stream.push("spBv1.0/B/NBIRTH/n", &birth);
        for device in 0..DEVICES {
            let metrics: Vec<Metric<'_>> = names
                .iter()
                .enumerate()
                .map(|(index, name)| Metric {
                    name: Some(name),
                    alias: Some((device * METRICS + index) as u64),
                    ..Metric::new(MetricValue::Double(50.0))
                })
                .collect();
            let birth = payload(Some(begin), next_seq(), &metrics);
            stream.push(&format!("spBv1.0/B/DBIRTH/n/d{device}"), &birth);
        }
        for number in 0..messages {
            let device = number % DEVICES;
            let at = begin.plus(Duration(step.micros() * (number + 1) as i64));
            let metrics: Vec<Metric<'_>> = (0..METRICS)
                .map(|index| Metric {
                    alias: Some((device * METRICS + index) as u64),
                    time: Some(at),
                    typed: false,
                    ..Metric::new(MetricValue::Double(metric_value(number, index)))
                })
                .collect();
            let data = payload(Some(at), next_seq(), &metrics);
            stream.push(&format!("spBv1.0/B/DDATA/n/d{device}"), &data);
        }
        stream
    }
}

/// A slow wave around 50 with two decimals; every tenth metric passes its limits once a wave.
fn metric_value(number: usize, index: usize) -> f64 {
    let swing = if index.is_multiple_of(10) { 45.0 } else { 20.0 };
    let phase = (number / DEVICES) as f64 / 200.0 + index as f64;
    ((50.0 + swing * phase.sin()) * 100.0).round() / 100.0
}

/// How the application connects.
#[derive(Clone, Copy, Debug)]
pub struct Link {
    /// Of the broker or the peer on loopback.
    pub port: u16,
    /// MQTT version.
    pub version: Version,
    /// Of the one subscription.
    pub qos: u8,
}

impl Link {
    fn head(self, filter: &str) -> String {
        let (port, qos) = (self.port, self.qos);
        let protocol = match self.version {
            Version::V311 => "mqtt3.1.1",
            Version::V5 => "mqtt5",
        };
        format!(
            "[plant]\nid = \"bench\"\nname = \"Bench\"\nzone = \"UTC\"\n\n[[connection]]\nid = \"peer\"\nname = \"Peer\"\n\
             host = \"127.0.0.1\"\nport = {port}\nprotocol = \"{protocol}\"\nsecurity = \"plaintext\"\n\
             subscriptions = [{{ filter = \"{filter}\", qos = {qos} }}]\n\n[[type]]\nid = \"device\"\nname = \"Device\"\n"
        )
    }

    /// A plant of 1,000 devices with four signals each, every signal with a high and a low limit.
    pub fn json_plant(self) -> String {
        let mut text = self.head(JSON_FILTER);
        for (id, high, low) in [
            ("seq", 1e9, 1.0),
            ("sent", 1e18, 1.0),
            ("temperature", 85.0, 15.0),
            ("pressure", 2.0, 0.5),
        ] {
            put_signal(&mut text, id, high, low);
        }
        put_assets(&mut text, TOPICS, |device| {
            (format!("d{device:03}"), topic(device))
        });
        text
    }

    /// A plant of 10 devices with 100 signals each, every signal with a high and a low limit.
    pub fn sparkplug_plant(self) -> String {
        let mut text = self.head(SPARKPLUG_FILTER);
        for metric in 0..METRICS {
            put_signal(&mut text, &format!("m{metric}"), 90.0, 10.0);
        }
        put_assets(&mut text, DEVICES, |device| {
            (format!("d{device}"), format!("spBv1.0/B/n/d{device}"))
        });
        text
    }
}

fn put_signal(text: &mut String, id: &str, high: f64, low: f64) {
    // Writing to a String cannot fail.
    let _ = write!(
        text,
        "[[type.signal]]\nid = \"{id}\"\nname = \"{id}\"\nunit = \"\"\nalarms = [\n  \
         {{ kind = \"high\", limit = {high:?}, deadband = 1.0, on_delay_s = 0.0, priority = 3 }},\n  \
         {{ kind = \"low\", limit = {low:?}, deadband = 0.1, on_delay_s = 0.0, priority = 3 }},\n]\n"
    );
}

fn put_assets(text: &mut String, count: usize, name: impl Fn(usize) -> (String, String)) {
    text.push_str("[[area]]\nid = \"a\"\nname = \"A\"\n");
    for device in 0..count {
        let (id, source) = name(device);
        let _ = write!(
            text,
            "[[asset]]\nid = \"{id}\"\nname = \"Device {device}\"\narea = \"a\"\ntype = \"device\"\n\
             connection = \"peer\"\nsource = \"{source}#{{signal}}\"\n"
        );
    }
}
