//! What the doctor makes of the facts of each step.

use std::time::Duration;

use twin_core::{Said, Timestamp, said};

use crate::{
    BrokerFacts, CertificateFacts, ConnectionSpec, Qos, Session, Subscription, TlsFacts,
    WebSocketFacts,
    calendar::day,
    facts::Expiry,
    report::{Step, TestReport, TestStep},
};

/// The host's addresses.
pub(crate) fn dns(host: &str, addresses: &str) -> TestStep {
    let message = said!(
        "step-dns",
        "{host} is {addresses}",
        host = host,
        addresses = addresses
    );
    TestStep::worked(Step::Dns, message)
}

/// The port is open.
pub(crate) fn tcp(peer: &str) -> TestStep {
    let message = said!("step-tcp", "{peer} accepts connections", peer = peer);
    let mut step = TestStep::worked(Step::Tcp, message);
    step.fact(said!("step-address", "address"), peer);
    step
}

/// The certificates, and how long they last.
pub(crate) fn tls(spec: &ConnectionSpec, facts: &TlsFacts, now: Timestamp) -> TestStep {
    let security = security_words(facts);
    let message = match facts.chain.first() {
        Some(own) => said!(
            "step-tls-until",
            "{security}; the broker's certificate is trusted, valid until {day}",
            security = security,
            day = day(own.not_after)
        ),
        None => said!(
            "step-tls",
            "{security}; the broker's certificate is trusted",
            security = security
        ),
    };
    let mut step = TestStep::worked(Step::Tls, message);
    step.fact(said!("step-version", "version"), &*facts.version);
    step.fact(said!("step-cipher", "cipher"), &*facts.cipher);
    alpn(&mut step, spec, facts);
    step.fact(said!("step-checked", "checked name"), &*facts.server_name);
    chains(&mut step, facts, now);
    for end in facts.expiries(now).iter().filter(|end| end.is_near()) {
        step.notice(
            ends(end),
            said!(
                "step-renew",
                "Renew it before that day, or the link ends with it."
            ),
        );
    }
    step
}

/// How the link is encrypted.
fn security_words(facts: &TlsFacts) -> Said {
    let mut said = Said::from(&*facts.version);
    if facts.client_shown {
        said = said!(
            "step-with-certificate",
            "{security}, client certificate",
            security = said
        );
    }
    if facts.name_overridden {
        said = said!(
            "step-with-name",
            "{security}, checked against the name \"{name}\"",
            security = said,
            name = &*facts.server_name
        );
    }
    said
}

fn alpn(step: &mut TestStep, spec: &ConnectionSpec, facts: &TlsFacts) {
    let offered = spec.tls.as_ref().is_some_and(|tls| !tls.alpn.is_empty());
    let name = said!("step-alpn", "application protocol (ALPN)");
    match &facts.alpn {
        Some(chosen) => step.fact(name, &**chosen),
        None if offered => {
            step.fact(name, said!("step-alpn-none", "none chosen"));
            step.notice(
                said!(
                    "step-alpn-unchosen",
                    "the broker chose none of the offered application protocols (ALPN)"
                ),
                said!(
                    "step-alpn-unchosen-advice",
                    "Nothing, if the link works; else correct the protocols or the port."
                ),
            );
        }
        None => {}
    }
}

/// Whose certificates there are, and which lists they were checked against.
fn chains(step: &mut TestStep, facts: &TlsFacts, now: Timestamp) {
    if let Some(own) = facts.chain.first() {
        step.fact(
            said!("step-names", "names in the certificate"),
            own.names.join(", "),
        );
    }
    for one in &facts.chain {
        step.fact(said!("step-chain", "broker's chain"), certificate(one, now));
    }
    let authority = match &facts.authority {
        Some(one) => certificate(one, now),
        None => said!(
            "step-authority-unknown",
            "the last of the chain, or not known by name"
        ),
    };
    step.fact(said!("step-authority", "authority"), authority);
    for one in &facts.client {
        step.fact(
            said!("step-client-chain", "client's chain"),
            certificate(one, now),
        );
    }
    for list in &facts.revocations {
        let next = list
            .next_update
            .map_or_else(|| said!("step-never", "never"), |until| day(until).into());
        step.fact(
            said!("step-revocations", "revocation list"),
            said!(
                "step-revoked",
                "{issuer}, {count} revoked, until {day}",
                issuer = &*list.issuer,
                count = list.revoked,
                day = next
            ),
        );
    }
}

/// What ends soon, or has ended.
fn ends(end: &Expiry) -> Said {
    let what = end.what.clone();
    match u64::try_from(end.days) {
        Err(_) => said!(
            "step-ended",
            "{what} has ended on {day}",
            what = what,
            day = day(end.at)
        ),
        Ok(days) => said!(
            "step-ends",
            "{what} ends in {days} day, on {day}" | "{what} ends in {days} days, on {day}",
            days = days,
            what = what,
            day = day(end.at)
        ),
    }
}

fn certificate(facts: &CertificateFacts, now: Timestamp) -> Said {
    const DAY: i64 = 86_400_000_000;
    let days = facts.not_after.since(now).micros().div_euclid(DAY);
    said!(
        "step-certificate",
        "{subject}, by {issuer}, {key}, until {day} ({days} days)",
        subject = &*facts.subject,
        issuer = &*facts.issuer,
        key = &*facts.key,
        day = day(facts.not_after),
        days = days.to_string()
    )
}

pub(crate) fn web_socket(path: &str, facts: &WebSocketFacts) -> TestStep {
    let message = said!(
        "step-web-socket",
        "a WebSocket for MQTT at {path}",
        path = path
    );
    let mut step = TestStep::worked(Step::WebSocket, message);
    step.fact(said!("step-subprotocol", "subprotocol"), &*facts.protocol);
    if let Some(server) = &facts.server {
        step.fact(said!("step-server", "server"), &**server);
    }
    step
}

/// What the broker said when it accepted the client (MQTT 5, 3.2.2.3).
pub(crate) fn mqtt(spec: &ConnectionSpec, facts: &BrokerFacts) -> TestStep {
    let message = said!(
        "step-mqtt",
        "{protocol}, accepted as \"{client}\"",
        protocol = spec.protocol.to_string(),
        client = &*spec.client_id
    );
    let mut step = TestStep::worked(Step::Mqtt, message);
    step.fact(
        said!("step-answer", "answer"),
        said!("step-success", "success"),
    );
    for (name, value) in broker_said(facts) {
        if let Some(value) = value {
            step.fact(name, value);
        }
    }
    if facts.shared_subscriptions == Some(false)
        && spec.subscriptions.iter().any(Subscription::is_shared)
    {
        step.notice(
            said!("step-no-shared", "the broker has no shared subscriptions"),
            said!("step-no-shared-advice", "Subscribe without a share group."),
        );
    }
    if facts.retain == Some(false) {
        step.notice(
            said!(
                "step-no-retained",
                "the broker keeps no retained messages: after a start nothing is shown until it is sent anew"
            ),
            said!(
                "step-no-retained-advice",
                "Let the broker keep them, if you run it."
            ),
        );
    }
    step
}

fn yes(value: bool) -> Said {
    match value {
        true => said!("step-yes", "yes"),
        false => said!("step-no", "no"),
    }
}

fn broker_said(facts: &BrokerFacts) -> [(Said, Option<Said>); 10] {
    let number = |value: Option<u32>| value.map(|value| value.to_string().into());
    let seconds = |value: Option<u32>| value.map(|value| format!("{value} s").into());
    [
        (
            said!("step-qos", "highest QoS"),
            number(facts.maximum_qos.map(u32::from)),
        ),
        (
            said!("step-retained", "retained messages"),
            facts.retain.map(yes),
        ),
        (
            said!("step-wildcards", "wildcards"),
            facts.wildcards.map(yes),
        ),
        (
            said!("step-shared", "shared subscriptions"),
            facts.shared_subscriptions.map(yes),
        ),
        (
            said!("step-receive", "takes at once (receive maximum)"),
            number(facts.receive_maximum.map(u32::from)),
        ),
        (
            said!("step-largest", "largest packet"),
            facts
                .maximum_packet
                .map(|size| said!("step-bytes", "{size} bytes", size = u64::from(size))),
        ),
        (
            said!("step-keep-alive", "keep-alive"),
            seconds(facts.keep_alive.map(u32::from)),
        ),
        (
            said!("step-session-expiry", "session expiry"),
            seconds(facts.session_expiry),
        ),
        (
            said!("step-client-id", "assigned client id"),
            facts.assigned_client_id.as_deref().map(Said::from),
        ),
        (
            said!("step-reason", "reason"),
            facts.reason.as_deref().map(Said::from),
        ),
    ]
}

/// A granted filter.
pub(crate) fn granted(subscription: &Subscription, qos: Qos) -> TestStep {
    let filter = subscription.wire_filter();
    let message = said!(
        "step-granted",
        "\"{filter}\" granted with QoS {qos}",
        filter = &*filter,
        qos = qos.code().to_string()
    );
    let mut step = TestStep::worked(Step::Subscribe, message);
    step.fact(
        said!("step-note", "note"),
        said!(
            "step-granted-note",
            "granted does not mean sent: with an access list (acl_file) mosquitto grants a filter and then withholds the \
             messages that it does not allow"
        ),
    );
    if qos < subscription.qos {
        let advice = match qos {
            Qos::AtMostOnce => said!(
                "step-less-qos-lost",
                "Messages are lost whenever the link is: let the broker allow QoS 1."
            ),
            _ => said!(
                "step-less-qos-kept",
                "Nothing: QoS 1 loses no message either."
            ),
        };
        let message = said!(
            "step-less-qos",
            "QoS {asked} was asked for \"{filter}\", {granted} was granted",
            asked = subscription.qos.code().to_string(),
            filter = filter.into_owned(),
            granted = qos.code().to_string()
        );
        step.notice(message, advice);
    }
    if subscription.is_shared() {
        step.fact(
            said!("step-shared-filter", "shared"),
            said!(
                "step-shared-note",
                "each message goes to one member of the group, in no common order, and retained ones are not sent"
            ),
        );
    }
    step
}

/// How the session of the real connection differs from what was asked for. The test itself uses a clean one.
pub(crate) fn session(spec: &ConnectionSpec) -> Option<(Said, Said)> {
    match spec.session {
        Session::Clean => Some((
            said!("step-session", "session"),
            said!(
                "step-session-clean",
                "clean: what is sent while the link is down is lost"
            ),
        )),
        Session::Persistent { .. } => None,
    }
}

/// Grade and risks.
pub(crate) fn security(report: &TestReport) -> TestStep {
    let mut step = TestStep::worked(Step::Security, format!("grade {}", report.grade.label()));
    for risk in &report.risks {
        step.notice(risk.message.clone(), risk.advice.clone());
    }
    step
}

/// How long a step took: "1.2 ms".
pub(crate) fn took(step: &mut TestStep, duration: Duration) {
    step.fact(
        said!("step-took", "took"),
        said!(
            "step-ms",
            "{amount} ms",
            amount = format!("{:.1}", duration.as_secs_f64() * 1e3)
        ),
    );
}
