//! What is wrong with a [`ConnectionSpec`](crate::ConnectionSpec), before anything was sent.

use std::path::PathBuf;

use twin_core::{Said, said};

/// A connection that cannot be tried as it is described.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No host.
    #[error("the connection has no host: enter the broker's name or address")]
    HostMissing,
    /// Port 0.
    #[error(
        "port 0 cannot be connected to: enter the broker's port, usually 8883 with TLS and 1883 without"
    )]
    PortMissing,
    /// No client id.
    #[error("the connection has no client id: give it one that no other client of the broker uses")]
    ClientIdMissing,
    /// Keep-alive that MQTT cannot carry.
    #[error("a keep-alive of {seconds} s is not possible: choose 1 to 65535 s")]
    KeepAlive {
        /// As configured, seconds.
        seconds: u64,
    },
    /// A filter that no broker would accept.
    #[error("the topic filter \"{filter}\" is not valid: {why}")]
    Filter {
        /// As configured.
        filter: String,
        /// What is wrong with it and what to do.
        why: Said,
    },
    /// A will or a greeting that no broker would take.
    #[error("what is to be published to the topic {topic:?} cannot be sent: {why}")]
    Will {
        /// Its topic.
        topic: String,
        /// What is wrong with it.
        why: Said,
    },
    /// More greetings than go out at once.
    #[error(
        "{count} messages are to be published on every new link, and at most {most} can be: ask for fewer"
    )]
    Greetings {
        /// How many.
        count: usize,
        /// The most.
        most: usize,
    },
    /// A WebSocket path that no HTTP request can carry.
    #[error(
        "the WebSocket path \"{path}\" cannot be asked for: enter one that begins with / and holds no blanks, such as /mqtt"
    )]
    WebSocketPath {
        /// As configured.
        path: String,
    },
    /// An HTTP header that cannot be sent with the WebSocket handshake.
    #[error("the WebSocket header {name:?} cannot be sent: {why}")]
    WebSocketHeader {
        /// Its name; the value is a secret.
        name: String,
        /// What is wrong with it and what to do.
        why: Said,
    },
    /// An application protocol that TLS cannot carry.
    #[error("the ALPN protocol \"{protocol}\" is not possible: 1 to 255 bytes are allowed")]
    Alpn {
        /// As configured.
        protocol: String,
    },
    /// A revocation list that the TLS library does not take.
    #[error(
        "the revocation list cannot be used: {detail}; choose a complete and current one (PEM or DER) of the broker's authority"
    )]
    RevocationList {
        /// What the TLS library says.
        detail: String,
    },
    /// A certificate or key file that cannot be read.
    #[error("cannot read the {what} {path}: {source}; check the path and its permissions")]
    File {
        /// Which of the files.
        what: Said,
        /// Where it should be.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// A file without the PEM block it should hold.
    #[error("the {what} ({origin}) holds no {block}: choose a PEM file that has one")]
    Pem {
        /// Which of the files.
        what: Said,
        /// Path, or that it was given as text.
        origin: Said,
        /// What was looked for.
        block: Said,
    },
    /// Key and certificate do not fit together or cannot be used.
    #[error(
        "the client certificate and its key cannot be used: {detail}; choose the key that the certificate was made for"
    )]
    ClientKey {
        /// What the TLS library says.
        detail: String,
    },
    /// No authority in the system's store.
    #[error(
        "this system has no certificate authorities ({detail}): install them, or choose a CA file for the connection"
    )]
    NoSystemAuthorities {
        /// What the store said.
        detail: Said,
    },
    /// Host that a certificate cannot name.
    #[error(
        "\"{host}\" is neither a host name nor an address, so no certificate can be valid for it: correct the host"
    )]
    ServerName {
        /// As configured.
        host: String,
    },
    /// Refused by the TLS library.
    #[error("TLS cannot be set up: {detail}")]
    Tls {
        /// What the TLS library says.
        detail: String,
    },
}

impl Error {
    /// What a person reads: its text, with the id of the catalogue. What the system or the TLS library says stays in its
    /// own words.
    pub fn said(&self) -> Said {
        match self {
            Error::HostMissing => said!(
                "connect-host",
                "the connection has no host: enter the broker's name or address"
            ),
            Error::PortMissing => said!(
                "connect-port",
                "port 0 cannot be connected to: enter the broker's port, usually 8883 with TLS and 1883 without"
            ),
            Error::ClientIdMissing => said!(
                "connect-client-id",
                "the connection has no client id: give it one that no other client of the broker uses"
            ),
            Error::KeepAlive { seconds } => said!(
                "connect-keep-alive",
                "a keep-alive of {seconds} s is not possible: choose 1 to 65535 s",
                seconds = seconds.to_string()
            ),
            Error::Filter { filter, why } => said!(
                "connect-filter",
                "the topic filter \"{filter}\" is not valid: {why}",
                filter = filter.as_str(),
                why = why.clone()
            ),
            Error::Will { topic, why } => said!(
                "connect-will",
                "what is to be published to the topic {topic} cannot be sent: {why}",
                topic = format!("{topic:?}"),
                why = why.clone()
            ),
            Error::Greetings { count, most } => said!(
                "connect-greetings",
                "{count} messages are to be published on every new link, and at most {most} can be: ask for fewer",
                count = *count,
                most = *most
            ),
            Error::WebSocketPath { .. }
            | Error::WebSocketHeader { .. }
            | Error::Alpn { .. }
            | Error::RevocationList { .. }
            | Error::File { .. }
            | Error::Pem { .. }
            | Error::ClientKey { .. }
            | Error::NoSystemAuthorities { .. }
            | Error::ServerName { .. }
            | Error::Tls { .. } => self.said_of_carriers(),
        }
    }

    /// The same of WebSocket and TLS.
    fn said_of_carriers(&self) -> Said {
        match self {
            Error::WebSocketPath { path } => said!(
                "connect-path",
                "the WebSocket path \"{path}\" cannot be asked for: enter one that begins with / and holds no blanks, \
                 such as /mqtt",
                path = path.as_str()
            ),
            Error::WebSocketHeader { name, why } => said!(
                "connect-header",
                "the WebSocket header {name} cannot be sent: {why}",
                name = format!("{name:?}"),
                why = why.clone()
            ),
            Error::Alpn { protocol } => said!(
                "connect-alpn",
                "the ALPN protocol \"{protocol}\" is not possible: 1 to 255 bytes are allowed",
                protocol = protocol.as_str()
            ),
            Error::RevocationList { detail } => said!(
                "connect-revocation-list",
                "the revocation list cannot be used: {detail}; choose a complete and current one (PEM or DER) of the \
                 broker's authority",
                detail = detail.as_str()
            ),
            Error::File { what, path, source } => said!(
                "connect-file",
                "cannot read the {what} {path}: {source}; check the path and its permissions",
                what = what.clone(),
                path = path.display().to_string(),
                source = source.to_string()
            ),
            Error::Pem {
                what,
                origin,
                block,
            } => said!(
                "connect-pem",
                "the {what} ({origin}) holds no {block}: choose a PEM file that has one",
                what = what.clone(),
                origin = origin.clone(),
                block = block.clone()
            ),
            Error::ClientKey { detail } => said!(
                "connect-client-key",
                "the client certificate and its key cannot be used: {detail}; choose the key that the certificate was \
                 made for",
                detail = detail.as_str()
            ),
            Error::NoSystemAuthorities { detail } => said!(
                "connect-no-authorities",
                "this system has no certificate authorities ({detail}): install them, or choose a CA file for the \
                 connection",
                detail = detail.clone()
            ),
            Error::ServerName { host } => said!(
                "connect-server-name",
                "\"{host}\" is neither a host name nor an address, so no certificate can be valid for it: correct the \
                 host",
                host = host.as_str()
            ),
            Error::Tls { detail } => said!(
                "connect-tls",
                "TLS cannot be set up: {detail}",
                detail = detail.as_str()
            ),
            _ => Said::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_is_told_what_the_log_has() {
        let why = || said!("connect-filter-nul", "it holds a null character; remove it");
        let text = || "x".to_owned();
        let what = || said!("connect-part-key", "client key");
        let errors = [
            Error::HostMissing,
            Error::PortMissing,
            Error::ClientIdMissing,
            Error::KeepAlive { seconds: 0 },
            Error::Filter {
                filter: text(),
                why: why(),
            },
            Error::Will {
                topic: "a \"b\"".into(),
                why: why(),
            },
            Error::Greetings { count: 9, most: 8 },
            Error::WebSocketPath { path: text() },
            Error::WebSocketHeader {
                name: text(),
                why: why(),
            },
            Error::Alpn { protocol: text() },
            Error::RevocationList { detail: text() },
            Error::File {
                what: what(),
                path: "/key.pem".into(),
                source: std::io::ErrorKind::NotFound.into(),
            },
            Error::Pem {
                what: what(),
                origin: "/key.pem".into(),
                block: said!("connect-block-key", "usable private key"),
            },
            Error::ClientKey { detail: text() },
            Error::NoSystemAuthorities {
                detail: said!("connect-empty-store", "the store is empty"),
            },
            Error::ServerName { host: text() },
            Error::Tls { detail: text() },
        ];
        for error in errors {
            let said = error.said();
            assert_eq!(said.to_string(), error.to_string());
            assert!(said.sentences[0].id.starts_with("connect-"), "{said:?}");
        }
    }
}
