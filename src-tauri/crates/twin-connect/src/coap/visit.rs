//! Short visits to a device: what it has, and whether a connection to it would work.

use std::{net::SocketAddr, time::Duration};

use tokio::time::timeout;
use twin_core::{Said, said};

use super::{
    channel::resolve,
    link::Link,
    links::{self, Links},
    machine::{Event, Machine, Settings},
    media::media_type,
    reason,
    slot::Standing,
    spec::{CoapError, CoapResource, CoapSecurity, CoapSpec},
};
use crate::{DownKind, DownReason, Step, TestReport, TestStep, findings};

/// Where a device tells what it has. (RFC 6690, 4)
const WELL_KNOWN: &str = "/.well-known/core";

/// Content format of the answer.
const LINK_FORMAT: u16 = 40;

/// How long cancelling what was observed may take.
const GOODBYE: Duration = Duration::from_millis(500);

/// Asks a device once what it has, `limit` long at most. (RFC 6690)
///
/// # Errors
/// If it cannot be reached in time, or has no such list: why, in words.
pub async fn discover(spec: &CoapSpec, limit: Duration) -> Result<Links, DownReason> {
    let spec = CoapSpec {
        resources: vec![CoapResource {
            path: WELL_KNOWN.into(),
            observe: false,
            every: None,
        }],
        ..spec.clone()
    };
    let asked = async {
        let addresses = resolve(&spec).await?;
        let mut last = reason::no_answer(&spec);
        for address in addresses {
            match Link::begin(&spec, address, limit).await {
                Ok(mut link) => return list(&spec, &mut link, limit).await,
                Err(reason) => last = reason,
            }
        }
        Err(last)
    };
    spec.check().map_err(|error| reason::settings(&error))?;
    // On the heap: it holds a whole datagram.
    timeout(limit, Box::pin(asked))
        .await
        .unwrap_or_else(|_| Err(reason::no_answer(&spec)))
}

async fn list(spec: &CoapSpec, link: &mut Link, limit: Duration) -> Result<Links, DownReason> {
    let mut answer = None;
    let is_done = |event: &Event, machine: &Machine| {
        match event {
            Event::Message { body, format, .. } => answer = Some(Ok((body.clone(), *format))),
            Event::Unreadable { detail, .. } => answer = Some(Err(detail.clone())),
            _ => {
                if let Some(Standing::Refused(words)) = machine.standings().next() {
                    answer = Some(Err(words.clone()));
                }
            }
        }
        answer.is_some()
    };
    link.run(spec, limit, is_done).await?;
    let refused = |detail: &str| {
        DownReason::new(
            DownKind::SubscriptionRefused,
            format!("{} does not tell what it has: {detail}", spec.address()),
            "Enter the resources by hand, as the device's manual names them.",
        )
    };
    match answer {
        None => Err(reason::no_answer(spec)),
        Some(Err(detail)) => Err(refused(&detail)),
        Some(Ok((_, Some(format)))) if format != LINK_FORMAT => {
            let name = media_type(format).map_or_else(|| format.to_string(), String::from);
            Err(refused(&format!(
                "it sent {name} instead of a list of links"
            )))
        }
        Some(Ok((body, _))) => Ok(links::read(&String::from_utf8_lossy(&body))),
    }
}

/// Tries the connection once: look-up, DTLS if there is any, a ping, and each resource, `limit` long each at most. What it
/// observes it cancels again.
pub async fn probe(spec: &CoapSpec, limit: Duration) -> TestReport {
    let mut report = TestReport::of_grade(spec.security_grade());
    if let Err(error) = spec.check() {
        let step = match error {
            CoapError::Path { .. } | CoapError::TooMany { .. } => Step::Resource,
            CoapError::Key { .. } => Step::Tls,
            _ => Step::Dns,
        };
        report.steps.push(TestStep::refused(step, error.said()));
        return report;
    }
    // On the heap: it holds a whole datagram.
    Box::pin(go_through(spec, limit, &mut report)).await;
    report
}

async fn go_through(spec: &CoapSpec, limit: Duration, report: &mut TestReport) {
    let found = timeout(limit, resolve(spec)).await;
    let found = found.unwrap_or_else(|_| Err(reason::dns(spec, "no answer in time")));
    let addresses = match found {
        Ok(addresses) => addresses,
        Err(reason) => return report.steps.push(TestStep::failed(Step::Dns, reason)),
    };
    let list: Vec<_> = addresses.iter().map(|some| some.ip().to_string()).collect();
    report
        .steps
        .push(findings::dns(&spec.host, &list.join(", ")));

    let share = limit / u32::try_from(addresses.len().max(1)).unwrap_or(u32::MAX);
    let mut failure = (Step::Coap, reason::no_answer(spec));
    for address in addresses {
        match reach(spec, address, share).await {
            Ok(mut link) => {
                if spec.security != CoapSecurity::None {
                    let agreed = said!(
                        "step-agreed",
                        "{security} agreed on",
                        security = security(spec)
                    );
                    report.steps.push(TestStep::worked(Step::Tls, agreed));
                }
                let answers = said!(
                    "step-coap",
                    "{address} answers to CoAP, {security}",
                    address = address.to_string(),
                    security = security(spec)
                );
                report.steps.push(TestStep::worked(Step::Coap, answers));
                try_resources(spec, &mut link, limit, report).await;
                return link.end(spec, GOODBYE).await;
            }
            Err(reason) => failure = reason,
        }
    }
    report.steps.push(TestStep::failed(failure.0, failure.1));
}

/// How the device is spoken to.
fn security(spec: &CoapSpec) -> Said {
    match spec.security {
        CoapSecurity::None => said!("step-not-encrypted", "not encrypted"),
        CoapSecurity::PresharedKey { .. } => {
            said!("step-preshared", "DTLS 1.2, pre-shared key")
        }
    }
}

/// As far as an answer to a ping.
async fn reach(
    spec: &CoapSpec,
    address: SocketAddr,
    limit: Duration,
) -> Result<Link, (Step, DownReason)> {
    let alone = CoapSpec {
        resources: Vec::new(),
        ..spec.clone()
    };
    let step = match spec.security {
        CoapSecurity::None => Step::Coap,
        CoapSecurity::PresharedKey { .. } => Step::Tls,
    };
    let mut link = Link::begin(&alone, address, limit)
        .await
        .map_err(|reason| (step, reason))?;
    link.run(spec, limit, |_, machine| machine.is_up())
        .await
        .and_then(|()| match link.machine.is_up() {
            true => Ok(()),
            false => Err(reason::no_answer(spec)),
        })
        .map_err(|reason| (Step::Coap, reason))?;
    Ok(link)
}

/// Each resource's answer.
async fn try_resources(spec: &CoapSpec, link: &mut Link, limit: Duration, report: &mut TestReport) {
    let count = spec.resources.len();
    if count == 0 {
        return;
    }
    let mut got: Vec<Option<Result<Said, String>>> = vec![None; count];
    let result = match Settings::of(spec) {
        Ok(settings) => {
            link.begin_again(settings);
            let is_done = |event: &Event, machine: &Machine| {
                note(event, &mut got);
                let mut both = machine.standings().zip(&got);
                both.all(|(standing, got)| match standing {
                    Standing::Unknown => false,
                    Standing::Granted { .. } => got.is_some(),
                    Standing::Refused(_) => true,
                })
            };
            link.run(spec, limit, is_done).await
        }
        Err(error) => Err(reason::settings(&error)),
    };
    let silence = match result {
        Ok(()) => "the device did not answer in time".into(),
        Err(reason) => reason.message,
    };
    let standings: Vec<Standing> = link.machine.standings().cloned().collect();
    let parts = spec.resources.iter().zip(standings).zip(got);
    for ((resource, standing), got) in parts {
        let path = &resource.path;
        let refused = |detail: &str| {
            DownReason::new(
                DownKind::SubscriptionRefused,
                format!("\"{path}\": {detail}"),
                "Check the path; ask the device what it has.",
            )
        };
        match (standing, got) {
            (Standing::Refused(words), _) => report
                .steps
                .push(TestStep::failed(Step::Resource, refused(&words))),
            (_, Some(Err(detail))) => report
                .steps
                .push(TestStep::failed(Step::Resource, refused(&detail))),
            (Standing::Granted { observed }, Some(Ok(what))) => {
                let message = gives(path, what, resource.observe.then_some(observed));
                report.steps.push(TestStep::worked(Step::Resource, message));
            }
            _ => report
                .steps
                .push(TestStep::failed(Step::Resource, refused(&silence))),
        }
    }
}

/// What came of a resource, and whether it tells of changes if that was asked for.
fn gives(path: &str, what: Said, observed: Option<bool>) -> Said {
    match observed {
        None => said!(
            "step-gives",
            "\"{path}\" gives {what}",
            path = path,
            what = what
        ),
        Some(true) => said!(
            "step-gives-changes",
            "\"{path}\" gives {what}; it tells of changes by itself",
            path = path,
            what = what
        ),
        Some(false) => said!(
            "step-gives-at-intervals",
            "\"{path}\" gives {what}; it cannot tell of changes, so it will be read at intervals",
            path = path,
            what = what
        ),
    }
}

/// What a resource gave.
fn note(event: &Event, got: &mut [Option<Result<Said, String>>]) {
    let (slot, what) = match event {
        Event::Message { slot, body, format } => {
            let kind = match format {
                None => said!("step-format-unnamed", "unnamed format"),
                Some(number) => media_type(*number).map_or_else(
                    || {
                        said!(
                            "step-format-number",
                            "content format {number}",
                            number = number.to_string()
                        )
                    },
                    Said::from,
                ),
            };
            let what = said!(
                "step-content",
                "{size} bytes, {format}",
                size = body.len(),
                format = kind
            );
            (*slot, Ok(what))
        }
        Event::Unreadable { slot, detail, .. } => (*slot, Err(detail.clone())),
        Event::Up | Event::Answered | Event::Lost => return,
    };
    if let Some(place) = got.get_mut(slot) {
        *place = Some(what);
    }
}
