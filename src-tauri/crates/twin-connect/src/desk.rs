//! What one link needs while it is held: acknowledgements, commands, the way to the consumer.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use tokio::{
    select,
    sync::mpsc::{Receiver, Sender},
    time::{Instant, Sleep, sleep, timeout},
};
use twin_core::Timestamp;

use crate::{
    Command, ConnectionSpec, DownReason, Grant, Inbound, LinkState, Qos, Refusal,
    acks::Acks,
    outlet::Outlet,
    socket::{Dialler, Probe},
    takeover::Ending,
    wire::{Answer, Answers, Client, Fault, Got, Wire},
};

/// How much of an unreadable message is shown, bytes.
const EXCERPT: usize = 4_096;
/// How long saying goodbye may take.
const GOODBYE: Duration = Duration::from_secs(2);

/// How holding a link ended.
pub(crate) enum End {
    /// By its owner.
    Stop,
    /// By anything else; `ending` if the link had been up, `taken` if the broker said that another client took over.
    Lost {
        reason: DownReason,
        ending: Option<Ending>,
        taken: bool,
    },
}

/// One turn of the loop.
enum Turn<A> {
    Stop,
    Got(Result<Got<A>, Fault>),
    Silent,
    Lost(DownReason),
}

/// The link while it is up.
struct Up {
    since: Instant,
    /// Until the broker has answered.
    answers: Option<Answers>,
    max_packet: usize,
    /// Silence that it may keep.
    patience: Duration,
}

pub(crate) struct Desk<W: Wire, C> {
    spec: Arc<ConnectionSpec>,
    dialler: Dialler,
    /// The writing half of the link that is held now.
    client: Option<W::Client>,
    outlet: Outlet,
    acks: Acks<W::Ack>,
    clock: C,
    probe: Arc<Probe>,
    /// Whether this client has subscribed before in its life.
    subscribed: bool,
    /// Messages of this link were left to the broker, so none that came later may be acknowledged on it.
    behind: bool,
    /// A command went out that only the next sign of life can confirm.
    spoke: bool,
}

impl<W: Wire, C: Fn() -> Timestamp> Desk<W, C> {
    pub(crate) fn new(
        spec: Arc<ConnectionSpec>,
        inbound: Sender<Inbound>,
        clock: C,
        probe: Arc<Probe>,
    ) -> Self {
        Desk {
            dialler: Dialler::new(Arc::clone(&spec), Arc::clone(&probe)),
            outlet: Outlet::new(inbound, spec.limits.max_held),
            client: None,
            acks: Acks::new(),
            clock,
            probe,
            subscribed: false,
            behind: false,
            spoke: false,
            spec,
        }
    }

    /// Tells the consumer.
    pub(crate) fn link(&mut self, state: LinkState) {
        let at = (self.clock)();
        self.outlet.offer(Inbound::Link { at, state }, at);
    }

    /// Connects and stays until the link ends. The stream is closed on return.
    pub(crate) async fn hold(&mut self, commands: &mut Receiver<Command>) -> End {
        self.probe.reset();
        let (client, mut wire) = W::open(&self.spec, self.dialler.clone());
        self.client = Some(client);
        let mut up: Option<Up> = None;
        let fault = loop {
            let mut watchdog = Box::pin(sleep(self.spec.timing.connect_timeout));
            match self.until(&mut wire, commands, &mut up, watchdog.as_mut()).await {
                Turn::Got(Ok(_)) => {}
                Turn::Got(Err(fault)) => break Ok(fault),
                Turn::Lost(reason) => break Err(reason),
                Turn::Silent if up.is_some() => break Ok(Fault::Silent),
                Turn::Silent => break Ok(Fault::Timeout),
                Turn::Stop => {
                    self.say_goodbye(wire, up.is_some()).await;
                    return End::Stop;
                }
            }
        };
        // From here on no handle of this link may do anything.
        self.client = None;
        self.acks.restart();
        self.behind = false;
        self.lost(fault, up.as_ref())
    }

    fn lost(&self, fault: Result<Fault, DownReason>, up: Option<&Up>) -> End {
        let closed_by_peer = fault.as_ref().is_ok_and(Fault::is_closed);
        let taken = matches!(fault, Ok(Fault::TakenOver));
        let ending = up.map(|up| Ending {
            up_for: up.since.elapsed(),
            subscribed: up.answers.is_none(),
            closed_by_peer,
        });
        let mut reason = fault.map_or_else(
            |reason| reason,
            |fault| fault.explain(&self.spec, up.is_some(), &self.probe),
        );
        if closed_by_peer && up.is_some_and(|up| up.answers.is_some()) {
            let filters: Vec<_> = self
                .spec
                .subscriptions
                .iter()
                .map(|some| some.filter.as_str())
                .collect();
            reason = DownReason::subscriptions(&format!(
                "{} closed the connection instead of answering the subscriptions; it may not allow one of {}",
                self.spec.address(),
                filters.join(", ")
            ));
        }
        End::Lost {
            reason,
            ending,
            taken,
        }
    }

    /// Waits for the next thing that ends the wait for the broker. Commands, and room at the consumer, are served
    /// meanwhile: they come first, so that a flood of messages cannot keep them waiting.
    async fn turn(
        &mut self,
        wire: &mut W,
        commands: &mut Receiver<Command>,
        up: &mut Option<Up>,
        mut watchdog: std::pin::Pin<&mut Sleep>,
    ) -> Turn<W::Ack> {
        let sender = self.outlet.sender();
        let poll = wire.poll();
        tokio::pin!(poll);
        loop {
            select! {
                biased;
                command = commands.recv() => match command {
                    None | Some(Command::Stop) => return Turn::Stop,
                    Some(command) => {
                        self.obey(command, up.as_ref());
                        if self.has_caught_up() {
                            return Turn::Lost(DownReason::overloaded());
                        }
                    }
                },
                permit = sender.reserve(), if self.outlet.is_waiting() => match permit {
                    Ok(permit) => self.outlet.pump(permit, (self.clock)()),
                    Err(_) => return Turn::Stop,
                },
                answers = all_answers(up) => {
                    if let Some(reason) = self.answered(answers, up) {
                        return Turn::Lost(reason);
                    }
                }
                got = &mut poll => return Turn::Got(got),
                () = &mut watchdog => return Turn::Silent,
                () = sender.closed() => return Turn::Stop,
            }
        }
    }

    /// Between two links. False if the connection is to end.
    pub(crate) async fn wait(&mut self, delay: Duration, commands: &mut Receiver<Command>) -> bool {
        let sender = self.outlet.sender();
        let pause = sleep(delay);
        tokio::pin!(pause);
        loop {
            select! {
                biased;
                command = commands.recv() => match command {
                    None | Some(Command::Stop) => return false,
                    Some(Command::Reconnect) => return true,
                    Some(command) => self.obey(command, None),
                },
                permit = sender.reserve(), if self.outlet.is_waiting() => match permit {
                    Ok(permit) => self.outlet.pump(permit, (self.clock)()),
                    Err(_) => return false,
                },
                () = &mut pause => return true,
                () = sender.closed() => return false,
            }
        }
    }

    fn obey(&mut self, command: Command, up: Option<&Up>) {
        match command {
            Command::Ack(handle) => self.acks.mark(&handle),
            Command::AckAll(handles) => handles.iter().for_each(|handle| self.acks.mark(handle)),
            Command::Publish {
                topic,
                payload,
                qos,
            } => {
                if let Err(reason) = self.publish(&topic, payload, qos, up) {
                    let at = (self.clock)();
                    self.outlet
                        .offer(Inbound::NotSent { at, topic, reason }, at);
                }
            }
            // Both mean something to the loops that read commands, and nothing here.
            Command::Reconnect | Command::Stop => {}
        }
        self.release();
    }

    fn release(&mut self) {
        self.acks.release(|ack| self.client.ack(ack));
    }

    fn publish(
        &mut self,
        topic: &str,
        payload: Bytes,
        qos: Qos,
        up: Option<&Up>,
    ) -> Result<(), String> {
        let Some(up) = up else {
            return Err("the link is down".into());
        };
        // The library would drop the link over it, and try again for ever.
        let size = payload.len() + topic.len() + 16;
        if size > up.max_packet {
            return Err(format!(
                "{size} bytes are more than the {} that the broker takes",
                up.max_packet
            ));
        }
        self.client.publish(topic, payload, qos)?;
        self.spoke = true;
        Ok(())
    }

    /// Handles what came; a reason if that ends the link.
    fn receive(&mut self, got: Got<W::Ack>, up: &mut Option<Up>) -> Option<DownReason> {
        match got {
            Got::Up {
                session_present,
                max_packet,
                keep_alive,
            } => {
                self.came_up(session_present, max_packet, keep_alive, up);
                None
            }
            Got::Message {
                topic,
                payload,
                qos,
                retain,
                dup,
                ack,
            } => {
                let received = (self.clock)();
                let ack = ack.map(|ack| self.acks.open(ack));
                let item = match String::from_utf8(topic.to_vec()) {
                    Ok(topic) if payload.len() <= self.spec.limits.max_payload => {
                        Inbound::Message {
                            topic,
                            payload,
                            qos,
                            retain,
                            dup,
                            received,
                            ack,
                        }
                    }
                    topic => self.unreadable(topic, &payload, received, ack),
                };
                self.outlet.offer(item, received);
                let held = self.outlet.held();
                (held > self.spec.limits.max_held).then(|| DownReason::overloaded(held))
            }
            Got::Heard => None,
            Got::Sent => {
                self.release();
                None
            }
        }
    }

    fn unreadable(
        &self,
        topic: Result<String, std::string::FromUtf8Error>,
        payload: &[u8],
        received: Timestamp,
        ack: Option<crate::AckHandle>,
    ) -> Inbound {
        let (topic, detail) = match topic {
            Ok(topic) => {
                let limit = self.spec.limits.max_payload;
                (
                    topic,
                    format!(
                        "its payload of {} bytes is larger than the limit of {limit}",
                        payload.len()
                    ),
                )
            }
            Err(error) => (
                String::from_utf8_lossy(error.as_bytes()).into_owned(),
                "its topic is not valid UTF-8".into(),
            ),
        };
        // A copy, so that the excerpt does not keep the whole packet alive.
        let excerpt = Bytes::copy_from_slice(&payload[..payload.len().min(EXCERPT)]);
        Inbound::Unreadable {
            received,
            topic,
            detail,
            excerpt,
            ack,
        }
    }

    fn came_up(
        &mut self,
        session_present: bool,
        max_packet: usize,
        keep_alive: Duration,
        up: &mut Option<Up>,
    ) {
        if session_present {
            self.outlet.forget_unacknowledged();
        }
        self.link(LinkState::Up {
            session_present,
            security: self.probe.security(),
        });
        let again = session_present && self.subscribed;
        let answers = match self.client.subscribe(&self.spec.subscriptions, again) {
            Ok(answers) => Some(answers),
            Err(detail) => {
                // The queue is empty right after connecting, and the filters were checked.
                tracing::error!(broker = %self.spec.address(), %detail, "subscriptions could not be queued");
                None
            }
        };
        *up = Some(Up {
            since: Instant::now(),
            answers,
            max_packet,
            patience: keep_alive.saturating_mul(2),
        });
    }

    /// The broker has answered all filters; a reason if it granted none.
    fn answered(&mut self, answers: Vec<Answer>, up: &mut Option<Up>) -> Option<DownReason> {
        if let Some(up) = up {
            up.answers = None;
        }
        let (mut granted, mut refused) = (Vec::new(), Vec::new());
        for Answer { filter, result } in answers {
            match result {
                Ok(qos) => granted.push(Grant { filter, qos }),
                Err(reason) => refused.push(Refusal { filter, reason }),
            }
        }
        self.subscribed = true;
        let none = granted.is_empty() && !refused.is_empty();
        let reason = none.then(|| {
            let named: Vec<_> = refused
                .iter()
                .map(|some| format!("{} ({})", some.filter, some.reason))
                .collect();
            DownReason::subscriptions(&format!(
                "the broker refused every subscription: {}",
                named.join(", ")
            ))
        });
        let at = (self.clock)();
        self.outlet.offer(
            Inbound::Subscribed {
                at,
                granted,
                refused,
            },
            at,
        );
        reason
    }

    /// Sends what is safe and a DISCONNECT, as far as that works within a short time. Messages that still come in are
    /// left to the broker.
    async fn say_goodbye(&mut self, wire: &mut W, is_up: bool) {
        if is_up {
            self.release();
            self.client.disconnect();
            let goodbye = async {
                while wire.poll().await.is_ok() {
                    self.release();
                }
            };
            if timeout(GOODBYE, goodbye).await.is_err() {
                tracing::debug!(broker = %self.spec.address(), "no time to say goodbye");
            }
        }
        wire.hang_up();
    }
}

/// The broker's answers, when they are all there.
async fn all_answers(up: &mut Option<Up>) -> Vec<Answer> {
    match up.as_mut().and_then(|up| up.answers.as_mut()) {
        Some(answers) => answers.await,
        None => std::future::pending().await,
    }
}
