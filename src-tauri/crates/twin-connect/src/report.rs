//! What a look at a connection found, step by step.

use std::sync::Arc;

use serde::Serialize;
use twin_core::{Said, said};

use crate::{
    BrokerFacts, ConnectionSpec, DownKind, DownReason, Grade, Risk, TlsFacts, security_grade,
};

/// A step of [`crate::test_connection`].
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
    /// Asking for a WebSocket.
    WebSocket,
    /// Being accepted by the broker.
    #[serde(rename = "MQTT")]
    Mqtt,
    /// One filter; there is a step for each.
    Subscribe,
    /// An answer to CoAP.
    #[serde(rename = "CoAP")]
    Coap,
    /// One resource of a CoAP device; there is a step for each.
    Resource,
    /// Comparing clocks.
    Clock,
    /// How well the connection is protected.
    Security,
}

impl Step {
    /// What a person reads.
    pub const fn label(self) -> &'static str {
        match self {
            Step::Dns => "DNS",
            Step::Tcp => "TCP",
            Step::Tls => "TLS",
            Step::WebSocket => "WebSocket",
            Step::Mqtt => "MQTT",
            Step::Subscribe => "Subscribe",
            Step::Coap => "CoAP",
            Step::Resource => "Resource",
            Step::Clock => "Clock",
            Step::Security => "Security",
        }
    }
}

/// Something that a step found out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fact {
    /// What it is.
    pub name: Said,
    /// In words. It may hold text from the other side.
    pub value: Said,
}

/// Something that a person should look at although the step worked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Notice {
    /// What it is.
    pub message: Said,
    /// What to do.
    pub advice: Said,
}

/// How a step went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TestStep {
    /// Which.
    pub step: Step,
    /// Whether it worked.
    pub ok: bool,
    /// What happened. Of one that failed, `kind` says more to a catalogue.
    pub message: Said,
    /// What to do; empty when it worked.
    pub advice: Said,
    /// Why it did not work; none when it did, or was not even tried.
    pub kind: Option<DownKind>,
    /// What it found out.
    pub facts: Vec<Fact>,
    /// What to look at although it worked.
    pub notices: Vec<Notice>,
}

impl TestStep {
    pub(crate) fn worked(step: Step, message: impl Into<Said>) -> Self {
        TestStep {
            step,
            ok: true,
            message: message.into(),
            advice: Said::default(),
            kind: None,
            facts: Vec::new(),
            notices: Vec::new(),
        }
    }

    /// The connection cannot be tried as it is described: `why` says it, and no kind says it better.
    pub(crate) fn refused(step: Step, why: Said) -> Self {
        TestStep {
            ok: false,
            advice: said!("connect-advice", "Correct the connection's settings."),
            ..TestStep::worked(step, why)
        }
    }

    pub(crate) fn failed(step: Step, reason: DownReason) -> Self {
        let DownReason {
            kind,
            message,
            advice,
        } = reason;
        TestStep {
            ok: false,
            advice: advice.into(),
            kind: Some(kind),
            ..TestStep::worked(step, message)
        }
    }

    pub(crate) fn fact(&mut self, name: Said, value: impl Into<Said>) {
        let value = value.into();
        self.facts.push(Fact { name, value });
    }

    pub(crate) fn notice(&mut self, message: Said, advice: Said) {
        self.notices.push(Notice { message, advice });
    }
}

/// What [`crate::test_connection`] found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TestReport {
    /// In order. After a failure of DNS, TCP, TLS, WebSocket or MQTT no further step is tried.
    pub steps: Vec<TestStep>,
    /// How well the connection is protected, whether it works or not.
    pub grade: Grade,
    /// What may go wrong with it.
    pub risks: Vec<Risk>,
    /// What TLS agreed on, if it came so far.
    pub tls: Option<Arc<TlsFacts>>,
    /// What the broker said of itself, if it came so far.
    pub broker: Option<BrokerFacts>,
}

impl TestReport {
    pub(crate) fn new(spec: &ConnectionSpec) -> Self {
        TestReport::of_grade(security_grade(spec))
    }

    pub(crate) fn of_grade((grade, risks): (Grade, Vec<Risk>)) -> Self {
        TestReport {
            steps: Vec::new(),
            grade,
            risks,
            tls: None,
            broker: None,
        }
    }

    /// Whether everything worked.
    pub fn is_ok(&self) -> bool {
        self.steps.iter().all(|step| step.ok)
    }

    /// Everything to look at, of all steps.
    pub fn notices(&self) -> impl Iterator<Item = (Step, &Notice)> {
        let of = |step: &TestStep| step.step;
        self.steps
            .iter()
            .flat_map(move |step| step.notices.iter().map(move |notice| (of(step), notice)))
    }
}
