//! Addresses of forms: URIs of MQTT and CoAP, whole or relative to the base (RFC 3986, RFC 7252 section 6).

/// The host that an address leads to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Endpoint {
    /// What is spoken.
    pub scheme: Scheme,
    /// Host name or address; an IPv6 address without brackets.
    pub host: String,
    /// Port; the scheme's own when the address names none.
    pub port: u16,
}

/// What is spoken with an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// MQTT over TCP.
    Mqtt,
    /// MQTT over TLS.
    Mqtts,
    /// CoAP over UDP.
    Coap,
    /// CoAP over DTLS.
    Coaps,
}

/// An address taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Address {
    pub(super) endpoint: Endpoint,
    /// With its leading slash, or empty; as written.
    pub(super) path: String,
    /// After the question mark, as written.
    pub(super) query: Option<String>,
}

/// Why an address gives no endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It is no URI, or breaks a rule of its scheme.
    Malformed(&'static str),
    /// Of a scheme that is not spoken here.
    Foreign,
}

impl Scheme {
    const NAMES: [(&'static str, Scheme, u16); 4] = [
        ("mqtt", Scheme::Mqtt, 1883),
        ("mqtts", Scheme::Mqtts, 8883),
        ("coap", Scheme::Coap, 5683),
        ("coaps", Scheme::Coaps, 5684),
    ];

    /// As an address begins.
    #[must_use]
    pub fn name(self) -> &'static str {
        let named = Scheme::NAMES.iter().find(|(_, scheme, _)| *scheme == self);
        named.map_or("", |(name, ..)| name)
    }

    /// Whether it speaks MQTT.
    #[must_use]
    pub const fn is_mqtt(self) -> bool {
        matches!(self, Scheme::Mqtt | Scheme::Mqtts)
    }
}

/// Whether it begins with a scheme.
pub(super) fn is_absolute(text: &str) -> bool {
    text.split_once(':').is_some_and(|(scheme, _)| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
    })
}

/// A reference as the address it stands for (RFC 3986, section 5.2, without fragments).
pub(super) fn resolve(base: Option<&str>, reference: &str) -> Option<String> {
    if is_absolute(reference) {
        return Some(reference.to_owned());
    }
    let base = base.filter(|base| is_absolute(base))?;
    let (scheme, rest) = base.split_once(':')?;
    if reference.starts_with("//") {
        return Some(format!("{scheme}:{reference}"));
    }
    let rest = rest.split(['?', '#']).next().unwrap_or(rest);
    let hostless = rest.strip_prefix("//")?;
    let (authority, path) = match hostless.find('/') {
        Some(at) => hostless.split_at(at),
        None => (hostless, ""),
    };
    let cut = reference.find(['?', '#']).unwrap_or(reference.len());
    let (target, tail) = reference.split_at(cut);
    let merged = if target.is_empty() {
        path.to_owned()
    } else if target.starts_with('/') {
        without_dots(target)
    } else {
        let folder = path.rfind('/').map_or("/", |at| &path[..=at]);
        without_dots(&format!("{folder}{target}"))
    };
    Some(format!("{scheme}://{authority}{merged}{tail}"))
}

fn without_dots(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let mut ends_open = false;
    for part in path.split('/').skip(1) {
        ends_open = matches!(part, "." | "..");
        match part {
            "." => {}
            ".." => {
                kept.pop();
            }
            _ => kept.push(part),
        }
    }
    let slash = if ends_open && !kept.is_empty() {
        "/"
    } else {
        ""
    };
    format!("/{}{slash}", kept.join("/"))
}

/// Takes a whole address apart.
pub(super) fn parse(text: &str) -> Result<Address, Refusal> {
    if text.bytes().any(|byte| byte <= b' ' || byte == 0x7f) {
        return Err(Refusal::Malformed("it has spaces or control characters"));
    }
    let Some((scheme, rest)) = text.split_once(':').filter(|_| is_absolute(text)) else {
        return Err(Refusal::Malformed("it has no scheme"));
    };
    let known = Scheme::NAMES
        .into_iter()
        .find(|(name, ..)| scheme.eq_ignore_ascii_case(name));
    let (_, scheme, default) = known.ok_or(Refusal::Foreign)?;
    let rest = rest.strip_prefix("//").ok_or(Refusal::Malformed(
        "two slashes and a host have to follow the scheme",
    ))?;
    let rest = rest.split('#').next().unwrap_or(rest);
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at(end);
    if authority.contains('@') {
        return Err(Refusal::Malformed(
            "it holds a user name, which does not belong in a file",
        ));
    }
    let (host, port) = host_and_port(authority)?;
    let port = match port {
        Some(text) => text
            .parse()
            .ok()
            .filter(|port| *port != 0)
            .ok_or(Refusal::Malformed(
                "its port is not a number from 1 to 65535",
            ))?,
        None => default,
    };
    let (path, query) = match tail.split_once('?') {
        Some((path, query)) => (path, Some(query.to_owned())),
        None => (tail, None),
    };
    Ok(Address {
        endpoint: Endpoint {
            scheme,
            host: host.to_owned(),
            port,
        },
        path: path.to_owned(),
        query,
    })
}

fn host_and_port(authority: &str) -> Result<(&str, Option<&str>), Refusal> {
    let odd = Refusal::Malformed("its host is not a host name or address");
    let (host, port) = if let Some(rest) = authority.strip_prefix('[') {
        let (host, port) = rest.split_once(']').ok_or(odd)?;
        if host.parse::<std::net::Ipv6Addr>().is_err() {
            return Err(odd);
        }
        (host, port)
    } else {
        let end = authority.find(':').unwrap_or(authority.len());
        let (host, port) = authority.split_at(end);
        let good = (1..=253).contains(&host.len())
            && host
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte));
        if !good {
            return Err(odd);
        }
        (host, port)
    };
    match port.strip_prefix(':') {
        Some("") => Ok((host, None)),
        Some(port) => Ok((host, Some(port))),
        None if port.is_empty() => Ok((host, None)),
        None => Err(odd),
    }
}

/// A text with `%41` read as `A`; none when what comes out is not UTF-8.
pub(super) fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let hex = tail
            .get(..2)
            .filter(|_| *first == b'%')
            .and_then(|hex| std::str::from_utf8(hex).ok())
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        bytes.push(hex.unwrap_or(*first));
        rest = if hex.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_taken_apart() {
        let address = parse("coap://[2001:db8::1]:61616/a/b?x=1#y").ok();
        let endpoint = Endpoint {
            scheme: Scheme::Coap,
            host: "2001:db8::1".into(),
            port: 61616,
        };
        let expected = Address {
            endpoint,
            path: "/a/b".into(),
            query: Some("x=1".into()),
        };
        assert_eq!(address, Some(expected));
        let port = |text: &str| parse(text).map(|address| address.endpoint.port).ok();
        assert_eq!(port("mqtts://broker"), Some(8883));
        assert_eq!(port("MQTT://broker:/x"), Some(1883));
    }

    #[test]
    fn odd_addresses_are_refused() {
        for odd in [
            "mqtt:broker",
            "mqtt://",
            "mqtt://a b",
            "mqtt://u:p@broker",
            "mqtt://broker:0",
            "mqtt://broker:65536",
            "coap://[::1",
            "coap://[x]/",
            "coap://[::1]x",
            "broker",
            "://x",
        ] {
            assert!(matches!(parse(odd), Err(Refusal::Malformed(_))), "{odd}");
        }
        assert_eq!(parse("https://example.com"), Err(Refusal::Foreign));
    }

    #[test]
    fn references_resolve() {
        let base = Some("coap://host:1/a/b?q");
        for (reference, whole) in [
            ("c", "coap://host:1/a/c"),
            ("../c?x", "coap://host:1/c?x"),
            ("/c/./d/..", "coap://host:1/c/"),
            ("//other/c", "coap://other/c"),
            ("mqtt://x", "mqtt://x"),
            ("", "coap://host:1/a/b"),
            ("../../../c", "coap://host:1/c"),
        ] {
            assert_eq!(
                resolve(base, reference).as_deref(),
                Some(whole),
                "{reference}"
            );
        }
        assert_eq!(
            resolve(Some("coap://host"), "c").as_deref(),
            Some("coap://host/c")
        );
        assert_eq!(resolve(None, "c"), None);
        assert_eq!(resolve(Some("/x"), "c"), None);
    }

    #[test]
    fn escapes_are_decoded() {
        assert_eq!(decoded("a%2Fb%20%C3%A9").as_deref(), Some("a/b \u{e9}"));
        assert_eq!(decoded("100%").as_deref(), Some("100%"));
        assert_eq!(decoded("%ff"), None);
    }
}
