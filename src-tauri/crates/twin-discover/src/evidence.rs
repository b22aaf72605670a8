//! Why something is proposed.

use std::sync::Arc;

use twin_core::Said;

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
    pub text: Said,
    /// Topic that it comes from.
    pub topic: Arc<str>,
}

impl Evidence {
    /// A reason.
    pub fn new(ground: Ground, text: Said, topic: &str) -> Evidence {
        Evidence {
            ground,
            text,
            topic: topic.into(),
        }
    }
}
