//! By which quality of service each signal comes: a broker repeats what was not acknowledged, the rest comes once.

use twin_core::SignalKey;

/// What is known of the signals of one connection.
#[derive(Debug, Default)]
pub struct Carriers(Vec<Carrier>);

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Carrier {
    /// Nothing came yet.
    #[default]
    Unknown,
    /// The last message with it was of QoS 0.
    Once,
    /// The last message with it wants an acknowledgement.
    Acknowledged,
}

impl Carriers {
    /// A signal came with a message that wants an acknowledgement, or one that does not.
    pub fn note(&mut self, signal: SignalKey, acknowledged: bool) {
        let index = signal.index();
        if self.0.len() <= index {
            self.0.resize(index + 1, Carrier::Unknown);
        }
        self.0[index] = if acknowledged {
            Carrier::Acknowledged
        } else {
            Carrier::Once
        };
    }

    /// Those of `signals` that stand still while nothing can be acknowledged. `unknown`: whether those count of which
    /// nothing came yet.
    pub fn paused(&self, signals: &[SignalKey], unknown: bool) -> Vec<SignalKey> {
        let is_paused =
            |signal: &&SignalKey| match self.0.get(signal.index()).copied().unwrap_or_default() {
                Carrier::Unknown => unknown,
                Carrier::Once => false,
                Carrier::Acknowledged => true,
            };
        signals.iter().filter(is_paused).copied().collect()
    }
}
