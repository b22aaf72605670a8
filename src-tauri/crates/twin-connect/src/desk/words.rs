//! What a connection says: on demand, on a new link, and before it leaves one.

use bytes::Bytes;
use tokio::{select, time::timeout};
use twin_core::Timestamp;

use super::{Desk, GOODBYE};
use crate::{
    Inbound, Qos,
    up::Up,
    wire::{Client, Wire},
};

impl<W: Wire, C: Fn() -> Timestamp> Desk<W, C> {
    /// Publishes, or reports that it did not.
    pub(super) fn say(
        &mut self,
        topic: String,
        payload: Bytes,
        (qos, retain): (Qos, bool),
        up: Option<&Up>,
    ) {
        let sent = self
            .mouth(&topic, &payload, (qos, retain), up)
            .and_then(|client| client.publish(&topic, payload, qos, retain));
        if let Err(reason) = sent {
            self.not_sent(topic, reason);
        }
    }

    /// The link, if such a message can go out on it.
    fn mouth(
        &self,
        topic: &str,
        payload: &Bytes,
        (qos, retain): (Qos, bool),
        up: Option<&Up>,
    ) -> Result<&W::Client, String> {
        let (Some(up), Some(client)) = (up, &self.client) else {
            return Err("the link is down".into());
        };
        up.takes(topic.len() + payload.len(), qos, retain)?;
        Ok(client)
    }

    fn not_sent(&mut self, topic: String, reason: String) {
        let at = (self.clock)();
        let item = Inbound::NotSent { at, topic, reason };
        self.outlet.offer(item, at);
    }

    pub(super) fn greet(&mut self, up: Option<&Up>) {
        for one in self.spec.greetings.clone() {
            let payload = one.payload.at(self.begun);
            self.say(one.topic, payload, (one.qos, one.retain), up);
        }
    }

    /// What the broker would have said for this client, had the link broken; gives whether all is said. The library's goodbye
    /// may pass by what waits to be sent.
    async fn say_last_words(&mut self, wire: &mut W, up: &mut Option<Up>) -> bool {
        let Some(will) = self.spec.will.clone().filter(|_| up.is_some()) else {
            return true;
        };
        let (payload, how) = (will.payload.at((self.clock)()), (will.qos, will.retain));
        let said = self
            .mouth(&will.topic, &payload, how, up.as_ref())
            .and_then(|client| client.publish_last(&will.topic, payload, will.qos, will.retain));
        let mut said = match said {
            Ok(said) => said,
            Err(reason) => {
                self.not_sent(will.topic, reason);
                return false;
            }
        };
        loop {
            select! {
                biased;
                is_said = &mut said => return is_said,
                got = wire.poll() => match got {
                    Ok(got) => self.receive(got, up),
                    Err(_) => return false,
                },
            }
        }
    }

    /// Says last words and goodbye, as far as that works within a short time. A goodbye makes the broker forget the will:
    /// without the words there is none. Messages that still come in are taken, though not acknowledged any more.
    pub(super) async fn go(&mut self, wire: &mut W, up: &mut Option<Up>) {
        self.release();
        let all = async {
            if self.say_last_words(wire, up).await {
                self.say_goodbye(wire, up).await;
            }
        };
        if timeout(GOODBYE, all).await.is_err() {
            tracing::debug!(broker = %self.spec.address(), "no time to say goodbye");
        }
    }

    /// Sends a DISCONNECT, and waits for the end.
    async fn say_goodbye(&mut self, wire: &mut W, up: &mut Option<Up>) {
        let Some(client) = self.client.as_ref().filter(|_| up.is_some()) else {
            return;
        };
        client.disconnect();
        while let Ok(got) = wire.poll().await {
            self.receive(got, up);
        }
    }
}
