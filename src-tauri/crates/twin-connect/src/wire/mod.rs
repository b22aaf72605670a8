//! The MQTT library behind one small interface, once for each protocol version. No type of the library leaves this
//! module.

use std::{future::Future, io, pin::Pin, time::Duration};

use bytes::Bytes;

use tokio::time::Instant;

use self::{
    frames::Tally,
    head::Broken,
    stand_in::{Mark, Replaced},
};
use crate::{
    BrokerFacts, ConnectionSpec, DownReason, Properties, Qos, Subscription, acks::Acknowledges,
    parcel::Unread, probe::Probe, socket::Dialler,
};

mod beside;
mod codes;
mod cork;
mod frames;
mod head;
mod place;
mod reading;
mod stand_in;
pub(crate) mod v311;
pub(crate) mod v5;

/// Publishes of this client that may be unacknowledged at once. It sends next to nothing.
const OUTGOING: u16 = 64;
/// Requests to the library that may wait: acknowledgements, mostly. More wait in [`crate::acks`].
const REQUESTS: usize = 1_024;
/// Requests handled and packets read before the library looks at the other side again.
const BATCH: usize = 512;
/// How long the library may take to say goodbye.
const GOODBYE: Duration = Duration::from_secs(1);

/// The packet that an acknowledgement is for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Receipt {
    /// QoS 1: PUBACK.
    AtLeastOnce(u16),
    /// QoS 2: PUBREC.
    ExactlyOnce(u16),
}

impl Acknowledges for Receipt {
    fn packet(&self) -> u16 {
        let (Receipt::AtLeastOnce(id) | Receipt::ExactlyOnce(id)) = self;
        *id
    }

    /// The library takes its time with PUBREC; it knows a repeat that comes after it.
    fn is_sent_at_once(&self) -> bool {
        matches!(self, Receipt::AtLeastOnce(_))
    }
}

/// What the broker did, or what was sent.
#[derive(Debug)]
pub(crate) enum Got<A> {
    /// The broker has accepted the client.
    Up {
        session_present: bool,
        /// Largest packet the broker takes, bytes.
        max_packet: usize,
        /// Keep-alive as the broker wants it.
        keep_alive: Duration,
        /// What it said of itself.
        broker: Box<BrokerFacts>,
    },
    /// A message.
    Message {
        topic: Bytes,
        payload: Bytes,
        qos: Qos,
        retain: bool,
        dup: bool,
        properties: Option<Box<Properties>>,
        unread: Option<Unread>,
        ack: Option<A>,
    },
    /// Any other sign of life from the broker.
    Heard,
    /// Something went out: there is room for more.
    Sent,
    /// The PUBREC of this packet went out.
    Received(u16),
}

/// How a link ended.
#[derive(Debug)]
pub(crate) enum Fault {
    /// By its other end, or by the network.
    Closed(Option<io::Error>),
    /// By something that cannot be read.
    Malformed(String),
    /// By a message that cannot be read, nor acknowledged.
    Broken(Broken),
    /// By a packet beyond all limits.
    TooLarge { size: usize, limit: usize },
    /// It never began: CONNACK.
    Refused(Refused),
    /// Another client took the client id.
    TakenOver,
    /// The broker said goodbye: DISCONNECT.
    Dismissed(Refused),
    /// No sign of life.
    Silent,
    /// Not established in time.
    Timeout,
}

/// Why a broker turns a client away.
#[derive(Debug)]
pub(crate) enum Refused {
    Version,
    ClientId,
    Credentials,
    NotAuthorised,
    Unavailable(String),
    Other(String),
}

impl Fault {
    /// By this error of the stream: what was found wrong in it stands in there too.
    fn broke(error: io::Error) -> Self {
        let broken = error
            .get_ref()
            .and_then(|inner| inner.downcast_ref::<Broken>());
        match broken {
            Some(broken) => Fault::Broken(broken.clone()),
            None => Fault::Closed(Some(error)),
        }
    }

    /// Whether the other side ended the link without a word.
    pub(crate) fn is_closed(&self) -> bool {
        matches!(self, Fault::Closed(_))
    }

    /// In words.
    pub(crate) fn explain(self, spec: &ConnectionSpec, was_up: bool, probe: &Probe) -> DownReason {
        if let Some(reason) = probe.reason() {
            return reason;
        }
        let sight = probe.sight();
        match self {
            Fault::Closed(error) => DownReason::closed(spec, was_up, error.as_ref(), &sight),
            Fault::Malformed(detail) => DownReason::protocol(spec, was_up, &detail, &sight),
            Fault::Broken(broken) => DownReason::broken_message(spec, &broken.to_string()),
            Fault::TooLarge { size, limit } => DownReason::too_large(size, limit),
            Fault::TakenOver => DownReason::taken_over(spec),
            Fault::Silent => DownReason::silent(spec),
            Fault::Timeout => DownReason::timeout(spec, probe.phase()),
            Fault::Refused(refused) | Fault::Dismissed(refused) => match refused {
                Refused::Version => DownReason::version(spec),
                Refused::ClientId => DownReason::client_id(spec),
                Refused::Credentials => DownReason::credentials(spec),
                Refused::NotAuthorised if was_up => DownReason::subscriptions(
                    "the broker closed the connection: a subscription is not authorised",
                ),
                Refused::NotAuthorised => DownReason::not_authorised(spec),
                Refused::Unavailable(detail) => DownReason::unavailable(&detail),
                Refused::Other(detail) => DownReason::refused_by_broker(&detail),
            },
        }
    }
}

/// The broker's answer to one filter.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) filter: String,
    /// Granted quality of service, or why not.
    pub(crate) result: Result<Qos, String>,
}

/// The broker's answers, in the order of the filters. It never resolves when the link ends first: the link's own end
/// is then what matters.
pub(crate) type Answers = Pin<Box<dyn Future<Output = Vec<Answer>> + Send>>;

/// Whether a message went out: written, and acknowledged if it is to be.
pub(crate) type Said = Pin<Box<dyn Future<Output = bool> + Send>>;

/// The reading half of one link. Dropping it closes the stream without a word to the broker.
///
/// Each link gets halves of its own. The library could also keep one pair over all links, but then it sends again on
/// the next link what was asked of it on this one, and what it had read but not yet handed out (MQTT 3.1.1) comes out
/// under packet identifiers that have another meaning by then.
pub(crate) trait Wire: Send + Sized {
    /// An acknowledgement ready to be sent.
    type Ack: Clone + Send + Acknowledges;
    /// The writing half.
    type Client: Client<Ack = Self::Ack> + Send;

    fn open(spec: &ConnectionSpec, dialler: Dialler) -> (Self::Client, Self);

    /// The next event; the first call connects. After an error there are no more. It may be dropped half-way.
    fn poll(&mut self) -> impl Future<Output = Result<Got<Self::Ack>, Fault>> + Send;

    /// After the end: a message that was read and not handed out.
    fn leftover(&mut self) -> Option<Got<Self::Ack>>;

    /// After the end, and after what is left over: messages that came whole and were thrown away by the library, or were
    /// what it stumbled over.
    fn lost(&self) -> Lost;
}

/// Messages that came and were not handed out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Lost {
    /// Of QoS 0.
    pub(crate) plain: u64,
    /// Of QoS 1 and 2. A repeat of QoS 2 within one link, which the library swallows, counts as well.
    pub(crate) acked: u64,
}

/// Messages that were handed out.
#[derive(Debug, Default)]
struct Given(Lost);

impl Given {
    /// Counts a message, and looks whether it came in another's place.
    fn count<A>(&mut self, mut got: Got<A>, mark: Mark) -> Got<A> {
        if let Got::Message {
            topic,
            payload,
            unread,
            ..
        } = &mut got
            && let Some(replaced) = mark.read(payload)
        {
            let Replaced {
                unread: why,
                topic: of,
                excerpt,
            } = replaced;
            (*topic, *payload, *unread) = (of, excerpt, Some(why));
        }
        match &got {
            Got::Message { ack: None, .. } => self.0.plain += 1,
            Got::Message { .. } => self.0.acked += 1,
            _ => {}
        }
        got
    }

    fn lost(&self, came: Tally) -> Lost {
        Lost {
            plain: came.plain.saturating_sub(self.0.plain),
            acked: came.acked.saturating_sub(self.0.acked),
        }
    }
}

/// The writing half. Nothing here waits.
pub(crate) trait Client {
    type Ack;

    /// Whether there was room for it.
    fn ack(&self, ack: Self::Ack) -> bool;

    /// Why it could not be queued, in words.
    fn publish(&self, topic: &str, payload: Bytes, qos: Qos, retain: bool) -> Result<(), String>;

    /// The same, and tells when it is safe to say goodbye.
    fn publish_last(
        &self,
        topic: &str,
        payload: Bytes,
        qos: Qos,
        retain: bool,
    ) -> Result<Said, String>;

    /// `again` is true if this client has subscribed before in its life and the broker still knows: it then need not
    /// repeat retained messages, where the protocol can say so.
    fn subscribe(&self, subscriptions: &[Subscription], again: bool) -> Result<Answers, String>;

    /// Asks the broker for a sign of life.
    fn ping(&self);

    /// When it last gave one: a packet, or much of one.
    fn heard(&self) -> Option<Instant>;

    /// Says goodbye once all requests before it are out; the session stays, if it is a persistent one.
    fn disconnect(&self);
}

/// Filters that go into one SUBSCRIBE: AWS IoT Core takes no more.
const FILTERS: usize = 8;

fn qos_of(code: u8) -> Qos {
    // The codec lets nothing above 2 through.
    Qos::from_code(code).unwrap_or(Qos::AtMostOnce)
}

fn seconds(duration: Duration) -> u16 {
    u16::try_from(duration.as_secs()).unwrap_or(u16::MAX)
}
