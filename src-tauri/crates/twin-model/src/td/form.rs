//! Forms: how a value can be had, by MQTT or by CoAP.

use twin_core::{Said, said};

use super::{
    address::{Address, Endpoint, Refusal, decoded, parse, resolve},
    security::Security,
};
use crate::{
    topic::filter_fault,
    twin_file::{
        Collector, Rule,
        json::{Kind, View, shown},
    },
};

/// One way to have a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    /// The address as written, made whole with the base.
    pub href: String,
    /// Whom to ask. Whether to is a person's decision: nothing is dialled because a file names it.
    pub endpoint: Endpoint,
    /// What to ask for.
    pub binding: Binding,
    /// Media type of the values, such as `application/json`.
    pub content_type: String,
    /// Coding of the values, such as `gzip`.
    pub content_coding: Option<String>,
    /// Schemes of the security definitions that hold, such as `basic`.
    pub security: Vec<String>,
}

/// What to ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Binding {
    /// A subscription.
    Mqtt {
        /// Topic filters, well-formed.
        filters: Vec<String>,
        /// Quality of service that messages are sent with: 0, 1 or 2.
        qos: Option<u8>,
        /// Whether the broker keeps the last message.
        retained: bool,
    },
    /// A resource.
    Coap {
        /// Path, decoded, without the leading slash.
        path: String,
        /// Query, as written.
        query: Option<String>,
        /// Whether changes are told (RFC 7641); else it is asked again and again.
        observed: bool,
        /// Number of the content format (RFC 7252, section 12.3).
        content_format: Option<u16>,
        /// Shortest time between two questions, s.
        poll_s: Option<u32>,
    },
}

/// Where forms stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Property { readable: bool, writable: bool },
    Action,
    Event,
    Thing,
}

/// What forms of a Thing have in common.
pub(super) struct Common<'a> {
    pub(super) base: Option<&'a str>,
    pub(super) security: Security<'a>,
}

/// What a form is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Uses {
    /// Values are had when asked for.
    pub(super) read: bool,
    /// Values come by themselves.
    pub(super) pushed: bool,
    pub(super) write: bool,
}

/// A form as far as it can be used: it, or why not.
pub(super) type Outcome = Result<Form, Said>;

impl Place {
    const fn operations(self) -> &'static [&'static str] {
        match self {
            Place::Property { .. } => &[
                "readproperty",
                "writeproperty",
                "observeproperty",
                "unobserveproperty",
            ],
            Place::Action => &["invokeaction", "queryaction", "cancelaction"],
            Place::Event => &["subscribeevent", "unsubscribeevent"],
            Place::Thing => &[
                "readallproperties",
                "writeallproperties",
                "readmultipleproperties",
                "writemultipleproperties",
                "observeallproperties",
                "unobserveallproperties",
                "queryallactions",
                "subscribeallevents",
                "unsubscribeallevents",
            ],
        }
    }
}

/// Reads `forms`: what each is for, and the form itself. Values only, no writing and no calling.
pub(super) fn forms<'a>(
    owner: View<'a>,
    place: Place,
    common: &Common<'a>,
    faults: &Collector,
) -> Vec<(Uses, Outcome)> {
    let Some(view) = owner.get("forms") else {
        if place != Place::Thing {
            faults.add(
                owner,
                Rule::ThingRequired,
                "There are no \"forms\", so nobody knows how to reach it. Add one.",
            );
        }
        return Vec::new();
    };
    let Some(items) = view.items() else {
        faults.add(
            view,
            Rule::ThingForm,
            "\"forms\" has to be an array of objects.",
        );
        return Vec::new();
    };
    if items.len() == 0 && place != Place::Thing {
        faults.add(view, Rule::ThingRequired, "\"forms\" is empty. Add one.");
    }
    items
        .filter_map(|item| form(item, place, common, faults))
        .collect()
}

fn form<'a>(
    view: View<'a>,
    place: Place,
    common: &Common<'a>,
    faults: &Collector,
) -> Option<(Uses, Outcome)> {
    if !view.is_object() {
        faults.add(view, Rule::ThingForm, "A form is an object with \"href\".");
        return None;
    }
    let uses = operations(view, place, faults);
    let schemes = common.security.schemes(view, faults);
    let content_type = text(view, "contentType", faults).unwrap_or("application/json");
    let content_coding = text(view, "contentCoding", faults).map(str::to_owned);
    let subprotocol = text(view, "subprotocol", faults);
    if let Some(response) = view.get("response") {
        if !response.is_object() {
            faults.add(
                response,
                Rule::ThingForm,
                "\"response\" has to be an object.",
            );
        }
        text(response, "contentType", faults);
    }
    let (href, address) = address(view, common.base, faults)?;
    let address = match address {
        Ok(address) => address,
        Err(why) => return Some((uses, Err(why))),
    };
    let told = faults.count();
    let binding = match address.endpoint.scheme.is_mqtt() {
        true => mqtt(view, &address, uses, faults),
        false => coap(view, &address, uses, subprotocol, faults),
    };
    if faults.count() > told {
        return None;
    }
    let form = binding.map(|binding| Form {
        href,
        endpoint: address.endpoint,
        binding,
        content_type: content_type.to_owned(),
        content_coding,
        security: schemes,
    });
    let outcome = form.ok_or_else(|| {
        said!(
            "leftout-method",
            "The form asks for a method that does not read."
        )
    });
    Some((uses, outcome))
}

/// The address of a form, whole: taken apart, or why it is of no use here.
fn address(
    view: View<'_>,
    base: Option<&str>,
    faults: &Collector,
) -> Option<(String, Result<Address, Said>)> {
    let Some(href) = view.get("href") else {
        faults.add(
            view,
            Rule::ThingRequired,
            "A form needs \"href\". Add the address.",
        );
        return None;
    };
    let Some(reference) = href.text() else {
        faults.add(href, Rule::ThingForm, "\"href\" has to be a text.");
        return None;
    };
    let Some(whole) = resolve(base, reference) else {
        let text = said!(
            "leftout-relative",
            "\"{address}\" is relative to where the file came from, which is not known. Add \"base\" to the file.",
            address = shown(reference)
        );
        return Some((reference.to_owned(), Err(text)));
    };
    // A template is no URI, so nothing more can be said of it.
    if whole.contains(['{', '}']) {
        let text = said!(
            "leftout-template",
            "\"{address}\" is a URI template, and there is nothing to fill it from. Give a whole address.",
            address = shown(&whole)
        );
        return Some((whole, Err(text)));
    }
    match parse(&whole) {
        Ok(address) => Some((whole, Ok(address))),
        Err(Refusal::Foreign) => {
            let scheme = whole.split(':').next().unwrap_or_default();
            let text = said!(
                "leftout-scheme",
                "\"{scheme}\" is not spoken here; MQTT and CoAP are.",
                scheme = shown(scheme)
            );
            Some((whole, Err(text)))
        }
        Err(Refusal::Malformed(why)) => {
            let text = format!("\"{}\" is no address: {why}. Correct it.", shown(&whole));
            faults.add(href, Rule::ThingHref, text);
            None
        }
    }
}

/// Reads `op`, or what holds without it.
fn operations(view: View<'_>, place: Place, faults: &Collector) -> Uses {
    let Some(op) = view.get("op") else {
        if place == Place::Thing {
            faults.add(
                view,
                Rule::ThingRequired,
                "A form of the whole Thing needs \"op\". Add it.",
            );
        }
        return match place {
            Place::Property { readable, writable } => Uses {
                read: readable,
                pushed: false,
                write: writable,
            },
            Place::Event => Uses {
                pushed: true,
                ..Uses::default()
            },
            Place::Action | Place::Thing => Uses::default(),
        };
    };
    let mut uses = Uses::default();
    for item in op.each() {
        let known = item.text().filter(|text| place.operations().contains(text));
        match known {
            Some("readproperty") => uses.read = true,
            Some("writeproperty") => uses.write = true,
            Some("observeproperty" | "subscribeevent") => uses.pushed = true,
            Some(_) => {}
            None => {
                let text = format!(
                    "\"op\" has to be one or more of: {}.",
                    place.operations().join(", ")
                );
                faults.add(item, Rule::ThingOperation, text);
            }
        }
    }
    uses
}

/// MQTT binding: `mqv:filter`, else `mqv:topic`, else the path of the address.
fn mqtt(view: View<'_>, address: &Address, uses: Uses, faults: &Collector) -> Option<Binding> {
    let qos = view.get("mqv:qos").and_then(|qos| {
        let number = match qos.kind() {
            Kind::Text(text) => text.parse().ok(),
            _ => qos.whole().and_then(|whole| u8::try_from(whole).ok()),
        };
        if number.is_none_or(|number: u8| number > 2) {
            faults.add(
                qos,
                Rule::ThingBinding,
                "\"mqv:qos\" has to be \"0\", \"1\" or \"2\".",
            );
        }
        number
    });
    let retained = view.get("mqv:retain").is_some_and(|retain| {
        if retain.bool().is_none() {
            faults.add(
                retain,
                Rule::ThingBinding,
                "\"mqv:retain\" has to be true or false.",
            );
        }
        retain.bool() == Some(true)
    });
    let packet = view.get("mqv:controlPacket");
    if let Some(packet) = packet {
        let known = ["publish", "subscribe", "unsubscribe"];
        let name = packet.text().map(|text| text.trim_start_matches("mqv:"));
        if !name.is_some_and(|name| known.contains(&name)) {
            let text = "\"mqv:controlPacket\" has to be publish, subscribe or unsubscribe.";
            faults.add(packet, Rule::ThingBinding, text);
        }
    }
    let publishes = packet
        .and_then(View::text)
        .is_some_and(|text| text.ends_with("publish"));
    let filters = topics(view, address, uses, faults)?;
    (!publishes).then_some(Binding::Mqtt {
        filters,
        qos,
        retained,
    })
}

fn topics(
    view: View<'_>,
    address: &Address,
    uses: Uses,
    faults: &Collector,
) -> Option<Vec<String>> {
    let stated = view.get("mqv:filter").or_else(|| view.get("mqv:topic"));
    let mut filters = Vec::new();
    for item in stated.map(View::each).unwrap_or_default() {
        match item.text() {
            Some(text) => filters.push((item, text.to_owned())),
            None => faults.add(item, Rule::ThingBinding, "A topic has to be a text."),
        }
    }
    if stated.is_none() {
        let path = address.path.strip_prefix('/').unwrap_or(&address.path);
        let decoded = decoded(path).filter(|path| !path.is_empty());
        filters.extend(decoded.map(|path| (view, path)));
    }
    if filters.is_empty() && (uses.read || uses.pushed) {
        let text =
            "The form names no topic. Add \"mqv:filter\" with the topic that the values come on.";
        faults.add(view, Rule::ThingBinding, text);
        return None;
    }
    for (at, filter) in &filters {
        if let Some(fault) = filter_fault(filter) {
            let text = format!("The topic \"{}\" {fault}.", shown(filter));
            faults.add(*at, Rule::ThingBinding, text);
        }
        if view.get("mqv:filter").is_none() && filter.contains(['+', '#']) {
            let text = "\"mqv:topic\" has no wildcards. Write \"mqv:filter\" instead.";
            faults.add(*at, Rule::ThingBinding, text);
        }
    }
    Some(filters.into_iter().map(|(_, filter)| filter).collect())
}

/// CoAP binding (RFC 7252): only what reads.
fn coap(
    view: View<'_>,
    address: &Address,
    uses: Uses,
    subprotocol: Option<&str>,
    faults: &Collector,
) -> Option<Binding> {
    const METHODS: [&str; 7] = ["GET", "POST", "PUT", "DELETE", "FETCH", "PATCH", "iPATCH"];
    let method = view.get("cov:method");
    let name = method
        .and_then(View::text)
        .map(|text| text.trim_start_matches("cov:"));
    if let Some(method) = method
        && !name.is_some_and(|name| METHODS.contains(&name))
    {
        let text = format!("\"cov:method\" has to be one of: {}.", METHODS.join(", "));
        faults.add(method, Rule::ThingBinding, text);
    }
    let number = |term: &str, most: i64| {
        let value = view.get(term)?;
        let whole = value.whole().filter(|whole| (0..=most).contains(whole));
        if whole.is_none() {
            let text = format!("\"{term}\" has to be a whole number from 0 to {most}.");
            faults.add(value, Rule::ThingBinding, text);
        }
        whole
    };
    let content_format = number("cov:contentFormat", i64::from(u16::MAX));
    number("cov:accept", i64::from(u16::MAX));
    let poll_s = number("cov:minPollingInterval", i64::from(u32::MAX));
    let path = decoded(address.path.trim_start_matches('/'));
    if path.is_none() {
        faults.add(
            view,
            Rule::ThingHref,
            "The path of \"href\" is not UTF-8 when its escapes are read. Correct it.",
        );
    }
    let observed = uses.pushed || subprotocol == Some("cov:observe");
    let reads = name.is_none_or(|name| name == "GET");
    reads.then_some(Binding::Coap {
        path: path?,
        query: address.query.clone(),
        observed,
        content_format: content_format.and_then(|format| u16::try_from(format).ok()),
        poll_s: poll_s.and_then(|seconds| u32::try_from(seconds).ok()),
    })
}

/// A member that is a text when it is there.
pub(super) fn text<'a>(owner: View<'a>, name: &str, faults: &Collector) -> Option<&'a str> {
    let view = owner.get(name)?;
    if view.text().is_none() {
        let text = format!("\"{name}\" has to be a text, but is {}.", view.sort());
        faults.add(view, Rule::ThingForm, text);
    }
    view.text()
}
