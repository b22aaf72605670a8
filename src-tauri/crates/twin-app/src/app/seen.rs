//! What was last seen of the plant file.

use std::time::SystemTime;

/// What tells that a file was touched.
pub(super) type Stamp = (u64, Option<SystemTime>);

/// What was last seen of the plant file.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// The text that was taken up or refused.
    pub text: String,
    /// Of that text.
    pub stamp: Option<Stamp>,
    /// Of a change that may not be finished yet.
    changing: Option<Stamp>,
    /// Why the text was refused.
    pub fault: Option<twin_model::Error>,
    /// What was heard before an acceptance may not all have been given to signals yet.
    pub adopt_again: bool,
    /// Whether the condition is raised.
    pub raised: bool,
}

impl Seen {
    /// The file as the program started with it.
    pub fn at_start(text: String) -> Seen {
        Seen {
            text,
            ..Seen::default()
        }
    }

    /// Whether this is a change, and the same as at the last look: an editor may be in the middle of writing.
    pub fn has_come_to_rest(&mut self, stamp: Stamp) -> bool {
        if self.stamp == Some(stamp) {
            self.changing = None;
            return false;
        }
        self.changing.replace(stamp) == Some(stamp)
    }
}
