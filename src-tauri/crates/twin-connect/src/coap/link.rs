//! A machine and the channel it speaks through.

use std::{net::SocketAddr, time::Duration};

use tokio::{
    select,
    time::{Instant, sleep_until, timeout},
};

use super::{
    channel::Channel,
    codec::DATAGRAM,
    machine::{Event, Machine, Settings},
    reason,
    spec::CoapSpec,
};
use crate::DownReason;

/// A link to one address of a device.
pub(super) struct Link {
    pub(super) machine: Machine,
    channel: Channel,
    start: Instant,
    buffer: Vec<u8>,
}

impl Link {
    /// Opens the channel within `limit`, and has the first request ready.
    pub(super) async fn begin(
        spec: &CoapSpec,
        address: SocketAddr,
        limit: Duration,
    ) -> Result<Link, DownReason> {
        let channel = timeout(limit, Channel::open(spec, address))
            .await
            .unwrap_or_else(|_| Err(reason::no_handshake(spec)))?;
        let settings = Settings::of(spec).map_err(|error| reason::settings(&error))?;
        Ok(Link {
            machine: begun(settings),
            channel,
            start: Instant::now(),
            buffer: vec![0; DATAGRAM],
        })
    }

    /// Other resources through the same channel.
    pub(super) fn begin_again(&mut self, settings: Settings) {
        self.start = Instant::now();
        self.machine = begun(settings);
    }

    /// Sends what the machine wants sent.
    pub(super) async fn send(&mut self, spec: &CoapSpec) -> Result<(), DownReason> {
        while let Some(datagram) = self.machine.take_datagram() {
            self.channel.send(spec, &datagram).await?;
        }
        Ok(())
    }

    /// Waits for a datagram, for what the machine has to do, and at most until `bound`. Nothing is lost when this is
    /// dropped while it waits.
    pub(super) async fn turn(
        &mut self,
        spec: &CoapSpec,
        bound: Option<Instant>,
    ) -> Result<(), DownReason> {
        let due = self.machine.next_deadline().map(|due| self.start + due);
        let deadline = due.into_iter().chain(bound).min();
        select! {
            // Time first: a flood of datagrams must not keep repeats and pings back.
            biased;
            () = until(deadline) => self.machine.tick(self.start.elapsed()),
            got = self.channel.receive(spec, &mut self.buffer) => {
                self.machine.receive(&self.buffer[..got?], self.start.elapsed());
            }
        }
        Ok(())
    }

    /// Speaks until `is_done` says so of an event, or the time is over.
    pub(super) async fn run(
        &mut self,
        spec: &CoapSpec,
        limit: Duration,
        mut is_done: impl FnMut(&Event, &Machine) -> bool,
    ) -> Result<(), DownReason> {
        let end = Instant::now() + limit;
        loop {
            self.send(spec).await?;
            while let Some(event) = self.machine.take_event() {
                if is_done(&event, &self.machine) {
                    return Ok(());
                }
                if event == Event::Lost {
                    return Err(reason::no_answer(spec));
                }
            }
            if Instant::now() >= end {
                return Ok(());
            }
            self.turn(spec, Some(end)).await?;
        }
    }

    /// Cancels what is observed, one after the other, as far as that works within `limit`.
    pub(super) async fn end(mut self, spec: &CoapSpec, limit: Duration) {
        let end = Instant::now() + limit;
        self.machine.stop(self.start.elapsed());
        while self.send(spec).await.is_ok() && !self.machine.is_quiet() && Instant::now() < end {
            if self.turn(spec, Some(end)).await.is_err() {
                return;
            }
        }
        self.channel.close(spec).await;
    }
}

fn begun(settings: Settings) -> Machine {
    let mut machine = Machine::new(settings, rand::random());
    machine.tick(Duration::ZERO);
    machine
}

async fn until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}
