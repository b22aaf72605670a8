//! What one connection needs while it holds a link: acknowledgements, commands, the way to the consumer.

mod words;

use std::{future::poll_fn, pin::Pin, sync::Arc, task::Poll, time::Duration};

use tokio::{
    select,
    sync::mpsc::Receiver,
    time::{Instant, Sleep, sleep, timeout},
};
use twin_core::Timestamp;

use crate::{
    BrokerFacts, Command, ConnectionSpec, DownReason, Inbound, InboundSender, LinkState,
    acks::Acks,
    memory::Memory,
    moments::Moments,
    outlet::Outlet,
    parcel::Parcel,
    probe::Probe,
    pulse::Beat,
    rate::{self, Throttle},
    rest::Company,
    socket::Dialler,
    takeover::Ending,
    turn::Turn,
    up::{self, End, Up, all_answers},
    wire::{Answer, Client, Fault, Got, Wire},
};

/// How many events that have come already are taken before anything else is looked at.
const BURST: u32 = 128;
/// How long saying goodbye may take, to the broker and to the consumer each.
const GOODBYE: Duration = Duration::from_secs(2);

pub(crate) struct Desk<W: Wire, C> {
    spec: Arc<ConnectionSpec>,
    probe: Arc<Probe>,
    /// The writing half of the link that is held now.
    client: Option<W::Client>,
    outlet: Outlet,
    throttle: Throttle,
    acks: Acks<W::Ack>,
    clock: C,
    /// Whether this client has subscribed before in its life.
    subscribed: bool,
    /// Messages of this link were left to the broker, so none that came later may be acknowledged on it.
    behind: bool,
    /// What the broker keeps of what was not acknowledged.
    memory: Memory,
    /// When the link was begun.
    begun: Timestamp,
    /// Events taken since anything else was looked at.
    burst: u32,
    company: Company,
    moments: Moments,
}

impl<W: Wire, C: Fn() -> Timestamp> Desk<W, C> {
    pub(crate) fn new(spec: Arc<ConnectionSpec>, inbound: InboundSender, clock: C) -> Self {
        Desk {
            probe: Arc::new(Probe::default()),
            client: None,
            outlet: Outlet::new(inbound, spec.limits.max_held.max(1)),
            throttle: Throttle::new(spec.limits.rate, Instant::now()),
            acks: Acks::new(),
            clock,
            subscribed: false,
            behind: false,
            memory: Memory::new(),
            begun: Timestamp::MIN,
            burst: 0,
            company: Company::default(),
            moments: Moments::new(),
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
        let dialler = Dialler::new(Arc::clone(&self.spec), Arc::clone(&self.probe));
        self.begun = (self.clock)();
        let (client, mut wire) = W::open(&self.spec.begun(self.begun), dialler);
        self.client = Some(client);
        let mut up: Option<Up> = None;
        let mut watchdog = Box::pin(sleep(self.spec.timing.connect_timeout));
        let fault = loop {
            match self
                .turn(&mut wire, commands, &mut up, watchdog.as_mut())
                .await
            {
                Turn::Got(Ok(got)) => {
                    self.receive(got, &mut up);
                    if self.acks.is_full() {
                        break Err(DownReason::unacknowledged(&self.spec));
                    }
                }
                Turn::Got(Err(fault)) => break Ok(fault),
                Turn::Lost(reason) => break Err(reason),
                Turn::CaughtUp => {
                    // Politely, so that the last acknowledgements arrive.
                    self.go(&mut wire, &mut up).await;
                    break Err(DownReason::overloaded());
                }
                Turn::Silent if up.is_some() => break Ok(Fault::Silent),
                Turn::Silent => break Ok(Fault::Timeout),
                Turn::Stop => {
                    self.go(&mut wire, &mut up).await;
                    self.clear_up(&mut wire, &mut up);
                    return End::Stop;
                }
            }
        };
        self.clear_up(&mut wire, &mut up);
        // From here on no handle of this link does anything.
        self.client = None;
        self.memory.ended(self.acks.restart());
        self.behind = false;
        self.lost(fault, up.as_ref())
    }

    /// After the end of a link: takes what is left of it, and counts what nobody will see, unless the broker sends it again.
    fn clear_up(&mut self, wire: &mut W, up: &mut Option<Up>) {
        while let Some(got) = wire.leftover() {
            self.receive(got, up);
        }
        let lost = wire.lost();
        self.outlet
            .drop_some(lost.plain + self.memory.owe(lost.acked));
        self.tell_refused(true);
    }

    fn lost(&self, fault: Result<Fault, DownReason>, up: Option<&Up>) -> End {
        let closed_by_peer = fault.as_ref().is_ok_and(Fault::is_closed);
        let taken = matches!(fault, Ok(Fault::TakenOver));
        let unanswered = up.is_some_and(|up| !up.is_subscribed());
        let ending = up.map(|up| Ending {
            up_for: up.since.elapsed(),
            subscribed: !unanswered,
            closed_by_peer,
        });
        let reason = match fault {
            Err(reason) => reason,
            Ok(_) if closed_by_peer && unanswered && self.probe.reason().is_none() => {
                DownReason::unanswered(&self.spec)
            }
            Ok(fault) => fault.explain(&self.spec, up.is_some(), &self.probe),
        };
        End::Lost {
            reason,
            ending,
            taken,
        }
    }

    /// Waits for the broker. What it has sent already is taken first, up to a burst; then commands, and room at the
    /// consumer, come first, so that a flood of messages cannot keep them waiting.
    async fn turn(
        &mut self,
        wire: &mut W,
        commands: &mut Receiver<Command>,
        up: &mut Option<Up>,
        mut watchdog: Pin<&mut Sleep>,
    ) -> Turn<W::Ack> {
        // The last acknowledgement may have left with an event and not with a command.
        if self.has_caught_up() {
            return Turn::CaughtUp;
        }
        let poll = wire.poll();
        tokio::pin!(poll);
        let mut rest = None;
        if self.burst < BURST {
            let first = poll_fn(|context| Poll::Ready(poll.as_mut().poll(context))).await;
            if let Poll::Ready(got) = first {
                self.burst += 1;
                return Turn::Got(got);
            }
            rest = self.company.rest(Instant::now());
        }
        self.burst = 0;
        self.moments.wait();
        // Not waited for here, so that a flood of messages cannot keep it waiting. What seems silence may not be read yet.
        let _ = self.keep_alive(up, watchdog.as_mut());
        let sender = self.outlet.sender();
        loop {
            select! {
                biased;
                command = commands.recv() => match command {
                    None | Some(Command::Stop) => return Turn::Stop,
                    Some(command) => {
                        self.obey(command, up.as_ref());
                        // What it asked for leaves when the stream is looked at.
                        rest = None;
                    }
                },
                room = sender.room(), if self.outlet.is_waiting() => match room {
                    Some(room) => self.outlet.pump(room, (self.clock)()),
                    None => return Turn::Stop,
                },
                () = rate::pause(self.throttle.wake()) => self.go_on(false),
                answers = all_answers(up) => {
                    if let Some(reason) = self.answered(answers, up) {
                        return Turn::Lost(reason);
                    }
                }
                () = rate::pause(rest), if rest.is_some() => rest = None,
                got = &mut poll, if rest.is_none() => return Turn::Got(got),
                () = &mut watchdog => if self.keep_alive(up, watchdog.as_mut()) {
                    return Turn::Silent;
                },
                () = sender.closed() => return Turn::Stop,
            }
            if self.has_caught_up() {
                return Turn::CaughtUp;
            }
        }
    }

    /// Asks the broker for a sign of life when it is time, and sets the watchdog to when to look again. True if the broker
    /// was silent for too long, or if the watchdog kept the time of an attempt to connect.
    fn keep_alive(&self, up: &mut Option<Up>, mut watchdog: Pin<&mut Sleep>) -> bool {
        let (Some(up), Some(client)) = (up, &self.client) else {
            return true;
        };
        loop {
            match up.pulse.beat(Instant::now(), client.heard()) {
                Beat::Ask => client.ping(),
                Beat::Silent => return true,
                Beat::Wait(until) => {
                    if watchdog.deadline() != until {
                        watchdog.as_mut().reset(until);
                    }
                    return false;
                }
            }
        }
    }

    /// Whether what was left to the broker can be fetched now.
    fn has_caught_up(&self) -> bool {
        self.behind && self.acks.is_empty() && !self.outlet.is_waiting()
    }

    /// Another client may have used the broker's session with this one, or begun a new one: that there is one says nothing
    /// of what waits here.
    pub(crate) fn distrust_session(&mut self) {
        self.memory.distrust(self.acks.epoch());
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
                room = sender.room(), if self.outlet.is_waiting() => match room {
                    Some(room) => self.outlet.pump(room, (self.clock)()),
                    None => return false,
                },
                () = rate::pause(self.throttle.wake()) => self.go_on(false),
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
                retain,
            } => {
                self.say(topic, payload, (qos, retain), up);
            }
            // Both mean something to the loops that read commands, and nothing here.
            Command::Reconnect | Command::Stop => {}
        }
        self.release();
    }

    fn release(&mut self) {
        if let Some(client) = &self.client {
            self.acks.release(|ack| client.ack(ack));
        }
    }

    fn receive(&mut self, got: Got<W::Ack>, up: &mut Option<Up>) {
        self.company
            .note(matches!(&got, Got::Message { ack: None, .. }));
        match got {
            Got::Up {
                session_present,
                max_packet,
                keep_alive,
                broker,
            } => {
                *up = Some(self.came_up(session_present, max_packet, keep_alive, &broker));
            }
            Got::Message {
                topic,
                payload,
                qos,
                retain,
                dup,
                properties,
                unread,
                ack,
            } => {
                let parcel = Parcel {
                    topic,
                    payload,
                    qos,
                    retain,
                    dup,
                    properties,
                    unread,
                };
                self.deliver(parcel, ack);
            }
            Got::Heard => {}
            // There is room for more.
            Got::Sent => self.release(),
            Got::Received(id) => {
                self.acks.sent(id);
                self.release();
            }
        }
    }

    fn deliver(&mut self, parcel: Parcel, ack: Option<W::Ack>) {
        let received = self.moments.next(&self.clock);
        if ack.as_ref().is_some_and(|ack| !self.acks.is_taken(ack)) {
            self.memory.came();
        }
        let handle = match ack {
            None => None,
            Some(ack) if self.behind || self.is_full() => return self.leave(ack),
            Some(ack) => Some(self.acks.open(ack)),
        };
        let item = parcel.open(received, self.spec.limits.max_payload, handle);
        if let Some(item) = self.throttle.admit(item) {
            self.outlet.offer(item, received);
        }
    }

    fn is_full(&self) -> bool {
        self.outlet.is_full() || self.throttle.held() >= self.spec.limits.max_held.max(1)
    }

    /// Hands on what the budget allows again, or all of it, and says what it refused.
    fn go_on(&mut self, all: bool) {
        let (now, at) = (Instant::now(), (self.clock)());
        for item in self.throttle.ready(now, all) {
            self.outlet.offer(item, at);
        }
        self.tell_refused(all);
    }

    fn tell_refused(&mut self, at_once: bool) {
        if let Some(count) = self.throttle.refused(Instant::now(), at_once) {
            let at = (self.clock)();
            self.outlet.offer(Inbound::Throttled { at, count }, at);
        }
    }

    /// There is no room for a message that wants to be acknowledged. A broker with a session keeps it, and delivers it
    /// again on a new link; the window of what may be unacknowledged keeps it from sending much more until then. A
    /// broker without one would never send it again, and must not wait for it either.
    fn leave(&mut self, ack: W::Ack) {
        if self.acks.is_taken(&ack) {
            // A repeat of one that is not lost.
            return;
        }
        self.outlet.drop_some(self.memory.owe(1));
        if self.memory.outlives() {
            if !self.behind {
                tracing::warn!(broker = %self.spec.address(), "consumer far behind: messages are left to the broker");
            }
            self.behind = true;
        } else {
            let handle = self.acks.open(ack);
            self.acks.mark(&handle);
            self.release();
        }
    }

    fn came_up(
        &mut self,
        session_present: bool,
        max_packet: usize,
        keep_alive: Duration,
        broker: &BrokerFacts,
    ) -> Up {
        let lost = self.memory.link(self.acks.epoch(), &self.spec, broker);
        self.outlet.drop_some(lost);
        if session_present {
            let since = self.memory.since();
            let forgotten = self.throttle.forget_unacknowledged(since)
                + self.outlet.forget_unacknowledged(since);
            self.memory.forgot(forgotten);
        }
        self.link(LinkState::Up {
            session_present,
            security: self.probe.security(),
            tls: self.probe.tls(),
        });
        let again = session_present && self.subscribed;
        let queued = self
            .client
            .as_ref()
            .map(|client| client.subscribe(&self.spec.subscriptions, again));
        let answers = match queued {
            Some(Ok(answers)) => Some(answers),
            // The queue is empty right after connecting, and the filters were checked.
            other => {
                let detail = other.and_then(Result::err);
                tracing::error!(broker = %self.spec.address(), ?detail, "subscriptions could not be queued");
                None
            }
        };
        Up::new(answers, max_packet, keep_alive, broker)
    }

    /// The broker has answered all filters; a reason if it granted none.
    fn answered(&mut self, answers: Vec<Answer>, up: &mut Option<Up>) -> Option<DownReason> {
        if let Some(up) = up {
            up.answers = None;
        }
        self.subscribed = true;
        let (granted, refused, reason) = up::sort(answers);
        if reason.is_none() {
            self.greet(up.as_ref());
        }
        let at = (self.clock)();
        let item = Inbound::Subscribed {
            at,
            granted,
            refused,
        };
        self.outlet.offer(item, at);
        reason
    }

    /// Waits a moment for the consumer to take what it could not take yet.
    pub(crate) async fn finish(&mut self) {
        // What waits for its rate goes now or never, also when the end comes between two links.
        self.go_on(true);
        let sender = self.outlet.sender();
        let all = async {
            while self.outlet.is_waiting() {
                let Some(room) = sender.room().await else {
                    return;
                };
                self.outlet.pump(room, (self.clock)());
            }
        };
        if timeout(GOODBYE, all).await.is_err() {
            tracing::warn!(broker = %self.spec.address(), "not all was handed on: the consumer is too far behind");
        }
    }
}
