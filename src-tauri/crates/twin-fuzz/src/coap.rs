//! A CoAP link that is fed datagrams.
//!
//! Setup: flags (1: the second resource is observed, 2: small representations only). Control of a part: 1: its number
//! and token are made those of the newest request, 2: of the one before it; 4: the time of the step passes in silence
//! first. Bodies are datagrams.

use std::{collections::VecDeque, time::Duration};

use twin_connect::coap::{CoapResource, CoapSpec, Trial, read_links};

use crate::{
    broken::{Broken, ensure},
    script::{Part, Script},
};

/// Datagrams that a link may send for each that it gets and each deadline.
const SENT_MAX: usize = 64;

/// Deadlines that may come one after the other without time going on.
const DEADLINES_MAX: usize = 256;

/// Largest representation when it is to be small, bytes.
const SMALL: usize = 64;

/// Feeds a link.
///
/// # Errors
/// What did not hold.
pub fn check_link(script: &Script) -> Result<(), Broken> {
    let one = transcript(script)?;
    let other = transcript(script)?;
    ensure(one == other, || {
        "the same datagrams gave something else the second time".into()
    })
}

fn spec(script: &Script) -> CoapSpec {
    let mut spec = CoapSpec::new("device", 5683);
    let resource = |path: &str, observe| CoapResource {
        path: path.into(),
        observe,
        every: None,
    };
    let flags = script.setup(0);
    spec.resources = vec![
        resource("/sensors/t", true),
        resource("/sensors/h?unit=C", flags & 1 != 0),
    ];
    if flags & 2 != 0 {
        spec.limits.max_payload = SMALL;
    }
    spec
}

/// What a link sends and hands on.
fn transcript(script: &Script) -> Result<Vec<u8>, Broken> {
    let spec = spec(script);
    let mut link =
        Trial::new(&spec, [7; 32]).map_err(|error| Broken::Invariant(error.to_string()))?;
    let mut now = Duration::ZERO;
    let mut said = vec![];
    let mut requests = VecDeque::new();
    collect(&mut link, &spec, &mut said, &mut requests)?;
    for part in &script.parts {
        let until = now + Duration::from_millis(part.step_ms().unsigned_abs());
        if part.flag(2) {
            pass(&mut link, until, &spec, &mut said, &mut requests)?;
        }
        now = until;
        link.receive(&answer(part, &requests), now);
        collect(&mut link, &spec, &mut said, &mut requests)?;
    }
    Ok(said)
}

/// Lets time pass, deadline by deadline.
fn pass(
    link: &mut Trial,
    until: Duration,
    spec: &CoapSpec,
    said: &mut Vec<u8>,
    requests: &mut VecDeque<Vec<u8>>,
) -> Result<(), Broken> {
    let mut last = Duration::ZERO;
    let mut without_progress = 0;
    while let Some(due) = link.next_deadline().filter(|due| *due <= until) {
        without_progress = if due > last { 0 } else { without_progress + 1 };
        last = last.max(due);
        ensure(without_progress < DEADLINES_MAX, || {
            format!("a deadline at {due:?} comes for ever")
        })?;
        link.tick(last);
        collect(link, spec, said, requests)?;
    }
    Ok(())
}

fn collect(
    link: &mut Trial,
    spec: &CoapSpec,
    said: &mut Vec<u8>,
    requests: &mut VecDeque<Vec<u8>>,
) -> Result<(), Broken> {
    let mut count = 0;
    while let Some(datagram) = link.take_datagram() {
        count += 1;
        ensure(count <= SENT_MAX, || format!("{count} datagrams at once"))?;
        said.extend_from_slice(&datagram);
        // Confirmable and a GET: what is sent again is the same request.
        let is_request = datagram.get(1) == Some(&1);
        if is_request && requests.front() != Some(&datagram) {
            requests.push_front(datagram);
            requests.truncate(2);
        }
    }
    let (count, largest) = link.take_representations();
    ensure(largest <= spec.limits.max_payload, || {
        format!("a representation of {largest} bytes")
    })?;
    said.extend_from_slice(&count.to_le_bytes());
    said.extend_from_slice(&largest.to_le_bytes());
    Ok(())
}

/// The datagram of a part, as an answer to a request when it is to be one.
fn answer(part: &Part, requests: &VecDeque<Vec<u8>>) -> Vec<u8> {
    let request = match (part.flag(0), part.flag(1)) {
        (true, _) => requests.front(),
        (_, true) => requests.get(1),
        _ => None,
    };
    let token = |datagram: &[u8]| usize::from(datagram.first().copied().unwrap_or(0) & 15);
    let Some((request, [first, code, _, _, rest @ ..])) =
        request.map(|request| (request, part.body.as_slice()))
    else {
        return part.body.clone();
    };
    let rest = rest.get(token(&part.body)..).unwrap_or_default();
    let own = request.get(2..4 + token(request)).unwrap_or_default();
    let mut datagram = vec![first & 0xF0 | token(request) as u8, *code];
    datagram.extend_from_slice(own);
    datagram.extend_from_slice(rest);
    datagram
}

/// Reads each part as what a device says it has.
///
/// # Errors
/// What did not hold.
pub fn check_links(script: &Script) -> Result<(), Broken> {
    for part in &script.parts {
        let text = part.text();
        let found = read_links(&text);
        let commas = text.matches(',').count() + 1;
        ensure(found.links.len() + found.left_out <= commas, || {
            format!("{} links of {commas}", found.links.len())
        })?;
    }
    Ok(())
}
