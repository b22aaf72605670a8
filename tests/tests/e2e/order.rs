//! The order of the system calls: a message is acknowledged after the flush to disk of what it brought.

use std::{collections::HashMap, fs, path::Path, time::Duration};

use anyhow::{Context, Result, ensure};
use twinscope_tests::harness::{
    broker::Broker,
    headless,
    process::Process,
    trace::{self, Event},
    wait,
};

use crate::tanks::{self, Levels, SURE};

const SOON: Duration = Duration::from_secs(60);
/// Messages, one after the other.
const MESSAGES: i64 = 25;

const PUBLISH: u8 = 3;
const PUBACK: u8 = 4;
const PUBREC: u8 = 5;
const PUBCOMP: u8 = 7;

/// Runs the program under strace while messages of this quality of service come one by one; gives what it did.
async fn traced(dir: &Path, qos: u8) -> Result<Vec<Event>> {
    let broker = Broker::start(dir).await?;
    let workspace = dir.join("workspace");
    tanks::workspace(&workspace, broker.port, qos)?;
    let (log, calls) = (dir.join("pages.log"), dir.join("calls"));
    let output = calls.display().to_string();
    let tracer = [
        "strace",
        // The tracer is a child of the program and ends with it.
        "-D",
        "-f",
        "-tt",
        "-yy",
        "-xx",
        "-s",
        "2048",
        "-e",
        "trace=fdatasync,fsync,pwrite64,write,sendto,sendmsg,writev,read,recvfrom,recvmsg",
        "-e",
        "signal=none",
        "-o",
        &output,
    ];
    let mut program = Process::start(&mut headless::command(&workspace, &tracer)?, &log)?;
    let page = |text: String| {
        let log = log.clone();
        async move {
            fs::read_to_string(&log)
                .ok()
                .filter(|page| page.contains(&text))
        }
    };
    wait::until("the link", SOON, || page(" up (".into())).await?;
    let mut levels = Levels::new();
    for _ in 0..MESSAGES {
        levels.publish(&broker, SURE, qos, 1)?;
        tokio::time::sleep(Duration::from_millis(60)).await;
    }
    wait::until("the last level", SOON, || {
        page(format!("Level {}", MESSAGES - 1))
    })
    .await?;
    headless::stop(&mut program).await?;
    Ok(trace::read(
        &fs::read_to_string(&calls).context("the trace")?,
    ))
}

/// The path that a file of SQLite has in events; the link of a message's payload to the WAL is its order.
fn is_wal(path: &str) -> bool {
    path.ends_with("telemetry.db-wal")
}

/// Checks every acknowledgement of `kind`: after its PUBLISH came, the WAL was written and then flushed before it left.
/// Gives how many there were.
fn check(events: &[Event], kind: u8) -> Result<usize> {
    // By packet id: when the message came, as an index into the events.
    let mut came: HashMap<[u8; 2], usize> = HashMap::new();
    let mut acknowledged = 0;
    for (now, event) in events.iter().enumerate() {
        match event {
            Event::Received(bytes) => {
                for (_, body) in trace::packets(bytes).iter().filter(|p| p.0 == PUBLISH) {
                    let topic = usize::from(u16::from_be_bytes([body[0], body[1]]));
                    came.insert([body[2 + topic], body[3 + topic]], now);
                }
            }
            Event::Sent(bytes) => {
                for (_, body) in trace::packets(bytes).iter().filter(|p| p.0 == kind) {
                    let id = [body[0], body[1]];
                    let since = came.remove(&id).context("acknowledged what never came")?;
                    let between = &events[since..now];
                    let written = between
                        .iter()
                        .position(|event| matches!(event, Event::Written(path, _) if is_wal(path)));
                    let written =
                        written.with_context(|| format!("{id:?}: the WAL was not written"))?;
                    let flushed = between[written..]
                        .iter()
                        .any(|event| matches!(event, Event::Flushed(path) if is_wal(path)));
                    ensure!(flushed, "{id:?}: acknowledged before the WAL was flushed");
                    acknowledged += 1;
                }
            }
            Event::Written(..) | Event::Flushed(_) => {}
        }
    }
    Ok(acknowledged)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_of_quality_1_is_acknowledged_after_the_flush() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let events = traced(dir.path(), 1).await?;
    let acknowledged = check(&events, PUBACK)?;
    ensure!(acknowledged == MESSAGES as usize, "{acknowledged} PUBACKs");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_of_quality_2_is_acknowledged_after_the_flush() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let events = traced(dir.path(), 2).await?;
    let acknowledged = check(&events, PUBREC)?;
    ensure!(acknowledged == MESSAGES as usize, "{acknowledged} PUBRECs");
    let sent = events.iter().filter_map(|event| match event {
        Event::Sent(bytes) => Some(trace::packets(bytes)),
        _ => None,
    });
    // PUBCOMP answers a PUBREL, which answers the PUBREC checked above.
    let completed = sent.flatten().filter(|packet| packet.0 == PUBCOMP).count();
    ensure!(completed == MESSAGES as usize, "{completed} PUBCOMPs");
    Ok(())
}

#[test]
fn an_acknowledgement_before_the_flush_is_found() -> Result<()> {
    let wal = || "/w/telemetry.db-wal".to_owned();
    let publish = Event::Received(vec![0x30, 6, 0, 1, b'a', 0, 7, b'1']);
    let ack = Event::Sent(vec![0x40, 2, 0, 7]);
    let (written, flushed) = (Event::Written(wal(), vec![]), Event::Flushed(wal()));
    let events = |order: [&Event; 4]| order.map(Event::clone).to_vec();
    ensure!(check(&events([&publish, &written, &flushed, &ack]), PUBACK)? == 1);
    ensure!(check(&events([&publish, &written, &ack, &flushed]), PUBACK).is_err());
    ensure!(check(&events([&publish, &flushed, &written, &ack]), PUBACK).is_err());
    ensure!(check(&events([&written, &flushed, &publish, &ack]), PUBACK).is_err());
    Ok(())
}
