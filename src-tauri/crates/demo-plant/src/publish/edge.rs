//! An edge node on the network: connects, is born, sends, dies, comes back.

use std::time::Duration;

use super::link::{Happening, Link};
use crate::{
    fault::FaultKind,
    message::Message,
    sim::Station,
    sparkplug::{EdgeNode, Topic},
};

/// Ticks between two attempts to connect: two seconds.
const RETRY: u64 = 20;

/// Ticks between the end of one connection and the next, so that the broker has published the old one's will.
const PAUSE: u64 = 5;

enum State {
    /// No connection; the next attempt is at this tick.
    Down { next: u64 },
    /// Waiting for the broker's word.
    Connecting(Link),
    /// Born.
    Up(Link),
    /// Its network is gone; the broker does not know yet.
    Dark { _half_open: Link },
}

/// An edge node with its connection.
pub(super) struct Edge {
    node: EdgeNode,
    port: u16,
    state: State,
    first: bool,
}

impl Edge {
    pub(super) fn new(node: EdgeNode, port: u16) -> Self {
        Edge {
            node,
            port,
            state: State::Down { next: 0 },
            first: true,
        }
    }

    /// Whether it has been born.
    pub(super) fn is_up(&self) -> bool {
        matches!(self.state, State::Up(_))
    }

    /// One tick of a tenth of a second.
    pub(super) fn tick(&mut self, station: &Station, tick: u64) {
        let id = self.node.id();
        if station.has(id, FaultKind::Death) {
            return self.die(tick);
        }
        if station.has(id, FaultKind::Link) {
            self.go_dark(tick);
            return self.node.keep(station.readings(), tick, station.now());
        }
        self.state = match std::mem::replace(&mut self.state, State::Down { next: 0 }) {
            State::Down { next } if tick < next => {
                self.node.keep(station.readings(), tick, station.now());
                State::Down { next }
            }
            State::Down { .. } => self.connect(station, tick),
            // Dropping the old socket first: else the broker could take the new connection's will for the old one's.
            State::Dark { .. } => State::Down { next: tick + PAUSE },
            State::Connecting(link) => self.await_connection(link, station, tick),
            State::Up(link) => self.run(link, station, tick),
        };
    }

    fn die(&mut self, tick: u64) {
        self.node.forget();
        self.state = State::Down { next: tick + PAUSE };
    }

    fn go_dark(&mut self, tick: u64) {
        self.state = match std::mem::replace(&mut self.state, State::Down { next: tick }) {
            State::Up(link) => {
                link.hold();
                State::Dark { _half_open: link }
            }
            State::Connecting(_) => State::Down { next: tick + PAUSE },
            other => other,
        };
    }

    fn connect(&mut self, station: &Station, tick: u64) -> State {
        let will = self.node.connect(self.first, station.now());
        self.first = false;
        match Link::open(self.port, self.node.id(), Some(will)) {
            Ok(link) => State::Connecting(link),
            Err(error) => {
                tracing::warn!(node = self.node.id(), %error, "no connection");
                State::Down { next: tick + RETRY }
            }
        }
    }

    fn await_connection(&mut self, mut link: Link, station: &Station, tick: u64) -> State {
        loop {
            match link.next() {
                None => return State::Connecting(link),
                Some(Happening::Lost(why)) => return self.lost(&why, tick),
                Some(Happening::Connected) => break,
                Some(_) => {}
            }
        }
        let mut out = Vec::new();
        self.node.births(
            station.readings(),
            station.now(),
            |asset| offline(station, asset),
            &mut out,
        );
        self.node.history(station.now(), &mut out);
        match link
            .subscribe(&self.node.command_filter())
            .and_then(|()| send(&link, out))
        {
            Ok(()) => State::Up(link),
            Err(error) => self.lost(&error.to_string(), tick),
        }
    }

    fn run(&mut self, mut link: Link, station: &Station, tick: u64) -> State {
        let (readings, now) = (station.readings(), station.now());
        let mut out = Vec::new();
        while let Some(happening) = link.next() {
            match happening {
                Happening::Lost(why) => return self.lost(&why, tick),
                Happening::Came { topic, payload } if self.is_rebirth(&topic, &payload) => {
                    tracing::info!(node = self.node.id(), "rebirth asked for");
                    self.node
                        .births(readings, now, |asset| offline(station, asset), &mut out);
                }
                _ => {}
            }
        }
        self.node.data(
            readings,
            tick,
            now,
            |asset| offline(station, asset),
            &mut out,
        );
        match send(&link, out) {
            Ok(()) => State::Up(link),
            Err(error) => self.lost(&error.to_string(), tick),
        }
    }

    fn is_rebirth(&self, topic: &str, payload: &[u8]) -> bool {
        Topic::parse(topic).is_some_and(|t| t.kind == "NCMD" && t.node == self.node.id())
            && EdgeNode::wants_rebirth(payload)
    }

    fn lost(&self, why: &str, tick: u64) -> State {
        tracing::warn!(node = self.node.id(), why, "connection lost");
        State::Down { next: tick + RETRY }
    }

    /// Says goodbye, if it is there to say it.
    pub(super) async fn farewell(mut self, now: i64, patience: Duration) {
        if let State::Up(link) = self.state {
            let mut out = Vec::new();
            self.node.farewell(now, &mut out);
            if let Err(error) = send(&link, out) {
                tracing::warn!(node = self.node.id(), %error, "no farewell");
            }
            link.close(patience).await;
        }
    }
}

fn offline(station: &Station, asset: &str) -> bool {
    station.has(asset, FaultKind::Offline)
}

pub(super) fn send(link: &Link, messages: Vec<Message>) -> Result<(), crate::Error> {
    messages
        .into_iter()
        .try_for_each(|message| link.publish(message))
}
