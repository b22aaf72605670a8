//! Brokers that are scripts, the packets they send, and a connection to watch.

use std::{
    future::Future,
    sync::atomic::{AtomicI64, Ordering},
    time::Duration,
};

use bytes::Bytes;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::mpsc,
    task::JoinHandle,
    time::timeout,
};
use twin_connect::{
    Command, ConnectionSpec, DownReason, Inbound, LinkState, Protocol, Qos, Session, Subscription,
    Timing, run,
};
use twin_core::Timestamp;

pub const PROTOCOLS: [Protocol; 2] = [Protocol::Mqtt5, Protocol::Mqtt311];

/// How long anything may take before a test gives up.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// A broker that goes through a script with each client.
pub struct Broker {
    pub port: u16,
    task: JoinHandle<()>,
}

impl Drop for Broker {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A client of it, after its CONNECT.
pub struct Client {
    pub stream: TcpStream,
    pub protocol: Protocol,
    /// How many came before.
    pub number: usize,
}

/// Runs `script` with one client after the other; each link is closed at its end.
pub async fn broker<F, R>(protocol: Protocol, script: F) -> Broker
where
    F: Fn(Client) -> R + Send + 'static,
    R: Future<Output = ()> + Send,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let task = tokio::spawn(async move {
        for number in 0.. {
            let (stream, _) = listener.accept().await.unwrap();
            let mut client = Client {
                stream,
                protocol,
                number,
            };
            if client
                .packet()
                .await
                .is_some_and(|(first, _)| first == 0x10)
            {
                script(client).await;
            }
        }
    });
    Broker { port, task }
}

impl Client {
    /// The next packet: its first byte, and what comes after its length. None at the end.
    pub async fn packet(&mut self) -> Option<(u8, Vec<u8>)> {
        let first = self.stream.read_u8().await.ok()?;
        let (mut size, mut shift) = (0, 0);
        loop {
            let byte = self.stream.read_u8().await.ok()?;
            size |= usize::from(byte & 0x7f) << shift;
            shift += 7;
            if byte & 0x80 == 0 {
                break;
            }
        }
        let mut body = vec![0; size];
        self.stream.read_exact(&mut body).await.ok()?;
        Some((first, body))
    }

    pub async fn send(&mut self, bytes: &[u8]) {
        // It may have hung up.
        let _ = self.stream.write_all(bytes).await;
    }

    /// Accepts it, and grants its one filter QoS 1.
    pub async fn welcome(&mut self) {
        self.send(connack(self.protocol)).await;
        let (first, body) = self.packet().await.unwrap();
        assert_eq!(first, 0x82);
        self.send(&suback(self.protocol, [body[0], body[1]], &[1]))
            .await;
    }

    /// Closes with a reset.
    pub fn reset(self) {
        self.stream.set_zero_linger().unwrap();
    }

    /// Answers pings until the client is gone.
    pub async fn stay(&mut self) {
        while let Some((first, _)) = self.packet().await {
            if first == 0xc0 {
                self.send(&PINGRESP).await;
            }
        }
    }
}

/// What a script tells next.
pub async fn heard<T>(said: &mut mpsc::Receiver<T>) -> T {
    let next = timeout(PATIENCE, said.recv()).await;
    next.expect("nothing is told").expect("the script is over")
}

pub const PINGRESP: [u8; 2] = [0xd0, 0];

pub fn connack(protocol: Protocol) -> &'static [u8] {
    match protocol {
        Protocol::Mqtt5 => &[0x20, 3, 0, 0, 0],
        Protocol::Mqtt311 => &[0x20, 2, 0, 0],
    }
}

pub fn suback(protocol: Protocol, id: [u8; 2], codes: &[u8]) -> Vec<u8> {
    let mut body = id.to_vec();
    if protocol == Protocol::Mqtt5 {
        body.push(0);
    }
    body.extend(codes);
    packet(0x90, &body)
}

pub fn packet(first: u8, body: &[u8]) -> Vec<u8> {
    let mut packet = vec![first];
    let mut left = body.len();
    loop {
        let low = u8::try_from(left % 128).unwrap();
        left /= 128;
        packet.push(if left > 0 { low | 0x80 } else { low });
        if left == 0 {
            break;
        }
    }
    packet.extend(body);
    packet
}

/// A PUBLISH of QoS 0, or of QoS 1 with an id.
pub fn publish(protocol: Protocol, topic: &str, id: Option<u16>, payload: &[u8]) -> Vec<u8> {
    let mut body = u16::try_from(topic.len()).unwrap().to_be_bytes().to_vec();
    body.extend(topic.as_bytes());
    body.extend(id.into_iter().flat_map(u16::to_be_bytes));
    if protocol == Protocol::Mqtt5 {
        body.push(0);
    }
    body.extend(payload);
    packet(if id.is_some() { 0x32 } else { 0x30 }, &body)
}

/// A clean session, quick to try again.
pub fn spec(port: u16, protocol: Protocol) -> ConnectionSpec {
    ConnectionSpec {
        protocol,
        tls: None,
        session: Session::Clean,
        subscriptions: vec![Subscription::new("#", Qos::AtLeastOnce)],
        timing: Timing {
            connect_timeout: Duration::from_secs(3),
            backoff_min: Duration::from_millis(100),
            backoff_max: Duration::from_millis(200),
            stable_after: Duration::from_secs(5),
        },
        ..ConnectionSpec::new("127.0.0.1", port, "desk")
    }
}

/// A running connection.
pub struct Desk {
    pub inbox: mpsc::Receiver<Inbound>,
    pub commands: mpsc::Sender<Command>,
    task: JoinHandle<()>,
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// What came of a link.
#[derive(Debug, Default)]
pub struct Came {
    pub messages: Vec<Bytes>,
    pub dropped: u64,
    pub throttled: u64,
}

impl Desk {
    pub fn start(spec: ConnectionSpec) -> Desk {
        Desk::with_room(spec, 100_000)
    }

    pub fn with_room(spec: ConnectionSpec, room: usize) -> Desk {
        static NOW: AtomicI64 = AtomicI64::new(1);
        let (sender, inbox) = mpsc::channel(room);
        let (commands, receiver) = mpsc::channel(100);
        let task = tokio::spawn(async move {
            let clock = || Timestamp(NOW.fetch_add(1, Ordering::Relaxed));
            run(spec, sender, receiver, clock).await.unwrap();
        });
        Desk {
            inbox,
            commands,
            task,
        }
    }

    /// What comes next; none at the end of the connection.
    pub async fn next(&mut self) -> Option<Inbound> {
        timeout(PATIENCE, self.inbox.recv())
            .await
            .expect("nothing came")
    }

    /// What comes until `wanted` gives something.
    pub async fn until<T>(
        &mut self,
        mut wanted: impl FnMut(&Inbound, &Came) -> Option<T>,
    ) -> (Came, T) {
        let mut came = Came::default();
        loop {
            let item = self.next().await.expect("the connection has ended");
            match &item {
                Inbound::Message { payload, .. } => came.messages.push(payload.clone()),
                Inbound::Dropped { count, .. } => came.dropped += count,
                Inbound::Throttled { count, .. } => came.throttled += count,
                _ => {}
            }
            if let Some(found) = wanted(&item, &came) {
                return (came, found);
            }
        }
    }

    /// What comes until the link is down, and why it is.
    pub async fn down(&mut self) -> (Came, DownReason) {
        self.until(|item, _| down(item)).await
    }

    /// Waits until the broker has answered the subscriptions.
    pub async fn up(&mut self) {
        self.until(|item, _| matches!(item, Inbound::Subscribed { .. }).then_some(()))
            .await;
    }

    /// What comes until so many messages came, or were said to be lost.
    pub async fn all(&mut self, count: u64) -> Came {
        let is_all = |_: &Inbound, came: &Came| {
            let seen = came.messages.len() as u64 + came.dropped + came.throttled;
            (seen >= count).then_some(())
        };
        self.until(is_all).await.0
    }

    pub async fn ask(&self, command: Command) {
        self.commands.send(command).await.unwrap();
    }

    pub async fn publish(&self, text: &'static str) {
        self.ask(Command::Publish {
            topic: "plant/x".into(),
            payload: Bytes::from_static(text.as_bytes()),
            qos: Qos::AtMostOnce,
            retain: false,
        })
        .await;
    }
}

/// The reason, if it says that the link is down.
pub fn down(item: &Inbound) -> Option<DownReason> {
    match item {
        Inbound::Link {
            state: LinkState::Down { reason } | LinkState::TakenOver { reason },
            ..
        } => Some(reason.clone()),
        _ => None,
    }
}
