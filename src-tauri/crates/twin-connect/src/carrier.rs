//! What carries the MQTT packets.

use twin_core::said;

use crate::{Error, Secret};

/// Longest path and header, bytes.
const MAX_PATH: usize = 2_048;
const MAX_HEADER: usize = 8_192;
/// Most headers of one's own.
const MAX_HEADERS: usize = 32;
/// Headers that make the WebSocket handshake, and so are not for the user to set. Lower case.
const RESERVED: [&str; 7] = [
    "host",
    "connection",
    "upgrade",
    "sec-websocket-key",
    "sec-websocket-version",
    "sec-websocket-protocol",
    "sec-websocket-extensions",
];

/// What carries the MQTT packets: TCP itself, or a WebSocket (MQTT 5, 6; RFC 6455) on it. Either is encrypted when the
/// connection has [`crate::Tls`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Carrier {
    /// TCP.
    #[default]
    Tcp,
    /// WebSocket, with the subprotocol `mqtt`.
    WebSocket {
        /// Path and query of the address, from its first `/`; brokers mostly use `/mqtt`.
        path: String,
        /// Further HTTP headers, for proxies that want a token. Their values are secrets.
        headers: Vec<(String, Secret)>,
    },
}

impl Carrier {
    /// A WebSocket without headers of its own.
    pub fn web_socket(path: &str) -> Self {
        Carrier::WebSocket {
            path: path.into(),
            headers: Vec::new(),
        }
    }

    /// Whether an HTTP request can carry it.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let Carrier::WebSocket { path, headers } = self else {
            return Ok(());
        };
        let is_plain = path.bytes().all(|byte| byte.is_ascii_graphic());
        let forbidden = ['#', '"', '<', '>', '\\', '^', '`', '{', '|', '}'];
        if !path.starts_with('/') || !is_plain || path.len() > MAX_PATH || path.contains(forbidden)
        {
            return Err(Error::WebSocketPath { path: path.clone() });
        }
        let wrong = |name: &str, why| {
            Err(Error::WebSocketHeader {
                name: name.into(),
                why,
            })
        };
        if headers.len() > MAX_HEADERS {
            let why = said!("connect-headers", "there are more than 32; remove some");
            return wrong("further headers", why);
        }
        for (name, value) in headers {
            if name.is_empty() || !name.bytes().all(is_token) {
                let why = said!(
                    "connect-header-name",
                    "its name is not one that HTTP allows; correct it"
                );
                return wrong(name, why);
            }
            if RESERVED.contains(&name.to_ascii_lowercase().as_str()) {
                let why = said!(
                    "connect-header-own",
                    "it belongs to the WebSocket handshake; remove it"
                );
                return wrong(name, why);
            }
            let value = value.reveal();
            if value.len() > MAX_HEADER || !value.bytes().all(|b| b == b' ' || b.is_ascii_graphic())
            {
                let why = said!(
                    "connect-header-value",
                    "its value is longer than 8192 bytes or not plain ASCII; correct it"
                );
                return wrong(name, why);
            }
        }
        Ok(())
    }
}

/// RFC 9110, 5.6.2.
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_break_out_of_the_request_is_refused() {
        for good in ["/", "/mqtt", "/a/b?x=1&y=%20"] {
            assert!(Carrier::web_socket(good).check().is_ok(), "{good}");
        }
        for bad in ["", "mqtt", "/a b", "/a\r\nX: y", "/ü", "/a#b", "//{x}"] {
            let error = Carrier::web_socket(bad).check().unwrap_err().to_string();
            assert!(error.contains("path"), "{error}");
        }
        let with = |name: &str, value: &str| {
            Carrier::WebSocket {
                path: "/".into(),
                headers: vec![(name.into(), Secret::new(value))],
            }
            .check()
        };
        assert!(with("Authorization", "Bearer abc").is_ok());
        for (name, value) in [
            ("", "x"),
            ("a b", "x"),
            ("a:", "x"),
            ("Upgrade", "x"),
            ("SEC-WebSocket-Key", "x"),
            ("x", "secret\r\nHost: y"),
            ("x", "secret ü"),
        ] {
            let error = with(name, value).unwrap_err().to_string();
            assert!(!error.contains("secret"), "{error}");
        }
        let many = Carrier::WebSocket {
            path: "/".into(),
            headers: vec![("x".into(), Secret::new("y")); 33],
        };
        assert!(many.check().is_err());
    }
}
