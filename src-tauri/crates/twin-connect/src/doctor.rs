//! Trying a connection step by step, and saying in words where it fails.

use std::{sync::Arc, time::Duration};

use serde::Serialize;
use tokio::{select, time::timeout};

use crate::{
    ConnectionSpec, DownKind, DownReason, Error, Protocol, Session, Subscription, calendar,
    probe::Probe,
    socket::{self, Dialler, Socket, Way},
    wire::{Answer, Client, Fault, Got, Wire, v5, v311},
};

/// A step of [`test_connection`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Step {
    /// Looking up the host name.
    #[serde(rename = "DNS")]
    Dns,
    /// Connecting to the port.
    #[serde(rename = "TCP")]
    Tcp,
    /// Encryption and certificates.
    #[serde(rename = "TLS")]
    Tls,
    /// Being accepted by the broker.
    #[serde(rename = "MQTT")]
    Mqtt,
    /// One filter; there is a step for each.
    Subscribe,
}

impl Step {
    /// What a person reads.
    pub const fn label(self) -> &'static str {
        match self {
            Step::Dns => "DNS",
            Step::Tcp => "TCP",
            Step::Tls => "TLS",
            Step::Mqtt => "MQTT",
            Step::Subscribe => "Subscribe",
        }
    }
}

/// How a step went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TestStep {
    /// Which.
    pub step: Step,
    /// Whether it worked.
    pub ok: bool,
    /// What happened.
    pub message: String,
    /// What to do; empty when it worked.
    pub advice: String,
    /// Why it did not work; none when it did.
    pub kind: Option<DownKind>,
}

/// What [`test_connection`] found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct TestReport {
    /// In order. After a failure of DNS, TCP, TLS or MQTT no further step is tried.
    pub steps: Vec<TestStep>,
}

impl TestReport {
    /// Whether everything worked.
    pub fn is_ok(&self) -> bool {
        self.steps.iter().all(|step| step.ok)
    }

    fn worked(&mut self, step: Step, message: String) {
        self.steps.push(TestStep {
            step,
            ok: true,
            message,
            advice: String::new(),
            kind: None,
        });
    }

    fn failed(&mut self, step: Step, reason: DownReason) {
        let DownReason {
            kind,
            message,
            advice,
        } = reason;
        self.steps.push(TestStep {
            step,
            ok: false,
            message,
            advice,
            kind: Some(kind),
        });
    }
}

/// Tries the connection once: look-up, TCP, TLS, MQTT, and each filter on its own, `limit` long each at most. It uses
/// the client id with `-test` at its end and a clean session, so that it neither throws a running connection out nor
/// leaves anything behind; what the filters deliver meanwhile is not acknowledged and not kept.
pub async fn test_connection(spec: ConnectionSpec, limit: Duration) -> TestReport {
    let mut report = TestReport::default();
    if let Err(error) = spec.check() {
        let step = match error {
            Error::Filter { .. } => Step::Subscribe,
            Error::ClientIdMissing | Error::KeepAlive { .. } => Step::Mqtt,
            Error::PortMissing => Step::Tcp,
            _ => Step::Dns,
        };
        let advice = "Correct the connection's settings.";
        report.failed(
            step,
            DownReason::new(DownKind::RefusedByBroker, error.to_string(), advice),
        );
        return report;
    }
    let client_id = format!("{}-test", spec.client_id);
    let spec = Arc::new(ConnectionSpec {
        client_id,
        session: Session::Clean,
        ..spec
    });
    let probe = Arc::new(Probe::default());
    probe.reset();
    let Some(socket) = reach(&spec, limit, &probe, &mut report).await else {
        return report;
    };
    let dialler = Dialler::ready(Arc::clone(&spec), Arc::clone(&probe), socket);
    match spec.protocol {
        Protocol::Mqtt5 => {
            Box::pin(talk::<v5::Reader>(
                &spec,
                limit,
                &probe,
                dialler,
                &mut report,
            ))
            .await
        }
        Protocol::Mqtt311 => {
            Box::pin(talk::<v311::Reader>(
                &spec,
                limit,
                &probe,
                dialler,
                &mut report,
            ))
            .await
        }
    }
    report
}

/// As far as the stream.
async fn reach(
    spec: &Arc<ConnectionSpec>,
    limit: Duration,
    probe: &Arc<Probe>,
    report: &mut TestReport,
) -> Option<Socket> {
    let found = timeout(limit, socket::resolve(spec))
        .await
        .unwrap_or_else(|_| Err(DownReason::timeout(spec, "the look-up of its name")));
    let addresses = take(report, Step::Dns, found)?;
    let list: Vec<_> = addresses
        .iter()
        .map(|address| address.ip().to_string())
        .collect();
    report.worked(Step::Dns, format!("{} is {}", spec.host, list.join(", ")));

    let made = socket::connect(spec, &addresses, limit).await;
    let stream = take(report, Step::Tcp, made)?;
    let peer = stream
        .peer_addr()
        .map_or_else(|_| spec.address(), |peer| peer.to_string());
    report.worked(Step::Tcp, format!("{peer} accepts connections"));

    let way = match &spec.tls {
        None => Way::plain(stream),
        Some(settings) => {
            let made = timeout(limit, socket::handshake(spec, settings, stream, probe)).await;
            let agreed = take(
                report,
                Step::Tls,
                made.unwrap_or_else(|_| Err(DownReason::timeout(spec, "the TLS handshake"))),
            )?;
            let until = agreed.facts.chain.first().map_or_else(String::new, |own| {
                format!(", valid until {}", calendar::day(own.not_after))
            });
            report.worked(
                Step::Tls,
                format!(
                    "{}; the broker's certificate is trusted{until}",
                    socket::security(&agreed.facts)
                ),
            );
            Way::encrypted(agreed)
        }
    };
    let made = timeout(limit, way.carry(spec, probe)).await;
    let made = made.unwrap_or_else(|_| Err(DownReason::timeout(spec, "the WebSocket handshake")));
    let (socket, _) = take(report, Step::Mqtt, made)?;
    Some(socket)
}

fn take<T>(report: &mut TestReport, step: Step, result: Result<T, DownReason>) -> Option<T> {
    match result {
        Ok(value) => Some(value),
        Err(reason) => {
            report.failed(step, reason);
            None
        }
    }
}

/// From the stream on.
async fn talk<W: Wire>(
    spec: &Arc<ConnectionSpec>,
    limit: Duration,
    probe: &Arc<Probe>,
    dialler: Dialler,
    report: &mut TestReport,
) {
    let (client, mut wire) = W::open(spec, dialler);
    let accepted = async {
        loop {
            match wire.poll().await {
                Ok(Got::Up { .. }) => return Ok(()),
                Ok(_) => {}
                Err(fault) => return Err(fault),
            }
        }
    };
    let accepted = timeout(limit, accepted)
        .await
        .unwrap_or(Err(Fault::Timeout));
    let accepted = accepted.map_err(|fault| fault.explain(spec, false, probe));
    if let Err(reason) = accepted {
        // The stream is there and encrypted, yet it is the certificate that was turned down.
        let step = match reason.kind {
            DownKind::ClientCertificateRequired | DownKind::ClientCertificateRejected => Step::Tls,
            _ => Step::Mqtt,
        };
        report.steps.retain(|done| done.step != step);
        report.failed(step, reason);
        return;
    }
    report.worked(
        Step::Mqtt,
        format!("{}, accepted as \"{}\"", spec.protocol, spec.client_id),
    );
    for subscription in &spec.subscriptions {
        match ask(&client, &mut wire, subscription, spec, limit, probe).await {
            Ok(message) => report.worked(Step::Subscribe, message),
            Err((reason, is_over)) => {
                report.failed(Step::Subscribe, reason);
                if is_over {
                    return;
                }
            }
        }
    }
    client.disconnect();
    let goodbye = async { while wire.poll().await.is_ok() {} };
    // It was only politeness: the stream is closed in any case.
    let _ = timeout(limit.min(Duration::from_secs(1)), goodbye).await;
}

/// Subscribes to one filter; on failure also says whether the link is gone.
async fn ask<W: Wire>(
    client: &W::Client,
    wire: &mut W,
    subscription: &Subscription,
    spec: &ConnectionSpec,
    limit: Duration,
    probe: &Probe,
) -> Result<String, (DownReason, bool)> {
    let filter = &subscription.filter;
    let refused = |detail: &str| {
        DownReason::subscriptions(&format!("the broker refused \"{filter}\": {detail}"))
    };
    let mut answers = client
        .subscribe(std::slice::from_ref(subscription), false)
        .map_err(|detail| (refused(&detail), false))?;
    let answered = async {
        loop {
            select! {
                answers = &mut answers => return Ok::<_, Fault>(answers),
                got = wire.poll() => { got?; }
            }
        }
    };
    match timeout(limit, answered).await {
        Err(_) => Err((refused("it did not answer in time"), true)),
        Ok(Err(fault)) if fault.is_closed() => Err((refused("it closed the connection"), true)),
        Ok(Err(fault)) => Err((refused(&fault.explain(spec, true, probe).message), true)),
        Ok(Ok(answers)) => match answers.into_iter().next() {
            Some(Answer {
                result: Ok(qos), ..
            }) => Ok(format!("\"{filter}\" granted with QoS {}", qos.code())),
            Some(Answer {
                result: Err(detail),
                ..
            }) => Err((refused(&detail), false)),
            None => Err((refused("it gave no answer"), false)),
        },
    }
}
