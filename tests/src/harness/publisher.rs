//! A publisher with QoS 1 that sends a message again until the broker has acknowledged it, over any number of links.
//!
//! It speaks MQTT 3.1.1 by itself, so that it knows of each message how often it was sent, and on which link it was
//! acknowledged.

use std::{
    collections::BTreeMap,
    io::{ErrorKind, Read, Write},
    net::TcpStream,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};

use anyhow::{Context, Result, anyhow, bail, ensure};
use twin_app::clock;
use twin_core::Timestamp;

/// Messages on their way at once.
const WINDOW: usize = 200;
const TURN: Duration = Duration::from_millis(2);
const RETRY: Duration = Duration::from_millis(20);
/// A broker that acknowledges nothing for so long has failed the test.
const PATIENCE: twin_core::Duration = twin_core::Duration::from_secs(60);

/// A message: its topic and payload.
pub type Letter = (String, String);

/// How a message fared.
#[derive(Clone, Copy, Debug)]
pub struct Fate {
    /// How often it was sent.
    pub sent: u32,
    /// When the link was begun on which it was acknowledged.
    pub link: Timestamp,
    /// When its PUBACK was read.
    pub acknowledged: Timestamp,
}

/// A publisher at work.
#[derive(Debug)]
pub struct Publisher {
    enough: Arc<AtomicBool>,
    thread: JoinHandle<Result<Vec<Fate>>>,
}

impl Publisher {
    /// Publishes the messages that `letter` gives for 0, 1, 2, ..., this many each second.
    pub fn start(
        port: u16,
        per_s: u32,
        letter: impl Fn(usize) -> Letter + Send + 'static,
    ) -> Publisher {
        let enough = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&enough);
        let thread = std::thread::spawn(move || {
            Work {
                port,
                letter,
                fates: Vec::new(),
                open: BTreeMap::new(),
                stream: None,
                input: Vec::new(),
                link: Timestamp::MIN,
            }
            .run(per_s, &told)
        });
        Publisher { enough, thread }
    }

    /// Waits for the missing acknowledgements, then publishes two more, the last ones of all, and gives what became of
    /// each message.
    ///
    /// # Errors
    /// When the broker acknowledges nothing for 60 s, or breaks the protocol.
    pub async fn finish(self) -> Result<Vec<Fate>> {
        self.enough.store(true, Ordering::Relaxed);
        let joined = tokio::task::spawn_blocking(|| self.thread.join()).await?;
        joined.map_err(|_| anyhow!("the publisher panicked"))?
    }
}

struct Work<L> {
    port: u16,
    letter: L,
    fates: Vec<Fate>,
    /// Not acknowledged, by packet id.
    open: BTreeMap<u16, usize>,
    stream: Option<TcpStream>,
    input: Vec<u8>,
    link: Timestamp,
}

impl<L: Fn(usize) -> Letter> Work<L> {
    fn run(mut self, per_s: u32, enough: &AtomicBool) -> Result<Vec<Fate>> {
        let between = twin_core::Duration(1_000_000 / i64::from(per_s));
        let mut due = clock::now();
        while !enough.load(Ordering::Relaxed) {
            self.turn()?;
            while self.stream.is_some() && self.open.len() < WINDOW && due <= clock::now() {
                self.publish_next()?;
                due = due.plus(between);
            }
        }
        self.settle()?;
        self.publish_next()?;
        self.publish_next()?;
        self.settle()?;
        Ok(self.fates)
    }

    fn settle(&mut self) -> Result<()> {
        let end = clock::now().plus(PATIENCE);
        while !self.open.is_empty() || self.stream.is_none() {
            ensure!(clock::now() < end, "{} unacknowledged", self.open.len());
            self.turn()?;
        }
        Ok(())
    }

    /// Connects if there is no link, and reads acknowledgements for a short time.
    fn turn(&mut self) -> Result<()> {
        if self.stream.is_none() {
            self.link = clock::now();
            self.input.clear();
            match connect(self.port) {
                Ok(stream) => self.stream = Some(stream),
                Err(_) => {
                    std::thread::sleep(RETRY);
                    return Ok(());
                }
            }
            for (id, number) in self.open.clone() {
                self.send(id, number, true)?;
            }
        }
        self.read()
    }

    fn publish_next(&mut self) -> Result<()> {
        let number = self.fates.len();
        let id = u16::try_from(number % 65_535)? + 1;
        ensure!(
            self.open.insert(id, number).is_none(),
            "packet id {id} is in use"
        );
        self.fates.push(Fate {
            sent: 0,
            link: Timestamp::MIN,
            acknowledged: Timestamp::MIN,
        });
        self.send(id, number, false)
    }

    /// Sends one; a link that breaks is given up, and the message goes over the next one.
    fn send(&mut self, id: u16, number: usize, again: bool) -> Result<()> {
        let (topic, payload) = (self.letter)(number);
        let packet = publish(id, again, &topic, &payload)?;
        if let Some(stream) = &mut self.stream {
            self.fates[number].sent += 1;
            if stream.write_all(&packet).is_err() {
                self.stream = None;
            }
        }
        Ok(())
    }

    fn read(&mut self) -> Result<()> {
        let Some(stream) = &mut self.stream else {
            return Ok(());
        };
        let mut buffer = [0; 4_096];
        match stream.read(&mut buffer) {
            Ok(0) => self.stream = None,
            Ok(count) => self.input.extend(&buffer[..count]),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
            Err(_) => self.stream = None,
        }
        let now = clock::now();
        while let Some(packet) = self.input.first_chunk::<4>().copied() {
            let [0x40, 2, high, low] = packet else {
                bail!("not a PUBACK: {packet:?}");
            };
            self.input.drain(..4);
            let id = u16::from_be_bytes([high, low]);
            // The answer to each copy but the first finds nothing.
            if let Some(number) = self.open.remove(&id) {
                self.fates[number].link = self.link;
                self.fates[number].acknowledged = now;
            }
        }
        Ok(())
    }
}

/// A clean session (MQTT 3.1.1, 3.1 and 3.2).
fn connect(port: u16) -> Result<TcpStream> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    let mut packet = vec![0x10, 16, 0, 4];
    packet.extend(b"MQTT\x04\x02\x00\x00\x00\x04load");
    stream.write_all(&packet)?;
    let mut answer = [0; 4];
    stream.read_exact(&mut answer)?;
    ensure!(answer == [0x20, 2, 0, 0], "refused: {answer:?}");
    stream.set_read_timeout(Some(TURN))?;
    Ok(stream)
}

/// A PUBLISH of QoS 1 (MQTT 3.1.1, 3.3).
fn publish(id: u16, again: bool, topic: &str, payload: &str) -> Result<Vec<u8>> {
    let mut body = u16::try_from(topic.len())?.to_be_bytes().to_vec();
    body.extend(topic.as_bytes());
    body.extend(id.to_be_bytes());
    body.extend(payload.as_bytes());
    let length = u8::try_from(body.len())
        .ok()
        .filter(|length| *length < 128)
        .context("a message of this load is short")?;
    let mut packet = vec![if again { 0x3A } else { 0x32 }, length];
    packet.extend(body);
    Ok(packet)
}
