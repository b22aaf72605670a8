//! MQTT 3.1.1 and 5 over TCP, TLS and WebSocket: reconnect, acknowledgements, connection doctor.
//!
//! [`run`] is one future for one connection: it connects, subscribes, reads, and connects again, for ever. It spawns
//! nothing, so its owner decides where it lives, and dropping it ends the connection at once. [`test_connection`]
//! goes through the same steps one by one and says in words which of them failed, and what there is to know of each;
//! [`sample_filter`] weighs a filter before anyone subscribes to it.
//!
//! What holds always:
//! - a message of QoS 1 or 2 is acknowledged only after its [`AckHandle`] came back, in order of arrival, and only on
//!   the link that delivered it;
//! - the loop that talks to the broker never waits for its consumer: what does not fit is held (QoS 1, 2) or counted
//!   ([`Inbound::Dropped`], QoS 0 only), and every queue has a bound;
//! - a connection that is to be encrypted is never tried without encryption;
//! - the state of the link is data: each change is an [`Inbound::Link`] with its reason in words.
//!
//! Which MQTT library does the work is known to the module `wire` alone.

mod acks;
mod advisor;
mod backoff;
mod calendar;
mod carrier;
mod certificate;
pub mod coap;
mod desk;
mod doctor;
mod error;
mod facts;
mod fault;
mod filter;
mod findings;
mod grade;
mod inbox;
mod limits;
mod memory;
mod message;
mod moments;
mod outlet;
mod parcel;
mod probe;
mod pulse;
mod qos;
mod rate;
mod report;
mod rest;
mod run;
mod skew;
mod socket;
mod spec;
mod stream;
mod takeover;
mod tls;
mod tls_fault;
mod trust;
mod turn;
mod up;
mod will;
mod wire;
mod ws;
mod ws_fault;
mod ws_pieces;

pub use advisor::{Branch, FilterSample, Sampling, sample_filter};
pub use carrier::Carrier;
pub use doctor::{Examination, test_connection};
pub use error::Error;
pub use facts::{
    BrokerFacts, CertificateFacts, EXPIRY_WARNING_DAYS, Expiry, RevocationFacts, TlsFacts,
    WebSocketFacts,
};
pub use fault::{DownKind, DownReason};
pub use filter::asks_for_everything;
pub use grade::{Grade, Risk, RiskKind, key_risk, security_grade};
pub use inbox::{InboundSender, Inbox, inbox};
pub use limits::{Limits, Rate, Timing};
pub use message::{
    AckHandle, Command, Grant, Inbound, LinkState, Properties, Refusal, Topic, Unfit,
};
pub use qos::Qos;
pub use report::{Fact, Notice, Step, TestReport, TestStep};
pub use run::run;
pub use skew::{Stamp, source_clock, source_skew};
pub use spec::{ConnectionSpec, Protocol, Session, Subscription, security_label};
pub use trust::{Authorities, ClientCertificate, Credentials, Pem, Secret, Tls};
pub use will::{Greeting, Will, Words};
