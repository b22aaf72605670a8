//! What one attempt has seen so far.

use std::sync::{Arc, Mutex, PoisonError};

use crate::{DownReason, facts::TlsFacts, fault::Sight, tls::Identity};

/// Shared between the stream, which the MQTT library owns, and the loop that has to explain a failure.
#[derive(Default)]
pub(crate) struct Probe(Mutex<Seen>);

#[derive(Default)]
struct Seen {
    phase: &'static str,
    security: String,
    tls: Option<Arc<TlsFacts>>,
    reason: Option<DownReason>,
    head: Vec<u8>,
    identity: Option<Arc<Identity>>,
}

impl Probe {
    fn with<R>(&self, look: impl FnOnce(&mut Seen) -> R) -> R {
        // Nobody panics while holding it; if so, the facts in it are still facts.
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A new attempt.
    pub(crate) fn reset(&self) {
        self.with(|seen| {
            *seen = Seen {
                phase: "the start of the attempt",
                ..Seen::default()
            }
        });
    }

    /// What the attempt was doing last.
    pub(crate) fn phase(&self) -> &'static str {
        self.with(|seen| seen.phase)
    }

    /// How the stream is protected, in words.
    pub(crate) fn security(&self) -> String {
        self.with(|seen| seen.security.clone())
    }

    /// What the TLS handshake agreed on, if there was one.
    pub(crate) fn tls(&self) -> Option<Arc<TlsFacts>> {
        self.with(|seen| seen.tls.clone())
    }

    /// A reason better than what the MQTT library can know.
    pub(crate) fn reason(&self) -> Option<DownReason> {
        self.with(|seen| seen.reason.clone())
    }

    pub(crate) fn sight(&self) -> Sight {
        self.with(|seen| Sight {
            head: seen.head.clone(),
            certificate_asked: seen
                .identity
                .as_ref()
                .is_some_and(|identity| identity.was_asked()),
            certificate_given: seen
                .identity
                .as_ref()
                .is_some_and(|identity| identity.is_given()),
        })
    }

    pub(crate) fn enter(&self, phase: &'static str) {
        self.with(|seen| seen.phase = phase);
    }

    pub(crate) fn note(&self, reason: DownReason) {
        self.with(|seen| seen.reason = Some(reason));
    }

    pub(crate) fn identify(&self, identity: &Arc<Identity>) {
        self.with(|seen| seen.identity = Some(Arc::clone(identity)));
    }

    /// The stream is there; what follows is MQTT.
    pub(crate) fn ready(&self, security: String, tls: Option<Arc<TlsFacts>>) {
        self.with(|seen| {
            seen.phase = "the MQTT connect";
            seen.security = security;
            seen.tls = tls;
        });
    }

    pub(crate) fn head(&self, bytes: &[u8]) {
        self.with(|seen| seen.head.extend_from_slice(bytes));
    }
}
