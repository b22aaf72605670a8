//! What was last seen of the plant file.

use std::{collections::BTreeSet, time::SystemTime};

use twin_core::Said;

/// What tells that the plant file or one of its model files was touched: length and time of each, none of one that is
/// not there.
pub(super) type Stamp = Vec<Option<(u64, Option<SystemTime>)>>;

/// What was last seen of the plant file.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// The text that was taken up or refused.
    pub text: String,
    /// The text that was taken up last.
    pub taken_up: String,
    /// Names of its model files.
    pub files: BTreeSet<String>,
    /// Tells whether they are still the same.
    pub print: u64,
    /// Of text and model files.
    pub stamp: Option<Stamp>,
    /// Of a change that may not be finished yet.
    changing: Option<Stamp>,
    /// Why the text was refused.
    pub fault: Option<twin_model::Error>,
    /// A plant that was to run from now on does not, or not all of it: it is tried again.
    pub unfinished: bool,
    /// What the program itself wrote and does not run yet.
    pub own: Option<String>,
    /// Mapping rules have not been asked yet about all that is kept for them.
    pub rules_pending: bool,
    /// Whether the condition is raised.
    pub raised: bool,
    /// What the condition of mapping rules says; empty while there is none.
    pub rules_told: Said,
}

impl Seen {
    /// The file as the program started with it.
    pub fn at_start(text: String, files: BTreeSet<String>, print: u64) -> Seen {
        Seen {
            taken_up: text.clone(),
            text,
            files,
            print,
            ..Seen::default()
        }
    }

    /// Whether a text was written by somebody else, and was not taken up.
    pub fn is_by_hand(&self, text: &str) -> bool {
        self.taken_up != text && self.own.as_deref() != Some(text)
    }

    /// The plant file was read, with its model files, and what it says runs or was refused.
    pub fn settle(&mut self, text: String, files: BTreeSet<String>, print: u64) {
        (self.text, self.files, self.print) = (text, files, print);
        self.unfinished = false;
        self.own = None;
    }

    /// Whether this is a change, or not finished, and the same as at the last look: an editor may be in the middle of writing.
    pub fn has_come_to_rest(&mut self, stamp: &Stamp) -> bool {
        if self.stamp.as_ref() == Some(stamp) && !self.unfinished {
            self.changing = None;
            return false;
        }
        self.changing.replace(stamp.clone()).as_ref() == Some(stamp)
    }
}
