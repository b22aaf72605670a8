//! What a connection says: on demand, on a new link, and before it leaves one.

use bytes::Bytes;
use tokio::time::timeout;
use twin_core::Timestamp;

use super::{Desk, GOODBYE};
use crate::{
    Inbound, Qos,
    up::Up,
    wire::{Client, Wire},
};

impl<W: Wire, C: Fn() -> Timestamp> Desk<W, C> {
    /// Publishes, or reports that it did not; gives whether it did.
    pub(super) fn say(
        &mut self,
        topic: String,
        payload: Bytes,
        (qos, retain): (Qos, bool),
        up: Option<&Up>,
    ) -> bool {
        let sent = match (up, &self.client) {
            (Some(up), Some(client)) => up
                .takes(topic.len() + payload.len(), qos, retain)
                .and_then(|()| client.publish(&topic, payload, qos, retain)),
            _ => Err("the link is down".into()),
        };
        let Err(reason) = sent else {
            return true;
        };
        let at = (self.clock)();
        let item = Inbound::NotSent { at, topic, reason };
        self.outlet.offer(item, at);
        false
    }

    pub(super) fn greet(&mut self, up: Option<&Up>) {
        for one in self.spec.greetings.clone() {
            let payload = one.payload.at(self.begun);
            self.say(one.topic, payload, (one.qos, one.retain), up);
        }
    }

    /// What the broker would have said for this client, had the link broken; gives whether all is said.
    fn say_last_words(&mut self, up: Option<&Up>) -> bool {
        let Some(will) = self.spec.will.clone().filter(|_| up.is_some()) else {
            return true;
        };
        let payload = will.payload.at((self.clock)());
        self.say(will.topic, payload, (will.qos, will.retain), up)
    }

    /// Says last words and goodbye. A goodbye makes the broker forget the will: without the words there is none.
    pub(super) async fn go(&mut self, wire: &mut W, up: &mut Option<Up>) {
        if self.say_last_words(up.as_ref()) {
            self.say_goodbye(wire, up).await;
        }
    }

    /// Sends what is safe and a DISCONNECT, as far as that works within a short time. Messages that still come in are
    /// taken, though not acknowledged any more.
    async fn say_goodbye(&mut self, wire: &mut W, up: &mut Option<Up>) {
        self.release();
        let Some(client) = self.client.as_ref().filter(|_| up.is_some()) else {
            return;
        };
        client.disconnect();
        let goodbye = async {
            while let Ok(got) = wire.poll().await {
                self.receive(got, up);
            }
        };
        if timeout(GOODBYE, goodbye).await.is_err() {
            tracing::debug!(broker = %self.spec.address(), "no time to say goodbye");
        }
    }
}
