//! Links that run: MQTT to a broker, CoAP to a device.

use std::time::Duration;

use tokio::{sync::mpsc, task::JoinHandle};
use twin_connect::{
    Command, ConnectionSpec, Grade, InboundSender, Inbox,
    coap::{self, CoapResource, CoapSecurity, CoapSpec, PresharedKey},
    inbox, security_grade,
};
use twin_core::{ConnectionId, said};
use twin_model::{Connection, Kind, Security};

use crate::{
    clock,
    connections::spec_of,
    error::{Error, Result},
    pipeline::{CONNECTION_QUEUE, CONNECTION_QUEUE_BYTES},
    workspace::Workspace,
};

/// Acknowledgements and publications that wait for a link.
const COMMAND_QUEUE: usize = 256;
/// What a pre-shared key begins with that is written in hexadecimal digits.
const HEX: &str = "hex:";

/// How to reach the other side of a connection.
#[derive(Debug)]
pub enum LinkSpec {
    /// A broker.
    Mqtt(Box<ConnectionSpec>),
    /// A CoAP device.
    Coap(Box<CoapSpec>),
}

impl LinkSpec {
    /// Of a connection of the plant file. `password` overrides the stored one.
    ///
    /// # Errors
    /// What is wrong with it, so that it cannot even be tried.
    pub fn of(
        workspace: &Workspace,
        connection: &Connection,
        password: Option<String>,
    ) -> Result<LinkSpec> {
        match connection.kind {
            Kind::Mqtt => {
                let spec = spec_of(workspace, connection, password)?;
                spec.check()?;
                Ok(LinkSpec::Mqtt(Box::new(spec)))
            }
            Kind::Coap => {
                let spec = coap_spec(workspace, connection, password)?;
                spec.check().map_err(|error| Error::Request(error.said()))?;
                Ok(LinkSpec::Coap(Box::new(spec)))
            }
        }
    }

    /// How well it is protected, by its settings.
    pub fn grade(&self) -> Grade {
        match self {
            LinkSpec::Mqtt(spec) => security_grade(spec).0,
            LinkSpec::Coap(spec) => spec.security_grade().0,
        }
    }
}

/// How to reach a CoAP device. DTLS is made with a pre-shared key: the user name is the identity, the password (or
/// `password`, which overrides the stored one) the key, as text or after `hex:`.
///
/// # Errors
/// [`Error::Request`] when there is no such key, [`Error::File`] when it cannot be read.
pub fn coap_spec(
    workspace: &Workspace,
    connection: &Connection,
    password: Option<String>,
) -> Result<CoapSpec> {
    let security = match connection.security {
        Security::Plaintext => CoapSecurity::None,
        Security::Tls => {
            let key = match password {
                Some(key) => Some(key).filter(|key| !key.is_empty()),
                None => workspace.password(connection.id.as_str())?,
            };
            let (Some(identity), Some(key)) = (connection.username.clone(), key) else {
                return Err(Error::Request(said!(
                    "refused-coap-key",
                    "the CoAP connection \"{name}\" is encrypted with a pre-shared key: give its identity as user name \
                     and the key as password, or choose security = \"plaintext\"",
                    name = connection.name.as_str()
                )));
            };
            let key = match key.strip_prefix(HEX) {
                Some(digits) => PresharedKey::hex(digits),
                None => PresharedKey::text(&key),
            };
            let key = key.map_err(|error| Error::Request(error.said()))?;
            CoapSecurity::PresharedKey { identity, key }
        }
    };
    let resources = connection.resources.iter().map(|resource| CoapResource {
        path: resource.path.clone(),
        observe: resource.observe,
        every: u64::try_from(resource.every.micros())
            .ok()
            .map(Duration::from_micros),
    });
    let mut spec = CoapSpec::new(&connection.host, connection.port);
    spec.security = security;
    spec.resources = resources.collect();
    if let Some(packet) = connection.limits.packet {
        spec.limits.max_payload = usize::try_from(packet).unwrap_or(usize::MAX);
    }
    Ok(spec)
}

/// A running connection.
#[derive(Debug)]
pub struct RunningLink {
    /// Its id.
    pub id: ConnectionId,
    /// To the link.
    pub commands: mpsc::Sender<Command>,
    task: JoinHandle<()>,
}

/// The driver's end of a link that is about to start.
pub fn command_queue() -> (mpsc::Sender<Command>, mpsc::Receiver<Command>) {
    mpsc::channel(COMMAND_QUEUE)
}

/// The two ends of a link's messages.
pub fn message_queue() -> (InboundSender, Inbox) {
    inbox(CONNECTION_QUEUE, CONNECTION_QUEUE_BYTES)
}

impl RunningLink {
    /// Starts a link whose messages go to `inbound`. Whoever has its other end must be there before: a message without
    /// an owner would never be acknowledged.
    pub fn start(
        id: ConnectionId,
        spec: LinkSpec,
        (commands, queue): (mpsc::Sender<Command>, mpsc::Receiver<Command>),
        inbound: InboundSender,
    ) -> Self {
        let name = id.clone();
        let task = tokio::spawn(async move {
            let ended = match spec {
                LinkSpec::Mqtt(spec) => twin_connect::run(*spec, inbound, queue, clock::now)
                    .await
                    .map_err(|error| error.to_string()),
                LinkSpec::Coap(spec) => coap::run(*spec, inbound, queue, clock::now)
                    .await
                    .map_err(|error| error.to_string()),
            };
            if let Err(error) = ended {
                tracing::error!("the connection {name} cannot run: {error}");
            }
        });
        RunningLink { id, commands, task }
    }

    /// Says goodbye to the broker and ends, at the latest after five seconds: two for the broker, two for what was not taken yet.
    pub async fn stop(self) {
        let mut task = self.task;
        if self.commands.send(Command::Stop).await.is_ok() {
            // A link that does not end by itself is ended below.
            let _ = tokio::time::timeout(Duration::from_secs(5), &mut task).await;
        }
        task.abort();
    }
}
