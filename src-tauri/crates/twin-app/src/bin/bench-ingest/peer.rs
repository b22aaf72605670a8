//! The other end of a connection without a broker: it delivers a stream of QoS 1 as fast as it is acknowledged.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc, Condvar, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use anyhow::{Context, bail, ensure};

use crate::{
    clock::Stopwatch,
    packet::{Version, packet_at, put_publish, receive_maximum},
    plant::Stream,
};

/// Unacknowledged messages at most, whatever the client allows: packet ids must not come twice at once.
const WINDOW_MAX: usize = 60_000;
/// Written in one go at most, bytes.
const CHUNK: usize = 256 << 10;

/// A client that has subscribed.
#[derive(Debug)]
pub struct Peer {
    socket: TcpStream,
    rest: Vec<u8>,
    window: usize,
}

/// What has been acknowledged.
#[derive(Debug, Default)]
struct Acknowledged {
    count: Mutex<Count>,
    more: Condvar,
    /// The client has asked for a sign of life.
    ping: AtomicBool,
}

#[derive(Debug, Default)]
struct Count {
    messages: usize,
    ended: bool,
}

impl Acknowledged {
    fn update(&self, change: impl FnOnce(&mut Count)) {
        change(&mut self.count.lock().unwrap_or_else(PoisonError::into_inner));
        self.more.notify_one();
    }

    /// Waits until `enough` are acknowledged; gives how many.
    fn wait(&self, enough: usize) -> anyhow::Result<usize> {
        let mut count = self.count.lock().unwrap_or_else(PoisonError::into_inner);
        while count.messages < enough && !self.ping.load(Ordering::Relaxed) {
            ensure!(!count.ended, "the client went away");
            count = self
                .more
                .wait(count)
                .unwrap_or_else(PoisonError::into_inner);
        }
        Ok(count.messages)
    }
}

impl Peer {
    /// Takes the client that connects, and its subscription.
    ///
    /// # Errors
    /// When it says something else first.
    pub fn accept(listener: &TcpListener) -> anyhow::Result<Self> {
        let (mut socket, _) = listener.accept()?;
        socket.set_nodelay(true)?;
        let (mut rest, mut window) = (Vec::new(), WINDOW_MAX);
        let mut chunk = [0; 4_096];
        loop {
            while let Some((kind, body, next)) = packet_at(&rest, 0)? {
                match kind >> 4 {
                    1 => {
                        let (version, maximum) = receive_maximum(body);
                        ensure!(version == Version::V5, "the client does not speak MQTT 5");
                        window = window.min(usize::from(maximum));
                        socket.write_all(&[0x20, 3, 0, 0, 0])?;
                    }
                    8 => {
                        let id = body.get(..2).context("SUBSCRIBE without an id")?;
                        socket.write_all(&[0x90, 4, id[0], id[1], 0, 1])?;
                        rest.drain(..next);
                        return Ok(Peer {
                            socket,
                            rest,
                            window,
                        });
                    }
                    12 => socket.write_all(&[0xd0, 0])?,
                    other => bail!("unexpected packet {other} before SUBSCRIBE"),
                }
                rest.drain(..next);
            }
            let read = socket.read(&mut chunk)?;
            ensure!(read > 0, "the client closed the connection");
            rest.extend_from_slice(&chunk[..read]);
        }
    }

    /// Delivers a stream; gives the seconds from the first byte to the last acknowledgement. `at_half` is called when
    /// half of it is acknowledged.
    ///
    /// # Errors
    /// When the client goes away before the end.
    pub fn deliver(
        &mut self,
        stream: &Stream,
        at_half: impl FnOnce() -> anyhow::Result<()>,
    ) -> anyhow::Result<f64> {
        let acknowledged = Arc::new(Acknowledged::default());
        let total = stream.ends.len();
        let reader = {
            let (acknowledged, socket) = (Arc::clone(&acknowledged), self.socket.try_clone()?);
            let rest = std::mem::take(&mut self.rest);
            thread::Builder::new()
                .name("acknowledgements".into())
                .spawn(move || {
                    let outcome = count(socket, rest, total, &acknowledged);
                    acknowledged.update(|count| count.ended = true);
                    outcome
                })?
        };
        let mut at_half = Some(at_half);
        let (mut sent, mut seen) = (0_usize, 0);
        let begin = Stopwatch::start();
        while seen < total {
            if acknowledged.ping.swap(false, Ordering::Relaxed) {
                self.socket.write_all(&[0xd0, 0])?;
            }
            let first = sent.checked_sub(1).map_or(0, |last| stream.ends[last]);
            let room = total.min(seen + self.window);
            while sent < room && stream.ends[sent] - first <= CHUNK {
                sent += 1;
            }
            let end = sent.checked_sub(1).map_or(0, |last| stream.ends[last]);
            self.socket.write_all(&stream.bytes[first..end])?;
            // A window with some room is filled again; at the end the last acknowledgement counts.
            let enough = if sent < total {
                (sent + self.window.div_ceil(4)).saturating_sub(self.window)
            } else {
                total
            };
            seen = acknowledged.wait(if sent < room { seen } else { enough })?;
            if seen * 2 >= total
                && let Some(at_half) = at_half.take()
            {
                at_half()?;
            }
        }
        let seconds = begin.seconds();
        let reader = reader.join();
        reader.map_err(|_| anyhow::anyhow!("the reader of acknowledgements failed"))??;
        Ok(seconds)
    }

    /// Tells a counting loop that nothing more comes: a message without a payload.
    ///
    /// # Errors
    /// When the client has gone.
    pub fn end(mut self, stream: &Stream) -> anyhow::Result<()> {
        let mut packet = Vec::new();
        let topic = stream.filter.replace('#', "end");
        put_publish(&mut packet, Version::V5, None, &topic, b"");
        self.socket.write_all(&packet)?;
        // Its DISCONNECT, if it says goodbye.
        let _ = self.socket.read(&mut [0; 64]);
        Ok(())
    }
}

fn count(
    mut socket: TcpStream,
    mut rest: Vec<u8>,
    total: usize,
    acknowledged: &Acknowledged,
) -> anyhow::Result<()> {
    let mut chunk = vec![0; 65_536];
    let mut seen = 0;
    loop {
        let mut at = 0;
        while let Some((kind, _, next)) = packet_at(&rest, at)? {
            match kind {
                0x40 => seen += 1,
                0xc0 => acknowledged.ping.store(true, Ordering::Relaxed),
                _ => {}
            }
            at = next;
        }
        rest.drain(..at);
        acknowledged.update(|count| count.messages = seen);
        if seen >= total {
            return Ok(());
        }
        let read = socket.read(&mut chunk)?;
        ensure!(read > 0, "the client closed the connection");
        rest.extend_from_slice(&chunk[..read]);
    }
}
