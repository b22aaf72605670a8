//! Publishers: paced ones of QoS 0, and one that fills a backlog of QoS 1.

use std::{
    io::{Read, Write},
    net::TcpStream,
    thread,
    time::Duration,
};

use anyhow::{Context, ensure};
use twin_app::clock;

use crate::{
    clock::Stopwatch,
    packet::{Version, connect, packet_at, put_publish},
    plant::{Json, topic},
};

/// Threads that publish side by side.
const THREADS: usize = 4;
/// Between two rounds of a paced publisher.
const ROUND: Duration = Duration::from_millis(1);
/// Unacknowledged messages of QoS 1.
const IN_FLIGHT: usize = 20;

fn greeted(port: u16, client_id: &str) -> anyhow::Result<TcpStream> {
    let mut socket = TcpStream::connect(("127.0.0.1", port))?;
    socket.set_nodelay(true)?;
    socket.write_all(&connect(client_id))?;
    let mut answer = [0; 4];
    socket.read_exact(&mut answer)?;
    ensure!(answer == [0x20, 2, 0, 0], "the broker refused a publisher");
    Ok(socket)
}

/// Publishes JSON of QoS 0 at `per_second` for `seconds`; gives how many messages. Blocks until all are written.
///
/// # Errors
/// When the broker goes away.
pub fn pace(port: u16, per_second: usize, seconds: u64) -> anyhow::Result<usize> {
    let threads: Vec<_> = (0..THREADS)
        .map(|thread| {
            thread::Builder::new()
                .name(format!("publisher {thread}"))
                .spawn(move || pace_one(port, thread, per_second / THREADS, seconds))
        })
        .collect();
    let mut sent = 0;
    for thread in threads {
        let outcome = thread?.join();
        sent += outcome.map_err(|_| anyhow::anyhow!("a publisher failed"))??;
    }
    Ok(sent)
}

/// One of them: every fourth message, so that each topic has one publisher.
fn pace_one(port: u16, thread: usize, per_second: usize, seconds: u64) -> anyhow::Result<usize> {
    let mut socket = greeted(port, &format!("bench-publisher-{thread}"))?;
    let total = per_second * seconds as usize;
    let topics: Vec<String> = (0..crate::plant::TOPICS).map(topic).collect();
    let mut buffer = Vec::with_capacity(1 << 16);
    let begin = Stopwatch::start();
    let mut sent = 0;
    while sent < total {
        let due = (begin.seconds() * per_second as f64) as usize;
        buffer.clear();
        while sent < due.min(total) {
            let now = clock::now();
            let message = Json {
                number: sent * THREADS + thread,
                at: now,
                sent: now,
            };
            let topic = &topics[message.topic()];
            put_publish(&mut buffer, Version::V311, None, topic, &message.encode());
            sent += 1;
        }
        socket.write_all(&buffer).context("the broker went away")?;
        thread::sleep(ROUND);
    }
    Ok(sent)
}

/// Publishes so many JSON messages of QoS 1 as fast as the broker takes them. Returns when all are acknowledged.
///
/// # Errors
/// When the broker goes away.
pub fn backlog(port: u16, messages: usize) -> anyhow::Result<()> {
    let mut socket = greeted(port, "bench-backlog")?;
    let mut buffer = Vec::new();
    let mut answers = vec![0; 4_096];
    for first in (0..messages).step_by(IN_FLIGHT) {
        buffer.clear();
        let numbers = first..messages.min(first + IN_FLIGHT);
        let mut waiting = numbers.len();
        for number in numbers {
            let now = clock::now();
            let message = Json {
                number,
                at: now,
                sent: now,
            };
            let id = (number % IN_FLIGHT) as u16 + 1;
            let topic = topic(message.topic());
            put_publish(
                &mut buffer,
                Version::V311,
                Some(id),
                &topic,
                &message.encode(),
            );
        }
        socket.write_all(&buffer)?;
        let mut rest = Vec::new();
        while waiting > 0 {
            let read = socket.read(&mut answers)?;
            ensure!(read > 0, "the broker closed the connection");
            rest.extend_from_slice(&answers[..read]);
            let mut at = 0;
            while let Some((kind, _, next)) = packet_at(&rest, at)? {
                waiting -= usize::from(kind == 0x40);
                at = next;
            }
            rest.drain(..at);
        }
    }
    Ok(())
}

/// Tells counting loops that nothing more comes: a message without a payload.
///
/// # Errors
/// When the broker goes away.
pub fn end(port: u16) -> anyhow::Result<()> {
    let mut socket = greeted(port, "bench-end")?;
    let mut packet = Vec::new();
    put_publish(&mut packet, Version::V311, None, "bench/end", b"");
    socket.write_all(&packet)?;
    socket.write_all(&[0xe0, 0])?;
    Ok(())
}
