//! How to reach a device, and what to ask of it.

use std::{fmt, sync::Arc, time::Duration};

use twin_core::{Said, said};

use super::path::Target;
use crate::Timing;

/// A connection that cannot be tried as it is described.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CoapError {
    /// No host.
    #[error("the connection has no host: enter the device's name or address")]
    HostMissing,
    /// Port 0.
    #[error(
        "port 0 cannot be reached: enter the device's port, usually 5683, or 5684 with encryption"
    )]
    PortMissing,
    /// A path that no request can carry.
    #[error("the resource \"{path}\" cannot be asked for: {why}")]
    Path {
        /// As configured.
        path: String,
        /// What is wrong with it and what to do.
        why: Said,
    },
    /// More resources than the limit.
    #[error("{count} resources are more than the {limit} that one connection may have: make two")]
    TooMany {
        /// As configured.
        count: usize,
        /// [`CoapLimits::max_resources`].
        limit: usize,
    },
    /// A time or number outside of its range.
    #[error("the {what} of a CoAP connection is out of range: choose {range}")]
    Range {
        /// Which.
        what: Said,
        /// The range, in words.
        range: Said,
    },
    /// A key that is not what it should be.
    #[error("the pre-shared key cannot be used: {why}")]
    Key {
        /// What is wrong with it and what to do.
        why: Said,
    },
}

impl CoapError {
    /// What a person reads: its text, with the id of the catalogue.
    pub fn said(&self) -> Said {
        match self {
            CoapError::HostMissing => said!(
                "connect-device-host",
                "the connection has no host: enter the device's name or address"
            ),
            CoapError::PortMissing => said!(
                "connect-device-port",
                "port 0 cannot be reached: enter the device's port, usually 5683, or 5684 with encryption"
            ),
            CoapError::Path { path, why } => said!(
                "connect-resource",
                "the resource \"{path}\" cannot be asked for: {why}",
                path = path.as_str(),
                why = why.clone()
            ),
            CoapError::TooMany { count, limit } => said!(
                "connect-resources",
                "{count} resources are more than the {limit} that one connection may have: make two",
                count = *count,
                limit = *limit
            ),
            CoapError::Range { what, range } => said!(
                "connect-range",
                "the {what} of a CoAP connection is out of range: choose {range}",
                what = what.clone(),
                range = range.clone()
            ),
            CoapError::Key { why } => said!(
                "connect-key",
                "the pre-shared key cannot be used: {why}",
                why = why.clone()
            ),
        }
    }
}

/// A pre-shared key of 1 to 64 bytes. It never shows itself.
#[derive(Clone, PartialEq, Eq)]
pub struct PresharedKey(Arc<[u8]>);

impl PresharedKey {
    /// A key that is text.
    ///
    /// # Errors
    /// If it is empty or longer than 64 bytes.
    pub fn text(key: &str) -> Result<Self, CoapError> {
        Self::bytes(key.as_bytes())
    }

    /// A key in hexadecimal digits.
    ///
    /// # Errors
    /// If it holds other characters or half a byte, is empty or longer than 64 bytes.
    pub fn hex(key: &str) -> Result<Self, CoapError> {
        let why = || {
            said!(
                "connect-key-digits",
                "it is not an even number of hexadecimal digits"
            )
        };
        let digits: Option<Vec<u32>> = key.trim().chars().map(|char| char.to_digit(16)).collect();
        let digits = digits
            .filter(|digits| digits.len() % 2 == 0)
            .ok_or_else(|| CoapError::Key { why: why() })?;
        let bytes: Vec<u8> = digits
            .chunks_exact(2)
            .map(|pair| ((pair[0] << 4) | pair[1]) as u8)
            .collect();
        Self::bytes(&bytes)
    }

    fn bytes(key: &[u8]) -> Result<Self, CoapError> {
        if (1..=64).contains(&key.len()) {
            Ok(PresharedKey(key.into()))
        } else {
            let why = said!("connect-key-length", "it must have 1 to 64 bytes");
            Err(CoapError::Key { why })
        }
    }

    pub(super) fn reveal(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for PresharedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<key>")
    }
}

/// How the link is protected.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum CoapSecurity {
    /// Not at all: anyone on the way can read and change what a device says.
    #[default]
    None,
    /// DTLS 1.2 with a key that both sides know. (RFC 7252, 9.1.3.1)
    PresharedKey {
        /// The name under which the device knows the key.
        identity: String,
        /// The key.
        key: PresharedKey,
    },
}

/// One resource to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CoapResource {
    /// Path with its query, such as `/sensors/t?unit=C`.
    pub path: String,
    /// Whether the device is asked to tell of changes by itself. One that does not know how is polled.
    pub observe: bool,
    /// How often it is read when it is not observed (60 s if not given); and at the latest after which time an
    /// observation is renewed, even if what was told last is still valid. 1 s to 1 day.
    pub every: Option<Duration>,
}

/// The protocol's own times. (RFC 7252, 4.8)
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Transmission {
    /// Wait before a request is sent again; doubles each time. 10 ms to 60 s.
    pub ack_timeout: Duration,
    /// The first wait is up to this many times longer, by chance. 1 to 4.
    pub ack_random_factor: f64,
    /// How often a request is sent again. At most 8.
    pub max_retransmit: u32,
}

impl Default for Transmission {
    fn default() -> Self {
        Transmission {
            ack_timeout: Duration::from_secs(2),
            ack_random_factor: 1.5,
            max_retransmit: 4,
        }
    }
}

/// Bounds on what one connection may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CoapLimits {
    /// Resources.
    pub max_resources: usize,
    /// Largest representation, bytes, also one that comes in blocks. A larger one is reported as
    /// [`crate::Inbound::Unreadable`] with its beginning.
    pub max_payload: usize,
}

impl Default for CoapLimits {
    fn default() -> Self {
        CoapLimits {
            max_resources: 1_000,
            max_payload: 1 << 20,
        }
    }
}

/// One connection to one device.
#[derive(Clone, Debug, PartialEq)]
pub struct CoapSpec {
    /// Host name or address.
    pub host: String,
    /// UDP port.
    pub port: u16,
    /// How the link is protected.
    pub security: CoapSecurity,
    /// What to read.
    pub resources: Vec<CoapResource>,
    /// Silence after which the device is asked for a sign of life. 1 s to 1 day. It is given up when it has not answered
    /// within [`Transmission`]'s repeats, 62 to 93 s.
    pub keep_alive: Duration,
    /// The protocol's times.
    pub transmission: Transmission,
    /// Bounds.
    pub limits: CoapLimits,
    /// Waiting times.
    pub timing: Timing,
}

const DAY: Duration = Duration::from_secs(86_400);

impl CoapSpec {
    /// Not encrypted, no resources, a sign of life each minute.
    pub fn new(host: &str, port: u16) -> Self {
        CoapSpec {
            host: host.into(),
            port,
            security: CoapSecurity::None,
            resources: Vec::new(),
            keep_alive: Duration::from_secs(60),
            transmission: Transmission::default(),
            limits: CoapLimits::default(),
            timing: Timing::default(),
        }
    }

    /// Whether this connection can be tried at all.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn check(&self) -> Result<(), CoapError> {
        if self.host.trim().is_empty() {
            return Err(CoapError::HostMissing);
        }
        if self.port == 0 {
            return Err(CoapError::PortMissing);
        }
        let (count, limit) = (self.resources.len(), self.limits.max_resources);
        if count > limit {
            return Err(CoapError::TooMany { count, limit });
        }
        let second = Duration::from_secs(1);
        let range = |what, range| Err(CoapError::Range { what, range });
        if !(second..=DAY).contains(&self.keep_alive) {
            return range(
                said!("connect-range-keep-alive", "keep-alive"),
                said!("connect-within-day", "1 s to 1 day"),
            );
        }
        let every = self.resources.iter().filter_map(|some| some.every);
        if !every
            .into_iter()
            .all(|every| (second..=DAY).contains(&every))
        {
            return range(
                said!("connect-range-interval", "interval"),
                said!("connect-within-day", "1 s to 1 day"),
            );
        }
        let times = self.transmission;
        let waits = Duration::from_millis(10)..=Duration::from_secs(60);
        if !waits.contains(&times.ack_timeout) {
            return range(
                said!("connect-range-time-out", "acknowledgement time-out"),
                said!("connect-within-minute", "10 ms to 60 s"),
            );
        }
        if !(1.0..=4.0).contains(&times.ack_random_factor) {
            return range(
                said!("connect-range-factor", "random factor"),
                said!("connect-within-four", "1 to 4"),
            );
        }
        if times.max_retransmit > 8 {
            return range(
                said!("connect-range-repeats", "number of repeats"),
                said!("connect-within-eight", "0 to 8"),
            );
        }
        if let CoapSecurity::PresharedKey { identity, .. } = &self.security
            && !(1..=128).contains(&identity.len())
        {
            return range(
                said!("connect-range-identity", "identity"),
                said!("connect-within-bytes", "1 to 128 bytes"),
            );
        }
        self.targets().map(drop)
    }

    /// What each resource's request carries.
    pub(super) fn targets(&self) -> Result<Vec<Target>, CoapError> {
        let target = |resource: &CoapResource| {
            Target::parse(&self.host, &resource.path).map_err(|why| CoapError::Path {
                path: resource.path.clone(),
                why,
            })
        };
        self.resources.iter().map(target).collect()
    }

    /// The topic under which a resource's messages are handed on: `coap/<host>:<port>/<path>`.
    #[must_use]
    pub fn topic(&self, resource: &CoapResource) -> String {
        let path = resource.path.strip_prefix('/').unwrap_or(&resource.path);
        format!("coap/{}/{path}", self.address())
    }

    pub(super) fn address(&self) -> String {
        // An IPv6 address needs its brackets before a port.
        if self.host.contains(':') {
            format!("[{}]:{}", self.host, self.port)
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }

    /// How the link is protected, in words.
    #[must_use]
    pub fn security_label(&self) -> &'static str {
        match self.security {
            CoapSecurity::None => "not encrypted",
            CoapSecurity::PresharedKey { .. } => "DTLS 1.2, pre-shared key",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resource(path: &str) -> CoapResource {
        CoapResource {
            path: path.into(),
            observe: true,
            every: None,
        }
    }

    #[test]
    fn what_cannot_be_tried_is_named() {
        let good = CoapSpec {
            resources: vec![resource("/t")],
            ..CoapSpec::new("plc", 5683)
        };
        assert_eq!(good.check(), Ok(()));
        let check = |change: &dyn Fn(&mut CoapSpec), word: &str| {
            let mut spec = good.clone();
            change(&mut spec);
            let error = spec.check().unwrap_err().to_string();
            assert!(error.contains(word), "{error}");
        };
        check(&|spec| spec.host = " ".into(), "host");
        check(&|spec| spec.port = 0, "port 0");
        check(&|spec| spec.resources[0].path = "/%".into(), "\"/%\"");
        check(&|spec| spec.limits.max_resources = 0, "1 resources");
        check(&|spec| spec.keep_alive = Duration::ZERO, "keep-alive");
        check(
            &|spec| spec.resources[0].every = Some(Duration::ZERO),
            "interval",
        );
        check(
            &|spec| spec.transmission.ack_random_factor = f64::NAN,
            "factor",
        );
        check(&|spec| spec.transmission.max_retransmit = 9, "repeats");
    }

    #[test]
    fn topics_name_host_port_and_path() {
        let topic = |host, path| CoapSpec::new(host, 5683).topic(&resource(path));
        assert_eq!(topic("plc", "/a/b?c=1"), "coap/plc:5683/a/b?c=1");
        assert_eq!(topic("::1", "a"), "coap/[::1]:5683/a");
    }

    #[test]
    fn keys_are_read_and_never_shown() {
        let key = PresharedKey::hex("00ffA1").unwrap();
        assert_eq!(key.reveal(), [0, 0xff, 0xa1]);
        assert!(PresharedKey::hex("0f0").is_err() && PresharedKey::hex("xy").is_err());
        assert!(PresharedKey::text("").is_err());
        assert!(PresharedKey::text(&"x".repeat(65)).is_err());
        let spec = CoapSpec {
            security: CoapSecurity::PresharedKey {
                identity: "desk".into(),
                key: PresharedKey::text("sesame").unwrap(),
            },
            ..CoapSpec::new("plc", 5684)
        };
        let shown = format!("{spec:?}");
        assert!(
            shown.contains("desk") && !shown.contains("sesame"),
            "{shown}"
        );
    }
}
