//! What a connection has found out about the other side.

use serde::Serialize;
use twin_core::{Said, Timestamp, said};

const DAY: i64 = 86_400_000_000;

/// A certificate that ends sooner than this is warned of, days.
pub const EXPIRY_WARNING_DAYS: i64 = 30;

/// What one certificate says (RFC 5280). Its texts come from outside, each cut to 256 bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CertificateFacts {
    /// Whom it is for, such as `CN=broker, O=plant`.
    pub subject: String,
    /// Who signed it.
    pub issuer: String,
    /// Names that it is valid for: host names, addresses, URIs; the first 64.
    pub names: Vec<String>,
    /// Beginning of its validity.
    pub not_before: Timestamp,
    /// End of its validity.
    pub not_after: Timestamp,
    /// Kind and size of its key, such as `EC P-256` or `RSA 2048`.
    pub key: String,
    /// Whether it names itself as its issuer.
    pub self_signed: bool,
}

/// What one certificate revocation list says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RevocationFacts {
    /// The authority that it is of.
    pub issuer: String,
    /// When it was made.
    pub this_update: Timestamp,
    /// When there will be a newer one; then this one counts no longer.
    pub next_update: Option<Timestamp>,
    /// How many certificates it revokes.
    pub revoked: usize,
}

/// What a TLS handshake has agreed on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TlsFacts {
    /// "TLS 1.3" or "TLS 1.2".
    pub version: String,
    /// Cipher suite, by its IANA name.
    pub cipher: String,
    /// Application protocol that the broker chose, if it chose one.
    pub alpn: Option<String>,
    /// The name that its certificate was checked against.
    pub server_name: String,
    /// Whether that name is another than the host's, by [`crate::Tls::server_name`].
    pub name_overridden: bool,
    /// The broker's certificates as it sent them, its own first; at most 16.
    pub chain: Vec<CertificateFacts>,
    /// The trusted authority above them, where one of that name is known and was not sent.
    pub authority: Option<CertificateFacts>,
    /// This client's certificates, its own first; at most 16.
    pub client: Vec<CertificateFacts>,
    /// Whether the broker asked for them and so has seen them.
    pub client_shown: bool,
    /// The revocation lists that the chain was checked against.
    pub revocations: Vec<RevocationFacts>,
}

/// The end of something that has to be renewed before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Expiry {
    /// What ends, such as `the broker's certificate (CN=broker)`.
    pub what: Said,
    /// When.
    pub at: Timestamp,
    /// Whole days until then; negative when it is over.
    pub days: i64,
}

impl Expiry {
    /// Whether it is time to warn.
    pub fn is_near(&self) -> bool {
        self.days < EXPIRY_WARNING_DAYS
    }
}

impl TlsFacts {
    /// When the certificates and revocation lists of this link end, the soonest first. `now` is the time to count days
    /// from.
    pub fn expiries(&self, now: Timestamp) -> Vec<Expiry> {
        let mut ends = Vec::new();
        for (index, facts) in self.chain.iter().enumerate() {
            let subject = &*facts.subject;
            let what = match index {
                0 => said!(
                    "step-broker-certificate",
                    "the broker's certificate ({subject})",
                    subject = subject
                ),
                _ => said!(
                    "step-broker-intermediate",
                    "an intermediate certificate of the broker ({subject})",
                    subject = subject
                ),
            };
            ends.push((what, facts.not_after));
        }
        if let Some(facts) = &self.authority {
            let what = said!(
                "step-authority-certificate",
                "the authority's certificate ({subject})",
                subject = &*facts.subject
            );
            ends.push((what, facts.not_after));
        }
        for (index, facts) in self.client.iter().enumerate() {
            let subject = &*facts.subject;
            let what = match index {
                0 => said!(
                    "step-client-certificate",
                    "this client's certificate ({subject})",
                    subject = subject
                ),
                _ => said!(
                    "step-client-intermediate",
                    "an intermediate certificate of this client ({subject})",
                    subject = subject
                ),
            };
            ends.push((what, facts.not_after));
        }
        for list in &self.revocations {
            let what = said!(
                "step-revocation-list",
                "the revocation list ({issuer})",
                issuer = &*list.issuer
            );
            ends.extend(list.next_update.map(|end| (what, end)));
        }
        let mut ends: Vec<_> = ends
            .into_iter()
            .map(|(what, at)| Expiry {
                what,
                at,
                days: at.since(now).micros().div_euclid(DAY),
            })
            .collect();
        ends.sort_by_key(|end| end.at);
        ends
    }
}

/// What the broker said of itself when it accepted the client. With MQTT 3.1.1 that is only the session; with MQTT 5
/// none means that it did not say, and the standard's default holds (MQTT 5, 3.2.2.3).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct BrokerFacts {
    /// Whether it still had this client's session.
    pub session_present: bool,
    /// Highest quality of service; 2 by default.
    pub maximum_qos: Option<u8>,
    /// Whether it keeps retained messages; it does by default.
    pub retain: Option<bool>,
    /// Whether it takes filters with wildcards; it does by default.
    pub wildcards: Option<bool>,
    /// Whether it has shared subscriptions; it has by default.
    pub shared_subscriptions: Option<bool>,
    /// Messages of QoS 1 and 2 that this client may have under way; 65535 by default.
    pub receive_maximum: Option<u16>,
    /// Largest packet it takes, bytes; without limit by default.
    pub maximum_packet: Option<u32>,
    /// Keep-alive that it demands instead of this client's, seconds.
    pub keep_alive: Option<u16>,
    /// For how long it will keep the session instead of what was asked for, seconds.
    pub session_expiry: Option<u32>,
    /// Client id that it gave instead of an empty one.
    pub assigned_client_id: Option<String>,
    /// Text for people.
    pub reason: Option<String>,
}

/// What the HTTP answer that opened the WebSocket said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct WebSocketFacts {
    /// Subprotocol that was agreed on.
    pub protocol: String,
    /// The server's name for itself, cut to 256 bytes.
    pub server: Option<String>,
    /// The server's clock, whole seconds, when it answered (`Date`, RFC 9110, 6.6.1).
    pub date: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn certificate(subject: &str, end: i64) -> CertificateFacts {
        CertificateFacts {
            subject: subject.into(),
            issuer: "CN=ca".into(),
            names: Vec::new(),
            not_before: Timestamp(0),
            not_after: Timestamp(end),
            key: "EC P-256".into(),
            self_signed: false,
        }
    }

    #[test]
    fn every_certificate_counts_and_the_soonest_comes_first() {
        let now = Timestamp(1_000 * DAY);
        let facts = TlsFacts {
            version: "TLS 1.3".into(),
            cipher: "TLS13_AES_256_GCM_SHA384".into(),
            alpn: None,
            server_name: "broker".into(),
            name_overridden: false,
            chain: vec![
                certificate("CN=broker", 1_031 * DAY),
                certificate("CN=middle", 1_030 * DAY),
            ],
            authority: Some(certificate("CN=ca", 1_000 * DAY - 1)),
            client: vec![certificate("CN=desk", 1_030 * DAY - 1)],
            client_shown: true,
            revocations: vec![RevocationFacts {
                issuer: "CN=ca".into(),
                this_update: Timestamp(0),
                next_update: Some(Timestamp(1_001 * DAY)),
                revoked: 0,
            }],
        };
        let found: Vec<_> = facts
            .expiries(now)
            .into_iter()
            .map(|end| (end.days, end.is_near(), end.what.to_string()))
            .collect();
        let expected = [
            (-1, true, "the authority's certificate (CN=ca)"),
            (1, true, "the revocation list (CN=ca)"),
            (29, true, "this client's certificate (CN=desk)"),
            (
                30,
                false,
                "an intermediate certificate of the broker (CN=middle)",
            ),
            (31, false, "the broker's certificate (CN=broker)"),
        ];
        assert_eq!(
            found,
            expected.map(|(days, near, what)| (days, near, what.to_owned()))
        );
    }
}
