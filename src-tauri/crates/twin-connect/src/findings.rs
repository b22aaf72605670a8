//! What the doctor makes of the facts of each step.

use std::time::Duration;

use twin_core::Timestamp;

use crate::{
    BrokerFacts, CertificateFacts, ConnectionSpec, Qos, Session, Subscription, TlsFacts,
    WebSocketFacts,
    calendar::day,
    report::{Step, TestReport, TestStep},
};

/// The certificates, and how long they last.
pub(crate) fn tls(
    spec: &ConnectionSpec,
    facts: &TlsFacts,
    security: &str,
    now: Timestamp,
) -> TestStep {
    let until = facts.chain.first().map_or_else(String::new, |own| {
        format!(", valid until {}", day(own.not_after))
    });
    let mut step = TestStep::worked(
        Step::Tls,
        format!("{security}; the broker's certificate is trusted{until}"),
    );
    step.fact("version", &*facts.version);
    step.fact("cipher", &*facts.cipher);
    let offered = spec.tls.as_ref().is_some_and(|tls| !tls.alpn.is_empty());
    match &facts.alpn {
        Some(chosen) => step.fact("application protocol (ALPN)", &**chosen),
        None if offered => {
            step.fact("application protocol (ALPN)", "none chosen");
            step.notice(
                "the broker chose none of the offered application protocols (ALPN)",
                "Nothing, if the link works; else correct the protocols or the port.",
            );
        }
        None => {}
    }
    step.fact("checked name", &*facts.server_name);
    if let Some(own) = facts.chain.first() {
        step.fact("names in the certificate", own.names.join(", "));
    }
    for one in &facts.chain {
        step.fact("broker's chain", certificate(one, now));
    }
    match &facts.authority {
        Some(one) => step.fact("authority", certificate(one, now)),
        None => step.fact("authority", "the last of the chain, or not known by name"),
    }
    for one in &facts.client {
        step.fact("client's chain", certificate(one, now));
    }
    for list in &facts.revocations {
        let next = list.next_update.map_or_else(|| "never".into(), day);
        step.fact(
            "revocation list",
            format!("{}, {} revoked, until {next}", list.issuer, list.revoked),
        );
    }
    for end in facts.expiries(now).iter().filter(|end| end.is_near()) {
        let message = if end.days < 0 {
            format!("{} has ended on {}", end.what, day(end.at))
        } else {
            format!("{} ends in {} days, on {}", end.what, end.days, day(end.at))
        };
        step.notice(
            message,
            "Renew it before that day, or the link ends with it.",
        );
    }
    step
}

fn certificate(facts: &CertificateFacts, now: Timestamp) -> String {
    const DAY: i64 = 86_400_000_000;
    let days = facts.not_after.since(now).micros().div_euclid(DAY);
    format!(
        "{}, by {}, {}, until {} ({days} days)",
        facts.subject,
        facts.issuer,
        facts.key,
        day(facts.not_after)
    )
}

pub(crate) fn web_socket(path: &str, facts: &WebSocketFacts) -> TestStep {
    let message = format!("a WebSocket for MQTT at {path}");
    let mut step = TestStep::worked(Step::WebSocket, message);
    step.fact("subprotocol", &*facts.protocol);
    if let Some(server) = &facts.server {
        step.fact("server", &**server);
    }
    step
}

/// What the broker said when it accepted the client (MQTT 5, 3.2.2.3).
pub(crate) fn mqtt(spec: &ConnectionSpec, facts: &BrokerFacts) -> TestStep {
    let message = format!("{}, accepted as \"{}\"", spec.protocol, spec.client_id);
    let mut step = TestStep::worked(Step::Mqtt, message);
    step.fact("answer", "success");
    let yes = |value: bool| if value { "yes" } else { "no" };
    let number = |value: Option<u32>| value.map(|value| value.to_string());
    let seconds = |value: Option<u32>| value.map(|value| format!("{value} s"));
    let said = [
        ("highest QoS", number(facts.maximum_qos.map(u32::from))),
        ("retained messages", facts.retain.map(yes).map(Into::into)),
        ("wildcards", facts.wildcards.map(yes).map(Into::into)),
        (
            "shared subscriptions",
            facts.shared_subscriptions.map(yes).map(Into::into),
        ),
        (
            "takes at once (receive maximum)",
            number(facts.receive_maximum.map(u32::from)),
        ),
        (
            "largest packet",
            facts.maximum_packet.map(|size| format!("{size} bytes")),
        ),
        ("keep-alive", seconds(facts.keep_alive.map(u32::from))),
        ("session expiry", seconds(facts.session_expiry)),
        ("assigned client id", facts.assigned_client_id.clone()),
        ("reason", facts.reason.clone()),
    ];
    for (name, value) in said {
        if let Some(value) = value {
            step.fact(name, value);
        }
    }
    if facts.shared_subscriptions == Some(false)
        && spec.subscriptions.iter().any(Subscription::is_shared)
    {
        step.notice(
            "the broker has no shared subscriptions",
            "Subscribe without a share group.",
        );
    }
    if facts.retain == Some(false) {
        step.notice(
            "the broker keeps no retained messages: after a start nothing is shown until it is sent anew",
            "Let the broker keep them, if you run it.",
        );
    }
    step
}

/// A granted filter.
pub(crate) fn granted(subscription: &Subscription, qos: Qos) -> TestStep {
    let filter = subscription.wire_filter();
    let message = format!("\"{filter}\" granted with QoS {}", qos.code());
    let mut step = TestStep::worked(Step::Subscribe, message);
    step.fact(
        "note",
        "granted does not mean sent: with an access list (acl_file) mosquitto grants a filter and then withholds the \
         messages that it does not allow",
    );
    if qos < subscription.qos {
        step.notice(
            format!(
                "QoS {} was asked for \"{filter}\", {} was granted",
                subscription.qos.code(),
                qos.code()
            ),
            match qos {
                Qos::AtMostOnce => {
                    "Messages are lost whenever the link is: let the broker allow QoS 1."
                }
                _ => "Nothing: QoS 1 loses no message either.",
            },
        );
    }
    if subscription.is_shared() {
        step.fact(
            "shared",
            "each message goes to one member of the group, in no common order, and retained ones are not sent",
        );
    }
    step
}

/// How the session of the real connection differs from what was asked for. The test itself uses a clean one.
pub(crate) fn session(spec: &ConnectionSpec) -> Option<(&'static str, String)> {
    match spec.session {
        Session::Clean => Some((
            "session",
            "clean: what is sent while the link is down is lost".into(),
        )),
        Session::Persistent { .. } => None,
    }
}

/// Grade and risks.
pub(crate) fn security(report: &TestReport) -> TestStep {
    let mut step = TestStep::worked(Step::Security, format!("grade {}", report.grade.label()));
    for risk in &report.risks {
        step.notice(&*risk.message, &*risk.advice);
    }
    step
}

/// "1.2 ms".
pub(crate) fn took(duration: Duration) -> String {
    format!("{:.1} ms", duration.as_secs_f64() * 1e3)
}
