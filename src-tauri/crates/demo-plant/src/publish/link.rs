//! One MQTT client of the plant: a connection with its will, driven by a task of its own.

use std::{net::Ipv4Addr, time::Duration};

use rumqttc::{
    AsyncClient, ConnectionError, Event, EventLoop, LastWill, MqttOptions, Packet, PublishOptions,
    QoS, SessionMode,
};
use tokio::{
    sync::{mpsc, watch},
    task::JoinHandle,
    time,
};

use crate::{Error, message::Message};

/// Seconds after which the client pings. The broker takes half as much again of silence for a lost connection.
const KEEP_ALIVE_S: u16 = 10;

/// Messages on their way into the client: more than ten seconds of all the plant's data, and its history after a loss.
const OUTGOING: usize = 8192;
/// Messages that wait for the broker's acknowledgement. The client takes room for all of them at once, some hundred bytes
/// each: for the 65,535 of the protocol that would be 10 MB a client.
const IN_FLIGHT: u16 = 1024;

/// Happenings on their way out: commands are rare.
const INCOMING: usize = 256;

/// Largest packet taken in, bytes.
const LARGEST: u32 = 1024 * 1024;

/// What happened on a link.
#[derive(Debug)]
pub(super) enum Happening {
    /// The broker accepted the connection.
    Connected,
    /// The broker confirmed a subscription.
    Subscribed,
    /// A message came.
    Came { topic: String, payload: Vec<u8> },
    /// The connection is gone, and the link is of no more use.
    Lost(String),
}

/// A connection.
pub(super) struct Link {
    name: String,
    client: AsyncClient,
    happenings: mpsc::Receiver<Happening>,
    task: JoinHandle<()>,
    hold: watch::Sender<bool>,
}

impl Link {
    /// Begins to connect. The session is clean: an edge node tells everything anew by its births.
    pub(super) fn open(port: u16, client_id: &str, will: Option<Message>) -> Result<Self, Error> {
        let mut options = MqttOptions::new(client_id, (Ipv4Addr::LOCALHOST.to_string(), port));
        options.set_keep_alive(KEEP_ALIVE_S);
        options.set_session_mode(SessionMode::Clean);
        options.set_max_packet_size(Some(LARGEST));
        options.set_outgoing_inflight_upper_limit(IN_FLIGHT);
        if let Some(will) = will {
            options.set_last_will(LastWill::new(
                will.topic,
                will.payload,
                QoS::AtLeastOnce,
                will.retain,
                None,
            ));
        }
        let (client, eventloop) = AsyncClient::builder(options)
            .capacity(OUTGOING)
            .try_build()
            .map_err(|why| Error::Client {
                client: client_id.to_owned(),
                why: why.to_string(),
            })?;
        let (tell, happenings) = mpsc::channel(INCOMING);
        let (hold, held) = watch::channel(false);
        let task = tokio::spawn(drive(eventloop, tell, held));
        Ok(Link {
            name: client_id.to_owned(),
            client,
            happenings,
            task,
            hold,
        })
    }

    /// What has happened since one last asked, if anything.
    pub(super) fn next(&mut self) -> Option<Happening> {
        self.happenings.try_recv().ok()
    }

    /// Waits for what happens next.
    pub(super) async fn wait(&mut self) -> Happening {
        self.happenings
            .recv()
            .await
            .unwrap_or_else(|| Happening::Lost("the client ended".to_owned()))
    }

    /// Asks for messages, QoS 1.
    pub(super) fn subscribe(&self, filter: &str) -> Result<(), Error> {
        self.client
            .try_subscribe(filter, QoS::AtLeastOnce)
            .map_err(|why| self.error(&why))
    }

    /// Sends a message, QoS 1.
    ///
    /// # Errors
    /// [`Error::Client`] when the client's queue is full or the client is gone: the link is of no more use.
    pub(super) fn publish(&self, message: Message) -> Result<(), Error> {
        let options = PublishOptions::new(QoS::AtLeastOnce).retain(message.retain);
        self.client
            .try_publish(message.topic, message.payload, options)
            .map_err(|why| self.error(&why))
    }

    fn error(&self, why: &dyn std::fmt::Display) -> Error {
        Error::Client {
            client: self.name.clone(),
            why: why.to_string(),
        }
    }

    /// As if the network were gone: nothing is sent and nothing read, and the connection stays half open.
    pub(super) fn hold(&self) {
        self.hold.send_replace(true);
    }

    /// Lets everything sent so far be acknowledged, then says goodbye, so that the broker forgets the will.
    pub(super) async fn close(mut self, patience: Duration) {
        let asked = time::timeout(patience, self.client.disconnect_with_timeout(patience)).await;
        if asked.is_ok_and(|asked| asked.is_ok())
            && time::timeout(patience, &mut self.task).await.is_err()
        {
            tracing::warn!(client = self.name, "the goodbye was not confirmed in time");
        }
    }
}

/// As if the machine had died: the connection breaks without a word, and the broker publishes the will.
impl Drop for Link {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn drive(
    mut eventloop: EventLoop,
    tell: mpsc::Sender<Happening>,
    mut held: watch::Receiver<bool>,
) {
    loop {
        let event = tokio::select! {
            // Keeps the socket and does nothing more with it until the link is dropped.
            () = wait_for_hold(&mut held) => std::future::pending().await,
            event = eventloop.poll() => event,
        };
        let (happening, last) = match event {
            Ok(Event::Incoming(Packet::ConnAck(_))) => (Happening::Connected, false),
            Ok(Event::Incoming(Packet::SubAck(_))) => (Happening::Subscribed, false),
            Ok(Event::Incoming(Packet::Publish(publish))) => {
                let topic = String::from_utf8_lossy(&publish.topic).into_owned();
                (
                    Happening::Came {
                        topic,
                        payload: publish.payload.to_vec(),
                    },
                    false,
                )
            }
            Ok(_) => continue,
            Err(error) => (Happening::Lost(lost(&error)), true),
        };
        if tell.send(happening).await.is_err() || last {
            return;
        }
    }
}

async fn wait_for_hold(held: &mut watch::Receiver<bool>) {
    if held.wait_for(|held| *held).await.is_err() {
        // Nobody can hold this link any more: it is being closed.
        std::future::pending::<()>().await;
    }
}

fn lost(error: &ConnectionError) -> String {
    error.to_string()
}
