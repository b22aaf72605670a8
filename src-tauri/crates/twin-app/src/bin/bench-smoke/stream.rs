//! The pre-encoded stream, and a peer that speaks just enough MQTT 3.1.1 to deliver it.

use std::fmt::Write;

use anyhow::{Context, bail, ensure};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream, tcp::OwnedReadHalf},
    sync::watch,
};
use twin_app::clock;
use twin_core::{Duration, Timestamp};
use twin_payload::sparkplug::encode::{Metric, MetricValue, payload};

/// DDATA messages.
pub const MESSAGES: usize = 20_000;
/// Metrics a message.
pub const METRICS: usize = 100;
/// Devices that send in turns.
pub const DEVICES: usize = 10;
/// Unacknowledged messages at most, as a broker set up for throughput would allow.
const IN_FLIGHT_MAX: u64 = 1_000;

/// Births and data, ready to send.
#[derive(Debug)]
pub struct Stream {
    messages: Vec<(String, Vec<u8>)>,
    last: Timestamp,
}

impl Stream {
    /// Encodes it; the data's times end at `now`.
    pub fn encode(now: Timestamp) -> Self {
        let step = Duration::from_millis(1);
        let begin = now.plus(Duration(-(MESSAGES as i64) * step.micros()));
        let names: Vec<String> = (0..METRICS).map(|metric| format!("m{metric}")).collect();
        let mut seq = 0_u8;
        let mut next_seq = || {
            let this = seq;
            seq = seq.wrapping_add(1);
            Some(this)
        };
        let mut messages = Vec::with_capacity(MESSAGES + DEVICES + 1);
        let bd_seq = Metric {
            name: Some("bdSeq"),
            ..Metric::new(MetricValue::UInt64(0))
        };
        messages.push((
            "spBv1.0/B/NBIRTH/n".to_owned(),
            payload(Some(begin), next_seq(), &[bd_seq]),
        ));
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
            messages.push((
                format!("spBv1.0/B/DBIRTH/n/d{device}"),
                payload(Some(begin), next_seq(), &metrics),
            ));
        }
        let mut last = begin;
        for number in 0..MESSAGES {
            let device = number % DEVICES;
            last = begin.plus(Duration(step.micros() * number as i64));
            let metrics: Vec<Metric<'_>> = (0..METRICS)
                .map(|index| Metric {
                    alias: Some((device * METRICS + index) as u64),
                    time: Some(last),
                    typed: false,
                    ..Metric::new(MetricValue::Double(value(number, index)))
                })
                .collect();
            messages.push((
                format!("spBv1.0/B/DDATA/n/d{device}"),
                payload(Some(last), next_seq(), &metrics),
            ));
        }
        Stream { messages, last }
    }

    /// Topic and payload of each message.
    pub fn messages(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.messages
            .iter()
            .map(|(topic, payload)| (topic.as_str(), payload.as_slice()))
    }

    /// Size of all payloads.
    pub fn bytes(&self) -> usize {
        self.messages.iter().map(|(_, payload)| payload.len()).sum()
    }

    /// Source time of the last message.
    pub const fn last_time(&self) -> Timestamp {
        self.last
    }
}

/// A slow wave around 50 with two decimals; every tenth signal swings past its limit now and then.
fn value(number: usize, index: usize) -> f64 {
    let swing = if index.is_multiple_of(10) { 45.0 } else { 20.0 };
    let phase = (number / DEVICES) as f64 / 200.0 + index as f64;
    ((50.0 + swing * phase.sin()) * 100.0).round() / 100.0
}

/// A plant of 1,000 signals with a high and a low limit each.
pub fn plant_file(port: u16) -> String {
    let mut text = format!(
        "[plant]\nid = \"bench\"\nname = \"Bench\"\nzone = \"UTC\"\n\n[[connection]]\nid = \"peer\"\nname = \"Peer\"\n\
         host = \"127.0.0.1\"\nport = {port}\nprotocol = \"mqtt3.1.1\"\nsecurity = \"plaintext\"\n\
         subscriptions = [{{ filter = \"spBv1.0/B/#\", qos = 1 }}]\n\n[[type]]\nid = \"device\"\nname = \"Device\"\n"
    );
    for metric in 0..METRICS {
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "[[type.signal]]\nid = \"m{metric}\"\nname = \"Metric {metric}\"\nunit = \"bar\"\nalarms = [\n  \
             {{ kind = \"high\", limit = 90.0, deadband = 1.0, on_delay_s = 0.0, priority = 3 }},\n  \
             {{ kind = \"low\", limit = 10.0, deadband = 1.0, on_delay_s = 0.0, priority = 3 }},\n]\n"
        );
    }
    text.push_str("[[area]]\nid = \"a\"\nname = \"A\"\n");
    for device in 0..DEVICES {
        let _ = write!(
            text,
            "[[asset]]\nid = \"d{device}\"\nname = \"Device {device}\"\narea = \"a\"\ntype = \"device\"\n\
             connection = \"peer\"\nsource = \"spBv1.0/B/n/d{device}#{{signal}}\"\n"
        );
    }
    text
}

/// Delivers the stream to the client that connects; gives the times of the first message and of the last PUBACK.
pub async fn serve(
    listener: TcpListener,
    stream: &Stream,
) -> anyhow::Result<(Timestamp, Timestamp)> {
    let (socket, _) = listener.accept().await?;
    socket.set_nodelay(true)?;
    let mut socket = handshake(socket).await.context("handshake")?;
    let packets: Vec<Vec<u8>> = stream
        .messages()
        .enumerate()
        .map(|(n, (topic, payload))| publish(n, topic, payload))
        .collect();
    let total = packets.len() as u64;
    let begin = clock::now();
    let (reader, mut writer) = {
        let (reader, writer) = socket.socket.into_split();
        (
            Acks {
                reader,
                rest: std::mem::take(&mut socket.rest),
            },
            writer,
        )
    };
    let (count, mut counted) = watch::channel(0_u64);
    let acks = tokio::spawn(reader.count(total, count));
    for (sent, packet) in packets.iter().enumerate() {
        while sent as u64 >= *counted.borrow_and_update() + IN_FLIGHT_MAX {
            counted.changed().await.context("the client went away")?;
        }
        writer.write_all(packet).await?;
    }
    let end = acks.await??;
    Ok((begin, end))
}

struct Greeted {
    socket: TcpStream,
    rest: Vec<u8>,
}

/// Answers CONNECT and SUBSCRIBE.
async fn handshake(mut socket: TcpStream) -> anyhow::Result<Greeted> {
    let mut rest = Vec::new();
    loop {
        while let Some((kind, packet)) = take_packet(&mut rest)? {
            match kind {
                1 => socket.write_all(&[0x20, 2, 0, 0]).await?,
                8 => {
                    let id = packet.get(..2).context("SUBSCRIBE without an id")?;
                    socket.write_all(&[0x90, 3, id[0], id[1], 1]).await?;
                    return Ok(Greeted { socket, rest });
                }
                12 => socket.write_all(&[0xd0, 0]).await?,
                other => bail!("unexpected packet {other} before SUBSCRIBE"),
            }
        }
        let mut chunk = [0; 4_096];
        let read = socket.read(&mut chunk).await?;
        ensure!(read > 0, "the client closed the connection");
        rest.extend_from_slice(&chunk[..read]);
    }
}

struct Acks {
    reader: OwnedReadHalf,
    rest: Vec<u8>,
}

impl Acks {
    async fn count(mut self, total: u64, count: watch::Sender<u64>) -> anyhow::Result<Timestamp> {
        let mut chunk = vec![0; 65_536];
        let mut seen = 0;
        while seen < total {
            while let Some((kind, _)) = take_packet(&mut self.rest)? {
                seen += u64::from(kind == 4);
            }
            // The sender may have sent everything already.
            count.send_replace(seen);
            if seen < total {
                let read = self.reader.read(&mut chunk).await?;
                ensure!(
                    read > 0,
                    "the client closed the connection after {seen} acknowledgements"
                );
                self.rest.extend_from_slice(&chunk[..read]);
            }
        }
        Ok(clock::now())
    }
}

/// Takes one whole packet off the front: its type and its body.
fn take_packet(buffer: &mut Vec<u8>) -> anyhow::Result<Option<(u8, Vec<u8>)>> {
    let (mut length, mut at) = (0_usize, 1);
    loop {
        let Some(byte) = buffer.get(at) else {
            return Ok(None);
        };
        length |= usize::from(byte & 0x7f) << (7 * (at - 1));
        at += 1;
        if byte & 0x80 == 0 {
            break;
        }
        ensure!(at <= 4, "a packet's length takes more than four bytes");
    }
    if buffer.len() < at + length {
        return Ok(None);
    }
    let kind = buffer[0] >> 4;
    let body = buffer[at..at + length].to_vec();
    buffer.drain(..at + length);
    Ok(Some((kind, body)))
}

/// A PUBLISH with QoS 1. Packet ids run from 1 to 65535 and around.
fn publish(number: usize, topic: &str, payload: &[u8]) -> Vec<u8> {
    let id = (number % 65_535) as u16 + 1;
    let mut length = 2 + topic.len() + 2 + payload.len();
    let mut packet = vec![0x32];
    loop {
        let low = (length & 0x7f) as u8;
        length >>= 7;
        packet.push(if length > 0 { low | 0x80 } else { low });
        if length == 0 {
            break;
        }
    }
    packet.extend((topic.len() as u16).to_be_bytes());
    packet.extend(topic.as_bytes());
    packet.extend(id.to_be_bytes());
    packet.extend(payload);
    packet
}
