//! Trying a connection step by step, and saying in words where it fails.

use std::{sync::Arc, time::Duration};

use tokio::{
    select,
    time::{Instant, timeout},
};
use twin_core::{Said, Timestamp, said};

use crate::{
    BrokerFacts, Carrier, ConnectionSpec, DownKind, DownReason, Error, Protocol, Qos, Session,
    Subscription, WebSocketFacts, findings,
    grade::key_risk,
    probe::Probe,
    report::{Step, TestReport, TestStep},
    skew::{self, Stamp},
    socket::{self, Dialler, Socket, Way},
    wire::{Answer, Client, Fault, Got, Wire, v5, v311},
};

/// What a look at a connection needs to know.
#[derive(Clone, Debug)]
pub struct Examination {
    /// How long each step may take.
    pub limit: Duration,
    /// The time by this machine's clock at the start.
    pub now: Timestamp,
    /// Source times of recent messages, if there are any, to compare clocks with.
    pub stamps: Vec<Stamp>,
    /// Whether to sign in with the client id itself: for a broker that knows its clients by their ids, and only when the
    /// id has neither a running connection nor a session that is to last.
    pub own_id: bool,
}

impl Examination {
    /// Without source times.
    pub fn new(limit: Duration, now: Timestamp) -> Self {
        Examination {
            limit,
            now,
            stamps: Vec::new(),
            own_id: false,
        }
    }
}

/// Tries the connection once: look-up, TCP, TLS, WebSocket, MQTT, and each filter on its own, and looks at clocks and
/// protection. It uses the client id with `-test` at its end (but see [`Examination::own_id`]) and a clean session, so that it
/// neither throws a running connection out nor leaves anything behind; what the filters deliver meanwhile is not acknowledged and not kept.
/// A shared filter is asked for in a group of its own, named after the real one with `-test` at its end, so that the real
/// group misses nothing.
pub async fn test_connection(spec: ConnectionSpec, examination: &Examination) -> TestReport {
    let mut report = TestReport::new(&spec);
    report.risks.extend(key_risk(&spec).await);
    if let Err(error) = spec.check() {
        let step = match error {
            Error::Filter { .. } => Step::Subscribe,
            Error::ClientIdMissing | Error::KeepAlive { .. } => Step::Mqtt,
            Error::WebSocketPath { .. } | Error::WebSocketHeader { .. } => Step::WebSocket,
            Error::Alpn { .. } => Step::Tls,
            Error::PortMissing => Step::Tcp,
            _ => Step::Dns,
        };
        report.steps.push(TestStep::refused(step, error.said()));
        return report;
    }
    let session = findings::session(&spec);
    let client_id = match examination.own_id {
        true => spec.client_id.clone(),
        false => format!("{}-test", spec.client_id),
    };
    let spec = Arc::new(ConnectionSpec {
        client_id,
        session: Session::Clean,
        will: None,
        greetings: Vec::new(),
        ..spec
    });
    let probe = Arc::new(Probe::default());
    probe.reset();
    let mut look = Look {
        spec,
        examination,
        probe,
        report,
        started: Instant::now(),
        web_socket: None,
    };
    let Some(socket) = look.reach().await else {
        return look.report;
    };
    let dialler = Dialler::ready(Arc::clone(&look.spec), Arc::clone(&look.probe), socket);
    let accepted = match look.spec.protocol {
        Protocol::Mqtt5 => Box::pin(look.talk::<v5::Reader>(dialler)).await,
        Protocol::Mqtt311 => Box::pin(look.talk::<v311::Reader>(dialler)).await,
    };
    if accepted {
        look.finish(session);
    }
    look.report
}

/// One look at a connection.
struct Look<'a> {
    spec: Arc<ConnectionSpec>,
    examination: &'a Examination,
    probe: Arc<Probe>,
    report: TestReport,
    started: Instant,
    /// What the server of a WebSocket said, and when.
    web_socket: Option<(WebSocketFacts, Timestamp)>,
}

impl Look<'_> {
    /// This machine's time.
    fn now(&self) -> Timestamp {
        let passed = i64::try_from(self.started.elapsed().as_micros()).unwrap_or(i64::MAX);
        self.examination.now.plus(twin_core::Duration(passed))
    }

    /// As far as the stream.
    async fn reach(&mut self) -> Option<Socket> {
        let (spec, limit) = (Arc::clone(&self.spec), self.examination.limit);
        let began = Instant::now();
        let found = timeout(limit, socket::resolve(&spec))
            .await
            .unwrap_or_else(|_| Err(DownReason::timeout(&spec, "the look-up of its name")));
        let addresses = self.take(Step::Dns, found)?;
        let list: Vec<_> = addresses.iter().map(|one| one.ip().to_string()).collect();
        let list = list.join(", ");
        let mut step = findings::dns(&spec.host, &list);
        step.fact(said!("step-addresses", "addresses"), list);
        findings::took(&mut step, began.elapsed());
        self.report.steps.push(step);

        let began = Instant::now();
        let made = socket::connect(&spec, &addresses, limit).await;
        let stream = self.take(Step::Tcp, made)?;
        let peer = stream
            .peer_addr()
            .map_or_else(|_| spec.address(), |peer| peer.to_string());
        let mut step = findings::tcp(&peer);
        findings::took(&mut step, began.elapsed());
        self.report.steps.push(step);

        let way = self.protect(stream).await?;
        let made = timeout(limit, way.carry(&spec, &self.probe)).await;
        let made =
            made.unwrap_or_else(|_| Err(DownReason::timeout(&spec, "the WebSocket handshake")));
        let (socket, facts) = self.take(Step::WebSocket, made)?;
        if let (Carrier::WebSocket { path, .. }, Some(facts)) = (&spec.carrier, facts) {
            self.report.steps.push(findings::web_socket(path, &facts));
            self.web_socket = Some((facts, self.now()));
        }
        Some(socket)
    }

    /// TLS, if there is to be any.
    async fn protect(&mut self, stream: tokio::net::TcpStream) -> Option<Way> {
        let (spec, limit) = (Arc::clone(&self.spec), self.examination.limit);
        let Some(settings) = &spec.tls else {
            return Some(Way::plain(stream));
        };
        let began = Instant::now();
        let made = timeout(
            limit,
            socket::handshake(&spec, settings, stream, &self.probe),
        )
        .await;
        let made = made.unwrap_or_else(|_| Err(DownReason::timeout(&spec, "the TLS handshake")));
        let agreed = self.take(Step::Tls, made)?;
        let mut step = findings::tls(&spec, &agreed.facts, self.now());
        findings::took(&mut step, began.elapsed());
        self.report.steps.push(step);
        self.report.tls = Some(Arc::clone(&agreed.facts));
        Some(Way::encrypted(agreed))
    }

    fn take<T>(&mut self, step: Step, result: Result<T, DownReason>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(reason) => {
                self.fail(step, reason);
                None
            }
        }
    }

    fn fail(&mut self, step: Step, reason: DownReason) {
        // The stream is there and encrypted, yet it is the certificate that was turned down.
        let step = match reason.kind {
            DownKind::ClientCertificateRequired | DownKind::ClientCertificateRejected => Step::Tls,
            _ => step,
        };
        self.report.steps.retain(|done| done.step != step);
        self.report.steps.push(TestStep::failed(step, reason));
    }

    /// From the stream on; whether the link held to the end.
    async fn talk<W: Wire>(&mut self, dialler: Dialler) -> bool {
        let limit = self.examination.limit;
        let (client, mut wire) = W::open(&self.spec, dialler);
        let accepted = timeout(limit, accepted(&mut wire))
            .await
            .unwrap_or(Err(Fault::Timeout));
        match accepted {
            Ok(facts) => {
                self.report.steps.push(findings::mqtt(&self.spec, &facts));
                self.report.broker = Some(facts);
            }
            Err(fault) => {
                let reason = fault.explain(&self.spec, false, &self.probe);
                self.fail(Step::Mqtt, reason);
                return false;
            }
        }
        let spec = Arc::clone(&self.spec);
        for subscription in &spec.subscriptions {
            let step = match self.ask(&client, &mut wire, subscription).await {
                Ok(qos) => findings::granted(subscription, qos),
                Err((reason, is_over)) => {
                    self.report
                        .steps
                        .push(TestStep::failed(Step::Subscribe, reason));
                    if is_over {
                        return false;
                    }
                    continue;
                }
            };
            self.report.steps.push(step);
        }
        client.disconnect();
        let goodbye = async { while wire.poll().await.is_ok() {} };
        // It was only politeness: the stream is closed in any case.
        let _ = timeout(limit.min(Duration::from_secs(1)), goodbye).await;
        true
    }

    /// Subscribes to one filter; on failure also says whether the link is gone.
    async fn ask<W: Wire>(
        &self,
        client: &W::Client,
        wire: &mut W,
        subscription: &Subscription,
    ) -> Result<Qos, (DownReason, bool)> {
        let filter = subscription.wire_filter();
        let refused = |detail: &str| {
            DownReason::subscriptions(&format!("the broker refused \"{filter}\": {detail}"))
        };
        let mut answers = client
            .subscribe(&[subscription.aside()], false)
            .map_err(|detail| (refused(&detail), false))?;
        let answered = async {
            loop {
                select! {
                    answers = &mut answers => return Ok::<_, Fault>(answers),
                    got = wire.poll() => { got?; }
                }
            }
        };
        match timeout(self.examination.limit, answered).await {
            Err(_) => Err((refused("it did not answer in time"), true)),
            Ok(Err(fault)) if fault.is_closed() => Err((refused("it closed the connection"), true)),
            Ok(Err(fault)) => {
                let reason = fault.explain(&self.spec, true, &self.probe);
                Err((refused(&reason.message), true))
            }
            Ok(Ok(answers)) => match answers.into_iter().next() {
                Some(Answer {
                    result: Ok(qos), ..
                }) => Ok(qos),
                Some(Answer {
                    result: Err(detail),
                    ..
                }) => Err((refused(&detail), false)),
                None => Err((refused("it gave no answer"), false)),
            },
        }
    }

    /// What can be said once all is done.
    fn finish(&mut self, session: Option<(Said, Said)>) {
        if let Some((name, value)) = session
            && let Some(step) = self
                .report
                .steps
                .iter_mut()
                .find(|some| some.step == Step::Mqtt)
        {
            step.fact(name, value);
        }
        let web_socket = self.web_socket.as_ref().map(|(facts, at)| (facts, *at));
        let tls = self.report.tls.as_deref();
        let clock = skew::compare(&self.examination.stamps, web_socket, tls);
        self.report.steps.push(clock);
        let security = findings::security(&self.report);
        self.report.steps.push(security);
    }
}

/// What the broker says when it accepts the client.
async fn accepted<W: Wire>(wire: &mut W) -> Result<BrokerFacts, Fault> {
    loop {
        if let Got::Up { broker, .. } = wire.poll().await? {
            return Ok(*broker);
        }
    }
}
