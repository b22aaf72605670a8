//! A client that publishes as fast as it can write: QoS 0 by MQTT 3.1.1, to a broker or straight to a subscriber.

use std::{
    io::{BufWriter, Read, Write},
    net::TcpStream,
    time::Duration,
};

use anyhow::{Context, Result, ensure};

const PATIENCE: Duration = Duration::from_secs(60);

/// A link to a broker.
#[derive(Debug)]
pub struct Flood(BufWriter<TcpStream>);

impl Flood {
    /// Connects to a broker on this machine.
    ///
    /// # Errors
    /// When it refuses.
    pub fn connect(port: u16) -> Result<Flood> {
        let mut stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.write_all(b"\x10\x11\x00\x04MQTT\x04\x02\x00\x00\x00\x05flood")?;
        let mut answer = [0; 4];
        stream.read_exact(&mut answer)?;
        ensure!(answer == [0x20, 2, 0, 0], "refused: {answer:?}");
        Ok(Flood(BufWriter::with_capacity(1 << 20, stream)))
    }

    /// Publishes one.
    ///
    /// # Errors
    /// When the link breaks.
    pub fn publish(&mut self, topic: &str, payload: &str, retain: bool) -> Result<()> {
        self.0.write_all(&packet(topic, payload, retain)?)?;
        Ok(())
    }

    /// Waits until the broker has taken all of them.
    ///
    /// # Errors
    /// When it does not within a minute.
    pub fn finish(mut self) -> Result<()> {
        self.0.write_all(&[0xC0, 0])?;
        self.0.flush()?;
        let mut answer = [0; 2];
        let stream = self.0.get_mut();
        stream
            .read_exact(&mut answer)
            .context("waiting for the broker")?;
        ensure!(answer == [0xD0, 0], "{answer:?}");
        Ok(())
    }
}

/// A PUBLISH of QoS 0 (MQTT 3.1.1, 3.3).
///
/// # Errors
/// When the topic or the whole is too long.
pub fn packet(topic: &str, payload: &str, retain: bool) -> Result<Vec<u8>> {
    let mut packet = vec![if retain { 0x31 } else { 0x30 }];
    let mut length = 2 + topic.len() + payload.len();
    ensure!(length < 1 << 28, "{length} bytes");
    loop {
        let more = if length > 127 { 0x80 } else { 0 };
        packet.push((length % 128) as u8 | more);
        length /= 128;
        if more == 0 {
            break;
        }
    }
    packet.extend(u16::try_from(topic.len())?.to_be_bytes());
    packet.extend(topic.as_bytes());
    packet.extend(payload.as_bytes());
    Ok(packet)
}
