//! Plants of any size, and what they send: JSON messages over MQTT with QoS 0, through a broker.

use std::{
    fmt::Write as _,
    fs,
    io::{Read, Write as _},
    net::TcpStream,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};

use anyhow::{Context, Result, anyhow, ensure};
use twin_app::clock;

use super::flood::packet;

/// A plant of equal assets.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// How many.
    pub assets: usize,
    /// Signals of each; the first three are key values.
    pub signals: usize,
    /// Whether signals have a range, a normal band and limits, as most have.
    pub scaled: bool,
}

impl Shape {
    /// Writes the plant file of a workspace.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, dir: &Path, port: u16) -> Result<()> {
        let mut text = format!(
            "[plant]\nid = \"p\"\nname = \"Works\"\nzone = \"UTC\"\n[[connection]]\nid = \"c\"\nname = \"C\"\n\
             host = \"127.0.0.1\"\nport = {port}\nsecurity = \"plaintext\"\n\
             subscriptions = [{{ filter = \"bench/#\", qos = 0 }}]\n[[type]]\nid = \"t\"\nname = \"Machine\"\n"
        );
        for signal in 0..self.signals {
            let unit = ["°C", "bar"][signal % 2];
            write!(
                text,
                "[[type.signal]]\nid = \"s{signal}\"\nname = \"Signal {signal}\"\nunit = \"{unit}\"\nkey = {}\n\
                 stale_after_s = 60.0\n",
                signal < 3
            )?;
            if self.scaled {
                text.push_str(
                    "range = [0.0, 100.0]\nnormal = [20.0, 80.0]\nalarms = [{ kind = \"high\", limit = 99.0, \
                     deadband = 1.0, on_delay_s = 0.0, priority = 2 }]\n",
                );
            }
        }
        for area in 0..self.assets.div_ceil(100) {
            writeln!(
                text,
                "[[area]]\nid = \"area{area}\"\nname = \"Hall {area}\""
            )?;
        }
        for asset in 0..self.assets {
            writeln!(
                text,
                "[[asset]]\nid = \"a{asset}\"\nname = \"Machine {asset}\"\narea = \"area{}\"\ntype = \"t\"\n\
                 connection = \"c\"\nsource = \"bench/a{asset}#{{signal}}\"",
                asset / 100
            )?;
        }
        fs::create_dir_all(dir)?;
        fs::write(dir.join("plant.toml"), text).context("writing the plant file")
    }

    /// A message of one asset with all its signals; with a source time (ms since 1970) or without.
    ///
    /// # Errors
    /// When it is too long.
    pub fn message(
        &self,
        asset: usize,
        at: Option<i64>,
        value: impl Fn(usize) -> f64,
    ) -> Result<Vec<u8>> {
        let mut text = String::from("{");
        for signal in 0..self.signals {
            let comma = if signal == 0 { "" } else { "," };
            write!(text, "{comma}\"s{signal}\":{:.3}", value(signal))?;
        }
        if let Some(at) = at {
            write!(text, ",\"timestamp\":{at}")?;
        }
        text.push('}');
        packet(&format!("bench/a{asset}"), &text, false)
    }
}

/// A wave between 10 and 90 that goes up and down in straight lines, at a time in ms. Another period for every number.
pub fn wave(number: usize, at: i64) -> f64 {
    let period = 41_000 + 7_300 * (number as i64 % 17);
    let part = at.rem_euclid(period) as f64 / period as f64;
    10.0 + 160.0 * (0.5 - (part - 0.5).abs())
}

/// A link to a broker by MQTT 3.1.1.
#[derive(Debug)]
pub struct Link(TcpStream);

impl Link {
    /// Connects.
    ///
    /// # Errors
    /// When the broker refuses.
    pub fn connect(port: u16) -> Result<Link> {
        let mut stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        // The longest keep-alive, 18 hours: it may be silent for long, and some brokers refuse none at all.
        stream.write_all(b"\x10\x11\x00\x04MQTT\x04\x02\xff\xff\x00\x05bench")?;
        let mut answer = [0; 4];
        stream.read_exact(&mut answer)?;
        ensure!(answer == [0x20, 2, 0, 0], "refused: {answer:?}");
        Ok(Link(stream))
    }

    /// Sends packets.
    ///
    /// # Errors
    /// When the link breaks.
    pub fn send(&mut self, packets: &[u8]) -> Result<()> {
        self.0.write_all(packets).context("the link to the broker")
    }
}

/// A thread that sends until it is stopped.
#[derive(Debug)]
pub struct Sender {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<Result<()>>>,
}

impl Sender {
    /// Sends what `next` gives for each beat (its number from 0, and the time in ms), one each `every`, in step with the
    /// clock.
    pub fn start(
        mut link: Link,
        every: Duration,
        mut next: impl FnMut(u64, i64) -> Result<Vec<u8>> + Send + 'static,
    ) -> Sender {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = std::thread::spawn(move || {
            let begin = clock::now();
            let mut beat = 0_u64;
            while !stopped.load(Ordering::Relaxed) {
                let due = every.as_secs_f64() * beat as f64;
                let ahead = due - clock::now().since(begin).secs_f64();
                if ahead > 0.0 {
                    std::thread::sleep(Duration::from_secs_f64(ahead));
                }
                link.send(&next(beat, clock::now().millis())?)?;
                beat += 1;
            }
            Ok(())
        });
        Sender {
            stop,
            thread: Some(thread),
        }
    }

    /// Ends it.
    ///
    /// # Errors
    /// When it could not send.
    pub fn stop(mut self) -> Result<()> {
        self.stop.store(true, Ordering::Relaxed);
        let ended = self.thread.take().map(JoinHandle::join);
        ended.map_or(Ok(()), |ended| {
            ended.map_err(|_| anyhow!("the sender died"))?
        })
    }
}

impl Drop for Sender {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

/// Sends for every asset of a plant `per_s` times a second, spread evenly over time; each of 16 messages of an asset in
/// turn.
///
/// # Errors
/// When the broker refuses.
pub fn send_all(shape: Shape, per_s: usize, port: u16) -> Result<Sender> {
    const KINDS: usize = 16;
    /// The whole plant is sent in so many parts.
    const SLICES: usize = 10;
    let kinds = (0..KINDS).map(|kind| {
        let message = |asset: usize| {
            let value = |signal: usize| {
                let turn = (kind + asset + 3 * signal) as f64 / KINDS as f64;
                50.0 + 30.0 * (std::f64::consts::TAU * turn).sin() + signal as f64 / 10.0
            };
            shape.message(asset, None, value)
        };
        (0..shape.assets)
            .map(message)
            .collect::<Result<Vec<Vec<u8>>>>()
    });
    let kinds: Vec<Vec<Vec<u8>>> = kinds.collect::<Result<_>>()?;
    let every = Duration::from_secs_f64(1.0 / (per_s * SLICES) as f64);
    let next = move |beat: u64, _| {
        let (round, slice) = (beat as usize / SLICES, beat as usize % SLICES);
        let assets = kinds.get(round % KINDS).into_iter().flatten();
        let part = assets.skip(slice).step_by(SLICES);
        Ok(part.flatten().copied().collect())
    };
    Ok(Sender::start(Link::connect(port)?, every, next))
}
