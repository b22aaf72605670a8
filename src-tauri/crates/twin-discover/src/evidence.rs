//! Why something is proposed.

use std::sync::Arc;

/// How well a statement is founded, the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ground {
    /// The source said so in a birth, a discovery topic or a registration.
    Said,
    /// It follows from the values that came.
    Seen,
    /// It is read into a name.
    Guessed,
}

/// One reason for a proposal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// How well it is founded.
    pub ground: Ground,
    /// What, in a sentence's part that people read: `unit "kPa" in the birth`.
    pub text: String,
    /// Topic that it comes from.
    pub topic: Arc<str>,
}

impl Evidence {
    /// A reason.
    pub fn new(ground: Ground, text: impl Into<String>, topic: &str) -> Evidence {
        Evidence {
            ground,
            text: text.into(),
            topic: topic.into(),
        }
    }
}
