//! MQTT 3.1.1. The same as [`super::v5`] where the two protocols agree; the library gives them types of their own.

use bytes::Bytes;
use rumqttc_v4::{
    AckMode, AsyncClient, ConnectReturnCode, ConnectionError, Event, EventLoop, Incoming, LastWill,
    ManualAck, MqttOptions, NetworkOptions, Outgoing, Packet, PubRec, Publish, PublishOptions, QoS,
    StateError, SubscribeFilter, SubscribeReasonCode, mqttbytes::Error as CodecError,
};
use tokio::time::Instant;

use super::{
    Answer, Answers, BATCH, Client, FILTERS, Fault, GOODBYE, Got, Lost, OUTGOING, REQUESTS,
    Receipt, Refused, Said, Wire,
    beside::Beside,
    cork::Cork,
    frames::Frames,
    qos_of,
    reading::{Events, Reading},
    seconds,
};
use crate::{BrokerFacts, ConnectionSpec, Qos, Subscription, Will, socket::Dialler};

pub(crate) struct Reader(Reading<Loop>);

/// The library's event loop of one link.
struct Loop {
    events: EventLoop,
    /// Largest packet of a message, bytes.
    limit: usize,
}

pub(crate) struct Writer {
    client: AsyncClient,
    beside: Beside,
}

fn options(spec: &ConnectionSpec, dialler: Dialler, beside: Beside) -> MqttOptions {
    let limit = spec.limits.wire_limit();
    let mut options = MqttOptions::new(spec.client_id.clone(), (spec.host.clone(), spec.port));
    options
        .set_keep_alive(seconds(spec.keep_alive))
        .set_ack_mode(AckMode::Manual)
        .set_max_packet_size(limit, limit)
        .set_inflight(OUTGOING)
        .set_max_request_batch(BATCH)
        .set_read_batch_size(BATCH)
        .set_clean_session(!spec.is_persistent())
        .set_socket_connector(move |_, _| {
            let (dialler, beside) = (dialler.clone(), beside.clone());
            async move {
                let stream = dialler.open().await?;
                Ok(Cork::new(stream, beside, Frames::new(false, limit)))
            }
        });
    if let Some(will) = &spec.will {
        options.set_last_will(last_will(will));
    }
    if let Some(credentials) = &spec.credentials {
        match &credentials.password {
            Some(password) => options.set_credentials(
                credentials.username.clone(),
                Bytes::copy_from_slice(password.reveal().as_bytes()),
            ),
            None => options.set_username(credentials.username.clone()),
        };
    }
    options
}

fn last_will(will: &Will) -> LastWill {
    let topic = will.topic.clone();
    LastWill::new(topic, will.said(), qos_to(will.qos), will.retain)
}

impl Wire for Reader {
    type Ack = Receipt;
    type Client = Writer;

    fn open(spec: &ConnectionSpec, dialler: Dialler) -> (Writer, Reader) {
        let beside = Beside::new();
        let (client, mut events) = AsyncClient::builder(options(spec, dialler, beside.clone()))
            .capacity(REQUESTS)
            .build();
        let mut network = NetworkOptions::new();
        // The loop that polls keeps the time of the whole attempt; this one must never be first.
        network.set_connection_timeout(
            spec.timing
                .connect_timeout
                .as_secs()
                .saturating_mul(2)
                .max(2),
        );
        events.set_network_options(network);
        let limit = spec.limits.wire_limit();
        let reader = Reader(Reading::new(Loop { events, limit }, beside.clone()));
        (Writer { client, beside }, reader)
    }

    async fn poll(&mut self) -> Result<Got<Receipt>, Fault> {
        self.0.next().await
    }

    fn leftover(&mut self) -> Option<Got<Receipt>> {
        self.0.leftover()
    }

    fn lost(&self) -> Lost {
        self.0.lost()
    }
}

impl Events for Loop {
    async fn next(&mut self) -> Result<Got<Receipt>, Fault> {
        match self.events.poll().await {
            Ok(Event::Incoming(Packet::Publish(publish))) => Ok(message(publish)),
            Ok(Event::Incoming(Incoming::ConnAck(connack))) => {
                let keep_alive = self.events.mqtt_options.keep_alive();
                // It counts its own silence, not the broker's: whoever holds the link asks for signs of life.
                self.events.mqtt_options.set_keep_alive(0);
                Ok(Got::Up {
                    session_present: connack.session_present,
                    max_packet: self.limit,
                    keep_alive,
                    broker: Box::new(BrokerFacts {
                        session_present: connack.session_present,
                        ..BrokerFacts::default()
                    }),
                })
            }
            Ok(Event::Incoming(_)) => Ok(Got::Heard),
            Ok(Event::Outgoing(Outgoing::PubRec(id))) => Ok(Got::Received(id)),
            Ok(Event::Outgoing(_)) => Ok(Got::Sent),
            Err(error) => Err(fault(error, self.limit)),
        }
    }

    fn leftover(&mut self) -> Option<Got<Receipt>> {
        while let Some(event) = self.events.state.events.pop_front() {
            if let Event::Incoming(Packet::Publish(publish)) = event {
                return Some(message(publish));
            }
        }
        None
    }
}

fn message(publish: Publish) -> Got<Receipt> {
    let ack = match publish.qos {
        QoS::AtMostOnce => None,
        QoS::AtLeastOnce => Some(Receipt::AtLeastOnce(publish.pkid)),
        QoS::ExactlyOnce => Some(Receipt::ExactlyOnce(publish.pkid)),
    };
    Got::Message {
        topic: publish.topic,
        payload: publish.payload,
        qos: qos_of(publish.qos as u8),
        retain: publish.retain,
        dup: publish.dup,
        properties: None,
        unread: None,
        ack,
    }
}

impl Client for Writer {
    type Ack = Receipt;

    fn ack(&self, ack: Receipt) -> bool {
        match ack {
            Receipt::AtLeastOnce(id) => self.beside.put(id),
            Receipt::ExactlyOnce(id) => {
                let ack = ManualAck::PubRec(PubRec::new(id));
                self.client.try_manual_ack(ack).is_ok()
            }
        }
    }

    fn publish(&self, topic: &str, payload: Bytes, qos: Qos, retain: bool) -> Result<(), String> {
        let how = PublishOptions::new(qos_to(qos)).retain(retain);
        self.client
            .try_publish(topic, payload, how)
            .map_err(|error| error.to_string())
    }

    fn publish_last(
        &self,
        topic: &str,
        payload: Bytes,
        qos: Qos,
        retain: bool,
    ) -> Result<Said, String> {
        let how = PublishOptions::new(qos_to(qos)).retain(retain);
        let notice = self
            .client
            .try_publish_tracked(topic, payload, how)
            .map_err(|error| error.to_string())?;
        Ok(Box::pin(async move { notice.wait_async().await.is_ok() }))
    }

    fn subscribe(&self, subscriptions: &[Subscription], _again: bool) -> Result<Answers, String> {
        let mut notices = Vec::new();
        for some in subscriptions.chunks(FILTERS) {
            let filters = some.iter().map(|some| {
                SubscribeFilter::new(some.wire_filter().into_owned(), qos_to(some.qos))
            });
            let notice = self
                .client
                .try_subscribe_many_tracked(filters)
                .map_err(|error| error.to_string())?;
            notices.push((some.to_vec(), notice));
        }
        Ok(Box::pin(async move {
            let mut answers = Vec::new();
            for (some, notice) in notices {
                let Ok(suback) = notice.wait_async().await else {
                    return std::future::pending().await;
                };
                let results = suback.return_codes.iter().map(|code| match code {
                    SubscribeReasonCode::Success(qos) => Ok(qos_of(*qos as u8)),
                    SubscribeReasonCode::Failure => {
                        Err("refused; MQTT 3.1.1 gives no reason".to_owned())
                    }
                });
                answers.extend(some.into_iter().zip(results).map(|(some, result)| Answer {
                    filter: some.wire_filter().into_owned(),
                    result,
                }));
            }
            answers
        }))
    }

    fn ping(&self) {
        self.beside.ping();
    }

    fn heard(&self) -> Option<Instant> {
        self.beside.seen().heard
    }

    fn disconnect(&self) {
        // No room means that the other side has stopped reading: closing the stream will have to do.
        let _ = self.client.try_disconnect_with_timeout(GOODBYE);
    }
}

fn qos_to(qos: Qos) -> QoS {
    match qos {
        Qos::AtMostOnce => QoS::AtMostOnce,
        Qos::AtLeastOnce => QoS::AtLeastOnce,
        Qos::ExactlyOnce => QoS::ExactlyOnce,
    }
}

fn fault(error: ConnectionError, limit: usize) -> Fault {
    match error {
        ConnectionError::MqttState(state) => state_fault(state, limit),
        ConnectionError::NetworkTimeout => Fault::Timeout,
        ConnectionError::FlushTimeout => Fault::Silent,
        ConnectionError::Io(error) => Fault::broke(error),
        ConnectionError::RequestsDone | ConnectionError::DisconnectTimeout => Fault::Closed(None),
        ConnectionError::ConnectionRefused(code) => Fault::Refused(refused(code)),
        ConnectionError::NotConnAck(_) => {
            Fault::Malformed("its first packet was not a CONNACK".into())
        }
        other => Fault::Malformed(other.to_string()),
    }
}

fn state_fault(error: StateError, limit: usize) -> Fault {
    match error {
        StateError::Io(error) | StateError::Deserialization(CodecError::Io(error)) => {
            Fault::broke(error)
        }
        StateError::ConnectionAborted => Fault::Closed(None),
        StateError::AwaitPingResp => Fault::Silent,
        StateError::Deserialization(CodecError::PayloadSizeLimitExceeded(size)) => {
            Fault::TooLarge { size, limit }
        }
        StateError::Deserialization(error) => Fault::Malformed(error.to_string()),
        other => Fault::Malformed(other.to_string()),
    }
}

fn refused(code: ConnectReturnCode) -> Refused {
    match code {
        ConnectReturnCode::RefusedProtocolVersion => Refused::Version,
        ConnectReturnCode::BadClientId => Refused::ClientId,
        ConnectReturnCode::BadUserNamePassword => Refused::Credentials,
        ConnectReturnCode::NotAuthorized => Refused::NotAuthorised,
        ConnectReturnCode::ServiceUnavailable => Refused::Unavailable("service unavailable".into()),
        ConnectReturnCode::Success => Refused::Other("refused without a reason".into()),
    }
}
