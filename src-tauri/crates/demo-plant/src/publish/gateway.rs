//! A client that publishes JSON: it connects, says what it has to say at the start, and goes on.

use std::time::Duration;

use super::{
    edge::send,
    link::{Happening, Link},
};
use crate::message::Message;

const RETRY: u64 = 20;

/// A gateway: zigbee2mqtt, the LoRaWAN network server, the controller, or the demo's own control.
pub(super) struct Gateway {
    name: &'static str,
    port: u16,
    will: Option<Message>,
    start: Vec<Message>,
    filter: Option<&'static str>,
    link: Option<Link>,
    ready: bool,
    next: u64,
}

impl Gateway {
    /// `start` is sent after every connection; messages that match `filter` are given out by [`Self::tick`].
    pub(super) fn new(
        name: &'static str,
        port: u16,
        will: Option<Message>,
        start: Vec<Message>,
        filter: Option<&'static str>,
    ) -> Self {
        Gateway {
            name,
            port,
            will,
            start,
            filter,
            link: None,
            ready: false,
            next: 0,
        }
    }

    /// Whether it is connected, and subscribed where it wants to be.
    pub(super) fn is_ready(&self) -> bool {
        self.ready
    }

    /// Keeps the connection, and returns what came.
    pub(super) fn tick(&mut self, tick: u64) -> Vec<Vec<u8>> {
        let mut came = Vec::new();
        if self.link.is_none() && tick >= self.next {
            match Link::open(self.port, self.name, self.will.clone()) {
                Ok(link) => self.link = Some(link),
                Err(error) => self.lose(&error.to_string(), tick),
            }
        }
        while let Some(happening) = self.link.as_mut().and_then(Link::next) {
            match happening {
                Happening::Lost(why) => self.lose(&why, tick),
                Happening::Connected => self.begin(tick),
                Happening::Subscribed => self.ready = true,
                Happening::Came { payload, .. } => came.push(payload),
            }
        }
        came
    }

    fn begin(&mut self, tick: u64) {
        let Some(link) = &self.link else { return };
        let subscribed = match self.filter {
            Some(filter) => link.subscribe(filter),
            None => {
                self.ready = true;
                Ok(())
            }
        };
        if let Err(error) = subscribed.and_then(|()| send(link, self.start.clone())) {
            self.lose(&error.to_string(), tick);
        }
    }

    /// Sends, if there is a connection; a gateway keeps nothing.
    pub(super) fn publish(&mut self, message: Message, tick: u64) {
        if let Some(link) = self.link.as_ref().filter(|_| self.ready)
            && let Err(error) = link.publish(message)
        {
            self.lose(&error.to_string(), tick);
        }
    }

    fn lose(&mut self, why: &str, tick: u64) {
        tracing::warn!(client = self.name, why, "connection lost");
        (self.link, self.ready, self.next) = (None, false, tick + RETRY);
    }

    /// Sends its will itself and says goodbye.
    pub(super) async fn farewell(self, patience: Duration) {
        if let Some(link) = self.link {
            if let Some(will) = self.will
                && let Err(error) = link.publish(will)
            {
                tracing::warn!(client = self.name, %error, "no farewell");
            }
            link.close(patience).await;
        }
    }
}
