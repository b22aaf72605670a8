//! One edge node with its devices: births, deaths, data, aliases and sequence numbers.

use prost::Message as _;

use super::payload::{Datatype, Metric, MetricValue, Payload, PropertySet, PropertyValue};
use crate::{
    message::Message,
    sim::{ASSETS, Rate, Readings, Signal, Value},
};

/// The Sparkplug group of the plant.
pub const GROUP: &str = "Riverside";

/// How many readings of a device are kept while the node has no connection: ten minutes at one a second.
const KEPT: usize = 600;

/// Ticks of a tenth of a second between two messages with everything in them.
const EVERYTHING_EVERY: u64 = 50;

/// The plant's two edge nodes with their devices.
pub fn edge_nodes() -> [EdgeNode; 2] {
    let pumping = [
        "pump-1",
        "pump-2",
        "pump-3",
        "valve-101",
        "valve-102",
        "high-tank",
        "delivery-main",
    ];
    [
        EdgeNode::new("edge-1", &pumping),
        EdgeNode::new("edge-2", &["compressor", "exchanger", "chlorine"]),
    ]
}

/// What a Sparkplug topic says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Topic<'a> {
    /// `NBIRTH`, `DDATA`...
    pub kind: &'a str,
    /// The edge node.
    pub node: &'a str,
    /// The device, if it is about one.
    pub device: Option<&'a str>,
}

impl<'a> Topic<'a> {
    /// From the text of a topic of this plant's group.
    pub fn parse(topic: &'a str) -> Option<Self> {
        let mut parts = topic
            .strip_prefix("spBv1.0/")?
            .strip_prefix(GROUP)?
            .strip_prefix('/')?
            .split('/');
        let (kind, node, device) = (parts.next()?, parts.next()?, parts.next());
        parts
            .next()
            .is_none()
            .then_some(Topic { kind, node, device })
    }
}

/// A device, or the node itself: what has metrics.
#[derive(Clone, Debug)]
struct Source {
    asset: &'static str,
    signals: &'static [Signal],
    /// Alias of the first signal; the others follow.
    first_alias: u64,
    last: Vec<Option<Value>>,
    kept: std::collections::VecDeque<(i64, Vec<Value>)>,
    born: bool,
}

impl Source {
    fn new(asset: &'static str, first_alias: u64) -> Self {
        let signals = ASSETS
            .iter()
            .find(|a| a.id == asset)
            .map_or(&[][..], |a| a.signals);
        Source {
            asset,
            signals,
            first_alias,
            last: vec![None; signals.len()],
            kept: std::collections::VecDeque::new(),
            born: false,
        }
    }

    fn birth_metrics(&mut self, readings: &Readings, now_ms: u64) -> Vec<Metric> {
        let mut metrics = Vec::with_capacity(self.signals.len());
        for ((index, slot), (signal, value)) in self
            .last
            .iter_mut()
            .enumerate()
            .zip(readings.of(self.asset))
        {
            *slot = Some(value);
            metrics.push(Metric {
                name: Some(signal.id.to_owned()),
                datatype: Some(datatype(signal, value) as u32),
                properties: unit_property(signal.unit),
                ..data_metric(self.first_alias + index as u64, now_ms, signal, value)
            });
        }
        metrics
    }

    /// What is due at this tick of a tenth of a second.
    fn due_metrics(&mut self, readings: &Readings, tick: u64, now_ms: u64) -> Vec<Metric> {
        let everything = tick.is_multiple_of(EVERYTHING_EVERY);
        let mut metrics = Vec::new();
        for ((index, slot), (signal, value)) in self
            .last
            .iter_mut()
            .enumerate()
            .zip(readings.of(self.asset))
        {
            let due = everything
                || match signal.rate {
                    Rate::Fast => true,
                    Rate::Medium => tick.is_multiple_of(2),
                    Rate::Slow => tick.is_multiple_of(5),
                    Rate::Calm => tick.is_multiple_of(10),
                    Rate::Held => *slot != Some(value),
                };
            if due {
                *slot = Some(value);
                metrics.push(data_metric(
                    self.first_alias + index as u64,
                    now_ms,
                    signal,
                    value,
                ));
            }
        }
        metrics
    }

    fn keep(&mut self, readings: &Readings, now: i64) {
        if self.kept.len() >= KEPT {
            self.kept.pop_front();
        }
        self.kept.push_back((
            now,
            readings.of(self.asset).map(|(_, value)| value).collect(),
        ));
    }
}

fn datatype(signal: &Signal, value: Value) -> Datatype {
    match value {
        // Totals outgrow single precision.
        Value::Number(_) if matches!(signal.unit, "h" | "m³") || signal.id == "travel" => {
            Datatype::Double
        }
        Value::Number(_) => Datatype::Float,
        Value::Count(_) => Datatype::Int64,
        Value::Flag(_) => Datatype::Boolean,
        Value::Text(_) => Datatype::String,
    }
}

fn data_metric(alias: u64, now_ms: u64, signal: &Signal, value: Value) -> Metric {
    let value = match (value, datatype(signal, value)) {
        (Value::Number(number), Datatype::Double) => MetricValue::Double(number),
        (Value::Number(number), _) => MetricValue::Float(number as f32),
        (Value::Count(count), _) => MetricValue::Long(count),
        (Value::Flag(flag), _) => MetricValue::Boolean(flag),
        (Value::Text(text), _) => MetricValue::String(text.to_owned()),
    };
    Metric {
        alias: Some(alias),
        timestamp: Some(now_ms),
        value: Some(value),
        ..Metric::default()
    }
}

fn unit_property(unit: &str) -> Option<PropertySet> {
    (!unit.is_empty()).then(|| PropertySet {
        keys: vec!["engUnit".to_owned()],
        values: vec![PropertyValue {
            r#type: Some(Datatype::String as u32),
            string_value: Some(unit.to_owned()),
        }],
    })
}

/// An edge node.
#[derive(Clone, Debug)]
pub struct EdgeNode {
    id: &'static str,
    /// Number of the connection, in birth and will: pairs a death with its birth.
    bd_seq: u64,
    seq: u8,
    /// The node itself first, then its devices.
    sources: Vec<Source>,
}

impl EdgeNode {
    /// An edge node whose devices are these assets. It has no connection yet.
    pub fn new(id: &'static str, devices: &[&'static str]) -> Self {
        let mut sources: Vec<Source> = Vec::with_capacity(devices.len() + 1);
        // Alias 0 is left to "Node Control/Rebirth".
        let mut alias = 1;
        for asset in std::iter::once(&id).chain(devices) {
            let source = Source::new(asset, alias);
            alias += source.signals.len() as u64;
            sources.push(source);
        }
        EdgeNode {
            id,
            bd_seq: 0,
            seq: 0,
            sources,
        }
    }

    /// Its id.
    pub fn id(&self) -> &'static str {
        self.id
    }

    /// Its devices.
    pub fn devices(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.sources.iter().skip(1).map(|source| source.asset)
    }

    fn topic(&self, kind: &str, device: Option<&str>) -> String {
        match device {
            Some(device) => format!("spBv1.0/{GROUP}/{kind}/{}/{device}", self.id),
            None => format!("spBv1.0/{GROUP}/{kind}/{}", self.id),
        }
    }

    /// The topics on which it takes commands.
    pub fn command_filter(&self) -> String {
        self.topic("NCMD", None)
    }

    /// Readies the next connection: counts `bdSeq` up (except before the first) and returns the will that belongs to it.
    pub fn connect(&mut self, first: bool, now: i64) -> Message {
        if !first {
            self.bd_seq = (self.bd_seq + 1) % 256;
        }
        for source in &mut self.sources {
            source.born = false;
        }
        self.death(now)
    }

    /// NDEATH. It carries no sequence number: the will is made before anyone knows it.
    pub fn death(&self, now: i64) -> Message {
        let payload = Payload {
            timestamp: Some(milliseconds(now)),
            metrics: vec![self.bd_seq_metric(now)],
            seq: None,
        };
        Message::sparkplug(self.topic("NDEATH", None), payload.encode_to_vec())
    }

    fn bd_seq_metric(&self, now: i64) -> Metric {
        Metric {
            name: Some("bdSeq".to_owned()),
            timestamp: Some(milliseconds(now)),
            datatype: Some(Datatype::Int64 as u32),
            value: Some(MetricValue::Long(self.bd_seq)),
            ..Metric::default()
        }
    }

    fn numbered(&mut self, topic: String, metrics: Vec<Metric>, now: i64) -> Message {
        let payload = Payload {
            timestamp: Some(milliseconds(now)),
            metrics,
            seq: Some(u64::from(self.seq)),
        };
        self.seq = self.seq.wrapping_add(1);
        Message::sparkplug(topic, payload.encode_to_vec())
    }

    /// NBIRTH and a DBIRTH for every device that is not `offline`: after a connection, or when a rebirth was asked for.
    pub fn births(
        &mut self,
        readings: &Readings,
        now: i64,
        offline: impl Fn(&str) -> bool,
        out: &mut Vec<Message>,
    ) {
        self.seq = 0;
        for index in 0..self.sources.len() {
            if index > 0 && offline(self.sources[index].asset) {
                self.sources[index].born = false;
            } else {
                self.birth(index, readings, now, out);
            }
        }
    }

    fn birth(&mut self, index: usize, readings: &Readings, now: i64, out: &mut Vec<Message>) {
        let now_ms = milliseconds(now);
        let Some(source) = self.sources.get_mut(index) else {
            return;
        };
        let metrics = source.birth_metrics(readings, now_ms);
        source.born = true;
        let asset = source.asset;
        let message = if index == 0 {
            let rebirth = Metric {
                name: Some("Node Control/Rebirth".to_owned()),
                alias: Some(0),
                timestamp: Some(now_ms),
                datatype: Some(Datatype::Boolean as u32),
                value: Some(MetricValue::Boolean(false)),
                ..Metric::default()
            };
            let all = [self.bd_seq_metric(now), rebirth]
                .into_iter()
                .chain(metrics)
                .collect();
            self.numbered(self.topic("NBIRTH", None), all, now)
        } else {
            self.numbered(self.topic("DBIRTH", Some(asset)), metrics, now)
        };
        out.push(message);
    }

    /// What is due at this tick: NDATA and DDATA, DDEATH of a device that went offline, DBIRTH of one that came back.
    pub fn data(
        &mut self,
        readings: &Readings,
        tick: u64,
        now: i64,
        offline: impl Fn(&str) -> bool,
        out: &mut Vec<Message>,
    ) {
        for index in 0..self.sources.len() {
            let (asset, born) = (self.sources[index].asset, self.sources[index].born);
            let gone = index > 0 && offline(asset);
            match (born, gone) {
                (false, true) => {}
                (true, true) => {
                    self.sources[index].born = false;
                    out.push(self.numbered(self.topic("DDEATH", Some(asset)), Vec::new(), now));
                }
                (false, false) => self.birth(index, readings, now, out),
                (true, false) => {
                    // Each source has its own beat, so that not everything leaves in one burst.
                    let metrics = self.sources[index].due_metrics(
                        readings,
                        tick + 3 * index as u64,
                        milliseconds(now),
                    );
                    if !metrics.is_empty() {
                        out.push(self.numbered(self.data_topic(index, asset), metrics, now));
                    }
                }
            }
        }
    }

    fn data_topic(&self, index: usize, asset: &str) -> String {
        if index == 0 {
            self.topic("NDATA", None)
        } else {
            self.topic("DDATA", Some(asset))
        }
    }

    /// Keeps the readings of a tick without a connection, once a second, for [`Self::history`].
    pub fn keep(&mut self, readings: &Readings, tick: u64, now: i64) {
        if tick.is_multiple_of(10) {
            for source in &mut self.sources {
                source.keep(readings, now);
            }
        }
    }

    /// What was kept, marked historical, oldest first; to be sent after the births.
    pub fn history(&mut self, now: i64, out: &mut Vec<Message>) {
        for index in 0..self.sources.len() {
            let source = &mut self.sources[index];
            let (asset, first, signals) = (source.asset, source.first_alias, source.signals);
            let kept = std::mem::take(&mut source.kept);
            // Ten seconds a message.
            for part in kept.into_iter().collect::<Vec<_>>().chunks(10) {
                let metrics = part.iter().flat_map(|(at, values)| {
                    let at_ms = milliseconds(*at);
                    signals
                        .iter()
                        .zip(values)
                        .enumerate()
                        .map(move |(i, (signal, value))| Metric {
                            is_historical: Some(true),
                            ..data_metric(first + i as u64, at_ms, signal, *value)
                        })
                });
                let metrics = metrics.collect();
                out.push(self.numbered(self.data_topic(index, asset), metrics, now));
            }
        }
    }

    /// Forgets what was kept: a node that died kept nothing.
    pub fn forget(&mut self) {
        for source in &mut self.sources {
            source.kept.clear();
        }
    }

    /// DDEATH of every living device and NDEATH, before a disconnection on purpose.
    pub fn farewell(&mut self, now: i64, out: &mut Vec<Message>) {
        for index in 1..self.sources.len() {
            if std::mem::take(&mut self.sources[index].born) {
                let topic = self.topic("DDEATH", Some(self.sources[index].asset));
                out.push(self.numbered(topic, Vec::new(), now));
            }
        }
        out.push(self.death(now));
    }

    /// Whether a command asks for a rebirth: `Node Control/Rebirth` = true, by name or by alias.
    pub fn wants_rebirth(payload: &[u8]) -> bool {
        Payload::decode(payload).is_ok_and(|payload| {
            payload.metrics.iter().any(|metric| {
                let named = metric.name.as_deref() == Some("Node Control/Rebirth")
                    || (metric.name.is_none() && metric.alias == Some(0));
                named && metric.value == Some(MetricValue::Boolean(true))
            })
        })
    }
}

fn milliseconds(micros: i64) -> u64 {
    micros.max(0) as u64 / 1000
}

#[cfg(test)]
mod tests;
