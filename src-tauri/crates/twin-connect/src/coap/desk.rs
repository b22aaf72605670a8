//! One link to a device, from its name to its end.

use std::{future::Future, pin::pin, time::Duration};

use bytes::Bytes;
use tokio::{
    select,
    sync::mpsc::Receiver,
    time::{Instant, sleep, timeout},
};
use twin_core::Timestamp;

use super::{
    channel::resolve,
    link::Link,
    machine::{Event, Machine},
    media::media_type,
    reason,
    slot::Standing,
    spec::CoapSpec,
};
use crate::{
    Command, DownReason, Grant, Inbound, InboundSender, LinkState, Properties, Qos, Refusal, Topic,
    Unfit, outlet::Outlet,
};

/// How long cancelling observations at the end may take.
const GOODBYE: Duration = Duration::from_secs(1);

/// What may wait for a consumer that has fallen behind, bytes: states of the link, never messages.
const HELD: usize = 1 << 20;

/// The answers of all resources are told at most this often: they are long, and a device may change its mind all the time.
const TOLD_EVERY: Duration = Duration::from_secs(1);

/// How a link ended.
pub(super) enum End {
    Lost {
        reason: DownReason,
        /// How long it was up, if it was.
        up_for: Option<Duration>,
    },
    Stop,
}

pub(super) struct Desk<C> {
    spec: CoapSpec,
    topics: Vec<Topic>,
    outlet: Outlet,
    clock: C,
    /// The resources' answers are to be told, not before this.
    telling: Option<Instant>,
    /// When they were told last.
    told: Option<Instant>,
}

impl<C: Fn() -> Timestamp> Desk<C> {
    pub(super) fn new(spec: CoapSpec, inbound: InboundSender, clock: C) -> Self {
        let resources = spec.resources.iter();
        Desk {
            topics: resources
                .map(|resource| spec.topic(resource).into())
                .collect(),
            outlet: Outlet::new(inbound, HELD),
            telling: None,
            told: None,
            spec,
            clock,
        }
    }

    /// Tells the consumer.
    pub(super) fn link(&mut self, state: LinkState) {
        let at = (self.clock)();
        self.outlet.offer(Inbound::Link { at, state }, at);
    }

    /// Between two links. False if the connection is to end.
    pub(super) async fn wait(&mut self, delay: Duration, commands: &mut Receiver<Command>) -> bool {
        self.meanwhile(sleep(delay), commands, Some(()))
            .await
            .is_some()
    }

    /// Reaches the device and stays until the link ends. Addresses are tried one after the other, the time for an attempt
    /// shared out evenly, so that a dead one does not use it all up.
    pub(super) async fn hold(&mut self, commands: &mut Receiver<Command>) -> End {
        let spec = self.spec.clone();
        let limit = spec.timing.connect_timeout;
        let found = timeout(limit, resolve(&spec));
        let Some(found) = self.meanwhile(found, commands, None).await else {
            return End::Stop;
        };
        let addresses = match found {
            Ok(Ok(addresses)) => addresses,
            Ok(Err(reason)) => return lost(reason),
            Err(_) => return lost(reason::dns(&spec, "no answer in time")),
        };
        let share = limit / u32::try_from(addresses.len().max(1)).unwrap_or(u32::MAX);
        let mut end = lost(reason::no_answer(&spec));
        for address in addresses {
            let until = Instant::now() + share;
            let opened = Link::begin(&spec, address, share);
            let Some(opened) = self.meanwhile(opened, commands, None).await else {
                return End::Stop;
            };
            end = match opened {
                Ok(link) => self.talk(link, until, commands).await,
                Err(reason) => lost(reason),
            };
            if matches!(
                end,
                End::Stop
                    | End::Lost {
                        up_for: Some(_),
                        ..
                    }
            ) {
                break;
            }
        }
        end
    }

    /// Speaks CoAP until the link ends; until `until` something has to answer.
    async fn talk(
        &mut self,
        mut link: Link,
        until: Instant,
        commands: &mut Receiver<Command>,
    ) -> End {
        let spec = self.spec.clone();
        let mut up_since: Option<Instant> = None;
        (self.telling, self.told) = (None, None);
        let reason = loop {
            if let Err(reason) = link.send(&spec).await {
                break reason;
            }
            let is_lost = self.report(&mut link.machine, &mut up_since);
            self.tell_answers(&link.machine);
            if is_lost {
                break if up_since.is_some() {
                    reason::silent(&spec)
                } else {
                    reason::no_answer(&spec)
                };
            }
            let bound = up_since.is_none().then_some(until);
            if bound.is_some_and(|bound| bound <= Instant::now()) {
                break reason::no_answer(&spec);
            }
            match self
                .meanwhile(link.turn(&spec, bound), commands, None)
                .await
            {
                Some(Ok(())) => {}
                Some(Err(reason)) => break reason,
                None => {
                    link.end(&spec, GOODBYE).await;
                    return End::Stop;
                }
            }
        };
        tracing::info!(device = %spec.address(), counts = ?link.machine.counts(), "end of a link");
        End::Lost {
            reason,
            up_for: up_since.map(|since| since.elapsed()),
        }
    }

    /// Hands on what came of the link; true when it is lost.
    fn report(&mut self, machine: &mut Machine, up_since: &mut Option<Instant>) -> bool {
        while let Some(event) = machine.take_event() {
            let at = (self.clock)();
            match event {
                Event::Up => {
                    *up_since = Some(Instant::now());
                    self.link(LinkState::Up {
                        session_present: false,
                        security: self.spec.security_label().into(),
                        tls: None,
                    });
                }
                Event::Message { slot, body, format } => self.deliver(slot, body, format, at),
                Event::Unreadable {
                    slot,
                    detail,
                    excerpt,
                    size,
                } => {
                    let topic = self.topics.get(slot).cloned().unwrap_or_default();
                    let item = Inbound::Unreadable {
                        received: at,
                        topic: topic.into(),
                        cause: Unfit::TooLarge,
                        detail,
                        excerpt,
                        size: u32::try_from(size).unwrap_or(u32::MAX),
                        ack: None,
                    };
                    self.outlet.offer(item, at);
                }
                Event::Answered => {
                    let now = Instant::now();
                    let next = self.told.map_or(now, |told| told + TOLD_EVERY);
                    self.telling.get_or_insert(next.max(now));
                }
                Event::Lost => return true,
            }
        }
        false
    }

    fn deliver(&mut self, slot: usize, payload: Bytes, format: Option<u16>, at: Timestamp) {
        let topic = self.topics.get(slot).cloned().unwrap_or_default();
        let content_type = format.and_then(media_type).map(String::from);
        let properties = content_type.map(|name| {
            Box::new(Properties {
                left_out: 0,
                content_type: Some(name),
                user: Vec::new(),
            })
        });
        let item = Inbound::Message {
            topic,
            payload,
            qos: Qos::AtMostOnce,
            retain: false,
            dup: false,
            received: at,
            properties,
            ack: None,
        };
        self.outlet.offer(item, at);
    }

    /// Tells which resources give their representation, and which do not, when it is time to.
    fn tell_answers(&mut self, machine: &Machine) {
        let now = Instant::now();
        if self.telling.is_none_or(|telling| telling > now) {
            return;
        }
        self.told = Some(now);
        // Not on top of what the consumer has not even taken yet.
        if self.outlet.is_waiting() {
            self.telling = Some(now + TOLD_EVERY);
            return;
        }
        self.telling = None;
        let at = (self.clock)();
        let (mut granted, mut refused) = (Vec::new(), Vec::new());
        for (topic, standing) in self.topics.iter().zip(machine.standings()) {
            match standing {
                Standing::Granted { observed } => {
                    tracing::debug!(%topic, observed, "resource read");
                    granted.push(Grant {
                        filter: topic.to_string(),
                        qos: Qos::AtMostOnce,
                    });
                }
                Standing::Refused(reason) => refused.push(Refusal {
                    filter: topic.to_string(),
                    reason: reason.clone(),
                }),
                Standing::Unknown => {}
            }
        }
        let item = Inbound::Subscribed {
            at,
            granted,
            refused,
        };
        self.outlet.offer(item, at);
    }

    /// Awaits something without keeping commands or the consumer waiting. None if the connection is to end; `early` if
    /// it was cut short, where it may be.
    async fn meanwhile<T>(
        &mut self,
        future: impl Future<Output = T>,
        commands: &mut Receiver<Command>,
        mut early: Option<T>,
    ) -> Option<T> {
        let sender = self.outlet.sender();
        let mut future = pin!(future);
        loop {
            select! {
                biased;
                command = commands.recv() => match command {
                    None | Some(Command::Stop) => return None,
                    Some(Command::Reconnect) if early.is_some() => return early.take(),
                    Some(command) => self.obey(command),
                },
                room = sender.room(), if self.outlet.is_waiting() => match room {
                    Some(room) => self.outlet.pump(room, (self.clock)()),
                    None => return None,
                },
                done = &mut future => return Some(done),
                () = sender.closed() => return None,
            }
        }
    }

    fn obey(&mut self, command: Command) {
        if let Command::Publish { topic, .. } = command {
            let at = (self.clock)();
            let reason = "a CoAP connection only reads".into();
            self.outlet
                .offer(Inbound::NotSent { at, topic, reason }, at);
        }
        // Nothing here is ever acknowledged, and there is always a link or an attempt at one.
    }
}

fn lost(reason: DownReason) -> End {
    End::Lost {
        reason,
        up_for: None,
    }
}
