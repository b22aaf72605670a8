//! MQTT 5.

use bytes::Bytes;
use rumqttc::{
    AckMode, AsyncClient, ConnAckProperties, ConnectReturnCode, ConnectionError,
    DisconnectReasonCode, Event, EventLoop, Incoming, LastWill, ManualAck, MqttOptions, Outgoing,
    Packet, PersistedAckMode, PersistedSession, PubRec, Publish, PublishOptions, PublishProperties,
    QoS, RetainForwardRule, SessionStore, SessionStoreError, SessionStoreKey, StateError,
    SubscribeFilter, SubscribeReasonCode, mqttbytes::Error as CodecError,
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
use crate::{
    BrokerFacts, ConnectionSpec, Properties, Qos, Session, Subscription, Will, certificate::cut,
    socket::Dialler,
};

pub(crate) struct Reader(Reading<EventLoop>);

pub(crate) struct Writer {
    client: AsyncClient,
    beside: Beside,
}

/// Tells the library that this client has no message of its own under way, which is true: a link starts with nothing
/// from the one before. Without that word the library either takes no part in a session that only the broker still
/// knows, or lets nobody subscribe in it. It is asked once; afterwards the store is taken away, so that nothing is copied
/// for it with every packet.
#[derive(Debug)]
struct NothingUnderWay(PersistedSession);

type StoreFuture<'a, T> =
    std::pin::Pin<Box<dyn Future<Output = Result<T, SessionStoreError>> + Send + 'a>>;

impl SessionStore for NothingUnderWay {
    fn load<'a>(&'a self, _: &'a SessionStoreKey) -> StoreFuture<'a, Option<PersistedSession>> {
        Box::pin(async { Ok(Some(self.0.clone())) })
    }

    fn save<'a>(&'a self, _: &'a SessionStoreKey, _: &'a PersistedSession) -> StoreFuture<'a, ()> {
        Box::pin(async { Ok(()) })
    }

    fn clear<'a>(&'a self, _: &'a SessionStoreKey) -> StoreFuture<'a, ()> {
        Box::pin(async { Ok(()) })
    }
}

fn options(spec: &ConnectionSpec, dialler: Dialler, beside: Beside) -> MqttOptions {
    let limit = spec.limits.wire_limit();
    let mut options = MqttOptions::new(spec.client_id.clone(), (spec.host.clone(), spec.port));
    options
        .set_keep_alive(seconds(spec.keep_alive))
        .set_ack_mode(AckMode::Manual)
        .set_receive_maximum(Some(spec.limits.receive_maximum.max(1)))
        .set_max_packet_size(u32::try_from(limit).ok())
        .set_outgoing_inflight_upper_limit(OUTGOING)
        .set_max_request_batch(BATCH)
        .set_read_batch_size(BATCH)
        // The loop that polls keeps the time of the whole attempt; this one must never be first.
        .set_connect_timeout(spec.timing.connect_timeout.saturating_mul(2))
        .set_socket_connector(move |_, _| {
            let (dialler, beside) = (dialler.clone(), beside.clone());
            async move {
                let stream = dialler.open().await?;
                Ok(Cork::new(stream, beside, Frames::new(true, limit)))
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
    match spec.session {
        Session::Clean => {
            options.set_clean_start(true);
        }
        Session::Persistent { expiry } => {
            let expiry = u32::try_from(expiry.as_secs()).unwrap_or(u32::MAX);
            options
                .set_clean_start(false)
                .set_session_expiry_interval(Some(expiry));
            options.set_session_store(NothingUnderWay(PersistedSession {
                format_version: 1,
                client_id: spec.client_id.clone(),
                clean_start: false,
                session_expiry_interval: Some(expiry),
                outgoing_inflight_upper_limit: Some(OUTGOING),
                ack_mode: PersistedAckMode::Manual,
                last_pkid: 0,
                last_puback: 0,
                replay: Vec::new(),
                incoming_qos2: Vec::new(),
            }));
        }
    }
    options
}

fn last_will(will: &Will) -> LastWill {
    let topic = will.topic.clone();
    LastWill::new(topic, will.said(), qos_to(will.qos), will.retain, None)
}

impl Wire for Reader {
    type Ack = Receipt;
    type Client = Writer;

    fn open(spec: &ConnectionSpec, dialler: Dialler) -> (Writer, Reader) {
        let beside = Beside::new();
        let (client, events) = AsyncClient::builder(options(spec, dialler, beside.clone()))
            .capacity(REQUESTS)
            .build();
        let reader = Reader(Reading::new(events, beside.clone()));
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

impl Events for EventLoop {
    async fn next(&mut self) -> Result<Got<Receipt>, Fault> {
        match self.poll().await {
            Ok(Event::Incoming(Packet::Publish(publish))) => Ok(message(publish)),
            Ok(Event::Incoming(Incoming::ConnAck(connack))) => {
                self.options.clear_session_store();
                let broker = facts(connack.session_present, connack.properties);
                let keep_alive = self.options.keep_alive();
                // It counts its own silence, not the broker's: whoever holds the link asks for signs of life.
                self.options.set_keep_alive(0);
                Ok(Got::Up {
                    session_present: connack.session_present,
                    max_packet: broker
                        .maximum_packet
                        .and_then(|size| usize::try_from(size).ok())
                        .unwrap_or(usize::MAX),
                    keep_alive,
                    broker: Box::new(broker),
                })
            }
            Ok(Event::Incoming(_)) => Ok(Got::Heard),
            Ok(Event::Outgoing(Outgoing::PubRec(id))) => Ok(Got::Received(id)),
            Ok(Event::Outgoing(_) | Event::Auth(_)) => Ok(Got::Sent),
            Err(error) => Err(fault(error)),
        }
    }

    fn leftover(&mut self) -> Option<Got<Receipt>> {
        while let Some(event) = self.state.events.pop_front() {
            if let Event::Incoming(Packet::Publish(publish)) = event {
                return Some(message(publish));
            }
        }
        None
    }
}

fn facts(session_present: bool, properties: Option<ConnAckProperties>) -> BrokerFacts {
    let Some(said) = properties else {
        return BrokerFacts {
            session_present,
            ..BrokerFacts::default()
        };
    };
    let yes = |flag: Option<u8>| flag.map(|flag| flag != 0);
    BrokerFacts {
        session_present,
        maximum_qos: said.max_qos,
        retain: yes(said.retain_available),
        wildcards: yes(said.wildcard_subscription_available),
        shared_subscriptions: yes(said.shared_subscription_available),
        receive_maximum: said.receive_max,
        maximum_packet: said.max_packet_size,
        keep_alive: said.server_keep_alive,
        session_expiry: said.session_expiry_interval,
        assigned_client_id: said.assigned_client_identifier.map(|id| cut(&id)),
        reason: said.reason_string.map(|reason| cut(&reason)),
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
        properties: publish.properties.and_then(properties),
        unread: None,
        ack,
    }
}

fn properties(said: PublishProperties) -> Option<Box<Properties>> {
    Properties::bounded(said.content_type, said.user_properties).map(Box::new)
}

impl Client for Writer {
    type Ack = Receipt;

    fn ack(&self, ack: Receipt) -> bool {
        match ack {
            Receipt::AtLeastOnce(id) => self.beside.put(id),
            Receipt::ExactlyOnce(id) => {
                let ack = ManualAck::PubRec(PubRec::new(id, None));
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

    fn subscribe(&self, subscriptions: &[Subscription], again: bool) -> Result<Answers, String> {
        let rule = if again {
            RetainForwardRule::OnNewSubscribe
        } else {
            RetainForwardRule::OnEverySubscribe
        };
        let mut notices = Vec::new();
        for some in subscriptions.chunks(FILTERS) {
            let filters = some.iter().map(|subscription| SubscribeFilter {
                path: subscription.wire_filter().into_owned(),
                qos: qos_to(subscription.qos),
                retain_forward_rule: rule.clone(),
                ..SubscribeFilter::default()
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
                let results = suback.return_codes.iter().map(answer);
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

fn answer(code: &SubscribeReasonCode) -> Result<Qos, String> {
    let reason = match code {
        SubscribeReasonCode::Success(qos) => return Ok(qos_of(*qos as u8)),
        SubscribeReasonCode::NotAuthorized => "not authorised",
        SubscribeReasonCode::TopicFilterInvalid => "the broker does not allow such a filter",
        SubscribeReasonCode::QuotaExceeded => "too many subscriptions",
        SubscribeReasonCode::SharedSubscriptionsNotSupported => {
            "the broker has no shared subscriptions"
        }
        SubscribeReasonCode::WildcardSubscriptionsNotSupported => "the broker takes no wildcards",
        SubscribeReasonCode::Failure
        | SubscribeReasonCode::Unspecified
        | SubscribeReasonCode::ImplementationSpecific
        | SubscribeReasonCode::PkidInUse
        | SubscribeReasonCode::SubscriptionIdNotSupported => "refused without a reason",
    };
    Err(reason.into())
}

fn qos_to(qos: Qos) -> QoS {
    match qos {
        Qos::AtMostOnce => QoS::AtMostOnce,
        Qos::AtLeastOnce => QoS::AtLeastOnce,
        Qos::ExactlyOnce => QoS::ExactlyOnce,
    }
}

fn fault(error: ConnectionError) -> Fault {
    match error {
        ConnectionError::MqttState(state) => state_fault(state),
        ConnectionError::Timeout(_) => Fault::Timeout,
        ConnectionError::Io(error) => Fault::broke(error),
        ConnectionError::RequestsDone | ConnectionError::DisconnectTimeout => Fault::Closed(None),
        ConnectionError::ConnectionRefused(code) => Fault::Refused(refused(code)),
        ConnectionError::NotConnAck(_) => {
            Fault::Malformed("its first packet was not a CONNACK".into())
        }
        other => Fault::Malformed(other.to_string()),
    }
}

fn state_fault(error: StateError) -> Fault {
    match error {
        StateError::Io(error) | StateError::Deserialization(CodecError::Io(error)) => {
            Fault::broke(error)
        }
        StateError::ConnectionAborted => Fault::Closed(None),
        StateError::AwaitPingResp => Fault::Silent,
        StateError::ServerDisconnect {
            reason_code,
            reason_string,
        } => dismissed(reason_code, reason_string),
        StateError::Deserialization(CodecError::PayloadSizeLimitExceeded { pkt_size, max }) => {
            Fault::TooLarge {
                size: pkt_size,
                limit: usize::try_from(max).unwrap_or(usize::MAX),
            }
        }
        StateError::IncomingPacketTooLarge { pkt_size, max } => Fault::TooLarge {
            size: pkt_size,
            limit: max,
        },
        StateError::Deserialization(CodecError::ProtocolViolation(reason)) => {
            Fault::Malformed(words(&format!("{reason:?}")))
        }
        StateError::Deserialization(error) => Fault::Malformed(error.to_string()),
        other => Fault::Malformed(other.to_string()),
    }
}

fn refused(code: ConnectReturnCode) -> Refused {
    match code {
        ConnectReturnCode::RefusedProtocolVersion
        | ConnectReturnCode::UnsupportedProtocolVersion => Refused::Version,
        ConnectReturnCode::BadClientId | ConnectReturnCode::ClientIdentifierNotValid => {
            Refused::ClientId
        }
        ConnectReturnCode::BadUserNamePassword => Refused::Credentials,
        ConnectReturnCode::NotAuthorized | ConnectReturnCode::Banned => Refused::NotAuthorised,
        ConnectReturnCode::ServiceUnavailable
        | ConnectReturnCode::ServerUnavailable
        | ConnectReturnCode::ServerBusy
        | ConnectReturnCode::QuotaExceeded
        | ConnectReturnCode::ConnectionRateExceeded => {
            Refused::Unavailable(words(&format!("{code:?}")))
        }
        other => Refused::Other(words(&format!("{other:?}"))),
    }
}

fn dismissed(code: DisconnectReasonCode, reason: Option<String>) -> Fault {
    let detail = reason
        .filter(|reason| !reason.is_empty())
        .unwrap_or_else(|| words(&format!("{code:?}")));
    match code {
        DisconnectReasonCode::SessionTakenOver => Fault::TakenOver,
        DisconnectReasonCode::KeepAliveTimeout => Fault::Silent,
        DisconnectReasonCode::NotAuthorized => Fault::Dismissed(Refused::NotAuthorised),
        DisconnectReasonCode::NormalDisconnection
        | DisconnectReasonCode::ServerBusy
        | DisconnectReasonCode::ServerShuttingDown
        | DisconnectReasonCode::UseAnotherServer
        | DisconnectReasonCode::ServerMoved
        | DisconnectReasonCode::QuotaExceeded
        | DisconnectReasonCode::ConnectionRateExceeded
        | DisconnectReasonCode::MaximumConnectTime
        | DisconnectReasonCode::AdministrativeAction => {
            Fault::Dismissed(Refused::Unavailable(detail))
        }
        _ => Fault::Dismissed(Refused::Other(detail)),
    }
}

/// `ServerShuttingDown` as `server shutting down`.
fn words(name: &str) -> String {
    let mut text = String::new();
    for c in name.chars() {
        if c.is_uppercase() && !text.is_empty() {
            text.push(' ');
        }
        text.extend(c.to_lowercase());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_words() {
        assert_eq!(words("ServerShuttingDown"), "server shutting down");
    }

    #[test]
    fn a_takeover_is_told_from_other_goodbyes() {
        assert!(matches!(
            dismissed(DisconnectReasonCode::SessionTakenOver, None),
            Fault::TakenOver
        ));
        let fault = dismissed(DisconnectReasonCode::ServerShuttingDown, None);
        assert!(
            matches!(&fault, Fault::Dismissed(Refused::Unavailable(text)) if text == "server shutting down")
        );
    }
}
